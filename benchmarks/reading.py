"""What reading one mail costs, stage by stage: processor time of mails that arrive for the first time. It knows nothing
of servers, letters and cases."""

import email
import statistics
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from time import perf_counter_ns, process_time_ns
from typing import cast

from benchmarks.mails import applications
from mailbot.core import attached, secrets
from mailbot.core.decide.taking import said_by
from mailbot.core.evidence import NOTHING, gather
from mailbot.core.fields import understand
from mailbot.core.message import Message
from mailbot.core.readings import Skimmed
from mailbot.core.rules import Rules
from mailbot.edge.parsing import Limits, parse_with_contents
from mailbot.flow.reader.protocol import ANSWERS

MAILS, WARM, GROUP = 500, 50, 25
PARSING, READING = ("parsed", "masked"), ("form found", "answers found", "answers understood")
"""The stages that make of a mail's bytes what it says, in the reader's process, and of that the values of a form."""
BESIDE = ("handed over", "sorted")
"""What is done with each mail besides: from the child process to the service, and what kind of mail it is."""


def measure(rules: Rules, mails: int = MAILS) -> dict[str, float]:
    """Microseconds a mail: `read` is processor time of parsing and reading, the median of groups of mails, `bare` the
    same of what the standard library's parser alone takes; each stage's own is its median by the wall clock. `mails` of
    some 3 KB for each of both, half of them Japanese; as in the service, a group is parsed before the first of it is
    read.

    The processor's clock is asked once a group: it takes longer to read than some stages take.
    """
    arriving = applications()
    groups = [list(islice(arriving, GROUP)) for _ in range((WARM + mails) // GROUP)]
    bare, read = [], []
    for group in groups:  # in turn, so that both meet the same moods of the machine
        bare.append(_processor_time(group, _bare))
        read.append(_processor_time(group, lambda mails: _parse_and_read(mails, rules)))
    stages = [taken for _ in range(mails // GROUP) for taken in _stages(list(islice(arriving, GROUP)), rules)]
    medians = {stage: statistics.median(taken[stage] for taken in stages) for stage in (*PARSING, *READING, *BESIDE)}
    warm = WARM // GROUP
    return {**medians, "read": statistics.median(read[warm:]), "bare": statistics.median(bare[warm:])}


def _processor_time(group: Sequence[bytes], work: Callable[[Sequence[bytes]], None]) -> float:
    """What the work on a mail of this group took, on the average."""
    begun = process_time_ns()
    work(group)
    return (process_time_ns() - begun) / len(group) / 1000


def _parse_and_read(group: Sequence[bytes], rules: Rules) -> None:
    work = [_work(raw, rules) for raw in group]
    for stages in (PARSING, READING):
        for one in work:
            deque(islice(one, len(stages)), 0)


def _bare(group: Sequence[bytes]) -> None:
    """The standard library's parser and decoder, which nothing that reads mail does without."""
    for raw in group:
        message = email.message_from_bytes(raw)
        cast(bytes, message.get_payload(decode=True)).decode(message.get_content_charset() or "utf-8", "replace")


def _stages(group: Sequence[bytes], rules: Rules) -> list[dict[str, float]]:
    """How long each stage took with each mail."""
    work = [_work(raw, rules) for raw in group]
    taken: list[dict[str, float]] = [{} for _ in group]
    for stages in (PARSING, READING, BESIDE):
        for one, times in zip(work, taken, strict=True):
            begun = perf_counter_ns()
            for stage in islice(one, len(stages)):
                times[stage] = (perf_counter_ns() - begun) / 1000
                begun = perf_counter_ns()
    return taken


def _work(raw: bytes, rules: Rules) -> Iterator[str]:
    """The work on one mail; says after each stage which it was."""
    read = parse_with_contents(raw, Limits())
    yield "parsed"
    message = secrets.without(cast(tuple[Message, Sequence[bytes]], read)[0])
    yield "masked"
    name = attached.form_of(message, rules.forms)
    yield "form found"
    form = rules.forms[name or ""]
    reading = attached.reading_of(message, form, answers_ours=False)
    message = replace(message, skimmed=Skimmed(rules.forms, name, reading))
    said = said_by(message, form, answers_ours=False)
    yield "answers found"
    understand(form, rules.desk, said.answers, "en")
    yield "answers understood"
    ANSWERS.validate_json(ANSWERS.dump_json([("message", message, (name, reading))]))
    yield "handed over"
    gather(message, NOTHING, rules, {})
    yield "sorted"
