"""The benchmarks measure what they say. How fast a machine is depends on the machine: only ratios are held here."""

import json
import subprocess
import sys

from letter_examples import RULES

from benchmarks import reading
from benchmarks.mails import applications

MOST = 45
"""How many times the standard library's parser alone costs what parsing and reading an application does: some 20."""


def test_applications_are_of_three_kilobytes_and_no_two_alike() -> None:
    arriving = applications()
    mails = [next(arriving) for _ in range(100)]
    assert len(set(mails)) == 100
    assert all(2_800 < len(mail) < 3_300 for mail in mails)


def test_reading_costs_no_more_than_it_did() -> None:
    figures = reading.measure(RULES, mails=100)
    assert set(figures) == {*reading.PARSING, *reading.READING, *reading.BESIDE, "read", "bare"}
    assert all(value > 0 for value in figures.values())
    assert figures["read"] < MOST * figures["bare"]


def test_the_figures_come_as_json() -> None:
    command = [sys.executable, "-m", "benchmarks", "reading", "--mails", "25", "--json"]
    assert json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["read"] > 0


def test_a_report_is_measured_with_cases_of_a_year() -> None:
    command = [sys.executable, "-m", "benchmarks", "report", "--cases", "20", "--json"]
    figures = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert figures["entries"] > 200
    assert all(value > 0 for value in figures.values())
