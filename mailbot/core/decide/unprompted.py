"""What people write about a case without answering a letter of it: clerks get to read it, and nothing else follows.
It decides nothing and changes nothing."""

from datetime import timedelta

from mailbot.core.case import Case
from mailbot.core.decide.incoming import Incoming, Story, enough, to_stranger, without_case
from mailbot.core.decide.others import asked_for
from mailbot.core.decide.passing import promise
from mailbot.core.events import MailAttached, Quarantined
from mailbot.core.evidence import UNPROMPTED, numbers_in
from mailbot.core.instants import to_text
from mailbot.core.outcome import Decision

MOST_SHOWN = 5
"""How many mails about one case clerks are shown a day; what comes beyond them is set aside, and they hear how many."""
DAY = timedelta(days=1)


def shown(mail: Incoming) -> Decision | None:
    """A mail that answers no letter, from the registered address of an open case or about a case that it names: clerks
    are shown it as one that nothing proves, and its sender is told so. None for any other, and for one that asks for
    a form and gets it."""
    again = mail.letter is not None and mail.letter.role == "stranger"  # a stranger's answer to our line
    case = mail.case if again else mail.cases.get(mail.facts.suggested)
    if case is None or case.erased or mail.facts.sender is None or mail.facts.sort not in UNPROMPTED:
        return None
    if not again and case.number not in numbers_in(mail.message) and _gets_a_form(mail):
        return None
    if _shown_lately(mail, case) >= MOST_SHOWN:
        reason = f"it answers no letter, and clerks were shown {MOST_SHOWN} mails about case {case.number} in a day"
        return without_case(mail, Quarantined(reason=reason))
    return _to_clerks(mail, case)


def _gets_a_form(mail: Incoming) -> bool:
    return asked_for(mail.message.subject, mail.new_text, mail.rules.forms) is not None and not enough(mail)


def _shown_lately(mail: Incoming, case: Case) -> int:
    """How many mails about the case clerks were shown within a day."""
    lately = to_text(mail.now - DAY)
    return len({info.seq for info in case.letters.values() if info.template == "passed_on" and info.at > lately})


def _to_clerks(mail: Incoming, case: Case) -> Decision:
    """The entry stands in the case; its step, its revision and its threads are what they were."""
    story = Story(case, case.number, mail.rules, mail.now)
    story.add(mail.facts, MailAttached(by=mail.address, sort=mail.facts.sort, why="not_a_reply"))
    story.to_clerks("passed_on", why="not_a_reply", by=mail.address, text=mail.new_text or mail.message.subject)
    if mail.address.lower() != case.applicant.lower():
        story.letters.extend(to_stranger(mail, "will_read", proven=False))
    elif not enough(mail):
        promise(story, "applicant", proven=False)
    return story.decision()
