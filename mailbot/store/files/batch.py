"""A batch in the making: entries are sealed and folded at once, and written together later. It writes nothing."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime

from mailbot.core import chain
from mailbot.core.case import Case
from mailbot.core.events import EVENTS, Row
from mailbot.core.instants import to_text
from mailbot.core.registers import not_imported
from mailbot.store import Asked, Digest, Draft, Entry, Recall
from mailbot.store.files.mail import Mails
from mailbot.store.files.registers import Registers
from mailbot.store.files.replay import Standing


def new_salt() -> str:
    """128 random bits as 32 lower hex digits."""
    return secrets.token_hex(16)


class FileBatch:
    """One durable commit in the making; it sees its own appends."""

    def __init__(self, standing: Standing, mails: Mails, registers: Registers, salt: Callable[[], str]) -> None:
        self.working = standing.working()
        self.lines: list[bytes] = []
        self.head = standing.journal.end.head
        self._standing = standing
        self._mails = mails
        self._registers = registers
        self._salt = salt
        self._at: datetime | None = None

    async def known(self, mail: Digest) -> bool:
        """Whether an entry decides this mail, own appends included."""
        return self.working.decided(mail) or self._mails.known(mail)

    async def recall(self, asked: Asked) -> Recall:
        """What is known before a mail is decided, own appends included.

        `number` is the next one never used; it counts as used once an entry with it as its case is appended, so two
        mails in a row that open no case are offered the same.
        """
        names = dict.fromkeys(asked.letters)
        letters = {name: info for name in names if (info := self.working.letter(name))}
        numbers = dict.fromkeys(name.rpartition(".")[0] for name in letters if not name.startswith("e"))
        cases = {number: case for number in numbers if (case := self.working.case(number))}
        cases |= {case.number: case for case in self.working.open_cases()} if asked.open else {}
        cases |= {case.number: case for case in self.working.accepted_cases()} if asked.accepted else {}
        own = self.working.newest(asked.sender) if asked.own else ""
        cases |= {own: case} if own and (case := self.working.case(own)) else {}
        since = to_text(asked.since) if asked.since and asked.sender else None
        return Recall(
            letters=letters,
            cases=cases,
            written=self.working.written(asked.sender.lower(), since) if since else (),
            number=self.working.next_number(asked.year) if asked.year is not None else None,
            twins=self.working.twins(asked.identity, asked.mail, self.head.at) if asked.identity else (),
            rows=await self._rows(asked),
            others=self.working.others(asked.sender, asked.form) if asked.sender and asked.form else (),
            own=own,
        )

    async def _rows(self, asked: Asked) -> tuple[Row, ...]:
        """In a thread where a file has to be read, which takes as long as it is large."""
        names = {sought.name for sought in asked.rows}
        if all(self._registers.at_hand(name, self.working.register(name)[0].imported) for name in names):
            return self._found(asked)
        return await asyncio.to_thread(self._found, asked)

    def _found(self, asked: Asked) -> tuple[Row, ...]:
        found = []
        for sought in asked.rows:
            register = asked.registers.get(sought.name)
            standing, own = self.working.register(sought.name)
            row = self._registers.row(sought, register, standing, own) if register else not_imported(sought)
            found.append(row)
        return tuple(found)

    async def case(self, number: str) -> Case | None:
        """The case with this number as it stands in this batch; None if there is none or the text is no number."""
        return self.working.case(number)

    def append(self, draft: Draft) -> None:
        """Adds an entry: it is sealed and folded at once. ValueError, and nothing is changed, if it cannot be.

        All drafts of a batch have the same instant; those after one with `more` have the same mail as it.
        """
        text = self._instant(draft)
        fields = {
            "seq": self.head.seq + 1,
            "at": text,
            "case": draft.case,
            "mail": draft.mail,
            "rules": draft.rules,
            "program": draft.program,
            "more": draft.more,
            "events": EVENTS.dump_python(draft.events, mode="json"),
        }
        line, digest = chain.seal(fields, self.head.hash, self._salt())
        entry = _sealed(draft, self.head.seq + 1, digest, datetime.fromisoformat(text))
        self._refuse(entry)
        self.working.take(entry)
        self._at = draft.at
        self.lines.append(line)
        self.head = chain.Head(entry.seq, digest, text)

    def _instant(self, draft: Draft) -> str:
        if draft.at.tzinfo is None:
            raise ValueError("the instant of an entry is an aware datetime")
        if self._at is not None and draft.at != self._at:
            raise ValueError(f"all entries of a batch have one instant: {draft.at} is not {self._at}")
        return to_text(draft.at)

    def _refuse(self, entry: Entry) -> None:
        before = self.working.entries[-1] if self.working.entries else None
        if before and before.more and before.mail != entry.mail:
            raise ValueError("the entries of a group have one mail")
        if wrong := self.working.refuse(entry):
            raise ValueError(wrong)

    def finished(self) -> bool:
        """Whether there is something to write; ValueError if a group lacks its last entry."""
        if self.working.entries and self.working.entries[-1].more:
            raise ValueError("the last entry of a batch announces more of its group")
        return bool(self.lines)


def _sealed(draft: Draft, seq: int, digest: str, at: datetime) -> Entry:
    return Entry(
        seq=seq,
        at=at,
        case=draft.case,
        mail=draft.mail,
        rules=draft.rules,
        program=draft.program,
        more=draft.more,
        hash=digest,
        events=draft.events,
    )
