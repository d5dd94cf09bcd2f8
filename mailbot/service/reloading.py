"""Rules, templates and keys that change while the service works: all of the new set come into force between two
batches, or nothing does. It decides nothing by them."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mailbot import desks
from mailbot.core.health import Reloaded
from mailbot.core.rulesets.problems import Problem, Source
from mailbot.desks import DeskAtWork, Mistaken
from mailbot.edge.notify import Notifier
from mailbot.flow.tools import Tools
from mailbot.service.limits import reader_settings
from mailbot.service.living import status_line
from mailbot.service.values import Work
from mailbot.store import Full
from mailbot.store.files.orders import hear_reloads
from mailbot.views.stranded import WANTED, stranded

log = logging.getLogger("mailbot")
AT_START = ("imap", "smtp", "alarm_smtp", "monitoring")
"""What is fixed for the life of a process: connections, the port that is listened on, how the log is written."""


@dataclass(frozen=True, slots=True)
class NewSet:
    """A set that was read and checked: the desk as it will be, the tools made of it (None: refused), and what the
    operator has to know."""

    desk: DeskAtWork
    tools: Tools | None
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(slots=True)
class Reloading:
    """Where the settings stand, the desk that is in force and the one of the start, by which connections are, whether a
    signal asked for another, the wishes that the next reload answers, and who is told of it."""

    settings: Path
    desk: DeskAtWork
    signalled: bool = False
    granted: list[Path] = field(default_factory=list)
    notifier: Notifier = field(default_factory=lambda: Notifier({}))
    at_start: DeskAtWork = field(init=False)

    def __post_init__(self) -> None:
        self.at_start = self.desk

    def wanted(self) -> bool:
        """Whether somebody asks for a reload: who asks is answered by the next one that begins."""
        self.granted = hear_reloads(self.desk.state)
        return self.signalled or bool(self.granted)

    async def prepare(self, tools: Tools) -> NewSet:
        """Read and check everything as at the start of a service; what is in force stays as it is."""
        self.signalled = False
        self.notifier.reloading()
        try:
            desk = await asyncio.to_thread(desks.load, self.settings)
            if problems := tuple(map(str, _immovable(self, desk))):
                return NewSet(self.desk, None, problems)
            return NewSet(
                desk, await desks.renewed(tools, desk), notices=tuple(_at_the_next_start(self.at_start, desk))
            )
        except Mistaken as mistake:
            return NewSet(self.desk, None, tuple(str(mistake).split("\n")))
        except Full as full:
            return NewSet(self.desk, None, (f"state: {full}",))
        except Exception as bug:
            log.exception("reload: a bug; the service goes on")
            return NewSet(self.desk, None, (f"the new rules meet a bug: {type(bug).__name__}",))

    async def change(self, work: Work, new: NewSet) -> None:
        """The new set is in force on return. No mail, order or deadline may be under way."""
        if new.tools is None:
            return
        work.tools, self.desk = new.tools, new.desk
        await work.reader.change(reader_settings(new.desk.rules))

    async def answer(self, work: Work, new: NewSet) -> None:
        """What became of it is logged, and posted for whoever asked and for `mailbot status`."""
        lines = new.notices
        if new.tools is not None:
            lines = (*lines, *await stranded(work.tools.rules, work.tools.store.cases(WANTED)))
        asked = tuple(wish.stem for wish in self.granted)
        kept, now = work.tools.rules_kept, work.clock()
        work.pulse.reloaded = Reloaded(now, asked, kept, problems=new.problems, notices=lines)
        for line in (*new.problems, *lines):
            log.warning("reload: %s", line)
        if new.problems:
            log.warning("reload refused, problems: %d; the rules from before stay in force", len(new.problems))
        else:
            log.info("reloaded; in force are the rules %s", kept[:12])
        await work.note()
        self.notifier.ready(status_line(work))
        for wish in self.granted:
            wish.unlink(missing_ok=True)


def _immovable(now: Reloading, new: DeskAtWork) -> Iterator[Problem]:
    """What the journal of this desk is bound to."""
    name, was = new.rules.desk.name, now.desk.rules.desk.name
    if name != was:
        file = "rules/desk.toml"
        yield Source(file, new.texts[file]).problem(("name",), f'"{name}"', f'"{was}", by which the journal is known')
    if new.state != now.desk.state:
        settings = Source(str(now.settings), now.settings.read_text(encoding="utf-8"), private=True)
        yield settings.problem(("desk", "state"), f"{new.state}", f"{now.desk.state} while the service works there")


def _at_the_next_start(start: DeskAtWork, new: DeskAtWork) -> Iterator[str]:
    changed = [name for name in AT_START if getattr(start, name) != getattr(new, name)]
    paces = ("connections", "log")
    changed += [f"service.{name}" for name in paces if getattr(start.pace, name) != getattr(new.pace, name)]
    if changed:
        yield f"changed in the settings, and in force only after a restart: {', '.join(changed)}"
