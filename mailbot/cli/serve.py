"""The service as a command, and the wish that it reads its rules again."""

import argparse
import asyncio
import logging
import os
import secrets
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from mailbot import desks
from mailbot.cli.words import MISTAKE, OK, TROUBLE, complain, say, settings
from mailbot.core.health import Reloaded
from mailbot.core.pulse import read_pulse
from mailbot.desks import Mistaken
from mailbot.edge import logs
from mailbot.edge.inbox import Inbox
from mailbot.edge.memory import begin, give_back_large
from mailbot.edge.notify import Notifier
from mailbot.edge.postman import END_OF_LETTER
from mailbot.flow.courier import Courier
from mailbot.service import Pace, Reloading, Service, Work, reader_for, work_on
from mailbot.service.living import Vital, beat, status_line
from mailbot.store.files import ask_reload, withdraw_reload
from mailbot.store.files.disk import locked
from mailbot.store.files.pulse import posted
from mailbot.views.stranded import WANTED, stranded

log = logging.getLogger("mailbot")
PATIENCE = 60.0
"""Seconds a reload may take until whoever asked for it is told that nobody answered."""
LOOK_EVERY = 0.1
LETTER = END_OF_LETTER + 10
"""How many times the relay's timeout one letter may take: connecting, logging in and the dialogue before it, too."""


def run(arguments: argparse.Namespace) -> int:
    """The service, until SIGTERM or SIGINT."""
    give_back_large()
    file = settings(arguments)
    desk = desks.load(file)
    logs.begin(desk.pace.log, debug=arguments.debug)
    logging.getLogger("mailbot").setLevel(logging.DEBUG if arguments.debug else logging.INFO)
    return asyncio.run(_run(desk, Reloading(file, desk, notifier=Notifier())))


async def _run(desk: desks.DeskAtWork, reloading: Reloading) -> int:
    async with (
        desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, signer=desk.signer) as tools,
        reader_for(desk.rules) as reader,
        Courier(desk.smtp) as courier,
    ):
        work = await work_on(tools, Inbox(desk.imap), desk.postmen(), reader)
        work.spare, work.renewals, work.courier = desk.spare(), desk.renewals, courier
        service = Service(work, _pace(desk), reloading=reloading)
        with watched(desk, work) as vital:
            _obey(service)
            for line in await stranded(tools.rules, tools.store.cases(WANTED)):
                log.warning("%s", line)
            begin()
            log.info("desk %s at work, process %d", desk.rules.desk.name, os.getpid())
            await _serve(service, work, reloading.notifier, vital)
        log.info("desk %s stopped", desk.rules.desk.name)
    return OK


def _pace(desk: desks.DeskAtWork) -> Pace:
    return Pace(inbox=desk.pace.poll_seconds, letter=LETTER * desk.smtp.timeout)


def _obey(service: Service) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)
    loop.add_signal_handler(signal.SIGHUP, service.reload)


async def _serve(service: Service, work: Work, notifier: Notifier, vital: Vital | None) -> None:
    """The service works, and whoever watches is told that it does."""
    beating = asyncio.create_task(beat(work, service.lives, notifier, vital))
    service.when_stopping(notifier.stopping)
    notifier.ready(status_line(work))
    try:
        await service.run()
    finally:
        beating.cancel()


@contextmanager
def watched(desk: desks.DeskAtWork, work: Work) -> Iterator[Vital | None]:
    """Metrics and health are shown inside the block, if the settings name a port. Mistaken if it cannot be had."""
    if desk.monitoring is None:
        yield None
        return
    from mailbot.edge import monitor  # its package is loaded only by whoever is watched

    meter, vital, where = monitor.Meter(), monitor.Vital(), desk.monitoring
    try:
        server = monitor.Monitor(where.address, where.port, meter, vital)
    except monitor.PortTaken as taken:
        raise Mistaken(f"[monitoring] {taken}; another port can be named in the settings") from taken
    work.shown, work.reader.took = meter, partial(meter.took, "read")
    log.info("metrics and health at http://%s:%d", where.address, server.port)
    try:
        yield vital
    finally:
        server.close()


def reload(arguments: argparse.Namespace) -> int:
    """Have the service at work read its rules, templates and keys again; says what is wrong with them if it does not
    take them."""
    state = desks.settings_in(settings(arguments), secrets=False).desk.state
    if not locked(state / "lock"):
        raise Mistaken("no service is at work, so nothing has to be read again: the next start does")
    token = secrets.token_hex(16)
    wish = ask_reload(state, token)
    answer = _answer(state, token)
    heard = not withdraw_reload(wish)
    if answer is None and heard:
        complain("the service is taking it up and is not done yet: `mailbot status` will say what became of it")
        return TROUBLE
    if answer is None:
        complain("nobody answered; what was in force is in force. `mailbot status` says how the service is")
        return TROUBLE
    for line in (*answer.problems, *answer.notices):
        complain(line)
    if answer.problems:
        complain("nothing was changed: the rules from before stay in force")
        return MISTAKE
    say(f"in force are the rules {answer.rules[:12]}")
    return OK


def _answer(state: Path, token: str) -> Reloaded | None:
    """What the service posted about the wish with this token; None if it takes too long."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found: Mapping[str, object] | None = posted(state)
        reloaded = read_pulse(found).reloaded
        if reloaded is not None and token in reloaded.asked:
            return reloaded
        time.sleep(LOOK_EVERY)
    return None
