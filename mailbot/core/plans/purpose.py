"""Reads the sheet of purposes (利用目的等): who is responsible, what for, who the users are. It judges nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.core.events import PlanUser
from mailbot.core.plans.cells import LONGEST, Sheet
from mailbot.core.plans.finding import Spot, columns, spots

PURPOSE = "利用目的等"
"""What the sheet is called in the templates."""


def _heading(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:\d{{1,2}}[・.:、)\]]*)?(?:{words}).*", re.DOTALL)


BESIDE: Mapping[str, re.Pattern[str]] = {
    "name": re.compile(r"責任者(?:氏)?名"),
    "account": re.compile(r"責任者アカウント名?"),
    "affiliation": re.compile(r"責任者(?:の)?所属"),
    "job_title": re.compile(r"責任者(?:の)?職名"),
}
"""Entries whose answer stands to the right of their label."""
BELOW: Mapping[str, re.Pattern[str]] = {
    "project": _heading("研究プロジェクト名"),
    "users": _heading("ユーザー?(?:の)?一覧"),
    "purpose": _heading("研究利用内容"),
    "resources": _heading("利用リソース量の計画"),
    "wishes": _heading("その他の?(?:希望|要望)"),
}
"""Sections, whose answer stands below their heading, up to the next."""
TABLE: Mapping[str, re.Pattern[str]] = {
    "name": re.compile(r"(?:氏名|name).*"),
    "email": re.compile(r"(?:e-?mail|メール).*"),
    "account": re.compile(r".*アカウント.*"),
    "group": re.compile(r".*グループ.*"),
    "affiliation": re.compile(r".*所属.*"),
}
"""Columns of the list of users."""
MOST_USERS = 1000
_SAMPLE_ROW = re.compile(r"\(?(?:記入)?例\)?")


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the sheet says: answers by key, where each label stands, the users, the columns of their list; `lacking`
    is a heading of the templates that it does not have."""

    sheet: Sheet
    entries: dict[str, str]
    places: dict[str, Spot]
    users: tuple[PlanUser, ...] = ()
    columns: dict[str, int] = field(default_factory=dict)
    lacking: str = ""

    @property
    def empty(self) -> bool:
        """Whether nobody wrote anything into it."""
        return not self.entries and not self.users


def is_purpose(sheet: Sheet) -> bool:
    """Whether a sheet is the one of purposes: it asks for the responsible person and has two of its sections."""
    places = spots(sheet, {**BESIDE, **BELOW})
    return "name" in places and len(places.keys() & BELOW.keys()) >= 2


def read_purpose(sheet: Sheet) -> Purpose:
    """What the sheet of purposes says, as written; only filled entries have a key."""
    places = spots(sheet, {**BESIDE, **BELOW})
    ends = [*sorted(row for key, (row, _) in places.items() if key in BELOW), len(sheet.rows)]
    entries = {key: _right_of(sheet, places[key]) for key in BESIDE if key in places}
    for key in BELOW.keys() - {"users"}:
        if key in places:
            entries[key] = _below(sheet, places[key], next(end for end in ends if end > places[key][0]))
    header, listed = _header(sheet, places.get("users"), ends)
    end = next((end for end in ends if end > header), 0)
    users = _users(sheet, header + 1, end, listed) if listed else ()
    lacking = next((key for key in (*BESIDE, *BELOW) if key not in places), "") or next(iter(TABLE.keys() - listed), "")
    filled = {key: entries[key] for key in (*BESIDE, *BELOW) if entries.get(key)}
    return Purpose(sheet, filled, places, users, listed, lacking)


def _right_of(sheet: Sheet, spot: Spot) -> str:
    row, column = spot
    texts = (sheet.text(row, at) for at in range(column + 1, len(sheet.rows[row])))
    return " ".join(text for text in texts if text)


def _below(sheet: Sheet, spot: Spot, end: int) -> str:
    """The text of a section: what stands behind its heading, then line by line what stands below."""
    rows = (" ".join(filter(None, (sheet.text(row, at) for at in range(40)))) for row in range(spot[0] + 1, end))
    return "\n".join(filter(None, (_right_of(sheet, spot), *rows)))[:LONGEST]


def _header(sheet: Sheet, spot: Spot | None, ends: list[int]) -> tuple[int, dict[str, int]]:
    """The row of the list's headings, and its columns."""
    if spot is None:
        return 0, {}
    for row in range(spot[0], next(end for end in ends if end > spot[0])):
        found = columns(sheet, row, TABLE)
        if found.keys() >= {"name", "email"}:
            return row, found
    return 0, {}


def _users(sheet: Sheet, start: int, end: int, at: Mapping[str, int]) -> tuple[PlanUser, ...]:
    """The lines of the list in which anything but the running number stands."""
    users = []
    for row in range(start, min(end, start + MOST_USERS)):
        texts = {key: sheet.text(row, column)[:300] for key, column in at.items()}
        number = sheet.text(row, at["name"] - 1) if at["name"] else ""
        if any(texts.values()) and not _SAMPLE_ROW.fullmatch(number):
            users.append(PlanUser(row=row + 1, **texts))
    return tuple(users)
