"""Whoever attached what the desk does not read is told so, and how to send it instead; clerks are told what was there.
It opens no file: of what kind each is was found before."""

import dataclasses

from mailbot.core import attached
from mailbot.core.attached import File
from mailbot.core.decide.incoming import WRITES, Incoming, Story, continued, role_of, to_stranger
from mailbot.core.events import (
    Answered,
    DocumentReceived,
    Event,
    FieldsRead,
    Ignored,
    MailAttached,
    PlanRead,
    Quarantined,
)
from mailbot.core.outcome import Decision, Letter

READ = frozenset({"application", "answer", "consent", "enquiry", "objection", "status", "withdraw", "help"})
"""Kinds of mail whose attachments may matter: what people write who apply or take part."""
NOTHING_CAME = frozenset({"forms", "answered_today", "letter_not_verified"})
"""Reasons with which a mail is done with that belongs to no case."""
WHY = "files_unread"
MOST_TOLD = 10


def told(mail: Incoming, decisions: list[Decision]) -> list[Decision]:
    """The decisions on a mail; where it brings files that are not read, with letters about them to whoever takes part
    in the case with it and to the clerks. Of a mail without a case nothing is left undone: it is set aside for clerks
    and its sender is told, within their budget."""
    if mail.facts.sort not in READ:
        return decisions
    *before, last = decisions
    last = _listed(mail, last)
    files = attached.unread(mail.message, alone=_nothing_came(last))[:MOST_TOLD]
    if not files:
        return [*before, last]
    return [*before, _in_case(mail, last, files) or _set_aside(mail, last, files)]


def _nothing_came(decision: Decision) -> bool:
    """Whether nothing that the mail brought was taken, so that a file of any kind may have been meant to say it."""
    if decision.case is None:
        return _reason(decision) in NOTHING_CAME
    read = [event for event in decision.events if isinstance(event, FieldsRead)]
    used = any(isinstance(event, PlanRead | DocumentReceived | MailAttached) for event in decision.events)
    return bool(read) and not used and not any(event.answers for event in read)


def _reason(decision: Decision) -> str:
    last = decision.events[-1]
    return last.reason if isinstance(last, Answered | Ignored) else ""


def _listed(mail: Incoming, decision: Decision) -> Decision:
    """Where clerks get to read the mail anyway, they are told of everything that came with it."""
    files = attached.files(mail.message)[:MOST_TOLD]
    if not files:
        return decision
    letters = (_with(letter, files) if letter.template == "passed_on" else letter for letter in decision.letters)
    return dataclasses.replace(decision, letters=tuple(letters))


def _with(letter: Letter, files: tuple[File, ...]) -> Letter:
    return dataclasses.replace(letter, data={**letter.data, "files": files})


def _in_case(mail: Incoming, decision: Decision, files: tuple[File, ...]) -> Decision | None:
    """What is not read joins its case: its sender is told, and every clerk; None if the mail belongs to none."""
    story = continued(mail, decision)
    role = role_of(mail, decision)
    if story is None or role not in WRITES:
        return None
    event = MailAttached(by=mail.address, sort=mail.facts.sort, why=WHY)
    story.add(event)
    WRITES[role](story, "not_read", files=files)
    if not any(letter.template == "passed_on" for letter in decision.letters):
        _to_clerks(story, mail)
    letters = (*decision.letters, *story.letters)
    return dataclasses.replace(decision, events=(*decision.events, event), letters=letters)


def _to_clerks(story: Story, mail: Incoming) -> None:
    files = attached.files(mail.message)[:MOST_TOLD]
    story.to_clerks("passed_on", why=WHY, by=mail.address, text=mail.new_text, files=files)


def _set_aside(mail: Incoming, decision: Decision, files: tuple[File, ...]) -> Decision:
    """A mail without a case of which nothing came is for clerks to look at. A form that it asked for goes out all the
    same."""
    if decision.case is not None or _reason(decision) not in NOTHING_CAME:
        return decision
    letters = tuple(_in_all(letter, mail) for letter in to_stranger(mail, "not_read", files=files))
    names = ", ".join(file.name or "a file without a name" for file in files[:3])
    reason = f"it brings what is not read ({names})" + ("; its sender was told" if letters else "")
    blank = tuple(letter for letter in decision.letters if letter.data.get("wanted"))
    events: tuple[Event, ...] = (*decision.events[:-1], Quarantined(reason=reason))
    return Decision(None, events, (*blank, *letters))


def _in_all(letter: Letter, mail: Incoming) -> Letter:
    """In all the desk's languages where the mail has no words to tell which its sender reads."""
    wordless = not mail.new_text.strip()
    return dataclasses.replace(letter, languages=mail.rules.desk.languages) if wordless else letter
