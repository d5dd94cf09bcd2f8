"""Names and addresses that are not what they seem to be: clerks are told, the applicant is asked where plain letters
are needed, and no letter shows what would deceive its reader."""

import json
import re

import pytest
from correspondence import MORGAN, SATO, Correspondence, rules_with, said
from form_pieces import FIELDS_STEP, REVIEW_STEP
from ordinary_names import NAMES, listed
from test_clerk_commands import QUESTIONS, TARO

from mailbot.cli.words import complain, say
from mailbot.core.decide.disguised import disguised
from mailbot.core.events import Facts, Plan, PlanUser, Remark, Sender
from mailbot.core.evidence import NOTHING, gather
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read
from mailbot.core.fields.wrong import FAULTS, Wrong
from mailbot.core.message import Mailbox, Message
from mailbot.core.rules import FieldRule, FieldType
from mailbot.core.sender import strange
from mailbot.core.shown import applicant_shown
from mailbot.edge.letters import Letters, Voice
from mailbot.edge.parsing import parse
from mailbot.views.cases import case_text

FIELDS = """
[fields.login]
type = "account_name"
label = {en = "Login", ja = "ログイン名"}

[fields.town]
type = "lines"
label = {en = "Town", ja = "町"}
"""
STEPS = FIELDS + FIELDS_STEP + REVIEW_STEP
RULES = rules_with({"room-key": QUESTIONS + STEPS})
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
BY_HAND = "Name: {name}\nEmail: {email}\nRoom: cellar\nBoss's email: ichiro@univ.example\n"


def applied(name: str = "Taro Yamada", email: str = TARO, more: str = "", sender: str = TARO) -> Correspondence:
    of = Correspondence(RULES)
    of.apply(sender, BY_HAND.format(name=name, email=email) + more)
    return of


def codes(of: Correspondence) -> list[tuple[str, str]]:
    return [(remark.code, remark.field) for remark in of.case.remarks]


def test_a_cyrillic_letter_in_a_name_is_named_to_clerks_in_their_language() -> None:
    of = applied("t\u0430naka")
    assert "“Name”: in “t\u0430naka”, the letter “\u0430” is Cyrillic (U+0430) among Latin letters." in said(
        of.last(MORGAN)
    )
    japanese = of.last(SATO).text.replace("\n  ", "")
    assert "ローマ字の中に別の種類の文字が混じっています：「\u0430」はキリル文字（U+0430）。" in japanese
    assert "Cyrillic" not in said(of.last(TARO)), "whoever wrote it is not told how it was found out"


def test_what_turns_the_direction_of_reading_reaches_no_letter_and_is_named() -> None:
    of = applied("Taro \u202eadamaY\u202c")
    review = said(of.last(MORGAN))
    assert "Name: Taro ‹U+202E›adamaY‹U+202C›" in review
    assert "U+202E (turns the direction of reading)" in review
    assert "U+202E（文字の並ぶ向きを変える記号）" in of.last(SATO).text.replace("\n  ", "")
    assert not any(TURNING.search(letter.text + letter.subject) for letter in of.letters)
    assert of.case.answers["name"] == ("Taro \u202eadamaY\u202c",), "the journal has it as it was written"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ta\u200bro", "hidden_signs"),
        ("аррӏе", "lookalike_letters"),
        ("𝐭𝐚𝐫𝐨", "lookalike_letters"),
        ("Z" + "\u0301" * 30 + "a", "many_marks"),
        ("Τanaka", "mixed_letters"),
    ],
)
def test_every_disguise_of_a_name_is_remarked(name: str, code: str) -> None:
    of = applied(name)
    assert codes(of) == [(code, "name")]
    assert of.case.status == "ready", "it is for clerks to judge, and nothing is asked again"


def test_signs_that_were_taken_out_of_a_value_are_shown_where_they_were() -> None:
    of = applied("Ta\u200bro")
    assert of.case.values["name"] == "Taro"
    assert "With them, it is “Ta‹U+200B›ro”." in said(of.last(MORGAN))


def test_an_address_of_several_lines_is_remarked_only_where_it_is_turned_around() -> None:
    assert codes(applied(more="Town: Mi\u00adshima, TGFа\n")) == []
    assert codes(applied(more="Town: Mishima\u202e 1-1\n")) == [("hidden_signs", "town")]


@pytest.mark.parametrize("name", ["می\u200cخواهم", "श्री\u200dमती", "ශ්\u200dරී ලංකා", "សុខ\u200bសាន្ត"])
def test_a_name_keeps_the_signs_that_it_is_spelled_with(name: str) -> None:
    of = applied(name)
    assert (of.case.values["name"], codes(of)) == (name, [])
    assert name in of.last(MORGAN).text


def test_the_users_of_a_plan_are_looked_at_as_well_and_a_long_list_is_cut() -> None:
    plan_form = rules_with(
        {"p": QUESTIONS + '[fields.plan]\ntype = "plan"\nlabel = {en = "Plan", ja = "計画"}\n' + STEPS}
    )
    odd = (
        PlanUser(row=1, name="T\u0430ro", email="a\u202eb@univ.example"),
        PlanUser(row=2, name="田中 太郎", account="taro"),
    )
    case = applied().case.model_copy(update={"plan": Plan(users=odd)})
    found = list(disguised(plan_form.forms["p"], case, {}, {"plan": "0" * 64}))
    assert [(one.code, one.field) for one in found] == [("mixed_letters", "plan"), ("hidden_signs", "plan")]
    many = case.model_copy(update={"plan": Plan(users=odd * 500)})
    assert len(list(disguised(plan_form.forms["p"], many, {}, {"plan": "0" * 64}))) == 20


def test_ordinary_names_bring_no_remark_and_stand_in_the_letters_as_they_are() -> None:
    for name in listed(NAMES)[::7]:
        of = applied(name)
        assert codes(of) == [], name


def test_a_number_copied_out_of_an_address_book_brings_no_remark() -> None:
    of = applied("\u2068Taro Yamada\u2069")
    assert (codes(of), of.case.values["name"]) == ([], "Taro Yamada")


def test_an_account_name_with_a_cyrillic_letter_is_asked_again_and_the_letter_is_named() -> None:
    of = applied(more="Login: t\u0430naka\n")
    assert [(fault.field, fault.code) for fault in of.case.faults] == [("login", "odd_signs")]
    asked = said(of.last(TARO))
    assert "“\u0430” is Cyrillic (U+0430)" in asked
    assert "type it anew in plain letters" in asked


def test_it_is_asked_again_in_japanese_too() -> None:
    of = Correspondence(RULES)
    of.apply(
        TARO,
        f"氏名：田中 太郎\nメールアドレス：{TARO}\n部屋：地下\n上司のメール：a@univ.example\nログイン名：t\u0430naka\n",
    )
    asked = of.last(TARO).text.replace("\n   ", "")
    assert "「\u0430」はキリル文字（U+0430）" in asked
    assert "半角の英数字でご入力ください" in asked


ASCII_TYPES: tuple[FieldType, ...] = ("account_name", "email", "ids", "latin")
MISTYPED = ["t\u0430naka", "tana\u202eka", "t\u0430naka@univ.example", "x@un\u2066iv.example"]


@pytest.mark.parametrize("kind", ASCII_TYPES)
@pytest.mark.parametrize("text", MISTYPED)
def test_where_plain_letters_are_needed_the_wrong_sign_is_named(kind: FieldType, text: str) -> None:
    answer = read(text, FieldRule(key="x", type=kind, label={"en": "X"}), Asking((), "en"))
    assert isinstance(answer, Wrong)
    assert answer == Wrong(
        "odd_signs", {"signs": "U+0430" if "\u0430" in text else f"U+{ord(TURNING.findall(text)[0]):04X}"}
    )


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [("account_name", "田中", "account_name"), ("latin", "Иван", "latin"), ("email", "太郎 at univ", "email_syntax")],
)
def test_what_is_plainly_in_other_letters_is_answered_as_before(kind: FieldType, text: str, code: str) -> None:
    assert read(text, FieldRule(key="x", type=kind, label={"en": "X"}), Asking((), "en")) == Wrong(code)


def test_a_latin_name_is_not_taken_with_a_sign_that_nobody_sees_or_a_pile_of_accents() -> None:
    rule = FieldRule(key="x", type="latin", label={"en": "X"})
    assert read("Ta\u034fro", rule, Asking((), "en")) == Wrong("odd_signs", {"signs": "U+034F"})
    assert read("Z" + "\u0302" * 9, rule, Asking((), "en")) == Wrong("odd_signs", {"signs": "U+0302"})
    assert read("Nguye\u0302\u0303n", rule, Asking((), "en")) == "Nguyễn"


def test_an_address_that_looks_like_another_counts_once_it_is_said_twice_and_clerks_are_told() -> None:
    odd = "taro@\u0430pple.example"
    of = applied(email=odd, sender="taro@xn--pple-43d.example")
    assert [fault.code for fault in of.case.faults] == ["email_odd"]
    assert "This looks like taro@apple.example, but the letter “\u0430” is Cyrillic" in said(of.letters[-1])
    of.answer("taro@xn--pple-43d.example", f"Email: {odd}", "answer")
    assert of.case.values["email"] == "taro@xn--pple-43d.example"
    review = said(of.last(MORGAN))
    assert (
        "“Email”: in “taro@\u0430pple.example”, the letter “\u0430” is Cyrillic (U+0430) among Latin letters." in review
    )
    assert "“Sender's address”: in “taro@\u0430pple.example”" in review


def named(name: str, sender: str = TARO) -> Correspondence:
    """An application whose mail gives its sender this name."""
    of = Correspondence(RULES)
    message = Message(
        "0" * 64,
        1,
        senders=(Mailbox(name, sender),),
        text=f"Email: {sender}\nRoom: cellar\nBoss's email: ichiro@univ.example\n",
    )
    who = Sender(address=sender, name=name, role="stranger", tier="0")
    of._decided(message, Facts(sort="application", sender=who, number="2026-00001"))
    return of


def test_a_name_that_is_the_address_of_somebody_else_is_never_taken_for_the_sender() -> None:
    of = named("clerk@desk.example")
    assert codes(of) == [("name_is_address", "")]
    assert said(of.last(TARO)).startswith(f"Dear {TARO},")
    assert applicant_shown(RULES.forms[of.case.form], of.case) == TARO
    told = case_text(of.case, RULES, ())
    assert "to be looked at" in told
    assert f"clerk@desk.example”; the mail came from {TARO}." in told


def test_a_remark_that_the_rules_have_no_words_for_any_more_is_shown_by_its_code() -> None:
    case = applied().case.model_copy(update={"remarks": (Remark(code="of_other_times"),)})
    assert "of_other_times" in case_text(case, RULES, ())


def test_no_terminal_gets_what_turns_its_lines_around(capsys: pytest.CaptureFixture[str]) -> None:
    of = applied("Taro \u202eadamaY")
    say(case_text(of.case, RULES, ()))
    complain("a\u2066b")
    shown = capsys.readouterr()
    assert "Name: Taro ‹U+202E›adamaY" in shown.out
    assert shown.err == "mailbot: a‹U+2066›b\n"
    assert not TURNING.search(shown.out)


@pytest.mark.parametrize("name", ["clerk＠desk.example", "'clerk@desk.example'", "<clerk@desk.example>"])
def test_it_is_recognised_however_it_is_written(name: str) -> None:
    assert codes(named(name)) == [("name_is_address", "")]
    assert said(named(name).last(TARO)).startswith(f"Dear {TARO},")


def test_mail_programs_that_put_the_own_address_there_are_nothing_strange() -> None:
    assert codes(named(TARO.upper())) == codes(named("Taro Yamada")) == []


def test_clerks_see_the_address_beside_a_name_that_only_the_mail_gives() -> None:
    of = named("Desk Master")
    form = RULES.forms["room-key"]
    assert Voice(RULES, "en", form, of.case, "clerk").person("applicant") == f"Desk Master <{TARO}>"
    assert Voice(RULES, "en", form, of.case, "applicant").person("applicant") == "Desk Master"
    of.answer("evil@attacker.example", "Hello", "answer", to=TARO)
    assert f"(Desk Master <{TARO}>)" in said(of.last(MORGAN))


def test_a_sender_who_looks_like_the_applicant_is_told_apart_in_the_letters_about_it() -> None:
    of = applied(more="Town: Mishima\n")
    for text in ("Town: Numazu\n", "Hello, it is me.\n"):
        of.answer("t\u0430ro@univ.example", text, "answer", to=TARO)
    told = [letter for letter in of.letters if letter.template in ("proposed", "passed_on")]
    assert {letter.template for letter in told} == {"proposed", "passed_on"}
    english = [said(letter) for letter in told if letter.languages == ("en",)]
    assert english
    assert all("the letter “\u0430” is Cyrillic (U+0430) among Latin letters" in text for text in english)


def test_the_facts_of_a_mail_say_what_is_strange_about_its_sender_and_subject() -> None:
    raw = (
        'From: "T\u202eoraT" <t\u0430ro@\u0430pple.example>\r\n'
        "Subject: in \u2066voice\r\nMessage-ID: <a@b.example>\r\n\r\nHi"
    ).encode()
    message = parse(raw)
    assert isinstance(message, Message)
    facts = gather(message, NOTHING, RULES, {})
    assert facts.doubts == (
        "the subject is not what it looks like (U+2066)",
        "the sender's name is not what it looks like (U+202E)",
        "the sender's address is not what it looks like (U+0430)",
    )
    assert facts.sender is not None
    assert facts.sender.name == "T\u202eoraT", "the journal has it as it came"


@pytest.mark.parametrize("name", listed(NAMES)[::5])
def test_there_is_no_doubt_about_an_ordinary_sender(name: str) -> None:
    message = Message("0", 1, subject=f"Re: {name}", senders=(Mailbox(name, "taro@xn--r8jz45g.example"),))
    assert strange(message) == ()


def test_the_value_of_a_remark_repeats_no_secret() -> None:
    of = applied("T\u0430ro, my password: hunter2hunter2")
    assert "hunter2" not in json.dumps([remark.model_dump() for remark in of.case.remarks])


def test_every_language_calls_every_kind_of_sign() -> None:
    for language in RULES.desk.languages:
        told = RULES.say(
            language, "remarks", "mixed_letters", label="X", found="x", signs="U+0430 U+202E …", among="latin"
        )
        assert all(part in told for part in ("U+0430", "U+202E", "…"))
        assert "latin" not in told
    assert FAULTS["odd_signs"].kind == "invalid"


def test_letters_about_anything_are_made_safe_in_one_place() -> None:
    """Whatever a template shows goes through it: here words of a mail that is passed on, quoted."""
    of = applied()
    of.answer(TARO, "Look, \u202eexe.jpg\u202c and a\u034f\u034f\u034fb", "answer")
    quoted = of.last(MORGAN).text
    assert "> Look, ‹U+202E›exe.jpg‹U+202C› and a‹U+034F›b" in quoted
    assert isinstance(of.words, Letters)
