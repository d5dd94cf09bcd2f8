"""The language a person wrote in. It knows no form and no mail."""

import re
from collections.abc import Sequence
from functools import lru_cache

_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f々]")
_LATIN = re.compile(r"[A-Za-z]+")
_LONGEST = 24
"""Letters of a word; what is longer is a key."""
_SHARE = 0.4
_LOOKED_AT = 20_000
"""Characters of a text whose words are counted."""


def language_of(text: str, languages: Sequence[str], default: str) -> str:
    """The language a person wrote in: `ja` where Japanese characters make up a fair part of the text, else `en`.

    A kana or kanji counts like half a Latin word. Addresses, keys and links are no words. `default` for a text
    without words, or if the desk does not have the language.
    """
    language = _written_in(text[:_LOOKED_AT])
    return language if language in languages else default


@lru_cache(maxsize=4)  # asked of a mail for what registers say of it, and then to be decided
def _written_in(text: str) -> str:
    """The language; empty for a text without words."""
    spaced, japanese = _JAPANESE.subn(" ", text)
    words = map(_is_word, spaced.split())
    if not japanese:
        return "en" if any(words) else ""
    latin = sum(words)
    return "ja" if japanese / 2 >= _SHARE * (japanese / 2 + latin) else "en"


def _is_word(word: str) -> bool:
    return len(word) <= _LONGEST and "@" not in word and "://" not in word and _LATIN.search(word) is not None
