"""Rows as CSV and as lines of JSON, so that no program that opens them takes a cell for a formula. It knows no file.

A cell of CSV that begins with `=`, `+`, `-`, `@`, a tab, a line end, one of the wide forms of those signs, or with an
apostrophe gets an apostrophe in front of it (OWASP, CSV injection), white space before the sign or not: `-5` is `'-5`.
Whoever reads it back takes one apostrophe off the beginning of each cell, and has what was there.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Mapping

from mailbot.core.safe import json_text

BEGINS = frozenset("=+-@\t\r\n")
BOM = b"\xef\xbb\xbf"
"""By this Excel knows UTF-8."""


def defused(text: str) -> str:
    """A cell that is text in every program."""
    bare = "".join(sign for sign in text if unicodedata.category(sign) != "Cf").lstrip()
    begins = {unicodedata.normalize("NFKC", part)[:1] for part in (text[:1], bare[:1]) if part}
    return f"'{text}" if begins & BEGINS or text[:1] == "'" else text


def restored(cell: str) -> str:
    """What was there before `defused`."""
    return cell.removeprefix("'")


def csv_line(cells: Iterable[str]) -> bytes:
    """One line of CSV (RFC 4180) in UTF-8, every cell in quotes."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([defused(cell) for cell in cells])
    return out.getvalue().encode()


def json_line(row: Mapping[str, str]) -> bytes:
    """One row as a JSON object; every value is what was there."""
    return json_text(dict(row)).encode() + b"\n"
