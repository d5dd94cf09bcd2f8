"""Lists of cases: all of them, and those that wait for the desk, with a filter where a script runs. It knows no case in
detail."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.core.case import Case
from mailbot.core.queue import place, waiting
from mailbot.core.rules import Rules
from mailbot.core.shown import applicant_shown
from mailbot.views.pages.markup import Html, tag
from mailbot.views.report.frame import Place, Stand, page, pager
from mailbot.views.report.style import FILTER, LISTING
from mailbot.views.report.voice import Voice, safe

ROWS = 10_000
"""Cases of a page."""
HEADS = ("number", "status", "form", "applicant", "waits", "since", "until", "clerk")


@dataclass(frozen=True, slots=True)
class Line:
    """A case in a list: who waits (`waits`) is empty for a closed one, `since` and `due` are journal texts; `order` is
    where it stands in the queue, empty if it does not."""

    number: str
    status: str
    form: str = ""
    name: str = ""
    waits: str = ""
    since: str = ""
    due: str = ""
    clerk: str = ""
    order: tuple[str, ...] = ()


def line(case: Case, rules: Rules, queued: bool) -> Line:
    """A case in a list; `queued` if it waits for the desk's people."""
    clerk = rules.desk.clerk(case.assigned)
    return Line(
        number=case.number,
        status=case.status,
        form=case.form,
        name=applicant_shown(rules.forms.get(case.form), case),
        waits=("held" if case.hold else waiting(case, rules)) if case.open else "",
        since=case.step_since,
        due=(case.limit or "") if case.open else "",
        clerk=clerk.name if clerk else case.assigned,
        order=place(case) if queued else (),
    )


def badge(voice: Voice, status: str) -> Html:
    """How a case stands."""
    return tag("span", voice.known("status", status), class_=f"badge {status}")


def queue_page(voice: Voice, stand: Stand, lines: Sequence[Line]) -> tuple[str, bytes]:
    """Path and text of the page with what waits for the desk, in its order."""
    queued = sorted((one for one in lines if one.order), key=lambda one: one.order)
    body = [tag("p", voice.say("queue.lead"), class_="lead"), *_table(voice, queued, voice.say("queue.empty"))]
    return "queue.html", _page(voice, stand, Place("queue.html", "queue"), voice.plain("queue.title"), body)


def case_pages(voice: Voice, stand: Stand, lines: Sequence[Line]) -> list[tuple[str, bytes]]:
    """Path and text of each page with all cases, the newest first; `lines` by number."""
    newest = lines[::-1]
    parts = [newest[at : at + ROWS] for at in range(0, len(newest), ROWS)] or [newest]
    files = [(voice.number(at + 1), f"cases-{at + 1}.html" if at else "cases.html") for at in range(len(parts))]
    return [(files[at][1], _part(voice, stand, parts, files, at)) for at in range(len(parts))]


def _part(
    voice: Voice, stand: Stand, parts: Sequence[Sequence[Line]], files: Sequence[tuple[str, str]], at: int
) -> bytes:
    first = at * ROWS + 1
    places = {"first": first, "last": first + len(parts[at]) - 1, "all": sum(map(len, parts))}
    said = voice.say("cases.part", **{name: voice.number(count) for name, count in places.items()})
    body = [
        tag("p", voice.say("cases.lead"), class_="lead"),
        tag("p", said) if parts[at] else Html(),
        pager(voice, voice.plain("cases.parts"), files, at),
        *_table(voice, parts[at], voice.say("cases.empty")),
    ]
    return _page(voice, stand, Place(files[at][1], "cases"), voice.plain("cases.title"), body)


def _page(voice: Voice, stand: Stand, place: Place, title: str, body: Sequence[str]) -> bytes:
    return page(voice, stand, place, title, body, style=LISTING, script=FILTER)


def _table(voice: Voice, lines: Sequence[Line], empty: Html) -> list[Html]:
    if not lines:
        return [tag("p", empty)]
    heads = tag("tr", *(tag("th", voice.say(f"head.{head}"), scope="col") for head in HEADS))
    since, until = voice.say("head.since"), voice.say("head.until")
    rows = (_row(voice, one, since, until) for one in lines)
    return [_filter(voice, lines), tag("table", tag("thead", heads), tag("tbody", *rows), class_="cases")]


def _row(voice: Voice, one: Line, since: Html, until: Html) -> Html:
    """One case. Put together by hand, since there are many; `i` names a column on a telephone, where no heads are."""
    number, day, due = safe(one.number), voice.day(one.since), voice.day(one.due)
    waits = safe(voice.known("waits", one.waits)) if one.waits else ""
    return Html(
        f'<tr data-f="{safe(one.form)}" data-s="{safe(one.status)}"><td><a href="cases/{number}.html">{number}</a></td>'
        f"<td>{badge(voice, one.status)}</td><td>{safe(voice.form(one.form)) if one.form else ''}</td>"
        f"<td><bdi>{safe(one.name)}</bdi></td><td>{f'<i>{HINT}</i>' if waits else ''}{waits}</td>"
        f"<td>{f'<i>{since} </i>{day}' if day else ''}</td><td>{f'<i>{until} </i>{due}' if due else ''}</td>"
        f"<td>{safe(one.clerk)}</td></tr>\n"
    )


HINT = "→ "


def _filter(voice: Voice, lines: Sequence[Line]) -> Html:
    """What a script filters with; it is not seen where none runs."""
    said = voice.plain("filter.found", found="{found}", all="{all}")
    forms = {one.form: voice.form(one.form) for one in lines if one.form}
    statuses = {one.status: voice.known("status", one.status) for one in lines}
    return tag(
        "div",
        tag("label", voice.say("filter.text"), Html('<input type="search" autocomplete="off">')),
        tag("label", voice.say("filter.form"), _select(voice, forms)),
        tag("label", voice.say("filter.status"), _select(voice, statuses)),
        tag("button", voice.say("filter.clear"), type="button"),
        tag("output", data_said=said),
        id="filter",
        class_="filter",
        role="search",
        aria_label=voice.plain("filter"),
        hidden=True,
    )


def _select(voice: Voice, options: dict[str, str]) -> Html:
    any_ = Html(f'<option value="">{voice.say("filter.any")}</option>')
    return tag("select", any_, *(tag("option", title, value=value) for value, title in sorted(options.items())))
