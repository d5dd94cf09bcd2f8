"""What is checked in the sentences of a form's own (`[says.<name>]`): that something shows each. It knows of templates
only what they say of such names."""

import re
from collections.abc import Iterable

from mailbot.core.rules import Form
from mailbot.core.rulesets.forms import Found, House
from mailbot.core.rulesets.problems import meant

PROGRAM = ("page",)
"""Names of sentences that the pages show."""
OF_STEPS = ("at_{step}", "page_{step}")
"""The same, one for each step: how a case stands in it, and what its page tells of it."""

_CALLED = re.compile(r"""\bsays\(\s*(?:["'](\w+)["']\s*\))?""")
_NAMED = re.compile(
    r"""["'](\w+)["']\s+(?:not\s+)?in\s+form\.says\b|\bform\.says(?:\.(\w+)|\[\s*["'](\w+)["']\s*\])""",
)


def names_said(templates: Iterable[str]) -> frozenset[str] | None:
    """The names of sentences that templates show; None where one of them makes a name up as it goes."""
    names = set[str]()
    for text in (text for text in templates if "says" in text):
        called = [found[1] for found in _CALLED.finditer(text)]
        if None in called:
            return None
        names.update(called)
        names.update(name for found in _NAMED.finditer(text) for name in found.groups() if name)
    return frozenset(names)


def says_of_form(form: Form, house: House) -> Found:
    """A sentence under a name that nothing shows would never be read."""
    if house.said is None:
        return
    shown = {*house.said, *PROGRAM, *(name.format(step=step.id) for step in form.steps for name in OF_STEPS)}
    for name in form.says.keys() - shown:
        yield ("says", name), "a sentence that no letter and no page shows", meant(name, shown)
