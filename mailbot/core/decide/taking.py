"""What a mail says about fields becomes part of its case: values, faults, remarks. It moves no case and writes to
nobody."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from mailbot.core import attached, secrets
from mailbot.core.case import Case
from mailbot.core.conditions import holds
from mailbot.core.decide.closed import closed_fault
from mailbot.core.decide.disguised import disguised
from mailbot.core.decide.incoming import Story
from mailbot.core.decide.registered import unknown
from mailbot.core.decide.remarks import filled_by_others, misspelt_labels, remarks
from mailbot.core.events import Fault, FieldsRead, Plan, PlanRead, Value
from mailbot.core.fields import Understood, understand
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read as value_of
from mailbot.core.fields.wrong import Wrong
from mailbot.core.garbled import BAD
from mailbot.core.message import Message
from mailbot.core.readings import Unread
from mailbot.core.rules import Form
from mailbot.core.token import without_macs

Answers = Mapping[str, tuple[str, ...]]
UNPROVEN = "email_not_from"
"""The fault of an applicant's address that nobody wrote from: no exception makes it theirs."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one mail says about a form, in its text and its attachments: `answers` as written, `unread` lines nobody
    knows, `plan` the usage plan that came, with the digest of its file, `misspelt` the labels that counted for all
    their mistakes, by key as they were written."""

    answers: Answers
    unread: tuple[Unread, ...] = ()
    plan: tuple[str, Plan] | None = None
    misspelt: Mapping[str, str] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether no field and no plan came."""
        return not self.answers and self.plan is None


def said_by(message: Message, form: Form, *, answers_ours: bool) -> Said:
    """What a mail says about a form. Where text and a plan or key that is attached both answer, the text counts if it
    can be read: “see attached” is no answer; a plan is what is attached."""
    reading = attached.reading_of(message, form, answers_ours=answers_ours)
    sure, brought = attached.certain_of(message, form, answers_ours=answers_ours), attached.answers(message, form)
    asked = {key: texts for key, texts in reading.answers.items() if not _from_a_plan(form, key)}
    kept = {
        key: texts
        for key, texts in asked.items()
        if key not in brought or (key in sure and _readable(form, key, texts))
    }
    misspelt = {key: label for key, label in reading.misspelt if key in kept}
    said = Said({**brought, **kept}, reading.unread, attached.plan_of(message), misspelt)
    return certain(message, said, {*brought, *sure})


def certain(message: Message, said: Said, sure: Collection[str] = ()) -> Said:
    """What was said, if the text's characters are certain; else what is certain all the same (`sure`, by key), and of
    the others nothing is repeated or counts but that there was an answer."""
    if not message.unsure:
        return said
    answers = {key: texts if key in sure else (BAD,) for key, texts in said.answers.items()}
    misspelt = {key: label for key, label in said.misspelt.items() if key in sure}
    return Said(answers, (), said.plan, misspelt)


def _from_a_plan(form: Form, key: str) -> bool:
    """Whether only a plan that is attached says it, whatever a person writes there."""
    return form.fields[key].type == "plan" or form.fields[key].from_plan is not None


def _readable(form: Form, key: str, texts: tuple[str, ...]) -> bool:
    rule = form.fields[key]
    read_values = [value_of(text, rule, Asking((), "")) for text in texts]
    return any(not isinstance(value, Wrong) and value != "" for value in read_values)


def take(
    story: Story,
    said: Said,
    by: str,
    *,
    others: tuple[str, ...] = (),
    again: Collection[str] = (),
    ours: bool = False,
) -> Mapping[str, Value]:
    """What was said counts from now on, from whomever (`by`, an address; `ours`: a clerk), also where what they want is
    closed. `others` are open applications of the same sender; `again` the fields whose doubtful value this confirms."""
    if said.plan:
        story.add(PlanRead(digest=said.plan[0], plan=said.plan[1]))
    case, form, own = story.known, story.form, story.known.applicant if ours else by
    answers: Answers = {**_of_the_plan_before(form, case, said), **said.answers}
    changed: Answers = {key: texts for key, texts in answers.items() if case.answers.get(key) != texts}
    counted = tuple(dict.fromkeys((*(key for key in case.confirmed if key not in changed), *again)))
    understood = _understood(story, changed, counted)
    faults, values = _judged(story, understood, changed)
    told: Answers = {**_settled(form, case, values), **answers}
    kept = _as_kept({**case.answers, **told})
    stands = tuple(key for key in counted if key in values)
    fresh = any(key not in case.confirmed for key in stands) or said.plan is not None or bool(_lost(case, form))
    story.add(
        FieldsRead(
            by=by,
            answers={key: kept[key] for key in told if key in changed or key in case.asked},
            values={key: masked(value) if isinstance(value, str) else value for key, value in values.items()},
            faults=faults,
            unread=tuple(masked(f"{part.label}: {part.text}") for part in said.unread),
            news=bool(changed) or fresh or _conflicts(case.faults) != _conflicts(faults),
            remarks=(
                *filled_by_others(form, case, said.answers, own),
                *misspelt_labels(case, said.answers, said.misspelt),
                *remarks(form, story.rules, case, values, others, stands),
                *disguised(form, case, kept, values),
            ),
            confirmed=stands,
        )
    )
    return understood.values


def _settled(form: Form, case: Case, values: Mapping[str, Value]) -> Answers:
    """What clerks asked for and what this mail makes needless, or the rules have no more: asked no more, it stands as
    it was answered."""
    rules = ((key, form.fields[key].when) for key in case.asked if key in form.fields)
    needless = (key for key, when in rules if holds(when, case.values) and not holds(when, values))
    return {key: case.answers.get(key, ()) for key in (*needless, *_lost(case, form).intersection(case.asked))}


def _lost(case: Case, form: Form) -> frozenset[str]:
    """The fields that something is wrong with or that clerks asked for, and the rules have no more."""
    return frozenset((*case.asked, *(fault.field for fault in case.faults))).difference(form.fields)


def mend(story: Story) -> bool:
    """Nothing is wrong with a field that the rules have no more, and nobody is asked for it: whether that was so, and
    the case is understood anew."""
    known = story.known.form in story.rules.forms and bool(_lost(story.known, story.form))
    if known:
        take(story, Said({}), story.rules.desk.address)
    return known


def _of_the_plan_before(form: Form, case: Case, said: Said) -> Answers:
    """What only an earlier plan said is said no more once another has come."""
    read_of = (key for key, rule in form.fields.items() if rule.from_plan and case.answers.get(key))
    return dict.fromkeys(read_of, ()) if said.plan else {}


def again(story: Story, by: str) -> None:
    """The case is understood anew though nobody said anything more: a clerk (`by`) made an exception."""
    take(story, Said({}), by)


def repeated(case: Case, answers: Answers) -> frozenset[str]:
    """The fields that were doubtful as they stood and are given once more as they stand: whoever was asked means it."""
    unclear = {fault.field for fault in case.faults if fault.kind == "unclear"}
    return frozenset(key for key in unclear & answers.keys() if _spelled(answers[key]) == _spelled(case.answers[key]))


@lru_cache(maxsize=64)  # an answer and its value are mostly the same text
def masked(text: str) -> str:
    """What may be journaled of an answer or value: never a private key or a token."""
    return without_macs(secrets.masked(text)[0])


def _as_kept(answers: Answers) -> dict[str, tuple[str, ...]]:
    return {key: tuple(map(masked, texts)) for key, texts in answers.items()}


def _spelled(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple("".join(text.casefold().split()) for text in texts)


def _understood(story: Story, changed: Answers, confirmed: tuple[str, ...]) -> Understood:
    case = story.known
    allowed = tuple(key for key in case.allowed if key not in changed)
    answers, language = {**case.answers, **changed}, case.languages["applicant"]
    return understand(story.form, story.rules.desk, answers, language, allowed=allowed, confirmed=confirmed)


def _judged(story: Story, understood: Understood, changed: Answers) -> tuple[tuple[Fault, ...], dict[str, Value]]:
    """Faults and values after everything beyond the form's own rules was asked: the sender, the registers, the plan,
    what is closed. Where a clerk made an exception, nothing of it is a fault, but that nobody wrote from an address."""
    case, form, values = story.known, story.form, understood.values
    language = case.languages["applicant"]
    allowed = {key for key in case.allowed if key not in changed}
    found = (
        *unknown(form, story.rules, language, values, case.rows),
        *_plan_faults(form, case.plan),
        *closed_fault(form, case, values, story.rules.desk),
    )
    faulty = {fault.field for fault in understood.faults}
    more = tuple(fault for fault in found if fault.field not in allowed | faulty)
    wrong = {fault.field for fault in more}
    conflict = tuple(fault for fault in _email_conflict(case, form, values) if fault.field not in wrong)
    kept = {key: value for key, value in values.items() if key not in wrong}
    return (*understood.faults, *conflict, *more), kept


def _plan_faults(form: Form, plan: Plan | None) -> tuple[Fault, ...]:
    """What is wrong in the plan that came last, in the field that asks for it: as many faults as there are."""
    key = plan_field(form)
    return attached.faults(key, plan) if plan is not None and key else ()


def plan_field(form: Form) -> str:
    """The field that asks for a usage plan; empty if the form asks for none."""
    return next((name for name, rule in form.fields.items() if rule.type == "plan"), "")


def _email_conflict(case: Case, form: Form, values: Mapping[str, Value]) -> tuple[Fault, ...]:
    key, wanted = form.people["applicant"].email, {"sender": case.applicant}
    email = values.get(key, "")
    if not isinstance(email, str) or not email or email.lower() == case.applicant.lower():
        return ()
    return (Fault(field=key, kind="conflict", code=UNPROVEN, found=email, wanted=wanted),)


def _conflicts(faults: Iterable[Fault]) -> bool:
    return any(fault.code == UNPROVEN for fault in faults)
