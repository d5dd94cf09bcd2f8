"""What `mailbot check` finds, as values. It looks at nothing."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "settings",
    "example-addresses",
    "example-forms",
    "example-titles",
    "pages",
    "unsigned",
    "secret-exposed",
    "secret-ends",
    "state-exposed",
    "state-owner",
    "state-unwritable",
    "state-unreadable",
    "disk",
    "time-zones",
    "characters",
    "open-files",
    "holder",
    "restore",
    "damaged",
    "newer-program",
    "stranded",
    "register",
    "server",
    "certificate",
    "sender",
    "capability",
    "folders-missing",
    "folders-refused",
    "clock",
    "probe",
    "probe-untried",
    "probe-impossible",
]
"""By which name each thing that is not well stands in docs/operating.md, with what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What `mailbot check` found about one thing; `to_do` is what works and should not stay so, what was not `tried` is
    only mentioned. `do` says what mends it, where the text does not; `kind` is empty where all is well."""

    good: bool
    text: str
    kind: Kind | Literal[""] = ""
    to_do: bool = False
    tried: bool = True
    do: str = ""


def bad(kind: Kind, text: str, do: str) -> Finding:
    """What does not work, and what mends it (empty: the text says it)."""
    return Finding(False, text, kind, do=do)


def to_do(kind: Kind, text: str, do: str) -> Finding:
    """What works and should not stay so, and what mends it (empty: the text says it)."""
    return Finding(True, text, kind, to_do=True, do=do)


def untried(kind: Kind, text: str) -> Finding:
    """What was not tried; the text says how it is."""
    return Finding(True, text, kind, tried=False)
