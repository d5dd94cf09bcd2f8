"""Mails that are no application and no decision: questions, what is too large, what nobody can read.
It reads no form."""

import re
from collections.abc import Mapping

from mailbot.core.away import absent
from mailbot.core.decide.application import open_case
from mailbot.core.decide.desk import language_for, operators
from mailbot.core.decide.incoming import Incoming, begin, to_stranger, without_case
from mailbot.core.decide.taking import Said
from mailbot.core.events import Answered, Facts, HandedToClerk, Ignored, MailAttached, Quarantined
from mailbot.core.garbled import BAD, garbled
from mailbot.core.labels import label_key
from mailbot.core.message import Unreadable
from mailbot.core.outcome import Decision, Letter
from mailbot.core.rules import Form
from mailbot.core.sorting import AUTOMATIC

TAKING_PART = ("applicant", "responsible")

PREFIX = re.compile(r"^(?:\s*(?:\[[^\]]*\]|(?:re|fwd?|aw|sv|返信|転送)\s*[:：]))*\s*", re.IGNORECASE)
MOST_LINES = 20


def enquiry(mail: Incoming) -> Decision:
    """A person wrote something that is no application. Whoever proves to answer what the desk tells auditors or
    operators is no applicant: the operators get an auditor's words, and nobody those of an operator."""
    if mail.proven and mail.facts.sender and mail.facts.sender.role in ("auditor", "operator"):
        return _of_the_house(mail, mail.facts.sender.role)
    return _general(mail)


def _of_the_house(mail: Incoming, role: str) -> Decision:
    if role == "operator":
        return without_case(mail, Ignored(reason="answer_to_alarm"))
    desk, data = mail.rules.desk, {"by": mail.address, "text": mail.new_text}
    asked = operators(desk, absent(mail.facts.away, desk, mail.now))
    letters = (Letter("from_auditor", address, "operator", language_for(desk, address), data) for address in asked)
    return without_case(mail, HandedToClerk(why="auditor"), *letters)


def _general(mail: Incoming) -> Decision:
    """What anybody gets: the blank of the form that it names, or the forms there are.
    Whoever answers a general letter with the name of a form gets its blank, however many letters they had today; other
    words open a case of the form that takes them (the subject is that of our letter then, and says nothing)."""
    if mail.facts.sender is None:
        return without_case(mail, Quarantined(reason="a mail without exactly one From address"))
    forms = mail.rules.forms
    ours = bool(mail.facts.number and mail.new_text.strip())
    named = asked_for("" if ours else mail.message.subject, mail.new_text, forms)
    taking = next((form for form in forms.values() if form.takes), None)
    if named is None and taking and mail.facts.number and mail.new_text.strip():
        return open_case(mail, taking, _in_own_words(mail, taking))
    wanted = forms.get(named or "") or (next(iter(forms.values())) if len(forms) == 1 else None)
    data = {"subject": mail.message.subject, "wanted": wanted, "garbled": _garbled(mail)}
    letters = to_stranger(mail, "forms", owed=mail.proven and named is not None, **data)
    return without_case(mail, Answered(reason="forms") if letters else Ignored(reason="answered_today"), *letters)


def _garbled(mail: Incoming) -> bool:
    return bool(mail.message.unsure) or garbled(mail.new_text)


def _in_own_words(mail: Incoming, form: Form) -> Said:
    """What the mail says, as the answer to the field that takes it, with the sender's own address and name; words whose
    characters are not certain are an answer that cannot be read."""
    person, sender = form.people["applicant"], mail.facts.sender
    answers = {form.takes or "": (BAD if mail.message.unsure else mail.new_text.strip(),)}
    if person.email:
        answers[person.email] = (mail.address,)
    if len(person.name) == 1 and sender and sender.name:
        answers[person.name[0]] = (sender.name,)
    return Said({key: answers[key] for key in form.fields if key in answers})


def asked_for(subject: str, new_text: str, forms: Mapping[str, Form]) -> str | None:
    """The form whose title or other name the subject or a line of the text is, and nothing else; None if there is none
    or more than one. Prefixes such as `Re:` and the desk's tag do not count."""
    lines = [PREFIX.sub("", subject), *new_text.split("\n")[:MOST_LINES]]
    said = {label_key(line) for line in lines if line.strip()}
    names = {name for name, form in forms.items() if said & {label_key(text) for text in _names(form)}}
    return names.pop() if len(names) == 1 else None


def _names(form: Form) -> tuple[str, ...]:
    return (*form.title.values(), *(text for texts in form.aliases.values() for text in texts))


def status(mail: Incoming) -> Decision:
    """How the case stands, for the applicant and the responsible person, if they prove to be it; anybody else gets
    general information."""
    if mail.case is None or mail.letter is None or not mail.proven or mail.letter.role not in TAKING_PART:
        return enquiry(mail)
    role = mail.letter.role
    story = begin(mail, mail.case, role)
    story.add(MailAttached(by=mail.address, sort="status", why="status"))
    writes = {"applicant": story.to_applicant, "responsible": story.to_responsible}
    writes[role]("status")
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
