"""Whoever mailed a secret is told at once that it is burnt. It reads no mail: what was in it was masked before."""

import dataclasses
from collections.abc import Sequence

from mailbot.core.decide.incoming import WRITES, Incoming, continued, role_of, to_stranger
from mailbot.core.events import SecretTold
from mailbot.core.outcome import Decision, Letter
from mailbot.core.sorting import AUTOMATIC


def told(mail: Incoming, decisions: Sequence[Decision]) -> list[Decision]:
    """The decisions on a mail, with a letter more about the secrets in it: to the registered address of whoever takes
    part in the case with that mail, else to whoever wrote, within their budget. No automatic mail is answered."""
    if not mail.facts.secrets or mail.facts.sort in AUTOMATIC:
        return list(decisions)
    *before, last = decisions
    letters = _in_case(mail, last) or to_stranger(mail, "secret", secrets=mail.facts.secrets)
    if not letters:
        return list(decisions)
    event = SecretTold(secrets=mail.facts.secrets)
    more = dataclasses.replace(last, events=(*last.events, event), letters=(*last.letters, *letters))
    return [*before, more]


def _in_case(mail: Incoming, decision: Decision) -> tuple[Letter, ...]:
    """The letter to whoever takes part in the case that the mail opened or answered; none if nobody does."""
    story, role = continued(mail, decision), role_of(mail, decision)
    if story is None:
        return ()
    clerk = mail.rules.desk.clerk(mail.letter.to) if mail.letter and role == "clerk" else None
    if clerk is not None:
        story.to_clerk(clerk, "secret", secrets=mail.facts.secrets)
    elif role in WRITES:
        WRITES[role](story, "secret", secrets=mail.facts.secrets)
    return tuple(story.letters)
