"""What an order to erase would take, as values. They know nothing of how it is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from mailbot.core.case import Case
from mailbot.core.erasing.terms import Terms


def address_key(address: str) -> str:
    """How an order names an address: by the SHA-256 (lower hex) of it in lower case, so that no file of an order says
    whose data was erased."""
    return sha256(address.strip().lower().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry that goes: its number, its case, its instant (journal text), the kinds of its events, the clerks in
    them, its mail, how large that is (None: all of it was downloaded), and the letters written in it, by name."""

    seq: int
    case: str | None
    at: str
    kinds: tuple[str, ...]
    clerks: tuple[str, ...] = ()
    mail: str | None = None
    size: int | None = None
    letters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """All that an order takes: the cases that go (`whole`) and those of others that lose entries (`touched`), as they
    stand, by number; the entries, in order; the raw mails with their sizes in octets on the server; the words by which
    more was looked for; letters to others that stand in these entries and were not sent yet (`pending`); other
    cases that keep such words, since their own people said them (`elsewhere`)."""

    whole: Mapping[str, Case] = field(default_factory=dict)
    touched: Mapping[str, Case] = field(default_factory=dict)
    entries: tuple[Taken, ...] = ()
    mails: Mapping[str, int] = field(default_factory=dict)
    terms: Terms = field(default_factory=Terms)
    pending: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def seqs(self) -> tuple[int, ...]:
        """The numbers of the entries, in order."""
        return tuple(one.seq for one in self.entries)
