"""What a page says in one language: the sentences of its pages.toml, labels, days, values. It knows no page and writes
no markup but a link to the desk."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from mailbot.core.fields.shown import shown
from mailbot.core.rules import Form, Rules
from mailbot.core.wording import said
from mailbot.views.pages.markup import Html, filled, tag

LONGEST_LINK = 1800
"""Characters of a mailto link that every browser and mail program takes."""


@dataclass(frozen=True, slots=True)
class Voice:
    """The rules, and the language in which they are told."""

    rules: Rules
    language: str

    def say(self, table: str, code: str, **places: str) -> Html:
        """A sentence of pages.toml with its places filled (plain text or markup), as markup."""
        return filled(self.rules.pages[self.language][table][code], **places)

    def plain(self, table: str, code: str) -> str:
        """A sentence without places, as plain text: for attributes."""
        return self.rules.pages[self.language][table][code].format()

    def text(self, texts: dict[str, str]) -> str:
        """The text of a rule in this language; empty if there is none."""
        return said(texts, self.language)

    @property
    def desk(self) -> str:
        """What the desk calls itself."""
        return self.text(self.rules.desk.titles) or self.rules.desk.name

    @property
    def address(self) -> Html:
        """The desk's address as a link."""
        return tag("a", self.rules.desk.address, href=self.mail())

    def mail(self, subject: str = "", body: str = "") -> str:
        """A link that begins a mail to the desk (RFC 6068)."""
        lines = {"subject": subject, "body": body.replace("\n", "\r\n")}
        headers = "&".join(f"{name}={quote(text, safe='')}" for name, text in lines.items() if text)
        return f"mailto:{quote(self.rules.desk.address, safe='@')}{'?' if headers else ''}{headers}"

    def label(self, form: Form, key: str) -> str:
        """The label of a field."""
        return self.text(form.fields[key].label)

    def labels(self, form: Form, keys: tuple[str, ...]) -> str:
        """The labels of fields, one after the other."""
        return self.plain("conditions", "comma").join(self.label(form, key) for key in keys)

    def value(self, form: Form, key: str, value: str) -> str:
        """A field's value as a person reads it."""
        return shown(form.fields[key], value, self.language, self.rules)

    def day(self, text: str) -> Html:
        """A day of a year (`MM-DD`) or a date (ISO 8601) in words."""
        yearly = len(text) == len("01-04")
        day = date.fromisoformat(f"2024-{text}" if yearly else text)  # a leap year, so that 02-29 is one
        month = self.rules.words[self.language].dates["months"].split()[day.month - 1]
        year = {} if yearly else {"year": str(day.year)}
        return self.say("dates", "day" if yearly else "date", day=str(day.day), month=month, **year)

    def days(self, number: int, counted: str = "step") -> Html:
        """So many working days, counted from the step's beginning or (`completed`) from when all was there."""
        code = ("day" if number == 1 else "days") + ("_complete" if counted == "completed" else "")
        return self.say("steps", code, number=str(number))
