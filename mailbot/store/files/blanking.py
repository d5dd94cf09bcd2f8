"""Erasing on the disk: events out of the journal's files, and what else in a state folder may hold copies of them. It
knows nothing of why.

Each step leaves either what was there or what has to be, durably, and done twice it is done: so a process that dies is
finished by the next one, from the entry that orders it.
"""

import json
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from mailbot.core.chain import canonical
from mailbot.core.events import Erased
from mailbot.core.ledger import Undone
from mailbot.store.files import disk, lines, replay
from mailbot.store.files.journal import Journal
from mailbot.store.files.mail import Mails
from mailbot.store.files.rebuilding import remade

BLANK = b'"events":null,'
PIECE = 1 << 20
SETTLED = 10.0
"""Seconds after which a file half-written by another process is nobody's any more."""


def without(erased: Erased | Undone, standing: replay.Standing, mails: Mails, state: Path) -> replay.Standing:
    """How things stand by the journal alone, once neither it nor the raw mails nor anything made from them holds what
    is erased. Nobody else may write meanwhile."""
    blank(standing.journal, erased.seqs)
    mails.erase(erased.mails)
    sweep(state)
    return remade(state, standing.journal.desk).standing


def blank(journal: Journal, seqs: Collection[int]) -> None:
    """Events and salt of these entries are null, on the disk on return, file by file; those that are stay as they are.
    store.Full if the disk takes no more: some files may be done then."""
    wanted = frozenset(seqs)
    journal.close()
    try:
        for file in journal.files():
            if _lacks(journal, file, wanted):
                disk.replace(journal.folder / file, _pieces(journal, file, wanted))
    finally:
        journal.end = journal.after(journal.end.head.seq) or journal.end  # its last entry lies elsewhere now


def _lacks(journal: Journal, file: str, wanted: frozenset[int]) -> bool:
    """Whether an entry in this file still has its events and should not."""
    ends = lines.ends(journal.folder / file)
    if not ends or not any(ends[0] <= seq <= ends[1] for seq in wanted):
        return False
    return any(_full(raw, wanted) for _, raw in journal.raw_lines(file))


def _full(raw: bytes, wanted: frozenset[int]) -> bool:
    found = lines.SEQ.search(raw)
    return found is not None and int(found[1]) in wanted and BLANK not in raw[:300]


def _pieces(journal: Journal, file: str, wanted: frozenset[int]) -> Iterator[bytes]:
    piece = b""
    for _, raw in journal.raw_lines(file):
        piece += _emptied(raw) if _full(raw, wanted) else raw
        if len(piece) > PIECE:
            yield piece
            piece = b""
    yield piece


def _emptied(raw: bytes) -> bytes:
    return canonical({**json.loads(raw), "events": None, "salt": None}) + b"\n"


def sweep(state: Path) -> None:
    """Removes copies that nobody needs any more: torn ends that were set aside, files that were no order, and what was
    half-written when a process died. What other processes may be writing just now stays."""
    doomed = [*(state / "journal" / "torn").glob("*"), *(state / "orders").glob("*.bad")]
    for folder in ("journal", "journal/torn", "cases", "cases/closed", "."):
        doomed += (state / folder).glob(".*.tmp")
    doomed += [path for path in (state / "orders").glob(".*.tmp") if _age(path) > SETTLED]
    for path in doomed:
        path.unlink(missing_ok=True)
    for above in {path.parent for path in doomed}:
        disk.fsync_folder(above)


def _age(path: Path) -> float:
    with suppress(OSError):
        return time.time() - path.stat().st_mtime
    return 0.0
