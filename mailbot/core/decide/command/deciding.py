"""Commands that decide about a case or end it, and the one that opens it again. They parse no line."""

from datetime import date

from mailbot.core.accounts import registered
from mailbot.core.calendar import day_words
from mailbot.core.case import Case
from mailbot.core.commands import Command, Mistake, terms
from mailbot.core.commands.arguments import account_name, case_number, day_to_come, ground, one_word, with_below
from mailbot.core.decide.command.values import Work
from mailbot.core.decide.registered import made_in
from mailbot.core.events import Accepted, Completed, MarkedDuplicate, Rejected, Reopened
from mailbot.core.steps import current


def accept(work: Work, command: Command) -> str | Mistake:
    """Accepted, perhaps under an account name of the clerk's or up to a day; both are told, and the case goes on with
    the step after its review. Nobody gets the account of somebody else."""
    login, until = terms(command.text) or ("", "")
    name, day, field = account_name(login), day_to_come(until, work.today), made_in(work.story.form)
    story, wished = work.story, work.story.known.values.get(field, "")
    account = name or (wished if isinstance(wished, str) else "")
    reasons = {
        "no_account_made": bool(login) and not field,
        "no_account_name": bool(login) and name is None,
        "day_to_come": bool(until) and day is None,
        "account_taken": bool(field) and registered(account, story.known, story.form, story.rules),
        "account_given": bool(field) and bool(story.facts.taken),
    }
    why = next((why for why, holds in reasons.items() if holds), "")
    if why in ("account_taken", "account_given"):
        return Mistake(why, command.line, said=_had(work, account, story.facts.taken))
    if why:
        return Mistake(why, command.line, command.verb)
    given = {"account": name or "", "field": field if name else "", "until": day or ""}
    work.story.add(Accepted(clerk=work.clerk.address, **given))
    work.story.to_both("accepted", "accepted_responsible")
    return work.in_a_row((name or "", _until(work, day)))


def _until(work: Work, day: str | None) -> str:
    """The last day, as clerks read it."""
    rules, language = work.story.rules, work.clerk.language
    return (
        rules.say(language, "values", "until", day=day_words(date.fromisoformat(day), language, rules)) if day else ""
    )


def _had(work: Work, account: str, number: str) -> str:
    """The account name that somebody else has, and the case that has it, as clerks read it."""
    code = "account_of" if number else "account"
    return work.story.rules.say(work.clerk.language, "values", code, account=account, number=number)


def reject(work: Work, command: Command) -> str | Mistake:
    """Rejected, with the reason for both: a code's sentence and what the clerk adds, or the clerk's words alone."""
    codes = work.story.rules.words[work.clerk.language].rejections
    code, near = ground(command.text, codes)
    if near or (codes and not code and not command.below and one_word(command.text)):
        return Mistake("unknown_rejection", command.line, command.verb, (near,) if near else tuple(codes))
    reason = command.below if code else with_below(command.text, command.below)
    work.story.add(Rejected(clerk=work.clerk.address, reason=reason, ground=code))
    work.story.to_both("rejected", "rejected_responsible")
    return codes.get(code, "")


def close(work: Work, command: Command) -> str | Mistake:
    """It ends without a decision. Where the applicant gets a REPLY with the same mail, that letter says so."""
    story = work.story
    story.add(Completed(clerk=work.clerk.address, text=command.text))
    if "REPLY" not in work.verbs or command.text:
        story.to_applicant("closed_case")
    story.to_informed_responsible("closed_case")
    return ""


def reopen(work: Work, command: Command) -> str | Mistake:
    """A closed case goes on where its steps are not over; where all are, there is nothing to open it for."""
    work.story.add(Reopened(clerk=work.clerk.address, text=command.text))
    if current(work.story.known, work.story.form) is None:
        return Mistake("nothing_left", command.line)
    return ""


def duplicate(work: Work, command: Command) -> str | Mistake:
    """It ends, and whoever knows of it is told which case goes on: one that is open."""
    number, story = case_number(command.text), work.story
    if number is None:
        return Mistake("not_understood", command.line, command.verb)
    if number == story.number:
        return Mistake("own_number", command.line, command.verb)
    if number not in work.cases:
        return Mistake("no_such_case", command.line, command.verb)
    other = work.cases[number]
    if not other.open:
        why, among = _ended(other, story.number)
        return Mistake(why, command.line, among=among)
    story.add(MarkedDuplicate(clerk=work.clerk.address, of=number))
    story.to_applicant("duplicate")
    story.to_informed_responsible("duplicate")
    return number


def _ended(other: Case, number: str) -> tuple[str, tuple[str, ...]]:
    """Why a closed case cannot go on for the one of that number, and which case might."""
    if not other.of:
        return "other_closed", ()
    return ("duplicate_of_this", ()) if other.of == number else ("other_duplicate", (other.of,))
