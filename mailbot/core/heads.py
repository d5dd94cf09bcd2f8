"""The head of the log as auditors are told it: lines for programs, and those read back from a letter. It signs nothing
and knows no journal."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

FIRST = "mailbot-head 1"
"""The first line: what follows, and in which version of this."""
NAMES = ("desk", "seq", "hash", "at", "cases-open", "cases-closed", "mails")
HALF = 64
"""Hex digits of a signature in one line: it has two (RFC 8032 §5.1.6), so that no mail program breaks them."""
DIGEST, HEX = re.compile(r"[0-9a-f]{64}", re.ASCII), re.compile(r"[0-9a-f]{128}", re.ASCII)
NUMBER = re.compile(r"0|[1-9]\d{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Statement:
    """How the log of a desk stood: number, hash and instant (journal text) of its last entry; how many cases were open
    and closed, how many mails dealt with."""

    desk: str
    seq: int
    hash: str
    at: str
    open: int
    closed: int
    mails: int


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
    values = (one.desk, one.seq, one.hash, one.at, one.open, one.closed, one.mails)
    return "\n".join([FIRST, *(f"{name} {value}" for name, value in zip(NAMES, values, strict=True))]) + "\n"


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
        for at in (at for at, line in enumerate(lines) if line == FIRST):
            found = _told(lines[at + 1 :]) or found
    return found


def _told(lines: list[str]) -> Told | None:
    values = dict(line.split(" ", 1) for line in lines[: len(NAMES)] if " " in line)
    numbers = [values.get(name, "") for name in ("seq", "cases-open", "cases-closed", "mails")]
    if tuple(values) != NAMES or not DIGEST.fullmatch(values["hash"]) or not all(map(NUMBER.fullmatch, numbers)):
        return None
    seq, open_, closed, mails = map(int, numbers)
    statement = Statement(values["desk"], seq, values["hash"], values["at"], open_, closed, mails)
    proof = list(_proof(lines[len(NAMES) :]))
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
