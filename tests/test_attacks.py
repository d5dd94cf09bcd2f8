"""Every attack of docs/trust.md, its mails as files in tests/attacks: nothing is decided, and an auditor finds it.

A file says what the attack is, after which scene of an ordinary conversation it comes (`After`: applied, agreed), what
the log says of it (`Trace`, `Doubt`), and what of the case it changes though nothing follows (`Changes`); its mails are
written as in conversations.
"""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from conversation import Retell

from mailbot.core.case import Case, fold
from mailbot.core.events import ConsentGiven, Facts, LetterWritten
from mailbot.store import Entry
from mailbot.store.files import FileStore

HERE = Path(__file__).parent
ATTACKS = sorted((HERE / "attacks").glob("*.md"))
ORDINARY = (HERE / "conversations" / "11-clerks-commands-en.md").read_text(encoding="utf-8")
DECIDING = frozenset(
    """accepted rejected completed withdrawn expired marked_duplicate task_done vouched reopened field_allowed
    address_registered consent_declined correction_seconded""".split()
)
SCENES = {"applied": 1, "agreed": 2}
STANDS = """status step answers values faults consent decided_by reason given until notes revision plan documents tasks
passed confirmed allowed asked undone vouched assigned hold stopped applicant""".split()
"""What an attack wants to change in a case; what it does change to no avail is in its line `Changes`."""
KNOWN = {
    *("ngozi@uni.example", "lind@uni.example", "morgan@staff.desk.example", "sato@staff.desk.example"),
    *("iwata@staff.desk.example",),
}
"""Registered addresses: what goes there does not go to an attacker."""


def said(text: str, name: str) -> str:
    """What a line of a file's head says; empty if there is none."""
    found = re.search(rf"(?m)^{name}: (.*)$", text)
    return found[1] if found else ""


def before(text: str) -> str:
    head, *scenes = re.split(r"(?m)^(?=## )", ORDINARY)
    return "".join([head, *scenes[: SCENES[said(text, "After")]]])


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_attack(path: Path, tmp_path: Path, retell: Retell) -> None:
    """The last mail is the attack; what comes before it may decide."""
    attack, state = path.read_text(encoding="utf-8"), tmp_path / "state"
    told = retell(before(attack) + attack[attack.index("\n## ") :], state)
    log = re.findall(r"(?ms)^```log\n(.*?)^```$", told.rpartition("\n## ")[2])
    assert said(attack, "Trace")
    assert said(attack, "Trace") in "".join(log)
    earlier, last = apart(state, told)
    events = [event for entry in last for event in entry.events or ()]
    assert DECIDING.isdisjoint(event.kind for event in events)
    assert not any(isinstance(event, ConsentGiven) and event.confirmed for event in events)
    assert changed(earlier, last) == set(said(attack, "Changes").split())
    doubts = [doubt for event in events if isinstance(event, Facts) for doubt in event.doubts]
    assert said(attack, "Doubt") in " ".join(doubts)
    case = standing(None, earlier)
    assert case
    wrong = [one for one in events if isinstance(one, LetterWritten) and not told_rightly(one, last, case)]
    assert [(one.to, one.template, betrayed(one, case), one.text) for one in wrong] == []


def told_rightly(letter: LetterWritten, last: Sequence[Entry], case: Case) -> bool:
    """Whether a letter goes to somebody whom the desk knows, or says no more to the sender than what everybody may
    know: that somebody reads the mail, or which forms there are; of the case neither number, nor people, nor values."""
    facts = [event for entry in last for event in entry.events or () if isinstance(event, Facts)]
    senders = {fact.sender.address for fact in facts if fact.sender}
    if letter.to in KNOWN:
        return True
    return letter.to in senders and letter.template in ("forms", "will_read") and not betrayed(letter, case)


def betrayed(letter: LetterWritten, case: Case) -> list[str]:
    """What a letter says of a case: its number, its people, its values; of addresses not the one that it goes to."""
    said = " ".join(f"{letter.subject} {letter.text}".split()).casefold()
    known = [case.number, case.name, case.applicant, *KNOWN, *case.answers.values(), *case.values.values()]
    texts = [one for one in known if isinstance(one, str) and len(one) > SHORT and one != letter.to]
    return [one for one in texts if one.casefold() in said]


SHORT = 3
"""Characters of a value that any letter may hold by chance, as `yes`."""


def test_a_letter_that_names_the_case_or_says_a_value_of_it_is_found() -> None:
    begun = dict.fromkeys(("opened", "changed", "step_since"), "2026-04-06T01:00:00.000Z")
    case = Case(number="2026-00001", form="x", applicant="lind@uni.example", values={"phone": "055-981-0000"}, **begun)
    words = {"number": 1, "template": "will_read", "to": "x@else.example", "role": "stranger", "key": "k1"}
    letter = LetterWritten(**words, languages=("en",), subject="Your mail", text="We received a mail.")
    assert betrayed(letter, case) == []
    for told in ("about 2026-00001", "Dear lind@uni.example", "call 055-981-0000"):
        assert betrayed(letter.model_copy(update={"text": told}), case)


def apart(state: Path, told: str) -> tuple[list[Entry], list[Entry]]:
    """The entries before the last scene, and those it made happen."""
    day = re.findall(r"(?m)^## (\d{4}-\d\d-\d\d \d\d:\d\d)", told)[-1]
    begun = datetime.strptime(day, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("Asia/Tokyo"))

    async def read() -> list[Entry]:
        return [entry async for entry in FileStore.read(state, "HELPDESK").entries()]

    entries = asyncio.run(read())
    return [entry for entry in entries if entry.at < begun], [entry for entry in entries if entry.at >= begun]


def last_events(state: Path, told: str) -> list[dict[str, Any]]:
    """What the last scene made happen, as the journal has it."""
    return [event.model_dump(mode="json") for entry in apart(state, told)[1] for event in entry.events or ()]


def changed(earlier: Sequence[Entry], last: Sequence[Entry]) -> set[str]:
    """The names of what the last scene changed in the case."""
    case = standing(None, earlier)
    after = standing(case, last)
    assert case
    assert after
    return {name for name in STANDS if getattr(case, name) != getattr(after, name)}


def standing(case: Case | None, entries: Sequence[Entry]) -> Case | None:
    for entry in entries:
        if entry.case is not None:
            assert entry.case == "2026-00001"
            case = fold(case, entry.case, entry.seq, entry.at, entry.events or ())
    return case


SCENE = """

## 2026-04-07 09:00

```mail
From: Alex Morgan <morgan@staff.desk.example>
Answers: morgan@staff.desk.example Okafor

ACCEPT
```
"""


def test_who_may_does_decide_so_that_the_attacks_can_fail(tmp_path: Path, retell: Retell) -> None:
    told = retell(before("After: agreed") + SCENE, tmp_path / "state")
    earlier, last = apart(tmp_path / "state", told)
    assert "accepted" in {event.kind for entry in last for event in entry.events or ()}
    assert {"status", "step", "revision", "decided_by"} <= changed(earlier, last)


TRUE = {
    "google": "mx.google.com; dkim=pass header.i=@staff.desk.example header.s=s1 header.b=AbCdEf12; spf=pass"
    " (google.com: domain of morgan@staff.desk.example designates 192.0.2.1 as permitted sender)"
    " smtp.mailfrom=morgan@staff.desk.example; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=staff.desk.example",
    "microsoft365": "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=staff.desk.example; dkim=pass (signature was"
    " verified) header.d=staff.desk.example;dmarc=pass action=none header.from=staff.desk.example;compauth=pass"
    " reason=100",
}
"""What the two write when a clerk's mail is what it says."""


def passing_by(border: str, above: str, below: str) -> str:
    """A clerk's ACCEPT with these fields on top and below, at a desk that has this border."""
    desk = f'```desk\n[border]\nkind = "{border}"\n```\n\n'
    fields = f"Border: none\nAbove: Authentication-Results: {above}\n"
    fields += f"Header Authentication-Results: {below}\n" if below else ""
    return SCENE.replace("```mail\n", f"{desk}```mail\n").replace("\n\nACCEPT", f"\n{fields}\nACCEPT")


@pytest.mark.parametrize("border", TRUE)
def test_what_google_and_microsoft_find_of_a_clerk_is_believed_from_the_mails_bytes_to_the_decision(
    border: str, tmp_path: Path, retell: Retell
) -> None:
    told = retell(before("After: agreed") + passing_by(border, TRUE[border], ""), tmp_path / "state")
    _, last = apart(tmp_path / "state", told)
    assert "accepted" in {event.kind for entry in last for event in entry.events or ()}
    facts = [event for entry in last for event in entry.events or () if isinstance(event, Facts)]
    assert {fact.sender.tier for fact in facts if fact.sender} == {"2"}


@pytest.mark.parametrize("border", TRUE)
def test_what_a_mail_brings_along_under_their_names_is_not(border: str, tmp_path: Path, retell: Retell) -> None:
    failed = TRUE[border].replace("=pass", "=fail")
    told = retell(before("After: agreed") + passing_by(border, failed, TRUE[border]), tmp_path / "state")
    earlier, last = apart(tmp_path / "state", told)
    assert "waits for a code until" in told.rpartition("\n## ")[2]
    assert changed(earlier, last) == set()


@pytest.mark.parametrize("border", TRUE)
def test_neither_is_believed_at_a_desk_of_the_other(border: str, tmp_path: Path, retell: Retell) -> None:
    (other,) = TRUE.keys() - {border}
    told = retell(before("After: agreed") + passing_by(other, TRUE[border], ""), tmp_path / "state")
    assert changed(*apart(tmp_path / "state", told)) == set()


def test_the_table_of_attacks_and_the_files_are_the_same() -> None:
    table = (HERE.parent / "docs" / "trust.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([a-z-]+)` \|", table.partition("## Attacks")[2])
    assert sorted(rows) == sorted(path.stem for path in ATTACKS)
