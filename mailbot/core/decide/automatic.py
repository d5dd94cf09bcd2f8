"""Mails that no person wrote: bounces, replies in somebody's absence, reports, lists. Nobody is answered, and nothing
is read in them but whether a letter arrived and whether somebody is away."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from mailbot.core.away import named_day
from mailbot.core.case import LetterInfo
from mailbot.core.decide.deadline import pause
from mailbot.core.decide.incoming import Incoming, Story, hear_from
from mailbot.core.decide.undeliverable import came_back
from mailbot.core.events import ClerkAway, Ignored, MailAttached
from mailbot.core.message import Report
from mailbot.core.outcome import Decision
from mailbot.core.steps import waits_for
from mailbot.core.token import without_macs

MOST_PAUSES = 3
"""How often in one step an absence puts the reminder off."""
MOST_SAID = 400
"""Characters of a bounce's own text that clerks are shown where it has no report."""
NOT_FAILED = frozenset({"delayed", "delivered", "relayed", "expanded"})
"""Actions of RFC 3464 §2.3.3 that say nothing is lost, whatever the status."""
NOT_YET = re.compile(r"delay|warning|not yet|still being|遅延", re.IGNORECASE)
"""Subjects of notices that a letter is late, where they have no report that would say so."""


def automatic(mail: Incoming) -> Decision:
    """What names one of our letters is attached to its case, and the case learns from it; the rest is ignored."""
    case, letter, kind = mail.case, mail.letter, mail.facts.sort
    absent = _clerk_away(mail)
    if case is None or letter is None or kind == "own":
        return Decision(None, (mail.facts, Ignored(reason=kind), *absent))
    story = Story(case, case.number, mail.rules, mail.now)
    late = kind == "bounce" and failure(mail, letter) is None
    story.add(mail.facts, MailAttached(by=mail.address, sort=kind, why="delayed" if late else kind))
    LEARN.get(kind, _nothing)(story, mail, letter)
    story.add(*absent)
    return story.decision()


def _clerk_away(mail: Incoming) -> tuple[ClerkAway, ...]:
    """A clerk whose mail program answers our letter that they are away is passed over until the day it names, or for as
    long as the desk takes it to be."""
    desk = mail.rules.desk
    clerk = desk.clerk(mail.address) if mail.facts.sort == "autoreply" and mail.as_clerk else None
    if clerk is None:
        return ()
    today = mail.now.astimezone(ZoneInfo(desk.timezone)).date()
    until = named_day(mail.new_text, today) or today + timedelta(days=desk.away_days)
    return (ClerkAway(clerk=clerk.address, until=until.isoformat()),)


def _nothing(story: Story, mail: Incoming, letter: LetterInfo) -> None:
    """It is there to be looked at."""


def _bounce(story: Story, mail: Incoming, letter: LetterInfo) -> None:
    """The letter came back for good: its address is marked, once a letter."""
    failed = failure(mail, letter)
    if failed is not None and not letter.bounced:
        came_back(story, mail.facts.letter or "", failed.status, without_macs(failed.said))


def failure(mail: Incoming, letter: LetterInfo) -> Report | None:
    """What a bounce says if the letter failed for good (RFC 3464): the report about its recipient or, where the mail
    was forwarded to another address, the only report there is. A bounce without any report means that it failed, unless
    its subject speaks of delay or the recipient's own address wrote it; None if nothing failed for good."""
    reports, to = mail.message.reports, letter.to.lower()
    if not reports:
        said = mail.new_text.strip()[:MOST_SAID]
        late = NOT_YET.search(mail.message.subject) or mail.address.lower() == to
        return None if late else Report(to, "failed", said=said)
    about = [report for report in reports if report.recipient.lower() == to]
    return next(filter(_for_good, about or reports[: len(reports) == 1]), None)


def _for_good(report: Report) -> bool:
    action = report.action.lower()
    return action == "failed" or (action not in NOT_FAILED and report.status.startswith("5."))


def _away(story: Story, mail: Incoming, letter: LetterInfo) -> None:
    """Whoever the case waits for is away: the reminder is put off, and the limit with it. The desk's own clerks cover
    for each other."""
    hear_from(story, mail)
    case = story.known
    awaited = waits_for(case, mail.rules.form_of(case.form, case.step)) if case.open and not case.stuck else "nobody"
    if mail.proven and letter.role == awaited != "clerk" and case.pauses < MOST_PAUSES:
        paused = pause(case, mail.address, mail.rules, mail.now)
        story.add(*([paused] if paused else []))


LEARN: Mapping[str, Callable[[Story, Incoming, LetterInfo], None]] = {"bounce": _bounce, "autoreply": _away}
"""What a case learns from each kind of automatic mail; a kind without a row teaches nothing."""
