"""`mailbot restore`: a backup in the place of a state that was lost, held against the newest head letter. It copies
nothing itself."""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

from mailbot import backups, desks
from mailbot.backups import Outlook
from mailbot.cli.progress import Bar
from mailbot.cli.verifying import Outside, outside_of
from mailbot.cli.words import OK, say, settings
from mailbot.cli.work import user_name
from mailbot.core import chain
from mailbot.core.counts import counted
from mailbot.core.events import Operator, Restored
from mailbot.desks import Mistaken
from mailbot.edge import config
from mailbot.flow.tools import wall_clock
from mailbot.store.files import backup
from mailbot.store.files import restore as store
from mailbot.store.files.backup import Manifest, NoBackup

ASKED = (
    "The newest letter to auditors with the head of the log, as a file, or a hash of 64 digits.\n"
    "It shows whether this backup is the newest. Without one: Enter. > "
)
WANTED = "wanted --head with the newest letter to auditors, which shows whether this backup is the newest one"
WITHOUT = "--without-head goes on without: then nothing shows whether later entries are missing or all was written anew"


def restore(arguments: argparse.Namespace) -> int:
    """0 if the state is restored, 2 (Mistaken) if nothing was changed in it."""
    at, folder = settings(arguments), arguments.backup
    manifest = _sound(folder)
    for line in backups.put_back(folder, at):
        say(line)
    outlook = _outlook(arguments, at, folder, manifest)
    state = desks.settings_in(at, secrets=False).desk.state
    with store.held(state):
        for line in _interrupted(state):
            say(line)
        if store.has_entries(state) and not arguments.replace:
            raise Mistaken(f"{state}: found a state in which things happened; --replace moves it aside")
        event, aside = _restored(arguments, at, folder, manifest, outlook, state)
    for line in _told(event, manifest, state, aside):
        say(line)
    return OK


def _sound(folder: Path) -> Manifest:
    """What the backup says of itself, every file as it was made. Mistaken if not; mails are looked at later."""
    try:
        manifest = backup.read(folder)
    except NoBackup as none:
        raise Mistaken(str(none)) from none
    if wrong := list(backup.problems(folder, manifest)):
        raise Mistaken("\n".join([f"{folder} is damaged; take another backup:", *wrong[:20]]))
    return manifest


def _outlook(arguments: argparse.Namespace, at: Path, folder: Path, manifest: Manifest) -> Outlook:
    """What the head letter says of the backup. Mistaken if the backup is another log's, if the operator has to agree
    first to what is missing, or if nobody named a head."""
    if arguments.head is None and not arguments.without_head:
        arguments.head = _asked()
    outside = outside_of(arguments, manifest.desk, at)
    if outside.signature == "does not fit" or (arguments.key and outside.signature != "fits"):
        raise Mistaken(outside.words or "signature: the letter has none")
    found = chain.verify(manifest.desk, folder / backup.STATE / store.JOURNAL, outside.witnesses)
    if not found.ok:
        raise Mistaken(f"{folder} is damaged; take another backup:\n{found.words()}")
    lost = _lost(found, outside)
    if arguments.moved and manifest.at_work:
        raise Mistaken("--moved: found that a service was at work when the backup was made; wanted it stopped before")
    if lost and arguments.moved:
        after = counted(lost, "entry", "entries")
        raise Mistaken(f"--moved: found {after} after the backup, by the head letter; wanted none")
    if lost and not arguments.older:
        raise Mistaken(f"{_missing(lost, manifest)}\nTake a newer backup, or go on with --older")
    newest = max(outside.witnesses, key=lambda one: one.seq, default=chain.Witness("", 0))
    say(_proven(outside, lost, manifest))
    return Outlook(outside.told, newest.seq, newest.hash, lost, arguments.moved, arguments.erasures_from)


def _asked() -> str:
    """What the operator names at a terminal. Mistaken if that is nothing, or there is no terminal."""
    named = input(ASKED).strip() if sys.stdin.isatty() else ""
    if not named:
        raise Mistaken(f"found no head of the log; {WANTED}\n{WITHOUT}")
    return named


def _lost(found: chain.Result, outside: Outside) -> int:
    """How many entries are missing by what is known outside. Mistaken if that does not fit the backup at all."""
    for sighting in found.sightings:
        if sighting.state in ("rewritten", "unknown"):
            raise Mistaken(
                f"{sighting.words()}\nThis is not a backup of the log that the head is of; a hash alone does "
                "not show whether it is only older: name the file of the letter"
            )
    return max([0, *(one.seq - found.head.seq for one in outside.witnesses)])


def _missing(lost: int, manifest: Manifest) -> str:
    since = f"{manifest.head.at[:10]} {manifest.head.at[11:16]} UTC"
    gone = counted(lost, "entry after it is missing", "entries after it are missing")
    return (
        f"THE BACKUP IS OLDER THAN THE HEAD: it ends with entry {manifest.head.seq} of {since}, and at least "
        f"{gone}: the cases opened since, what was answered, decided and erased since"
    )


def _proven(outside: Outside, lost: int, manifest: Manifest) -> str:
    if not outside.witnesses:
        return "NOT PROVEN: without a head of the log nothing shows whether later entries, or erasures, are missing"
    if lost:
        return _missing(lost, manifest)
    return f"the backup has all that the head knows; what came after entry {manifest.head.seq} it cannot show"


def _restored(
    arguments: argparse.Namespace, at: Path, folder: Path, manifest: Manifest, outlook: Outlook, state: Path
) -> tuple[Restored, Path | None]:
    """The state is in its place, and where the old one lies now (None: there was nothing)."""
    by, now = Operator(user=user_name(), nonce=secrets.token_hex(16)), wall_clock()
    with Bar() as bar:
        ready = store.stage(folder, manifest, state, bar)
    try:
        event = asyncio.run(backups.begin(ready, at, manifest, outlook, by, now))
    except BaseException:
        store.give_up(ready)
        raise
    if not outlook.moved:
        config.rotate_keys(desks.settings_in(at, secrets=False).desk.keys)
    aside = store.free(state.with_name(f"{state.name}.before-{now:%Y%m%dT%H%M%SZ}"))
    try:
        moved = store.put_in_place(ready, state, aside)
    except OSError as error:
        raise Mistaken(
            f"{state}: what lies there could not be moved to {aside}: {error}; move it away by hand"
        ) from error
    return event, aside if moved else None


def _interrupted(state: Path) -> Iterator[str]:
    """What an earlier restore left that died on its way, in words."""
    if not store.interrupted(state):
        return
    yield "an earlier restore was interrupted; it is begun anew"
    for aside in sorted(state.parent.glob(f"{state.name}.before-*")):
        yield f"- parts of what lay there before may be in {aside}"


def _told(event: Restored, manifest: Manifest, state: Path, aside: Path | None) -> Iterator[str]:
    """What happened, and what is left to do."""
    entries, mails = counted(event.seq, "entry", "entries"), counted(manifest.mails, "mail")
    yield f"{state} is restored: {entries}, {mails}, and the entry that says so"
    if aside:
        yield f"what lay there before is in {aside}"
    for line in manifest.wrong:
        yield f"missing already when the backup was made: {line}"
    if event.erased:
        yield f"- erased again, since orders erased them after the backup was made: entries {event.erased}"
    if event.moved:
        yield "nothing is held. Start the service"
        return
    since = f"{manifest.head.at[:10]} {manifest.head.at[11:16]} UTC"
    yield "- letters that were due are held, as they may have been sent since: `mailbot letters` shows and decides"
    yield f"- new cases begin after {', '.join(event.numbers)}, and new letters have a new key"
    yield f"- mails filed since {since} are not known: move them from the folder for filed mail back into the inbox"
    yield "  before the service is started; those the desk knows are only filed again (docs/backup.md)"
