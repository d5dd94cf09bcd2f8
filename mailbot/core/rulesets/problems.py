"""What is wrong with rules and templates, and where: words for an operator. It knows no rule, only texts and places."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mailbot.core.signs import SURROGATES

Path = tuple[str | int, ...]
"""Where a value stands in a file: names of tables and keys, and positions in lists from 0."""

_HEADER = re.compile(r"^\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*$")
_KEY = re.compile(r'^\s*((?:[\w-]+|"[^"]*")(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_SECRET = re.compile(r"password|secret|token")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `file` as in rules/ or templates/, `key` the place in it (lists counted from 1),
    what was found, what is wanted; `line` from 1 where it is known."""

    file: str
    key: str
    found: str
    wanted: str
    line: int | None = None

    @property
    def where(self) -> str:
        """`file:line`, or the file alone."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        place = f"{self.where}: {self.key}" if self.key else self.where
        return f"{place}: found {self.found}; wanted {self.wanted}" if self.found else f"{place}: wanted {self.wanted}"


def meant(word: str, known: Iterable[str]) -> str:
    """What is wanted instead of an unknown name: the one that was probably meant, else all there are."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return f"`{close[0]}`, probably" if close else f"one of {', '.join(names)}"


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip('"') for part in dotted.split("."))


def _lines(text: str) -> dict[Path, int]:
    """The line of every table and key that begins one; values inside a list or inline table have none of their own."""
    lines: dict[Path, int] = {}
    base: Path = ()
    counts: dict[Path, int] = {}
    depth, inside = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        bare, inside = _without_strings(line, inside)
        header = _HEADER.match(bare) if depth == 0 else None
        if header is not None:
            base = _entered(_parts(header[1]), bare.lstrip().startswith("[["), counts)
            lines.setdefault(base, number)
            continue
        key = _KEY.match(line) if depth == 0 and "=" in bare else None
        if key is not None:
            lines.setdefault((*base, *_parts(key[1])), number)
        depth = max(0, depth + sum(bare.count(sign) for sign in "[{") - sum(bare.count(sign) for sign in "]}"))
    return lines


def _without_strings(line: str, inside: str) -> tuple[str, str]:
    """The line without strings and comments, and the quotes of a string that goes on in the next line."""
    if inside:
        _, closed, line = line.partition(inside)
        if not closed:
            return "", inside
    for quotes in ('"""', "'''"):
        while quotes in line:
            before, _, rest = line.partition(quotes)
            _, closed, after = rest.partition(quotes)
            if not closed:
                return before, quotes
            line = f"{before}{after}"
    return _STRING.sub("", line).partition("#")[0], ""


def _entered(table: tuple[str, ...], listed: bool, counts: dict[Path, int]) -> Path:
    """The path of a header; each `[[name]]` counts one up, and `[name.more]` belongs to the last of them."""
    path: Path = ()
    for at, part in enumerate(table):
        path = (*path, part)
        if listed and at == len(table) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


class Source:
    """One TOML file: its data (None if it cannot be read), and the lines of its keys.

    Of a `private` one, which may hold passwords, no problem quotes a line, nor the value of a key that is about
    secrets: it only says where that stands.
    """

    def __init__(self, file: str, text: str, *, private: bool = False) -> None:
        self.file, self.text, self._private = file, text, private
        self.data: dict[str, Any] | None = None
        self.broken: Problem | None = None
        self._known: dict[Path, int] | None = None
        try:
            self.data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.broken = self._unreadable(str(error))

    def _unreadable(self, message: str) -> Problem:
        at = _AT_LINE.search(message)
        line = int(at[1]) if at else None
        lines = self.text.split("\n")
        quoted = line is not None and line <= len(lines) and not self._private
        found = f"`{lines[line - 1].strip()[:60]}`" if line and quoted else ""
        return Problem(self.file, "", found, f"TOML ({_AT_LINE.sub('', message)})", line)

    def hides(self, path: Path) -> bool:
        """Whether what stands at this place is for nobody to read."""
        return self._private and any(_SECRET.search(str(part)) for part in path)

    def problem(self, path: Path, found: str, wanted: str) -> Problem:
        """A problem at this place, with the line of the nearest key or table that has one; without what was `found` if
        that is for nobody to read."""
        if self._known is None:
            self._known = _lines(self.text)
        line = next((self._known[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self._known), None)
        key = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
        return Problem(self.file, key, "" if self.hides(path) else found, wanted, line)


def not_utf8(texts: Mapping[str, str]) -> list[Problem]:
    """Files whose bytes were not UTF-8: such bytes arrive as lone surrogates (`surrogateescape`)."""
    broken = []
    for file, text in texts.items():
        if hit := SURROGATES.search(text):
            found = f"the byte 0x{ord(hit[0]) - 0xDC00:02x}"
            broken.append(Problem(file, "", found, "UTF-8 text", text.count("\n", 0, hit.start()) + 1))
    return broken
