"""What `mailbot check` finds in the state itself: who holds it, and which program wrote it last. It changes nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from mailbot import __version__
from mailbot.checkup.values import Finding, to_do
from mailbot.core.pulse import read_pulse
from mailbot.store.files import FileStore
from mailbot.store.files.disk import locked
from mailbot.store.files.pulse import posted

SILENT = timedelta(minutes=10)
"""How long whoever holds the state may note nothing."""


def holder(state: Path, now: datetime) -> Iterator[Finding]:
    """Who works on the state, and whether it still does."""
    if not locked(state / "lock"):
        return
    number = (state / "lock").read_text(errors="replace").strip() or "unknown"
    noted = read_pulse(posted(state)).noted
    text = f"process {number} holds the state: a service, or another command that writes"
    if noted is not None and now - noted < SILENT:
        yield Finding(True, text)
    else:
        do = f"see what it is (`ps {number}`); if it hangs, end it: any kill is safe"
        yield to_do("holder", f"{text}, and it has noted nothing for ten minutes", do)


async def programs(store: FileStore, version: str = __version__) -> list[Finding]:
    """Whether the last entry was written by a newer program than this one."""
    last = await store.entry(store.head.seq)
    wrote = await store.recollect("program", last.program) if last else None
    theirs = (wrote or {}).get("mailbot", "")
    if not theirs or _parts(theirs) <= _parts(version):
        return []
    do = f"install mailbot {theirs} or newer here: an older one may not know every entry"
    return [to_do("newer-program", f"the journal was last written by mailbot {theirs}, and this is {version}", do)]


def _parts(version: str) -> tuple[int, ...]:
    """Numbers of a version, as far as they go."""
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
