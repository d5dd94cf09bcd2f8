"""What came of deciding again. It decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mailbot.core.compared import Deeds
from mailbot.store import Entry

Verdict = Literal[
    "equal", "differs", "readable", "other_program", "lost", "gone", "ordered", "recorded", "otherwise", "worded"
]
VERDICTS: Mapping[Verdict, str] = {
    "equal": "decided again, and equal",
    "differs": "decided otherwise by the same program",
    "readable": "a mail that could not be read then, by the same program that reads it now",
    "other_program": "decided otherwise by this program, which is another one than then",
    "lost": "cannot be decided again, and no order says why",
    "gone": "cannot be decided again, since something was erased by order",
    "ordered": "by order at the shell: nothing but the log tells of it",
    "recorded": "facts that were recorded, not decided",
    "otherwise": "would be decided otherwise",
    "worded": "would be decided the same, with letters in other words",
}
"""Every verdict in words. The last two, and no difference of programs, come of deciding under changed rules."""


@dataclass(frozen=True, slots=True)
class Again:
    """The adjacent entries of one mail, order or deadline, with the verdict; `why` says in words what is in the way.
    `form` is that of the first case they are about (empty: none). Where the decisions differ, `was` is what was decided
    and `now` what is."""

    entries: tuple[Entry, ...]
    verdict: Verdict
    why: str = ""
    form: str = ""
    was: Deeds = ()
    now: Deeds = ()
