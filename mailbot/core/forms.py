"""A form as values: its fields, steps, documents, and the letters of its own. It knows no desk and no file."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from mailbot.core.conditions import Condition
from mailbot.core.events import Frozen

Texts = dict[str, str]
"""One text per language (`en`, `ja`)."""

FieldType = Literal[
    "line",
    "latin",
    "email",
    "postal_code",
    "telephone",
    "lines",
    "long",
    "yes_no",
    "ids",
    "account_name",
    "ssh_public_key",
    "choice",
    "country",
    "date",
    "amount",
    "plan",
]
StepKind = Literal["fields", "consent", "document", "review", "task", "wait", "notify"]
PersonName = Literal["applicant", "responsible"]


class Implied(Frozen):
    """A value understood without being written, where the condition holds and nothing was answered."""

    value: str
    when: Condition


class Lookup(Frozen):
    """A field whose value is looked up in a register (state/registers/, imported by order): its row is the one with
    that value in `column`. `unknown` says what it means that there is none: the applicant is asked (`ask`), clerks see
    a remark (`remark`), or nothing (`nothing`)."""

    name: str
    column: str
    unknown: Literal["ask", "remark", "nothing"] = "remark"


class FieldRule(Frozen):
    """One field of a form. `key` is its name in rules/; `required` counts only where `when` holds.

    `institution` (email) refuses free-mail addresses; `minimum` is in characters (long). `choices` maps the value
    kept to what people may write for it, per language. `units` (amount) maps the unit kept to what people may write
    for it; the first is meant where none is written. `fits` (postal_code) names the field of the address that belongs
    to it. `register` looks the value up. `from_plan` fills the field from a usage plan: it is no question of its own.
    """

    key: str = ""
    label: Texts
    aliases: dict[str, tuple[str, ...]] = {}
    type: FieldType = "line"
    required: bool = False
    when: Condition | None = None
    implied: tuple[Implied, ...] = ()
    minimum: int | None = None
    institution: bool = False
    choices: dict[str, dict[str, tuple[str, ...]]] = {}
    units: dict[str, tuple[str, ...]] = {}
    fits: str | None = None
    register_: Lookup | None = Field(default=None, alias="register")
    from_plan: str | None = None
    help: Texts = {}
    example: Texts = {}


class Copies(Frozen):
    """Fields filled from others where the condition holds: `fields` maps target to source."""

    when: Condition
    fields: dict[str, str]


class Check(Frozen):
    """A rule across fields: where `when` holds, `field` has a fault of this kind, said in these words; the form in the
    letter has the fields `asks` beside it."""

    field: str
    when: Condition
    kind: Literal["missing", "invalid", "unclear", "conflict"] = "invalid"
    message: Texts
    asks: tuple[str, ...] = ()


class Hint(Frozen):
    """What clerks are told with the case where `when` holds."""

    when: Condition
    text: Texts


class Person(Frozen):
    """Which fields tell about a person taking part: the address field, the name's fields in order. Without an address
    field (only the applicant) it is the address the mail came from."""

    email: str = ""
    name: tuple[str, ...]


class Closed(Frozen):
    """What is not accepted now: applications where `when` holds (none: any), since a day (ISO 8601). Whoever sends one
    gets `notice` and, if there are values of `instead`, the form filled in as they sent it but for these; there is no
    case."""

    when: Condition | None = None
    since: str
    notice: Texts
    instead: dict[str, str] = {}


class Season(Frozen):
    """When a form is usually sent, from day to day (`MM-DD`) of a year; what comes outside is taken, and is late."""

    begins: str
    ends: str


class Document(Frozen):
    """A document that somebody signs. `sheet` names the sheet to sign that the desk sends (rules/files/<sheet>.toml);
    `file` a file of rules/files/ that is sent instead; `binds` are the fields it is signed for: if one changes it is
    wanted anew. `words` are what clerks write for it after RECEIVED."""

    title: Texts
    signer: PersonName
    sheet: str | None = None
    file: str | None = None
    when: Condition | None = None
    binds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


OPENINGS: Mapping[StepKind, str] = MappingProxyType(
    {"fields": "missing", "consent": "consent", "document": "document", "review": "review", "task": "task"}
)
"""The letter that begins a step of each kind where the step names none; the other kinds have none."""


class Step(Frozen):
    """What a case waits for, where `when` holds. `name` is the kind if nothing is said; `remind` and `limit` in working
    days after the step began, or after the application was complete (`counted = "completed"`), or after the day that
    the field `day` gives, such as the one on which a task is to be done.

    `letter` begins it, to whomever it waits for. `shows` are the fields a consent letter shows and binds to;
    `documents` (document) are wanted in their order, `paper` that they often come by FAX or post: clerks, who record
    that, hear at once what is awaited, else with its reminder. `task` says in words what clerks do, `number` that it
    has a number to be given (POSTED), `each` that it is done for every user of the plan, `reply` that a clerk's REPLY
    is what does it. `ends` are the words in an applicant's mail that end a wait; `again` is the step that another mail
    of theirs goes back to; `notice` is a letter to the address that the register has, where it may object. `tells`
    (notify) are those who get `letter`. `after` is what happens when the limit passes: the case ends (`expire`), goes
    on (`go_on`), or the head of the desk is told (`tell`); nothing said, what its kind does.
    """

    kind: StepKind
    name: str = ""
    when: Condition | None = None
    letter: str = ""
    remind: int | None = None
    limit: int | None = None
    counted: Literal["step", "completed"] = "step"
    day: str | None = None
    after: Literal["expire", "go_on", "tell"] | None = None
    title: Texts = {}
    shows: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    paper: bool = False
    task: Texts = {}
    number: bool = False
    each: bool = False
    reply: bool = False
    ends: dict[str, tuple[str, ...]] = {}
    again: str | None = None
    notice: str | None = None
    tells: tuple[PersonName, ...] = ()

    @property
    def id(self) -> str:
        """Its name in the form: the kind, unless it has one of its own."""
        return self.name or self.kind

    @property
    def opening(self) -> str:
        """The letter that begins it; empty if none does."""
        return self.letter or OPENINGS.get(self.kind, "")


class Records(Frozen):
    """What a case that is done writes into a register, where `when` holds: `columns` maps a column to the field it
    comes from, `key` is the column that names the row; without a value for it nothing is written.

    It is written on the row as the register has it then. A row that is there is changed in the columns for which the
    case has a value, and one that is not there any more is not brought back; but a form without `account` is there to
    make rows: it makes one, or fills what is empty in the one that is there. `removes` takes the row out."""

    key: str
    columns: dict[str, str]
    when: Condition | None = None
    removes: bool = False


FORM_GONE, STEP_GONE = "form_gone", "step_gone"
"""The step of a case whose form the rules have no more, or only its step; and the code of words.toml that says so."""
GONE = frozenset({FORM_GONE, STEP_GONE})
GONE_AFTER, GONE_LIMIT = 3, 5
"""Working days until clerks are reminded of such a case, and until the head of the desk is told."""


class Form(Frozen):
    """A kind of application, as rules/<name>.toml declares it. `people` has at least `applicant`.

    `takes` is the field that a reply to a general letter goes into as it stands: whoever answers in words of their own
    opens a case of this form. `letters` names a template of the form's own for a letter that has a general one
    (`accepted = "accepted_account"`); `says` are sentences that general templates show where the form has them, by
    name. `account` is the field that names an account of the register. `records` is written into registers when a case
    is done. `enclosures` maps a letter to files of rules/files/ that go with it. `once` says that a second application
    of the same person is remarked. `retention` is for how many months after it closed a case is kept before operators
    are told that it may be erased.
    """

    name: str = ""
    title: Texts
    summary: Texts = {}
    aliases: dict[str, tuple[str, ...]] = {}
    people: dict[PersonName, Person]
    fields: dict[str, FieldRule]
    copies: tuple[Copies, ...] = ()
    checks: tuple[Check, ...] = ()
    hints: tuple[Hint, ...] = ()
    closed: tuple[Closed, ...] = ()
    season: Season | None = None
    documents: dict[str, Document] = {}
    steps: tuple[Step, ...]
    letters: dict[str, str] = {}
    says: dict[str, Texts] = {}
    account: str | None = None
    records: dict[str, Records] = {}
    enclosures: dict[str, tuple[str, ...]] = {}
    once: bool = False
    takes: str | None = None
    retention: int | None = Field(default=None, ge=1, le=1_200)

    @property
    def members(self) -> Lookup | None:
        """How the users of a plan are looked up: as the form's own account, if something is done for each of them."""
        rule = self.fields.get(self.account or "")
        return rule.register_ if rule and any(step.each for step in self.steps) else None

    def step(self, name: str) -> Step | None:
        """The step of that name; None if the form has none, as for a case that entered it under other rules."""
        return next((step for step in self.steps if step.id == name), None)

    def openings(self, kind: StepKind) -> frozenset[str]:
        """The letters that begin its steps of that kind, and the one that does unless a step names another: a case may
        have got it under other rules."""
        return frozenset((OPENINGS[kind], *(step.opening for step in self.steps if step.kind == kind)))

    def step_of(self, kind: StepKind) -> Step | None:
        """The first step of that kind, if the form has one."""
        return next((step for step in self.steps if step.kind == kind), None)


def without_rules(name: str, why: Texts) -> Form:
    """What stands in for a form that the rules have no more (`why` says so): nothing is asked or read, and a case of it
    is a task for clerks, who end it."""
    title = dict.fromkeys(why, name)
    return Form(
        name=name, title=title, people={"applicant": Person(name=())}, fields={}, steps=(_by_hand(FORM_GONE, why),)
    )


def without_step(form: Form, step: str, why: Texts) -> Form:
    """The form for a case whose `step` it has no more (`why` says so): with one step more, a task for clerks. It comes
    last, so that no case is done unseen because no other step is left; or first, once clerks have the case in hand."""
    task = _by_hand(STEP_GONE, why)
    return form.model_copy(update={"steps": (task, *form.steps) if step == STEP_GONE else (*form.steps, task)})


def _by_hand(name: str, why: Texts) -> Step:
    return Step(kind="task", name=name, task=why, remind=GONE_AFTER, limit=GONE_LIMIT)
