"""Reads Shift_JIS and EUC-JP with the NEC and IBM characters of CP932, and finds its feet again after damage.

It must not know which charset a text is in: it is told.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from mailbot.core.garbled import BAD
from mailbot.edge.charsets.names import SJIS

_WEIGHTS = (
    (re.compile("[ぁ-んァ-ヶー、。「」]"), 3),
    (re.compile("[一-龥々가-힣](?=[一-龥々가-힣ぁ-んァ-ヶー、。])"), 2),
    (re.compile("[À-ɏ！-～Ѐ-ӿ]"), 1),
    (re.compile("[｡-ﾟ\u0080-\u009f\u00a1-\u00bf‚ƒ„†‡ˆ‰]"), -1),
    (re.compile("[\ufffd\ue000-\uf8ff]"), -8),
)


def likeness(text: str) -> int:
    """How much a text looks like something a person wrote: kana most, a lone kanji nothing, broken characters least."""
    return sum(weight * len(pattern.findall(text)) for pattern, weight in _WEIGHTS)


_SJIS_GOOD = re.compile(rb"(?:[\x00-\x7f\xa1-\xdf]|[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc])+")
_SJIS_TOKEN = re.compile(rb"[\x81-\x9f\xe0-\xfc].|.", re.DOTALL)


def sjis_strict(data: bytes) -> str:
    """CP932; its codec gives the bytes that belong to no character a private one, here they are errors."""
    text = data.decode(SJIS)
    if re.search("[\x80\uf8f0-\uf8f3]", text):
        raise ValueError("a byte that stands for nothing")
    return text


def sjis_lenient(data: bytes) -> str:
    try:
        return sjis_strict(data)
    except ValueError:
        return _stepping(data, _SJIS_GOOD, _sjis_good)


def _sjis_good(data: bytes) -> str:
    try:
        return data.decode(SJIS)
    except UnicodeError:
        return "".join(one(token, SJIS) for token in _SJIS_TOKEN.findall(data))


def _stepping(data: bytes, good: re.Pattern[bytes], read: Callable[[bytes], str]) -> str:
    """Read runs of well-formed characters; where one is damaged, go on one or two bytes later, as reads better.

    After some damaged characters it is no longer worth asking which.
    """
    place, asked, texts = 0, 200, []
    while place < len(data):
        if run := good.match(data, place):
            texts.append(read(run.group()))
            place = run.end()
            continue
        texts.append(BAD)
        place += _step(data[place : place + 66], good, read) if asked > 0 else 1
        asked -= 1
    return "".join(texts)


def _step(window: bytes, good: re.Pattern[bytes], read: Callable[[bytes], str]) -> int:
    def promise(step: int) -> tuple[int, int]:
        run = good.match(window, step)
        return (likeness(read(run.group())), -step) if run else (0, -step)

    return 2 if len(window) > 1 and window[1] > 0x7F and promise(2) > promise(1) else 1


def euc_strict(data: bytes) -> str:
    """EUC-JP, with the characters that the two mappings of JIS X 0208 spell differently as CP932 spells them."""
    text = data.decode("euc_jp")
    for plain, vendor in SPELT_OTHERWISE:
        text = text.replace(plain, vendor)
    return text


SPELT_OTHERWISE = tuple(zip("〜‖−¢£¬", "～∥－￠￡￢", strict=True))
_EUC_GOOD = re.compile(rb"(?:[\x00-\x7f]|[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2})+")
_EUC_TOKEN = re.compile(rb"[\x00-\x7f]+|[\xa1-\xfe]{2}|\x8e.|\x8f..", re.DOTALL)


def euc_lenient(data: bytes) -> str:
    try:
        return euc_strict(data)
    except UnicodeError:
        return _stepping(data, _EUC_GOOD, _euc_good)


def _euc_good(data: bytes) -> str:
    return "".join(_euc_token(token) for token in _EUC_TOKEN.findall(data))


def _euc_token(token: bytes) -> str:
    if token[0] < 0x80:
        return token.decode("ascii")
    return kanji(token) if len(token) == 2 and token[0] != 0x8E else one(token, "euc_jp")


def one(token: bytes, codec: str) -> str:
    """One character, whatever becomes of its bytes."""
    try:
        return token.decode(codec)
    except UnicodeError:
        return BAD


@lru_cache(16384)
def kanji(pair: bytes) -> str:
    """Row and cell of a 94x94 set (7 or 8 bit) as the character CP932 has there, NEC and IBM rows included."""
    row, cell = (pair[0] & 0x7F) - 0x21, (pair[1] & 0x7F) - 0x21
    if not (0 <= row < 94 and 0 <= cell < 94):
        return BAD
    lead = (row >> 1) + (0x81 if row < 62 else 0xC1)
    trail = cell + 0x9F if row & 1 else cell + (0x40 if cell < 63 else 0x41)
    return one(bytes((lead, trail)), SJIS)
