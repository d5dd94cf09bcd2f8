"""Cases folded once more: held only while they are under way, and what the casebook has of them too early or wrong is
found all the same."""

import json
from pathlib import Path
from typing import Any

import pytest
from store_help import DESK, journal_lines, run, three_cases

from mailbot.core import chain
from mailbot.store.files import casebook, jsontext, replay
from mailbot.store.files.entries import entry_in, entry_of
from mailbot.store.files.refolding import Compared, Refolding, case_in
from mailbot.store.files.working import folded_after

FIRST = "2026-00001"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    run(three_cases, tmp_path / "state")
    return tmp_path / "state"


def refolded(state: Path) -> Refolding:
    standing = replay.load(state, DESK)
    assert not isinstance(standing, str)
    folding = Refolding(standing)
    for line in journal_lines(state):
        folding.take(entry_of(json.loads(line)))
    return folding


def compared(state: Path) -> Compared:
    return refolded(state).compared()


def changed(state: Path, **document: Any) -> None:
    """The first case is another one in the casebook."""
    path = state / "cases" / "closed" / "2026000.json"
    tables = json.loads(path.read_bytes())
    (table,) = (table for table in tables.values() if "2026000001" in table)
    table["2026000001"] |= document
    path.write_text(json.dumps(tables), encoding="utf-8")


def stood(state: Path, after: int) -> dict[str, Any]:
    """How the first case stood after so many of its entries, as it would have been written."""
    entries = [entry_of(json.loads(line)) for line in journal_lines(state)]
    folded = None
    for entry in [one for one in entries if one.case == FIRST][:after]:
        folded = folded_after(folded, FIRST, entry, set()) or folded
    assert folded is not None
    return json.loads(b"".join(jsontext.parts(casebook.plain(folded), deep=1)))


def test_what_is_as_far_as_it_was_written_is_not_held_any_more(state: Path) -> None:
    folding = refolded(state)
    assert folding.cases == {}
    assert folding.compared() == Compared(cases=3)


@pytest.mark.parametrize("after", [1, 2])
def test_a_case_of_an_earlier_time_in_the_casebook_is_found(state: Path, after: int) -> None:
    changed(state, **stood(state, after))
    assert compared(state).problems == {FIRST: f"case {FIRST} in the casebook is not what the journal adds up to"}
    assert compared(state).cases == 3


@pytest.mark.parametrize("seq", [0, 1, "x", None])
def test_a_case_that_is_what_it_should_be_is_none_whatever_its_entry_is_said_to_be(state: Path, seq: object) -> None:
    changed(state, seq=seq)
    assert compared(state) == Compared(cases=3)


def test_a_case_that_the_casebook_writes_otherwise_is_the_same(state: Path) -> None:
    written = stood(state, 3)["case"]
    changed(state, case=dict(reversed(written.items())))
    assert compared(state) == Compared(cases=3)


def test_a_case_that_is_none_is_found(state: Path) -> None:
    changed(state, case={"number": FIRST, "status": 7})
    assert list(compared(state).problems) == [FIRST]


def test_a_case_more_and_a_case_less_in_the_casebook_are_found(state: Path) -> None:
    path = state / "cases" / "closed" / "2026000.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("2026000001", "2026000009"), encoding="utf-8")
    assert compared(state).problems == {
        FIRST: f"case {FIRST} is in the journal, but not in the casebook",
        "2026-00009": "case 2026-00009 is in the casebook, but not in the journal",
    }


def test_the_case_of_a_line_is_read_at_its_beginning(state: Path) -> None:
    for line in journal_lines(state):
        assert case_in(line) == json.loads(line)["case"]


def test_a_line_is_the_same_entry_whether_it_was_taken_apart_before_or_not(state: Path) -> None:
    for line in journal_lines(state):
        assert entry_in(line) == entry_of(json.loads(line))


def test_a_line_with_an_event_that_nobody_knows_is_no_entry(state: Path) -> None:
    for line in journal_lines(state):
        with pytest.raises(ValueError, match="kind"):
            entry_in(line.replace(b'"kind":"', b'"kind":"un'))


@pytest.mark.parametrize("line", [b"", b"{}\n", b'{"at":"x","body":"y","case":"nonsense","events":[]}\n', b"\xff"])
def test_what_is_no_line_of_a_case_has_none(line: bytes) -> None:
    assert case_in(line) is None


def test_what_a_line_is_by_itself_is_said_without_those_before_it(state: Path) -> None:
    line = journal_lines(state)[0]
    assert chain.alone(line) == (json.loads(line), [])
    (wrong,) = chain.alone(line.replace(b"mika", b"mikb"))[1]
    assert "does not fit its events" in wrong
    assert chain.alone(line.replace(b":", b": "))[0] is None


def test_a_case_stays_as_it_was_whatever_happens_after_it(state: Path) -> None:
    folded, seen = None, list[tuple[casebook.Folded, str]]()
    for entry in map(entry_of, map(json.loads, journal_lines(state))):
        if entry.case == FIRST and (after := folded_after(folded, FIRST, entry, set())):
            folded = after
            seen.append((folded, folded[0].model_dump_json()))
    assert len({written for _, written in seen}) > 1
    assert [folded[0].model_dump_json() for folded, _ in seen] == [written for _, written in seen]
