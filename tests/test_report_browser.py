"""A report in a real browser: Chromium opens its pages from the disk, filters, changes the language, and complains of
nothing. Skipped where Playwright or Chromium is not installed."""

import os
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from report_help import LANGUAGES, desk_in

from mailbot.cli import main

playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine")
PAGES = ("index.html", "queue.html", "cases.html", "cases/2026-00002.html", "cases/2026-00003.html", "journal/1.html")
PICTURES = os.environ.get("MAILBOT_SCREENSHOTS")
"""A folder for pictures of every page, for whoever wants to look at them."""
SCREENS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    desk = desk_in(folder / "desk")
    assert main(["--config", str(desk / "mailbot.toml"), "report", str(folder / "report")]) == 0
    return folder / "report"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class Seen:
    """A page, with everything the browser complained of and asked others for."""

    def __init__(self, browser: Any, **screen: Any) -> None:
        self.page = browser.new_page(**screen)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", self._note)

    def _note(self, request: Any) -> None:
        if not request.is_navigation_request() or not request.url.startswith("file:"):
            self.complaints.append(f"asked for {request.url}")

    def open(self, path: Path, fragment: str = "") -> Any:
        self.page.goto(path.as_uri() + fragment)
        return self.page


@pytest.mark.parametrize("width, scheme", SCREENS)
def test_every_page_fits_the_screen_and_nothing_is_complained_of(
    width: int, scheme: str, report: Path, browser: Any
) -> None:
    seen = Seen(browser, viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in ["index.html", *(f"{language}/{name}" for language in LANGUAGES for name in PAGES)]:
        page = seen.open(report / path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{width}-{scheme}-{path.replace('/', '-')}.png", full_page=True)
    assert seen.complaints == []
    seen.page.close()


NAMELESS = """() => [...document.querySelectorAll('svg[role=img], input, select, button, a, summary, [role=region]')]
.filter(one => one.checkVisibility()).filter(one => {
  const by = (one.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
  const named = by.map(id => document.getElementById(id)?.textContent || '').join('');
  const label = one.labels ? [...one.labels].map(l => l.textContent).join('') : '';
  return !(named || label || one.getAttribute('aria-label') || one.textContent.trim());
}).map(one => one.outerHTML)"""
CONTRAST = """() => {
  const seen = text => { const c = text.match(/[\\d.]+/g).map(Number); return c.length > 3 && c[3] === 0 ? null : c };
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [.2126, .7152, .0722][at], 0);
  const back = one => seen(getComputedStyle(one).backgroundColor);
  const behind = one => one ? back(one) || behind(one.parentElement) : [255, 255, 255];
  return [...document.querySelectorAll('main *, header *, footer *')]
    .filter(one => one.checkVisibility() && [...one.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(one => { const style = getComputedStyle(one), svg = one.closest('svg');
      const [a, b] = [light(seen(svg ? style.fill : style.color)), light(behind(svg || one))].sort((x, y) => y - x);
      return [(a + .05) / (b + .05), one.outerHTML.slice(0, 120)] })
    .filter(row => row[0] < 4.5) }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_a_name_a_place_and_enough_contrast(scheme: str, report: Path, browser: Any) -> None:
    seen = Seen(browser, color_scheme=scheme)
    for language in LANGUAGES:
        for name in PAGES:
            page = seen.open(report / language / name)
            assert page.evaluate("document.documentElement.lang") == language
            assert page.evaluate(NAMELESS) == []
            assert page.evaluate(CONTRAST) == []
            assert [page.locator(part).count() for part in ("h1", "main", "body > header", "body > footer")] == [1] * 4
            levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(h => +h.tagName[1])")
            assert levels[0] == 1
            assert all(after - before <= 1 for before, after in pairwise(levels))
    seen.page.close()


def test_the_first_key_leads_past_the_links_to_the_content(report: Path, browser: Any) -> None:
    page = Seen(browser).open(report / "en/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


def shown(page: Any) -> list[str]:
    return [row.split("\n")[0].split("\t")[0] for row in page.locator("table.cases tbody tr:visible").all_inner_texts()]


def test_cases_are_filtered_by_text_and_status(report: Path, browser: Any) -> None:
    seen = Seen(browser)
    page = seen.open(report / "en/cases.html")
    assert len(shown(page)) == 4
    page.get_by_label("Text").fill("sakura example")
    assert shown(page) == ["2026-00003"]
    assert page.locator("output").inner_text() == "1 of 4"
    page.get_by_label("Status").select_option("ready")
    assert shown(page) == []
    page.get_by_role("button", name="Show all").click()
    assert len(shown(page)) == 4
    page.get_by_label("Form").select_option("new-account")
    assert len(shown(page)) == 4
    assert seen.complaints == []
    page.close()


def test_a_filter_can_stand_in_the_address(report: Path, browser: Any) -> None:
    page = Seen(browser).open(report / "ja/cases.html", "#status=rejected")
    assert shown(page) == ["2026-00003"]
    page.close()


def test_without_scripts_all_cases_are_there_and_no_filter(report: Path, browser: Any) -> None:
    seen = Seen(browser, java_script_enabled=False)
    page = seen.open(report / "en/cases.html")
    assert page.locator("table.cases tbody tr").count() == 4
    assert not page.locator("#filter").is_visible()
    page.close()


def test_one_walks_from_the_first_page_to_a_case_and_into_the_other_language(report: Path, browser: Any) -> None:
    seen = Seen(browser)
    page = seen.open(report / "index.html")
    page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Cases", exact=True).click()
    page.get_by_role("link", name="2026-00002").click()
    page.get_by_role("link", name="日本語").click()
    assert page.url.endswith("/ja/cases/2026-00002.html")
    assert "申請 2026-00002" in page.locator("h1").inner_text()
    page.locator(".way a").first.click()
    assert page.url.endswith("/ja/journal/1.html#e4")
    assert seen.complaints == []
    page.close()


def test_on_paper_the_plots_and_letters_are_there_and_the_links_between_pages_are_not(
    report: Path, browser: Any
) -> None:
    page = Seen(browser).open(report / "en/index.html")
    page.emulate_media(media="print")
    assert page.locator("svg.wide").first.is_visible()
    assert not page.locator("body > header nav").first.is_visible()
    page.goto((report / "en/cases/2026-00003.html").as_uri())
    assert page.locator("details.letter pre").is_visible()
    page.close()
