"""Commands before a desk is at work: the demo, setting up, checking, trying mails, blanks. They change no state."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from mailbot import checkup, desks
from mailbot.cli.words import OK, TROUBLE, say, say_json, settings
from mailbot.core.blank import blank
from mailbot.core.rules import Rules
from mailbot.desks import Mistaken
from mailbot.flow.reader import Reader
from mailbot.flow.tools import wall_clock
from mailbot.flow.trial import READ_AT_ONCE, attempt, found_mails
from mailbot.service import reader_for
from mailbot.views import trial as trial_view

MOST_SECONDS = 3_600
"""How long `check --probe` may be told to wait."""


def demo(arguments: argparse.Namespace) -> int:
    from mailbot import demo  # the demo needs its extra, the desk does not

    return demo.main(arguments.keep)


def check(arguments: argparse.Namespace) -> int:
    findings = asyncio.run(checkup.check(settings(arguments), arguments.probe))
    for finding in findings:
        say(
            f"{_mark(finding)} {finding.text}"
            + (f"\n       to do: {finding.do} [{finding.kind}]" if finding.do else "")
        )
    return OK if all(finding.good for finding in findings) else TROUBLE


def seconds(text: str) -> float:
    """How long to wait. ValueError if that is no time at all."""
    number = float(text)
    if not 0 < number <= MOST_SECONDS:
        raise ValueError(text)
    return number


def _mark(finding: checkup.Finding) -> str:
    if not finding.tried:
        return "--  "
    return "TODO" if finding.to_do else "ok  " if finding.good else "BAD "


async def _try_all(rules: Rules, arguments: argparse.Namespace) -> int:
    paths = [] if str(arguments.mail) == "-" else list(found_mails(arguments.mail))
    async with reader_for(rules) as reader:
        if not paths:
            await _try_some(rules, reader, [("-", sys.stdin.buffer.read())], arguments.json)
        for start in range(0, len(paths), READ_AT_ONCE):
            group = [(str(path), path.read_bytes()) for path in paths[start : start + READ_AT_ONCE]]
            await _try_some(rules, reader, group, arguments.json)
    return OK


async def _try_some(rules: Rules, reader: Reader, mails: Sequence[tuple[str, bytes]], as_json: bool) -> None:
    for outcome in await attempt(rules, reader, mails, wall_clock()):
        if as_json:
            say_json(outcome)
        else:
            say(trial_view.outcome_text(outcome))


def try_mails(arguments: argparse.Namespace) -> int:
    if str(arguments.mail) != "-" and not arguments.mail.exists():
        raise Mistaken(f"{arguments.mail}: there is no such file or folder")
    rules = desks.rules_for(settings(arguments), arguments.rules, arguments.templates)
    return asyncio.run(_try_all(rules, arguments))


def form(arguments: argparse.Namespace) -> int:
    rules = desks.rules_for(settings(arguments), None, None)
    form = rules.forms.get(arguments.name)
    language = arguments.lang or rules.desk.languages[0]
    if form is None:
        raise Mistaken(f"there is no form {arguments.name!r}; there are: {', '.join(sorted(rules.forms))}")
    if language not in rules.desk.languages:
        raise Mistaken(f"no language {language!r}; the desk writes: {', '.join(rules.desk.languages)}")
    say(blank(form, language))
    return OK
