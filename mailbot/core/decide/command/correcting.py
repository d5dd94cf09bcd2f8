"""A clerk corrects a field. It decides nothing and parses no line."""

from mailbot.core.case import Case, Deed
from mailbot.core.commands import Command, Mistake
from mailbot.core.commands.arguments import assignment, field, near
from mailbot.core.decide import changing, taking
from mailbot.core.decide.command.values import Work
from mailbot.core.decide.incoming import Story
from mailbot.core.events import AddressRegistered
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read as value_of
from mailbot.core.rules import Form
from mailbot.core.told import told

BESIDE = frozenset({"SET", "NOTE", "SHOW", "HELP"})
"""What may stand in one mail with SET: whatever else moves a case has to be ordered knowing what SET brought about."""
NOT_ALONE = frozenset({"ssh_public_key", "email"})
"""Types of fields that open an account to whoever they name: no clerk sets them alone."""


def set_(work: Work, command: Command) -> str | Mistake:
    """What the clerk writes is the field's value, if it would be the applicant's."""
    if command.line in work.waiting:
        return work.waiting[command.line]
    story, form = work.story, work.story.form
    name, given = assignment(command.text)
    key, value = field(name, form), given or command.below
    if not name or not value:
        return Mistake("not_understood", command.line, command.verb)
    if key is None:
        return Mistake("unknown_field", command.line, command.verb, near(name, form, work.clerk.language))
    if not work.verbs <= BESIDE:
        return Mistake("set_apart", command.line)
    if form.fields[key].type == "plan" or form.fields[key].from_plan is not None:
        return Mistake("set_by_plan", command.line)
    before, work.answers[key] = story.known, (value,)
    put(story, key, (value,), work.clerk.address)
    return objection(work, command, key, before) or words(work, before, work.clerk.language)


def put(story: Story, key: str, texts: tuple[str, ...], by: str) -> None:
    """The field says this from now on; letters to the applicant go to what stands for their own address."""
    person, rule = story.form.people["applicant"], story.form.fields[key]
    given = [value for text in texts if isinstance(value := value_of(text, rule, Asking((), "")), str) and value]
    if key == person.email and given and given[0].lower() != story.known.applicant.lower():
        story.add(AddressRegistered(address=given[0]))
    taking.take(story, taking.Said({key: texts}), by, ours=True)


def objection(work: Work, command: Command, key: str, before: Case) -> Mistake | None:
    """Why the value is not taken: it is wrong, or it stood there."""
    now = work.story.known
    fault = next((fault for fault in now.faults if fault.field == key), None)
    if fault is not None:
        places = {"found": fault.found, **fault.wanted}
        said = work.story.rules.say(work.clerk.language, "faults", fault.code, **places)
        return Mistake("wrong_value", command.line, said=said)
    same = (now.values, now.applicant) == (before.values, before.applicant)
    return Mistake("same_value", command.line) if same else None


def guarded(work: Work, before: Case) -> bool:
    """Whether something has changed that no clerk changes alone."""
    now = work.story.known
    other = any(now.values.get(key) != before.values.get(key) for key in _guarded(work.story.form))
    return other or now.applicant != before.applicant


def _guarded(form: Form) -> frozenset[str]:
    """The fields that say who answers for an account, where its letters go, and who can log in."""
    person = form.people.get("responsible")
    names = (person.email, *person.name) if person else ()
    return frozenset((*names, *(key for key, rule in form.fields.items() if rule.type in NOT_ALONE)))


def _changed(work: Work, before: Case) -> tuple[Deed, ...]:
    """Every value that is another one than in `before`, also those that follow from others; of an address that letters
    go to what they went to."""
    case, email = work.story.known, work.story.form.people["applicant"].email or ""
    was, now = before.values, case.values
    if before.applicant != case.applicant:
        was = {**was, email: before.applicant}
    keys = (key for key in work.story.form.fields if was.get(key, "") != now.get(key, ""))
    pairs = ((key, was.get(key, ""), now.get(key, "")) for key in keys)
    at = before.changed
    return tuple(
        Deed(
            at=at,
            what="field" if old and new else "field_new" if new else "field_empty",
            about=(key,),
            was=old,
            now=new,
        )
        for key, old, new in pairs
    )


def lines(work: Work, before: Case, language: str) -> tuple[str, ...]:
    """What stood there and what stands there, a line for each value that changed."""
    deeds = _changed(work, before)
    return tuple(line for one in told(deeds, work.story.form, language, work.story.rules) for line in one.what)


def words(work: Work, before: Case, language: str) -> str:
    """The same in one line."""
    return "; ".join(lines(work, before, language))


def go_on(work: Work, before: Case) -> None:
    """The applicant is told what stood there and what stands there; the case goes where that takes it."""
    changes = {language: lines(work, before, language) for language in work.story.rules.words}
    _tell_old_addresses(work.story, before)
    work.story.to_applicant("corrected", changes=changes)
    changing.move_on(work.story, before, told=True)


def _tell_old_addresses(story: Story, before: Case) -> None:
    """Whoever was written to hears at the address they had that it is another one now."""
    was, now = Story(before, story.number, story.rules, story.now), story.known.applicant
    if was.known.applicant.lower() != now.lower():
        was.to_applicant("address_corrected", by=now)
    if was.responsible.lower() != story.responsible.lower() and was.responsible_was_asked:
        was.to_responsible("address_corrected", by=story.responsible)
    story.letters += was.letters
