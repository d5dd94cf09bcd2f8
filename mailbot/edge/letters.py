"""Letters: what is to be said becomes words, and words become the bytes of a mail. It sends nothing and knows no case
but the one it is shown.

Templates are text (templates/<language>/<letter>.txt): a subject line, a blank line, the text, a line a paragraph.
What a person wrote is only ever data in them, never a template.
"""

import base64
import email.utils
import quopri
import re
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from email.header import Header

import jinja2

from mailbot.core.blank import blank
from mailbot.core.calendar import date_words
from mailbot.core.case import Case
from mailbot.core.columns import clip, width, wrap
from mailbot.core.conditions import holds
from mailbot.core.events import Fault, LetterWritten, Value
from mailbot.core.instants import from_text
from mailbot.core.outcome import Letter
from mailbot.core.rules import Desk, Form, Rules
from mailbot.core.steps import STEPS
from mailbot.core.token import mac, message_id, reply_address

BETWEEN_LANGUAGES = "\n\n" + "-" * 60 + "\n\n"
COLUMNS, WIDEST = 72, 76
"""Columns paragraphs are broken at, and up to which a line that came broken already (a form, values) is left alone."""
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


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
        if "\n" in text or width(label) + width(text) > COLUMNS - 4:
            return f"  {label}:\n{wrap(text, COLUMNS, '      ')}"
        return f"  {label}: {text}"

    def form_to_fill(self, keys: Sequence[str] | None = None) -> str:
        """The form as text to fill in: all of it, or just these fields."""
        return blank(self.form, self.language, keys=keys) if self.form else ""

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
        return self.say("steps", self.case.step) if self.case.open else self.say("status", self.case.status)

    def waiting_role(self) -> str:
        """The role that has to act in the current step: `applicant`, `responsible` or `clerk`."""
        return STEPS[self.case.step].waits_for if self.case else ""


class Letters:
    """Puts letters into words, after the templates of one rule set."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        sources = {
            f"{language}/{name}": text for language, named in rules.templates.items() for name, text in named.items()
        }
        self._environment = jinja2.Environment(
            loader=jinja2.DictLoader(sources),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701 - plain text mail, nothing is markup
            cache_size=-1,
        )
        self._environment.filters["wrap"] = lambda text, indent=0, columns=72: wrap(str(text), columns, " " * indent)
        self._environment.filters["clip"] = lambda text, columns=60: clip(str(text), columns)
        self._environment.filters["quote"] = _quote

    def words(self, letter: Letter, number: int, key: str) -> LetterWritten:
        """The letter in words, as it is journaled; `number` counts within its case or entry, `key` names the key its
        token will be made with. KeyError for a template that `check` would have found."""
        parts = [self._render(letter, language) for language in letter.languages]
        subjects = tuple(dict.fromkeys(subject for subject, _ in parts))
        return LetterWritten(
            number=number,
            template=letter.template,
            to=letter.to,
            role=letter.role,
            key=key,
            languages=letter.languages,
            subject=self._tag(letter) + " / ".join(subjects),
            text=BETWEEN_LANGUAGES.join(text for _, text in parts),
            thread=letter.thread,
        )

    def _tag(self, letter: Letter) -> str:
        case = letter.data.get("case")
        name = self.rules.desk.name
        return f"[{name} {case.number}] " if isinstance(case, Case) else f"[{name}] "

    def _render(self, letter: Letter, language: str) -> tuple[str, str]:
        form, case = letter.data.get("form"), letter.data.get("case")
        voice = Voice(
            self.rules,
            language,
            form if isinstance(form, Form) else None,
            case if isinstance(case, Case) else None,
        )
        context = {
            **letter.data,
            "to": letter.to,
            "role": letter.role,
            "desk": self.rules.desk,
            "forms": self.rules.forms,
        }
        names = ("label", "labels", "say", "fault", "date", "value", "values", "form_to_fill", "blank_of", "person")
        calls: dict[str, Callable[..., str]] = {
            name: getattr(voice, name) for name in (*names, "waits_for", "waiting_role")
        }
        rendered = self._environment.get_template(f"{language}/{letter.template}").render(
            context | calls, lang=language
        )
        head, _, text = CONTROLS.sub("", _lines(rendered)).partition("\n\n")
        broken = "\n".join(_broken(line) for line in text.split("\n"))
        return " ".join(head.removeprefix("Subject:").split()), re.sub(r"\n{3,}", "\n\n", broken).strip()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _broken(line: str) -> str:
    """A paragraph as lines, each with its indent."""
    if width(line) <= WIDEST or line.startswith(">"):
        return line
    return wrap(line, COLUMNS, " " * (len(line) - len(line.lstrip(" "))))


def _quote(text: object, lines: int = 40) -> str:
    kept = wrap(_lines(str(text)).strip(), COLUMNS, "> ").split("\n")
    return "\n".join(kept[:lines] + ["> […]"] * (len(kept) > lines))


def _encoded(text: str, name: str) -> str:
    """Text of a header field (RFC 2047, RFC 5322 §2.2.3): nothing in it can end the field or seem to be encoded."""
    clean = " ".join(text.split())
    if clean.isascii() and clean.isprintable() and len(clean) < 66 and "=?" not in clean:
        return clean
    return Header(clean, "utf-8", maxlinelen=74, header_name=name).encode(linesep="\r\n")


def _body(text: str) -> tuple[str, bytes]:
    raw = text.replace("\n", "\r\n").encode()
    if text.isascii() and all(len(line) < 200 for line in text.split("\n")):
        return "7bit", raw
    if sum(letter.isascii() for letter in text) > len(text) * 0.8:
        return "quoted-printable", quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return "base64", base64.encodebytes(raw).replace(b"\n", b"\r\n")


class Stationery:
    """Makes the bytes of letters: the desk's name and address, and the keys of its tokens."""

    def __init__(self, desk: Desk, keys: Mapping[str, bytes]) -> None:
        self.desk, self.keys = desk, keys
        self._zone = zoneinfo.ZoneInfo(desk.timezone)

    def mac(self, name: str, letter: LetterWritten) -> str:
        """The mac of a letter of ours. KeyError if its key is gone."""
        return mac(self.keys[letter.key], self.desk.name, name, letter.to)

    def envelope_sender(self, name: str, letter: LetterWritten) -> str:
        """The envelope sender (RFC 5321 §4.1.1.2): the reply address, so that a bounce names its letter."""
        return reply_address(self.desk.address, name, self.mac(name, letter))

    def build(
        self,
        name: str,
        letter: LetterWritten,
        at: datetime,
        log: str,
        recipient_of: Callable[[str], tuple[str, str] | None],
    ) -> bytes:
        """The mail as bytes with CRLF (RFC 5322, RFC 2045): the same arguments and keys give the same bytes.

        `name` is the letter's name, `at` the instant of its entry, `log` the line that names its entry's sequence
        number and hash; `recipient_of` tells for the name of an earlier letter its recipient and key.
        """
        own = self.mac(name, letter)
        thread = [part for part in (self._reference(part, recipient_of) for part in letter.thread) if part]
        title = " / ".join(dict.fromkeys(self.desk.titles[language] for language in letter.languages))
        encoding, body = _body(f"{letter.text}\n\n-- \n{title}\n{log}\n")
        fields = [
            ("From", f"{_phrase(title)} <{self.desk.address}>"),
            ("To", f"<{CONTROLS.sub('', ''.join(letter.to.split()))}>"),
            ("Reply-To", f"<{reply_address(self.desk.address, name, own)}>"),
            ("Subject", _encoded(letter.subject, "Subject")),
            ("Date", email.utils.format_datetime(at.astimezone(self._zone))),
            ("Message-ID", message_id(self.desk.address, name, own)),
            *([("In-Reply-To", thread[-1]), ("References", "\r\n ".join(thread))] if thread else []),
            ("Auto-Submitted", "auto-replied"),
            ("X-Auto-Response-Suppress", "All"),
            ("X-Mailbot-Desk", self.desk.name),
            ("Content-Language", ", ".join(letter.languages)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", encoding),
        ]
        head = "".join(f"{field}: {value}\r\n" for field, value in fields)
        return head.encode() + b"\r\n" + body

    def _reference(self, part: str, recipient_of: Callable[[str], tuple[str, str] | None]) -> str:
        if part.startswith("<"):
            return part if re.fullmatch(r"<[\x21-\x7e]{1,250}>", part) else ""
        known = recipient_of(part)
        if known is None or known[1] not in self.keys:
            return ""
        return message_id(self.desk.address, part, mac(self.keys[known[1]], self.desk.name, part, known[0]))


def _phrase(text: str) -> str:
    clean = " ".join(text.split())
    if clean.isascii() and clean.isprintable() and len(clean) < 60:
        return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _encoded(clean, "From")
