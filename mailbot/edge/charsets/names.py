"""Knows which codec is meant by the name of a charset as it is written in mail.

It must not know of the bytes that name was declared for.
"""

import codecs
import re
from functools import lru_cache

JIS, EUC, SJIS = "iso-2022-jp", "euc-jp", "cp932"

NAMES = {
    **dict.fromkeys(
        "iso-2022-jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-2004 iso-2022-jp-ext iso-2022-jp-ms jis "
        "iso2022jp iso-2022jp cp50220 cp50221 cp50222 csiso2022jp jis7 junet x-iso-2022-jp".split(),
        JIS,
    ),
    **dict.fromkeys(
        "shift-jis shiftjis sjis x-sjis ms932 cp932 windows-932 windows-31j ms-kanji cswindows31j csshiftjis "
        "x-ms-cp932 s-jis shift-jis-2004 sjis-win ibm-943 cp943 x-shift-jis mskanji".split(),
        SJIS,
    ),
    **dict.fromkeys(
        "euc-jp eucjp ujis x-euc-jp x-euc cp51932 eucjp-ms eucjp-win cseucpkdfmtjapanese eucjp-open".split(), EUC
    ),
    **dict.fromkeys("gb2312 gbk gb18030 cp936 windows-936 x-gbk euc-cn chinese csgb2312 gb-2312".split(), "gb18030"),
    **dict.fromkeys("big5 big-5 cp950 windows-950 x-x-big5 csbig5 big5-eten".split(), "cp950"),
    **dict.fromkeys(
        "euc-kr euckr ks-c-5601-1987 ks-c-5601 ksc5601 ksc-5601 ks-c-5601-1989 cp949 uhc windows-949 korean "
        "cseuckr x-windows-949".split(),
        "cp949",
    ),
    **dict.fromkeys("us-ascii ascii ansi-x3.4-1968 646 7bit 8bit none default default-charset".split(), "ascii"),
    **dict.fromkeys("iso-8859-1 iso8859-1 latin1 latin-1 l1 cp1252 ansi x-ansi windows-1252".split(), "cp1252"),
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "iso-8859-9": "cp1254",
    "unicode-1-1-utf-7": "utf-7",
    "iso-8859-8-i": "iso8859-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
}
"""What a charset is called in mail (lower case, `_` as `-`) and what it is read as: the widest set of that family."""

SEVEN_BIT = frozenset({"utf-7", "hz", "iso2022-kr", "utf-16", "utf-16-be", "utf-16-le", "utf-32"})
"""Codecs in which bytes below 128 need not be ASCII."""


_SAFE = re.compile(r"ascii|(iso8859|cp|koi8|mac|utf|gb|big5|euc|tis|ptcp|kz)[-_a-z0-9]*|johab|hz|iso2022-kr|hp-roman8")


@lru_cache(256)
def codec_named(declared: str) -> str:
    """The codec for a declared charset; empty if the name says nothing or is not one for text."""
    name = declared.strip(" \t\"'<>;").lower().replace("_", "-").removeprefix("charset=")
    for candidate in (name, name.removeprefix("x-"), re.sub(r"^(win|windows|x-cp)-?(?=\d)", "cp", name)):
        if candidate in NAMES:
            return NAMES[candidate]
        if re.fullmatch(r"[a-z0-9.:-]{1,40}", candidate) and (known := _python_codec(candidate)):
            return known
    return "utf-8" if re.search(r"utf-?8", name) else ""


def _python_codec(name: str) -> str:
    """Python's name of a codec; only character sets, none of its transformations such as `zlib` or `idna`."""
    try:
        known = codecs.lookup(name).name.replace("_", "-")
    except (LookupError, ValueError):
        return ""
    return NAMES.get(known, known) if _SAFE.fullmatch(known) else ""
