"""A sheet to sign as a value: what is printed on it, with places to be filled. It knows no form and no PDF."""

import string
from collections.abc import Iterator
from functools import lru_cache

from mailbot.core.conditions import Condition
from mailbot.core.events import Frozen
from mailbot.core.same import Same

Texts = dict[str, str]
"""One text per language (`en`, `ja`), with places in braces: `{case}`, or the key of a field of the form."""
Paragraphs = dict[str, tuple[str, ...]]
"""Several texts per language."""

GENERAL = frozenset({"case", "desk", "applicant", "responsible"})
"""Places that every sheet may have, besides the fields of its form: the case's number, what the desk calls itself, the
names of the two persons."""
MARK, SIGNATURES = "mark", "signatures"
"""Places that are always filled: what the QR code holds, and the names of the signatures that are wanted."""


class SheetRow(Frozen):
    """A line of the table: `text` beside its label; a row without text is left empty, to be filled in by hand."""

    label: Texts
    text: str


class Signature(Frozen):
    """Where somebody signs, if `when` holds: who in `label`, and the `lines` to be written on."""

    label: Texts
    lines: Paragraphs
    when: Condition | None = None


class Sheet(Frozen):
    """A sheet that the desk sends to be signed, as rules/files/<name>.toml declares it: from top to bottom title,
    opening, table, paragraphs, signatures, and how it comes `back`. `file` begins the name of the PDF."""

    file: Texts
    title: Texts
    opening: Paragraphs = {}
    rows: tuple[SheetRow, ...] = ()
    paragraphs: Paragraphs = {}
    signatures: dict[str, Signature]
    back: Texts

    def texts(self, language: str) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every text that stands on the sheet in this language, as declared, with its place in the declaration."""
        yield ("title", language), self.title.get(language, "")
        yield from _each(("opening", language), self.opening.get(language, ()))
        for at, row in enumerate(self.rows):
            yield from (
                (("rows", at, "label", language), row.label.get(language, "")),
                (("rows", at, "text"), row.text),
            )
        yield from _each(("paragraphs", language), self.paragraphs.get(language, ()))
        for name, signature in self.signatures.items():
            yield ("signatures", name, "label", language), signature.label.get(language, "")
            yield from _each(("signatures", name, "lines", language), signature.lines.get(language, ()))
        yield ("back", language), self.back.get(language, "")

    def places(self, language: str) -> frozenset[str]:
        """The names of all places on it."""
        return _places(Same(self), language)


@lru_cache(maxsize=64)
def _places(sheet: Same[Sheet], language: str) -> frozenset[str]:
    return frozenset(name for _, text in sheet.value.texts(language) for name in places_in(text) or ())


def _each(path: tuple[str | int, ...], texts: tuple[str, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    return (((*path, at), text) for at, text in enumerate(texts))


def places_in(text: str) -> frozenset[str] | None:
    """The names in braces; None if the braces do not belong together, or hold more than a name."""
    try:
        parts = [part[1:] for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        return None
    if any(not name or not name.isidentifier() or wanted or turned for name, wanted, turned in parts):
        return None
    return frozenset(str(name) for name, _, _ in parts)
