"""What people write into a form is understood, or asked for again with a reason. Tables of what people write."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.core.columns import width
from mailbot.core.events import Fault
from mailbot.core.fields import FAULTS, TYPES, Understood, schema, understand
from mailbot.core.fields.types import Asking, read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.labels import label_key
from mailbot.core.rules import FieldRule, FieldType, Rules
from mailbot.core.rulesets import build
from mailbot.edge.config import rule_texts, shipped

ASKING = Asking(("gmail.com", "docomo.ne.jp"), "en")


def rules() -> Rules:
    built = build(rule_texts(shipped() / "rules", shipped() / "templates"))
    assert isinstance(built, Rules), "\n".join(map(str, built))
    return built


RULES = rules()
FORM, DESK = RULES.forms["new-account"], RULES.desk


def put(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def key_line(name: str, *parts: bytes, comment: str = "taro@laptop") -> str:
    blob = put(name.encode()) + b"".join(put(part) for part in parts)
    return f"{name} {base64.b64encode(blob).decode()} {comment}".strip()


def rsa(bits: int) -> str:
    number = (1 << (bits - 1)) + 1
    return key_line("ssh-rsa", b"\x01\x00\x01", b"\0" + number.to_bytes((bits + 7) // 8, "big"))


ED25519 = key_line("ssh-ed25519", bytes(range(32)))
PURPOSE = "野生イネ120系統の全ゲノム配列を比較し、開花時期を決める遺伝子を探索します。" * 5
APPLICATION = {
    "family_name": "Yamada",
    "first_name": "Taro",
    "email": "taro@rice.univ.example",
    "nationality": "日本",
    "residence": "日本",
    "research_field": "植物遺伝学",
    "job_title": "博士後期課程２年",
    "purpose": PURPOSE,
    "affiliation": "例示大学 理学部",
    "postal_code": "１２３－４５６７",
    "address": "例示県例示市本町３－２－１\n例示大学 理学部 3号館",
    "telephone": "０５５ー０００ー０００１",
    "account_name": "taro-y",
    "responsible_same": "はい",
}
OF_ANOTHER = {
    "responsible_family_name": "Suzuki",
    "responsible_first_name": "Ichiro",
    "responsible_email": "ichiro@rice.univ.example",
    "responsible_nationality": "日本",
    "responsible_research_field": "植物遺伝学",
    "responsible_job_title": "教授",
    "responsible_affiliation": "例示大学 理学部",
    "responsible_postal_code": "123-4567",
    "responsible_address": "例示県例示市本町3-2-1",
    "responsible_telephone": "055-000-0002",
}


def told(answers: dict[str, str], language: str = "en") -> Understood:
    return understand(FORM, DESK, {key: (text,) for key, text in answers.items()}, language)


def faults(understood: Understood) -> dict[str, str]:
    return {fault.field: fault.code for fault in understood.faults}


def only_fault(understood: Understood) -> Fault:
    (fault,) = understood.faults
    return fault


def reads(kind: FieldType, text: str, **settings: object) -> object:
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
    ("telephone", "03ー1234‐5678", "03-1234-5678"),
    ("telephone", "TEL: ０３－１２３４－５６７８ (内線 12)", "03-1234-5678 ext. 12"),
    ("telephone", "+81 (0)55-000-0001", "+81 (0)55-000-0001"),
    ("lines", "\n 例示市本町３－２－１ \n\n  3号館\n", "例示市本町3－2－1\n3号館"),
    ("ids", "ＪＧＡ１、jga2; jga1 JGA1", ("JGA1", "jga2", "jga1")),
    ("ids", "NONE", ()),
    ("ids", "無し", ()),
    ("account_name", "「Taro-Y」", "taro-y"),
    ("ssh_public_key", ED25519, ED25519),
    ("ssh_public_key", f'from="192.0.2.1",no-pty {ED25519}', ED25519),
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
    ("telephone", "03-1234-5678, 090-1234-5678", "telephone"),
    ("ids", "二つあります", "ids"),
    ("account_name", "ty", "account_name"),
    ("account_name", "1taro", "account_name"),
    ("account_name", "taro_y", "account_name"),
    ("account_name", "a" * 17, "account_name"),
    ("yes_no", "maybe", "yes_no"),
    ("yes_no", "yes and no", "yes_no"),
    ("yes_no", "[x] yes [x] no", "yes_no"),
    ("ssh_public_key", "SHA256:uNiVztksCsDhcc0u9e8BrcLGVMGM0mn7hfoWFC9Pcvc taro", "ssh_format"),
    ("ssh_public_key", ED25519.replace("AAAAC3", "AAAAC4"), "ssh_broken"),
    ("ssh_public_key", ED25519[:50], "ssh_broken"),
    ("ssh_public_key", key_line("ssh-rsa", bytes(32)).replace("ssh-rsa ", "ssh-ed25519 "), "ssh_broken"),
    ("ssh_public_key", key_line("ssh-ed25519", bytes(31)), "ssh_broken"),
    ("ssh_public_key", key_line("ecdsa-sha2-nistp256", b"nistp384", b"\4" + bytes(64)), "ssh_broken"),
    ("ssh_public_key", key_line("ssh-dss", b"\1", b"\2", b"\3", b"\4"), "ssh_dsa"),
    ("ssh_public_key", key_line("ssh-newhash512", b"\1"), "ssh_type"),
    ("ssh_public_key", rsa(1024), "ssh_short"),
    ("ssh_public_key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow", "ssh_private"),
    ("ssh_public_key", "PuTTY-User-Key-File-3: ssh-ed25519", "ssh_private"),
]


@pytest.mark.parametrize(("kind", "text", "code"), REFUSED)
def test_what_cannot_be_used_is_refused_with_a_reason(kind: FieldType, text: str, code: str) -> None:
    wrong = reads(kind, text)
    assert isinstance(wrong, Wrong)
    assert wrong.code == code
    assert code in TYPES[kind].faults


YES = (
    "はい|yes|Yes, please.|ＹＥＳ|有|true|1|☑|[x]|○|する|はい、同じです|ハイ|ﾊｲ|"
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


@pytest.mark.parametrize("column", [40, 64, 76])
def test_a_key_that_a_mail_program_wrapped_is_put_together(column: int) -> None:
    line = rsa(2048)
    key, _, comment = line.rpartition(" ")
    wrapped = "\n".join(key[at : at + column] for at in range(0, len(key), column))
    assert reads("ssh_public_key", f"{wrapped} {comment}") == line


def test_a_key_whose_comment_could_be_base64_ends_where_its_bytes_end() -> None:
    line = key_line("ssh-ed25519", bytes(range(32)), comment="taroYamada laptop")
    assert reads("ssh_public_key", line.replace(" taro", "\ntaro")) == line


def test_a_key_in_the_file_format_of_rfc_4716_becomes_one_line() -> None:
    body = ED25519.split()[1]
    exported = (
        "---- BEGIN SSH2 PUBLIC KEY ----\n"
        'Comment: "taro on \\\nthe laptop"\n'
        f"{body[:40]}\n{body[40:]}\n---- END SSH2 PUBLIC KEY ----\n"
    )
    assert reads("ssh_public_key", exported) == f"ssh-ed25519 {body}"


def test_the_bits_of_a_short_rsa_key_are_named() -> None:
    assert reads("ssh_public_key", rsa(1024)) == Wrong("ssh_short", {"bits": "1024", "minimum": "2048"})


def test_free_mail_is_refused_only_where_an_institution_is_wanted() -> None:
    assert reads("email", "taro@gmail.com") == "taro@gmail.com"
    assert reads("email", "taro@gmail.com", institution=True) == Wrong("email_free", {"domain": "gmail.com"})
    assert reads("email", "t@x.docomo.ne.jp", institution=True) == Wrong("email_free", {"domain": "x.docomo.ne.jp"})
    assert reads("email", "taro@notgmail.com", institution=True) == "taro@notgmail.com"


def test_a_minimum_counts_characters_without_white_space() -> None:
    assert reads("long", "研究 " * 4, minimum=9) == Wrong("too_short", {"minimum": "9", "count": "8"})
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


def test_a_complete_application_whose_responsible_person_is_the_applicant_has_no_fault() -> None:
    understood = told(APPLICATION)
    assert understood.faults == ()
    assert understood.values["responsible_email"] == "taro@rice.univ.example"
    assert understood.values["responsible_address"] == understood.values["address"]
    assert understood.values["telephone"] == "055-000-0001"
    assert "responsible_extension" not in understood.values
    assert list(understood.values) == [key for key in FORM.fields if key in understood.values]


def test_an_empty_form_is_asked_for_everything_required_at_once_in_the_order_of_the_form() -> None:
    wanted = faults(told({}))
    assert set(wanted.values()) == {"missing"}
    assert list(wanted) == [key for key, rule in FORM.fields.items() if rule.required]
    assert "responsible_telephone" in wanted


def test_who_tells_of_another_responsible_person_has_answered_that_it_is_another() -> None:
    answers = {key: text for key, text in APPLICATION.items() if key != "responsible_same"} | OF_ANOTHER
    understood = told(answers)
    assert understood.faults == ()
    assert understood.values["responsible_same"] == "no"
    assert understood.values["responsible_email"] == "ichiro@rice.univ.example"


def test_a_wrong_answer_about_the_responsible_person_is_an_answer_about_another_person_too() -> None:
    answers = {key: text for key, text in APPLICATION.items() if key != "responsible_same"}
    understood = told({**answers, "responsible_email": "ichiro at univ"})
    assert understood.values["responsible_same"] == "no"
    assert faults(understood)["responsible_email"] == "email_syntax"


def test_the_same_person_with_another_address_is_a_contradiction() -> None:
    fault = only_fault(told({**APPLICATION, "responsible_email": "ichiro@rice.univ.example"}, "ja"))
    assert (fault.field, fault.kind, fault.code) == ("responsible_email", "conflict", "copy_differs")
    assert fault.found == "ichiro@rice.univ.example"
    assert fault.wanted == {"other": "taro@rice.univ.example", "question": "責任者は申請者と同じ"}


def test_the_same_person_written_out_twice_is_no_contradiction() -> None:
    again = {"responsible_email": "TARO@rice.univ.example", "responsible_family_name": "YAMADA"}
    assert told({**APPLICATION, **again}).faults == ()


def test_a_wrong_source_of_a_copy_is_asked_for_once() -> None:
    assert faults(told({**APPLICATION, "email": "taro at univ"})) == {"email": "email_syntax"}


def test_two_different_answers_are_both_quoted_and_neither_is_kept() -> None:
    answers = {key: (text,) for key, text in APPLICATION.items()} | {"telephone": ("055-000-0001", "055-000-0009")}
    understood = understand(FORM, DESK, answers, "en")
    assert only_fault(understood).wanted == {"first": "055-000-0001", "second": "055-000-0009"}
    assert "055-000-0009" in only_fault(understood).found
    assert "telephone" not in understood.values


def test_two_spellings_of_one_answer_are_one_answer() -> None:
    answers: dict[str, tuple[str, ...]] = {key: (text,) for key, text in APPLICATION.items()}
    answers["telephone"] = ("055-000-0001", "０５５－０００－０００１", "", "____")
    understood = understand(FORM, DESK, answers, "en")
    assert understood.faults == ()
    assert understood.values["telephone"] == "055-000-0001"


@pytest.mark.parametrize(("language", "words"), [("en", "13 May 2022"), ("ja", "2022年5月13日")])
def test_the_suspended_division_is_said_in_the_language_of_the_case(language: str, words: str) -> None:
    understood = told({**APPLICATION, "personal_genome": "はい"}, language)
    fault = only_fault(understood)
    assert (fault.field, fault.code, fault.kind) == ("personal_genome", "check", "invalid")
    assert words in fault.wanted["message"]
    assert "personal_genome" not in understood.values


def test_a_private_key_is_never_repeated() -> None:
    private = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----"
    for texts in ((private,), (private, ED25519), (ED25519, private)):
        understood = understand(FORM, DESK, {"ssh_public_key": texts, "telephone": texts}, "en")
        assert "b3BlbnNzaC1rZXk" not in repr(understood)
        assert {"ssh_public_key", "telephone"} <= faults(understood).keys()


def test_what_was_written_is_quoted_briefly() -> None:
    fault = only_fault(told({**APPLICATION, "telephone": "call me " * 100}))
    assert len(fault.found) == 200


def test_answers_to_fields_the_form_does_not_have_are_not_looked_at() -> None:
    assert told({**APPLICATION, "shoe_size": "42"}).faults == ()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_fault_has_its_sentence_with_its_places(language: str) -> None:
    for code, row in FAULTS.items():
        places = {place: f"‹{place}›" for place in (*row.places, "found")}
        sentence = RULES.say(language, "faults", code, **places)
        assert all(f"‹{place}›" in sentence for place in row.places if place != "count"), code


INCOMPLETE = {"purpose", "ssh_public_key"}
"""Their examples are cut short on purpose, so that one left in the form is never taken for an answer."""


@pytest.mark.parametrize("language", ["en", "ja"])
def test_help_in_the_shipped_form_is_one_or_two_lines_of_at_most_70_columns(language: str) -> None:
    for key, rule in FORM.fields.items():
        lines = rule.help.get(language, "").split("\n")
        assert len(lines) <= 2, key
        assert all(width(line) <= 70 for line in lines), key


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_example_of_the_shipped_form_is_understood(language: str) -> None:
    for key, rule in FORM.fields.items():
        if rule.example:
            value = read(rule.example[language], rule, Asking(DESK.free_mail, language))
            assert isinstance(value, Wrong) == (key in INCOMPLETE), key
            assert value, key


def test_the_schema_of_a_form_names_every_field_with_its_help_and_example() -> None:
    described = schema(FORM).model_json_schema()["properties"]
    assert list(described) == list(FORM.fields)
    assert described["email"]["title"] == "Email"
    assert described["email"]["examples"] == ["taro@univ.example", "taro@univ.example"]
    assert described["email"]["labels"]["ja"] == "メールアドレス"
    assert described["purpose"]["description"].startswith("150 characters")
    assert described["jga_ids"]["format"] == "ids"
    assert schema(FORM) is schema(FORM)


SAME_LABEL = {
    "氏名": "氏名：|【氏名】|■氏名|・氏名　：|氏　名|1. 氏名|"
    "（１）氏名|①氏名|氏名（必須）|【必須】氏名|＊氏名|氏名＊|※氏名|**氏名**",
    "family name": "Family name:|FAMILY NAME|Ｆａｍｉｌｙ　ｎａｍｅ|"
    "* Family name *|2) Family name|Family name (required)|family_name|a) Family name|[Family name]",
    "メールアドレス": "ﾒｰﾙｱﾄﾞﾚｽ|メール アドレス|◆メールアドレス（任意）",
    "responsible person's email": "Responsible person’s email|Responsible person`s  email:",
    "": "|■|：|---|　",
}


@pytest.mark.parametrize(
    ("key", "text"), [(key, text) for key, texts in SAME_LABEL.items() for text in texts.split("|")]
)
def test_labels_are_compared_without_their_decoration(key: str, text: str) -> None:
    assert label_key(text) == key


@pytest.mark.parametrize("text", ["姓", "名", "所属（大学）", "電話", "E-mail", "Job title / 職名", "3"])
def test_what_is_no_decoration_stays_in_a_label(text: str) -> None:
    assert label_key(text).replace(" ", "") == text.lower().replace(" ", "").replace("（", "(").replace("）", ")")


def test_the_shipped_rules_name_no_real_address() -> None:
    for path in sorted(Path(shipped() / "rules").glob("*.toml")):
        for word in path.read_text(encoding="utf-8").split():
            assert "@" not in word or ".example" in word or word in ('@",', "@"), word
