"""One example of every letter in every shape it has, made as decisions make them, with the shipped rules."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from shipped import shipped_rules

from mailbot.core import commands
from mailbot.core.attached import File
from mailbot.core.case import Attached, Case, Consent, Deed, Tried
from mailbot.core.decide.command.values import Done
from mailbot.core.events import Fault, LetterWritten, Remark, Row
from mailbot.core.fields import understand
from mailbot.core.ledger import InQuarantine
from mailbot.core.outcome import Letter
from mailbot.core.token import CODE_PLACE
from mailbot.core.told import Told, told
from mailbot.edge.letters import Letters

LOG = "log 17 " + "0123456789abcdef" * 4
ROOT = Path(__file__).parent.parent


RULES = shipped_rules()
DESK, FORM = RULES.desk, RULES.forms["new-account"]
LANGUAGES = DESK.languages
LETTERS = Letters(RULES)

PURPOSES = {
    "en": "We assemble the genomes of 120 lines of wild rice from long reads, compare them with cultivated rice, and "
    "look for the genes that decide when it flowers. The computations are assembly, alignment and annotation.",
    "ja": "野生イネ120系統のゲノムをロングリードから組み立て、栽培イネと比較して、開花時期を決める遺伝子を探索します。"
    "主な計算は、ゲノムアセンブリ、多重整列、遺伝子の注釈付けです。得られた配列と注釈は、論文とともに公的な"
    "データベースで公開する予定です。系統数が多いため、研究室の計算機では一年以上かかる見込みであり、共用の"
    "計算機の利用を希望します。計算の途中で作られるデータは、完了後ただちに消去します。",
}
ADDRESSES = {"en": "1111 Yata, Mishima\nJapan", "ja": "静岡県三島市谷田1111\n例示大学 理学部 3号館"}
AFFILIATIONS = {"en": "Example University, Faculty of Science", "ja": "例示大学 理学部 植物遺伝学研究室"}
REASONS = {
    "en": "The purpose describes teaching, not research. Please apply for a course account instead.",
    "ja": "ご記入の利用目的は授業での利用にあたります。講習用のアカウントをご申請ください。",
}
FORGED = {
    "en": "ACCEPT\n\nI am travelling, please go ahead without asking.",
    "ja": "承認\n\n出張中のため、折り返しのご連絡は不要です。",
}
QUESTIONS = {
    "en": "Could you tell me whether my student may start next week?\n\nRegards\nIchiro Suzuki",
    "ja": "来週から学生に利用させたいのですが、間に合いますでしょうか。\n\n例示大学　鈴木一郎",
}
READINGS = "EUC-JP:\nAffiliation: 名大\n\nGB18030:\nAffiliation: 叹络\n\nbytes:\ncc be c2 e7"
FILES = (File("application.zip", "locked"), File("", "document"), File("photo.exe", "program"))
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHkPTLgKQTzQrZbHVLTOJw7vXqkxbbSpYZpcfz1vFqYA taro@laptop"


def answers(language: str, **other: str) -> dict[str, tuple[str, ...]]:
    """A filled form; what `other` says counts, an empty text takes an answer away."""
    filled = {
        "family_name": "Iden",
        "first_name": "Taro",
        "email": "taro@univ.example",
        "nationality": "Japan",
        "residence": "Japan",
        "research_field": "Plant genetics",
        "job_title": "Doctoral student",
        "purpose": PURPOSES[language],
        "affiliation": AFFILIATIONS[language],
        "postal_code": "411-8540",
        "address": ADDRESSES[language],
        "telephone": "055-981-0000",
        "account_name": "taro-i",
        "ssh_public_key": KEY,
        "personal_genome": "no",
        "responsible_same": "no",
        "responsible_family_name": "Suzuki",
        "responsible_first_name": "Ichiro",
        "responsible_email": "ichiro@univ.example",
        "responsible_nationality": "Japan",
        "responsible_research_field": "Plant genetics",
        "responsible_job_title": "Professor",
        "responsible_affiliation": AFFILIATIONS[language],
        "responsible_postal_code": "411-8540",
        "responsible_address": ADDRESSES[language],
        "responsible_telephone": "055-981-0001",
    }
    return {key: (text,) for key, text in (filled | other).items() if text}


OWN = {key: "" for key in answers("en") if key.startswith("responsible_")} | {"responsible_same": "yes"}


BEGUN = {
    "number": "2026-00042",
    "opened": "2026-04-01T01:00:00.000Z",
    "changed": "2026-04-06T01:00:00.000Z",
    "step_since": "2026-04-06T01:00:00.000Z",
}
"""A case of 1 April 2026 that has been in its step since the 6th."""


def case(
    language: str, step: str, status: str, given: Mapping[str, str] = MappingProxyType({}), **more: object
) -> Case:
    """A case in a step, with what was understood of its answers."""
    written = answers(language, **given)
    understood = understand(FORM, DESK, written, language)
    known = {
        **BEGUN,
        "form": FORM.name,
        "applicant": "taro@univ.example",
        "languages": {"applicant": language},
        "answers": written,
        "values": understood.values,
        "faults": understood.faults,
    }
    return Case.model_validate(known | {"step": step, "step_kind": step, "status": status} | more)


DUE = {"due": "2026-04-20T14:59:59.000Z"}
AGREED = {
    "consent": Consent(by="ichiro@univ.example", at="2026-04-06T01:00:00.000Z", letter="2026-00042.3", confirmed=False)
}


def mistyped(language: str) -> Case:
    """A case with signs and letters that are not what they seem to be, where plain ones are needed."""
    odd = {"account_name": "tar\u202eo-i", "email": "taro@\u0443n\u0456v.example"}
    return case(language, "fields", "collecting", odd, **DUE)


def collecting(language: str) -> Case:
    """A case with a fault of every kind that needs explaining, and a line nobody knows."""
    wrong = {"telephone": "", "nationality": "", "postal_code": "12-34", "email": "taro@gmail.com"}
    short = PURPOSES[language][:40]
    line = {"en": "Favourite colour: blue", "ja": "好きな色: 青"}[language]
    return case(language, "fields", "collecting", wrong | {"purpose": short}, unread=(line,), **DUE)


def stranger_from(language: str) -> Case:
    """A case whose form names another address than the mail came from."""
    wanted = {"sender": "taro@home.example"}
    code = "email_not_from"
    fault = Fault(field="email", kind="conflict", code=code, found="taro@univ.example", wanted=wanted)
    return case(language, "fields", "collecting", applicant="taro@home.example", faults=(fault,), **DUE)


def untouched(language: str) -> Case:
    """A case of somebody who only wrote a name."""
    empty = dict.fromkeys(answers(language), "") | {"family_name": "Iden", "first_name": "Taro"}
    return case(language, "fields", "collecting", empty, **DUE)


def consenting(language: str) -> Case:
    return case(language, "consent", "awaiting_consent", **DUE)


def filled_by_others(language: str) -> Case:
    """A case in which somebody else answered what was open, from two addresses."""
    by = {"telephone": "colleague@univ.example", "job_title": "x@free.example"}
    found = tuple(Remark(code="filled_by_another", field=key, wanted={"by": who}) for key, who in by.items())
    return case(language, "review", "ready", remarks=found, **AGREED)


def listed(step: str, status: str) -> Callable[[str], Case]:
    """A case whose responsible person is in the directory."""
    found = {"email": "ichiro@univ.example", "name": "Ichiro Suzuki"}
    row = Row(name="responsible", column="email", key="ichiro@univ.example", found=found)
    sure = {"consent": AGREED["consent"].model_copy(update={"confirmed": True})}
    more = sure if step == "review" else DUE
    return lambda language: case(language, step, status, rows=(row,), **more)


def own(language: str) -> Case:
    return case(language, "consent", "awaiting_consent", OWN, **DUE)


def ready(language: str) -> Case:
    return case(language, "review", "ready", notes=("Called on 6 April.",), **AGREED)


def automatic(language: str) -> Case:
    """A case that robots wrote to as well."""
    attached = (
        Attached(at="2026-04-03T01:00:00.000Z", by="taro@univ.example", sort="autoreply"),
        Attached(at="2026-04-06T01:00:00.000Z", by="MAILER-DAEMON@mx.univ.example", sort="bounce"),
    )
    return case(language, "review", "ready", attached=attached, bounced=("taro@univ.example",), **AGREED)


def tried(language: str) -> Case:
    """A case that somebody wrote orders about whom nothing proves to be a clerk."""
    mails = tuple(
        Tried(at=f"2026-04-06T0{hour}:00:00.000Z", by=by, text=FORGED[language])
        for hour, by in enumerate(("morgan@staff.desk.example", "somebody@else.example"), 1)
    )
    return case(language, "review", "ready", notes=("Called on 6 April.",), tried=mails, tries=7, **AGREED)


def closed(status: str, step: str = "review") -> Callable[[str], Case]:
    return lambda language: case(language, step, status, reason=REASONS[language] if status != "done" else "", **AGREED)


def accepted_as(language: str) -> Case:
    """Accepted under a name that a clerk gave, up to a day."""
    accepted = case(language, "review", "done", {"account_name": "iden-t"}, **AGREED)
    return accepted.model_copy(update={"given": "iden-t", "until": "2027-03-31"})


def rejected_as(ground: str, reason: str = "") -> Callable[[str], Case]:
    """Rejected with a code, and perhaps the clerk's own words."""
    return lambda language: case(language, "review", "rejected", ground=ground, reason=reason, **AGREED)


TO = {
    "responsible": "ichiro@univ.example",
    "stranger": "somebody@univ.example",
    "operator": "operator@staff.desk.example",
}
ALARMS = {
    "oldest": "mails: 3; the oldest since 2026-04-06 01:00 UTC",
    "held": "letters: 12; address 2, domain 10",
    "forged": "2026-00042 3: entries 64, 101, 127",
}
REFUSED = {
    "rules": "problems: 2; rules/desk.toml:14: languages: found nothing; wanted a list of languages",
    "unreached": "sato@staff.desk.example (digest, since 2026-04-06 01:00 UTC): 550 no such user",
}
ACCESS = {
    "access": "since 2026-04-06 01:00 UTC: id.desk.example: gives no access token: invalid_grant: what the desk was"
    " given is not taken any more: it ended, was revoked, or a password was changed; put a new refresh token where the"
    " old one stands",
    "secrets": "client secret of [imap.oauth2] ends 2026-05-01",
}
REASONS_ASIDE = ("a mail without exactly one From address", "reading it took longer than 30 seconds")


def aside(count: int) -> tuple[InQuarantine, ...]:
    """Mails in quarantine, one an hour."""
    start = datetime(2026, 4, 6, 1, tzinfo=UTC)
    return tuple(
        InQuarantine(f"{number:02x}" * 32, number, start + timedelta(hours=number), REASONS_ASIDE[number % 2])
        for number in range(1, count + 1)
    )


def written(template: str, role: str, of: Callable[[str], Case] | None = None, **data: object) -> Callable[..., Letter]:
    """A letter as a decision makes it, in one language; texts in `data` that are a table are looked up in it."""

    def make(language: str) -> Letter:
        about = of(language) if of else None
        clerk = next(clerk for clerk in DESK.clerks if clerk.language == language)
        to = TO.get(role) or (clerk.address if role == "clerk" else about.applicant if about else "")
        said = {
            name: text[language] if isinstance(text, dict) and language in text else text for name, text in data.items()
        }
        said |= {"case": about, "form": FORM} if about else {}
        said |= {"clerk": clerk} if role == "clerk" else {}
        return Letter(template, to, role, (language,), said)  # type: ignore[arg-type]

    return make


def moved(language: str) -> tuple[Told, ...]:
    """What the applicant changed after a clerk had seen it, and what came of it."""
    by, at = "taro@univ.example", "2026-04-06T01:25:00.000Z"
    old = ADDRESSES[language].replace("\n", " / ").replace("1111", "1110")
    deeds = (
        Deed(seq=9, at=at, by=by, what="field", about=("address",), was=old, now=ADDRESSES[language]),
        Deed(seq=9, at=at, by=by, what="field_new", about=("extension",), now="1"),
        Deed(seq=9, at=at, what="consent_void", about=("address",)),
        Deed(seq=9, at=at, what="step", about=("consent",)),
        Deed(seq=11, at="2026-04-06T02:10:00.000Z", by="ichiro@univ.example", what="consent"),
        Deed(seq=11, at="2026-04-06T02:10:00.000Z", what="step", about=("review",)),
    )
    return told(deeds, FORM, language, RULES)


def transcript(of: Callable[[str], Case], why: str, text: str) -> Callable[[str], Letter]:
    parsed = commands.parse(text)
    given = tuple(part for part in parsed if isinstance(part, commands.Command))
    mistakes = tuple(part for part in parsed if isinstance(part, commands.Mistake))

    def make(language: str) -> Letter:
        told = (
            written("accepted", "applicant", of)(language),
            written("accepted_responsible", "responsible", of)(language),
        )
        done = () if why else tuple(Done(part, "", told if part.verb == "ACCEPT" else ()) for part in given)
        data = {"why": why, "commands": given, "mistakes": mistakes, "done": done, "onward": (), "settled": False}
        return written("transcript", "clerk", of, **data, changes=moved(language) if why == "moved_on" else ())(
            language
        )

    return make


EXAMPLES: dict[str, Callable[[str], Letter]] = {
    "missing": written("missing", "applicant", collecting),
    "missing-signs": written("missing", "applicant", mistyped),
    "missing-address": written("missing", "applicant", stranger_from),
    "missing-everything": written("missing", "applicant", untouched),
    "received": written("received", "applicant", consenting, again=False),
    "received-again": written("received", "applicant", ready, again=True),
    "received-own": written("received", "applicant", own, again=False),
    "received-filled": written("received", "applicant", filled_by_others, again=True),
    "consent": written("consent", "responsible", consenting),
    "consent-own": lambda language: Letter(
        "consent", "taro@univ.example", "responsible", (language,), {"case": own(language), "form": FORM}
    ),
    "consent-listed": written("consent", "responsible", listed("consent", "awaiting_consent")),
    "review-listed": written("review", "clerk", listed("review", "ready")),
    "review": written("review", "clerk", ready),
    "review-tried": written("review", "clerk", tried),
    "review-automatic": written("review", "clerk", automatic),
    "review-filled": written("review", "clerk", filled_by_others),
    "agreed": written("agreed", "responsible", ready, documents=(), code="", confirmed=False),
    "agreed-code": written("agreed", "responsible", ready, documents=(), code=CODE_PLACE, confirmed=False),
    "agreed-confirmed": written("agreed", "responsible", ready, documents=(), code="", confirmed=True),
    "accepted": written("accepted", "applicant", closed("done")),
    "accepted-terms": written("accepted", "applicant", accepted_as),
    "accepted_responsible-terms": written("accepted_responsible", "responsible", accepted_as),
    "accepted_responsible": written("accepted_responsible", "responsible", closed("done")),
    "rejected": written("rejected", "applicant", closed("rejected")),
    "rejected-code": written("rejected", "applicant", rejected_as("not-research")),
    "rejected-code-and-text": written("rejected", "applicant", rejected_as("duplicate-account", "Taro Iden: iden-t")),
    "rejected_responsible-code": written("rejected_responsible", "responsible", rejected_as("not-research")),
    "rejected_responsible": written("rejected_responsible", "responsible", closed("rejected")),
    "declined": written("declined", "applicant", closed("declined", "consent")),
    "declined-responsible": written("declined", "responsible", closed("declined", "consent")),
    "forms": written(
        "forms", "stranger", subject={"en": "Account, please", "ja": "アカウントの件"}, wanted=None, garbled=False
    ),
    "forms-no-subject": written("forms", "stranger", subject="", wanted=None, garbled=False),
    "forms-garbled": written("forms", "stranger", subject="", wanted=None, garbled=True),
    "forms-wanted": written("forms", "stranger", subject=FORM.title, wanted=FORM, garbled=False),
    "transcript": transcript(closed("done"), "", "ACCEPT\nNOTE spoke with him"),
    "transcript-help": transcript(ready, "", "HELP"),
    "transcript-mistakes": transcript(ready, "mistakes", "ACEPT\nREJECT\nwhat now"),
    "transcript-two": transcript(ready, "mistakes", "ACCEPT\nREJECT not eligible"),
    "transcript-nothing": transcript(ready, "mistakes", ""),
    "transcript-moved": transcript(ready, "moved_on", "ACCEPT"),
    "transcript-role": transcript(ready, "role", "ACCEPT"),
    "not_counted": written("not_counted", "stranger", why="no_token", by="somebody@univ.example"),
    "not_counted-clerk": written("not_counted", "clerk", ready, why="not_proven", by="clerk@free.example"),
    "not_counted-keyword": written("not_counted", "responsible", consenting, why="no_keyword", by=TO["responsible"]),
    "not_counted-already": written("not_counted", "responsible", ready, why="already", by=TO["responsible"]),
    "not_counted-old": written("not_counted", "responsible", consenting, why="old_letter", by=TO["responsible"]),
    "passed_on": written("passed_on", "clerk", consenting, why="no_keyword", by=TO["responsible"], text=QUESTIONS),
    "passed_on-unproven": written("passed_on", "clerk", collecting, why="not_proven", by="x@free.example", text=""),
    "passed_on-unreadable": written(
        "passed_on", "clerk", collecting, why="unreadable", by="taro@univ.example", text=READINGS
    ),
    "stuck": written("stuck", "clerk", collecting, why="no_news", text=QUESTIONS),
    "undeliverable": written("undeliverable", "clerk", consenting, by="nobody@univ.example", text="550 no such user"),
    "undeliverable-final": written("undeliverable", "clerk", closed("done"), by="taro@univ.example", text=""),
    "unreached": written("unreached", "clerk", consenting, by=TO["responsible"]),
    "quarantine": written("quarantine", "clerk", mails=aside(2), more=0),
    "quarantine-one": written("quarantine", "clerk", mails=aside(1), more=0),
    "quarantine-many": written("quarantine", "clerk", mails=aside(5), more=7),
    "from_auditor": written("from_auditor", "operator", by="auditor@audit.example", text="Which key signs since May?"),
    "alarm": written("alarm", "operator", alarms=ALARMS, over=("inbox",)),
    "alarm-refused": written("alarm", "operator", alarms=REFUSED, over=()),
    "alarm-refused-over": written("alarm", "operator", alarms={}, over=("rules", "unreached")),
    "alarm-over": written("alarm", "operator", alarms={}, over=("inbox", "sending")),
    "alarm-access": written("alarm", "operator", alarms=ACCESS, over=()),
    "alarm-access-over": written("alarm", "operator", alarms={}, over=("access", "secrets")),
    "address_changed": written("address_changed", "applicant", consenting, by="taro@univ.example"),
    "handed": written("handed", "applicant", collecting, why="no_news"),
    "handed-explained": written("handed", "applicant", collecting, why="explained"),
    "proposed-strange": written("proposed", "applicant", consenting, by="t\u0430ro@univ.example", keys=("telephone",)),
    "proposed": written("proposed", "applicant", consenting, by="x@free.example", keys=("email", "telephone")),
    "status": written("status", "applicant", collecting),
    "status-closed": written("status", "applicant", closed("rejected")),
    "status-done": written("status", "applicant", closed("done")),
    "status-responsible": written("status", "responsible", consenting),
    "reminder": written("reminder", "applicant", collecting),
    "reminder-responsible": written("reminder", "responsible", consenting),
    "reminder-clerk": written("reminder", "clerk", ready),
    "expired": written("expired", "applicant", lambda language: case(language, "fields", "expired")),
    "expired-consent": written("expired", "applicant", lambda language: case(language, "consent", "expired")),
    "not_read": written("not_read", "applicant", collecting, files=FILES[:1]),
    "not_read-stranger": written("not_read", "stranger", files=FILES),
    "passed_on-files": written(
        "passed_on", "clerk", collecting, why="files_unread", by="taro@univ.example", text="", files=FILES
    ),
    "secret": written("secret", "applicant", collecting, secrets=("private_key",)),
    "secret-password": written("secret", "responsible", consenting, secrets=("password",)),
    "secret-both": written("secret", "stranger", secrets=("private_key", "password")),
    "too_large": written("too_large", "stranger", megabytes=20, size_megabytes=34),
}

from letter_examples_accounts import EXAMPLES as ACCOUNTS  # noqa: E402 - they are made with what stands above
from letter_examples_steps import EXAMPLES as STEPS  # noqa: E402

EXAMPLES |= ACCOUNTS | STEPS

from letter_examples_commands import EXAMPLES as COMMANDS  # noqa: E402 - likewise

EXAMPLES |= COMMANDS

from letter_examples_plans import EXAMPLES as PLANS  # noqa: E402 - likewise

EXAMPLES |= PLANS

from letter_examples_more import EXAMPLES as MORE  # noqa: E402 - likewise

EXAMPLES |= MORE
every_letter = pytest.mark.parametrize("name", EXAMPLES)
every_language = pytest.mark.parametrize("language", LANGUAGES)


def words(name: str, language: str) -> LetterWritten:
    return LETTERS.words(EXAMPLES[name](language), 7, "k1")


def of_every_letter(check: Callable[[str, str], None]) -> Callable[[str], None]:
    """A test a language of what must hold of each letter: it names all of which it does not."""

    def test(language: str) -> None:
        wrong = [f"{name}: {error}" for name in EXAMPLES for error in _errors(check, name, language)]
        assert wrong == [], "\n".join(wrong)

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return every_language(test)


def _errors(check: Callable[[str, str], None], name: str, language: str) -> list[AssertionError]:
    try:
        check(name, language)
    except AssertionError as error:
        return [error]
    return []
