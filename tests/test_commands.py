"""What clerks, applicants and responsible persons may write, and what is no command however much it looks like one."""

import difflib
import re
import time
from datetime import date
from pathlib import Path

import pytest
from letter_examples import FORM, RULES

from mailbot.core.columns import width
from mailbot.core.commands import (
    COMMANDS,
    PARTICIPANTS,
    Command,
    Mistake,
    Row,
    Word,
    beside_keyword,
    block_digest,
    consent,
    folded,
    parse,
    says,
    withdraws,
)
from mailbot.core.commands.arguments import case_number, day, field_and_rest, for_whom, named_cases, named_fields
from mailbot.core.commands.reading import MOST_LINES
from mailbot.core.commands.table import SHARED


@pytest.mark.parametrize(
    "text, verb, rest",
    [
        ("ACCEPT", "ACCEPT", ""),
        ("accept", "ACCEPT", ""),
        ("ＡＣＣＥＰＴ", "ACCEPT", ""),
        ("ACCEPT.", "ACCEPT", ""),
        ("承認", "ACCEPT", ""),
        ("承認します。", "ACCEPT", ""),
        ("REJECT no such project", "REJECT", "no such project"),
        ("REJECT: no such project", "REJECT", "no such project"),
        ("却下　対象外です", "REJECT", "対象外です"),
        ("却下：予算の都合により", "REJECT", "予算の都合により"),
        ("REJECT\n\nno such project\n\nsorry", "REJECT", "no such project\n\nsorry"),
        ("NOTE called her", "NOTE", "called her"),
        ("help", "HELP", ""),
    ],
)
def test_a_command(text: str, verb: str, rest: str) -> None:
    (command,) = parse(text)
    assert isinstance(command, Command)
    assert (command.verb, command.text) == (verb, rest)


@pytest.mark.parametrize(
    "text, why, meant",
    [
        ("Accept my apologies", "not_understood", "ACCEPT"),
        ("ACEPT", "unknown_word", "ACCEPT"),
        ("Dear all,\nACCEPT", "unknown_word", ""),
        ("REJECT", "text_wanted", "REJECT"),
        ("NOTE", "text_wanted", "NOTE"),
        ("ACCEPT\nREJECT not eligible", "two_decisions", "ACCEPT"),
        ("", "no_command", ""),
        ("\n\n", "no_command", ""),
    ],
)
def test_one_mistake_and_nothing_counts(text: str, why: str, meant: str) -> None:
    first = parse(text)[0]
    assert isinstance(first, Mistake)
    assert (first.why, first.meant) == (why, meant)
    assert all(isinstance(part, Mistake) for part in parse(text))


def test_commands_stand_in_the_first_block_only() -> None:
    assert [part.line for part in parse("NOTE seen\n\nACCEPT")] == ["NOTE seen"]


def test_a_block_longer_than_anybody_commands_is_refused_as_a_whole() -> None:
    assert len(parse("NOTE seen\n" * MOST_LINES)) == MOST_LINES
    assert parse("NOTE seen\n" * (MOST_LINES + 1)) == (Mistake("too_many", "NOTE seen"),)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_refusal_of_a_long_block_says_how_long_one_may_be(language: str) -> None:
    assert str(MOST_LINES) in RULES.say(language, "reasons", "too_many")


def test_a_mail_that_nobody_proved_is_not_compared_with_keywords_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(difflib, "get_close_matches", None)
    assert named_cases("DUPLICATE of 2026-00017\n重複 2026-00018\nDUPLICAT 2026-00019\nDUPLICATE") == (
        "2026-00017",
        "2026-00018",
    )
    assert named_cases("duplicat\n" * 20_000 + "DUPLICATE 2026-00017") == ()
    assert named_cases("Dear desk,\n\nDUPLICATE 2026-00017") == ()


@pytest.mark.parametrize("line", ["duplicat{}", "receivedduplicatepostedaccept{}", "DUPLICATE 2026-{:05}", "zz {}"])
def test_what_a_mail_of_200_kb_names_is_found_at_once(line: str) -> None:
    text = "\n".join(map(line.format, range(60_000)))[:200_000]
    for work in (named_cases, parse):
        began = time.process_time()
        work(text)
        assert time.process_time() - began < 0.1


def test_the_same_block_has_the_same_digest_and_another_text_has_not() -> None:
    orders = (("7", "REJECT a"), ("7", "reject: a"), ("7", "REJECT b"), ("8", "REJECT a"))
    digests = [
        block_digest(letter, (part for part in parse(text) if isinstance(part, Command))) for letter, text in orders
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3, "another text, and an answer to another letter, are other orders"


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("AGREE", "AGREE"),
        ("I agree.", "AGREE"),
        ("Dear desk,\n\nagree\n\nA. Lind", "AGREE"),
        ("同意します。", "AGREE"),
        ("窓口御中\n\n同意いたします\n\n森", "AGREE"),
        ("DECLINE", "DECLINE"),
        ("同意しません", "DECLINE"),
        ("同意しません。\n本人は異動しました。", "DECLINE"),
        ("I agree that this is difficult", None),
        ("I am sorry to say that I can not\nagree.\nYours", None),
        ("お世話になっております。\n同意します。\n森", "AGREE"),
        ("AGREE\nDECLINE", None),
        ("DECLINE I do not know this person.", "DECLINE"),
        ("    DECLINE    I do not.\nAGREE", None),
        ("AGREE if it ends in March", None),
        ("同意しますか", None),
        ("", None),
    ],
)
def test_consent_is_a_line_that_is_nothing_but_the_keyword(text: str, wanted: str | None) -> None:
    assert consent(text) == wanted


def test_what_stands_beside_the_keyword_is_kept() -> None:
    assert beside_keyword("Decline\n\nShe left us.") == "She left us."


def test_every_command_has_words_usage_and_help_in_both_languages() -> None:
    words = [word for row in COMMANDS for word in row.words]
    assert {word for word in words if words.count(word) > 1} == SHARED == {"再開", "再開します"}
    for row in COMMANDS:
        assert row.usage.keys() == row.help.keys() == {"en", "ja"}
        assert row.verb.lower() in row.words


@pytest.mark.parametrize(
    "text, verb, rest, below",
    [
        ("POSTED CERT 2026-117", "POSTED", "CERT 2026-117", ""),
        ("発送　１２３４-５６７８", "POSTED", "１２３４-５６７８", ""),
        ("RECEIVED FAX", "RECEIVED", "FAX", ""),
        ("受領 誓約書 4月3日", "RECEIVED", "誓約書 4月3日", ""),
        ("DONE", "DONE", "", ""),
        ("完了しました。", "DONE", "", ""),
        ("reply Thank you.", "REPLY", "Thank you.", ""),
        ("REPLY\n\nThank you.\n\nAlex", "REPLY", "Thank you.\n\nAlex", ""),
        (
            "返信\n\nご連絡ありがとうございます（確認中です）。",
            "REPLY",
            "ご連絡ありがとうございます（確認中です）。",
            "",
        ),
        ("ASK telephone, address\n\nBoth look alike.", "ASK", "telephone, address", "Both look alike."),
        ("確認依頼 電話番号、住所", "ASK", "電話番号、住所", ""),
        ("ALLOW Email: no other address", "ALLOW", "Email: no other address", ""),
        ("VOUCH responsible", "VOUCH", "responsible", ""),
        ("CLOSE", "CLOSE", "", ""),
        ("CLOSE answered by telephone\n\nAlex Morgan", "CLOSE", "answered by telephone", ""),
        ("再開 書類が届いたため", "REOPEN", "書類が届いたため", ""),
        ("DUPLICATE OF 2026-00017", "DUPLICATE", "OF 2026-00017", ""),
    ],
)
def test_what_follows_a_keyword_is_kept_as_written(text: str, verb: str, rest: str, below: str) -> None:
    (command,) = parse(text)
    assert isinstance(command, Command)
    assert (command.verb, command.text, command.below) == (verb, rest, below)


@pytest.mark.parametrize("verb", ["CLOSE", "REOPEN"])
def test_what_may_have_a_text_takes_it_from_below_too(verb: str) -> None:
    (command,) = parse(f"{verb}\n\nThe account is there already.")
    assert command.text == "The account is there already."  # type: ignore[union-attr]
    (command,) = parse(f"{verb} as asked\n\nKind regards\nAlex")
    assert command.text == "as asked"  # type: ignore[union-attr]
    (command,) = parse(verb)
    assert command.text == ""  # type: ignore[union-attr]


def test_the_text_below_goes_to_one_command_only() -> None:
    reply, close = parse("REPLY\nCLOSE\n\nIt works again.")
    assert (reply.text, close.text) == ("It works again.", "")  # type: ignore[union-attr]
    ask, reply = parse("ASK telephone\nREPLY\n\nPlease see above.")
    assert (ask.below, reply.text) == ("", "Please see above.")  # type: ignore[union-attr]
    assert [part.why for part in parse("REPLY\nNOTE\n\nOnly one text.")] == ["text_wanted"]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["POSTED", "RECEIVED", "ASK", "ALLOW", "VOUCH", "DUPLICATE"])
def test_a_keyword_that_wants_something_on_its_line_does_not_take_it_from_below(text: str) -> None:
    (mistake,) = parse(f"{text}\n\nRegards\nAlex")
    assert (mistake.why, mistake.meant) == ("text_wanted", text)  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["ACCEPT\nCLOSE", "ASK telephone\nACCEPT", "CLOSE\nDUPLICATE OF 2026-00017"])
def test_two_ways_to_go_on_contradict_each_other(text: str) -> None:
    assert {part.why for part in parse(text)} == {"two_decisions"}  # type: ignore[union-attr]


TODAY = date(2026, 4, 8)


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("2026-04-03", "2026-04-03"),
        ("2026/4/3", "2026-04-03"),
        ("4/3", "2026-04-03"),
        ("3 April", "2026-04-03"),
        ("April 3", "2026-04-03"),
        ("3 Apr 2026", "2026-04-03"),
        ("4月3日", "2026-04-03"),
        ("令和8年4月3日", "2026-04-03"),
        ("４月３日", "2026-04-03"),
        ("12/24", "2025-12-24"),
        ("yesterday", "2026-04-07"),
        ("本日", "2026-04-08"),
        ("2026-04-09", None),
        ("2026-02-30", None),
        ("soon", None),
        ("4", None),
        ("", None),
    ],
)
def test_a_day_as_clerks_write_it(text: str, wanted: str | None) -> None:
    assert day(text, TODAY) == wanted


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("12-345 FOR Lee", ("12-345", "Lee")),
        ("12-345 for: 3", ("12-345", "3")),
        ("12-345（対象 李）", ("12-345", "李")),
        ("12-345 対象 李", ("12-345", "李")),
        ("12-345", ("12-345", "")),
    ],
)
def test_for_whom(text: str, wanted: tuple[str, str]) -> None:
    assert for_whom(text) == wanted


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("OF 2026-00017", "2026-00017"),
        ("of [HELPDESK 2026-00017]", "2026-00017"),
        ("２０２６-０００１７", "2026-00017"),
        ("2026-17", None),
        ("OF the other one", None),
    ],
)
def test_the_number_of_another_case(text: str, wanted: str | None) -> None:
    assert case_number(text) == wanted


def test_fields_are_named_by_label_in_any_language_or_by_key() -> None:
    listed = "Telephone, 住所、postal_code; e-mail"
    assert named_fields(listed, FORM) == (("telephone", "address", "postal_code", "email"), ())
    assert named_fields("telephone, shoe size", FORM) == (("telephone",), ("shoe size",))


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("Email: no other address", ("email", "no other address")),
        ("Desired account name taken over from 2019", ("account_name", "taken over from 2019")),
        ("メールアドレス：所属機関のアドレスがないため", ("email", "所属機関のアドレスがないため")),
        ("email", ("email", "")),
        ("shoe size 43", (None, "shoe size 43")),
    ],
)
def test_an_exception_names_the_longest_label_and_then_its_reason(text: str, wanted: tuple[str | None, str]) -> None:
    assert field_and_rest(text, FORM) == wanted


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("WITHDRAW", True),
        ("Withdraw.", True),
        ("ＷＩＴＨＤＲＡＷ\n\nI move to another university.", True),
        ("取り下げます。\n他大学へ移るため", True),
        ("取下げ", True),
        ("I want to withdraw", False),
        ("Withdraw my last mail", False),
        ("Dear desk,\n\nWITHDRAW", False),
        ("", False),
    ],
)
def test_withdrawing_is_a_first_line_that_is_nothing_but_the_word(text: str, wanted: bool) -> None:
    assert withdraws(text) is wanted


@pytest.mark.parametrize(
    "text, wanted",
    [
        ("login works", True),
        ("Dear desk,\n\nLogin works!\n\nThank you", True),
        ("ログインできました。", True),
        ("I do not think that\nlogin works", False),
        ("login works only sometimes", False),
    ],
)
def test_the_words_that_end_a_wait_stand_on_a_line_of_their_own(text: str, wanted: bool) -> None:
    assert says(text, ("login works", "ログインできました")) is wanted


def test_every_keyword_of_participants_has_words_usage_and_help_in_both_languages() -> None:
    words = [word for row in PARTICIPANTS for word in row.words]
    assert len(set(words)) == len(words)
    for row in PARTICIPANTS:
        assert row.usage.keys() == row.help.keys() == {"en", "ja"}
        assert {folded(row.usage[language]) for language in row.usage} <= set(row.words)


def test_the_help_of_a_command_fits_on_a_line() -> None:
    lines = [f"  {row.usage[lang]}: {row.help[lang]}" for row in (*COMMANDS, *PARTICIPANTS) for lang in ("en", "ja")]
    assert not [line for line in lines if width(line) > 72]


DOC = (Path(__file__).parent.parent / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", [*COMMANDS, *PARTICIPANTS], ids=lambda row: getattr(row, "verb", "") or row.keyword)
def test_the_docs_list_every_word_usage_and_help(row: Row | Word) -> None:
    name = row.verb if isinstance(row, Row) else row.keyword
    table = "## Clerks" if isinstance(row, Row) else "## Applicants"
    (line,) = [line for line in DOC.split(table)[1].split("\n## ")[0].split("\n") if line.startswith(f"| {name} ")]
    shown = [*(f"`{word}`" for word in row.words), *(f"`{usage}`" for usage in row.usage.values()), row.help["en"]]
    assert not [part for part in shown if part not in line]


def test_the_grammar_in_the_docs_has_every_word_and_no_other() -> None:
    grammar = DOC.split("```abnf")[1].split("```")[0]
    rules = dict(re.findall(r"(?m)^(\w[\w-]*) += (.*(?:\n +.*)*)", grammar))
    wanted = {f"w-{row.verb.lower()}": set(row.words) for row in COMMANDS}
    written = {name: re.findall(r'"([^"]*)"', text) for name, text in rules.items() if name.startswith("w-")}
    assert {name: {word.casefold() for word in words} for name, words in written.items()} == wanted
