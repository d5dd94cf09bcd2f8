"""One case played through its steps without a store: mails and passing time go in, events and letters come out.

The form is small and has every kind of step; what registers say is given with the mail.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from letter_examples import RULES as SHIPPED

from mailbot.core.case import Case, LetterInfo, fold
from mailbot.core.decide import decide, overdue
from mailbot.core.events import Event, Facts, LetterSent, LetterWritten, Row, Sender
from mailbot.core.instants import from_text
from mailbot.core.message import Attachment, Mailbox, Message
from mailbot.core.outcome import Decision
from mailbot.core.rules import Form, Rules
from mailbot.edge.letters import Letters

NOW = datetime(2026, 4, 8, 1, tzinfo=UTC)
TARO, ICHIRO, OLD = "taro@univ.example", "ichiro@univ.example", "old@univ.example"
HEAD, CLERK = "sato@staff.desk.example", "morgan@staff.desk.example"
NUMBER = "2026-00042"
BOTH = {"en": "A test", "ja": "試験"}


def texts(en: str) -> dict[str, str]:
    return {"en": en, "ja": en}


def labelled(label: str, **more: object) -> dict[str, object]:
    return {"label": texts(label), **more}


FIELDS: dict[str, dict[str, object]] = {
    "name": labelled("Name", required=True),
    "email": labelled("Email", type="email", required=True),
    "account": labelled("Account", type="account_name"),
    "purpose": labelled("Purpose", required=True),
    "away": labelled("From abroad", type="yes_no"),
    "big": labelled("Large storage", type="yes_no"),
    "chief": labelled("Chief's email", type="email", required=True),
    "chief_name": labelled("Chief's name"),
}
DOCUMENTS = {
    "pledge": {"title": texts("Pledge"), "signer": "responsible", "binds": ("purpose",), "words": ("pledge",)},
    "own": {"title": texts("Own pledge"), "signer": "applicant", "when": {"field": "away", "is": "yes"}},
}
STEPS: dict[str, dict[str, object]] = {
    "fields": {"kind": "fields", "letter": "missing", "remind": 5, "limit": 15},
    "consent": {"kind": "consent", "letter": "consent", "remind": 5, "limit": 15, "shows": ("name", "purpose")},
    "document": {"kind": "document", "documents": ("pledge", "own"), "remind": 5, "limit": 15},
    "review": {"kind": "review", "letter": "review", "remind": 3, "limit": 5, "counted": "completed"},
    "post": {"kind": "task", "name": "post", "task": texts("Post it"), "number": True, "remind": 3, "limit": 5},
    "wait": {"kind": "wait", "limit": 10, "notice": "notice"},
    "login": {"kind": "wait", "name": "login", "limit": 10, "ends": {"en": ("it works",)}},
    "tell": {"kind": "notify", "name": "tell", "letter": "completed", "tells": ("applicant",)},
    "answer": {"kind": "task", "name": "answer", "task": texts("Answer it"), "reply": True, "limit": 5},
    "silence": {"kind": "wait", "name": "silence", "limit": 10, "again": "answer"},
}
PEOPLE = {
    "applicant": {"email": "email", "name": ("name",)},
    "responsible": {"email": "chief", "name": ("chief_name",)},
}


def form(*steps: str, **more: object) -> Form:
    """A form with these steps of STEPS; `fields` are added to or put in place of the others."""
    own = more.pop("fields", {})
    assert isinstance(own, dict)
    fields = {key: {**rule, "key": key} for key, rule in {**FIELDS, **own}.items()}
    made = {
        "name": "loan",
        "title": texts("Loan of a drive"),
        "people": PEOPLE,
        "documents": DOCUMENTS,
        "fields": fields,
        "steps": [STEPS[step] if isinstance(step, str) else step for step in steps],
    }
    return Form.model_validate(made | more)


def filled(**other: str) -> str:
    """The form as an applicant fills it in; what `other` says counts, an empty text takes a line away."""
    given = {
        "Name": "Taro Iden",
        "Email": TARO,
        "Purpose": "Copying genomes",
        "Chief's email": ICHIRO,
        "Chief's name": "Ichiro Suzuki",
    } | {key.replace("_", " "): text for key, text in other.items()}
    return "\n".join(f"{label}: {text}" for label, text in given.items() if text)


def pdf(name: str = "scan.pdf", **more: object) -> Attachment:
    return Attachment(name, "application/pdf", 9, name[:1] * 64, kind="pdf", **more)  # type: ignore[arg-type]


def picture(name: str, **more: object) -> Attachment:
    return Attachment(name, "image/jpeg", 9, name[:1] * 64, kind="image", **more)  # type: ignore[arg-type]


def row(name: str, column: str, key: str, found: dict[str, str] | None = None, **more: object) -> Row:
    return Row(name=name, column=column, key=key, found=found, **more)  # type: ignore[arg-type]


@dataclass
class Play:
    """A case of a form (or of the first of `forms`) while it is played; the last decision stands in `last`."""

    form: Form
    others: tuple[Form, ...] = ()
    now: datetime = NOW
    case: Case | None = None
    last: Decision = field(default_factory=lambda: Decision(None, ()))
    letters: list[LetterWritten] = field(default_factory=list)
    count: int = 1
    seq: int = 10

    @property
    def rules(self) -> Rules:
        forms = {form.name: form for form in (self.form, *self.others)}
        return SHIPPED.model_copy(update={"forms": forms})

    @property
    def known(self) -> Case:
        assert self.case is not None
        return self.case

    def later(self, days: int) -> "Play":
        self.now += timedelta(days=days)
        return self

    def apply(self, text: str = "", sender: str = TARO, **facts: object) -> "Play":
        return self._mail(sender, text or filled(), "application", {"number": NUMBER} | facts, None, ())

    def answer(
        self,
        to: str,
        text: str = "",
        *attached: Attachment,
        sender: str = "",
        sort: str = "",
        tier: str = "",
        **facts: object,
    ) -> "Play":
        """Somebody answers the newest letter to `to`, from there or from another address."""
        number, info = self.newest(to)
        proven = not sender or sender == to
        tier = tier or ({"clerk": "2", "responsible": "1"}.get(info.role, "0+") if proven else "0")
        who = Sender(address=sender or to, role=info.role, tier=tier)  # type: ignore[arg-type]
        kind = sort or {"clerk": "command", "holder": "objection"}.get(info.role, "answer")
        about = {"letter": f"{NUMBER}.{number}", "letter_state": "verified", "found_by": "address"}
        return self._mail(sender or to, text, kind, about | facts, who, attached)

    def newest(self, to: str) -> tuple[int, LetterInfo]:
        return max((number, info) for number, info in self.known.letters.items() if info.to == to)

    def passes(self, what: str) -> "Play":
        """The reminder or the limit that the case waits for passes."""
        instant = self.known.remind if what == "remind" else self.known.due
        assert instant, f"no {what} to pass"
        self.now = max(self.now, from_text(instant) + timedelta(seconds=1))
        return self._done(overdue(self.known, what, self.rules, self.now))  # type: ignore[arg-type]

    def _mail(
        self,
        sender: str,
        text: str,
        sort: str,
        said: dict[str, object],
        who: Sender | None,
        attached: Iterable[Attachment],
    ) -> "Play":
        who = who or Sender(address=sender, role="stranger", tier="0")
        self.count += 1
        message = Message(
            f"{self.count:064x}",
            100,
            message_id=f"<{self.count}@univ.example>",
            subject="Loan",
            senders=(Mailbox("", sender),),
            text=text,
            attachments=tuple(attached),
        )
        facts = Facts.model_validate({"sort": sort, "sender": who, **said})
        known = {NUMBER: self.case} if self.case else {}
        (decision,) = decide(known, message, facts, self.rules, self.now)
        return self._done(decision)

    def _done(self, decision: Decision) -> "Play":
        self.last = decision
        self.letters = []
        last = self.case.last_letter if self.case else 0
        happened: list[Event] = list(decision.events)
        words = Letters(self.rules)
        for index, letter in enumerate(decision.letters, start=last + 1):
            self.letters.append(words.words(letter, index, "k1"))
            happened += [self.letters[-1]]
        happened += [LetterSent(letter=f"{NUMBER}.{letter.number}", answer="250 ok") for letter in self.letters]
        self.seq += 1
        if decision.case:
            self.case = fold(self.case, decision.case, self.seq, self.now, happened)
        return self

    @property
    def happened(self) -> list[str]:
        """The kinds of the last decision's events, without those every mail has."""
        every = ("facts", "mail_joined", "commands_run")
        return [event.kind for event in self.last.events if event.kind not in every]

    @property
    def written(self) -> list[tuple[str, str]]:
        return [(letter.template, letter.to) for letter in self.last.letters if letter.template != "transcript"]

    def text(self, template: str, to: str = "") -> str:
        """The words of a letter of the last decision."""
        return next(letter.text for letter in self.letters if letter.template == template and to in ("", letter.to))

    def only(self, kind: type) -> object:
        (found,) = (event for event in self.last.events if isinstance(event, kind))
        return found


Started = Callable[[], Play]


def ready(*steps: str, **more: object) -> Play:
    """A case whose form has these steps, after the applicant's first mail."""
    return Play(form(*steps, **more)).apply()
