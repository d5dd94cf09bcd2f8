"""What templates of one language may call: labels, sentences, dates, values, blanks. It knows one letter at a time."""

from collections.abc import Sequence
from datetime import datetime

from mailbot.core.blank import blank
from mailbot.core.calendar import date_words
from mailbot.core.case import Case
from mailbot.core.columns import unbroken, width, wrap
from mailbot.core.conditions import holds
from mailbot.core.events import Fault, Value
from mailbot.core.instants import from_text
from mailbot.core.rules import Form, Rules
from mailbot.core.steps import waits_for

COLUMNS = 72
"""Columns a value is broken at."""


class Voice:
    """What templates of one language may call: labels, sentences, dates, values, blanks. Made for one letter."""

    def __init__(self, rules: Rules, language: str, form: Form | None, case: Case | None) -> None:
        self.rules, self.language, self.form, self.case = rules, language, form, case

    def label(self, key: str) -> str:
        """The label of a field."""
        rule = self.form.fields.get(key) if self.form else None
        return rule.label[self.language] if rule else key

    def labels(self, keys: Sequence[str], separator: str) -> str:
        """The labels of fields in a row."""
        return separator.join(self.label(key) for key in keys)

    def say(self, table: str, code: str, **places: str) -> str:
        """A sentence of words.toml."""
        return self.rules.say(self.language, table, code, **places)

    def fault(self, fault: Fault) -> str:
        """What is wanted for a field, and why."""
        return self.say("faults", fault.code, **{"found": fault.found, **fault.wanted})

    def date(self, instant: datetime | str) -> str:
        """A day in words, in the desk's time zone; `instant` aware or a journal text."""
        return date_words(from_text(instant) if isinstance(instant, str) else instant, self.language, self.rules)

    def value(self, key: str) -> str:
        """A field's value as a person reads it, on one line."""
        return " / ".join(part for part in self._plain(key).split("\n") if part.strip())

    def _plain(self, key: str) -> str:
        value: Value = self.case.values.get(key, "") if self.case else ""
        text = value if isinstance(value, str) else ", ".join(value)
        rule = self.form.fields.get(key) if self.form else None
        if rule and rule.type == "choice":
            return next(iter(rule.choices.get(text, {}).get(self.language, ())), text)
        return self.say("values", text) if rule and rule.type == "yes_no" and text else text

    def values(self, keys: Sequence[str] | None = None) -> str:
        """`Label: value` lines of the fields that have a value (or of `keys`), long texts indented below. Without
        `keys`, what was only copied from another field is not said twice."""
        if self.form is None or self.case is None:
            return ""
        copied = self._copied(self.form, self.case)
        wanted = [key for key in self.form.fields if key not in copied] if keys is None else keys
        return "\n".join(self._line(key) for key in wanted if self.case.values.get(key))

    def _copied(self, form: Form, case: Case) -> frozenset[str]:
        rows = (row for row in form.copies if holds(row.when, case.values))
        return frozenset(target for row in rows for target in row.fields if target not in case.answers)

    def _line(self, key: str) -> str:
        text, label = self._plain(key), self.label(key)
        if self.form and self.form.fields[key].type == "long":
            text = unbroken(text)
        if "\n" in text or width(label) + width(text) > COLUMNS - 4:
            return f"  {label}:\n{wrap(text, COLUMNS, '      ')}"
        return f"  {label}: {text}"

    def form_to_fill(self, keys: Sequence[str] | None = None) -> str:
        """The form as text to fill in: all of it, or just these fields and what is asked together with them."""
        if self.form is None:
            return ""
        return blank(self.form, self.language, keys=None if keys is None else self._asked(self.form, keys))

    def _asked(self, form: Form, keys: Sequence[str]) -> frozenset[str]:
        checked = {fault.field for fault in self.case.faults if fault.code == "check"} if self.case else set()
        values = self.case.values if self.case else {}
        held = (row for row in form.checks if row.field in checked & set(keys) and holds(row.when, values))
        return frozenset((*keys, *(key for row in held for key in row.asks)))

    def blank_of(self, form: Form) -> str:
        """The empty form as text to fill in."""
        return blank(form, self.language)

    def person(self, role: str) -> str:
        """A person's name as the application gives it, else their address."""
        person = self.form.people.get(role) if self.form else None  # type: ignore[call-overload]
        if person is None or self.case is None:
            return ""
        name = " ".join(str(self.case.values.get(key, "")) for key in person.name).strip()
        address = self.case.applicant if role == "applicant" else str(self.case.values.get(person.email, ""))
        return name or (self.case.name if role == "applicant" else "") or address

    def waits_for(self) -> str:
        """Whom or what the case waits for, in words."""
        if self.case is None:
            return ""
        return self.say("steps", self.case.step_kind) if self.case.open else self.say("status", self.case.status)

    def waiting_role(self) -> str:
        """The role that has to act in the current step: `applicant`, `responsible` or `clerk`."""
        return waits_for(self.case, self.form) if self.case and self.form else ""
