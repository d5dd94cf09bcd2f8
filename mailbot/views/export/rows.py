"""A row of an export with whom it belongs to, and addresses as they are compared. It knows no case and no entry."""

from dataclasses import dataclass

from mailbot.core.idn import on_the_wire

Record = dict[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """A row, and the addresses (as `key` gives them) of those who may have it: nobody gets one that does not name
    them."""

    record: Record
    whose: frozenset[str] = frozenset()


def key(address: str) -> str:
    """An address as it is compared with others: without white space around it, in lower case, its domain as servers
    write it."""
    bare = address.strip()
    return (on_the_wire(bare) or bare).lower()


def keys(*addresses: str) -> frozenset[str]:
    """Those that are there, as they are compared."""
    return frozenset(key(address) for address in addresses if address.strip())
