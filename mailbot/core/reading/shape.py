"""The shape of a form inside a mail: markers, notes, folded values; what `blank` writes and reading undoes. It knows
no value and no mail.

Everything is narrower than the 76 columns of a mail by a few quote marks, so that a client does not break it again.
"""

import re
from collections.abc import Iterator, Sequence
from unicodedata import normalize

from mailbot.core.columns import fitting, unbroken, width, wrap
from mailbot.core.rules import FieldRule, Form
from mailbot.core.signs import DASHES
from mailbot.core.wording import YES_NO, option, said

WIDTH = 70
"""Columns of the widest line of a form."""
_ROOM = 66
"""Columns up to which words are put on a line; a word longer than a line is cut at WIDTH."""
VALUE, SOFT, HARD = 4, 8, 12
"""Columns before a line of a value, before the rest of a line broken at a space, before the rest of a cut word."""

_KEEP = {"en": "please keep this line", "ja": "この行は消さないでください"}
_INTRO = {
    "en": "* = required. Please write after the colon or on the lines below.",
    "ja": "＊は必須項目です。コロンの後か、その下の行にご記入ください。",
}
_EXAMPLE = {"en": "e.g. ", "ja": "例："}
NOTE = "# "
_ALIKE = str.maketrans({**dict.fromkeys("〜∼", "~"), **dict.fromkeys(DASHES, "-")})

_BREAK = re.compile(r"(?<=\S) (?=\S)")
_MARKER = re.compile(r"[^\w=]{0,20}={2,20}\s*form\s+([\w.-]{1,60})\s+(begin|end)\s*=", re.IGNORECASE)


def marker(name: str, end: str, language: str) -> str:
    """The line that begins or ends the form `name`; `end` is `begin` or `end`. ASCII up to the second `===`."""
    return f"=== form {name} {end} === {said(_KEEP, language)} ==="


def find_marker(line: str) -> tuple[str, str] | None:
    """The form's name and `begin` or `end`, if the line is a marker; both in lower case."""
    if "=" not in line[:30]:
        return None
    found = _MARKER.match(line)
    return (found[1].lower(), found[2].lower()) if found else None


def intro(language: str) -> list[str]:
    """The note at the head of a form."""
    return _note(said(_INTRO, language))


def notes(rule: FieldRule, language: str) -> list[str]:
    """The notes above a field as lines: its help, what may be chosen, its example."""
    return [line for text in _notes(rule, language) for line in _note(text)]


def _notes(rule: FieldRule, language: str) -> Iterator[str]:
    explained = said(rule.help, language)
    options = _options(rule, language)
    if explained:
        yield explained
    if not all(option in explained for option in options):
        yield " / ".join(options)
    if example := said(rule.example, language):
        yield f"{said(_EXAMPLE, language)}{example}"


def _options(rule: FieldRule, language: str) -> list[str]:
    if rule.type == "yes_no":
        return list(YES_NO.get(language, YES_NO["en"]).values())
    return [shown for value in rule.choices if (shown := option(rule, value, language))]


def _note(text: str) -> list[str]:
    return wrap(unbroken(text), WIDTH, NOTE).split("\n")


def squeezed(text: str) -> str:
    """Text without any white space and note marks at its beginning, for comparing notes however they were broken, and
    whichever wave or minus a charset has instead (NFKC, and what JIS and CP932 take for one another)."""
    return "".join(normalize("NFKC", text.lstrip(" \t\u3000#＃")).translate(_ALIKE).split())


def all_notes(form: Form) -> tuple[frozenset[str], frozenset[str]]:
    """Every note of a form in every language, squeezed: whole notes, and their single lines."""
    languages = {language for rule in form.fields.values() for language in (*rule.label, *rule.help, *rule.example)}
    texts = list(_INTRO.values())
    for language in (*languages, *_INTRO):
        texts += [text for rule in form.fields.values() for text in _notes(rule, language)]
    return frozenset(map(squeezed, texts)), frozenset(squeezed(line) for text in texts for line in _note(text))


def fold(head: str, text: str) -> list[str]:
    """`head` and a line of text as lines of at most WIDTH columns.

    The rest is indented by SOFT where it was broken at a space, by HARD where a word had to be cut. `text` has no
    line break and no white space at its ends.
    """
    lines, current, empty = [], head, True
    for word in _BREAK.split(text):
        glue = "" if empty else " "
        if width(current) + len(glue) + width(word) <= _ROOM:
            current, empty = current + glue + word, False
            continue
        fits = SOFT + width(word) <= _ROOM
        if not empty or fits or width(head) > _ROOM - 10:
            lines.append(current.rstrip())
            current = " " * (VALUE if empty else SOFT)
        *cut, current = _cut(current, word)
        lines += cut
        empty = False
    return [*lines, current.rstrip()]


def _cut(current: str, word: str) -> list[str]:
    lines, left = [], width(word)
    while width(current) + left > WIDTH:
        end = _place(word, WIDTH - width(current))
        lines.append(current + word[:end])
        left -= width(word[:end])
        current, word = " " * HARD, word[end:]
    return [*lines, current + word]


def _place(word: str, room: int) -> int:
    """Where to cut a word so that its head takes at most `room` columns and no white space stands at the cut."""
    cut = fitting(word, room)
    while cut > 1 and (word[cut - 1].isspace() or word[cut : cut + 1].isspace()):
        cut -= 1
    return max(cut, 1)


def indentation(line: str) -> int:
    """Columns of white space at the beginning of a line."""
    if not line or not line[0].isspace():
        return 0
    return width(line[: len(line) - len(line.lstrip())].expandtabs(8))


def unfold(lines: Sequence[str], *, rejoin: bool, label: str = "", first: str = "") -> list[str]:
    """Lines of a value that stand below their label, without the indentation that all have; `rejoin` undoes `fold`.

    `first` is the line of the value in the line `label`, if it has one.
    """
    filled = [indentation(line) for line in lines if line.strip()]
    base = min([*filled, indentation(label) + VALUE] if first else filled, default=0)
    out, before = [first], label if first else ""
    for line in lines:
        text, deeper = line.strip(), max(indentation(line) - base, 0)
        if rejoin and text and before.strip() and deeper >= SOFT - VALUE - 1 and _full(before, text):
            out[-1] += f"{'' if deeper >= HARD - VALUE - 1 else ' '}{text}"
        else:
            out.append(" " * deeper + text if text else "")
        before = line
    return out


def _full(before: str, text: str) -> bool:
    """Whether the line before had no room for the next word."""
    return (
        width(before) + 1 + width(_BREAK.split(text[:WIDTH], 1)[0]) > _ROOM - 2
    )  # a quote mark may have taken a column
