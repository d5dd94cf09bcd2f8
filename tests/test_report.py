"""A report of a desk: every case, letter and entry on private pages that load nothing and run nothing of anybody's."""

import asyncio
import json
import re
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from report_help import HOSTILE, LANGUAGES, LINK, desk_in, texts

from mailbot.cli import main
from mailbot.cli import report as command
from mailbot.cli.report import working
from mailbot.cli.report.shelf import Shelf
from mailbot.core.events import CaseOpened, Event, Facts, Held, Role, Sender, StepEntered
from mailbot.core.instants import to_text
from mailbot.core.token import mac
from mailbot.edge.config import load_keys
from mailbot.store import Draft
from mailbot.store.files import FileStore
from mailbot.views import log
from mailbot.views import report as view
from mailbot.views.report import journal, plots, sentences_ja
from mailbot.views.report.tally import Tally
from mailbot.views.report.words import WORDS

LATER = datetime(2026, 4, 10, tzinfo=UTC)
PLACE = re.compile(r"{(\w+)}")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return desk_in(tmp_path_factory.mktemp("desk"))


def made(desk: Path, folder: Path, *words: str) -> int:
    return main(["--config", str(desk / "mailbot.toml"), "report", str(folder), *words])


@pytest.fixture(scope="module")
def report(desk: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "report"
    assert made(desk, folder) == 0
    return folder


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_every_case_has_a_page_in_each_language(report: Path) -> None:
    wanted = {f"{language}/cases/2026-{number:05d}.html" for language in LANGUAGES for number in range(1, 5)}
    assert wanted < texts(report).keys()


def test_every_link_leads_to_a_page_and_a_place_in_it(report: Path) -> None:
    pages = texts(report)
    for path, text in pages.items():
        for link in LINK.findall(text):
            file, _, place = link.partition("#")
            target = (report / path).parent / file if file else report / path
            found = target.resolve().relative_to(report.resolve()).as_posix()
            assert found in pages, f"{path} links to {link}"
            assert not place or f'id="{place}"' in pages[found], f"{path} links to {link}"


def test_nothing_is_loaded_and_only_what_the_page_itself_has_may_run(report: Path) -> None:
    for path, text in texts(report).items():
        found = Elements(text).found
        policy = next(attrs["content"] or "" for _, attrs in found if attrs.get("http-equiv"))
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert not {"src", "srcset", "style", "action"} & {name for _, attrs in found for name in attrs}, path
        assert not {"img", "iframe", "object", "link", "base", "form"} & {name for name, _ in found}
        assert not [name for _, attrs in found for name in attrs if name.startswith("on")]


def test_whatever_people_write_stays_text(report: Path) -> None:
    for path, text in texts(report).items():
        scripts = [name for name, _ in Elements(text).found if name == "script"]
        assert len(scripts) == (1 if re.fullmatch(r"../(cases|queue)\.html", path) else 0)
        assert HOSTILE not in text
        assert "\u202e" not in text
    assert "&lt;script&gt;" in texts(report)["en/cases/2026-00002.html"]
    assert "‹U+202E›" in texts(report)["en/cases/2026-00004.html"]


def test_no_token_and_no_key_is_in_it(desk: Path, report: Path) -> None:
    _, keys = load_keys(desk / "keys.json")
    whole = "".join(texts(report).values()).lower()
    letters = re.findall(r"2026-\d{5}\.1", whole)
    assert letters
    for name in set(letters):
        to = f"person{int(name[5:10])}@uni.example"
        assert not [key for key in keys.values() if mac(key, "HELPDESK", name, to) in whole]
    assert not [key for key in keys.values() if key.hex() in whole]


def test_only_its_owner_may_read_it(report: Path) -> None:
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (report, *report.rglob("*"))}
    assert modes == {(True, 0o700), (False, 0o600)}


def test_every_entry_stands_in_the_journal_with_hash_and_sentence(desk: Path, report: Path) -> None:
    store = FileStore.read(desk / "state", "HELPDESK")
    text = texts(report)["en/journal/1.html"]
    assert text.count('<li id="e') == store.head.seq
    assert store.head.hash in text
    assert "mail from person1@uni.example as stranger, tier 0 (application)" in text
    assert "UIDVALIDITY 7, UID 1" in text
    assert "不明な差出人 person1@uni.example からのメール" in texts(report)["ja/journal/1.html"]


def test_the_queue_has_what_waits_for_the_desk_and_nothing_else(report: Path) -> None:
    assert re.findall(r"cases/(2026-\d+)\.html", texts(report)["en/queue.html"]) == ["2026-00004"]


def test_a_case_shows_its_letters_and_what_became_of_them(report: Path) -> None:
    text = texts(report)["en/cases/2026-00003.html"]
    assert text.count('<details open class="letter"') == 1
    assert "Dear Sakura Example" in text
    assert "came back" in text


def test_what_was_applied_for_stands_in_the_order_of_the_form(report: Path) -> None:
    """The casebook and the journal keep it in orders of their own."""
    for language, labels in (("en", ["Family name", "Purpose of use"]), ("ja", ["姓", "利用目的"])):
        _, values = texts(report)[f"{language}/cases/2026-00001.html"].split('class="values"', 1)
        assert re.findall(r'<th scope="row">([^<]*)<', values.split("</table>")[0]) == labels


def test_every_plot_has_a_name_a_description_and_its_figures(report: Path) -> None:
    for language in LANGUAGES:
        text = texts(report)[f"{language}/index.html"]
        assert text.count("<desc ") == text.count('role="img"') > 10
        assert text.count("<details>") * 2 == text.count('role="img"')


def test_the_figures_are_those_of_the_journal(report: Path) -> None:
    text = re.sub(r"<[^>]+>", " ", texts(report)["en/index.html"])
    assert re.search(r"applications in all\s+4\b", text)
    assert re.search(r"waiting for the desk\s+1\b", text)
    assert re.search(r"letters failed or came back\s+1\b", text)
    assert "Half of 4 within 3 min, nine in ten within 4 min." in text
    assert "Half of 1 within 3 d" in text


def table(report: Path, name: str) -> dict[str, list[int]]:
    """The figures below a plot, by what stands before them."""
    text = texts(report)["en/index.html"]
    (section,) = re.findall(rf'<section aria-labelledby="{name}">(.*?)</section>', text, re.DOTALL)
    rows = re.findall(r'<th scope="row">(.*?)</th>((?:<td class="n">[\d,]+</td>)+)', section)
    return {label: [int(cell) for cell in re.findall(r">(\d+)<", cells)] for label, cells in rows}


def journal_of(desk: Path) -> list[dict[str, Any]]:
    files = sorted((desk / "state" / "journal").glob("*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("plot", "kind"), [("applications", "case_opened"), ("letters", "letter_sent"), ("bounces", "address_bounced")]
)
def test_what_happened_each_week_is_what_the_journal_has(plot: str, kind: str, desk: Path, report: Path) -> None:
    days = [
        datetime.fromisoformat(entry["at"]).astimezone(ZoneInfo("Asia/Tokyo")).date()
        for entry in journal_of(desk)
        for event in entry["events"]
        if event["kind"] == kind
    ]
    weeks = Counter(f"week of {day - timedelta(days=day.weekday())}" for day in days)
    assert weeks
    assert table(report, plot) == {week: [count] for week, count in weeks.items()}


def test_who_wrote_with_what_proof_what_was_missing_and_who_is_waited_for_is_what_the_journal_has(
    desk: Path, report: Path
) -> None:
    events = [event for entry in journal_of(desk) for event in entry["events"]]
    senders = Counter(
        ({"stranger": "unknown sender", "clerk": "clerk"}[one["sender"]["role"]], f"tier {one['sender']['tier']}")
        for one in events
        if one["kind"] == "facts" and one.get("sender")
    )
    shown = {tuple(label.partition(":")[0].split(", ")): count for label, (count,) in table(report, "senders").items()}
    assert shown == senders
    faults = [fault for one in events if one["kind"] == "fields_read" for fault in one["faults"]]
    assert {(fault["field"], fault["code"]) for fault in faults} == {("telephone", "missing")}
    assert table(report, "faults") == {"Telephone: missing": [len(faults)]}
    ends = Counter(one["step"] for one in events if one["kind"] == "step_entered")
    ended = sum(one["kind"] == "rejected" for one in events)
    assert table(report, "waits") == {
        "applicant": [ends["fields"] - ends["review"] - ended],
        "clerk": [ends["review"]],
    }


def test_a_report_replaces_the_one_before_it(desk: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    assert made(desk, folder) == 0
    (folder / "en/index.html").write_text("old", encoding="utf-8")
    assert made(desk, folder, "--lang", "en") == 0
    assert (folder / "en/index.html").read_text(encoding="utf-8") != "old"
    assert not (folder / "ja").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("name", ["notes.txt", "en/cases/thesis.html", "index.html"])
def test_what_it_did_not_write_stays(name: str, desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "report" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", encoding="utf-8")
    assert made(desk, tmp_path / "report") == 2
    assert "wanted another folder" in capsys.readouterr().err
    assert mine.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("inside", ["state/report", "rules", "."])
def test_it_is_not_written_into_what_is_the_desks(inside: str, desk: Path) -> None:
    before = sorted(desk.rglob("*"))
    assert made(desk, desk / inside) == 2
    assert sorted(desk.rglob("*")) == before


def test_a_damaged_journal_leaves_the_report_before_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk, folder = desk_in(tmp_path / "desk"), tmp_path / "report"
    assert made(desk, folder) == 0
    before = texts(folder)
    journal = desk / "state" / "journal" / "2026-03.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b"Mika", b"Mikk", 1))
    assert made(desk, folder) == 2
    assert "line 2" in capsys.readouterr().err
    assert texts(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["desk", "report"]


def test_what_a_killed_process_left_beside_it_goes(desk: Path, tmp_path: Path) -> None:
    left = tmp_path / ".report.report-999999999-abc" / "new"
    left.mkdir(parents=True)
    assert made(desk, tmp_path / "report") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_several_processes_write_what_one_does(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "wall_clock", lambda: datetime(2027, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(journal, "ENTRIES", 4)
    monkeypatch.setattr(view, "ENTRIES", 4)
    assert made(desk, tmp_path / "one") == 0
    monkeypatch.setattr(working, "STRETCH", 4)
    assert made(desk, tmp_path / "several") == 0
    assert texts(tmp_path / "one") == texts(tmp_path / "several")
    assert (tmp_path / "one/en/journal/3.html").exists()


def test_cases_whose_file_in_the_casebook_is_one_are_taken_by_one_process(tmp_path: Path) -> None:
    shelf, one = Shelf(tmp_path / "shelf"), view.Shown(1, "", {})
    numbers = ("2026-01000", "2026-00999", "2026-00099", "2025-00099", "2026-00001")
    shelf.put(0, [(number, one) for number in numbers])
    found = [[list(shelf.take(bundle)) for bundle in sharing] for sharing in shelf.bundles()]
    assert found == [[["2025-00099"]], [["2026-00001", "2026-00099"], ["2026-00999"]], [["2026-01000"]]]


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    assert WORDS["en"].keys() == WORDS["ja"].keys()
    for key, sentence in WORDS["en"].items():
        assert sorted(PLACE.findall(sentence)) == sorted(PLACE.findall(WORDS["ja"][key])), key


def test_every_kind_of_event_has_a_sentence_in_japanese() -> None:
    assert sentences_ja.SENTENCES.keys() == log.SENTENCES.keys()


def test_what_is_asked_for_equally_often_stands_in_the_order_of_the_cases() -> None:
    tally, faults = Tally(), [(f"field_{number}", "missing") for number in range(20)]
    tally.ask("new-account", [*faults, *faults])
    assert tally.faults == dict.fromkeys((("new-account", *fault) for fault in faults), 1)
    assert [field for _, field, _ in tally.faults] == [field for field, _ in faults]


def test_the_marks_below_bars_that_are_named_stand_evenly() -> None:
    for highest in range(1, 60):
        drawn = plots.svg(plots.Plot("bars", "one", "One", "", ("all",), [plots.Row("a label", (highest,))]))
        for size in str(drawn).split("<svg")[1:]:
            named = [int(mark) for mark in re.findall(r">(\d+)</text>", size)][:-1]
            assert len({right - left for left, right in pairwise(named)}) == 1, f"{highest}: {named}"


def test_a_column_of_a_young_desk_is_no_wider_than_others() -> None:
    rows = [plots.Row("the only week", (3,), ("Nov", "2026"))]
    drawn = plots.svg(plots.Plot("columns", "one", "One", "", ("all",), rows))
    widths = [float(wide) for wide in re.findall(r'<rect class="s0" [^>]*width="([\d.]+)"', str(drawn))]
    assert len(widths) == 2
    assert max(widths) <= 60


@pytest.mark.parametrize("highest", [0, 1, 2, 3, 7, 10, 12, 99, 100, 1234, 98_765, 10**7])
def test_an_axis_reaches_the_highest_in_a_few_round_steps(highest: int) -> None:
    marks = plots.steps(highest)
    assert marks[0] == 0
    assert marks[-1] >= max(highest, 1)
    assert len(marks) <= 7
    assert len({after - before for before, after in pairwise(marks)}) == 1


def test_every_role_has_its_word_in_every_language_and_a_sentence_is_said_of_it() -> None:
    for words in WORDS.values():
        assert {f"role.{role}" for role in get_args(Role)} <= words.keys()
    for role in get_args(Role):
        facts = Facts(sort="enquiry", sender=Sender(address="a@audit.example", role=role, tier="0", name="", why=()))
        assert WORDS["ja"][f"role.{role}"] in sentences_ja.SENTENCES["facts"](facts)


def on_hold(number: int, due: int, hold: int) -> tuple[str, tuple[Event, ...]]:
    """A case to decide that is due after so many days, and rests for so many, if any."""
    opened = CaseOpened(form="new-account", language="en", applicant=f"x{number}@uni.example")
    entered = StepEntered(step="review", due=to_text(LATER + timedelta(days=due)))
    held = Held(clerk="sato@staff.example", until=to_text(LATER + timedelta(days=hold)), reason="r")
    return f"2026-{number:05d}", (Facts(sort="application"), opened, entered, *([held] if hold else []))


def test_a_case_that_rests_stands_where_its_rest_ends_in_the_report_as_in_the_queue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = desk_in(tmp_path / "desk")

    async def fill() -> None:
        with FileStore.open(desk / "state", "HELPDESK") as store:
            for case, events in (on_hold(5, 20, 60), on_hold(6, 40, 0)):
                async with store.batch() as batch:
                    batch.append(Draft(LATER, case, None, "a" * 64, "b" * 64, events))

    asyncio.run(fill())
    assert made(desk, tmp_path / "report", "--lang", "en") == 0
    capsys.readouterr()
    main(["--config", str(desk / "mailbot.toml"), "queue"])
    queue = re.findall(r"(?m)^(2026-\d+)", capsys.readouterr().out)
    pages = texts(tmp_path / "report")
    assert re.findall(r"cases/(2026-\d+)\.html\">", pages["en/queue.html"]) == queue
    assert queue.index("2026-00006") < queue.index("2026-00005")
    until = re.search(r"<dt>Until</dt><dd>(.*?)</dd>", pages["en/cases/2026-00005.html"])
    assert until
    assert "2026-06-09" in until[1]


@pytest.mark.parametrize("again", [True, False])
def test_what_is_put_there_while_a_report_is_made_stays(
    again: bool,
    desk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "report"
    if again:
        assert made(desk, folder) == 0
    make = working.make

    def meanwhile(work: working.Work) -> working.Found:
        folder.mkdir(exist_ok=True)
        (folder / "thesis.txt").write_text("all there is of it")
        return make(work)

    monkeypatch.setattr(working, "make", meanwhile)
    before = len(list(folder.rglob("*"))) if again else 0
    assert made(desk, folder) == 2
    assert f"{folder / 'thesis.txt'}: `mailbot report` did not write it" in capsys.readouterr().err
    assert (folder / "thesis.txt").read_text() == "all there is of it"
    assert len(list(folder.rglob("*"))) == before + 1
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
