"""The IMAP connection itself: blocking, one command after the other, in the words of RFC 3501, 4315 and 6851.
It knows nothing of threads, of cases, or of why a mail is filed where."""

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from imapclient import DELETED, IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import (  # type: ignore[import-untyped]
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
)

from mailbot.edge.account import Account, in_words, tls_context
from mailbot.edge.inbox.values import Fetched, InboxBroken, LoginRefused, Waiting, WaitingMail

SET = 500
"""UIDs in one command: at most 5,500 octets of them, so that a line stays under the 8,000 of RFC 7162."""
WINDOW = 50_000
"""Mails in one SEARCH: its answer is one line, and imaplib reads no line above a million octets."""
UNINTELLIGIBLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, OverflowError)
"""What imapclient lets out when an answer is not IMAP."""
ABILITIES = ("MOVE", "UIDPLUS", "IDLE")
GONE = "[EXPUNGEISSUED]"
"""RFC 5530: some of the mails were removed by another program. Dovecot then copies and moves none of the set."""
FOR_NOW = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\b", re.IGNORECASE)
"""Response codes of RFC 5530 with which a login fails for reasons other than name and password."""


def uid_set(uids: Sequence[int]) -> bytes:
    """Ascending UIDs as a sequence set of RFC 3501 with exactly these: 1, 2, 3, 7 is `1:3,7`."""
    spans: list[tuple[int, int]] = []
    for uid in uids:
        if spans and uid == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], uid)
        else:
            spans.append((uid, uid))
    return ",".join(f"{first}:{last}" if last > first else str(first) for first, last in spans).encode("ascii")


def _sets(uids: Sequence[int]) -> Iterator[list[int]]:
    ordered = sorted(set(uids))
    return (ordered[start : start + SET] for start in range(0, len(ordered), SET))


Way = tuple[Callable[[Any, bytes, str], object], ...]


def _move(client: Any, uids: bytes, folder: str) -> None:
    client.move(uids, folder)


def _copy(client: Any, uids: bytes, folder: str) -> None:
    client.copy(uids, folder)


def _mark(client: Any, uids: bytes, _folder: str) -> None:
    client.add_flags(uids, DELETED, silent=True)


def _expunge(client: Any, uids: bytes, _folder: str) -> None:
    client.uid_expunge(uids)


WAYS: tuple[tuple[bytes | None, Way], ...] = (
    (b"MOVE", (_move,)),
    (b"UIDPLUS", (_copy, _mark, _expunge)),
    (None, (_copy, _mark)),
)
"""How to file mails, by what the server can do; the first row that fits.

A plain EXPUNGE or CLOSE is in no row: it would remove what others marked as deleted.
"""


class Wire:
    """One connection at a time, driven from one thread at a time. Every method but `close` raises InboxBroken."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client: Any = None  # imapclient has no types
        self._validity: int | None = None
        self._personal: tuple[str, str] | None = None

    def connect(self) -> None:
        """Connect and log in; LoginRefused if that is what fails."""
        self.close()
        with self._in_words():
            self._client = client = self._dial()
            if (client.welcome or b"").startswith(b"* PREAUTH"):
                raise InboxBroken("the server's greeting is PREAUTH: it takes the connection for somebody logged in")
            client._imap.debug = 0  # imapclient has every octet of every mail formatted for a log
            client.normalise_times = False
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._account.security == "starttls":
                client.starttls(tls_context(self._account))
            self._log_in(client)

    def close(self) -> None:
        """Log out if that is still possible, and close; never fails."""
        if self._client is not None:
            with suppress(IMAPClientError, OSError, *UNINTELLIGIBLE):
                self._client.logout()
        self._hang_up()

    def waiting(self) -> Waiting:
        """See Inbox.waiting."""
        with self._working() as client:
            exists = self._select(client)
            uids: list[int] = []
            for first in range(1, exists + 1, WINDOW):
                last = first + WINDOW - 1
                uids += client.search([f"{first}:{last if last < exists else '*'}", "UNDELETED"])
            return Waiting(self._selected(client), tuple(self._sizes(client, uids)))

    def fetch(self, uids: Sequence[int], part: str) -> list[Fetched]:
        """The mails among `uids` that are still there, ascending; `part` is nothing for all of it, or `HEADER`."""
        key, found = f"BODY[{part}]".encode(), list[Fetched]()
        with self._working() as client:
            self._selected(client)
            for some in _sets(uids):
                # imapclient looks up each UID in the answer: the set can't be handed over in its short form
                answer = client.fetch(some, [f"BODY.PEEK[{part}]", "INTERNALDATE"])
                self._forget(client)
                here = [(uid, answer[uid]) for uid in some if key in answer.get(uid, ())]
                found += [Fetched(uid, items[key] or b"", _utc(items.get(b"INTERNALDATE"))) for uid, items in here]
        return found

    def file(self, validity: int, uids: Sequence[int], folder: str) -> bool:
        """See Inbox.file."""
        with self._working() as client:
            if self._selected(client) != validity:
                return False
            abilities = client.capabilities()
            way = next(steps for needed, steps in WAYS if needed is None or needed in abilities)
            for some in _sets(uids):
                for step in way:
                    self._step(client, partial(step, client, uid_set(some), self._name(client, folder)))
            return True

    def ensure_folders(self, names: Sequence[str]) -> None:
        """See Inbox.ensure_folders."""
        with self._working() as client:
            there = {
                name for flags, _, name in client.list_folders() if not {b"\\Noselect", b"\\NonExistent"} & set(flags)
            }
            for name in [self._name(client, name) for name in names]:
                if name not in there and name.upper() != "INBOX":
                    client.create_folder(name)
                    client.subscribe_folder(name)
                    there.add(name)
            self._forget(client)

    def probe(self) -> str:
        """What the server says and can do, in one line of words, while connected."""
        with self._working() as client:
            greeting = re.sub(rb"^\* \w+ (\[[^]]*\] ?)?", b"", client.welcome or b"").decode("utf-8", "replace")
            abilities = client.capabilities()
            can = ", ".join(f"{name} {'yes' if name.encode() in abilities else 'no'}" for name in ABILITIES)
            count = self._select(client)
            return f"{greeting!r}, logged in as {self._account.user}, {count} mails in the inbox; {can}"

    def _step(self, client: Any, step: Callable[[], object]) -> None:
        """Do it; again, if the server balked at mails that another program removed and now has been asked which."""
        try:
            step()
        except IMAPClientError as error:
            if GONE not in str(error):
                raise
            client.noop()
            step()
        self._forget(client)

    def _dial(self) -> Any:
        account = self._account
        over_tls = account.security == "tls"
        context = tls_context(account) if over_tls else None
        return IMAPClient(account.host, account.port, ssl=over_tls, ssl_context=context, timeout=account.timeout)

    def _log_in(self, client: Any) -> None:
        user, password = self._account.user, self._account.password
        try:
            # AUTHENTICATE PLAIN is UTF-8 and needs no quoting; LOGIN is for the servers that have nothing else
            if client.has_capability("AUTH=PLAIN"):
                client.plain_login(user, password)
            else:
                client.login(user, password)
        except LoginError as error:
            lost = isinstance(error.__context__, IMAPClientAbortError)
            if lost or FOR_NOW.search(str(error)):
                raise
            raise LoginRefused(f"login as {user} refused: {error}") from error
        client.capabilities()  # kept by imapclient, before the answers are forgotten
        self._forget(client)

    def _select(self, client: Any) -> int:
        """Select the inbox anew, so that new mails are seen; the number of mails in it."""
        answer = client.select_folder("INBOX")
        self._validity = answer[b"UIDVALIDITY"]
        self._forget(client)
        return int(answer[b"EXISTS"])

    def _selected(self, client: Any) -> int:
        """The UIDVALIDITY of the inbox, which is selected if it is not yet."""
        if self._validity is None:
            self._select(client)
        assert self._validity is not None
        return self._validity

    def _sizes(self, client: Any, uids: Sequence[int]) -> Iterator[WaitingMail]:
        for some in _sets(uids):
            answer = client.fetch(some, ["RFC822.SIZE"])
            self._forget(client)
            sizes = ((uid, answer.get(uid, {}).get(b"RFC822.SIZE")) for uid in some)
            yield from (WaitingMail(uid, size) for uid, size in sizes if size is not None)

    def _name(self, client: Any, folder: str) -> str:
        """A folder named with `/` as this server names it."""
        if self._personal is None:
            self._personal = _namespace(client)
            self._forget(client)
        prefix, separator = self._personal
        name = folder.replace("/", separator)
        inside = folder.upper() == "INBOX" or name.startswith(prefix)
        return name if inside else prefix + name

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
        except (IMAPClientError, OSError, *UNINTELLIGIBLE) as error:
            self._hang_up()
            raise InboxBroken(_reason(error, self._account)) from error

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        self._validity = self._personal = None
        if client is not None:
            with suppress(IMAPClientError, OSError):
                client.shutdown()

    @staticmethod
    def _forget(client: Any) -> None:
        """Drop answers nobody asked for (COPYUID, flags): imaplib would keep them as long as the connection."""
        client._imap.untagged_responses.clear()


def _namespace(client: Any) -> tuple[str, str]:
    """Prefix and separator of the user's own folders (RFC 2342; without it the separator of LIST)."""
    if client.has_capability("NAMESPACE") and (personal := client.namespace().personal):
        prefix, separator = personal[0]
        return prefix, separator or "/"
    listed = client.list_folders("", "")
    separator = listed[0][1] if listed else None
    return "", separator.decode("ascii") if separator else "/"


def _utc(received: datetime | None) -> datetime:
    with suppress(OverflowError):
        if received is not None:
            return received.astimezone(UTC)
    return datetime.now(UTC)


def _reason(error: Exception, account: Account) -> str:
    """Why the mailbox can't be worked with, for the operator. The order matters: the errors derive from each other."""
    if isinstance(error, OSError):
        return in_words(error, account)
    if isinstance(error, CapabilityError):
        return f"{error}; nothing was sent in clear text" if "STARTTLS" in str(error) else str(error)
    if isinstance(error, IMAPClientAbortError):
        return f"the connection was lost: {error}"
    if isinstance(error, IMAPClientError):
        return f"the server refused: {error}"
    return f"an answer of the server makes no sense: {type(error).__name__} {error}"
