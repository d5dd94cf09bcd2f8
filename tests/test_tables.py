"""The files of the casebook: what was written is read again, and what another program wrote too."""

import json
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import to_json
from store_help import draft, open_cases, run

from mailbot.core import events as e
from mailbot.store import Damaged
from mailbot.store.files import FileStore, tables
from mailbot.store.files.jsontext import Text

WORDS = st.sampled_from(['":{"case":', ',"seq":7}', '},"8', '"', "\\", "}}\n", "窓口", "\u2028", "case", "seq"])
VALUES = WORDS | st.integers(-9, 9) | st.dictionaries(WORDS, WORDS | st.integers(0, 9), max_size=3)
CASES = st.dictionaries(WORDS, VALUES, max_size=3).map(to_json).map(Text)
DOCUMENTS = st.builds(lambda case, seq: {"case": case, "seq": seq}, CASES, st.integers(1))
IDS = st.integers(1, 99).map(str)
TABLES = st.dictionaries(IDS, st.dictionaries(IDS, DOCUMENTS, min_size=1, max_size=3), max_size=3)


def read(data: bytes) -> Any:
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        return tables.read(Path(file.name))


def written(kept: Any) -> bytes:
    return b"".join(tables.pieces(kept, "index"))


def meant(kept: Any) -> Any:
    """The values that texts stand for."""
    if isinstance(kept, Text):
        return json.loads(kept)
    return {name: meant(one) for name, one in kept.items()} if isinstance(kept, dict) else kept


@given(TABLES, VALUES)
def test_what_was_written_is_read_again(kept: dict[str, Any], listed: Any) -> None:
    kept["index"] = {"1": listed}
    assert meant(read(written(kept))) == meant(kept)


def test_what_was_written_is_not_looked_into() -> None:
    kept = {
        "3": {
            "7": {"case": Text(b'{"name":"a, \\":{\\"case\\":"}'), "seq": 12},
            "8": {"case": Text(b"no case"), "seq": 1},
        }
    }
    assert read(written(kept)) == kept
    assert all(isinstance(document["case"], Text) for document in read(written(kept))["3"].values())


@pytest.mark.parametrize("form", [{}, {"indent": 1}, {"separators": (",", ":")}, {"sort_keys": True}])
@pytest.mark.parametrize("end", ["", "\n"])
@given(kept=TABLES)
def test_what_another_program_wrote_means_the_same(kept: dict[str, Any], form: dict[str, Any], end: str) -> None:
    data = json.dumps(meant(kept), **form) + end
    assert meant(read(data.encode())) == meant(kept)


@given(TABLES.filter(bool), st.data())
def test_of_a_file_that_was_cut_nothing_is_read(kept: dict[str, Any], data: st.DataObject) -> None:
    whole = written(kept)
    cut = data.draw(st.integers(0, len(whole) - 2))
    with pytest.raises(ValueError, match="at line"):
        read(whole[:cut])


@pytest.mark.parametrize(
    "change",
    [
        (b'"seq":3', b'"seq":03'),
        (b'"seq":3', b'"seq":"3"}'),
        (b'"seq":3}', b'"seq":3'),
        (b'},"8"', b'},8"'),
        (b'{"5"', b'{"5'),
        (b"\xe7\xaa\x93", b"\xe7"),
    ],
)
def test_what_is_no_file_of_tables_is_not_read_as_one(change: tuple[bytes, bytes]) -> None:
    kept = {
        "5": {"7": {"case": Text(b"{}"), "seq": 3}, "8": {"case": Text(b"{}"), "seq": 4}},
        "index": {"1": {"窓": 1}},
    }
    assert change[0] in written(kept)
    with pytest.raises(ValueError, match="at line"):
        read(written(kept).replace(*change))


@pytest.mark.parametrize("data", [b"", b"[]", b"7", b'"x"', b"null"])
def test_what_holds_no_tables_is_none(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"at line|it holds no tables"):
        read(data)


def test_a_closed_case_that_cannot_be_read_says_what_makes_it_again(tmp_path: Path) -> None:
    async def close(store: FileStore) -> None:
        (number,) = await open_cases(store, 1)
        async with store.batch() as batch:
            batch.append(draft(e.Rejected(clerk="k", reason="no"), case=number))

    async def look(store: FileStore) -> None:
        words = "2026000.json: case 2026-00001 cannot be read; `mailbot rebuild` makes it again from the journal"
        with pytest.raises(Damaged, match=words):
            await store.case("2026-00001")

    run(close, tmp_path)
    path = tmp_path / "cases" / "closed" / "2026000.json"
    path.write_bytes(path.read_bytes().replace(b'"status":"rejected"', b'"status":rejected'))
    run(look, tmp_path)
