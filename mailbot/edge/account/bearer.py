"""Logging in with an access token instead of a password: the SASL mechanisms OAUTHBEARER (RFC 7628) and XOAUTH2, the
older one of Google and Microsoft. It knows no wire, and fetches no token."""

import base64
import json
from collections.abc import Mapping
from typing import Literal

from mailbot.core.columns import CONTROLS, clip

Mechanism = Literal["XOAUTH2", "OAUTHBEARER"]
MOST_WORDS = 300
REMOVED = "…"
STATUS: Mapping[str, str] = {
    "400": "the token is not one it takes",
    "401": "the token is not one it takes",
    "invalid_token": "the token is not one it takes",
    "insufficient_scope": "the token does not allow this: look at `scope`",
    "invalid_request": "it did not understand the login: another `mechanism` may do",
}
"""What the `status` of a refusal means (RFC 7628 §3.2.2; Google and Microsoft give codes of HTTP)."""


def first_words(mechanism: Mechanism, user: str, token: str, host: str, port: int) -> bytes:
    """What the client says first, before it is encoded in base64."""
    if mechanism == "XOAUTH2":
        return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()
    name = user.replace("=", "=3D").replace(",", "=2C")  # the saslname of RFC 5801 §4
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01".encode()


ACKNOWLEDGED: Mapping[Mechanism, bytes] = {"XOAUTH2": b"", "OAUTHBEARER": b"\x01"}
"""What the client answers to a refusal that comes as a challenge; only then the server ends the exchange, with NO or
535 (RFC 7628 §3.2.3)."""


def refusal(challenge: bytes) -> str:
    """What a challenge says that is a refusal (JSON with `status` and perhaps `scope`), in words; empty for none."""
    try:
        said = json.loads(challenge)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return plain(challenge.decode("utf-8", "replace"))
    status, scope = str(said.get("status", "")), str(said.get("scope", ""))
    words = [STATUS.get(status, "the token is refused"), f"status {status}" if status else ""]
    words.append(f"wanted scope {scope}" if scope else "")
    return plain(", ".join(filter(None, words)))


def plain(text: str, *secrets: str) -> str:
    """What a server said, on one line, cut, and without any of these secrets, should it repeat one."""
    for secret in filter(None, secrets):
        for form in (secret, base64.b64encode(secret.encode()).decode()):
            text = text.replace(form, REMOVED)
    return clip(" ".join(CONTROLS.sub(" ", text).split()), MOST_WORDS)
