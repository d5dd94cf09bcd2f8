"""The command line: what an operator, clerk or auditor types. It only calls the floors below and prints."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import get_args

from mailbot import __version__
from mailbot.checkup.probing import PATIENCE
from mailbot.cli import (
    backup,
    erasing,
    export,
    init,
    keys,
    look,
    pages,
    registers,
    replay,
    report,
    restore,
    sealed,
    serve,
    setting,
    unit,
    verifying,
    work,
)
from mailbot.cli.look import looking
from mailbot.cli.words import MISTAKE, OK, Command, begin_to_speak, complain, stop_speaking
from mailbot.cli.work import ordering
from mailbot.core.case import Status
from mailbot.desks import Mistaken
from mailbot.edge import logs
from mailbot.store import Damaged, Full
from mailbot.store.files import Locked, NotOwner


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, object]


def arg(*names: str, **options: object) -> Argument:
    """An argument for the table of commands."""
    return Argument(names, options)


STATUS = arg("--status", choices=get_args(Status), metavar="STATUS", help=f"one of {', '.join(get_args(Status))}")
JSON = arg("--json", action="store_true", help="one JSON object a line")
PROBE = arg(
    "--probe",
    type=setting.seconds,
    nargs="?",
    const=PATIENCE,
    metavar="SECONDS",
    help=f"send a mail to the desk's address with a + and look for it, for so long (default: {PATIENCE:g})",
)
KEEP = arg("--keep", type=Path, metavar="DIR", help="leave settings, state and letters in DIR")
CASE = arg("case", nargs="?", help="only this case")
NUMBER = arg("case", metavar="CASE", help="its number, such as 2026-00042")
ORDERS = arg("orders", nargs="+", metavar="ORDER", help='such as "ACCEPT"; each a line, - reads standard input')
CLERK = arg("--clerk", default="", metavar="ADDRESS", help="in this clerk's name (default: as the operator)")
SINCE = arg("--since", type=look.instant, help="only entries from this day or instant on (UTC)")
SHOWN = arg("id", metavar="CASE", help="its number, such as 2026-00042")
BLANK = (
    arg("name", metavar="FORM", help="its name, such as enquiry"),
    arg("--lang", help="en or ja (default: the desk's first language)"),
)
TRIED = arg("mail", type=Path, metavar="FILE|DIR|-", help="a mail as a file, a folder of them, or - for standard input")
RULES = arg("--rules", type=Path, help="folder of rules (default: settings, else the shipped ones)")
FORMAT = arg("--format", choices=export.FORMATS, default="csv", help="default: csv")
PERSON = arg("--person", metavar="ADDRESS", help="only what belongs to this address")
FORM = arg("--form", default="", metavar="NAME", help="only cases of this form")
UNTIL = arg("--until", type=look.instant, help="only what came before this day or instant (UTC)")
OUTPUT = arg("--output", type=Path, metavar="FILE", help="default: standard output")
OTHER_RULES = arg("--rules", type=Path, metavar="DIR", help="compare with what these rules would have decided")
FROM = arg("--since", type=replay.since, metavar="DATE|SEQ", help="only entries from this day, instant or number on")
TEMPLATES = arg("--templates", type=Path, help="folder of templates (default: as with --rules)")
OTHER_TEMPLATES = arg(
    "--templates", type=Path, metavar="DIR", help="for those rules (default: templates beside DIR, else the desk's own)"
)
LETTERS = arg("names", nargs="+", metavar="LETTER", help="such as 2026-00042.7, or e123.1 without a case")
SOME_LETTERS = arg("names", nargs="*", metavar="LETTER", help="held letters; none named means all of them")
MAILS = arg("mails", nargs="+", metavar="MAIL", help="the digest of a mail in quarantine, or its beginning")
SEALED = arg("mails", nargs="+", metavar="DIGEST", help="the digest of a sealed mail, or its beginning")
REGISTER = arg("name", metavar="NAME", help="a register that rules/desk.toml declares, such as accounts")
CSV = arg("file", type=Path, metavar="FILE", help="a CSV file: its first line names the columns")
VALUE = arg("value", metavar="VALUE", help="an account or an address")
FOLDER = arg("dir", type=Path, metavar="DIR", help="a folder of its own, as a web server shows it")
HEAD = arg(
    "--head", metavar="HASH|LETTER.eml", help="what is known outside: a hash, or any letter of the desk as a file"
)
KEY = arg("--key", metavar="KEY", help="the desk's public key, 64 hex digits or a PEM file (default: the settings')")
STATE = arg("--state", type=Path, metavar="DIR", help="a copy of the folder `state` alone: no settings are read")
NEW = arg("--new", action="store_true", help="make that key first, where mailbot.toml says")
REPORT = arg("dir", type=Path, metavar="DIR", help="a folder of its own; an earlier report in it is replaced")
LANG = arg("--lang", help="only in this language: en or ja (default: those of the desk)")
REASON = arg("--reason", default="", help="goes into the log")
USER = arg("--user", default="", help="who the service runs as (default: whoever asks)")
NEW_DESK = (
    arg("dir", type=Path, metavar="DIR", help="the folder of the desk; what is there already stays as it is"),
    *(arg(f"--{one.name}", metavar=one.metavar, help=f"{one.words}: {one.wanted}") for one in init.QUESTIONS),
)
ERASED = arg("cases", nargs="*", metavar="CASE", help="such as 2026-00042; any number of them")
SENDER = arg("--sender", default="", metavar="ADDRESS", help="all cases and mails of this address")
ORDER = arg("--order", default="", metavar="TEXT", help="who wants it, and why; stays in the log, so name nobody")
OPEN = arg("--open", action="store_true", help="also cases that are not closed")
DRY = arg("--dry-run", action="store_true", help="only say what would go")
YES = arg("--yes", action="store_true", help="ask nothing")
SERVER = arg("--server", action="store_true", help="only remove from the server what was erased before")
PROPOSED = arg("--proposed", action="store_true", help="list the cases kept longer than their forms say")
BACKUPS = arg("dir", type=Path, metavar="DIR", help="each backup is a folder of its own in it")
WITH_KEYS = arg("--keys", action="store_true", help="with the keys, and settings that hold a password")
BACKUP = arg("backup", type=Path, metavar="BACKUP", help="the folder of one backup")
RESTORING = (
    arg("--without-head", action="store_true", help="there is no such letter: what it would prove is not proven"),
    arg("--older", action="store_true", help="though entries are missing that the letter knows"),
    arg("--moved", action="store_true", help="the service was stopped before the backup: nothing is held"),
    arg("--erasures-from", type=Path, metavar="STATE", help="erase what the log of this newer state says was erased"),
    arg("--replace", action="store_true", help="move a state in which things happened aside"),
)
Row = tuple[str, str, Command, tuple[Argument, ...]]
COMMANDS: tuple[Row, ...] = (
    ("demo", "a day at a desk, on embedded servers, from mail to decision", setting.demo, (KEEP,)),
    ("init", "write settings, rules and templates to start from; asks at a terminal", init.init, NEW_DESK),
    ("check", "read settings, rules and templates; ask whether IMAP and SMTP answer", setting.check, (PROBE,)),
    ("run", "the service: take in mail as it comes, decide, send, meet deadlines, until stopped", serve.run, ()),
    ("reload", "have the service read rules, templates and keys again, all or nothing", serve.reload, ()),
    ("unit", "print a hardened unit of systemd for the service", unit.unit, (USER,)),
    ("once", "one round: read all mail, decide, send, meet deadlines", work.once, ()),
    ("status", "how the service is: mails, letters, servers, sums", looking(look.show_status), (JSON,)),
    ("adopt", "let the desk take in the mails that it only observed", ordering(work.adopt), ()),
    ("command", "carry out a clerk's commands on a case", ordering(work.command), (NUMBER, ORDERS, CLERK)),
    ("letters list", "the letters that are held", looking(look.list_letters), (JSON,)),
    ("letters show", "the words of letters", looking(look.show_letter), (LETTERS,)),
    ("letters release", "let held letters go, whatever the budgets say", ordering(work.release), (SOME_LETTERS,)),
    ("letters drop", "never send these letters", ordering(work.drop), (LETTERS,)),
    ("quarantine list", "the mails that could not be read", looking(look.list_quarantine), (JSON,)),
    ("quarantine show", "such mails as they came", looking(look.show_quarantined), (MAILS,)),
    ("quarantine retry", "read and decide such mails again", ordering(work.retry), (MAILS,)),
    ("quarantine dismiss", "such mails need nothing more", ordering(work.dismiss), (MAILS, REASON)),
    ("secrets list", "the mails that held a private key or password", looking(sealed.list_secrets), (JSON,)),
    ("secrets destroy", "destroy what is kept of such mails", ordering(sealed.destroy), (SEALED,)),
    ("keys list", "the keys of reply addresses, and the letters that name them", looking(keys.list_keys), (JSON,)),
    ("keys rotate", "a new key for new letters; keys that nothing needs go", looking(keys.rotate), ()),
    ("keys signing", "the public key of what signs letters to auditors", keys.signing, (NEW,)),
    (
        "erase",
        "erase cases, or all of an address: log, mails, casebook, server; the log still proves itself",
        erasing.erase,
        (ERASED, SENDER, ORDER, OPEN, DRY, YES, SERVER, PROPOSED),
    ),
    ("register list", "the registers, and when each was imported", looking(registers.list_registers), (JSON,)),
    (
        "register import",
        "a CSV file is this register from now on",
        ordering(registers.import_register),
        (REGISTER, CSV),
    ),
    ("register show", "what a register says of somebody", looking(registers.show_row), (REGISTER, VALUE, JSON)),
    (
        "try",
        "say what the desk would make of mails; changes nothing",
        setting.try_mails,
        (TRIED, JSON, RULES, TEMPLATES),
    ),
    ("form", "print the blank of a form", setting.form, BLANK),
    ("pages", "write what to publish: a page for each form and language", pages.pages, (FOLDER,)),
    ("cases", "list the cases", looking(look.list_cases), (STATUS, JSON)),
    ("case", "show one case with its letters", looking(look.show_case), (SHOWN, JSON)),
    ("queue", "list the cases waiting for a decision", looking(look.list_queue), ()),
    ("log", "the case log, a sentence an entry", looking(look.show_log), (CASE, SINCE, JSON)),
    ("verify", "verify the log, the raw mails and the cases", verifying.verify, (STATE, HEAD, KEY, JSON)),
    (
        "replay",
        "decide everything in the log again, and say what comes out otherwise",
        looking(replay.replay),
        (OTHER_RULES, OTHER_TEMPLATES, FROM, JSON),
    ),
    (
        "export",
        "write out what the desk holds: of a person, a form, a period, or all of it",
        looking(export.export),
        (FORMAT, PERSON, FORM, SINCE, UNTIL, OUTPUT),
    ),
    ("report", "write a report to read in a browser: overview, cases, letters, journal", report.report, (REPORT, LANG)),
    ("backup", "a whole copy of the desk, made while its service works", backup.backup, (BACKUPS, WITH_KEYS, JSON)),
    ("restore", "put a backup in the place of a lost state", restore.restore, (BACKUP, HEAD, KEY, *RESTORING)),
    ("rebuild", "make the casebook again from the journal", work.rebuild, ()),
)
"""Every command: its name (two words: a command of a group), its help, what it does, its arguments."""
GROUPS = {
    "letters": ("letters that are held until an operator decides", "list"),
    "quarantine": ("mails that could not be read", "list"),
    "secrets": ("mails that held a private key or password: masked for everybody, kept sealed", "list"),
    "keys": ("the keys of reply addresses, by name, and the one that signs; no secret is shown", "list"),
    "register": ("what the desk knows of accounts and people", "list"),
}
"""Groups of commands: their help, and which one is meant if none is named."""


@cache
def parser() -> argparse.ArgumentParser:
    """The parser of the command line, made from the table of commands; one for whoever runs many commands."""
    top = argparse.ArgumentParser(prog="mailbot", description="A help desk that takes applications by mail.")
    top.add_argument("--version", action="version", version=f"mailbot {__version__}")
    top.add_argument("--config", metavar="FILE", help="settings (default: mailbot.toml here, or $MAILBOT_CONFIG)")
    top.add_argument("--debug", action="store_true", help="show what happens inside")
    top.set_defaults(code=OK)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    groups = {}
    for name, help_text, run, arguments in COMMANDS:
        group, _, word = name.rpartition(" ")
        if group and group not in groups:
            made = commands.add_parser(group, help=GROUPS[group][0], description=GROUPS[group][0])
            groups[group] = made.add_subparsers(dest="word", required=True, metavar="|".join(_words_of(group)))
        command = (groups[group] if group else commands).add_parser(word, help=help_text, description=help_text)
        for argument in arguments:
            command.add_argument(*argument.names, **argument.options)  # type: ignore[arg-type]
        command.set_defaults(run=run)
    return top


def _words_of(group: str) -> list[str]:
    return [name.rpartition(" ")[2] for name, *_ in COMMANDS if name.startswith(f"{group} ")]


def _spelled_out(words: Sequence[str]) -> list[str]:
    """A group named alone means its first command: `mailbot letters` is `mailbot letters list`."""
    spelled = list(words)
    for at, word in enumerate(spelled):
        if word in GROUPS and not set(spelled[at + 1 :]) & {*_words_of(word), "-h", "--help"}:
            return [*spelled[: at + 1], GROUPS[word][1], *spelled[at + 1 :]]
    return spelled


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit code says how it went, also where nobody reads what it says."""
    arguments = parser().parse_args(_spelled_out(sys.argv[1:] if words is None else words))
    logs.begin(debug=arguments.debug)
    begin_to_speak()
    try:
        arguments.code = int(arguments.run(arguments))
        sys.stdout.flush()
    except (Mistaken, Locked, NotOwner, Damaged, Full) as mistake:
        complain(str(mistake))
        if isinstance(mistake, Damaged):
            complain("`mailbot verify` says all that is wrong; `mailbot restore` puts a backup back")
        return MISTAKE
    except BrokenPipeError:
        stop_speaking()
    except OSError as error:
        if arguments.debug:
            raise
        complain(f"{error.filename or 'something could not be read or written'}: {error.strerror or error}")
        return MISTAKE
    return int(arguments.code)
