"""The day itself: who writes when, what has to come of it, and how it is shown. The desk does not know this room."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TextIO

from mailbot import desks
from mailbot.core.case import Case
from mailbot.core.columns import clip, pad, wrap
from mailbot.core.events import Event, FieldsRead, LetterWritten, Operator, StepEntered
from mailbot.core.instants import to_text
from mailbot.core.orders import Adopt, Ordered
from mailbot.core.queue import in_queue
from mailbot.demo import mails
from mailbot.demo.people import Letter, Person, filled_in, newest, reply, signed, write
from mailbot.edge.inbox import Inbox
from mailbot.edge.postman import Later, Never, Postman, Sent
from mailbot.edge.private import PRIVATE
from mailbot.embedded import PASSWORD, USER, EmbeddedServers
from mailbot.flow import orders
from mailbot.flow.intake import TakenIn
from mailbot.flow.reader import Reader
from mailbot.flow.tools import Tools, wall_clock
from mailbot.service import Watchers, one_round
from mailbot.store import Wanted
from mailbot.store.files import FileStore
from mailbot.views.cases import cases_table
from mailbot.views.log import sentence

MOST_ROUNDS = 20
TERMINAL = 110
HANGS = 5
"""Columns of what is shown, and those before the words of an entry."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail of the day: who sent it, what it is, the kinds of events that must come of it (none of `never`)."""

    sender: str
    what: str
    wanted: tuple[str, ...]
    raw: bytes
    never: tuple[str, ...] = ("accepted", "rejected")


@dataclass(slots=True)
class Day:
    """A day at the desk while it runs: the desk's tools, the servers, what arrived and what became of it."""

    tools: Tools
    servers: EmbeddedServers
    inbox: Inbox
    postman: Postman
    arrived: list[Arrived] = field(default_factory=list)
    taken: list[TakenIn] = field(default_factory=list)
    letters: list[tuple[str, LetterWritten, Sent | Later | Never]] = field(default_factory=list)
    queue: str = ""
    troubles: list[str] = field(default_factory=list)

    async def open(self) -> None:
        """Look into the inbox and let the desk take in what is older than itself, as `mailbot once` and then `mailbot
        adopt` do: in the demo nothing is."""
        done = await one_round(self.tools, self.inbox, [self.postman])
        self.troubles.extend(done.troubles)
        by = Operator(user="demo", nonce=secrets.token_hex(16))
        ordered = Ordered(by=by, at=to_text(wall_clock()), order=Adopt())
        await orders.carry_out(self.tools, Reader(), ordered, wall_clock)

    async def run(self) -> None:
        """From the first mail to a quiet desk."""
        for scene in (_morning, _answers, _consents):
            await self._play(scene(self))
        self.queue = cases_table(in_queue([case async for case in self.tools.store.cases(Wanted())]), self.tools.rules)
        for scene in (_clerks, _posted, _login):
            await self._play(scene(self))

    async def _play(self, scene: list[Arrived]) -> None:
        self.arrived.extend(scene)
        for mail in scene:
            await self.servers.deliver(mail.raw)
        watch = Watchers(self.taken.append, lambda *letter: self.letters.append(letter))
        for _ in range(MOST_ROUNDS):
            done = await one_round(self.tools, self.inbox, [self.postman], watch=watch)
            self.troubles.extend(done.troubles)
            if done.quiet or done.troubles:
                return
        self.troubles.append(f"the desk was not quiet after {MOST_ROUNDS} rounds")

    def sent_to(self, person: Person, containing: str = "") -> Letter:
        """The newest letter that person got."""
        return newest([letter.raw for letter in self.servers.letters], person.address, containing)


def _morning(day: Day) -> list[Arrived]:
    english = write(mails.MARIA, mails.DESK, "Application for an account", mails.ENGLISH_APPLICATION)
    japanese = write(mails.SAKURA, mails.DESK, "新規ユーザ登録申請", mails.JAPANESE_APPLICATION)
    question = write(mails.VISITOR, mails.DESK, "Cafeteria", mails.QUESTION)
    return [
        Arrived(mails.MARIA.address, "a complete application in English", ("case_opened", "fields_read"), english),
        Arrived(mails.SAKURA.address, "a Japanese one, three fields missing, one wrong", ("case_opened",), japanese),
        Arrived(mails.VISITOR.address, "a mail that is no application", ("answered",), question),
        Arrived("someone@somewhere.example", "a broken MIME mail", ("quarantined",), mails.BROKEN),
    ]


def _answers(day: Day) -> list[Arrived]:
    asked = day.sent_to(mails.SAKURA)
    answer = reply(mails.SAKURA, asked, "引用の中に記入いたしました。", quote=filled_in(asked, mails.JAPANESE_ANSWERS))
    asks = day.sent_to(mails.KELLERS_PROFESSOR)
    agree = reply(mails.KELLERS_PROFESSOR, asks, "AGREE", files=signed(asks))
    away_headers = {"Auto-Submitted": "auto-replied"}
    away = reply(mails.SAKURA, asked, mails.AWAY, quote="", headers=away_headers)
    return [
        Arrived(mails.SAKURA.address, "her out-of-office", ("mail_attached",), away, never=("fields_read",)),
        Arrived(
            mails.SAKURA.address, "her answer, filled in inside the quote", ("fields_read", "step_entered"), answer
        ),
        Arrived(
            mails.KELLERS_PROFESSOR.address,
            "the responsible person: AGREE, with the pledge",
            ("consent_given", "document_received"),
            agree,
        ),
        Arrived("MAILER-DAEMON", "a bounce of a letter", ("ignored",), _bounce(day)),
    ]


def _bounce(day: Day) -> bytes:
    letter = day.sent_to(mails.VISITOR)
    places = {"envelope": letter.reply_to, "recipient": letter.to, "message_id": letter.message_id}
    return mails.BOUNCE.format(**places).replace("\n", "\r\n").encode()


def _consents(day: Day) -> list[Arrived]:
    asks = day.sent_to(mails.SAKURAS_PROFESSOR)
    agree = reply(mails.SAKURAS_PROFESSOR, asks, "同意します。\n佐藤", files=signed(asks))
    what = "同意します, with the pledge"
    return [Arrived(mails.SAKURAS_PROFESSOR.address, what, ("consent_given", "document_received"), agree)]


def _clerks(day: Day) -> list[Arrived]:
    first, second = (Person(clerk.name, clerk.address) for clerk in day.tools.rules.desk.clerks[:2])
    keller, yamada = day.sent_to(first, "Keller"), day.sent_to(second, "YAMADA")
    forged = write(replace(first, border="fail"), mails.DESK, keller.subject, "ACCEPT\n")
    return [
        Arrived(first.address, "forged: a clerk's From, no token", ("commands_refused",), forged),
        Arrived(first.address, "the clerk: ACCEPT", ("accepted",), reply(first, keller, "ACCEPT"), never=("rejected",)),
        Arrived(
            second.address,
            "the clerk: REJECT",
            ("rejected",),
            reply(second, yamada, "REJECT The project has an account already, please use that one."),
            never=("accepted",),
        ),
    ]


def _posted(day: Day) -> list[Arrived]:
    clerk = Person(day.tools.rules.desk.clerks[0].name, day.tools.rules.desk.clerks[0].address)
    posted = reply(clerk, day.sent_to(clerk, "Keller"), "POSTED CERT 1234-5678-9012")
    return [Arrived(clerk.address, "the clerk: the certificate was posted", ("task_done",), posted)]


def _login(day: Day) -> list[Arrived]:
    works = reply(mails.MARIA, day.sent_to(mails.MARIA), "Login works\n\nThank you!")
    return [Arrived(mails.MARIA.address, "the applicant: login works", ("step_passed", "completed"), works)]


BECAME: Mapping[str, str] = {
    "case_opened": "opened",
    "mail_attached": "attached",
    "answered": "told of the forms",
    "ignored": "not answered",
    "quarantined": "quarantined",
    "consent_given": "agreed",
    "commands_refused": "refused",
    "accepted": "accepted",
    "rejected": "rejected",
    "document_received": "pledge received",
    "task_done": "posted",
    "completed": "done",
}
"""What became of a mail in a word, by the kind of event; the log below has the sentences."""


def _became(taken: TakenIn) -> str:
    return ", ".join(word for event in taken.events if (word := _word(event)))


def _word(event: Event) -> str:
    if isinstance(event, FieldsRead):
        return f"{len(event.faults)} to be asked" if event.faults else "complete"
    if isinstance(event, StepEntered):
        return f"waits for {event.step}"
    return BECAME.get(event.kind, "")


def expected(day: Day) -> list[str]:
    """Everything that did not end as it should have, in words; empty if all did."""
    wrong = list(day.troubles)
    if len(day.arrived) != len(day.taken):
        wrong.append(f"{len(day.arrived)} mails arrived, {len(day.taken)} were taken in")
    for mail, taken in zip(day.arrived, day.taken, strict=False):
        kinds = {event.kind for event in taken.events}
        missing, excess = set(mail.wanted) - kinds, set(mail.never) & kinds
        if missing or excess:
            wrong.append(f"{mail.what}: missing {sorted(missing)}, too much {sorted(excess)}")
    refused = [name for name, _, result in day.letters if not isinstance(result, Sent)]
    wrong += [f"letter {name} was not taken by the relay" for name in refused]
    return wrong


WANTED_STATUS: Mapping[str, str] = {mails.MARIA.address: "done", mails.SAKURA.address: "rejected"}


async def show(day: Day, out: TextIO) -> list[str]:
    """Print the day for a person to read; returns everything that did not end as it should have."""
    cases = sorted([case async for case in day.tools.store.cases(Wanted())], key=lambda case: case.number)
    log = [_hanging(sentence(entry)) async for entry in day.tools.store.entries()]
    assert isinstance(day.tools.store, FileStore)
    verified = day.tools.store.verify()
    wrong = expected(day) + _wrong_statuses(cases) + ([] if verified.ok else ["verify did not pass"])
    sections = {
        "THE DAY'S MAIL": [_mail_line(*pair) for pair in zip(day.arrived, day.taken, strict=False)],
        "LETTERS THAT WENT OUT": [_letter_line(*letter) for letter in day.letters],
        "THE QUEUE, BEFORE THE CLERKS' MAILS": [day.queue],
        "THE CASES NOW": [cases_table(cases, day.tools.rules)],
        "THE CASE LOG": log,
        "VERIFY": [verified.words()],
    }
    for title, lines in sections.items():
        out.write(f"{title}\n\n" + "\n".join(lines) + "\n\n")
    good = f"All {len(day.arrived)} mails ended as they should."
    out.write((good if not wrong else "NOT AS IT SHOULD BE:\n  " + "\n  ".join(wrong)) + "\n")
    return wrong


def _mail_line(mail: Arrived, taken: TakenIn) -> str:
    where = taken.case or f"no case, {taken.folder}"
    return f"  {pad(mail.sender, 31)}  {pad(mail.what, 47)}  → {where}: {_became(taken)}"


def _hanging(text: str) -> str:
    """Text broken for a terminal, numbers below each other, its later lines below its number."""
    number, _, words = text.strip().partition("  ")
    first, *rest = wrap(words, TERMINAL - HANGS).split("\n")
    return "\n".join([f"{number:>{HANGS - 2}}  {first}", *(f"{'':{HANGS}}{line}" for line in rest)])


def _letter_line(name: str, letter: LetterWritten, result: Sent | Later | Never) -> str:
    answer = "sent" if isinstance(result, Sent) else f"not sent: {result.reason}"
    return f"  {pad(name, 13)}  {pad(letter.to, 32)}  {pad(letter.template, 20)}  {answer}  {clip(letter.subject, 34)}"


def _wrong_statuses(cases: list[Case]) -> list[str]:
    found = {case.applicant: case.status for case in cases}
    return [f"{who}: {found.get(who)}, not {what}" for who, what in WANTED_STATUS.items() if found.get(who) != what]


async def play(folder: Path, out: TextIO, *, keep_letters: bool) -> list[str]:
    """Run the day around a desk in `folder` and print it; returns everything that did not end as it should have.

    `keep_letters` leaves each letter as a file in the folder's `letters`, numbered in the order they went out.
    """
    list(desks.init(folder))
    async with EmbeddedServers() as servers:
        settings = folder / "mailbot.toml"
        settings.chmod(PRIVATE)
        settings.write_text(_settings(servers), encoding="utf-8")
        desk = desks.load(settings)
        async with desks.opened(
            desk.state, desk.rules, desk.texts, desk.keys, files=desk.files, signer=desk.signer
        ) as tools:
            day = Day(tools, servers, Inbox(desk.imap), Postman(desk.smtp))
            await day.open()
            await day.run()
            wrong = await show(day, out)
        if keep_letters:
            _keep(servers, folder / "letters")
    return wrong


def _settings(servers: EmbeddedServers) -> str:
    """Settings for the servers of the demo, on loopback and without TLS; the rest as a new desk has it."""
    return (
        "# A desk of the demo: its servers were gone when the demo ended.\n"
        f'[imap]\nhost = "127.0.0.1"\nport = {servers.imap_port}\nsecurity = "none"\n'
        f'user = "{USER}"\npassword = "{PASSWORD}"\n\n'
        f'[smtp]\nhost = "127.0.0.1"\nport = {servers.smtp_port}\nsecurity = "none"\n'
    )


def _keep(servers: EmbeddedServers, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for number, letter in enumerate(servers.letters, 1):
        (folder / f"{number:02d}.eml").write_bytes(letter.raw)
