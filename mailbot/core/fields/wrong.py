"""What can be wrong with an answer, one table of codes. It knows no sentence: those stand in words.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.core.events import FaultKind, Value


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that was not understood: a code of FAULTS and what fills the places of its sentence; `value` is what
    it would mean if somebody let it count all the same (None: nothing can)."""

    code: str
    wanted: Mapping[str, str] = field(default_factory=dict)
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class FaultCode:
    """One row: the kind of fault, and the places its sentence may use beside `{found}`."""

    kind: FaultKind
    places: frozenset[str] = frozenset()


def _row(kind: FaultKind, places: str = "") -> FaultCode:
    return FaultCode(kind, frozenset(places.split()))


FAULTS: Mapping[str, FaultCode] = {
    "missing": _row("missing"),
    "conflict": _row("conflict", "first second"),
    "email_not_from": _row("conflict", "sender"),
    "copy_differs": _row("conflict", "other question"),
    "check": _row("invalid", "message"),
    "unknown_label": _row("unknown_label"),
    "too_long": _row("invalid", "maximum"),
    "too_short": _row("invalid", "minimum count"),
    "latin": _row("invalid"),
    "email_syntax": _row("invalid"),
    "email_several": _row("unclear"),
    "email_free": _row("invalid", "domain"),
    "postal_code": _row("invalid"),
    "telephone": _row("invalid"),
    "yes_no": _row("unclear"),
    "choice": _row("unclear", "choices"),
    "ids": _row("invalid"),
    "account_name": _row("invalid"),
    "ssh_private": _row("invalid"),
    "ssh_dsa": _row("invalid"),
    "ssh_short": _row("invalid", "bits minimum"),
    "ssh_type": _row("invalid", "type"),
    "ssh_broken": _row("invalid"),
    "ssh_format": _row("invalid"),
}
"""Every code a fault can have. words.toml has a sentence for each, in each language of the desk."""
