"""The head of the log as auditors are told it: lines for programs, and those read back from a letter. It signs nothing
and knows no journal."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

FIRST = re.compile(r"mailbot-head ([12])", re.ASCII)
"""The first line: what follows, and in which version of this. Version 1 ended with `mails`."""
NAMES = ("desk", "seq", "hash", "at", "cases-open", "cases-closed", "mails")
LATER = (*NAMES, "last-case")
NONE = "-"
WIDE = 64
"""Signs of erased entries in one line, so that no mail program breaks it."""
HALF = 64
"""Hex digits of a signature in one line: it has two (RFC 8032 §5.1.6), so that no mail program breaks them."""
DIGEST, HEX = re.compile(r"[0-9a-f]{64}", re.ASCII), re.compile(r"[0-9a-f]{128}", re.ASCII)
NUMBER = re.compile(r"0|[1-9]\d{0,15}", re.ASCII)
CASE = re.compile(r"-|\d{4}-\d{5,6}", re.ASCII)
ERASED = re.compile(r"erased (-|[1-9]\d{0,15}(:[1-9]\d{0,15})?(,[1-9]\d{0,15}(:[1-9]\d{0,15})?)*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Statement:
    """How the log of a desk stood: number, hash and instant (journal text) of its last entry; how many cases were open
    and closed, how many mails dealt with; the last number given to a case (empty: none), and all entries that orders
    erased, as a sequence set (`1:3,7`). In version 1 both are not told."""

    desk: str
    seq: int
    hash: str
    at: str
    open: int
    closed: int
    mails: int
    last: str = ""
    erased: str = ""
    version: int = 2


@dataclass(frozen=True, slots=True)
class Told:
    """A statement as it stands in a letter: `text` is what was signed; `key` (Ed25519, 64 hex digits) and `signature`
    (128) are empty if it is not signed."""

    statement: Statement
    text: str
    key: str = ""
    signature: str = ""


def signed_lines(statement: Statement) -> str:
    """What is signed, as UTF-8: these lines, each ended by LF."""
    one = statement
    values = (one.desk, one.seq, one.hash, one.at, one.open, one.closed, one.mails, one.last or NONE)
    rows = [f"{name} {value}" for name, value in zip(NAMES if one.version == 1 else LATER, values, strict=False)]
    more = [] if one.version == 1 else [f"erased {part}" for part in _parts(one.erased or NONE)]
    return "\n".join([f"mailbot-head {one.version}", *rows, *more]) + "\n"


def _parts(erased: str) -> Iterator[str]:
    """A sequence set in pieces that fit into a line, each a sequence set."""
    line = ""
    for span in erased.split(","):
        if line and len(line) + 1 + len(span) > WIDE:
            yield line
            line = ""
        line = f"{line},{span}" if line else span
    yield line


def told_lines(statement: Statement, key: str, signature: str) -> str:
    """All lines of a letter: the signed ones, and below them public key, fingerprint and signature if there are any."""
    proof = (f"public-key {key}", f"fingerprint {fingerprint(key)}") if key else ()
    halves = (f"signature {half}" for half in (signature[:HALF], signature[HALF:]) if half)
    return signed_lines(statement) + "".join(f"{line}\n" for line in (*proof, *halves))


def fingerprint(key: str) -> str:
    """What people compare of a public key (64 hex digits): the first 128 bits of the SHA-256 of its 32 octets, in eight
    groups of four."""
    digits = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, 32, 4))


def read_head(texts: Iterable[str]) -> Told | None:
    """The last statement in the texts of a letter, also where it is quoted; None if there is none."""
    found = None
    for text in texts:
        lines = [re.sub(r"^[>\s]+", "", line).rstrip() for line in text.splitlines()]
        for at, line in enumerate(lines):
            if hit := FIRST.fullmatch(line):
                found = _told(int(hit[1]), lines[at + 1 :]) or found
    return found


def _told(version: int, lines: list[str]) -> Told | None:
    names = NAMES if version == 1 else LATER
    values = dict(line.split(" ", 1) for line in lines[: len(names)] if " " in line)
    numbers = [values.get(name, "") for name in ("seq", "cases-open", "cases-closed", "mails")]
    erased = list(takewhile(ERASED.fullmatch, lines[len(names) :])) if version > 1 else []
    if tuple(values) != names or not DIGEST.fullmatch(values["hash"]) or not all(map(NUMBER.fullmatch, numbers)):
        return None
    if version > 1 and (not erased or not CASE.fullmatch(values["last-case"])):
        return None
    seq, open_, closed, mails = map(int, numbers)
    last = values.get("last-case", NONE)
    gone = ",".join(part for line in erased if (part := line.partition(" ")[2]) != NONE)
    told = (values["desk"], seq, values["hash"], values["at"], open_, closed, mails)
    statement = Statement(*told, "" if last == NONE else last, gone, version)
    proof = list(_proof(lines[len(names) + len(erased) :]))
    key = next((value for name, value in proof if name == "public-key" and DIGEST.fullmatch(value)), "")
    signature = "".join([value for name, value in proof if name == "signature"][:2])
    return Told(statement, signed_lines(statement), key, signature if HEX.fullmatch(signature) else "")


def _proof(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The lines directly below that belong to the signature."""
    for line in lines:
        name, _, value = line.partition(" ")
        if name not in ("public-key", "fingerprint", "signature"):
            return
        yield name, value
