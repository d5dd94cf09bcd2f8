"""What people write into a field of each type is understood, or refused with a reason. Tables of what people write."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailbot.core.fields import FAULTS, TYPES
from mailbot.core.fields.addresses import _checked
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule, FieldType

ASKING = Asking(("gmail.com", "docomo.ne.jp"), "en")


UNITS = {"TB": ("テラ", "テラバイト", "terabytes"), "GPU": ("枚", "GPUs")}


def reads(kind: FieldType, text: str, **settings: object) -> object:
    if kind == "amount":
        settings = {"units": UNITS, **settings}
    rule = FieldRule.model_validate({"label": {}, "type": kind, "required": True, **settings})
    return read(text, rule, ASKING)


UNDERSTOOD: list[tuple[FieldType, str, object]] = [
    ("line", "  Example   University\n Faculty of Science ", "Example University Faculty of Science"),
    ("line", "<例示大学>", "例示大学"),
    ("line", "㈱例示 髙﨑（代表）", "㈱例示 髙﨑（代表）"),
    ("line", "ｹﾞﾉﾑ研究室１２号", "ゲノム研究室12号"),
    ("line", "＿＿＿＿＿＿", ""),
    ("line", "none", "none"),
    ("latin", "Ｙａｍａｄａ", "Yamada"),
    ("latin", "O’Brien", "O’Brien"),
    ("latin", "Müller-Lüdenscheidt", "Müller-Lüdenscheidt"),
    ("latin", "Nguye\u0302\u0303n Van", "Nguyễn Van"),
    ("email", "Taro.Y@Univ.Example", "Taro.Y@univ.example"),
    ("email", "＜ｔａｒｏ＠ｕｎｉｖ．ｅｘａｍｐｌｅ＞", "taro@univ.example"),
    ("email", "Taro Yamada <taro@univ.example>", "taro@univ.example"),
    ("email", "taro@univ.example <mailto:taro@univ.example>", "taro@univ.example"),
    ("email", "[taro@univ.example](mailto:taro@univ.example)", "taro@univ.example"),
    ("email", "taro@univ.example。", "taro@univ.example"),
    ("email", "o'neil+hpc@univ.example", "o'neil+hpc@univ.example"),
    ("postal_code", "〒１２３ー４５６７", "123-4567"),
    ("postal_code", "1234567", "123-4567"),
    ("postal_code", "cb2 1tn", "CB2 1TN"),
    ("postal_code", "02139-4307", "02139-4307"),
    ("telephone", "03ー1234‐5678", "+81 3-1234-5678"),
    ("telephone", "TEL: ０３－１２３４－５６７８ (内線 12)", "+81 3-1234-5678 ext. 12"),
    ("telephone", "03-1234-5678（研究室）", "+81 3-1234-5678"),
    ("telephone", "+81 (0)3 1234 5678 x12", "+81 3-1234-5678 ext. 12"),
    ("telephone", "+44 20 7946 0958", "+44 20 7946 0958"),
    ("telephone", "0120-000-000", "+81 120-000-000"),
    ("lines", "\n 例示市本町３－２－１ \n\n  3号館\n", "例示市本町3－2－1\n3号館"),
    ("ids", "ＪＧＡ１、jga2; jga1 JGA1", ("JGA1", "jga2", "jga1")),
    ("ids", "NONE", ()),
    ("ids", "無し", ()),
    ("account_name", "「Taro-Y」", "taro-y"),
    ("amount", "12.5 TB", "12.5 TB"),
    ("amount", "12テラ", "12 TB"),
    ("amount", "１２ＴＢ", "12 TB"),
    ("amount", "1,024", "1024 TB"),
    ("amount", "0.50 tb", "0.5 TB"),
    ("amount", "12,5 TB", "12.5 TB"),
    ("amount", "約30TB（年間）", "30 TB"),
    ("amount", "3枚", "3 GPU"),
    ("plan", "a" * 64, "a" * 64),
    ("plan", "添付のとおり", ""),
    ("plan", "attached", ""),
]


@pytest.mark.parametrize(("kind", "text", "value"), UNDERSTOOD)
def test_what_people_write_is_understood(kind: FieldType, text: str, value: object) -> None:
    assert reads(kind, text) == value


REFUSED: list[tuple[FieldType, str, str]] = [
    ("line", "a" * 1001, "too_long"),
    ("latin", "山田", "latin"),
    ("latin", "Yamada 太郎", "latin"),
    ("latin", "Yamada2", "latin"),
    ("email", "taro at univ.example", "email_syntax"),
    ("email", "ta ro@univ.example", "email_syntax"),
    ("email", "taro@univ", "email_syntax"),
    ("email", "taro..y@univ.example", "email_syntax"),
    ("email", "taro@univ,example", "email_syntax"),
    ("email", "taro@univ.example, y@univ.example", "email_several"),
    ("email", "Taro <taro@univ.example> <y@univ.example>", "email_several"),
    ("postal_code", "411-854", "postal_code"),
    ("postal_code", "〒411", "postal_code"),
    ("postal_code", "東京都", "postal_code"),
    ("telephone", "12345", "telephone"),
    ("telephone", "いつでもどうぞ", "telephone"),
    ("telephone", "055-981-671", "telephone_odd"),
    ("telephone", "03-1234-56789", "telephone_odd"),
    ("telephone", "+999 123 456", "telephone_odd"),
    ("telephone", "03-1234-5678, 090-1234-5678", "telephone"),
    ("ids", "二つあります", "ids"),
    ("amount", "1,024GB", "amount_unit"),
    ("amount", "10-12TB", "amount"),
    ("amount", "-3 TB", "amount"),
    ("amount", "たくさん", "amount"),
    ("account_name", "ty", "account_name"),
    ("account_name", "1taro", "account_name"),
    ("account_name", "taro_y", "account_name"),
    ("account_name", "a" * 17, "account_name"),
    ("yes_no", "maybe", "yes_no"),
    ("yes_no", "yes and no", "yes_no"),
    ("yes_no", "[x] yes [x] no", "yes_no"),
]


@pytest.mark.parametrize(("kind", "text", "code"), REFUSED)
def test_what_cannot_be_used_is_refused_with_a_reason(kind: FieldType, text: str, code: str) -> None:
    wrong = reads(kind, text)
    assert isinstance(wrong, Wrong)
    assert wrong.code == code
    assert code in TYPES[kind].faults


YES = (
    "はい|yes|Yes, please.|ＹＥＳ|有|あり|レ|[レ]|✓|true|1|☑|[x]|○|する|はい、同じです|ハイ|ﾊｲ|"
    "☑はい ☐いいえ|● はい ○ いいえ|(x) yes ( ) no|はい ☑ いいえ ☐"
)
NO = (
    "いいえ|no|No, thank you|無|なし|false|☐|[ ]|×|しない|いいえ、違います。|"
    "☐ はい ☑ いいえ|( ) yes (o) no|□はい ■いいえ|はい（　） いいえ（○）"
)
UNTOUCHED = "yes / no|はい・いいえ|☐ はい ☐ いいえ|[ ] yes [ ] no"


@pytest.mark.parametrize(
    ("text", "value"),
    [(text, value) for texts, value in ((YES, "yes"), (NO, "no"), (UNTOUCHED, "")) for text in texts.split("|")],
)
def test_yes_and_no_are_read_from_words_and_boxes(text: str, value: str) -> None:
    assert reads("yes_no", text) == value


CHOICES = {
    "full": {"en": ("full-time", "full time"), "ja": ("常勤",)},
    "part": {"en": ("part-time",), "ja": ("非常勤",)},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("常勤", "full"),
        ("Full Time.", "full"),
        ("☐ full-time ☑ part-time", "part"),
        ("(part-time)", "part"),
        ("☐ 常勤 ☐ 非常勤", ""),
    ],
)
def test_a_choice_is_read_in_any_language(text: str, value: str) -> None:
    assert reads("choice", text, choices=CHOICES) == value


def test_an_unknown_choice_is_answered_with_the_choices_in_the_language_of_the_case() -> None:
    rule = FieldRule(label={}, type="choice", choices=CHOICES)
    assert read("sometimes", rule, Asking((), "ja")) == Wrong("choice", {"choices": "常勤 / 非常勤"})


def test_free_mail_is_refused_only_where_an_institution_is_wanted() -> None:
    assert reads("email", "taro@gmail.com") == "taro@gmail.com"
    for domain in ("gmail.com", "x.docomo.ne.jp", "hotmail.fr", "yahoo.co.jp"):
        refused = Wrong("email_free", {"domain": domain}, f"taro@{domain}")
        assert reads("email", f"taro@{domain}", institution=True) == refused


@pytest.mark.parametrize("domain", ["notgmail.com", "u.nus.edu.sg", "nus.edu.sg", "univ.ac.jp", "lab.univ.example"])
def test_the_address_of_a_university_is_no_free_mail_whatever_a_list_says(domain: str) -> None:
    assert reads("email", f"taro@{domain}", institution=True) == f"taro@{domain}"


def test_an_address_that_can_be_nobodys_is_refused() -> None:
    for domain in ("host.local", "host.invalid", "localhost"):
        assert reads("email", f"taro@{domain}") == Wrong("email_syntax")


def test_an_odd_number_means_what_was_written() -> None:
    assert reads("telephone", "０５５－９８１－６７１ 内線3") == Wrong("telephone_odd", value="055-981-671 ext. 3")


def test_a_form_without_units_keeps_a_bare_number() -> None:
    assert reads("amount", "3", units={}) == "3"
    assert reads("amount", "3 TB", units={}) == Wrong("amount_unit", {"units": "-"})


def test_a_minimum_counts_characters_without_white_space() -> None:
    assert reads("long", "研究 " * 4, minimum=9) == Wrong(
        "too_short", {"minimum": "9", "count": "8"}, "研究 研究 研究 研究"
    )
    assert reads("long", "研究 " * 4, minimum=8) == "研究 研究 研究 研究"


def test_nothing_is_an_answer_only_where_the_field_is_required() -> None:
    assert reads("line", "なし", required=False) == ""
    assert reads("line", "N/A", required=False) == ""
    assert reads("line", "なし") == "なし"


def test_every_value_is_read_as_itself_again() -> None:
    for kind, text, value in UNDERSTOOD:
        if isinstance(value, str) and value:
            assert reads(kind, value) == value, (kind, text)


ODD = "@<>()[]「」＜＞\"'-ー―一・/|☑☐○●×0１９٣²はい無yesNONE.,+:;〒内線ext#\n\t 　㍻ﾊﾞ\u200bssh-rsa AAAAB3Nza="


@given(st.sampled_from(sorted(TYPES)), st.text(st.sampled_from(ODD)) | st.text(st.characters(codec="utf-8")))
def test_whatever_is_written_gives_a_value_or_a_fault_that_has_a_sentence(kind: FieldType, text: str) -> None:
    value = reads(kind, text, choices=CHOICES if kind == "choice" else {}, required=False)
    if isinstance(value, Wrong):
        assert value.code in TYPES[kind].faults
        assert value.wanted.keys() == FAULTS[value.code].places
    else:
        assert isinstance(value, tuple if TYPES[kind].listed else str) or value == ""
        assert value == () or "".join(value) == "".join(value).strip()


def test_digits_of_other_scripts_are_not_taken_for_numbers() -> None:
    assert reads("telephone", "٠٣-١٢٣٤-٥٦٧٨") == Wrong("telephone")
    assert reads("postal_code", "١٢٣٤٥٦٧") == Wrong("postal_code")


@given(st.from_regex(r"[!-?A-~]{1,66}", fullmatch=True), st.sampled_from(["univ.example", "x" * 60 + ".univ.example"]))
@example("WWW", "univ.example")
@settings(max_examples=300, deadline=None)
def test_what_stands_before_the_at_of_an_address_is_judged_as_the_library_judges_it(local: str, domain: str) -> None:
    try:
        valid = validate_email(f"{local}@{domain}", check_deliverability=False)
    except EmailNotValidError:
        assert _checked(f"{local}@{domain}") is None
    else:
        assert _checked(f"{local}@{domain}") == f"{valid.local_part}@{valid.ascii_domain}"
