"""Verifies a store against itself: chain, raw mails, casebook. It repairs nothing."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from mailbot.core import chain
from mailbot.core.counts import counted
from mailbot.core.uids import uids_of
from mailbot.store import Damaged, Digest
from mailbot.store.files.beside import beside
from mailbot.store.files.casebook import MALFORMED
from mailbot.store.files.counting import Counting, Named
from mailbot.store.files.erasures import Erasures
from mailbot.store.files.mail import Mails
from mailbot.store.files.raws import compare_raws, unfit
from mailbot.store.files.refolding import Compared, Refolding, refold
from mailbot.store.files.replay import Standing
from mailbot.store.files.telling import Progress, quiet
from mailbot.store.files.texts import Kept

MOST_LISTED = 100
LONG = 5_000
"""Entries of a journal from which on a process of its own pays."""


@dataclass
class Verified:
    """What was found: the chain's result, how many mails and cases were compared, what is wrong with them, and what
    could not be compared (`notices`; a casebook that was not written yet is `unwritten`); `texts` are the rule sets and
    programs that entries name."""

    chain: chain.Result
    mails: int = 0
    erased: int = 0
    sealed: int = 0
    destroyed: int = 0
    doomed: int = 0
    cases: int = 0
    compared: bool = True
    unwritten: bool = False
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
        fitting = f"{counted(self.cases, 'case fits', 'cases fit')} the journal"
        why = ", as no casebook was written yet" if self.unwritten else ""
        cases = fitting if self.compared else f"no case was compared with the journal{why}"
        mails = counted(self.mails, "raw mail fits its digest", "raw mails fit their digests")
        counts = f"{mails} ({aside}), {cases}"
        unseen = sum(one.state != "fits" for one in self.chain.sightings)
        wrong = len(self.problems) + self.unlisted + self.chain.errors + unseen
        verdict = "everything fits" if self.ok else f"NOT EVERYTHING FITS: {counted(wrong, 'problem')}"
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


def verify(
    standing: Standing,
    mails: Mails,
    witnesses: Sequence[chain.Witness] = (),
    progress: Progress = quiet,
    *,
    apart: bool = False,
) -> Verified:
    """Compares everything; memory grows with the number of mails and cases (some 300 bytes each), and with how many
    cases are under way at once. If `apart`, two processes beside this one fold the cases and read the mails, where the
    journal is long. Where one of them finds the journal damaged, this one alone says what it is."""
    looking = Looking(standing, mails, frozenset(mails.filed()), witnesses, progress)
    return (looking.by_three() if apart and standing.journal.end.head.seq >= LONG else None) or looking.alone()


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked at, and who is told how far it is; `filed` are the decided mails that there were at first."""

    standing: Standing
    mails: Mails
    filed: frozenset[Digest]
    witnesses: Sequence[chain.Witness]
    progress: Progress

    def alone(self) -> Verified:
        """Everything, by this process."""
        refolding = Refolding(self.standing)
        counting = Counting(self.standing.journal, self.progress, refolding)
        found = self._chain(counting)
        if not found.chain.ok:
            return found
        try:
            counting.check()
            compared = refolding.compared()
        except Damaged as damaged:
            found.report(str(damaged))
            return found
        self.progress("the cases", compared.cases, compared.cases)
        return self._concluded(found, counting, compared, frozenset())

    def by_three(self) -> Verified | None:
        """The same with two processes beside this one; None if anything is wrong with the journal."""
        with (
            beside(partial(refold, self.standing), apart=True) as refolded,
            beside(partial(unfit, self.mails, self.filed), apart=True) as read,
        ):
            try:
                counting = Counting(self.standing.journal, self.progress, None)
                found = self._chain(counting)
                if not found.chain.ok:
                    return None
                counting.check()
                compared = refolded(partial(self.progress, "the cases"))
                fitting = self.filed - read(partial(self.progress, "the raw mails"))
            except (Damaged, *MALFORMED):
                return None
        return self._concluded(found, counting, compared, fitting)

    def _chain(self, counting: Counting) -> Verified:
        journal = self.standing.journal
        return Verified(chain.verify(journal.desk, journal.folder, self.witnesses, counting))

    def _concluded(self, found: Verified, counting: Counting, compared: Compared, fitting: Set[Digest]) -> Verified:
        """With what lies on the disk beside the journal; the mails `fitting` were seen to fit."""
        found.cases, found.texts, counting.index.gone = compared.cases, counting.named.texts, compared.gone
        found.notices += counting.named.restored
        for words in (*(compared.problems[number] for number in sorted(compared.problems)), *self._lists(counting)):
            found.report(words)
        _erasures(found, counting.index.erasures, counting.named)
        self._raws(found, counting.named, fitting)
        return found

    def _lists(self, counting: Counting) -> list[str]:
        """What is wrong with what the casebook has beside cases."""
        mine, theirs = self.standing.index.listed(), counting.index.listed()
        wrong = (what for what in theirs if mine[what] != theirs[what])
        return [f"the casebook's list `{what}` is not what the journal adds up to" for what in wrong]

    def _raws(self, found: Verified, named: Named, fitting: Set[Digest]) -> None:
        for name in sorted(self.filed - named.decided):
            found.report(f"mail {name} lies among the decided ones, but no entry names it")
        raws = compare_raws(self.mails, named, fitting, partial(self.progress, "the raw mails"))
        for words in raws.problems:
            found.report(words)
        found.mails, found.erased, found.sealed = (raws.counts[what] for what in ("mails", "erased", "sealed"))
        found.destroyed, found.doomed = raws.counts["destroyed"], raws.counts["doomed"]
        for digest in sorted(named.sealed):
            if self.mails.decided(digest).is_file():
                where = f"lies among the others and not in {self.mails.sealed.name}/"
                found.report(f"mail {digest} held a secret, but {where}")


def _erasures(found: Verified, erasures: Erasures, named: Named) -> None:
    """What was ordered to be erased is: or it is said that it is not, and what the next start does."""
    for undone in erasures.undone.values():
        found.report(f"the erasure that entry {undone.seq} orders is not finished: the next start of the desk does it")
    waiting = {seq for undone in erasures.undone.values() for seq in undone.seqs}
    for seq in sorted(uids_of(erasures.named) - waiting - named.null):
        if seq <= named.last:
            found.report(f"entry {seq} was erased by order, but its events are there again")
