"""What must hold after a soak, whatever the weather was; and its figures. It brings nothing about."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from crashes import name_of, sent
from desks import Mailbox
from pymap.parsing.modutf7 import modutf7_encode
from soak_client import ELSEWHERE
from soak_mails import AUTOMATIC, Mail
from soaking import Soak
from worlds import digest

from mailbot.core.uids import uids_of

AT_ONCE = 4
"""Connections to the relay: so many letters may be on their way when the program is killed."""
MISSED = 2
"""So many files of each kind of foreign automatic mail may pass for human mail."""
COMPLAINTS = ("Traceback", "ERROR", "CRITICAL", "Exception", "never retrieved", "never awaited")
LONG = 600
"""Samples of a life from which its memory can be judged: a minute."""
FEW = 200
"""Mails that are fetched at once."""

Entry = dict[str, Any]

READABLE = 5
"""What replay ends with where a mail can be read by now that took too long while the machine was busy."""
UNDISPUTED = {"equal", "recorded", "ordered"}
"""What replay says where nothing differs."""
TOO_SLOW = re.compile(r"took longer than \S+ seconds? to read")
"""As `protocol.late` says it."""


async def check(soak: Soak) -> str:
    """Everything that must hold; the figures of the soak as a table."""
    entries = soak.world.entries()
    unexpected = soak.unexpected + soak.machine.unexpected
    assert unexpected == [], f"{unexpected}\n{soak.machine.tail()}"
    check_each_mail(soak, entries)
    check_nothing_twice(entries)
    check_nobody_by_mistake(soak.delivered, entries)
    again = check_letters(soak, entries)
    verified = await soak.world.run("verify")
    assert (verified[0], verified[1].splitlines()[-1]) == (0, "everything fits"), verified
    check_replayed(*await soak.world.run("replay", "--json"), entries)
    check_status(soak, await status_of(soak), entries)
    check_said(soak)
    return figures(soak, entries, again)


def check_replayed(code: int, out: str, err: str, entries: Sequence[Entry]) -> None:
    """Everything is decided again, and equal; but for mails that are readable now and were in quarantine because they
    took too long on a busy machine."""
    rows = [json.loads(line) for line in out.splitlines()]
    others = [row for row in rows if row.get("verdict", "equal") not in UNDISPUTED]
    slow = {entry["seq"] for entry in entries if was_too_slow(entry)}
    wrong = [row for row in others if row["verdict"] != "readable" or not slow.issuperset(row["entries"])]
    told = [(row, [entry for entry in entries if entry["seq"] in row["entries"]]) for row in wrong[:3]]
    assert (code, wrong) == (READABLE if others else 0, []), f"{told}\n{err}"


def was_too_slow(entry: Entry) -> bool:
    """Whether a mail is in quarantine since it took longer to read than it may."""
    return any(event["kind"] == "quarantined" and TOO_SLOW.match(event["reason"]) for event in entry["events"])


def check_said(soak: Soak) -> None:
    """Troubles are said as warnings; nothing was unforeseen."""
    said = soak.machine.errors.read_text(encoding="utf-8", errors="replace").splitlines()
    wrong = [number for number, line in enumerate(said) if any(word in line for word in COMPLAINTS)]
    assert not wrong, "\n".join(said[max(0, wrong[0] - 3) : wrong[0] + 40])


def name_in_journal(mail: Mail) -> str:
    """How the journal names a mail: one that is too large to be downloaded by its header alone."""
    return digest(mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if mail.kind == "oversized" else mail.raw)


def contents(mailbox: Mailbox) -> dict[str, Counter[str]]:
    """The digests of what lies in each folder."""
    found = {}
    for name in mailbox.names():
        with mailbox.client(name, readonly=True) as client:
            client.socket().settimeout(60)
            uids = client.uid("SEARCH", "ALL")[1][0].split()
            groups = [b",".join(uids[at : at + FEW]).decode() for at in range(0, len(uids), FEW)]
            parts = [part for group in groups for part in client.uid("FETCH", group, "(BODY.PEEK[])")[1]]
        found[name] = Counter(digest(part[1]) for part in parts if isinstance(part, tuple))
    assert modutf7_encode(ELSEWHERE).decode() in found
    return found


def decided_by(entries: Sequence[Entry]) -> Counter[str]:
    """How many deciding entries each mail has; adjacent ones of one group are one."""
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        assert not entry["more"] or (following and following["mail"] == entry["mail"]), "a group is torn"
    return Counter(entry["mail"] for entry in entries if entry["mail"] and not entry["more"])


def check_doubles(folders: Mapping[str, Counter[str]], twice: Counter[str]) -> None:
    """No mail lies in two folders, or twice in one."""
    where = {name: [folder for folder, held in folders.items() if held[name]] for name in twice}
    assert not where, f"mails are doubled in the folders: {where}"


def check_each_mail(soak: Soak, entries: Sequence[Entry]) -> None:
    """Each mail was taken in once and lies in one folder, unless the other client took it away."""
    folders = contents(soak.mailbox)
    there = sum(folders.values(), Counter())
    delivered = Counter(digest(mail.raw) for mail in soak.delivered)
    gone = delivered - there
    soak.happened["gone before they were taken in"] = 0
    assert folders["INBOX"] == Counter(), "mails were left in the inbox"
    check_doubles(folders, there - delivered)
    assert gone - soak.other.taken_away == Counter(), "mails are gone that nobody deleted"
    decided = decided_by(entries)
    for mail in {mail.raw: mail for mail in soak.delivered}.values():
        count, lies = decided.pop(name_in_journal(mail), 0), digest(mail.raw)
        taken = folders[ELSEWHERE][lies] + gone[lies] == delivered[lies]
        soak.happened["gone before they were taken in"] += taken and not count
        where = [folder for folder, held in folders.items() if held[lies]] or "no folder"
        wrong = f"a mail ({mail.kind}, {mail.source}) has {count} entries and lies in {where}"
        assert count == 1 or (taken and not count), wrong
    assert not decided, "entries of mails that nobody sent"


def check_nothing_twice(entries: Sequence[Entry]) -> None:
    """No case is opened twice for one mail, however often and on whatever way it came; no command is run twice."""
    events = [(entry, event) for entry in entries for event in entry["events"]]
    opened = [(entry["case"], entry["mail"]) for entry, event in events if event["kind"] == "case_opened"]
    for what in zip(*opened, strict=True):
        assert max(Counter(what).values()) == 1, "a case was opened twice"
    identities = {entry["mail"]: event["identity"] for entry, event in events if event["kind"] == "facts"}
    wrote = Counter(identities[mail] for _, mail in opened)
    assert max(wrote.values()) == 1, "a mail that came on two ways opened two cases"
    ran = Counter((event["letter"], event["block"]) for _, event in events if event["kind"] == "commands_run")
    assert max(ran.values(), default=0) <= 1, "commands were run twice"
    agreed = Counter((entry["case"], event["letter"]) for entry, event in events if event["kind"] == "consent_given")
    assert max(agreed.values(), default=0) <= 1, "a consent counted twice"


def check_nobody_by_mistake(mails: Sequence[Mail], entries: Sequence[Entry]) -> None:
    """No machine and no list is written to; only clerks may hear of what a machine wrote."""
    written: dict[str, list[Entry]] = {}
    for entry in entries:
        letters = [event for event in entry["events"] if event["kind"] == "letter_written"]
        written.setdefault(entry["mail"], []).extend(one for one in letters if one["role"] not in ("clerk", "operator"))
    automatic = {mail for mail in mails if mail.kind in AUTOMATIC}
    answered = {(mail.kind, mail.source) for mail in automatic if written.get(name_in_journal(mail))}
    per_kind = Counter(kind for kind, _ in answered)
    assert max(per_kind.values(), default=0) <= MISSED, f"machines were answered: {sorted(answered)}"
    ours = {"post", "somebody away", "a letter that came back"} & {source for _, source in answered}
    assert not ours, f"answered: {ours}"


def check_letters(soak: Soak, entries: Sequence[Entry]) -> int:
    """Each letter went once, or again only after a kill or a cut, and then in the same shape; how many went again."""
    shapes: dict[str, set[bytes]] = {}
    places: dict[str, list[int]] = {}
    for place, letter in enumerate(soak.relay.letters):
        name = name_of(letter.raw)
        shapes.setdefault(name, set()).add(letter.raw)
        places.setdefault(name, []).append(place)
    assert all(len(found) == 1 for found in shapes.values()), "a letter went out in two shapes"
    repeated = [pair for found in places.values() for pair in pairwise(found)]
    for first, second in repeated:
        explained = any(first - AT_ONCE < mark <= second for mark in soak.marks)
        assert explained, f"{name_of(soak.relay.letters[second].raw)} went again, and nothing explains it"
    logged = sent(entries)
    assert max(logged.values()) == 1, "a letter is logged as sent twice"
    failed = {e["letter"] for entry in entries for e in entry["events"] if e["kind"] == "letter_failed"}
    assert set(logged) <= set(places), "a letter is logged as sent that never came"
    assert set(places) - set(logged) <= failed, "letters came that the journal says nothing of"
    return len(repeated)


async def status_of(soak: Soak) -> dict[str, Any]:
    """What `mailbot status --json` says."""
    code, out, err = await soak.world.run("status", "--json")
    assert code == 0, (out, err)
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def check_status(soak: Soak, status: dict[str, Any], entries: Sequence[Entry]) -> None:
    """The sums agree now and agreed whenever the service looked; nothing waits, nobody is needed."""
    assert status["agree"], status["sums"]
    assert any(event["kind"] == "letter_released" for entry in entries for event in entry["events"]), "none was held"
    still = {name: status[name] for name in ("waiting", "observed", "empty", "undecided")}
    assert not any(still.values()), still
    assert (status["letters"]["due"], status["letters"]["held"], status["alarms"]) == (0, 0, {}), status
    assert sum(status["mails"].values()) == len(decided_by(entries))
    alarms = Counter(e["alarm"] for entry in entries for e in entry["events"] if e["kind"] == "alarmed")
    soak.happened.update({f"alarm: {code}": count for code, count in alarms.items()})
    assert not alarms["sums"], "the sums did not agree for a while"
    check_vanished(entries)
    assert status["vanished"] <= soak.other.vanishing(), "mails vanished that nobody took away"


def check_vanished(entries: Sequence[Entry]) -> None:
    """No mail is said to have been removed before it was taken in although it was taken in."""
    taken: set[tuple[int, int]] = set()
    for event in (event for entry in entries for event in entry["events"]):
        if event["kind"] == "facts" and event["place"]:
            taken.add((event["place"]["validity"], event["place"]["uid"]))
        if event["kind"] == "mails_vanished":
            wrong = {uid for uid in uids_of(event["uids"]) if (event["validity"], uid) in taken}
            assert not wrong, f"mails that the desk took in are said to have been removed by others: {wrong}"


@dataclass(frozen=True, slots=True)
class Memory:
    """The service's memory in its longest life, in megabytes: in each third the median (`levels`) and the most
    (`peaks`), which is while it has a mail of ten megabytes in hand; and how much it grows with a thousand mails, after
    the first third."""

    levels: tuple[float, float, float]
    peaks: tuple[float, float, float]
    slope: float
    course: str


def memory(soak: Soak) -> Memory:
    """How much memory the service took."""
    life = soak.machine.longest_life()
    third = len(life) // 3
    thirds = [[size for _, size in life[part * third : (part + 1) * third]] for part in range(3)]
    levels, peaks = [median(sizes) for sizes in thirds], [max(sizes) for sizes in thirds]
    rest = life[third:]
    mails, size = (sum(column) / len(rest) for column in zip(*rest, strict=True))
    spread = sum((here - mails) ** 2 for here, _ in rest)
    slope = sum((here - mails) * (there - size) for here, there in rest) / spread if spread else 0.0
    course = [f"{here}: {there:.0f}" for here, there in life[:: max(1, len(life) // 10)]]
    return Memory((levels[0], levels[1], levels[2]), (peaks[0], peaks[1], peaks[2]), 1000 * slope, ", ".join(course))


def figures(soak: Soak, entries: Sequence[Entry], again: int) -> str:
    """The soak in numbers, a line a thing."""
    kinds = Counter(mail.kind for mail in soak.delivered)
    events = Counter(event["kind"] for entry in entries for event in entry["events"])
    cuts = Counter(type(fault).__name__.lower() for wire in (soak.imap, soak.smtp) for fault in wire.struck)
    machine = soak.machine
    rows = {
        "mails": f"{len(soak.delivered)}: {_counted(kinds)}",
        "entries": f"{len(entries)}; cases {events['case_opened']}, decided {events['accepted'] + events['rejected']}",
        "letters": f"{events['letter_sent']} sent, {events['letter_failed']} failed, "
        f"{events['letter_released']} held and released, {again} went again after a kill or cut",
        "process": f"{machine.starts} starts, ended by itself on a full disk {machine.ended_by_itself} times",
        "wires": f"IMAP struck {len(soak.imap.struck)} times on {soak.imap.connections} connections, SMTP "
        f"{len(soak.smtp.struck)} on {soak.smtp.connections}: {_counted(cuts)}",
        "faults": _counted(soak.happened),
        "others": _counted(soak.other.did),
        "time": f"{soak.seconds:.0f} s, {len(soak.delivered) / soak.seconds:.0f} mails a second with all faults",
    }
    if len(machine.longest_life()) >= LONG:
        grown = memory(soak)
        rows["memory"] = (
            f"thirds of the longest life {_megabytes(grown.levels)}, at most {_megabytes(grown.peaks)}; "
            f"{grown.slope:+.1f} MB a thousand mails; after so many mails: {grown.course}"
        )
    return "\n".join(f"{name:<9} {text}" for name, text in rows.items())


def _megabytes(sizes: Sequence[float]) -> str:
    return f"{', '.join(f'{size:.0f}' for size in sizes)} MB"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count)
