"""How people close a mail: the formula, and what stands below it. It knows no form."""

import re

from mailbot.core.columns import width

_ENGLISH = (
    r"(?:(?:with )?(?:my |our )?(?:best|kind|kindest|warm|warmest|many)?[ ]?(?:regards|wishes)"
    r"|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|respectfully(?: yours)?|many thanks"
    r"|thanks(?: in advance| a lot)?|thank you(?: very much)?(?: in advance| for your help)?|all the best|cheers)"
    r"(?:[,.!]| and (?:best|kind) regards,?)?(?: [\w.-]{1,20}){0,3}|best, ?(?: ?[\w.-]{1,20}){0,3}"
)
_JAPANESE = (
    r"以上(?:です|となります|でございます)?|敬具|草々|かしこ|(?:以上[、,]?)?(?:何卒|どうぞ|では)?[、,]?"
    r"(?:よろしく|宜しく)(?:お願い|御願い|お取り計らい)?(?:のほど)?[、,]?"
    r"(?:(?:いた|致)?します|申し上げます|(?:いた|致)したく存じます)?"
)
_CLOSING = re.compile(rf"(?:{_ENGLISH}|(?:{_JAPANESE})[。.]?)\s*", re.IGNORECASE)
_LONGEST = 60
"""Columns of a line that may be a formula, or stand in an address below one."""


def _short(line: str) -> bool:
    """Whether a line has few columns; one of very many characters is not measured, whatever they are."""
    return len(line) <= 4 * _LONGEST and width(line) <= _LONGEST


def closes(line: str) -> bool:
    """Whether a line is a polite formula and nothing else, but for the name behind it."""
    return _short(line) and _CLOSING.fullmatch(line.strip()) is not None


def signs(line: str) -> bool:
    """Whether a line may stand below a formula: a name, an institution, an address; no sentence."""
    return closes(line) or (_short(line) and not line.rstrip().endswith(("。", "?", "？", "!", ".")))
