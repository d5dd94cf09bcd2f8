"""A desk in rough weather: thousands of mails and the answers to its letters, while wires break, the relay refuses, the
disk fills up, another client meddles with the inbox, and the program is killed. What must hold is in `soak_checks`."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from desks import Mailbox
from faults import Dice, Say, Stall
from soak_client import OtherClient
from soak_machine import PATIENCE, Machine, small_disk
from soak_mails import APPLICATIONS, SMALL, Mail, People, again
from soak_weather import IMAP_FAULTS, SMTP_FAULTS, Weather, Wire
from worlds import World

from mailbot.cli.look import health_of
from mailbot.edge.account import Account
from mailbot.embedded import PASSWORD, USER, EmbeddedServers
from mailbot.store.files import FileStore

DESK = "HELPDESK"
HOURS = 2 * 3600.0
"""How much later the last start is: long enough for letters that were put off."""

SILENCE = 2.0
"""Seconds without a letter after which somebody new writes, in weather that takes its time."""


@dataclass(slots=True)
class Soak:
    """One soak: the desk with its servers, the wires between them, and everything that happened.

    `delivered` are the mails in order, `happened` counts what went wrong on purpose, `marks` says after how many
    letters something happened for which a letter may go again.
    """

    world: World
    machine: Machine
    mailbox: Mailbox
    relay: EmbeddedServers
    imap: Wire
    smtp: Wire
    dice: random.Random
    weather: Weather
    people: People
    other: OtherClient
    marks: list[int]
    delivered: list[Mail] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    seconds: float = 0.0
    _rough: bool = True
    _read: int = 0

    async def play(self, mails: list[Mail], total: int) -> None:
        """Deliver the mails in portions, and answers among them, until there were `total`; meanwhile the weather."""
        began, to_come, faults = time.monotonic(), list(mails), self._forecast(total)
        with self.machine.watched(lambda: len(self.delivered)):
            self.machine.start()
            while len(self.delivered) < total:
                await self._portion(to_come, total)
                self._rough = len(self.delivered) < total * self.weather.calm_after
                while faults and faults[0][0] <= len(self.delivered):
                    name = faults.pop(0)[1]
                    self.happened[name] += 1
                    await ACTS[name](self)
                await self._until(lambda: self.other.waiting() <= self.weather.behind, PATIENCE)
            await self._until_quiet()
            await self.machine.terminate()
        self.seconds = time.monotonic() - began

    def _forecast(self, total: int) -> list[tuple[int, str]]:
        """Which fault comes after how many mails, in order."""
        found = [(int(total * 0.15), "budget tightened"), (int(total * 0.45), "budget loosened")]
        for name, count in self.weather.faults.items():
            until = self.weather.calm_after if name in ("kill", "restart") else 0.97
            found += [(int(total * self.dice.uniform(0.02, until)), name) for _ in range(count)]
        return sorted(found)

    # mails

    async def _portion(self, to_come: list[Mail], total: int) -> None:
        """Some mails arrive; some of them twice, or through a list as well."""
        self._listen(to_come)
        if not to_come:
            with suppress(AssertionError):
                await self._until(lambda: len(self.relay.letters) > self._read, SILENCE * self.weather.pace)
            self._listen(to_come)
        if not to_come:
            number = total + len(self.delivered)
            to_come.append(APPLICATIONS[number % len(APPLICATIONS)](number))
        size = min(self.dice.randint(*self.weather.portion), total - len(self.delivered), len(to_come))
        portion = [to_come.pop() for _ in range(size)]
        portion += [again(mail) for mail in portion if mail.for_lists and self.dice.random() < 0.06]
        portion += [Mail(mail.raw, mail.kind, mail.source) for mail in portion if self.dice.random() < 0.01]
        self.dice.shuffle(portion)
        await self.mailbox.deliver(*(mail.raw for mail in portion))
        self.delivered += portion

    def _listen(self, to_come: list[Mail]) -> None:
        """People read the letters that came meanwhile, and answer them some time."""
        letters = self.relay.letters[self._read :]
        self._read += len(letters)
        soon = 2 * self.weather.portion[1]
        for answer in [answer for letter in letters for answer in self.people.read(letter.raw)]:
            to_come.insert(len(to_come) - self.dice.randint(0, min(len(to_come), soon)), answer)

    async def _until(self, enough: Callable[[], bool], within: float) -> None:
        """Wait until the service has done something; whenever it ended by itself, it is started again."""
        until = time.monotonic() + within
        while not await asyncio.to_thread(enough):
            assert time.monotonic() < until, f"the service does nothing any more:\n{self.machine.tail()}"
            self.look_after()
            await asyncio.sleep(0.05)

    def look_after(self) -> None:
        """Start the service again if it ended by itself."""
        if self.machine.keep_running():
            self.note()

    def note(self) -> None:
        """Something happened for which a letter that is on its way may go again."""
        self.marks.append(len(self.relay.letters))

    async def _until_quiet(self) -> None:
        """The weather is fair again; the service works until nothing is left to do."""
        for wire in (self.imap, self.smtp):
            wire.dice = None
            wire.plan()
        for _ in range(6):
            await self.machine.terminate()
            self.machine.start(later=HOURS)
            with suppress(AssertionError):
                return await self._until(self._idle, 30.0)
        raise AssertionError(f"letters stay due or mails stay where they are:\n{self.machine.tail()}")

    def _idle(self) -> bool:
        """Nothing waits, and no letter is due."""
        if self.other.waiting():
            return False
        health = asyncio.run(health_of(FileStore.read(self.world.folder / "state", DESK)))
        return not (health.waiting or health.undecided or health.ledger.letters.get("due"))

    # the weather

    async def kill(self) -> None:
        """SIGKILL, at any moment of its work."""
        await self._a_while(0.0, 1.5)
        await self.machine.kill()
        self.note()
        self.machine.start()

    async def restart(self) -> None:
        """SIGTERM, and a start."""
        await self.machine.terminate()
        self.machine.start()

    async def full_disk(self) -> None:
        """No room for a while, or nearly none; now and then the program is killed meanwhile."""
        with self.machine.without_room(self.dice.choice([0, 0, 4096, 60_000])):
            await self._a_while(0.5, 2.0)
            if self.dice.random() < 0.3 and self._rough:
                await self.kill()
                await asyncio.sleep(1.5)
        self.note()

    async def relay_refuses(self) -> None:
        """4xx, 5xx, or a connection that ends before the answer."""
        self.smtp.plan(*self.dice.choice(SMTP_FAULTS))

    async def mailbox_fails(self) -> None:
        """A certain command is cut, refused, or never answered."""
        silent = Stall("UID FETCH", "unanswered", seconds=self.weather.timeout + 1)
        self.imap.plan(*self.dice.choice([*IMAP_FAULTS, (silent,)]))

    async def login_refused(self) -> None:
        """Neither server knows the password for a while."""
        self.imap.plan(Say("LOGIN|AUTHENTICATE", "NO [AUTHENTICATIONFAILED] who are you", times=3))
        self.relay.relay.refuses_login = True
        self._drop_all()
        await self._a_while(0.5, 2.0)
        self.relay.relay.refuses_login = False

    async def unreachable(self) -> None:
        """Both servers are gone for a while."""
        self.imap.refusing = self.smtp.refusing = True
        self._drop_all()
        await self._a_while(0.3, 1.5)
        self.imap.refusing = self.smtp.refusing = False

    async def _a_while(self, least: float, most: float) -> None:
        """So many seconds, in weather that takes its time."""
        await asyncio.sleep(self.dice.uniform(least, most) * self.weather.pace)

    def _drop_all(self) -> None:
        for wire in (self.imap, self.smtp):
            wire.drop_all()
        self.note()

    async def meddle(self) -> None:
        """Another client reads, flags, moves and deletes mails in the inbox."""
        await asyncio.to_thread(self.other.meddle)

    async def tighten(self) -> None:
        """One letter a day to each address, from a new start on: what is above it is held."""
        self.world.change_rules(letters_per_address=1)
        await self.kill()

    async def loosen(self) -> None:
        """The operator lets the letters go that are held."""
        self.world.change_rules(letters_per_address=100_000)
        await self.restart()
        released = await self.world.run("letters", "release")
        if released[0] != 0:
            self.unexpected.append(f"letters release: {released}")


ACTS: dict[str, Callable[[Soak], Awaitable[None]]] = {
    "kill": Soak.kill,
    "restart": Soak.restart,
    "full disk": Soak.full_disk,
    "relay refuses": Soak.relay_refuses,
    "mailbox fails": Soak.mailbox_fails,
    "login refused": Soak.login_refused,
    "unreachable": Soak.unreachable,
    "meddling": Soak.meddle,
    "budget tightened": Soak.tighten,
    "budget loosened": Soak.loosen,
}


@contextmanager
def soaked(folder: Path, mailbox: Mailbox, weather: Weather, seed: int) -> Iterator[Soak]:
    """A desk whose wires can break, before its first mail."""
    dice, marks = [random.Random(seed + number) for number in range(5)], list[int]()
    with EmbeddedServers() as relay, small_disk(folder / "desk" / "state") as can_be_full:
        if not can_be_full:
            weather.faults.pop("full disk", None)
            print("no full disks: a file system of its own cannot be mounted here")
        cuts = [Dice(dice[1], weather.chance), Dice(dice[2], weather.chance / 4)]
        with (
            Wire(relay, marks, mailbox.port, dice=cuts[0]) as imap,
            Wire(relay, marks, relay.smtp_port, protocol="smtp", dice=cuts[1]) as smtp,
        ):
            smtp_account = Account("127.0.0.1", smtp.port, "none", USER, PASSWORD)
            world = World.make(folder / "desk", mailbox.account(port=imap.port), smtp_account)
            settle(world, weather.timeout)
            other = OtherClient(mailbox, dice[3])
            other.prepare()
            machine, people = Machine(world.folder), People(dice[4])
            yield Soak(world, machine, mailbox, relay, imap, smtp, dice[0], weather, people, other, marks)


def settle(world: World, timeout: float) -> None:
    """Limits that can be broken in seconds, and timeouts that do not take for ever."""
    world.change_rules(mail_megabytes=SMALL, reader_seconds=max(1, int(timeout / 4)), reader_megabytes=256)
    path = world.folder / "mailbot.toml"
    text = path.read_text(encoding="utf-8").replace("[imap]", f"[imap]\ntimeout = {timeout}")
    path.write_text(text + "\n[service]\npoll_seconds = 2\n", encoding="utf-8")
