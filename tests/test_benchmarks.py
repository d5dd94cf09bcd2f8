"""The benchmarks measure what they say. How fast a machine is depends on the machine: only ratios are held here."""

import json
import subprocess
import sys
from email import message_from_bytes

import pytest
from letter_examples import RULES

from benchmarks import latency, reading, whole
from benchmarks.__main__ import main
from benchmarks.mails import applications, complete
from benchmarks.wires import SINK

MOST = 45
"""How many times the standard library's parser alone costs what parsing and reading an application does: some 20."""
LEAST = 2
"""Percent of its limit that the whole job does at least with so few mails, most of which is starting."""
PROMISED, LOADED = 300, 3_000
"""Milliseconds of an answer beyond the server's own notice: what is promised on an idle machine, and the most on one
that runs other tests meanwhile."""


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


def test_the_figures_come_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "reading", "--mails", "25", "--json"])
    main()
    assert json.loads(capsys.readouterr().out)["read"] > 0


@pytest.mark.long
def test_a_report_is_measured_from_the_demo_on() -> None:
    """test_demo shows both halves of it on the demo it has."""
    command = [sys.executable, "-m", "benchmarks", "report", "--cases", "20", "--json"]
    figures = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert figures["entries"] > 200
    assert all(value > 0 for value in figures.values())


def test_complete_applications_lack_nothing() -> None:
    arriving = complete()
    mails = [next(arriving) for _ in range(20)]
    assert len(set(mails)) == 20
    text = message_from_bytes(mails[3]).get_payload(decode=True)
    assert isinstance(text, bytes)
    assert "責任者の電話番号" in text.decode()


@pytest.mark.dovecot
@pytest.mark.skipif(SINK is None, reason="no smtp-sink (Debian package postfix) on this machine")
def test_the_whole_job_is_measured_beside_its_limit() -> None:
    figures = whole.measure(mails=80, pairs=1)
    assert all(value > 0 for value in figures.values())
    assert figures["ratio %"] > LEAST


@pytest.mark.dovecot
def test_an_answer_is_at_the_relay_soon_after_the_server_tells_of_the_mail() -> None:
    figures = latency.measure(mails=2)
    assert set(figures) == {*latency.STAGES, "worst beyond it"}
    assert 0 < figures["beyond the notice"] < LOADED


@pytest.mark.long
@pytest.mark.dovecot
def test_an_answer_takes_less_than_promised_beyond_the_servers_notice() -> None:
    assert latency.measure(mails=30)["beyond the notice"] < PROMISED
