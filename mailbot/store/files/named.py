"""What the entries of a journal name, counted line by line: which mails, registers and erasures. It reads no file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailbot.core import chain
from mailbot.store import Digest


@dataclass
class Named:
    """What entries name: mails that were decided, erased, sealed, destroyed (digests); the register files that count,
    by name; erasures that were begun and not finished; entries that orders erase, and those that are null (numbers);
    the last entry of a whole group."""

    head: chain.Head
    decided: dict[Digest, None] = field(default_factory=dict)
    erased: set[Digest] = field(default_factory=set)
    sealed: set[Digest] = field(default_factory=set)
    destroyed: set[Digest] = field(default_factory=set)
    registers: dict[str, Digest] = field(default_factory=dict)
    unfinished: int = 0
    ordered: set[int] = field(default_factory=set)
    null: set[int] = field(default_factory=set)

    @property
    def empty(self) -> set[Digest]:
        """Mails of which no octet is kept any more, or is to be kept."""
        return self.erased | self.destroyed

    def note(self, fields: Mapping[str, Any]) -> None:
        """One entry, by the fields of its line."""
        if fields["mail"]:
            self.decided.setdefault(fields["mail"])
        if fields["events"] is None:
            self.null.add(fields["seq"])
        for event in fields["events"] or ():
            row = NOTED.get(event["kind"])
            if row:
                row(self, event, fields)
        if not fields["more"]:
            self.head = chain.Head(fields["seq"], fields["hash"], fields["at"])


def _facts(named: Named, event: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    if event.get("secrets") and fields["mail"]:
        named.sealed.add(fields["mail"])


def _begun(named: Named, event: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    named.erased |= set(event.get("mails", ()))
    named.ordered |= set(event["seqs"])
    named.unfinished += 1


def _finished(named: Named, event: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    named.unfinished = max(0, named.unfinished - 1)


NOTED: Mapping[str, Callable[[Named, Mapping[str, Any], Mapping[str, Any]], None]] = {
    "facts": _facts,
    "erased": _begun,
    "erasure_done": _finished,
    "secret_destroyed": lambda named, event, fields: named.destroyed.add(event["mail"]),
    "register_imported": lambda named, event, fields: named.registers.update({event["name"]: event["digest"]}),
}
"""The kinds of events that say what is to be copied, and how."""
