"""Applications and answers: what was read becomes part of the case, and the case moves on. It parses nothing."""

from collections.abc import Mapping

from mailbot.core.case import Case, LetterInfo
from mailbot.core.decide.incoming import Incoming, Story, begin, without_case
from mailbot.core.decide.moves import CHANGED, advance, enter
from mailbot.core.events import (
    AddressRegistered,
    CaseOpened,
    ChangeProposed,
    ConsentVoided,
    Fault,
    FieldsRead,
    Ignored,
    MailAttached,
    MailJoined,
    Quarantined,
)
from mailbot.core.fields import secret, understand
from mailbot.core.outcome import Decision
from mailbot.core.reading import Reading, language_of, read
from mailbot.core.rules import Form, Step
from mailbot.core.steps import current
from mailbot.core.token import without_macs

Answers = Mapping[str, tuple[str, ...]]


def apply(mail: Incoming) -> Decision:
    """A new application: a case is opened, its fields are read, the first letters go out."""
    if mail.facts.sender is None or mail.facts.number is None or mail.form is None:
        return without_case(mail, Quarantined(reason="an application without exactly one From address"))
    form, desk = mail.rules.forms[mail.form], mail.rules.desk
    language = language_of(mail.new_text or mail.message.text, desk.languages, desk.languages[0])
    story = Story(None, mail.facts.number, mail.rules, mail.now)
    opened = CaseOpened(form=form.name, language=language, applicant=mail.address, name=mail.facts.sender.name)
    story.add(mail.facts, opened)
    if mail.message.message_id:
        story.add(MailJoined(who="applicant", message=mail.message.message_id, subject=mail.message.subject))
    _take(story, read(mail.message.text, form, answers_ours=False), mail.address)
    advance(story)
    return story.decision()


def answer(mail: Incoming) -> Decision:
    """An answer to a letter of an open case, whoever sent it: what it says about fields counts as far as the sender
    may say it."""
    case, letter = mail.case, mail.letter
    if case is None or letter is None:
        return without_case(mail, Ignored(reason="letter_not_verified"))
    if not case.open:
        return apply(mail) if mail.form and mail.facts.number else _pass_on(mail, case, letter, "case_closed")
    if letter.role != "applicant":
        return _pass_on(mail, case, letter, "no_keyword")
    reading = read(mail.message.text, mail.rules.forms[case.form], answers_ours=True)
    story = begin(mail, case, "applicant")
    _register_address(story, mail)
    if mail.proven or story.known.applicant.lower() == mail.address.lower():
        return _answered(story, mail, reading, case, letter)
    return _proposed(story, mail, reading)


def _register_address(story: Story, mail: Incoming) -> None:
    """A mail from the address that the application named before it, with the token of a letter of this case, proves
    both: it becomes the registered address, and the old one is told."""
    case, key = story.known, story.form.people["applicant"].email
    conflict = any(fault.code == "email_not_from" for fault in case.faults)
    named = {text.strip().strip("<>").lower() for text in case.answers.get(key, ())}
    if conflict and mail.address.lower() in named:
        story.to_applicant("address_changed", by=mail.address)
        story.add(AddressRegistered(address=mail.address))


def _answered(story: Story, mail: Incoming, reading: Reading, before: Case, letter: LetterInfo) -> Decision:
    registered = story.known.applicant != before.applicant
    if not reading.answers and not registered and (before.completed is not None or before.stuck):
        return _pass_on(mail, before, letter, "no_fields")
    _take(story, reading, mail.address)
    _move_on(story, before)
    return story.decision()


def _proposed(story: Story, mail: Incoming, reading: Reading) -> Decision:
    """The token is right but the sender is not: what is still empty may be filled, the rest is asked back."""
    before, filled = story.known, story.known.answers
    new = {key: texts for key, texts in reading.answers.items() if key not in filled}
    other = {key: texts for key, texts in reading.answers.items() if key in filled and filled[key] != texts}
    if other:
        answers = {key: tuple(map(_masked, texts)) for key, texts in other.items()}
        story.add(ChangeProposed(by=mail.address, answers=answers))
        story.to_applicant("proposed", by=mail.address, keys=tuple(other))
    if new:
        _take(story, Reading(answers=new, unread=()), mail.address)
        _move_on(story, before)
    elif not other:
        story.add(MailAttached(by=mail.address, sort=mail.facts.sort, why="not_proven"))
        story.to_clerks("passed_on", why="not_proven", by=mail.address, text=mail.new_text)
    return story.decision()


def _move_on(story: Story, before: Case) -> None:
    """Whatever was read, and from whomever: a consent to what changed is void, the case goes to the step it is in now,
    and the applicant's registered address and whoever decides see what stands there."""
    bound = _bound(story.form) if before.completed else ()
    changed = tuple(key for key in bound if story.known.values.get(key) != before.values.get(key))
    if changed:
        story.add(ConsentVoided(fields=changed))
    step = current(story.known, story.form)
    if step is None or (step.id != before.step and not changed):
        advance(story)
    elif changed or step.kind == "fields":
        enter(story, step)
    elif story.known.values != before.values:
        story.to_applicant("received", again=True)
        CHANGED.get(step.kind, _nobody)(story, step)


def _nobody(story: Story, step: Step) -> None:
    """Whoever waits sees the change in the letters to come."""


def _take(story: Story, reading: Reading, by: str) -> None:
    case, form = story.known, story.form
    changes: Answers = {key: texts for key, texts in reading.answers.items() if case.answers.get(key) != texts}
    understood = understand(form, story.rules.desk, {**case.answers, **changes}, case.languages["applicant"])
    conflict = _email_conflict(story, form, understood.values.get(form.people["applicant"].email, ""))
    news = bool(changes) or any(fault.code == "email_not_from" for fault in case.faults) != bool(conflict)
    story.add(
        FieldsRead(
            by=by,
            answers={key: tuple(map(_masked, texts)) for key, texts in changes.items()},
            values={
                key: _masked(value) if isinstance(value, str) else value for key, value in understood.values.items()
            },
            faults=understood.faults + conflict,
            unread=tuple(_masked(f"{part.label}: {part.text}") for part in reading.unread),
            news=news,
        )
    )


def _masked(text: str) -> str:
    """What may be journaled of an answer or value: never a private key or a token."""
    return "[a private key, removed]" if secret(text) else without_macs(text)


def _email_conflict(story: Story, form: Form, email: object) -> tuple[Fault, ...]:
    if not isinstance(email, str) or not email or email.lower() == story.known.applicant.lower():
        return ()
    key, wanted = form.people["applicant"].email, {"sender": story.known.applicant}
    return (Fault(field=key, kind="conflict", code="email_not_from", found=email, wanted=wanted),)


def _bound(form: Form) -> tuple[str, ...]:
    """The fields an AGREE binds to: what the consent letter shows, and who the responsible person is."""
    person = form.people.get("responsible")
    about = (person.email, *person.name) if person else ()
    shown = next((step.shows for step in form.steps if step.kind == "consent"), ())
    return tuple(dict.fromkeys((*shown, *about)))


def _pass_on(mail: Incoming, case: Case, letter: LetterInfo, why: str) -> Decision:
    """A human wrote something the desk cannot use: it joins its case and every clerk gets to read it."""
    story = begin(mail, case, letter.role)
    story.add(MailAttached(by=mail.address, sort=mail.facts.sort, why=why))
    if why == "no_keyword" and mail.proven and case.step_kind == "consent":
        story.to_responsible("not_counted", why="no_keyword", by=mail.address)
    story.to_clerks("passed_on", why=why, by=mail.address, text=mail.new_text)
    return story.decision()
