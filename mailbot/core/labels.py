"""How labels of a form are compared, however people decorate them. It knows no form and no field, only spelling."""

import re
import unicodedata
from functools import lru_cache

from mailbot.core.signs import ACUTE, APOSTROPHES, DASHES, FAR_EAST, INVISIBLE, TURNING

_BEFORE = INVISIBLE | dict.fromkeys(map(ord, TURNING)) | {ord(ACUTE): "'"}
"""What is changed before NFKC."""
_ALIKE = str.maketrans({**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(DASHES, "-"), "_": " "})
_LONGEST = 1_000
_OPEN = '([{<【「『〔〈《“"'
_CLOSE = ')]}>】」』〕〉》”"'
_DECORATION = " \t■□◆◇●○◎◯・*•‣▪▫▸▶▷►★☆※§#=+>~|▼▽▲△✓✔☑☐-"
_TRAILING = _DECORATION + ":;.,。、?!／/"

_NUMBER_SIGN = re.compile(r"^\W*([①-⓿❶-➓㉑-㉟㊱-㊿]\s*)")
_NUMBER = re.compile(
    r"^(?:(?:q|no\.?|item|問|項目)\s*)?"
    r"(?:\((?:\d{1,2}|[a-z]|[ivx]{1,4})\)\s*|\d{1,2}(?:[-.]\d{1,2})*\s*[.):、】\]]\s*|(?:[a-z]|[ivx]{1,4})[.)]\s+)"
)
REMARKS = (
    *("required", "mandatory", "optional", "if any", "if applicable"),
    *("入力必須", "記入必須", "必須項目", "必須", "任意項目", "任意", "該当者のみ"),
)
"""What forms say of a field beside its label; of two that begin alike the longer one first."""
_REMARK = f"(?:{'|'.join(REMARKS)})"
_REMARKS = re.compile(rf"[(\[【〔<]\s*\*?{_REMARK}\*?\s*[)\]】〕>]|(?<=\W)\s*{_REMARK}\s*$|※\s*{_REMARK}")
_LOOSE = re.compile(rf" (?:(?<=[{FAR_EAST}] )|(?=[{FAR_EAST}]))")
"""A space beside such a character, in a text that has no other white space."""


def _unbracketed(text: str) -> str:
    """Without one pair of brackets around the whole, or one bracket whose partner is not there."""
    first, last = _OPEN.find(text[0]), _CLOSE.find(text[-1])
    if first >= 0 and last == first and len(text) > 1 and _CLOSE[first] not in text[1:-1]:
        return text[1:-1]
    if first >= 0 and _CLOSE[first] not in text[1:]:
        return text[1:]
    if last >= 0 and _OPEN[last] not in text[:-1]:
        return text[:-1]
    return text


def _bare(text: str) -> str:
    """The text with one layer of decoration, numbering and brackets taken off."""
    text = text.lstrip(_DECORATION).rstrip(_TRAILING)
    text = _NUMBER.sub("", text, count=1)
    return _unbracketed(text) if text else text


def label_key(text: str) -> str:
    """The form in which two labels are compared; equal keys are the same label. The empty text if nothing is left.

    NFKC and casefold (UAX #15); without invisible signs, leading and trailing decoration (`■ ・ ※ * -`), numbering
    (`1.`, `(2)`, `③`, `a)`), brackets around the whole, a colon at the end, and remarks such as `(required)`,
    `【必須】`, `＊`; white space collapsed, and none beside Japanese characters (`氏　名` is `氏名`); `_` is a space,
    every kind of apostrophe or hyphen is the plain one. A prolonged sound mark stays what it is. Of a text longer than
    any label or choice only the beginning counts.
    """
    return _key(text[:_LONGEST])


@lru_cache(maxsize=8192)  # the lines of a mail of a common length, each asked for by every form
def _key(text: str) -> str:
    """Cut before it is remembered: whoever writes long lines fills no memory with them."""
    text = _NUMBER_SIGN.sub("", text.translate(_BEFORE), count=1)
    text = " ".join(unicodedata.normalize("NFKC", text).translate(_ALIKE).casefold().split())
    text = _LOOSE.sub("", " ".join(_REMARKS.sub(" ", text).split()))
    for _ in range(6):  # each turn takes one layer off; more than six is no label any more
        bare = _bare(text)
        if bare == text:
            break
        text = bare
    return " ".join(text.split())
