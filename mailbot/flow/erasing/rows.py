"""The entries that go, and what goes with them: all of a mail, and what a relay said of a letter. No word is sought."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from mailbot.core import events as e
from mailbot.core.erasing import Taken
from mailbot.core.instants import to_text
from mailbot.store import Digest, Entry

TOLD = (e.LetterSent, e.LetterPostponed, e.LetterFailed)
"""What the relay says of a letter, often with an address."""


def row(entry: Entry) -> Taken:
    """An entry as it is counted."""
    events = entry.events or ()
    clerks = (getattr(event, "clerk", "") for event in events)
    name = entry.case or f"e{entry.seq}"
    return Taken(
        seq=entry.seq,
        case=entry.case,
        at=to_text(entry.at),
        kinds=tuple(dict.fromkeys(event.kind for event in events)),
        clerks=tuple(dict.fromkeys(clerk for clerk in clerks if clerk)),
        mail=entry.mail,
        size=entry.facts.size if entry.facts else None,
        letters=tuple(f"{name}.{event.number}" for event in events if isinstance(event, e.LetterWritten)),
    )


class Rows:
    """Entries added group by group; what has to go with others is known once all were added (`close`)."""

    def __init__(self) -> None:
        self._taken: dict[int, Taken] = {}
        self._by_mail: dict[Digest, list[Taken]] = defaultdict(list)
        self._by_letter: dict[str, list[Taken]] = defaultdict(list)

    def add(self, group: Sequence[Entry], taken: Collection[int]) -> None:
        """The next entries, and the numbers of those among them that go."""
        for entry in group:
            told = [event for event in entry.events or () if isinstance(event, TOLD)] if entry.case is None else []
            if entry.events is None or not (entry.seq in taken or entry.mail or told):
                continue
            one = row(entry)
            if entry.seq in taken:
                self._taken[entry.seq] = one
            if entry.mail:
                self._by_mail[entry.mail].append(one)
            for event in told:
                self._by_letter[event.letter].append(one)

    def close(self) -> None:
        """What has to go with others goes."""
        for mail in {one.mail for one in self._taken.values() if one.mail}:
            self._taken |= {one.seq: one for one in self._by_mail[mail]}
        for name in self.letters():
            self._taken |= {one.seq: one for one in self._by_letter.get(name, ())}

    def taken(self) -> tuple[Taken, ...]:
        """All that go, in order."""
        return tuple(self._taken[seq] for seq in sorted(self._taken))

    def cases(self) -> set[str]:
        """The cases they belong to."""
        return {one.case for one in self._taken.values() if one.case}

    def letters(self) -> list[str]:
        """The letters written in them, by name."""
        return [name for one in self.taken() for name in one.letters]

    def mails(self) -> dict[Digest, int | None]:
        """The mails that brought them about, with their sizes where only headers were downloaded."""
        found: dict[Digest, int | None] = {}
        for one in self.taken():
            if one.mail:
                found.setdefault(one.mail, one.size)
        return found
