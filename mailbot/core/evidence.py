"""From a mail and what is remembered to the facts its decision rests on. It asks nobody: what was recalled comes in."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailbot.core import attached
from mailbot.core.case import Case, LetterInfo
from mailbot.core.chain import canonical
from mailbot.core.commands import code_in, named_cases, numbered, queue_asked
from mailbot.core.events import Facts, Place
from mailbot.core.message import Message
from mailbot.core.quoting import new_text
from mailbot.core.rules import Desk, Rules
from mailbot.core.sender import judge, only_sender, strange
from mailbot.core.sorting import Clues
from mailbot.core.sorting.table import sort
from mailbot.core.token import Claim, claims, code, first_proven, has_code, is_code


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the store knows of a mail's surroundings: the letters it claims to answer, their cases, and how many
    general letters its sender was written today.

    `own` is the newest open case of its sender (empty: there is none), which `cases` has as well.
    `twins` maps earlier mails (their digests, oldest first) with the same `identity` to their `content`. Only mails of
    which something came are twins: one that was ignored, quarantined or automatic must not swallow another copy, such
    as the direct one that comes after the copy of a list.
    """

    letters: Mapping[str, LetterInfo]
    cases: Mapping[str, Case]
    letters_today: int = 0
    twins: Mapping[str, str] = field(default_factory=dict)
    own: str = ""

    @property
    def recipients(self) -> dict[str, tuple[str, str]]:
        """To whom each letter went, and the name of its key."""
        return {name: (info.to, info.key) for name, info in self.letters.items()}


NOTHING = Remembered({}, {})
Proof = Mapping[str, bytes] | Facts
"""What tells whether a token is right: the secrets of our tokens by the names of their keys; or, where a mail is
decided again without them, the facts of its first decision, which say what was proven then."""
MOST_CLAIMS = 20
"""How many letters a mail may claim to answer; whoever claims more has no honest reason."""
NUMBER = re.compile(r"\d{4}(?<![\d-]\d{4})-\d{5,9}(?![\d-])", re.ASCII)
"""The number of a case, as subjects have it. What stands before it is looked at behind its year: a pattern that begins
with what must not be there is tried at every character."""
MOST_NUMBERS = 3
"""How many cases a mail may name."""
MOST_LOOKED_AT = 4_000
"""Characters of a text in which numbers are looked for."""
UNPROMPTED = frozenset({"enquiry", "status", "withdraw"})
"""Kinds of mail that are about a case of their sender's, or one that they name, if they answer no letter."""
FOOTER = re.compile(r"^[ \t]*[_-]{20,}[ \t]*$", re.MULTILINE)
"""The line with which lists begin what they put below a mail."""
TWIN_DOUBT = "the Message-ID of another mail of this sender"


def identity(message: Message) -> str:
    """What says that two mails are one: 32 hex digits of the SHA-256 over canonical `[Message-ID, From address in lower
    case]`; empty without a Message-ID or without exactly one sender, for then nothing says so."""
    sender = only_sender(message)
    if sender is None or not message.message_id:
        return ""
    return _digest([message.message_id, sender.key])


def content(message: Message, letter: str = "") -> str:
    """What a mail says, whichever way it came: 32 hex digits of the SHA-256 over canonical From address, lines of text
    with white space made even, sorted digests of attachments, and the letter it was proven to answer: a copy that
    proves less must not stand in the way of the one that proves more. The subject, which lists put a tag into, is not
    in it, nor what a list put below the text. Quoted text is: forms are filled in inside the quote."""
    sender = only_sender(message)
    text = _without_footer(message.text) if came_through_list(message) else message.text
    said = [even for line in text.split("\n") if (even := " ".join(line.split()))]
    return _digest([sender.key if sender else "", said, sorted(part.digest for part in message.attachments), letter])


def came_through_list(message: Message) -> bool:
    """Whether a mailing list sent this copy on (RFC 2919, RFC 2369)."""
    return message.names("list-id") or message.names("list-post")


def _without_footer(text: str) -> str:
    lines = list(FOOTER.finditer(text))
    return text[: lines[-1].start()] if lines else text


def _digest(parts: list[object]) -> str:
    return hashlib.sha256(canonical(parts)).hexdigest()[:32]


def claimed_letters(message: Message, rules: Rules) -> tuple[str, ...]:
    """The names of the letters a mail claims to answer, best claim first: what is to be recalled for it. With the first
    letter of a case that a command in it names comes that case, so that it is known whether there is one."""
    claimed = tuple(dict.fromkeys(claim.letter for claim in claims(message, rules.desk.address)))[:MOST_CLAIMS]
    named = named_cases(new_text(message.text)) if claimed else ()
    return (*claimed, *(f"{number}.1" for number in (*named, *numbers_in(message))))


def numbers_in(message: Message) -> tuple[str, ...]:
    """The cases that the subject of a mail and the beginning of its new text name; a number is a name and no secret,
    so that it proves nothing."""
    texts = (message.subject, new_text(message.text)[:MOST_LOOKED_AT])
    return tuple(dict.fromkeys(number for text in texts for number in NUMBER.findall(text)))[:MOST_NUMBERS]


def _suggested(message: Message, kind: str, claimed: tuple[Claim, ...], remembered: Remembered) -> str:
    """The case that orders are about if they are what they claim to be, so that it may be noted there that somebody
    tried; or the one that somebody seems to write about who answers no letter."""
    if kind != "command" and kind not in UNPROMPTED:
        return ""
    named = NUMBER.findall(message.subject) if kind == "command" else numbers_in(message)
    own = remembered.own if kind != "command" else ""
    likely = (*(claim.case or "" for claim in claimed), *named, own)
    return next((number for number in likely if number in remembered.cases and not _erased(number, remembered)), "")


def _erased(number: str, remembered: Remembered) -> bool:
    return bool(remembered.cases[number].erased)


def gather(
    message: Message,
    remembered: Remembered,
    rules: Rules,
    keys: Proof,
    *,
    place: Place | None = None,
    believe: bool = False,
) -> Facts:
    """The facts about a mail, but for the number of a new case.

    `keys` tells whether a token or a code is right, `place` says where the mail lay. `believe` sorts the answer to
    a letter that cannot be verified by its words, as `mailbot try` does where there is no state; it proves nothing.
    """
    desk = rules.desk
    claimed = claims(message, desk.address)
    claim = _proven(claimed, desk, remembered, keys)
    info = remembered.letters[claim.letter] if claim else None
    case = remembered.cases.get(claim.case or "") if claim else None
    if info and case and info.role == "responsible" and info.to.lower() != _responsible(case, rules, info.to):
        claim = info = case = None  # whoever was responsible once is nobody in this case now
    registered = case.applicant if case and info and info.role == "applicant" else info.to if info else ""
    answers = info.role if info else "unknown" if claimed and believe else None
    said = new_text(message.text)
    coded = _coded(message, said, claim, info, desk, keys)
    clues = Clues(desk, said, attached.form_of(message, rules.forms), answers, bool(coded.get("code")))
    kind, row = sort(message, clues)
    twin, same = _twin(said := content(message, claim.letter if claim else ""), remembered.twins)
    return Facts(
        sort=kind,
        sort_row=row,
        sender=judge(message, info, registered, desk, in_to=bool(claim and claim.in_to)),
        place=place,
        letters_today=remembered.letters_today,
        doubts=message.doubts + strange(message) + ((TWIN_DOUBT,) if twin and not same else ()),
        identity=identity(message),
        content=said,
        twin=twin,
        same=same,
        secrets=message.secrets,
        suggested=_suggested(message, kind, claimed, remembered) if claim is None else "",
        **_answered(claim, claimed, case),
        **coded,
        **_listed(clues.new_text, claim, info),
    )


def _proven(claimed: tuple[Claim, ...], desk: Desk, remembered: Remembered, keys: Proof) -> Claim | None:
    """The claim that is proven, or was: then the one by which the case was found, as several may name one letter, one
    of them perhaps in a field that somebody added."""
    if not isinstance(keys, Facts):
        return first_proven(claimed, desk.name, remembered.recipients, keys)
    then = [claim for claim in claimed if claim.letter == keys.letter and claim.letter in remembered.letters]
    likely = sorted(then, key=lambda claim: (claim.by != keys.found_by, claim.in_to is keys.added))
    return next(iter(likely), None)


def _listed(new_text: str, claim: Claim | None, info: LetterInfo | None) -> Mapping[str, Any]:
    """Where a mail orders something about several cases in answer to a letter about no single one: the cases that the
    letter lists, and the digest of the orders that it asks back, if the mail has its code."""
    if claim is None or claim.case or info is None or info.role != "clerk":
        return {}
    asked = {"code_asked": info.at} if info.bound else {}
    if info.bound and code_in(new_text):
        return {"listed": info.shows, "bound": info.bound, **asked}
    return {"listed": info.shows, **asked} if numbered(new_text) else asked


def _coded(
    message: Message, new_text: str, claim: Claim | None, info: LetterInfo | None, desk: Desk, keys: Proof
) -> Mapping[str, Any]:
    """Whether the code in a mail is that of the letter it was proven to answer, and whether that stands in it where it
    confirms nothing and would be written down. A clerk orders with it, and says nothing else; the responsible person
    says only that it was them, in whatever words."""
    if claim is None or info is None or not info.bound:
        return {}
    said = code_in(new_text)
    if isinstance(keys, Facts):
        return {"code": keys.code if said or info.role == "responsible" else "", "code_astray": keys.code_astray}
    right = code(keys[info.key], desk.name, claim.letter, info.to, info.bound)
    confirms = is_code(said, right) or (info.role == "responsible" and has_code(new_text, right))
    astray = has_code(message.subject, right) or (not confirms and has_code(new_text, right))
    return {"code": "right" if confirms else "wrong" if said else "", "code_astray": astray}


def confirmed(facts: Facts, case: Case) -> str:
    """The orders about a case that the code in a mail is to confirm, as they were written; empty if there are none."""
    number, _, at = (facts.letter or "").rpartition(".")
    letter = case.letters.get(int(at)) if number == case.number else None
    waiting = case.pending.get(facts.bound or (letter.bound if letter else "")) if facts.code else None
    return waiting.text if waiting else ""


def confirmed_cases(facts: Facts, cases: Iterable[Case]) -> tuple[str, ...]:
    """The cases that orders name which a mail's code is to confirm; `cases` are those that they may be about."""
    texts = (confirmed(facts, case) for case in cases)
    return tuple(dict.fromkeys(number for text in texts for number in named_cases(text)))


def _twin(said: str, twins: Mapping[str, str]) -> tuple[str | None, bool]:
    """The earlier mail that says the same, else the newest that says something else under the same name; and whether
    it says the same."""
    alike = [mail for mail, their in twins.items() if their == said]
    return next(iter([*alike, *reversed(tuple(twins))]), None), bool(alike)


def _responsible(case: Case, rules: Rules, known: str) -> str:
    """The responsible person's address as it stands, in lower case; where the rules have no more the form that says
    which field holds it, the one our letter went to (`known`)."""
    person = rules.form_of(case.form).people.get("responsible")
    address = str(case.values.get(person.email, "")) if person else "" if case.form in rules.forms else known
    return address.lower()


def _answered(claim: Claim | None, claimed: tuple[Claim, ...], case: Case | None) -> Mapping[str, Any]:
    """Which letter a mail proved to answer, and by what."""
    if claim is None:
        return {"letter_state": "unverified" if claimed else "none"}
    found = {"found_by": claim.by if case else "none", "added": not claim.in_to}
    return {"letter": claim.letter, "letter_state": "verified", **found}


def opens(message: Message, facts: Facts, remembered: Remembered, rules: Rules) -> str | None:
    """The form that the mail may open a case of, by name: the one it fills in, unless it answers a letter of an open
    case; or the one that takes what somebody answers, in words of their own, to a letter without a case."""
    case = case_of(facts, remembered)
    if facts.same or (case is not None and case.open):
        return None
    filled = attached.form_of(message, rules.forms) if facts.sort in ("application", "answer") else None
    letter = remembered.letters.get(facts.letter or "")
    if filled or facts.sort not in ("answer", "enquiry") or letter is None or letter.role != "stranger":
        return filled
    return next((name for name, form in rules.forms.items() if form.takes), None)


def case_of(facts: Facts, remembered: Remembered) -> Case | None:
    """The case of the letter that the mail proved to answer."""
    return remembered.cases.get((facts.letter or "").partition(".")[0])


def asks_queue(message: Message, facts: Facts) -> bool:
    """Whether a clerk, known by the token of a letter, wants to see the queue: all open cases are looked at then."""
    proven = facts.sender is not None and facts.sender.as_clerk
    return proven and facts.sort == "command" and queue_asked(new_text(message.text)) is not None


def listed_cases(facts: Facts) -> tuple[str, ...]:
    """The cases that an order about several may be about: none, where it is not proven to be a clerk's. They are looked
    at then."""
    proven = facts.sender is not None and facts.sender.as_clerk
    return facts.listed if proven and facts.sort == "command" else ()
