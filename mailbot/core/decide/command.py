"""What clerks order by mail: every command of a block is carried out, or none. It parses no line itself."""

from collections.abc import Callable, Mapping

from mailbot.core.case import Case
from mailbot.core.commands import COMMANDS, Command, Mistake, block_digest, parse
from mailbot.core.decide.incoming import Incoming, Story, begin, without_case
from mailbot.core.decide.moves import advance
from mailbot.core.events import Accepted, CommandsRefused, CommandsRun, Noted, Rejected
from mailbot.core.outcome import Decision, Letter
from mailbot.core.rules import Clerk

ROLES = {row.verb: row.role for row in COMMANDS}


def run(mail: Incoming) -> Decision:
    """A clerk's mail: its commands are carried out and a transcript says so, or nothing is done and it says why.

    Commands count at the signed address of a letter to that clerk, from the clerk's registered address.
    """
    case, clerk = mail.case, mail.rules.desk.clerk(mail.address)
    if case is None or clerk is None or not mail.proven or mail.letter is None or mail.letter.role != "clerk":
        return _refused(mail)
    story = begin(mail, case, clerk.address.lower())
    parsed = parse(mail.new_text)
    commands = tuple(part for part in parsed if isinstance(part, Command))
    mistakes = tuple(part for part in parsed if isinstance(part, Mistake))
    why = "mistakes" if mistakes else _refusal(mail, case, clerk, commands)
    words = tuple(part.line for part in parsed)
    if why:
        story.add(CommandsRefused(by=mail.address, letter=mail.facts.letter, why=why, words=words))
        story.to_clerk(clerk, "transcript", why=why, mistakes=mistakes, commands=commands)
        if why == "moved_on" and case.status == "ready":
            story.to_clerk(clerk, "review")
        return story.decision()
    digest = block_digest(mail.facts.letter or "", commands)
    story.add(CommandsRun(clerk=clerk.address, letter=mail.facts.letter or "", block=digest, words=words))
    for command in commands:
        CARRY_OUT[command.verb](story, clerk, command)
    story.to_clerk(clerk, "transcript", why="", mistakes=(), commands=commands)
    return story.decision()


def _refusal(mail: Incoming, case: Case, clerk: Clerk, commands: tuple[Command, ...]) -> str:
    """Why the block is not carried out, as a code of words.toml; empty if it is."""
    asks_only = all(command.verb == "HELP" for command in commands)
    decides = any(ROLES[command.verb] == "decide" for command in commands)
    people = (case.applicant.lower(), Story(case, case.number, mail.rules, mail.now).responsible.lower())
    reasons = {
        "already": block_digest(mail.facts.letter or "", commands) in case.blocks and not asks_only,
        "own_case": decides and clerk.address.lower() in people,
        "role": any(ROLES[command.verb] not in clerk.roles for command in commands),
        "case_closed": decides and not case.open,
        "not_ready": decides and case.status != "ready",
        "moved_on": decides and case.revision > _shown(case, clerk, mail.facts.letter or ""),
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _shown(case: Case, clerk: Clerk, answered: str) -> int:
    """The entry of the newest letter up to the one answered that showed this clerk the case in full; 0 if none did."""
    number = int(answered.rpartition(".")[2] or 0)
    reviews = (
        info.seq
        for letter, info in case.letters.items()
        if letter <= number and info.template == "review" and info.to.lower() == clerk.address.lower()
    )
    return max(reviews, default=0)


def _refused(mail: Incoming) -> Decision:
    """Commands from somebody not proven to be a clerk: nothing is done, the clerk whose name was used is told."""
    desk, case = mail.rules.desk, mail.case
    why = "no_token" if mail.letter is None else "not_proven"
    refused = CommandsRefused(by=mail.address, letter=mail.facts.letter, why=why, words=_first_line(mail))
    owner = mail.letter.to if mail.letter and mail.letter.role == "clerk" else mail.address
    clerk = desk.clerk(owner)
    if case is not None and clerk is not None:
        story = Story(case, case.number, mail.rules, mail.now)
        story.add(mail.facts, refused)
        story.to_clerk(clerk, "not_counted", why=why, by=mail.address)
        return story.decision()
    if clerk is None or mail.facts.letters_today >= desk.budgets.general_answers_per_day:
        return without_case(mail, refused)
    data = {"why": why, "by": mail.address, "clerk": clerk}
    return without_case(mail, refused, Letter("not_counted", clerk.address, "clerk", (clerk.language,), data))


def _first_line(mail: Incoming) -> tuple[str, ...]:
    return tuple(line.strip()[:200] for line in mail.new_text.strip().split("\n")[:1] if line.strip())


def _accept(story: Story, clerk: Clerk, command: Command) -> None:
    story.add(Accepted(clerk=clerk.address))
    story.to_both("accepted", "accepted_responsible")
    advance(story)


def _reject(story: Story, clerk: Clerk, command: Command) -> None:
    story.add(Rejected(clerk=clerk.address, reason=command.text))
    story.to_both("rejected", "rejected_responsible")


def _note(story: Story, clerk: Clerk, command: Command) -> None:
    story.add(Noted(clerk=clerk.address, text=command.text))


def _help(story: Story, clerk: Clerk, command: Command) -> None:
    """The transcript ends with the table of commands anyway."""


CARRY_OUT: Mapping[str, Callable[[Story, Clerk, Command], None]] = {
    "ACCEPT": _accept,
    "REJECT": _reject,
    "NOTE": _note,
    "HELP": _help,
}
