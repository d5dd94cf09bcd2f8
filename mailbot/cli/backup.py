"""`mailbot backup`: a whole copy of a desk while its service works. It decides nothing."""

import argparse
from pathlib import Path

from mailbot import __version__, backups, desks
from mailbot.cli.progress import Bar
from mailbot.cli.words import OK, TROUBLE, complain, say, say_json, settings
from mailbot.desks import Mistaken
from mailbot.flow.tools import wall_clock
from mailbot.store import Full
from mailbot.store.files.backup import Made, Wish, make, mark
from mailbot.store.files.restore import has_entries


def backup(arguments: argparse.Namespace) -> int:
    """0 if there is a backup of everything, 1 if something of the state is missing in it, 2 (Mistaken) if there is
    none."""
    at, into = settings(arguments), arguments.dir
    found = desks.look(at)
    _possible(found.state, into)
    beside, notices = backups.beside(at, keys=arguments.keys)
    wish = Wish(found.state, found.rules.desk.name, __version__, beside, arguments.keys)
    with Bar() as bar:
        made = make(wish, into, wall_clock(), bar)
    try:
        mark(found.state, made)
    except (Full, OSError) as trouble:
        notices.append(f"`mailbot status` will not know of it: {trouble}")
    notices += [f"{name} was interrupted before it was whole: removed" for name in made.removed]
    for line in (*found.notices, *notices):
        complain(line)
    for line in made.manifest.wrong:
        complain(f"missing in the backup: {line}")
    _tell(made, arguments)
    return TROUBLE if made.manifest.wrong else OK


def _possible(state: Path, into: Path) -> None:
    if not has_entries(state):
        raise Mistaken(f"{state}: nothing has happened there yet, so there is nothing to keep")
    if into.resolve().is_relative_to(state.resolve()):
        raise Mistaken(f"{into}: found a folder inside the state, wanted one outside, best on another machine")


def _tell(made: Made, arguments: argparse.Namespace) -> None:
    manifest = made.manifest
    if arguments.json:
        say_json(
            {
                "folder": str(made.folder),
                "desk": manifest.desk,
                "made": manifest.made,
                "head": {"seq": manifest.head.seq, "hash": manifest.head.hash, "at": manifest.head.at},
                "mails": manifest.mails,
                "linked": made.linked,
                "keys": manifest.keys,
                "wrong": list(manifest.wrong),
            }
        )
        return
    shared = f" ({made.linked} of them shared with the one before)" if made.linked else ""
    say(f"{made.folder}: entries {manifest.head.seq}, mails {manifest.mails}{shared}; chain and digests verified")
    if not manifest.keys:
        say("without keys (--keys takes them in): keep a copy elsewhere; no answer to an earlier letter counts without")
