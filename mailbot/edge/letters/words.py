"""What is to be said becomes words. It sends nothing and knows no case but the one it is shown.

Templates are text (templates/<language>/<letter>.txt): a subject line, a blank line, the text, a line a paragraph.
What a person wrote is only ever data in them, never a template.
"""

from collections.abc import Callable, Mapping, Set
from functools import lru_cache, partial

from mailbot.core.case import Case
from mailbot.core.columns import CONTROLS, fits, wrap
from mailbot.core.commands import COMMANDS, Row, fitting
from mailbot.core.disguises import visible
from mailbot.core.events import LetterWritten
from mailbot.core.outcome import PARTS, Letter
from mailbot.core.rules import Form, Rules
from mailbot.edge.letters.templates import COLUMNS, WIDEST, rendered, wanted
from mailbot.edge.letters.tried import tried
from mailbot.edge.letters.voice import Voice

BETWEEN_LANGUAGES = "\n\n" + "-" * 60 + "\n\n"
SHORT = WIDEST // 2
"""Letters that a line may have and fit whatever they are: none is wider than two columns."""
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
_DATA = """case form clerk why by text mistakes commands subject keys again megabytes done onward closes words shell
    named head statement fingerprint which unknown rows held_by parts size_megabytes mails more alarms over notice
    filled documents wanted secrets settled garbled files code confirmed changes told asked waiting proven"""


def _table(letter: Letter, voice: Voice) -> tuple[Row, ...]:
    return fitting(voice.case, voice.form) if voice.case and voice.form else COMMANDS


def _assigned(letter: Letter, voice: Voice) -> str:
    """The name of the clerk who is responsible for the case; of one who is no clerk any more the address."""
    address = voice.case.assigned if voice.case else ""
    clerk = voice.rules.desk.clerk(address)
    return clerk.name if clerk else address


def _tried(letter: Letter, voice: Voice) -> str:
    return tried(voice.case, voice) if voice.case and letter.role == "clerk" else ""


_OF_ANY: Mapping[str, Callable[[Letter, Voice], object]] = {
    "to": lambda letter, voice: letter.to,
    "role": lambda letter, voice: letter.role,
    "lang": lambda letter, voice: voice.language,
    "attached": lambda letter, voice: bool(letter.enclosures),
    "desk": lambda letter, voice: voice.rules.desk,
    "forms": lambda letter, voice: voice.rules.forms,
    "table": _table,
    "keywords": lambda letter, voice: COMMANDS,
    "assigned": _assigned,
    "tried": _tried,
    "rejections": lambda letter, voice: voice.rules.words[voice.language].rejections,
}
"""What any letter can show beside its own data."""
_CALLS = frozenset((*CALLS, *CALLS_OF_CASE, *CALLS_OF_CLERKS))
KNOWN = frozenset((*_CALLS, *PARTS, *_OF_ANY, *_DATA.split()))
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

    def _render(self, letter: Letter, language: str) -> tuple[str, str]:
        form, case = letter.data.get("form"), letter.data.get("case")
        form, case = form if isinstance(form, Form) else None, case if isinstance(case, Case) else None
        template = form.letters.get(letter.template, letter.template) if form else letter.template
        words = self._filled(template, letter, Voice(self.rules, language, form, case, letter.role))
        head, _, text = visible(CONTROLS.sub("", words)).partition("\n\n")
        broken = "\n".join([_broken(line) if len(line) > SHORT else line for line in text.split("\n")])
        while "\n\n\n" in broken:
            broken = broken.replace("\n\n\n", "\n\n")
        return " ".join(head.removeprefix("Subject:").split()), broken.strip()

    def _filled(self, template: str, letter: Letter, voice: Voice) -> str:
        source = self.rules.templates[voice.language][template]
        names = self._names(wanted(source), letter, voice)
        return rendered(source, names, f"templates/{voice.language}/{template}.txt")

    def _names(self, asked: Set[str], letter: Letter, voice: Voice) -> dict[str, object]:
        """What a letter shows, as far as a template asks for it: most ask for little."""
        own = {name: _OF_ANY[name](letter, voice) for name in _OF_ANY.keys() & asked}
        calls = {name: getattr(voice, name) for name in _CALLS & asked}
        parts = {name: partial(self._filled, name, letter, voice) for name in PARTS & asked}
        return {**letter.data, **own, **calls, **parts}


@lru_cache(maxsize=2048)  # most paragraphs stand in many letters
def _broken(line: str) -> str:
    """A paragraph as lines, each with its indent."""
    if line.startswith(">") or fits(line, WIDEST):
        return line
    return wrap(line, COLUMNS, " " * (len(line) - len(line.lstrip(" "))))
