"""Applications and answers: what was read becomes part of the case, and the case moves on. It parses nothing."""

from mailbot.core.case import Case, LetterInfo
from mailbot.core.conditions import fields_named
from mailbot.core.decide import changing, documents, waiting
from mailbot.core.decide.closed import closed, out_of_season, suspended
from mailbot.core.decide.incoming import Incoming, Story, begin, without_case
from mailbot.core.decide.moves import advance
from mailbot.core.decide.passing import promise
from mailbot.core.decide.taking import UNPROVEN, Answers, Said, certain, masked, plan_field, repeated, said_by, take
from mailbot.core.events import (
    AddressRegistered,
    CaseOpened,
    ChangeProposed,
    Ignored,
    MailAttached,
    MailJoined,
    Quarantined,
)
from mailbot.core.forms import FORM_GONE
from mailbot.core.outcome import Decision
from mailbot.core.reading import language_of
from mailbot.core.rules import Form
from mailbot.core.token import without_macs


def apply(mail: Incoming) -> Decision:
    """A new application: a case is opened, its fields are read, the first letters go out. What is closed opens none."""
    if mail.facts.sender is None or mail.facts.number is None or mail.form is None:
        return without_case(mail, Quarantined(reason="an application without exactly one From address"))
    form = mail.rules.forms[mail.form]
    return open_case(mail, form, said_by(mail.message, form, answers_ours=False))


def open_case(mail: Incoming, form: Form, said: Said) -> Decision:
    """A case of that form with what the mail said, for whoever sent it (facts have sender and number); or the notice
    that applications like it are not accepted now."""
    desk, sender = mail.rules.desk, mail.facts.sender
    language = language_of(mail.new_text or mail.message.text, desk.languages, desk.languages[0])
    story = Story(None, mail.facts.number or "", mail.rules, mail.now, mail.new_text)
    opened = CaseOpened(
        form=form.name,
        language=language,
        applicant=mail.address,
        name=sender.name if sender else "",
        late=out_of_season(form, mail.now, desk),
    )
    story.add(mail.facts, opened)
    if mail.message.message_id:
        story.add(MailJoined(who="applicant", message=mail.message.message_id, subject=mail.message.subject))
    wanted = take(story, said, mail.address, others=mail.facts.others)
    rule = closed(form, wanted, mail.now, desk)
    if rule is not None:
        return suspended(mail, form, rule, story.known)
    advance(story)
    _show_readings(story, mail)
    return story.decision()


def _show_readings(story: Story, mail: Incoming) -> None:
    """Clerks see what nobody can be certain of, in every way that it may be meant."""
    if mail.message.unsure:
        story.to_clerks("passed_on", why="unreadable", by=mail.address, text=_readings(mail))


def _readings(mail: Incoming) -> str:
    """How the first lines of a doubtful text read in each charset that fits; empty for any other."""
    return without_macs("\n\n".join(f"{name}:\n{text}" for name, text in mail.message.unsure))


def answer(mail: Incoming) -> Decision:
    """An answer to a letter of an open case, whoever sent it: what it says counts as far as the sender may say it."""
    case, letter = mail.case, mail.letter
    if case is None or letter is None:
        return without_case(mail, Ignored(reason="letter_not_verified"))
    if case.open and case.form not in mail.rules.forms:
        return pass_on(mail, case, letter, FORM_GONE)
    if not case.open:
        return apply(mail) if mail.form and mail.facts.number else pass_on(mail, case, letter, "case_closed")
    if letter.role == "applicant":
        return _of_applicant(mail, case, letter)
    return _of_responsible(mail, case, letter) if letter.role == "responsible" else pass_on(mail, case, letter, "other")


def _of_responsible(mail: Incoming, case: Case, letter: LetterInfo) -> Decision:
    """Without a keyword only a signed document counts; everything else is for a clerk to read."""
    story = begin(mail, case, "responsible")
    brought = documents.count(story, mail)
    if brought.documents:
        documents.received(story, mail, brought.documents)
    elif not brought.told:
        return pass_on(mail, case, letter, "no_document" if case.step_kind == "document" else "no_keyword")
    return story.decision()


def _of_applicant(mail: Incoming, case: Case, letter: LetterInfo) -> Decision:
    said = _said(mail, case)
    story = begin(mail, case, "applicant")
    _register_address(story, mail)
    if mail.proven or story.known.applicant.lower() == mail.address.lower():
        return _answered(story, mail, said, case, letter)
    return _proposed(story, mail, said)


def _said(mail: Incoming, case: Case) -> Said:
    """What an answer says about the form; where that is nothing, its words are what was asked for if the form takes
    words."""
    form = mail.rules.form_of(case.form)
    said, words = said_by(mail.message, form, answers_ours=True), mail.new_text.strip()
    open_ = {*case.asked, *(fault.field for fault in case.faults)}
    if said.nothing and form.takes in open_ and words and case.step_kind == "fields":
        return certain(mail.message, Said({form.takes or "": (words,)}))
    return said


def _register_address(story: Story, mail: Incoming) -> None:
    """A mail from the address that the application named before it, with the token of a letter of this case, proves
    both: it becomes the registered address, and the old one is told."""
    case, key = story.known, story.form.people["applicant"].email
    conflict = any(fault.code == UNPROVEN for fault in case.faults)
    named = {text.strip().strip("<>").lower() for text in case.answers.get(key, ())}
    if conflict and mail.address.lower() in named:
        story.to_applicant("address_changed", by=mail.address)
        story.add(AddressRegistered(address=mail.address))


def _answered(story: Story, mail: Incoming, said: Said, before: Case, letter: LetterInfo) -> Decision:
    registered = story.known.applicant != before.applicant
    if waiting.heard(story, mail, said):
        return story.decision()
    if not said.nothing and before.decided_by:
        return pass_on(mail, before, letter, "decided")
    said, more = _asked_for(said, before, story.form)
    if more and said.nothing:
        return pass_on(mail, before, letter, "unasked")
    brought = documents.count(story, mail)
    if said.nothing and not registered:
        if brought.documents:
            documents.received(story, mail, brought.documents)
        if brought != documents.NOTHING:
            return story.decision()
        if before.completed is not None or before.stuck:
            more = bool(before.step) and story.step.reply
            return pass_on(mail, before, letter, "more" if more else "no_fields")
    if brought.documents:
        story.to_applicant("document_received", documents=brought.documents)
    again = repeated(before, said.answers) if letter.template in story.form.openings("fields") | ASKING else ()
    take(story, said, mail.address, others=mail.facts.others, again=again)
    changing.move_on(story, before)
    _show_clerks(story, mail, before, more=more)
    _show_readings(story, mail)
    return story.decision()


def _show_clerks(story: Story, mail: Incoming, before: Case, *, more: bool) -> None:
    """Clerks read what brought nothing new, and what would change more than was asked for."""
    if (
        story.known.rounds > before.rounds
        and not mail.message.unsure
        and not story.known.stuck
        and mail.new_text.strip()
    ):
        story.to_clerks("passed_on", why="no_fields", by=mail.address, text=mail.new_text)
    if more:
        story.add(MailAttached(by=mail.address, sort=mail.facts.sort, why="unasked"))
        story.to_clerks("passed_on", why="unasked", by=mail.address, text=mail.new_text)


def _asked_for(said: Said, case: Case, form: Form) -> tuple[Said, bool]:
    """What of an answer is taken, and whether it would change more: after a decision only what a clerk asks for again,
    what is wrong in that, and empty fields that have to be filled in because of it; all of it else."""
    if not case.undone or case.step_kind != "fields":
        return said, False
    open_ = {*case.asked, *(fault.field for fault in case.faults)}
    plan = plan_field(form) in open_
    keys = {key for key, rule in form.fields.items() if key in open_ or (plan and rule.from_plan)}
    keys |= {key for key in form.fields if not case.answers.get(key) and keys & {*fields_named(form.fields[key].when)}}
    kept = {key: texts for key, texts in said.answers.items() if key in keys}
    more = any(case.answers.get(key) != texts for key, texts in said.answers.items() if key not in keys)
    return Said(kept, said.unread, said.plan if plan else None, said.misspelt), more


ASKING = frozenset({"asked", "reminder", "handed"})
"""Letters, beside the one that begins with the fields, that say what is doubtful: a value that comes again in answer to
one is meant."""


def _proposed(story: Story, mail: Incoming, said: Said) -> Decision:
    """The token is right but the sender is not: what is still empty may be filled, the rest is asked back."""
    before, filled = story.known, story.known.answers
    brought = documents.count(story, mail)
    decided = bool(before.decided_by or before.undone)
    new: Answers = {key: texts for key, texts in said.answers.items() if key not in filled and not decided}
    other = {key: texts for key, texts in said.answers.items() if key in filled and filled[key] != texts}
    if other:
        answers = {key: tuple(map(masked, texts)) for key, texts in other.items()}
        story.add(ChangeProposed(by=mail.address, answers=answers))
        story.to_applicant("proposed", by=mail.address, keys=tuple(other))
    if new:
        take(story, Said(new, plan=None if other else said.plan, misspelt=said.misspelt), mail.address)
        changing.move_on(story, before)
        _show_readings(story, mail)
    elif not other and not brought.told:
        story.add(MailAttached(by=mail.address, sort=mail.facts.sort, why="not_proven"))
        story.to_clerks("passed_on", why="not_proven", by=mail.address, text=mail.new_text)
    return story.decision()


def pass_on(mail: Incoming, case: Case, letter: LetterInfo, why: str) -> Decision:
    """A human wrote something the desk cannot use: it joins its case and every clerk gets to read it."""
    story = begin(mail, case, letter.role)
    story.add(MailAttached(by=mail.address, sort=mail.facts.sort, why=why))
    if why == "no_keyword" and mail.proven and case.step_kind == "consent":
        story.to_responsible("not_counted", why="no_keyword", by=mail.address)
    elif mail.proven:
        promise(story, letter.role)
    story.to_clerks("passed_on", why=why, by=mail.address, text=_readings(mail) or mail.new_text)
    return story.decision()
