"""What carrying out a clerk's commands looks at and leaves behind. It carries nothing out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from mailbot.core.case import Case, LetterInfo
from mailbot.core.commands import ROWS, Command, Mistake, undecided
from mailbot.core.decide.incoming import Incoming, Story, begin
from mailbot.core.events import FieldsSettled
from mailbot.core.outcome import Letter
from mailbot.core.rules import Clerk, Step, Texts
from mailbot.core.told import Told, since, told

WAITING = frozenset({"step", "passed", "task", "asked", "settled"})
"""Deeds after which a case waits for something else."""
IN_FULL = frozenset({"objection", "unannounced", "shown", "resumed"})
"""Letters to clerks that show all of a case (`in_full()` in their templates), beside those that have them decide."""
OUTRUN = frozenset({"moved_on", "not_ready", "still_asked", "case_closed", "proposal_old"})
"""Why a decision is refused about which something else has come first."""


@dataclass(frozen=True, slots=True)
class Done:
    """One command that was carried out: what about, in a few words (may be empty), and the letters it wrote."""

    command: Command
    what: str
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """Which letter a block answers, its digest, and the letter whose code confirmed it, if one had to."""

    letter: str
    block: str
    confirmed: str = ""


@dataclass(slots=True)
class Work:
    """A clerk's block on its way: the story it is told in, the commands in their order, the letter that was answered
    (its name), the cases that are known, and the step that was `reached` last between two commands, if any; `shell` is
    the user whose order it is, if it came by no mail; `answers` what SET gives, by field, and `waiting` the lines of
    SET that wait for a second clerk, with what they would change."""

    story: Story
    clerk: Clerk
    block: tuple[Command, ...]
    answered: str
    cases: Mapping[str, Case]
    reached: str = ""
    shell: str = ""
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)

    @property
    def listed(self) -> int:
        """The entry of the letter answered, if that lists cases: it shows how each stands; 0 if it is about one."""
        letter, _, _ = self.answered.partition(".")
        return int(letter[1:]) if letter.startswith("e") else 0

    @property
    def letter(self) -> LetterInfo | None:
        """The letter answered, if it is about this case."""
        number = self.answered.rpartition(".")[2]
        return self.story.known.letters.get(int(number)) if number and not self.listed else None

    @property
    def verbs(self) -> frozenset[str]:
        """The verbs of the whole block."""
        return frozenset(command.verb for command in self.block)

    @property
    def today(self) -> date:
        """The day in the desk's zone."""
        return self.story.now.astimezone(ZoneInfo(self.story.rules.desk.timezone)).date()

    @property
    def alone(self) -> bool:
        """Whether no other clerk may decide."""
        others = (one for one in self.story.rules.desk.clerks if one.address.lower() != self.clerk.address.lower())
        return not any("decide" in one.roles for one in others)

    def say(self, texts: Texts, default: str = "") -> str:
        """A text of the rules in the clerk's language."""
        return texts.get(self.clerk.language) or next(iter(texts.values()), default)

    def in_a_row(self, parts: Iterable[str]) -> str:
        """The parts that are not empty one after the other, with what stands between them in the clerk's language."""
        return self.story.rules.say(self.clerk.language, "values", "between").join(filter(None, parts))

    def title(self, step: Step) -> str:
        """A step as clerks know it."""
        return self.say(step.title) or self.say(step.task, step.id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a block about one case: what was `done`, and the letters that went because the case went `onward`;
    or `why` it is refused, about which `parts` of it, and what `changes` of the case stand in the way."""

    work: Work
    done: tuple[Done, ...] = ()
    onward: tuple[Letter, ...] = ()
    why: str = ""
    parts: tuple[Command | Mistake, ...] = ()
    changes: tuple[Told, ...] = ()


def begun(mail: Incoming, case: Case, clerk: Clerk) -> Story:
    """The story of a clerk's mail. What it says are orders, and nothing to be shown to anybody as said."""
    story = begin(mail, case, clerk.address.lower())
    story.said = ""
    return story


def shown(work: Work) -> int:
    """The entry of the newest letter up to the one answered that showed this clerk the case in full; 0 if none did, as
    no list does."""
    if work.listed:
        return 0
    number = int(work.answered.rpartition(".")[2] or 0)
    form, case = work.story.form, work.story.known
    tasks = form.openings("task") if undecided(case) else frozenset()
    full = form.openings("review") | tasks | IN_FULL
    reviews = (
        info.seq
        for letter, info in case.letters.items()
        if letter <= number and info.template in full and info.to.lower() == work.clerk.address.lower()
    )
    return max(reviews, default=0)


def seen_asked(work: Work) -> int:
    """While the applicant is asked for something: the entry of the letter answered, whichever it is, since whoever got
    it after the question knows of that; else 0."""
    return work.letter.seq if work.letter and work.story.known.asked else 0


def another_waits(work: Work) -> bool:
    """Whether the case waits for something else by now than when the letter that was answered was written, and not by
    this clerk's own orders."""
    seen = work.letter.seq if work.letter else work.listed
    before = work.story.before.history if work.story.before else ()
    own = {deed.seq for deed in before if deed.what == "ordered" and deed.by.lower() == work.clerk.address.lower()}
    return any(deed.seq > seen and deed.what in WAITING and deed.seq not in own for deed in before)


def known_up_to(work: Work) -> int:
    """The entry up to which this clerk has seen the case, when answering as they do."""
    return work.listed or max(shown(work), seen_asked(work))


def bound(work: Work, command: Command) -> bool:
    """Whether a command counts only for the case as this clerk saw it: a decision; where a list was answered, whatever
    changes more than who looks after the case."""
    row = ROWS[command.verb]
    return not work.shell and (row.needs == "review" or (work.listed > 0 and row.tier != "1"))


def differences(work: Work, command: Command, why: str) -> tuple[Told, ...]:
    """What changed since this clerk saw the case, if that may be `why` a decision is refused; where no letter showed
    it, since the letter answered."""
    story = work.story
    second = command.verb == "SECOND"
    if why not in OUTRUN or not (bound(work, command) or ROWS[command.verb].needs == "review" or second):
        return ()
    seen = (not second and known_up_to(work)) or (work.letter.seq if work.letter else 0)
    return told(since(story.known, seen), story.form, work.clerk.language, story.rules)


def settled(work: Work) -> bool:
    """Whether something that the applicant was asked for is asked no more."""
    return any(isinstance(event, FieldsSettled) for event in work.story.events)
