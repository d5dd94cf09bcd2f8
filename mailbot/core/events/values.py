"""The values events are made of: who, where, what is wrong. They know nothing of what happened."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["applicant", "responsible", "clerk", "stranger", "operator"]
Value = str | tuple[str, ...]
"""A field's value as understood: text, `yes`/`no`, or a list of texts."""

FaultKind = Literal["missing", "invalid", "unclear", "unknown_label", "conflict"]


class Frozen(BaseModel):
    """A value that never changes after it was made and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fault(Frozen):
    """What is wrong with one field: `code` names the sentence (words.toml), `found` is what was written,
    `wanted` fills the sentence's places."""

    field: str
    kind: FaultKind
    code: str
    found: str = ""
    wanted: dict[str, str] = {}


class Sender(Frozen):
    """How sure the desk is who wrote: `tier` after docs on trust (`0`, `0+`, `1`), `why` the evidence in words."""

    address: str
    role: Role
    tier: Literal["0", "0+", "1"]
    name: str = ""
    why: tuple[str, ...] = ()


class Place(Frozen):
    """Where a mail lay on the server: UIDVALIDITY and UID of the inbox (RFC 9051 §2.3.1.1)."""

    validity: int
    uid: int


class Operator(Frozen):
    """Who gave an order at the shell (`user`, the name the system knows), and the `nonce` that makes it carried out
    once."""

    user: str
    nonce: str
