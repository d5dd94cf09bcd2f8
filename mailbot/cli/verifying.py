"""`mailbot verify`: a desk's log, mails and cases against each other and against what is known outside. It repairs
nothing and needs no password."""

import argparse
import email
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from mailbot import desks
from mailbot.cli.progress import Bar
from mailbot.cli.words import OK, TROUBLE, complain, say, say_json, settings
from mailbot.core import chain
from mailbot.core.heads import Told, fingerprint, read_head
from mailbot.desks import Mistaken
from mailbot.edge.signing import load_signing_key, proves, read_public
from mailbot.store.files.examining import examine
from mailbot.store.files.verify import Verified

Signature = Literal["", "none", "fits", "unknown key", "does not fit"]
"""What became of a letter's signature; "" where no head letter was named. Only `does not fit` is wrong."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What is known outside the house: entries, and what is to be said of the letter that told them."""

    witnesses: tuple[chain.Witness, ...] = ()
    signature: Signature = ""
    words: str = ""


def verify(arguments: argparse.Namespace) -> int:
    """0 if everything fits, 1 if not, 2 (Mistaken) if it could not be verified."""
    at = settings(arguments)
    found = desks.look(at)
    if not (found.state / "journal").exists():
        raise Mistaken(f"{found.state}: nothing has happened there yet; `mailbot run` or `mailbot once` begins")
    for notice in found.notices:
        complain(notice)
    desk = found.rules.desk.name
    outside = _outside(arguments, desk, at)
    with Bar() as bar:
        result = examine(found.state, desk, outside.witnesses, bar)
    well = result.ok and outside.signature != "does not fit"
    if arguments.json:
        say_json({"ok": well, **_as_json(result), "signature": outside.signature})
    else:
        say("\n".join(filter(None, [outside.words, result.words()])))
    return OK if well else TROUBLE


def _outside(arguments: argparse.Namespace, desk: str, at: Path) -> Outside:
    """What --head names. Mistaken if that is neither a hash nor a letter of this desk, or --key is no public key."""
    if arguments.head is None:
        return Outside()
    if re.fullmatch(r"[0-9a-f]{64}", arguments.head):
        return Outside((chain.Witness(arguments.head),))
    try:
        raw = Path(arguments.head).read_bytes()
    except (OSError, ValueError) as error:
        raise Mistaken(f"{arguments.head}: wanted a hash (64 digits) or the file of a letter: {error}") from error
    line, told = chain.log_line(raw), read_head(chain.texts(raw))
    whose = told.statement.desk if told else str(email.message_from_bytes(raw).get("X-Mailbot-Desk", desk)).strip()
    if whose != desk:
        raise Mistaken(f"{arguments.head}: found a letter of the desk {whose}, wanted one of {desk}")
    if line is None and told is None:
        wanted = "found no line `log`, number, hash; wanted the file of a letter of the desk, as it came"
        raise Mistaken(f"{arguments.head}: {wanted}")
    signature, words = _signature(told, arguments, at)
    return Outside(_witnesses(line, told, signature), signature, words)


def _witnesses(line: chain.Witness | None, told: Told | None, signature: Signature) -> tuple[chain.Witness, ...]:
    """The entries that a letter names. Lines that look like those of a head and are neither signed nor of the entry
    just before the letter's own are somebody's words that it quotes."""
    if told and (line is None or signature == "fits" or told.statement.seq + 1 == line.seq):
        own = chain.Witness(told.statement.hash, told.statement.seq)
        return (own, line) if line else (own,)
    return (line,) if line else ()


def _signature(told: Told | None, arguments: argparse.Namespace, at: Path) -> tuple[Signature, str]:
    if told is None:
        return "", ""
    if not told.signature or not told.key:
        return "none", "signature: the letter has none"
    own, known, text = fingerprint(told.key), _known_key(arguments, at), told.text.encode()
    if known and proves(known, told.signature, text):
        return "fits", f"signature: fits the desk's key, fingerprint {fingerprint(known)}"
    if arguments.key or not proves(told.key, told.signature, text):
        return "does not fit", "error: THE SIGNATURE DOES NOT FIT: the letter is not what the desk's key signed"
    wanted = f"compare its fingerprint with the one you were told, {own}, or name the key with --key"
    return "unknown key", f"signature: made with a key that is not known here; {wanted}"


def _known_key(arguments: argparse.Namespace, at: Path) -> str | None:
    """The public key of --key, else of the key in the settings if it can be read here. Mistaken if --key is none."""
    if arguments.key is None:
        path = desks.settings_in(at, secrets=False).desk.signing_key
        try:
            return load_signing_key(path).public if path else None
        except (OSError, ValueError):
            return None
    try:
        found = read_public(arguments.key) or read_public(Path(arguments.key).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if found is None:
        raise Mistaken(f"--key {arguments.key}: wanted an Ed25519 public key, 64 hex digits or a PEM file")
    return found


def _as_json(found: Verified) -> dict[str, object]:
    walked = found.chain
    heads = [
        {"seq": one.witness.seq or None, "hash": one.witness.hash, "state": one.state, "words": one.words()}
        for one in walked.sightings
    ]
    mails = {name: getattr(found, name) for name in ("erased", "sealed", "destroyed")}
    return {
        "desk": walked.desk,
        "head": asdict(walked.head),
        "files": walked.files,
        "entries": walked.entries,
        "erased_entries": walked.erased,
        "mails": {"fit": found.mails, **mails, "to_be_destroyed": found.doomed},
        "cases": found.cases,
        "chain": [asdict(one) for one in walked.problems],
        "problems": found.problems,
        "unlisted": walked.unlisted + found.unlisted,
        "notices": found.notices,
        "outside": heads,
    }
