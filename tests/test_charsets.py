"""Japanese mail is read as it was written, however its charset was declared, and damage stays small."""

import random

import pytest

from mailbot.edge.charsets import BAD, decode
from mailbot.edge.charsets.names import codec_named

WORDS = "申請者の氏名：山田　太郎（ヤマダ・タロウ）"


def jis(text: str) -> bytes:
    """ISO-2022-JP as mailers with NEC and IBM characters write it (CP50221): CP932 cells by arithmetic."""
    out = bytearray(b"\x1b$B")
    for lead, trail in (character.encode("cp932") for character in text):
        row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + (trail >= 0x9F)
        cell = trail - 0x9F if trail >= 0x9F else trail - 0x40 - (trail > 0x7F)
        out += bytes((row + 0x21, cell + 0x21))
    return bytes(out + b"\x1b(B")


@pytest.mark.parametrize("name", ["iso-2022-jp", "ISO-2022-JP", "iso-2022-jp-ms", "cp50221", "CP50220", "csISO2022JP"])
def test_jis_is_read_with_the_characters_of_nec_and_ibm_under_every_name_it_has(name: str) -> None:
    assert decode(jis("㈱山田①髙﨑～Ⅲ"), name) == decode("㈱山田①髙﨑～Ⅲ".encode())


def test_half_width_kana_roman_and_supplementary_kanji_are_read_inside_jis() -> None:
    data = b"\x1b(I6E\x1b(J\\~ \x1b$(D0!\x1b(B."
    assert decode(data, "iso-2022-jp").text == "ｶﾅ\\~ 丂."
    assert decode(b"\x0e6E\x0f ok", "iso-2022-jp").text == "ｶﾅ ok"


def test_every_pair_python_knows_is_read_the_same_at_once_and_run_by_run() -> None:
    pairs = [bytes((row, cell)) for row in range(0x21, 0x7F) for cell in range(0x21, 0x7F)]
    at_once = [decode(b"\x1b$B" + pair + b"\x1b(B", "iso-2022-jp").text for pair in pairs]
    by_runs = [decode(b"\x1b$B" + pair + b"\x1b(J", "iso-2022-jp").text for pair in pairs]
    assert at_once == by_runs
    assert sum(text != BAD for text in at_once) == 7336  # JIS X 0208 and the 457 cells of NEC and IBM


@pytest.mark.parametrize("declared", ["", "us-ascii", "utf-8", "iso-8859-1", "shift_jis", "no-such-charset"])
def test_jis_is_recognised_by_its_escapes_whatever_was_declared(declared: str) -> None:
    assert decode(WORDS.encode("iso2022_jp"), declared).text == WORDS


@pytest.mark.parametrize("name", ["shift_jis", "Shift-JIS", "x-sjis", "windows-31j", "MS932", "cp932"])
def test_shift_jis_is_read_as_cp932_under_every_name(name: str) -> None:
    assert decode("㈱①髙ﾃｽﾄ～".encode("cp932"), name).text == "㈱①髙ﾃｽﾄ～"


def test_euc_is_read_with_nec_and_ibm_characters_and_both_extensions() -> None:
    data = b"\xad\xa1\xad\xea\xfc\xe2\x8e\xb1\x8f\xb0\xa1\xa4\xa2"
    assert decode(data, "euc-jp").text == "①㈱髙ｱ丂あ"


@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "utf-8", "iso2022_jp"])
@pytest.mark.parametrize("declared", ["", "us-ascii", "iso-8859-1", "shift_jis", "utf-8"])
def test_a_wrong_declaration_is_seen_through(codec: str, declared: str) -> None:
    assert decode(WORDS.encode(codec), declared).text == WORDS


def test_a_wrong_declaration_and_a_guess_are_named_as_doubts() -> None:
    assert decode(WORDS.encode(), "shift_jis").doubts == ("text declared as shift_jis was read as utf-8",)
    assert decode(WORDS.encode("cp932")).doubts == ("text without a usable charset was read as cp932",)
    assert decode(b"plain", "x-unheard-of").doubts == ("unknown charset 'x-unheard-of'",)
    assert decode(WORDS.encode("iso2022_jp")).doubts == decode(WORDS.encode()).doubts == ()


@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "utf-8", "iso2022_jp"])
def test_one_bad_byte_spoils_one_character_and_no_other(codec: str) -> None:
    lines = [WORDS, "ご確認をお願いします。", "よろしくお願いいたします。"]
    data = bytearray("\n".join(lines).encode(codec))
    data[data.index(lines[1].encode(codec)[:6]) + 5] = 0xFF
    read = decode(bytes(data), codec.replace("iso2022_jp", "iso-2022-jp"))
    assert read.text.split("\n")[::2] == lines[::2]
    assert read.text.count(BAD) == 1
    assert len(read.text.split("\n")[1]) in (len(lines[1]), len(lines[1]) + 1)
    assert read.doubts == ("1 character could not be read",)


def test_a_jis_line_that_lost_its_closing_escape_does_not_spoil_the_next_line() -> None:
    data = WORDS.encode("iso2022_jp").removesuffix(b"\x1b(B") + b"\nNAME: Taro\n"
    assert decode(data, "iso-2022-jp").text == WORDS + "\nNAME: Taro\n"


def test_a_jis_run_that_a_relay_wrapped_is_read_on() -> None:
    data = WORDS.encode("iso2022_jp")
    assert decode(data[:13] + b"\n" + data[13:], "iso-2022-jp").text.replace("\n", "") == WORDS


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        ("你好，世界。申请一个帐号", "gb18030", "gb2312"),
        ("镕€", "gb18030", "GBK"),
        ("您好，請給我一個帳號", "big5", "Big5"),
        ("안녕하세요 믜", "cp949", "ks_c_5601-1987"),
        ("안녕하세요", "euc_kr", "euc-kr"),
        ("žluťoučký kůň", "cp1250", "Windows-1250"),
        ("Добрый день", "koi8-r", "koi8-r"),
        ("“smart” – €5", "cp1252", "iso-8859-1"),
        ("日本語 text", "utf-16", "utf-16"),
        ("日本語", "utf-16-le", "UTF-16LE"),
        ("日本語 +1", "utf-7", "utf-7"),
        ("日本語", "utf-8-sig", ""),
        ("ÕÄÖÜ", "cp1257", "win-1257"),
    ],
)
def test_other_charsets_are_read_as_declared_or_as_their_wider_set(text: str, codec: str, declared: str) -> None:
    assert decode(text.encode(codec), declared).text == text


@pytest.mark.parametrize("name", ["zlib", "idna", "punycode", "undefined", "unicode_escape", "rot13", "x" * 5000, "\0"])
def test_a_transformation_of_python_is_no_charset(name: str) -> None:
    assert codec_named(name) == ""


def test_swedish_with_two_odd_bytes_is_not_taken_for_japanese() -> None:
    assert decode("Det här är ett meddelande".encode("latin-1"), "utf-8").text == "Det här är ett meddelande"


FORM = "氏名：山田太郎\n所属：例示大学\n職名：教授\nメールアドレス：a@univ.example\n"


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        (FORM, "cp932", ""),
        (FORM, "euc_jp", ""),
        (FORM, "cp932", "gb2312"),
        (FORM, "utf-16-be", "utf-16"),
        (FORM, "utf-16-le", "utf-16"),
        (FORM, "utf-8", "utf-16"),
        ("你好，我想申请一个帐号。王小明", "gbk", ""),
        ("你好，我想申请一个帐号。王小明", "gbk", "utf-8"),
        ("你好，我想申请一个帐号。王小明", "gbk", "shift_jis"),
        ("您好，請給我一個帳號 王小明", "big5", ""),
        ("Добрый день, Иван", "cp1251", ""),
        ("Добрый день, Иван", "cp1251", "iso-8859-1"),
        ("Добрый день, Иван", "koi8-r", ""),
        ("Müller, Universität zu Köln", "latin-1", "utf-8"),
        ("It’s “so” – fine", "cp1252", ""),
    ],
)
def test_what_only_one_charset_makes_everyday_writing_of_is_read_without_doubt(
    text: str, codec: str, declared: str
) -> None:
    read = decode(text.encode(codec), declared)
    assert (read.text, read.readings) == (text, ())


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        ("Name: 高橋\nAffiliation: 名大\n", "euc_jp", "EUC-JP"),
        ("안녕하세요 김철수입니다", "cp949", "EUC-KR"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "cp932", "Shift_JIS"),
        ("Name: Dvořák", "cp1250", "cp1252"),
    ],
)
def test_where_several_charsets_fit_every_reading_is_given(text: str, codec: str, name: str) -> None:
    readings = dict(decode(text.encode(codec)).readings)
    assert len(readings) > 1
    assert name in readings
    assert codec == "cp1250" or readings[name] == text


def test_what_was_declared_or_announces_itself_is_not_doubted() -> None:
    for codec, declared in (("cp949", "euc-kr"), ("euc_jp", "euc-jp"), ("cp932", "x-sjis"), ("gbk", "gb2312")):
        assert decode("高橋".encode(codec), declared).readings == ()
    assert decode("高橋".encode("iso2022_jp")).readings == decode("高橋".encode()).readings == ()
    assert decode("ÅÄÖ ÉÉ".encode("latin-1"), "iso-8859-1").text == "ÅÄÖ ÉÉ"


def test_a_mail_pasted_together_of_two_charsets_is_in_doubt() -> None:
    data = "氏名: 山田\n".encode() + "所属: 例示大学\n".encode("cp932")
    assert decode(data, "utf-8").readings
    assert decode(data, "utf-8").text.startswith("氏名: 山田\n")


def test_whatever_bytes_come_a_text_without_surrogates_comes_out() -> None:
    source = random.Random(7)
    names = ["", "utf-8", "utf-7", "utf-16", "iso-2022-jp", "euc-jp", "cp932", "hz", "iso-2022-kr", "gb18030", "johab"]
    for _ in range(3000):
        data = bytes(
            source.choice(b"\x1b$B(IJ\x0e\x0f\n\x00\x80\xa4\xff\xd8+-a~{") for _ in range(source.randint(0, 40))
        )
        decode(data, source.choice(names)).text.encode("utf-8")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-8859-8", "מענה אני לא נמצא"),
        ("windows-1255", "שלום, אני מבקש חשבון חדש"),
        ("iso-8859-7", "Παρακαλώ για έναν λογαριασμό"),
        ("windows-1253", "Παρακαλώ για έναν λογαριασμό"),
        ("windows-1256", "أرجو فتح حساب جديد"),
        ("windows-1251", "Прошу открыть учётную запись"),
        ("iso-8859-5", "Прошу открыть учётную запись"),
        ("iso-8859-2", "Proszę o założenie konta źródłowego"),
        ("windows-1250", "Žádám o založení účtu"),
        ("iso-8859-9", "Yeni bir hesap açmak için başvuruyorum"),
    ],
)
def test_who_declares_a_charset_that_nobody_declares_by_habit_means_it(charset: str, text: str) -> None:
    read = decode(text.encode(charset), charset)
    assert (read.text, read.readings) == (text, ())
