"""Deciding: a mail or a deadline, the facts, the rules and an instant in; entries and letters out, always the same for
the same input. It does nothing: no clock, disk, network or randomness."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from mailbot.core import attached
from mailbot.core.case import Case
from mailbot.core.decide import (
    application,
    automatic,
    command,
    consent,
    numbered,
    others,
    participant,
    secret,
    unprompted,
    unread,
)
from mailbot.core.decide.deadline import overdue
from mailbot.core.decide.incoming import BLOTTED, Incoming
from mailbot.core.decide.undeliverable import undeliverable
from mailbot.core.events import Facts
from mailbot.core.message import Message, Unreadable
from mailbot.core.outcome import Decision
from mailbot.core.quoting import new_text
from mailbot.core.rules import Rules
from mailbot.core.token import without_macs

HANDLERS: Mapping[str, Callable[[Incoming], Decision]] = {
    "application": application.apply,
    "answer": application.answer,
    "consent": consent.agree_or_decline,
    "command": command.run,
    "status": others.status,
    "withdraw": participant.withdraw,
    "help": participant.help_,
    "objection": participant.objection,
    "enquiry": others.enquiry,
    "autoreply": automatic.automatic,
    "bounce": automatic.automatic,
    "feedback": automatic.automatic,
    "list": automatic.automatic,
    "own": automatic.automatic,
}
"""What is done with each kind of mail (`sorting.Sort`)."""


def decide(
    cases: Mapping[str, Case], message: Message | Unreadable, facts: Facts, rules: Rules, now: datetime
) -> list[Decision]:
    """What one mail does: one Decision an entry, in order.

    `cases` holds the case that `facts.letter` belongs to or the mail suggests, those that a clerk's command names,
    those that the letter lists (`facts.listed`), and all open ones for QUEUE; `facts` says what kind of mail it is and
    who sent it, and offers a number for a new case; `now` is an aware UTC instant, the same for a whole batch.
    """
    if isinstance(message, Unreadable):
        return [others.unreadable(message, facts)]
    form = attached.form_of(message, rules.forms)
    mail = Incoming(*_to_be_kept(message, facts), form, facts, cases, rules, now)
    if facts.same:
        return [others.same(mail)]
    if message.size > rules.desk.limits.mail_megabytes * 1_000_000:
        return secret.told(mail, [others.too_large(mail)])
    several = facts.sort == "command" and numbered.meant(mail)
    decisions = numbered.run(mail) if several else [unprompted.shown(mail) or HANDLERS[facts.sort](mail)]
    return secret.told(mail, unread.told(mail, decisions))


def _to_be_kept(message: Message, facts: Facts) -> tuple[Message, str]:
    """The mail and its new text without what no journal holds: tokens, and a code that stands where it confirms
    nothing. Of a mail with such a code nothing is left, as nobody here knows where it stands."""
    if not facts.code_astray:
        return message, without_macs(new_text(message.text))
    text = without_macs(new_text(message.text)) if facts.code == "right" else BLOTTED
    return replace(message, subject=BLOTTED), text


__all__ = ["Incoming", "decide", "overdue", "undeliverable"]
