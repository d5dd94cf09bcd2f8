"""Mails that are no application and no decision: questions, what is too large, what nobody can read.
It opens no case."""

from mailbot.core.decide.incoming import Incoming, begin, to_stranger, without_case
from mailbot.core.events import Answered, Facts, Ignored, MailAttached, Quarantined
from mailbot.core.message import Unreadable
from mailbot.core.outcome import Decision
from mailbot.core.sorting import AUTOMATIC


def enquiry(mail: Incoming) -> Decision:
    """A person wrote something that is no application: the forms there are and the blank, once a day."""
    if mail.facts.sender is None:
        return without_case(mail, Quarantined(reason="a mail without exactly one From address"))
    letters = to_stranger(mail, "forms", subject=mail.message.subject)
    return without_case(mail, Answered(reason="forms") if letters else Ignored(reason="answered_today"), *letters)


def status(mail: Incoming) -> Decision:
    """How the case stands, for whoever proved to take part in it; anybody else gets general information."""
    if mail.case is None or mail.letter is None or not mail.proven:
        return enquiry(mail)
    role = mail.letter.role
    story = begin(mail, mail.case, role)
    story.add(MailAttached(by=mail.address, sort="status", why="status"))
    writes = {"applicant": story.to_applicant, "responsible": story.to_responsible}
    writes.get(role, story.to_applicant)("status")
    return story.decision()


def too_large(mail: Incoming) -> Decision:
    """A mail over the size limit, of which only the headers were read: its sender is told politely, a robot is not."""
    ignored = Ignored(reason="too_large")
    if mail.facts.sort in AUTOMATIC:
        return without_case(mail, ignored)
    limit, size = mail.rules.desk.limits.mail_megabytes, -(-mail.message.size // 1_000_000)
    return without_case(mail, ignored, *to_stranger(mail, "too_large", megabytes=limit, size_megabytes=size))


def unreadable(mail: Unreadable, facts: Facts) -> Decision:
    """What the reader could not read is kept, filed apart, and nobody is answered."""
    return Decision(case=None, events=(facts, Quarantined(reason=mail.reason)))


def same(mail: Incoming) -> Decision:
    """The same mail once more, by another path: whatever there was to do was done with the first."""
    return without_case(mail, Ignored(reason="same_mail"))
