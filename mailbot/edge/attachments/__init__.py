"""Looks into one attachment: what kind it is by its content, and what it says. It knows no mail and no case.

It must not run anything it finds (formula, macro, link, script), nor write or fetch a file; it may take long and much
memory over a hostile file, and whoever calls it sets the limits.
"""

from collections.abc import Mapping
from importlib import import_module

from mailbot.edge.attachments.kinds import Sort, sort_of
from mailbot.edge.attachments.pixels import pixels_of
from mailbot.edge.attachments.values import Envelope, Inside, Seen, UnreadableFileError, only_known

__all__ = ["Envelope", "Inside", "Seen", "UnreadableFileError", "look", "prepare"]


def look(content: bytes, enclosed: bool = False) -> Seen:
    """What the decoded bytes of an attachment are: see `Attachment` for the kinds; an unknown kind gives `Seen()`. Of
    what lay `enclosed` in an envelope, an envelope is a mail within the mail, and stays closed.

    Raises UnreadableFileError, in words for a clerk, for a file that is broken, locked or beyond measure; MemoryError
    may come as well. Nothing else does, whatever is in the file: what breaks the library that reads it, or our own
    reading of a plan, is a broken file.
    """
    sort = sort_of(content)
    if sort in PLAIN:
        return PLAIN[sort]
    if sort is Sort.TNEF:
        return only_known("mail") if enclosed else _envelope(content)
    if sort is Sort.IMAGE:
        return Seen("image", pixels=pixels_of(content))
    if sort is Sort.ZIP:
        return _zip(content)
    return _pdf(content) if sort is Sort.PDF else _text(content)


def prepare(content: bytes) -> None:
    """Load the libraries that `look` will need for this content, so that nobody counts that among the time it takes."""
    if module := LIBRARIES.get(sort_of(content)):
        import_module(module)


LIBRARIES: Mapping[Sort, str] = {
    Sort.ZIP: "mailbot.edge.attachments.plan",
    Sort.PDF: "mailbot.edge.attachments.pdf",
    Sort.TNEF: "mailbot.edge.attachments.tnef",
}
"""What is loaded only where there is a file that needs it: most mails have none."""
PLAIN: Mapping[Sort, Seen] = {
    Sort.OLD_SPREADSHEET: Seen("spreadsheet"),
    Sort.LOCKED_OFFICE: Seen("locked", doubts=("is locked with a password",)),
    Sort.SEALED: Seen("locked", doubts=("is encrypted",)),
    Sort.SIGNED: Seen("sealed", doubts=("is a signed envelope, which was not opened",)),
    Sort.SIGNATURE: Seen("signature"),
    Sort.DOCUMENT: only_known("document"),
    Sort.PROGRAM: only_known("program"),
    Sort.ARCHIVE: only_known("archive"),
}
"""What is known of a file of a sort that nothing looks into."""


def _envelope(content: bytes) -> Seen:
    """`envelope`, and what was in it; one that cannot be opened is only `tnef`."""
    from mailbot.edge.attachments.tnef import opened

    try:
        return Seen("envelope", opened=opened(content))
    except UnreadableFileError as unreadable:
        return Seen("tnef", doubts=(f"is an Outlook envelope, which was not opened: it {unreadable}",))


def _zip(content: bytes) -> Seen:
    from mailbot.edge.attachments.archives import look_into

    return look_into(content) or _workbook(content)


def _workbook(content: bytes) -> Seen:
    from mailbot.edge.attachments.plan import look_into  # read only when there is one: most mails have no spreadsheet

    return look_into(content)


def _pdf(content: bytes) -> Seen:
    from mailbot.edge.attachments.pdf import look_into  # takes 130 ms to import, which most readers never need

    return look_into(content)


def _text(content: bytes) -> Seen:
    from mailbot.edge.attachments.text import look_into

    return look_into(content)
