"""The rules of a desk as values: the desk, its forms, its words. It knows no file: texts come in, a value comes out."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from mailbot.core.disguises import kind_of
from mailbot.core.events import Frozen
from mailbot.core.forms import (
    FORM_GONE,
    STEP_GONE,
    Check,
    Closed,
    Copies,
    Document,
    FieldRule,
    FieldType,
    Form,
    Implied,
    Lookup,
    Person,
    PersonName,
    Records,
    Season,
    Step,
    StepKind,
    Texts,
    without_rules,
    without_step,
)
from mailbot.core.sheets import Sheet

__all__ = [
    "Budgets",
    "Check",
    "Clerk",
    "Closed",
    "Copies",
    "Desk",
    "Document",
    "FieldRule",
    "FieldType",
    "Folders",
    "Form",
    "Implied",
    "Limits",
    "Lookup",
    "Person",
    "PersonName",
    "Records",
    "Register",
    "Rules",
    "Season",
    "Sheet",
    "Step",
    "StepKind",
    "Texts",
    "Words",
]


class Clerk(Frozen):
    """A registered member of staff; decisions need the role `decide`, `read` is enough for notes and help."""

    name: str
    address: str
    roles: tuple[Literal["read", "decide", "head"], ...] = ("read", "decide")
    language: str = "en"


class Folders(Frozen):
    """Where mails are filed on the server; `/` separates levels whatever the server uses."""

    done: str = "mailbot/done"
    quarantine: str = "mailbot/quarantine"
    too_large: str = "mailbot/too-large"


class Limits(Frozen):
    """What one mail may cost: megabytes of its size, levels of nesting, parts, kilobytes of headers; and the reader's
    seconds and megabytes of memory for a group of mails. Into so many attachments of a mail is looked, for so many
    seconds of processor time, as far as the mail has them left. `returned_mails` is how many mails the desk does not
    know an inbox may bring when it comes back under another UIDVALIDITY, before they are only observed."""

    mail_megabytes: int = Field(default=20, ge=1, le=200)
    depth: int = Field(default=50, ge=5, le=500)
    parts: int = Field(default=500, ge=10, le=10000)
    header_kilobytes: int = Field(default=512, ge=16)
    reader_seconds: int = Field(default=30, ge=1, le=600)
    reader_megabytes: int = Field(default=1024, ge=256)
    attachments: int = Field(default=20, ge=1, le=200)
    attachment_seconds: int = Field(default=3, ge=1, le=60)
    returned_mails: int = Field(default=20, ge=0)


class Budgets(Frozen):
    """How much the desk writes: general answers to somebody it does not know a calendar day; letters to one address and
    to one domain within 24 hours (clerks, auditors and operators excepted), and letters to anybody within an hour
    (alarms excepted, and what tells a clerk how their commands were carried out)."""

    general_answers_per_day: int = Field(default=1, ge=0)
    letters_per_address: int = Field(default=20, ge=1)
    letters_per_domain: int = Field(default=200, ge=1)
    letters_per_hour: int = Field(default=500, ge=1)


class Register(Frozen):
    """A register (state/registers/, a CSV file imported by order): its `columns` in order with how each is compared,
    and the `key`, the column that names a row. `account` and `email` are compared in small letters, `text` as it
    stands; all of them after NFKC (UAX #15) and without white space around."""

    key: str
    columns: dict[str, Literal["text", "account", "email"]]

    @property
    def address(self) -> str:
        """The column with whoever's address it is, the first that is compared as one; empty if none is."""
        return next((column for column, how in self.columns.items() if how == "email"), "")


BORDER_NAMES: Mapping[str, tuple[str, ...]] = {"google": ("mx.google.com",)}
"""What borders that are the same for everybody call themselves."""


class Border(Frozen):
    """The server that receives the desk's mail from outside and writes what it found of the sender into the field
    Authentication-Results (RFC 8601), above all that came with the mail: one of our `own`, under one of the names
    `ids`; Google Workspace; Microsoft 365, which gives itself no name. `none`: nobody vouches for any mail."""

    kind: Literal["none", "own", "google", "microsoft365"] = "none"
    ids: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What the border calls itself in that field."""
        return self.ids or BORDER_NAMES.get(self.kind, ())


class Desk(Frozen):
    """One help desk, as rules/desk.toml declares it. Its address' local part has at most 30 octets."""

    name: str
    address: str
    titles: Texts
    languages: tuple[str, ...]
    timezone: str = "UTC"
    clerks: tuple[Clerk, ...]
    auditors: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    folders: Folders = Folders()
    limits: Limits = Limits()
    budgets: Budgets = Budgets()
    free_mail: tuple[str, ...] = ()
    closing_days: tuple[str, ...] = ()
    holidays: str = ""
    rounds: int = Field(default=2, ge=1)
    digest: str = ""
    head: str = ""
    away_days: int = Field(default=5, ge=1, le=60)
    border: Border = Border()
    registers: dict[str, Register] = {}

    def clerk(self, address: str) -> Clerk | None:
        """The clerk registered with that address (compared in lower case), or None."""
        return next((clerk for clerk in self.clerks if clerk.address.lower() == address.lower()), None)


class Words(Frozen):
    """The short texts of one language (templates/<language>/words.toml), each a table from code to sentence."""

    faults: dict[str, str]
    kinds: dict[str, str]
    status: dict[str, str]
    steps: dict[str, str]
    reasons: dict[str, str]
    dates: dict[str, str]
    values: dict[str, str]
    alarms: dict[str, str]
    remarks: dict[str, str] = {}
    next: dict[str, str] = {}
    files: dict[str, str] = {}
    signs: dict[str, str] = {}
    deeds: dict[str, str] = {}
    orders: dict[str, str] = {}
    rejections: dict[str, str] = {}


SPELLED = ("signs", "among")
"""Places of sentences that are filled with words of the table `signs`."""


def _called(one: str, words: Mapping[str, str]) -> str:
    """A code of the table `signs` in words, or a character by its number, what it looks like and what it is."""
    if not one.startswith("U+"):
        return words.get(one, one)
    sign = chr(int(one[2:], 16))
    kind = kind_of(sign)
    frame = words["unseen_sign" if kind in ("turning", "unseen", "mark") else "sign"]
    return frame.format_map({"code": one, "sign": sign, "kind": words[kind]})


class Rules(Frozen):
    """Everything a decision goes by. `templates` maps language and letter to the template's text, `sheets` names the
    sheets to sign, `files` maps the other files of rules/files/ to the digests of their bytes; `pages` has the
    sentences of published pages by language, table and code (none: the desk publishes no pages)."""

    digest: str
    desk: Desk
    forms: dict[str, Form]
    words: dict[str, Words]
    templates: dict[str, dict[str, str]]
    sheets: dict[str, Sheet] = {}
    files: dict[str, str] = {}
    pages: dict[str, dict[str, dict[str, str]]] = {}

    def form_of(self, name: str, step: str = "") -> Form:
        """The form of a case that is in that step, as the rules have it; or with what stands in for a form or step that
        they have no more."""
        form = self.forms.get(name)
        if form is None:
            return without_rules(name, self._reason(FORM_GONE))
        known = not step or form.step(step) is not None
        return form if known else without_step(form, step, self._reason(STEP_GONE))

    def _reason(self, code: str) -> Texts:
        return {language: words.reasons.get(code, code) for language, words in self.words.items()}

    def say(self, language: str, table: str, code: str, /, **places: str) -> str:
        """A sentence of words.toml with its places filled; KeyError for a code that `check` would have found. Places
        of SPELLED hold codes of the table `signs` or characters (`U+0430`) and are filled with what those are
        called."""
        sentences: Mapping[str, str] = getattr(self.words[language], table)
        spelled = {place: self._spelled(language, places[place]) for place in SPELLED if place in places}
        return sentences[code].format_map({**places, **spelled} if spelled else places)

    def _spelled(self, language: str, text: str) -> str:
        words = self.words[language].signs
        return words["between"].join(_called(one, words) for one in text.split())
