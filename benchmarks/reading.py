"""What reading one mail costs, stage by stage: processor time of mails that arrive for the first time. It knows nothing
of servers, letters and cases."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from time import process_time_ns
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

MAILS, WARM = 400, 50
READING = ("parsed", "masked", "form found", "answers found", "answers understood")
"""The stages that make of the bytes of a mail the values of a form."""
BESIDE = ("handed over", "sorted")
"""What is done with each mail besides: from the child process to the service, and what kind of mail it is."""


def measure(rules: Rules, mails: int = MAILS) -> dict[str, float]:
    """Microseconds of processor time a mail by stage, each the median over `mails` mails of some 3 KB, half of them
    Japanese; `read` is the median of the sum of the stages of reading."""
    taken = [_stages(raw, rules) for raw in islice(applications(), WARM + mails)][WARM:]
    medians = {stage: statistics.median(one[stage] for one in taken) for stage in (*READING, *BESIDE)}
    return {**medians, "read": statistics.median(sum(one[stage] for stage in READING) for one in taken)}


def _stages(raw: bytes, rules: Rules) -> Mapping[str, float]:
    """How long each stage took with one mail."""
    work = _work(raw, rules)
    taken, begun = {}, process_time_ns()
    for stage in work:
        now = process_time_ns()
        taken[stage] = (now - begun) / 1000
        begun = process_time_ns()
    return taken


def _work(raw: bytes, rules: Rules) -> Iterator[str]:
    """The work on one mail; says after each stage which it was."""
    read = parse_with_contents(raw, Limits())
    yield "parsed"
    message = secrets.without(cast(tuple[Message, Sequence[bytes]], read)[0])
    yield "masked"
    ANSWERS.validate_json(ANSWERS.dump_json([("message", message)]))
    yield "handed over"
    name = attached.form_of(message, rules.forms)
    yield "form found"
    form = rules.forms[name or ""]
    said = said_by(message, form, answers_ours=False)
    yield "answers found"
    understand(form, rules.desk, said.answers, "en")
    yield "answers understood"
    gather(message, NOTHING, rules, {})
    yield "sorted"
