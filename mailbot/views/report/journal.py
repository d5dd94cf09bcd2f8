"""A page of the journal: every entry with its sentences, its hash, and what it rests on. It knows no case."""

from collections.abc import Mapping, Sequence

from mailbot.store import Entry
from mailbot.views.pages.markup import Html, escape, tag
from mailbot.views.report.entries import Shown, evidence, place
from mailbot.views.report.frame import Place, Stand, page, pager
from mailbot.views.report.style import JOURNAL
from mailbot.views.report.voice import Voice, safe

ENTRIES = 500
"""Entries of a page."""
Names = Mapping[str, Html]
Told = Sequence[tuple[str, str]]
"""What an entry rests on, as markup, each with the key of its name."""
COMMAND = Html("<code>mailbot log --json</code>")


def page_of(seq: int) -> int:
    """The number of the page with this entry, from 1."""
    return (seq - 1) // ENTRIES + 1


def journal_page(voice: Voice, stand: Stand, entries: Sequence[tuple[Entry, Shown, Told]]) -> tuple[str, bytes]:
    """The path and the text of the page with these entries, which are all of its."""
    number, first, last = page_of(entries[0][0].seq), entries[0][0].seq, entries[-1][0].seq
    said = {"first": voice.number(first), "last": voice.number(last), "all": voice.number(stand.head.seq)}
    files = [(voice.number(at), f"{at}.html") for at in range(1, page_of(stand.head.seq) + 1)]
    links = pager(voice, voice.plain("journal.parts"), files, number - 1)
    names = {key: voice.say(f"entry.{key}") for key in ("more", "kinds", "why", "place", "mail", "rules", "program")}
    items = "".join([_item(voice.language, entry, shown, told, names) for entry, shown, told in entries])
    body = [
        tag("p", voice.say("journal.lead", command=COMMAND), class_="lead"),
        tag("p", voice.say("journal.part", **said)),
        links,
        tag("ol", Html(items), class_="log"),
        links,
    ]
    path = f"journal/{number}.html"
    title = voice.plain("journal.title") + (f" {number}" if len(files) > 1 else "")
    return path, page(voice, stand, Place(path, "journal"), title, body, style=JOURNAL)


def _item(language: str, entry: Entry, shown: Shown, told: Told, names: Names) -> str:
    """One entry. Put together by hand, since there are many."""
    number = escape(entry.case or "")
    case = f'<a href="../cases/{number}.html">{number}</a>' if number else ""
    said = "<br>".join(shown.said[language])
    rows = "".join([f"<dt>{names[key]}</dt><dd>{text}</dd>" for key, text in told])
    return (
        f'<li id="e{entry.seq}"><p class="m"><b class="n">{entry.seq:,}</b>{_instant(shown.at)}{case}</p><p>{said}</p>'
        f'<p><code>{entry.hash}</code></p><details><summary>{names["more"]}<span class="sr"> {entry.seq}</span>'
        f"</summary><dl>{rows}</dl></details></li>\n"
    )


def _instant(at: str) -> str:
    return f'<time datetime="{at}">{at[:10]} {at[11:19]}</time>'


def told(entry: Entry) -> Told:
    """What this entry rests on: the same in every language."""
    lay = place(entry)
    rows = (
        ("kinds", ", ".join([event.kind for event in entry.events or ()])),
        ("why", safe("; ".join(evidence(entry)))),
        ("place", f"UIDVALIDITY {lay.validity}, UID {lay.uid}" if lay else ""),
        ("mail", _code(entry.mail)),
        ("rules", _code(entry.rules)),
        ("program", _code(entry.program)),
    )
    return [row for row in rows if row[1]]


def _code(digest: str | None) -> str:
    return f"<code>{escape(digest)}</code>" if digest else ""
