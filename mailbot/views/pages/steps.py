"""What happens to an application, step by step, in words for those who send one. It knows no case."""

from collections.abc import Callable, Iterator, Mapping

from mailbot.core.commands import PARTICIPANTS
from mailbot.core.rules import Form, Step, StepKind
from mailbot.core.steps import STEPS, after
from mailbot.views.pages.conditions import in_words
from mailbot.views.pages.markup import Html, joined, listed, paragraphs, tag
from mailbot.views.pages.voice import Voice

Told = Callable[[Step, Form, Voice], Iterator[Html]]


def steps(form: Form, voice: Voice) -> Html:
    """The steps as a list in their order."""
    items = (joined([tag("h3", _title(step, voice)), *_told(step, form, voice)]) for step in form.steps)
    return listed("ol", items, class_="steps")


def _title(step: Step, voice: Voice) -> str:
    """The form's own title, if it is one, else what a step of its sort is called."""
    sorts = {"task": "reply" if step.reply else "task", "wait": _wait_sort(step)}
    own = voice.text(step.title)
    return own if own and not _sentence(own) else voice.say("steps", f"{sorts.get(step.kind, step.kind)}_title")


def _sentence(title: str) -> bool:
    """Whether a title is a sentence rather than a name: then it stands below the heading."""
    return title.rstrip().endswith((".", "。"))


def _wait_sort(step: Step) -> str:
    return "notice" if step.notice else "ends" if step.ends else "wait"


def _told(step: Step, form: Form, voice: Voice) -> Iterator[Html]:
    if step.when is not None:
        condition = in_words(step.when, form, voice)
        said = voice.say("steps", "only_if", condition=condition) if condition else voice.say("steps", "only_some")
        yield tag("p", said, class_="when")
    if _sentence(own := voice.text(step.title)):
        yield tag("p", own)
    yield from TELLS[step.kind](step, form, voice)
    yield paragraphs(voice.text(form.says.get(f"page_{step.id}", {})))
    yield from (tag("p", limit, class_="limit") for limit in _limits(step, voice))


def _limits(step: Step, voice: Voice) -> Iterator[Html]:
    """How long it takes, and what happens then; reminders only of those outside, since clerks' are their own affair."""
    outside = STEPS[step.kind].waits_for not in ("clerk", "nobody")
    if step.remind is not None and outside:
        yield voice.say("steps", "remind", days=voice.days(step.remind, step.counted))
    if step.limit is not None and step.kind != "notify":
        passes = step.kind == "wait" and not step.ends and after(step) == "go_on"
        who = "outside" if outside else "wait" if step.kind == "wait" else "desk"
        code = "wait_passes" if passes else f"{who}_{after(step)}"
        yield voice.say("steps", code, days=voice.days(step.limit, step.counted))


def _p(voice: Voice, code: str, **places: str) -> Html:
    return tag("p", voice.say("steps", code, **places))


def _fields(step: Step, form: Form, voice: Voice) -> Iterator[Html]:
    yield _p(voice, "fields")


def _consent(step: Step, form: Form, voice: Voice) -> Iterator[Html]:
    words = {name: tag("code", usage(keyword, voice)) for name, keyword in (("agree", "AGREE"), ("decline", "DECLINE"))}
    yield _p(voice, "consent", fields=voice.labels(form, step.shows), **words)


def _document(step: Step, form: Form, voice: Voice) -> Iterator[Html]:
    yield _p(voice, "document")
    documents = [form.documents[name] for name in step.documents]
    items = []
    for document in documents:
        item = voice.say("steps", f"document_{document.signer}", title=voice.text(document.title))
        if document.when is not None:
            condition = in_words(document.when, form, voice)
            said = (
                voice.say("steps", "document_if", condition=condition)
                if condition
                else voice.say("steps", "document_some")
            )
            item = joined([item, tag("span", said, class_="when")], " ")
        items.append(item)
    yield listed("ul", items)
    if any(document.sheet or document.file for document in documents):
        yield _p(voice, "document_sheet")
    yield _p(voice, "document_send")


def _review(step: Step, form: Form, voice: Voice) -> Iterator[Html]:
    yield _p(voice, "review")


def _task(step: Step, form: Form, voice: Voice) -> Iterator[Html]:
    yield _p(voice, "reply" if step.reply else "task")
    if step.each:
        yield _p(voice, "task_each")


def _wait(step: Step, form: Form, voice: Voice) -> Iterator[Html]:
    if step.notice:
        yield _p(voice, "notice", object=tag("code", usage("OBJECT", voice)))
    if word := next(iter(step.ends.get(voice.language, ())), ""):
        yield _p(voice, "ends", word=tag("code", word))
    elif not step.notice:
        yield _p(voice, "wait")


def _notify(step: Step, form: Form, voice: Voice) -> Iterator[Html]:
    yield from (_p(voice, f"notify_{person}") for person in step.tells)


TELLS: Mapping[StepKind, Told] = {
    "fields": _fields,
    "consent": _consent,
    "document": _document,
    "review": _review,
    "task": _task,
    "wait": _wait,
    "notify": _notify,
}
"""What is told of a step of each kind, a paragraph or list at a time."""


def usage(keyword: str, voice: Voice) -> str:
    """How a participant writes a keyword in this language."""
    return next(voice.text(word.usage) for word in PARTICIPANTS if word.keyword == keyword)
