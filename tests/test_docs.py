"""What the docs say of tests and commands is true."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`([a-z0-9_…]*[a-z0-9]_[a-z0-9_…]+)`")


def test_names() -> set[str]:
    """Every test there is, without `test_`."""
    files = (ROOT / "tests").glob("test_*.py")
    return {name for path in files for name in re.findall(r"def test_(\w+)", path.read_text(encoding="utf-8"))}


test_names.__test__ = False  # type: ignore[attr-defined]


def rows() -> list[str]:
    """The table rows of guarantees.md that name tests."""
    text = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith("|") and "test_" in line]


@pytest.mark.parametrize("row", rows())
def test_every_fault_is_shown_by_tests_that_exist(row: str) -> None:
    shown = row.rstrip("| ").rpartition("|")[2]
    there = test_names()
    for name in NAMED.findall(shown):
        pattern = ".*".join(re.escape(part) for part in name.split("…"))
        assert any(re.match(pattern, test) for test in there), f"no test is named {name}"
    for file in re.findall(r"\btest_[a-z0-9_]+", re.sub(r"`[^`]*`", "", shown)):
        assert (ROOT / "tests" / f"{file}.py").exists(), f"there is no {file}.py"
    assert re.search(r"test_[a-z]+", shown)


@pytest.mark.parametrize("floor", ["core", "edge", "flow", "store", "views"])
def test_the_drawing_of_the_house_names_every_room_of_a_floor_and_no_other(floor: str) -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{floor}` |")).rpartition(" | ")[2]
    named = set(re.findall(r"`([a-z_]+)/?`", row))
    there = {path.stem for path in (ROOT / "mailbot" / floor).iterdir() if path.name[0] not in "_."}
    assert named == there


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"], ids=lambda path: path.name
)
def test_links_lead_somewhere(path: Path) -> None:
    for target, heading in re.findall(r"\]\(([^)#:]+)(?:#([^)]+))?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"
        assert not heading or heading in headings(path.parent / target), f"{path.name} links to {target}#{heading}"


def headings(path: Path) -> set[str]:
    """What the headings of a page are linked by."""
    text = re.sub(r"(?ms)^```.*?^```$", "", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", found.lower()).replace(" ", "-") for found in re.findall(r"(?m)^#+ (.+)$", text)}
