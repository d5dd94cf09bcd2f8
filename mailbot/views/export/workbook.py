"""Rows as a workbook of Excel. It knows nothing of what they mean.

Every cell is written as text, so that none is a formula, a link or a number, whatever it begins with.
"""

from collections.abc import Sequence
from typing import IO, Any

LONGEST = 32_767
"""Characters that a cell can hold."""
MOST_ROWS = 1_048_576
CUT = " … cut: the whole text is in the export as csv or jsonl"


class Workbook:
    """Writes row after row into a binary stream; memory does not grow with them. The stream is whole after `close`."""

    def __init__(self, out: IO[bytes], heads: Sequence[str]) -> None:
        import xlsxwriter  # 0.1 s that no other command waits for

        as_text = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
        self._book: Any = xlsxwriter.Workbook(out, {"constant_memory": True, **as_text})
        self._heads = tuple(heads)
        self._bold = self._book.add_format({"bold": True})
        self._begin()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._row = 0
        self._sheet.freeze_panes(1, 0)
        self._write(self._heads, self._bold)

    def add(self, cells: Sequence[str]) -> None:
        """One row more; on a new sheet where one is full."""
        if self._row >= MOST_ROWS:
            self._begin()
        self._write(cells, None)

    def _write(self, cells: Sequence[str], form: object) -> None:
        for column, cell in enumerate(cells):
            whole = cell if len(cell.encode("utf-16-le")) // 2 <= LONGEST else cell[: LONGEST // 2] + CUT
            self._sheet.write_string(self._row, column, whole, form)
        self._row += 1

    def close(self) -> None:
        """The last byte is written."""
        self._book.close()
