"""Attachments as answers: what a usage plan, a PDF, a key or a text says, and that none of them costs a mail."""

import asyncio
import contextlib
import io
import os
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pdf_files import pdf, signed_pdf
from plan_files import GENERAL, GENOME, HANAKO, NODES, TARO, PlanFile, Row
from pypdf import PdfWriter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from strange_files import OLE, cms, cms_data, document, locked_zip, packed

from mailbot.core import attached, plans
from mailbot.core.events import Plan, PlanFault
from mailbot.core.fields import FAULTS
from mailbot.core.forms import Form
from mailbot.core.message import Attachment, Message, Unreadable
from mailbot.edge.attachments import Seen, UnreadableFileError, look
from mailbot.edge.attachments.zips import parts_of
from mailbot.flow.reader import Reader, Settings
from mailbot.flow.reader.looking import looked_into
from mailbot.flow.reader.protocol import ANSWERS

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8YT9gUZ0aQv2pS2Jt6m0m1s5a7c8d9e0f1a2b3c4d5 hanako@laptop"
RFC4716 = f'---- BEGIN SSH2 PUBLIC KEY ----\nComment: "a key"\n{KEY.split()[1]}\n---- END SSH2 PUBLIC KEY ----\n'
PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n"
PURPOSE, FEES = "利用目的等", "料金試算表"
REAL = sorted((Path(os.environ.get("MAILBOT_CORPORA", "/nowhere")).parent / "usage_plan").glob("*.xlsx"))


def read(file: PlanFile) -> Plan:
    seen = look(file.content)
    assert seen.kind == "plan"
    assert seen.plan is not None
    return seen.plan


def told(plan: Plan) -> list[tuple[str, str, str]]:
    return [(fault.code, fault.sheet, fault.cell) for fault in plan.faults]


def refused(content: bytes) -> str:
    with pytest.raises(UnreadableFileError) as error:
        look(content)
    return str(error.value)


# What kind of file it is


@pytest.mark.parametrize(
    "content, kind",
    [
        (pdf(), "pdf"),
        (b"\n\n" + pdf(), "pdf"),
        (PlanFile().content, "plan"),
        (document(), "document"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.text"}, zipfile.ZIP_STORED), "document"),
        (b"{\\rtf1\\ansi hello}", "document"),
        (OLE + "WordDocument\0".encode("utf-16-le"), "document"),
        (packed({"plan.xlsx": PlanFile().content}), "archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "archive"),
        (b"Rar!\x1a\x07\x01\0", "archive"),
        (b"\x1f\x8b\x08\0\0", "archive"),
        (b"BZh91AY&SY\0", "archive"),
        (bytes(257) + b"ustar\x0000", "archive"),
        (b"\x22\x1c-lh5-\0\0", "archive"),
        (b"MSCF\0\0\0\0\0", "archive"),
        (b"MZ\x90\0\x03\0", "program"),
        (b"\x7fELF\x02\x01", "program"),
        (b"#!/bin/sh\nrm -r ~\n", "program"),
        (b"L\0\0\0\x01\x14\x02\0\0", "program"),
        (packed({"META-INF/MANIFEST.MF": b"", "A.class": b""}), "program"),
        (locked_zip("plan.xlsx"), "locked"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "locked"),
        (b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n", "locked"),
        (b"\x85\x01\x0c\x03" + bytes(40), "locked"),
        (cms(b"\x03"), "locked"),
        (b"\x30\x80" + cms(b"\x06")[4:], "locked"),
        (b"\x30\x80\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17\xa0\x80", "locked"),
        (bytes(1) + cms(b"\x03"), ""),
        (cms(b"\x2a"), ""),
        (cms(b"\x02", cms_data(b"\xa0\x03\x04\x01x")), "sealed"),
        (cms(b"\x02", cms_data(b"\x30\0")), "signature"),
        (b"-----BEGIN PGP SIGNATURE-----\n", "signature"),
        (b"\x78\x9f\x3e\x22\1\0", "tnef"),
        (b"From: a@univ.example\nSubject: x\nMessage-ID: <1@univ.example>\n\nFamily name: Iden\n", "mail"),
        (b"MZ is how my name begins.\n", "text"),
        (b"0120-000-000\n", "text"),
        (b"Affiliation: \xcc\xbe\xc2\xe7\n", "unopened"),
        (b"Subject: wild rice\nPurpose: assembly\n\n", "text"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, zipfile.ZIP_STORED), "spreadsheet"),
        (packed({"xl/workbook.bin": b"x"}), "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook\0".encode("utf-16-le"), "spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image"),
        (b"II*\0\x08\0\0\0", "image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image"),
        (KEY.encode(), "key"),
        (b"# mine\r\n" + KEY.encode() + b"\r\n", "key"),
        ((KEY[:40] + "\n" + KEY[40:]).encode(), "key"),
        (f'from="192.0.2.1",no-pty {KEY}\n'.encode(), "key"),
        (("\ufeff" + KEY + "\r\n").encode("utf-16-le"), "key"),
        (RFC4716.encode(), "key"),
        (PRIVATE.encode(), "text"),
        (f"氏名: 三島 花子\nSSH公開鍵: {KEY}\n".encode(), "text"),
        ("氏名：三島 花子\n".encode("iso-2022-jp"), "text"),
        ("氏名：三島 花子\n".encode("cp932"), "text"),
        (b"", ""),
        (b"\0\1\2\3" * 9, ""),
        (b"x" * 100_001, ""),
    ],
)
def test_the_kind_is_told_by_the_content(content: bytes, kind: str) -> None:
    assert look(content).kind == kind


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


FRAME = b"\x08" + struct.pack(">HH", 1754, 1240) + b"\x03"
PREVIEW = b"Exif\0\0\xff\xd8" + segment(0xC0, b"\x08\0\x10\0\x20\x03")
SIZED = ((256, 4, 1240), (257, 4, 1754))


def tiff(order: str, *entries: tuple[int, int, int]) -> bytes:
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(entries))
    shapes = {3: "HHIHH", 4: "HHII"}
    return head + b"".join(
        struct.pack(order + shapes[kind], tag, kind, 1, value, *(0,) * (kind == 3)) for tag, kind, value in entries
    )


@pytest.mark.parametrize(
    "content, pixels",
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 1240, 1754), (1240, 1754)),
        (b"GIF89a" + struct.pack("<HH", 90, 30), (90, 30)),
        (b"\xff\xd8" + segment(0xE1, PREVIEW) + b"\xff" + segment(0xC2, FRAME), (1240, 1754)),
        (tiff("<", (254, 4, 0), (256, 3, 1728), (257, 3, 1143)), (1728, 1143)),
        (tiff(">", *SIZED), (1240, 1754)),
        (b"\x89PNG\r\n\x1a\n\0\0", None),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", None),
        (b"\xff\xd8" + segment(0xE1, PREVIEW), None),
        (b"\xff\xd8\xff\xe0\0\0" + bytes(40), None),
        (b"II*\0\xff\xff\xff\xff", None),
        (tiff("<", (256, 4, 0), (257, 4, 9)), None),
        (b"\0\0\0\x18ftypheic\0\0\0\0", None),
    ],
)
def test_the_size_of_a_picture_stands_in_its_head(content: bytes, pixels: tuple[int, int] | None) -> None:
    assert look(content) == Seen("image", pixels=pixels)


def test_a_text_is_kept_as_far_as_anybody_reads() -> None:
    assert look("氏名：三島 花子\r\n".encode("cp932")).text == "氏名：三島 花子\n"
    assert len(look(b"word " * 19_000).text) == 20_000


def test_names_in_an_archive_are_only_shown_and_nothing_of_it_is_unpacked() -> None:
    bomb = b"\0" * 50_000_000
    names = ("../../etc/cron.d/x", "/root/.ssh/id", "a\u202egpj.exe", "x" * 90, "b", "c")
    seen = look(packed({**dict.fromkeys(names, b""), "bomb": bomb}))
    (doubt,) = seen.doubts
    assert (seen.kind, seen.text) == ("archive", "")
    assert "(7 files: ../../etc/cron.d/x, /root/.ssh/id, agpj.exe, …xxxx" in doubt
    assert doubt.endswith("x, b, …)")
    assert look(locked_zip("見積.xlsx")).doubts == ("is an archive that is locked with a password (1 file: 見積.xlsx)",)


# What a usage plan says


def test_a_plan_says_who_what_for_and_how_much() -> None:
    plan = read(PlanFile())
    assert (plan.version, plan.total, plan.faults) == ("2026", "25.5", ())
    assert plan.entries["name"] == "Kenji Sato"
    assert plan.entries["purpose"] == "Assembly of 300 rice genomes with public tools."
    assert [(user.row, user.name, user.account) for user in plan.users] == [
        (14, "Hanako Iden", "hanako"),
        (15, "Taro Mishima", "taro-m"),
    ]
    assert [(line.account, line.amount, line.unit, line.cell) for line in plan.lines] == [
        ("hanako", "20", "TB", "E12"),
        ("taro-m", "5.5", "TB", "F12"),
    ]
    assert (plan.lines[0].start, plan.lines[0].end) == ("2026-04-01", "2027-03-31")


@pytest.mark.parametrize(
    "change",
    [
        {"order": ("example", "fees", "purpose")},
        {"purpose_name": "Sheet9", "fees_name": "Tabelle1"},
        {"order": ("fees", "purpose")},
        {"year": "2026年度"},
        {"year": "２０２６"},
    ],
)
def test_sheets_are_known_by_what_they_say(change: dict[str, Any]) -> None:
    assert read(replace(PlanFile(), **change)) == read(PlanFile())


def test_the_worked_example_is_never_the_form() -> None:
    assert told(read(PlanFile(rows=()))) == [("plan_sheet_empty", FEES, "")]
    assert told(read(PlanFile(order=("purpose", "example")))) == [("plan_sheet_missing", FEES, "")]
    renamed = PlanFile(order=("example", "purpose"), example_name="Sheet4")
    assert told(read(renamed)) == [("plan_sheet_missing", FEES, "")]


def test_several_lines_of_an_answer_stay_lines() -> None:
    file = PlanFile(more={f"{PURPOSE}!A33": "second line", f"{PURPOSE}!A40": "third"})
    assert read(file).entries["purpose"].split("\n")[1:] == ["second line", "third"]


@pytest.mark.parametrize(
    "change, code, sheet, cell",
    [
        ({"order": ("fees",)}, "plan_sheet_missing", PURPOSE, ""),
        ({"order": ("purpose",)}, "plan_sheet_missing", FEES, ""),
        ({"rows": ()}, "plan_sheet_empty", FEES, ""),
        ({"rows": (Row({"hanako": 0}),)}, "plan_sheet_empty", FEES, ""),
        (
            dict.fromkeys(("name", "account", "project", "purpose", "resources"), "") | {"users": ()},
            "plan_sheet_empty",
            PURPOSE,
            "",
        ),
        ({"year": 2031}, "plan_version", FEES, "A1"),
        ({"year": ""}, "plan_version", FEES, "B1"),
        ({"more": {f"{FEES}!E9": "name"}}, "plan_version", FEES, ""),
        ({"more": {f"{PURPOSE}!A56": "5. Resources"}}, "plan_version", PURPOSE, ""),
        ({"name": ""}, "plan_entry_missing", PURPOSE, "A3"),
        ({"purpose": ""}, "plan_entry_missing", PURPOSE, "A31"),
        ({"resources": ""}, "plan_entry_missing", PURPOSE, "A56"),
        ({"users": (HANAKO, ("", *TARO[1:]))}, "plan_user_name", PURPOSE, "B15"),
        ({"users": (HANAKO, (TARO[0], "", *TARO[2:]))}, "plan_user_email", PURPOSE, "C15"),
        ({"users": (("Jiro", "j@univ.example"), HANAKO, TARO)}, "plan_user_account", PURPOSE, "D14"),
        ({"users": (HANAKO, (TARO[0], "taro@univ", *TARO[2:]))}, "plan_email", PURPOSE, "C15"),
        ({"users": (HANAKO, TARO, ("X", "x@univ.example", "1x"))}, "plan_account", PURPOSE, "D16"),
        ({"users": (HANAKO, TARO, ("X", "x@univ.example", "Hanako"))}, "plan_account_twice", PURPOSE, "D16"),
        ({"rows": (Row({"hanako": "lots"}),)}, "plan_amount", FEES, "E12"),
        ({"rows": (Row({"hanako": 1, "taro-m": date(2026, 4, 1)}),)}, "plan_amount", FEES, "F12"),
        ({"rows": (Row({"hanako": -1}),)}, "plan_negative", FEES, "E12"),
        ({"rows": (Row({"hanako": 1}, service="掃除"),)}, "plan_service", FEES, "C12"),
        ({"rows": (Row({"hanako": 1}, service=""),)}, "plan_service_missing", FEES, "C12"),
        ({"rows": (Row({"hanako": 1}, ("spring", date(2027, 1, 1))),)}, "plan_date", FEES, "A12"),
        ({"rows": (Row({"hanako": 1}, (date(2026, 4, 1), None)),)}, "plan_date_missing", FEES, "B12"),
        ({"rows": (Row({"hanako": 1}, (date(2026, 4, 2), date(2026, 4, 1))),)}, "plan_dates", FEES, "B12"),
        ({"rows": (Row({"hanako": 1, " ": 2}),)}, "plan_column_unnamed", FEES, "F10"),
        ({"rows": (Row({"hanako": 1, "jiro": 2}),)}, "plan_account_unlisted", FEES, "F10"),
    ],
)
def test_what_is_wrong_in_a_plan_is_told_with_sheet_and_cell(
    change: dict[str, Any], code: str, sheet: str, cell: str
) -> None:
    plan = read(replace(PlanFile(), **change))
    assert told(plan) == [(code, sheet, cell)]
    (fault,) = plan.faults
    assert fault.wanted.keys() >= FAULTS[code].places
    assert fault.sheet in fault.wanted["sheet"]


def test_two_fee_tables_filled_in_are_one_too_many() -> None:
    order = ("purpose", "fees", "second")
    second = f"{FEES} (2)"
    assert told(read(PlanFile(order=order))) == []
    plan = read(PlanFile(order=order, second=(Row({"hanako": 3}),)))
    assert told(plan) == [("plan_sheets_several", second, "")]
    assert (plan.total, plan.faults[0].wanted) == ("25.5", {"sheet": FEES, "other": second})
    assert told(read(PlanFile(rows=(), order=order, second=(Row({"hanako": 3}),)))) == []


def test_every_fault_of_a_plan_has_been_seen_by_these_tests() -> None:
    marks = test_what_is_wrong_in_a_plan_is_told_with_sheet_and_cell.pytestmark
    seen = {code for _, code, _, _ in marks[0].args[1]} | {"plan_sheets_several"}
    assert seen == {code for code in FAULTS if code.startswith("plan_")}


def test_a_template_that_is_not_known_is_a_clerks_matter_alone() -> None:
    plan = read(PlanFile(year=2031, name="", users=(("X",),)))
    assert plan.version == ""
    assert attached.faults("plan", plan) == ()
    assert [remark.code for remark in attached.remarks("plan", plan)] == ["plan_version"]
    assert plan.total == "25.5"


def test_what_an_applicant_can_mend_is_told_to_them() -> None:
    plan = read(PlanFile(name="", rows=(Row({"hanako": 1}, service="掃除"),)))
    (fault,) = attached.faults("plan", plan)
    assert (fault.field, fault.kind, fault.wanted["label"], fault.wanted["cell"]) == (
        "plan",
        "missing",
        "責任者名",
        "A3",
    )
    assert [remark.code for remark in attached.remarks("plan", plan)] == ["plan_service"]


def halves(first: dict[str, Any], second: dict[str, Any]) -> tuple[Row, Row]:
    return (
        Row(first, (date(2026, 4, 1), date(2026, 9, 30))),
        Row(second, (date(2026, 10, 1), date(2027, 3, 31))),
    )


@pytest.mark.parametrize(
    "rows, total",
    [
        (halves({"hanako": 20}, {"hanako": 30}), "30"),
        (halves({"hanako": 20, "taro-m": 12}, {"hanako": 30}), "32"),
        ((Row({"hanako": 20}), Row({"hanako": 10}, (date(2026, 10, 1), date(2026, 10, 1)))), "30"),
        ((Row({"hanako": 20}), Row({"hanako": 20}, service=GENOME)), "20"),
        ((Row({"hanako": 20}, service=GENOME),), "0"),
        ((Row({"hanako": 2}, service=NODES, sort="Medium"), Row({"hanako": 0.1, "taro-m": 0.2})), "0.3"),
        ((Row({"hanako": "20TB", "taro-m": "１０ ＴＢ"}),), "30"),
        ((Row({"hanako": "1,000"}),), "1000"),
        ((Row({"hanako": 5}, ("2026/4/1", "令和9年3月31日")),), "5"),
        ((Row({"hanako": 20}, (None, None)), Row({"hanako": 11})), "31"),
    ],
)
def test_the_total_is_the_most_free_storage_of_any_day(rows: tuple[Row, ...], total: str) -> None:
    assert read(PlanFile(rows=rows)).total == total


def test_groups_and_accounts_of_the_genome_division_are_no_strangers() -> None:
    users = ((*HANAKO[:3], "rice", ""), TARO)
    plan = read(PlanFile(users=users, rows=(Row({"rice": 10, "hanako-pg": 1, "kenji": 1}, service=GENERAL),)))
    assert plan.faults == ()


def test_no_more_faults_are_told_than_anybody_mends_at_once() -> None:
    assert len(read(PlanFile(users=tuple(("", "x", "") for _ in range(16)))).faults) == 30


def test_a_formula_counts_as_what_it_last_came_to_and_is_never_worked_out() -> None:
    assert told(read(PlanFile(rows=(Row({"hanako": "=10+5"}),)))) == [("plan_sheet_empty", FEES, "")]


def test_a_workbook_with_macros_is_read_without_them() -> None:
    parts = unpacked(PlanFile().content)
    content = packed({**parts, "xl/vbaProject.bin": b"Sub", "xl/externalLinks/externalLink1.xml": b"<x/>"})
    assert look(content).plan == read(PlanFile())
    assert not [name for name in parts_of(content) if "vba" in name or "external" in name]


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_any_other_workbook_is_a_spreadsheet() -> None:
    assert look(PlanFile(order=("example",)).content) == Seen("spreadsheet")


@pytest.mark.skipif(not REAL, reason="the real templates lie beside MAILBOT_CORPORA")
def test_the_real_templates_are_known_and_empty() -> None:
    seen = {path.name: look(path.read_bytes()).plan for path in REAL}
    assert {plan.version for plan in seen.values() if plan} == {"2022", "2024", "2025"}
    for name, plan in seen.items():
        assert plan is not None, name
        assert told(plan) == [("plan_sheet_empty", PURPOSE, ""), ("plan_sheet_empty", FEES, "")], name


# Files that are out for trouble


def sheet_of(cells: bytes) -> bytes:
    parts = unpacked(PlanFile().content)
    parts["xl/worksheets/sheet2.xml"] = b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"
    return packed(parts)


@pytest.mark.parametrize(
    "content, words",
    [
        (b"PK\x03\x04 broken", "is broken"),
        (PlanFile().content[:-100], "is broken"),
        (b"%PDF-1.7\nnothing", "is broken"),
        (sheet_of(b'<row r="1"><c r="XFD1048576"><v>1</v></c></row>'), "is larger than any usage plan"),
        (sheet_of(b'<row r="20001"><c r="A20001"><v>1</v></c></row>'), "is larger than any usage plan"),
        (sheet_of(b"<row r='1048576'><c><v>1</v></c></row>" * 2), "is larger than any usage plan"),
        (sheet_of(b'<row><c x=">" r="XFD1048576"><v>1</v></c></row>'), "is larger than any usage plan"),
        (sheet_of(b" " * 31_000_000), "unpacks to more than 30 MB"),
        (
            packed({"xl/workbook.xml": b"", **{f"{number}": b"" for number in range(5000)}}),
            "holds more than 5000 files",
        ),
    ],
)
def test_what_cannot_be_looked_into_says_why(content: bytes, words: str) -> None:
    assert refused(content) == words


def test_one_long_text_in_many_cells_is_not_multiplied() -> None:
    parts = unpacked(PlanFile().content)
    parts["xl/sharedStrings.xml"] = b"<sst><si><t>" + b"x" * 1_000_000 + b"</t></si></sst>"
    cells = b"".join(b'<c r="A%d" t="s"><v>0</v></c>' % row for row in range(1, 2000))
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row>" + cells + b"</row></sheetData></worksheet>"
    assert refused(packed(parts)) == "is larger than any usage plan"


def damaged(content: bytes, dice: Random) -> bytes:
    spoilt = bytearray(content)
    for _ in range(dice.choice([1, 3, 9])):
        at = dice.randrange(len(spoilt))
        spoilt[at : at + dice.choice([0, 1, 40])] = dice.choice([b"", b"0", b"<", b"999", b"(", b"7 0 R", b"\xff"])
    return bytes(spoilt)


READ = {"pdf", "plan", "spreadsheet", "text", "unopened", ""}
"""What a damaged PDF or workbook may pass for; a text that several charsets fit is not opened."""


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_file_is_read_or_said_to_be_broken(seed: int) -> None:
    dice, signed, parts = Random(seed), signed_pdf("Taro Mishima"), unpacked(PlanFile().content)
    for _ in range(40):
        name = dice.choice(["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"])
        for content in (damaged(signed, dice), packed({**parts, name: damaged(parts[name], dice)})):
            with contextlib.suppress(UnreadableFileError):
                assert look(content).kind in READ


def test_many_sheets_that_are_one_and_the_same_are_not_multiplied() -> None:
    parts = unpacked(
        sheet_of(b'<row r="1"><c r="T1"><v>1</v></c></row><row r="20000"><c r="A20000"><v>1</v></c></row>')
    )
    book = parts["xl/workbook.xml"].decode()
    second = book[book.index("<sheet ", book.index("<sheet ") + 1) :].partition("/>")[0] + "/>"
    copies = "".join(second.replace(FEES, f"S{number}") for number in range(9))
    parts["xl/workbook.xml"] = book.replace("</sheets>", copies + "</sheets>").encode()
    assert refused(packed(parts)) == "is larger than any usage plan"


def test_a_sheet_hidden_in_another_part_is_measured_too() -> None:
    parts = unpacked(PlanFile().content)
    parts["xl/workbook2.xml"] = b'<worksheet><row r="1"><c r="XFD1048576"><v>1</v></c></row></worksheet>'
    assert refused(packed(parts)) == "is larger than any usage plan"


def test_formats_far_away_make_no_sheet_large() -> None:
    seen = look(sheet_of(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'))
    assert seen.kind == "plan"


# the alarm may ring in a destructor, which ignores it; then it rings again
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_takes_too_long_is_given_up_and_what_was_before_it_is_kept() -> None:
    contents = (b"note", heavy_pdf(), b"other note")
    message = looked_into(mail_with(contents), contents, seconds=0.2)
    assert [one.kind for one in message.attachments] == ["text", "", ""]
    assert message.doubts == (
        "attachment “1.bin”: takes too long to be read",
        "attachment “2.bin”: was not looked into, those before it took too long",
    )


def test_a_doubt_names_an_attachment_by_the_end_of_a_long_name_which_says_what_it_claims_to_be() -> None:
    contents = (b"MZ" + bytes(9),)
    name = "minutes " * 20 + "\u202efdp.exe"
    message = mail_with(contents)
    named = replace(message, attachments=(replace(message.attachments[0], name=name),))
    message = looked_into(named, contents)
    (doubt,) = message.doubts
    assert doubt.startswith("attachment “…")
    assert doubt.endswith("fdp.exe”: is a program, which nobody ran")


def heavy_pdf() -> bytes:
    """A page that shows 60,000 words one by one."""
    return pdf().replace(b"(A pledge) Tj", b"(A pledge) Tj " * 60_000).replace(b"/Length 45", b"/Length 840032")


def mail_with(contents: Sequence[bytes]) -> Message:
    attachments = tuple(
        Attachment(f"{number}.bin", "application/octet-stream", len(content), sha256(content).hexdigest())
        for number, content in enumerate(contents)
    )
    return Message("0" * 64, 1, attachments=attachments)


def test_of_very_many_attachments_only_the_first_are_looked_into() -> None:
    contents = [b"note %d" % number for number in range(25)]
    message = looked_into(mail_with(contents), contents)
    assert [one.kind for one in message.attachments] == ["text"] * 20 + [""] * 5
    assert message.doubts == ("only the first 20 attachments were looked into",)


def test_into_how_many_attachments_is_looked_is_for_the_operator_to_say() -> None:
    (read,) = through_the_child([mail(b"one", b"two", b"three")], Settings(attachments=2))
    assert isinstance(read, Message)
    assert [one.kind for one in read.attachments] == ["text", "text", ""]
    assert read.doubts == ("only the first 2 attachments were looked into",)


# What a PDF says


def test_a_pdf_shows_the_cases_it_is_about() -> None:
    seen = look(pdf("Pledge [DESK-2 2026-00042], see [EXAMPLE 2026-00007] and 2026-00001"))
    assert (seen.kind, seen.numbers, seen.signed) == ("pdf", ("2026-00042", "2026-00007"), ())
    assert look(pdf("[DESK-2 2026-00042] own-pledge    1 / 2")).sheets == (("2026-00042", "own-pledge"),)


def test_a_case_is_read_beside_japanese_too() -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    file = io.BytesIO()
    page = Canvas(file)
    page.setFont("HeiseiMin-W3", 12)
    page.drawString(72, 700, "誓約書 [EXAMPLE 2026-00042]")
    page.save()
    assert look(file.getvalue()).numbers == ("2026-00042",)


def test_a_signature_is_recognised_with_the_name_in_its_certificate() -> None:
    seen = look(signed_pdf("三島 太郎", "[EXAMPLE 2026-00042]", written="T. Mishima"))
    assert (seen.signed, seen.numbers, seen.doubts) == (("三島 太郎",), ("2026-00042",), ())


def test_without_a_certificate_the_name_written_beside_it_counts() -> None:
    assert look(signed_pdf("X", written="T. Mishima", real=False)).signed == ("T. Mishima",)
    assert look(signed_pdf("X", real=False)).signed == ("(no name)",)


def test_a_pdf_changed_after_it_was_signed_is_doubtful() -> None:
    content = signed_pdf("Taro Mishima")
    assert look(content + b"\r\n").doubts == ()
    seen = look(content + b"9 0 obj\n(more)\nendobj\n")
    assert (seen.signed, seen.doubts) == (("Taro Mishima",), ("was changed after it was signed",))


def test_a_signature_that_covers_nothing_is_none() -> None:
    content = signed_pdf("Taro Mishima")
    at = content.index(b"/ByteRange [0 ") + len(b"/ByteRange [0 ")
    seen = look(content[:at] + b"0000000009" + content[at + 10 :])
    assert (seen.signed, seen.doubts) == ((), ("has a signature that covers nothing of it",))


def test_a_form_with_an_empty_place_for_a_signature_is_not_signed() -> None:
    field = b"<< /FT /Sig /T (Signature1) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] >>"
    assert look(pdf("x", (field,), b"/AcroForm << /Fields [6 0 R] >>")).signed == ()


def test_a_locked_pdf_is_a_pdf_nevertheless() -> None:
    assert look(locked("open")) == Seen("pdf", doubts=("is locked with a password",))
    assert look(locked("")) == Seen("pdf", numbers=("2026-00042",))


def locked(password: str) -> bytes:
    writer, file = PdfWriter(clone_from=io.BytesIO(pdf("[EXAMPLE 2026-00042]"))), io.BytesIO()
    writer.encrypt(password, "owner", algorithm="AES-256")
    writer.write(file)
    return file.getvalue()


# Which answers they are


FORM = Form.model_validate(
    {
        "name": "plan",
        "title": {"en": "Usage plan"},
        "people": {"applicant": {"email": "email", "name": []}},
        "steps": [],
        "fields": {
            "email": {"label": {"en": "Email"}, "type": "email"},
            "plan": {"label": {"en": "Plan"}, "type": "plan"},
            "key": {"label": {"en": "Key"}, "type": "ssh_public_key"},
            "total": {"label": {"en": "Total"}, "type": "amount", "from_plan": "total"},
            "members": {"label": {"en": "Members"}, "from_plan": "users"},
            "project": {"label": {"en": "Project"}, "from_plan": "project"},
            "wishes": {"label": {"en": "Wishes"}, "from_plan": "wishes"},
        },
    }
)


def seen(*contents: bytes) -> Message:
    return looked_into(mail_with(contents), contents)


def test_attachments_answer_the_fields_that_they_can() -> None:
    plan = PlanFile().content
    assert attached.answers(seen(plan, KEY.encode(), pdf()), FORM) == {
        "plan": (sha256(plan).hexdigest(),),
        "key": (KEY,),
        "total": ("25.5 TB",),
        "members": ("2",),
        "project": ("Rice genomes",),
    }
    assert attached.answers(seen(pdf(), b"note"), FORM) == {}


def test_the_newest_plan_of_a_mail_counts() -> None:
    old, new = PlanFile(project="Old").content, PlanFile(project="New").content
    found = attached.plan_of(seen(old, new))
    assert found is not None
    assert (found[0], found[1].entries["project"]) == (sha256(new).hexdigest(), "New")
    assert attached.plan_of(seen(pdf())) is None


def test_two_different_keys_are_two_answers_and_a_private_one_is_none() -> None:
    other = KEY.replace("laptop", "desk")
    assert attached.answers(seen(KEY.encode(), other.encode(), KEY.encode()), FORM) == {"key": (KEY, other)}
    assert attached.answers(seen(PRIVATE.encode()), FORM) == {}


def test_a_pdf_or_a_picture_may_be_a_signed_document() -> None:
    message = seen(b"note", pdf(), b"\x89PNG\r\n\x1a\n\0", PlanFile().content)
    assert [one.kind for one in attached.documents(message)] == ["pdf", "image"]


# In the reader's child process


def mail(*contents: bytes, name: str = "file") -> tuple[str, bytes]:
    written = EmailMessage()
    written["From"], written["Subject"] = "hanako@univ.example", "My plan"
    written.set_content("Please find it attached.\n")
    for number, content in enumerate(contents):
        written.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"{name}{number}")
    raw = bytes(written)
    return sha256(raw).hexdigest(), raw


def through_the_child(mails: Sequence[tuple[str, bytes]], settings: Settings) -> list[Message | Unreadable]:
    async def run() -> list[Message | Unreadable]:
        async with Reader(settings) as reader:
            return await reader.read(mails)

    return asyncio.run(run())


def test_what_was_found_comes_through_the_pipe_whole() -> None:
    contents = (
        PlanFile().content,
        signed_pdf("Taro Mishima", "[EXAMPLE 2026-00042] pledge"),
        KEY.encode(),
        PRIVATE.encode(),
    )
    broken = (b"PK\x03\x04 broken", sheet_of(b" " * 31_000_000))
    first, second = through_the_child([mail(*contents), mail(*broken, name="odd")], Settings())
    assert isinstance(first, Message)
    assert [one.kind for one in first.attachments] == ["plan", "pdf", "key", "text"]
    assert first.attachments[0].plan == read(PlanFile())
    assert (first.attachments[1].signed, first.attachments[1].numbers) == (("Taro Mishima",), ("2026-00042",))
    assert first.attachments[1].sheets == (("2026-00042", "pledge"),)
    assert first.attachments[2].text == KEY
    assert "b3BlbnNzaC1rZXktdjE" not in ANSWERS.dump_json([("message", first, None)]).decode()
    assert isinstance(second, Message)
    assert [one.kind for one in second.attachments] == ["unopened", "unopened"]
    assert second.doubts == ("attachment “odd0”: is broken", "attachment “odd1”: unpacks to more than 30 MB")


def test_an_attachment_that_stalls_the_reader_does_not_cost_the_mail() -> None:
    (read,) = through_the_child([mail(heavy_pdf(), heavy_pdf())], Settings(seconds=1.0, mail_seconds=60.0))
    assert isinstance(read, Message)
    assert (read.subject, read.text) == ("My plan", "Please find it attached.\n")
    assert read.doubts == ("its attachments were not looked into, they took longer than 1 second to read",)


def test_a_fault_of_a_plan_is_a_value_that_survives_a_journal() -> None:
    plan = read(PlanFile(name=""))
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert isinstance(plan.faults[0], PlanFault)
    assert FAULTS.keys() >= plans.FOR_CLERKS
