"""The cases that wait: which they are, in what order, and as rows of a list. It decides nothing, writes to nobody."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from mailbot.core.case import Case
from mailbot.core.instants import to_text
from mailbot.core.labels import label_key
from mailbot.core.rules import Clerk, Form, Rules, Texts
from mailbot.core.shown import applicant_shown
from mailbot.core.steps import waits_for

QUEUE: frozenset[str] = frozenset({"ready", "on_hold", "in_progress"})
"""The statuses of cases that wait for the desk's own people."""
MOST_LISTED = 50
"""How many cases one letter lists; of the others it says how many they are."""
WORDS: Mapping[str, tuple[str, ...]] = {
    "waiting": ("",),
    "mine": ("mine", "me", "自分", "自分の担当"),
    "open": ("open", "all", "未完了", "すべて", "全件"),
    "overdue": ("overdue", "late", "期限超過", "期限切れ"),
}
"""The parts of the queue that can be asked for, by what is written behind the keyword; a form's name is one more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case as a row of a list: `title` of its form by language, the applicant's `name`, who has to act (`waits`: a
    role, `?` where the rules have lost its step), since when and until when (journal texts), whether it is over its
    limit or on hold, the address of the clerk who has it (empty: nobody), and whether orders came about it that nothing
    proves to be a clerk's."""

    number: str
    title: Texts
    name: str
    waits: str
    since: str
    due: str | None
    late: bool
    held: bool
    assigned: str
    tried: bool = False


def in_queue(cases: Iterable[Case]) -> list[Case]:
    """The cases waiting for the desk's people, in order."""
    return ordered(case for case in cases if waits_here(case))


def waits_here(case: Case) -> bool:
    """Whether the desk's people have to do something in a case."""
    return case.open and (case.status in QUEUE or case.stuck)


def ordered(cases: Iterable[Case]) -> list[Case]:
    """The earliest limit first, then the oldest, which is there since it was complete."""
    return sorted(cases, key=place)


def place(case: Case) -> tuple[str, str, str]:
    """Where a case stands among those that wait: cases are in the order of this."""
    return (case.limit or "9999", case.completed or case.opened, case.number)


def late(case: Case, now: datetime) -> bool:
    """Whether a case that waits for the desk is over the limit of its step, which moves on once the head was told; none
    is that rests."""
    over = told_late(case) or (case.due is not None and case.due < to_text(now))
    return waits_here(case) and not case.hold and over


def told_late(case: Case) -> bool:
    """Whether the head of the desk was told that the case is late in the step it is in."""
    return any(
        info.template == "overdue" and (info.state in ("due", "held") or (info.sent or "") >= case.step_since)
        for info in case.letters.values()
    )


def assigned(case: Case) -> str:
    """The address of the clerk who has the case, in lower case; empty if nobody has it."""
    return case.assigned.lower()


def asked_for(text: str, forms: Mapping[str, Form]) -> str | None:
    """The part of the queue that a text names: a key of WORDS, `form:` and the name of a form; None if it is none."""
    said = label_key(text)
    for part, words in WORDS.items():
        if said in map(label_key, words):
            return part
    named = {name for name, form in forms.items() if said in map(label_key, _names(name, form))}
    return f"form:{named.pop()}" if len(named) == 1 else None


def _names(name: str, form: Form) -> tuple[str, ...]:
    return (name, *form.title.values(), *(text for texts in form.aliases.values() for text in texts))


def part_of(part: str, cases: Iterable[Case], clerk: Clerk, now: datetime) -> list[Case]:
    """The open cases of a part of the queue (`asked_for`), in order, as this clerk is shown them."""

    def of_form(case: Case) -> bool:
        return case.form == part.removeprefix("form:")

    tests: Mapping[str, Callable[[Case], bool]] = {
        "waiting": waits_here,
        "mine": lambda case: assigned(case) == clerk.address.lower(),
        "open": lambda case: True,
        "overdue": lambda case: late(case, now),
    }
    test = tests.get(part, of_form)
    return ordered(case for case in cases if case.open and test(case))


def row(case: Case, rules: Rules, now: datetime) -> Waiting:
    """A case as it is listed."""
    form = rules.form_of(case.form, case.step)
    return Waiting(
        number=case.number,
        title=form.title,
        name=applicant_shown(form, case),
        waits=waiting(case, rules),
        since=case.step_since,
        due=case.limit,
        late=late(case, now),
        held=case.status == "on_hold",
        assigned=assigned(case),
        tried=case.tries > 0,
    )


def waiting(case: Case, rules: Rules) -> str:
    """Who has to act in an open case; `?` if the rules know its form or step no more."""
    form = rules.forms.get(case.form)
    known = form is not None and any(step.id == case.step for step in form.steps)
    if case.halted and known:
        return "clerk"
    return waits_for(case, form) if form and known else "?"
