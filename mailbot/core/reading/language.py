"""The language a person wrote in. It knows no form and no mail."""

import re
from collections.abc import Sequence

_JAPANESE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f々]")
_LATIN = re.compile(r"[A-Za-z]+")
_LONGEST = 24
"""Letters of a word; what is longer is a key."""
_SHARE = 0.4


def language_of(text: str, languages: Sequence[str], default: str) -> str:
    """The language a person wrote in: `ja` where Japanese characters make up a fair part of the text, else `en`.

    A kana or kanji counts like half a Latin word. Addresses, keys and links are no words. `default` for a text
    without words, or if the desk does not have the language.
    """
    text = text[:20_000]
    japanese = len(_JAPANESE.findall(text))
    latin = sum(map(_is_word, _JAPANESE.sub(" ", text).split()))
    if not japanese and not latin:
        return default
    language = "ja" if japanese / 2 >= _SHARE * (japanese / 2 + latin) else "en"
    return language if language in languages else default


def _is_word(word: str) -> bool:
    return len(word) <= _LONGEST and "@" not in word and "://" not in word and _LATIN.search(word) is not None
