"""Usage plans as people send them: workbooks made by a library, filled in as a test wants. It knows no mail."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

GENERAL, GENOME = "ストレージ大規模利用_一般解析区画", "ストレージ大規模利用_個人ゲノム区画"
NODES = "計算ノード占有利用_一般解析区画"
YEAR = (date(2026, 4, 1), date(2027, 3, 31))
HANAKO = ("Hanako Iden", "hanako@univ.example", "hanako", "", "Example University")
TARO = ("Taro Mishima", "taro@univ.example", "taro-m", "", "Example University")


@dataclass(frozen=True)
class Row:
    """A line of the fee table: amounts by account, a period, a service."""

    amounts: Mapping[str, Any]
    period: tuple[Any, Any] = YEAR
    service: str = GENERAL
    sort: str = "Quota設定のみ"


@dataclass(frozen=True)
class PlanFile:
    """What is written into the template of a year; the defaults are a plan without a fault."""

    year: Any = 2026
    name: str = "Kenji Sato"
    account: str = "kenji"
    project: str = "Rice genomes"
    users: Sequence[Sequence[Any]] = (HANAKO, TARO)
    purpose: str = "Assembly of 300 rice genomes with public tools."
    resources: str = "0.1 TB a genome, 30 TB in all."
    wishes: str = ""
    rows: Sequence[Row] = (Row({"hanako": 20, "taro-m": 5.5}),)
    purpose_name: str = "利用目的等"
    fees_name: str = "料金試算表"
    example_name: str = "記入例(普通版)"
    second: Sequence[Row] = ()
    order: Sequence[str] = ("purpose", "fees", "example")
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes of the .xlsx file."""
        book = Workbook()
        book.remove(book.active)
        makers = {"purpose": self._purpose, "fees": self._fees, "second": self._second, "example": self._example}
        for part in self.order:
            makers[part](book)
        for cell, value in self.more.items():
            sheet, _, where = cell.rpartition("!")
            book[sheet][where] = value
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    def _purpose(self, book: Workbook) -> None:
        sheet = book.create_sheet(self.purpose_name)
        sheet["G1"], sheet["H1"] = "申請日", "年"
        heads = {
            2: "１・責任者情報",
            9: "２・研究プロジェクト名（あれば）",
            12: "３・ユーザー一覧 \n（※）グループは責任者ごとに一つです。",
            31: "４・研究利用内容 (利用目的、プログラム等)",
            56: "５・利用リソース量の計画 (見積方法)",
            83: "６・その他の希望事項",
        }
        for row, text in heads.items():
            sheet.cell(row, 1, text)
        answers = {"責任者名": self.name, "責任者アカウント名\n": self.account, "責任者所属": "", "責任者職名": ""}
        for row, (label, answer) in enumerate(answers.items(), 3):
            sheet.cell(row, 1, label)
            sheet.cell(row, 3, answer or None)
        sheet.merge_cells("A3:B3")
        titles = ("No.", "氏名", "E-mail", "希望アカウント名", "希望グループ名（※）", "所属・職名")
        _write(sheet, 13, titles)
        for number in range(1, 17):
            user = self.users[number - 1] if number <= len(self.users) else ()
            _write(sheet, 13 + number, (number, *user))
        texts = {10: self.project, 32: self.purpose, 57: self.resources, 84: self.wishes}
        for row, text in texts.items():
            sheet.cell(row, 1, text or None)

    def _fees(self, book: Workbook) -> None:
        _fee_table(book.create_sheet(self.fees_name), self.year, self.rows, self.name, "")

    def _second(self, book: Workbook) -> None:
        _fee_table(book.create_sheet(f"{self.fees_name} (2)"), self.year, self.second, self.name, "")

    def _example(self, book: Workbook) -> None:
        rows = (Row({"taro": 20, "jiro": 40}, (date(2026, 4, 1), date(2026, 9, 30))),)
        _fee_table(book.create_sheet(self.example_name), 2026, rows, "鈴木太郎", "2020/03/31")


def _fee_table(sheet: Worksheet, year: Any, rows: Sequence[Row], name: str, dated: str) -> None:
    _write(sheet, 1, (year, "料金試算表"))
    sheet["A2"] = "一般解析区画は責任者あたりの合計で30TB以下の場合は無料となります。"
    for row, head in enumerate((f"申請日： {dated}", f"責任者名： {name}", "責任者アカウント：", "責任者所属："), 4):
        sheet.cell(row, 1, head)
    _write(sheet, 8, ("開始日", "終了日", "サービス", "種別", "アカウント名またはグループ名"))
    _write(sheet, 8, ("リソース量合計", "サービス種別", "リソース量合計", "第一期日数"), 15)
    sheet["E9"] = "氏名"
    accounts = list(dict.fromkeys(account for row in rows for account in row.amounts))
    _write(sheet, 10, [account.strip() or None for account in accounts], 5)
    for at, row in enumerate(rows, 12):
        _write(sheet, at, (*row.period, row.service or None, row.sort))
        _write(sheet, at, [row.amounts.get(account) for account in accounts], 5)
        sheet.cell(at, 17, f"=SUM(E{at}:N{at})")
    for at in range(12 + len(rows), 27):
        sheet.cell(at, 17, 0)
    for at, text in enumerate(("計算ノード優先利用_一般解析区画 料金合計", "消費税", "料金合計\u3000"), 27):
        sheet.cell(at, 1, text)
        sheet.cell(at, 21, 0)


def _write(sheet: Worksheet, row: int, values: Sequence[Any], column: int = 1) -> None:
    for at, value in enumerate(values, column):
        if value not in (None, ""):
            sheet.cell(row, at, value)
