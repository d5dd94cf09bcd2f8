"""Conversations as files: mails and the clock go in, and the file must say exactly what the desk noted and wrote.

A file begins with a title and prose, and perhaps a ```desk block, keys of rules/desk.toml that are different there:
without `digest` in it, no clerk is told in the morning what waits.
Each `## <day> <time> …` heading is an instant (desk time), followed by one ```mail block, or by none when time just
passes. A ```register <name> block is a CSV file that the operator imports, an ```order <case> [<address>] block what
they order in a clerk's words, in that clerk's name or nobody's. A ```desk block there changes rules/desk.toml from then
on; a ```keys block names the keys of reply addresses that there are from then on, the first of them the current one.
Blocks ```log and ```letter under it are what the desk did; run the tests with MAILBOT_GOLDEN=1 to have them written
anew, then read them.

What a mail block may say is told in `conversation_mail`.
"""

import asyncio
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from conversation_mail import raw_mail
from proofs import given_away, kept
from replaying import otherwise

from mailbot import desks
from mailbot.core.events import LetterWritten, Operator
from mailbot.core.instants import to_text
from mailbot.core.orders import ImportRegister, Order, Ordered, RunCommands
from mailbot.core.pulse import Pulse
from mailbot.core.rules import Desk, Rules
from mailbot.edge import config
from mailbot.edge.account import Account
from mailbot.edge.inbox import Inbox
from mailbot.edge.letters import Letters
from mailbot.edge.postman import Sent
from mailbot.edge.stationery import Stationery
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.reader import Reader
from mailbot.flow.tools import Keys, Tools
from mailbot.service import Round, Work, reader_for, settle
from mailbot.service.duties import carry_out_orders, look_after
from mailbot.service.limits import reader_settings
from mailbot.store.files import give_register, submit
from mailbot.views.log import sentence

KEYS = Keys("k1", {"k1": b"a key for conversations, 32 bytes"})
HEADING = re.compile(r"^## (\d{4}-\d{2}-\d{2} \d{2}:\d{2})(.*)$")


@dataclass(slots=True)
class Relay:
    """Takes every letter, as a relay on a good day."""

    letters: list[bytes] = field(default_factory=list)

    async def connect(self) -> None:
        """It is always there."""

    async def close(self) -> None:
        """And stays."""

    async def send(self, sender: str, recipient: str, raw: bytes) -> Sent:
        self.letters.append(raw)
        return Sent("250 ok")


@dataclass(frozen=True, slots=True)
class Scene:
    """One heading of a conversation: its line, the instant, the prose under it, and the mail block if there is one."""

    heading: str
    at: datetime
    prose: str
    mail: str | None
    register: tuple[str, str] | None = None
    order: tuple[str, str, str] | None = None
    desk: str | None = None
    keys: str | None = None


def scenes(text: str, zone: ZoneInfo) -> tuple[str, list[Scene]]:
    """The text before the first heading, and the scenes."""
    head, *parts = re.split(r"(?m)^(?=## )", text)
    found = []
    for part in parts:
        heading, _, rest = part.partition("\n")
        hit = HEADING.match(heading)
        assert hit, f"a heading begins with day and time: {heading!r}"
        at = datetime.strptime(hit[1], "%Y-%m-%d %H:%M").replace(tzinfo=zone)
        mail = re.search(r"(?ms)^```mail\n(.*?)^```$", rest)
        register = re.search(r"(?ms)^```register (\w+)\n(.*?)^```$", rest)
        order = re.search(r"(?ms)^```order (\S+) ?(\S*)\n(.*?)^```$", rest)
        desk = re.search(r"(?ms)^```desk\n(.*?)^```$", rest)
        keys = re.search(r"(?ms)^```keys\n(.*?)^```$", rest)
        prose = re.split(r"(?m)^```", rest, maxsplit=1)[0].strip()
        found.append(
            Scene(
                heading,
                at,
                prose,
                mail[1] if mail else None,
                register and (register[1], register[2]),
                order and (order[1], order[2], order[3]),
                desk and desk[1],
                keys and keys[1],
            )
        )
    return head.rstrip(), found


async def _retell(text: str, state: Path, rules: Rules, texts: dict[str, str], reader: Reader) -> str:
    zone = ZoneInfo(rules.desk.timezone)
    head, told = scenes(text, zone)
    changed = re.search(r"(?ms)^```desk\n(.*?)^```$", head)
    own = {"digest": "", **(tomllib.loads(changed[1]) if changed else {})}
    rules = rules.model_copy(update={"desk": rules.desk.model_copy(update=own)})
    await reader.change(reader_settings(rules))
    relay, out, seen, sets = Relay(), [head], 0, dict[str, Rules]()
    nowhere = Inbox(Account("127.0.0.1", 9, "none", "", ""))
    async with desks.opened(state, rules, texts, KEYS, clock=lambda: told[0].at) as tools:
        for scene in told:
            tools = _changed(tools, scene)
            await reader.change(reader_settings(tools.rules))
            sets[tools.rules_kept] = tools.rules
            if scene.mail is not None:
                raw = raw_mail(scene.mail, rules.desk.address, relay.letters)
                await take_in(tools, reader, [Delivered(raw)], lambda at=scene.at: at)
            if scene.register is not None:
                _import(state, scene)
            if scene.order is not None:
                case, clerk, text = scene.order
                _submit(state, scene, RunCommands(case=case, clerk=clerk, text=text))
            done = Round()
            work = Work(tools, nowhere, [relay], reader, Pulse(), lambda at=scene.at: at)
            await carry_out_orders(work, done)
            await look_after(work, done, count_files=False)
            await settle(work, scene.at, done)
            assert done.troubles == []
            out.append(_scene_text(scene))
            entries = [entry async for entry in tools.store.entries(seen)]
            out.extend(_told(entries))
            seen = entries[-1].seq if entries else seen
        assert given_away(relay.letters, kept(state)) == set(), "what proves a letter is kept"
        first = await tools.store.entry(1)
        sets.setdefault(first.rules if first else "", rules)
        again = await otherwise(tools.store, sets, reader)
        assert again == [], "\n".join(again)
    return "\n\n".join(out) + "\n"


def _changed(tools: Tools, scene: Scene) -> Tools:
    """The desk after the operator changed its rules or its keys, and started it again."""
    rules, keys = tools.rules, tools.keys
    if scene.desk is not None:
        desk = {name: getattr(rules.desk, name) for name in Desk.model_fields} | tomllib.loads(scene.desk)
        rules = rules.model_copy(update={"desk": Desk.model_validate(desk)})
    if scene.keys is not None:
        names = scene.keys.split()
        keys = Keys(names[0], {name: KEYS.secrets.get(name) or name.encode().ljust(32) for name in names})
    kept = hashlib.sha256(scene.desk.encode()).hexdigest() if scene.desk is not None else tools.rules_kept
    made = {"rules_kept": kept, "letters": Letters(rules), "stationery": Stationery(rules.desk, keys.secrets)}
    return replace(tools, rules=rules, keys=keys, **made) if scene.desk or scene.keys else tools


def _import(state: Path, scene: Scene) -> None:
    """The operator gives the order to import a register; it is carried out at the scene's instant."""
    assert scene.register is not None
    name, csv = scene.register
    _submit(state, scene, ImportRegister(name=name, digest=give_register(state, csv.encode())))


def _submit(state: Path, scene: Scene, order: Order) -> None:
    by = Operator(user="anna", nonce=f"{order.kind}-{scene.at:%Y%m%d%H%M}")
    submit(state, Ordered(by=by, at=to_text(scene.at.astimezone(UTC)), order=order))


def _scene_text(scene: Scene) -> str:
    parts = [scene.heading, scene.prose, f"```mail\n{scene.mail}```" if scene.mail is not None else ""]
    if scene.register is not None:
        parts.insert(2, f"```register {scene.register[0]}\n{scene.register[1]}```")
    parts[2:2] = [f"```{name}\n{text}```" for name, text in (("desk", scene.desk), ("keys", scene.keys)) if text]
    if scene.order is not None:
        case, clerk, text = scene.order
        parts.insert(2, f"```order {case} {clerk}".rstrip() + f"\n{text}```")
    return "\n\n".join(part for part in parts if part)


def _told(entries: list) -> Iterator[str]:
    lines = [_without_hash(_without_digest(sentence(entry))) for entry in entries]
    if lines:
        yield "```log\n" + "\n".join(lines) + "\n```"
    for entry in entries:
        for event in entry.events or ():
            if isinstance(event, LetterWritten):
                files = "".join(f"Attached: {enclosure.name}\n" for enclosure in event.enclosures)
                yield f"```letter\nTo: {event.to}\nSubject: {event.subject}\n{files}\n{_without_hash(event.text)}\n```"


def _without_hash(text: str) -> str:
    """Without the hashes of entries, which are others each time, since each has a salt of its own."""
    return re.sub(r"(?m)(^hash |: entry \d+, )[0-9a-f]+", r"\1…", text)


def _without_digest(line: str) -> str:
    return re.sub(r"\s+\[rules [0-9a-f]+\]$", "", line.strip())


Retell = Callable[[str, Path], str]


@contextmanager
def retelling(desk: Path | None = None) -> Iterator[Retell]:
    """Makes of a conversation file what the desk makes of it, in a new state: mails as written, notes and letters as
    they come out. All are told with one set of rules and one reader, for which each mail is as if it were the first.
    `desk` is the folder with its rules/ and templates/; the shipped ones, if none is given."""
    folder = desk or config.shipped()
    rules, texts = desks.rules_in(folder / "rules", folder / "templates")
    reader = reader_for(rules)
    with asyncio.Runner() as runner:
        try:
            yield lambda text, state: runner.run(_retell(text, state, rules, texts, reader))
        finally:
            runner.run(reader.close())
