"""Answers by ticking, circling or a word. It knows boxes and words, no field."""

import re
from collections.abc import Mapping

from mailbot.core.fields.texts import plain
from mailbot.core.labels import label_key

_MARK = re.compile(r"([\[(]\s*+[x×✓✔レv*○o●■]?\s*+[\])]|[☑☒✅✔✓■●◉🗹☐□⬜◻○◯〇×✕✗])", re.IGNORECASE)
_OFF = re.compile(r"[\[(]\s*+[\])]|[☐□⬜◻×✕✗]")
_CIRCLE = frozenset("○◯〇")
YES = frozenset(
    """yes y true 1 on ok o はい ハイ 有 有り あり する 利用する 希望する 同じ 同一 同上 本人 same 可 該当する 該当
    居住者 true. yep レ そうです はいそうです 同意する 同意します 利用します 希望します""".split()
)
NO = frozenset(
    """no n false 0 off いいえ イイエ 無 無し なし ない しない 利用しない 希望しない 違う 違います 異なる 別 different
    不可 否 該当しない 非該当 非居住者 false. nope none 同意しない 同意しません 利用しません
    希望しません 不要 該当なし""".split()
)
_LEADING = re.compile(r"(yes|no|はい|いいえ)\s*[,.、。;:(\-\s]", re.IGNORECASE)
_BOTH = re.compile(r"(?:yes|はい|有り?|する)\s*+[/・|,、]?\s*+(?:no|いいえ|無し?|しない)", re.IGNORECASE)


def ticked(text: str) -> tuple[tuple[str, ...], int] | None:
    """What stands beside each box that is ticked, and how many boxes there are; None for a text without boxes.

    An empty circle is a tick, unless another sign ticks too (`● ○`). Words may stand before or after their box.
    """
    parts = _MARK.split(plain(text))
    if len(parts) == 1:
        return None
    marks, words = parts[1::2], [part.strip(" \t\n/・|,、") for part in (parts[0], *parts[2::2])]
    beside = words[:-1] if words[0] and not words[-1] else words[1:]
    filled = any(mark not in _CIRCLE and not _OFF.fullmatch(mark) for mark in marks)
    on = [not _OFF.fullmatch(mark) and not (filled and mark in _CIRCLE) for mark in marks]
    return tuple(word for ticks, word in zip(on, beside, strict=True) if ticks), len(marks)


def yes_or_no(word: str) -> str:
    """`yes`, `no`, or the empty text for a word that says neither; `Yes, please` counts, `yes … no` does not."""
    word = plain(word).casefold().strip(" 。.,、!「」()<>\"'*")
    if word in YES or word in NO:
        return "yes" if word in YES else "no"
    found = _LEADING.match(word)
    if found is None:
        return ""
    rest = word[found.end() :]
    other = re.search(r"\bno\b|いいえ" if found[1] in ("yes", "はい") else r"\byes\b|はい", rest)
    return "" if other else yes_or_no(found[1])


def untouched(text: str) -> bool:
    """Whether the choice of the blank was left as it was printed: `yes / no`, `はい・いいえ`."""
    return _BOTH.fullmatch(plain(text).casefold().strip(" ()<>")) is not None


def read_yes_no(text: str) -> str | None:
    """`yes` or `no`; the empty text where the blank was left as it was printed; None where nobody can tell.

    A lone box says yes or no by itself, unless the word beside it does (`☑ いいえ`).
    """
    boxes = ticked(text)
    if boxes is None:
        return "" if untouched(text) else yes_or_no(text) or None
    words, count = boxes
    if count == 1:
        return (yes_or_no(words[0]) or "yes") if words else "no"
    if not words:
        return ""
    return (yes_or_no(words[0]) or None) if len(words) == 1 else None


def read_choice(text: str, words: Mapping[str, str]) -> str | None:
    """The value kept for what was written or ticked, the empty text if no box is ticked, None where nobody can tell.

    `words` maps label keys (see `label_key`) to values.
    """
    boxes = ticked(text)
    if boxes is None:
        return words.get(label_key(text))
    if not boxes[0]:
        return ""
    return words.get(label_key(boxes[0][0])) if len(boxes[0]) == 1 else None
