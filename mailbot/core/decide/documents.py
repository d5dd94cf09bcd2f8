"""Signed documents that come by mail: which of those that the case needs they are, and whether they count. It opens no
file: what an attachment shows was read before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailbot.core.attached import documents as may_be_documents
from mailbot.core.attached import pasted
from mailbot.core.case import Case
from mailbot.core.decide.incoming import Incoming, Story
from mailbot.core.decide.moves import advance
from mailbot.core.events import DocumentReceived, DocumentsVoided, MailAttached, Value
from mailbot.core.message import Attachment
from mailbot.core.rules import Form, Step
from mailbot.core.steps import awaited, wanted


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of the documents in a mail: the names of those that count now; whether clerks were told of one that
    does not."""

    documents: tuple[str, ...] = ()
    told: bool = False


NOTHING = Brought()


def count(story: Story, mail: Incoming, *, agreed: bool = False) -> Brought:
    """Documents in a mail that answers a letter of the case count if whoever signs them sent them, or the applicant for
    them, while one is wanted or together with an AGREE (`agreed`): each as what our own mark on it says, those without
    one in the order in which they are wanted.

    One that shows another case's number does not count, nor one that is marked as something else than is wanted of its
    sender, nor does any from an unproven sender: clerks are told. So they are of a page that somebody put into the text
    of an AGREE.
    """
    case, letter = story.known, mail.letter
    found = may_be_documents(mail.message)
    if letter is None or not _wanted_now(case, story.form, found, agreed=agreed):
        return NOTHING
    if not found:
        return _not_counted(story, mail, "no_document") if agreed and pasted(mail.message) else NOTHING
    if not mail.proven:
        return _not_counted(story, mail, "document_unproven")
    ours = tuple(part for part in found if not part.numbers or case.number in part.numbers)
    names = [name for name in awaited(case, story.form) if _may_send(story.form, name, letter.role)]
    counted = _told_apart(case, story.form, names, _sheets(ours))
    for name, part in counted.items():
        story.add(
            DocumentReceived(
                document=name,
                how="mail",
                by=mail.address,
                mail=mail.message.digest,
                attachment=part.digest,
                signed=part.signed,
            )
        )
    why = "document_of_another_case" if len(ours) < len(found) else "" if counted else "no_document"
    return Brought(tuple(counted), _not_counted(story, mail, why).told if why else False)


def received(story: Story, mail: Incoming, names: Sequence[str]) -> None:
    """Whoever sent documents that count is thanked and told what is next, and the case goes on."""
    role = mail.letter.role if mail.letter else "applicant"
    writes = {"applicant": story.to_applicant, "responsible": story.to_responsible}
    writes.get(role, story.to_applicant)("document_received", documents=tuple(names))
    advance(story)


def void(story: Story, before: dict[str, Value]) -> tuple[str, ...]:
    """Documents that were signed for what has changed since `before` are wanted anew; their names."""
    now, form = story.known.values, story.form
    changed = {key for key in form.fields if now.get(key) != before.get(key)}
    names = tuple(name for name in story.known.documents if name in form.documents)
    bound = {name: tuple(key for key in form.documents[name].binds if key in changed) for name in names}
    voided = tuple(name for name in names if bound[name])
    if voided:
        fields = tuple(dict.fromkeys(key for name in voided for key in bound[name]))
        story.add(DocumentsVoided(documents=voided, fields=fields))
    return voided


def reprinted(story: Story, before: dict[str, Value], step: Step) -> bool:
    """Whether what changed since `before` stands on a document that the step waits for, so that a sheet sent already
    is not the one to sign."""
    case, form = story.known, story.form
    bound = {key for name in wanted(case, form, step) for key in form.documents[name].binds}
    return any(case.values.get(key) != before.get(key) for key in bound)


def _wanted_now(case: Case, form: Form, found: Sequence[Attachment], *, agreed: bool) -> bool:
    """Whether a document is looked for: where a step waits for it, with an AGREE, or on a sheet of this case."""
    here = case.step_kind == "document" or agreed or any(case.number in part.numbers for part in found)
    return here and case.open and bool(awaited(case, form))


def _may_send(form: Form, name: str, role: str) -> bool:
    return role in ("applicant", form.documents[name].signer)


def _told_apart(case: Case, form: Form, names: Sequence[str], parts: Sequence[Attachment]) -> Mapping[str, Attachment]:
    """Which of the documents that are wanted (`names`) each part is; one part may be several, one that is marked as
    another of the form's is none of them."""
    marked = [(_marked(case, form, part), part) for part in parts]
    named = {name: part for sheets, part in reversed(marked) for name in sheets}
    rest = (name for name in names if name not in named)
    unmarked = (part for sheets, part in marked if not sheets)
    told = {**named, **dict(zip(rest, unmarked, strict=False))}
    return {name: told[name] for name in names if name in told}


def _marked(case: Case, form: Form, part: Attachment) -> tuple[str, ...]:
    """The documents of this case that its own marks name."""
    return tuple(word for number, word in part.sheets if number == case.number and word in form.documents)


def _sheets(found: Sequence[Attachment]) -> list[Attachment]:
    """One for each document there may be: each PDF, and all pictures together, which are the pages of one."""
    pictures = [part for part in found if part.kind == "image"]
    return [part for part in found if part.kind != "image" or part is pictures[0]]


def _not_counted(story: Story, mail: Incoming, why: str) -> Brought:
    story.add(MailAttached(by=mail.address, sort=mail.facts.sort, why=why))
    story.to_clerks("passed_on", why=why, by=mail.address, text=mail.new_text)
    return Brought(told=True)
