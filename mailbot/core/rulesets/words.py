"""What is checked in the words.toml of each language: every code has its sentence. It knows no form and no letter."""

import re
import string
import typing
from collections.abc import Iterator, Mapping

from mailbot.core.alarms import ALARMS
from mailbot.core.attached import FILE_KINDS
from mailbot.core.case import Status
from mailbot.core.case.history import CODES
from mailbot.core.commands import ROWS
from mailbot.core.disguises import KINDS, SCRIPTS
from mailbot.core.events import FaultKind
from mailbot.core.fields.wrong import FAULTS
from mailbot.core.rules import Step, Words
from mailbot.core.rulesets.problems import Path, Problem, Source, meant
from mailbot.core.steps import NEXT

Found = Iterator[tuple[Path, str, str]]

DATE_PLACES = frozenset({"year", "month", "day", "weekday"})
DATE_LISTS = {"months": 12, "weekdays": 7}
CODE_OF_CLERKS = re.compile(r"[a-z][a-z-]{0,39}")
ODD = frozenset({"hidden_signs", "mixed_letters", "lookalike_letters", "many_marks"})
"""Remarks on what is strange about a text, by what `disguises` found."""
NEEDED: Mapping[str, frozenset[str]] = {
    "faults": frozenset(FAULTS),
    "kinds": frozenset(typing.get_args(FaultKind)),
    "status": frozenset((*typing.get_args(Status), "under_way", "halted")),
    "steps": frozenset(typing.get_args(Step.model_fields["kind"].annotation)),
    "reasons": frozenset(),
    "rejections": frozenset(),
    "remarks": ODD
    | {"name_is_address"}
    | {f"{code}{end}" for code in ("filled_by_another", "label_misspelt") for end in ("", "_own")},
    "next": NEXT,
    "dates": frozenset({"date", *DATE_LISTS}),
    "values": frozenset(
        {"yes", "no", "plan", "extension", "ssh_key", "tb", "units", "between", "needless", "until"}
        | {"account", "account_of", "away", "tried_head", "tried", "tried_more"}
    ),
    "files": FILE_KINDS | {"unnamed"},
    "signs": SCRIPTS | KINDS | {"sign", "unseen_sign", "between", "sender_name", "sender_address"},
    "deeds": CODES,
    "orders": (frozenset(ROWS) - {"CONFIRM", "QUEUE"}) | {"DONE_asked", "ASSIGN_nobody", "SET_waits"},
    "alarms": frozenset(f"{alarm.code}{end}" for alarm in ALARMS for end in ("", "_over")),
}
"""The codes each table must have, because the program uses them; other codes must be the same in all languages."""


def _tables(words: Words) -> dict[str, dict[str, str]]:
    return {table: getattr(words, table) for table in NEEDED}


def _places(sentence: str) -> frozenset[str] | None:
    """The names in braces of a sentence; None if its braces cannot be read."""
    try:
        parts = list(string.Formatter().parse(sentence))
    except ValueError:
        return None
    return frozenset(name for _, name, _, _ in parts if name is not None)


def _sentence(table: str, code: str, sentence: str, allowed: frozenset[str]) -> Found:
    places = _places(sentence)
    if places is None:
        yield (table, code), "braces that do not belong together", "{name}, or {{ and }} for braces in the text"
    for place in sorted((places or frozenset()) - allowed):
        wanted = meant(place, allowed) if allowed else "no place in braces here"
        yield (table, code), f"the place {{{place}}}", wanted


def _sentences(words: Words) -> Found:
    for code, sentence in words.faults.items():
        if code not in FAULTS:
            yield ("faults", code), f"the unknown code `{code}`", meant(code, FAULTS)
        else:
            yield from _sentence("faults", code, sentence, FAULTS[code].places | {"found"})
    for code, sentence in words.alarms.items():
        yield from _sentence("alarms", code, sentence, frozenset())
    for code, sentence in words.rejections.items():
        yield from _sentence("rejections", code, sentence, frozenset())
        if not CODE_OF_CLERKS.fullmatch(code):
            yield ("rejections", code), f"the code `{code}`", "one word of small letters a-z and -, as clerks write it"
    yield from _sentence("dates", "date", words.dates.get("date", ""), DATE_PLACES)
    for name, count in DATE_LISTS.items():
        given = len(words.dates.get(name, "").split())
        if name in words.dates and given != count:
            yield ("dates", name), f"{given} names", f"{count} names with spaces between them"


def words_problems(all_words: Mapping[str, tuple[Source, Words]]) -> Iterator[Problem]:
    """What is missing in the words of a language: needed by the program, or there in another language."""
    for language, (source, words) in all_words.items():
        yield from (source.problem(*found) for found in _sentences(words))
        for table, codes in _tables(words).items():
            others = {
                code: other
                for other, (_, their) in all_words.items()
                for code in _tables(their)[table]
                if other != language
            }
            for code in sorted((NEEDED[table] | others.keys()) - codes.keys()):
                because = "the program uses" if code in NEEDED[table] else f"the language `{others[code]}` has"
                yield source.problem((table, code), "nothing", f"a sentence for the code `{code}`, which {because}")
