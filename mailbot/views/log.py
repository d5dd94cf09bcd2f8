"""The case log as people read it: a sentence an entry saying who, what, when and under which rule. It only reads."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.case import SHOWN
from mailbot.core.columns import clip
from mailbot.core.counts import counted
from mailbot.core.instants import to_text
from mailbot.core.orders import REFUSALS
from mailbot.store import Entry

Sentence = Callable[[Any], str]


OCCASIONS: Mapping[str, Callable[[e.Facts], str]] = {
    "deadline": lambda facts: f"a {facts.sort_row} passed",
    "order": lambda facts: f"the operator {facts.operator.user}" if facts.operator else "an operator",
    "alarm": lambda facts: "the service checked itself",
    "mailbox": lambda facts: "the mailbox was looked at",
    "routine": lambda facts: "the day's routine",
}
"""What an entry begins with that no mail brought about, by the sort of its facts."""


def _facts(event: e.Facts) -> str:
    if event.sort in OCCASIONS:
        return OCCASIONS[event.sort](event)
    ordered = f"retried by {event.operator.user}: " if event.operator else ""
    if event.sender is None:
        return f"{ordered}a mail ({event.sort})"
    return f"{ordered}mail from {event.sender.address} as {event.sender.role}{_proof(event, event.sender)}"


def _proof(event: e.Facts, who: e.Sender) -> str:
    """How sure the desk was who wrote, and what was doubtful about the mail's name."""
    token = (
        f", token of letter {event.letter}"
        if event.letter
        else ", a token that is not valid" * (event.letter_state == "unverified")
    )
    twin = ", the Message-ID of another mail" if event.twin and not event.same else ""
    return f", tier {who.tier}{token}{twin} ({event.sort})"


def _fields(event: e.FieldsRead) -> str:
    read = f"{counted(len(event.answers), 'field')} read"
    if not event.faults:
        return f"{read}, complete"
    fields = tuple(dict.fromkeys(fault.field for fault in event.faults))
    return f"{read}, {len(fields)} to be asked: " + ", ".join(fields)


def _minute(instant: str) -> str:
    """A journal instant to the minute."""
    return f"{instant[:10]} {instant[11:16]} UTC"


def _said(code: str, why: str) -> str:
    return clip(" ".join(part for part in (code, why) if part), 80)


def _because(text: str) -> str:
    return f": {clip(text, 120)}" if text else ""


def _paused(event: e.ReminderPaused) -> str:
    remind = f", reminder at {_minute(event.remind)}" if event.remind else ""
    due = f", may take until {_minute(event.due)}" if event.due else ""
    return f"{event.by} is away: {event.step} waits{remind}{due}"


def _mailbox(event: e.MailboxSeen) -> str:
    mails = f"{counted(event.known, 'mail')} known, {event.unknown} unknown"
    return f"UIDVALIDITY {event.validity}: {mails}" + ", which are only observed" * event.observed


def _why_held(why: str) -> str:
    return ", as it may have been sent after the backup was made" if why == "restored" else f", over the budget ({why})"


def _restored(event: e.Restored) -> str:
    lost = f", {event.lost} entries after it are missing that the head letter of entry {event.head_seq} knew"
    moved = ", after which nothing happened" if event.moved else ""
    return f"restored from the backup of {_minute(event.made)}, up to entry {event.seq}{moved}{lost * bool(event.lost)}"


def _plan(event: e.PlanRead) -> str:
    plan = event.plan
    return f"usage plan {plan.version or 'of unknown version'}: {len(plan.users)} users, {plan.total or 'no'} TB"


def _task(event: e.TaskDone) -> str:
    about = f" for user {event.member}" if event.member is not None else ""
    return f"{event.clerk} did {event.step}{about}" + (f", number {event.number}" if event.number else "")


def _files(letter: e.LetterWritten) -> str:
    names = ", ".join(enclosure.name for enclosure in letter.enclosures)
    return f" with {names}" if names else ""


SENTENCES: Mapping[str, Sentence] = {
    "facts": _facts,
    "desk_opened": lambda v: f"the desk {v.desk} opened at {v.address}",
    "case_opened": lambda v: f"case opened: {v.form}, applicant {v.applicant}",
    "fields_read": _fields,
    "mail_joined": lambda v: "",
    "address_registered": lambda v: f"{v.address} became the applicant's registered address",
    "change_proposed": lambda v: f"{v.by} proposed a change of {', '.join(v.answers)}; nothing was changed",
    "step_entered": lambda v: f"waits for {v.step}" + (f" until {_minute(v.due)}" if v.due else ""),
    "language_learned": lambda v: f"the {v.role}'s language is {v.language}",
    "consent_confirmed": lambda v: f"{v.by} confirmed the consent with the code of letter {v.letter}",
    "consent_given": lambda v: f"{v.by} agreed to letter {v.letter}" + (", unconfirmed" * (not v.confirmed)),
    "consent_declined": lambda v: f"{v.by} declined",
    "consent_voided": lambda v: f"consent is void, changed: {', '.join(v.fields)}",
    "commands_run": lambda v: (
        f"{v.clerk} ordered {'; '.join(clip(word, 60) for word in v.words)}"
        + ", confirmed with a code" * bool(v.confirmed)
    ),
    "confirmation_asked": lambda v: f"order of {v.clerk} waits for a code until {_minute(v.until)}",
    "correction_proposed": lambda v: (
        f"{v.clerk} proposed a change of {', '.join(v.answers)}; waits for a second clerk until {_minute(v.until)}"
    ),
    "correction_seconded": lambda v: f"{v.clerk} agreed as second clerk to what {v.by} proposed",
    "correction_lapsed": lambda v: f"what {v.by} proposed comes to nothing ({v.why})",
    "commands_refused": lambda v: (
        f"order of {v.by} refused ({v.why}): " + "; ".join(clip(word, 60) for word in v.words)
    ),
    "digests_sent": lambda v: f"told in the morning what waits: {', '.join(v.clerks) or 'nobody'}",
    "head_told": lambda v: (
        f"auditors were told the head: entry {v.seq}, {v.hash[:12]}" + ", signed" * bool(v.signature)
    ),
    "clerk_away": lambda v: f"{v.clerk} is out of office until {v.until}",
    "numbered_run": lambda v: (
        f"{v.clerk} ordered for {', '.join(v.done) or 'no case'}"
        + f", refused for {', '.join(v.refused)}" * bool(v.refused)
        + ", confirmed with a code" * bool(v.confirmed)
    ),
    "queue_shown": lambda v: f"{v.clerk} is shown the queue ({v.part}), {v.cases} cases",
    "assigned": lambda v: f"{v.clerk} gave the case to {v.to or 'nobody'}",
    "held": lambda v: f"{v.clerk} put the case on hold until {_minute(v.until)}" + _because(v.reason),
    "resumed": lambda v: (
        f"goes on{' by order of ' + v.clerk if v.clerk else ''}" + (f", until {_minute(v.due)}" if v.due else "")
    ),
    "accepted": lambda v: (
        f"accepted by {v.clerk}" + f" as {v.account}" * bool(v.account) + f" until {v.until}" * bool(v.until)
    ),
    "rejected": lambda v: f"rejected by {v.clerk}" + f" ({v.ground})" * bool(v.ground) + _because(clip(v.reason, 80)),
    "noted": lambda v: f"{'note by' if v.authenticated else 'unauthenticated words of'} {v.clerk}: {clip(v.text, 80)}",
    "handed_to_clerk": lambda v: f"handed to a clerk ({v.why})",
    "mail_attached": lambda v: "attached" + ", nothing changed" * (v.sort not in SHOWN) + f" ({v.why})",
    "ignored": lambda v: f"ignored ({v.reason})",
    "answered": lambda v: f"answered with general information ({v.reason})",
    "quarantined": lambda v: f"quarantined: {v.reason}",
    "reminded": lambda v: f"reminded of {v.step}",
    "expired": lambda v: f"expired waiting for {v.step}",
    "deadline_moved": lambda v: f"{v.step} may take until {_minute(v.due)}",
    "letter_written": lambda v: f"letter {v.number} ({v.template}) to {v.to}{_files(v)}",
    "letter_sent": lambda v: f"letter {v.letter} taken by the relay",
    "letter_postponed": lambda v: f"letter {v.letter} postponed: {clip(v.why, 80)}",
    "letter_failed": lambda v: f"letter {v.letter} failed, {v.code} {clip(v.why, 80)}",
    "letter_held": lambda v: f"letter {v.letter} is held{_why_held(v.why)}",
    "letter_released": lambda v: f"letter {v.letter} may go",
    "letter_dropped": lambda v: f"letter {v.letter} is never sent",
    "address_bounced": lambda v: (
        f"letter {v.letter} came back from {v.address}" + (f": {said}" if (said := _said(v.code, v.why)) else "")
    ),
    "address_works": lambda v: f"{v.address} can be reached again",
    "reminder_paused": _paused,
    "plan_read": _plan,
    "document_received": lambda v: f"{v.document} received ({v.how}), from {v.by}" + ", signed" * bool(v.signed),
    "documents_voided": lambda v: f"{', '.join(v.documents)} void, changed: {', '.join(v.fields)}",
    "task_done": _task,
    "step_passed": lambda v: f"{v.step} is over ({v.why})",
    "step_stopped": lambda v: f"{v.by} objects: {v.step} waits for a clerk",
    "step_voided": lambda v: f"{v.step} has to begin anew" + (f", changed: {', '.join(v.fields)}" if v.fields else ""),
    "completed": lambda v: "done" + (f", closed by {v.clerk}" if v.clerk else ""),
    "withdrawn": lambda v: f"withdrawn by {v.by}" + _because(v.reason),
    "reopened": lambda v: f"opened again by {v.clerk}" + _because(v.text),
    "marked_duplicate": lambda v: f"{v.clerk}: dealt with in {v.of}",
    "field_allowed": lambda v: f"{v.clerk} allows {v.field}" + _because(v.reason),
    "fields_asked": lambda v: f"{v.clerk} asks again for {', '.join(v.fields)}",
    "fields_settled": lambda v: f"{v.clerk} asks no more for {', '.join(v.fields)}",
    "vouched": lambda v: f"{v.clerk} vouches for {v.address}",
    "replied": lambda v: f"{v.clerk} wrote to the applicant: {clip(v.text, 80)}",
    "account_changed": lambda v: f"register {v.name} changed",
    "register_imported": lambda v: f"register {v.name} imported: {counted(v.rows, 'row')}, {v.digest[:12]}",
    "restored": _restored,
    "secret_told": lambda v: f"masked before anybody saw it: {', '.join(v.secrets)}; the sender was told",
    "secret_destroyed": lambda v: f"the raw bytes of mail {v.mail[:12]} were destroyed",
    "erased": lambda v: (
        f"to be erased by order: {counted(len(v.seqs), 'entry', 'entries')}, {counted(len(v.mails), 'mail')}"
        + _because(v.order)
    ),
    "case_kept": lambda v: "what is left of the case after the erasure was written down",
    "erasure_done": lambda v: f"what entry {v.seq} ordered is erased",
    "mailbox_seen": _mailbox,
    "adopted": lambda v: "mails that were only observed are taken in from now on",
    "mails_vanished": lambda v: (
        f"somebody else removed {counted(v.count, 'mail')} from the inbox, UIDs {clip(v.uids, 60)}"
    ),
    "quarantine_told": lambda v: f"the clerks were told of {counted(v.mails, 'mail')} in quarantine",
    "quarantine_dismissed": lambda v: f"mail {v.mail[:12]} in quarantine needs nothing more" + _because(v.reason),
    "order_refused": lambda v: (
        f"refused: {REFUSALS.get(v.why, v.why)}" + (f" ({clip(v.about, 40)})" if v.about else "")
    ),
    "alarmed": lambda v: f"alarm {v.alarm}" + _because(v.detail),
    "alarm_ended": lambda v: f"alarm {v.alarm} is over",
}
"""A row for each kind of event; an empty sentence says nothing worth a line."""


def said(events: Iterable[e.Event] | None) -> str:
    """What happened in an entry, in words; `events` are None if they were erased."""
    if events is None:
        return "erased by order"
    return "; ".join(text for event in events if (text := SENTENCES[event.kind](event)))


def sentence(entry: Entry) -> str:
    """One entry in words: sequence number, instant, case, what happened, and the rule set it was decided under."""
    about = f"{entry.seq:>5}  {to_text(entry.at)}  {entry.case or '-':<10}"
    return f"{about}  {said(entry.events)}  [rules {entry.rules[:8]}]"


def as_json(entry: Entry) -> dict[str, object]:
    """One entry for programs: everything but prev, salt and body, which the journal itself has."""
    happened = None if entry.events is None else [event.model_dump(mode="json") for event in entry.events]
    return {
        "seq": entry.seq,
        "at": to_text(entry.at),
        "case": entry.case,
        "mail": entry.mail,
        "rules": entry.rules,
        "program": entry.program,
        "hash": entry.hash,
        "events": happened,
    }
