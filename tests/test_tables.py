"""The files of the casebook: what was written is read again, and what another program wrote too."""

import json
import re
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


def asking(word: str, value: Any) -> dict[str, Any]:
    """A case of a form that asks for a field which is called `case` too."""
    says = {"number": "2026-00007", "answers": {"case": [word], "seq": [word]}, "wanted": {"case": value}, "seq": 7}
    return {"case": Text(to_json(says)), "seq": 9}


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


@given(TABLES, st.dictionaries(WORDS, VALUES))
def test_what_was_written_is_read_again(kept: dict[str, Any], listed: Any) -> None:
    kept["index"] = {"1": listed}
    assert meant(read(written(kept))) == meant(kept)


@given(st.dictionaries(IDS, st.dictionaries(IDS, st.builds(asking, WORDS, VALUES), min_size=1)))
def test_cases_are_read_as_texts_whatever_they_say(kept: dict[str, Any]) -> None:
    again = read(written(kept))
    assert again == kept
    assert all(isinstance(document["case"], Text) for table in again.values() for document in table.values())


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


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"7",
        b'"x"',
        b"null",
        b'{"5":[]}',
        b'{"5":{"7":7}}',
        b'{"5":{"7":null}}',
        b'{"index":[]}\n',
        b'{"5":7}\n',
    ],
)
def test_what_holds_no_tables_of_documents_is_none(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"at line|it holds no tables|without documents"):
        read(data)


@pytest.mark.parametrize("twice", [(b'"8"', b'"7"'), (b'"6"', b'"5"')])
def test_of_what_is_there_twice_no_broken_text_hides_behind_the_other(twice: tuple[bytes, bytes]) -> None:
    broken, case = {"case": Text(b"{"), "seq": 3}, {"case": Text(b"{}"), "seq": 4}
    data = written({"5": {"7": broken, "8": case}, "6": {"7": case}})
    assert meant(read(data.replace(b'"case":{,', b'"case":{},').replace(*twice)))
    with pytest.raises(ValueError, match="at line"):
        read(data.replace(*twice))


NO_CASE = {
    "a word that is none": lambda text: text.replace(b'"status":"rejected"', b'"status":rejected'),
    "nothing": lambda text: re.sub(rb'\{"case":.*,"seq":\d+\}', b"{}", text),
    "no number": lambda text: re.sub(rb',"seq":\d+\}\}\}\n', b"}}}\n", text),
    "no case": lambda text: re.sub(rb'"case":.*,"seq"', b'"seq"', text),
}


@pytest.mark.parametrize("what", NO_CASE)
def test_a_closed_case_that_cannot_be_read_says_what_makes_it_again(tmp_path: Path, what: str) -> None:
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
    before = path.read_bytes()
    path.write_bytes(NO_CASE[what](before))
    assert path.read_bytes() != before
    run(look, tmp_path)
