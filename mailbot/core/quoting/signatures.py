"""What stands below a text and is none of it: signatures, and what mail programs add. It knows no quote and no form."""

import re
from collections.abc import Sequence

from mailbot.core.columns import width
from mailbot.core.quoting.drawn import drawn

MOST_DRAWN = 40
"""Drawn lines of a text below which a signature is looked for."""
LONGEST = 14
"""Lines of a signature and the drawn lines in it."""
_MOST_WORDS = 10
_WIDEST = 70
"""Lines with words in a signature, and columns of each."""

SIGNATURE = re.compile(r"--[ \u00a0]*\Z")
LIST_FOOTER = re.compile(r"\s*(?:_{2}|_{30,})\s*\Z")

_REACHED = (
    r"tel|telephone|phone|fax|mobile|cell|ext|e-?mail|mail|url|web|website|hp|電話|電話番号|直通|内線|携帯|携帯電話"
    r"|ファックス|ファクス|メール|メールアドレス"
)
_REACHED_AT = re.compile(
    rf"\W*(?:{_REACHED})(?:/fax)?\W{{0,3}}\s*[:：.+(\d]|〒|https?://|.{{0,40}}(?:\b(?:tel|fax|ext)\b|電話|内線)\W*\d"
    r"|\W*[\w.+-]{1,64}@[\w.-]{1,100}\W*\Z",
    re.IGNORECASE,
)
"""A line that says how somebody is reached: without one there is no signature below a drawn line."""
_LABEL = re.compile(r"\W*([^\W\d](?:[^:：\n]{0,18}[^\W\d])?)\s*[:：](?!//)")
_OWN_LABELS = re.compile(rf"(?:{_REACHED}|tel\W{{0,3}}fax|address|住所|所在地)\Z", re.IGNORECASE)
_ITEM = re.compile(r"\s*(?:\d{1,2}[.)．）]|[(（]\d|[①-⑳・•]|[-*]\s)")
_SENTENCE = re.compile(r"(?:[。？?！!]|です|ます|ました|ください|下さい)\s*\Z")
_INTRODUCES = re.compile(
    r"[:：]\s*\Z|(?:以下|下記|次)(?:の|に)(?!件)|連絡先|問い?合わ?せ先|\b(?:as follows|below|following)\b",
    re.IGNORECASE,
)

_DEVICE = (
    r"(?:iPhone|iPad|iPod|Android|Galaxy|Xperia|AQUOS|arrows|Pixel|スマートフォン|スマホ|タブレット|携帯(?:電話)?)"
)
SENT_FROM = re.compile(
    r"\s*(?:Sent (?:from|via) (?:my )?(?:Mail for Windows(?: \d+)?|[\w.-]+(?: [\w.-]+){0,4})|Get Outlook for \w+"
    r"|Gesendet (?:von|mit) [^.,]{2,40}|Envoyé (?:de|depuis|à partir de) [^.,]{2,40}"
    r"|(?:Enviado (?:desde|do|a partir d[eo])|Inviato da(?:l mio)?|(?:Verzonden|Verstuurd) van(?:af)?|Sendt fra"
    r"|Skickat från|Wysłane z|Lähetetty|Отправлено с|Отправлено из) [^.,]{2,40}|[发發]自我?的? ?[\w ]{2,30}"
    r"|Yahoo Mail: [\w, ]{2,60}|.{1,20}から送信|.{0,20}(?:iPhone|iPad|Android|スマートフォン)(?:で|から)送信"
    rf"|[A-Za-z0-9™® +-]{{0,20}}{_DEVICE}から送信(?:しました|しています)。?"
    r"|(?:\w{3,7} ?版(?:の)? ?Outlook|Outlook for \w{3,7}) ?を入手(?:する)?)\.?\s*(?:<[^<>]{1,200}>)?\s*\Z",
    re.IGNORECASE,
)
"""What mobile mail programs put under a text."""
_SENT_BEGINS = tuple(
    "sent get gesendet envoyé enviado inviato verzonden verstuurd sendt skickat wysłane lähetetty отправлено 发 發"
    " yahoo".split()
)
"""What such a line begins with in small letters; a Japanese one has 送信 (sent) or 入手 (get) in it."""
_SENT_FIRST = frozenset("".join(word[0] + word[0].upper() for word in _SENT_BEGINS))


def sent_from(line: str) -> bool:
    """Whether a line (stripped, not empty) is a mobile mail program's own."""
    begins = line[0] in _SENT_FIRST and line[:12].lower().startswith(_SENT_BEGINS)
    if len(line) >= 250 or not (begins or "送信" in line or "入手" in line):
        return False
    return SENT_FROM.match(line) is not None


def signs(above: str, below: Sequence[str]) -> bool:
    """Whether the lines `below` a drawn line, up to the end of what somebody wrote, are a signature.

    They are few and short, at least one says how somebody is reached, and none is a sentence, an item of a list or a
    field of a form. What the line `above` introduces ("as follows") is no signature: it is what the mail is about.
    """
    if len(below) > LONGEST or not above or _INTRODUCES.search(above[-60:]):
        return False
    words = [line.strip() for line in below if line.strip() and not drawn(line)]
    if not 2 <= len(words) <= _MOST_WORDS or drawn(below[0]):
        return False
    return all(map(_may_sign, words)) and any(_REACHED_AT.match(line) for line in words)


def _may_sign(line: str) -> bool:
    if len(line) > 2 * _WIDEST or width(line) > _WIDEST or _SENTENCE.search(line[-10:]) or _ITEM.match(line):
        return False
    label = _LABEL.match(line)
    return label is None or _OWN_LABELS.match(label[1].strip()) is not None
