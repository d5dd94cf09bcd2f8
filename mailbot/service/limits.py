"""What the child process that reads mails may use, and what it looks for: the desk's limits as it takes them, and the
forms. It starts none."""

from dataclasses import replace

from mailbot.core.rules import Desk, Rules
from mailbot.edge.parsing import Limits
from mailbot.flow.reader import Settings


def reader_settings(rules: Rules) -> Settings:
    """The limits of a desk, the border whose word counts, and the forms it looks for."""
    return replace(limits_of(rules.desk), forms=rules.forms)


def limits_of(desk: Desk) -> Settings:
    """The same without the forms."""
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


PATIENT = 10
"""How many times the time and memory of a desk who reads for somebody who waits: a busy machine takes several times as
long, and what cost too much when it came is known from its entry."""


def patient_settings(desk: Desk) -> Settings:
    """The same, with so much room that a mail that was read once is read again; it looks for no forms."""
    own = limits_of(desk)
    return replace(
        own,
        memory=own.memory * PATIENT,
        seconds=own.seconds * PATIENT,
        attachment_seconds=own.attachment_seconds * PATIENT,
        mail_memory=own.mail_memory * PATIENT,
        mail_seconds=own.mail_seconds * PATIENT,
    )
