"""Addresses beyond ASCII: how servers want them, and which of them in a form are meant and which are slips."""

import pytest
from letter_examples import DESK, FORM

from mailbot.core.fields import understand
from mailbot.core.idn import as_read, on_the_wire
from mailbot.edge.parsing.headers import mailboxes

ON_THE_WIRE = [
    ("taro@uni.example", "taro@uni.example"),
    ("taro@例え.jp", "taro@xn--r8jz45g.jp"),
    ("taro@例え。jp", "taro@xn--r8jz45g.jp"),
    ("taro@MÜNCHEN.de", "taro@xn--mnchen-3ya.de"),
    ("taro@straße.example", "taro@xn--strae-oqa.example"),
    ("用户@例え.jp", "用户@xn--r8jz45g.jp"),
    ("odd_host@under_score.example", "odd_host@under_score.example"),
    ("", ""),
]


@pytest.mark.parametrize(("address", "written"), ON_THE_WIRE)
def test_a_domain_is_written_in_a_labels_and_the_name_before_it_stays(address: str, written: str) -> None:
    assert on_the_wire(address) == written
    assert on_the_wire(written) == written


@pytest.mark.parametrize("address", ["taro@例え..jp", "taro@例 え.jp", "taro@\u202e例.jp", f"taro@{'例' * 70}.jp"])
def test_what_is_no_domain_cannot_be_written(address: str) -> None:
    assert on_the_wire(address) is None


def email_of(text: str) -> tuple[object, list[str]]:
    understood = understand(FORM, DESK, {"email": (text,)}, "en")
    return understood.values.get("email"), [fault.code for fault in understood.faults if fault.field == "email"]


MEANT = [
    ("taro@例え.jp", "taro@xn--r8jz45g.jp"),
    ("<用户@例え.中国>", "用户@xn--r8jz45g.xn--fiqs8s"),
    ("Taro@xn--r8jz45g.jp", "Taro@xn--r8jz45g.jp"),
    ("ｔａｒｏ＠ｕｎｉ．ｅｘａｍｐｌｅ", "taro@uni.example"),
]
SLIPS = [
    "taro@uni.ac.jpです",
    "taro@uni.ac.jp。よろしく",
    "taro@uni.ac.jp宛",
    "メールtaro@uni.ac.jp",
    "taro@例え",
]


@pytest.mark.parametrize(("text", "value"), MEANT)
def test_an_address_in_a_form_may_be_written_in_any_script(text: str, value: str) -> None:
    assert email_of(text) == (value, [])


@pytest.mark.parametrize("text", SLIPS)
def test_words_that_touch_an_address_do_not_become_part_of_it(text: str) -> None:
    assert email_of(text) == (None, ["email_syntax"])


def test_an_address_with_one_letter_of_another_script_is_said_to_have_it() -> None:
    assert email_of("taro@uni.ac.j\u0440") == (None, ["odd_signs"])
    assert email_of("taro@uni\u202e.ac.jp") == (None, ["odd_signs"])


def test_an_address_that_looks_like_another_one_counts_only_if_it_is_written_again() -> None:
    for text in ("taro@\u0430pple.example", "taro@xn--pple-43d.example", "taro@\u0430\u0440\u0440\u04cf\u0435.example"):
        assert email_of(text) == (None, ["email_odd"])


@pytest.mark.parametrize(
    "domain", ["xn--", "xn--a-ecp.example", "xn--" + "9" * 5_000, "xn--\u0430.example", "a..xn--b"]
)
def test_a_domain_that_is_no_punycode_is_read_as_it_stands(domain: str) -> None:
    assert as_read(f"taro@{domain}") == f"taro@{domain}"


def test_a_domain_is_read_in_the_letters_that_people_see() -> None:
    assert as_read("taro@xn--r8jz45g.jp") == "taro@例え.jp"


def test_a_sender_is_the_same_however_the_mail_program_spells_the_domain() -> None:
    spelt = [mailboxes([f"Taro <taro@{domain}>"])[0][0].address for domain in ("例え.jp", "xn--r8jz45g.jp")]
    assert spelt == ["taro@xn--r8jz45g.jp"] * 2
