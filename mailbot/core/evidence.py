"""From a mail and what is remembered to the facts its decision rests on. It asks nobody: what was recalled comes in."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailbot.core.case import Case, LetterInfo
from mailbot.core.events import Facts, Place
from mailbot.core.message import Message
from mailbot.core.quoting import new_text
from mailbot.core.reading import recognise
from mailbot.core.rules import Rules
from mailbot.core.sender import judge
from mailbot.core.sorting import Clues, sort
from mailbot.core.token import Claim, claims, first_proven


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the store knows of a mail's surroundings: the letters it claims to answer, their cases, and how many
    general letters its sender was written today."""

    letters: Mapping[str, LetterInfo]
    cases: Mapping[str, Case]
    letters_today: int = 0


NOTHING = Remembered({}, {})
MOST_CLAIMS = 20
"""How many letters a mail may claim to answer; whoever claims more has no honest reason."""


def claimed_letters(message: Message, rules: Rules) -> tuple[str, ...]:
    """The names of the letters a mail claims to answer, best claim first: what is to be recalled for it."""
    claimed = dict.fromkeys(claim.letter for claim in claims(message, rules.desk.address))
    return tuple(claimed)[:MOST_CLAIMS]


def gather(
    message: Message,
    remembered: Remembered,
    rules: Rules,
    keys: Mapping[str, bytes],
    *,
    place: Place | None = None,
    believe: bool = False,
) -> Facts:
    """The facts about a mail, but for the number of a new case.

    `keys` maps key names to the secrets of our tokens, `place` says where the mail lay. `believe` sorts the answer to
    a letter that cannot be verified by its words, as `mailbot try` does where there is no state; it proves nothing.
    """
    desk = rules.desk
    claimed = claims(message, desk.address)
    recipients = {name: (info.to, info.key) for name, info in remembered.letters.items()}
    claim = first_proven(claimed, desk.name, recipients, keys)
    info = remembered.letters[claim.letter] if claim else None
    case = remembered.cases.get(claim.case or "") if claim else None
    if info and case and info.role == "responsible" and info.to.lower() != _responsible(case, rules):
        claim = info = case = None  # whoever was responsible once is nobody in this case now
    registered = case.applicant if case and info and info.role == "applicant" else info.to if info else ""
    answers = info.role if info else "unknown" if claimed and believe else None
    clues = Clues(desk, new_text(message.text), recognise(message.subject, message.text, rules.forms), answers)
    kind, row = sort(message, clues)
    return Facts(
        sort=kind,
        sort_row=row,
        sender=judge(message, info, registered, desk),
        letter=claim.letter if claim else None,
        letter_state=_state(claim, claimed),
        found_by=claim.by if claim and case else "none",
        place=place,
        letters_today=remembered.letters_today,
        doubts=message.doubts,
    )


def _responsible(case: Case, rules: Rules) -> str:
    """The responsible person's address as it stands, in lower case."""
    person = rules.forms[case.form].people.get("responsible") if case.form in rules.forms else None
    return str(case.values.get(person.email, "")).lower() if person else ""


def _state(claim: Claim | None, claimed: tuple[Claim, ...]) -> str:
    return "verified" if claim else "unverified" if claimed else "none"


def wants_number(message: Message, facts: Facts, remembered: Remembered, rules: Rules) -> bool:
    """Whether the mail may open a case: a filled form that does not answer a letter of an open case."""
    case = remembered.cases.get((facts.letter or "").partition(".")[0])
    if facts.sort not in ("application", "answer") or (case is not None and case.open):
        return False
    return recognise(message.subject, message.text, rules.forms) is not None
