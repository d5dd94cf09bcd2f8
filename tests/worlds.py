"""A desk in a folder, pointed at servers of a test, and the mails its people write by the dozen."""

import asyncio
import hashlib
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from forking import mailbot

from mailbot import desks
from mailbot.core.events import Adopted, Facts, Operator
from mailbot.core.outcome import Decision
from mailbot.demo.people import Person, write
from mailbot.edge.account import Account
from mailbot.flow.routine import journal
from mailbot.flow.tools import wall_clock

APPLICATION = """\
Family name: {name}
First name: Test
Email: person{number}@uni.example
Nationality: Japan
Country of residence: Japan
Research field: Plant genomics
Job title: Student
Purpose of use: {purpose}
Affiliation: Example University
Postal code: 411-8540
Address: 1111 Yata, Mishima
Telephone: 055-981-0000
Desired account name: person{number}
Use the personal genome division: no
Responsible person is the applicant: yes
"""
PURPOSE = "Assembly of plant genomes from long reads, comparison of lines, and annotation of genes found in them. " * 2


def family_name(number: int) -> str:
    """A name in letters, another one for each number."""
    return "Number" + "".join("abcdefghij"[int(digit)] for digit in str(number))


def application(number: int, **without: str) -> bytes:
    """A complete application by person `number`; `without="Telephone"` leaves a line away."""
    text = APPLICATION.format(number=number, name=family_name(number), purpose=PURPOSE)
    kept = [line for line in text.split("\n") if not any(line.startswith(label) for label in without.values())]
    return write(
        Person(f"Person {number}", f"person{number}@uni.example"),
        "helpdesk@desk.example",
        "Application",
        "\n".join(kept),
    )


def question(number: int, size: int = 0) -> bytes:
    """A mail that is no application, of about `size` bytes."""
    text = f"Question {number}\n" + ("All of this is only padding. " * 20 + "\n") * (size // 581)
    return write(Person(f"Asker {number}", f"asker{number}@uni.example"), "helpdesk@desk.example", "Question", text)


def settings(imap: Account, smtp: Account) -> str:
    """A mailbot.toml for two servers."""
    parts = []
    for name, account in (("imap", imap), ("smtp", smtp)):
        lines = [f"[{name}]", f'host = "{account.host}"', f"port = {account.port}", f'security = "{account.security}"']
        if account.user or name == "imap":  # a mailbox asks for a login, also one that nobody ever looks into
            lines += [f'user = "{account.user or "nobody"}"', f'password = "{account.password or "none"}"']
        if account.ca:
            lines.append(f'ca = "{account.ca}"')
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


async def adopt(folder: Path) -> None:
    """Open the desk in this folder and let it take in mail older than itself: the entry is that of `mailbot adopt`,
    which would want the inbox to be looked at first."""
    desk = desks.load(folder / "mailbot.toml")
    adopted = Decision(None, (Facts(sort="order", operator=Operator(user="tester", nonce="0" * 32)), Adopted()))
    async with desks.opened(desk.state, desk.rules, desk.texts, desk.keys, files=desk.files) as tools:
        await journal(tools, wall_clock, lambda ledger, now: adopted)


@dataclass(frozen=True, slots=True)
class World:
    """A desk in a folder of its own."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, imap: Account, smtp: Account, *, adopted: bool = True) -> "World":
        """A desk with the shipped rules and these servers; it takes in what waits already, unless not `adopted`."""
        list(desks.init(folder))
        (folder / "mailbot.toml").write_text(settings(imap, smtp), encoding="utf-8")
        world = cls(folder)
        world.change_rules(letters_per_address=100_000, letters_per_domain=100_000, letters_per_hour=100_000)
        world.change_rules(digest="")  # what such a desk writes does not hang on the hour at which it is tried
        if adopted:
            with ThreadPoolExecutor(1) as thread:  # the caller may have a loop of its own
                thread.submit(asyncio.run, adopt(folder)).result()
        return world

    def change_rules(self, **values: int | str) -> None:
        """Set budgets, limits and texts in rules/desk.toml."""
        path = self.folder / "rules" / "desk.toml"
        text = path.read_text(encoding="utf-8")
        for name, value in values.items():
            text, count = re.subn(rf"(?m)^{name} = .*$", f"{name} = {json.dumps(value)}", text)
            assert count == 1, f"desk.toml does not have {name} once"
        path.write_text(text, encoding="utf-8")

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """`mailbot` with these words, in the desk's folder, as it is started at the shell."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "mailbot",
            *words,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, output and errors of a whole command, in a process of its own that was prepared before."""
        done = await asyncio.to_thread(mailbot, *words, cwd=self.folder)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def entries(self) -> list[dict]:
        """Every line of the journal."""
        files = sorted((self.folder / "state" / "journal").glob("*.jsonl"))
        return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def digest(raw: bytes) -> str:
    """How the desk names a mail."""
    return hashlib.sha256(raw).hexdigest()
