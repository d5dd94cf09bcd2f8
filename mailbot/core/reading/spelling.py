"""Whether a label with a small mistake can only mean one field of a form. It knows no mail and no value.

What is accepted is one slip of a hand, or of a program that turns kana into kanji; all else is only suggested.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from unicodedata import normalize

from mailbot.core.labels import label_key

_LETTERS = 6
"""Letters that a Latin label needs, and the word with the mistake; one less where letters changed places or came twice,
which is no other word."""
_SIGNS = 3
"""Signs that a Japanese label needs, and one more where a katakana is missing or too many. Hiragana is left alone:
`責任者の名` is no `責任者名`."""
_FURTHER = 2
"""Changes within which no label of another field may be."""
_WORDS = frozenset(
    """angel angle attacked bequest cable casual causal chance change changed charge charger clone closed closer
    contract continued county currant dairy deportment desert diary director ember expert extort failing farmer fiend
    folder format formed games gnome handed lumber manger massage medial miles mother older parson piles planted portal
    positron precious president prone protect quiet quite rationality resort sacred scared season shield smart star
    statue sturdy tablet tales tiles trail treason trial untied uses wording yield""".split()
)
"""Words one change away from words of labels, and of another meaning: “County” is no misspelt “Country”."""
_CONFUSED = frozenset(
    frozenset(pair)
    for pair in """号後 号合 号豪 的敵 的適 属族 属続 属俗 籍席 籍積 鍵健 鍵建 鍵件 名明 名命 国告 住重 野屋
    関間 字時 員院 話和 便弁 究急 氏指 氏使 力カ 口ロ 二ニ 工エ 夕タ 卜ト 八ハ ー一 ー- ー~ ー| アァ イィ ウゥ
    エェ オォ ツッ ヤャ ユュ ヨョ つっ やゃ ゆゅ よょ""".split()
)
"""Signs that are read alike and come out of one another's kana, or look alike."""
_POLITE = frozenset("おご御")


@dataclass(frozen=True, slots=True)
class _Slip:
    """Where two labels differ: `head` and `tail` are the same, `written` stands for `meant`, at most two signs each."""

    head: str
    written: str
    meant: str
    tail: str

    @property
    def swapped(self) -> bool:
        return len(self.written) == 2

    @property
    def doubled(self) -> bool:
        """Whether a sign came twice, or once instead of twice."""
        sign = self.written + self.meant
        return len(sign) == 1 and sign in (self.head[-1:], self.tail[:1])


class Spelling:
    """The labels of a form as `label_key` compares them, each with its field, by what is left of them without one
    sign."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self.keys = keys
        self.longest = max(map(len, keys), default=0) + 1
        self.signs = {label: frozenset(label) for label in keys}
        self.near: dict[str, list[str]] = {}
        for label in keys:
            for less in {label, *_shorter(label)}:
                self.near.setdefault(less, []).append(label)

    def unmistakable(self, text: str) -> str | None:
        """The field that a label with one mistake can only mean; None for labels without one, too, and for all doubt:
        short labels, words of another meaning, another field's label near."""
        written = label_key(text)
        if not _SIGNS <= len(written) <= self.longest or written in self.keys:
            return None
        labels = {label for less in (written, *_shorter(written)) for label in self.near.get(less, ())}
        slips = {label: slip for label in labels if (slip := _slip(written, label))}
        fields = {self.keys[label] for label in slips}
        if len(fields) != 1 or not any(_harmless(slip, label) for label, slip in slips.items()):
            return None
        return None if self._another(written, fields) else fields.pop()

    def alike(self, text: str) -> str | None:
        """The field of a label that differs in one sign which is read or looks alike, however short: a suggestion."""
        written = label_key(text)
        for label in (label for less in _shorter(written) for label in self.near.get(less, ())):
            slip = _slip(written, label)
            if slip and frozenset((slip.written, slip.meant)) in _CONFUSED:
                return self.keys[label]
        return None

    def _another(self, written: str, fields: Collection[str]) -> bool:
        """Whether a label of another field is near as well. Of Japanese labels, which are shorter, that is asked of one
        change only, and was."""
        if not written.isascii():
            return False
        signs = frozenset(written)
        others = (label for label, key in self.keys.items() if key not in fields)
        alike = (label for label in others if len(signs ^ self.signs[label]) <= 2 * _FURTHER)  # spares nearly all
        return any(_within(written, label, _FURTHER) for label in alike)


def _shorter(text: str) -> Iterator[str]:
    return (text[:at] + text[at + 1 :] for at in range(len(text)))


def _slip(written: str, label: str) -> _Slip | None:
    """The one sign too many, missing, wrong, or the two that changed places; None if there is more than that."""
    start = _common(written, label)
    one, other = written[start:], label[start:]
    end = _common(one[::-1], other[::-1])
    one, other, tail = one[: len(one) - end], other[: len(other) - end], other[len(other) - end :]
    single = max(len(one), len(other)) == 1
    swapped = len(one) == 2 and one == other[::-1]
    return _Slip(label[:start], one, other, tail) if single or swapped else None


def _common(one: str, other: str) -> int:
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    return at


def _within(one: str, other: str, most: int) -> bool:
    """Whether `most` changes (a sign more, less, another, two swapped) make one text of the other."""
    if abs(len(one) - len(other)) > most:
        return False
    start = _common(one, other)
    one, other = one[start:], other[start:]
    if not one or not other or not most:
        return max(len(one), len(other)) <= most
    swapped = one[:2] == other[1::-1] and _within(one[2:], other[2:], most - 1)
    steps = ((one[1:], other), (one, other[1:]), (one[1:], other[1:]))
    return swapped or any(_within(*step, most - 1) for step in steps)


def _harmless(slip: _Slip, label: str) -> bool:
    if any(sign.isdigit() for sign in slip.written + slip.meant):
        return False  # `Address 2` is another address
    return _latin(slip, label) if label.isascii() else _japanese(slip, label)


def _latin(slip: _Slip, label: str) -> bool:
    if sum(map(str.isalpha, label)) < _LETTERS or not (slip.written + slip.meant).isascii():
        return False
    if set(slip.written + slip.meant) & {" ", "-"}:
        return True  # `Postalcode`
    head, tail = slip.head.rpartition(" ")[2], slip.tail.partition(" ")[0]
    typo = slip.swapped or slip.doubled
    long_enough = len(head + slip.meant + tail) >= _LETTERS - typo
    return long_enough and bool(head or slip.swapped) and head + slip.written + tail not in _WORDS


def _japanese(slip: _Slip, label: str) -> bool:
    if len(label) < _SIGNS:
        return False
    if slip.swapped:
        return len(label) > _SIGNS and all(map(_kana, slip.written))
    if slip.written and slip.meant:
        return frozenset((slip.written, slip.meant)) in _CONFUSED or _unvoiced(slip.written) == _unvoiced(slip.meant)
    sign = slip.written or slip.meant
    if not slip.head:
        return slip.written in _POLITE
    return slip.doubled or sign == "ー" or (len(label) > _SIGNS and sign >= "\u30a0" and _kana(sign))


def _kana(sign: str) -> bool:
    return "\u3040" <= sign <= "\u30ff"


def _unvoiced(sign: str) -> str:
    """A kana without its voice marks (`バ`, `パ`: `ハ`)."""
    return normalize("NFD", sign)[0] if _kana(sign) else sign
