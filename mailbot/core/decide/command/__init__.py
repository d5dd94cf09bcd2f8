"""What clerks order by mail: every command of a block is carried out, or none. It parses no line itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mailbot.core.case import Case
from mailbot.core.commands import (
    ROWS,
    Command,
    Mistake,
    block_digest,
    meant,
    parse,
    queue_asked,
    rejectable,
    still_asked,
)
from mailbot.core.decide import queue
from mailbot.core.decide.command import (
    asking,
    correcting,
    deciding,
    doing,
    going_on,
    looking_after,
    seconding,
    showing,
    unproven,
)
from mailbot.core.decide.command.confirming import ask_back, codeless, pending, too_long, unsure
from mailbot.core.decide.command.telling import at_the_shell, transcript
from mailbot.core.decide.command.values import (
    Done,
    Order,
    Outcome,
    Work,
    begun,
    bound,
    differences,
    known_up_to,
    settled,
)
from mailbot.core.decide.incoming import BLOTTED, Incoming, Story
from mailbot.core.decide.moves import reach
from mailbot.core.events import CommandsRefused, CommandsRun
from mailbot.core.outcome import Decision
from mailbot.core.rules import Clerk
from mailbot.core.told import Told
from mailbot.core.vouching import unconfirmed

CARRY_OUT: Mapping[str, Callable[[Work, Command], str | Mistake]] = {
    "ACCEPT": deciding.accept,
    "REJECT": deciding.reject,
    "CLOSE": deciding.close,
    "REOPEN": deciding.reopen,
    "DUPLICATE": deciding.duplicate,
    "RECEIVED": doing.received,
    "POSTED": doing.posted,
    "DONE": doing.done,
    "REPLY": asking.reply,
    "ASK": asking.ask,
    "SET": correcting.set_,
    "SECOND": seconding.second,
    "ALLOW": asking.allow,
    "VOUCH": asking.vouch,
    "ASSIGN": looking_after.assign,
    "HOLD": looking_after.hold,
    "RESUME": looking_after.resume,
    "NOTE": asking.note,
    "SHOW": showing.show,
    "HELP": asking.help_,
}
"""What each command does: it tells the story on and says in a few words what about (or nothing); or it is a mistake,
and then nothing of the block is done."""


def run(mail: Incoming) -> Decision:
    """A clerk's mail: its commands are carried out and a transcript says so, or nothing is done and it says why.

    Commands count at the signed address of a letter to that clerk, from the clerk's registered address. Where that
    proves too little for one of them (`Row.tier`), all are asked back with a code instead.
    """
    case, clerk, asked = mail.case, mail.rules.desk.clerk(mail.address), queue_asked(mail.new_text)
    if asked is not None and clerk is not None and mail.as_clerk:
        return queue.show(mail, clerk, asked)
    if case is None or clerk is None or not mail.proven or mail.letter is None or mail.letter.role != "clerk":
        return unproven.refused(mail)
    answered = mail.facts.letter or ""
    if mail.facts.code_astray and mail.facts.code != "right":
        return _refused(mail, case, clerk, "code_astray", ())
    parsed, commands = _read(mail.new_text, case, answered)
    if not commands:
        return _refused(mail, case, clerk, "mistakes", parsed)
    if commands[0].verb == "CONFIRM":
        return _confirmed(mail, case, clerk, commands)
    digest = block_digest(answered, commands)
    if digest in case.blocks and not all(ROWS[command.verb].again for command in commands):
        return _refused(mail, case, clerk, "already", parsed)
    done = _carried_out(mail, case, clerk, commands, Order(answered, digest))
    if unsure(mail, commands) and any(isinstance(event, CommandsRun) for event in done.events):
        if too_long(commands):
            return _refused(mail, case, clerk, "too_long_to_ask", parsed)
        return ask_back(mail, case, clerk, commands, digest, _agreed_to(mail, case, clerk, commands, answered))
    return done


def _agreed_to(
    mail: Incoming, case: Case, clerk: Clerk, commands: tuple[Command, ...], answered: str
) -> tuple[str, ...]:
    """What changes if a clerk agrees to what a colleague proposed, a line each; nothing for other commands."""
    if commands[0].verb != "SECOND":
        return ()
    out = attempt(begun(mail, case, clerk), mail, clerk, commands, Order(answered, ""))
    return correcting.lines(out.work, case, clerk.language)


def run_order(mail: Incoming, case: Case, clerk: Clerk) -> Decision:
    """What somebody ordered at the shell in a clerk's words (`mail.new_text`; the facts name the user): carried out or
    refused as if the clerk had written it, but that it answers no letter and nothing has to be proven."""
    operator = mail.facts.operator
    parsed, commands = _read(mail.new_text, case, "")
    if not commands:
        return _refused(mail, case, clerk, "mistakes", parsed)
    if ROWS[commands[0].verb].alone:
        return _refused(mail, case, clerk, "only_by_mail", commands)
    nonce = operator.nonce if operator else ""
    return _carried_out(mail, case, clerk, commands, Order("", block_digest(nonce, commands)))


def _read(text: str, case: Case, answered: str) -> tuple[tuple[Command | Mistake, ...], tuple[Command, ...]]:
    """What a clerk's text says about this case, in answer to that letter; and its commands, none if there is a
    mistake."""
    parsed = tuple(meant(part, case, answered) if isinstance(part, Command) else part for part in parse(text))
    commands = tuple(part for part in parsed if isinstance(part, Command))
    return parsed, commands if len(commands) == len(parsed) else ()


def _confirmed(mail: Incoming, case: Case, clerk: Clerk, commands: tuple[Command, ...]) -> Decision:
    """The commands that were asked back, as if they came now in answer to the letter that they answered."""
    waiting = pending(mail, case, clerk)
    if isinstance(waiting, str):
        return _refused(mail, case, clerk, waiting, commands)
    digest, ordered = waiting
    _, asked = _read(ordered.text, case, ordered.letter)
    if block_digest(ordered.letter, asked) != digest:  # the case, or the program, reads another order there by now
        return _refused(mail, case, clerk, "moved_on", commands)
    return _carried_out(mail, case, clerk, asked, Order(ordered.letter, digest, mail.facts.letter or ""))


def _carried_out(mail: Incoming, case: Case, clerk: Clerk, commands: tuple[Command, ...], order: Order) -> Decision:
    """All of it with a transcript, or nothing; what no clerk changes alone waits for a second one."""
    out = attempt(begun(mail, case, clerk), mail, clerk, commands, order)
    if not out.why and seconding.wanted(out.work, case):
        out = _proposed(begun(mail, case, clerk), mail, out, order)
    if out.why:
        return _refused(mail, case, clerk, out.why, out.parts, out.changes)
    data = {"why": "", "mistakes": (), "commands": commands, "done": out.done, "onward": out.onward}
    if out.work.verbs != {"SHOW"}:
        transcript(out.work.story, clerk, **data, settled=settled(out.work), waiting=bool(out.work.waiting))
    return out.work.story.decision()


def attempt(story: Story, mail: Incoming, clerk: Clerk, commands: tuple[Command, ...], order: Order) -> Outcome:
    """All of it, told on in this story, which is to be thrown away if one command cannot be carried out, or if no clerk
    does it alone (`seconding.wanted`)."""
    work, before = _work(story, mail, clerk, commands, order), story.known
    out = _each(work)
    if out.why or seconding.wanted(work, before):
        return out
    (correcting.go_on if work.verbs & {"SET", "SECOND"} else going_on.go_on)(work, before)
    return _with_onward(out)


def _with_onward(out: Outcome) -> Outcome:
    """With the letters that no command wrote by itself."""
    own = {id(letter) for part in out.done for letter in part.letters}
    return replace(out, onward=tuple(letter for letter in out.work.story.letters if id(letter) not in own))


def _work(story: Story, mail: Incoming, clerk: Clerk, commands: tuple[Command, ...], order: Order) -> Work:
    """The beginning of it."""
    work = Work(story, clerk, commands, order.letter, mail.cases, shell=at_the_shell(mail.facts))
    words = tuple(command.line for command in commands)
    story.add(
        CommandsRun(clerk=clerk.address, letter=order.letter, block=order.block, words=words, confirmed=order.confirmed)
    )
    return work


def _proposed(story: Story, mail: Incoming, tried: Outcome, order: Order) -> Outcome:
    """What no clerk changes alone waits for a second one, and with it all that SET says in the same mail."""
    before, whom = story.known, seconding.colleagues(tried.work, story.known)
    if not whom:
        return Outcome(tried.work, why="mistakes", parts=(seconding.alone(tried.work),))
    work = _work(story, mail, tried.work.clerk, tried.work.block, order)
    work.waiting = {part.command.line: part.what for part in tried.done if part.command.verb == "SET"}
    out = _each(work)
    if out.why:
        return out
    seconding.propose(work, tried.work, before, order.block, whom)
    return _with_onward(out)


def _each(work: Work) -> Outcome:
    """Each command in its turn, up to the first that cannot be carried out."""
    done: list[Done] = []
    for command in work.block:
        _catch_up(work, command, done)
        why = _refusal(work, command)
        if why:
            return Outcome(work, why=why, parts=work.block, changes=differences(work, command, why))
        written = len(work.story.letters)
        what = CARRY_OUT[command.verb](work, command)
        if isinstance(what, Mistake):
            return Outcome(work, why="mistakes", parts=(what,))
        done.append(Done(command, what, tuple(work.story.letters[written:])))
    return Outcome(work, tuple(done))


def _catch_up(work: Work, command: Command, done: Sequence[Done]) -> None:
    """What the orders before have moved is where it belongs when the next one looks at it; if that ends the case,
    nothing more begins."""
    ends = command.verb in going_on.ENDING and bool(work.story.known.step)
    if any(ROWS[part.command.verb].moves for part in done) and not ends:
        work.reached = reach(work.story) or work.reached


def _refusal(work: Work, command: Command) -> str:
    """Why a command is not carried out whatever stands behind it, as a code of words.toml; empty if it is."""
    row, case, clerk = ROWS[command.verb], work.story.known, work.clerk
    own = work.story.takes_part(clerk.address)
    may_decide = rejectable(case, work.story.form) if command.verb == "REJECT" else case.status == "ready"
    reasons = {
        "own_case_alone": row.role == "decide" and own and work.alone and not work.shell,
        "own_case": row.role == "decide" and own and not work.alone,
        "role": row.role not in clerk.roles,
        "case_closed": row.needs in ("open", "review") and not case.open,
        "not_closed": row.needs == "closed" and case.open,
        "on_hold": bool(case.hold) and row.rests,
        "still_asked": command.verb == "ACCEPT" and still_asked(case, work.story.form),
        "not_ready": row.needs == "review" and not may_decide,
        "decide_instead": command.verb == "CLOSE" and case.status == "ready",
        "moved_on": bound(work, command) and case.revision > known_up_to(work),
        "unconfirmed": command.verb == "ACCEPT" and unconfirmed(work.story.form, case),
    }
    why = next((why for why, holds in reasons.items() if holds), "")
    return seconding.refusal(work) if command.verb == "SECOND" and not why else why


def _refused(
    mail: Incoming,
    case: Case,
    clerk: Clerk,
    why: str,
    parsed: Sequence[Command | Mistake],
    changes: tuple[Told, ...] = (),
) -> Decision:
    """Nothing is done, and the transcript says why, and what `changes` of the case stand in the way."""
    parsed = tuple(replace(part, line=codeless(mail, part.line)) for part in parsed)
    story = begun(mail, case, clerk)
    words = tuple(part.line for part in parsed) or (BLOTTED,)
    story.add(CommandsRefused(by=mail.address or clerk.address, letter=mail.facts.letter, why=why, words=words))
    commands = tuple(part for part in parsed if isinstance(part, Command))
    mistakes = tuple(part for part in parsed if isinstance(part, Mistake))
    data = {"why": why, "mistakes": mistakes, "commands": commands, "done": (), "onward": (), "settled": False}
    transcript(story, clerk, **data, changes=changes)
    if why == "moved_on" and case.status == "ready":
        story.to_clerk(clerk, going_on.review(story))
    return story.decision()


__all__ = ["CARRY_OUT", "Done", "Order", "Outcome", "Work", "attempt", "run", "run_order"]
