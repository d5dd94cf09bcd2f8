"""The command that writes a report: a folder of pages that show everything a desk did. It reads the state and writes
into the folder it is given, complete or not at all."""

import argparse
from pathlib import Path

from mailbot.cli.look import looked_at
from mailbot.cli.pages import refuse_private
from mailbot.cli.report import working
from mailbot.cli.report.folder import made_beside, require_place, write
from mailbot.cli.report.shelf import Shelf
from mailbot.cli.words import OK, TROUBLE, complain, say, settings
from mailbot.core.counts import counted
from mailbot.core.instants import to_text
from mailbot.core.rules import Rules
from mailbot.desks import Mistaken
from mailbot.edge.memory import few_searches
from mailbot.flow.tools import wall_clock
from mailbot.store.files import FileStore
from mailbot.views import report as view


def report(arguments: argparse.Namespace) -> int:
    """Every page of the report, written into a folder of its own, whose earlier report is replaced."""
    folder = arguments.dir
    found = looked_at(arguments)
    refuse_private(folder, settings(arguments))
    require_place(folder, view.marker(found.rules.desk.name))
    store = FileStore.read(found.state, found.rules.desk.name)
    voices = tuple(view.Voice(found.rules, language) for language in _languages(found.rules, arguments.lang))
    stand = view.Stand(store.head, to_text(wall_clock()), voices)
    try:
        cases = _write(store, found.rules, stand, folder)
    except OSError as error:
        complain(f"no report was written: {error}")
        return TROUBLE
    holds = f"{counted(cases, 'case')}, {counted(stand.head.seq, 'entry', 'entries')}"
    say(f"wrote {folder / 'index.html'}: {holds}; it holds personal data")
    return OK


def _languages(rules: Rules, wanted: str | None) -> tuple[str, ...]:
    known = view.languages_of(rules)
    if wanted and wanted not in known:
        raise Mistaken(f"--lang {wanted}: wanted one of {', '.join(known)}")
    return (wanted,) if wanted else known


def _write(store: FileStore, rules: Rules, stand: view.Stand, folder: Path) -> int:
    """The whole report in its place; how many cases it has."""
    with made_beside(folder, view.marker(rules.desk.name)) as new, few_searches():
        shelf = Shelf(new.parent / "shelf")
        cases = working.make(working.Work(store, rules, stand, new, shelf))
        write(new, "index.html", view.choice(stand))
    return cases
