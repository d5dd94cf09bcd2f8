"""What `mailbot check` finds, as values. It looks at nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What `mailbot check` found about one thing; `to_do` is what works and should not stay so, what was not `tried` is
    only mentioned. `do` says what mends it, where the text does not."""

    good: bool
    text: str
    to_do: bool = False
    tried: bool = True
    do: str = ""


def bad(text: str, do: str) -> Finding:
    """What does not work, and what mends it."""
    return Finding(False, text, do=do)


def to_do(text: str, do: str) -> Finding:
    """What works and should not stay so, and what mends it."""
    return Finding(True, text, to_do=True, do=do)
