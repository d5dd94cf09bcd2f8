"""`mailbot erase`: what an order would take, the order, the mails on the server, and what is left elsewhere. It erases
nothing in the state itself."""

import argparse
import asyncio
import sys
from collections.abc import Mapping

from mailbot import desks
from mailbot.cli.words import MISTAKE, OK, TROUBLE, complain, say, settings
from mailbot.cli.work import carried_out, give, refusals
from mailbot.core import retention
from mailbot.core.decide.erasing import in_the_way
from mailbot.core.erasing import Found, address_key, texts_in
from mailbot.core.erasing.terms import normal
from mailbot.core.events import Erased
from mailbot.core.orders import REFUSALS, Erase
from mailbot.desks import Mistaken
from mailbot.edge.inbox import Inbox, InboxBroken, Removed
from mailbot.flow import erasing as flow
from mailbot.flow.tools import wall_clock
from mailbot.store import Wanted
from mailbot.store.files import FileStore
from mailbot.views import erasing as view

PATIENCE = 600.0
"""Seconds for which the order is waited for: whoever carries it out reads the whole log."""
LOOK_EVERY = 0.2


def erase(arguments: argparse.Namespace) -> int:
    """0 if all of it is done, 1 if something is left to do, 2 if nothing was begun."""
    if arguments.proposed:
        return asyncio.run(_proposed(arguments))
    desk = desks.load(settings(arguments))
    if arguments.server:
        return asyncio.run(_server_again(desk))
    if not arguments.cases and not arguments.sender:
        raise Mistaken("nothing is named: wanted the number of a case, or --sender with an address")
    if not arguments.order.strip():
        raise Mistaken('--order is needed: who wants it, and why, such as --order "asked by letter of 2026-04-01"')
    key = address_key(arguments.sender) if arguments.sender else ""
    order = Erase(cases=tuple(arguments.cases), sender=key, text=arguments.order.strip(), open=arguments.open)
    return asyncio.run(_erase(desk, order, arguments))


async def _erase(desk: desks.DeskAtWork, order: Erase, arguments: argparse.Namespace) -> int:
    store = FileStore.read(desk.state, desk.rules.desk.name)
    found = await flow.find(store, desk.rules, order)
    if refusal := in_the_way(order, found, desk.rules):
        about = f" ({refusal[1]})" if refusal[1] else ""
        complain(f"not done: {REFUSALS[refusal[0]]}{about}")
        return MISTAKE
    say(view.plan_text(found))
    if arguments.dry_run or not (arguments.yes or _agreed()):
        say("nothing was erased")
        return OK
    nonce = give(desk, order)
    entries = await carried_out(desk, nonce, PATIENCE)
    if refusals(entries) or not entries:
        return MISTAKE if entries else TROUBLE
    done = await _finished(desk)
    cleaned = await _clean(desk, found.mails)
    say(view.rest_text(_registers(store, found)))
    return OK if done and cleaned else TROUBLE


def _agreed() -> bool:
    """Whether somebody at a terminal says yes."""
    if not sys.stdin.isatty():
        raise Mistaken("nobody is here to be asked; wanted --yes, or --dry-run to only see what would go")
    return input("Erase this for ever? Type yes: ").strip().lower() == "yes"


async def _finished(desk: desks.DeskAtWork) -> bool:
    """Whether all that was ordered is erased, as soon as the log says so."""
    for _ in range(int(PATIENCE / LOOK_EVERY)):
        if not FileStore.read(desk.state, desk.rules.desk.name).ledger().erasing:
            say("erased in the log, the raw mails, the casebook")
            return True
        await asyncio.sleep(LOOK_EVERY)
    complain("the order is in the log and not finished yet; `mailbot verify` says when it is")
    return False


async def _server_again(desk: desks.DeskAtWork) -> int:
    """Once more for everything that was ever erased."""
    wanted: dict[str, int] = {}
    async for entry in FileStore.read(desk.state, desk.rules.desk.name).entries():
        for event in entry.events or ():
            if isinstance(event, Erased):
                wanted |= dict(zip(event.mails, event.sizes, strict=False))
    return OK if await _clean(desk, wanted) else TROUBLE


async def _clean(desk: desks.DeskAtWork, mails: Mapping[str, int]) -> bool:
    """The mails are gone from the server's folders; whether all are."""
    if not mails:
        return True
    folders, limits, inbox = desk.rules.desk.folders, desk.rules.desk.limits, Inbox(desk.imap)
    names = [folders.done, folders.quarantine, folders.too_large, "INBOX"]
    try:
        await inbox.connect()
        removed = await inbox.remove(mails, names, most=limits.mail_megabytes * 1_000_000)
    except InboxBroken as broken:
        complain(f"IMAP: {broken}; the mails are still on the server: `mailbot erase --server` removes them")
        return False
    finally:
        await inbox.close()
    say(f"removed from the server: {sum(one.removed for one in removed)} mails")
    for one in removed:
        if one.left:
            complain(_left(one))
    return not any(one.left for one in removed)


def _left(one: Removed) -> str:
    uids = ", ".join(map(str, one.left))
    return (
        f"{one.folder}: the server cannot remove single mails (no UIDPLUS); delete by hand those with the UIDs {uids}"
    )


def _registers(store: FileStore, found: Found) -> list[str]:
    """The registers whose imported files name the person."""
    named = []
    for name, one in store.imported().items():
        data = store.registers.given(name, one.digest) or b""
        if any(found.terms.within(normal(text)) for text in texts_in(data)):
            named.append(name)
    return named


async def _proposed(arguments: argparse.Namespace) -> int:
    """The cases that are kept longer than their forms say."""
    found = desks.look(settings(arguments))
    store, now = FileStore.read(found.state, found.rules.desk.name), wall_clock()
    over = [case async for case in store.cases(Wanted()) if retention.is_over(case, found.rules, now)]
    ends = {case.number: retention.ends(case, found.rules) for case in over}
    say(view.proposed_text(over, {number: end.date().isoformat() for number, end in ends.items() if end}))
    return OK
