"""What the child process that reads mails may use: the desk's limits as it takes them. It starts none."""

from mailbot.core.rules import Desk
from mailbot.edge.parsing import Limits
from mailbot.flow.reader import Settings


def reader_settings(desk: Desk) -> Settings:
    """The limits of a desk, and the border whose word counts."""
    limits = desk.limits
    parts = Limits(
        size=limits.mail_megabytes * 1_000_000,
        depth=limits.depth,
        parts=limits.parts,
        header=limits.header_kilobytes * 1000,
    )
    return Settings(
        memory=limits.reader_megabytes * 1_000_000,
        seconds=limits.reader_seconds,
        limits=parts,
        attachments=limits.attachments,
        attachment_seconds=limits.attachment_seconds,
        border=desk.border,
    )
