"""The table of metrics, and what was shown last, in the words of Prometheus. It reads figures and asks nobody."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric as Family

from mailbot.core.alarms import ALARMS, LETTER_STATES
from mailbot.core.figures import Figures

Samples = Mapping[str, float]
"""Values by the one label of a metric; an empty text where it has none."""
MAILS = ("taken_in", "ignored", "quarantined", "dismissed", "erased")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of the histogram's buckets."""
STAGES = ("fetch", "read", "take_in", "file", "send")
"""Fetching a set from the server; the child process; keeping, reading, deciding and committing some mails; filing; a
letter at the relay."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One row: its name and unit as Prometheus wants them (a counter's without `_total`), its label (empty: none), what
    it says, and where it is found."""

    name: str
    kind: Literal["gauge", "counter"]
    label: str
    help: str
    values: Callable[[Figures], Samples]


def _one(value: float) -> Samples:
    return {"": value}


def _instant(instant: datetime | None) -> Samples:
    """Seconds since 1970; no sample where there is no instant."""
    return {} if instant is None else {"": instant.timestamp()}


def _counted(counts: Mapping[str, int], names: tuple[str, ...]) -> Samples:
    return {name: counts.get(name, 0) for name in names}


METRICS: tuple[Metric, ...] = (
    Metric(
        "mailbot_mails",
        "gauge",
        "outcome",
        "Mails by what became of them last",
        lambda f: _counted(f.health.ledger.mails, MAILS),
    ),
    Metric("mailbot_mails_decided", "counter", "sort", "Mails decided since the start, by sort", lambda f: f.decided),
    Metric(
        "mailbot_decisions", "counter", "kind", "Events decided on mails since the start, by kind", lambda f: f.events
    ),
    Metric(
        "mailbot_mails_undecided",
        "gauge",
        "",
        "Mails kept on the disk without an entry",
        lambda f: _one(f.health.undecided),
    ),
    Metric(
        "mailbot_mails_vanished",
        "gauge",
        "",
        "Mails that others removed from the inbox before they were taken in",
        lambda f: _one(f.health.ledger.vanished),
    ),
    Metric("mailbot_inbox_waiting", "gauge", "", "Mails in the inbox to be taken in", lambda f: _one(f.health.waiting)),
    Metric(
        "mailbot_inbox_observed",
        "gauge",
        "",
        "Mails in the inbox that are only observed",
        lambda f: _one(f.health.observed),
    ),
    Metric(
        "mailbot_inbox_oldest_timestamp_seconds",
        "gauge",
        "",
        "When the oldest waiting mail was received; absent if none waits",
        lambda f: _instant(f.health.oldest),
    ),
    Metric(
        "mailbot_inbox_seen_timestamp_seconds",
        "gauge",
        "",
        "When the inbox was last looked into",
        lambda f: _instant(f.health.seen),
    ),
    Metric(
        "mailbot_inbox_read_until_timestamp_seconds",
        "gauge",
        "",
        "The instant up to which the inbox was read, by which deadlines pass",
        lambda f: _instant(f.read_until),
    ),
    Metric(
        "mailbot_letters",
        "gauge",
        "state",
        "Letters by state",
        lambda f: _counted(f.health.ledger.letters, LETTER_STATES),
    ),
    Metric(
        "mailbot_letters_oldest_due_timestamp_seconds",
        "gauge",
        "",
        "Since when the oldest due letter has been due; absent if none is",
        lambda f: _instant(f.health.ledger.oldest_due),
    ),
    Metric(
        "mailbot_letter_attempts",
        "counter",
        "result",
        "Letters handed to the relay since the start, by what it said; held by a budget",
        lambda f: f.letters,
    ),
    Metric(
        "mailbot_deadlines_met",
        "counter",
        "",
        "Reminders and limits carried out since the start",
        lambda f: _one(f.deadlines),
    ),
    Metric(
        "mailbot_orders_done",
        "counter",
        "",
        "Orders from the shell carried out since the start",
        lambda f: _one(f.orders),
    ),
    Metric(
        "mailbot_reader_starts",
        "counter",
        "",
        "Child processes started to read mails",
        lambda f: _one(f.reader.get("starts", 0)),
    ),
    Metric(
        "mailbot_reader_timeouts",
        "counter",
        "",
        "Times the child took too long and was killed",
        lambda f: _one(f.reader.get("timeouts", 0)),
    ),
    Metric(
        "mailbot_reader_deaths",
        "counter",
        "",
        "Times the child died over mails",
        lambda f: _one(f.reader.get("deaths", 0)),
    ),
    Metric(
        "mailbot_reader_unreadable_mails",
        "counter",
        "",
        "Mails that could not be read and go to quarantine",
        lambda f: _one(f.reader.get("unreadable", 0)),
    ),
    Metric(
        "mailbot_quarantine_mails",
        "gauge",
        "",
        "Mails in quarantine that wait for somebody",
        lambda f: _one(len(f.health.ledger.quarantine)),
    ),
    Metric("mailbot_journal_entries", "gauge", "", "Number of the last entry of the journal", lambda f: _one(f.seq)),
    Metric("mailbot_journal_bytes", "gauge", "", "Size of all files of the journal", lambda f: _one(f.journal_bytes)),
    Metric("mailbot_cases_open", "gauge", "status", "Open cases by status", lambda f: f.open_cases),
    Metric(
        "mailbot_cases_overdue",
        "gauge",
        "",
        "Cases that wait for the desk and are over the limit of their step",
        lambda f: _one(f.overdue),
    ),
    Metric(
        "mailbot_alarm",
        "gauge",
        "alarm",
        "1 while the alarm holds",
        lambda f: {one.code: one.code in f.alarms for one in ALARMS},
    ),
    Metric(
        "mailbot_server_up",
        "gauge",
        "server",
        "1 while the server does what it is asked, 0 since it does not",
        lambda f: {"imap": f.health.imap.broken is None, "smtp": f.health.smtp.broken is None},
    ),
    Metric(
        "mailbot_server_connections", "counter", "server", "Connections made since the start", lambda f: f.connections
    ),
    Metric(
        "mailbot_reloads",
        "counter",
        "result",
        "Reloads of the rules since the start: in_force or refused",
        lambda f: _counted(f.reloads, ("in_force", "refused")),
    ),
    Metric(
        "mailbot_rules_refused",
        "gauge",
        "",
        "1 while the last reload was refused, so that others stand on the disk than are in force",
        lambda f: _one(bool(f.health.reloaded and f.health.reloaded.problems)),
    ),
    Metric("mailbot_noted_timestamp_seconds", "gauge", "", "When these figures were noted", lambda f: _instant(f.at)),
)
HISTOGRAM = ("mailbot_stage_seconds", "stage", "How long each stage of the work takes")


class Meter:
    """What is shown when somebody asks: the figures noted last, and how long stages took. `took` and `show` belong to
    the service's thread, `text` may be called from any."""

    def __init__(self) -> None:
        self.figures: Figures | None = None
        self._shown: tuple[tuple[Metric, Samples], ...] = ()
        self._registry = CollectorRegistry()
        name, label, words = HISTOGRAM
        self._stages = Histogram(name, words, [label], buckets=SECONDS, registry=self._registry)
        for stage in STAGES:
            self._stages.labels(stage)
        ProcessCollector(registry=self._registry)
        self._registry.register(self)

    def took(self, stage: str, seconds: float) -> None:
        """A stage of the work was done in so many seconds."""
        self._stages.labels(stage).observe(seconds)

    def show(self, figures: Figures) -> None:
        """These figures are shown from now on, as they are now."""
        self._shown = tuple((metric, dict(metric.values(figures))) for metric in METRICS)
        self.figures = figures

    def collect(self) -> Iterator[Family]:
        """What Prometheus' registry asks for."""
        for metric, samples in self._shown:
            made = GaugeMetricFamily if metric.kind == "gauge" else CounterMetricFamily
            family = made(metric.name, metric.help, labels=[metric.label] if metric.label else None)
            for value, number in samples.items():
                family.add_metric([value] if metric.label else [], float(number))
            yield family

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)
