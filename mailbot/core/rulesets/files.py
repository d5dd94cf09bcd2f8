"""What is checked in rules/files/: the sheets to sign, and that forms name only what is there. It opens no file."""

import re
from collections.abc import Mapping, Sequence

from mailbot.core.conditions import fields_named
from mailbot.core.outcome import TEMPLATES
from mailbot.core.rules import Document, Form
from mailbot.core.rulesets.forms import Found, House
from mailbot.core.rulesets.models import made
from mailbot.core.rulesets.problems import Path, Problem, Source, meant
from mailbot.core.sheets import GENERAL, MARK, SIGNATURES, Paragraphs, Sheet, Texts, places_in

FOLDER = "rules/files/"
DIGEST = "sha256:"
SHEET_FILE = re.compile(r"rules/files/([a-z0-9][a-z0-9-]*)\.toml")
_FILE_NAME = re.compile(r'[^\x00-\x1f/\\:*?"<>|]{1,80}')
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def sheet_of(texts: Mapping[str, str], name: str) -> Sheet | None:
    """The sheet of that name in the texts of a rule set that was checked before; None if it is not in them."""
    text = texts.get(f"{FOLDER}{name}.toml")
    data = Source(name, text).data if text is not None else None
    return None if data is None else Sheet.model_validate(data)


def sheets_in(texts: Mapping[str, str], languages: Sequence[str], problems: list[Problem]) -> dict[str, Sheet]:
    """Every sheet of a rule set `{path: text}`, by name; what is wrong with one is added to `problems`."""
    sheets = {}
    for file, text in sorted(texts.items()):
        if named := SHEET_FILE.fullmatch(file):
            source = Source(file, text)
            sheet = made(Sheet, source, source.data) if source.data is not None else [source.broken]
            if isinstance(sheet, Sheet):
                sheets[named[1]] = sheet
                problems += [source.problem(*found) for rule in SHEET_RULES for found in rule(sheet, languages)]
            else:
                problems += [problem for problem in sheet if problem]
    return sheets


def files_in(texts: Mapping[str, str]) -> dict[str, str]:
    """The other files of rules/files/: the digest (lower hex) of each by its path below that folder."""
    return {
        file.removeprefix(FOLDER): text.removeprefix(DIGEST)
        for file, text in texts.items()
        if file.startswith(FOLDER) and text.startswith(DIGEST)
    }


def _said(sheet: Sheet, languages: Sequence[str]) -> Found:
    """What is printed, is printed in every language."""
    for language in languages:
        wanted = f"a text in the language `{language}`"
        texts: list[tuple[Path, Texts | Paragraphs]]
        texts = [((name,), getattr(sheet, name)) for name in ("file", "title", "back")]
        texts += [(("rows", at, "label"), row.label) for at, row in enumerate(sheet.rows)]
        texts += [(("signatures", name, "label"), one.label) for name, one in sheet.signatures.items()]
        texts += [((name,), getattr(sheet, name)) for name in ("opening", "paragraphs") if getattr(sheet, name)]
        texts += [(("signatures", name, "lines"), one.lines) for name, one in sheet.signatures.items()]
        for path, said in texts:
            if not said.get(language):
                yield (*path, language), "nothing", wanted


def _places(sheet: Sheet, languages: Sequence[str]) -> Found:
    for language in languages:
        for path, text in sheet.texts(language):
            if places_in(text) is None:
                yield path, "braces that do not belong together", "{name}, or {{ and }} for braces in the text"


def _names(sheet: Sheet, languages: Sequence[str]) -> Found:
    for language in languages:
        name = sheet.file.get(language, "")
        if name and not _FILE_NAME.fullmatch(name):
            yield ("file", language), f'"{name[:60]}"', "a name every system takes for a file, without an ending"
    for name in sheet.signatures:
        if not _NAME.fullmatch(name):
            yield ("signatures", name), f'"{name}"', "small letters a-z, digits, _ and -, a letter first"
    if not sheet.signatures:
        yield ("signatures",), "nothing", "at least one place to sign"


SHEET_RULES = (_said, _places, _names)
"""Every rule a sheet is checked by."""


def files_of_form(form: Form, house: House) -> Found:
    """What a form's documents and enclosures name and is not there, or may not be shown."""
    for name, document in form.documents.items():
        yield from _document(("documents", name), document, form, house)
    letters, files = house.letters.union(TEMPLATES), house.files
    for letter, names in form.enclosures.items():
        if letter not in letters:
            yield ("enclosures", letter), f"the letter `{letter}`", meant(letter, letters)
        for at, name in enumerate(names):
            if name not in form.documents and name not in files:
                yield ("enclosures", letter, at), f'"{name}"', meant(name, (*form.documents, *files))
            elif name in form.documents and not (form.documents[name].sheet or form.documents[name].file):
                yield ("enclosures", letter, at), f'"{name}", which has neither', "a document with a sheet or a file"


def _document(path: Path, document: Document, form: Form, house: House) -> Found:
    sheets, files = house.sheets, house.files
    if document.sheet is not None and document.file is not None:
        yield (*path, "file"), "a file beside a sheet", "one of the two"
    if document.file is not None and document.file not in files:
        yield (*path, "file"), f'"{document.file}"', _there(document.file, files)
    if document.sheet is None:
        return
    if document.sheet not in sheets:
        yield (*path, "sheet"), f'"{document.sheet}"', _there(document.sheet, sheets)
        return
    yield from _filled((*path, "sheet"), document, form, sheets[document.sheet])


def _there(name: str, known: Mapping[str, object]) -> str:
    return meant(name, known) if known else "a file in rules/files/"


def _filled(path: Path, document: Document, form: Form, sheet: Sheet) -> Found:
    """A sheet's places are fields of the form; one for the responsible person, whose address may be a mistake, says no
    more of the application than the letter that asks for consent."""
    may = GENERAL | {MARK, SIGNATURES} | form.fields.keys()
    if document.signer == "responsible" and (consent := form.step_of("consent")):
        may = (GENERAL - {"responsible"}) | frozenset(consent.shows)
    languages = sheet.title
    for place in sorted({name for language in languages for name in sheet.places(language)} - may):
        wanted = "a field of this form" if place not in form.fields else "what the consent letter shows (`shows`)"
        yield path, f'the place {{{place}}} of the sheet "{document.sheet}"', f"{wanted}: {meant(place, may)}"
    for signature in sheet.signatures.values():
        for field in fields_named(signature.when):
            if field not in form.fields:
                yield path, f'the field `{field}` in a sheet "{document.sheet}"', meant(field, form.fields)
