"""Commands that record what clerks did or got: documents, tasks, what went by post. They parse no line."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal

from mailbot.core.commands import Command, Mistake, folded
from mailbot.core.commands.arguments import day, for_whom
from mailbot.core.conditions import holds
from mailbot.core.decide.command import asking
from mailbot.core.decide.command.values import Work, another_waits
from mailbot.core.events import DocumentReceived, PlanUser, StepPassed, TaskDone
from mailbot.core.rules import Step
from mailbot.core.steps import awaited, left, over, wanted

How = Literal["mail", "fax", "post"]
HOW: dict[str, How] = {
    **dict.fromkeys(("fax", "ファックス", "ファクス"), "fax"),
    **dict.fromkeys(("scan", "mail", "email", "e-mail", "スキャン", "メール"), "mail"),
    **dict.fromkeys(("post", "paper", "郵送", "郵便", "紙"), "post"),
}
IN_BRACKETS = re.compile(r"[(（]\s*([^()（）]*?)\s*[)）]")
ANY_TASK = frozenset({"task", "the task", "作業名", "作業"})
"""What letters show in the place of a name: who writes it names no task."""
FILLING = frozenset({"by", "on", "of", "the", "a", "で", "を"})
CERTIFICATE = re.compile(r"(?:the\s+)?(?:cert(?:ificate)?|アカウント登録証|登録証|証明書)[\s:：]+", re.IGNORECASE)
NUMBER = re.compile(r"(?=.*\d)[\w./#-]{1,40}(?: [\w./#-]{1,20}){0,5}")


def received(work: Work, command: Command) -> str | Mistake:
    """A signed document came: the one that is named, else the one that is waited for; it counts as if it had come with
    a mail."""
    words = [word for word in command.text.split() if folded(word) not in FILLING]
    how = next((HOW[folded(word)] for word in words if folded(word) in HOW), None)
    words = [word for word in words if folded(word) not in HOW]
    at = next((at for at in range(len(words)) if day(" ".join(words[at:]), work.today)), len(words))
    dated = day(" ".join(words[at:]), work.today) or ""
    named = " ".join(words[:at])
    if not named and how is None:
        return Mistake("not_understood", command.line, command.verb)
    document = _document(work, named)
    if document is None:
        return Mistake("no_such_document", command.line, command.verb, tuple(_titles(work)))
    story = work.story
    story.add(DocumentReceived(document=document, how=how or "post", by=work.clerk.address, dated=dated))
    _thank_signer(work, document)
    title = work.say(story.form.documents[document].title, document)
    return f"{title} ({dated})" if dated else title


def _thank_signer(work: Work, document: str) -> None:
    """Whoever sent a paper hears that it arrived; of documents that come by mail their sender hears."""
    story = work.story
    writes = {"applicant": story.to_applicant, "responsible": story.to_responsible}
    writes[story.form.documents[document].signer]("document_received", documents=(document,))


def _missing(work: Work) -> tuple[str, ...]:
    """The documents that are not there yet, those that are waited for first."""
    case, form = work.story.known, work.story.form
    here = wanted(case, form, work.story.step) if case.step else ()
    return tuple(dict.fromkeys((*here, *awaited(case, form))))


def _document(work: Work, named: str) -> str | None:
    """The first missing document that goes by this name; the first of all if none is named."""
    rules, said = work.story.form.documents, folded(named)
    names = (name for name in _missing(work) if not said or said in _names(name, rules[name].words, rules[name].title))
    return next(names, None)


def _names(name: str, words: Iterable[str], title: dict[str, str]) -> set[str]:
    return {folded(text) for text in (name, *words, *title.values())}


def _titles(work: Work) -> Iterator[str]:
    for name in _missing(work):
        rule = work.story.form.documents[name]
        yield next(iter(rule.words), "") or work.say(rule.title, name)


def posted(work: Work, command: Command) -> str | Mistake:
    """What a task sends went by post under a number; for one user of the plan where it is done for each."""
    said, whom = for_whom(command.text)
    number = unicodedata.normalize("NFKC", CERTIFICATE.sub("", said, count=1)).strip()
    if not NUMBER.fullmatch(number):
        return Mistake("number_wanted", command.line, command.verb)
    step = next((step for step in _tasks(work) if step.number), None)
    if step is None:
        return Mistake("no_posting", command.line, among=tuple(work.title(part) for part in _tasks(work)))
    return _do(work, command, step, number, whom)


def done(work: Work, command: Command) -> str | Mistake:
    """The task that is named is done, else the one that waits; a wait that clerks may end is over; what the applicant
    was asked for is asked no more."""
    steps = [*_tasks(work), *_waits(work)]
    said, whom = for_whom(f" {command.text}")
    said = _named(said)
    if not said and not work.shell and another_waits(work):
        return Mistake("name_it", command.line, command.verb, asking.asked(work) or tuple(map(work.title, steps)))
    if work.story.known.asked:
        return asking.take_back(work, command, _named(command.text.strip()))
    named = [step for step in steps if folded(said) in _called(step)] if said else []
    waiting = [step for step in steps if step.id == work.story.known.step] if not said else []
    step = next(iter((*named, *waiting)), None)
    if step is None:
        among = tuple(work.title(part) for part in steps)
        return Mistake("no_such_task" if said else "no_task", command.line, among=among)
    if step.kind == "wait":
        work.story.add(StepPassed(step=step.id, why="said", by=work.clerk.address))
        return work.title(step)
    if step.number:
        return Mistake("number_wanted", command.line, "POSTED")
    return _do(work, command, step, "", whom)


def _named(said: str) -> str:
    """The task that is named, without the brackets that letters show around it; empty if none is."""
    hit = IN_BRACKETS.fullmatch(said)
    name = hit[1] if hit else said
    return "" if folded(name) in ANY_TASK else name


def _called(step: Step) -> set[str]:
    """What a step goes by: its name, its title, the words that say what is to be done."""
    return {folded(text) for text in (step.id, step.id.replace("_", " "), *step.title.values(), *step.task.values())}


def _tasks(work: Work) -> list[Step]:
    """The tasks that are left, the one that waits first; none before the case has come to its tasks."""
    case, form = work.story.known, work.story.form
    if case.status != "in_progress":
        return []
    steps = [step for step in form.steps if step.kind == "task" and holds(step.when, case.values)]
    undone = [step for step in steps if not over(case, form, step)]
    return sorted(undone, key=lambda step: step.id != case.step)


def _waits(work: Work) -> list[Step]:
    """The wait the case is in, if clerks may end it: one that words end, or one that somebody objected to or could
    not be told of. Time that is given to object is not shortened."""
    case = work.story.known
    here = (step for step in work.story.form.steps if step.kind == "wait" and step.id == case.step)
    return [step for step in here if step.ends or case.halted]


def _do(work: Work, command: Command, step: Step, number: str, whom: str) -> str | Mistake:
    user = _user(work, command, step, whom)
    if isinstance(user, Mistake):
        return user
    member = user.row if user else None
    work.story.add(TaskDone(step=step.id, clerk=work.clerk.address, number=number, member=member))
    return work.in_a_row((work.title(step), number, _person(user) if user else ""))


def _user(work: Work, command: Command, step: Step, whom: str) -> PlanUser | Mistake | None:
    """The user of the plan for whom it was done; None where it is done once."""
    plan = work.story.known.plan
    if not step.each or plan is None or not plan.users:
        return Mistake("no_user_wanted", command.line) if whom else None
    rows = left(work.story.known, step)
    open_ = [user for user in plan.users if user.row in rows]
    among = tuple(_person(user) for user in open_)
    if not whom:
        return open_[0] if len(open_) == 1 else Mistake("which_user", command.line, among=among)
    meant = [user for user in plan.users if folded(whom) in _known_as(user)]
    if len(meant) != 1:
        return Mistake("no_such_user" if not meant else "which_user", command.line, among=among)
    return meant[0] if meant[0] in open_ else Mistake("user_done", command.line, among=among)


def _known_as(user: PlanUser) -> set[str]:
    return {folded(text) for text in (str(user.row), user.name, user.email, user.account) if text}


def _person(user: PlanUser) -> str:
    return f"{user.row} {user.name or user.email or user.account}".strip()
