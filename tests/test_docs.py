"""What the docs say of tests and commands is true."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHOWN = re.compile(r"(test_\w+)((?:[:,] *`[^`]+`(?: \([^)]*\))?)*)")
"""A file of tests, and those of its tests that are named behind it."""
PLAYED = re.compile(r"conversations? (\d+(?:(?:, | and | to )\d+)*)")


def names_in(file: str) -> set[str]:
    """Every test of a file, without `test_`."""
    path = ROOT / "tests" / f"{file}.py"
    return set(re.findall(r"def test_(\w+)", path.read_text(encoding="utf-8"))) if path.exists() else set()


def rows(text: str) -> list[str]:
    """What the last column says in the tables whose last column is `shown by`."""
    tables = re.findall(r"(?m)^\|.*\| shown by \|\n\|[-|]+\|\n((?:\|.*\n)+)", text)
    return [row.rstrip("| ").rpartition("|")[2].strip() for table in tables for row in table.splitlines()]


GUARANTEES = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")


def missing(shown: str) -> list[str]:
    """What is named there and is nowhere."""
    wrong = []
    for file, named in SHOWN.findall(shown):
        tests = names_in(file)
        wrong += [] if tests else [file]
        patterns = {name: name.replace("…", ".*") for name in re.findall(r"`([^`]+)`", named)}
        wrong += [name for name, pattern in patterns.items() if not any(re.fullmatch(pattern, one) for one in tests)]
    wrong += [f"conversation {number}" for number in played(shown) if not conversations(number)]
    beside = re.sub(PLAYED, "", re.sub(SHOWN, "", shown))
    wrong += [path for path in re.findall(r"`(tests/[^`]+)`", beside) if not (ROOT / path).exists()]
    return wrong + re.findall(r"`(?!tests/)[^`]+`|test_\w+|\d+", beside)


def played(shown: str) -> list[int]:
    """The numbers of conversations; `10 to 12` are three."""
    found = []
    for numbers in PLAYED.findall(shown):
        for one in re.split(r", | and ", numbers):
            first, _, last = one.partition(" to ")
            found += range(int(first), int(last or first) + 1)
    return found


def conversations(number: int) -> list[Path]:
    return list((ROOT / "tests" / "conversations").glob(f"{number:02d}-*.md"))


@pytest.mark.parametrize("shown", rows(GUARANTEES))
def test_every_fault_is_shown_by_tests_that_exist(shown: str) -> None:
    assert SHOWN.search(shown) or PLAYED.search(shown), "nothing shows it"
    assert missing(shown) == []


def test_every_row_of_the_guarantees_is_looked_at_and_what_is_not_there_is_missed() -> None:
    lines = [line for line in GUARANTEES.splitlines() if re.match(r"\|.*test_\w+.*\|$", line)]
    assert len(lines) <= len(rows(GUARANTEES)) >= 80
    assert missing("test_docs: `links_lead…`, `…lead_somewhere`; conversation 27; test_soak") == []
    assert missing("test_soak: `a_m`; conversations 25, 999; nobody") == ["a_m", "conversation 999"]
    assert missing("test_nothing") == ["test_nothing"]


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
