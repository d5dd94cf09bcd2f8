"""The overview of a report: key figures and plots, each with its figures as a table. It knows no single case."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailbot.core.ledger import Ledger
from mailbot.views.pages.markup import Html, tag
from mailbot.views.report import plots
from mailbot.views.report.frame import Place, Stand, page
from mailbot.views.report.listing import Line
from mailbot.views.report.plots import Plot, Row
from mailbot.views.report.style import OVERVIEW
from mailbot.views.report.tally import Tally, monday
from mailbot.views.report.voice import Voice

WEEKS = 52
"""Weeks that are drawn; the table has all."""
MOST_BARS = 12
VERIFY = Html("<code>mailbot verify</code>")
MINUTE, HOUR, DAY = 60, 3600, 86_400
ANSWERS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY)
DECISIONS = (DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 90 * DAY)
"""What divides the times of a histogram, in seconds."""


@dataclass(frozen=True, slots=True)
class Sum:
    """Everything the overview shows: what was counted, the cases as they are listed, seconds to the first answer and to
    the decision, and what the journal adds up to beside cases."""

    tally: Tally
    lines: Sequence[Line]
    answers: Sequence[int]
    decisions: Sequence[int]
    ledger: Ledger


def overview(voice: Voice, stand: Stand, found: Sum) -> bytes:
    """The whole page."""
    body = [
        tag("p", voice.say("lead", seq=voice.number(stand.head.seq), command=VERIFY), class_="lead"),
        tag("dl", *(_tile(voice, name, number, link) for name, number, link in _tiles(found)), class_="tiles"),
        tag("div", *(_figure(voice, plot, table) for plot, table in _plots(voice, found)), class_="figures"),
    ]
    return page(voice, stand, Place("index.html", "index"), voice.plain("title"), body, style=OVERVIEW)


def _tiles(found: Sum) -> Iterator[tuple[str, int, str]]:
    letters, mails = found.tally.letters, found.ledger.mails
    lost = sum(count for (_, what), count in letters.items() if what != "sent")
    yield "cases", len(found.lines), "cases.html"
    yield "open", sum(1 for one in found.lines if one.waits), ""
    yield "queue", sum(1 for one in found.lines if one.order), "queue.html"
    for name in ("taken_in", "ignored", "quarantined"):
        yield name, mails.get(name, 0), ""
    yield "sent", sum(letters.values()) - lost, ""
    yield "lost", lost, ""


def _tile(voice: Voice, name: str, number: int, link: str) -> Html:
    said = voice.number(number)
    return tag("div", tag("dt", voice.say(f"tile.{name}")), tag("dd", tag("a", said, href=link) if link else said))


def _figure(voice: Voice, plot: Plot, table: Plot) -> Html:
    """A plot with its heading, and its figures as a table: `table` may have more rows than were drawn."""
    heading = tag("h2", plot.title, id=plot.name)
    hint = tag("p", plot.description, class_="hint")
    drawn = [plots.svg(plot), _figures(voice, table)] if plot.highest else [tag("p", voice.say("none"))]
    return tag("section", heading, hint, *drawn, aria_labelledby=plot.name)


def _figures(voice: Voice, table: Plot) -> Html:
    heads = ["", *table.series] if len(table.series) > 1 else ["", voice.plain("plot.value")]
    head = tag("tr", *(tag("th", one, scope="col", class_="n" if one else "") for one in heads))
    rows = (
        tag("tr", tag("th", row.label, scope="row"), *(tag("td", voice.number(one), class_="n") for one in row.values))
        for row in table.rows
        if row.total
    )
    label = f"{voice.plain('table')}: {table.title}"
    whole = tag("table", tag("thead", head), tag("tbody", *rows))
    inside = tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=label)
    return tag("details", tag("summary", voice.say("table"), tag("span", f": {table.title}", class_="sr")), inside)


def _plots(voice: Voice, found: Sum) -> Iterator[tuple[Plot, Plot]]:
    """Every plot with what its table shows."""
    yield _weekly(voice, "applications", _forms(voice, found.tally.applications))
    yield _same(_times(voice, "answer", found.answers, ANSWERS))
    yield _same(_times(voice, "decision", found.decisions, DECISIONS))
    waits = Counter(voice.known("waits", one.waits) for one in found.lines if one.waits)
    yield _ranked(voice, "waits", waits)
    yield _ranked(voice, "faults", _asked(voice, found.tally))
    letters = found.tally.letters
    sent = {key: count for key, count in letters.items() if key[1] == "sent"}
    lost = {key: count for key, count in letters.items() if key[1] != "sent"}
    yield _weekly(voice, "letters", _named(voice, sent))
    yield _weekly(voice, "bounces", _named(voice, lost))
    yield _ranked(voice, "senders", _senders(voice, found.tally))


def _same(plot: Plot) -> tuple[Plot, Plot]:
    return plot, plot


Weekly = Mapping[tuple[str, str], int]


def _forms(voice: Voice, counted: Weekly) -> Weekly:
    """The forms by their titles; those with the fewest cases are one series where they are too many."""
    total: Counter[str] = Counter()
    for (_, form), count in counted.items():
        total[form] += count
    own = {form for form, _ in total.most_common(plots.MOST_SERIES if len(total) <= plots.MOST_SERIES else 5)}
    titled: Counter[tuple[str, str]] = Counter()
    for (week, form), count in counted.items():
        titled[week, voice.form(form) if form in own else voice.plain("plot.other")] += count
    return titled


def _named(voice: Voice, counted: Weekly) -> Weekly:
    return {(week, voice.plain(f"letters.{what}")): count for (week, what), count in counted.items()}


def _weekly(voice: Voice, name: str, counted: Weekly) -> tuple[Plot, Plot]:
    """Numbers by week, of the last weeks as a plot and of all as a table."""
    total: Counter[str] = Counter()
    for (_, what), count in counted.items():
        total[what] += count
    series = tuple(what for what, _ in total.most_common())
    weeks = _weeks(counted)
    rows = [
        Row(f"{voice.plain('plot.week')} {week}", tuple(counted.get((week, what), 0) for what in series), ticks)
        for week, ticks in zip(weeks, _months(voice, weeks), strict=True)
    ]
    hint = voice.plain(f"{name}.hint")
    cut = f" ({voice.plain('plot.weeks', weeks=str(WEEKS))})" if len(rows) > WEEKS else ""
    whole = Plot("columns", name, voice.plain(f"{name}.title"), hint + cut, series, rows)
    return replace(whole, rows=_first_marked(voice, rows[-WEEKS:], weeks[-WEEKS:])), whole


def _weeks(counted: Weekly) -> list[str]:
    """Every week from the first to the last."""
    if not counted:
        return []
    first, last = (date.fromisoformat(end({week for week, _ in counted})) for end in (min, max))
    count = (monday(last) - first).days // 7 + 1
    return [(first + timedelta(weeks=at)).isoformat() for at in range(count)]


def _months(voice: Voice, weeks: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What stands below the axis: a month where it begins, its year where that does."""
    names, before = voice.plain("months").split(), weeks[0] if weeks else ""
    for week in weeks:
        begins = week[:7] != before[:7]
        yield (names[int(week[5:7]) - 1] if begins else "", week[:4] if week[:4] != before[:4] else "")
        before = week


def _first_marked(voice: Voice, rows: Sequence[Row], weeks: Sequence[str]) -> list[Row]:
    """The first week that is drawn says month and year, whenever it is."""
    if not rows:
        return []
    month = voice.plain("months").split()[int(weeks[0][5:7]) - 1]
    return [replace(rows[0], ticks=(month, weeks[0][:4])), *rows[1:]]


def _times(voice: Voice, name: str, seconds: Sequence[int], edges: Sequence[int]) -> Plot:
    """How many took how long, with the median in words."""
    ordered = sorted(seconds)
    counts = Counter(next((at for at, edge in enumerate(edges) if one <= edge), len(edges)) for one in ordered)
    names = [_long(voice, edge) for edge in edges]
    labels = [*(voice.plain("times.edge", edge=edge) for edge in names), voice.plain("times.over", edge=names[-1])]
    rows = [Row(label, (counts[at],)) for at, label in enumerate(labels)]
    said = {"half": _share(voice, ordered, 0.5), "most": _share(voice, ordered, 0.9)} if ordered else {}
    middle = f" {voice.plain('times.median', number=voice.number(len(ordered)), **said)}" if ordered else ""
    title, hint = voice.plain(f"{name}.title"), voice.plain(f"{name}.hint")
    return Plot("histogram", name, title, hint + middle, (voice.plain("plot.value"),), rows, names)


def _share(voice: Voice, ordered: Sequence[int], share: float) -> str:
    return _long(voice, ordered[min(len(ordered) - 1, int(len(ordered) * share))])


def _long(voice: Voice, seconds: int) -> str:
    """A time in the largest unit that fits, rounded up."""
    unit, size = next(
        (unit, size) for unit, size in (("d", DAY), ("h", HOUR), ("m", 1)) if seconds >= size or size == 1
    )
    size = MINUTE if unit == "m" else size
    return voice.plain(f"unit.{unit}", n=str(max(1, -(-seconds // size))))


def _ranked(voice: Voice, name: str, counted: Counter[str]) -> tuple[Plot, Plot]:
    """Numbers by name, the highest first."""
    rows = [Row(label, (count,)) for label, count in counted.most_common()]
    title, hint = voice.plain(f"{name}.title"), voice.plain(f"{name}.hint")
    whole = Plot("bars", name, title, hint, (voice.plain("plot.value"),), rows)
    return replace(whole, rows=rows[:MOST_BARS]), whole


def _asked(voice: Voice, tally: Tally) -> Counter[str]:
    """What is asked for, by label: fields of several forms under one label are one."""
    asked: Counter[str] = Counter()
    for (form, key, kind), count in tally.faults.items():
        label = voice.label(voice.rules.forms.get(form), key)
        asked[voice.plain("fault", label=label, kind=voice.known("kind", kind))] += count
    return asked


def _senders(voice: Voice, tally: Tally) -> Counter[str]:
    said: Counter[str] = Counter()
    for (role, tier), count in tally.senders.items():
        means = voice.known("tier", tier)
        said[voice.plain("sender", role=voice.known("role", role), tier=tier, means=means)] += count
    return said
