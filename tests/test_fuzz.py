"""Mails that were damaged in every way go the whole way a mail goes: no exception, and none costs more than it may.

MAILBOT_CORPORA adds mails of others to begin with; MAILBOT_FUZZ_SECONDS and MAILBOT_FUZZ_SEED are for the long form.
"""

import asyncio
import hashlib
import json
import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hostile_shapes import SHAPES
from letter_examples import RULES
from mutations import mutated
from pdf_files import pdf, signed_pdf
from plan_files import PlanFile
from reader_costs import MeasuredChild
from soak_mails import APPLICATIONS, foreign, own_foreign
from strange_files import document, locked_zip

from mailbot.core import secrets
from mailbot.core.message import Message, Unreadable
from mailbot.demo import mails as demo
from mailbot.demo.people import write
from mailbot.edge.parsing import Limits, parse_with_contents
from mailbot.flow.reader import Settings
from mailbot.flow.reader.looking import looked_into
from mailbot.flow.trial import attempt

NOW = datetime(2026, 4, 6, 1, tzinfo=UTC)
MOST_SECONDS, MOST_MEGABYTES = 1.0, 150
"""Processor time to read a mail, and again to decide it; memory beyond what the process has: a child begins with 50."""
SECONDS = float(os.environ.get("MAILBOT_FUZZ_SECONDS", "600"))
SEED = int(os.environ.get("MAILBOT_FUZZ_SEED", "0")) or random.SystemRandom().randrange(10**9)
MEMORY = Path("/proc/self/status")
REPLIES = Path(__file__).parent / "replies"


def own_mails() -> list[bytes]:
    """Mails of the project's own: applications, answers of all mail programs, files, hostile ones that are small."""
    files = {"plan.xlsx": PlanFile().content, "a.pdf": pdf(), "誓約書.pdf": signed_pdf("Taro Mishima")}
    files |= {"a.zip": locked_zip("a.txt"), "a.docx": document(), "form.txt": demo.ENGLISH_APPLICATION.encode()}
    replies = [
        path.read_text(encoding="utf-8").partition("%%% new text")[0] for path in sorted(REPLIES.glob("*/*.txt"))
    ]
    pages = [path.read_text(encoding="utf-8").partition("%%% new text")[0] for path in sorted(REPLIES.glob("*/*.html"))]
    head = b"From: a@univ.example\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    return [
        *(make(number).raw for number, make in enumerate(APPLICATIONS)),
        *(mail.raw for mail in own_foreign()),
        *(
            write(demo.SAKURA, demo.DESK, f"Re: {name}", "添付します。", files=[(name, content)])
            for name, content in files.items()
        ),
        write(demo.MARIA, demo.DESK, "Files", demo.ENGLISH_APPLICATION, files=list(files.items())),
        *(write(demo.MARIA, demo.DESK, "Re: 受付", text) for text in replies),
        *(head + page.encode() for page in pages),
        *(made(2000) for name, made in SHAPES.items() if not name.startswith("file:")),
    ]


class InProcess:
    """Reads as the child does, in this process, so that thousands are read a minute; notes what each took."""

    seconds = 0.0

    async def read(self, raws: Sequence[tuple[str, bytes]]) -> list[Message | Unreadable]:
        began = time.process_time()
        answers = [self._one(raw) for _, raw in raws]
        self.seconds = time.process_time() - began
        return answers

    def _one(self, raw: bytes) -> Message | Unreadable:
        read = parse_with_contents(raw, Limits())
        if isinstance(read, Unreadable):
            return read
        return secrets.without(looked_into(*read, seconds=0.7))


@dataclass(slots=True)
class Tried:
    """What some thousand mails came to."""

    count: int = 0
    slowest: tuple[float, int] = (0.0, 0)
    largest: tuple[float, int] = (0.0, 0)
    sorts: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)


def highest() -> float:
    """The highest memory of this process since the last call, in MB."""
    megabytes = int(MEMORY.read_text().partition("VmHWM:")[2].split()[0]) / 1000
    Path("/proc/self/clear_refs").write_text("5")
    return megabytes


def go(raw: bytes, seed: int, tried: Tried) -> None:
    """One mail, the whole way of `mailbot try`: up to three times if it was too slow, as others use this machine. What
    is wrong is noted with its seed."""
    before = highest()
    try:
        sort, reading, deciding = once(raw)
        for _ in range(2 if max(reading, deciding) > MOST_SECONDS else 0):
            _, again, more = once(raw)
            reading, deciding = min(reading, again), min(deciding, more)
    except Exception as error:  # the next mails shall be tried too
        tried.found.append(f"seed {seed}: {type(error).__name__}: {error}"[:300])
        return
    memory = highest() - before
    tried.count += 1
    tried.sorts[sort] += 1
    tried.slowest = max(tried.slowest, (reading + deciding, seed))
    tried.largest = max(tried.largest, (memory, seed))
    if max(reading, deciding) > MOST_SECONDS:
        tried.found.append(f"seed {seed}: {reading:.2f} s to read, {deciding:.2f} s to decide")
    if memory > MOST_MEGABYTES:
        tried.found.append(f"seed {seed}: {memory:.0f} MB")


def once(raw: bytes) -> tuple[str, float, float]:
    """What sort of mail it was, and the seconds to read and to decide it."""
    reader, began = InProcess(), time.process_time()
    (outcome,) = asyncio.run(attempt(RULES, reader, [("", raw)], NOW))  # type: ignore[arg-type]
    json.dumps(outcome, ensure_ascii=False).encode()
    return str(outcome["sort"]), reader.seconds, time.process_time() - began - reader.seconds


def through_the_child(mails: Sequence[bytes], seeds: Sequence[int], tried: Tried) -> None:
    """The same mails in a real child, which is replaced if one ends it."""
    settings = Settings(memory=1_024_000_000, seconds=30)
    child = MeasuredChild(settings)
    for seed in seeds:
        raw = mutated(mails, seed)
        cost = child.cost(raw)
        if cost.read is None:
            tried.found.append(f"seed {seed}: {cost.outcome}")
            child = MeasuredChild(settings)
        elif cost.megabytes > 200 or cost.seconds > (1.1 if isinstance(cost.read, Message) else 2):
            tried.found.append(f"seed {seed}: {cost.seconds:.2f} s, {cost.megabytes:.0f} MB in the child")
        elif cost.read.digest != hashlib.sha256(raw).hexdigest():
            tried.found.append(f"seed {seed}: another mail")
    child.__exit__(None, None, None)


def test_damaged_mails_go_the_whole_way_without_an_exception_and_within_their_limits() -> None:
    mails, tried = own_mails(), Tried()
    for seed in range(200):
        go(mutated(mails, seed), seed, tried)
    assert not tried.found, "\n".join(tried.found)
    assert tried.count == 200
    assert len(tried.sorts) > 4, "mails of all kinds come through the damage"


def test_damaged_mails_do_a_child_no_harm() -> None:
    tried = Tried()
    through_the_child(own_mails(), range(1000, 1060), tried)
    assert not tried.found, "\n".join(tried.found)


@pytest.mark.long
def test_damaged_mails_for_many_minutes() -> None:
    """Prints the seed it began with; seed N makes mail N again: `mutated(mails, N)`."""
    mails, tried, end, seed = (
        [*own_mails(), *(mail.raw for mail in foreign())],
        Tried(),
        time.monotonic() + SECONDS,
        SEED,
    )
    while time.monotonic() < end and len(tried.found) < 50:
        go(mutated(mails, seed), seed, tried)
        seed += 1
    print(f"from seed {SEED}: {tried.count} mails, made from {len(mails)}; {len(tried.found)} findings")
    print(f"slowest {tried.slowest}, most memory {tried.largest}, {dict(tried.sorts)}", flush=True)
    sample = range(SEED, seed, max(1, (seed - SEED) // 1000))
    through_the_child(mails, sample, tried)
    print(f"{len(sample)} of them in the child as well")
    assert not tried.found, "\n".join(tried.found)
