"""What every command has in common: where settings are, how text reaches the terminal, what exit codes mean.
It knows no command."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from mailbot.core.safe import json_text, shown

Command = Callable[[argparse.Namespace], int]
OK, TROUBLE, MISTAKE = 0, 1, 2
"""Exit codes: done; done but something is wrong (said on standard error); not begun (settings, arguments, rules)."""


def begin_to_speak() -> None:
    """What a terminal has no letters for (names in one that is not UTF-8) is written out from now on."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def stop_speaking() -> None:
    """Whoever read standard output is gone: what is left to be said goes nowhere, without a complaint at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """Text to standard output; control characters of somebody's mail do not reach the terminal, and what turns the
    direction of reading or is not seen is written out."""
    print(shown(text))


def say_json(value: object) -> None:
    """One JSON value, one line."""
    print(json_text(value))


def say_all(rows: Iterable[object], table: Callable[[], str], arguments: argparse.Namespace) -> int:
    """A list of things: a table for people or, with --json, one value of JSON a row."""
    if arguments.json:
        for row in rows:
            say_json(row)
    else:
        say(table())
    return OK


def complain(text: str) -> None:
    """Text for whoever has to mend something, to standard error: each of its lines says who speaks."""
    for line in text.split("\n"):
        print(f"mailbot: {shown(line)}", file=sys.stderr)


def settings(arguments: argparse.Namespace) -> Path:
    """The mailbot.toml to work with: --config, else $MAILBOT_CONFIG, else the one here."""
    return Path(arguments.config or os.environ.get("MAILBOT_CONFIG") or "mailbot.toml")
