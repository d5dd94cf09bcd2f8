"""Sheets to sign: which go with a letter, what stands on them and what does not, and that they are printed whole."""

import hashlib
import io
import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pypdf
import pytest
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from sheet_help import AT, PURPOSE, VISIT, case, rules_of, texts

from mailbot.core.case import Case, Document
from mailbot.core.enclosures import enclosures
from mailbot.core.events import Enclosure
from mailbot.core.rules import Rules
from mailbot.core.rulesets import build
from mailbot.core.sheets import Sheet
from mailbot.edge.attachments import look
from mailbot.edge.sheets import make
from mailbot.edge.sheets.letters import printable, runs
from mailbot.edge.sheets.paper import MILLIMETRE
from mailbot.edge.sheets.paper.codes import MASK, modules
from mailbot.edge.sheets.paper.writing import NAMES, broken, wide, written

RULES = rules_of(texts())
FORM = RULES.forms["visit"]
FILES = Path(__file__).parent.parent / "rules" / "files"
SHEETS = sorted(path.stem for path in FILES.glob("*.toml"))
in_both = pytest.mark.parametrize("language", ["en", "ja"])


def with_letter(
    letter: str, role: str, *languages: str, about: Case | None = None, rules: Rules = RULES
) -> tuple[Enclosure, ...]:
    return enclosures(rules.forms["visit"], about or case(), letter, role, languages or ("en",), rules)


def pledge(language: str = "en", **values: str) -> Enclosure:
    return with_letter("consent", "responsible", language, about=case(language, **values))[0]


def printed(enclosure: Enclosure, at: datetime = AT) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(make(enclosure, RULES.sheets[enclosure.sheet], at)))


def words(reader: pypdf.PdfReader, page: int | None = None) -> str:
    """All text of a PDF, or of one page, without white space: where a line ends is not the point."""
    pages = reader.pages if page is None else [reader.pages[page]]
    return "".join("".join(part.extract_text() for part in pages).split())


# Which files go with a letter


def test_the_responsible_person_gets_the_pledge_in_each_language_of_the_letter_and_the_guide_once() -> None:
    found = with_letter("consent", "responsible", "en", "ja")
    assert [enclosure.name for enclosure in found] == [
        "pledge-2026-00042.pdf",
        "誓約書-2026-00042.pdf",
        "guide.pdf",
    ]
    assert [(enclosure.sheet, enclosure.language) for enclosure in found[:2]] == [("pledge", "en"), ("pledge", "ja")]
    assert found[2] == Enclosure(name="guide.pdf", file="guide.pdf", digest=RULES.files["guide.pdf"])


@pytest.mark.parametrize(("role", "sheets"), [("responsible", ["pledge"]), ("applicant", ["pledge-applicant"])])
def test_a_reminder_brings_everybody_the_sheet_that_they_sign(role: str, sheets: list[str]) -> None:
    assert [enclosure.sheet for enclosure in with_letter("reminder", role)] == sheets


def test_no_clerk_gets_a_sheet_and_no_other_letter_brings_one() -> None:
    assert with_letter("reminder", "clerk") == ()
    assert with_letter("received", "responsible") == ()


def test_a_document_that_came_or_does_not_concern_the_case_is_not_asked_for_again() -> None:
    came = Document(at="2026-04-07T01:00:00.000Z", how="mail", by="ichiro@univ.example")
    assert with_letter("reminder", "responsible", about=case().model_copy(update={"documents": {"pledge": came}})) == ()
    assert with_letter("reminder", "applicant", about=case(abroad="no")) == ()


def test_a_sheet_says_of_the_application_only_what_its_own_text_names() -> None:
    said = pledge().places
    assert said.keys() == {"applicant", "affiliation", "purpose", "case", "desk", "mark", "signatures"}
    assert said["applicant"] == "Taro Iden"
    assert said["mark"] == "[HELPDESK 2026-00042] pledge"
    every = words(printed(pledge()))
    for hidden in ("55-981-1234", "taro@univ.example", "ichiro@univ.example", "Suzuki"):
        assert hidden not in every


def test_values_stand_on_a_sheet_as_a_person_reads_them() -> None:
    declared = (FILES / "pledge-applicant.toml").read_text(encoding="utf-8").replace("{affiliation}", "{abroad}")
    rules = rules_of(texts(**{"pledge-applicant": declared}))
    shown = with_letter("reminder", "applicant", "en", "ja", about=case("ja"), rules=rules)
    assert [enclosure.places["abroad"] for enclosure in shown] == ["yes", "はい"]


def test_a_signature_that_is_not_wanted_is_not_on_the_sheet() -> None:
    declared = (FILES / "pledge-applicant.toml").read_text(encoding="utf-8")
    declared += '\n[signatures.host]\nwhen = {field = "affiliation", is = "elsewhere"}\n'
    declared += 'label = {en = "The host of the visit", ja = "受入担当者"}\nlines = {en = ["Host"], ja = ["担当者"]}\n'
    rules = rules_of(texts(**{"pledge-applicant": declared}))
    for affiliation, wanted in (("elsewhere", True), ("here", False)):
        (found,) = with_letter("reminder", "applicant", about=case(affiliation=affiliation), rules=rules)
        raw = make(found, rules.sheets["pledge-applicant"], AT)
        assert ("Thehostofthevisit" in words(pypdf.PdfReader(io.BytesIO(raw)))) == wanted


def test_two_files_never_have_one_name() -> None:
    same = texts(VISIT.replace('consent = ["pledge", "guide.pdf"]', 'consent = ["guide.pdf", "guide.pdf", "pledge"]'))
    names = [enclosure.name for enclosure in with_letter("consent", "responsible", rules=rules_of(same))]
    assert names == ["guide.pdf", "guide-2.pdf", "pledge-2026-00042.pdf"]


# What is wrong with what a form names


WRONG = {
    'sheet = "pledge-applicant"': ('sheet = "plegde"', 'found "plegde"; wanted `pledge`, probably'),
    '"guide.pdf"]': ('"giude.pdf"]', 'found "giude.pdf"; wanted `guide.pdf`, probably'),
    "reminder = [": ("remainder = [", "found the letter `remainder`; wanted `reminder`, probably"),
    'sheet = "pledge"\n': (
        'sheet = "pledge"\nfile = "guide.pdf"\n',
        "found a file beside a sheet; wanted one of the two",
    ),
    '"affiliation", "purpose"]': ('"affiliation"]', "wanted what the consent letter shows (`shows`)"),
    'sheet = "pledge-applicant"\n': ("", 'found "own", which has neither; wanted a document with a sheet or a file'),
}  # fmt: skip


@pytest.mark.parametrize("right", WRONG)
def test_what_a_form_names_and_is_not_there_is_found(right: str) -> None:
    wrong, said = WRONG[right]
    assert right in VISIT
    found = build(texts(VISIT.replace(right, wrong)))
    assert isinstance(found, tuple)
    assert [said in str(problem) and problem.file == "rules/visit.toml" for problem in found] == [True], found


MISTAKES = {
    'title = {en = "Pledge of the responsible person", ': ("title = {", "title.en: found nothing"),
    "({case}) to": ("({case to", "opening.en.1: found braces that do not belong together"),
    "({case}) to the": ("({case.number}) to the", "opening.en.1: found braces that do not belong together"),
    'text = "{affiliation}"': ('text = "{telephone}"', "wanted what the consent letter shows (`shows`)"),
    'text = "{purpose}"': ('text = "{porpose}"', "wanted a field of this form: `purpose`, probably"),
    'file = {en = "pledge"': ('file = {en = "../pledge"', "wanted a name every system takes for a file"),
    "[signatures.responsible]": ("[signatures.Boss]", "wanted small letters a-z"),
    "lines.ja = [": ("lines.fr = [", "signatures.responsible.lines.ja: found nothing"),
}


@pytest.mark.parametrize("right", MISTAKES)
def test_what_is_wrong_with_a_sheet_is_found(right: str) -> None:
    declared = (FILES / "pledge.toml").read_text(encoding="utf-8")
    wrong, said = MISTAKES[right]
    assert declared.count(right) == 1
    found = build(texts(pledge=declared.replace(right, wrong)))
    assert isinstance(found, tuple)
    assert [said in str(problem) for problem in found] == [True], "\n".join(map(str, found))


# What is printed


@in_both
def test_a_pledge_is_one_page_of_a4_with_number_names_and_purpose_as_text(language: str) -> None:
    reader = printed(pledge(language))
    (page,) = reader.pages
    assert [round(float(side) / MILLIMETRE) for side in page.mediabox[2:]] == [210, 297]
    text = words(reader)
    assert text.count("[HELPDESK2026-00042]") == 2, "beside the code and at the foot"
    for said in ("TaroIden", case(language).values["affiliation"], PURPOSE[language], "2026-04-06"):
        assert "".join(str(said).split()) in text
    title = {"en": "Pledgeoftheresponsibleperson", "ja": "責任者誓約書"}[language]
    assert title in text
    assert look(make(pledge(language), RULES.sheets["pledge"], AT)).sheets[0] == ("2026-00042", "pledge")
    assert reader.metadata is not None
    assert reader.metadata.title == f"{RULES.sheets['pledge'].title[language]} [HELPDESK 2026-00042] pledge"


@pytest.mark.parametrize("name", SHEETS)
@in_both
def test_every_sheet_that_is_shipped_fits_on_one_page(name: str, language: str) -> None:
    sheet = Sheet.model_validate(tomllib.loads((FILES / f"{name}.toml").read_text(encoding="utf-8")))
    places = dict.fromkeys(sheet.places(language), "Example 例示")
    places |= {"mark": "[HELPDESK 2026-00042] x", "desk": RULES.desk.titles[language]}
    places |= {"purpose": PURPOSE[language] * 3, "signatures": " ".join(sheet.signatures)}
    made = Enclosure(name="x.pdf", sheet=name, language=language, places=places)
    reader = pypdf.PdfReader(io.BytesIO(make(made, sheet, AT)))
    assert len(reader.pages) == 1
    text = words(reader)
    for _, declared in sheet.texts(language):
        assert "".join(declared.format_map(places).split()) in text


def test_the_day_on_a_sheet_is_that_of_the_letter_where_the_desk_is() -> None:
    late = datetime(2026, 4, 6, 20, 0, tzinfo=UTC)
    assert "2026-04-06" in words(printed(pledge(), late))
    assert "2026-04-07" in words(printed(pledge(), late.astimezone(timezone(timedelta(hours=9)))))


def below_the_heads(reader: pypdf.PdfReader, language: str = "en") -> str:
    title = "".join(RULES.sheets["pledge"].title[language].split())
    return "".join(words(reader, page).partition(title)[2] for page in range(len(reader.pages)))


@in_both
def test_a_long_purpose_goes_on_over_pages_that_all_carry_the_number_and_the_code(language: str) -> None:
    long = (PURPOSE[language] * 30)[:2000]
    reader = printed(pledge(language, purpose=long))
    assert len(reader.pages) == 2
    assert "".join(long.split()) in below_the_heads(reader, language), "nothing of it is lost between the pages"
    for page in (0, 1):
        assert f"[HELPDESK2026-00042]pledge{page + 1}/2" in words(reader, page)
        assert dark(reader, page) == modules("[HELPDESK 2026-00042] pledge")


def dark(reader: pypdf.PdfReader, page: int = 0) -> tuple[str, ...]:
    """The QR code as it was drawn: black rectangles, put back into rows of modules."""
    content = reader.pages[page].get_contents()
    assert content is not None
    code = re.search(rb"q ([\d.]+) 0 0 -\1 [\d.]+ [\d.]+ cm ((?:\d+ \d+ \d+ 1 re )+)f Q", content.get_data())
    assert code is not None
    assert float(code[1]) == pytest.approx(28 / 29 * MILLIMETRE, rel=0.001)
    rows = [["0"] * 29 for _ in range(29)]
    for left, top, dark in (map(int, one) for one in re.findall(rb"(\d+) (\d+) (\d+) 1 re", code[2])):
        rows[top][left : left + dark] = ["1"] * dark
    return tuple(map("".join, rows))


def test_the_code_on_a_sheet_is_the_code_of_its_number_and_document() -> None:
    assert dark(printed(pledge())) == modules("[HELPDESK 2026-00042] pledge")
    assert modules("[HELPDESK 2026-00042] pledge") != modules("[HELPDESK 2026-00043] pledge")


@pytest.mark.parametrize(
    "text",
    [
        "[HELPDESK 2026-00042] pledge",
        "[HELPDESK 2026-99999] pledge",
        "[HELPDESK 2031-10000] pledge",
        "[A 2026-123456] ~{}| \x7f\x01 document",
        "[HELPDESK 2026-00042] a document with a name for which the code needs more room",
        "2026-00042",
        "HELPDESK 2026-00042",
        "誓約書",
    ],
)
def test_a_code_is_the_one_that_the_library_lays_out_whatever_was_printed_before(text: str) -> None:
    modules(text.replace("4", "7"))
    whole = QrCodeWidget(text, barLevel="M").qr
    whole.version = whole.calculate_version()
    whole.makeImpl(False, MASK)
    assert modules(text) == tuple("".join("1" if cell else "0" for cell in row) for row in whole.modules)


WICKED = {
    "株式会社は㈱、番号は①、髙﨑と申します。鷗外": "株式会社は㈱、番号は①、髙﨑と申します。鷗外",
    "ﾊﾝｶｸ ｶﾞｷﾞ": "ﾊﾝｶｸ ｶﾞｷﾞ",
    "สวัสดี": "〓",
    "done 🎉": "done 〓",
    "한국": "〓〓",
    "Dvořák, Łukasz, Ōtsuka, Yılmaz, Nguyễn": "Dvorák, Lukasz, Otsuka, Yilmaz, Nguyen",
    "a\x00b\x1b[31mc\x7f\x85d": "ab[31mcd",
    "\u202etxt.exe\u200b\ufeff": "txt.exe",
    "curly “quotes” – and … more": "curly “quotes” – and … more",
    "tab\tand\u2028line\r\nbreak": "tab and line break",
    "Cafe\u0301": "Café",
    "(parentheses\\) {braces} {case} %s <b>&amp;": "(parentheses\\) {braces} {case} %s <b>&amp;",
}


@pytest.mark.parametrize("text", WICKED)
@in_both
def test_whatever_somebody_wrote_is_printed_as_far_as_there_are_letters_for_it(text: str, language: str) -> None:
    found = words(printed(pledge(language, purpose=f"begin {text} end")))
    shown = re.search(r"begin(.*?)end", found)
    assert shown
    wanted = "".join(WICKED[text].split())
    assert wanted in shown[1] if wanted.startswith("〓") else shown[1] == wanted


def test_every_letter_there_is_can_be_printed_or_is_replaced() -> None:
    every = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x30000, 7))))
    shown = printable(every, "ja")
    assert "〓" in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ue000-\uf8ff]", shown)


@pytest.mark.parametrize("bold", [False, True])
@in_both
def test_a_line_of_any_letters_is_written_as_the_library_writes_it(language: str, bold: bool) -> None:
    canvas = Canvas(io.BytesIO())
    for name in dict.fromkeys(NAMES.values()):
        canvas.setFont(name, 10)
    every = printable("".join(map(chr, (*range(0xD800), *range(0xE000, 0x10000)))), language).replace("\n", "")
    for at in range(0, len(every), 500):
        line, size = every[at : at + 500], 9.5 + at % 3
        text = canvas.beginText(0, 0)
        for font, run in runs(line, language):
            text.setFont(NAMES[font, bold], size)
            text.textOut(run)
        assert written(line, language, size, bold) == text.getCode()
        whole = sum(stringWidth(run, NAMES[font, bold], 1000) for font, run in runs(line, language))
        assert wide(line, language, bold) == pytest.approx(whole)


BROKEN = {
    "as many words as there is room for": ("as many words", "as there is room", "for"),
    "two  spaces   or more stay within": ("two  spaces   or", "more stay within"),
    "誓約書に、ご署名（直筆）をお願いします。": ("誓約書に、ご署名", "（直筆）をお願い", "します。"),
    "この文は、八文字の、後で折る": ("この文は、八文字", "の、後で折る"),
    "Genome の解析、RNA（発現）": ("Genome の解", "析、RNA（発", "現）"),
    "a word-that-is-longer-than-any-line is cut": ("a", "word-that-is-long", "er-than-any-line", "is cut"),
    "its own\n\nlines stay ": ("its own", "", "lines stay"),
    "": ("",),
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_text_is_broken_where_its_language_allows_it(text: str) -> None:
    assert broken(text, "ja", 8_000, False) == BROKEN[text]


def test_what_has_no_room_to_break_is_broken_anywhere() -> None:
    endless = "https://univ.example/" + "0123456789" * 400
    assert endless in below_the_heads(printed(pledge(purpose=endless)))


MAKE = """
import hashlib, sys
sys.path.insert(0, "tests")
from test_sheets import RULES, pledge, AT
from mailbot.edge.sheets import make
print(hashlib.sha256(make(pledge("ja"), RULES.sheets["pledge"], AT)).hexdigest())
"""


def test_the_same_sheet_has_the_same_bytes_in_any_process_and_at_any_time() -> None:
    raw = make(pledge("ja"), RULES.sheets["pledge"], AT)
    assert raw == make(pledge("ja"), RULES.sheets["pledge"], AT)
    assert raw != make(pledge("ja"), RULES.sheets["pledge"], AT + timedelta(seconds=1)), "its date is the letter's"
    found = {
        subprocess.run(
            [sys.executable, "-c", MAKE],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            cwd=FILES.parent.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/New_York"))
    }
    assert found == {hashlib.sha256(raw).hexdigest()}


def test_a_sheet_is_small() -> None:
    assert len(make(pledge("ja"), RULES.sheets["pledge"], AT)) < 40_000


def test_what_is_filled_in_is_never_taken_for_a_place_to_fill_in() -> None:
    tricky = "(mailbot dated) (mailbot page0) (mailbot title) endobj\nendstream\n9 0 obj"
    reader = printed(pledge(purpose=f"{PURPOSE['en']} {tricky}"))
    assert "".join(tricky.split()) in words(reader)
    assert reader.metadata is not None
    assert reader.metadata.creation_date == AT


def test_the_bytes_of_a_sheet_are_those_of_a_whole_pdf_with_every_object_where_its_table_says() -> None:
    for long in ("", " and so on" * 300):
        raw = make(pledge(purpose=PURPOSE["en"] + long), RULES.sheets["pledge"], AT)
        table = int(raw.rpartition(b"startxref\n")[2].partition(b"\n")[0])
        assert raw[table:].startswith(b"xref\n0 ")
        offsets = [int(line[:10]) for line in raw[table:].splitlines() if line.endswith(b" 00000 n ")]
        assert [raw[offset:].partition(b"\n")[0] for offset in offsets] == [
            b"%d 0 obj" % number for number in range(1, len(offsets) + 1)
        ]
        for length, content in re.findall(rb"/Length (\d+)\s+>>\s+stream\n(.*?)endstream", raw, re.DOTALL):
            assert int(length) == len(content.removesuffix(b"\n")) or int(length) == len(content)


def test_what_stands_below_the_table_is_that_of_its_own_case() -> None:
    said = RULES.sheets["pledge"].model_copy(update={"back": {"en": "Only for {applicant}."}})
    for name in ("Taro Iden", "Hanako Mishima", "Taro Iden"):
        places = {**pledge().places, "applicant": name}
        raw = make(pledge().model_copy(update={"places": places}), said, AT)
        assert f"Onlyfor{name.replace(' ', '')}." in words(pypdf.PdfReader(io.BytesIO(raw)))


def test_two_sheets_have_two_identifiers_and_the_same_sheet_the_same() -> None:
    def identifier(enclosure: Enclosure) -> object:
        return printed(enclosure).trailer["/ID"]

    assert identifier(pledge()) == identifier(pledge())
    assert identifier(pledge()) != identifier(pledge(purpose="Something else"))
