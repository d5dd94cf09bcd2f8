"""What templates of one language may call: labels, sentences, dates, values, blanks. It knows one letter at a time."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mailbot.core.blank import blank
from mailbot.core.calendar import date_words
from mailbot.core.case import Case
from mailbot.core.columns import fits, unbroken, wrap
from mailbot.core.conditions import holds
from mailbot.core.decide.disguised import of_address
from mailbot.core.events import Fault, PlanLine, Remark, Value
from mailbot.core.instants import from_text
from mailbot.core.reading.labels import labels_of
from mailbot.core.rules import Form, Rules, Step
from mailbot.core.secrets import holds_mask
from mailbot.core.shown import claimed_name, needless, remark_shown, standing, value_shown
from mailbot.core.steps import OWN, actor, after, awaited, current, left, waits_for
from mailbot.core.vouching import listed, unconfirmed
from mailbot.edge.letters.templates import COLUMNS, WIDEST

INDENT = " " * 6
"""What stands before a value of several lines."""


class Voice:
    """What templates of one language may call: labels, sentences, dates, values, blanks. Made for one letter."""

    def __init__(self, rules: Rules, language: str, form: Form | None, case: Case | None, role: str = "") -> None:
        self.rules, self.language, self.form, self.case, self.role = rules, language, form, case, role

    def label(self, key: str) -> str:
        """The label of a field."""
        rule = self.form.fields.get(key) if self.form else None
        return rule.label[self.language] if rule else key

    def labels(self, keys: Sequence[str], separator: str) -> str:
        """The labels of fields in a row."""
        return separator.join(self.label(key) for key in keys)

    def say(self, table: str, code: str, /, **places: str) -> str:
        """A sentence of words.toml."""
        return self.rules.say(self.language, table, code, **places)

    def fault(self, fault: Fault) -> str:
        """What is wanted for a field, and why."""
        return self.say("faults", fault.code, **{"found": fault.found, **fault.wanted})

    def remark_words(self, remark: Remark) -> str:
        """What clerks should look at."""
        return remark_shown(self.form, remark, self.language, self.rules)

    def strange(self, address: str) -> str:
        """What is strange about an address that a mail came from; empty if it is what it looks like."""
        return " ".join(map(self.remark_words, of_address(address)))

    def in_directory(self) -> bool:
        """Whether a register has the responsible person's address (`vouching.listed`)."""
        return self.form is not None and self.case is not None and listed(self.form, self.case)

    def unconfirmed(self) -> bool:
        """Whether nothing proves the responsible person's AGREE (`vouching.unconfirmed`)."""
        return self.form is not None and self.case is not None and unconfirmed(self.form, self.case)

    def beside_values(self) -> str:
        """What the applicant is told of how values came to be, a line each: fields that somebody else filled in, by
        sender, and labels that were misspelt; empty if there is nothing to tell."""
        remarks = self.case.remarks if self.case else ()
        by: dict[str, list[str]] = {}
        for remark in remarks:
            if remark.code == "filled_by_another":
                by.setdefault(remark.wanted["by"], []).append(remark.field)
        told = {sender: self.labels(keys, self.say("values", "between")) for sender, keys in by.items()}
        lines = [self.say("remarks", "filled_by_another_own", label=told[who], by=who) for who in told]
        slips = [one for one in remarks if one.code == "label_misspelt"]
        told_of = (
            self.say("remarks", "label_misspelt_own", label=self.label(one.field), **one.wanted) for one in slips
        )
        return "\n".join([*lines, *told_of])

    def unmatched(self) -> tuple[str, ...]:
        """The lines that no field took, as the applicant is told of them: not what was removed from their mail."""
        return tuple(line for line in self.case.unread if not holds_mask(line)) if self.case else ()

    def meant(self, line: str) -> str:
        """The label of a field without value that a line nobody could match may belong to; empty if there is none."""
        key = labels_of(self.form).near(line.partition(": ")[0]) if self.form else None
        return self.label(key) if key and self.case and key not in self.case.values else ""

    def hints(self) -> str:
        """What the form tells clerks about a case like this, one a line; empty if it has nothing to tell."""
        if self.form is None or self.case is None:
            return ""
        values = self.case.values
        return "\n".join(hint.text[self.language] for hint in self.form.hints if holds(hint.when, values))

    def says(self, name: str) -> str:
        """A sentence of the form's own; empty if it has none of that name."""
        return self.form.says.get(name, {}).get(self.language, "") if self.form else ""

    def document(self, name: str) -> str:
        """The title of a document."""
        rule = self.form.documents.get(name) if self.form else None
        return rule.title.get(self.language, name) if rule else name

    def wanted_documents(self, role: str = "") -> str:
        """The titles of the documents that are still needed, or of those that this role signs, one a line."""
        if self.case is None or self.form is None:
            return ""
        names = [name for name in awaited(self.case, self.form) if role in ("", self.form.documents[name].signer)]
        return "\n".join(self.document(name) for name in names)

    def members(self) -> str:
        """The users of the plan for whom the current task is left to be done, one a line; empty if it is done once."""
        step = self._step()
        if step is None or not step.each or self.case is None or self.case.plan is None:
            return ""
        rows = left(self.case, step)
        users = [user for user in self.case.plan.users if user.row in rows]
        known = {user.row: (user.name, user.account, user.email, user.affiliation) for user in users}
        return "\n".join(f"  {row}: " + ", ".join(text for text in texts if text) for row, texts in known.items())

    def plan_lines(self, most: int = 12) -> str:
        """What the usage plan asks for, a line each: account or group, amount, service, from when to when; `…` where
        there are more. Empty without a plan."""
        lines = self.case.plan.lines if self.case and self.case.plan else ()
        shown = [wrap(self._plan_line(line), COLUMNS, "  ") for line in lines[:most]]
        return "\n".join([*shown, "  …"] if len(lines) > most else shown)

    def _plan_line(self, line: PlanLine) -> str:
        unit = self.say("values", line.unit.lower()) if line.unit else ""
        days = " – ".join(self.date(day) for day in (line.start, line.end) if day)
        texts = (f"{line.account}: {line.amount} {unit}".strip(), line.service, line.sort, days)
        return ", ".join(text for text in texts if text)

    def ends(self) -> bool:
        """Whether the case ends if nobody answers in the current step."""
        step = self._step()
        return step is not None and after(step) == "expire"

    def _step(self) -> Step | None:
        steps = self.form.steps if self.form and self.case else ()
        return next((step for step in steps if self.case and step.id == self.case.step), None)

    def task(self) -> str:
        """What clerks do in the current step, in words; empty in any other."""
        step = self._step()
        return step.task.get(self.language, "") or step.title.get(self.language, "") if step else ""

    def next_step(self) -> str:
        """The kind of the first step that is not over, begun or not; `end` if all are."""
        step = current(self.case, self.form) if self.case and self.form else None
        return step.kind if step else "end"

    def our_step(self) -> str:
        """The kind of the first step that is not over in which nobody outside the desk has to act; `end` if none is
        left: what follows once consent and documents are there."""
        if self.case is None or self.form is None:
            return "end"
        step = current(self.case, self.form, past=OWN)
        return step.kind if step else "end"

    def step_after(self) -> str:
        """The kind of the step that comes once the current one is over, `end` if none does."""
        if self.case is None or self.form is None:
            return "end"
        passed = self.case.model_copy(update={"passed": (*self.case.passed, self.case.step)})
        step = current(passed, self.form)
        return step.kind if step else "end"

    def next_words(self, role: str) -> str:
        """What happens next, said to somebody in that role."""
        step = current(self.case, self.form) if self.case and self.form else None
        if self.case is None or self.form is None or step is None:
            return self.say("next", "end")
        who = actor(self.case, self.form, step)
        own = who == role or (who == "responsible" and self._one_person() and role == "applicant")
        code = f"{step.kind}_own" if own and step.kind in OWN else step.kind
        wanted = self.wanted_documents(who).replace("\n", "; ") if step.kind == "document" else ""
        return self.say("next", code, name=self.person(who), wanted=wanted)

    def _one_person(self) -> bool:
        person = self.form.people.get("responsible") if self.form else None
        if person is None or self.case is None:
            return False
        return str(self.case.values.get(person.email, "")).lower() == self.case.applicant.lower()

    def date(self, instant: datetime | str) -> str:
        """A day in words, in the desk's time zone; `instant` aware, a journal text, or a day of its own (ISO 8601)."""
        if isinstance(instant, str) and "T" not in instant:
            instant = datetime.combine(date.fromisoformat(instant), time(12), ZoneInfo(self.rules.desk.timezone))
        return date_words(from_text(instant) if isinstance(instant, str) else instant, self.language, self.rules)

    def value(self, key: str) -> str:
        """A field's value as a person reads it, on one line."""
        return " / ".join(part for part in self._plain(key).split("\n") if part.strip())

    def _plain(self, key: str) -> str:
        return value_shown(self.form, self.case, key, self.language, self.rules)

    def values(self, keys: Sequence[str] | None = None) -> str:
        """`Label: value` lines of the fields that have a value (or of `keys`), long texts indented below. Without
        `keys`, what was only copied from another field is not said twice, and what the other answers make needless
        stands apart, so that nobody takes it for something to be carried out."""
        if self.form is None or self.case is None:
            return ""
        if keys is not None:
            return self._lines(keys)
        apart = needless(self.form, self.case)
        left_out = {*apart, *self._copied(self.form, self.case)}
        lines = self._lines([key for key in self.form.fields if key not in left_out])
        return f"{lines}\n\n{wrap(self.say('values', 'needless'), COLUMNS)}\n{self._lines(apart)}" if apart else lines

    def _lines(self, keys: Sequence[str]) -> str:
        return "\n".join(self._line(key) for key in keys if self.case and self.case.values.get(key))

    def _copied(self, form: Form, case: Case) -> frozenset[str]:
        rows = (row for row in form.copies if holds(row.when, case.values))
        return frozenset(target for row in rows for target in row.fields if target not in case.answers)

    def _line(self, key: str) -> str:
        text, label, own = self._plain(key), self.label(key), bool(self.form and key == self.form.takes)
        if self.form and self.form.fields[key].type == "long":
            text = _fitting(text) if own else unbroken(text)
        line = f"  {label}: {text}"
        if "\n" in line or not fits(line, COLUMNS):
            return f"  {label}:\n{wrap(text, WIDEST if own else COLUMNS, INDENT)}"
        return line

    def form_to_fill(self, keys: Sequence[str] | None = None, filled: Mapping[str, Value] | None = None) -> str:
        """The form as text to fill in: all of it, with the values `filled`; or just these fields and what is asked
        together with them."""
        if self.form is None:
            return ""
        if keys is None:
            return blank(self.form, self.language, values=filled or {})
        offered = self._offered(self.form, keys)
        return blank(self.form, self.language, keys={*keys, *offered}, offered=offered)

    def _offered(self, form: Form, keys: Sequence[str]) -> frozenset[str]:
        """What is asked together with fields of which a check across fields found that something is wrong: the checks
        are known by what they said, for the value that they held for is none any more."""
        faults = self.case.faults if self.case else ()
        checked = {fault.field: fault.wanted["message"] for fault in faults if fault.code == "check"}
        found = (row for row in form.checks if row.field in keys and checked.get(row.field) in row.message.values())
        return frozenset(key for row in found for key in row.asks) - frozenset(keys)

    def blank_of(self, form: Form) -> str:
        """The empty form as text to fill in."""
        return blank(form, self.language)

    def person(self, role: str) -> str:
        """A person's name as the application gives it, else as their mail program does, which clerks are not shown
        without the address; else the address."""
        person = self.form.people.get(role) if self.form else None  # type: ignore[call-overload]
        if person is None or self.case is None:
            return ""
        name = " ".join(str(self.case.values.get(key, "")) for key in person.name).strip()
        address = self.case.applicant if role == "applicant" else str(self.case.values.get(person.email, ""))
        claimed = claimed_name(self.case) if role == "applicant" and not name else ""
        return name or (f"{claimed} <{address}>" if claimed and self.role == "clerk" else claimed) or address

    def standing(self) -> str:
        """How the case stands, in words (`shown.standing`)."""
        return standing(self.case, self.form, self.language, self.rules) if self.case else ""

    def waits_for(self) -> str:
        """Whom or what the case waits for, in words."""
        if self.case is None:
            return ""
        return self.say("steps", self.case.step_kind) if self.case.open else self.standing()

    def waiting_role(self) -> str:
        """The role that has to act in the current step: `applicant`, `responsible` or `clerk`."""
        if self.case is None or self.form is None:
            return ""
        return "clerk" if self.case.open and self.case.halted else waits_for(self.case, self.form)


def _fitting(text: str) -> str:
    """A question in somebody's own words as they wrote it, for it may hold commands and what these answered; but where
    a line of a paragraph is too wide, its lines are joined, to be broken anew."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", text.strip())
    room = WIDEST - len(INDENT)
    return "\n\n".join(
        part if all(fits(line, room) for line in part.split("\n")) else unbroken(part) for part in paragraphs
    )
