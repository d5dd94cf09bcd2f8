"""What every page of a report has: head, links to its parts and to the other language, the foot. It knows no figures.

Nothing is loaded from anywhere: style and script stand in the page, and its policy (CSP) names them by their digests.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.chain import Head
from mailbot.views.pages.frame import digest
from mailbot.views.pages.markup import Html, escape, html, joined, tag
from mailbot.views.report.style import STYLE
from mailbot.views.report.voice import Voice, safe

PARTS = {"index": "index.html", "queue": "queue.html", "cases": "cases.html", "journal": "journal/1.html"}
"""The parts of a report that every page links to, below the folder of its language."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What a report is of: the last entry in it, when it was made (journal text), in whose words, one a language."""

    head: Head
    made: str
    voices: tuple[Voice, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it is in."""
        return tuple(voice.language for voice in self.voices)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: its path below the folder of its language, and the part it belongs to."""

    path: str
    part: str = ""

    @property
    def up(self) -> str:
        """From the page to the folder of its language."""
        return "../" * self.path.count("/")


def marker(desk: str) -> str:
    """The second line of every page of this desk's reports."""
    return f"<!-- made by mailbot report for {desk} -->"


@lru_cache
def policy(style: str, script: str) -> str:
    """What the page may do: have this style, run this script, and nothing else."""
    allowed = f"script-src {digest(script)}; " if script else ""
    return f"default-src 'none'; style-src {digest(style)}; {allowed}base-uri 'none'; form-action 'none'"


def page(
    voice: Voice,
    stand: Stand,
    place: Place,
    title: str,
    body: Iterable[str | bytes],
    *,
    style: str = "",
    script: str = "",
) -> bytes:
    """A whole page under a title, in UTF-8; `style` and `script` are its own, beside those that every page has. What is
    octets in its body is markup."""
    before, between, after = _around(voice, stand, place.part, place.up, style, script)
    named, languages = octets(safe(title)), octets(_switch(voice, stand, place.up).replace(HERE, place.path))
    inside = [part if isinstance(part, bytes) else octets(html(part)) for part in body]
    return b"".join([before, named, between.replace(HERE.encode(), languages), named, b"</h1>", *inside, after])


HERE = "\0"
"""Stands in what pages share for what is the page's own; no text of a page can have it."""


def octets(text: str) -> bytes:
    """Markup as it stands in a file."""
    return text.encode("utf-8", "replace")


@lru_cache
def _around(voice: Voice, stand: Stand, part: str, up: str, style: str, script: str) -> tuple[bytes, bytes, bytes]:
    """What stands before the title of a page, from there to its heading, and behind what it shows."""
    sheet, main = STYLE + style, '<main id="main" tabindex="-1"><h1>'
    skip = tag("a", voice.say("skip"), href="#main", class_="skip")
    header = tag("header", _parts(voice, part, up), Html(HERE))
    code = tag("script", Html(script)) if script else ""
    head = f'<html lang="{voice.language}"><head>{_metas(sheet, script)}<title>'
    around = (
        f"<!doctype html>\n{marker(voice.rules.desk.name)}\n{head}",
        f" – {escape(voice.desk)}</title>{tag('style', Html(sheet))}</head>\n<body>{skip}{header}{main}",
        f"</main>{_footer(voice, stand)}{code}</body></html>\n",
    )
    before, between, after = map(octets, around)
    return before, between, after


def _metas(sheet: str, script: str) -> Html:
    """What stands in the head of a page before its title."""
    metas = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy(sheet, script)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="robots", content="noindex"),
        tag("meta", name="referrer", content="no-referrer"),
    ]
    return joined(metas)


def _parts(voice: Voice, current: str, up: str) -> Html:
    """The desk's name, and links to the parts of the report from a page that belongs to one of them."""
    links = [
        tag("a", voice.say(f"nav.{part}"), href=up + path, aria_current="page" if part == current else "")
        for part, path in PARTS.items()
    ]
    return joined([tag("p", voice.desk), tag("nav", *links, aria_label=voice.plain("pages"))])


@lru_cache
def _switch(voice: Voice, stand: Stand, up: str) -> Html:
    """Links to the same page in the other languages, HERE for its path."""
    others = [
        tag("a", other.say("language"), href=f"{up}../{one}/{HERE}", lang=one, hreflang=one)
        for other, one in zip(stand.voices, stand.languages, strict=True)
        if other is not voice
    ]
    return tag("nav", *others, class_="langs", aria_label=voice.plain("languages")) if others else Html()


@lru_cache
def _footer(voice: Voice, stand: Stand) -> Html:
    made, seq = voice.minute(stand.made), voice.number(stand.head.seq)
    return tag(
        "footer",
        tag("p", voice.say("foot.made", made=made, seq=seq, zone=voice.rules.desk.timezone)),
        tag("p", voice.say("foot.head", seq=seq), " ", tag("code", stand.head.hash)),
        tag("p", voice.say("foot.private")),
    )


def section(name: str, title: str, *inside: str) -> Html:
    """A part of a page under a heading of its own; nothing without content."""
    if not any(inside):
        return Html()
    return tag("section", tag("h2", title, id=name), *inside, aria_labelledby=name)


def pager(voice: Voice, label: str, files: Sequence[tuple[str, str]], here: int) -> Html:
    """Links to the pages of something long: the first, the last and those around this one (counted from 0)."""
    if len(files) < 2:
        return Html()
    shown = [at for at in range(len(files)) if at in (0, len(files) - 1) or abs(at - here) <= 2]
    links: list[Html] = []
    for before, at in zip([-1, *shown], shown, strict=False):
        links += [tag("span", "…")] if at - before > 1 else []
        text, file = files[at]
        links.append(tag("b", text, aria_current="page") if at == here else tag("a", text, href=file))
    return tag("nav", joined(links, " "), class_="pager", aria_label=label)


def choice(stand: Stand) -> bytes:
    """The first page: which language."""
    first, voices = stand.voices[0], stand.voices
    links = [
        tag("li", tag("a", voice.say("language"), href=f"{voice.language}/index.html", lang=voice.language))
        for voice in voices
    ]
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy(STYLE, "")),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="robots", content="noindex"),
        tag("title", f"{first.plain('choose')} – {first.desk}"),
        tag("style", Html(STYLE)),
    ]
    titles = [tag("p", voice.say("choose"), " ", tag("b", voice.desk), lang=voice.language) for voice in voices]
    main = tag("main", tag("h1", first.desk), *titles, tag("ul", *links, class_="choose"))
    written = tag("html", tag("head", *head), tag("body", main, _footer(first, stand)), lang=first.language)
    return octets(f"<!doctype html>\n{marker(first.rules.desk.name)}\n{written}\n")
