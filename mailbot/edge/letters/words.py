"""What is to be said becomes words. It sends nothing and knows no case but the one it is shown.

Templates are text (templates/<language>/<letter>.txt): a subject line, a blank line, the text, a line a paragraph.
What a person wrote is only ever data in them, never a template.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from mailbot.core.case import Case
from mailbot.core.columns import CONTROLS, width, wrap
from mailbot.core.commands import COMMANDS, fitting
from mailbot.core.disguises import visible
from mailbot.core.events import LetterWritten
from mailbot.core.outcome import PARTS, Letter
from mailbot.core.rules import Form, Rules
from mailbot.edge.letters.templates import COLUMNS, WIDEST, rendered
from mailbot.edge.letters.tried import tried
from mailbot.edge.letters.voice import Voice

BETWEEN_LANGUAGES = "\n\n" + "-" * 60 + "\n\n"
CALLS = (
    "label",
    "labels",
    "say",
    "fault",
    "date",
    "value",
    "values",
    "form_to_fill",
    "blank_of",
    "person",
    "says",
    "document",
    "beside_values",
    "meant",
    "unmatched",
    "strange",
)
CALLS_OF_CASE = (
    "standing",
    "waits_for",
    "waiting_role",
    "next_step",
    "our_step",
    "step_after",
    "next_words",
    "wanted_documents",
    "task",
    "members",
    "ends",
    "in_directory",
    "unconfirmed",
)
CALLS_OF_CLERKS = ("remark_words", "hints", "plan_lines")
_DATA = """case form desk to role lang forms clerk why by text mistakes commands table keywords subject keys again
    megabytes done onward closes words shell named head statement fingerprint which unknown rows held_by parts
    size_megabytes mails more alarms over notice filled documents wanted attached secrets settled garbled
    files code confirmed changes rejections assigned told asked waiting tried proven"""
KNOWN = frozenset((*CALLS, *CALLS_OF_CASE, *CALLS_OF_CLERKS, *PARTS, *_DATA.split()))
"""Every name a template may use; which of them a letter has is said in docs/letters.md."""


class Letters:
    """Puts letters into words, after the templates of one rule set."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def words(self, letter: Letter, number: int, key: str) -> LetterWritten:
        """The letter in words, as it is journaled; `number` counts within its case or entry, `key` names the key its
        token will be made with. KeyError for a template that `check` would have found; templates.Unfillable for one
        that cannot be filled in for this letter."""
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
            enclosures=letter.enclosures,
            bound=letter.bound,
            shows=letter.shows,
        )

    def _tag(self, letter: Letter) -> str:
        case = letter.data.get("case")
        name = self.rules.desk.name
        return f"[{name} {case.number}] " if isinstance(case, Case) else f"[{name}] "

    def _assigned(self, case: Case) -> str:
        """The name of the clerk who is responsible for a case; of one who is no clerk any more the address."""
        clerk = self.rules.desk.clerk(case.assigned)
        return clerk.name if clerk else case.assigned

    def _render(self, letter: Letter, language: str) -> tuple[str, str]:
        form, case = letter.data.get("form"), letter.data.get("case")
        template = form.letters.get(letter.template, letter.template) if isinstance(form, Form) else letter.template
        voice = Voice(
            self.rules,
            language,
            form if isinstance(form, Form) else None,
            case if isinstance(case, Case) else None,
            letter.role,
        )
        context = {
            **letter.data,
            "to": letter.to,
            "role": letter.role,
            "attached": bool(letter.enclosures),
            "desk": self.rules.desk,
            "forms": self.rules.forms,
            "table": fitting(case, form) if isinstance(case, Case) and isinstance(form, Form) else COMMANDS,
            "keywords": COMMANDS,
            "assigned": self._assigned(case) if isinstance(case, Case) else "",
            "tried": tried(case, voice) if isinstance(case, Case) and letter.role == "clerk" else "",
            "rejections": self.rules.words[language].rejections,
        }
        calls: dict[str, Callable[..., str]] = {
            name: getattr(voice, name) for name in (*CALLS, *CALLS_OF_CASE, *CALLS_OF_CLERKS)
        }
        names = context | calls | {"lang": language}
        parts = {part: partial(self._filled, language, part, names) for part in PARTS}
        words = self._filled(language, template, names | parts)
        head, _, text = visible(CONTROLS.sub("", words)).partition("\n\n")
        broken = "\n".join(_broken(line) for line in text.split("\n"))
        return " ".join(head.removeprefix("Subject:").split()), re.sub(r"\n{3,}", "\n\n", broken).strip()

    def _filled(self, language: str, template: str, names: Mapping[str, object]) -> str:
        return rendered(self.rules.templates[language][template], names, f"templates/{language}/{template}.txt")


@lru_cache(maxsize=2048)  # most paragraphs stand in many letters
def _broken(line: str) -> str:
    """A paragraph as lines, each with its indent."""
    if width(line) <= WIDEST or line.startswith(">"):
        return line
    return wrap(line, COLUMNS, " " * (len(line) - len(line.lstrip(" "))))
