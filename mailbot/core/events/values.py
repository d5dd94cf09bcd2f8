"""The values events are made of: who, where, what is wrong. They know nothing of what happened."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Role = Literal["applicant", "responsible", "clerk", "stranger", "operator", "holder", "auditor"]
"""Who a letter is for; `holder` is whoever the register of accounts names at an address that is to change."""
Value = str | tuple[str, ...]
"""A field's value as understood: text, `yes`/`no`, or a list of texts."""

FaultKind = Literal["missing", "invalid", "unclear", "unknown_label", "conflict"]


class Frozen(BaseModel):
    """A value that never changes after it was made and refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fault(Frozen):
    """What is wrong with one field: `code` names the sentence (words.toml), `found` is what was written,
    `wanted` fills the sentence's places."""

    field: str
    kind: FaultKind
    code: str
    found: str = ""
    wanted: dict[str, str] = {}


Tier = Literal["0", "0+", "1", "2"]
"""How sure the desk is of a sender: docs/trust.md."""


class Sender(Frozen):
    """How sure the desk is who wrote: `tier` after docs/trust.md (`0`, `0+`, `1`, `2`), `why` the evidence in words."""

    address: str
    role: Role
    tier: Tier
    name: str = ""
    why: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether they have a letter's token and write from the address registered for it."""
        return self.tier != "0"

    @property
    def as_clerk(self) -> bool:
        """Whether they prove to answer a letter to a clerk, from that clerk's address."""
        return self.proven and self.role == "clerk"


class Place(Frozen):
    """Where a mail lay on the server: UIDVALIDITY and UID of the inbox (RFC 9051 §2.3.1.1)."""

    validity: int
    uid: int


class Row(Frozen):
    """What the register `name` says: its row whose `column` is `key` (compared as the register does), by column;
    `found` is None if it has no such row, `imported` false if there is no such register at all."""

    name: str
    column: str
    key: str
    found: dict[str, str] | None = None
    imported: bool = True


class Remark(Frozen):
    """Something a clerk should look at before deciding, and no fault: `code` names the sentence (words.toml, table
    `remarks`), `field` what it is about, `wanted` fills the sentence's places."""

    code: str
    field: str = ""
    wanted: dict[str, str] = {}


class Enclosure(Frozen):
    """A file that goes with a letter: one of rules/files/ (`file`, its `digest` in lower hex), or a sheet to sign that
    is made from `sheet` (its name in rules/), `language` and `places`; the same values give the same bytes."""

    name: str
    file: str = ""
    digest: str = ""
    sheet: str = ""
    language: str = ""
    places: dict[str, str] = {}


class PlanUser(Frozen):
    """A line of a usage plan's list of users, as written; `row` is its row in the sheet."""

    row: int
    name: str = ""
    email: str = ""
    account: str = ""
    group: str = ""
    affiliation: str = ""


class PlanLine(Frozen):
    """What a plan asks for one account or group: `amount` a decimal number as text, in `unit` (`TB`, `units`); `free`
    says that it counts against what is free of charge; `sort` the kind of service, as written; from day `start` to day
    `end` (ISO 8601, empty: not given)."""

    account: str
    service: str
    amount: str
    unit: str = "TB"
    cell: str = ""
    free: bool = True
    sort: str = ""
    start: str = ""
    end: str = ""


class PlanFault(Frozen):
    """What is wrong in a plan: `sheet` and `cell` (such as `C7`) as the spreadsheet shows them; `code` names the
    sentence (words.toml, table `faults`)."""

    code: str
    sheet: str
    cell: str = ""
    found: str = ""
    wanted: dict[str, str] = {}


class Plan(Frozen):
    """A usage plan as its sheets say: `version` of the template (empty: not recognised), the responsible person's
    entries and the other answers by key (`name`, `account`, `affiliation`, `job_title`, `project`, `purpose`,
    `resources`, `wishes`), the users, what is asked for, and its sum in TB as a decimal text."""

    version: str = ""
    entries: dict[str, str] = {}
    users: tuple[PlanUser, ...] = ()
    lines: tuple[PlanLine, ...] = ()
    total: str = ""
    faults: tuple[PlanFault, ...] = ()


class Operator(Frozen):
    """Who gave an order at the shell (`user`, the name the system knows), and the `nonce` that makes it carried out
    once."""

    user: str
    nonce: str


class Worded(Frozen):
    """Orders in a clerk's words, given at the shell: on which case, what, secrets masked, and as which clerk (address;
    empty: as the operator)."""

    case: str
    text: str
    clerk: str = ""


class Outline(Frozen):
    """What is left to be said of a case some of whose entries were erased; nothing of the applicant. `whole` says that
    all of them were: the case itself was to be erased. Without a `case` it is about the entries that had none.

    `form` and `status` are as the case stood, `opened` and `changed` instants (journal texts), `kinds` the kinds of
    events that were erased, in their order, each once, `clerks` the addresses of the clerks who did something in them.
    """

    case: str | None = None
    whole: bool = False
    form: str = ""
    status: str = ""
    opened: str = ""
    changed: str = ""
    kinds: tuple[str, ...] = ()
    clerks: tuple[str, ...] = ()
