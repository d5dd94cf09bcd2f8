"""Commands that only look at a desk's state, also while a service is at work on it."""

import argparse
import asyncio
import dataclasses
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from mailbot import desks
from mailbot.cli.words import OK, TROUBLE, Command, complain, say, say_all, say_json, settings
from mailbot.core.alarms import sums
from mailbot.core.events import LetterWritten
from mailbot.core.health import Health
from mailbot.core.instants import to_text
from mailbot.core.ledger import InQuarantine
from mailbot.core.pulse import read_pulse
from mailbot.core.queue import in_queue
from mailbot.core.rules import Rules
from mailbot.core.secrets import masked
from mailbot.desks import Mistaken
from mailbot.flow.tools import wall_clock
from mailbot.store import Wanted
from mailbot.store.files import FileStore
from mailbot.store.files.backup import marked
from mailbot.store.files.disk import locked
from mailbot.views import cases as view
from mailbot.views import log as log_view
from mailbot.views import status as status_view


def looking(look: Callable[[FileStore, Rules, argparse.Namespace], Awaitable[int]]) -> Command:
    """A command that only reads the state of a desk, also while a service is at work on it."""

    async def run(state: Path, rules: Rules, arguments: argparse.Namespace) -> int:
        return await look(FileStore.read(state, rules.desk.name), rules, arguments)

    def command(arguments: argparse.Namespace) -> int:
        found = looked_at(arguments)
        return asyncio.run(run(found.state, found.rules, arguments))

    return command


def looked_at(arguments: argparse.Namespace) -> desks.LookedAt:
    """The desk that the settings name, to look at; what has to be said about its rules is said. Mistaken if nothing has
    happened there."""
    found = desks.look(settings(arguments))
    if not (found.state / "journal").exists():
        raise Mistaken(f"{found.state}: nothing has happened there yet; `mailbot run` or `mailbot once` begins")
    for notice in found.notices:
        complain(notice)
    return found


async def list_cases(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    wanted = Wanted(statuses=frozenset([arguments.status] if arguments.status else []))
    found = sorted([case async for case in store.cases(wanted)], key=lambda case: case.number)
    rows = (case.model_dump(mode="json") for case in found)
    return say_all(rows, lambda: view.cases_table(found, rules), arguments)


async def show_case(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
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


async def list_queue(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    waiting = in_queue([case async for case in store.cases(Wanted())])
    say(view.cases_table(waiting, rules) if waiting else "the queue is empty")
    return OK


def instant(text: str) -> datetime:
    """A day or an instant as people type it (ISO 8601), in UTC where no zone is given."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"found {text!r}, wanted a day or instant such as 2026-04-01") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


async def show_log(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
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


TRIES, BETWEEN = 6, 0.4
"""Looks, and the seconds between them, until the sums agree while a service is at work."""


async def show_status(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """How the service is. What it writes between two looks at journal and disk may not fit: it is looked at again."""
    for _ in range(TRIES):
        health = await health_of(store)
        if all(one.agrees for one in sums(health)):
            break
        await asyncio.sleep(BETWEEN)
        store = FileStore.read(store.state, rules.desk.name)
    now, at_work = wall_clock(), _at_work(store, health)
    if arguments.json:
        say_json(status_view.as_json(health, at_work, now))
    else:
        say(status_view.status_text(health, at_work, rules, now))
    return TROUBLE if status_view.alarms(health, now) else OK


def _at_work(store: FileStore, health: Health) -> bool:
    """Whether the process that noted itself works on this very state: that of a copied folder holds another one."""
    return health.process is not None and exists(health.process) and locked(store.state / "lock")


def exists(process: int) -> bool:
    """Whether there is a process of that number on this machine, whoever owns it."""
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


async def health_of(store: FileStore) -> Health:
    """How the desk is, by its journal, its disk, and what the service saw last."""
    pulse = read_pulse(await store.posted())
    health = pulse.health(store.ledger(), undecided=len(await store.undecided()), files=await store.files())
    return dataclasses.replace(health, backup=marked(store.state))


async def list_letters(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """The letters that wait for an operator."""
    ledger = store.ledger()
    return say_all(map(dataclasses.asdict, ledger.held), lambda: status_view.held_table(ledger), arguments)


async def show_letter(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """The words of a letter, by its name."""
    for name in arguments.names:
        found = await _letter(store, name)
        if found is None:
            raise Mistaken(f"there is no letter {name}")
        say(f"To: {found.to}\nSubject: {found.subject}\n\n{found.text}\n")
    return OK


async def _letter(store: FileStore, name: str) -> LetterWritten | None:
    number, _, running = name.rpartition(".")
    case = await store.case(number)
    info = case.letters.get(int(running)) if case and running.isdecimal() else None
    seq = str(info.seq) if info else number.removeprefix("e")
    entry = await store.entry(int(seq)) if seq.isdecimal() else None
    written = [event for event in (entry.events if entry else None) or () if isinstance(event, LetterWritten)]
    return next((event for event in written if str(event.number) == running), None)


async def list_quarantine(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """The mails in quarantine that nobody retried or dismissed."""
    ledger = store.ledger()
    rows = ({**dataclasses.asdict(mail), "at": to_text(mail.at)} for mail in ledger.quarantine)
    return say_all(rows, lambda: status_view.quarantine_table(ledger), arguments)


async def show_quarantined(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """A mail in quarantine as it came, as far as a terminal can show it; one that held a secret is not shown."""
    sealed = {part.mail for part in store.ledger().sealed}
    for mail in quarantined(store, arguments.mails):
        text = (
            SEALED.format(path=store.mails.sealed / mail.mail)
            if mail.mail in sealed
            else await _as_it_came(store, mail)
        )
        say(f"{mail.mail}\n{to_text(mail.at)}  {mail.reason}\n\n{text}")
    return OK


async def _as_it_came(store: FileStore, mail: InQuarantine) -> str:
    """Secrets are masked as far as they can be seen: what could not be read was not searched for any."""
    raw = await store.raw(mail.mail)
    if raw is None:
        return "(erased by order)"
    more = f"\n({len(raw) - MOST_SHOWN} octets more)" if len(raw) > MOST_SHOWN else ""
    return masked(raw[:MOST_SHOWN].decode("utf-8", "replace"))[0] + more


def quarantined(store: FileStore, names: Sequence[str]) -> list[InQuarantine]:
    """The mails in quarantine whose digests begin so. Mistaken for one that fits none, or more than one."""
    held = store.ledger().quarantine
    found = [[mail for mail in held if mail.mail.startswith(name.lower())] for name in names]
    for name, fitting in zip(names, found, strict=True):
        if len(fitting) != 1:
            raise Mistaken(f"{len(fitting)} mails in quarantine have a digest that begins with {name!r}, wanted: one")
    return [mail for fitting in found for mail in fitting]


SEALED = (
    "(it held a private key or a password, so it is not shown; its bytes lie in {path}, readable by their owner alone)"
)
MOST_SHOWN = 20_000
"""Octets of a mail that are shown."""
