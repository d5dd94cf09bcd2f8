"""A line of the journal by itself: the store says of it, sooner, what `chain` says, of every line there can be."""

import json
from itertools import chain as joined
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json
from test_chain import CASES, DESK, ODD, TAMPERED, TEN, compact

from mailbot.core import chain
from mailbot.store.files.alone import Walk, _whole, alone

NUMBERS = [
    "1.0",
    "0.0",
    "1e3",
    "-0",
    "-0.0",
    "01",
    "NaN",
    "Infinity",
    "-Infinity",
    str(2**53),
    str(-(2**53)),
    "9" * 5000,
]


def with_events(events: str) -> bytes:
    """A line with these events in some form, sealed as if that were the canonical one."""
    fields = {**json.loads(TEN[0]), "events": None}
    parts = {key: compact(value) for key, value in fields.items()} | {"events": events.encode("utf-8", "surrogatepass")}
    line = compact(fields).replace(b'"events":null', b'"events":%b' % parts["events"])
    body = chain._sha256(chain._assembled(parts, ("events", "salt")))
    digest = chain._sha256(chain._assembled(parts | {"body": compact(body)}, chain.HEADER))
    for old, new in ((fields["body"], body), (fields["hash"], digest)):
        line = line.replace(old.encode(), new.encode())
    return line + b"\n"


def refused(line: bytes) -> None:
    """Neither the store takes it for one nor `chain`, and both say the same of it."""
    assert _whole(line) is None
    assert alone(line) == chain.alone(line)
    assert alone(line)[0] is None


def test_a_line_that_is_whole_is_seen_to_be_without_asking_further() -> None:
    for line in (*TEN, with_events('[{"kind":"facts","n":[-1,0,true,null,{"a":[],"b":{}}]}]'), with_events("[]")):
        assert _whole(line) == json.loads(line)
        assert alone(line) == chain.alone(line) == (json.loads(line), [])


@pytest.mark.parametrize(
    "line", [line for line in sorted({*joined.from_iterable(TAMPERED.values())}) if chain.alone(line)[1]]
)
def test_of_a_line_that_is_not_what_was_written_it_says_the_same(line: bytes) -> None:
    assert _whole(line) is None
    assert alone(line) == chain.alone(line)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_without_one_exact_form_makes_it_no_entry_though_its_digests_fit(number: str) -> None:
    for events in (f"[{number}]", f'[{{"n":{number}}}]', f'[{{"a":[{{"b":{number}}}]}}]'):
        refused(with_events(events))


FORMS = {
    "order of keys": '[{"b":1,"a":2}]',
    "order of keys within": '[{"a":[{"b":{"d":1,"c":2}}]}]',
    "a key twice": '[{"a":1,"a":1}]',
    "events twice": '[],"events":[]',
    "a key beyond ASCII": '[{"é":1}]',
    "a blank": "[ ]",
    "a comma too many": "[1,]",
    "an escape too many": '["\\u0041"]',
    "a slash escaped": '["\\/"]',
    "a long escape": '["\\u000a"]',
    "upper-case digits": '["\\u001F"]',
    "an escape too few": '["\t"]',
    "a pair escaped": '["\\ud83d\\ude00"]',
    "a lone surrogate escaped": '["\\ud800"]',
    "a lone surrogate": '["\ud800"]',
    "no events, but a salt": "null",
}


@pytest.mark.parametrize("form", FORMS)
def test_another_form_makes_it_no_entry_though_its_digests_fit(form: str) -> None:
    refused(with_events(FORMS[form]))


@given(st.lists(ODD), CASES)
def test_whatever_stands_in_it_the_store_says_what_chain_says(events: Any, case: Any) -> None:
    line = compact({**json.loads(TEN[0]), "case": case, "events": events}) + b"\n"
    for one in (line, with_events(compact(events).decode("utf-8", "surrogatepass"))):
        assert alone(one) == chain.alone(one)


def test_every_character_there_is_has_the_form_that_chain_gives_it() -> None:
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))
    assert to_json(every) == chain.COMPACT(every).encode()
    assert to_json({every[:128]: every[:128]}) == chain.COMPACT({every[:128]: every[:128]}).encode()


def test_a_walk_of_the_store_finds_what_one_of_chain_finds() -> None:
    for lines in (TEN, *TAMPERED.values()):
        assert chain.verify(DESK, lines, walk=Walk(DESK)) == chain.verify(DESK, lines)
