"""Finding everything that an order to erase takes: what belongs to it, and what holds it elsewhere. It changes nothing.

Taken are the cases' own entries and mails, and those of the address; entries that hold a word of theirs (addresses,
names, what they wrote), unless the case they are in has it from its own people; letters without a case that name a
case, but for the head of the log, which has the number alone of the last one; what the relay said of letters that go;
and all entries of a mail that goes.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field

from mailbot.core import events as e
from mailbot.core.case import Case
from mailbot.core.erasing import Found, Gathering, Terms, address_key, own_words, texts_in, texts_of
from mailbot.core.erasing.terms import normal
from mailbot.core.orders import Erase
from mailbot.core.rules import Desk, Rules
from mailbot.flow.erasing.rows import Rows
from mailbot.store import Entry, Store, Wanted

LASTING = (e.DeskOpened, e.Adopted, e.MailboxSeen, e.RegisterImported, e.Erased, e.ErasureDone, e.Restored)
"""What the desk itself stands on, and what proves erasures: never taken."""


@dataclass
class Search:
    """What is looked for: cases by number, an address by its key, entries by number; and the words, once they are
    gathered."""

    cases: set[str] = field(default_factory=set)
    sender: str = ""
    seqs: frozenset[int] = frozenset()
    terms: Terms = field(default_factory=Terms)
    own: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)

    def means(self, entry: Entry) -> bool:
        """Whether an entry belongs to what was ordered, whatever words stand in it."""
        return entry.seq in self.seqs or entry.case in self.cases or self.from_sender(entry)

    def from_sender(self, entry: Entry) -> bool:
        """Whether a mail of that address brought it about."""
        who = entry.facts.sender if self.sender and entry.facts else None
        return who is not None and address_key(who.address) == self.sender


async def find(store: Store, rules: Rules, order: Erase) -> Found:
    """What the order takes, as things stand. It reads the whole journal and every raw mail."""
    search = Search(set(order.cases), order.sender)
    if order.sender:
        search.cases |= {number async for number in _applied_for(store, order.sender)}
    return await _found(store, rules, search)


async def find_entries(store: Store, rules: Rules, seqs: Collection[int]) -> Found:
    """What goes where these entries go: a case that has no others goes as a whole, any other is only touched."""
    search, mine, others = Search(seqs=frozenset(seqs)), set[str](), set[str]()
    async for entry in store.entries():
        if entry.case:
            (mine if entry.seq in search.seqs else others).add(entry.case)
    search.cases = mine - others
    return await _found(store, rules, search, words=False)


async def _applied_for(store: Store, sender: str) -> AsyncIterator[str]:
    """The cases that were opened from an address, or whose letters went there at any time."""
    async for entry in store.entries():
        for event in entry.events or ():
            named = getattr(event, "applicant", "") if isinstance(event, e.CaseOpened) else ""
            named = event.address if isinstance(event, e.AddressRegistered) else named
            if entry.case and named and address_key(named) == sender:
                yield entry.case


async def _found(store: Store, rules: Rules, search: Search, *, words: bool = True) -> Found:
    whole = {case.number: case async for case in store.cases(Wanted(numbers=frozenset(search.cases)))}
    search.cases &= whole.keys()
    search.cases -= {number for number, case in whole.items() if case.erased}
    search.terms = await _gathered(store, rules, search, whole)
    rows = Rows()
    async for group in _groups(store):
        taken = await _taken(store, search, group) if words else {one.seq for one in group if search.means(one)}
        rows.add(group, taken)
    rows.close()
    others = sorted(rows.cases() - whole.keys())  # in order, since closed cases lie in files of a thousand
    touched = {number: case for number in others if (case := await _case(store, number))}
    return Found(
        whole=whole,
        touched=touched,
        entries=rows.taken(),
        mails=await _sizes(store, rows),
        terms=search.terms,
        elsewhere=tuple(sorted(search.elsewhere)),
        pending=tuple(name for name in rows.letters() if _pending(store, name, whole)),
    )


async def _gathered(store: Store, rules: Rules, search: Search, whole: dict[str, Case]) -> Terms:
    """The words of the person, but for those of people who wrote in their own right."""
    found, others = Gathering(), set(_people(rules.desk))
    async for entry in store.entries():
        form = rules.forms.get(whole[entry.case].form) if entry.case in whole else None
        facts = entry.facts
        if entry.case in search.cases:
            for event in entry.events or ():
                found.take(event, form)
        elif search.from_sender(entry) and facts:
            found.take_mail(facts)
        elif facts and facts.sender:
            others |= {facts.sender.address, facts.sender.name}
    return found.terms(others).without(_people(rules.desk))


def _people(desk: Desk) -> tuple[str, ...]:
    """Whose addresses and names stand everywhere: the desk's own people."""
    clerks = (text for clerk in desk.clerks for text in (clerk.address, clerk.name))
    return (desk.address, desk.name, *clerks, *desk.auditors, *desk.operators)


async def _groups(store: Store) -> AsyncIterator[tuple[Entry, ...]]:
    group: list[Entry] = []
    async for entry in store.entries():
        group.append(entry)
        if not entry.more:
            yield tuple(group)
            group = []


async def _taken(store: Store, search: Search, group: Sequence[Entry]) -> set[int]:
    """The entries of a group that go. What a mail that goes brought about goes with it (`Rows`)."""
    taken = set()
    for entry in group:
        if search.means(entry) or await _holds(store, search, entry):
            taken.add(entry.seq)
    first = group[0]
    if not taken and first.mail and first.events is not None and await _mail_holds(store, search, group):
        taken.add(first.seq)
    return taken


async def _holds(store: Store, search: Search, entry: Entry) -> bool:
    """Whether an entry that is not theirs holds a word of theirs."""
    if entry.events is None or any(isinstance(event, LASTING) for event in entry.events):
        return False
    text = normal("\n".join(texts_of(entry.events)))
    kinds = {type(event) for event in entry.events}
    written = entry.case is None and e.LetterWritten in kinds and e.HeadTold not in kinds
    if written and any(number in text for number in search.cases):
        return True
    hits = search.terms.within(text)
    return bool(hits) and not await _theirs(store, search, (entry.case,), hits)


async def _mail_holds(store: Store, search: Search, group: Sequence[Entry]) -> bool:
    """Whether the raw mail of somebody else's entries holds a word of theirs, in whatever encoding."""
    try:
        raw = await store.raw(group[0].mail or "")
    except FileNotFoundError:
        return False
    hits = await asyncio.to_thread(_hits, raw or b"", search.terms)
    return bool(hits) and not await _theirs(store, search, [entry.case for entry in group], hits)


def _hits(raw: bytes, terms: Terms) -> frozenset[str]:
    return frozenset(word for text in texts_in(raw) for word in terms.within(normal(text)))


async def _theirs(store: Store, search: Search, cases: Sequence[str | None], hits: frozenset[str]) -> bool:
    """Whether the people of these cases said all these words themselves."""
    said, numbers = "", [number for number in cases if number]
    for number in numbers:
        if number not in search.own:
            case = await _case(store, number)
            search.own[number] = own_words(case) if case else ""
        said += "\n" + search.own[number]
    theirs = Terms(hits).within(said) == hits
    search.elsewhere |= set(numbers) if theirs else set()
    return theirs


async def _case(store: Store, number: str) -> Case | None:
    return await anext(aiter(store.cases(Wanted(numbers=frozenset({number})))), None)


async def _sizes(store: Store, rows: Rows) -> dict[str, int]:
    """The mails of what goes, with their sizes in octets as the server counts them."""
    found = {}
    for digest, size in rows.mails().items():
        try:
            raw = await store.raw(digest)
        except FileNotFoundError:
            raw = None
        found[digest] = len(raw or b"") if size is None else size
    return found


def _pending(store: Store, name: str, whole: dict[str, Case]) -> bool:
    """Whether a letter to somebody else waits to be sent."""
    held = {one.name for one in store.ledger().held}
    return not name.startswith("e") and name.rpartition(".")[0] not in whole and (store.is_due(name) or name in held)
