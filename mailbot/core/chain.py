"""The journal's bytes: seals entries into a chain of hashes and verifies them. It knows nothing of mails or cases.

Standard library only: whoever audits a desk copies this one file and runs `python chain.py DESK JOURNAL`, where DESK
is the desk's name and JOURNAL the folder of its `2026-11.jsonl` files. It ends with 0 if every line is what was
written, else with 1. That the end was cut off, or all of it written anew, no chain can show by itself: `--head` holds
it against an entry that somebody outside knows, by its hash or by any letter of the desk.
"""

import email
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

LIMIT = 2**53
"""Integers from here on (and their negatives) are not exact in every JSON reader (RFC 7493 §2.2)."""
COMPACT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
MOST_PROBLEMS = 100
Kind = Literal["error", "torn", "notice"]
FILE = re.compile(r"\d{4}-(0[1-9]|1[0-2])\.jsonl", re.ASCII)
DIGEST = rb'"[0-9a-f]{64}"'
SHAPES: Mapping[str, re.Pattern[bytes]] = {
    "v": re.compile(rb"1"),
    "seq": re.compile(rb"[1-9]\d*"),
    "at": re.compile(rb'"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"'),
    "case": re.compile(rb'null|"(?:[^"\\]|\\.)*+"'),
    "mail": re.compile(rb"null|" + DIGEST),
    "more": re.compile(rb"true|false"),
    **dict.fromkeys(("rules", "program", "body", "prev", "hash"), re.compile(DIGEST)),
    "salt": re.compile(rb'null|"[0-9a-f]{32}"'),
    "events": re.compile(rb"null|\[(?s:.*)\]"),
}
"""The keys of a line, exactly these, and what the canonical form of each value looks like."""
NAMES = {key: f'"{key}":'.encode() for key in sorted(SHAPES)}
PARTS = (name + b"(?P<%b>%b)" % (key.encode(), SHAPES[key].pattern) for key, name in NAMES.items())
LINE = re.compile(b"{%b}\n" % b",".join(PARTS))
"""A whole line of such values; its parts, if the JSON in it was found to have each key once."""
ASCII_KEYS = re.compile(r'[\x00-\x7f]*+(?:[^\x00-\x7f][^"\\]*+(?:\\.[^"\\]*+)*+"(?!:)[\x00-\x7f]*+)*+')
"""A canonical line in which no text with a letter beyond ASCII has a colon behind it, and so is a key."""
LOG = re.compile(r"[>\s]*log ([1-9]\d{0,15}) ([0-9a-f]{64})\s*", re.ASCII)
"""The line that ends every letter of a desk: the number and hash of its entry (behind `>` where it is quoted)."""
UNSEALED = SHAPES.keys() - {"v", "body", "prev", "hash", "salt"}
HEADER = sorted(SHAPES.keys() - {"hash", "salt", "events"})
"""What the hash of an entry covers; the events only through `body`, so that they can be erased by order."""


def _check(value: Any) -> None:
    if (kind := type(value)) is dict and (bad := [key for key in value if type(key) is not str or not key.isascii()]):
        raise ValueError(f"the keys {bad!r} are not ASCII text")
    if kind in (dict, list, tuple):
        for one in value.values() if kind is dict else value:
            if type(one) is not str:
                _check(one)
    elif kind is int and not -LIMIT < value < LIMIT:
        raise ValueError(f"the integer {value} is not below 2^53")
    elif kind not in (str, int, bool, type(None)):
        raise ValueError(f"a {kind.__name__} has no canonical form")


def _integer(text: str) -> int:
    if not -LIMIT < (number := int(text)) < LIMIT:
        raise ValueError(f"the integer {number} is not below 2^53")
    return number


PARSED = json.JSONDecoder(parse_int=_integer, parse_float=_integer, parse_constant=_integer).decode


def canonical(value: object) -> bytes:
    """The one JSON form of a value, UTF-8: keys sorted, no blanks, only what must be escaped is (RFC 8785 for values
    without floats). Takes None, bool, int, str, list, tuple, dict; a list and a tuple give the same bytes.
    ValueError for anything else: floats, integers of 2^53 and more, keys beyond ASCII, lone surrogates."""
    _check(value)
    return COMPACT(value).encode()


def genesis(desk: str) -> str:
    """What the first entry of a desk names as `prev`: the SHA-256 (lower hex) of the desk's name in UTF-8."""
    return hashlib.sha256(desk.encode()).hexdigest()


def _assembled(parts: Mapping[str, bytes], keys: Iterable[str]) -> bytes:
    return b"{%b}" % b",".join([NAMES[key] + parts[key] for key in keys])


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _wrong_shape(parts: Mapping[str, bytes], matched: bool = False) -> str | None:
    if parts.keys() != SHAPES.keys():
        extra, lacking = sorted(parts.keys() - SHAPES.keys()), sorted(SHAPES.keys() - parts.keys())
        return f"an entry has exactly the keys {', '.join(sorted(SHAPES))}; too many: {extra}, missing: {lacking}"
    if bad := next((key for key, shape in SHAPES.items() if not (matched or shape.fullmatch(parts[key]))), None):
        return f"`{bad}` does not look as it should: {parts[bad][:80].decode(errors='replace')}"
    if (parts["events"] == b"null") != (parts["salt"] == b"null"):
        return "`events` and `salt` are erased together or not at all"
    return None


def seal(unsealed: Mapping[str, Any], prev: str, salt: str) -> tuple[bytes, str]:
    """The journal line (ended by LF) and the hash of an entry that follows the one with the hash `prev`.

    `unsealed` has exactly the keys of UNSEALED with plain JSON values, `at` as `2026-11-21T03:04:05.678Z`; `salt`, 32
    random lower hex digits, keeps erased events from being guessed. ValueError if something is not so.
    """
    if unsealed.keys() != UNSEALED:
        raise ValueError(f"an entry to seal has the keys {sorted(UNSEALED)}, not {sorted(unsealed)}")
    parts = {key: canonical(value) for key, value in {**unsealed, "v": 1, "prev": prev, "salt": salt}.items()}
    parts["body"] = canonical(_sha256(_assembled(parts, ("events", "salt"))))
    digest = _sha256(_assembled(parts, HEADER))
    parts["hash"] = canonical(digest)
    if wrong := _wrong_shape(parts):
        raise ValueError(wrong)
    return _assembled(parts, NAMES) + b"\n", digest


def alone(raw: bytes) -> tuple[dict[str, Any] | None, list[str]]:
    """A line by itself, whatever stands before it: its fields (None: it is no entry), and what is wrong with it."""
    try:
        fields, line = PARSED(text := raw.decode()), LINE.fullmatch(raw)
        if not isinstance(fields, dict):
            return None, ["the line is not a JSON object"]
        ascii_keys = text.isascii() or ASCII_KEYS.fullmatch(text)
        same = COMPACT(fields) + "\n" == text and ascii_keys and fields.keys() == SHAPES.keys()
        parts = line.groupdict() if line and same else {key: canonical(value) for key, value in fields.items()}
    except (ValueError, RecursionError) as error:
        return None, [f"the line is not canonical JSON: {error}"]
    form = "the line is not in canonical form (blanks, order of keys, escapes, a key twice, or not ended by LF)"
    wrong = _wrong_shape(parts, bool(line and same)) or (None if same else form)
    return (None, [wrong]) if wrong else (fields, list(_unfit(fields, parts)))


def _unfit(fields: Mapping[str, Any], parts: Mapping[str, bytes]) -> Iterator[str]:
    if fields["hash"] != _sha256(_assembled(parts, HEADER)):
        yield f"`hash` of entry {fields['seq']} does not fit its header: it was changed after it was written"
    if fields["events"] is not None and fields["body"] != _sha256(_assembled(parts, ("events", "salt"))):
        yield f"`body` of entry {fields['seq']} does not fit its events: they were changed after they were written"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something found in a file at a line (from 1; 0: the whole file). An `error` is tampering or damage, `torn` a
    write cut off at the very end, which the desk's next start sets aside, a `notice` allowed but worth a look."""

    file: str
    line: int
    what: str
    kind: Kind = "error"

    def __str__(self) -> str:
        return f"{self.kind}: {self.file}, line {self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain: its number, hash and instant (0, the genesis and "" if there is none)."""

    seq: int
    hash: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Witness:
    """An entry as somebody outside the house knows it: its hash, and its number (0: that is not known)."""

    hash: str
    seq: int = 0


@dataclass
class Sighting:
    """What a journal has where a witness looks: the entry of that number (else of that hash), None if there is none;
    `last` is the number of the journal's last entry."""

    witness: Witness
    entry: Head | None = None
    last: int = 0

    @property
    def state(self) -> Literal["fits", "cut", "rewritten", "unknown"]:
        """Whether that entry is there as the witness knows it."""
        if self.entry is not None:
            return "fits" if self.entry.hash == self.witness.hash else "rewritten"
        return "cut" if self.witness.seq > self.last else "unknown"

    def look(self, head: Head) -> None:
        """One more entry of the journal, in order."""
        self.last = head.seq
        if head.seq == self.witness.seq or (not self.witness.seq and head.hash == self.witness.hash):
            self.entry = head

    def words(self) -> str:
        """The same for a human reader, a line."""
        seq, digest = self.witness.seq or (self.entry.seq if self.entry else 0), self.witness.hash
        here, outside = self.entry.hash if self.entry else "-", f"outside, entry {seq} is known with the hash {digest}"
        return {
            "fits": f"head: entry {seq} is as it is known outside, so the log up to it is what it was then",
            "cut": f"error: THE END OF THE LOG WAS CUT OFF: {outside}, but the log ends with entry {self.last}",
            "rewritten": f"error: THE LOG WAS REWRITTEN, in entry {seq} or before it: {outside}, here it has {here}",
            "unknown": f"error: THE LOG WAS REWRITTEN OR CUT OFF: no entry has the hash {digest} that is known outside",
        }[self.state]


@dataclass
class Result:
    """How much was read, the last whole entry, and at most MOST_PROBLEMS problems; `unlisted` is how many more."""

    desk: str
    head: Head
    files: int = 0
    entries: int = 0
    mails: int = 0
    letters: int = 0
    erased: int = 0
    errors: int = 0
    unlisted: int = 0
    problems: list[Problem] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing but a torn end or a notice was found, in the chain itself."""
        return self.errors == 0

    @property
    def proven(self) -> bool:
        """Whether besides every witness found its entry."""
        return self.ok and all(one.state == "fits" for one in self.sightings)

    def words(self) -> str:
        """The result for a human reader, several lines."""
        more = [f"... and {self.unlisted} more"] if self.unlisted else []
        counts = f"desk {self.desk}: files {self.files}, mails taken in {self.mails}, letters written {self.letters}, "
        counts += f"entries {self.entries}, of them erased by order {self.erased}"
        head = f"head: entry {self.head.seq} of {self.head.at or '-'}, hash {self.head.hash}"
        whole = "the chain is whole" if self.entries else "there is no entry, so nothing is proven"
        verdict = whole if self.ok else f"THE CHAIN IS BROKEN, errors {self.errors}"
        return "\n".join([*map(str, self.problems), *more, counts, head, verdict, *map(Sighting.words, self.sightings)])


class Walk:
    """Verifies a journal line by line, in constant memory, from its beginning or from after a known entry `head`,
    which lies in the file of the month `month` (`2026-11`); `look` says what a line is by itself."""

    look = staticmethod(alone)

    def __init__(self, desk: str, head: Head | None = None, month: str = "") -> None:
        self.result = Result(desk, head or Head(0, genesis(desk)))
        self.month, self.file, self.line = month, "", 0
        self._group: Mapping[str, Any] | None = None
        self._group_head = self.result.head
        self._erased: dict[int, tuple[str, int]] = {}

    def begin(self, file: str, line: int = 0) -> None:
        """The lines fed next stand in this file (`2026-11.jsonl`), after its line `line`."""
        if self._group is not None:
            self.report("its last group of entries is not finished")
            self._group = None
        self.file, self.line = file, line
        self.result.files += 1
        if file and not FILE.fullmatch(file):
            self.report("a file of a journal is named by its month, like 2026-11.jsonl")

    def feed(self, raw: bytes) -> dict[str, Any] | None:
        """One line with its LF; its fields, or None if it is not an entry at all. Problems go to `result`."""
        self.line += 1
        fields, unfit = self.look(raw)
        if fields is None:
            self.report(unfit[0])
            return None
        for wrong in (*self._unlinked(fields), *unfit, *self._ungrouped(fields), *self._misplaced(fields)):
            self.report(wrong)
        self._count(fields)
        return fields

    def finish(self) -> None:
        """No more lines: an unfinished group is torn, and null events must have been named by an Erased event."""
        if self._group is not None:
            self.report("the last group of entries is not finished", "torn")
            self.result.head = self._group_head
        for seq, (file, line) in self._erased.items():
            self.report(f"the events of entry {seq} are gone and no Erased event names them", place=(file, line))

    def report(self, what: str, kind: Kind = "error", place: tuple[str, int] | None = None) -> None:
        """Adds a problem where the walk is, or at `place`."""
        self.result.errors += kind == "error"
        if len(self.result.problems) < MOST_PROBLEMS:
            self.result.problems.append(Problem(*(place or (self.file, self.line)), what, kind))
        else:
            self.result.unlisted += 1

    def _unlinked(self, fields: Mapping[str, Any]) -> Iterator[str]:
        head = self.result.head
        if fields["seq"] != head.seq + 1:
            yield f"entry {fields['seq']} follows entry {head.seq}"
        if fields["prev"] != head.hash:
            before = "hash of the entry before it" if head.seq else "digest of the desk's name: was it changed?"
            yield f"`prev` of entry {fields['seq']} is not the {before}"
        if fields["events"] is None:
            self._erased[fields["seq"]] = (self.file, self.line)
            self.result.erased += 1

    def _ungrouped(self, fields: Mapping[str, Any]) -> Iterator[str]:
        first, self._group = self._group, fields if fields["more"] else None
        if first is None:
            self._group_head = self.result.head
            self.result.mails += fields["mail"] is not None
        elif (fields["at"], fields["mail"]) != (first["at"], first["mail"]):
            yield f"entry {fields['seq']} belongs to a group but has another instant or mail"

    def _misplaced(self, fields: Mapping[str, Any]) -> Iterator[str]:
        if fields["at"] < self.result.head.at:
            self.report(f"the clock went back: {fields['at']} after {self.result.head.at}", "notice")
        self.month = max(self.month, fields["at"][:7])
        if self.file and self.file != f"{self.month}.jsonl":
            yield f"entry {fields['seq']} of {fields['at']} belongs in {self.month}.jsonl"

    def _count(self, fields: Mapping[str, Any]) -> None:
        self.result.entries += 1
        self.result.head = Head(fields["seq"], fields["hash"], fields["at"])
        for sighting in self.result.sightings:
            sighting.look(self.result.head)
        for event in fields["events"] or ():
            kind = event.get("kind") if isinstance(event, dict) else None
            self.result.letters += kind == "letter_written"
            if kind == "erased" and isinstance(event.get("seqs"), list):
                named = frozenset(seq for seq in event["seqs"] if isinstance(seq, int))
                self._erased = {seq: place for seq, place in self._erased.items() if seq not in named}


def verify(
    desk: str, journal: Path | Iterable[bytes], witnesses: Iterable[Witness] = (), walk: Walk | None = None
) -> Result:
    """Verifies the whole journal of the desk called `desk`, in constant memory: a folder (OSError if it cannot be
    read; a `.jsonl` there that is not named by a month is an error), or lines each with its LF. The result has a
    sighting for each witness; a `walk` of the caller's own is fed each line."""
    walk = walk or Walk(desk)
    walk.result.sightings = [Sighting(witness) for witness in witnesses]
    if isinstance(journal, Path):
        names = sorted(path.name for path in journal.iterdir() if path.name.endswith(".jsonl"))
        for name in names:
            walk.begin(name)
            with (journal / name).open("rb", 1 << 16) as lines:
                _lines(walk, lines, last=name == names[-1])
    else:
        walk.begin("")
        _lines(walk, journal, last=True)
    walk.finish()
    return walk.result


def _lines(walk: Walk, lines: Iterable[bytes], last: bool) -> None:
    for raw in lines:
        if last and not raw.endswith(b"\n"):
            walk.line += 1
            walk.report(f"{len(raw)} bytes after the last line's end, of a write that was cut off", "torn")
            return
        walk.feed(raw)


def texts(letter: bytes) -> list[str]:
    """The texts of a mail as it came (RFC 5322), and at last all of it as it stands: it may be the text alone."""
    parts = [part for part in email.message_from_bytes(letter).walk() if part.get_content_type() == "text/plain"]
    found = [part.get_payload(decode=True) for part in parts]
    return [text.decode(errors="replace") for text in (*found, letter) if isinstance(text, bytes)]


def log_line(letter: bytes) -> Witness | None:
    """The entry that a letter of a desk names in its last line, `log <seq> <hash>`; None if it has no such line."""
    hits = ([hit for line in text.splitlines() if (hit := LOG.fullmatch(line))] for text in texts(letter))
    found = next((found[-1] for found in hits if found), None)
    return Witness(found[2], int(found[1])) if found else None


def witness(named: str) -> Witness | str:
    """What `--head` names: the hash of an entry (64 hex digits), or the file of a letter; else why not, in words."""
    try:
        found = Witness(named) if re.fullmatch(r"[0-9a-f]{64}", named) else log_line(Path(named).read_bytes())
    except (OSError, ValueError) as error:
        return f"{named}: wanted a hash (64 digits) or the file of a letter: {getattr(error, 'strerror', 0) or error}"
    return found or f"{named}: found no line `log`, number, hash; wanted the file of a letter of the desk, as it came"


USAGE = "usage: python chain.py DESK JOURNAL [--head HASH|LETTER.eml]   (its name, the folder of its .jsonl files)"


def main(arguments: list[str]) -> int:
    """`python chain.py DESK JOURNAL [--head HASH|LETTER.eml]`: prints the result in words; 0 if the chain is whole and
    the head known outside is in it, 1 if not, 2 if misused."""
    if len(arguments) not in (2, 4) or arguments[2:3] not in ([], ["--head"]) or not Path(arguments[1]).is_dir():
        print(USAGE)
        return 2
    witnesses = [witness(named) for named in arguments[3:]]
    wrong = [one for one in witnesses if isinstance(one, str)]
    known = [one for one in witnesses if isinstance(one, Witness)]
    try:
        result = verify(arguments[0], Path(arguments[1]), known)
        wrong += [] if result.files else [f"{arguments[1]}: found no file of a journal, such as 2026-11.jsonl"]
    except OSError as error:
        wrong.append(f"error: it could not be read: {error}")
    if wrong:
        print(*wrong, sep="\n")
        return 2
    print("".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in result.words()))
    return 0 if result.proven and result.entries else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
