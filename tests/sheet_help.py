"""A form with documents to sign, the rules it stands in, and a case of it, for tests of what goes with letters."""

import hashlib
from datetime import UTC, datetime

from form_pieces import FIELDS_STEP

from mailbot.core.case import Case
from mailbot.core.rules import Rules
from mailbot.core.rulesets import build
from mailbot.edge.config import rule_texts, shipped

AT = datetime(2026, 4, 6, 1, 2, 3, tzinfo=UTC)
GUIDE = b"%PDF-1.4 a guide that the center made itself \x00\xff"
PURPOSE = {
    "en": "We assemble the genomes of 120 lines of wild rice from long reads and compare them with cultivated rice.",
    "ja": "野生イネ120系統のゲノムをロングリードから組み立て、栽培イネと比較して、開花時期を決める遺伝子を探索します。",
}
VISIT = (
    """\
title = {en = "Visit", ja = "見学"}

[people.applicant]
email = "email"
name = ["first_name", "family_name"]

[people.responsible]
email = "responsible_email"
name = ["responsible_name"]

[fields.family_name]
label = {en = "Family name", ja = "姓"}

[fields.first_name]
label = {en = "First name", ja = "名"}

[fields.email]
type = "email"
label = {en = "Email", ja = "メールアドレス"}

[fields.affiliation]
label = {en = "Affiliation", ja = "所属"}

[fields.purpose]
type = "long"
label = {en = "Purpose of use", ja = "利用目的"}

[fields.telephone]
type = "telephone"
label = {en = "Telephone", ja = "電話番号"}

[fields.abroad]
type = "yes_no"
label = {en = "From abroad", ja = "海外から"}

[fields.responsible_name]
label = {en = "Responsible person's name", ja = "責任者の氏名"}

[fields.responsible_email]
type = "email"
label = {en = "Responsible person's email", ja = "責任者のメールアドレス"}

[documents.pledge]
title = {en = "Pledge", ja = "誓約書"}
signer = "responsible"
sheet = "pledge"

[documents.own]
title = {en = "Own pledge", ja = "申請者誓約書"}
signer = "applicant"
sheet = "pledge-applicant"
when = {field = "abroad", is = "yes"}

[enclosures]
consent = ["pledge", "guide.pdf"]
reminder = ["pledge", "own"]
"""
    + FIELDS_STEP
    + """
[[steps]]
kind = "consent"
letter = "consent"
shows = ["first_name", "family_name", "affiliation", "purpose"]
limit = 10

[[steps]]
kind = "document"
letter = "missing"
documents = ["pledge", "own"]
limit = 10

[[steps]]
kind = "review"
letter = "review"
"""
)


def texts(visit: str = VISIT, **changed: str) -> dict[str, str]:
    """The shipped desk, templates and sheets with the form `visit` alone; `changed` are sheets with another text."""
    folder = shipped()
    found = rule_texts(folder / "rules", folder / "templates")
    kept = {path: text for path, text in found.items() if path.count("/") > 1 or path == "rules/desk.toml"}
    guide = {"rules/files/guide.pdf": f"sha256:{hashlib.sha256(GUIDE).hexdigest()}"}
    sheets = {f"rules/files/{name}.toml": text for name, text in changed.items()}
    return {**kept, **guide, **sheets, "rules/visit.toml": visit}


def rules_of(made: dict[str, str]) -> Rules:
    """The rules of these texts, which have to be right."""
    built = build(made)
    assert isinstance(built, Rules), "\n".join(map(str, built))
    return built


def case(language: str = "en", **values: str) -> Case:
    """A complete application of Taro Iden's; `values` are what else was understood."""
    known = {
        "family_name": "Iden",
        "first_name": "Taro",
        "email": "taro@univ.example",
        "affiliation": {"en": "Example University", "ja": "例示大学 理学部"}[language],
        "purpose": PURPOSE[language],
        "telephone": "055-981-1234",
        "abroad": "yes",
        "responsible_name": "Ichiro Suzuki",
        "responsible_email": "ichiro@univ.example",
    }
    instant = "2026-04-06T01:00:00.000Z"
    return Case(
        number="2026-00042",
        form="visit",
        opened=instant,
        changed=instant,
        step_since=instant,
        applicant="taro@univ.example",
        values={**known, **values},
    )
