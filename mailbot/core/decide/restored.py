"""What a desk that was restored from a backup begins with: it says so, and holds every letter that was due. It reads no
backup."""

from collections.abc import Iterable

from mailbot.core.events import Event, Facts, LetterHeld, Operator, Restored
from mailbot.core.outcome import Decision

WHY = "restored"
"""Why a letter is held that was due when the backup was made: it may have been sent since."""


def restored(by: Operator, event: Restored, due: Iterable[str]) -> list[Decision]:
    """Adjacent decisions, one for the desk and one for each case with a letter in `due` (names): it may have been sent
    after the backup was made, so an operator has to let it go. Nothing is held where nothing happened since."""
    held: dict[str | None, list[Event]] = {None: [event]}
    for name in () if event.moved else due:
        case = None if name.startswith("e") else name.rpartition(".")[0]
        held.setdefault(case, []).append(LetterHeld(letter=name, why=WHY))
    return [Decision(case, (Facts(sort="order", operator=by), *events)) for case, events in held.items()]
