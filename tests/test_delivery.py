"""Letters on their way from the journal to the relay: in order, over several connections, each once."""

import asyncio
import os
import quopri
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from carrying import here
from desks import in_a_loop
from letter_examples import RULES
from reading_here import ReaderHere
from sinks import SINK, smtp_sink
from store_help import no_space
from worlds import application

from mailbot.core import events as e
from mailbot.core.events import LetterWritten
from mailbot.core.outcome import Decision
from mailbot.core.rules import Budgets, Rules
from mailbot.edge.account import Account
from mailbot.edge.letters import Letters
from mailbot.edge.postman import Later, Never, Postman, Sent
from mailbot.edge.stationery import Stationery
from mailbot.embedded import PASSWORD, USER, EmbeddedServers
from mailbot.flow.delivery import Carrier, Result, Sending
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.reader import Settings
from mailbot.flow.tools import Keys, Tools
from mailbot.store import LetterDue, Wanted
from mailbot.store.files import FileStore

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KEYS = Keys("k1", {"k1": b"a key"})
DECIDING = {clerk.address for clerk in RULES.desk.clerks if "decide" in clerk.roles}
ANN, BOB, CID = "ann@uni.example", "bob@uni.example", "cid@college.example"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@asynccontextmanager
async def desk(folder: Path, rules: Rules = RULES) -> AsyncIterator[Tools]:
    with FileStore.open(folder / "state", rules.desk.name) as store:
        yield Tools(
            store=store,
            rules=rules,
            letters=Letters(rules),
            stationery=Stationery(rules.desk, KEYS.secrets),
            keys=KEYS,
            rules_kept="a" * 64,
            program="b" * 64,
        )


def within(**budgets: int) -> Rules:
    desk = RULES.desk.model_copy(update={"budgets": Budgets(**budgets)})
    return RULES.model_copy(update={"desk": desk})


def letter(number: int, to: str, role: e.Role = "stranger") -> LetterWritten:
    text = f"Letter {number} to you"
    return LetterWritten(
        number=number, template="forms", to=to, role=role, key="k1", languages=("en",), subject=text, text=text
    )


async def write(tools: Tools, *recipients: str, role: e.Role = "stranger", at: datetime = NOON) -> None:
    """Letters without a case are due to these recipients, in this order."""
    letters = [letter(number, to, role) for number, to in enumerate(recipients, 1)]
    async with tools.store.batch() as batch:
        batch.append(tools.draft(Decision(None, (e.Facts(), *letters)), at=at, mail=None))


async def write_in_a_case(tools: Tools, to: str) -> None:
    """A case is opened, and its first letter is due to the applicant."""
    happened = (
        e.Facts(),
        e.CaseOpened(form="new-account", language="en", applicant=to, name="Ann"),
        e.StepEntered(step="fields"),
        letter(1, to, "applicant"),
    )
    async with tools.store.batch() as batch:
        batch.append(tools.draft(Decision("2026-00001", happened), at=NOON, mail=None))


@asynccontextmanager
async def postmen(
    count: int, port: int, user: str = "", password: str = "", **how: float
) -> AsyncIterator[list[Postman]]:
    account = Account("127.0.0.1", port, "none", user, password, timeout=how.get("timeout", 5.0))
    made = [Postman(account) for _ in range(count)]
    try:
        yield made
    finally:
        for postman in made:
            await postman.close()


async def journaled(tools: Tools, *kinds: type[e.Event]) -> list[e.Event]:
    return [event async for entry in tools.store.entries() for event in entry.events or () if isinstance(event, kinds)]


def subjects(servers: EmbeddedServers, to: str | None = None) -> list[str]:
    """The numbers of the letters the relay took, in the order it took them."""
    taken = [part.raw for part in servers.letters if to in (None, part.recipient)]
    return [raw.partition(b"Subject: Letter ")[2].split()[0].decode() for raw in taken]


def many(people: int) -> list[str]:
    """Addresses of so many people, each of another domain."""
    return [f"asker{number}@uni{number}.example" for number in range(people)]


@pytest.mark.parametrize("connections", [1, 4])
@in_a_loop
async def test_everything_due_goes_and_every_result_is_journaled(
    connections: int, tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with desk(tmp_path) as tools, postmen(connections, servers.smtp_port) as carriers:
        await write(tools, *many(60))
        sending = Sending(tools, Clock())
        await sending.all_due(here(tools, carriers))
        assert (sending.letters, sending.troubles, sending.relay) == (
            {"sent": 60, "later": 0, "never": 0, "held": 0},
            [],
            "",
        )
        assert len(await journaled(tools, e.LetterSent)) == 60
        await sending.all_due(here(tools, carriers))
    assert len({part.raw for part in servers.letters}) == len(servers.letters) == 60
    assert servers.relay.most_connections == connections


@in_a_loop
async def test_nobody_gets_the_later_letter_before_the_earlier_over_however_many_connections(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with desk(tmp_path, within(letters_per_address=99)) as tools, postmen(4, servers.smtp_port) as carriers:
        await write(tools, *([ANN, BOB, ANN, CID, "Ann@uni.example"] * 12))
        await Sending(tools, Clock()).all_due(here(tools, carriers))
    for to in (ANN, BOB, CID, "Ann@uni.example"):
        numbers = [int(number) for number in subjects(servers, to)]
        assert numbers == sorted(numbers)
        assert len(numbers) == (24 if to == ANN else 12)
    ours = [
        int(subject)
        for subject, part in zip(subjects(servers), servers.letters, strict=True)
        if part.recipient[:3].lower() == "ann"
    ]
    assert ours == sorted(ours), "one person, however the address is spelt"


@in_a_loop
async def test_a_connection_takes_its_next_letter_when_the_last_result_is_durable(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    seen: list[tuple[int, int]] = []

    class Watched(Postman):
        async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Later | Never:
            seen.append((len(servers.letters), tools.store.ledger().letters["sent"]))
            return await super().send(sender, recipient, raw)

    async with desk(tmp_path) as tools:
        await write(tools, *(f"asker{number}@uni.example" for number in range(9)))
        carriers = [Watched(Account("127.0.0.1", servers.smtp_port, "none", "", "")) for _ in range(3)]
        await Sending(tools, Clock()).all_due(here(tools, carriers))
        for carrier in carriers:
            await carrier.close()
    assert len(seen) == 9
    assert all(taken - durable <= 2 for taken, durable in seen), "the other two connections may each have one under way"


@in_a_loop
async def test_more_connections_are_made_when_more_letters_come_while_some_are_sent(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    class Writing(Postman):
        async def send(self, sender: str, recipient: str, raw: bytes) -> Sent | Later | Never:
            if not servers.letters:
                await write(tools, *many(60)[2:])
            return await super().send(sender, recipient, raw)

    async with desk(tmp_path) as tools:
        await write(tools, "asker0@uni0.example", "asker1@uni1.example")
        carriers = [Writing(Account("127.0.0.1", servers.smtp_port, "none", "", "")) for _ in range(4)]
        sending = Sending(tools, Clock())
        await sending.all_due(here(tools, carriers))
        for carrier in carriers:
            await carrier.close()
    assert sending.letters["sent"] == 60
    assert servers.relay.most_connections == 4


@in_a_loop
async def test_a_relay_that_takes_a_letter_and_dies_before_it_says_so_gets_the_same_letter_again(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock = Clock()
    servers.relay.faults["DATA", ANN] = "take and hang up"
    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port) as carriers:
        await write_in_a_case(tools, ANN)
        first = Sending(tools, clock)
        await first.all_due(here(tools, carriers))
        assert first.letters["later"] == 1
        assert "connection was lost" in first.troubles[0]
        assert (first.relay, first.put_off in first.troubles[0]) == ("", True), "lost on the way, not out of reach"
        (postponed,) = await journaled(tools, e.LetterPostponed)
        assert isinstance(postponed, e.LetterPostponed)
        assert postponed.until >= "2026-11-21T12:01:00", "at least a minute: the relay perhaps has it"
        soon = Sending(tools, clock)
        await soon.all_due(here(tools, carriers))
        assert sum(soon.letters.values()) == 0
        clock.now += timedelta(minutes=2)
    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port) as carriers:
        again = Sending(tools, clock)
        await again.all_due(here(tools, carriers))
        assert (again.letters["sent"], again.relay) == (1, "")
    one, other = servers.letters
    assert one == other, "same envelope, same Message-ID, same bytes"


@in_a_loop
async def test_a_lost_connection_ends_and_the_others_send_what_is_left(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    servers.relay.faults["DATA", ANN] = "hang up"
    async with desk(tmp_path) as tools, postmen(3, servers.smtp_port) as carriers:
        await write(tools, ANN, *(f"asker{number}@uni.example" for number in range(30)))
        sending = Sending(tools, Clock())
        await sending.all_due(here(tools, carriers))
    assert sending.letters == {"sent": 30, "later": 1, "never": 0, "held": 0}
    assert (sending.troubles, sending.relay) == ([], ""), "the relay works"


@in_a_loop
async def test_when_every_connection_is_lost_what_is_left_stays_due_untried(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock = Clock()
    people = [f"asker{number}@uni.example" for number in range(30)]
    servers.relay.faults |= {("DATA", to): "hang up" for to in people[:2]}
    async with desk(tmp_path) as tools, postmen(2, servers.smtp_port) as carriers:
        await write(tools, *people)
        sending = Sending(tools, clock)
        await sending.all_due(here(tools, carriers))
        left = 30 - sum(sending.letters.values())
        assert sending.letters["later"] == 2
        assert left >= 26
        assert len(sending.troubles) == 1
        assert len(await journaled(tools, e.LetterPostponed, e.LetterFailed)) == 2
        clock.now += timedelta(minutes=10)
        again = Sending(tools, clock)
        await again.all_due(here(tools, carriers))
        assert again.letters["sent"] == left + 2


@in_a_loop
async def test_a_refused_login_is_met_once_a_round_and_keeps_every_letter_due_without_a_try(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock = Clock()
    async with desk(tmp_path) as tools:
        await write(tools, *(f"asker{number}@uni.example" for number in range(40)))
        before = tools.store.head.seq
        async with postmen(4, servers.smtp_port, USER, "wrong") as carriers:
            for _ in range(3):
                sending = Sending(tools, clock)
                await sending.all_due(here(tools, carriers))
                assert sending.troubles == [f"SMTP: {sending.relay}"]
                assert "login refused" in sending.troubles[0]
                clock.now += timedelta(minutes=10)
        assert servers.relay.connections == 3
        assert tools.store.head.seq == before, "nothing was journaled"
        async with postmen(4, servers.smtp_port, USER, PASSWORD) as carriers:
            sending = Sending(tools, clock)
            await sending.all_due(here(tools, carriers))
        assert sending.letters["sent"] == 40


@in_a_loop
async def test_what_the_relay_puts_off_goes_later_and_what_it_refuses_is_told_to_the_clerks(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock = Clock()
    servers.answers["RCPT", BOB] = "450 4.2.1 mailbox busy"
    servers.answers["DATA", ANN] = "554 5.7.1 not wanted here"
    async with desk(tmp_path) as tools, postmen(2, servers.smtp_port) as carriers:
        await write_in_a_case(tools, ANN)
        await write(tools, BOB)
        sending = Sending(tools, clock)
        await sending.all_due(here(tools, carriers))
        assert sending.letters == {"sent": 2, "later": 1, "never": 1, "held": 0}, "both clerks hear of it at once"
        (failed,) = await journaled(tools, e.LetterFailed)
        assert (failed.letter, failed.code, failed.why) == ("2026-00001.1", 554, "5.7.1 not wanted here")
        assert {part.recipient for part in servers.letters} == DECIDING
        servers.answers.clear()
        clock.now += timedelta(minutes=2)
        again = Sending(tools, clock)
        await again.all_due(here(tools, carriers))
        assert again.letters["sent"] == 1


@pytest.mark.parametrize(("answer", "code"), [("450 4.2.1 mailbox busy", 450), (None, 0)])
@in_a_loop
async def test_after_three_days_of_trying_a_letter_is_given_up_and_the_clerks_are_told(
    answer: str | None, code: int, tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock, tried = Clock(), 0
    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port) as carriers:
        await write_in_a_case(tools, ANN)
        while not await journaled(tools, e.LetterFailed):
            if answer is None:
                servers.relay.faults["DATA", ANN] = "hang up"
            else:
                servers.answers["RCPT", ANN] = answer
            sending = Sending(tools, clock)
            await sending.all_due(here(tools, carriers))
            tried += sending.letters["later"]
            clock.now += timedelta(minutes=30)
        assert timedelta(days=3) <= clock.now - NOON < timedelta(days=3, hours=2)
        assert 15 < tried < 35
        (failed,) = await journaled(tools, e.LetterFailed)
        assert isinstance(failed, e.LetterFailed)
        assert failed.code == code
        assert failed.why.startswith("given up after three days: ")
        assert sending.letters["never"] == 1
        await Sending(tools, clock).all_due(here(tools, carriers))
    assert {part.recipient for part in servers.letters} == DECIDING


@in_a_loop
async def test_letters_over_a_budget_are_held_and_wait_for_an_operator(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    rules = within(letters_per_address=3, letters_per_domain=5)
    clerk = rules.desk.clerks[0].address
    async with desk(tmp_path, rules) as tools, postmen(4, servers.smtp_port) as carriers:
        await write(tools, *[ANN] * 5, *[BOB] * 4, CID, *[clerk] * 8)
        sending = Sending(tools, Clock())
        await sending.all_due(here(tools, carriers))
        held = await journaled(tools, e.LetterHeld)
        taken = Counter(part.recipient for part in servers.letters)
        assert (taken[ANN] <= 3, taken[ANN] + taken[BOB], taken[CID], taken[clerk]) == (True, 5, 1, 8)
        assert sending.letters == {"sent": 14, "later": 0, "never": 0, "held": 4}
        assert {event.why for event in held if isinstance(event, e.LetterHeld)} <= {"address", "domain"}
        assert len(held) == 4
        await Sending(tools, Clock()).all_due(here(tools, carriers))
        assert len(servers.letters) == 14, "nobody let them go"


@in_a_loop
async def test_an_hour_brings_no_more_letters_than_its_budget_in_however_many_rounds_and_alarms_all_the_same(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock = Clock()
    async with desk(tmp_path, within(letters_per_hour=5)) as tools, postmen(3, servers.smtp_port) as carriers:
        await write(tools, *many(9))
        await write(tools, "root@desk.example", role="operator")
        sending = Sending(tools, clock)
        await sending.all_due(here(tools, carriers))
        assert sending.letters == {"sent": 6, "later": 0, "never": 0, "held": 4}
        clock.now += timedelta(minutes=59)
        await write(tools, ANN)
        another_round = Sending(tools, clock)
        await another_round.all_due(here(tools, carriers))
        assert another_round.letters == {"sent": 0, "later": 0, "never": 0, "held": 1}
        held = await journaled(tools, e.LetterHeld)
        assert {event.why for event in held if isinstance(event, e.LetterHeld)} == {"hour"}
        clock.now += timedelta(minutes=2)
        await write(tools, BOB)
        next_hour = Sending(tools, clock)
        await next_hour.all_due(here(tools, carriers))
        assert next_hour.letters["sent"] == 1


@pytest.mark.parametrize("happens", [e.LetterDropped(letter="e1.2"), e.LetterHeld(letter="e1.2", why="hour")])
@in_a_loop
async def test_a_letter_dropped_or_held_while_it_waits_for_its_connection_does_not_go(
    happens: e.Event, tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port) as carriers:
        await write(tools, ANN, BOB, CID)
        sending = Sending(tools, Clock())

        async def attempt(due: LetterDue, carrier: Carrier) -> Result | None:
            result = await sending.send(due, carrier)
            if due.letter.to == ANN:
                async with tools.store.batch() as batch:
                    batch.append(tools.draft(Decision(None, (e.Facts(), happens)), at=NOON, mail=None))
            return result

        await sending.all_due(here(tools, carriers), attempt)
        assert sending.letters == {"sent": 2, "later": 0, "never": 0, "held": 0}
        assert sending.troubles == []
    assert [part.recipient for part in servers.letters] == [ANN, CID]


@in_a_loop
async def test_with_nothing_due_neither_the_disk_nor_the_relay_is_asked(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port) as carriers:
        monkeypatch.setattr(os, "posix_fallocate", no_space)
        sending = Sending(tools, Clock())
        await sending.all_due(here(tools, carriers))
        assert (sending.troubles, sending.relay) == ([], None)
    assert servers.relay.connections == 0


@in_a_loop
async def test_a_letter_an_operator_released_goes_whatever_the_budgets_say(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with desk(tmp_path, within(letters_per_address=1)) as tools, postmen(1, servers.smtp_port) as carriers:
        await write(tools, ANN, ANN)
        await Sending(tools, Clock()).all_due(here(tools, carriers))
        (held,) = await journaled(tools, e.LetterHeld)
        assert isinstance(held, e.LetterHeld)
        async with tools.store.batch() as batch:
            released = e.LetterReleased(letter=held.letter)
            batch.append(tools.draft(Decision(None, (e.Facts(), released)), at=NOON, mail=None))
        sending = Sending(tools, Clock())
        await sending.all_due(here(tools, carriers))
        assert sending.letters["sent"] == 1
    assert len(servers.letters) == 2


@in_a_loop
async def test_told_to_stop_it_finishes_the_letters_under_way_and_begins_no_other(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    servers.relay.delay = 0.1
    async with desk(tmp_path) as tools, postmen(2, servers.smtp_port) as carriers:
        await write(tools, *(f"asker{number}@uni.example" for number in range(10)))
        sending = Sending(tools, Clock(), stopping=lambda: servers.relay.here == 2)
        await sending.all_due(here(tools, carriers))
        assert 1 <= sending.letters["sent"] <= 2
        assert len(await journaled(tools, e.LetterSent)) == len(servers.letters) == sending.letters["sent"]


@in_a_loop
async def test_a_bug_with_one_letter_stops_no_other(tmp_path: Path, servers: EmbeddedServers) -> None:
    met: list[str] = []
    async with desk(tmp_path) as tools, postmen(2, servers.smtp_port) as carriers:
        await write(tools, ANN, BOB, CID)
        async with tools.store.batch() as batch:
            unknown_key = letter(1, "dan@uni.example").model_copy(update={"key": "lost"})
            batch.append(tools.draft(Decision(None, (e.Facts(), unknown_key)), at=NOON, mail=None))
        await write(tools, "eve@uni.example")
        sending = Sending(tools, Clock())

        async def attempt(due: LetterDue, carrier: Carrier) -> Result | None:
            try:
                return await sending.send(due, carrier)
            except KeyError:
                met.append(due.letter.to)
                return None

        await sending.all_due(here(tools, carriers), attempt)
    assert met == ["dan@uni.example"]
    assert sending.letters["sent"] == 4


@in_a_loop
async def test_a_result_the_disk_did_not_take_is_journaled_later_and_the_letter_does_not_go_again(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, results = Clock(), {}

    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port) as carriers:
        await write(tools, ANN, BOB)
        monkeypatch.setattr(os, "write", no_space)
        full = Sending(tools, clock, results=results)
        await full.all_due(here(tools, carriers))
        monkeypatch.undo()
        assert len(servers.letters) == 1, "the second did not go, since the first could not be journaled"
        assert "no letter is sent until there is room" in full.troubles[0]
        clock.now += timedelta(minutes=10)
        again = Sending(tools, clock, results=results)
        await again.all_due(here(tools, carriers))
        assert again.letters["sent"] == 2
        assert len(await journaled(tools, e.LetterSent)) == 2
    assert [part.recipient for part in servers.letters] == [ANN, BOB]
    assert results == {}


@in_a_loop
async def test_no_letter_goes_while_there_is_no_room_for_its_result(
    tmp_path: Path, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port) as carriers:
        await write(tools, ANN)
        monkeypatch.setattr(os, "posix_fallocate", no_space)
        sending = Sending(tools, Clock())
        await sending.all_due(here(tools, carriers))
        assert servers.letters == []
        assert "No space left" in sending.troubles[0]
        assert sending.relay is None, "the relay was not asked"


@in_a_loop
async def test_a_connection_the_relay_closed_between_rounds_costs_no_letter_a_try(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port) as carriers:
        await write(tools, ANN)
        await Sending(tools, Clock()).all_due(here(tools, carriers))
        servers.relay.faults["MAIL", carriers_sender(tools)] = "hang up"
        await write(tools, BOB)
        sending = Sending(tools, Clock())
        await sending.all_due(here(tools, carriers))
        assert sending.letters == {"sent": 1, "later": 0, "never": 0, "held": 0}
        assert await journaled(tools, e.LetterPostponed) == []
    assert servers.relay.faults == {}
    assert servers.relay.connections == 2


@in_a_loop
async def test_a_login_refused_in_the_middle_of_a_round_leaves_the_rest_due_without_a_try(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock = Clock()
    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port, USER, PASSWORD) as carriers:
        await write(tools, ANN)
        await Sending(tools, clock).all_due(here(tools, carriers))
        servers.relay.faults["MAIL", carriers_sender(tools)] = "hang up"
        servers.relay.refuses_login = True
        await write(tools, BOB, CID)
        refused = Sending(tools, clock)
        await refused.all_due(here(tools, carriers))
        assert sum(refused.letters.values()) == 0
        assert "login refused" in refused.troubles[0]
        assert await journaled(tools, e.LetterPostponed, e.LetterFailed) == []
        servers.relay.refuses_login = False
        clock.now += timedelta(minutes=5)
        again = Sending(tools, clock)
        await again.all_due(here(tools, carriers))
        assert again.letters["sent"] == 2


@in_a_loop
async def test_letters_taken_for_delivery_and_not_begun_are_due_again_within_minutes(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    clock = Clock()
    async with desk(tmp_path) as tools, postmen(1, servers.smtp_port) as carriers, postmen(1, 9) as nobody:
        await write(tools, ANN, BOB)
        out_of_reach = Sending(tools, clock)
        await out_of_reach.all_due(here(tools, nobody))
        assert out_of_reach.troubles[0].startswith("SMTP: nobody listens there")
        clock.now += timedelta(minutes=2, seconds=1)
        again = Sending(tools, clock)
        await again.all_due(here(tools, carriers))
        assert again.letters["sent"] == 2


def carriers_sender(tools: Tools) -> str:
    """The envelope sender of the letter that the next call of `write` will make for Bob."""
    return tools.stationery.envelope_sender(f"e{tools.store.head.seq + 1}.1", letter(1, BOB))


async def send_all(folder: Path, port: int, connections: int) -> None:
    """What a child process does until it is killed."""
    async with desk(folder) as tools, postmen(connections, port) as carriers:
        await Sending(tools, lambda: NOON).all_due(here(tools, carriers))


CHILD = """
import asyncio, pathlib, sys
sys.path.insert(0, sys.argv[1])
import test_delivery
asyncio.run(test_delivery.send_all(pathlib.Path(sys.argv[2]), int(sys.argv[3]), 4))
"""


@pytest.mark.parametrize("moment", [3, 45])
@in_a_loop
async def test_a_kill_doubles_at_most_one_letter_a_connection_and_those_are_the_same_to_the_octet(
    moment: int, tmp_path: Path, servers: EmbeddedServers
) -> None:
    async with desk(tmp_path) as tools:
        await write(tools, *many(60))
    where = (str(Path(__file__).parent), str(tmp_path), str(servers.smtp_port))
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, *where)
    while len(servers.letters) < moment:
        assert child.returncode is None
        await asyncio.sleep(0.001)
    child.kill()
    assert await child.wait() < 0, "killed before it was done"
    await send_all(tmp_path, servers.smtp_port, 4)
    async with desk(tmp_path) as tools:
        assert len(await journaled(tools, e.LetterSent)) == 60
    times = Counter(servers.letters)
    assert len({part.recipient for part in times}) == len(times) == 60, "another Message-ID, or other bytes"
    assert max(times.values()) <= 2
    assert len(servers.letters) - 60 <= 4


@pytest.mark.parametrize("smtputf8", [True, False])
@pytest.mark.parametrize("written", ["taro@例え.jp", "taro@xn--r8jz45g.jp", "用户@例え.jp"])
@in_a_loop
async def test_people_whose_address_is_not_in_ascii_are_answered_if_the_relay_can(
    written: str, smtputf8: bool, tmp_path: Path, servers: EmbeddedServers
) -> None:
    servers.relay.smtputf8 = smtputf8
    mail = application(1).decode().replace('"Person 1" <person1@uni.example>', f"Taro <{written}>")
    mail = mail.replace("Email: person1@uni.example", f"Email: {quopri.encodestring(written.encode()).decode()}")
    async with (
        desk(tmp_path) as tools,
        postmen(2, servers.smtp_port) as carriers,
        ReaderHere(Settings(memory=10**9, seconds=30)) as reader,
    ):
        await take_in(tools, reader, [Delivered(mail.encode())], lambda: NOON)
        sending = Sending(tools, Clock())
        await sending.all_due(here(tools, carriers))
        (case,) = [case async for case in tools.store.cases(Wanted())]
        assert (case.status, case.applicant) == ("awaiting_consent", written.replace("例え.jp", "xn--r8jz45g.jp"))
        failed = await journaled(tools, e.LetterFailed)
    if smtputf8 or written.isascii() or written.startswith("taro"):
        assert failed == []
        assert {part.recipient for part in servers.letters} == {case.applicant}
        assert all(f"\r\nTo: <{case.applicant}>\r\n".encode() in part.raw for part in servers.letters)
        assert all(part.sender.isascii() for part in servers.letters)
    else:
        assert all("does not offer SMTPUTF8" in event.why for event in failed if isinstance(event, e.LetterFailed))
        assert {part.recipient for part in servers.letters} == DECIDING


@pytest.mark.skipif(SINK is None, reason="no smtp-sink (Debian package postfix) on this machine")
@pytest.mark.parametrize("connections", [1, 4, 10])
@in_a_loop
async def test_postfixs_own_relay_for_tests_takes_hundreds_of_letters(connections: int, tmp_path: Path) -> None:
    with smtp_sink() as port:
        async with desk(tmp_path) as tools, postmen(connections, port) as carriers:
            for turn in range(20):
                await write(tools, *(f"asker{turn}@uni{number}.example" for number in range(20)))
            sending = Sending(tools, Clock())
            began = time.perf_counter()
            await sending.all_due(here(tools, carriers))
            print(f"{connections} connections: {400 / (time.perf_counter() - began):.0f} letters/s")
            assert sending.letters == {"sent": 400, "later": 0, "never": 0, "held": 0}
