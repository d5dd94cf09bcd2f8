"""Rules are checked as a whole: every mistake is told, with file, line, what was found and what is wanted."""

import hashlib
import json
from pathlib import Path

import pytest

from mailbot.core.rules import Rules
from mailbot.core.rulesets import Problem, build
from mailbot.edge.config import shipped

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
ja = ["一階"]

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
    ("timezone =", "timezon =", "timezon", "`timezone`, probably"),
    ('"morgan@staff.desk.example"', '"Sato@staff.desk.example"', "clerks.2.address", "of their own"),
    ('language = "ja"', 'language = "jp"', "clerks.1.language", "one of en, ja"),
    ('language = "ja"', 'langauge = "ja"', "clerks.1.langauge", "`language`, probably"),
    ('language = "ja"', 'roles = ["decides"]', "clerks.1.roles.1", "'decide'"),
    ('ja = "窓口"\n', "", "titles.ja", "in the language `ja`"),
    ("closing_days", 'operators = ["root"]\nclosing_days', "operators.1", "plain address"),
    ("closing_days", 'operators = ["HelpDesk@desk.example"]\nclosing_days', "operators.1", "of their own"),
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
    form = FORM.replace('ja = "上司"', 'ja = "氏名"').replace('kind = "consent"', 'kind = "fields"')
    found = built({"rules/desk.toml": DESK.replace("Asia/Tokyo", "Tokio"), "rules/room-key.toml": form})
    assert [problem.file for problem in found] == ["rules/desk.toml", "rules/room-key.toml", "rules/room-key.toml"]
    assert found[1].line is not None
    assert found[2].line is not None
    assert found[1].line < found[2].line


def test_a_broken_desk_does_not_hide_a_broken_form() -> None:
    found = built({"rules/desk.toml": DESK.replace("timezone", "timezon"), "rules/room-key.toml": FORM + "\n[["})
    assert {problem.file for problem in found} == {"rules/desk.toml", "rules/room-key.toml"}


def test_a_letter_that_a_step_or_another_language_needs_is_missed() -> None:
    given = texts()
    del given["templates/ja/consent.txt"]
    found = build(given)
    assert isinstance(found, tuple)
    assert {(problem.file, problem.key) for problem in found} == {
        ("rules/room-key.toml", "steps.2.letter"),
        ("templates/ja/consent.txt", ""),
    }


def test_files_that_nobody_would_read_are_told() -> None:
    found = built({"rules/Room key.toml": "", "templates/en/missing.html": ""})
    assert [problem.file for problem in found] == ["rules/Room key.toml", "templates/en/missing.html"]


def test_a_language_the_desk_does_not_use_may_be_incomplete() -> None:
    rules = build({**texts(), "templates/fr/missing.txt": "Subject: a\n\nb"})
    assert isinstance(rules, Rules)
    assert "fr" not in rules.templates


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
