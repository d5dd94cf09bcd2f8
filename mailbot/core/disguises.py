"""What of a text is there to be taken for something else: hidden signs, letters of another script, floods of accents.

It must not know of mails and fields, nor decide what becomes of such a text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from mailbot.core.signs import TURNING, UNSEEN

Expected = Literal["prose", "name", "address"]
"""What a text is. In prose a Greek letter within a Latin word is a symbol (`TGFβ`), in a name never; an address or
account name is expected in ASCII, so that a whole word of look-alikes is suspicious there."""

_STRANGE = re.compile(
    "[^\x00-\x7e\u00a0-\u00ac\u00ae-\u024f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u23ff\u2460-\u249b"
    "\u2500-\u27bf\u3000-\u3098\u309b-\u3163\u3165-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff01-\uff9f]"
)
"""Anything beyond Latin, Chinese, Japanese and Korean as they are typed: without one, there is nothing to look at."""

_HIDDEN = re.compile(f"[{TURNING}{UNSEEN}]")
_HIDDEN_RUN = re.compile(f"[{TURNING}{UNSEEN}]+(?:[ \u00a0]*[{TURNING}{UNSEEN}]+)*")
_TURNS = re.compile(f"[{TURNING}]")
_DIRECTION_MARKS = "\u200e\u200f\u061c"
_RIGHT_TO_LEFT = re.compile("[\u05d0-\u05ea\u0620-\u07ff\u08a0-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_JOINERS = "\u200b\u200c\u200d"
_JOINED = re.compile(
    "[\u0620-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]"
)
"""Writing whose letters are joined or parted, or whose words are, by signs without width; and pictures."""

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u093c\u0941-\u0948\u094d\u0951-\u0957\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
MOST_MARKS = 4
"""Marks on one letter that any writing needs (UTS #39 §5.4)."""
_FLOOD = re.compile(f"(?P<kept>[{_MARKS}]{{{MOST_MARKS}}})(?P<more>[{_MARKS}]+)")
_OPENING, _CLOSING = tuple("\u202a\u202d\u2066\u2068"), tuple("\u202c\u2069")
_AT_ENDS = "\ufeff\u200b\u200e\u200f\u2060 \n"
"""What takes no room hides nothing at the ends of a text."""
MOST_SIGNS = 5
"""Signs that are named one by one."""

KINDS = frozenset("turning unseen mark".split())
"""What signs without a script of their own are called (words.toml, table `signs`)."""
SCRIPTS = frozenset("latin greek cyrillic armenian hebrew arabic georgian cherokee coptic styled other".split())
"""Scripts with a name in words.toml (table `signs`); `styled` are letters in disguise by themselves: 𝐚, ⓐ."""
_UNSPACED = frozenset(
    """cjk hiragana katakana katakana-hiragana hentaigana halfwidth hangul bopomofo ideographic yi thai lao khmer
    myanmar tibetan tai new balinese javanese""".split()
)
"""Scripts beside which others stand without a space (`Tシャツ`, `DNA는`): a word ends where they begin."""
_NO_SCRIPT = frozenset(
    """modifier micro ohm kelvin angstrom feminine masculine superscript subscript double-struck script black-letter
    euler planck latin-1 vertical square""".split()
)
_STYLED = re.compile("MATHEMATICAL .*(?:CAPITAL|SMALL)|(?:NEGATIVE )?(?:CIRCLED|SQUARED|PARENTHESIZED) LATIN|REGIONAL")

_CYRILLIC = "аaеeоoрpсcуyхxіiјjѕsһhӏlԁdԛqԝwАAВBЕEЅSІIЈJКKМMНHОOРPСCТTУYХXҮYԌGԚQԜWӀI"
_GREEK = "οoνvαaιiκkρpυuγyτtηnωwχxϲcϳjΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXϹC"
_ARMENIAN = "օoոnսuհhցgզqյjՕOՍUՏSԼL"
_PAIRS = _CYRILLIC + _GREEK + _ARMENIAN
LOOKS_LIKE = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
"""Letters that fonts draw as a letter of ASCII, or nearly."""
_SYMBOLS = frozenset("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩϵϑϕϱ")
"""Greek letters that stand for a quantity or a kind in the sciences: not ο, nor capitals that Latin has too."""
_TELLING = frozenset("ӏԁԛԝԚԜ")
"""Look-alikes that no word of a large language consists of: whoever writes `аррӏе` means `apple` to be read."""
_PIECES = re.compile(r"[/／|()（）\[\]<>,、;\n]")
"""What stands between the same name in two scripts."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """One thing that is strange about a text. `code`: `hidden` signs that are not seen or turn the direction of
    reading, `mixed` letters of another script than the rest of their word (`among`), `lookalike` words that seem to
    be ASCII (see `ascii_like`), `marks` beyond number on one letter. `signs` are the characters, each once."""

    code: Literal["hidden", "mixed", "lookalike", "marks"]
    signs: tuple[str, ...] = ()
    among: str = ""


def disguises(text: str, expected: Expected) -> tuple[Disguise, ...]:
    """What is strange about a text, at most one of each code; nothing about what people write as a rule, in whatever
    language. Linear time; about a microsecond for ASCII or plain Japanese.

    After UTS #39 §5, but word by word: Latin beside Japanese is ordinary, and so are Cyrillic words beside Latin ones.
    """
    if text.isascii() or _STRANGE.search(text) is None:
        return ()
    found = (_hidden(text), *_letters(text, expected), _marks(text))
    return tuple(one for one in found if one is not None)


def hidden_or_flooded(text: str) -> tuple[Disguise, ...]:
    """What turns the direction in which a longer text is read, or has accents beyond number; nothing else is strange
    in a paragraph that may have been copied from anywhere."""
    if text.isascii() or _STRANGE.search(text) is None:
        return ()
    hidden = _hidden(text)
    turning = hidden is not None and any(_TURNS.match(sign) for sign in hidden.signs)
    return tuple(one for one in (hidden if turning else None, _marks(text)) if one is not None)


def visible(text: str) -> str:
    """The text with nothing hidden in it: signs that are not seen or turn the direction of reading written as
    `‹U+202E›`, of a flood of marks the first few and how many more there are (`‹+12›`). Linear time.

    What its writing system needs stays: joiners in Persian or Sinhala, the variant of a Chinese character.
    """
    if text.isascii() or _STRANGE.search(text) is None:
        return text
    turned = _RIGHT_TO_LEFT.search(text) is not None
    text = _HIDDEN_RUN.sub(lambda run: _written(run, turned), text)
    return _FLOOD.sub(lambda flood: f"{flood['kept']}‹+{len(flood['more'])}›", text)


def _written(run: re.Match[str], turned: bool) -> str:
    before = run.string[run.start() - 1] if run.start() else ""
    if all(sign.isspace() or _ordinary(sign, before, turned) for sign in run[0]):
        return run[0]
    signs = dict.fromkeys(sign for sign in run[0] if not sign.isspace())
    return f"‹{codes(signs)}›"


def _ordinary(sign: str, before: str, turned: bool) -> bool:
    """Whether a hidden sign is one that people need: `before` is what stands before it, `turned` whether the text has
    letters that are read from right to left."""
    if sign in _DIRECTION_MARKS:
        return turned
    if _SELECTOR.match(sign):
        return bool(before) and (ord(before) > 0x2E7F or unicodedata.category(before)[0] in "SN")
    return joins(sign, before)


def codes(signs: Iterable[str]) -> str:
    """Characters by their numbers, `U+0430 U+202E`; `…` where there are more than are named."""
    named = [f"U+{ord(sign):04X}" for sign in signs]
    return " ".join(named[:MOST_SIGNS] + ["…"] * (len(named) > MOST_SIGNS))


def kind_of(sign: str) -> str:
    """What a sign is called (words.toml, table `signs`): its script, `turning` or `unseen`."""
    if _HIDDEN.match(sign):
        return "turning" if _TURNS.match(sign) else "unseen"
    return script(sign) or "other"


def joins(sign: str, before: str) -> bool:
    """Whether a sign without width belongs to the spelling of a word: between letters of Persian, Hindi, Khmer and
    others that are joined or parted by one; `before` is the letter before it."""
    return sign in _JOINERS and _JOINED.match(before) is not None


def unwrapped(text: str) -> str:
    """The text without signs around the whole of it that only say where its direction begins and ends: telephones put
    them around numbers and names that are copied out of an address book. Not those that turn letters around."""
    return text[1:-1] if text[:1] in _OPENING and text[-1:] in _CLOSING and text else text


def ascii_like(text: str) -> str:
    """What a text seems to be: look-alikes as the letters of ASCII that they are drawn as."""
    return unicodedata.normalize("NFKC", "".join(LOOKS_LIKE.get(sign, sign) for sign in text))


def _hidden(text: str) -> Disguise | None:
    """Signs that hide nothing are left alone: they were copied along."""
    inner = unwrapped(text.strip(_AT_ENDS)).strip(_AT_ENDS)
    if _HIDDEN.search(inner) is None:
        return None
    turned = _RIGHT_TO_LEFT.search(inner) is not None
    found = ((hit[0], inner[hit.start() - 1 : hit.start()]) for hit in _HIDDEN.finditer(inner))
    signs = tuple(dict.fromkeys(sign for sign, before in found if not _ordinary(sign, before, turned)))
    return Disguise("hidden", signs) if signs else None


def _marks(text: str) -> Disguise | None:
    flood = _FLOOD.search(text)
    return Disguise("marks", tuple(dict.fromkeys(flood["kept"]))) if flood else None


@lru_cache(maxsize=4096)
def script(sign: str) -> str:
    """The script of a letter, `mark` for what belongs to the letter before it; empty for what ends a word: signs, and
    letters of scripts that are written without spaces. By its name, for Python has no table of scripts."""
    if sign.isascii():
        return "latin" if sign.isalpha() else ""
    kind, name = unicodedata.category(sign), unicodedata.name(sign, "")
    if kind[0] == "M" or _HIDDEN.match(sign):
        return "mark"
    if _STYLED.match(name):
        return "styled"
    first = name.partition(" ")[0].lower()
    if kind[0] != "L" or first in _UNSPACED or first in _NO_SCRIPT:
        return ""
    return "latin" if first == "fullwidth" else first if first in SCRIPTS else "other"


Word = tuple[str, ...]


def _words(text: str) -> Iterator[Word]:
    """The words of a text as their letters, without marks."""
    for is_letter, signs in groupby(text, key=lambda sign: script(sign) != ""):
        if is_letter:
            yield tuple(sign for sign in signs if script(sign) != "mark")


def _letters(text: str, expected: Expected) -> Iterator[Disguise | None]:
    pieces = [list(filter(None, _words(piece))) for piece in _PIECES.split(text)]
    yield _first(_mixed, (word for words in pieces for word in words), expected)
    yield next((found for words in pieces if (found := _alike(words, expected))), None)


def _first(
    look: Callable[[Word, Expected], Disguise | None], words: Iterable[Word], expected: Expected
) -> Disguise | None:
    return next((found for word in words if (found := look(word, expected))), None)


def _mixed(word: Word, expected: Expected) -> Disguise | None:
    """A word in letters of more than one script; what most of it is written in, and the letters that are not."""
    letters = [sign for sign in word if not (expected == "prose" and sign in _SYMBOLS)]
    counted = Counter(script(sign) for sign in letters if script(sign) != "styled")
    if len(counted) < 2:
        return None
    among = max(counted, key=lambda name: (counted[name], name == "latin"))
    odd = tuple(dict.fromkeys(sign for sign in letters if script(sign) not in (among, "styled")))
    return Disguise("mixed", odd, among=among)


def _alike(words: list[Word], expected: Expected) -> Disguise | None:
    """The words that seem to be ASCII and are not; in a text that is no address only beside Latin words, and if no word
    shows that its other script is meant."""
    alike, others = list[Word](), list[Word]()
    for word in words:
        (alike if _is_alike(word, expected) else others).append(word)
    if expected != "address":
        latin = sum(all(script(sign) == "latin" for sign in word) for word in others)
        meant = {script(word[0]) for word in others}
        few = len(alike) <= latin
        alike = [word for word in alike if (few and script(word[0]) not in meant) or _is_telling(word)]
    signs = tuple(dict.fromkeys(sign for word in alike for sign in word if not sign.isascii()))
    return Disguise("lookalike", signs) if signs else None


def _is_alike(word: Word, expected: Expected) -> bool:
    """Whether a word consists of letters that look like ASCII and are not."""
    styled = sum(script(sign) == "styled" for sign in word)
    if styled:
        return expected != "prose" or styled > 1
    symbols = expected == "prose" and all(sign in _SYMBOLS for sign in word)
    return not symbols and all(sign in LOOKS_LIKE for sign in word)


def _is_telling(word: Word) -> bool:
    return any(sign in _TELLING or script(sign) == "styled" for sign in word)
