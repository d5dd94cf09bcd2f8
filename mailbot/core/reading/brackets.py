"""Forms that are filled in by hand: what stands between their brackets and rules, and whether it is an answer at all.
It knows no line of a mail, and of a field no more than its rule."""

import re
from collections.abc import Collection

from mailbot.core.labels import REMARKS, label_key
from mailbot.core.rules import FieldRule
from mailbot.core.secrets import holds_mask

ANGLES = {"<": ">", "＜": "＞", "《": "》"}
"""Brackets of the enquiry form, which people leave in (`氏名: <遺伝研 太郎>`)."""
_SQUARE = {"[": "]", "［": "］", "【": "】", "{": "}", "｛": "｝", "〔": "〕"}
_ROUND = {"(": ")", "（": "）"}
_CLOSING = "".join({**ANGLES, **_SQUARE, **_ROUND}.values())
_DEEP = 3
_LONGEST_PLACEHOLDER = 200
_TICKED = frozenset({"yes_no", "choice", "ids"})
"""Types that are answered by ticks, or by words that may be labels as well."""
_EMPTY = re.compile(r"[\s_＿<>＜＞《》\[\]［］()（）【】「」{}｛｝〔〕]*\Z|…+\Z|[.・]{3,}\Z")
_STOOD_IN = re.compile(r"[○〇◯●×✕＊*\s]{2,}\Z|[xXｘＸ]{3,12}\Z")
"""Signs that stand where an answer is to be written: `○○ ○○`, `xxxx`."""
_RULED = re.compile(r"\A[_＿]{2,}\s*|\s*[_＿]{2,}\Z")
_EXAMPLE = re.compile(
    r"(?:※|\*)?\s*[(（]?(?:(?:記入例|入力例|例)[)）]?[\s:：、]|(?:e\.g\.?|ex\.|for example)[\s:：,]|example[:：])",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\A(?:please )?(?:enter|insert|type|write|fill in|put|give)? ?(?:your |the |a )?"
    r"|\A(?:ここ|こちら|この欄)(?:に|へ)?|\Aあなたの"
    r"| ?(?:goes )?here\Z"
    r"|(?:を|が|は)?(?:ご)?(?:記入|入力|記載|お書き)(?:して|を)?(?:下さい|ください|する|願います|お願いします)?\Z"
)
_TO_WRITE = re.compile(r"\bhere\b|記入|入力|お書き", re.IGNORECASE)
"""Words that ask to write, and are said of nothing else."""
_HINT = re.compile("例|e\\.?g|ex\\.|example|here|記入|入力|書き")
"""What a form's own words have among them in small letters, if there is no bracket around them."""


def content(text: str, rule: FieldRule, labels: Collection[str]) -> str:
    """An answer (as it stands behind or below its label) without white space, rules and brackets around the whole;
    empty if nothing was filled in: only brackets are left, or in them a label of the form (`labels`, as `label_key`
    has them), words that ask to write there, an example."""
    text = text.strip()
    if not _suspect(text):
        return text
    if holds_mask(text):
        return text
    if rule.type == "ssh_public_key":
        return _within(text, ANGLES)[0]
    bare, bracketed = _within(_ruled(text), _brackets(rule))
    if len(text) > _LONGEST_PLACEHOLDER:
        return bare
    return "" if _EMPTY.match(bare) or _unfilled(bare, rule, labels, bracketed) else bare


def _suspect(text: str) -> bool:
    """Whether an answer has to be looked at: most have not. Quick."""
    begins, ends = text[:1].isalnum() and text[0] not in "xXｘＸ〇", text[-1:].isalnum()
    if not (begins and (ends or text[-1] in ".。")):
        return True
    return _HINT.search(text[:_LONGEST_PLACEHOLDER].lower()) is not None


def _ruled(text: str) -> str:
    """Without the line that a paper form has to write on."""
    return _RULED.sub("", text) if text[:1] in "_＿" or text[-1:] in "_＿" else text


def _brackets(rule: FieldRule) -> dict[str, str]:
    return ANGLES | _SQUARE if rule.type == "long" else ANGLES | _SQUARE | _ROUND


def _within(text: str, brackets: dict[str, str]) -> tuple[str, bool]:
    """What stands in brackets around the whole, several deep, and whether there were any. A single sign in square ones
    is a tick, a bracket that closes before the end encloses no whole."""
    found = False
    for _ in range(_DEEP):
        if not _whole(text, brackets.get(text[:1], "")):
            break
        text, found = text[1:-1].strip(), True
    return _unpaired(text), found


def _whole(text: str, close: str) -> bool:
    inner = text[1:-1].strip()
    ticked = len(inner) == 1 and text[0] not in ANGLES
    return (
        bool(close)
        and len(text) > 1
        and text[-1] == close
        and not ticked
        and close not in _outer(inner, text[0], close)
    )


def _outer(inner: str, opens: str, close: str) -> str:
    """The text but for one more pair of the same brackets around it."""
    return inner[1:-1] if inner[:1] == opens and inner[-1:] == close else inner


def _unpaired(text: str) -> str:
    """Without an angle bracket whose partner was lost with the form around it."""
    for opens, close in ANGLES.items():
        if text[:1] == opens and close not in text:
            return text.lstrip(opens).strip()
        if text[-1:] == close and opens not in text and "\n" not in text:
            return text.rstrip(close).strip()
    return text


def _unfilled(text: str, rule: FieldRule, labels: Collection[str], bracketed: bool) -> bool:
    """Whether the words are the form's own: in brackets what it asks, without them only its example."""
    if rule.type in _TICKED:
        return False
    example = _EXAMPLE.match(text)
    if example:
        own = {label_key(said) for said in rule.example.values()}
        return bracketed or text[:1] in "(（" or label_key(text[example.end() :]) in own
    if _STOOD_IN.match(text):
        return True
    if not (bracketed or _TO_WRITE.search(text)):
        return False
    asked = _ASKING.sub("", label_key(text)).strip()
    return not asked or asked in REMARKS or asked in labels
