"""What a clerk orders about several cases at once, in reply to a list of them: what is wrong with the mail stops all of
it, what stands in the way in one case that one alone. It parses no line and carries none out itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.core import accounts
from mailbot.core.case import Case
from mailbot.core.commands import ROWS, Command, Mistake, Part, parse, parts_digest, parts_of
from mailbot.core.commands import meant as meant_in
from mailbot.core.decide.command import attempt
from mailbot.core.decide.command.confirming import IN_TIME, MOST_ASKED, codeless, late, too_long, unsure
from mailbot.core.decide.command.going_on import review
from mailbot.core.decide.command.values import Done, Order, Outcome, settled
from mailbot.core.decide.incoming import BLOTTED, Incoming, Story, hear_from, without_case
from mailbot.core.events import CommandsRefused, ConfirmationAsked, Facts, NumberedRun
from mailbot.core.instants import to_text
from mailbot.core.lookups import lookups_of
from mailbot.core.outcome import Decision, Letter
from mailbot.core.queue import Waiting, row
from mailbot.core.rules import Clerk
from mailbot.core.shown import standing
from mailbot.core.token import CODE_PLACE
from mailbot.core.told import Told


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a case that was named, as the transcript tells it: how it stands now (`row`, and in words), the
    `lines` about it, `until` when it waits or rests (journal text), and what was `done`, or `why` nothing was, with
    mistakes and changes; `onward` are letters that went because the case went on, `settled` says that a question was
    taken back, `review` that the case comes in a letter of its own."""

    row: Waiting
    standing: str
    lines: tuple[str, ...]
    until: str = ""
    why: str = ""
    done: tuple[Done, ...] = ()
    onward: tuple[Letter, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    changes: tuple[Told, ...] = ()
    settled: bool = False
    review: bool = False


def meant(mail: Incoming) -> bool:
    """Whether a clerk answers a letter that lists cases with orders about some of them, or with the code that confirms
    such orders."""
    return mail.as_clerk and bool(mail.facts.listed) and mail.rules.desk.clerk(mail.address) is not None


def run(mail: Incoming) -> list[Decision]:
    """A mail that is `meant` so: an entry for each case, and one for the transcript; or one that refuses all of it."""
    clerk = mail.rules.desk.clerk(mail.address)
    if clerk is None:
        raise ValueError("only a clerk orders something about several cases")
    if mail.facts.bound:
        return _confirmed(mail, clerk)
    if mail.facts.code_astray:
        return [_refused(mail, clerk, "code_astray", (Part("", "", (Mistake("code_astray", BLOTTED),)),))]
    parts, letter = _known(mail, parts_of(mail.new_text)), mail.facts.letter or ""
    if any(part.mistakes for part in parts):
        return [_refused(mail, clerk, "mistakes", parts)]
    order = Order(letter, parts_digest(letter, parts))
    if _ran(mail, order.block) and not all(ROWS[one.verb].again for part in parts for one in part.commands):
        return [_refused(mail, clerk, "already", parts)]
    return _carried_out(mail, clerk, parts, order)


def _known(mail: Incoming, parts: Iterable[Part]) -> tuple[Part, ...]:
    """The parts, each about a case that the letter answered showed, its words as that case means them."""

    def known(part: Part) -> Part:
        case = mail.cases.get(part.number) if part.number in mail.facts.listed else None
        if not part.number:
            return part
        if case is None:
            return replace(part, read=(Mistake("not_listed", f"#{part.number} {part.text}".split("\n", 1)[0]),))
        return replace(part, read=tuple(meant_in(one, case) if isinstance(one, Command) else one for one in part.read))

    return tuple(known(part) for part in parts)


def _ran(mail: Incoming, block: str) -> bool:
    """Whether that block was carried out in one of its cases before: as a whole it counts once."""
    return any(block in mail.cases[number].blocks for number in mail.facts.listed if number in mail.cases)


def _carried_out(mail: Incoming, clerk: Clerk, parts: tuple[Part, ...], order: Order) -> list[Decision]:
    """Each case by itself, in the order in which they are named; a later one sees what became of those before."""
    made: list[tuple[Decision, Became]] = []
    cases = dict(mail.cases)
    for part in parts:
        own = replace(mail, facts=_facts_of(replace(mail, cases=cases), part), cases=cases)
        decision, became, cases[part.number] = _one(own, cases[part.number], clerk, part, order)
        made.append((decision, became))
    done = tuple(became.row.number for _, became in made if not became.why)
    orders = [one for part in parts for one in part.commands]
    if done and not order.confirmed and unsure(mail, orders):
        if too_long(orders):
            return [_refused(mail, clerk, "too_long_to_ask", parts)]
        return _asked_back(mail, clerk, parts, order)
    refused = tuple(became.row.number for _, became in made if became.why)
    event = NumberedRun(
        clerk=clerk.address,
        letter=order.letter,
        block=order.block,
        done=done,
        refused=refused,
        confirmed=order.confirmed,
    )
    told = tuple(became for _, became in made)
    seen = {became.row.number for became in told if not became.why or became.changes}
    letter = _transcript(mail, clerk, _shows(mail, order.letter, seen), told=told)
    return [*(decision for decision, _ in made), without_case(mail, event, letter)]


def _facts_of(mail: Incoming, part: Part) -> Facts:
    """The facts as they stand in the entry of one case: of registers only what is about it, and no other case but one
    that was accepted with the same account."""
    case = mail.cases[part.number]
    form = mail.rules.forms.get(case.form)
    login = accounts.wanted(part.text, case, form) if form else ""
    sought = (*lookups_of(case, mail.rules), *(accounts.sought(login, form) if form else ()))
    wanted = {(one.name, one.column, one.key) for one in sought}
    rows = tuple(one for one in mail.facts.rows if (one.name, one.column, one.key) in wanted)
    taken = accounts.had_by(login, case.number, mail.cases.values(), mail.rules)
    return mail.facts.model_copy(update={"rows": rows, "listed": (), "taken": taken})


def _one(mail: Incoming, case: Case, clerk: Clerk, part: Part, order: Order) -> tuple[Decision, Became, Case]:
    """What becomes of one case: its entry, how that is told, and the case after it."""
    story = _begun(mail, case)
    out = attempt(story, mail, clerk, part.commands, order)
    if out.why:
        story = _begun(mail, case)
        words = tuple(one.line if order.confirmed else codeless(mail, one.line) for one in part.commands)
        story.add(CommandsRefused(by=mail.address, letter=mail.facts.letter, why=out.why, words=words))
        sure = bool(order.confirmed) or not unsure(mail, part.commands)
        if out.why == "moved_on" and case.status == "ready" and sure:
            story.to_clerk(clerk, review(story))
    return story.decision(), _became(mail, story, clerk, part, out), story.known


def _begun(mail: Incoming, case: Case) -> Story:
    """The story of one case in a mail about several. The mail joins no thread: it would tie all of them together."""
    story = Story(case, case.number, mail.rules, mail.now)
    story.add(mail.facts)
    hear_from(story, mail)
    return story


def _became(mail: Incoming, story: Story, clerk: Clerk, part: Part, out: Outcome) -> Became:
    return Became(
        row=row(story.known, mail.rules, mail.now),
        standing=standing(story.known, story.form, clerk.language, mail.rules),
        lines=tuple(one.line for one in part.commands),
        until=story.known.limit or "" if story.known.open else "",
        why=out.why,
        done=out.done,
        onward=out.onward,
        mistakes=tuple(one for one in out.parts if isinstance(one, Mistake)),
        changes=out.changes,
        settled=not out.why and settled(out.work),
        review=bool(out.why and story.letters),
    )


def _shows(mail: Incoming, letter: str, seen: set[str]) -> tuple[str, ...]:
    """The cases that may be decided in reply to the transcript as well: those it tells of as they stand, and those that
    still are as the list showed them."""
    before = int(letter.partition(".")[0][1:])
    cases = {number: mail.cases[number] for number in mail.facts.listed if number in mail.cases}
    return tuple(number for number, case in cases.items() if number in seen or case.revision <= before)


def _transcript(mail: Incoming, clerk: Clerk, shows: tuple[str, ...], **data: object) -> Letter:
    said = {"why": "", "mistakes": (), "told": (), "held_by": _names(mail), **data, "clerk": clerk}
    return Letter("numbered", clerk.address, "clerk", (clerk.language,), said, _thread(mail), shows=shows)


def _names(mail: Incoming) -> Mapping[str, str]:
    return {clerk.address.lower(): clerk.name for clerk in mail.rules.desk.clerks}


def _thread(mail: Incoming) -> tuple[str, ...]:
    return (mail.message.message_id,) if mail.message.message_id else ()


def _refused(mail: Incoming, clerk: Clerk, why: str, parts: Sequence[Part] = ()) -> Decision:
    """Nothing is done in any case, and the transcript says why."""
    parts = tuple(
        replace(part, read=tuple(replace(one, line=codeless(mail, one.line)) for one in part.read)) for part in parts
    )
    read = ((part.number, one) for part in parts for one in part.read)
    words = tuple(one.line if isinstance(one, Mistake) else f"#{number} {one.line}" for number, one in read)
    event = CommandsRefused(by=mail.address, letter=mail.facts.letter, why=why, words=words)
    mistakes = tuple(one for part in parts for one in part.mistakes)
    shows = () if mail.facts.bound else _shows(mail, mail.facts.letter or "", set())
    return without_case(mail, event, _transcript(mail, clerk, shows, why=why, mistakes=mistakes))


def _asked_back(mail: Incoming, clerk: Clerk, parts: tuple[Part, ...], order: Order) -> list[Decision]:
    """Nothing is done yet: the clerk's registered address gets all that was ordered, and one code. What it is waits in
    each case for itself."""
    if _asked_often(mail, clerk, order.block):
        words = tuple(f"#{part.number} {one.line}" for part in parts for one in part.commands)
        return [
            without_case(mail, CommandsRefused(by=mail.address, letter=order.letter, why="asked_often", words=words))
        ]
    asked = ConfirmationAsked(
        clerk=clerk.address, letter=order.letter, block=order.block, text="", until=to_text(mail.now + IN_TIME)
    )
    entries = []
    for part in parts:
        facts = _facts_of(mail, part)
        entries.append(Decision(part.number, (facts, asked.model_copy(update={"text": part.text}))))
    rows = {part.number: row(mail.cases[part.number], mail.rules, mail.now) for part in parts}
    data = {"clerk": clerk, "asked": parts, "rows": rows, "code": CODE_PLACE}
    shows = tuple(part.number for part in parts)
    letter = Letter("confirm_numbered", clerk.address, "clerk", (clerk.language,), data, _thread(mail), (), order.block)
    return [*entries, without_case(mail, asked, replace(letter, shows=shows))]


def _asked_often(mail: Incoming, clerk: Clerk, block: str) -> bool:
    """Whether so many orders of this clerk wait for a code in the cases listed that no more are asked back; the same
    orders are asked back once while they wait."""
    cases, now = (mail.cases[number] for number in mail.facts.listed if number in mail.cases), to_text(mail.now)
    waiting = {
        known for case in cases for known, one in case.pending.items() if one.clerk == clerk.address and one.until > now
    }
    return block in waiting or len(waiting) >= MOST_ASKED


def _confirmed(mail: Incoming, clerk: Clerk) -> list[Decision]:
    """What was asked back, as if it came now in answer to the list that it answered."""
    block = mail.facts.bound
    cases = {number: mail.cases[number] for number in mail.facts.listed if number in mail.cases}
    waiting = {number: case.pending[block] for number, case in cases.items() if block in case.pending}
    reasons = {
        "already": _ran(mail, block),
        "nothing_to_confirm": not waiting or any(one.clerk != clerk.address for one in waiting.values()),
        "wrong_code": mail.facts.code != "right",
        "code_expired": late(mail.facts.code_asked, mail.now),
    }
    why = next((why for why, holds in reasons.items() if holds), "")
    if why:
        return [_refused(mail, clerk, why, (Part("", "", (Mistake(why, "CONFIRM …"),)),))]
    parts = _known(mail, (Part(number, one.text, parse(one.text)) for number, one in waiting.items()))
    (letter,) = {one.letter for one in waiting.values()}
    if parts_digest(letter, parts) != block:  # the cases, or the program, read other orders there by now
        return [_refused(mail, clerk, "moved_on", (Part("", "", (Mistake("moved_on", "CONFIRM …"),)),))]
    return _carried_out(mail, clerk, parts, Order(letter, block, mail.facts.letter or ""))
