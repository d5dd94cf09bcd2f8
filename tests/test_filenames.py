"""Names that strangers gave their files are shown so that they say what they are, and cannot pass for anything else."""

import pytest

from mailbot.core.filenames import LONGEST, plain_name


@pytest.mark.parametrize("name", ["", "申請書.pdf", "Maß (2).xlsx", "../../etc/x", "{{ case }}.zip", "か\u3099.txt"])
def test_an_ordinary_name_is_shown_as_it_is(name: str) -> None:
    assert plain_name(name) == name


@pytest.mark.parametrize("sign", [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_nothing_turns_the_direction_in_which_a_name_is_read(sign: str) -> None:
    assert plain_name(f"photo{sign}gpj.exe") == "photogpj.exe"


@pytest.mark.parametrize("sign", [*"\u00ad\u180e\u200b\u200c\u200d\u2060\u2063\ufeff\U000e0041"])
def test_what_nobody_sees_is_not_in_a_name(sign: str) -> None:
    assert plain_name(f"{sign}a{sign}.zip{sign}") == "a.zip"


@pytest.mark.parametrize("sign", [*"\0\a\b\x1b\x7f\x9b"])
def test_a_name_orders_a_terminal_about_no_more_than_a_mail_program(sign: str) -> None:
    assert plain_name(f"a{sign}[2J.zip") == "a[2J.zip"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\t", "\u3000 \u00a0"])
def test_a_name_is_one_line_and_what_parted_its_words_is_a_space(end: str) -> None:
    assert plain_name(f"{end}a{end}Subject: x.zip{end}") == "a Subject: x.zip"


def test_what_could_not_be_read_of_a_name_shows_as_that_and_can_be_written() -> None:
    assert plain_name("r\udce9sum\udce9.pdf") == "r\ufffdsum\ufffd.pdf"
    assert plain_name("\ud83d.pdf").encode() == b"\xef\xbf\xbd.pdf"


def test_of_a_long_name_the_end_is_shown_whatever_it_begins_with() -> None:
    assert plain_name("x" * LONGEST) == "x" * LONGEST
    long = plain_name("invoice.pdf" + " " * 300 + "x" * 90 + ".exe")
    assert (long[0], long[-5:], len(long)) == ("…", "x.exe", LONGEST)
    assert plain_name("a\u200b" * LONGEST) == "a" * LONGEST
