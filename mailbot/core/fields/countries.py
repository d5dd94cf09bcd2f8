"""Countries: the code for what people write, and the name for the code. What there is and how it is called is CLDR's
word (Unicode Common Locale Data Repository, by `babel`), not ours.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from mailbot.core.events import Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.country_words import NOT_STRIPPED, also
from mailbot.core.fields.texts import one_line, plain, prose
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule

LANGUAGES = ("en", "ja")
"""Languages whose names are understood, whatever language the case is in."""
_NO_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())
"""Codes of CLDR that are unions, islands without a nationality, or tests."""
_SIGNS = re.compile(r"[^\w\s]|_")
_JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_PARTS = re.compile(
    r"[,/・、;&|+\n]|\s+(?:and|or)\s+|と|及び|または|\s(?=[\u3040-\u30ff\u4e00-\u9fff])|(?<=[\u3040-\u9fff])\s"
)
_INVERTED = re.compile(r"^(.+), (.+ of)(?: the)?$")
_ENGLISH_FORMS = re.compile(
    r"(?:the )?(?:(?:federal|federative|socialist|islamic|peoples?|democratic|arab|united|bolivarian|plurinational|"
    r"independent|oriental|co operative|hashemite) )*(?:republic|kingdom|state|commonwealth|principality|sultanate|"
    r"grand duchy|union) of (?:the )?(.+)"
)
_ENGLISH_ENDS = re.compile(r" (?:nationality|national|nationals|citizen|citizenship|passport|republic)$")
_JAPANESE_FORMS = re.compile(r"(?:連邦|民主|人民|社会主義|イスラム|多民族|大)*(?:共和国|王国|連邦|公国|首長国)$")
_JAPANESE_ENDS = re.compile(r"(?:の?国籍|人|在住|居住|国内)$")
_REGISTERED = re.compile("籍$")


def _key(text: str) -> str:
    """How names are compared: without accents, signs, `the`, in lower case."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    if not _JAPANESE.search(text):
        text = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    text = re.sub("(?<=[a-z])['’](?=s\\b)", "", text)
    return " ".join(_SIGNS.sub(" ", text).split()).removeprefix("the ")


@cache
def codes() -> frozenset[str]:
    """Every ISO 3166-1 alpha-2 code that CLDR has a country's name for (and XK, which it calls Kosovo)."""
    return frozenset(code for code in _territories("en") if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


@cache
def _territories(language: str) -> Mapping[str, str]:
    from babel import Locale, UnknownLocaleError

    try:
        names: Mapping[str, str] = Locale.parse(language, sep="-").territories
    except (UnknownLocaleError, ValueError):
        return _territories("en")
    return names


@cache
def _index() -> Mapping[str, str]:
    """Every text that names a country -> its code."""
    index: dict[str, str] = {}
    for language in LANGUAGES:
        for code in codes():
            for name in _names(_territories(language)[code]):
                index.setdefault(_key(name), code)
    index.update((_key(word), code) for word, code in also())
    index.update((code.casefold(), alpha2) for code, alpha2 in _alpha3())
    return index


def _names(name: str) -> Iterator[str]:
    """`Myanmar (Burma)` is called so, and Myanmar, and Burma."""
    yield name
    if "(" in name:
        yield _BRACKETS.sub(" ", name)


def _alpha3() -> Iterator[tuple[str, str]]:
    """ISO 3166-1 alpha-3 codes, which CLDR has as aliases."""
    from babel.core import get_global

    for alias, stands_for in get_global("territory_aliases").items():
        if len(alias) == 3 and alias.isalpha() and len(stands_for) == 1 and stands_for[0] in codes():
            yield alias, stands_for[0]


def _code(text: str) -> str | None:
    """The code of one name, however formal, or of a nationality."""
    if text.strip() in codes():
        return text.strip()
    key = _key(_INVERTED.sub(r"\2 \1", text))
    for shape in (None, _ENGLISH_ENDS, _JAPANESE_ENDS, _REGISTERED):
        shorter = shape.sub("", key).strip() if shape else key
        found = _index().get(shorter) or _informal(shorter)
        if found:
            return found
    return None


def _informal(key: str) -> str | None:
    """Without the form of government: `Kingdom of Sweden`, `タイ王国`."""
    english = _ENGLISH_FORMS.fullmatch(key)
    name = english[1] if english else _JAPANESE_FORMS.sub("", key)
    return None if name == key or name in NOT_STRIPPED else _index().get(name)


@lru_cache(maxsize=1024)
def _found(text: str) -> tuple[str, ...]:
    """The codes a text names: one, several, or none; a word that is no country among them makes it none."""
    whole = _code(text)
    if whole:
        return (whole,)
    outside, inside = _BRACKETS.sub(" ", text), " ".join(_BRACKETS.findall(text))
    if inside and outside.strip():
        return tuple(dict.fromkeys((*_found(outside), *_found(inside))))
    parts = [_code(part) for part in _PARTS.split(text) if part.strip()]
    return tuple(dict.fromkeys(part for part in parts if part)) if all(parts) else ()


def read_country(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """A country as ISO 3166-1 alpha-2 code (`JP`), from its name in English or Japanese as CLDR has it, formal or short
    (`country_words`), its code of two or three letters, or a nationality (`Japanese`, `日本国籍`).

    Two different countries, and a word that names none, are unclear: confirmed, they count as codes with commas
    between them, or as they were written; to a condition both are another country than any.
    """
    written = one_line(prose(text))
    found = _found(plain(written))
    if len(found) == 1:
        return found[0]
    return Wrong("country_several", value=", ".join(found)) if found else Wrong("country", value=written)


def country_name(value: str, language: str) -> str:
    """What a country is called in that language (English where CLDR does not have the language); a value that is no
    code stays as it is."""
    names = _territories(language)
    return ", ".join(names.get(part, part) for part in value.split(", "))
