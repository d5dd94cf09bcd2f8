"""The queue of what becomes due, and what happened lately: compared with lists that are searched from end to end."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from mailbot.core.instants import to_text
from mailbot.store.files import recent as recent_module
from mailbot.store.files.queue import Queue
from mailbot.store.files.recent import Recent

KEYS = st.sampled_from("abcd")
HOURS = st.integers(0, 9).map(lambda hour: f"2026-11-21T0{hour}")
STEPS = st.lists(
    st.tuples(st.just("put"), KEYS, st.integers(0, 3), HOURS)
    | st.tuples(st.just("remove"), KEYS)
    | st.tuples(st.just("take"), HOURS, HOURS, st.integers(0, 3)),
    max_size=40,
)


class Plain:
    """The same as Queue, the slow way."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[int, str]] = {}
        self.leases: dict[str, str] = {}

    def put(self, key: str, age: int, instant: str) -> None:
        if self.keys.get(key) != (age, instant):
            self.leases.pop(key, None)
        self.keys[key] = (age, instant)

    def remove(self, key: str) -> None:
        self.keys.pop(key, None)
        self.leases.pop(key, None)

    def due(self, now: str) -> list[str]:
        return [key for key, (_, at) in self.keys.items() if at <= now and self.leases.get(key, "") <= now]

    def take(self, taken: list[str], until: str) -> None:
        self.leases.update(dict.fromkeys(taken, until))


@given(STEPS)
def test_nothing_due_is_forgotten_and_nothing_is_given_twice_or_too_early(steps: list[tuple[object, ...]]) -> None:
    queue, plain, latest = Queue(), Plain(), ""
    for step in steps:
        match step:
            case ("put", str(key), int(age), str(instant)):
                queue.put(key, (age,), instant)
                plain.put(key, age, instant)
            case ("remove", str(key)):
                queue.remove(key)
                plain.remove(key)
            case ("take", str(now), str(until), int(limit)):
                now, until = max(now, latest), max(now, latest, until) + "z"
                latest = now
                due = plain.due(now)
                taken = list(queue.take(now, until, limit))
                assert len(taken) == min(limit, len(due))
                assert set(taken) <= set(due)
                ages = sorted(plain.keys[key][0] for key in due)
                assert [plain.keys[key][0] for key in taken] == ages[: len(taken)]
                plain.take(taken, until)


def test_what_is_not_due_yet_waits_also_when_the_clock_goes_back() -> None:
    queue = Queue()
    queue.put("a", (1,), "05")
    queue.put("b", (2,), "05")
    assert queue.take("06", "08", 1) == ["a"]
    assert queue.take("04", "08", 9) == []
    assert queue.take("06", "08", 9) == ["b"]
    assert queue.take("08", "09", 9) == ["a", "b"]


def test_it_does_not_hoard_what_was_removed() -> None:
    queue = Queue()
    for turn in range(10_000):
        queue.put(f"key {turn}", (turn,), "05")
        queue.remove(f"key {turn}")
    assert len(queue._later) < 2_000


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SPAN = timedelta(hours=4)
ADDITIONS = st.lists(st.tuples(st.integers(0, 24), KEYS), max_size=30)


@example([(0, "a"), (8, "a")], 40, 30, {0}, 9)
@example([(0, "a"), (20, "a"), (6, "b")], 40, 30, {0, 1}, 9)  # the first is forgotten, though not because of the last
@given(ADDITIONS, st.integers(1, 40), st.integers(0, 30), st.sets(st.integers(0, 30)), st.integers(1, 9))
def test_what_happened_lately_is_remembered_in_order_and_no_longer_also_when_the_clock_goes_back(
    additions: list[tuple[int, str]], most: int, restart: int, unasked: set[int], together: int
) -> None:
    recent, plain = Recent(SPAN, most), list[tuple[datetime, str, str]]()
    with patch.object(recent_module, "MOST_NEW", together):
        for turn, (half_hours, key) in enumerate(additions):
            if turn == restart:
                again = Recent(SPAN, most)
                again.load(recent.listed())
                recent = again
            at = NOON + timedelta(hours=half_hours / 2, microseconds=turn * 37)
            recent.add(at, (key,), str(turn))
            plain = sorted([*plain, (at, key, str(turn))], key=lambda one: to_text(one[0]))
            plain = [one for one in plain if to_text(one[0]) >= to_text(at - SPAN)][-most:]
            if turn not in unasked:
                says_the_same(recent, plain, at)
    assert recent.listed() == [[to_text(at), key, value] for at, key, value in plain]


def says_the_same(recent: Recent, plain: list[tuple[datetime, str, str]], at: datetime) -> None:
    """What happened lately, of the two hours before an instant, as the plain list has it."""
    assert len(recent) == len(plain)
    for asked in "abcd":
        since = to_text(at - timedelta(hours=2))
        expected = [(value,) for when, name, value in plain if name == asked and to_text(when) >= since]
        assert list(recent.since(asked, since)) == expected
        assert recent.count(asked, since) == len(expected)
