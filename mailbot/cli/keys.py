"""Commands for the keys of reply addresses, and for the one that signs what auditors are told. They show no secret."""

import argparse
from datetime import datetime
from pathlib import Path

from mailbot import desks
from mailbot.cli.words import OK, complain, say, say_all, settings
from mailbot.core.heads import fingerprint
from mailbot.core.instants import to_text
from mailbot.core.rotation import Use, note_case, note_letters, spent
from mailbot.core.rules import Rules
from mailbot.desks import Mistaken
from mailbot.edge import config
from mailbot.edge.signing import make_signing_key, public_pem
from mailbot.flow.tools import wall_clock
from mailbot.store import Wanted
from mailbot.store.files import FileStore
from mailbot.views.cases import table


async def list_keys(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """Every key by name: since when, until when, how many letters name it, in how many open cases."""
    current, names = _names(_file(arguments))
    uses = await _uses(store)
    rows = [_row(name, uses.get(name, Use()), current=name == current) for name in names]
    return say_all(rows, lambda: table(tuple(rows[0]), [tuple(map(str, row.values())) for row in rows]), arguments)


async def rotate(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """New letters get a new key. What the old ones prove they still prove, until nothing needs them."""
    file = _file(arguments)
    current, names = _names(file)
    gone = spent(await _uses(store), names, current, wall_clock())
    name = config.rotate_keys(file, gone)
    say(f"the current key is {name}; kept: {', '.join(old for old in names if old not in gone)}")
    if gone:
        say(f"dropped, as nothing needs them: {', '.join(gone)}")
    say("A service at work goes on with the key it has until `mailbot reload`.")
    return OK


def signing(arguments: argparse.Namespace) -> int:
    """The public half of the key that signs what auditors are told, to be given to them by another way than mail; with
    --new that key is made first."""
    at = settings(arguments)
    paths = desks.settings_in(at, secrets=False).desk
    if paths.signing_key is None:
        raise Mistaken(f'{at}: [desk] names no signing_key; wanted a line such as signing_key = "head.pem"')
    if arguments.new:
        _make_signing_key(paths.signing_key)
    signer = desks.signer_in(paths)
    if signer:
        say(f"public-key {signer.public}\nfingerprint {fingerprint(signer.public)}")
        say(public_pem(signer.public).rstrip())
    if arguments.new:
        complain("a service at work does not sign with it before `mailbot reload`")
    return OK


def _make_signing_key(path: Path) -> None:
    try:
        make_signing_key(path)
    except FileExistsError as error:
        wanted = "wanted no such file: move the old key away, and keep its public key for the letters it signed"
        raise Mistaken(f"{path}: there is one already; {wanted}") from error
    except OSError as error:
        raise Mistaken(f"{path}: {error}") from error


def _row(name: str, use: Use, *, current: bool) -> dict[str, object]:
    return {
        "key": name,
        "current": "yes" if current else "",
        "letters": use.letters,
        "first": _day(use.first),
        "last": _day(use.last),
        "open cases": len(use.open),
    }


def _day(instant: datetime | None) -> str:
    return to_text(instant)[:10] if instant else ""


async def _uses(store: FileStore) -> dict[str, Use]:
    uses: dict[str, Use] = {}
    async for entry in store.entries():
        note_letters(uses, entry.events or (), entry.at)
    async for case in store.cases(Wanted()):
        note_case(uses, case)
    return uses


def _file(arguments: argparse.Namespace) -> Path:
    return desks.settings_in(settings(arguments), secrets=False).desk.keys


def _names(file: Path) -> tuple[str, tuple[str, ...]]:
    """The name of the current key, and all names. Mistaken if the file is not as it has to be."""
    try:
        current, keys = config.load_keys(file)
    except (OSError, ValueError) as error:
        raise Mistaken(f"{file}: {error}") from error
    return current, tuple(keys)
