"""Takes the parts of a workbook out of its ZIP, within limits, and packs them anew. It knows nothing of sheets.

What a library is given is only what it has to read: macros, links to other files, pictures and whatever else lies in
the file never reach it, and no part is larger than was counted here.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from mailbot.edge.attachments.values import UnreadableFileError, guarded

MOST_FILES = 5_000
MOST_BYTES = 30_000_000
"""What the parts may come to when unpacked; the largest template in circulation needs 1.5 MB."""
_WANTED = re.compile(
    r"\[content_types\]\.xml|_rels/\.rels|xl/_rels/[^/]+\.rels|xl/(?:workbook|styles|sharedstrings)[^/]*\.xml"
    r"|xl/worksheets/[^/]+\.xml",
    re.IGNORECASE,
)
Parts = dict[str, bytes]


def parts_of(content: bytes) -> Parts:
    """The parts of a workbook (ECMA-376 part 2) by name; none if it is no workbook.

    Raises UnreadableFileError for a broken ZIP and one that unpacks to more than it may.
    """
    return guarded(lambda: dict(_unpacked(content)), zipfile.BadZipFile, zlib.error)


def _unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    left = MOST_BYTES
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > MOST_FILES:
            raise UnreadableFileError(f"holds more than {MOST_FILES} files")
        if not any(member.filename.lower() == "xl/workbook.xml" for member in members):
            return
        for member in members:
            if not _WANTED.fullmatch(member.filename):
                continue
            with archive.open(member) as file:
                part = file.read(left + 1)
            left -= len(part)
            if left < 0:
                raise UnreadableFileError(f"unpacks to more than {MOST_BYTES // 1_000_000} MB")
            yield member.filename, part


def members_of(content: bytes) -> list[zipfile.ZipInfo]:
    """The list of what is in a ZIP, as far as anybody looks."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.infolist()[:MOST_FILES]


def packed(parts: Parts) -> bytes:
    """The parts as a ZIP again, without compression."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()
