"""The command that decides a journal again. It only looks, also while a service is at work."""

import argparse
import hashlib
import time
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path

from mailbot import desks
from mailbot.cli.look import instant
from mailbot.cli.progress import Bar
from mailbot.cli.words import OK, TROUBLE, say, say_json, settings
from mailbot.core.chain import canonical
from mailbot.core.rules import Rules
from mailbot.desks import Mistaken
from mailbot.edge.program import program
from mailbot.flow.replaying import VERDICTS, Again, Replay
from mailbot.service import patient_reader_for
from mailbot.store.files import FileStore
from mailbot.views import replay as view

OTHER_PROGRAM, OTHERWISE, READABLE = 3, 4, 5
"""Exit codes of this command alone: only decisions of other programs differ; changed rules would decide otherwise;
mails that are said to have been unreadable can be read."""
EXITS = {
    "differs": TROUBLE,
    "lost": TROUBLE,
    "readable": READABLE,
    "otherwise": OTHERWISE,
    "other_program": OTHER_PROGRAM,
}
"""What each verdict makes of the exit code; the first in this order that there is counts."""
SILENT = ("equal", "recorded", "gone", "worded")
"""Verdicts that are counted and not listed."""


def since(text: str) -> int | datetime:
    """An entry's number, a day or an instant."""
    return int(text) if text.isdecimal() and text.isascii() else instant(text)


async def replay(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """Every decision again; with --rules also under those, as the desk would take it if it had them."""
    changed, begin = _changed(arguments), arguments.since or 0
    if isinstance(begin, int) and begin > store.head.seq:
        raise Mistaken(f"--since {begin}: the last entry is {store.head.seq}; wanted a day such as 2026-04-01")

    async def rules_of(digest: str) -> Rules | None:
        texts = await store.rule_texts(digest)
        return desks.kept_rules(texts) if texts is not None else None

    async def program_kept(digest: str) -> bool:
        return await store.recollect("program", digest) is not None

    this = hashlib.sha256(canonical(program())).hexdigest()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    arguments.code = TROUBLE  # if nobody reads on, the walk is not finished
    bar, began = Bar(), time.monotonic()
    async with Replay(store, rules_of, patient_reader_for, this, changed, begin, program_kept) as walk:
        async for again in walk.walk():
            counts[again.form][again.verdict] += 1
            bar("deciding again", again.entries[-1].seq, store.head.seq)
            _tell(again, bar, arguments.json)
    bar.clear()
    total = sum(counts.values(), Counter[str]())
    arguments.code = next((code for verdict, code in EXITS.items() if total[verdict]), OK)
    if arguments.json:
        say_json({"decisions": total.total(), **total, "by_form": {form: dict(row) for form, row in counts.items()}})
    else:
        _sum_up(counts, total, time.monotonic() - began)
    return int(arguments.code)


def _changed(arguments: argparse.Namespace) -> Rules | None:
    """The rules to decide under for comparison, with their templates. Mistaken at once if a folder is not there: what
    no template says would be wrong in every rule."""
    if arguments.rules is None:
        return None
    folders = (arguments.rules, _templates(arguments))
    for folder in folders:
        if not folder.is_dir():
            raise Mistaken(f"{folder}: there is no such folder")
    return desks.rules_in(*folders)[0]


def _templates(arguments: argparse.Namespace) -> Path:
    """Those that are named; else those beside the rules; else the desk's own."""
    beside: Path = arguments.rules.resolve().parent / "templates"
    named: Path | None = arguments.templates or (beside if beside.is_dir() else None)
    return named or desks.settings_in(settings(arguments), secrets=False).desk.templates


def _tell(again: Again, bar: Bar, as_json: bool) -> None:
    told = (again.entries, VERDICTS[again.verdict], again.why)
    if as_json:
        say_json(view.as_json(again.entries, again.verdict, again.why, again.form, again.was, again.now))
    elif again.verdict not in SILENT:
        bar.clear()
        say(view.text(*told, again.was, again.now) + "\n")


def _sum_up(counts: dict[str, Counter[str]], total: Counter[str], seconds: float) -> None:
    if counts:
        say(view.by_form(counts, VERDICTS) + "\n")
    for verdict, words in VERDICTS.items():
        if total[verdict]:
            say(f"{total[verdict]:>7}  {words}")
    say(f"{total.total():>7}  mails, orders and deadlines, in {seconds:.1f} s")
