"""An answer whose characters were lost or misread is no value: it is asked for again."""

import time

import pytest

from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import TYPES, read
from mailbot.core.fields.wrong import FAULTS, Wrong
from mailbot.core.garbled import garbled
from mailbot.core.rules import FieldRule, FieldType

MANGLED = (
    "山\ufffd太郎",
    "Müller".encode().decode("cp1252"),
    "例示大学".encode().decode("cp1252", "ignore"),
    "Добро".encode().decode("cp1252"),
    "例示大学".encode("cp932").decode("latin-1"),
    "例示大学".encode("iso2022_jp").replace(b"\x1b", b"").decode("ascii"),
)


@pytest.mark.parametrize("text", MANGLED)
def test_lost_and_misread_characters_are_seen(text: str) -> None:
    assert garbled(text)


@pytest.mark.parametrize(
    "text",
    [
        "山田 太郎",
        "Müller",
        "passé…”",
        "« très »",
        "côté\u00a0»",
        "NÃO",
        "Ñandú",
        "“MENÜ”",
        "Łódź",
        "50 °C – £3",
        "US$B 5",
    ],
)
def test_what_people_write_is_not_taken_for_misread(text: str) -> None:
    assert not garbled(text)


@pytest.mark.parametrize("text", ["$B" * 50_000, "à" * 100_000, "Ã" * 100_000, "$B3E" * 25_000])
def test_long_texts_take_no_longer_for_their_making(text: str) -> None:
    before = time.process_time()
    garbled(text)
    assert time.process_time() - before < 1


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "choice"])
def test_no_type_of_field_makes_a_value_of_it_not_even_if_it_comes_twice(kind: FieldType) -> None:
    rule = FieldRule(key="x", type=kind, label={"en": "X"})
    asking = Asking((), "en", frozenset("x"), frozenset("x"))
    assert read("山\ufffd", rule, asking) == read("\ufffd", rule, asking) == Wrong("unreadable")
    assert FAULTS["unreadable"].kind == "unclear"
