"""The command line: what an operator, clerk or auditor types. It only calls the floors below and prints."""

import argparse
import asyncio
import dataclasses
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from mailbot import __version__, desks
from mailbot.core.blank import blank
from mailbot.core.case import Status
from mailbot.core.columns import CONTROLS
from mailbot.core.rules import Rules
from mailbot.desks import Mistaken
from mailbot.edge.inbox import Inbox
from mailbot.edge.postman import Postman
from mailbot.flow.reader import Reader
from mailbot.flow.tools import wall_clock
from mailbot.flow.trial import READ_AT_ONCE, attempt, found_mails
from mailbot.service import one_round, reader_for
from mailbot.store import Damaged, Full, Wanted
from mailbot.store.files import FileStore, Locked
from mailbot.views import cases as view
from mailbot.views import log as log_view
from mailbot.views import trial as trial_view

Command = Callable[[argparse.Namespace], int]
OK, TROUBLE, MISTAKE = 0, 1, 2
"""Exit codes: done; done but something is wrong (said on standard error); not begun (settings, arguments, rules)."""


def say(text: str) -> None:
    """Text to standard output; control characters of somebody's mail do not reach the terminal."""
    print(CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text))


def say_json(value: object) -> None:
    """One JSON value, one line."""
    print(json.dumps(value, ensure_ascii=False))


def _config(arguments: argparse.Namespace) -> Path:
    return Path(arguments.config or os.environ.get("MAILBOT_CONFIG") or "mailbot.toml")


def _demo(arguments: argparse.Namespace) -> int:
    from mailbot import demo  # the demo needs its extra, the desk does not

    return demo.main(arguments.keep)


def _init(arguments: argparse.Namespace) -> int:
    for path, written in desks.init(arguments.dir):
        say(f"{'wrote' if written else 'kept '} {path}")
    say(f"\nNext: edit {arguments.dir / 'mailbot.toml'} and rules/desk.toml there, then run `mailbot check`.")
    return OK


def _check(arguments: argparse.Namespace) -> int:
    findings = asyncio.run(desks.check(_config(arguments)))
    for finding in findings:
        say(f"{'ok  ' if finding.good else 'BAD '} {finding.text}")
    return OK if all(finding.good for finding in findings) else TROUBLE


async def _one_round(path: Path) -> int:
    desk = desks.load(path)
    async with desks.opened(desk.state, desk.rules, desk.texts, desk.keys) as tools:
        done = await one_round(tools, Inbox(desk.imap), Postman(desk.smtp))
    letters = ", ".join(f"{count} {result}" for result, count in done.letters.items())
    if not done.quiet:  # a timer that runs every minute should have nothing to tell
        say(f"mails taken in {done.taken_in}, known {done.known}, quarantined {done.quarantined}; letters {letters}")
    for trouble in done.troubles:
        print(f"mailbot: {trouble}", file=sys.stderr)
    return TROUBLE if done.troubles else OK


def _once(arguments: argparse.Namespace) -> int:
    return asyncio.run(_one_round(_config(arguments)))


async def _try_all(rules: Rules, arguments: argparse.Namespace) -> int:
    paths = [] if str(arguments.mail) == "-" else list(found_mails(arguments.mail))
    async with reader_for(rules.desk.limits) as reader:
        if not paths:
            await _try_some(rules, reader, [("-", sys.stdin.buffer.read())], arguments.json)
        for start in range(0, len(paths), READ_AT_ONCE):
            group = [(str(path), path.read_bytes()) for path in paths[start : start + READ_AT_ONCE]]
            await _try_some(rules, reader, group, arguments.json)
    return OK


async def _try_some(rules: Rules, reader: Reader, mails: Sequence[tuple[str, bytes]], as_json: bool) -> None:
    for outcome in await attempt(rules, reader, mails, wall_clock()):
        if as_json:
            say_json(outcome)
        else:
            say(trial_view.outcome_text(outcome))


def _try(arguments: argparse.Namespace) -> int:
    if str(arguments.mail) != "-" and not arguments.mail.exists():
        raise Mistaken(f"{arguments.mail}: there is no such file or folder")
    rules = desks.rules_for(_config(arguments), arguments.rules, arguments.templates)
    return asyncio.run(_try_all(rules, arguments))


def _form(arguments: argparse.Namespace) -> int:
    rules = desks.rules_for(_config(arguments), None, None)
    form = rules.forms.get(arguments.name)
    language = arguments.lang or rules.desk.languages[0]
    if form is None:
        raise Mistaken(f"there is no form {arguments.name!r}; there are: {', '.join(sorted(rules.forms))}")
    if language not in rules.desk.languages:
        raise Mistaken(f"no language {language!r}; the desk writes: {', '.join(rules.desk.languages)}")
    say(blank(form, language))
    return OK


def _look(look: Callable[[FileStore, Rules, argparse.Namespace], Awaitable[int]]) -> Command:
    """A command that only reads the state of a desk, also while a service is at work on it."""

    async def run(state: Path, rules: Rules, arguments: argparse.Namespace) -> int:
        return await look(FileStore.read(state, rules.desk.name), rules, arguments)

    def command(arguments: argparse.Namespace) -> int:
        state, rules = desks.look(_config(arguments))
        if not (state / "journal").exists():
            raise Mistaken(f"{state}: nothing has happened there yet; `mailbot once` begins")
        return asyncio.run(run(state, rules, arguments))

    return command


async def _cases(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    wanted = Wanted(statuses=frozenset([arguments.status] if arguments.status else []))
    found = sorted([case async for case in store.cases(wanted)], key=lambda case: case.number)
    if arguments.json:
        for case in found:
            say_json(case.model_dump(mode="json"))
    else:
        say(view.cases_table(found, rules))
    return OK


async def _case(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    case = await anext(aiter(store.cases(Wanted(numbers=frozenset({arguments.id})))), None)
    if case is None:
        raise Mistaken(f"there is no case {arguments.id}")
    letters = await view.letters_of(case.number, store.entries())
    if arguments.json:
        written = [{"name": name, **letter.model_dump(mode="json")} for name, letter in letters]
        say_json({**case.model_dump(mode="json"), "letters": written})
    else:
        say(view.case_text(case, rules, letters))
    return OK


async def _queue(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    waiting = view.in_queue([case async for case in store.cases(Wanted())])
    say(view.cases_table(waiting, rules) if waiting else "the queue is empty")
    return OK


def _instant(text: str) -> datetime:
    """A day or an instant as people type it (ISO 8601), in UTC where no zone is given."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"found {text!r}, wanted a day or instant such as 2026-04-01") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


async def _log(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    if arguments.case and await store.case(arguments.case) is None:
        raise Mistaken(f"there is no case {arguments.case}")
    async for entry in store.entries():
        if arguments.case not in (None, entry.case) or (arguments.since and entry.at < arguments.since):
            continue
        if arguments.json:
            say_json(log_view.as_json(entry))
        else:
            say(log_view.sentence(entry))
    return OK


async def _verify(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    result = await asyncio.to_thread(store.verify)
    say(result.words())
    return OK if result.ok else TROUBLE


@dataclasses.dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, object]


def arg(*names: str, **options: object) -> Argument:
    """An argument for the table of commands."""
    return Argument(names, options)


STATUS = arg("--status", choices=get_args(Status), metavar="STATUS", help=f"one of {', '.join(get_args(Status))}")
JSON = arg("--json", action="store_true", help="one JSON object a line")
COMMANDS: tuple[tuple[str, str, Command, tuple[Argument, ...]], ...] = (
    (
        "demo",
        "a day at a desk, on embedded servers, from mail to decision",
        _demo,
        (arg("--keep", type=Path, metavar="DIR", help="leave settings, state and letters in DIR"),),
    ),
    ("init", "write settings, rules and templates to start from", _init, (arg("dir", type=Path),)),
    ("check", "read settings, rules and templates; ask whether IMAP and SMTP answer", _check, ()),
    ("once", "one round: read all mail, decide, send, meet deadlines", _once, ()),
    (
        "try",
        "say what the desk would make of mails; changes nothing",
        _try,
        (
            arg("mail", type=Path, metavar="FILE|DIR|-"),
            JSON,
            arg("--rules", type=Path, help="folder of rules (default: settings, else the shipped ones)"),
            arg("--templates", type=Path, help="folder of templates"),
        ),
    ),
    ("form", "print the blank of a form", _form, (arg("name"), arg("--lang", help="en or ja"))),
    (
        "cases",
        "list the cases",
        _look(_cases),
        (
            STATUS,
            JSON,
        ),
    ),
    ("case", "show one case with its letters", _look(_case), (arg("id"), JSON)),
    ("queue", "list the cases waiting for a decision", _look(_queue), ()),
    (
        "log",
        "the case log, a sentence an entry",
        _look(_log),
        (
            arg("case", nargs="?", help="only this case"),
            arg("--since", type=_instant, help="only entries from this day or instant on (UTC)"),
            JSON,
        ),
    ),
    ("verify", "verify the log, the raw mails and the cases", _look(_verify), ()),
)
"""Every command: its name, its help, what it does, its arguments."""


def parser() -> argparse.ArgumentParser:
    """The parser of the command line, made from the table of commands."""
    top = argparse.ArgumentParser(prog="mailbot", description="A help desk that takes applications by mail.")
    top.add_argument("--version", action="version", version=f"mailbot {__version__}")
    top.add_argument("--config", metavar="FILE", help="settings (default: mailbot.toml here, or $MAILBOT_CONFIG)")
    top.add_argument("--debug", action="store_true", help="show what happens inside")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, help_text, run, arguments in COMMANDS:
        command = commands.add_parser(name, help=help_text, description=help_text)
        for argument in arguments:
            command.add_argument(*argument.names, **argument.options)  # type: ignore[arg-type]
        command.set_defaults(run=run)
    return top


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit code says how it went."""
    arguments = parser().parse_args(words)
    logging.basicConfig(level=logging.DEBUG if arguments.debug else logging.WARNING, format="%(levelname)s %(message)s")
    try:
        return int(arguments.run(arguments))
    except (Mistaken, Locked, Damaged, Full) as mistake:
        print(f"mailbot: {mistake}", file=sys.stderr)
        return MISTAKE
    except BrokenPipeError:
        sys.stderr.close()
        return OK


if __name__ == "__main__":
    sys.exit(main())
