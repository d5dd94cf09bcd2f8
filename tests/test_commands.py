"""What clerks and responsible persons may write, and what is no command however much it looks like one."""

import pytest

from mailbot.core.commands import COMMANDS, Command, Mistake, beside_keyword, block_digest, consent, parse


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
        ("Accept my apologies", "no_text_wanted", "ACCEPT"),
        ("ACEPT", "unknown_word", "ACCEPT"),
        ("Dear all,\nACCEPT", "unknown_word", ""),
        ("REJECT", "text_wanted", "REJECT"),
        ("NOTE", "text_wanted", "NOTE"),
        ("ACCEPT\nREJECT no", "two_decisions", "ACCEPT"),
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
    assert len(set(words)) == len(words)
    for row in COMMANDS:
        assert row.usage.keys() == row.help.keys() == {"en", "ja"}
        assert row.verb.lower() in row.words
