"""Everything at once: thousands of mails and answers, while wires break, disks fill up and the program is killed.
Afterwards each mail has one entry and lies in one folder, each letter went once, and the sums agree."""

import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from desks import Mailbox, in_a_loop
from soak_checks import check, check_replayed, memory
from soak_mails import mixed
from soaking import Weather, soaked

from mailbot.flow.reader.protocol import late

SEED = int(os.environ.get("MAILBOT_SOAK_SEED", "20261121"))
REMEMBERED = 1.5 / 1000
"""Megabytes an entry of the last two days, as a fresh process takes to open the same state: whom the desk wrote to,
which mails it knows, the open cases. Beyond that memory has to be flat."""
IN_HAND = 35
"""Megabytes while a set of mails is fetched and taken in: three times the ten megabytes it may have, and some."""
MAILS = int(os.environ.get("MAILBOT_SOAK_MAILS", "5000"))


async def soak(folder: Path, mailbox: Mailbox, weather: Weather, total: int, *, long: bool) -> None:
    with soaked(folder, mailbox, weather, SEED) as desk:
        await desk.play(mixed(total, SEED, long=long), total)
        print(f"\nsoak on {mailbox.kind}, seed {SEED}\n{await check(desk)}")
        if long:
            took, entries = memory(desk), len(desk.world.entries())
            grown = took.levels[2] - took.levels[1]
            assert grown <= 5 + REMEMBERED * entries * 2 / 3, f"memory grows: {took.levels}, entries {entries}"
            assert max(took.peaks) <= took.levels[2] + IN_HAND, f"a batch takes too much: {took.peaks}"


def set_aside(seq: int, reason: str) -> dict[str, object]:
    return {"seq": seq, "events": [{"kind": "facts"}, {"kind": "quarantined", "reason": reason}]}


ENTRIES = [set_aside(1, late(2.0)), set_aside(2, "killed the reader")]


@pytest.mark.parametrize(
    ("code", "verdicts", "holds"),
    [
        (0, {1: "equal", 2: "recorded"}, True),
        (5, {1: "readable", 2: "recorded"}, True),
        (5, {1: "equal", 2: "readable"}, False),
        (0, {1: "readable", 2: "equal"}, False),
        (5, {1: "equal", 2: "equal"}, False),
        (1, {1: "differs", 2: "equal"}, False),
        (3, {1: "other_program", 2: "equal"}, False),
        (1, {1: "lost", 2: "equal"}, False),
        (0, {1: "gone", 2: "equal"}, False),
    ],
)
def test_only_a_mail_that_took_too_long_may_be_read_afterwards(
    code: int, verdicts: dict[int, str], holds: bool
) -> None:
    rows = [*({"entries": [seq], "verdict": verdict} for seq, verdict in verdicts.items()), {"decisions": 2}]
    out = "\n".join(map(json.dumps, rows))
    with nullcontext() if holds else pytest.raises(AssertionError):
        check_replayed(code, out, "", ENTRIES)


@in_a_loop
async def test_mails_answers_and_faults_by_the_dozen_lose_and_double_nothing(
    tmp_path: Path, open_mailbox: Callable[..., Mailbox]
) -> None:
    often = {"kill": 2, "full disk": 1, "relay refuses": 2, "mailbox fails": 1, "login refused": 1, "meddling": 8}
    weather = Weather(Counter(often), 0.01, (6, 16), behind=16, timeout=3.0)
    await soak(tmp_path, open_mailbox("embedded"), weather, 100, long=False)


@pytest.mark.long
@pytest.mark.parametrize("server", ["embedded", pytest.param("dovecot", marks=pytest.mark.dovecot)])
@in_a_loop
async def test_five_thousand_mails_in_rough_weather_lose_and_double_nothing(
    server: str, tmp_path: Path, open_mailbox: Callable[..., Mailbox]
) -> None:
    often = {"kill": 30, "restart": 8, "full disk": 6, "relay refuses": 25, "mailbox fails": 25, "meddling": 120}
    weather = Weather(
        Counter(often | {"login refused": 6, "unreachable": 10}), 0.02, (5, 60), behind=150, calm_after=0.5
    )
    await soak(tmp_path, open_mailbox(server), weather, MAILS, long=True)
