"""What a decision looks at and what it builds: the incoming mail with its facts, and the story of a case as it grows.
It decides nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mailbot.core.away import at_the_head, there
from mailbot.core.case import Case, LetterInfo, fold
from mailbot.core.decide.registered import holder
from mailbot.core.enclosures import enclosures
from mailbot.core.events import AddressWorks, CaseOpened, Event, Facts, MailJoined
from mailbot.core.message import Message
from mailbot.core.outcome import Decision, Letter
from mailbot.core.reading import language_of
from mailbot.core.rules import Clerk, Form, Rules, Step
from mailbot.core.steps import here

BLOTTED = "…"
"""What stands for words that no journal keeps."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A readable mail that is to be decided: `new_text` is its text without quotes, `form` the form it fills in,
    `cases` those the facts name, `now` an aware UTC instant."""

    message: Message
    new_text: str
    form: str | None
    facts: Facts
    cases: Mapping[str, Case]
    rules: Rules
    now: datetime

    @property
    def address(self) -> str:
        """The one address in From; empty if there is none or more than one."""
        return self.facts.sender.address if self.facts.sender else ""

    @property
    def case(self) -> Case | None:
        """The case of the letter that the mail proved to answer."""
        return self.cases.get((self.facts.letter or "").partition(".")[0])

    @property
    def letter(self) -> LetterInfo | None:
        """What is remembered of that letter."""
        number = (self.facts.letter or "").rpartition(".")[2]
        return self.case.letters.get(int(number)) if self.case and number else None

    @property
    def proven(self) -> bool:
        """Whether the mail has a letter's token and comes from the address registered for it."""
        return self.facts.sender is not None and self.facts.sender.proven

    @property
    def as_clerk(self) -> bool:
        """Whether it answers a letter to a clerk, about a case or not, from that clerk's address."""
        return self.facts.sender is not None and self.facts.sender.as_clerk


@dataclass(slots=True)
class Story:
    """One case while an entry for it is being made: each event is folded at once, so that what follows sees it. `said`
    is the new text of the mail it is made for, `before` the case as it was, `out` who of the clerks is out of office
    where no facts say that."""

    case: Case | None
    number: str
    rules: Rules
    now: datetime
    said: str = ""
    events: list[Event] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    out: Mapping[str, str] = field(default_factory=dict)
    before: Case | None = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.case

    def add(self, *events: Event) -> None:
        """Something happened to the case."""
        self.case = fold(self.case, self.number, self.known.revision if self.case else 0, self.now, events)
        self.events.extend(events)

    @property
    def known(self) -> Case:
        """The case as it stands; only to be asked after it was opened."""
        if self.case is None:
            raise ValueError(f"case {self.number} is not opened yet")
        return self.case

    @property
    def form(self) -> Form:
        """The rules of the form the case is about, or what stands in for them."""
        return self.rules.form_of(self.known.form, self.known.step)

    @property
    def step(self) -> Step:
        """The step the case is in (`steps.here`)."""
        return here(self.known, self.form)

    def decision(self) -> Decision:
        """All of it as one entry."""
        return Decision(case=self.number, events=tuple(self.events), letters=tuple(self.letters))

    def _language(self, role: str) -> tuple[str, ...]:
        known = self.known.languages.get(role)
        if role == "responsible" and known is None and self.one_person:
            known = self.known.languages.get("applicant")
        return (known,) if known in self.rules.words else self.rules.desk.languages

    @property
    def responsible(self) -> str:
        """The responsible person's address as the application gives it; empty if it does not."""
        person = self.form.people.get("responsible")
        value = self.known.values.get(person.email, "") if person else ""
        return value if isinstance(value, str) else ""

    @property
    def one_person(self) -> bool:
        """Whether the applicant is their own responsible person."""
        return self.responsible.lower() == self.known.applicant.lower()

    @property
    def responsible_was_asked(self) -> bool:
        """Whether a letter went to the responsible person's address, so that they know of the case."""
        address, letters = self.responsible.lower(), self.known.letters.values()
        return bool(address) and any(info.role == "responsible" and info.to.lower() == address for info in letters)

    def takes_part(self, address: str) -> bool:
        """Whether this is the address of the applicant or of the responsible person."""
        return address.lower() in (self.known.applicant.lower(), self.responsible.lower())

    def to_applicant(self, template: str, **data: object) -> None:
        """Write to the applicant's registered address."""
        self._write(template, self.known.applicant, "applicant", self._language("applicant"), data)

    def to_responsible(self, template: str, **data: object) -> None:
        """Write to the responsible person, in all the desk's languages until theirs is known."""
        if self.responsible:
            self._write(template, self.responsible, "responsible", self._language("responsible"), data)

    @property
    def holder(self) -> str:
        """The address that the register has for the account the case is about; empty if it has none."""
        return holder(self.form, self.known, self.rules)

    def to_holder(self, template: str, **data: object) -> None:
        """Write to the address that the register has, in all the desk's languages: it may be somebody else's."""
        if self.holder:
            self._write(template, self.holder, "holder", self.rules.desk.languages, data)

    def to_both(self, template: str, to_responsible: str) -> None:
        """Write to applicant and responsible person; somebody who is both gets the applicant's letter alone."""
        self.to_applicant(template)
        if not self.one_person:
            self.to_responsible(to_responsible)

    def to_informed_responsible(self, template: str) -> None:
        """Write to the responsible person, if they know of the case and are not the applicant."""
        if self.responsible_was_asked and not self.one_person:
            self.to_responsible(template)

    def to_clerk(self, clerk: Clerk, template: str, **data: object) -> None:
        """Write to one clerk."""
        self._write(template, clerk.address, "clerk", (clerk.language,), {**data, "clerk": clerk})

    def to_clerks(self, template: str, **data: object) -> None:
        """Write to every clerk who may decide and is there, one letter each."""
        for clerk in self.there("decide"):
            self.to_clerk(clerk, template, **data)

    def to_head(self, template: str, **data: object) -> None:
        """Write to the clerks who answer for the desk; where none of them is there, to those who may decide."""
        for clerk in at_the_head(self.rules.desk, self.away):
            self.to_clerk(clerk, template, **data)

    @property
    def facts(self) -> Facts:
        """The facts that the entry rests on, once they are told."""
        return next((event for event in self.events if isinstance(event, Facts)), Facts())

    @property
    def away(self) -> Mapping[str, str]:
        """The clerks who are out of office."""
        return self.facts.away or self.out

    def there(self, role: str) -> tuple[Clerk, ...]:
        """The clerks with this role who are there; all with it where only such are who take part in the case."""
        clerks = [clerk for clerk in self.rules.desk.clerks if role in clerk.roles]
        return there(clerks, self.away, {self.known.applicant.lower(), self.responsible.lower()})

    def _write(self, template: str, to: str, role: str, languages: tuple[str, ...], data: Mapping[str, object]) -> None:
        who = to.lower() if role == "clerk" else role
        thread = self.known.threads.get(who, ())
        shown = {**data, "case": _as_asked(self.known, self.form), "form": self.form}
        files = enclosures(self.form, self.known, template, role, languages, self.rules)
        self.letters.append(Letter(template, to, role, languages, shown, thread, files))  # type: ignore[arg-type]


WRITES: Mapping[str, Callable[..., None]] = {
    "applicant": Story.to_applicant,
    "responsible": Story.to_responsible,
    "holder": Story.to_holder,
}
"""How to write to whoever takes part in a case, by their role; to clerks one writes by name."""


def _as_asked(case: Case, form: Form) -> Case:
    """The case without what is wrong with fields that the rules have no more, or asked of them: no letter has words for
    them."""
    faults = tuple(fault for fault in case.faults if fault.field in form.fields)
    asked = tuple(key for key in case.asked if key in form.fields)
    known = (faults, asked) == (case.faults, case.asked)
    return case if known else case.model_copy(update={"faults": faults, "asked": asked})


def begin(mail: Incoming, case: Case, who: str) -> Story:
    """The story of a mail that belongs to a case: its facts, and the thread that answers to `who` go on from."""
    story = Story(case, case.number, mail.rules, mail.now, mail.new_text)
    story.add(mail.facts)
    if mail.message.message_id:
        story.add(MailJoined(who=who, message=mail.message.message_id, subject=mail.message.subject))
    hear_from(story, mail)
    return story


def role_of(mail: Incoming, decision: Decision) -> str:
    """As what whoever wrote takes part in the case of that decision."""
    return "applicant" if _opens(decision) or mail.letter is None else mail.letter.role


def continued(mail: Incoming, decision: Decision) -> Story | None:
    """The story of the case that the mail opened or answered, as it stands after that decision; None if the mail
    belongs to none."""
    opened = _opens(decision)
    if decision.case is None or (not opened and (mail.case is None or mail.letter is None)):
        return None
    story = Story(None if opened else mail.case, decision.case, mail.rules, mail.now, mail.new_text)
    story.add(*decision.events)
    return story


def _opens(decision: Decision) -> bool:
    return any(isinstance(event, CaseOpened) for event in decision.events)


def hear_from(story: Story, mail: Incoming) -> None:
    """Whoever proves to write from an address that letters came back from has it working again."""
    address = mail.address.lower()
    if mail.proven and address in story.known.bounced:
        story.add(AddressWorks(address=address))


def to_stranger(mail: Incoming, template: str, *, owed: bool = False, **data: object) -> tuple[Letter, ...]:
    """A general letter to whoever wrote, in the language of what they wrote; none if From names nobody, or if their
    budget of today is used up and it is not owed to them."""
    desk = mail.rules.desk
    if mail.facts.sender is None or (not owed and enough(mail)):
        return ()
    language = language_of(mail.new_text or mail.message.subject, desk.languages, desk.languages[0])
    thread = (mail.message.message_id,) if mail.message.message_id else ()
    return (Letter(template, mail.address, "stranger", (language,), data, thread),)


def enough(mail: Incoming) -> bool:
    """Whether the budget of general letters to this address is used up for today."""
    return mail.facts.letters_today >= mail.rules.desk.budgets.general_answers_per_day


def without_case(mail: Incoming, event: Event, *letters: Letter) -> Decision:
    """An entry that concerns no case."""
    return Decision(case=None, events=(mail.facts, event), letters=letters)
