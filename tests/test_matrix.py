"""Every procedure, every way it can end, every language: a conversation file for each, carried to the case's end."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from shipped import shipped_rules

from mailbot.core.case import CLOSED
from mailbot.core.forms import Form

ROOT = Path(__file__).parent.parent
CONVERSATIONS = Path(__file__).parent / "conversations"


RULES = shipped_rules()


def _has(*kinds: str) -> Callable[[Form], bool]:
    return lambda form: any(step.kind in kinds for step in form.steps)


BRANCHES: Mapping[str, Callable[[Form], bool]] = {
    "complete": lambda form: True,
    "incomplete": lambda form: True,
    "expired": lambda form: True,
    "withdrawn": lambda form: True,
    "closed": lambda form: bool(form.closed),
    "declined": _has("consent"),
    "rejected": _has("review"),
    "late-document": _has("document"),
    "exception": lambda form: any(rule.institution for rule in form.fields.values()),
}
"""Each way a procedure can go, and which forms it concerns: `exception` is what a clerk's ALLOW lets count."""
ENDS: Mapping[str, frozenset[str]] = {
    "complete": frozenset({"done"}),
    "incomplete": frozenset({"done"}),
    "expired": frozenset({"expired"}),
    "withdrawn": frozenset({"withdrawn"}),
    "declined": frozenset({"declined"}),
    "rejected": frozenset({"rejected"}),
    "late-document": frozenset({"done"}),
    "exception": frozenset({"done"}),
}
"""How the case of such a conversation ends; with `closed` there is none."""
SAID = {
    "done": r"; done\b|: done\b",
    "expired": r"\bexpired waiting for\b",
    "withdrawn": r"\bwithdrawn by\b",
    "declined": r"\bdeclined\b",
    "rejected": r"\brejected by\b",
}
"""What the log says when a case ends like that."""


def cells() -> Iterator[tuple[str, str, str]]:
    for name, form in RULES.forms.items():
        for branch, concerns in BRANCHES.items():
            if concerns(form):
                yield from ((name, branch, language) for language in RULES.desk.languages)


def file_of(form: str, branch: str, language: str) -> Path:
    return CONVERSATIONS / form / f"{branch}-{language}.md"


def test_no_cell_is_without_its_conversation() -> None:
    missing = [
        f"{form}/{branch}-{language}"
        for form, branch, language in cells()
        if not file_of(form, branch, language).exists()
    ]
    assert not missing, f"{len(missing)} conversations are missing: {', '.join(missing)}"


def test_no_conversation_stands_where_no_cell_is() -> None:
    known = {file_of(*cell) for cell in cells()}
    strange = sorted(path.relative_to(CONVERSATIONS).as_posix() for path in CONVERSATIONS.glob("*/*.md"))
    assert [path for path in strange if CONVERSATIONS / path not in known] == []


@pytest.mark.parametrize("cell", [cell for cell in cells() if file_of(*cell).exists()], ids="/".join)
def test_a_conversation_tells_of_its_form_and_goes_to_the_end(cell: tuple[str, str, str]) -> None:
    form, branch, language = cell
    text = file_of(*cell).read_text(encoding="utf-8")
    log = "\n".join(re.findall(r"(?ms)^```log\n(.*?)^```$", text))
    if branch == "closed":
        assert "answered with general information (closed)" in log
        return
    assert f"case opened: {form}," in log
    ways = [end for end in ENDS[branch] if re.search(SAID[end], log)]
    assert ways, f"the case does not end as {sorted(ENDS[branch])}"
    title = RULES.forms[form].title[language]
    assert title in text, f"no letter in the language {language}"


def test_every_branch_ends_where_a_case_is_closed() -> None:
    assert not {end for ends in ENDS.values() for end in ends} - CLOSED


def test_what_clerks_may_call_done_has_a_title_in_every_language() -> None:
    named = [(form.name, step) for form in RULES.forms.values() for step in form.steps if step.kind in ("task", "wait")]
    assert not [(name, step.id) for name, step in named if step.title.keys() != set(RULES.desk.languages)]


def test_every_wait_says_how_the_case_stands_in_it() -> None:
    waits = [(form, step) for form in RULES.forms.values() for step in form.steps if step.kind == "wait"]
    assert not [(form.name, step.id) for form, step in waits if f"at_{step.id}" not in form.says]
