"""Commands asked back with a code, where nothing but a letter's token says whose they are. It carries none out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from mailbot.core.case import Case, Pending
from mailbot.core.commands import ROWS, Command
from mailbot.core.decide.command.values import begun
from mailbot.core.decide.incoming import Incoming
from mailbot.core.events import CommandsRefused, ConfirmationAsked
from mailbot.core.instants import from_text, to_text
from mailbot.core.outcome import Decision
from mailbot.core.rules import Clerk
from mailbot.core.token import CODE_PLACE

IN_TIME = timedelta(minutes=30)
"""How long a code counts."""
MOST_ASKED = 5
"""Orders of one clerk that may wait for a code in one case; more are refused, and only the log says so."""


def unsure(mail: Incoming, commands: Sequence[Command]) -> bool:
    """Whether a command wants to be surer who wrote than the desk is."""
    sender = mail.facts.sender
    return sender is None or any(sender.tier < ROWS[command.verb].tier for command in commands)


def ask_back(mail: Incoming, case: Case, clerk: Clerk, commands: Sequence[Command], digest: str) -> Decision:
    """Nothing is done yet: the clerk's registered address gets what was ordered, and a code."""
    story, until = begun(mail, case, clerk), to_text(mail.now + IN_TIME)
    answered = mail.facts.letter or ""
    if _asked_often(case, clerk, to_text(mail.now)):
        words = tuple(command.line for command in commands)
        story.add(CommandsRefused(by=mail.address, letter=answered, why="asked_often", words=words))
        return story.decision()
    story.add(
        ConfirmationAsked(clerk=clerk.address, letter=answered, block=digest, text=mail.new_text.strip(), until=until)
    )
    story.to_clerk(clerk, "confirm", commands=tuple(commands), code=CODE_PLACE)
    story.letters[-1] = replace(story.letters[-1], bound=digest)
    return story.decision()


def _asked_often(case: Case, clerk: Clerk, now: str) -> bool:
    """Whether somebody who can do no more than that would fill the clerk's mailbox with questions."""
    waiting = [one for one in case.pending.values() if one.clerk == clerk.address and one.until > now]
    return len(waiting) >= MOST_ASKED


def pending(mail: Incoming, case: Case, clerk: Clerk) -> tuple[str, Pending] | str:
    """The digest of the commands that the mail's code confirms, and the commands; or why there are none, as a code of
    words.toml."""
    bound = mail.letter.bound if mail.letter else ""
    waiting = case.pending.get(bound)
    if not bound or waiting is None or waiting.clerk.lower() != clerk.address.lower():
        return "already" if bound and bound in case.blocks else "nothing_to_confirm"
    if mail.facts.code != "right":
        return "wrong_code"
    return "code_expired" if mail.now > from_text(waiting.until) else (bound, waiting)
