"""Commands with which a desk works: one round, orders, making the casebook again."""

import argparse
import asyncio
import os
import pwd
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress

from mailbot import desks
from mailbot.cli.look import quarantined
from mailbot.cli.words import MISTAKE, OK, TROUBLE, Command, complain, say, settings
from mailbot.core.events import CommandsRefused, Facts, LetterWritten, Operator, OrderRefused
from mailbot.core.instants import to_text
from mailbot.core.orders import (
    REFUSALS,
    Adopt,
    DismissMail,
    DropLetters,
    Order,
    Ordered,
    ReleaseLetters,
    RetryMail,
    RunCommands,
)
from mailbot.edge.inbox import Inbox
from mailbot.edge.memory import few_searches
from mailbot.flow.courier import Courier
from mailbot.flow.tools import wall_clock
from mailbot.service import Round, one_round, reader_for, work_on
from mailbot.service.duties import carry_out_orders
from mailbot.store import Entry
from mailbot.store.files import FileStore, Locked, require_owner, submit
from mailbot.store.files.disk import locked
from mailbot.views.log import sentence
from mailbot.views.status import foreseen_text

PATIENCE = 30.0
"""Seconds a command waits for the service to carry its order out."""
OrderOf = Callable[[argparse.Namespace], list[Order]]


def once(arguments: argparse.Namespace) -> int:
    """One round; says what it did, nothing if nothing happened."""
    return asyncio.run(_once(desks.load(settings(arguments))))


async def _once(desk: desks.DeskAtWork) -> int:
    async with (
        desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, signer=desk.signer) as tools,
        Courier(desk.smtp) as courier,
    ):
        inbox, spare = Inbox(desk.imap), desk.spare()
        done = await one_round(tools, inbox, desk.postmen(), spare=spare, courier=courier, renewals=desk.renewals)
        posted = await tools.store.posted() or {}
    if not done.quiet:  # a timer that runs every minute should have nothing to tell
        letters = ", ".join(f"{count} {result}" for result, count in done.letters.items() if count or result != "held")
        say(f"mails taken in {done.taken_in}, known {done.known}, quarantined {done.quarantined}; letters {letters}")
    if done.observed:
        say(f"only observed, since they are older than the desk or came back with the mailbox: {_foreseen(posted)}")
    return _troubled(done)


def _foreseen(posted: dict[str, object]) -> str:
    would_do = posted.get("would_do")
    return foreseen_text(would_do if isinstance(would_do, dict) else {})


def _troubled(done: Round) -> int:
    for trouble in done.troubles:
        complain(trouble)
    return TROUBLE if done.troubles else OK


def rebuild(arguments: argparse.Namespace) -> int:
    """The casebook made again from the journal."""
    found = desks.look(settings(arguments))
    began = time.monotonic()
    with few_searches(), FileStore.rebuild(found.state, found.rules.desk.name) as store:
        for notice in (*found.notices, *store.notices):
            complain(notice)
        say(f"the casebook was made again from {store.head.seq} entries in {time.monotonic() - began:.1f} s")
    return OK


def ordering(order_of: OrderOf) -> Command:
    """A command that gives an order: the service carries it out, or this process itself if none is at work."""

    def command(arguments: argparse.Namespace) -> int:
        return asyncio.run(_order(desks.load(settings(arguments)), order_of(arguments)))

    return command


async def _order(desk: desks.DeskAtWork, orders: list[Order]) -> int:
    code = OK
    for order in orders:
        code = max(code, _say_result(await carried_out(desk, give(desk, order))))
    return code


def give(desk: desks.DeskAtWork, order: Order) -> str:
    """The order is given, by whoever calls the program; its nonce. NotOwner, and it is not, where nobody is at work to
    carry it out and this process may not."""
    if not locked(desk.state / "lock"):
        require_owner(desk.state)
    by = Operator(user=user_name(), nonce=secrets.token_hex(16))
    submit(desk.state, Ordered(by=by, at=to_text(wall_clock()), order=order))
    return by.nonce


def user_name() -> str:
    """Who gives the order: a name, or the number where the system has none for it, as in a container."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


async def carried_out(desk: desks.DeskAtWork, nonce: str, patience: float = PATIENCE) -> list[Entry]:
    """The entries of the order, one for each case it concerned; none if nobody carried it out in time."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        with suppress(Locked):  # a service is at work: it carries the order out
            await _carry_out_here(desk)
        store = FileStore.read(desk.state, desk.rules.desk.name)
        if entry := await store.await_order(nonce, 2.0):
            return [entry, *[one async for one in _more_of(nonce, store, entry)]]
    return []


async def _more_of(nonce: str, store: FileStore, first: Entry) -> AsyncIterator[Entry]:
    """The entries of the same order behind its first one, with which they were committed."""
    async for entry in store.entries(after=first.seq):
        facts = (entry.events or (None,))[0]
        if not isinstance(facts, Facts) or facts.operator is None or facts.operator.nonce != nonce:
            return
        yield entry


async def _carry_out_here(desk: desks.DeskAtWork) -> None:
    done = Round()
    async with (
        desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, signer=desk.signer) as tools,
        reader_for(desk.rules) as reader,
    ):
        await carry_out_orders(await work_on(tools, Inbox(desk.imap), [], reader), done)
    _troubled(done)


def _say_result(entries: Sequence[Entry]) -> int:
    """What became of an order, said; the exit code for it."""
    refused = refusals(entries)
    if not entries:
        return TROUBLE
    for entry in () if refused else entries:
        if any(isinstance(event, CommandsRefused) for event in entry.events or ()):
            say(_transcript(entry))
            complain("not done")
            return MISTAKE
        say("\n\n".join(part for part in (sentence(entry), _transcript(entry)) if part))
    return MISTAKE if refused else OK


def refusals(entries: Sequence[Entry]) -> list[OrderRefused]:
    """Why an order was not carried out, which is said, or that nobody did yet; nothing if it was."""
    if not entries:
        say("the order is given; nobody has carried it out yet. `mailbot status` says how the service is")
    refused = [event for entry in entries for event in entry.events or () if isinstance(event, OrderRefused)]
    for event in refused:
        complain(f"not done: {REFUSALS[event.why]}" + (f" ({event.about})" if event.about else ""))
    return refused


def _transcript(entry: Entry) -> str:
    """What a letter says became of commands, as it went to the first whom it went to; empty if the order held none."""
    written = (event for event in entry.events or () if isinstance(event, LetterWritten))
    return next((letter.text for letter in written if letter.template == "transcript"), "")


def adopt(arguments: argparse.Namespace) -> list[Order]:
    """Let the desk take in the mails it only observed."""
    return [Adopt()]


def release(arguments: argparse.Namespace) -> list[Order]:
    """Let held letters go; all of them if none is named."""
    return [ReleaseLetters(letters=tuple(arguments.names))]


def drop(arguments: argparse.Namespace) -> list[Order]:
    """Never send these letters."""
    return [DropLetters(letters=tuple(arguments.names))]


def retry(arguments: argparse.Namespace) -> list[Order]:
    """Read and decide mails in quarantine again."""
    return [RetryMail(mail=digest) for digest in _in_quarantine(arguments)]


def dismiss(arguments: argparse.Namespace) -> list[Order]:
    """Mails in quarantine that need nothing more."""
    return [DismissMail(mail=digest, reason=arguments.reason) for digest in _in_quarantine(arguments)]


def command(arguments: argparse.Namespace) -> list[Order]:
    """A clerk's commands on a case, a line each; `-` alone reads them from standard input."""
    text = sys.stdin.read() if arguments.orders == ["-"] else "\n".join(arguments.orders)
    return [RunCommands(case=arguments.case, text=text, clerk=arguments.clerk)]


def _in_quarantine(arguments: argparse.Namespace) -> list[str]:
    found = desks.look(settings(arguments))
    return [part.mail for part in quarantined(FileStore.read(found.state, found.rules.desk.name), arguments.mails)]
