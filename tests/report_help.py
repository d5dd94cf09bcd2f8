"""A desk whose state is a handful of cases, some by people who would like to run something; no tests in here."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mailbot import desks
from mailbot.core import events as e
from mailbot.core.instants import to_text
from mailbot.store import Draft
from mailbot.store.files import FileStore
from mailbot.views.report.words import WORDS

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
TURNED = "\u202egnp.exe"
LANGUAGES = tuple(WORDS)


def desk_in(folder: Path) -> Path:
    """Settings, rules, templates and a state with four cases: open, hostile, rejected, waiting for a clerk."""
    list(desks.init(folder))
    (folder / "mailbot.toml").write_text(
        '[imap]\nhost = "localhost"\nuser = "u"\npassword = "p"\nsecurity = "none"\n\n'
        '[smtp]\nhost = "localhost"\nsecurity = "none"\n',
        encoding="utf-8",
    )
    desk = desks.look(folder / "mailbot.toml").rules.desk.name
    asyncio.run(_fill(folder / "state", desk))
    return folder


async def _fill(state: Path, desk: str) -> None:
    with FileStore.open(state, desk) as store:
        for at, case, happened in sorted(_story(), key=lambda row: row[0]):
            async with store.batch() as batch:
                batch.append(Draft(at, case, None, "a" * 64, "b" * 64, happened))


Story = list[tuple[datetime, str | None, tuple[e.Event, ...]]]


def _story() -> Story:
    opened = e.DeskOpened(desk="HELPDESK", address="helpdesk@desk.example")
    return [
        (BEGIN, None, (e.Facts(sort="order"), opened)),
        *_case(1, "Mika Example", "collecting"),
        *_case(2, HOSTILE, "collecting"),
        *_case(3, "Sakura Example", "rejected"),
        *_case(4, TURNED, "ready"),
    ]


def _case(number: int, name: str, ends: str) -> Story:
    at, case, address = BEGIN + timedelta(days=8 * number), f"2026-{number:05d}", f"person{number}@uni.example"
    fault = e.Fault(field="telephone", kind="missing", code="missing")
    sender = e.Sender(address=address, role="stranger", tier="0", name=name, why=("no token",))
    values: dict[str, e.Value] = {"purpose": HOSTILE, "family_name": name}
    first = (
        e.Facts(sort="application", sender=sender, place=e.Place(validity=7, uid=number)),
        e.CaseOpened(form="new-account", language="en", applicant=address, name=name),
        e.FieldsRead(by=address, answers={"family_name": (name,)}, values=values, faults=(fault,)),
        e.StepEntered(step="fields", due=to_text(at + timedelta(days=10))),
        _letter(1, address, name),
    )
    rows: Story = [
        (at, case, first),
        (at + timedelta(minutes=number), case, (e.LetterSent(letter=f"{case}.1", answer="250 ok"),)),
    ]
    return rows + _end(case, ends, at + timedelta(days=3))


def _end(case: str, ends: str, at: datetime) -> Story:
    if ends == "rejected":
        clerk = e.Sender(address="sato@staff.desk.example", role="clerk", tier="2")
        bounced = e.AddressBounced(address="person3@uni.example", letter=f"{case}.1", code="5.1.1", why=HOSTILE)
        return [
            (at, case, (e.Facts(sort="command", sender=clerk), e.Rejected(clerk=clerk.address, reason=HOSTILE))),
            (at + timedelta(hours=1), case, (e.Facts(sort="bounce"), bounced)),
        ]
    if ends == "ready":
        return [(at, case, (e.Facts(sort="deadline", sort_row="limit"), e.StepEntered(step="review")))]
    return []


def _letter(number: int, to: str, name: str) -> e.LetterWritten:
    return e.LetterWritten(
        number=number,
        template="received",
        to=to,
        role="applicant",
        key="k1",
        languages=("en",),
        subject=f"Application of {name}",
        text=f"Dear {name},\n\n{HOSTILE}\n",
    )


def texts(report: Path) -> dict[str, str]:
    """Every page by its path."""
    return {path.relative_to(report).as_posix(): path.read_text(encoding="utf-8") for path in report.rglob("*.html")}


LINK = re.compile(r'<a [^>]*href="([^"]*)"')
