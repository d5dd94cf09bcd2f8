"""What can happen to a desk and its cases, in the past tense. It knows nothing of why."""

from typing import Literal

from mailbot.core.events.values import Fault, Frozen, Operator, Place, Plan, Remark, Role, Row, Sender, Value, Worded


class Facts(Frozen):
    """Every answer from outside that the entry's decision rests on; always the first event of an entry.

    `identity` is a digest of Message-ID and sender (empty without either), `content` one of From, new text and
    attachments; `twin` is an earlier mail (its digest) with the same identity, and `same` whether its content is the
    same too. `operator` is who gave the order that the entry carries out. `rows` are the rows of registers that were
    looked up, `others` the open cases of the same form and sender, `secrets` what was masked in the mail before anybody
    saw it (`secrets.Kind`), `code` whether the code in it is that of the letter it answers. Where a clerk orders
    something about several cases, `listed` are those that the letter answered lists, and `bound` the digest of the
    orders that its code confirms. `suggested` is the case that orders name without proving anything: by a token that
    does not hold, or a number in the subject; or that somebody who answers no letter seems to write about. `taken` is
    the open case that was accepted with the account name which orders give (empty: none). `away` are the clerks who are
    out of office (addresses in lower case), each with the last day of it (ISO 8601). `size` is the size in octets of a
    mail of which only the header was downloaded, `ordered` what was ordered at the shell in a clerk's words. `added`
    says that the letter's token stood where somebody may have written it on the way: anywhere but in the one To field.
    `code_asked` is when the letter answered was written (journal text), if that is about no case and asks for a code;
    `code_astray` says that the code of the letter answered stands in the mail where it confirms nothing.
    """

    kind: Literal["facts"] = "facts"
    sort: str = ""
    sort_row: str = ""
    sender: Sender | None = None
    letter: str | None = None
    letter_state: Literal["verified", "unverified", "none"] = "none"
    found_by: Literal["address", "references", "none"] = "none"
    number: str | None = None
    place: Place | None = None
    letters_today: int = 0
    doubts: tuple[str, ...] = ()
    identity: str = ""
    content: str = ""
    twin: str | None = None
    same: bool = False
    operator: Operator | None = None
    rows: tuple[Row, ...] = ()
    others: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    code: Literal["", "right", "wrong"] = ""
    suggested: str = ""
    taken: str = ""
    away: dict[str, str] = {}
    listed: tuple[str, ...] = ()
    bound: str = ""
    size: int | None = None
    ordered: Worded | None = None
    added: bool = False
    code_asked: str = ""
    code_astray: bool = False


class DeskOpened(Frozen):
    """The desk of that name and address begins: the first entry of its journal."""

    kind: Literal["desk_opened"] = "desk_opened"
    desk: str
    address: str


class CaseOpened(Frozen):
    """A case began with a mail from `applicant`, the address its letters go to; `name` as in its From field; `late` if
    the season of its form was over."""

    kind: Literal["case_opened"] = "case_opened"
    form: str
    language: str
    applicant: str
    name: str = ""
    late: bool = False


class FieldsRead(Frozen):
    """What a mail said about fields: `answers` as written (only those of this mail), `values` and `faults` as they
    stand for the whole case after it, `unread` the labels nobody knows with their text. `remarks` are what clerks
    should look at, as they stand after it; `confirmed`, as they stand too, the fields whose doubtful value came a
    second time, and counts.
    """

    kind: Literal["fields_read"] = "fields_read"
    by: str
    answers: dict[str, tuple[str, ...]]
    values: dict[str, Value]
    faults: tuple[Fault, ...]
    unread: tuple[str, ...] = ()
    news: bool = True
    remarks: tuple[Remark, ...] = ()
    confirmed: tuple[str, ...] = ()


class PlanRead(Frozen):
    """A usage plan came with a mail: `digest` of the attachment, and what it says."""

    kind: Literal["plan_read"] = "plan_read"
    digest: str
    plan: Plan


class MailJoined(Frozen):
    """A mail became part of a correspondence: its Message-ID is what the next letter to `who` answers
    (`applicant`, `responsible`, `holder`, or a clerk's address in lower case)."""

    kind: Literal["mail_joined"] = "mail_joined"
    who: str
    message: str
    subject: str = ""


class AddressRegistered(Frozen):
    """The applicant's letters go to this address from now on: the application named it, and it answered one of ours."""

    kind: Literal["address_registered"] = "address_registered"
    address: str


class ChangeProposed(Frozen):
    """Somebody not proven to be the applicant wants filled fields changed; nothing was changed."""

    kind: Literal["change_proposed"] = "change_proposed"
    by: str
    answers: dict[str, tuple[str, ...]]


class StepEntered(Frozen):
    """The case waits for this step (its name in the form) from now on; `sort` is its kind, where that is not its name.

    `remind` and `due` are instants (journal texts; None: none comes), counted in the working days of the step's rules
    from what these say: this entry, the day on which everything was there, or the day a field gives; never before this
    entry. A step that is entered again is not passed any more, and its task is to be done anew; one that is done for
    each user of the plan only if it had been done for all of them."""

    kind: Literal["step_entered"] = "step_entered"
    step: str
    sort: str = ""
    remind: str | None = None
    due: str | None = None


class LanguageLearned(Frozen):
    """Whoever has this role in the case wrote in this language (its code), and gets letters in it."""

    kind: Literal["language_learned"] = "language_learned"
    role: Role
    language: str


class Accepted(Frozen):
    """The clerk (address) accepted the application, perhaps with a `text`; the case goes on to what is to be done.
    `account` is the account name that the clerk gives instead of what the answer to `field` wishes for, `until` the
    last day (ISO 8601) that it is accepted for."""

    kind: Literal["accepted"] = "accepted"
    clerk: str
    text: str = ""
    account: str = ""
    field: str = ""
    until: str = ""


class Rejected(Frozen):
    """The clerk (address) rejected the application, for the `reason` that both are told, after the sentence that the
    code `ground` has in words.toml (table `rejections`), if one was given; the case ends."""

    kind: Literal["rejected"] = "rejected"
    clerk: str
    reason: str
    ground: str = ""


class Noted(Frozen):
    """A note of a clerk (address) for colleagues; it changes nothing. Not `authenticated` are the words of a mail with
    orders that nothing proves to be a clerk's; `clerk` is its sender, as it says."""

    kind: Literal["noted"] = "noted"
    clerk: str
    text: str
    authenticated: bool = True


class HandedToClerk(Frozen):
    """The desk cannot go on alone: `why` is a code of words.toml."""

    kind: Literal["handed_to_clerk"] = "handed_to_clerk"
    why: str


class MailAttached(Frozen):
    """A mail belongs to the case but changed nothing: `why` is a code of words.toml."""

    kind: Literal["mail_attached"] = "mail_attached"
    by: str
    sort: str
    why: str


class Ignored(Frozen):
    """A mail was taken in and nothing came of it; `reason` is a code of words.toml."""

    kind: Literal["ignored"] = "ignored"
    reason: str


class Answered(Frozen):
    """A mail without a case was answered with general information; `reason` is a code of words.toml."""

    kind: Literal["answered"] = "answered"
    reason: str


class Quarantined(Frozen):
    """A mail waits for a human being; `reason` says in words why it could not be decided."""

    kind: Literal["quarantined"] = "quarantined"
    reason: str


class Reminded(Frozen):
    """The reminder of this step (its name in the form) came, once: whoever the case waits for was written to."""

    kind: Literal["reminded"] = "reminded"
    step: str


class Expired(Frozen):
    """The limit of this step (its name in the form) passed after a reminder, and nobody answered: the case ends."""

    kind: Literal["expired"] = "expired"
    step: str


class DeadlineMoved(Frozen):
    """A limit passed without a reminder having been sent in time: the case waits until `due` (an instant)."""

    kind: Literal["deadline_moved"] = "deadline_moved"
    step: str
    due: str


class AddressBounced(Frozen):
    """A letter to this address (lower case) came back for good: `code` is the enhanced status (RFC 3463) or the
    relay's, `why` what the other mail system said."""

    kind: Literal["address_bounced"] = "address_bounced"
    address: str
    letter: str
    code: str = ""
    why: str = ""


class AddressWorks(Frozen):
    """Somebody wrote from an address (lower case) that had bounced."""

    kind: Literal["address_works"] = "address_works"
    address: str


class ReminderPaused(Frozen):
    """Whoever the case waits for is out of office: the reminder comes at `remind`, the limit at `due` (instants)."""

    kind: Literal["reminder_paused"] = "reminder_paused"
    step: str
    by: str
    remind: str | None = None
    due: str | None = None
