"""How answers are cleaned before they are understood: widths, dashes, brackets left in. It knows no type of field."""

import re
import unicodedata

from mailbot.core.disguises import joins, unwrapped
from mailbot.core.secrets import holds_key
from mailbot.core.signs import DASHES, INVISIBLE

_WIDE_SIGNS = "\uff21-\uff3a\uff41-\uff5a\uff10-\uff19"
_NARROW_SIGNS = "\uff61-\uff9f"
_UNSEEN_SIGNS = "".join(map(chr, INVISIBLE))
_WIDE = re.compile(f"[{_WIDE_SIGNS}]+")
_NARROW_KANA = re.compile(f"[{_NARROW_SIGNS}]+")
_UNSEEN = re.compile(f"[{_UNSEEN_SIGNS}]")
_UNUSUAL = re.compile(f"[{_WIDE_SIGNS}{_NARROW_SIGNS}{_UNSEEN_SIGNS}]")
_DASHES = str.maketrans(dict.fromkeys(f"{DASHES}ー一", "-"))
_CLOSING = dict(zip("<＜\"“'「『《〈", ">＞\"”'」』》〉", strict=True))
_SOMETHING = re.compile(r"[^\W_]")

NONE = frozenset(
    """none no nil nothing n/a na n.a. なし 無し 無 ナシ 該当なし 該当無し 特になし 特に無し ありません 未定 不明
    unknown 分かりません わかりません""".split()
)
"""What people write where they have nothing to write."""


def plain(text: str) -> str:
    """NFKC (UAX #15) without invisible signs, stripped: for values of letters, digits and signs."""
    if text.isascii():
        return text.strip()
    text = text.translate(INVISIBLE) if _UNSEEN.search(text) else text
    return unicodedata.normalize("NFKC", text).strip()


def prose(text: str) -> str:
    """Text in words: full-width letters and digits narrow, half-width kana wide; all else stays as it was written.

    NFKC would turn ㈱ into (株), rare forms of a name's characters into common ones, and Japanese brackets into ASCII:
    names and sentences are not ours to spell. Signs that are not seen are taken out, but for those that Persian, Hindi
    and others spell words with.
    """
    if _UNUSUAL.search(text) is None:
        return text
    text = _UNSEEN.sub(_spelled, text)
    text = _WIDE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    return _NARROW_KANA.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def _spelled(unseen: re.Match[str]) -> str:
    """A sign that is not seen, if the word is written with it."""
    before = unseen.string[unseen.start() - 1 : unseen.start()]
    return unseen[0] if joins(unseen[0], before) else ""


def dashed(text: str) -> str:
    """`plain`, every dash a hyphen: also the prolonged sound mark and the numeral one, which keyboards offer first."""
    return plain(text).translate(_DASHES)


def one_line(text: str) -> str:
    """Lines joined to one, white space collapsed."""
    return " ".join(text.split())


def trimmed(text: str) -> str:
    """Without white space around, and without a pair of brackets or quotes, or of signs of direction,
    around the whole that was left in."""
    text = text.strip() if text.isascii() else unwrapped(text.strip()).strip()
    closing = _CLOSING.get(text[:1])
    if closing is not None and len(text) > 1 and text[-1] == closing and closing not in text[1:-1]:
        return text[1:-1].strip()
    return text


def nothing(text: str) -> bool:
    """Whether the text has no letter and no digit: the line of a paper form, a dash, a question mark."""
    return _SOMETHING.search(text) is None


def none(text: str) -> bool:
    """Whether the text says that there is nothing: `none`, `n/a`, `なし`, …"""
    return len(text) < 16 and plain(text).casefold().rstrip("。.") in NONE


def secret(text: str) -> bool:
    """Whether the text holds a private key, what one begins with, or the mask that stands where one was: it must not
    be repeated anywhere, and is not what was wanted."""
    return holds_key(text)


def quotable(text: str, most: int = 200) -> str:
    """What of an answer may be quoted back: nothing of a private key, else at most so many characters."""
    if secret(text):
        return ""
    return text if len(text) <= most else f"{text[: most - 1]}…"
