"""The command that writes out what the desk holds. It only reads the state, and writes the one file it is told."""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mailbot.cli.words import OK, TROUBLE, complain
from mailbot.core.counts import counted
from mailbot.core.rules import Rules
from mailbot.desks import Mistaken
from mailbot.store.files import FileStore
from mailbot.views.export import COLUMNS, Choice, records
from mailbot.views.export.cells import BOM, csv_line, json_line
from mailbot.views.export.rows import Record
from mailbot.views.export.workbook import Workbook

FORMATS = ("csv", "jsonl", "xlsx")
NO_TEXT = ("csv", "xlsx")
"""Formats that no terminal is shown: cells are as they were written, control characters and all."""


async def export(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """The rows of a person, a form, a period, or all, into a file (readable by its owner alone) or standard output."""
    if arguments.form and arguments.form not in rules.forms:
        raise Mistaken(f"there is no form {arguments.form!r}; there are: {', '.join(sorted(rules.forms))}")
    if arguments.format in NO_TEXT and arguments.output is None and sys.stdout.isatty():
        raise Mistaken(f"{arguments.format} is no text for a terminal; wanted --output FILE, or --format jsonl")
    if arguments.person is not None and "@" not in arguments.person:
        raise Mistaken(f"--person {arguments.person!r}: wanted an address")  # of an empty one, it would be everybody's
    choice = Choice(arguments.person or "", arguments.form, arguments.since, arguments.until)
    try:
        with _target(arguments.output, arguments.format) as out:
            count = await _write(out, arguments.format, records(store, rules, choice))
    except BrokenPipeError:
        raise
    except OSError as error:
        complain(f"{arguments.output or 'standard output'}: not everything was written: {error}")
        return TROUBLE
    complain(counted(count, "row") + (f" written to {arguments.output}" if arguments.output else ""))
    return OK


async def _write(out: IO[bytes], kind: str, rows: AsyncIterator[Record]) -> int:
    """All rows in that format; how many they were."""
    count, book = 0, Workbook(out, list(COLUMNS)) if kind == "xlsx" else None
    if kind == "csv":
        out.write(BOM + csv_line(COLUMNS))
    async for row in rows:
        count += 1
        if book:
            book.add(list(row.values()))
        else:
            out.write(csv_line(row.values()) if kind == "csv" else json_line(row))
    if book:
        book.close()
    return count


@contextmanager
def _target(path: Path | None, kind: str) -> Iterator[IO[bytes]]:
    """Where it goes. A file is there whole, or as it was before."""
    if path is None:
        with _piped(kind) as out:
            yield out
        sys.stdout.buffer.flush()
        return
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
        Path(name).rename(path)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _piped(kind: str) -> Iterator[IO[bytes]]:
    """Standard output. A workbook is made whole before its first byte goes there: whoever makes it cannot bear that the
    reader goes away."""
    if kind != "xlsx":
        yield sys.stdout.buffer
        return
    with tempfile.TemporaryFile() as whole:
        yield whole
        whole.seek(0)
        shutil.copyfileobj(whole, sys.stdout.buffer)
