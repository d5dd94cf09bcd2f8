"""Letters as people get them: every letter in every language against its golden file.

MAILBOT_GOLDEN=1 writes the golden files (tests/letters/<language>/<letter>.txt) anew.
"""

import os
import re
from pathlib import Path

import pytest
from letter_examples import (
    AFFILIATIONS,
    DESK,
    EXAMPLES,
    FORM,
    LANGUAGES,
    LETTERS,
    LOG,
    RULES,
    case,
    every_language,
    every_letter,
    of_every_letter,
    words,
)

from mailbot.core import commands
from mailbot.core.case import Case
from mailbot.core.columns import width
from mailbot.core.commands import COMMANDS
from mailbot.core.events import LetterWritten
from mailbot.core.fields import understand
from mailbot.core.outcome import PARTS, Letter
from mailbot.core.reading import read
from mailbot.core.rules import Form
from mailbot.core.token import CODE_PLACE
from mailbot.edge.letters import BETWEEN_LANGUAGES, Letters, Voice
from mailbot.edge.letters.templates import Unfillable

GOLDEN = Path(__file__).parent / "letters"
MOST_LINES = 25
WIDEST = 76


def without_form(text: str) -> str:
    return re.sub(r"^=== form \S+ begin ===.*?^=== form \S+ end ===.*?$", "", text, flags=re.MULTILINE | re.DOTALL)


def form_of(letter: Letter) -> Form:
    form = letter.data.get("form", FORM)
    assert isinstance(form, Form)
    return form


def own_lines(name: str, language: str) -> list[str]:
    """The lines of a letter that are neither form nor values nor keywords nor quoted nor empty."""
    letter = EXAMPLES[name](language)
    about = letter.data.get("case")
    form = form_of(letter)
    voice = Voice(RULES, language, form, about if isinstance(about, Case) else None)
    values = set("\n".join([voice.values(), voice.values(list(form.fields))]).split("\n"))
    between = {"en": ": ", "ja": "："}[language]
    values |= {f"  {row.usage[language]}{between}{row.help[language]}" for row in COMMANDS}
    lines = without_form(words(name, language).text).split("\n")
    return [line for line in lines if line.strip() and line not in values and not line.startswith(">")]


@every_letter
@every_language
def test_a_letter_reads_as_its_golden_file_says(name: str, language: str) -> None:
    letter = words(name, language)
    file = GOLDEN / language / f"{name}.txt"
    text = f"To: {letter.to}\nSubject: {letter.subject}\n\n{letter.text}\n"
    if os.environ.get("MAILBOT_GOLDEN") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_every_template_has_an_example_and_every_golden_file_a_letter() -> None:
    made = [make(LANGUAGES[0]) for make in EXAMPLES.values()]
    used = {form_of(letter).letters.get(letter.template, letter.template) for letter in made}
    for language in LANGUAGES:
        assert used | PARTS == RULES.templates[language].keys()
        assert {file.stem for file in (GOLDEN / language).glob("*.txt")} == EXAMPLES.keys()


@of_every_letter
def test_a_letter_is_short_and_narrow(name: str, language: str) -> None:
    listed = {"transcript-help": len(COMMANDS), "head": 2}.get(name, 0)
    assert len(own_lines(name, language)) <= MOST_LINES + listed, (
        "beside the list of all keywords, or lines for programs"
    )
    for line in words(name, language).text.split("\n"):
        unbreakable = max((width(word) for word in line.split()), default=0) > 60 and line.isascii()
        assert width(line) <= WIDEST or unbreakable, line


@of_every_letter
def test_a_letter_shows_no_placeholder_and_nothing_of_the_inside(name: str, language: str) -> None:
    letter = words(name, language)
    shown = without_form(letter.text).replace(CODE_PLACE, "")  # the code is put in when bytes are made
    shown = shown.replace("invalid_grant", "")  # what a provider calls it, which an operator looks up
    assert not re.search(r"[{}]|%\}|\bNone\b|\bTrue\b|\bFalse\b|Undefined", shown + letter.subject)
    assert not re.search(r"[a-z]_[a-z]", shown), "a rule key, a code or the name of a template"
    assert not [form for form in RULES.forms if "-" in form and form in shown]
    assert "\n\n\n" not in letter.text
    assert letter.text == letter.text.strip()
    assert not re.search(r"[ \t]$", letter.text, re.MULTILINE)


@of_every_letter
def test_letters_are_written_in_their_own_language(name: str, language: str) -> None:
    japanese = re.search("[぀-ヿ]", "\n".join(own_lines(name, language)))
    assert bool(japanese) == (language == "ja"), japanese


@of_every_letter
def test_a_letter_that_comes_back_unquoted_is_no_answer(name: str, language: str) -> None:
    text = words(name, language).text
    assert commands.consent(text) is None
    assert not commands.asks_status(text)
    assert not commands.begins_with_command(text)


def replied(letter: LetterWritten, *filled: tuple[str, str]) -> str:
    """The letter as a mail program quotes it below a thank-you, with values written behind labels inside the quote."""
    lines = "\n".join(f"> {line}".rstrip() for line in f"{letter.text}\n\n-- \nDesk\n{LOG}".split("\n"))
    for label, value in filled:
        assert re.search(rf"^> {re.escape(label)}$", lines, re.MULTILINE), label
        lines = re.sub(rf"^> {re.escape(label)}$", f"> {label} {value}", lines, flags=re.MULTILINE)
    return f"Thanks.\n\nOn Mon, 6 Apr 2026 at 10:02, Desk wrote:\n{lines}\n"


@of_every_letter
def test_a_letter_quoted_untouched_says_nothing(name: str, language: str) -> None:
    if name in ("closed", "closed-plan"):
        return  # it brings a form that is ready to be sent back
    reading = read(replied(words(name, language)), form_of(EXAMPLES[name](language)), answers_ours=True)
    assert reading.answers == {}
    assert reading.unread == ()


@every_language
def test_the_form_that_comes_with_a_notice_is_ready_to_be_sent_back(language: str) -> None:
    text = replied(words("closed", language)).replace("Thanks.", "")
    answers = read(text, FORM, answers_ours=False).answers
    assert answers["family_name"] == ("Iden",)
    assert understand(FORM, DESK, answers, language).faults == ()
    assert understand(FORM, DESK, answers, language).values["personal_genome"] == "no"


@pytest.mark.parametrize("name", ["missing", "reminder"])
@pytest.mark.parametrize(
    "language, labels", [("en", ("Nationality *:", "Telephone *:")), ("ja", ("国籍＊：", "電話番号＊："))]
)
def test_what_is_filled_in_inside_the_quote_is_read(name: str, language: str, labels: tuple[str, str]) -> None:
    text = replied(words(name, language), (labels[0], "Japan"), (labels[1], "055-000-0000"))
    assert read(text, FORM, answers_ours=True).answers == {"nationality": ("Japan",), "telephone": ("055-000-0000",)}


@every_language
def test_a_refused_order_tells_nobody(language: str) -> None:
    assert "ichiro@univ.example" in words("transcript", language).text
    for name in ("transcript-mistakes", "transcript-two", "transcript-role"):
        assert "@" not in words(name, language).text
    assert {"en": "letter to", "ja": "送信先"}[language] not in words("transcript-moved", language).text


@every_language
def test_all_letters_of_a_case_have_one_subject(language: str) -> None:
    letters = {name: EXAMPLES[name](language) for name in EXAMPLES}
    of_cases = {name: form_of(letter) for name, letter in letters.items() if "case" in letter.data}
    for name, form in of_cases.items():
        assert words(name, language).subject == f"[{DESK.name} 2026-00042] {form.title[language]}"


@every_language
def test_a_responsible_person_not_yet_known_sees_name_affiliation_and_purpose_only(language: str) -> None:
    hidden = ("taro@univ.example", "ichiro@univ.example", "Suzuki", "55-981", "411-8540", "taro-i", "Plant genetics")
    for name in ("consent", "reminder-responsible"):
        text = words(name, language).text
        assert not [part for part in hidden if part in text]
        assert all(part in text.replace("\n      ", "") for part in ("Taro", "Iden", AFFILIATIONS[language]))


@every_language
def test_what_was_only_copied_from_the_applicant_is_not_said_twice(language: str) -> None:
    text = words("received-own", language).text
    assert text.count("55-981-0000") == 1
    assert FORM.fields["responsible_telephone"].label[language] not in text


def test_a_letter_in_two_languages_holds_both_below_each_other() -> None:
    letter = EXAMPLES["consent"]("en")
    both = LETTERS.words(Letter("consent", letter.to, letter.role, ("en", "ja"), letter.data), 3, "k1")
    english, japanese = both.text.split(BETWEEN_LANGUAGES)
    assert english.startswith("Dear Sir or Madam")
    assert "同意します" in japanese
    assert both.subject == f"[{DESK.name} 2026-00042] {FORM.title['en']} / {FORM.title['ja']}"


def test_what_a_person_wrote_is_never_a_template_and_brings_no_control_signs() -> None:
    wicked = {"first_name": "", "job_title": "{{ desk.clerks }}\r\n{% raw %}\x1b[31m\x00"}
    about = case("en", "review", "ready", wicked, name="{{ desk }}\r\nBcc: x@free.example")
    about = about.model_copy(update={"values": {**about.values, "job_title": wicked["job_title"]}})
    letter = LETTERS.words(Letter("review", "m@desk.example", "clerk", ("en",), _review(about)), 1, "k1")
    assert "{{ desk.clerks }}" in letter.text
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", letter.text)


UNFILLABLE = [
    ("Dear {{ case.tasks.nobody.number }}", r"templates/en/review\.txt:3: UndefinedError: .*nobody"),
    ("{{ say('reasons', 'no such code') }}", r"templates/en/review\.txt:3: KeyError: 'no such code'"),
]


@pytest.mark.parametrize(("text", "why"), UNFILLABLE)
def test_a_template_that_cannot_be_filled_in_is_named_with_its_line(text: str, why: str) -> None:
    templates = {"en": {**RULES.templates["en"], "review": f"Subject: x\n\n{text}"}}
    letters = Letters(RULES.model_copy(update={"templates": templates}))
    letter = Letter("review", "m@desk.example", "clerk", ("en",), _review(case("en", "review", "ready")))
    with pytest.raises(Unfillable, match=f"^{why}"):
        letters.words(letter, 1, "k1")


def _review(about: Case) -> dict[str, object]:
    return {"case": about, "form": FORM, "clerk": DESK.clerks[1]}
