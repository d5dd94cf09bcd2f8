"""Verifies a store against itself: chain, raw mails, casebook. It repairs nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from mailbot.core import chain
from mailbot.core import events as e
from mailbot.core.uids import uids_of
from mailbot.store import Damaged, Digest, Entry
from mailbot.store.files.beside import beside
from mailbot.store.files.erasures import Erasures
from mailbot.store.files.index import Index
from mailbot.store.files.journal import Journal, Spot
from mailbot.store.files.mail import DIGEST, NOTHING, Mails, digest_of
from mailbot.store.files.refolding import Compared, compare
from mailbot.store.files.replay import Read, Standing, read_entry
from mailbot.store.files.sealing import destroyed, held_secret
from mailbot.store.files.texts import Kept

MOST_LISTED = 100
LONG = 5_000
"""Entries of a journal from which on a process of its own pays."""
Each = Callable[[chain.Walk, bytes, dict[str, Any] | None], None]
Progress = Callable[[str, int, int], None]
"""Is told what is under way, how much of it is done, and how much there is."""


@dataclass
class Verified:
    """What was found: the chain's result, how many mails and cases were compared, what is wrong with them, and what
    could not be compared (`notices`); `texts` are the rule sets and programs that entries name."""

    chain: chain.Result
    mails: int = 0
    erased: int = 0
    sealed: int = 0
    destroyed: int = 0
    doomed: int = 0
    cases: int = 0
    compared: bool = True
    problems: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    texts: set[Kept] = field(default_factory=set)
    unlisted: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong, a torn end aside (the next start sets it aside), and what is known outside fits."""
        return self.chain.proven and not self.problems

    def report(self, words: str) -> None:
        """Adds a problem."""
        if len(self.problems) < MOST_LISTED:
            self.problems.append(words)
        else:
            self.unlisted += 1

    def words(self) -> str:
        """The result for a human reader, several lines."""
        more = [f"... and {self.unlisted} more"] if self.unlisted else []
        aside = f"{self.erased} erased{self._secrets()}"
        cases = f"{self.cases} cases fit the journal" if self.compared else "no case was compared with the journal"
        counts = f"{self.mails} raw mails fit their digests ({aside}), {cases}"
        unseen = sum(one.state != "fits" for one in self.chain.sightings)
        wrong = len(self.problems) + self.unlisted + self.chain.errors + unseen
        verdict = "everything fits" if self.ok else f"NOT EVERYTHING FITS: {wrong} problems"
        if not self.chain.ok:
            counts = "raw mails and cases were not compared: there is no whole journal to compare them with"
        problems = [*(f"error: {one}" for one in self.problems), *more, *(f"notice: {one}" for one in self.notices)]
        return "\n".join([self.chain.words(), *problems, counts, verdict])

    def _secrets(self) -> str:
        """What lies sealed, and what was destroyed by order; nothing if no mail ever held a secret."""
        counted = {
            "sealed, since they held a secret": self.sealed,
            "destroyed by order": self.destroyed,
            "to be destroyed by order, which the next start does": self.doomed,
        }
        return "".join(f", {count} {words}" for words, count in counted.items() if count)


@dataclass
class Named:
    """The mails that entries name: all that were decided; those erased, sealed, destroyed. The rule sets and programs.
    `full` are the entries that have events, `restored` says of each restore what it means."""

    decided: set[Digest] = field(default_factory=set)
    erased: set[Digest] = field(default_factory=set)
    sealed: set[Digest] = field(default_factory=set)
    destroyed: set[Digest] = field(default_factory=set)
    texts: set[Kept] = field(default_factory=set)
    full: set[int] = field(default_factory=set)
    restored: list[str] = field(default_factory=list)

    def note(self, entry: Entry) -> None:
        """One more entry."""
        self.texts.update((("rules", entry.rules), ("program", entry.program)))
        if entry.events is not None:
            self.full.add(entry.seq)
        if entry.mail:
            self.decided.add(entry.mail)
            self.sealed.update([entry.mail] if held_secret(entry) else ())
        self.destroyed.update(destroyed([entry]))
        for event in entry.events or ():
            self.erased.update(event.mails if isinstance(event, e.Erased) else ())
            self.restored += [_restored(event, entry.seq)] if isinstance(event, e.Restored) else []


def quiet(step: str, done: int, of: int) -> None:
    """Tells nobody."""


def verify_chain(
    journal: Journal, witnesses: Iterable[chain.Witness], progress: Progress, each: Each | None = None
) -> chain.Result:
    """The chain, and what is known of it outside; `each` is told of each line: the walk, the line, its fields (None: it
    is no entry)."""
    of, done = journal.size(), 0

    class Telling(chain.Walk):
        def feed(self, raw: bytes) -> dict[str, Any] | None:
            nonlocal done
            done += len(raw)
            progress("the chain", done, of)
            fields = super().feed(raw)
            if each is not None:
                each(self, raw, fields)
            return fields

    return chain.verify(journal.desk, journal.folder, witnesses, Telling(journal.desk))


def verify(
    standing: Standing,
    mails: Mails,
    witnesses: Iterable[chain.Witness] = (),
    progress: Progress = quiet,
    *,
    apart: bool = False,
) -> Verified:
    """Compares everything; memory grows with the number of cases and of mails (some 100 bytes each). If `apart`, cases
    are folded in a process of their own while this one verifies the chain, where the journal is long."""
    filed = {path.name for path in mails.filed()}
    until = standing.journal.end.head.seq
    with beside(partial(compare, standing), apart=apart and until >= LONG) as comparing:
        counting = Counting(standing.journal, until)
        found = Verified(verify_chain(standing.journal, witnesses, progress, counting.take))
        if not found.chain.ok:
            return found
        try:
            _compare(found, standing, counting, comparing(partial(progress, "the cases")))
        except Damaged as damaged:
            found.report(str(damaged))
            return found
    found.texts = counting.named.texts
    found.notices += counting.named.restored
    _erasures(found, counting.index.erasures, counting.named)
    _mails(found, mails, filed, counting.named, progress)
    return found


class Counting:
    """What entries add up to beside cases, up to `until`, and what all of them name: counted line by line while the
    chain is verified. It counts only if the whole chain is as it was written; `damaged` is why it could not go on."""

    def __init__(self, journal: Journal, until: int) -> None:
        self.named, self.index = Named(), Index()
        self.damaged: Damaged | None = None
        self._journal, self._until = journal, until
        self._group: list[Read] = []
        self._offset = 0

    def take(self, walk: chain.Walk, raw: bytes, fields: dict[str, Any] | None) -> None:
        """One more line, after the walk looked at it."""
        self._offset = 0 if walk.line == 1 else self._offset
        spot = Spot(walk.file, self._offset, len(raw))
        self._offset = spot.end
        if fields is None or not walk.result.ok or self.damaged is not None:
            return
        try:
            self._group.append(read_entry(self._journal, spot, fields, walk.line))
            if not fields["more"]:
                self._take_group()
        except Damaged as damaged:
            self.damaged = damaged
        except ValueError as error:  # such as a case whose number is none
            self.damaged = Damaged(f"{self._journal.folder / spot.file}, line {walk.line}: {error}")

    def _take_group(self) -> None:
        for read in self._group:
            self.named.note(read.entry)
            if self._group[-1].entry.seq <= self._until:
                self.index.note(read.entry, read.spot)
        self._group = []


def _compare(found: Verified, standing: Standing, counting: Counting, compared: Compared) -> None:
    """The casebook against the journal; Damaged if that could not be read."""
    if counting.damaged is not None:
        raise counting.damaged
    found.cases = compared.cases
    for words in compared.problems:
        found.report(words)
    counting.index.gone = compared.gone
    mine, theirs = standing.index.listed(), counting.index.listed()
    for what in theirs:
        if mine[what] != theirs[what]:
            found.report(f"the casebook's list `{what}` is not what the journal adds up to")


def _erasures(found: Verified, erasures: Erasures, named: Named) -> None:
    """What was ordered to be erased is: or it is said that it is not, and what the next start does."""
    for undone in erasures.undone.values():
        found.report(f"the erasure that entry {undone.seq} orders is not finished: the next start of the desk does it")
    waiting = {seq for undone in erasures.undone.values() for seq in undone.seqs}
    left = (uids_of(erasures.named) - waiting) & named.full
    for seq in sorted(left):
        found.report(f"entry {seq} was erased by order, but its events are there again")


def _restored(event: e.Restored, seq: int) -> str:
    ended = f"it was restored from a backup that ended with entry {event.seq}"
    return f"entry {seq} says of the log: {ended}. Heads and letters of the time that was lost do not fit it"


def _mails(found: Verified, mails: Mails, filed: set[str], named: Named, progress: Progress) -> None:
    for name in sorted(filed - named.decided):
        found.report(f"mail {name} lies among the decided ones, but no entry names it")
    kept = sorted({*named.decided, *mails.waiting()})
    for done, digest in enumerate(kept, 1):
        _mail(found, mails, digest, named)
        progress("the raw mails", done, len(kept))
    for digest in sorted(named.sealed):
        if mails.decided(digest).is_file():
            found.report(f"mail {digest} held a secret, but lies among the others and not in {mails.sealed.name}/")


def _mail(found: Verified, mails: Mails, digest: Digest, named: Named) -> None:
    try:
        raw = mails.raw(digest) if DIGEST.fullmatch(digest) else b""
    except FileNotFoundError:
        found.report(f"mail {digest} is named by an entry, but not kept")
        return
    except OSError as error:
        found.report(f"mail {digest} cannot be read: {error.strerror}")
        return
    if raw is None and digest in named.destroyed:
        found.destroyed += 1
    elif raw is None and digest in named.erased:
        found.erased += 1
    elif digest in named.erased:
        found.report(f"mail {digest} is to be erased by order, but its bytes are there")
    elif raw is None and digest != NOTHING:
        found.report(f"mail {digest} is empty, but no order erased it")
    elif raw is not None and digest_of(raw) != digest:
        found.report(f"mail {digest} was changed after it was kept")
    else:
        found.mails += 1
        found.doomed += digest in named.destroyed
        found.sealed += digest in named.sealed and digest not in named.destroyed
