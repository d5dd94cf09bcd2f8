"""What the service saw last, kept between rounds and processes: which mails are in view, and whether servers answer.
It asks nobody, and no decision rests on it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mailbot.core.health import Contact, Health, Reloaded, Renewal
from mailbot.core.instants import from_text, to_text
from mailbot.core.ledger import Ledger
from mailbot.core.uids import sequence_set, uids_of


@dataclass(slots=True)
class Pulse:
    """The inbox as it was seen last, and what became of the mails that ever came into view under its UIDVALIDITY.

    `in_view` are the UIDs seen and not filed, among them the `observed` ones and those delivered `empty`; `filing` are
    those decided whose filing was not confirmed yet: none of them is ever taken for vanished. `untold` are those that
    vanished, until the journal says so; `read` is when the last look began that came to the inbox's end. `seq` is the
    last entry of the journal at the last look, `top` the highest UID seen, `stuck` the UIDs filed and still there,
    `undecidable` those that met a bug when they were taken in last: they stay in view, and are tried again.
    `process` is the number of a service at work, `noted` when this was noted, `reloaded` what became of the last wish
    for new rules, `renewals` when its secrets end, `kept` how many closed cases are kept longer than their forms say.
    """

    seq: int = 0
    process: int | None = None
    noted: datetime | None = None
    seen: datetime | None = None
    read: datetime | None = None
    validity: int | None = None
    top: int = 0
    came: int = 0
    filed: int = 0
    gone: int = 0
    in_view: set[int] = field(default_factory=set)
    observed: set[int] = field(default_factory=set)
    empty: set[int] = field(default_factory=set)
    filing: set[int] = field(default_factory=set)
    stuck: set[int] = field(default_factory=set)
    undecidable: set[int] = field(default_factory=set)
    untold: set[int] = field(default_factory=set)
    oldest: datetime | None = None
    imap: Contact = field(default_factory=Contact)
    smtp: Contact = field(default_factory=Contact)
    would_do: dict[str, int] = field(default_factory=dict)
    foreseen: set[int] = field(default_factory=set)
    filed_lately: set[int] = field(default_factory=set)
    reloaded: Reloaded | None = None
    renewals: tuple[Renewal, ...] = ()
    kept: int = 0

    def look(self, validity: int, uids: Collection[int], decided: Collection[int], now: datetime) -> set[int]:
        """The inbox holds these UIDs now; the ones that are gone though nobody here filed them.

        `decided` are UIDs that entries of the journal name which this pulse has not heard of, after a crash. Under
        another UIDVALIDITY everything begins anew.
        """
        if validity != self.validity:
            self._begin(validity)
        here = set(uids)
        missing = self.in_view - here
        ours = missing & ({*decided} | self.filing)
        vanished = missing - ours
        self.came += len(here - self.in_view)
        self.filed += len(ours)
        self.gone += len(vanished)
        self.stuck = here & self.filed_lately
        self.in_view, self.filed_lately = here, set()
        self.filing |= set(decided)
        for part in (self.observed, self.empty, self.foreseen, self.undecidable):
            part &= here
        self.top, self.seen = max(self.top, *here, 0), now
        return vanished

    def _begin(self, validity: int) -> None:
        self.validity, self.top = validity, 0
        self.came = self.filed = self.gone = 0
        sets = (self.in_view, self.observed, self.empty, self.filing, self.foreseen, self.filed_lately)
        for part in (*sets, self.undecidable, self.untold):
            part.clear()
        self.would_do = {}

    def was_filed(self, uids: Iterable[int]) -> None:
        """These mails were filed by us."""
        confirmed = set(uids)
        filed = self.in_view & confirmed
        self.filed += len(filed)
        self.in_view -= filed
        self.observed -= filed
        self.filing -= confirmed
        self.filed_lately |= filed

    @property
    def waiting(self) -> set[int]:
        """The mails in view that are to be taken in."""
        return self.in_view - self.observed - self.empty

    def plain(self) -> dict[str, object]:
        """As plain JSON values."""
        sets = {name: sequence_set(getattr(self, name)) for name in SETS}
        numbers = {name: getattr(self, name) for name in NUMBERS}
        instants = {name: _text(getattr(self, name)) for name in INSTANTS}
        return {**numbers, **sets, **instants, **{name: _contact(getattr(self, name)) for name in CONTACTS}} | {
            "would_do": dict(self.would_do),
            "kept": self.kept,
            "reloaded": _reloaded(self.reloaded),
            "renewals": [{"what": one.what, "since": to_text(one.since)} for one in self.renewals],
        }

    def health(self, ledger: Ledger, *, undecided: int, files: int) -> Health:
        """How the desk is, with its ledger and what lies on its disk: mails not decided, files of decided ones."""
        return Health(
            ledger=ledger,
            seen=self.seen,
            read=self.read,
            waiting=len(self.waiting),
            observed=len(self.observed),
            empty=len(self.empty & self.in_view - self.observed),
            oldest=self.oldest,
            undecidable=len(self.undecidable),
            undecided=undecided,
            files=files,
            came=self.came,
            filed=self.filed,
            gone=self.gone,
            stuck=tuple(sorted(self.stuck)),
            imap=self.imap,
            smtp=self.smtp,
            would_do=dict(self.would_do),
            noted=self.noted,
            process=self.process,
            reloaded=self.reloaded,
            renewals=self.renewals,
            kept=self.kept,
        )


NUMBERS = ("seq", "process", "validity", "top", "came", "filed", "gone")
SETS = ("in_view", "observed", "empty", "filing", "stuck", "foreseen", "undecidable", "untold")
INSTANTS = ("noted", "seen", "read", "oldest")
CONTACTS = ("imap", "smtp")
WORDS = ("asked", "problems", "notices")


def read_pulse(plain: Mapping[str, Any] | None) -> Pulse:
    """The pulse that `plain` was taken of; an empty one for anything else."""
    try:
        return _pulse(plain or {})
    except (KeyError, TypeError, ValueError, AttributeError):
        return Pulse()


def _pulse(plain: Mapping[str, Any]) -> Pulse:
    numbers = {name: None if plain[name] is None else int(plain[name]) for name in NUMBERS}
    sets = {name: uids_of(plain.get(name, "")) for name in SETS}  # an earlier program noted fewer
    instants = {name: _instant(plain.get(name)) for name in INSTANTS}
    contacts = {name: _read_contact(plain[name]) for name in CONTACTS}
    foreseen = {str(name): int(count) for name, count in plain["would_do"].items()}
    reloaded = _read_reloaded(plain.get("reloaded"))
    renewals = tuple(Renewal(str(one["what"]), from_text(one["since"])) for one in plain.get("renewals", ()))
    told = {"reloaded": reloaded, "renewals": renewals, "kept": int(plain.get("kept", 0))}
    return Pulse(**numbers, **sets, **instants, **contacts, would_do=foreseen, **told)  # type: ignore[arg-type]


def worked(contact: Contact, now: datetime) -> Contact:
    """The server did what it was asked at `now`."""
    return replace(contact, worked=now, broken=None, trouble="", mend=False)


def failed(contact: Contact, now: datetime, trouble: str, *, mend: bool = False) -> Contact:
    """The server could not be worked with at `now`; since when is remembered. `mend` as in Contact."""
    return replace(contact, broken=contact.broken or now, trouble=trouble, mend=mend)


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else to_text(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)


def _contact(contact: Contact) -> dict[str, str | bool | None]:
    instants = {"worked": _text(contact.worked), "broken": _text(contact.broken)}
    return {**instants, "trouble": contact.trouble, "mend": contact.mend}


def _read_contact(plain: Mapping[str, Any]) -> Contact:
    return Contact(_instant(plain["worked"]), _instant(plain["broken"]), str(plain["trouble"]), bool(plain.get("mend")))


def _reloaded(reloaded: Reloaded | None) -> dict[str, object] | None:
    if reloaded is None:
        return None
    words = {name: list(getattr(reloaded, name)) for name in WORDS}
    return {"at": to_text(reloaded.at), "rules": reloaded.rules, **words}


def _read_reloaded(plain: Mapping[str, Any] | None) -> Reloaded | None:
    if plain is None:
        return None
    words = {name: tuple(map(str, plain[name])) for name in WORDS}
    return Reloaded(at=from_text(plain["at"]), rules=str(plain["rules"]), **words)
