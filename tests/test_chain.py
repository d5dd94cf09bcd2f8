"""The chain of the journal: what it seals it verifies, and it notices whatever was changed since."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core import chain

DESK = "guest accounts"
LIMIT = 2**53 - 1
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.text(st.characters(max_codepoint=127))
PLAIN = st.none() | st.booleans() | st.integers(-LIMIT, LIMIT) | TEXT
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20)
BAD = st.floats() | st.integers(min_value=2**53) | st.integers(max_value=-(2**53)) | st.just("\ud800") | st.binary()


def unsealed(seq: int, **changed: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "seq": seq,
        "at": f"2026-11-21T03:04:{seq % 60:02d}.678Z",
        "case": "2026-00042",
        "mail": None,
        "rules": "1" * 64,
        "program": "2" * 64,
        "more": False,
        "events": [{"kind": "facts"}, {"kind": "letter_written", "text": "申請\u2028を受け取りました"}],
    }
    return {**fields, **changed}


def sealed(*entries: dict[str, Any]) -> list[bytes]:
    lines, prev = [], chain.genesis(DESK)
    for number, fields in enumerate(entries):
        line, prev = chain.seal(fields, prev, f"{number:032x}")
        lines.append(line)
    return lines


def resealed(line: bytes, **changed: Any) -> bytes:
    """The line with some keys changed, in canonical form but with the old hash."""
    return chain.canonical({**json.loads(line), **changed}) + b"\n"


def words(lines: list[bytes]) -> str:
    return chain.verify(DESK, lines).words()


TEN = sealed(*(unsealed(seq) for seq in range(1, 11)))


@given(JSON)
def test_what_is_written_canonically_is_read_back_the_same(value: Any) -> None:
    assert json.loads(chain.canonical(value)) == value


@given(JSON)
def test_the_canonical_form_of_what_was_read_back_is_the_same_bytes(value: Any) -> None:
    assert chain.canonical(json.loads(chain.canonical(value))) == chain.canonical(value)


@given(JSON, BAD, st.sampled_from(["list", "value", "alone"]))
def test_values_without_one_exact_form_are_refused(good: Any, bad: Any, where: str) -> None:
    value = {"list": [good, [bad]], "value": {"k": {"deep": bad}}, "alone": bad}[where]
    with pytest.raises(ValueError):
        chain.canonical(value)


@pytest.mark.parametrize("key", ["é", "鍵", 1, None])
def test_keys_are_ascii_text(key: object) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        chain.canonical({key: 1})


def test_canonical_bytes_are_those_of_rfc_8785() -> None:
    value = {"b": [True, None, -1], "a": '€"\\/\b\f\n\r\t\x01\x7f', "B": {}}
    assert chain.canonical(value) == b'{"B":{},"a":"\xe2\x82\xac\\"\\\\/\\b\\f\\n\\r\\t\\u0001\x7f","b":[true,null,-1]}'


def test_a_line_is_sealed_exactly_as_the_design_says() -> None:
    fields = unsealed(1)
    line, digest = chain.seal(fields, chain.genesis(DESK), "5" * 32)
    compact: dict[str, Any] = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}
    body = json.dumps({"events": fields["events"], "salt": "5" * 32}, **compact)
    head = {key: value for key, value in fields.items() if key != "events"}
    head |= {
        "v": 1,
        "body": hashlib.sha256(body.encode()).hexdigest(),
        "prev": hashlib.sha256(DESK.encode()).hexdigest(),
    }
    assert digest == hashlib.sha256(json.dumps(head, **compact).encode()).hexdigest()
    whole = {**head, "hash": digest, "salt": "5" * 32, "events": fields["events"]}
    assert line == json.dumps(whole, **compact).encode() + b"\n"


ODD = st.recursive(
    PLAIN | st.floats() | st.sampled_from([2**53, -(2**53), "\ud800", 'é"', 'é\\"', '":', '","events":[', "]", "é]"]),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS | st.sampled_from(["鍵", 'é"', 'é\\":', '"é', ":"]), inner),
    max_leaves=8,
)
CASES = st.none() | TEXT | st.sampled_from(["é", '\\"', '","events":[],"hash":"', "null"])


def compact(value: Any) -> bytes:
    """What a JSON writer gives that does not ask whether the value has one exact form."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def has_exact_form(value: Any) -> bool:
    try:
        chain.canonical(value)
    except ValueError:
        return False
    return True


@given(st.lists(ODD), CASES)
def test_an_entry_is_read_if_and_only_if_each_of_its_values_has_one_exact_form(events: Any, case: Any) -> None:
    fields = {**json.loads(TEN[0]), "events": events, "case": case}
    walk = chain.Walk(DESK)
    found = walk.feed(compact(fields) + b"\n")
    assert (found == fields) if has_exact_form(events) else (found is None)


@pytest.mark.parametrize("number", ["1.0", "1e3", "-0", "01", "NaN", "Infinity", "9007199254740992", "9" * 5000])
def test_numbers_without_one_exact_form_are_not_read(number: str) -> None:
    line = compact({**json.loads(TEN[0]), "events": [{"n": 7}]}) + b"\n"
    assert chain.Walk(DESK).feed(line) is not None
    assert chain.Walk(DESK).feed(line.replace(b'"n":7', b'"n":' + number.encode())) is None


@pytest.mark.parametrize("extra", [b'"events":[],', b'"extra":[1],', b'"f":{},'])
def test_a_key_too_many_beside_the_events_is_not_read(extra: bytes) -> None:
    assert chain.Walk(DESK).feed(TEN[0].replace(b'"hash":', extra + b'"hash":')) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"at": "2026-11-21T03:04:05Z"},
        {"at": "2026-13-21T03:04:05.678Z"},
        {"mail": "A" * 64},
        {"seq": 0},
        {"more": 1},
        {"rules": "1" * 63},
        {"case": 42},
        {"events": {}},
        {"events": [1.5]},
        {"surplus": 1},
    ],
)
def test_what_is_not_an_entry_is_not_sealed(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        chain.seal({**unsealed(1), **changed}, chain.genesis(DESK), "0" * 32)


def test_a_chain_as_written_verifies_and_tells_its_head() -> None:
    result = chain.verify(DESK, TEN)
    assert result.ok
    assert result.problems == []
    assert (result.entries, result.letters, result.head.seq) == (10, 10, 10)
    assert result.head.hash == json.loads(TEN[-1])["hash"]


def test_another_desks_chain_does_not_verify() -> None:
    assert not chain.verify("another desk", TEN).ok


@pytest.mark.parametrize("offset", range(0, len(TEN[4]), 7))
def test_a_flipped_bit_is_found_in_its_line(offset: int) -> None:
    line = bytearray(TEN[4])
    line[offset] ^= 1
    result = chain.verify(DESK, [*TEN[:4], bytes(line), *TEN[5:]])
    assert not result.ok
    assert result.problems[0].line == 5


TAMPERED = {
    "removed": [*TEN[:4], *TEN[5:]],
    "swapped": [*TEN[:4], TEN[5], TEN[4], *TEN[6:]],
    "doubled": [*TEN[:5], *TEN[4:]],
    "first removed": TEN[1:],
    "blank line": [*TEN[:4], b"\n", *TEN[4:]],
    "not an object": [*TEN[:4], b"[]\n", *TEN[4:]],
    "deep": [*TEN[:4], b"[" * 100_000 + b"\n", *TEN[4:]],
    "huge number": [*TEN[:4], TEN[4].replace(b'"seq":5', b'"seq":' + b"5" * 5000), *TEN[5:]],
    "carriage return": [*TEN[:4], TEN[4].replace(b"\n", b"\r\n"), *TEN[5:]],
    "blank": [*TEN[:4], TEN[4].replace(b'"case":', b'"case": '), *TEN[5:]],
    "escape": [*TEN[:4], TEN[4].replace("申".encode(), b"\\u7533"), *TEN[5:]],
    "added key": [*TEN[:4], resealed(TEN[4], note="x"), *TEN[5:]],
    "key twice": [*TEN[:4], TEN[4].replace(b'"case":', b'"case":null,"case":'), *TEN[5:]],
    "other case": [*TEN[:4], resealed(TEN[4], case="2026-00043"), *TEN[5:]],
    "other event": [*TEN[:4], resealed(TEN[4], events=[{"kind": "facts"}]), *TEN[5:]],
    "other salt": [*TEN[:4], resealed(TEN[4], salt="f" * 32), *TEN[5:]],
    "other more": [*TEN[:4], resealed(TEN[4], more=True), *TEN[5:]],
    "version": [*TEN[:4], resealed(TEN[4], v=2), *TEN[5:]],
    "true for one": [*TEN[:4], resealed(TEN[4], v=True), *TEN[5:]],
    "salt erased alone": [*TEN[:4], resealed(TEN[4], salt=None), *TEN[5:]],
    "erased without order": [*TEN[:4], resealed(TEN[4], salt=None, events=None), *TEN[5:]],
    "no utf-8": [*TEN[:4], TEN[4].replace("申".encode(), b"\xff"), *TEN[5:]],
    "surrogate": [*TEN[:4], TEN[4].replace("申".encode(), b"\\ud800"), *TEN[5:]],
    "infinity": [*TEN[:4], TEN[4].replace(b'"seq":5', b'"seq":Infinity'), *TEN[5:]],
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_found_where_it_begins(what: str) -> None:
    result = chain.verify(DESK, TAMPERED[what])
    assert not result.ok
    assert result.problems[0].line == {"first removed": 1, "doubled": 6}.get(what, 5)


def test_a_line_rewritten_with_all_its_hashes_is_found_at_the_next() -> None:
    fields = json.loads(TEN[4])
    line, _ = chain.seal(unsealed(5, case=None), fields["prev"], fields["salt"])
    assert [problem.line for problem in chain.verify(DESK, [*TEN[:4], line, *TEN[5:]]).problems] == [6]


def test_a_cut_line_at_the_end_is_torn_and_no_error() -> None:
    result = chain.verify(DESK, [*TEN, TEN[0][:50]])
    assert result.ok
    assert [(problem.kind, problem.line) for problem in result.problems] == [("torn", 11)]
    assert result.head.seq == 10


def test_an_unfinished_group_at_the_end_is_torn_as_a_whole() -> None:
    at = "2026-11-21T03:04:05.678Z"
    lines = sealed(unsealed(1, at=at), unsealed(2, at=at, more=True), unsealed(3, at=at, more=True))
    result = chain.verify(DESK, lines)
    assert result.ok
    assert [problem.kind for problem in result.problems] == ["torn"]
    assert result.head.seq == 1


def test_the_entries_of_a_group_share_mail_and_instant() -> None:
    at = "2026-11-21T03:04:05.678Z"
    good = sealed(unsealed(1, at=at, mail="c" * 64, more=True), unsealed(2, at=at, mail="c" * 64))
    assert chain.verify(DESK, good).problems == []
    assert chain.verify(DESK, good).mails == 1
    assert "another instant or mail" in words(sealed(unsealed(1, at=at, mail="c" * 64, more=True), unsealed(2, at=at)))
    assert "another instant or mail" in words(sealed(unsealed(1, more=True), unsealed(2)))


def test_a_clock_going_back_is_a_notice() -> None:
    result = chain.verify(DESK, sealed(unsealed(1), unsealed(2, at="2026-11-20T00:00:00.000Z")))
    assert result.ok
    assert [(problem.kind, problem.line) for problem in result.problems] == [("notice", 2)]


def erased(line: bytes) -> bytes:
    return resealed(line, events=None, salt=None)


def test_null_events_are_allowed_only_if_a_later_order_names_them() -> None:
    order = {"kind": "erased", "seqs": [2, 3]}
    lines = sealed(unsealed(1), unsealed(2), unsealed(3), unsealed(4, events=[{"kind": "facts"}, order]), unsealed(5))
    result = chain.verify(DESK, [lines[0], erased(lines[1]), erased(lines[2]), *lines[3:]])
    assert result.problems == []
    assert result.erased == 2
    tampered = chain.verify(DESK, [erased(lines[0]), *lines[1:4], erased(lines[4])])
    assert [problem.line for problem in tampered.problems] == [1, 5]


def test_problems_are_counted_but_not_hoarded() -> None:
    result = chain.verify(DESK, [b"{}\n"] * 5_000)
    assert result.errors == 5_000
    assert len(result.problems) == chain.MOST_PROBLEMS
    assert "and 4900 more" in result.words()


def months(folder: Path) -> Path:
    lines = sealed(*(unsealed(seq, at=f"2026-{10 + seq // 4}-0{seq % 4 + 1}T00:00:00.000Z") for seq in range(1, 9)))
    for month, part in (("2026-10", lines[:3]), ("2026-11", lines[3:7]), ("2026-12", lines[7:])):
        (folder / f"{month}.jsonl").write_bytes(b"".join(part))
    return folder


def test_the_chain_runs_across_files(tmp_path: Path) -> None:
    result = chain.verify(DESK, months(tmp_path))
    assert result.problems == []
    assert (result.files, result.entries) == (3, 8)


def test_a_missing_file_a_misplaced_line_and_a_foreign_file_are_found(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        months(tmp_path / name)
    (tmp_path / "a" / "2026-11.jsonl").unlink()
    assert not chain.verify(DESK, tmp_path / "a").ok
    late = tmp_path / "b" / "2026-12.jsonl"
    with (tmp_path / "b" / "2026-11.jsonl").open("ab") as earlier:
        earlier.write(late.read_bytes())
    late.write_bytes(b"")
    assert "belongs in 2026-12.jsonl" in chain.verify(DESK, tmp_path / "b").words()
    (tmp_path / "c" / "copy.jsonl").write_bytes(b"")
    assert "named by its month" in chain.verify(DESK, tmp_path / "c").words()


def test_a_cut_line_in_an_earlier_file_is_an_error(tmp_path: Path) -> None:
    path = months(tmp_path) / "2026-10.jsonl"
    path.write_bytes(path.read_bytes()[:-1])
    result = chain.verify(DESK, tmp_path)
    assert not result.ok
    assert (result.problems[0].file, result.problems[0].line) == ("2026-10.jsonl", 3)


def test_an_auditor_needs_only_this_one_file(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    months(tmp_path / "journal")
    shutil.copy(str(chain.__file__), tmp_path / "chain.py")
    command = [sys.executable, "-I", "-S", str(tmp_path / "chain.py"), DESK, str(tmp_path / "journal")]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    assert good.returncode == 0
    assert "the chain is whole" in good.stdout
    path = tmp_path / "journal" / "2026-11.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"case":"2026-00042"', b'"case":"2026-00041"', 1))
    bad = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "2026-11.jsonl, line 1" in bad.stdout
    assert subprocess.run(command[:-1], capture_output=True, check=False).returncode == 2
