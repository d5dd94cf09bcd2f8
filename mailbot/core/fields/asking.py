"""What reading an answer may depend on beside the field's rule, and the shape of every reader. It reads nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from mailbot.core.events import Value
from mailbot.core.fields.wrong import FAULTS, Wrong
from mailbot.core.rules import FieldRule

NOBODY = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Asking:
    """The desk's own free-mail domains, the language of the case, and the fields whose doubtful answers count:
    `allowed` by a clerk whatever is wrong, `confirmed` by the applicant where it was only unclear."""

    free_mail: tuple[str, ...]
    language: str
    allowed: frozenset[str] = NOBODY
    confirmed: frozenset[str] = NOBODY

    def judge(self, key: str, answer: Value | Wrong) -> Value | Wrong:
        """The answer to the field `key`, or what a wrong one stands for where it counts all the same."""
        if not isinstance(answer, Wrong) or answer.value is None:
            return answer
        unclear = FAULTS[answer.code].kind == "unclear"
        return answer.value if key in self.allowed or (unclear and key in self.confirmed) else answer


Reader = Callable[[str, FieldRule, Asking], Value | Wrong]
"""Reads one answer that is not empty; an empty text says that nothing was answered after all."""
