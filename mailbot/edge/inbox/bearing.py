"""Logging in at the mail server with an access token (AUTHENTICATE, RFC 3501 §6.2.2; RFC 7628), and which refusals of a
login pass by themselves. It knows nothing of mails."""

import base64
import re
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, LoginError  # type: ignore[import-untyped]

from mailbot.edge.account import Account
from mailbot.edge.account.bearer import ACKNOWLEDGED, first_words, plain, refusal
from mailbot.edge.inbox.values import InboxBroken

FOR_NOW = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\b", re.IGNORECASE)
"""Response codes of RFC 5530 with which a login fails for reasons other than name and password."""


def for_now(error: LoginError) -> bool:
    """Whether the login failed for another reason than name and password or token."""
    return isinstance(error.__context__, IMAPClientAbortError) or bool(FOR_NOW.search(str(error)))


def log_in(client: Any, account: Account) -> None:
    """Log in; a token that the server refuses is fetched anew, once. LoginError, InboxBroken, NoAccess, or what the
    network does."""
    _require(client, account)
    assert account.access is not None
    token = account.access.token()
    try:
        _offer(client, account, token)
    except LoginError as error:
        if for_now(error) or (fresh := account.access.token(token)) == token:
            raise
        _offer(client, account, fresh)


def _require(client: Any, account: Account) -> None:
    if not client.has_capability(f"AUTH={account.mechanism}"):
        offered = [name.decode("ascii", "replace") for name in client.capabilities()]
        found = ", ".join(name for name in offered if name.startswith("AUTH=")) or "no AUTH= at all"
        raise InboxBroken(f"the server does not offer AUTH={account.mechanism}, it offers {found}")


def _offer(client: Any, account: Account, token: str) -> None:
    """Offer a token. LoginError, with what the server says in words, if it is refused."""
    first = first_words(account.mechanism, account.user, token, account.host, account.port)
    waiting, refusals = [first], list[bytes]()

    def answer(challenge: bytes) -> bytes:
        if waiting:
            return waiting.pop()
        refusals.append(challenge)  # only when it is answered does the server end the exchange
        return ACKNOWLEDGED[account.mechanism]

    try:
        client.sasl_login(account.mechanism, answer)
    except LoginError as error:
        if isinstance(error.__context__, IMAPClientAbortError):
            raise
        words = [refusal(challenge) for challenge in refusals[:1]]
        said = plain("; ".join([*words, str(error)]), token, base64.b64encode(first).decode())
        raise LoginError(said) from None
