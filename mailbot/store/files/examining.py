"""A desk's folder before an auditor: all that is wrong is said, not the first thing alone. It repairs nothing."""

from collections.abc import Sequence
from pathlib import Path

from mailbot.core.chain import Witness
from mailbot.store import Damaged
from mailbot.store.files import replay, texts
from mailbot.store.files.journal import Journal
from mailbot.store.files.telling import Progress, quiet, verify_chain
from mailbot.store.files.verify import Verified
from mailbot.store.files.view import View


def examine(
    state: Path, desk: str, witnesses: Sequence[Witness] = (), progress: Progress = quiet, *, apart: bool = False
) -> Verified:
    """Verifies chain, raw mails, casebook, registers, kept rules and programs of the desk called `desk`, and the chain
    against what is known outside, also where the journal is damaged."""
    try:
        loaded = replay.load(state, desk)
        standing = replay.afresh(state, desk, on_disk=False) if isinstance(loaded, str) else loaded
        for _ in replay.catch_up(standing, on_disk=False):
            pass
    except Damaged as damaged:
        found = Verified(verify_chain(Journal(state / "journal", desk), witnesses, progress))
        if found.chain.ok:
            found.report(str(damaged))
        return found
    found = View(state, standing).verify(witnesses, progress, apart=apart)
    for named in sorted(found.texts):
        for words in texts.problems(state, named):
            found.report(words)
    if isinstance(loaded, str):
        _not_compared(found, loaded)
    return found


def _not_compared(found: Verified, why: str) -> None:
    found.compared, found.cases = False, 0
    found.unwritten = replay.unwritten(why, found.chain.entries)
    if why.startswith(replay.AHEAD):
        found.report(f"the casebook is of another journal: {why}")
    elif not found.unwritten:
        found.notices.append(f"the casebook was not compared with the journal: {why}")
