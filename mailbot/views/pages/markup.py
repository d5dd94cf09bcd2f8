"""HTML made of values: what is not markup already is escaped, so that no text of a rule can become any.
It knows no page."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape as escaped
from string import Formatter

escape = lru_cache(maxsize=4096)(escaped)
"""Plain text as markup; the same words stand on every page, and most of the others more than once on one."""


class Html(str):
    """Text that is HTML already; any other `str` is plain text."""

    __slots__ = ()


VOID = frozenset({"meta", "link", "br"})
"""Elements without an end tag (HTML Living Standard, 13.1.2)."""


def html(part: str) -> Html:
    """Markup as it stands, plain text escaped."""
    return part if type(part) is Html else Html(escape(part))


def joined(parts: Iterable[str], between: str = "") -> Html:
    """The parts one after the other, with `between` between them."""
    return Html(html(between).join([html(part) for part in parts]))


def tag(name: str, /, *inside: str, **attributes: str | bool) -> Html:
    """An element: `tag("p", text, id="a")`. An attribute that Python has a word for ends in `_`, `_` inside is `-`; one
    that is True stands without a value, one that is False or empty not at all."""
    written = "".join([_attribute(key, value) for key, value in attributes.items() if value])
    within = "".join([part if type(part) is Html else escape(part) for part in inside])
    return Html(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{within}</{name}>")


def _attribute(key: str, value: str | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def filled(sentence: str, **places: str) -> Html:
    """A sentence with its places in braces filled; each is plain text or markup. KeyError for a place not given."""
    return Html("".join([literal + html(places[name]) if name else literal for literal, name in _places(sentence)]))


@lru_cache(maxsize=1024)
def _places(sentence: str) -> Sequence[tuple[Html, str | None]]:
    """What stands before each place, as markup, and the name of the place; at last what stands behind all of them."""
    return [(html(literal), name) for literal, name, _, _ in Formatter().parse(sentence)]


def paragraphs(text: str) -> Html:
    """A paragraph for each line that is not empty."""
    return joined(tag("p", line.strip()) for line in text.split("\n") if line.strip())


def listed(name: str, /, items: Iterable[str], **attributes: str | bool) -> Html:
    """A list (`ul`, `ol`) of these items; empty without any."""
    made = [tag("li", item) for item in items if item]
    return tag(name, *made, **attributes) if made else Html()
