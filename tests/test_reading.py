"""What mails say about a form's fields: layouts people use, answers inside quotes, what must not be read."""

import tomllib
from html import escape
from pathlib import Path

import pytest
from costs import seconds

from mailbot.core.blank import blank
from mailbot.core.quoting import new_text
from mailbot.core.reading import language_of, read, recognise
from mailbot.core.reading.labels import labels_of
from mailbot.core.readings import Unread
from mailbot.core.rules import Form
from mailbot.edge.html import text_of

RULES = Path(__file__).parent.parent / "rules"
FORM = Form.model_validate(tomllib.loads((RULES / "new-account.toml").read_text("utf-8")) | {"name": "new-account"})
ENQUIRY = Form.model_validate(
    {
        "name": "enquiry",
        "title": {"en": "Enquiry", "ja": "問い合わせ"},
        "people": {"applicant": {"email": "name", "name": ["name"]}},
        "fields": {
            "name": {"label": {"en": "Your name", "ja": "氏名"}, "required": True},
            "affiliation": {"label": {"en": "Affiliation", "ja": "所属"}},
            "account": {"label": {"en": "Your login account", "ja": "ログインアカウント"}},
            "details": {"label": {"en": "Details of your request", "ja": "問い合わせ内容"}, "type": "long"},
        },
        "steps": [],
    }
)
FORMS = {"new-account": FORM, "enquiry": ENQUIRY}


def answers(text: str, *, ours: bool = False, form: Form = FORM) -> dict[str, str]:
    """What is read, with one value a field."""
    found = read(text, form, answers_ours=ours).answers
    assert all(len(texts) == 1 for texts in found.values()), found
    return {key: texts[0] for key, texts in found.items()}


def quoted(text: str, mark: str = "> ") -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))


NAMES = {"family_name": "Yamada", "first_name": "Taro", "postal_code": "411-8540"}

LAYOUTS = {
    "colons": "Family name: Yamada\nFirst name: Taro\nPostal code: 411-8540\n",
    "full-width colons": "姓：Yamada\n名：Taro\n郵便番号：411-8540\n",
    "lenticular brackets": "【姓】 Yamada\n【名】Taro\n【郵便番号】：411-8540\n",
    "squares and required marks": "■姓（必須）：Yamada\n■名＊ ： Taro\n■郵便番号 [必須]: 411-8540\n",
    "bullets and spaced colons": "・姓　：Yamada\n・名　： Taro\n・郵便番号　：411-8540\n",
    "numbers": "1. Family name: Yamada\n(2) First name: Taro\n③ Postal code: 411-8540\n",
    "tabs": "Family name\tYamada\nFirst name\t\tTaro\nPostal code\t411-8540\n",
    "spaces": "Family name    Yamada\nFirst name     Taro\nPostal code    411-8540\n",
    "one wide space": "姓　Yamada\n名　Taro\n郵便番号　411-8540\n",
    "a drawn table": "| Family name | Yamada |\n|---|---|\n| First name | Taro |\n| Postal code | 411-8540 |\n",
    "a table out of HTML": "Family name | Yamada\n---|---\nFirst name | Taro\nPostal code | 411-8540\n",
    "cells on lines of their own": "姓\n\nYamada\n\n名\n\nTaro\n\n郵便番号\n\n411-8540\n\n内線\n\n",
    "angle brackets": "姓: <Yamada>\n名： ＜Taro＞\n郵便番号<411-8540>\n",
    "the value below": "Family name:\nYamada\nFirst name:\nTaro\nPostal code:\n411-8540\n",
    "the value below, indented": "■姓\n　Yamada\n■名\n　Taro\n■郵便番号\n　411-8540\n",
    "several in a line": "姓：Yamada　名：Taro　郵便番号：411-8540\n",
    "both languages": "Family name 姓: Yamada\n名: Taro\nPostal code: 411-8540\n",
    "any case and width": "ＦＡＭＩＬＹ ＮＡＭＥ： Yamada\nfirst NAME : Taro\npostal code=411-8540\n",
    "indented as a whole": "   Family name: Yamada\n   First name: Taro\n   Postal code: 411-8540\n",
    "a letter around it": (
        "Dear help desk,\n\nI would like an account. Here is what you need:\n\n"
        "Family name: Yamada\nFirst name: Taro\nPostal code: 411-8540\n\nBest regards,\nTaro\n-- \nTaro, tel: 1234\n"
    ),
    "quoted by somebody": "Here it is.\n\n> Family name: Yamada\n> First name: Taro\n> Postal code: 411-8540\n",
    "quoted deeper": ">> Family name: Yamada\n> > First name: Taro\n>> Postal code: 411-8540\n",
    "quoted with bars": "| Family name: Yamada\n| First name: Taro\n| Postal code: 411-8540\n",
    "quoted with wide marks": "》 姓：Yamada\n》 名：Taro\n》 郵便番号：411-8540\n",
    "answered between quoted labels": "> Family name:\nYamada\n> First name:\n\nTaro\n\n> Postal code:\n411-8540\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_read(layout: str) -> None:
    assert answers(LAYOUTS[layout]) == NAMES
    assert recognise("", LAYOUTS[layout], FORMS) == "new-account"


def test_letters_and_digits_stay_as_written() -> None:
    assert answers("郵便番号：４１１－８５４０\n姓：Ｙａｍａｄａ\n")["postal_code"] == "４１１－８５４０"


def test_a_value_may_hold_colons_and_an_address_several_lines() -> None:
    text = "Job title: Professor: genetics\nAddress: 1111 Yata\n  Mishima\n  Japan\n\nTelephone: 055\n"
    assert answers(text) == {
        "job_title": "Professor: genetics",
        "address": "1111 Yata\nMishima\nJapan",
        "telephone": "055",
    }


def test_a_long_text_keeps_its_empty_lines_and_ends_at_the_next_label() -> None:
    text = "利用目的：\n一行目です。\n\n三行目です: 本当に。\n\n\n所属：遺伝研\n\nよろしくお願いします。\n"
    assert answers(text) == {"purpose": "一行目です。\n\n三行目です: 本当に。", "affiliation": "遺伝研"}


def test_a_long_text_ends_at_a_ruler_a_signature_and_a_reply_header() -> None:
    purpose = "Purpose of use: We count genes.\nMany genes.\n"
    for end in (
        "--------\nTaro",
        "-- \nTaro",
        "On Wed, 1 Apr 2026 at 10:00, Desk <d@x.example> wrote:\n> Hello",
        "━━━━━━━━\n山田",
    ):
        assert answers(f"{purpose}\n{end}\n")["purpose"] == "We count genes.\nMany genes."


def test_what_is_left_of_a_blank_is_no_answer() -> None:
    text = (
        "Family name:\nFirst name: <>\nEmail: ＿＿＿＿\nNationality: ____\n"
        "Job title: [    ]\nAffiliation: ……\nPurpose of use: （　）\n"
    )
    assert answers(text) == {}


def test_two_values_for_one_field_are_both_kept_and_repeats_are_not() -> None:
    text = "Email: a@x.example\nE-mail: b@x.example\nFamily name: Yamada\n姓：Yamada\n"
    found = read(text, FORM, answers_ours=False).answers
    assert found == {"family_name": ("Yamada",), "email": ("a@x.example", "b@x.example")}


def test_an_enquiry_in_brackets_is_read_as_people_send_it() -> None:
    text = (
        "氏名: <遺伝研 太郎>\n所属: <遺伝学研究所>\nログインアカウント: <taro-i>\n"
        "問い合わせ内容: <\n計算が止まります。\n\n所属: とは関係ありません。\n>\n\nよろしくお願いします。\n"
    )
    assert answers(text, form=ENQUIRY) == {
        "name": "遺伝研 太郎",
        "affiliation": "遺伝学研究所",
        "account": "taro-i",
        "details": "計算が止まります。\n\n所属: とは関係ありません。",
    }
    assert recognise("計算が止まる", text, FORMS) == "enquiry"
    assert answers(quoted(text), form=ENQUIRY)["details"].startswith("計算が止まります。")


@pytest.mark.parametrize("between", [" ", "\n", "\n    "])
def test_a_key_in_a_file_format_with_headers_is_kept_whole(between: str) -> None:
    lines = ["---- BEGIN SSH2 PUBLIC KEY ----", 'Comment: "taro@pc"', "AAAAC3NzaC1lZDI1NTE5AAAAIEqN", "KVFKz0lV"]
    key = [*lines, "---- END SSH2 PUBLIC KEY ----"]
    text = f"Job title: Student\nSSH public key:{between}" + "\n".join(key) + "\nPurpose of use: Rice\n"
    found = answers(text)
    assert found["ssh_public_key"].split("\n") == key
    assert (found["job_title"], found["purpose"]) == ("Student", "Rice")


def test_a_key_wrapped_by_a_client_is_kept_line_by_line() -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEqNKVFKz0lVyFD3rTbCLHYV9FQi\nHH0vYxzXbZ taro@pc"
    assert answers(f"SSH public key: {key}\n\nThank you.\n") == {"ssh_public_key": key}


# Labels nobody knows


def test_a_label_that_may_be_misspelled_is_shown_with_a_suggestion_and_not_accepted() -> None:
    reading = read("Family name: Yamada\nFist name: Taro\nPostal code: 411-8540\n", FORM, answers_ours=False)
    assert "first_name" not in reading.answers
    assert reading.unread == (Unread("Fist name", "Taro"),)
    assert labels_of(FORM).near("Fist name") == "first_name"


def test_an_unknown_label_amid_the_form_is_shown_and_ends_an_address() -> None:
    reading = read("Address: 1111 Yata\nMishima\nFax: 055-981\nPostal code: 411-8540\n", FORM, answers_ours=False)
    assert reading.answers["address"] == ("1111 Yata\nMishima",)
    assert reading.unread == (Unread("Fax", "055-981"),)
    assert labels_of(FORM).near("Fax") is None


def test_prose_is_no_unread_label() -> None:
    text = "One thing first: I am new here.\n\nFamily name: Yamada\nFirst name: Taro\n\nNote: I am away on Monday.\n"
    assert read(text, FORM, answers_ours=False).unread == ()


# Which form


def test_a_mere_mention_is_no_application() -> None:
    text = "Please send me the form for a new account. My email: taro@univ.example\n"
    assert recognise("New user registration", text, FORMS) is None


def test_a_signature_with_labels_is_no_application() -> None:
    text = "My job stopped.\n\nTaro Yamada\nAddress: 1111 Yata\nTelephone: 055-981\nEmail: taro@univ.example\n"
    assert recognise("Help", text, FORMS) is None


def test_one_field_between_the_markers_is_enough() -> None:
    text = blank(FORM, "ja", help=False).replace("姓＊：", "姓＊： Yamada", 1)
    assert recognise("", text, FORMS) == "new-account"
    assert recognise("", quoted(text), FORMS) == "new-account"


# Answers to our letters

LETTER = (
    "Dear Taro,\n\nwe understood:\n  Family name: Yamado\n  Nationality: Japan\n\n"
    "What is missing:\n\n{form}\n\nHelp desk\n"
)
MISSING = ["family_name", "postal_code", "address", "affiliation"]
HEADERS = {
    "Gmail": "On Wed, Apr 1, 2026 at 10:00 AM Help Desk <desk@desk.example> wrote:\n\n",
    "Gmail in Japanese": "2026年4月1日(水) 10:00 Help Desk <desk+2026-00042.7.abcdefghijklmnop@desk.example>:\n\n",
    "Gmail, wrapped": "2026年4月1日(水) 10:00 Help Desk\n<desk+2026-00042.7.abcdefghijklmnop@desk.example>:\n\n",
    "Thunderbird": "On 2026/04/01 10:00, Help Desk wrote:\n",
    "Thunderbird in Japanese": "Help Desk さんは書きました (2026/04/01 10:00):\n",
    "Becky!": "On Wed, 1 Apr 2026 10:00:00 +0900\nHelp Desk <desk@desk.example> wrote:\n\n",
    "Apple Mail": "2026/04/01 10:00、Help Desk <desk@desk.example>のメール:\n\n",
}


def letter(language: str = "en", *, filled: bool = False) -> str:
    form = blank(FORM, language, keys=MISSING, values={"postal_code": "411-854"})
    text = LETTER.format(form=form)
    if filled:
        labels = {"en": ("Family name *:", "Postal code *: 411-854"), "ja": ("姓＊：", "郵便番号＊： 411-854")}[
            language
        ]
        text = text.replace(labels[0], f"{labels[0]} Yamada", 1).replace(labels[1], f"{labels[1]}0", 1)
    return text


@pytest.mark.parametrize("client", HEADERS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_form_filled_in_inside_the_quote_is_read_and_nothing_else_of_our_letter(client: str, language: str) -> None:
    mail = f"Please find my answers below.\n\n{HEADERS[client]}{quoted(letter(language, filled=True))}\n"
    assert answers(mail, ours=True) == {"family_name": "Yamada", "postal_code": "411-8540"}


OUTLOOK = {
    "en": "\n________________________________\nFrom: Help Desk <desk@desk.example>\n"
    "Sent: Wednesday, April 1, 2026 10:00 AM\nTo: Taro <taro@univ.example>\nSubject: [DESK 2026-00042] Missing\n\n",
    "ja": "\n-----Original Message-----\n差出人: Help Desk <desk@desk.example>\n送信日時: 2026年4月1日 10:00\n"
    "宛先: Taro\n件名: [DESK 2026-00042] ご確認\n\n",
}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_outlook_quotes_without_marks(language: str) -> None:
    mail = f"Dear desk,\nsee below.\n{OUTLOOK[language]}{letter(language, filled=True)}"
    assert answers(mail, ours=True) == {"family_name": "Yamada", "postal_code": "411-8540"}


def in_html(text: str, line: str = "{}<br>") -> str:
    return "".join(line.format(escape(words).replace("  ", "&nbsp; ") or "&nbsp;") for words in text.split("\n"))


def outlook_html(language: str, text: str) -> str:
    block = OUTLOOK[language].strip("\n").partition("\n")[2]
    fields = (f"<b>{head}:</b>{escape(rest)}" for head, _, rest in (row.partition(":") for row in block.split("\n")))
    paragraphs = in_html(text, '<p class="MsoNormal">{}<o:p></o:p></p>')
    return f"<div><p>See below.</p><div style='border-top:solid'><p>{'<br>'.join(fields)}</p></div>{paragraphs}</div>"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_form_filled_in_inside_the_quote_of_an_html_reply_is_read(language: str) -> None:
    quote = f"<blockquote>{in_html(letter(language, filled=True))}</blockquote>"
    header = f"<div dir='ltr' class='gmail_attr'>{escape(HEADERS['Gmail in Japanese'].strip())}<br></div>"
    gmail = f"<div dir='ltr'>See below.</div><br><div class='gmail_quote'>{header}{quote}</div>"
    for html in (gmail, outlook_html(language, letter(language, filled=True))):
        assert answers(text_of(html), ours=True) == {"family_name": "Yamada", "postal_code": "411-8540"}


def test_answers_typed_between_the_quotes_of_an_html_reply_are_read() -> None:
    above, label, below = letter().partition("Family name *:")
    html = (
        f"<blockquote>{in_html(above + label)}</blockquote><div>Yamada</div><blockquote>{in_html(below)}</blockquote>"
    )
    text = text_of(f"<div>{escape(HEADERS['Gmail'].strip())}</div>{html}")
    assert answers(text, ours=True) == {"family_name": "Yamada", "postal_code": "411-854"}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_answers_typed_below_the_labels_of_an_outlook_quote_are_read(language: str) -> None:
    label = {"en": "Family name *:", "ja": "姓＊："}[language]
    text = letter(language).replace(label, f"{label}\nYamada", 1)
    mail = f"Dear desk,\nsee below.\n{OUTLOOK[language]}{text}"
    assert answers(mail, ours=True) == {"family_name": "Yamada", "postal_code": "411-854"}


def test_lines_drawn_around_a_form_make_no_signature_of_it() -> None:
    text = "お願いします。\n\n----------\n住所：三島市谷田1111\n電話番号：055-981-0000\n郵便番号：411-8540\n-----\n"
    assert {"address", "telephone", "postal_code"} <= answers(text).keys()


def test_what_is_a_signature_or_a_quote_elsewhere_is_a_value_in_a_form_whichever_is_asked_first() -> None:
    drawn = "お願いします。\n\n----------\n研究室\n住所：三島市谷田1111\n電話番号：055-981-0000\n-----\n"
    assert new_text(drawn) == "お願いします。"
    assert answers(drawn) == {"address": "三島市谷田1111", "telephone": "055-981-0000"}
    told = "Purpose of use:\n    On April 1, 2026, Desk <d@desk.example> wrote:\n    Count genes.\n"
    assert new_text(told) == "Purpose of use:"
    assert "Count genes." in answers(told)["purpose"]
    assert new_text(told) == "Purpose of use:"


def test_new_text_wins_over_the_same_field_in_the_quote() -> None:
    mail = f"Postal code: 411-8540\n\n{HEADERS['Gmail']}{quoted(letter())}\n"
    assert answers(mail, ours=True) == {"postal_code": "411-8540"}


def test_answers_are_typed_between_the_quoted_lines() -> None:
    text = quoted(letter())
    text = text.replace("> Family name *:", "> Family name *:\n\nYamada\n")
    text = text.replace("> Postal code *: 411-854", "> Postal code *: 411-854\n\n411-8540\n")
    text = text.replace("> Address *:", "> Address *:\n1111 Yata\nMishima\n")
    mail = f"{HEADERS['Thunderbird']}{text}\n\nThat is all I know.\nTaro\n"
    assert answers(mail, ours=True) == {
        "family_name": "Yamada",
        "postal_code": "411-8540",
        "address": "1111 Yata\nMishima",
    }


def test_a_phone_that_breaks_quoted_lines_at_76_columns_is_put_right() -> None:
    first = "> Affiliation *: National Institute of Genetics, Department of Informatics,"
    text = quoted(letter()).replace("> Affiliation *:", f"{first}\nLaboratory of Mice")
    expected = "National Institute of Genetics, Department of Informatics, Laboratory of Mice"
    assert answers(f"{HEADERS['Gmail']}{text}", ours=True)["affiliation"] == expected


def test_deeper_quotes_with_other_spacing_are_read() -> None:
    for mark in ("> > ", ">>", "| ", "》 "):
        mail = f"{HEADERS['Gmail']}{quoted(letter(filled=True), mark)}"
        assert answers(mail, ours=True) == {"family_name": "Yamada", "postal_code": "411-8540"}


def test_an_older_form_deeper_in_the_thread_is_history() -> None:
    older = quoted(quoted(letter().replace("Affiliation *:", "Affiliation *: Old University")))
    newer = quoted(letter(filled=True))
    mail = f"{HEADERS['Gmail']}{newer}\n> On Tue, 31 Mar 2026, Taro <taro@univ.example> wrote:\n{older}"
    assert "affiliation" not in answers(mail, ours=True)
    below = (
        f"{OUTLOOK['en']}{letter(filled=True)}{OUTLOOK['en']}{letter().replace('Affiliation *:', 'Affiliation *: Old')}"
    )
    assert answers(f"Hi.\n{below}", ours=True) == {"family_name": "Yamada", "postal_code": "411-8540"}


def test_a_letter_quoted_without_its_form_answers_nothing() -> None:
    mail = f"Thank you, I will look.\n\n{HEADERS['Gmail']}{quoted(LETTER.format(form=''))}"
    assert answers(mail, ours=True) == {}


def test_the_form_filled_in_above_the_signature_is_new_text() -> None:
    form = blank(FORM, "en", keys=MISSING).replace("Family name *:", "Family name *: Yamada", 1)
    assert answers(f"Here.\n\n{form}\n-- \nTaro\n\n{HEADERS['Gmail']}{quoted(letter())}", ours=True) == {
        "family_name": "Yamada",
        "postal_code": "411-854",
    }


# The language


@pytest.mark.parametrize(
    "text, language",
    [
        ("Dear desk, please register me. My institute is 国立遺伝学研究所.", "en"),
        ("アカウントの登録をお願いします。", "ja"),
        (
            "姓：Yamada\n名：Taro\nメールアドレス：taro@univ.example\n国籍：Japan\n居住国：Japan\n研究分野：Genetics\n",
            "ja",
        ),
        ("Family name: Yamada\nFirst name: Taro\nAddress: 3-2-1 Honmachi\n", "en"),
        (f"登録します ssh-ed25519 {'A' * 400}", "ja"),
        ("12345", "ja"),
        ("", "ja"),
    ],
)
def test_the_language_is_that_of_most_words(text: str, language: str) -> None:
    assert language_of(text, ("ja", "en"), "ja") == language


def test_a_language_the_desk_does_not_have_falls_back() -> None:
    assert language_of("お願いします", ("en",), "en") == "en"


# Hostile mails

HOSTILE = {
    "one long line": "a" * 1_000_000,
    "one long label": "a:" * 500_000,
    "one long value": "Purpose of use: " + "a " * 500_000,
    "a hundred thousand lines": "abc def\n" * 100_000,
    "many labels": "Email: x\n" * 100_000,
    "labels in one line": "Email: a　" * 100_000,
    "quote marks": ">" * 1_000_000,
    "headers": "On 1 April 2026, a <a@b> wrote:\n> x\n" * 30_000,
    "markers": "=== form new-account begin === x ===\n" * 30_000,
    "open brackets": "Email: <\n" * 100_000,
}


@pytest.mark.parametrize("part, most", [(4, 1.0), pytest.param(1, 3.0, marks=pytest.mark.long)])
@pytest.mark.parametrize("mail", HOSTILE)
def test_a_hostile_mail_costs_no_more_than_its_length(mail: str, part: int, most: float) -> None:
    text = HOSTILE[mail][: len(HOSTILE[mail]) // part]  # all of it takes a second; with a slow pattern minutes
    assert seconds(lambda: read(text, FORM, answers_ours=True), most) <= most


@pytest.mark.parametrize(
    "closing",
    [
        "Best, Marek",
        "Best wishes Kenji",
        "Kind regards Jan van der Berg",
        "Regards, kenji at example",
        "Best regards 山田太郎",
        "Thanks a lot in advance!",
        "Thank you very much for your help and best regards, Taro",
        "thank you for your time",
        "Many thanks and kind regards\nTaro Yamada",
        "Kind regards,\nHanne\nExample Institute of Botany\n+45 1234 5678",
        "以上",
        "以上、よろしくお願いいたします。\n\n遺伝 太郎\n例示大学",
        "何卒よろしくお願い申し上げます。\n以上",
    ],
)
def test_a_closing_formula_and_what_stands_below_it_belong_to_no_answer(closing: str) -> None:
    text = f"Family name: Yamada\nPurpose of use: We count genes.\nMany genes.\n\n{closing}\n"
    assert answers(text) == {"family_name": "Yamada", "purpose": "We count genes.\nMany genes."}


@pytest.mark.parametrize(
    "line",
    ["Thanks to JST grant", "Sincerely need an account", "Many thanks go to Prof. Suzuki", "Regards of patients"],
)
def test_a_line_that_only_begins_like_a_formula_is_part_of_an_answer(line: str) -> None:
    text = f"Family name: Yamada\nPurpose of use: We count genes.\n{line}\n"
    assert answers(text) == {"family_name": "Yamada", "purpose": f"We count genes.\n{line}"}


def test_a_formula_in_the_middle_of_a_text_is_part_of_it() -> None:
    text = "問い合わせ内容: 計算が止まります。\nよろしくお願いします。\n\n追伸：昨日までは動いていました。\n"
    assert answers(text, form=ENQUIRY)["details"].endswith("昨日までは動いていました。")
