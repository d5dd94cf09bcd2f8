"""The pages of docs/ are a site: built without a warning, every page in its navigation, nothing loaded from outside;
what is made from the program is as the program has it."""

import importlib.util
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest

from mailbot.edge import config

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
KINDS = ["Tutorial", "How-to guides", "Reference", "Explanation"]


def build(pages: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """What `sphinx-build -W docs site` does and says."""
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-E", "-d", str(site / "read"), str(pages), str(site)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = build(DOCS, folder)
    assert (built.returncode, built.stdout + built.stderr) == (0, "")
    return folder


class Loaded(HTMLParser):
    """What a page loads by itself when it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        wanted = given.get("href") if tag == "link" else None if tag == "a" else given.get("src")
        self.found += [wanted] if wanted else []


def test_the_site_is_built_without_a_warning_and_has_every_page(site: Path) -> None:
    pages = {path.stem for path in DOCS.glob("*.md")}
    assert pages <= {path.stem for path in site.glob("*.html")}


def test_its_navigation_has_the_four_kinds_with_every_page(site: Path) -> None:
    text = (site / "guarantees.html").read_text(encoding="utf-8")
    assert re.findall(r'<span class="caption-text">([^<]+)<', text) == KINDS
    linked = set(re.findall(r'<li class="toctree-l1[^"]*"><a class="[^"]*" href="(\w[\w-]*)\.html', text))
    assert linked | {"guarantees", "index"} == {path.stem for path in DOCS.glob("*.md")}


def test_no_page_loads_anything_from_outside(site: Path) -> None:
    seen = 0
    for page in site.glob("*.html"):
        parser = Loaded()
        parser.feed(page.read_text(encoding="utf-8"))
        seen += len(parser.found)
        assert [place for place in parser.found if re.match(r"\w+:|//", place)] == [], page.name
    for style in site.glob("_static/*.css"):
        assert not re.search(r"@import|url\(['\"]?(?:\w+:)?//", style.read_text(encoding="utf-8")), style.name
    assert seen > 100


def test_a_link_that_leads_nowhere_and_a_page_outside_of_the_index_are_errors(tmp_path: Path) -> None:
    links = "[one](nowhere.md) [two](page.md#no-heading-there) [three](#no-heading-here)"
    built = build(pages(tmp_path, page=links, alone="words"), tmp_path / "site")
    assert built.returncode != 0
    for warned in ("nowhere.md", "no-heading-there", "no-heading-here", "alone.md"):
        assert warned in built.stderr


def test_pages_without_such_mistakes_are_none(tmp_path: Path) -> None:
    built = build(pages(tmp_path, page="[here](#page)"), tmp_path / "site")
    assert (built.returncode, built.stderr) == (0, "")


def pages(folder: Path, **texts: str) -> Path:
    """A folder with an index that names the page, and these pages."""
    made = folder / "docs"
    made.mkdir()
    shutil.copyfile(DOCS / "conf.py", made / "conf.py")
    shutil.copytree(DOCS / "_static", made / "_static")
    (made / "index.md").write_text("# Index\n\n## Pages\n\n- [A page](page.md)\n", encoding="utf-8")
    for name, text in texts.items():
        (made / f"{name}.md").write_text(f"# {name}\n\n{text}\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_made_from_the_program_is_as_the_program_has_it(reference: ModuleType) -> None:
    made = list(reference.pages())
    assert {path.stem for path in made} == {"cli", "events", "operating", "settings"}
    for page in made:
        text = page.read_text(encoding="utf-8")
        assert reference.made(text) == text, f"{page.name} is not what the program says: run `python docs/reference.py`"


def test_every_key_of_the_settings_says_what_it_is_for(reference: ModuleType) -> None:
    for model in reference.TABLES.values():
        assert set(reference.told(model)) >= {name for name, _ in reference._fields(model)}


def test_the_settings_that_init_writes_name_no_key_that_the_reference_lacks() -> None:
    keys = set(re.findall(r"(?m)^#? ?(\w+) = ", config.TEMPLATE))
    told = set(re.findall(r"(?m)^\| `(\w+)` \|", (DOCS / "settings.md").read_text(encoding="utf-8")))
    assert len(keys) > 15
    assert keys <= told
