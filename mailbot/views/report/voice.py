"""What a report says in one language: its own words, those of the rules, days. It knows no page.

The words come with the program and not from templates/: what proves how a desk worked is not worded by the desk.
"""

from dataclasses import dataclass
from functools import lru_cache
from html import escape as escaped
from zoneinfo import ZoneInfo

from mailbot.core.instants import from_text
from mailbot.core.rules import Form, Rules
from mailbot.core.safe import shown
from mailbot.core.wording import said
from mailbot.views.pages.markup import Html, tag
from mailbot.views.report.words import WORDS


def clean(text: str) -> str:
    """A text of somebody's as it may stand in a page: nothing in it is hidden, turns the direction of reading or
    controls anything. It is not escaped yet."""
    if text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable()):
        return text
    return shown(text)


@lru_cache(maxsize=4096)
def safe(text: str) -> Html:
    """The same as markup. Most texts stand on several pages: labels, names, and what is the same in every language."""
    return Html(escaped(clean(text)))


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """The rules, and the language in which they are told: one of WORDS. It is its own key of what is worded once for
    all pages."""

    rules: Rules
    language: str

    def say(self, key: str, /, **places: str) -> Html:
        """A sentence with its places filled (plain text or markup), as markup."""
        sentence = _sentence(self.language, key)
        return Html(sentence.format_map({name: _markup(text) for name, text in places.items()})) if places else sentence

    def plain(self, key: str, /, **places: str) -> str:
        """The same as plain text: for attributes and pictures."""
        return WORDS[self.language][key].format_map({name: clean(text) for name, text in places.items()})

    def text(self, texts: dict[str, str]) -> str:
        """The text of a rule in this language; empty if there is none."""
        return clean(said(texts, self.language))

    @property
    def desk(self) -> str:
        """What the desk calls itself."""
        return self.text(self.rules.desk.titles) or clean(self.rules.desk.name)

    def form(self, name: str) -> str:
        """The title of a form; its name where the rules have lost it."""
        form = self.rules.forms.get(name)
        return (self.text(form.title) if form else "") or clean(name)

    def label(self, form: Form | None, key: str) -> str:
        """The label of a field; its key where the rules have lost it."""
        rule = form.fields.get(key) if form else None
        return (self.text(rule.label) if rule else "") or clean(key)

    def known(self, table: str, code: str) -> str:
        """The word for a code; the code where there is none."""
        return WORDS[self.language].get(f"{table}.{code}") or clean(code)

    def day(self, instant: str | None) -> Html:
        """The day of a journal text where the desk is; nothing without one."""
        return _day(instant, self.rules.desk.timezone) if instant else Html()

    def minute(self, instant: str | None) -> Html:
        """A journal text to the minute, in UTC; nothing without one."""
        return _minute(instant) if instant else Html()

    def number(self, count: int) -> str:
        """A number with its thousands set apart."""
        return f"{count:,}"


@lru_cache(maxsize=1024)
def _sentence(language: str, key: str) -> Html:
    """A sentence as markup, its places still in braces."""
    return Html(escaped(WORDS[language][key]))


def _markup(text: str) -> Html:
    return text if type(text) is Html else safe(text)


@lru_cache(maxsize=4096)
def _day(instant: str, zone: str) -> Html:
    local = from_text(instant).astimezone(ZoneInfo(zone))
    return tag("time", local.date().isoformat(), datetime=instant)


@lru_cache(maxsize=4096)
def _minute(instant: str) -> Html:
    at = escaped(instant)
    return Html(f'<time datetime="{at}">{at[:10]} {at[11:16]}</time>')
