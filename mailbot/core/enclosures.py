"""Which files go with a letter about a case, and what stands on the sheets to sign.
It opens no file and makes no PDF."""

from collections.abc import Iterator, Sequence

from mailbot.core.case import Case
from mailbot.core.conditions import holds
from mailbot.core.events import Enclosure
from mailbot.core.rules import Document, Form, Rules
from mailbot.core.sheets import MARK, SIGNATURES, Sheet
from mailbot.core.shown import claimed_name, name_of, value_shown


def enclosures(
    form: Form, case: Case, letter: str, role: str, languages: Sequence[str], rules: Rules
) -> tuple[Enclosure, ...]:
    """The files that go with a letter to somebody taking part (`role`), as the form's table `enclosures` names them:
    for a document its sheet in each of the letter's languages, or its file; else a file of rules/files/.

    A document's sheet goes to whoever signs it and to nobody else, while the document is wanted and not there. The
    sheet has the values that its own texts name, and no others. No two files have the same name.
    """
    found: list[Enclosure] = []
    for name in form.enclosures.get(letter, ()):
        document = form.documents.get(name)
        if document is None:
            found.append(_file(name, rules))
        elif document.signer == role and holds(document.when, case.values) and name not in case.documents:
            found += _of_document(name, document, form, case, languages, rules)
    return tuple(_named_apart(found))


def _of_document(
    name: str, document: Document, form: Form, case: Case, languages: Sequence[str], rules: Rules
) -> Iterator[Enclosure]:
    if document.sheet is not None:
        sheet = rules.sheets[document.sheet]
        for language in languages:
            title = f"{sheet.file[language]}-{case.number}.pdf"
            places = _places(name, sheet, form, case, language, rules)
            yield Enclosure(name=title, sheet=document.sheet, language=language, places=places)
    elif document.file is not None:
        yield _file(document.file, rules)


def _file(name: str, rules: Rules) -> Enclosure:
    return Enclosure(name=name.rpartition("/")[2], file=name, digest=rules.files[name])


def mark(desk: str, case: str, document: str) -> str:
    """What the QR code on a sheet says: `[NAME 2026-00042] pledge`, the desk's name, the case's number and the
    document's name in the form."""
    return f"[{desk} {case}] {document}"


def _places(document: str, sheet: Sheet, form: Form, case: Case, language: str, rules: Rules) -> dict[str, str]:
    general = {
        "case": case.number,
        "desk": rules.desk.titles[language],
        "applicant": name_of(form, case, "applicant") or claimed_name(case),
        "responsible": name_of(form, case, "responsible"),
    }
    signed = (name for name, signature in sheet.signatures.items() if holds(signature.when, case.values))
    always = {
        MARK: mark(rules.desk.name, case.number, document),
        "desk": general["desk"],
        SIGNATURES: " ".join(signed),
    }
    wanted = sorted(sheet.places(language) - always.keys())
    shown = {key: value_shown(form, case, key, language, rules) for key in wanted if key not in general}
    return {**shown, **{key: general[key] for key in wanted if key in general}, **always}


def _named_apart(found: Sequence[Enclosure]) -> Iterator[Enclosure]:
    """Files of the same name get a number before their ending, from the second on."""
    times: dict[str, int] = {}
    for enclosure in found:
        count = times[enclosure.name] = times.get(enclosure.name, 0) + 1
        stem, dot, ending = enclosure.name.rpartition(".")
        yield enclosure if count == 1 else enclosure.model_copy(update={"name": f"{stem}-{count}{dot}{ending}"})
