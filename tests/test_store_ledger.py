"""The ledger: what became of mails and letters adds up, live, after a restart, and made again from the journal."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_help import DESK, NOON, collected, digest_of, draft, letter, open_case, open_cases, ordered_facts, run

from mailbot.core import events as e
from mailbot.core.instants import to_text
from mailbot.core.ledger import HeldLetter, InQuarantine, Ledger
from mailbot.store import Asked, Draft, LetterDue, Twin
from mailbot.store.files import FileStore

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


async def write(store: FileStore, *drafts: Draft) -> None:
    """Appends entries, all in one batch."""
    async with store.batch() as batch:
        for one in drafts:
            batch.append(one)


async def names_due(store: FileStore, at: Any = NOON) -> list[str]:
    return [due.name for due in await store.due(at, 99, 0.0) if isinstance(due, LetterDue)]


def ledger_every_way(state: Path) -> Ledger:
    """The ledger by the last checkpoint, by replay, and by a reader: all the same, and everything fits."""
    loaded = FileStore.read(state, DESK)
    assert loaded.verify().ok, loaded.verify().words()
    with FileStore.rebuild(state, DESK) as rebuilt:
        assert rebuilt.ledger() == loaded.ledger()
    with FileStore.open(state, DESK) as opened:
        assert opened.notices == []
        assert opened.ledger() == loaded.ledger()
    return loaded.ledger()


def mail(name: str, *happened: e.Event, **facts: Any) -> Draft:
    """An entry that decides the mail `name`."""
    one = draft(mail=digest_of(name.encode()))
    return Draft(one.at, None, one.mail, one.rules, one.program, (e.Facts(**facts), *happened))


def by_order(nonce: str, *happened: e.Event, **more: Any) -> Draft:
    """An entry that carries an order out."""
    one = draft(**more)
    return Draft(one.at, one.case, one.mail, one.rules, one.program, (ordered_facts(nonce), *happened), one.more)


def test_a_new_desk_has_an_empty_ledger(tmp_path: Path) -> None:
    with FileStore.open(tmp_path, DESK) as store:
        ledger = store.ledger()
    assert ledger.mails == dict.fromkeys(("taken_in", "ignored", "quarantined", "dismissed", "erased"), 0)
    assert ledger.letters == dict.fromkeys(("written", "due", "sent", "failed", "held", "dropped"), 0)
    assert (ledger.opened, ledger.adopted, ledger.validity, ledger.observed) == (None, False, None, False)


def test_the_desk_its_mailbox_and_its_alarms(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await write(store, draft(e.DeskOpened(desk=DESK, address="desk@example.org")))
        await write(store, draft(e.MailboxSeen(validity=7, unknown=900, observed=True)))
        assert (store.ledger().validity, store.ledger().observed, store.ledger().adopted) == (7, True, False)
        await write(store, by_order("n1", e.Adopted(), at=NOON + HOUR))
        assert (store.ledger().observed, store.ledger().adopted) == (False, True)
        await write(store, draft(e.MailboxSeen(validity=8, known=3), at=NOON + HOUR))
        await write(store, draft(e.MailsVanished(validity=8, uids="2:4", count=3), at=NOON + HOUR))
        await write(store, draft(e.MailsVanished(validity=8, uids="9", count=1), at=NOON + HOUR))
        await write(store, draft(e.Alarmed(alarm="oldest"), e.Alarmed(alarm="smtp"), at=NOON + HOUR))
        await write(store, draft(e.AlarmEnded(alarm="smtp"), e.QuarantineTold(mails=2), at=NOON + HOUR))

    run(work, tmp_path)
    ledger = ledger_every_way(tmp_path)
    assert ledger.opened == NOON
    assert (ledger.validity, ledger.observed, ledger.adopted, ledger.vanished) == (8, False, True, 4)
    assert ledger.alarms == {"oldest"}
    assert (ledger.told, ledger.told_seq) == (NOON + HOUR, 8)
    assert ledger.done == {"n1": 3}


def test_every_decided_mail_counts_once_by_what_became_of_it_last(tmp_path: Path) -> None:
    bad, worse, odd = (digest_of(name) for name in (b"bad", b"worse", b"odd"))

    async def work(store: FileStore) -> None:
        await store.keep([b"good", b"both", b"robot", b"bad", b"worse", b"odd"])
        await open_cases(store, 2)
        await write(
            store,
            mail("good"),
            draft(case="2026-00001", mail=digest_of(b"both"), more=True),
            draft(e.Ignored(reason="again"), case="2026-00002", mail=digest_of(b"both")),
            mail("robot", e.Ignored(reason="automatic")),
            *(mail(name, e.Quarantined(reason="stalled")) for name in ("bad", "worse", "odd")),
        )
        assert store.ledger().mails == {"taken_in": 1, "ignored": 2, "quarantined": 3, "dismissed": 0, "erased": 0}
        assert [one.mail for one in store.ledger().quarantine] == [bad, worse, odd]
        await write(store, by_order("n1", mail=bad))
        await write(store, by_order("n2", e.Quarantined(reason="killed"), mail=worse, at=NOON + HOUR))
        await write(store, by_order("n3", e.QuarantineDismissed(mail=odd), at=NOON + HOUR))
        await write(store, by_order("n4", e.QuarantineDismissed(mail=odd), at=NOON + HOUR))
        await write(store, by_order("n5", e.OrderRefused(why="not_in_quarantine"), mail=bad, at=NOON + HOUR))
        assert sum(store.ledger().mails.values()) == await store.files() == 6

    run(work, tmp_path)
    ledger = ledger_every_way(tmp_path)
    assert ledger.mails == {"taken_in": 2, "ignored": 2, "quarantined": 1, "dismissed": 1, "erased": 0}
    assert ledger.quarantine == (InQuarantine(worse, 11, NOON + HOUR, "killed"),)
    assert ledger.done == {"n1": 10, "n2": 11, "n3": 12, "n4": 13, "n5": 14}


def test_an_order_that_touches_several_cases_is_done_once(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 2)
        await write(
            store, *(draft(e.LetterHeld(letter=f"{n}.1", why="x"), case=n) for n in ("2026-00001", "2026-00002"))
        )
        first, second = (
            by_order("n", e.LetterReleased(letter=f"{n}.1"), case=n, more=n == "2026-00001")
            for n in ("2026-00001", "2026-00002")
        )
        await write(store, first, second)

    run(work, tmp_path)
    assert ledger_every_way(tmp_path).done == {"n": 5}


def test_only_the_last_thousand_orders_are_remembered(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await write(store, *(by_order(f"n{turn}") for turn in range(1_003)))

    run(work, tmp_path)
    assert list(ledger_every_way(tmp_path).done.items())[::999] == [("n3", 4), ("n1002", 1_003)]


@pytest.mark.parametrize("case", ["2026-00001", None])
def test_a_held_letter_is_not_given_out_until_it_is_released(tmp_path: Path, case: str | None) -> None:
    name = f"{case}.2" if case else "e2.2"

    async def state_of(store: FileStore) -> tuple[str, int]:
        async with store.batch() as batch:
            info = (await batch.recall(Asked("0" * 64, (name,)))).letters[name]
        return info.state, info.tries

    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        await write(store, draft(letter(2, to="Flood@example.org", template="forms"), case=case))
        later = e.LetterPostponed(letter=name, why="451", until=to_text(NOON + DAY))
        await write(store, draft(later, case=case))
        await write(store, draft(e.LetterHeld(letter=name, why="address"), case=case))
        assert await names_due(store, NOON + DAY) == ["2026-00001.1"]
        assert await state_of(store) == ("held", 1)

    async def restarted(store: FileStore) -> None:
        assert store.ledger().held == (HeldLetter(name, "Flood@example.org", "forms", 2, "address"),)
        assert await names_due(store, NOON + DAY) == ["2026-00001.1"]
        assert await state_of(store) == ("held", 1)
        await write(store, by_order("n", e.LetterReleased(letter=name), case=case))
        assert await state_of(store) == ("due", 1)
        assert store.ledger().held == ()
        [_, due] = await store.due(NOON + DAY, 9, 60)
        assert isinstance(due, LetterDue)
        assert (due.name, due.released, due.tries, due.letter.to) == (name, True, 1, "Flood@example.org")

    async def sent(store: FileStore) -> None:
        [first, due] = await store.due(NOON + DAY, 9, 60)
        assert isinstance(first, LetterDue)
        assert isinstance(due, LetterDue)
        assert (first.released, due.released) == (False, True)
        await write(store, draft(e.LetterSent(letter=name, answer="250"), case=case))
        assert await state_of(store) == ("sent", 2 if case else 1)

    run(work, tmp_path)
    run(restarted, tmp_path)
    run(sent, tmp_path)
    letters = ledger_every_way(tmp_path).letters
    assert letters == {"written": 2, "due": 1, "sent": 1, "failed": 0, "held": 0, "dropped": 0}


@pytest.mark.parametrize("restart", [False, True])
def test_dropped_letters_are_never_sent_and_remembered(tmp_path: Path, restart: bool) -> None:
    names = ("e2.1", "e2.2", "2026-00001.1")

    async def drop(store: FileStore) -> None:
        await open_cases(store, 1)
        await write(store, draft(letter(1), letter(2)))
        await write(store, draft(e.LetterHeld(letter="e2.1", why="hour")))
        async with store.batch() as batch:
            batch.append(draft(e.LetterDropped(letter="e2.1"), e.LetterDropped(letter="e2.2"), more=True))
            batch.append(draft(e.LetterDropped(letter="2026-00001.1"), case="2026-00001"))
            recall = await batch.recall(Asked("0" * 64, names))
        assert [info.state for info in recall.letters.values()] == ["dropped"] * 3

    async def look(store: FileStore) -> None:
        assert await names_due(store, NOON + DAY) == []
        async with store.batch() as batch:
            recall = await batch.recall(Asked("0" * 64, names))
        assert [(info.state, info.tries) for info in recall.letters.values()] == [("dropped", 0)] * 3

    async def both(store: FileStore) -> None:
        await drop(store)
        await look(store)

    for work in (drop, look) if restart else (both,):
        run(work, tmp_path)
    assert ledger_every_way(tmp_path).letters["dropped"] == 3


def test_a_letter_dropped_while_it_was_on_its_way_was_sent_all_the_same(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        await write(store, draft(e.LetterDropped(letter="2026-00001.1"), case="2026-00001"))
        await write(store, draft(e.LetterSent(letter="2026-00001.1", answer="250"), case="2026-00001"))
        assert store.sent_to("mika@example.org", NOON) == (1, 1)

    run(work, tmp_path)
    letters = ledger_every_way(tmp_path).letters
    assert (letters["written"], letters["sent"], letters["dropped"]) == (1, 1, 0)


def test_the_oldest_due_letter_is_known_by_the_instant_since_which_it_is_due(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        assert store.ledger().oldest_due is None
        for turn in range(3):
            await write(store, draft(letter(1), at=NOON + turn * HOUR))
        later = NOON + 3 * HOUR
        await write(store, draft(e.LetterPostponed(letter="e1.1", why="busy", until=to_text(later)), at=later))
        assert store.ledger().oldest_due == NOON, "tried or not"
        await write(store, draft(e.LetterHeld(letter="e1.1", why="hour"), at=later))
        assert store.ledger().oldest_due == NOON + HOUR, "a held letter waits for somebody else"
        await write(store, draft(e.LetterReleased(letter="e1.1"), at=later))
        await write(store, draft(e.LetterSent(letter="e2.1", answer="250"), at=later))
        assert store.ledger().oldest_due == NOON + 2 * HOUR
        await write(store, draft(e.LetterDropped(letter="e3.1"), at=later))
        assert store.ledger().oldest_due == later, "a released one waits since then"

    run(work, tmp_path)
    assert ledger_every_way(tmp_path).oldest_due == NOON + 3 * HOUR


def test_a_letter_is_due_until_it_was_sent_held_or_dropped(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await write(store, draft(letter(1), letter(2), letter(3), letter(4)))
        assert await names_due(store) == ["e1.1", "e1.2", "e1.3", "e1.4"]
        await write(store, draft(e.LetterSent(letter="e1.1", answer="250")))
        await write(store, draft(e.LetterHeld(letter="e1.2", why="hour"), e.LetterDropped(letter="e1.3")))
        assert [store.is_due(f"e1.{number}") for number in range(1, 6)] == [False, False, False, True, False]

    run(work, tmp_path)


@pytest.mark.parametrize(
    ("event", "case", "words"),
    [
        (e.LetterReleased(letter="2026-00001.1"), "2026-00001", "is due: there can be no letter_released"),
        (e.LetterHeld(letter="2026-00002.1", why="x"), "2026-00001", "does not belong"),
        (e.LetterHeld(letter="e2.1", why="x"), "2026-00001", "does not belong"),
        (e.LetterDropped(letter="2026-00001.1"), None, "does not belong"),
        (e.LetterHeld(letter="2026-00001.9", why="x"), "2026-00001", "is not written"),
        (e.LetterDropped(letter="e9.1"), None, "is not written"),
        (e.LetterReleased(letter="e2.1"), None, "is sent"),
    ],
)
def test_what_cannot_happen_to_a_letter_is_refused(
    tmp_path: Path, event: e.Event, case: str | None, words: str
) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        await write(store, draft(letter(1)))
        await write(store, draft(e.LetterSent(letter="e2.1", answer="250")))
        before = store.ledger()
        with pytest.raises(ValueError, match=words):
            await write(store, draft(event, case=case))
        assert store.ledger() is before

    run(work, tmp_path)


def test_letters_taken_by_the_relay_are_counted_by_address_and_domain_for_a_day(tmp_path: Path) -> None:
    people = ("Mika@Example.org", "mika@example.org", "ken@EXAMPLE.org", "mika@example.com")

    async def work(store: FileStore) -> None:
        for turn, to in enumerate(people):
            at = NOON + turn * HOUR
            await write(store, draft(letter(1, to=to), at=at))
            await write(store, draft(e.LetterSent(letter=f"e{2 * turn + 1}.1", answer="250"), at=at))
        await write(store, draft(letter(1, to=people[0]), at=NOON + 3 * HOUR))

    def look(store: FileStore) -> None:
        assert store.sent_to("MIKA@example.org", NOON) == (2, 3)
        assert store.sent_to("mika@example.org", NOON + HOUR) == (1, 2)
        assert store.sent_to("mika@example.com", NOON) == (1, 1)
        assert store.sent_to("nobody@example.org", NOON) == (0, 3)
        assert [store.sent_since(NOON + turn * HOUR) for turn in range(5)] == [4, 3, 2, 1, 0]

    run(work, tmp_path)
    look(FileStore.read(tmp_path, DESK))
    with FileStore.rebuild(tmp_path, DESK) as store:
        look(store)


def test_a_mail_has_twins_among_the_mails_of_which_something_came(tmp_path: Path) -> None:
    one = {"identity": "i" * 64, "content": "c" * 64, "sort": "application"}

    async def twins(store: FileStore, name: str = "new") -> list[str]:
        async with store.batch() as batch:
            found = (await batch.recall(Asked(digest_of(name.encode()), identity="i" * 64))).twins
        assert all(twin.content == "c" * 64 for twin in found)
        return [twin.mail for twin in found]

    async def work(store: FileStore) -> None:
        await store.keep([b"robot", b"nothing", b"bad", b"other", b"first", b"second"])
        async with store.batch() as batch:
            batch.append(mail("robot", **{**one, "sort": "autoreply"}))
            batch.append(mail("nothing", e.Ignored(reason="again"), **one))
            batch.append(mail("bad", e.Quarantined(reason="killed"), **one))
            batch.append(mail("other", **{**one, "identity": "j" * 64}))
            assert (await batch.recall(Asked("0" * 64, identity="i" * 64))).twins == ()
            batch.append(mail("first", **one))
            seen = (await batch.recall(Asked("0" * 64, identity="i" * 64))).twins
            assert seen == (Twin(digest_of(b"first"), "c" * 64),)
            number = await open_case(batch)
            second = mail("second", **one)
            batch.append(Draft(NOON, number, second.mail, second.rules, second.program, second.events, more=True))
            batch.append(draft(mail=second.mail))
        await write(store, by_order("n", mail=digest_of(b"bad")))

    async def restarted(store: FileStore) -> None:
        assert await twins(store) == [digest_of(b"first"), digest_of(b"second")]
        assert await twins(store, "first") == [digest_of(b"second")]
        async with store.batch() as batch:
            assert (await batch.recall(Asked("0" * 64))).twins == ()
        await write(store, draft(at=NOON + 31 * DAY))
        assert await twins(store) == []

    run(work, tmp_path)
    run(restarted, tmp_path)
    ledger_every_way(tmp_path)


def test_a_mail_retried_with_success_can_be_a_twin(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await write(store, mail("bad", e.Quarantined(reason="killed")))
        facts = ordered_facts("n").model_copy(update={"identity": "i", "content": "c"})
        retried = mail("bad")
        await write(store, Draft(NOON, None, retried.mail, retried.rules, retried.program, (facts,)))
        async with store.batch() as batch:
            assert (await batch.recall(Asked("0" * 64, identity="i"))).twins == (Twin(digest_of(b"bad"), "c"),)

    run(work, tmp_path)


HAPPENINGS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 1)),
        st.tuples(st.sampled_from(["sent", "later", "failed", "held", "released", "dropped"]), st.integers(0, 5)),
        st.tuples(st.sampled_from(["taken", "ignored", "bad", "retry", "retry bad", "dismiss"]), st.integers(0, 9)),
        st.tuples(st.sampled_from(["checkpoint", "restart"]), st.just(0)),
    ),
    max_size=40,
)
LETTER_EVENTS = {
    "sent": lambda name: e.LetterSent(letter=name, answer="250"),
    "later": lambda name: e.LetterPostponed(letter=name, why="451", until=to_text(NOON + DAY)),
    "failed": lambda name: e.LetterFailed(letter=name, code=550, why="no"),
    "held": lambda name: e.LetterHeld(letter=name, why="hour"),
    "released": lambda name: e.LetterReleased(letter=name),
    "dropped": lambda name: e.LetterDropped(letter=name),
}
MAIL_EVENTS: dict[str, tuple[e.Event, ...]] = {
    "taken": (),
    "ignored": (e.Ignored(reason="x"),),
    "bad": (e.Quarantined(reason="x"),),
    "retry": (),
    "retry bad": (e.Quarantined(reason="x"),),
}


class Plain:
    """The same sums, counted the slow way."""

    def __init__(self) -> None:
        self.letters: dict[str, str] = {}
        self.mails: dict[str, str] = {}

    async def happen(self, store: FileStore, what: str, number: int) -> None:
        if what == "write":
            case = "2026-00001" if number else None
            name = f"{case}.{store.head.seq + 1}" if case else f"e{store.head.seq + 1}.{store.head.seq + 1}"
            await write(store, draft(letter(store.head.seq + 1), case=case))
            self.letters[name] = "due"
        elif what in LETTER_EVENTS:
            await self._letter(store, what, list(self.letters)[number : number + 1])
        elif what == "dismiss":
            await self._dismiss(store, digest_of(b"%d" % number))
        else:
            await self._mail(store, what, digest_of(b"%d" % number))

    async def _letter(self, store: FileStore, what: str, names: list[str]) -> None:
        possible = {"held": ("due",), "released": ("held",)}.get(what, ("due", "held"))
        for name in names:
            if self.letters[name] in possible:
                case = None if name.startswith("e") else "2026-00001"
                await write(store, draft(LETTER_EVENTS[what](name), case=case))
                stays = what == "later" and self.letters[name] == "held"
                self.letters[name] = {"later": "due", "released": "due"}.get(what, what) if not stays else "held"

    async def _dismiss(self, store: FileStore, digest: str) -> None:
        await write(store, by_order(f"n{store.head.seq}", e.QuarantineDismissed(mail=digest)))
        if self.mails.get(digest) == "quarantined":
            self.mails[digest] = "dismissed"

    async def _mail(self, store: FileStore, what: str, digest: str) -> None:
        again = what.startswith("retry")
        if again and self.mails.get(digest) == "quarantined":
            await write(store, by_order(f"n{store.head.seq}", *MAIL_EVENTS[what], mail=digest))
        elif not again and digest not in self.mails:
            await write(store, draft(*MAIL_EVENTS[what], mail=digest))
        else:
            return
        outcome = {"taken": "taken_in", "retry": "taken_in", "ignored": "ignored"}.get(what, "quarantined")
        self.mails[digest] = outcome


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(happenings=HAPPENINGS)
def test_whatever_happens_the_sums_are_right(
    tmp_path_factory: pytest.TempPathFactory, happenings: list[tuple[str, int]]
) -> None:
    state, plain = tmp_path_factory.mktemp("sums"), Plain()

    async def work(store: FileStore) -> None:
        await open_cases(store, 1)
        plain.letters["2026-00001.1"] = "due"
        for what, number in happenings:
            if what == "checkpoint":
                assert store.checkpoint()
            elif what == "restart":
                store.close()
                store = FileStore.open(state, DESK)
            else:
                await plain.happen(store, what, number)
            _compare(store.ledger(), plain)
        assert set(await names_due(store, NOON + DAY)) == {name for name, is_ in plain.letters.items() if is_ == "due"}
        store.close()

    run(work, state)
    loaded = FileStore.read(state, DESK)
    _compare(loaded.ledger(), plain)
    with FileStore.rebuild(state, DESK) as rebuilt:
        assert rebuilt.ledger() == loaded.ledger()


def _compare(ledger: Ledger, plain: Plain) -> None:
    mails, letters = list(plain.mails.values()), list(plain.letters.values())
    assert ledger.mails == {outcome: mails.count(outcome) for outcome in ledger.mails}
    assert sum(ledger.mails.values()) == len(mails)
    states = ("due", "sent", "failed", "held", "dropped")
    assert ledger.letters == {"written": len(letters), **{state: letters.count(state) for state in states}}
    assert {one.name for one in ledger.held} == {name for name, is_ in plain.letters.items() if is_ == "held"}
    assert {one.mail for one in ledger.quarantine} == {
        name for name, is_ in plain.mails.items() if is_ == "quarantined"
    }


def test_a_ledger_of_many_letters_costs_no_more_than_one_of_few(tmp_path: Path) -> None:
    async def cost(store: FileStore) -> float:
        """The least time of several in which a ledger is made anew."""
        found = []
        for _ in range(20):
            await write(store, draft())
            began = time.perf_counter()
            store.ledger()
            found.append(time.perf_counter() - began)
        return min(found)

    async def work(store: FileStore) -> None:
        await write(store, draft(letter(1)))
        few = await cost(store)
        for turn in range(10):
            await write(store, draft(*(letter(turn * 500 + n) for n in range(1, 501))))
        assert store.ledger().letters["written"] == 5_001
        assert await cost(store) < 20 * few + 0.0005
        assert store.ledger() is store.ledger()

    run(work, tmp_path)
    assert len(FileStore.read(tmp_path, DESK).ledger().held) == 0


def test_reading_entries_back_gives_every_new_kind_of_event(tmp_path: Path) -> None:
    happened = (e.MailsVanished(validity=1, uids="1", count=1), e.OrderRefused(why="no_such_letter", about="x"))

    async def work(store: FileStore) -> None:
        await write(store, by_order("n", *happened))
        [entry] = await collected(store.entries())
        assert entry.events == (ordered_facts("n"), *happened)

    run(work, tmp_path)


def test_cases_are_counted_open_and_closed_and_the_head_is_told_once_a_day(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await open_cases(store, 3)
        await write(store, draft(e.Rejected(clerk="k", reason="no"), case="2026-00002"))
        assert store.ledger().cases == {"open": 2, "closed": 1}
        await write(store, draft(e.Reopened(clerk="k"), case="2026-00002"))
        assert store.ledger().cases == {"open": 3, "closed": 0}
        await write(store, draft(e.Rejected(clerk="k", reason="no"), case="2026-00003"))
        await write(store, draft(e.HeadTold(seq=5, hash="a" * 64, at=to_text(NOON)), at=NOON + HOUR))

    run(work, tmp_path)
    ledger = ledger_every_way(tmp_path)
    assert (ledger.cases, ledger.head_told) == ({"open": 2, "closed": 1}, NOON + HOUR)
