"""What can happen to a case on its way through its steps, and what clerks do to it. It knows nothing of why."""

from typing import Literal

from mailbot.core.events.values import Frozen


class DocumentReceived(Frozen):
    """A signed document of the case is there: `document` its name in rules/; `how` it came; `by` the address it was
    mailed from or the clerk who recorded it; `dated` a day (ISO 8601) the clerk gave; `mail` and `attachment` are
    digests, `signed` the names of a PDF's digital signatures."""

    kind: Literal["document_received"] = "document_received"
    document: str
    how: Literal["mail", "fax", "post"]
    by: str
    dated: str = ""
    mail: str = ""
    attachment: str = ""
    signed: tuple[str, ...] = ()


class DocumentsVoided(Frozen):
    """What these documents were signed for has changed (`fields`), so that they are wanted anew."""

    kind: Literal["documents_voided"] = "documents_voided"
    documents: tuple[str, ...]
    fields: tuple[str, ...]


class TaskDone(Frozen):
    """A clerk did a task of the case: `number` of what was sent, `member` the user it was done for (the row of the
    plan's list of users), if the task is done once for each."""

    kind: Literal["task_done"] = "task_done"
    step: str
    clerk: str
    number: str = ""
    member: int | None = None


class StepPassed(Frozen):
    """A step that only took time is over: its limit passed (`limit`), somebody said so (`said`), or everybody was told
    who was to be told (`told`)."""

    kind: Literal["step_passed"] = "step_passed"
    step: str
    why: Literal["limit", "said", "told"]
    by: str = ""


class StepStopped(Frozen):
    """Somebody who was told of a change objects to it: a clerk has to look before the case goes on."""

    kind: Literal["step_stopped"] = "step_stopped"
    step: str
    by: str


class StepVoided(Frozen):
    """What was announced in a wait does not stand any more: `fields` changed, or somebody objected after it was over
    (no fields). The case waits there anew, once it comes to that step again."""

    kind: Literal["step_voided"] = "step_voided"
    step: str
    fields: tuple[str, ...] = ()


class Completed(Frozen):
    """Everything that the case was for is done. `clerk` if one closed it, with `text` for whoever asks why."""

    kind: Literal["completed"] = "completed"
    clerk: str = ""
    text: str = ""


class Withdrawn(Frozen):
    """The applicant (address `by`) does not want it any more."""

    kind: Literal["withdrawn"] = "withdrawn"
    by: str
    reason: str = ""


class Reopened(Frozen):
    """A clerk opened a closed case again; it waits for whatever its steps say."""

    kind: Literal["reopened"] = "reopened"
    clerk: str
    text: str = ""


class MarkedDuplicate(Frozen):
    """The case is dealt with in another one (`of`, its number)."""

    kind: Literal["marked_duplicate"] = "marked_duplicate"
    clerk: str
    of: str


class FieldAllowed(Frozen):
    """A clerk lets a value count that the rules do not allow, and says why."""

    kind: Literal["field_allowed"] = "field_allowed"
    clerk: str
    field: str
    reason: str


class FieldsAsked(Frozen):
    """A clerk wants these fields looked at again, with words for the applicant."""

    kind: Literal["fields_asked"] = "fields_asked"
    clerk: str
    fields: tuple[str, ...]
    text: str = ""


class FieldsSettled(Frozen):
    """A clerk takes back that these fields are asked for: they stand as they are."""

    kind: Literal["fields_settled"] = "fields_settled"
    clerk: str
    fields: tuple[str, ...]


class Vouched(Frozen):
    """A clerk knows that this address is the responsible person's."""

    kind: Literal["vouched"] = "vouched"
    clerk: str
    address: str


class Replied(Frozen):
    """A clerk wrote to the applicant, through the desk."""

    kind: Literal["replied"] = "replied"
    clerk: str
    text: str


class AccountChanged(Frozen):
    """What the case did to a row of the register `name`. `row` is, by column, what the case has to say: what changes in
    a row that is there (`how` is `changes`), what is wanted of a row that may be there already and is filled where it
    is empty (`makes`), the key of a row that is taken out (`removes`); or the whole row (`whole`), as older entries
    have it."""

    kind: Literal["account_changed"] = "account_changed"
    name: str
    row: dict[str, str]
    how: Literal["whole", "changes", "makes", "removes"] = "whole"
