"""The walk through a journal: mails are read some groups ahead, many at once, and each decision is taken again when
all before it were taken in. It decides nothing itself."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from types import TracebackType
from typing import Self

from mailbot.core.case import Case
from mailbot.core.compared import Deeds, only_worded, same
from mailbot.core.events import CaseOpened, Quarantined
from mailbot.core.message import Message, Unreadable
from mailbot.core.rules import Desk, Rules
from mailbot.flow.reader import GROUP_BYTES, Reader
from mailbot.flow.reader.kept import read_kept
from mailbot.flow.replaying.deciding import OF_THE_WHOLE_DESK, Occasion, deeds, facts_of, way
from mailbot.flow.replaying.found import emptied, undecided
from mailbot.flow.replaying.values import Again, Verdict
from mailbot.store import Digest, Entry, Past, Store

AHEAD = 100
"""Groups that are looked at together, so that their mails are read together."""
BODY = re.compile(rb"\r?\n\r?\n\s*\S")
"""That a mail has something behind its header (RFC 5322 §2.1)."""
Group = tuple[Entry, ...]
Read = Message | Unreadable | tuple[Verdict, str]
"""What a mail says; or the verdict on its entries and why, if it cannot be had."""
Found = dict[tuple[int, str], Read]
"""By the number of the first entry and the name of the reader."""
RulesOf = Callable[[Digest], Awaitable[Rules | None]]
ProgramKept = Callable[[Digest], Awaitable[bool]]


async def _nothing_kept(digest: Digest) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Row:
    """A mail that is to be read: its entry, the name of the reader, and what was kept of it."""

    entry: Entry
    reader: str
    raw: bytes


@dataclass
class Replay:
    """A journal decided again; to be used as an async context, which ends the processes that read mails.

    `rules_of` gives the rules that entries name (None: they are not kept, or this program cannot read them),
    `reader_for` the child process that reads mails for a desk, `program` is the digest of this program. With `changed`
    rules each decision is taken under the rules of its entry and under those, and both are compared; else with what was
    journaled. Entries before `since` (a number, or an aware instant) are only remembered. `program_kept` says whether
    the program that entries name by this digest is kept: no other one is believed to have decided otherwise.
    """

    store: Store
    rules_of: RulesOf
    reader_for: Callable[[Desk], Reader]
    program: Digest
    changed: Rules | None = None
    since: int | datetime = 0
    program_kept: ProgramKept = _nothing_kept
    _emptied: frozenset[Digest] | None = None
    _rules: dict[Digest, Rules | None] = field(default_factory=dict)
    _readers: dict[str, Reader] = field(default_factory=dict)
    _closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._closing.aclose()

    async def walk(self) -> AsyncIterator[Again]:
        """What came of each group of entries, in their order; store.Damaged where the journal is not what was
        written."""
        past, waiting = self.store.past(), list[Group]()
        async for group in past.groups():
            waiting.append(group)
            if len(waiting) == AHEAD:
                async for again in self._some(past, waiting):
                    yield again
                waiting = []
        async for again in self._some(past, waiting):
            yield again

    async def _some(self, past: Past, waiting: Sequence[Group]) -> AsyncIterator[Again]:
        read = await self._read([group for group in waiting if self._wanted(group)])
        for group in waiting:
            if self._wanted(group):
                yield await self._again(past, group, read)
            past.take(group)

    def _wanted(self, group: Group) -> bool:
        first = group[0]
        return first.seq >= self.since if isinstance(self.since, int) else first.at >= self.since

    async def _kept_rules(self, digest: Digest) -> Rules | None:
        if digest not in self._rules:
            self._rules[digest] = await self.rules_of(digest)
        return self._rules[digest]

    async def _read(self, groups: Sequence[Group]) -> Found:
        """What the mails of these groups say; few bytes of them are in memory at once."""
        found: Found = {}
        rows: list[Row] = []
        for group in groups:
            kept = await self._raw(group)
            for key in await self._keys(group) if kept is not None else ():
                if isinstance(kept, bytes):
                    rows.append(Row(group[0], key, kept))
                elif kept is not None:
                    found[group[0].seq, key] = kept
            if sum(len(row.raw) for row in rows) > GROUP_BYTES:
                found, rows = {**found, **await self._asked(rows)}, []
        return {**found, **await self._asked(rows)}

    async def _asked(self, rows: Sequence[Row]) -> Found:
        """What the readers say of some mails."""
        found: Found = {}
        for key in {row.reader for row in rows}:
            mine = [row for row in rows if row.reader == key]
            mails = [(row.entry.mail or "", row.raw, facts_of([row.entry]).size) for row in mine]
            read = await read_kept(self._readers[key], mails)
            found |= {(row.entry.seq, key): message for row, message in zip(mine, read, strict=True)}
        return found

    async def _keys(self, group: Group) -> set[str]:
        """The readers that a group's mail is read with."""
        rules = (await self._kept_rules(group[0].rules), self.changed)
        return {self._reader(one.desk) for one in rules if one}

    def _reader(self, desk: Desk) -> str:
        """The name of the reader for such a desk, which is there from now on."""
        key = desk.limits.model_dump_json() + desk.border.model_dump_json()
        if key not in self._readers:
            self._readers[key] = self.reader_for(desk)
            self._closing.push_async_callback(self._readers[key].close)
        return key

    async def _raw(self, group: Group) -> bytes | Read | None:
        """The bytes of a group's mail, or what is known without them; None if it has none."""
        entry = group[0]
        if entry.mail is None or entry.events is None:
            return None
        try:
            raw = await self.store.raw(entry.mail)
        except FileNotFoundError:
            return ("lost", "its mail is not kept any more")
        if raw is None:
            ordered = entry.mail in await self._emptied_by_order()
            return ("gone", "its mail was erased by order") if ordered else ("lost", "its mail is empty")
        if sha256(raw).hexdigest() != entry.mail:
            return ("lost", "its mail was changed after it was kept")
        if facts_of(group).size is not None and BODY.search(raw):
            return ("lost", "its mail is kept whole, though only the header is said to have been downloaded")
        return raw

    async def _emptied_by_order(self) -> frozenset[Digest]:
        """The mails that any entry destroys or erases; the journal is read for them once, if one is empty."""
        if self._emptied is None:
            found = set[Digest]()
            async for entry in self.store.entries():
                found.update(mail for event in entry.events or () for mail in emptied(event))
            self._emptied = frozenset(found)
        return self._emptied

    async def _again(self, past: Past, group: Group, read: Found) -> Again:
        form = await _form(past, group)
        if any(entry.events is None for entry in group):
            return Again(group, "gone", "erased by order", form)
        if way(group) is None:
            return Again(group, *undecided(group), form)
        if _about_erased(past, group):
            return Again(group, "gone", "a case that it is about was erased by order", form)
        rules = await self._kept_rules(group[0].rules)
        if rules is None:
            unknown = "the rules it was decided under are not kept, or this program cannot read them"
            return Again(group, "lost", unknown, form)
        mail = read.get((group[0].seq, self._reader(rules.desk)))
        if isinstance(mail, tuple):
            return Again(group, mail[0], mail[1], form)
        unread = _unread(group)
        if isinstance(mail, Unreadable) and unread is None:
            return Again(group, "lost", f"its mail could not be read now: {mail.reason}", form)
        if self.changed is None:
            now = await deeds(Occasion(group, past, rules, unread if isinstance(mail, Unreadable) and unread else mail))
            return await self._judged(group, form, now, read=isinstance(mail, Message))
        other = read.get((group[0].seq, self._reader(self.changed.desk)))
        assert not isinstance(other, tuple)  # it is the same mail
        now = await deeds(Occasion(group, past, rules, unread or mail))
        return _foreseen(group, form, now, await deeds(Occasion(group, past, self.changed, unread or other)))

    async def _judged(self, group: Group, form: str, now: Deeds, *, read: bool) -> Again:
        """`read` says that its mail can be read now."""
        was = [(entry.case, entry.events or ()) for entry in group]
        if same(was, now):
            return Again(group, _believed(group), "", form)
        if group[0].program == self.program:
            return Again(group, "readable" if read and _unread(group) else "differs", "", form, was, now)
        if not await self.program_kept(group[0].program):
            return Again(group, "lost", "the program that it names is not kept", form, was, now)
        return Again(group, "other_program", "", form, was, now)


def _unread(group: Group) -> Unreadable | None:
    """The mail of these entries as one that could not be read, if they say so: why it could not was found."""
    events, mail = group[0].events or (), group[0].mail
    if mail is None or facts_of(group).sort != "unreadable":
        return None
    return Unreadable(mail, 0, next((event.reason for event in events if isinstance(event, Quarantined)), ""))


def _believed(group: Group) -> Verdict:
    """What entries are worth that are equal: those of an order from the shell rest on the log's own word for it, those
    of a mail that cannot be read decide nothing."""
    if facts_of(group).ordered is not None:
        return "ordered"
    return "recorded" if _unread(group) else "equal"


def _foreseen(group: Group, form: str, was: Deeds, now: Deeds) -> Again:
    if same(was, now):
        return Again(group, "equal", "", form)
    return Again(group, "worded" if only_worded(was, now) else "otherwise", "", form, was, now)


async def _form(past: Past, group: Group) -> str:
    for entry in group:
        opened = next((event.form for event in entry.events or () if isinstance(event, CaseOpened)), "")
        case: Case | None = await past.case(entry.case) if entry.case else None
        if opened or case:
            return opened or (case.form if case else "")
    return ""


def _about_erased(past: Past, group: Group) -> bool:
    """Whether what these entries rest on was erased since: their cases, that of the letter they answer, or any, where
    they look at all."""
    named = (*(entry.case for entry in group), (facts_of(group).letter or "").partition(".")[0])
    whole = any(isinstance(event, OF_THE_WHOLE_DESK) for entry in group for event in entry.events or ())
    return any(past.erased(number) for number in named if number) or (whole and past.any_erased)
