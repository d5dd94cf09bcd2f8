"""What became of letters, journaled: together where they come together, each as it was, whoever is cancelled."""

import asyncio
import errno
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from carrying import here
from desks import in_a_loop
from store_help import no_space
from test_delivery import ANN, BOB, CID, Clock, desk, journaled, write

from mailbot.core import events as e
from mailbot.edge.postman import Later, Never, Sent
from mailbot.flow.delivery import Carrier, Result, Sending
from mailbot.flow.delivery.recording import Recording
from mailbot.flow.tools import Tools
from mailbot.store import Full, LetterDue
from mailbot.store.files import FsyncFailed


async def due(tools: Tools, clock: Clock) -> list[LetterDue]:
    await write(tools, ANN, BOB, CID)
    return [one for one in await tools.store.due(clock(), 9, 600.0, "letters") if isinstance(one, LetterDue)]


@in_a_loop
async def test_results_that_come_while_another_commit_is_under_way_are_confirmed_by_the_disk_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, confirmed = Clock(), []
    async with desk(tmp_path) as tools:
        letters, real = await due(tools, clock), os.fsync
        monkeypatch.setattr(os, "fsync", lambda handle: (confirmed.append(handle), real(handle)))
        recording, results = Recording(tools, clock), (Sent("250 taken"), Never(550, "nobody"), Later(451, "busy"))
        async with tools.store.batch():
            under_way = [asyncio.create_task(recording.record(*pair)) for pair in zip(letters, results, strict=True)]
            await asyncio.sleep(0.05)
        assert tuple(await asyncio.gather(*under_way)) == results
        assert len(confirmed) == 1
        kinds = await journaled(tools, e.LetterSent, e.LetterFailed, e.LetterPostponed)
        assert [type(event) for event in kinds] == [e.LetterSent, e.LetterFailed, e.LetterPostponed]


@in_a_loop
async def test_whoever_is_cancelled_takes_back_nothing_of_what_others_wait_for(tmp_path: Path) -> None:
    clock = Clock()
    async with desk(tmp_path) as tools:
        ann, bob, cid = await due(tools, clock)
        recording = Recording(tools, clock)
        async with tools.store.batch():
            first = asyncio.create_task(recording.record(ann, Sent("250 taken")))
            second = asyncio.create_task(recording.record(bob, Sent("250 taken")))
            await asyncio.sleep(0.05)
            first.cancel()
            await asyncio.sleep(0.05)
            assert not first.done(), "the store may be closed as soon as it is"
        assert await second == Sent("250 taken")
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await recording.record(cid, Sent("250 taken")) == Sent("250 taken")
        sent = await journaled(tools, e.LetterSent)
        assert [event.letter for event in sent if isinstance(event, e.LetterSent)] == [ann.name, bob.name, cid.name]


@in_a_loop
async def test_where_the_disk_takes_no_more_everyone_hears_of_it_and_nothing_is_journaled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    async with desk(tmp_path) as tools:
        letters = await due(tools, clock)
        recording = Recording(tools, clock)
        with monkeypatch.context() as full:
            full.setattr(os, "write", no_space)
            under_way = [recording.record(letter, Sent("250 taken")) for letter in letters]
            became = await asyncio.gather(*under_way, return_exceptions=True)
        assert [type(one) for one in became] == [Full, Full, Full]
        assert await journaled(tools, e.LetterSent) == []
        assert await recording.record(letters[0], Sent("250 taken")) == Sent("250 taken"), "there is room again"


@in_a_loop
async def test_a_bug_with_one_result_stops_none_of_those_that_come_with_it(tmp_path: Path) -> None:
    clock = Clock()
    async with desk(tmp_path) as tools:
        ann, bob, cid = await due(tools, clock)
        recording, nobodys = Recording(tools, clock), replace(bob, name="e9")
        under_way = [recording.record(letter, Sent("250 taken")) for letter in (ann, nobodys, cid)]
        became = await asyncio.gather(*under_way, return_exceptions=True)
        assert [type(one) for one in became] == [Sent, ValueError, Sent]
        sent = await journaled(tools, e.LetterSent)
        assert [event.letter for event in sent if isinstance(event, e.LetterSent)] == [ann.name, cid.name]


class Taking:
    """A relay that takes every letter."""

    async def connect(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent:
        return Sent("250 taken")


def test_a_disk_that_does_not_confirm_the_results_of_several_connections_ends_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survived = []

    def broken(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    async def work() -> None:
        async with desk(tmp_path) as tools:
            await write(tools, *(f"ann{number}@uni.example" for number in range(20)))
            sending = Sending(tools, Clock())

            async def attempt(due: LetterDue, carrier: Carrier) -> Result | None:
                with suppress(Exception):
                    return await sending.send(due, carrier)
                survived.append("took it for a bug with a letter")
                return None

            with monkeypatch.context() as disk:
                disk.setattr(os, "fsync", broken)
                await sending.all_due(here(tools, [Taking(), Taking(), Taking()]), attempt)
        survived.append("the round went on")

    with pytest.raises(FsyncFailed, match="did not confirm"):
        asyncio.run(work())
    assert survived == []
