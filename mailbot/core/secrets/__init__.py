"""Secrets that somebody sent by mistake, private keys and passwords: found and masked before anybody reads the mail.

It knows no form and no rule, and nothing of what becomes of the mail.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mailbot.core.events import Plan
from mailbot.core.message import Attachment, Mailbox, Message
from mailbot.core.secrets.keys import begins, private_keys
from mailbot.core.secrets.passwords import passwords

__all__ = ["KINDS", "MASKS", "holds_key", "holds_mask", "masked", "masked_column", "without"]

KINDS = ("private_key", "password")
"""The kinds of secret, as `Message.secrets` and `Facts.secrets` name them."""
MASKS: Mapping[str, Mapping[str, str]] = {
    "private_key": {"en": "[a private key, removed]", "ja": "[秘密鍵のため削除しました]"},
    "password": {"en": "[a password, removed]", "ja": "[パスワードのため削除しました]"},
}
"""What stands in a text instead of a secret, by kind and language."""

_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff01-\uff9f]")
_AROUND = 300
"""Characters before a secret in which the line that leads to it is looked for."""


FINDERS: Mapping[str, Callable[[str], list[tuple[int, int]]]] = {"private_key": private_keys, "password": passwords}
"""What finds each kind; keys first, so that nothing in one is taken for a password."""


def masked(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with each secret replaced by its mask, in the language of the line that it stands in; and the kinds of
    secret that were in it, in the order of KINDS. Linear time."""
    kinds = []
    for kind in KINDS:
        if found := FINDERS[kind](text):
            kinds.append(kind)
            text = _replaced(text, found, MASKS[kind])
    return text, tuple(kinds)


def masked_column(texts: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Texts that stand one below the other, each without its part of the secrets in all of them: a key that is pasted
    into a spreadsheet has a line in each cell. As `masked` otherwise."""
    kinds, cells = [], list(texts)
    for kind in KINDS:
        if found := FINDERS[kind]("\n".join(cells)):
            kinds.append(kind)
            cells = list(_each_replaced(cells, found, MASKS[kind]))
    return cells, tuple(kinds)


def _each_replaced(texts: Sequence[str], found: Sequence[tuple[int, int]], masks: Mapping[str, str]) -> Iterator[str]:
    begin, number = 0, 0
    for text in texts:
        end = begin + len(text)
        own = list[tuple[int, int]]()
        while number < len(found) and found[number][0] < end:
            start, stop = max(found[number][0], begin), min(found[number][1], end)
            own += [(start - begin, stop - begin)] if start < stop else []
            if found[number][1] > end:
                break
            number += 1
        yield _replaced(text, own, masks)
        begin = end + 1


def _replaced(text: str, found: Sequence[tuple[int, int]], masks: Mapping[str, str]) -> str:
    pieces, at = [], 0
    for start, stop in found:
        pieces += [text[at:start], masks[_language(text, start, stop)]]
        at = stop
    return "".join([*pieces, text[at:]])


def _language(text: str, start: int, stop: int) -> str:
    """The language of the line that a secret stands in, else of the last one above that has words. Full-width signs
    are typed by people who write Japanese."""
    before = text[max(0, start - _AROUND) : start].split("\n")
    own = f"{before[-1]} {text[stop : stop + _AROUND].partition(chr(10))[0]}"
    lines = [line for line in (*before[:-1], own) if any(map(str.isalpha, line))]
    return "ja" if lines and _JAPANESE.search(lines[-1]) else "en"


def holds_key(text: str) -> bool:
    """Whether the text holds a private key, its mask, or what one begins with: it must not be repeated, or tells that
    the wrong half of a pair of keys was sent."""
    return any(mask in text for mask in MASKS["private_key"].values()) or begins(text)


def holds_mask(text: str) -> bool:
    """Whether a secret was masked in the text."""
    return any(mask in text for masks in MASKS.values() for mask in masks.values())


def without(message: Message) -> Message:
    """The mail with its secrets masked in everything of it that is stored, shown or answered: subject, text, names of
    people, what was found in attachments and how these are called, mails inside it, what other mail systems say, what
    could not be read. A Message-ID with one is none. `secrets` names their kinds, with those found before; the raw
    bytes are as they were, and addresses too: masked they would be others."""
    kinds = set(message.secrets)

    def clean(text: str) -> str:
        shown, found = masked(text)
        kinds.update(found)
        return shown

    cleaned = dict[str, Any](
        message_id=message.message_id if clean(message.message_id) == message.message_id else "",
        subject=clean(message.subject),
        senders=_named(message.senders, clean),
        reply_to=_named(message.reply_to, clean),
        text=clean(message.text),
        attachments=tuple(_attachment(part, clean) for part in message.attachments),
        enclosed=tuple(
            dataclasses.replace(part, subject=clean(part.subject), senders=_named(part.senders, clean))
            for part in message.enclosed
        ),
        reports=tuple(dataclasses.replace(part, said=clean(part.said)) for part in message.reports),
        doubts=tuple(map(clean, message.doubts)),
        unsure=_unsure(message.unsure, clean),
    )
    if not kinds:
        return message
    return dataclasses.replace(message, **cleaned, secrets=tuple(kind for kind in KINDS if kind in kinds))


Clean = Callable[[str], str]


def _named(people: Sequence[Mailbox], clean: Clean) -> tuple[Mailbox, ...]:
    return tuple(Mailbox(clean(one.name), one.address) for one in people)


def _unsure(readings: Sequence[tuple[str, str]], clean: Clean) -> tuple[tuple[str, str], ...]:
    """Each reading of a doubtful text; if there is a secret in one, no bytes, in which nobody could mask it."""
    shown = tuple((name, clean(text)) for name, text in readings)
    return shown if shown == tuple(readings) else tuple(pair for pair in shown if pair[0] != "bytes")


def _attachment(part: Attachment, clean: Clean) -> Attachment:
    return dataclasses.replace(
        part,
        name=clean(part.name),
        signed=tuple(map(clean, part.signed)),
        sheets=tuple((number, clean(word)) for number, word in part.sheets),
        text=clean(part.text),
        plan=part.plan and Plan.model_validate(_all_of(part.plan.model_dump(), clean)),
    )


def _all_of(value: object, clean: Clean) -> object:
    """A value of nested lists and tables with every text in it cleaned."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _all_of(one, clean) for key, one in value.items()}
    return tuple(_all_of(one, clean) for one in value) if isinstance(value, list | tuple) else value
