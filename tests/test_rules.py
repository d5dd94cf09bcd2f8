"""Rules are checked as a whole: every mistake is told, with file, line, what was found and what is wanted."""

import hashlib
import json
from collections.abc import Collection
from pathlib import Path

import pytest
from shipped import shipped_rules

from mailbot.core.rules import Rules
from mailbot.core.rulesets import Problem, build
from mailbot.core.rulesets.letters import letters_needed
from mailbot.edge.config import shipped
from mailbot.edge.letters import proofread

DESK = """\
name = "HELPDESK"
address = "helpdesk@desk.example"
languages = ["en", "ja"]
timezone = "Asia/Tokyo"
closing_days = ["12-29", "2026-11-23"]
free_mail = ["gmail.com"]

[titles]
en = "Help desk"
ja = "窓口"

[[clerks]]
name = "Sato"
address = "sato@staff.desk.example"
language = "ja"

[[clerks]]
name = "Morgan"
address = "morgan@staff.desk.example"
"""

FORM = """\
[title]
en = "Room key"
ja = "鍵の申請"

[people.applicant]
email = "email"
name = ["name"]

[people.responsible]
email = "boss"
name = ["name"]

[fields.name]
required = true
label = {en = "Name", ja = "氏名"}
aliases.en = ["Full name"]
help = {en = "As on your card.", ja = "身分証のとおりに。"}

[fields.email]
type = "email"
label = {en = "Email", ja = "メール"}

[fields.boss]
type = "email"
label = {en = "Boss", ja = "上司"}
when = {field = "night", is = "yes"}

[fields.night]
type = "yes_no"
label = {en = "Also at night", ja = "夜間も利用"}
implied = [
  {value = "no", when = {field = "boss", empty = true}},
]

[fields.floor]
type = "choice"
label = {en = "Floor", ja = "階"}

[fields.floor.choices.low]
en = ["1", "2"]
ja = ["一階", "1F2Fのみ"]

[[copies]]
when = {field = "night", is = "no"}
fields = {boss = "email"}

[[checks]]
field = "floor"
when = {all = [{field = "floor", is = "low"}, {field = "night", is = "yes"}]}
message = {en = "Not at night.", ja = "夜間は不可です。"}

[[steps]]
kind = "fields"
letter = "missing"
remind = 3
limit = 10

[[steps]]
kind = "consent"
letter = "consent"
shows = ["name"]
"""


def words(language: str) -> str:
    return (shipped() / "templates" / language / "words.toml").read_text(encoding="utf-8")


def texts() -> dict[str, str]:
    letters = {
        f"templates/{lang}/{name}.txt": "Subject: a\n\nb" for lang in ("en", "ja") for name in ("missing", "consent")
    }
    sentences = {f"templates/{language}/words.toml": words(language) for language in ("en", "ja")}
    return {"rules/desk.toml": DESK, "rules/room-key.toml": FORM, **letters, **sentences}


def built(changed: dict[str, str]) -> tuple[Problem, ...]:
    found = build({**texts(), **changed})
    assert isinstance(found, tuple), "nothing was found wrong"
    return found


def changed(file: str, old: str, new: str) -> tuple[Problem, ...]:
    text = texts()[file]
    assert text.count(old) >= 1, old
    return built({file: text.replace(old, new, 1)})


def test_rules_without_mistake_become_values() -> None:
    rules = build(texts())
    assert isinstance(rules, Rules), "\n".join(map(str, rules))
    form = rules.forms["room-key"]
    assert (form.name, form.fields["boss"].key, form.step("fields").limit) == ("room-key", "boss", 10)
    assert rules.templates["ja"].keys() == {"missing", "consent"}
    assert rules.say("ja", "kinds", "missing") == "未記入"
    assert rules.desk.clerk("SATO@staff.desk.example") is rules.desk.clerks[0]


def test_the_digest_is_of_every_path_and_text() -> None:
    given = {**texts(), "rules/files/pledge.pdf": "sha256:00"}
    rules = build(given)
    assert isinstance(rules, Rules)
    canonical = json.dumps(given, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert rules.digest == hashlib.sha256(canonical.encode()).hexdigest()
    other = build({**given, "rules/files/pledge.pdf": "sha256:01"})
    assert isinstance(other, Rules)
    assert other.digest != rules.digest


DESK_MISTAKES = [
    ('name = "HELPDESK"', 'name = "Help desk"', "name", "capital letters"),
    ('"helpdesk@desk.example"', '"the-help-desk-of-our-institute-x@desk.example"', "address", "at most 30"),
    ('"helpdesk@desk.example"', '"help+desk@desk.example"', "address", "without +"),
    ('"helpdesk@desk.example"', '"helpdesk"', "address", "plain address"),
    ('"Asia/Tokyo"', '"Tokio"', "timezone", "Asia/Tokyo"),
    ('"12-29"', '"29 December"', "closing_days.1", "MM-DD"),
    ('"12-29"', '"02-30"', "closing_days.1", "MM-DD"),
    ('"2026-11-23"', '"20261123"', "closing_days.2", "YYYY-MM-DD"),
    ('"gmail.com"', '"@Gmail.com"', "free_mail.1", "small letters"),
    ("timezone =", 'digest = "8:30"\ntimezone =', "digest", '"08:30"'),
    ("timezone =", 'digest = "24:00"\ntimezone =', "digest", '"08:30"'),
    ("timezone =", "timezon =", "timezon", "`timezone`, probably"),
    ('"morgan@staff.desk.example"', '"Sato@staff.desk.example"', "clerks.2.address", "of their own"),
    ('language = "ja"', 'language = "jp"', "clerks.1.language", "one of en, ja"),
    ('language = "ja"', 'langauge = "ja"', "clerks.1.langauge", "`language`, probably"),
    ('language = "ja"', 'roles = ["decides"]', "clerks.1.roles.1", "'decide'"),
    ('ja = "窓口"\n', "", "titles.ja", "in the language `ja`"),
    ("closing_days", 'operators = ["root"]\nclosing_days', "operators.1", "plain address"),
    ("closing_days", 'operators = ["HelpDesk@desk.example"]\nclosing_days', "operators.1", "of their own"),
    ("closing_days", 'holidays = "Japan"\nclosing_days', "holidays", '"JP"'),
    ("closing_days", 'holidays = "XX"\nclosing_days', "holidays", '"JP"'),
    ("closing_days", "rounds = 0\nclosing_days", "rounds", "1 or more"),
    ("[titles]", "[budgets]\nletters_per_domain = 9\n\n[titles]", "budgets.letters_per_domain", "20 or more"),
    ("[titles]", "[budgets]\nletters_per_hour = 0\n\n[titles]", "budgets.letters_per_hour", "1 or more"),
    ("[titles]", "[limits]\nreturned_mails = -1\n\n[titles]", "limits.returned_mails", "0 or more"),
    ("closing_days", 'rounds = "two"\nclosing_days', "rounds", "a whole number"),
]


@pytest.mark.parametrize(("old", "new", "key", "wanted"), DESK_MISTAKES, ids=[row[1][:30] for row in DESK_MISTAKES])
def test_a_mistake_in_the_desk_is_told(old: str, new: str, key: str, wanted: str) -> None:
    (problem,) = changed("rules/desk.toml", old, new)
    assert (problem.file, problem.key) == ("rules/desk.toml", key)
    assert wanted in problem.wanted
    assert problem.line is not None


FORM_MISTAKES = [
    ('type = "yes_no"', 'type = "yesno"', "fields.night.type", "'yes_no'"),
    ("required = true", "requird = true", "fields.name.requird", "`required`, probably"),
    ("required = true", 'required = "perhaps"', "fields.name.required", "true or false"),
    ("required = true", "minimum = 9", "fields.name.minimum", "type"),
    ("required = true", "institution = true", "fields.name.institution", "type"),
    ("required = true", 'units = {TB = ["TB"]}', "fields.name.units", "type"),
    ("required = true", 'fits = "address"', "fields.name.fits", "type"),
    ("required = true", 'type = "postal_code"\nfits = "email"', "fields.name.fits", "a field of the form"),
    (
        "required = true",
        'type = "country"\nimplied = [{value = "Japan", when = {field = "night", is = "yes"}}]',
        "fields.name.implied.1.value",
        "a code such as",
    ),
    ('aliases.en = ["Full name"]', 'aliases.en = ["e-mail", "ＥＭＡＩＬ："]', "fields.email.label.en", "of its own"),
    ('ja = "上司"', 'ja = "【メール】（必須）"', "fields.boss.label.ja", "of its own"),
    ('ja = "上司"', 'ja = "■："', "fields.boss.label.ja", "letters"),
    (', ja = "上司"', "", "fields.boss.label.ja", "in the language `ja`"),
    (', ja = "身分証のとおりに。"', "", "fields.name.help.ja", "the help in the language `ja`"),
    (', ja = "夜間は不可です。"', "", "checks.1.message.ja", "in the language `ja`"),
    ('ja = "鍵の申請"\n', "", "title.ja", "in the language `ja`"),
    ('{field = "night", is = "yes"}\n', '{field = "nigth", is = "yes"}\n', "fields.boss.when", "`night`, probably"),
    ('{field = "night", is = "yes"}\n', '{field = "night", is = "Yes"}\n', "fields.boss.when", "one of yes, no"),
    ('{field = "night", is = "yes"}\n', '{field = "night"}\n', "fields.boss.when", "a field with one of"),
    ('field = "boss", empty', 'field = "chief", empty', "fields.night.implied.1.when", "one of"),
    ('is = "low"}', 'is = "high"}', "checks.1.when", "low"),
    ('fields = {boss = "email"}', 'fields = {boss = "emial"}', "copies.1.fields.boss", "`email`, probably"),
    ('field = "floor"\nwhen', 'field = "flor"\nwhen', "checks.1.field", "`floor`, probably"),
    ('email = "boss"', 'email = "bosss"', "people.responsible.email", "`boss`, probably"),
    ('shows = ["name"]', 'shows = ["name", "nam"]', "steps.2.shows.2", "`name`, probably"),
    ('shows = ["name"]', "", "steps.2.shows", "the fields that the consent letter shows"),
    ('letter = "consent"', 'letter = "missing"\nremind = 3\nlimit = 3', "steps.2.remind", "fewer than the limit"),
    ('kind = "consent"', 'kind = "fields"', "steps.2.kind", "once"),
    ('kind = "consent"', 'kind = "agreement"', "steps.2.kind", "'consent'"),
    ('[title]\nen = "Room key"', 'name = "x"\n\n[title]\nen = "Room key"', "name", "title"),
    ('[fields.floor]\ntype = "choice"', '[fields.floor]\ntype = "line"', "fields.floor.choices", "choice"),
    ('{en = "Floor", ja = "階"}', '{en = "Floor", ja = "階のパスワード"}', "fields.floor.label.ja", "another label"),
    # answers that the form offers
    (
        'ja = ["一階", "1F2Fのみ"]',
        'ja = ["一階"]\n[fields.floor.choices.high]\nja = ["１"]',
        "fields.floor.choices.high.ja.1",
        "own",
    ),
    (
        'ja = ["一階", "1F2Fのみ"]',
        'ja = ["一階"]\n[fields.floor.choices.high]\nen = ["LOW:"]',
        "fields.floor.choices.high.en.1",
        "own",
    ),
    (
        "required = true",
        'type = "amount"\nunits = {TB = ["tera"], GB = ["Tera"]}',
        "fields.name.units.GB.1",
        "of its own",
    ),
    ("required = true", 'type = "amount"', "fields.name.units", "the units there are"),
    (
        'type = "email"\nlabel = {en = "Boss"',
        'type = "email"\nexample.ja = "上司"\nlabel = {en = "Boss"',
        "fields.boss.example.ja",
        "of type email",
    ),
    # what a form asks, and asks about
    ('email = "boss"', 'email = "floor"', "people.responsible.email", 'a field with type = "email"'),
    ('{field = "night", is = "yes"}\n', '{field = "night", over = 3}\n', "fields.boss.when", 'type = "amount"'),
    ('{field = "floor", is = "low"}', '{field = "boss", at_least = 3}', "checks.1.when", 'type = "amount"'),
    ('{field = "night", is = "yes"}\n', '{any = [{field = "boss", is = "x"}]}\n', "fields.boss.when", "other fields"),
    (
        '{field = "boss", empty = true}',
        '{field = "night", empty = true}',
        "fields.night.implied.1.when",
        "other fields",
    ),
    ('kind = "fields"\nletter = "missing"', 'kind = "review"\nletter = "missing"', "steps.1.kind", 'kind = "fields"'),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "wanted"), FORM_MISTAKES, ids=[f"{row[2]} {row[3]}" for row in FORM_MISTAKES]
)
def test_a_mistake_in_a_form_is_told(old: str, new: str, key: str, wanted: str) -> None:
    found = [problem for problem in changed("rules/room-key.toml", old, new) if problem.key == key]
    assert len(found) == 1, changed("rules/room-key.toml", old, new)
    assert found[0].file == "rules/room-key.toml"
    assert wanted in found[0].wanted
    assert found[0].line is not None


LINES = [
    ("rules/desk.toml", 'name = "Morgan"', 'nmae = "Morgan"'),
    ("rules/desk.toml", 'timezone = "Asia/Tokyo"', 'timezone = "Tokio"'),
    ("rules/room-key.toml", 'type = "yes_no"', 'type = "yesno"'),
    ("rules/room-key.toml", 'kind = "consent"', 'kind = "agreement"'),
    ("templates/en/words.toml", 'kinds]\nmissing = "missing"', 'kinds]\nmising = "missing"'),
]


@pytest.mark.parametrize(("file", "old", "new"), LINES)
def test_a_mistake_is_told_with_its_line(file: str, old: str, new: str) -> None:
    lines = {problem.line for problem in changed(file, old, new) if problem.file == file}
    text = texts()[file].replace(old, new, 1)
    at = text[: text.index(new)].count("\n") + 1
    assert lines & {at, at + new.count("\n")}


def test_the_line_is_right_below_long_texts_lists_and_comments() -> None:
    long_text = 'summary.en = """\n[not a table]\nkey = "no key"\n"""  # [nor this]\n'
    above = long_text + 'aliases.en = [\n  "[a]", # ]\n  "b = c",\n]\n'
    text = (above + FORM).replace('type = "yes_no"', 'type = "yesno"')
    (problem, *_) = built({"rules/room-key.toml": text})
    assert text.split("\n")[(problem.line or 0) - 1] == 'type = "yesno"'


def test_a_file_that_is_no_toml_is_told_with_the_line_and_what_stands_there() -> None:
    (problem,) = changed("rules/desk.toml", 'languages = ["en", "ja"]', 'languages = "en", "ja"')
    assert (problem.file, problem.line) == ("rules/desk.toml", 3)
    assert 'languages = "en", "ja"' in problem.found


def test_all_mistakes_of_all_files_are_told_at_once_in_order() -> None:
    form = FORM.replace('ja = "上司"', 'ja = "氏名"').replace("remind = 3", "remind = 30")
    found = built({"rules/desk.toml": DESK.replace("Asia/Tokyo", "Tokio"), "rules/room-key.toml": form})
    assert [problem.file for problem in found] == ["rules/desk.toml", "rules/room-key.toml", "rules/room-key.toml"]
    assert found[1].line is not None
    assert found[2].line is not None
    assert found[1].line < found[2].line


def test_a_broken_desk_does_not_hide_a_broken_form() -> None:
    found = built({"rules/desk.toml": DESK.replace("timezone", "timezon"), "rules/room-key.toml": FORM + "\n[["})
    assert {problem.file for problem in found} == {"rules/desk.toml", "rules/room-key.toml"}


def test_a_letter_that_another_language_has_is_missed_once() -> None:
    given = texts()
    del given["templates/ja/consent.txt"]
    found = build(given)
    assert isinstance(found, tuple)
    assert list(map(str, found)) == [
        "templates/ja/consent.txt: found no such file; wanted this letter, as templates/en/consent.txt"
    ]


def test_a_letter_that_no_language_has_is_missed_where_the_form_needs_it() -> None:
    given = {file: text for file, text in texts().items() if not file.endswith("/consent.txt")}
    (problem,) = build(given)
    assert (problem.file, problem.key) == ("rules/room-key.toml", "steps.2.letter")
    assert problem.wanted == "templates/en/consent.txt, templates/ja/consent.txt"


def test_files_that_nobody_would_read_are_told() -> None:
    found = built({"rules/Room key.toml": "", "templates/en/missing.html": ""})
    assert [problem.file for problem in found] == ["rules/Room key.toml", "templates/en/missing.html"]
    assert "small letters a-z, digits and -" in found[0].wanted
    assert "<letter>.txt" in found[1].wanted


def test_a_language_without_any_template_is_told_in_one_line() -> None:
    found = build({file: text for file, text in journey().items() if not file.startswith("templates/ja/")})
    assert isinstance(found, tuple)
    assert list(map(str, found)) == [
        "templates/ja/: found no such folder; wanted the letters and sentences of the language `ja`"
    ]


def test_a_language_the_desk_does_not_use_may_be_incomplete() -> None:
    rules = build({**texts(), "templates/fr/missing.txt": "Subject: a\n\nb"})
    assert isinstance(rules, Rules)
    assert "fr" not in rules.templates


def test_a_language_that_the_program_has_no_words_in_is_told() -> None:
    desk = DESK.replace('["en", "ja"]', '["en", "ja", "fr"]').replace('en = "Help desk"', 'en = "Help"\nfr = "Aide"')
    (problem,) = [problem for problem in built({"rules/desk.toml": desk}) if problem.file == "rules/desk.toml"]
    assert (problem.key, problem.found, problem.line) == ("languages.3", '"fr"', 3)
    assert problem.wanted.endswith("are known in: en, ja")


def test_two_forms_of_one_name_are_told() -> None:
    found = built({"rules/second.toml": FORM.replace('ja = "鍵の申請"', 'ja = "別の申請"')})
    assert [(problem.file, problem.key) for problem in found] == [("rules/second.toml", "title")]


WORDS_MISTAKES = [
    ('ids = "Please', 'idz = "Please', {("en", "faults.ids"), ("en", "faults.idz"), ("ja", "faults.idz")}),
    ("{domain}", "{domian}", {("en", "faults.email_free")}),
    ("{domain}", "{domain", {("en", "faults.email_free")}),
    ('duplicate = "closed', '# "closed', {("en", "status.duplicate")}),
    (' December"', '"', {("en", "dates.months")}),
    ("{weekday} ", "{week} ", {("en", "dates.date")}),
    ('too_large = "', 'very_large = "', {("en", "reasons.too_large"), ("ja", "reasons.very_large")}),
    ("held_over =", "held_ovr =", {("en", "alarms.held_over"), ("ja", "alarms.held_ovr")}),
    ("No letter is held", "No {letter} is held", {("en", "alarms.held_over")}),
    ("[kinds]", "[kindz]", {("en", "kinds"), ("en", "kindz")}),
]


@pytest.mark.parametrize(("old", "new", "places"), WORDS_MISTAKES, ids=[row[1] for row in WORDS_MISTAKES])
def test_a_mistake_in_the_words_is_told(old: str, new: str, places: set[tuple[str, str]]) -> None:
    found = changed("templates/en/words.toml", old, new)
    assert {(Path(problem.file).parent.name, problem.key) for problem in found} == places


def test_a_problem_reads_as_one_sentence() -> None:
    (problem,) = changed("rules/desk.toml", '"Asia/Tokyo"', '"Tokio"')
    wanted = 'rules/desk.toml:4: timezone: found "Tokio"; wanted a name of the IANA time zones, such as Asia/Tokyo'
    assert str(problem) == wanted


# What a case goes through: steps, documents, registers, what is closed

REGISTERS = """
[registers.accounts]
key = "account"

[registers.accounts.columns]
account = "account"
email = "email"
"""

JOURNEY = """\
account = "account"
takes = "purpose"

[title]
en = "Laboratory"
ja = "実験室の利用"

[people.applicant]
email = "email"
name = ["name"]

[people.responsible]
email = "boss"
name = ["name"]

[fields.account]
label = {en = "Account", ja = "アカウント"}
type = "account_name"
register = {name = "accounts", column = "account"}

[fields.name]
label = {en = "Name", ja = "氏名"}

[fields.email]
type = "email"
label = {en = "Email", ja = "メール"}

[fields.boss]
type = "email"
label = {en = "Boss", ja = "上司"}

[fields.purpose]
type = "long"
label = {en = "Purpose", ja = "目的"}

[fields.night]
type = "yes_no"
label = {en = "Also at night", ja = "夜間も利用"}

[fields.plan]
type = "plan"
label = {en = "Plan", ja = "計画"}

[fields.size]
from_plan = "total"
label = {en = "Size", ja = "容量"}

[[closed]]
when = {field = "night", is = "yes"}
since = "2022-05-13"
notice = {en = "Not at night now.", ja = "現在、夜間は利用できません。"}
instead = {night = "no"}

[[hints]]
when = {field = "night", is = "yes"}
text = {en = "The guard has to know.", ja = "守衛への連絡が必要です。"}

[season]
begins = "01-04"
ends = "02-29"

[documents.pledge]
title = {en = "Pledge", ja = "誓約書"}
signer = "responsible"
binds = ["purpose"]
words = ["pledge"]

[documents.own]
title = {en = "Own pledge", ja = "申請者の誓約書"}
signer = "applicant"
when = {field = "night", is = "no"}
words = ["own"]

[letters]
completed = "lab_ready"

[says.accepted]
en = "The room is yours."
ja = "ご利用いただけます。"

[records.accounts]
key = "account"
columns = {account = "account", email = "email"}

[[steps]]
kind = "fields"
letter = "missing"
limit = 10

[[steps]]
kind = "document"
documents = ["pledge", "own"]
limit = 10

[[steps]]
kind = "wait"
name = "objection"
notice = "notice"
limit = 5

[[steps]]
kind = "task"
name = "keys"
title = {en = "Keys", ja = "鍵"}
task = {en = "Hand out the keys.", ja = "鍵を渡してください。"}
each = true

[[steps]]
kind = "wait"
name = "silence"
when = {field = "night", is = "no"}
limit = 20
again = "keys"
ends.en = ["it works"]
ends.ja = ["できました"]

[[steps]]
kind = "notify"
letter = "lab_ready"
tells = ["applicant"]
"""
JOURNEY_LETTERS = ("missing", "document", "notice", "task", "lab_ready")


def journey(form: str = JOURNEY, missing: str = "") -> dict[str, str]:
    """The rules of a desk with that form, all its letters, and no other form; without the file `missing`."""
    given = {file: text for file, text in texts().items() if file != "rules/room-key.toml"}
    text = "Subject: a\n\n{{ says('accepted') }}"
    letters = {f"templates/{lang}/{name}.txt": text for lang in ("en", "ja") for name in JOURNEY_LETTERS}
    made = {**given, **letters, "rules/desk.toml": DESK + REGISTERS, "rules/laboratory.toml": form}
    return {file: text for file, text in made.items() if file != missing}


def test_a_form_with_every_kind_of_step_is_fine() -> None:
    rules = build(journey())
    assert isinstance(rules, Rules), "\n".join(map(str, rules))
    assert [step.id for step in rules.forms["laboratory"].steps] == [
        *("fields", "document", "objection", "keys", "silence", "notify")
    ]


JOURNEY_MISTAKES = [
    # conditions on no field, or on a value no field has
    (
        'when = {field = "night", is = "yes"}\nsince',
        'when = {field = "nigth", is = "yes"}\nsince',
        "closed.1.when",
        "`night`",
    ),
    (
        'signer = "applicant"\nwhen = {field = "night"',
        'signer = "applicant"\nwhen = {field = "day"',
        "documents.own.when",
        "one",
    ),
    ('"silence"\nwhen = {field = "night"', '"silence"\nwhen = {field = "light"', "steps.5.when", "`night`, probably"),
    (
        '"silence"\nwhen = {field = "night", is = "no"',
        '"silence"\nwhen = {field = "night", is = "No"',
        "steps.5.when",
        "yes",
    ),
    (
        "[records.accounts]\n",
        '[records.accounts]\nwhen = {field = "day", is = "x"}\n',
        "records.accounts.when",
        "one of",
    ),
    ('[[hints]]\nwhen = {field = "night"', '[[hints]]\nwhen = {field = "nigth"', "hints.1.when", "`night`, probably"),
    # hints, closed, season
    (', ja = "守衛への連絡が必要です。"', "", "hints.1.text.ja", "a text in the language `ja`"),
    ('notice = {en = "Not at night now.", ja = "現在、夜間は利用できません。"}\n', "", "closed.1.notice", "this key"),
    (', ja = "現在、夜間は利用できません。"', "", "closed.1.notice.ja", "a notice in the language `ja`"),
    ('since = "2022-05-13"', 'since = "13 May 2022"', "closed.1.since", "YYYY-MM-DD"),
    ('since = "2022-05-13"', 'since = "20220513"', "closed.1.since", "YYYY-MM-DD"),
    ('instead = {night = "no"}', 'instead = {nite = "no"}', "closed.1.instead.nite", "`night`, probably"),
    ('instead = {night = "no"}', 'instead = {night = "never"}', "closed.1.instead.night", "one of yes, no"),
    ('instead = {night = "no"}', 'instead = {night = "yes"}', "closed.1.instead", "accepted"),
    ('begins = "01-04"', 'begins = "04 January"', "season.begins", "MM-DD"),
    ('ends = "02-29"', 'ends = "02-30"', "season.ends", "MM-DD"),
    # what is named and is not there
    ('account = "account"\ntakes', 'account = "acount"\ntakes', "account", "`account`, probably"),
    ('account = "account"\ntakes', 'account = "name"\ntakes', "account", "a field with `register`"),
    ('takes = "purpose"', 'takes = "purpos"', "takes", "`purpose`, probably"),
    ('takes = "purpose"', 'takes = "night"', "takes", "line, lines, long"),
    (
        'name = "accounts", column = "account"',
        'name = "acounts", column = "account"',
        "fields.account.register.name",
        "`accounts`",
    ),
    (
        'name = "accounts", column = "account"',
        'name = "accounts", column = "acc"',
        "fields.account.register.column",
        "`account`",
    ),
    ('from_plan = "total"', 'from_plan = "totall"', "fields.size.from_plan", "`total`, probably"),
    ('binds = ["purpose"]', 'binds = ["purposes"]', "documents.pledge.binds.1", "`purpose`, probably"),
    ("[records.accounts]", "[records.acounts]", "records.acounts", "`accounts`, probably"),
    ('email = "email"}\n', 'mail = "email"}\n', "records.accounts.columns.mail", "`email`, probably"),
    ('email = "email"}\n', 'email = "mail"}\n', "records.accounts.columns.email", "`email`, probably"),
    ('columns = {account = "account", email', "columns = {email", "records.accounts.key", "one of email"),
    ('key = "account"\ncolumns', 'key = "email"\ncolumns', "records.accounts.key", "`account`, the key"),
    # letters
    ('letter = "lab_ready"', 'letter = "lab_redy"', "steps.6.letter", "templates/en/lab_redy.txt"),
    ('letter = "lab_ready"\n', "", "steps.6.letter", "the letter that tells it"),
    ('notice = "notice"', 'notice = "notise"', "steps.3.notice", "templates/ja/notise.txt"),
    ('completed = "lab_ready"', 'completed = "lab_readi"', "letters.completed", "templates/en/lab_readi.txt"),
    ('completed = "lab_ready"', 'compleet = "lab_ready"', "letters.compleet", "`completed`, probably"),
    # languages
    ('ja = "ご利用いただけます。"\n', "", "says.accepted.ja", "this sentence in the language `ja`"),
    (', ja = "鍵を渡してください。"', "", "steps.4.task.ja", "what is to be done in the language `ja`"),
    ('task = {en = "Hand out the keys.", ja = "鍵を渡してください。"}\n', "", "steps.4.task.en", "what is to be done"),
    (', ja = "鍵"}', "}", "steps.4.title.ja", "the title in the language `ja`"),
    ('title = {en = "Keys", ja = "鍵"}\n', "", "steps.4.title.en", "the title in the language `en`"),
    ("[says.accepted]", "[says.acepted]", "says.acepted", "`accepted`, probably"),
    ("[says.accepted]", "[says.at_key]", "says.at_key", "`at_keys`, probably"),
    ('ends.ja = ["できました"]\n', "", "steps.5.ends.ja", "the words in the language `ja`"),
    (', ja = "申請者の誓約書"', "", "documents.own.title.ja", "a title in the language `ja`"),
    # steps that can never end, begin, or be told apart
    ('documents = ["pledge", "own"]\n', "", "steps.2.documents", "the documents that are waited for"),
    ('documents = ["pledge", "own"]', 'documents = ["pledge", "owm"]', "steps.2.documents.2", "`own`, probably"),
    ('documents = ["pledge", "own"]', 'documents = ["pledge"]', "documents.own", "in the `documents` of a step"),
    ('notice = "notice"\nlimit = 5\n', 'notice = "notice"\n', "steps.3.limit", "a `limit`, or words in `ends`"),
    ('notice = "notice"\nlimit = 5\n', 'notice = "notice"\nlimit = 5\nafter = "tell"\n', "steps.3.after", "ends"),
    ('notice = "notice"\nlimit = 5\n', 'notice = "notice"\nlimit = 5\nafter = "expire"\n', "steps.3.after", "go_on"),
    ('kind = "task"\n', 'kind = "task"\nafter = "tell"\n', "steps.4.after", "a `limit`"),
    ('[fields.plan]\ntype = "plan"', '[fields.plan]\ntype = "line"', "steps.4.each", 'type = "plan"'),
    ('kind = "task"\n', 'kind = "task"\nday = "nite"\n', "steps.4.day", "`night`, probably"),
    ('kind = "task"\n', 'kind = "task"\nday = "night"\n', "steps.4.day", 'type = "date"'),
    ('again = "keys"', 'again = "kyes"', "steps.5.again", "`keys`, probably"),
    ('again = "keys"', 'again = "notify"', "steps.5.again", "one of"),
    ('name = "silence"', 'name = "keys"', "steps.5.name", "a `name` of its own"),
    ('name = "silence"\n', 'name = "objection"\n', "steps.5.name", "of its own for each"),
    (
        'limit = 10\n\n[[steps]]\nkind = "document"',
        'limit = 0\n\n[[steps]]\nkind = "document"',
        "steps.1.limit",
        "1 or more",
    ),
    ('signer = "responsible"', 'signer = "director"', "documents.pledge.signer", "'responsible'"),
    ('[people.responsible]\nemail = "boss"\nname = ["name"]\n', "", "documents.pledge.signer", "[people.responsible]"),
    ('tells = ["applicant"]', "tells = []", "steps.6.tells", "at least one of"),
    ('kind = "task"\n', 'kind = "task"\nends.en = ["x"]\n', "steps.4.ends", 'only with kind = "wait"'),
    ('words = ["own"]', 'words = ["Pledge:"]', "documents.own.words.1", "words of its own"),
]


@pytest.mark.parametrize(
    ("old", "new", "key", "wanted"), JOURNEY_MISTAKES, ids=[f"{row[2]} {row[3]}" for row in JOURNEY_MISTAKES]
)
def test_a_mistake_in_what_a_case_goes_through_is_told(old: str, new: str, key: str, wanted: str) -> None:
    assert JOURNEY.count(old) == 1, old
    problems = build(journey(JOURNEY.replace(old, new)))
    assert isinstance(problems, tuple), "nothing was found wrong"
    found = [problem for problem in problems if problem.key == key]
    assert found, "\n".join(map(str, problems))
    assert any(wanted in problem.wanted for problem in found), found
    assert all(problem.line is not None for problem in found)


@pytest.mark.parametrize("name", ["document", "task", "notice", "lab_ready"])
def test_a_letter_of_a_step_that_one_language_lacks_is_missed(name: str) -> None:
    (problem,) = build(journey(missing=f"templates/ja/{name}.txt"))
    assert (
        str(problem) == f"templates/ja/{name}.txt: found no such file; wanted this letter, as templates/en/{name}.txt"
    )


def test_a_person_told_who_takes_no_part_is_missed() -> None:
    text = JOURNEY.replace('signer = "responsible"', 'signer = "applicant"')
    text = text.replace('[people.responsible]\nemail = "boss"\nname = ["name"]\n', "")
    problems = build(journey(text.replace('tells = ["applicant"]', 'tells = ["applicant", "responsible"]')))
    assert isinstance(problems, tuple)
    assert [(problem.key, problem.found) for problem in problems] == [
        ("steps.6.tells.2", '"responsible", who takes no part')
    ]


def test_a_notice_needs_an_account_whose_holder_can_be_told() -> None:
    problems = build(journey(JOURNEY.replace('account = "account"\ntakes', "takes")))
    assert isinstance(problems, tuple)
    assert [problem.key for problem in problems] == ["steps.3.notice"]


def test_a_notice_needs_a_register_with_addresses() -> None:
    given = journey()
    problems = build(
        {**given, "rules/desk.toml": given["rules/desk.toml"].replace('email = "email"', 'email = "text"')}
    )
    assert isinstance(problems, tuple)
    assert [(problem.key, problem.wanted) for problem in problems] == [
        ("steps.3.notice", 'a column = "email" in the register')
    ]


def test_a_broken_desk_blames_no_register_of_a_form() -> None:
    given = {**journey(), "rules/desk.toml": DESK.replace("timezone", "timezon") + REGISTERS}
    problems = build(given)
    assert isinstance(problems, tuple)
    assert {problem.file for problem in problems} == {"rules/desk.toml"}


# Templates: what they ask of what they are given

SHIPPED = shipped_rules()
assert isinstance(SHIPPED, Rules), "\n".join(map(str, SHIPPED))


def found_in(letter: str, source: str) -> list[Problem]:
    """What is wrong with the shipped templates once this letter reads so in English."""
    templates = {**SHIPPED.templates, "en": {**SHIPPED.templates["en"], letter: source}}
    return list(proofread(SHIPPED.model_copy(update={"templates": templates})))


def test_the_shipped_templates_are_in_order() -> None:
    assert [str(problem) for problem in proofread(SHIPPED)] == []


TEMPLATE_MISTAKES = [
    # attributes that what a name holds does not have
    ("review", "{{ case.numbr }}", "case.numbr", "`number`, probably"),
    ("review", "{% if case.is_open %}x{% endif %}", "case.is_open", "`open`, probably"),
    ("review", "{{ case.consent.conf }}", "case.consent.conf", "`confirmed`, probably"),
    ("review", "{{ case.tasks.certificate.nummer }}", "case.tasks.certificate.nummer", "`number`, probably"),
    ("review", '{{ form["titel"] }}', "form.titel", "`title`, probably"),
    ("review", "{{ form.people.responsible.mail }}", "form.people.responsible.mail", "`email`, probably"),
    ("review", "{{ desk.adress }}", "desk.adress", "`address`, probably"),
    ("review", "{{ clerk.nam }}", "clerk.nam", "`name`, probably"),
    # names in calls that no form has
    ("certificate_posted", '{{ value("acount_name") }}', 'value("acount_name")', "`account_name`, probably"),
    ("certificate_posted", '{{ label("acount_name") }}', 'label("acount_name")', "`account_name`, probably"),
    ("certificate_posted", '{{ value("group_id") }}', 'value("group_id")', "one of"),
    ("review", '{{ values(["email", "emial"]) }}', 'values("emial")', "`email`, probably"),
    ("review", '{{ person("responsable") }}', 'person("responsable")', "`responsible`, probably"),
    ("review", '{{ document("pledg") }}', 'document("pledg")', "`pledge`, probably"),
    ("review", '{{ wanted_documents("aplicant") }}', 'wanted_documents("aplicant")', "`applicant`, probably"),
    ("review", '{{ say("reason", why) }}', 'say("reason")', "`reasons`, probably"),
    ("review", '{{ say("values", "terabyte") }}', 'say("values", "terabyte")', "one of"),
    ("review", "{{ persn }}", "persn", "`person`, probably"),
    ("review", '{{ labels(["emial"], ", ") }}', 'labels("emial")', "`email`, probably"),
    # what Jinja itself does not know: below a condition only the letter that gets there would tell
    ("review", "{% if why %}{{ why | clp }}{% endif %}", "clp", "`clip`, probably"),
    ("review", "{% include 'review.txt' %}", "", "the text itself"),
    ("review", "{% import 'review.txt' as other %}", "", "the text itself"),
    ("review", "{% if why is definde %}x{% endif %}", "definde", "`defined`, probably"),
]


@pytest.mark.parametrize(
    ("letter", "text", "key", "wanted"), TEMPLATE_MISTAKES, ids=[row[1] for row in TEMPLATE_MISTAKES]
)
def test_a_mistake_in_a_template_is_told(letter: str, text: str, key: str, wanted: str) -> None:
    (problem,) = found_in(letter, f"Subject: a\n\nDear all,\n{text}\n")
    assert (problem.file, problem.line, problem.key) == (f"templates/en/{letter}.txt", 4, key)
    assert wanted in problem.wanted


NOT_READ = [("{{ why | clp }}", "No filter named 'clp'"), ("{% if why %}", "Unexpected end of template")]


@pytest.mark.parametrize(("text", "why"), NOT_READ)
def test_what_jinja_refuses_is_told_with_its_line(text: str, why: str) -> None:
    (problem,) = found_in("review", f"Subject: a\n\nDear all,\n{text}\n")
    assert problem.line == 4
    assert why in problem.found


def test_an_unknown_name_is_told_where_it_is_asked_for_and_not_where_the_text_has_the_same_word() -> None:
    (problem,) = found_in("review", "Subject: numbr\n\nThe numbr is\n{{ numbr }}\n")
    assert (problem.line, problem.key) == (4, "numbr")


FINE = [
    "{% set case = {'nothing': 1} %}{{ case.nothing }}",
    "{% for form in forms.values() %}{{ form.anything }}{% endfor %}",
    "{% macro told(clerk) %}{{ clerk.anything }}{% endmacro %}{{ told(role) }}",
    "{{ form.step_of('consent').shows }}{{ form.says.whatever }}{{ case.values.items() | list }}",
    "{% macro value(key) %}{{ key }}{% endmacro %}{{ value('whatever') }}",
    "{{ wanted_documents('applicant') }}{{ say('reasons', why) }}{{ say('alarms', why ~ '_over') }}",
    "{{ value(keys[0]) }}{{ person(role) }}{{ case.rows[0].whatever }}",
]


@pytest.mark.parametrize("text", FINE)
def test_what_may_be_there_is_no_mistake(text: str) -> None:
    assert found_in("review", f"Subject: a\n\n{text}\n") == []


def test_of_a_letter_that_no_form_names_it_is_not_known_which_fields_it_may_show() -> None:
    assert found_in("unused", 'Subject: a\n\n{{ value("whatever") }}{{ document("whatever") }}\n') == []


SUBJECTS = [
    "{% macro told(name) %}\nDear {{ name }},\n\n{% endmacro %}\nSubject: a\n\n{{ told(to) }}",
    "{% set dear %}\nDear all,\n{% endset %}\nSubject: {{ form.title[lang] }}\n\n{{ dear }}",
    "{% if why %}\nSubject: a\n{% else %}\nSubject: b\n{% endif %}\n\n{{ text }}",
    "Subject: a\r\n\r\n{{ text }}\r\n",
]


@pytest.mark.parametrize("source", SUBJECTS)
def test_a_subject_may_stand_below_what_shows_nothing_and_inside_a_condition(source: str) -> None:
    assert found_in("review", source) == []


BARE = [
    ("Dear all,\n\nbye", 1, "", "a line that begins with `Subject:`"),
    ("\nSubject: a\n\nb", 1, "", "a line that begins with `Subject:`"),
    ("Subject: \n\nb", 1, "Subject", "a subject"),
    ("{% set x = 1 %}\n{# why #}\nSubject:\n\n{{ x }}", 3, "Subject", "a subject"),
    ("Subject: a\n", 1, "", "the text of the letter"),
    ("Subject: a\nb\n\n \n", 1, "", "the text of the letter"),
]


@pytest.mark.parametrize(("source", "line", "key", "wanted"), BARE)
def test_a_template_without_subject_or_text_is_told(source: str, line: int, key: str, wanted: str) -> None:
    (problem,) = found_in("review", source)
    assert (problem.line, problem.key, problem.wanted) == (line, key, wanted)


# Letters that a desk without some of the forms never sends


def center(*names: str) -> Rules:
    """The shipped desk with these forms alone."""
    return SHIPPED.model_copy(update={"forms": {name: SHIPPED.forms[name] for name in names}})


def with_letters(rules: Rules, letters: Collection[str]) -> Rules:
    """The same with these templates alone."""
    kept = {language: {name: own[name] for name in own if name in letters} for language, own in rules.templates.items()}
    return rules.model_copy(update={"templates": kept})


@pytest.mark.parametrize("name", SHIPPED.forms)
def test_a_center_needs_the_letters_alone_that_its_form_can_send(name: str) -> None:
    needed = letters_needed(center(name).forms.values())
    assert needed < SHIPPED.templates["en"].keys()
    assert list(proofread(with_letters(center(name), needed))) == []


def test_each_letter_that_a_desk_can_send_and_that_is_not_there_is_told_once_a_file() -> None:
    needed = letters_needed(SHIPPED.forms.values()) - {"alarm", "status"}
    assert [problem.file for problem in proofread(with_letters(SHIPPED, needed))] == [
        f"templates/{language}/{name}.txt" for language in ("en", "ja") for name in ("alarm", "status")
    ]


UNSENT = [
    ("enquiry", {"consent", "agreed", "declined", "review", "accepted", "document", "notice", "objection", "missing"}),
    ("new-account", {"notice", "objected", "objection", "objection_over", "unannounced", "accepted", "question"}),
    ("change-registration", {"account_ready", "question"}),
]


@pytest.mark.parametrize(("name", "unsent"), UNSENT)
def test_a_letter_of_a_step_that_no_form_has_or_that_is_another_in_every_form_may_be_missing(
    name: str, unsent: set[str]
) -> None:
    assert not letters_needed(center(name).forms.values()) & unsent


@pytest.mark.parametrize("name", SHIPPED.forms)
def test_the_letters_of_a_case_that_clerks_look_after_by_hand_are_always_there(name: str) -> None:
    """It may be of a form, or in a step, that the rules have no more."""
    needed = letters_needed(center(name).forms.values())
    assert needed >= {"task", "overdue", "reminder", "passed_on", "status", "help", "closed_case", "transcript"}


def test_a_letter_that_nobody_sends_may_be_there_in_one_language_alone() -> None:
    assert isinstance(build({**texts(), "templates/en/whatever.txt": "Subject: a\n\nb"}), Rules)
