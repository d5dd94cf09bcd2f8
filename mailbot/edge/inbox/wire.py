"""The IMAP connection itself: blocking, one command after the other, in the words of RFC 3501, 2177, 4315 and 6851.
It knows nothing of threads, of cases, or of why a mail is filed where."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from mailbot.edge.account import Account
from mailbot.edge.inbox import client as clients
from mailbot.edge.inbox import folders
from mailbot.edge.inbox.client import TROUBLES, counted, forget, uncounted, utc
from mailbot.edge.inbox.filing import Filing
from mailbot.edge.inbox.idling import Bell, listen
from mailbot.edge.inbox.removing import remove
from mailbot.edge.inbox.uids import in_sets, uid_set
from mailbot.edge.inbox.values import Examined, Fetched, Found, InboxBroken, Removed, Waiting, WaitingMail

WINDOW = 50_000
"""Mails in one SEARCH: its answer is one line, and imaplib reads no line above a million octets."""
HEADER = 1_000_000
"""Octets of a header that are downloaded at most: a mail may be nothing else."""
ABILITIES = ("MOVE", "UIDPLUS", "IDLE")


class Wire:
    """One connection at a time, driven from one thread at a time, but for `sever` and `connected`.

    Every method but `close` and `sever` raises InboxBroken.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client: Any = None  # imapclient has no types
        self._validity: int | None = None
        self._personal: tuple[str, str] | None = None
        self._filing = Filing()

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._client is not None

    def connect(self) -> None:
        """Connect and log in; LoginRefused if that is what fails."""
        self.close()
        with self._in_words():
            self._client = clients.dial(self._account)
            clients.admit(self._client, self._account)

    def close(self) -> None:
        """Log out if that is still possible, and close; never fails."""
        if self._client is not None:
            with suppress(*TROUBLES):
                self._client.logout()
        self._hang_up()

    def sever(self) -> None:
        """See Inbox.sever."""
        client = self._client
        if client is not None:
            clients.cut(client)

    def waiting(self) -> Waiting:
        """See Inbox.waiting."""
        with self._working() as client:
            exists = self._select(client)
            counted(client)
            uids: list[int] = []
            for first in range(1, exists + 1, WINDOW):
                last = first + WINDOW - 1
                uids += client.search([f"{first}:{last if last < exists else '*'}", "UNDELETED"])
            return Waiting(self._selected(client), tuple(_described(client, uids)))

    def idle(self, seconds: float, bell: Bell) -> bool:
        """See Inbox.idle."""
        with self._working() as client:
            self._selected(client)
            if uncounted(client):
                return True
            counted(client)
            changed = listen(client, bell, seconds)
            forget(client)
            return changed

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        """The mails among `uids` that are still there, ascending, those without an octet too."""
        return self._fetch(uids, "BODY.PEEK[]", b"BODY[]")

    def headers(self, uids: Sequence[int]) -> list[Fetched]:
        """Their headers, of which nothing beyond HEADER octets."""
        return self._fetch(uids, f"BODY.PEEK[HEADER]<0.{HEADER}>", b"BODY[HEADER]<0>")

    def _fetch(self, uids: Sequence[int], part: str, key: bytes) -> list[Fetched]:
        found = list[Fetched]()
        with self._working() as client:
            self._selected(client)
            for some in in_sets(uids):
                answer = _told(client, some, part, key)
                here = [(uid, answer[uid]) for uid in some if key in answer.get(uid, ())]
                found += [Fetched(uid, items[key] or b"", utc(items.get(b"INTERNALDATE"))) for uid, items in here]
        return found

    def file(self, validity: int, uids: Sequence[int], folder: str, again: Sequence[int]) -> bool:
        """See Inbox.file."""
        with self._working() as client:
            if self._selected(client) != validity:
                return False
            self._filing.file(client, validity, uids, self._name(client, folder), again)
            return True

    def ensure_folders(self, names: Sequence[str]) -> None:
        """See Inbox.ensure_folders."""
        with self._working() as client:
            folders.ensure(client, [self._name(client, name) for name in names])
            forget(client)

    def find(self, message_id: str, names: Sequence[str]) -> Found | None:
        """See Inbox.find. Folders are only looked into (EXAMINE); the inbox is selected anew by whoever needs it."""
        with self._working() as client:
            self._validity = None
            looks = (_found(client, name, self._name(client, name), message_id) for name in names)
            return next((found for found in looks if found), None)

    def remove(self, wanted: Mapping[str, int], most: int, names: Sequence[str]) -> list[Removed]:
        """See Inbox.remove. The inbox is selected anew by whoever needs it."""
        header = f"BODY.PEEK[HEADER]<0.{HEADER}>"
        with self._working() as client:
            self._validity = None
            return [remove(client, name, self._name(client, name), wanted, most, header) for name in names]

    def probe(self) -> str:
        """What the server says and can do, in one line of words, while connected."""
        with self._working() as client:
            greeting = re.sub(rb"^\* \w+ (\[[^]]*\] ?)?", b"", client.welcome or b"").decode("utf-8", "replace")
            abilities = client.capabilities()
            can = ", ".join(f"{name} {'yes' if name.encode() in abilities else 'no'}" for name in ABILITIES)
            count = self._select(client)
            mails = f"{count} mail{'s' * (count != 1)} in the inbox"
            return f"{greeting!r}, logged in as {self._account.user}, {mails}; {can}"

    def examine(self, names: Sequence[str]) -> Examined:
        """See Inbox.examine."""
        words = self.probe()
        with self._working() as client:
            abilities = client.capabilities()
            lacks = tuple(name for name in ABILITIES if name.encode() not in abilities)
            missing = tuple(name for name in names if not client.folder_exists(self._name(client, name)))
            last = client.search(["UID", "*"]) if self._select(client) else []
            told = client.fetch(last, ["INTERNALDATE"]) if last else {}
            forget(client)
            newest = max((utc(items.get(b"INTERNALDATE")) for items in told.values()), default=None)
            return Examined(words, lacks, missing, newest, clients.ends(client))

    def _select(self, client: Any) -> int:
        """Select the inbox anew, so that new mails are seen; the number of mails in it."""
        answer = client.select_folder("INBOX")
        self._validity = answer[b"UIDVALIDITY"]
        forget(client)
        return int(answer[b"EXISTS"])

    def _selected(self, client: Any) -> int:
        """The UIDVALIDITY of the inbox, which is selected if it is not yet."""
        if self._validity is None:
            self._select(client)
        assert self._validity is not None
        return self._validity

    def _name(self, client: Any, folder: str) -> str:
        """A folder named with `/` as this server names it."""
        if self._personal is None:
            self._personal = folders.namespace(client)
            forget(client)
        return folders.on_server(folder, self._personal)

    @contextmanager
    def _working(self) -> Iterator[Any]:
        """The client to work with, if connected."""
        if self._client is None:
            raise InboxBroken("not connected")
        with self._in_words():
            yield self._client

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Every trouble becomes InboxBroken and closes the connection, whose state nobody knows any more."""
        try:
            yield
        except InboxBroken:
            self._hang_up()
            raise
        except TROUBLES as error:
            self._hang_up()
            raise InboxBroken(clients.reason(error, self._account)) from error

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        self._validity = self._personal = None
        if client is not None:
            clients.hang_up(client)


def _found(client: Any, name: str, there: str, message_id: str) -> Found | None:
    """The newest mail with this Message-ID in the folder `name`, which the server calls `there`, if it has one."""
    if not client.folder_exists(there):
        return None
    validity = client.select_folder(there, readonly=True)[b"UIDVALIDITY"]
    uids = client.search(["HEADER", "Message-ID", message_id])
    answer = client.fetch(uids[-1:], ["BODY.PEEK[]", "INTERNALDATE"]) if uids else {}
    forget(client)
    mails = (
        Found(name, validity, uid, items[b"BODY[]"], utc(items.get(b"INTERNALDATE")))
        for uid, items in answer.items()
        if items.get(b"BODY[]")
    )
    return next(mails, None)


def _described(client: Any, uids: Sequence[int]) -> Iterator[WaitingMail]:
    for some in in_sets(uids):
        answer = client.fetch(some, ["RFC822.SIZE", "INTERNALDATE"])
        forget(client)
        here = [(uid, answer[uid]) for uid in some if b"RFC822.SIZE" in answer.get(uid, ())]
        yield from (WaitingMail(uid, items[b"RFC822.SIZE"], utc(items.get(b"INTERNALDATE"))) for uid, items in here)


Answer = dict[int, dict[bytes, Any]]


def _told(client: Any, uids: Sequence[int], part: str, key: bytes) -> Answer:
    """What the server tells of these mails. If one is not told of and is still there, the answers may be mixed up (a
    server that counts anew while it answers gives one mail another's octets): then each is asked for alone."""
    # imapclient looks up each UID in the answer: the set can't be handed over in its short form
    answer: Answer = client.fetch(uids, [part, "INTERNALDATE"])
    forget(client)
    untold = [uid for uid in uids if key not in answer.get(uid, ())]
    if untold and len(uids) > 1 and _there(client, untold):
        answer = {uid: told for one in uids for uid, told in _told(client, [one], part, key).items() if uid == one}
    return answer


def _there(client: Any, uids: Sequence[int]) -> bool:
    """Whether the folder holds any of these mails now."""
    client.noop()
    found = client.search(["UID", uid_set(uids).decode("ascii")])
    forget(client)
    return bool(found)
