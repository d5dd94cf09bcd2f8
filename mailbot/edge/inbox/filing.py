"""Filing: mails out of the inbox into a folder, each once, on servers of every ability and over connections that break.
It knows UIDs and folders by the server's names, and nothing of why a mail is filed where."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from imapclient import DELETED  # type: ignore[import-untyped]
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]

from mailbot.edge.inbox.client import forget
from mailbot.edge.inbox.uids import in_sets, uid_set
from mailbot.edge.inbox.values import InboxBroken

GONE = "[EXPUNGEISSUED]"
"""RFC 5530: some of the mails were removed by another program. Dovecot then copies and moves none of the set."""

Step = Callable[[Any, bytes, str], object]


def _move(client: Any, uids: bytes, folder: str) -> None:
    client.move(uids, folder)


def _copy(client: Any, uids: bytes, folder: str) -> None:
    client.copy(uids, folder)


def _mark(client: Any, uids: bytes, _folder: str) -> None:
    client.add_flags(uids, DELETED, silent=True)


def _expunge(client: Any, uids: bytes, _folder: str) -> None:
    client.uid_expunge(uids)


WAYS: tuple[tuple[bytes | None, Step, tuple[Step, ...]], ...] = (
    (b"MOVE", _move, ()),
    (b"UIDPLUS", _copy, (_mark, _expunge)),
    (None, _copy, (_mark,)),
)
"""How to file mails, by what the server can do; the first row that fits: how they get into the folder, and the steps by
which copied ones leave the inbox. A plain EXPUNGE or CLOSE is in no row: it would remove what others marked as deleted.
"""


class Filing:
    """Files mails under one UIDVALIDITY, and remembers over broken connections what it was about.

    With MOVE a cut leaves each mail in one place. With COPY it may leave a mail in both: one whose copy the server
    acknowledged is only removed next time, one whose copy was under way is first looked for in the folder. So no second
    copy is made, unless the server goes on copying after the next connection has looked, or gives copies other dates.
    """

    def __init__(self) -> None:
        self._validity: int | None = None
        self._copying: set[int] = set()
        self._copied: set[int] = set()

    def file(self, client: Any, validity: int, uids: Iterable[int], folder: str, again: Collection[int]) -> None:
        """Move the mails out of the selected inbox, whose UIDVALIDITY this is; `again` as for Inbox.file."""
        if self._validity != validity:
            self._validity, self._copying, self._copied = validity, set(), set()
        abilities = client.capabilities()
        bring, remove = next((first, rest) for needed, first, rest in WAYS if needed is None or needed in abilities)
        if not remove:
            for some in in_sets(uids):
                _do(client, bring, some, folder)
            return
        wanted = set(uids) - self._copied
        doubtful = wanted & (self._copying | set(again))
        if doubtful:
            self._copied |= copies(client, validity, doubtful, folder)
        wanted -= self._copied
        self._remove(client, remove, folder)
        for some in in_sets(wanted):
            self._copy(client, bring, some, folder)
            self._remove(client, remove, folder)

    def _copy(self, client: Any, step: Step, uids: Sequence[int], folder: str) -> None:
        self._copying |= set(uids)
        _do(client, step, uids, folder)
        self._copying -= set(uids)
        self._copied |= set(uids)

    def _remove(self, client: Any, steps: Sequence[Step], folder: str) -> None:
        for some in in_sets(self._copied):
            for step in steps:
                _do(client, step, some, folder)
            self._copied -= set(some)


def _do(client: Any, step: Step, uids: Sequence[int], folder: str) -> None:
    """Do it; again, if the server balked at mails that another program removed and now has been asked which."""
    try:
        step(client, uid_set(uids), folder)
    except IMAPClientError as error:
        if GONE not in str(error):
            raise
        client.noop()
        step(client, uid_set(uids), folder)
    forget(client)


Look = tuple[datetime, int, bytes]
LOOK = ("INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[HEADER]")


def copies(client: Any, validity: int, uids: Collection[int], folder: str) -> set[int]:
    """Those of the inbox's mails that lie in the folder too: same header, size and INTERNALDATE, which COPY preserves.

    Another folder is looked at and the inbox selected again; InboxBroken if it has another UIDVALIDITY by then.
    """
    wanted = {uid: look for some in in_sets(uids) for uid, look in _looks(client, some).items()}
    found, taken = set[int](), set[int]()
    client.select_folder(folder, readonly=True)
    for uid, look in wanted.items():
        there = _looks(client, [copy for copy in _alike(client, look) if copy not in taken])
        equal = [copy for copy, seen in there.items() if seen == look]
        if equal:
            found.add(uid)
            taken.add(equal[0])
    forget(client)
    if client.select_folder("INBOX")[b"UIDVALIDITY"] != validity:
        raise InboxBroken("the inbox was made anew while its mails were being filed")
    forget(client)
    return found


def _alike(client: Any, look: Look) -> list[int]:
    """The mails of that size in the selected folder, of that day in whatever zone the server counts days."""
    received, size, _ = look
    near = ["SINCE", received.date() - timedelta(days=1), "BEFORE", received.date() + timedelta(days=2)]
    return list(client.search([*near, "LARGER", size - 1, "SMALLER", size + 1]))


def _looks(client: Any, uids: Sequence[int]) -> dict[int, Look]:
    answer = client.fetch(uids, LOOK)
    forget(client)
    keys = (b"INTERNALDATE", b"RFC822.SIZE", b"BODY[HEADER]")
    return {uid: (items[keys[0]], items[keys[1]], items[keys[2]]) for uid, items in answer.items()}
