"""A case's values as a person reads them, in one language. It knows no letter and no sheet."""

from mailbot.core.case import Case
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


def name_of(form: Form, case: Case, role: PersonName) -> str:
    """The name of a person taking part as the application gives it, its parts in the form's order; empty if it does
    not."""
    person = form.people.get(role)
    return " ".join(str(case.values.get(key, "")) for key in person.name).strip() if person else ""
