"""A case's values, and what is remarked of them, as a person reads them, in one language. It knows no letter and no
sheet."""

from collections.abc import Collection

from mailbot.core.case import Case
from mailbot.core.conditions import fields_named, holds
from mailbot.core.disguises import ascii_like
from mailbot.core.events import Remark
from mailbot.core.fields.shown import shown
from mailbot.core.rules import Form, PersonName, Rules


def value_shown(form: Form | None, case: Case | None, key: str, language: str, rules: Rules) -> str:
    """The value of a field, with the line breaks it has, as `fields.shown` words it; empty if there is none. A field
    the form does not have is shown as it is kept."""
    value = case.values.get(key, "") if case else ""
    rule = form.fields.get(key) if form else None
    if rule is None:
        return value if isinstance(value, str) else ", ".join(value)
    return shown(rule, value, language, rules)


def in_form_order(form: Form | None, keys: Collection[str]) -> list[str]:
    """Fields in the order in which the form asks for them, then those it does not have: journal and casebook each keep
    them in an order of their own."""
    asked = form.fields if form else {}
    return [*(key for key in asked if key in keys), *(key for key in keys if key not in asked)]


def label_shown(form: Form | None, key: str, language: str) -> str:
    """What a form calls a field; the field's name where the form does not have it, or not in that language."""
    rule = form.fields.get(key) if form else None
    return rule.label.get(language, key) if rule else key


def name_of(form: Form, case: Case, role: PersonName) -> str:
    """The name of a person taking part as the application gives it, its parts in the form's order; empty if it does
    not."""
    person = form.people.get(role)
    return " ".join(str(case.values.get(key, "")) for key in person.name).strip() if person else ""


def standing(case: Case, form: Form | None, language: str, rules: Rules) -> str:
    """How the case stands, in words, which may be the form's own (`says.at_<step>`); what is under way before anybody
    decided is not said to be accepted, and what only a clerk can let go on is said to be stopped."""
    if case.open and case.halted:
        return rules.say(language, "status", "halted")
    own = form.says.get(f"at_{case.step}", {}).get(language, "") if form else ""
    if case.open and not case.hold and own:
        return own
    undecided = case.status == "in_progress" and not case.decided_by
    return rules.say(language, "status", "under_way" if undecided else case.status)


def claimed_name(case: Case) -> str:
    """The name that the applicant's mail program gave; empty if it is an address, for it may be anybody's."""
    return "" if "@" in ascii_like(case.name) else case.name


def applicant_shown(form: Form | None, case: Case) -> str:
    """The applicant's name as the application gives it, else as their mail program did, else their address."""
    return (name_of(form, case, "applicant") if form else "") or claimed_name(case) or case.applicant


def remark_shown(form: Form | None, remark: Remark, language: str, rules: Rules) -> str:
    """What clerks should look at, as a sentence; what is wrong in a plan stands among the faults."""
    words = rules.words[language]
    rule = form.fields.get(remark.field) if form else None
    label = rule.label[language] if rule else words.signs.get(remark.wanted.get("of", ""), remark.field)
    table = "remarks" if remark.code in words.remarks else "faults"
    return rules.say(language, table, remark.code, **{"label": label, "found": "", **remark.wanted})


def needless(form: Form, case: Case) -> tuple[str, ...]:
    """The fields that have a value though the other answers do not ask for one (any more), in the form's order: nothing
    is done with it. Not those that are copied from others, nor what hangs on an answer that is itself still wrong."""
    wrong = {fault.field for fault in case.faults}
    copied = {target for row in form.copies if holds(row.when, case.values) for target in row.fields}
    asked = ((key, rule.when) for key, rule in form.fields.items() if rule.when and key not in copied)
    unasked = ((key, when) for key, when in asked if case.values.get(key) and not holds(when, case.values))
    return tuple(key for key, when in unasked if wrong.isdisjoint(fields_named(when)))
