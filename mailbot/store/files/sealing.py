"""Where the raw bytes of decided mails belong: with the others, sealed, or nowhere any more. It knows no disk.

A mail that held a secret is sealed, and destroyed by order: the entry says so, so that after a crash the next start
does what was not done.
"""

from collections.abc import Iterable

from mailbot.core import events as e
from mailbot.store import Entry
from mailbot.store.files.mail import Mails


def put_away(mails: Mails, entries: Iterable[Entry]) -> None:
    """The mails of committed entries lie where they belong, as far as the disk takes it now: the rest follows with the
    next ones. Done twice it is done."""
    for entry in entries:
        if entry.mail is not None:
            mails.file([entry.mail], sealed=held_secret(entry))
    mails.destroy(destroyed(entries))


def held_secret(entry: Entry) -> bool:
    """Whether the mail of an entry held a secret."""
    return any(isinstance(event, e.Facts) and event.secrets for event in entry.events or ())


def destroyed(entries: Iterable[Entry]) -> list[str]:
    """The mails (their digests) that these entries destroy."""
    happened = (event for entry in entries for event in entry.events or ())
    return [event.mail for event in happened if isinstance(event, e.SecretDestroyed)]


def lost(count: int) -> list[str]:
    """What is to be said where so many mails are not kept that entries name."""
    return [f"{count} mails named by the journal are not kept any more"] if count else []
