"""What a mail says about forms, in its text and in what is attached. It knows no file: what is in one was found before.

It must not know of cases, nor decide whether an answer counts.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mailbot.core import plans
from mailbot.core.events import Fault, Plan, PlanFault, Remark
from mailbot.core.fields.wrong import FAULTS
from mailbot.core.filenames import plain_name
from mailbot.core.forms import Form
from mailbot.core.garbled import BAD
from mailbot.core.message import Attachment, Message
from mailbot.core.reading import read, recognise
from mailbot.core.readings import Reading, Skimmed
from mailbot.core.same import Same

SIGNABLE = frozenset({"pdf", "image"})
"""Kinds that a signed document comes as: with a digital signature, or signed on paper and scanned."""

UNREAD = frozenset({"locked", "sealed", "archive", "document", "program", "tnef", "unopened"})
"""Kinds that are never read, whatever else a mail brings."""
ALONE = frozenset({"pdf", "spreadsheet", "mail"})
"""Kinds that are not read either, which matters only where nothing else of a mail was: a form filled in as a PDF."""
FILE_KINDS = UNREAD | ALONE | {"plan", "image", "key", "text", "envelope", "signature", "other"}
"""What a file may be said to be (words.toml, table `files`)."""
MOST_TEXTS = 3
"""Texts attached to one mail in which a form is looked for."""
_ELSEWHERE = re.compile(
    r"[(（]?(?:please )?(?:see|refer to|as in|as)? ?(?:the )?attach(?:ed|ment)(?: (?:file|text|form))?[)）.]?"
    r"|(?:添付|別紙)(?:の|ファイル|資料|を|に|ご|参照|とおり|通り|記載|です|下さい|ください|いたします|[。）])*",
    re.IGNORECASE,
)
"""Answers that only say where the answer stands."""
_DOUBTFUL = re.compile(r"[^\x00-\x7f].*")
"""What of a line may be something else in another charset."""
_PGP = "\n-----BEGIN PGP MESSAGE-----"

SMALLEST = 400
"""Pixels on the shorter side of a picture below which it is no page: A4 at 50 dots an inch, which nobody can read."""


@dataclass(frozen=True, slots=True)
class File:
    """An attachment as people are told of it: its name, and of what kind it is (`FILE_KINDS`)."""

    name: str
    kind: str


def files(message: Message) -> tuple[File, ...]:
    """All that a mail brings beside its text and what is shown within that."""
    shown = (one for one in message.attachments if not one.inline)
    return tuple(File(plain_name(one.name), one.kind or "other") for one in shown)


def unread(message: Message, *, alone: bool) -> tuple[File, ...]:
    """What of a mail nobody reads though its sender may think so; `alone` if nothing else of it was read. A text that
    is encrypted (RFC 4880 §6.2) is a file without a name."""
    kinds = UNREAD | ALONE if alone else UNREAD
    text = (File("", "locked"),) if _PGP in f"\n{message.text}" else ()
    return (*text, *(file for file in files(message) if file.kind in kinds))


def skimmed(message: Message, forms: Mapping[str, Form]) -> Skimmed:
    """What `form_of`, and `reading_of` of that form for an application, find in a mail."""
    name = form_of(message, forms)
    return Skimmed(forms, name, reading_of(message, forms[name], answers_ours=False) if name else None)


def form_of(message: Message, forms: Mapping[str, Form]) -> str | None:
    """The form that a mail fills in, by name: in its text, else in a text that is attached; None if there is none."""
    if message.skimmed and message.skimmed.forms is forms:
        return message.skimmed.form
    return _form_of(Same(message), Same(forms))


@lru_cache(maxsize=2)  # asked of a mail by everyone who has to do with it, one after the other
def _form_of(same: Same[Message], declared: Same[Mapping[str, Form]]) -> str | None:
    message, forms = same.value, declared.value
    found = recognise(message.subject, message.text, forms)
    if found is not None:
        return found
    found_there = (recognise(message.subject, text, forms) for text in _texts(message))
    return next((name for name in found_there if name is not None), None)


def reading_of(message: Message, form: Form, *, answers_ours: bool) -> Reading:
    """What a mail says about a form, in its text and in the texts attached to it, each read as `reading.read` reads a
    body. An attached text counts only if the form is filled in there; what stands in both counts once, what differs is
    several answers to one field."""
    if not answers_ours and (known := _found_before(message, form)):
        return known
    filled = (text for text in _texts(message) if recognise("", text, {form.name: form}))
    readings = [read(text, form, answers_ours=answers_ours) for text in (message.text, *filled)]
    if len(readings) == 1:
        return readings[0]
    answers = {key: _different(one.answers.get(key, ()) for one in readings) for key in form.fields}
    unread = dict.fromkeys(line for one in readings for line in one.unread)
    misspelt = dict(pair for one in reversed(readings) for pair in one.misspelt)
    return Reading({key: texts for key, texts in answers.items() if texts}, tuple(unread), tuple(misspelt.items()))


def _found_before(message: Message, form: Form) -> Reading | None:
    """What was found about a form where the mail was read, if it was this one that was found."""
    known = message.skimmed
    return known.reading if known and known.form and known.forms[known.form] is form else None


def certain_of(message: Message, form: Form, *, answers_ours: bool) -> frozenset[str]:
    """The fields whose answers in the mail's text (and the texts attached) are the same in whatever charset it may be
    written: label and answer are ASCII, and nothing else stands before them in their lines. Every charset that comes
    into question shares that; UTF-16 and ISO-2022, which do not, tell themselves apart."""
    reading = reading_of(message, form, answers_ours=answers_ours)
    if not message.unsure:
        return frozenset(reading.answers)
    text = _DOUBTFUL.sub(BAD, message.text)
    plain = reading_of(replace(message, text=text, skimmed=None), form, answers_ours=answers_ours)
    return frozenset(key for key, texts in plain.answers.items() if reading.answers.get(key) == texts)


def _texts(message: Message) -> list[str]:
    """The texts attached to a mail that are looked at; one that stands in its own text too was read there."""
    texts = (one.text for one in message.attachments if one.kind == "text")
    return [text for text in texts if text.strip() and text.strip() not in message.text][:MOST_TEXTS]


def _different(answers: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Each answer once, whatever its white space and letter case; “see attached” is none beside one that is."""
    seen: dict[str, str] = {}
    for text in (text for texts in answers for text in texts):
        seen.setdefault("".join(text.casefold().split()), text)
    said = tuple(text for text in seen.values() if text.strip() and not _ELSEWHERE.fullmatch(text.strip()))
    return said or tuple(seen.values())


def _entry(key: str) -> Callable[[Plan], str]:
    return lambda plan: plan.entries.get(key, "")


def _terabytes(plan: Plan) -> str:
    return f"{plan.total or '0'} TB" if plan.lines else ""


FROM_PLAN: Mapping[str, Callable[[Plan], str]] = {
    **{key: _entry(key) for key in ("name", "account", "affiliation", "job_title", "project")},
    **{key: _entry(key) for key in ("purpose", "resources", "wishes")},
    "total": _terabytes,
    "users": lambda plan: str(len(plan.users)),
    "accounts": lambda plan: ", ".join(user.account for user in plan.users if user.account),
    "version": lambda plan: plan.version,
}
"""What a field may be filled from (`from_plan`), and how it is said; an empty text is no answer."""


def plan_of(message: Message) -> tuple[str, Plan] | None:
    """Digest and contents of the usage plan a mail brings; of several the last, which people attach last."""
    plans_there = [(one.digest, one.plan) for one in message.attachments if one.plan is not None]
    return plans_there[-1] if plans_there else None


def documents(message: Message) -> tuple[Attachment, ...]:
    """The attachments that may be a signed document: no picture that the mail shows within its text, where logos and
    signatures of mail programs stand, and none too small for a page."""
    return tuple(one for one in _signable(message) if one.kind != "image" or not (one.inline or _too_small(one)))


def pasted(message: Message) -> bool:
    """Whether the mail shows a picture within its text that might be a page all the same, for somebody to look at."""
    return any(one.kind == "image" and one.inline and not _too_small(one) for one in _signable(message))


def _signable(message: Message) -> tuple[Attachment, ...]:
    return tuple(one for one in message.attachments if one.kind in SIGNABLE)


def _too_small(picture: Attachment) -> bool:
    return picture.pixels is not None and min(picture.pixels) < SMALLEST


def keys(message: Message) -> tuple[str, ...]:
    """The texts of the SSH public keys a mail brings, each once, as they stand in their files."""
    return tuple(dict.fromkeys(one.text.strip() for one in message.attachments if one.kind == "key" and one.text))


def answers(message: Message, form: Form) -> dict[str, tuple[str, ...]]:
    """The answers to fields of `form` that a mail's attachments give, by key, as texts.

    A field of type `plan` is answered by the digest of the plan, one of type `ssh_public_key` by the keys attached,
    one with `from_plan` by what the plan says. A field that nothing attached answers has no key.
    """
    if not message.attachments:
        return {}
    plan, found = plan_of(message), dict[str, tuple[str, ...]]()
    for key, rule in form.fields.items():
        if rule.from_plan and plan:
            found[key] = (FROM_PLAN[rule.from_plan](plan[1]),) if rule.from_plan in FROM_PLAN else ()
        elif rule.type == "plan" and plan:
            found[key] = (plan[0],)
        elif rule.type == "ssh_public_key":
            found[key] = keys(message)
    return {key: texts for key, texts in found.items() if any(texts)}


def faults(field: str, plan: Plan) -> tuple[Fault, ...]:
    """What the applicant has to mend in a plan, as faults of the field it answers; in the sheets' order."""
    return tuple(_fault(field, one) for one in plan.faults if one.code not in plans.FOR_CLERKS)


def remarks(field: str, plan: Plan) -> tuple[Remark, ...]:
    """What a clerk has to look at in a plan because the program does not know it: its template, a service."""
    return tuple(
        Remark(code=one.code, field=field, wanted={**one.wanted, "found": one.found})
        for one in plan.faults
        if one.code in plans.FOR_CLERKS
    )


def _fault(field: str, found: PlanFault) -> Fault:
    return Fault(field=field, kind=FAULTS[found.code].kind, code=found.code, found=found.found, wanted=found.wanted)
