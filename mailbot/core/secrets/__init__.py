"""Secrets that somebody sent by mistake, private keys and passwords: found and masked before anybody reads the mail.

It knows no form and no rule, and nothing of what becomes of the mail.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence

from mailbot.core.events import Plan
from mailbot.core.message import Attachment, Message
from mailbot.core.secrets.keys import begins, private_keys
from mailbot.core.secrets.passwords import passwords

__all__ = ["KINDS", "MASKS", "holds_key", "holds_mask", "masked", "without"]

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
    """The mail with its secrets masked in everything that is read of it: subject, text, what was found in attachments,
    mails inside it, what other mail systems say. `secrets` names their kinds; the raw bytes are as they were."""
    kinds: set[str] = set()

    def clean(text: str) -> str:
        shown, found = masked(text)
        kinds.update(found)
        return shown

    changed = dataclasses.replace(
        message,
        subject=clean(message.subject),
        text=clean(message.text),
        attachments=tuple(_attachment(part, clean) for part in message.attachments),
        enclosed=tuple(dataclasses.replace(part, subject=clean(part.subject)) for part in message.enclosed),
        reports=tuple(dataclasses.replace(part, said=clean(part.said)) for part in message.reports),
    )
    return dataclasses.replace(changed, secrets=tuple(kind for kind in KINDS if kind in kinds))


def _attachment(part: Attachment, clean: Callable[[str], str]) -> Attachment:
    plan = part.plan and part.plan.model_copy(update={"entries": _entries(part.plan, clean)})
    return dataclasses.replace(part, text=clean(part.text), plan=plan)


def _entries(plan: Plan, clean: Callable[[str], str]) -> dict[str, str]:
    return {name: clean(text) for name, text in plan.entries.items()}
