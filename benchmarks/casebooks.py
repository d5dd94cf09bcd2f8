"""The journal of a desk with cases by the thousand: the demo's day again and again under other names and numbers. It
knows nothing of what is made of it."""

import hashlib
import heapq
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.mails import name_of
from mailbot import desks
from mailbot.core import chain
from mailbot.core.instants import to_text
from mailbot.store.files import FileStore

BEGIN = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
YEAR = timedelta(days=320)
APART = timedelta(days=300) / 100_000
"""Between two cases of a desk that gets 100,000 in ten months."""
REST = timedelta(days=2)
"""How long ago the last case was opened: until then everybody has written who will."""
MAIL = "From: somebody@uni.example\r\nTo: helpdesk@desk.example\r\nSubject: mail {stage} of case {number}\r\n\r\n"
FILLING = "What stood in it is gone: these are as many octets as it had. " * 48
Line = Mapping[str, Any]


class Story(NamedTuple):
    """A case: when it was opened, its running number, what happened to it, and for how many days at most nothing
    happens until somebody writes."""

    opened: datetime
    number: int
    lines: Sequence[Line]
    days: float


def multiply(folder: Path, cases: int) -> int:
    """The desk that `mailbot demo --keep` left in this folder gets so many cases in its journal and casebook, spread
    over a year, a seventh of them not at their end; how many entries they are."""
    journal = folder / "state" / "journal"
    day = _taken(journal)
    desk = desks.look(folder / "mailbot.toml").rules.desk.name
    count = _write(folder / "state", desk, _told(day[0], BEGIN, _year(day, cases)))
    FileStore.rebuild(folder / "state", desk).close()
    return count


def fill(folder: Path, cases: int, open_: int, mails: bool = True) -> int:
    """The same, but that the newest `open_` cases are open and wait for somebody, the last opened two days ago, and all
    before them are closed: four of seven were withdrawn at once, two accepted, one rejected, which is ten entries a
    case. With raw mails that are as large, if `mails`. The casebook is not made."""
    day = _taken(folder / "state" / "journal")
    shutil.rmtree(folder / "state" / "mail")
    begin = datetime.now(UTC) - REST - APART * (cases + 1)
    stories = _stories(kinds_of(day), cases, open_, begin)
    desk = desks.look(folder / "mailbot.toml").rules.desk.name
    return _write(folder / "state", desk, _told(day[0], begin, stories), mails)


def _taken(journal: Path) -> list[Line]:
    """What stands in a journal, which is empty then."""
    paths = sorted(journal.glob("*.jsonl"))
    lines = [_line(json.loads(line)) for path in paths for line in path.read_text("utf-8").splitlines()]
    for path in paths:
        path.unlink()
    return lines


def _line(line: Line, **changed: object) -> Line:
    """The line with its events as a text to be renamed in: the number of the case in all that no two mails share."""
    made = {**line, **changed}
    text = json.dumps(made["events"], ensure_ascii=False)
    text = re.sub(r"<([\d.]+)@", rf"<\g<1>.{line['case']}@", text)
    return {
        **made,
        "text": re.sub(r'("(?:identity|content)": "[0-9a-f]{22})[0-9a-f]{10}"', rf'\g<1>{line["case"]}"', text),
    }


def _year(day: Sequence[Line], cases: int) -> Iterator[Story]:
    kinds = [[line for line in day if line["case"] == number] for number in ("2026-00001", "2026-00002")]
    for number in range(1, cases + 1):
        lines = kinds[number % 2]
        until = number // 7 % len(lines) + 1 if number % 7 == 0 else len(lines)
        yield Story(BEGIN + YEAR * number / cases, number, lines[:until], 9)


def kinds_of(day: Sequence[Line]) -> list[Sequence[Line]]:
    """What happens to seven cases in turn."""
    accepted, rejected = ([line for line in day if line["case"] == number] for number in ("2026-00001", "2026-00002"))
    withdrawn = _withdrawn(rejected)
    return [accepted, withdrawn, rejected, withdrawn, accepted, withdrawn, withdrawn]


def _withdrawn(lines: Sequence[Line]) -> list[Line]:
    """The case of these lines as it would be had its applicant answered the first letter with WITHDRAW."""
    opened = lines[0]
    first, second = [line for line in lines if line["events"][0]["kind"] == "letter_sent"][:2]
    answer = next(line["events"] for line in lines[1:] if any(one["kind"] == "fields_read" for one in line["events"]))
    letter = next(event for event in answer if event["kind"] == "letter_written")
    wrote = [event for event in answer if event["kind"] in ("facts", "mail_joined")]
    ended = {"kind": "withdrawn", "by": letter["to"], "reason": ""}
    events = [*wrote, ended, {**letter, "template": "withdrawn", "text": letter["text"][:300]}]
    return [opened, first, _line(opened, events=events), second]


def _stories(kinds: Sequence[Sequence[Line]], cases: int, open_: int, begin: datetime) -> Iterator[Story]:
    for number in range(1, cases + 1):
        lines = kinds[number % len(kinds)]
        ends = waits(lines) if number > cases - open_ else [len(lines)]
        yield Story(begin + APART * number, number, lines[: ends[number // len(kinds) % len(ends)]], 0.25)


def waits(lines: Sequence[Line]) -> list[int]:
    """After how many of its lines the case waits for somebody and no letter of it is due."""
    found, due = [], 0
    for count, line in enumerate(lines, 1):
        for event in line["events"]:
            due += (event["kind"] == "letter_written") - (event["kind"] == "letter_sent")
        found += [count] if not due and count < len(lines) else []
    return found


def _told(first: Line, begin: datetime, stories: Iterable[Story]) -> Iterator[tuple[datetime, Line]]:
    """Every entry of every case, in the order of time, after the one that opened the desk."""
    yield begin, first
    going: list[tuple[datetime, int, int, Story]] = []
    for story in stories:
        while going and going[0][0] < story.opened:
            yield from _next(going)
        heapq.heappush(going, (story.opened, story.number, 0, story))
    while going:
        yield from _next(going)


def _next(going: list[tuple[datetime, int, int, Story]]) -> Iterator[tuple[datetime, Line]]:
    at, number, stage, story = heapq.heappop(going)
    yield at, _renamed(story.lines[stage], number, stage)
    if stage + 1 < len(story.lines):
        heapq.heappush(going, (at + _pause(story, stage + 1), number, stage + 1, story))


def _pause(story: Story, stage: int) -> timedelta:
    """Seconds until the relay has a letter, hours or days until somebody writes."""
    chance = int(hashlib.sha256(f"{story.number} {stage}".encode()).hexdigest()[:8], 16) / 2**32
    if story.lines[stage]["mail"] is None:
        return timedelta(seconds=1 + 40 * chance**4)
    return timedelta(days=0.05 + story.days * chance**2)


def _renamed(line: Line, number: int, stage: int) -> Line:
    if line["case"] is None:
        return line
    case, name, text = f"2026-{number:05d}", name_of(number), line["text"]
    for old, new in (
        (line["case"], case), ("Keller", f"Keller{name}"), ("keller@", f"keller{name.lower()}@"),
        ("YAMADA", f"YAMADA{name}"), ("yamada@", f"yamada{name.lower()}@"),
    ):  # fmt: skip
        text = text.replace(old, new)
    mail = line["mail"] and MAIL.format(stage=stage, number=case) + FILLING
    return {**line, "case": case, "mail": mail, "events": json.loads(text)}


def _write(state: Path, desk: str, lines: Iterator[tuple[datetime, Line]], mails: bool = False) -> int:
    """The journal of these entries, each sealed anew; how many they are."""
    prev, count, files = chain.genesis(desk), 0, {}
    for count, (at, line) in enumerate(lines, 1):
        fields = {key: line[key] for key in ("case", "rules", "program", "events")}
        raw = line["mail"] and line["mail"].encode()
        mail = raw and hashlib.sha256(raw).hexdigest()
        if mail and mails:
            _keep(state / "mail" / mail[:2], mail, raw)
        fields |= {"seq": count, "at": to_text(at), "mail": mail, "more": False}
        sealed, prev = chain.seal(fields, prev, f"{count:032x}")
        month = f"{at:%Y-%m}.jsonl"
        if month not in files:
            files[month] = (state / "journal" / month).open("wb")
        files[month].write(sealed)
    for file in files.values():
        file.close()
    return count


def _keep(shelf: Path, name: str, raw: bytes) -> None:
    """A file below `shelf`; by the calls of the system, since there are hundreds of thousands."""
    flags = os.O_WRONLY | os.O_CREAT
    try:
        file = os.open(f"{shelf}/{name}", flags, 0o600)
    except FileNotFoundError:
        shelf.mkdir(0o700, parents=True, exist_ok=True)
        file = os.open(f"{shelf}/{name}", flags, 0o600)
    os.write(file, raw)
    os.close(file)
