"""`mailbot verify`: a desk's log, mails and cases against each other and against what is known outside. It repairs
nothing and needs no password."""

import argparse
import email
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from mailbot import desks
from mailbot.cli.look import looked_at
from mailbot.cli.progress import Bar
from mailbot.cli.words import OK, TROUBLE, say, say_json, settings
from mailbot.core import chain
from mailbot.core.heads import Told, fingerprint, read_head
from mailbot.desks import Mistaken
from mailbot.edge.memory import few_searches
from mailbot.edge.signing import load_signing_key, proves, read_public
from mailbot.store.files.examining import examine
from mailbot.store.files.opened import opened_as
from mailbot.store.files.verify import Verified

Signature = Literal["", "none", "fits", "unknown key", "does not fit"]
"""What became of a letter's signature; "" where no head letter was named. Wrong is `does not fit`, and where the
auditor named a key, everything but `fits`."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What is known outside the house: entries, and what is to be said of the letter that told them."""

    witnesses: tuple[chain.Witness, ...] = ()
    signature: Signature = ""
    words: str = ""
    told: Told | None = None


def verify(arguments: argparse.Namespace) -> int:
    """0 if everything fits, 1 if not, 2 (Mistaken) if it could not be verified."""
    state, desk = _alone(arguments.state) if arguments.state else _by_settings(arguments)
    outside = outside_of(arguments, desk, None if arguments.state else settings(arguments))
    with Bar() as bar, few_searches():
        result = examine(state, desk, outside.witnesses, bar, apart=len(os.sched_getaffinity(0)) > 1)
    if not result.chain.entries and result.ok:
        raise Mistaken(f"{state / 'journal'}: found no entry of a journal, so nothing is proven")
    signed = outside.signature == "fits" if arguments.key else outside.signature != "does not fit"
    if not signed:  # one verdict over all of it, which is said last
        result.report(outside.words)
    arguments.code = OK if result.ok else TROUBLE  # also if nobody reads on
    if arguments.json:
        say_json({"ok": result.ok, **_as_json(result), "signature": outside.signature})
    else:
        say("\n".join(filter(None, [outside.words if signed else "", result.words()])))
    return int(arguments.code)


def _by_settings(arguments: argparse.Namespace) -> tuple[Path, str]:
    """The state that the settings name, and what its desk is called."""
    if not (at := settings(arguments)).exists():
        wanted = "--config FILE names another; `mailbot verify --state DIR` needs none"
        raise Mistaken(f"{at}: there is no such file; {wanted}")
    found = looked_at(arguments)
    return found.state, found.rules.desk.name


def _alone(state: Path) -> tuple[Path, str]:
    """A state without settings, and what its journal calls the desk."""
    if not (state / "journal").is_dir():
        raise Mistaken(
            f"{state}: found no folder `journal` in it, wanted the folder `state` of a desk, or a copy of it"
        )
    desk = opened_as(state)
    if desk is None:
        do = f"`python chain.py DESK {state / 'journal'}` says more (docs/auditing.md)"
        raise Mistaken(f"{state}: the first entry of its journal does not say what the desk is called; {do}")
    return state, desk


def outside_of(arguments: argparse.Namespace, desk: str, at: Path | None) -> Outside:
    """What --head names; the settings `at` may name the desk's own key. Mistaken if it is neither a hash nor a letter
    of this desk, or --key is no public key or has no signature to be held against."""
    hashed = arguments.head is not None and re.fullmatch(r"[0-9a-f]{64}", arguments.head)
    if arguments.head is None or hashed:
        if arguments.key:
            raise Mistaken("--key: found no letter to hold it against, wanted --head with the file of one")
        return Outside((chain.Witness(arguments.head),) if hashed else ())
    try:
        raw = Path(arguments.head).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Mistaken(f"{arguments.head}: wanted a hash (64 digits) or the file of a letter: {why}") from error
    known, line = _known_key(arguments, at), chain.log_line(raw)
    told = _told(raw, line, known)
    if line is None and told is None:
        wanted = "found no line `log`, number, hash; wanted the file of a letter of the desk, as it came"
        raise Mistaken(f"{arguments.head}: {wanted}")
    whose = told.statement.desk if told else str(email.message_from_bytes(raw).get("X-Mailbot-Desk", desk)).strip()
    if whose != desk:
        raise Mistaken(f"{arguments.head}: found a letter of the desk {whose}, wanted one of {desk}")
    own = (chain.Witness(told.statement.hash, told.statement.seq),) if told else ()
    return Outside((*own, *([line] if line else [])), *_signature(told, known, named=bool(arguments.key)), told)


def _told(raw: bytes, line: chain.Witness | None, known: str | None) -> Told | None:
    """The head that a letter tells. Lines that look like one, but are neither signed by the key we know nor of the
    entry just before the letter's own, are somebody's words that it quotes."""
    told = read_head(chain.texts(raw))
    if told is None or line is None or told.statement.seq + 1 == line.seq or _fits(told, known):
        return told
    return None


def _fits(told: Told, key: str | None) -> bool:
    return key is not None and proves(key, told.signature, told.text.encode())


def _signature(told: Told | None, known: str | None, *, named: bool) -> tuple[Signature, str]:
    """What became of the signature, and that in words; `named` if the auditor said which key it has to be."""
    if told is None or not told.signature or not told.key:
        return ("none", "signature: the letter has none") if told or named else ("", "")
    if known and _fits(told, known):
        return "fits", f"signature: fits the desk's key, fingerprint {fingerprint(known)}"
    if named or not _fits(told, told.key):
        return "does not fit", "THE SIGNATURE DOES NOT FIT: the letter is not what the desk's key signed"
    wanted = f"compare its fingerprint with the one you were told, {fingerprint(told.key)}, or name the key with --key"
    return "unknown key", f"signature: made with a key that is not known here; {wanted}"


def _known_key(arguments: argparse.Namespace, at: Path | None) -> str | None:
    """The public key of --key, else of the key in the settings if it can be read here. Mistaken if --key is none."""
    if arguments.key is None:
        path = desks.settings_in(at, secrets=False).desk.signing_key if at else None
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
