"""Commands asked back with a code, where nothing but a letter's token says whose they are. It carries none out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailbot.core.case import Case, LetterInfo, Pending
from mailbot.core.commands import ROWS, WORDS, Command, number_and_rest, word_and_rest
from mailbot.core.decide.command.values import begun
from mailbot.core.decide.incoming import BLOTTED, Incoming
from mailbot.core.events import CommandsRefused, ConfirmationAsked
from mailbot.core.instants import from_text, to_text
from mailbot.core.outcome import Decision
from mailbot.core.rules import Clerk
from mailbot.core.token import CODE_PLACE, without_codes

IN_TIME = timedelta(minutes=30)
"""How long a code counts."""
MOST_ASKED = 5
"""Letters with a code to one clerk about one case in that time; more orders are refused, and only the log says so."""
LONGEST = 4_000
"""Characters of orders that are asked back: the letter shows every word of what its code confirms."""


def unsure(mail: Incoming, commands: Sequence[Command]) -> bool:
    """Whether a command wants to be surer who wrote than the desk is."""
    sender = mail.facts.sender
    return sender is None or any(sender.tier < ROWS[command.verb].tier for command in commands)


def too_long(commands: Sequence[Command]) -> bool:
    """Whether no letter shows all of it."""
    return sum(len(command.line) + len(command.text) + len(command.below) for command in commands) > LONGEST


def ask_back(
    mail: Incoming, case: Case, clerk: Clerk, commands: Sequence[Command], digest: str, changes: tuple[str, ...] = ()
) -> Decision:
    """Nothing is done yet: the clerk's registered address gets what was ordered, and a code; of an agreement what
    `changes` by it, a line each, and who wants that."""
    story, until = begun(mail, case, clerk), to_text(mail.now + IN_TIME)
    answered = mail.facts.letter or ""
    if _asked_often(case, clerk, mail.now):
        words = tuple(command.line for command in commands)
        story.add(CommandsRefused(by=mail.address, letter=answered, why="asked_often", words=words))
        return story.decision()
    story.add(
        ConfirmationAsked(clerk=clerk.address, letter=answered, block=digest, text=mail.new_text.strip(), until=until)
    )
    wants = case.proposal.clerk if case.proposal and changes else ""
    by = mail.rules.desk.clerk(wants) if wants else None
    story.to_clerk(clerk, "confirm", commands=tuple(commands), code=CODE_PLACE, by=by, changes=changes)
    story.letters[-1] = replace(story.letters[-1], bound=digest)
    return story.decision()


def _asked_often(case: Case, clerk: Clerk, now: datetime) -> bool:
    """Whether somebody who can do no more than that would fill the clerk's mailbox with questions."""
    asked = [info for info in case.letters.values() if info.bound and info.to == clerk.address]
    return sum(not _over(info, now) for info in asked) >= MOST_ASKED


def _over(letter: LetterInfo, now: datetime) -> bool:
    """Whether the code in a letter counts no more, though the same orders may have been asked back once more since."""
    return late(letter.at, now)


def late(asked: str, now: datetime) -> bool:
    """Whether the code of a letter that was written at `asked` (journal text) counts no more."""
    return not asked or now > from_text(asked) + IN_TIME


def pending(mail: Incoming, case: Case, clerk: Clerk) -> tuple[str, Pending] | str:
    """The digest of the commands that the mail's code confirms, and the commands; or why there are none, as a code of
    words.toml."""
    letter, bound = mail.letter, mail.letter.bound if mail.letter else ""
    waiting = case.pending.get(bound)
    if letter is None or not bound or waiting is None or waiting.clerk.lower() != clerk.address.lower():
        return "already" if bound and bound in case.blocks else "nothing_to_confirm"
    if mail.facts.code != "right":
        return "wrong_code"
    return "code_expired" if _over(letter, mail.now) else (bound, waiting)


def codeless(mail: Incoming, line: str) -> str:
    """A line of a mail, perhaps with the number of a case, without what may be a code, however it is typed: no journal
    holds one. In an answer to a letter that asks for a code, of a line without a keyword nothing is left."""
    number, said = number_and_rest(line)
    word, rest = word_and_rest(said)
    row, before = WORDS.get(word), f"#{number} " if number else ""
    if row is not None and row.verb == "CONFIRM":
        return f"{before}{said.split(maxsplit=1)[0]} {BLOTTED}" if rest else line
    if not answers_asking(mail):
        return line
    return without_codes(line) if row is not None else f"{before}{BLOTTED}"


def answers_asking(mail: Incoming) -> bool:
    """Whether the mail answers a letter that asks for a code, about a case or about several."""
    return bool(mail.facts.code_asked or (mail.letter and mail.letter.bound))
