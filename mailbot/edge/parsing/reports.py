"""What a mail that came back says of each recipient: in its delivery status, else its header, else its words.

It must not know which letter it was about, nor what follows from it.
"""

import re

from mailbot.core.message import Message, Report
from mailbot.core.sorting import looks_returned
from mailbot.edge.parsing import headers, transfer
from mailbot.edge.parsing.headers import one_line
from mailbot.edge.parsing.structure import Part

STATUS_PARTS = frozenset(
    f"message/{kind}" for kind in ("delivery-status", "global-delivery-status", "xdelivery-status")
)
MOST = 100
"""Recipients of one mail that are looked at: a letter of a desk has one."""
SAID = 500
"""Characters kept of what the other system said."""
_FIELD = re.compile(r"^([A-Za-z][A-Za-z-]{0,40}):[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_REPLY = re.compile(r"(?<![\d.])[45]\d\d[ -].{0,300}")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()]{1,64}@[^\s<>@,;:\"()\[\]]{1,255}")
_WHO = ("original-recipient", "final-recipient", "x-actual-recipient")
_NOT_YET = re.compile(
    r"\bdelayed\b|\bwarning\b|\bstill (?:being )?(?:trying|queued|retried)|\b(?:will|continue to|keep) (?:be "
    r")?(?:retr|try)|"
    r"\bnot yet\b|遅延|再送(?:信)?(?:を)?(?:試|続)",
    re.IGNORECASE,
)
_RETURNED = re.compile(
    r"^\W{0,4}(?:received|return-path|message-id|mime-version|content-type):|^-{2,40}.{0,120}?\b(?:original|copy|unsent|"
    r"returned)\b|\bheaders? follow|\bmessage follows",
    re.IGNORECASE | re.MULTILINE,
)
ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")


def of_part(part: Part) -> list[Report]:
    """The recipients of a message/delivery-status (RFC 3464 §2.3) or its like of RFC 6533, in their order."""
    return _of_fields(_status_text(part))


def _status_text(part: Part) -> str:
    """The fields as text. An encoded part the parser took for one without fields is decoded first."""
    blocks = part.get_payload() if part.is_multipart() else []
    first = blocks[0] if isinstance(blocks, list) and blocks and isinstance(blocks[0], Part) else None
    if first is None:
        raw = transfer.content(part)
    elif not first.keys() and transfer.is_encoded(part):
        raw = transfer.content(transfer.recoded(part, first))
    else:
        raw = transfer.flattened(part)
    return raw[:200_000].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


def _of_fields(text: str) -> list[Report]:
    found = []
    for block in re.split(r"\n[ \t]*\n", text)[: MOST * 2]:
        fields = {name.lower(): value for name, value in reversed(_FIELD.findall(block))}
        if any(name in fields for name in _WHO):
            found.append(_report(fields))
    return [report for report in found[:MOST] if report.recipient]


def _report(fields: dict[str, str]) -> Report:
    """One block: the address we wrote to rather than where it was passed on, if both are told."""
    named = [_ADDRESS.search(fields.get(name, "").replace("+AEA-", "@")) for name in _WHO]
    recipient = next((hit.group() for hit in named if hit), "")
    status = _CODE.search(fields.get("status", ""))
    said = fields.get("diagnostic-code", "")
    said = said.partition(";")[2] if re.match(r"[\w-]{1,20}\s*;", said) else said
    return Report(
        recipient.lower(), _action(fields.get("action", "")), status.group() if status else "", _clipped(said)
    )


def _action(value: str) -> str:
    """The action as RFC 3464 spells it; `error` is what some write for failed, and comments are left out."""
    word = value.strip().lower()
    if word.startswith(("fail", "error")):
        return "failed"
    return next((action for action in ACTIONS if word.startswith(action)), "")


def _clipped(text: str) -> str:
    return one_line(headers.unfolded(text[: SAID * 4]))[:SAID].strip()


def of_words(message: Message) -> tuple[Report, ...]:
    """What a mail without a delivery status says of recipients, if its header looks like that of one that came back.

    Tried in this order: the fields of a delivery status in its text; X-Failed-Recipients (Exim); where the notice names
    one address alone, that one. Who fails among several is not guessed: a desk's letter has one recipient, and its mac
    says which letter came back.
    """
    if not looks_returned(message):
        return ()
    if stated := _of_fields(message.text):
        return tuple(stated)
    reply = _REPLY.search(message.text)
    said = _clipped(reply.group()) if reply else ""
    code = _CODE.search(said)
    failed = _ADDRESS.findall(message.header("x-failed-recipients"))
    pairs = [(one, "failed") for one in failed] or _only_one(message)
    known = dict.fromkeys((address.lower(), action) for address, action in pairs[:MOST])
    return tuple(Report(address, action, code.group() if code else "", said) for address, action in known)


def _only_one(message: Message) -> list[tuple[str, str]]:
    """The only address above the returned mail that is neither the notice's sender nor whom it went to."""
    end = _RETURNED.search(message.text[:20_000])
    notice = message.text[: end.start() if end else 3000][:3000]
    about = {address.lower().rstrip(".") for address in _ADDRESS.findall(notice)}
    if len(about) > 1:
        about -= {*message.recipients, *(mailbox.key for mailbox in message.senders)}
    if len(about) != 1:
        return []
    return [(about.pop(), "delayed" if _NOT_YET.search(notice) else "failed")]
