"""What clerks are told of names and addresses that are not what they seem to be. It asks nobody and refuses nothing."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from mailbot.core.case import Case
from mailbot.core.columns import clip
from mailbot.core.disguises import Disguise, Expected, ascii_like, codes, disguises, hidden_or_flooded
from mailbot.core.events import Plan, Remark, Value
from mailbot.core.idn import as_read
from mailbot.core.rules import Form

CODES = {
    "hidden": "hidden_signs",
    "mixed": "mixed_letters",
    "lookalike": "lookalike_letters",
    "marks": "many_marks",
}
"""The remark (words.toml, table `remarks`) on each thing that can be strange about a text."""
EXPECTED: Mapping[str, Expected] = {
    "line": "prose",
    "latin": "name",
    "email": "address",
    "account_name": "address",
    "ids": "address",
}
"""Types of field whose answers are looked at letter by letter; a `line` that is somebody's name is a name."""
PARAGRAPHS = frozenset({"lines", "long"})
LONGEST = 60
"""Columns of a text that a remark shows."""
MOST_USERS = 20
"""Remarks on the users of a plan."""


def disguised(
    form: Form, case: Case, answers: Mapping[str, Iterable[str]], values: Mapping[str, Value]
) -> Iterator[Remark]:
    """A remark on everything strange about the answers that count, as they were written (`answers`), and about the
    sender as the mail names them."""
    yield from _sender(case)
    names = {key for person in form.people.values() for key in person.name}
    for key, rule in form.fields.items():
        if key not in values:
            continue
        expected = "name" if key in names and rule.type == "line" else EXPECTED.get(rule.type)
        for text in answers.get(key, ()):
            yield from _remarks(text, _found(text, expected, rule.type in PARAGRAPHS), field=key)
        if rule.type == "plan" and case.plan:
            yield from islice(_users(case.plan, key), MOST_USERS)


def _found(text: str, expected: Expected | None, paragraph: bool) -> tuple[Disguise, ...]:
    if expected is not None:
        return disguises(as_read(text) if expected == "address" else text, expected)
    return hidden_or_flooded(text) if paragraph else ()


def _users(plan: Plan, field: str) -> Iterator[Remark]:
    for user in plan.users:
        yield from _remarks(user.name, disguises(user.name, "name"), field=field)
        for text in (user.email, user.account):
            yield from _remarks(text, disguises(as_read(text), "address"), field=field)


def _sender(case: Case) -> Iterator[Remark]:
    yield from of_address(case.applicant)
    yield from _remarks(case.name, disguises(case.name, "name"), of="sender_name")
    claimed = ascii_like(case.name).strip(" <>\"'").lower()
    if "@" in claimed and claimed != case.applicant.lower():
        yield Remark(code="name_is_address", wanted={"found": clip(case.name, LONGEST), "address": case.applicant})


def of_address(address: str) -> Iterator[Remark]:
    """A remark on everything strange about an address that a mail came from."""
    read = as_read(address)
    yield from _remarks(read, disguises(read, "address"), of="sender_address")


def _remarks(text: str, found: Iterable[Disguise], *, field: str = "", of: str = "") -> Iterator[Remark]:
    for one in found:
        shown, signs = clip(text, LONGEST), codes(one.signs)
        like = ascii_like(shown) if one.code == "lookalike" else ""
        said = {"found": shown, "signs": signs, "among": one.among, "like": like, "of": of}
        yield Remark(code=CODES[one.code], field=field, wanted={place: words for place, words in said.items() if words})
