"""What a usage plan says: the sheets of a workbook in, a Plan with its faults out. It knows no file format.

It must not know where the workbook came from, nor what a desk makes of it.
"""

from collections.abc import Sequence

from mailbot.core.events import Plan, PlanFault
from mailbot.core.plans.cells import Sheet
from mailbot.core.plans.checks import checked
from mailbot.core.plans.fees import FEES, MOST_LINES, Fees, filled_first, is_fees, read_fees
from mailbot.core.plans.finding import fault, is_example
from mailbot.core.plans.purpose import PURPOSE, Purpose, is_purpose, read_purpose
from mailbot.core.plans.totals import highest, number_text

__all__ = ["FOR_CLERKS", "MOST_LINES", "VERSIONS", "Sheet", "read"]

VERSIONS = frozenset({"2022", "2023", "2024", "2025", "2026"})
"""The templates in circulation, by the year their fee table is for."""
FOR_CLERKS = frozenset({"plan_version", "plan_service"})
"""Faults that no applicant can mend: what the program does not know about the template."""
MOST_FAULTS = 30


def read(sheets: Sequence[Sheet]) -> Plan | None:
    """The usage plan in a workbook, its sheets told by their headings; None if it has neither sheet of one.

    Worked examples (記入例) are never taken for the form. Its `total` is in TB: the most storage of the general
    division that is asked for on any one day (`totals.highest`). A template that is not recognised has the version ""
    and one fault, `plan_version`, because what else seems wrong in it may only be unknown to us. More than MOST_LINES
    lines are cut off after one more.
    """
    purpose_sheet, fees_sheets = _form(sheets)
    if purpose_sheet is None and not fees_sheets:
        return None
    purpose = read_purpose(purpose_sheet) if purpose_sheet else None
    fees = read_fees(fees_sheets[0]) if fees_sheets else None
    unknown = _unknown(purpose, fees)
    faults = unknown or [*_sheets(purpose, fees, fees_sheets), *checked(purpose, fees)]
    lines = fees.lines if fees else ()
    return Plan(
        version="" if unknown or not fees else fees.year,
        entries=_entries(purpose, fees),
        users=purpose.users if purpose else (),
        lines=lines,
        total=number_text(highest(line for line in lines if line.free)),
        faults=tuple(faults[:MOST_FAULTS]),
    )


def _form(sheets: Sequence[Sheet]) -> tuple[Sheet | None, list[Sheet]]:
    """The sheet of purposes, and the fee tables: the one to be read first, then others that are filled in too."""
    own = [sheet for sheet in sheets if not is_example(sheet)]
    purposes = sorted(filter(is_purpose, own), key=lambda sheet: sheet.name.strip() != PURPOSE)
    return (purposes[0] if purposes else None), filled_first([sheet for sheet in own if is_fees(sheet)])


def _unknown(purpose: Purpose | None, fees: Fees | None) -> list[PlanFault]:
    """Why the template is not one we know: its year, or a heading that is not there."""
    if fees and fees.year not in VERSIONS:
        return [fault("plan_version", fees.sheet, fees.year_cell, fees.year)]
    for part in (purpose, fees):
        if part and part.lacking:
            return [fault("plan_version", part.sheet, found=part.lacking)]
    return []


def _sheets(purpose: Purpose | None, fees: Fees | None, tables: list[Sheet]) -> list[PlanFault]:
    """What is wrong with the sheets as a whole: one is not there, nobody filled it in, or two are filled in."""
    found = []
    for part, name in ((purpose, PURPOSE), (fees, FEES)):
        if part is None:
            found.append(PlanFault(code="plan_sheet_missing", sheet=name, wanted={"sheet": name}))
        elif part.empty:
            found.append(PlanFault(code="plan_sheet_empty", sheet=part.sheet.name, wanted={"sheet": part.sheet.name}))
    for other in tables[1:]:
        names = {"sheet": tables[0].name, "other": other.name}
        found.append(PlanFault(code="plan_sheets_several", sheet=other.name, wanted=names))
    return found


def _entries(purpose: Purpose | None, fees: Fees | None) -> dict[str, str]:
    """The answers by key; the fee table's own head says who is responsible where the other sheet does not."""
    return {**(fees.entries if fees else {}), **(purpose.entries if purpose else {})}
