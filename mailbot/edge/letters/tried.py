"""Mails with orders that nothing proves to be a clerk's, as clerks are shown them. It knows just the case shown."""

from mailbot.core.case import Case
from mailbot.core.columns import wrap
from mailbot.edge.letters.templates import COLUMNS, quote
from mailbot.edge.letters.voice import Voice

MOST_LINES = 8
"""Lines of such a mail that a letter shows."""


def tried(case: Case, voice: Voice) -> str:
    """The mails, each with the day it came, the sender it names and its words behind quote marks; how many more there
    were. Empty if there were none."""
    mails = [_mail(voice.say("values", "tried", day=voice.date(mail.at), by=mail.by), mail.text) for mail in case.tried]
    more = case.tries - len(case.tried)
    counted = [wrap(voice.say("values", "tried_more", count=str(more)), COLUMNS, "  ")] if more else []
    head = [wrap(voice.say("values", "tried_head"), COLUMNS)] if mails or counted else []
    return "\n".join([*head, *mails, *counted])


def _mail(head: str, text: str) -> str:
    return f"{wrap(head, COLUMNS, '  ')}\n{quote(text, MOST_LINES)}"
