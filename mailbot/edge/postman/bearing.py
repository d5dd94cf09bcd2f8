"""Logging in at the relay with an access token (RFC 4954, RFC 7628), of which aiosmtplib knows only half.
It knows no letter."""

import asyncio
import base64
import binascii

from aiosmtplib import SMTP, SMTPAuthenticationError, SMTPNotSupported, SMTPResponse

from mailbot.edge.account import Account
from mailbot.edge.account.bearer import ACKNOWLEDGED, first_words, plain, refusal

GOES_ON, ADMITTED, REFUSED = 334, 235, 535
"""Codes: the server's challenge, which for these mechanisms is a refusal; logged in; credentials refused."""


async def log_in(client: SMTP, account: Account) -> None:
    """Log in; a token that the relay refuses is fetched anew, once. NoAccess, or what aiosmtplib raises."""
    offered = [name.upper() for name in client.server_auth_methods]
    if account.mechanism not in offered:
        found = f"AUTH {' '.join(offered)}" if offered else "no login"
        raise SMTPNotSupported(f"the relay does not offer AUTH {account.mechanism}, it offers {found}")
    assert account.access is not None
    token = await asyncio.to_thread(account.access.token)
    response, why = await _offer(client, account, token)
    if response.code == REFUSED and (fresh := await asyncio.to_thread(account.access.token, token)) != token:
        response, why = await _offer(client, account, fresh)
    if response.code != ADMITTED:
        raise SMTPAuthenticationError(response.code, why)


async def _offer(client: SMTP, account: Account, token: str) -> tuple[SMTPResponse, str]:
    """What the relay says to this token, and why it refuses it, in words."""
    first = base64.b64encode(first_words(account.mechanism, account.user, token, account.host, account.port))
    response = await client.execute_command(b"AUTH", account.mechanism.encode(), first)
    why = ""
    if response.code == GOES_ON:
        why = refusal(_challenge(response.message))
        response = await client.execute_command(base64.b64encode(ACKNOWLEDGED[account.mechanism]))
    said = " ".join(filter(None, (why and f"{why};", response.message)))
    return response, plain(said, token, first.decode())


def _challenge(message: str) -> bytes:
    try:
        return base64.b64decode(message)
    except (binascii.Error, ValueError):
        return message.encode("utf-8", "replace")
