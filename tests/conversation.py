"""Conversations as files: mails and the clock go in, and the file must say exactly what the desk noted and wrote.

A file begins with a title and prose. Each `## <day> <time> …` heading is an instant (desk time), followed by one
```mail block, or by none when time just passes. Blocks ```log and ```letter under it are what the desk did; run the
tests with MAILBOT_GOLDEN=1 to have them written anew, then read them.

A mail block is headers, a blank line, text. Besides From and Subject:
  Answers: <address> [<words in the letter>]   answers the newest letter to that address, quoting it
  Which: first                                 the first such letter instead of the newest
  To: <address>                                it goes there instead of to the letter's Reply-To
  Quote: none                                  the quote is left away
  Fill <label>: <value>                        writes a value behind a label inside the quoted form
  Charset: iso-2022-jp                         what the sender's mail program uses
  Header <name>: <value>                       any other header field
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from zoneinfo import ZoneInfo

from mailbot import desks
from mailbot.core.events import LetterWritten
from mailbot.demo.people import Person, filled_in, newest, reply, write
from mailbot.edge import config
from mailbot.edge.postman import Sent
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.tools import Keys
from mailbot.service import Round, Watchers, reader_for, settle
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
        prose = re.split(r"(?m)^```", rest, maxsplit=1)[0].strip()
        found.append(Scene(heading, at, prose, mail[1] if mail else None))
    return head.rstrip(), found


def raw_mail(block: str, desk: str, letters: list[bytes]) -> bytes:
    """The bytes of a mail block; `letters` is what the relay took so far."""
    head, _, text = block.partition("\n\n")
    fields = [line.partition(": ")[::2] for line in head.split("\n") if line]
    named = {name: value.strip() for name, value in fields if not name.startswith(("Fill ", "Header "))}
    extra = {name.removeprefix("Header "): value for name, value in fields if name.startswith("Header ")}
    name, address = parseaddr(named["From"])
    person = Person(name, address, named.get("Charset", "utf-8"))
    if "Answers" not in named:
        return write(person, named.get("To", desk), named.get("Subject", ""), text, extra)
    to, _, containing = named["Answers"].partition(" ")
    in_order = letters if named.get("Which") != "first" else letters[::-1]
    letter = newest(in_order, to, containing)
    fills = {name.removeprefix("Fill "): value for name, value in fields if name.startswith("Fill ")}
    quote = "" if named.get("Quote") == "none" else filled_in(letter, fills)
    for label in fills:
        assert fills[label] in quote, f"the letter's form has no empty {label!r}"
    raw = reply(person, letter, text.rstrip(), quote=quote, headers=extra)
    return re.sub(rb"(?m)^To: .*?(?=\r$)", f"To: {named['To']}".encode(), raw) if "To" in named else raw


async def _retell(text: str, state: Path) -> str:
    shipped = config.shipped()
    rules, texts = desks.rules_in(shipped / "rules", shipped / "templates")
    zone = ZoneInfo(rules.desk.timezone)
    head, told = scenes(text, zone)
    relay, out, seen = Relay(), [head], 0
    async with (
        desks.opened(state, rules, texts, KEYS, clock=lambda: told[0].at) as tools,
        reader_for(rules.desk.limits) as reader,
    ):
        for scene in told:
            if scene.mail is not None:
                raw = raw_mail(scene.mail, rules.desk.address, relay.letters)
                await take_in(tools, reader, [Delivered(raw)], scene.at)
            done = Round()
            await settle(tools, relay, scene.at, done, Watchers(), lambda at=scene.at: at)
            assert done.troubles == []
            out.append(_scene_text(scene))
            entries = [entry async for entry in tools.store.entries(seen)]
            out.extend(_told(entries))
            seen = entries[-1].seq if entries else seen
    return "\n\n".join(out) + "\n"


def _scene_text(scene: Scene) -> str:
    parts = [scene.heading, scene.prose, f"```mail\n{scene.mail}```" if scene.mail is not None else ""]
    return "\n\n".join(part for part in parts if part)


def _told(entries: list) -> Iterator[str]:
    lines = [_without_digest(sentence(entry)) for entry in entries]
    if lines:
        yield "```log\n" + "\n".join(lines) + "\n```"
    for entry in entries:
        for event in entry.events or ():
            if isinstance(event, LetterWritten):
                yield f"```letter\nTo: {event.to}\nSubject: {event.subject}\n\n{event.text}\n```"


def _without_digest(line: str) -> str:
    return re.sub(r"\s+\[rules [0-9a-f]+\]$", "", line.strip())


def retell(text: str, state: Path) -> str:
    """The whole conversation file as the desk makes it: mails as written, notes and letters as they come out."""
    return asyncio.run(_retell(text, state))
