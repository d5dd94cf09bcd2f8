"""What every page has: head, the desk's name, links to the other languages, the foot. It knows no form.

Nothing is loaded from anywhere: style and script stand in the page, and its policy (CSP) names them by their digests.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping

from mailbot.views.pages.markup import Html, joined, listed, tag
from mailbot.views.pages.style import SCRIPT, STYLE
from mailbot.views.pages.voice import Voice


def marker(desk: str) -> str:
    """The second line of every page of this desk: it may be written over, and removed when its form is gone."""
    return f"<!-- made by mailbot pages for {desk}; edit rules/ and templates/ instead -->"


def digest(text: str) -> str:
    """How a policy names what stands in the page (CSP 3, hash-source)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


POLICY = (
    f"default-src 'none'; style-src {digest(STYLE)}; script-src {digest(SCRIPT)}; base-uri 'none'; form-action 'none'"
)


def page(voice: Voice, title: str, files: Mapping[str, str], body: Iterable[Html], *, home: str = "") -> str:
    """A whole page. `files` is this page in each language, `home` the file of the list of forms (none: this is it)."""
    name = title if title == voice.desk else f"{title} – {voice.desk}"
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", name),
        *(tag("link", rel="alternate", hreflang=other, href=file) for other, file in _others(voice, files)),
        tag("style", Html(STYLE)),
    ]
    contact = tag("footer", tag("p", voice.desk), tag("p", voice.say("page", "contact", address=voice.address)))
    parts = [_header(voice, files, home), tag("main", tag("h1", title), *body), contact]
    written = tag(
        "html", tag("head", *head), "\n", tag("body", *parts, tag("script", Html(SCRIPT))), lang=voice.language
    )
    return f"<!doctype html>\n{marker(voice.rules.desk.name)}\n{written}\n"


def _header(voice: Voice, files: Mapping[str, str], home: str) -> Html:
    links = [
        tag(
            "a", other.say("page", "language"), href=files[other.language], lang=other.language, hreflang=other.language
        )
        for other in (Voice(voice.rules, language) for language, _ in _others(voice, files))
    ]
    back = tag("p", tag("a", voice.say("page", "forms"), href=home)) if home else Html()
    nav = tag("nav", *links, aria_label=voice.plain("page", "languages")) if links else Html()
    return tag("header", back or tag("p", voice.desk, class_="desk"), nav)


def _others(voice: Voice, files: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(language, file) for language, file in files.items() if language != voice.language]


def section(name: str, title: str, *inside: str) -> Html:
    """A part of a page under a heading of its own; `name` is where links lead to."""
    return joined((Html("\n"), tag("section", tag("h2", title, id=name), *inside, aria_labelledby=name)))


def contents(voice: Voice, parts: Iterable[tuple[str, str]]) -> Html:
    """Links to the parts of a page."""
    links = [tag("a", title, href=f"#{name}") for name, title in parts]
    return tag("nav", listed("ul", links, class_="contents"), aria_label=voice.plain("page", "contents"))
