"""Makes a casebook anew beside the one that is there, which it replaces once the whole journal was read. It moves no
mail before that: nothing an entry says counts while a later one may show that the journal is not what was written."""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from mailbot.core import events as e
from mailbot.store import Entry
from mailbot.store.files import disk
from mailbot.store.files.casebook import Casebook
from mailbot.store.files.clearing import BESIDE, clear
from mailbot.store.files.index import Index
from mailbot.store.files.journal import Journal
from mailbot.store.files.mail import Mails
from mailbot.store.files.replay import Standing, catch_up
from mailbot.store.files.sealing import destroyed, held_secret, put_away


@dataclass
class Remade:
    """What a journal adds up to, with its casebook in its place, and the entries whose mails may not lie where they
    belong."""

    standing: Standing
    waiting: list[Entry] = field(default_factory=list)

    def note(self, entry: Entry, mails: Mails) -> None:
        """One more entry: of most there is nothing to do, and of others nothing is kept that is not needed for it."""
        misplaced = entry.mail is not None and (held_secret(entry) or not mails.decided(entry.mail).is_file())
        if misplaced or destroyed([entry]):
            needed = (one for one in entry.events or () if isinstance(one, e.Facts | e.SecretDestroyed))
            small = (one for one in needed if not isinstance(one, e.Facts) or one.secrets)
            self.waiting.append(replace(entry, events=tuple(small)))

    def put_away(self, mails: Mails) -> int:
        """Mails lie where they belong; of how many entries the mail is not kept any more."""
        put_away(mails, self.waiting)
        return sum(entry.mail is not None and not mails.known(entry.mail) for entry in self.waiting)


def remade(state: Path, desk: str) -> Remade:
    """All of the journal in a new casebook, whose closed cases are on the disk; its checkpoint is not written yet.

    Damaged if anything in the journal is not as it was written, Full if the disk takes no more: then the casebook that
    was there stays as it is. Cut off while the new one takes its place, neither is whole, and the next start makes one.
    """
    folder, mails = state / "cases", Mails(state / "mail")
    shutil.rmtree(folder / BESIDE, ignore_errors=True)
    made = Remade(Standing(Journal(state / "journal", desk), Casebook(folder / BESIDE), Index()))
    try:
        for entry in catch_up(made.standing, on_disk=True):
            made.note(entry, mails)
        made.standing.book = _in_its_place(made.standing.book, folder)
    finally:
        shutil.rmtree(folder / BESIDE, ignore_errors=True)
    return made


def _in_its_place(book: Casebook, folder: Path) -> Casebook:
    """The same cases, those on the disk in this folder, durably, instead of whatever casebook was there."""
    clear(folder)
    closed = disk.folder(folder / "closed")
    for path in (folder / BESIDE / "closed").glob("*.json"):
        path.rename(closed / path.name)
    disk.fsync_folder(closed)
    placed = Casebook(folder)
    placed.changed, placed.closing = book.changed, book.closing
    return placed
