"""The texts of rules as somebody is told them: in one of their languages, what may be chosen in words. It knows no
value and no letter."""

from collections.abc import Mapping

from mailbot.core.rules import FieldRule, Texts

YES_NO: Mapping[str, Mapping[str, str]] = {"en": {"yes": "yes", "no": "no"}, "ja": {"yes": "はい", "no": "いいえ"}}
"""What answers `yes_no` in a form, by language."""


def said(texts: Texts, language: str) -> str:
    """The text in that language, else in English, else in any; empty if there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def option(rule: FieldRule, value: str, language: str) -> str:
    """How a chosen value is written for a person: the first of its texts in that language, itself if it has none."""
    return next(iter(rule.choices.get(value, {}).get(language, ())), value)
