"""Countries, postal codes and dates are understood as people write them, and shown as people read them."""

from datetime import date

import pytest

from mailbot.core.fields import shown
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.countries import codes, country_name
from mailbot.core.fields.postal import misfit
from mailbot.core.fields.types import read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import Clerk, Desk, FieldRule, FieldType, Rules, Words

ASKING = Asking((), "en")


def reads(kind: FieldType, text: str) -> object:
    return read(text, FieldRule(label={}, type=kind, required=True), ASKING)


COUNTRIES = {
    "JP": "Japan|JAPAN|Ｊａｐａｎ|Japan.|日本|日本国|日本国籍|日本人|Japanese|"
    "Japanese national|JP|jp|JPN|Japan / 日本|日本 Japan|日本国　在住",
    "US": "USA|U.S.A.|U.S.|United States|the United States of America|America|American|"
    "アメリカ|アメリカ合衆国|米国|米国籍",
    "GB": "UK|U.K.|United Kingdom|Great Britain|British|イギリス|英国",
    "KR": "South Korea|Korea|Republic of Korea|Korea, Republic of|Korean|韓国|大韓民国|韓国籍",
    "KP": "North Korea|Democratic People's Republic of Korea|DPRK|北朝鮮",
    "CN": "China|P. R. China|PRC|People's Republic of China|China (PRC)|Chinese|中国|中国籍|中華人民共和国",
    "TW": "Taiwan|Taiwanese|台湾|臺灣|Taiwan, R.O.C.|Republic of China (Taiwan)",
    "HK": "Hong Kong|香港",
    "DE": "Germany|German|Federal Republic of Germany|ドイツ|ドイツ連邦共和国",
    "TH": "Thai|Kingdom of Thailand|タイ|タイ王国",
    "VN": "Viet Nam|Vietnam|Vietnamese|ベトナム|ベトナム社会主義共和国",
    "TR": "Turkey|Türkiye|Turkiye|トルコ",
    "CI": "Côte d’Ivoire|Cote d'Ivoire|Ivory Coast",
    "BA": "Bosnia and Herzegovina|Bosnia & Herzegovina",
    "TT": "トリニダード・トバゴ",
    "NL": "The Netherlands|Dutch|オランダ",
    "CD": "DR Congo|Democratic Republic of the Congo|コンゴ民主共和国",
    "DO": "Dominican Republic|ドミニカ共和国",
    "MM": "Myanmar|Burma|ミャンマー",
}


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, all_ in COUNTRIES.items() for text in all_.split("|")]
)
def test_a_country_is_understood_however_it_is_called(code: str, text: str) -> None:
    assert reads("country", text) == code


def test_every_name_that_is_shown_is_understood_again() -> None:
    for code in codes():
        assert [reads("country", name) for name in (code, country_name(code, "en"), country_name(code, "ja"))] == [
            code,
            code,
            code,
        ]


@pytest.mark.parametrize(
    "text", ["Mars", "Congo", "no", "it", "permanent resident of Japan", "Tsukuba, Japan", "無国籍"]
)
def test_what_names_no_country_for_certain_is_asked_and_counts_as_written_if_confirmed(text: str) -> None:
    assert reads("country", text) == Wrong("country", value=text)


@pytest.mark.parametrize("text", ["Japan / USA", "日本と米国", "Japan and the United States", "Japan (USA)"])
def test_two_countries_are_asked_and_count_as_both_if_confirmed(text: str) -> None:
    assert reads("country", text) == Wrong("country_several", value="JP, US")


DATES = {
    "2026-04-01": "2026-04-01|2026/4/1|2026.4.1|20260401|April 1, 2026|April 1st 2026|1 April 2026|1st of April 2026|"
    "Wed, 1 Apr. 2026|1-Apr-2026|2026年4月1日|２０２６年４月１日（水）|令和8年4月1日|令和８年４月１日|R8.4.1|"
    "Ｒ８．４．１|R8/4/1|"
    "令和8年（2026年）4月1日|㋿8年4月1日",
    "2019-05-01": "令和元年5月1日|R1.5.1",
    "2019-04-30": "平成31年4月30日|H31.4.30",
    "1989-01-07": "昭和64年1月7日|S64.1.7",
    "2026-12-25": "25/12/2026|12/25/2026|25.12.2026",
    "2026-04-04": "4/4/2026",
}


@pytest.mark.parametrize(("day", "text"), [(day, text) for day, all_ in DATES.items() for text in all_.split("|")])
def test_a_date_is_understood_as_english_and_japanese_write_it(day: str, text: str) -> None:
    assert reads("date", text) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4/1/2026", "date_either"),
        ("8/4/1", "date_either"),
        ("2026-02-30", "date_none"),
        ("令和元年4月30日", "date_none"),
        ("昭和70年1月1日", "date_none"),
        ("2026年4月", "date"),
        ("as soon as possible", "date"),
    ],
)
def test_a_date_that_nobody_can_be_sure_of_is_asked(text: str, code: str) -> None:
    assert reads("date", text) == Wrong(code)


FITS = [
    ("411-8540", "静岡県三島市谷田1111"),
    ("411-8540", "1111 Yata, Mishima, Shizuoka 411-8540, Japan"),
    ("411-8540", "1111 Yata, Mishima-shi"),
    ("411-8540", "遺伝学研究棟 3階"),
    ("606-8501", "左京区吉田本町"),
    ("606-8501", "Yoshida-honmachi, Sakyo-ku, Kyoto"),
    ("277-8561", "東京大学 千葉県柏市柏の葉5-1-5"),
    ("060-0808", "札幌市北区北8条西5丁目"),
    ("060-0808", "Kita 8, Nishi 5, Kita-ku, Sapporo, Hokkaidō"),
    ("565-0871", "Ōsaka-fu, Suita-shi, Yamadaoka"),
    ("108-8639", "Minato-ku, Tokyo"),
    ("498-0000", "三重県桑名郡木曽岬町"),
    ("903-0213", "Nishihara-cho, Okinawa"),
    ("02139-4307", "77 Massachusetts Avenue, Cambridge"),
]


@pytest.mark.parametrize(("code", "address"), FITS)
def test_a_postal_code_fits_its_address_in_japanese_and_latin_letters(code: str, address: str) -> None:
    assert misfit(code, address, "en") is None


@pytest.mark.parametrize(
    ("code", "address", "place"),
    [
        ("411-8540", "東京都千代田区千代田1-1", "静岡県三島市"),
        ("411-8540", "横浜市緑区長津田町4259", "静岡県三島市"),
        ("606-8501", "東京都文京区本郷7-3-1", "京都府京都市左京区"),
        ("060-0808", "東京都北区王子", "北海道札幌市北区"),
        ("411-8540", "4259 Nagatsuta, Midori-ku, Yokohama", "静岡県三島市"),
    ],
)
def test_a_postal_code_of_another_place_is_doubted_never_refused(code: str, address: str, place: str) -> None:
    assert misfit(code, address, "ja") == Wrong("postal_code_misfit", {"number": code, "place": place}, code)


def test_a_postal_code_that_nobody_has_is_doubted() -> None:
    assert misfit("123-4567", "三島市", "en") == Wrong("postal_code_unknown", {"number": "123-4567"}, "123-4567")


WORDS = {
    "values": {"yes": "yes", "no": "no", "plan": "the file", "extension": "{number} x{extension}", "ssh_key": "{key}"},
    "dates": {"date": "{day} {month} {year}", "months": "Jan Feb Mar Apr", "weekdays": "M T W T F S S"},
    **{table: {} for table in ("faults", "kinds", "status", "steps", "reasons", "alarms")},
}
RULES = Rules(
    digest="",
    desk=Desk(
        name="D",
        address="d@desk.example",
        titles={},
        languages=("en", "ja"),
        clerks=(Clerk(name="A", address="a@desk.example"),),
    ),
    forms={},
    words={language: Words.model_validate(WORDS) for language in ("en", "ja")},
    templates={},
)


@pytest.mark.parametrize(
    ("kind", "value", "english", "japanese"),
    [
        ("country", "JP", "Japan", "日本"),
        ("country", "KR", "South Korea", "韓国"),
        ("country", "JP, US", "Japan, United States", "日本, アメリカ合衆国"),
        ("country", "Atlantis", "Atlantis", "Atlantis"),
        ("telephone", "+81 3-1234-5678", "+81 3-1234-5678", "03-1234-5678"),
        ("telephone", "+81 3-1234-5678 ext. 9", "+81 3-1234-5678 x9", "03-1234-5678 x9"),
        ("telephone", "+44 20 7946 0958", "+44 20 7946 0958", "+44 20 7946 0958"),
        ("telephone", "055-981-671", "055-981-671", "055-981-671"),
        ("date", date(2026, 4, 1).isoformat(), "1 Apr 2026", "1 Apr 2026"),
        ("plan", "a" * 64, "the file", "the file"),
        ("yes_no", "yes", "yes", "yes"),
        ("line", "", "", ""),
        ("ids", ("A1", "B2"), "A1, B2", "A1, B2"),
    ],
)
def test_a_value_is_shown_as_its_reader_says_it(
    kind: FieldType, value: str | tuple[str, ...], english: str, japanese: str
) -> None:
    rule = FieldRule(label={}, type=kind)
    assert shown(rule, value, "en", RULES) == english
    assert shown(rule, value, "ja", RULES) == japanese
