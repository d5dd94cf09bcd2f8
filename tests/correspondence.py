"""A desk in memory, with forms of a test: mails go in, entries and letters come out, each letter put into words. Facts
are made by hand: who wrote is said, not proven."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from shipped import shipped_rules

from mailbot.core.case import Case, fold
from mailbot.core.decide import decide, overdue
from mailbot.core.events import Event, Facts, LetterSent, LetterWritten, Row, Sender
from mailbot.core.message import Attachment, Mailbox, Message
from mailbot.core.outcome import Decision
from mailbot.core.rules import Form, Rules
from mailbot.edge.letters import Letters

ROOT = Path(__file__).parent.parent
MORGAN, SATO = "morgan@staff.desk.example", "sato@staff.desk.example"


def rules_with(forms: Mapping[str, str]) -> Rules:
    """The shipped desk, letters and sentences with just these forms (texts by name), unchecked."""
    return shipped_rules().model_copy(update={"forms": {name: form(name, text) for name, text in forms.items()}})


def form(name: str, text: str) -> Form:
    """A form as rules/<name>.toml declares it."""
    data = tomllib.loads(text)
    fields = {key: {**rule, "key": key} for key, rule in data["fields"].items()}
    return Form.model_validate({**data, "name": name, "fields": fields})


_LETTERS: dict[int, Letters] = {}


@dataclass
class Correspondence:
    """Mails and letters of a few cases; the clock goes on a minute with each mail."""

    rules: Rules
    now: datetime = datetime(2026, 4, 6, 1, tzinfo=UTC)
    cases: dict[str, Case] = field(default_factory=dict)
    letters: list[LetterWritten] = field(default_factory=list)
    rows: tuple[Row, ...] = ()
    away: dict[str, str] = field(default_factory=dict)
    seq: int = 0
    words: Letters = field(init=False)

    def __post_init__(self) -> None:
        self.words = _LETTERS.setdefault(id(self.rules), Letters(self.rules))

    def apply(self, sender: str, text: str, number: str = "2026-00001", **more: object) -> Case:
        """A new application; the case as it stands after it."""
        message = self._message(sender, text, **more)
        who = Sender(address=sender, role="stranger", tier="0")
        self._decided(message, Facts(sort="application", sender=who, number=number, rows=self.rows))
        return self.cases[number]

    def answer(
        self,
        sender: str,
        text: str,
        sort: str,
        to: str = "",
        number: str = "2026-00001",
        tier: str = "",
        letter: int = 0,
        code: str = "",
        **more: object,
    ) -> Decision:
        """An answer to a letter about a case (the newest to `to`, or to the sender, if nothing is said), sorted as
        `sort`; `code` is what was found of the code in it."""
        letters = self.cases[number].letters
        newest = letter or max(at for at, info in letters.items() if info.to == (to or sender))
        role = letters[newest].role
        tier = tier or (
            "0" if to and to != sender else "0+" if role in ("applicant", "holder") else "2" if role == "clerk" else "1"
        )
        who = Sender.model_validate({"address": sender, "role": role, "tier": tier})
        facts = Facts(sort=sort, sender=who, letter=f"{number}.{newest}", letter_state="verified", found_by="address")
        found = {"rows": self.rows, "code": code, "away": self.away}
        return self._decided(self._message(sender, text, **more), facts.model_copy(update=found))

    def order(self, text: str, clerk: str = MORGAN, number: str = "2026-00001", **more: object) -> Decision:
        """A clerk's commands, in a reply to the newest letter to them."""
        return self.answer(clerk, text, "command", number=number, **more)

    def passes(self, days: int, number: str = "2026-00001") -> Decision:
        """So many days go by, then the limit of the step has passed."""
        self.now += timedelta(days=days)
        return self._taken(overdue(self.cases[number], "limit", self.rules, self.now, away=self.away))

    def _message(
        self,
        sender: str,
        text: str,
        attachments: tuple[Attachment, ...] = (),
        unsure: tuple[tuple[str, str], ...] = (),
    ) -> Message:
        self.now += timedelta(minutes=1)
        digest = hashlib.sha256(f"{self.seq} {sender} {text}".encode()).hexdigest()
        who = (Mailbox("", sender),)
        return Message(digest, len(text), senders=who, text=text, attachments=attachments, unsure=unsure)

    def _decided(self, message: Message, facts: Facts) -> Decision:
        (decision,) = decide(self.cases, message, facts, self.rules, self.now)
        return self._taken(decision)

    def _taken(self, decision: Decision) -> Decision:
        """The decision becomes an entry: its letters are put into words, sent, and the case follows."""
        self.seq += 1
        assert decision.case is not None
        before = self.cases.get(decision.case)
        first = (before.last_letter if before else 0) + 1
        written = [self.words.words(letter, at, "k1") for at, letter in enumerate(decision.letters, first)]
        self.letters += written
        sent = [LetterSent(letter=f"{decision.case}.{part.number}", answer="250 ok") for part in written]
        happened: tuple[Event, ...] = (*decision.events, *written)
        case = fold(before, decision.case, self.seq, self.now, happened)
        self.cases[decision.case] = fold(case, decision.case, self.seq, self.now, sent)  # type: ignore[assignment]
        return decision

    @property
    def case(self) -> Case:
        """The only case, or the first."""
        return next(iter(self.cases.values()))

    def last(self, to: str) -> LetterWritten:
        """The newest letter to an address."""
        return next(letter for letter in reversed(self.letters) if letter.to == to)


def kinds(decision: Decision) -> list[str]:
    """What happened, by kind, without the facts."""
    return [event.kind for event in decision.events if event.kind not in ("facts", "mail_joined")]


One = TypeVar("One")


def only(decision: Decision, kind: type[One]) -> One:
    """The one event of that kind."""
    (found,) = (event for event in decision.events if isinstance(event, kind))
    return found


def written(decision: Decision) -> list[tuple[str, str]]:
    """The letters of a decision: template and address."""
    return [(letter.template, letter.to) for letter in decision.letters]


def said(letter: LetterWritten) -> str:
    """What a letter says, on one line, so that line breaks do not matter."""
    return " ".join(letter.text.split())
