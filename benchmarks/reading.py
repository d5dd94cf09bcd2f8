"""What reading one mail costs, stage by stage: processor time of mails that arrive for the first time. It knows nothing
of servers, letters and cases."""

import statistics
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from time import perf_counter_ns, process_time_ns
from typing import cast

from benchmarks.mails import applications
from mailbot.core import attached, secrets
from mailbot.core.decide.taking import said_by
from mailbot.core.evidence import NOTHING, gather
from mailbot.core.fields import understand
from mailbot.core.message import Message
from mailbot.core.rules import Rules
from mailbot.edge.parsing import Limits, parse_with_contents
from mailbot.flow.reader.protocol import ANSWERS

MAILS, WARM, GROUP = 500, 50, 25
READING = ("parsed", "masked", "form found", "answers found", "answers understood")
"""The stages that make of the bytes of a mail the values of a form."""
BESIDE = ("handed over", "sorted")
"""What is done with each mail besides: from the child process to the service, and what kind of mail it is."""


def measure(rules: Rules, mails: int = MAILS) -> dict[str, float]:
    """Microseconds a mail: `read` is processor time of all stages of reading, the median of groups of mails, and each
    stage's own is its median by the wall clock; `mails` of some 3 KB for each of both, half of them Japanese.

    The processor's clock is asked once a group: it takes longer to read than some stages take.
    """
    arriving = applications()
    for raw in islice(arriving, WARM):
        deque(_work(raw, rules), 0)
    groups = [list(islice(arriving, GROUP)) for _ in range(mails // GROUP)]
    read = statistics.median(_processor_time(group, rules) for group in groups)
    taken = [dict(_stages(raw, rules)) for raw in islice(arriving, mails)]
    return {**{stage: statistics.median(one[stage] for one in taken) for stage in (*READING, *BESIDE)}, "read": read}


def _processor_time(group: Sequence[bytes], rules: Rules) -> float:
    """What reading a mail of this group took, on the average."""
    begun = process_time_ns()
    for raw in group:
        deque(islice(_work(raw, rules), len(READING)), 0)
    return (process_time_ns() - begun) / len(group) / 1000


def _stages(raw: bytes, rules: Rules) -> Iterator[tuple[str, float]]:
    """How long each stage took with one mail."""
    begun = perf_counter_ns()
    for stage in _work(raw, rules):
        yield stage, (perf_counter_ns() - begun) / 1000
        begun = perf_counter_ns()


def _work(raw: bytes, rules: Rules) -> Iterator[str]:
    """The work on one mail; says after each stage which it was."""
    read = parse_with_contents(raw, Limits())
    yield "parsed"
    message = secrets.without(cast(tuple[Message, Sequence[bytes]], read)[0])
    yield "masked"
    name = attached.form_of(message, rules.forms)
    yield "form found"
    form = rules.forms[name or ""]
    said = said_by(message, form, answers_ours=False)
    yield "answers found"
    understand(form, rules.desk, said.answers, "en")
    yield "answers understood"
    ANSWERS.validate_json(ANSWERS.dump_json([("message", message)]))
    yield "handed over"
    gather(message, NOTHING, rules, {})
    yield "sorted"
