"""The responsible person's AGREE or DECLINE. It knows no forms and reads no fields."""

from dataclasses import replace

from mailbot.core.case import Case
from mailbot.core.commands import beside_keyword
from mailbot.core.commands import consent as keyword
from mailbot.core.decide import documents
from mailbot.core.decide.application import pass_on
from mailbot.core.decide.incoming import Incoming, Story, begin, to_stranger, without_case
from mailbot.core.decide.moves import advance, show_again
from mailbot.core.events import ConsentConfirmed, ConsentDeclined, ConsentGiven, Ignored, LanguageLearned, MailAttached
from mailbot.core.forms import FORM_GONE
from mailbot.core.outcome import Decision
from mailbot.core.reading import language_of
from mailbot.core.steps import clerks_follow
from mailbot.core.token import CODE_PLACE
from mailbot.core.vouching import confirmed, provable, which

MOST_REMARK = 2_000
"""Characters of what stands beside an AGREE that are kept for the clerks."""


def agree_or_decline(mail: Incoming) -> Decision:
    """What a keyword of consent does: it counts at the signed address of the newest consent letter, from the address
    that letter went to, once; a DECLINE also after an AGREE, as long as nothing was decided. Anything else changes
    nothing and is told to the registered address."""
    case = mail.case
    if case is None:
        letters = to_stranger(mail, "not_counted", why="no_token", by=mail.address)
        return without_case(mail, Ignored(reason="no_token"), *letters)
    if case.open and case.form not in mail.rules.forms and mail.letter:
        return pass_on(mail, case, mail.letter, FORM_GONE)
    if mail.facts.code and keyword(mail.new_text) != "DECLINE":
        return _confirm(mail, case)
    story = begin(mail, case, "responsible")
    story.said = ""  # what stands beside the keyword is kept with the consent, and shown as what it is
    why = _refusal(mail, case)
    brought = documents.count(story, mail) if why == "already" else documents.NOTHING
    if brought.documents:
        documents.received(story, mail, brought.documents)
        return story.decision()
    if why:
        _not_counted(story, mail, why)
        return story.decision()
    if case.languages.get("responsible") is None:
        desk = mail.rules.desk
        language = language_of(mail.new_text, desk.languages, desk.languages[0])
        story.add(LanguageLearned(role="responsible", language=language))
    RESULT[keyword(mail.new_text) or "DECLINE"](story, mail)
    return story.decision()


def _confirm(mail: Incoming, case: Case) -> Decision:
    """The code of the letter that thanked for the AGREE shows whose it was; of the mail no more is kept."""
    story = begin(mail, case, "responsible")
    story.said = ""
    letter = mail.letter
    reasons = {
        "not_proven": not mail.proven or letter is None or letter.role != "responsible",
        "wrong_code": mail.facts.code != "right",
        "case_closed": not case.open,
        "decided": bool(case.decided_by),
        "old_letter": letter is None or letter.bound != which(case),
        "already": case.consent is not None and case.consent.confirmed,
    }
    why = next((why for why, holds in reasons.items() if holds), "")
    if why:
        story.add(MailAttached(by=mail.address, sort="consent", why=why))
        story.to_responsible("not_counted", why=why, by=mail.address)
        return story.decision()
    story.add(ConsentConfirmed(by=mail.address, letter=mail.facts.letter or ""))
    story.to_responsible("agreed", documents=(), code="", confirmed=True)
    show_again(story)
    return story.decision()


def _not_counted(story: Story, mail: Incoming, why: str) -> None:
    """Whoever would take a consent back after the decision is heard by the clerks."""
    story.add(MailAttached(by=mail.address, sort="consent", why=why))
    story.to_responsible("not_counted", why=why, by=mail.address)
    if why == "decided":
        story.to_clerks("passed_on", why=why, by=mail.address, text=mail.new_text)


def _refusal(mail: Incoming, case: Case) -> str:
    """Why the keyword does not count, as a code of words.toml; empty if it does."""
    letter = mail.facts.letter or ""
    asked = mail.rules.form_of(case.form).openings("consent")
    newest = max((number for number, info in case.letters.items() if info.template in asked), default=0)
    reasons = {
        "not_proven": not mail.proven or mail.letter is None or mail.letter.role != "responsible",
        "case_closed": not case.open,
        "already": case.consent is not None and keyword(mail.new_text) == "AGREE",
        "decided": bool(case.decided_by),
        "old_letter": int(letter.rpartition(".")[2] or 0) < newest,
        "not_asked": case.step_kind != "consent" and case.consent is None,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _agreed(story: Story, mail: Incoming) -> None:
    remark = beside_keyword(mail.new_text)[:MOST_REMARK]
    sure = confirmed(story.form, story.known, sure=mail.facts.sender is not None and mail.facts.sender.tier == "2")
    story.add(ConsentGiven(by=mail.address, letter=mail.facts.letter or "", confirmed=sure, remark=remark))
    brought = documents.count(story, mail, agreed=True)
    asked = CODE_PLACE if provable(story.form, story.known) else ""
    story.to_responsible("agreed", documents=brought.documents, code=asked, confirmed=False)
    if asked:
        story.letters[-1] = replace(story.letters[-1], bound=which(story.known))
    advance(story)


def _declined(story: Story, mail: Incoming) -> None:
    reason = beside_keyword(mail.new_text)
    story.add(ConsentDeclined(by=mail.address, letter=mail.facts.letter or "", reason=reason))
    story.to_both("declined", "declined")
    if clerks_follow(story.known):
        story.to_clerks("passed_on", why="declined_late", by=mail.address, text=mail.new_text)


RESULT = {"AGREE": _agreed, "DECLINE": _declined}
