"""Tells what a ZIP is by the names in it, and whether it is locked. It unpacks nothing, and a name in it is only shown.

What a ZIP unpacks to and where its names point are of no matter here: no file of it is ever opened or written.
"""

import re
import zipfile
from collections.abc import Sequence

from mailbot.core.counts import counted
from mailbot.core.filenames import plain_name
from mailbot.edge.attachments.values import Seen, guarded, only_known
from mailbot.edge.attachments.zips import members_of

MOST_NAMED = 5
_LOCKED = 0x01 | 0x40 | 0x2000
"""Bits of a member's flags that say it is encrypted, strongly encrypted, or that the list of members is (APPNOTE)."""
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("spreadsheet", re.compile(r"xl/workbook\.\w+")),
    ("document", re.compile(r"(?:word/document|ppt/presentation|visio/document)\.\w+|content\.hpf|mimetype")),
    ("program", re.compile(r"meta-inf/manifest\.mf|androidmanifest\.xml|appxmanifest\.xml")),
)
"""What a ZIP is, by a file that is always in one; the first that fits. A spreadsheet is looked into by others."""
_LOCKED_WORDS = "is an archive that is locked with a password"
_SHEETS = (b"opendocument.spreadsheet",)


def look_into(content: bytes) -> Seen | None:
    """`locked`, `program`, `document` or `archive`, and in words the first names in it; None for what may be a
    spreadsheet. Raises UnreadableFileError for a broken ZIP."""
    members = guarded(lambda: members_of(content), zipfile.BadZipFile)
    names = [member.filename for member in members]
    if any(member.flag_bits & _LOCKED for member in members):
        return Seen("locked", doubts=(_LOCKED_WORDS + _named(names),))
    kind = _kind([name.lower() for name in names])
    if kind == "spreadsheet" or any(mark in content[:200] for mark in _SHEETS):
        return None
    return only_known(kind, _named(names) if kind == "archive" else "")


def _kind(names: Sequence[str]) -> str:
    found = (kind for kind, name in _KINDS if any(map(name.fullmatch, names)))
    return next(found, "archive")


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(map(plain_name, names[:MOST_NAMED])) + (", …" if len(names) > MOST_NAMED else "")
    return f" ({counted(len(names), 'file')}: {shown})" if names else ""
