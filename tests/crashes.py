"""A small desk on real servers whose program is killed or hindered at any step, and what must hold when it went on.
The steps themselves are taken in `crashing`; here it is only known what they are called."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import crashing
from crashing import Order
from desks import Mailbox
from worlds import World, application, digest, question

from mailbot.demo import mails as demo
from mailbot.demo.people import Person, filled_in, newest, received, reply, signed, write
from mailbot.edge.account import Account
from mailbot.embedded import EmbeddedServers
from mailbot.store import Wanted
from mailbot.store.files import FileStore
from mailbot.store.files.examining import examine

DESK = "HELPDESK"
ADDRESS = "helpdesk@desk.example"
SAID = re.compile(r"INFO |WARNING .* (were set aside in|was made again from|clock went back) ?")
"""What a service may say, and a start after a crash."""
CONNECTIONS = 4
"""To the relay at once, at most."""
ALARMS = {"mails_vanished", "alarmed"}
"""Kinds of events that a kill is no reason for."""
MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*<([^@>]+)\.[a-z2-7]+@")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is to go wrong (`mode`, see `crashing`), and at which step: number `at` of that name, or of all."""

    mode: str = ""
    name: str = ""
    at: int = 0

    def __str__(self) -> str:
        return f"{self.mode} at {self.name or 'any'} #{self.at}"


NOTHING = Fault()


@dataclass(frozen=True, slots=True)
class Run:
    """How a run ended: exit code (-9: killed), what it said, the names of the steps it came to."""

    code: int
    out: str
    err: str
    steps: list[str]

    def after(self, fault: Fault) -> list[str] | None:
        """The steps after the one at which something went wrong; None if it did not come so far."""
        places = [place for place, name in enumerate(self.steps, 1) if fault.name in ("", name)]
        return self.steps[places[fault.at - 1] :] if len(places) >= fault.at else None


class Program:
    """The program under test: `mailbot`, imported once and forked for every run."""

    def __init__(self, folder: Path) -> None:
        self.runs = 0
        self._log = folder / "steps"
        command = [sys.executable, crashing.__file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)

    def run(
        self,
        folder: Path,
        *words: str,
        fault: Fault = NOTHING,
        shift: float = 0.0,
        quiet: float = 0.0,
        around: bool = False,
    ) -> Run:
        """One command to its end, or to the step at which it is killed."""
        assert self._process.stdin
        assert self._process.stdout
        self.runs += 1
        order = Order(words, str(folder), str(self._log), fault.mode, fault.name, fault.at, shift, quiet, around)
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        out, err = (Path(f"{self._log}.{kind}").read_text(encoding="utf-8") for kind in ("out", "err"))
        return Run(code, out, err, self._log.read_text(encoding="utf-8").splitlines())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the mails, whatever happened on the way: the kinds of events of each, the cases, the letters in
    words, and where each mail was filed. Nothing in it depends on the clock or on how entries are numbered."""

    mails: dict[str, tuple[str, ...]]
    cases: dict[str, dict[str, Any]]
    letters: Counter[tuple[str, ...]]
    folders: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Command:
    """What makes the desk work off its mail; one that does not end by itself is ended after so many quiet seconds."""

    words: tuple[str, ...] = ("once",)
    quiet: float = 0.0


@dataclass(slots=True)
class Stage:
    """The desk, its mailbox and its relay; `mails` wait at the beginning of every play, `before` is its state then."""

    world: World
    mailbox: Mailbox
    relay: EmbeddedServers
    program: Program
    command: Command
    before: Path
    mails: list[bytes] = field(default_factory=list)
    earlier: int = 0
    rules: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def make(
        cls, folder: Path, mailbox: Mailbox, relay: EmbeddedServers, program: Program, command: Command, mails: int = 8
    ) -> "Stage":
        """A desk that has written its first letters, and waits for the answers: so many of `answers`."""
        world = World.make(folder / "desk", mailbox.account(), Account("127.0.0.1", relay.smtp_port, "none", "", ""))
        stage = cls(world, mailbox, relay, program, command, folder / "before")
        stage.rules = stage.written()
        stage.run_well()
        maria = write(demo.MARIA, ADDRESS, "Application for an account", demo.ENGLISH_APPLICATION)
        stage.round_with(application(1), application(2), maria, application(4, phone="Telephone"), question(1))
        stage.round_with(*map(stage.agreement, (1, 2)))
        stage.mails = answers([letter.raw for letter in relay.letters])[:mails]
        stage.earlier = len(world.entries())
        stage.clear()
        shutil.copytree(stage.state, stage.before)
        return stage

    def round_with(self, *mails: bytes) -> None:
        """These mails come and are taken in."""
        asyncio.run(self.mailbox.deliver(*mails))
        self.run_well()

    def agreement(self, number: int) -> bytes:
        """The consent of an applicant who is responsible for it, with the pledge."""
        person = Person("Person", f"person{number}@uni.example")
        letter = newest([letter.raw for letter in self.relay.letters], person.address, "AGREE")
        return reply(person, letter, "AGREE", files=signed(letter))

    @property
    def state(self) -> Path:
        """The folder of the desk's state."""
        return self.world.folder / "state"

    def written(self) -> dict[str, bytes]:
        """What only the operator writes, byte for byte: settings, rules, templates."""
        folders = [self.world.folder / name for name in ("rules", "templates")]
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in (*files, self.world.folder / "mailbot.toml")}

    def start_anew(self) -> None:
        """A desk that was never started, whose inbox is empty."""
        self.clear()
        shutil.rmtree(self.state)
        self.state.mkdir(0o700)

    def clear(self) -> None:
        """An empty mailbox, and a relay that took nothing."""
        with self.mailbox.client(None) as client:
            for name in self.mailbox.names():
                client.select(f'"{name}"')
                client.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Deleted)")
                client.expunge()
        self.relay.letters.clear()

    def reset(self, mails: Sequence[bytes] | None = None) -> None:
        """Everything as before the play, with the mails waiting."""
        self.clear()
        shutil.rmtree(self.state)
        shutil.copytree(self.before, self.state)
        asyncio.run(self.mailbox.deliver(*(self.mails if mails is None else mails)))

    def run(self, fault: Fault = NOTHING, shift: float = 0.0) -> Run:
        """One round, in which that goes wrong."""
        words, quiet = self.command.words, self.command.quiet
        return self.program.run(self.world.folder, *words, fault=fault, shift=shift, quiet=quiet)

    def run_well(self, shift: float = 0.0) -> Run:
        """One round in which nothing goes wrong."""
        done = self.run(shift=shift)
        complaints = [line for line in done.err.splitlines() if not SAID.match(line)]
        assert (done.code, complaints) == (0, []), done.err
        return done

    def inbox(self) -> Counter[str]:
        """The digests of what waits."""
        return Counter(map(digest, self.mailbox.raws()))

    def journal(self) -> Path:
        """The journal's last file."""
        return max((self.state / "journal").glob("*.jsonl"))

    def lines(self) -> list[dict[str, Any]]:
        """The whole lines of the journal that the play added; a torn one at the end is none."""
        files = sorted((self.state / "journal").glob("*.jsonl"))
        whole = [line for path in files for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
        return [json.loads(line) for line in whole[self.earlier :]]

    def check_kept(self) -> None:
        """At any instant: a mail that is no longer in the inbox has its entry and its bytes."""
        waiting, decided = self.inbox(), {entry["mail"] for entry in self.lines()}
        for raw in self.mails:
            name = digest(raw)
            if name not in waiting:
                assert name in decided, "a mail was filed before it was taken in"
                kept = [path for path in (self.state / "mail").rglob(name) if path.read_bytes() == raw]
                assert kept, "a mail was filed whose bytes are not kept"

    def outcome(self) -> Outcome:
        """What came of it all."""
        lines = self.lines()
        decided = {entry["mail"]: entry for entry in lines if entry["mail"]}
        kinds = {
            name: (str(entry["case"]), *(event["kind"] for event in entry["events"])) for name, entry in decided.items()
        }
        letters = Counter(
            (str(entry["case"]), *(str(event[key]) for key in ("to", "template", "subject", "text")))
            for entry in lines
            for event in entry["events"]
            if event["kind"] == "letter_written"
        )
        folders = {name: sorted(map(digest, raws)) for name, raws in self.mailbox.folders().items() if raws}
        return Outcome(kinds, self._cases(), letters, folders)

    def listed(self) -> list[dict[str, Any]]:
        """What `mailbot cases --json` says."""
        listed = self.program.run(self.world.folder, "cases", "--json")
        assert listed.code == 0, listed.err
        return [json.loads(line) for line in listed.out.splitlines()]

    def cases(self) -> list[dict[str, Any]]:
        """The cases as the state has them, which is what the command says: a process less for each of a thousand
        faults."""

        async def found() -> list[dict[str, Any]]:
            store = FileStore.read(self.state, DESK)
            return [case.model_dump(mode="json") async for case in store.cases(Wanted())]

        return sorted(asyncio.run(found()), key=lambda case: str(case["number"]))

    def _cases(self) -> dict[str, dict[str, Any]]:
        kept = "status step applicant values faults unread stuck decided_by reason notes blocks last_letter".split()
        cases = self.cases()
        told = {case["number"]: {key: case[key] for key in kept} for case in cases}
        for case in cases:
            consent = case["consent"] or {}
            told[case["number"]]["consent"] = (consent.get("by"), consent.get("letter"))
            told[case["number"]]["letters"] = {
                number: (letter["to"], letter["template"], letter["state"])
                for number, letter in case["letters"].items()
            }
        return told

    def check_whole(self, expected: Outcome, logged: Iterable[str] = (), kills: int = 1, shift: float = 0.0) -> None:
        """Nothing lost, nothing done twice, and the same came of it as of a round in which nothing went wrong.

        `logged` are the letters whose sending was in the journal when a round was cut off, as happened `kills` times;
        `shift` as in `run`.
        """
        entries = self.lines()
        check_decided_once(entries, self.mails)
        found = self.outcome()
        for name in Outcome.__dataclass_fields__:
            mine, theirs = getattr(found, name), getattr(expected, name)
            assert mine == theirs, f"{name}: {mine} instead of {theirs}"
        self.check_letters(set(logged), kills)
        assert self.written() == self.rules, "a mail changed what only the operator may change"
        examined = examine(self.state, DESK)
        assert examined.ok, examined.words()
        self.run_well(shift)
        assert [entry["seq"] for entry in self.lines() if entry["mail"]] == [e["seq"] for e in entries if e["mail"]]
        assert sent(self.lines()) == sent(entries), "a round with nothing to do wrote to somebody"

    def verify(self) -> str:
        """What `mailbot verify` says, which is that everything fits."""
        verified = self.program.run(self.world.folder, "verify")
        assert (verified.code, verified.out.splitlines()[-1]) == (0, "everything fits"), verified.out
        return verified.out

    def check_letters(self, logged: set[str], kills: int) -> None:
        """Every letter went out; one a connection once more, and only if the journal did not say it had gone."""
        went = Counter(letter.raw for letter in self.relay.letters)
        names = Counter(name_of(raw) for raw in went)
        assert set(names.values()) == {1}, "a letter went out in two shapes"
        again = {name_of(raw) for raw, count in went.items() if count > 1}
        assert sum(went.values()) - len(went) <= kills * CONNECTIONS, f"{again} went out again"
        assert not again & logged, "a letter went again though the journal said it had gone"
        assert set(names) == set(sent(self.lines()))


def name_of(raw: bytes) -> str:
    """The name of a letter, from its Message-ID."""
    found = MESSAGE_ID.search(raw)
    assert found, raw[:500]
    return found[1].decode()


def sent(entries: Iterable[dict[str, Any]]) -> Counter[str]:
    """The letters that the journal says the relay took."""
    return Counter(event["letter"] for entry in entries for event in entry["events"] if event["kind"] == "letter_sent")


def check_decided_once(entries: Sequence[dict[str, Any]], mails: Sequence[bytes]) -> None:
    """Each mail has one deciding entry, or adjacent ones of one group; no case is opened, no command run twice."""
    groups = [entry for entry in entries if entry["mail"] and not entry["more"]]
    assert Counter(entry["mail"] for entry in groups) == Counter(map(digest, mails))
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        assert not entry["more"] or (following and following["mail"] == entry["mail"]), "a group is torn"
    events = [(entry["case"], event) for entry in entries for event in entry["events"]]
    opened = [case for case, event in events if event["kind"] == "case_opened"]
    assert len(opened) == len(set(opened))
    ran = [(event["letter"], event["block"]) for _, event in events if event["kind"] == "commands_run"]
    assert len(ran) == len(set(ran)) == 2, "ACCEPT and NOTE, once each"
    alarms = [event for _, event in events if event["kind"] in ALARMS]
    assert not alarms, alarms


def answers(letters: Sequence[bytes]) -> list[bytes]:
    """What people write when they got the desk's first letters, and three mails that answer nothing."""
    clerk = Person("Clerk", next(letter.to for letter in map(received, letters) if "ACCEPT" in letter.text))
    professor = newest(letters, demo.KELLERS_PROFESSOR.address)
    fourth = Person("Person", "person4@uni.example")
    asked = newest(letters, fourth.address)
    bounced = newest(letters, "asker1@uni.example")
    envelope = {"envelope": bounced.reply_to, "recipient": bounced.to, "message_id": bounced.message_id}
    return [
        reply(clerk, newest(letters, clerk.address, "person1@uni.example"), "ACCEPT"),
        reply(demo.KELLERS_PROFESSOR, professor, "AGREE", files=signed(professor)),
        application(6),
        demo.BROKEN,
        reply(clerk, newest(letters, clerk.address, "person2@uni.example"), "NOTE asked the institute about it"),
        reply(fourth, asked, "Here you are.", quote=filled_in(asked, {"Telephone": "055-981-0000"})),
        demo.BOUNCE.format(**envelope).replace("\n", "\r\n").encode(),
        question(7),
    ]
