"""Which rows of registers deciding a mail needs, or a case that goes on because time passed. It looks nothing up."""

from collections.abc import Iterator, Mapping

from mailbot.core import accounts, attached
from mailbot.core.case import Case
from mailbot.core.commands import parts_of
from mailbot.core.events import Facts, Value
from mailbot.core.evidence import Remembered, case_of, confirmed, opens
from mailbot.core.fields import understand
from mailbot.core.message import Message
from mailbot.core.quoting import new_text
from mailbot.core.reading.language import language_of
from mailbot.core.registers import Sought, accounts_of, lookups_in
from mailbot.core.rules import Form, Rules

LOOKED_UP = frozenset({"application", "answer", "consent", "command"})
"""Kinds of mail after which a case may go on: what registers say about it is looked up again."""


def lookups(message: Message, facts: Facts, remembered: Remembered, rules: Rules) -> tuple[Sought, ...]:
    """The rows of registers that deciding a mail needs, each once: of the case it answers, of those that it orders
    something about, or of the form it fills in.

    Every field that is looked up, with its value as it stands and as it would stand after this mail, doubtful ones
    included: what counts is decided later, and facts hold all rows a case needs.
    """
    if facts.listed:
        named = {part.number for part in parts_of(new_text(message.text))}
        wanted = {*facts.listed} if facts.bound else named & {*facts.listed}
        cases = [case for number, case in remembered.cases.items() if number in wanted]
        text = new_text(message.text)
        logins = (_account(case, confirmed(facts, case) or _part(text, case), rules) for case in cases)
        rows = (*(lookups_of(case, rules) for case in cases), *logins)
        return tuple(dict.fromkeys(sought for several in rows for sought in several))
    opened, case = opens(message, facts, remembered, rules), case_of(facts, remembered)
    name = opened or (case.form if case and facts.sort in LOOKED_UP else "")
    form = rules.forms.get(name)
    if form is None:
        return ()
    before, languages = case.answers if case and not opened else {}, rules.desk.languages
    text = new_text(message.text) or message.text
    language = _language(case, rules) if case and not opened else language_of(text, languages, languages[0])
    said = _said(message, form, answers_ours=not opened) if facts.sort in ("application", "answer") else {}
    values = (_values(form, rules, {**before, **answers}, language) for answers in ({}, *said))
    found = (_sought(form, one, rules) for one in values)
    members = _members(message, form) if said else ()
    given = accounts.sought(account_given(message, facts, remembered, rules), form)
    return tuple(dict.fromkeys(sought for several in (*found, members, given) for sought in several))


def account_given(message: Message, facts: Facts, remembered: Remembered, rules: Rules) -> str:
    """The account name that a clerk's acceptance gives or leaves, in the mail or in what its code confirms; empty where
    there is none."""
    case = case_of(facts, remembered) if facts.sort == "command" else None
    form = rules.forms.get(case.form) if case else None
    return accounts.wanted(confirmed(facts, case) or new_text(message.text), case, form) if case and form else ""


def _part(text: str, case: Case) -> str:
    """What is ordered about this case among others."""
    return next((part.text for part in parts_of(text) if part.number == case.number), "")


def _account(case: Case, text: str, rules: Rules) -> tuple[Sought, ...]:
    """What is to be looked up for an acceptance of this case among orders about several."""
    form = rules.forms.get(case.form)
    return accounts.sought(accounts.wanted(text, case, form), form) if form else ()


def _members(message: Message, form: Form) -> Iterator[Sought]:
    """The accounts of the users in a plan that the mail brings, where something is done for each of them."""
    lookup, plan = form.members, attached.plan_of(message)
    if lookup is not None and plan is not None:
        yield from (Sought(lookup.name, lookup.column, user.account) for user in plan[1].users if user.account)


def lookups_of(case: Case, rules: Rules) -> tuple[Sought, ...]:
    """The rows of registers that a case needs when it goes on because time passed, each once."""
    form = rules.forms.get(case.form)
    if form is None:
        return ()
    values = _values(form, rules, case.answers, _language(case, rules))
    return tuple(dict.fromkeys(_sought(form, values, rules)))


Answers = Mapping[str, tuple[str, ...]]


def _said(message: Message, form: Form, *, answers_ours: bool) -> Iterator[Answers]:
    """What a mail says in its text, where that is certain, and in its attachments, whichever of the two wins."""
    said, files = attached.reading_of(message, form, answers_ours=answers_ours), attached.answers(message, form)
    sure = attached.certain_of(message, form, answers_ours=answers_ours)
    text = {key: texts for key, texts in said.answers.items() if key in sure}
    yield {**files, **text}
    if files.keys() & text.keys():
        yield {**text, **files}


def _language(case: Case, rules: Rules) -> str:
    return case.languages.get("applicant", rules.desk.languages[0])


def _values(form: Form, rules: Rules, answers: Answers, language: str) -> Mapping[str, Value]:
    """What those fields say; in the language in which they are understood when it is decided, so that each answer is
    read once."""
    keys, person = tuple(lookups_in(form)), form.people.get("responsible")
    if not answers or not (keys or person):
        return {}
    keys = (*keys, person.email) if person else keys
    return understand(form, rules.desk, answers, language, allowed=keys, confirmed=keys).values


def _sought(form: Form, values: Mapping[str, Value], rules: Rules) -> Iterator[Sought]:
    named = [(key, (lookup.name, lookup.column)) for key, lookup in lookups_in(form).items()]
    person, accounts = form.people.get("responsible"), accounts_of(form).register
    declared = rules.desk.registers.get(accounts)
    if person and declared and declared.address:
        named.append((person.email, (accounts, declared.address)))  # an account there may be the applicant's own
    for key, (name, of) in named:
        value = values.get(key, "")
        if isinstance(value, str) and value:
            yield Sought(name, of, value)
