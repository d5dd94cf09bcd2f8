"""Orders from somebody not proven to be a clerk: what is kept of them, and who is told. It carries none out."""

from datetime import timedelta

from mailbot.core.case import Case
from mailbot.core.case.orders import MOST_TRIED, UNPROVEN
from mailbot.core.commands import WORDS, number_and_rest, word_and_rest
from mailbot.core.decide.command.confirming import codeless
from mailbot.core.decide.incoming import BLOTTED, Incoming, Story, without_case
from mailbot.core.events import CommandsRefused, Noted
from mailbot.core.instants import to_text
from mailbot.core.outcome import Decision, Letter
from mailbot.core.rules import Clerk

MOST_WORDS = 500
"""Characters of such a mail that are kept in its case."""
MOST_TOLD = 3
"""How often a day a clerk is told of such mails about one case."""
MOST_IN_ALL = 10
"""How many general letters a clerk may have had today and still be told of one more order that answers no letter: of
many cases, or of none. It is no stranger's budget: who is told nothing believes that the order was carried out."""
DAY = timedelta(days=1)


def refused(mail: Incoming) -> Decision:
    """Nothing is done. The clerk whose name was used is told at the registered address, never at the claimed one; the
    case that the mail names, if only as a suggestion, keeps its words as a note that nothing proves."""
    why = "no_case" if mail.as_clerk else "no_token" if mail.letter is None else "not_proven"
    owner = mail.letter.to if mail.letter and mail.letter.role == "clerk" else mail.address
    clerk = mail.rules.desk.clerk(owner)
    name = clerk.address if clerk and why in UNPROVEN else ""
    event = CommandsRefused(by=mail.address, letter=mail.facts.letter, why=why, words=_first_line(mail), clerk=name)
    case = mail.case or mail.cases.get(mail.facts.suggested)
    if case is not None:
        return _kept(mail, case, clerk, event)
    if clerk is None or _told_enough(mail):
        return without_case(mail, event)
    data = {"why": why, "by": mail.address, "clerk": clerk}
    return without_case(mail, event, Letter("not_counted", clerk.address, "clerk", (clerk.language,), data))


def _kept(mail: Incoming, case: Case, clerk: Clerk | None, event: CommandsRefused) -> Decision:
    """The entry stands in the case; its step, its revision and its threads are what they were."""
    story = Story(case, case.number, mail.rules, mail.now)
    story.add(mail.facts, event)
    if event.why in UNPROVEN and len(case.tried) < MOST_TRIED:
        story.add(Noted(clerk=mail.address, text=_words(mail), authenticated=False))
    flood = event.why == "no_token" and _told_enough(mail)
    if clerk is not None and not flood and _told_of(mail, case, clerk) < MOST_TOLD:
        story.to_clerk(clerk, "not_counted", why=event.why, by=mail.address)
    return story.decision()


def _told_enough(mail: Incoming) -> bool:
    return mail.facts.letters_today >= MOST_IN_ALL


def _told_of(mail: Incoming, case: Case, clerk: Clerk) -> int:
    """How often this clerk was told of such mails about this case within a day."""
    lately, address = to_text(mail.now - DAY), clerk.address.lower()
    told = (info for info in case.letters.values() if info.template == "not_counted" and info.to.lower() == address)
    return sum(info.at > lately for info in told)


def _first_line(mail: Incoming) -> tuple[str, ...]:
    line = mail.new_text.strip().partition("\n")[0].strip()[:200]
    return (codeless(mail, line),) if line else ()


def _words(mail: Incoming) -> str:
    """The beginning of what it says; in one that confirms, or answers what asks for it, nothing that may be a code."""
    text = mail.new_text.strip()[: MOST_WORDS + 1]
    blotted = [_blotted(mail, line, _confirms(text)) for line in text.split("\n")]
    kept = "\n".join(blotted)
    return kept if len(text) <= MOST_WORDS else kept[:MOST_WORDS].rstrip() + " …"


def _blotted(mail: Incoming, line: str, confirms: bool) -> str:
    if not line.strip():
        return ""
    return BLOTTED if confirms and not _confirms(line) else codeless(mail, line)


def _confirms(text: str) -> bool:
    """Whether a line of a text begins with the keyword that a code stands behind."""
    words = (WORDS.get(word_and_rest(number_and_rest(line)[1])[0]) for line in text.split("\n"))
    return any(row is not None and row.verb == "CONFIRM" for row in words)
