"""A reader of mails without a process of its own, for tests of whatever comes before and after the reading.

That a child reads them, within limits, and what becomes of one that dies is shown where `mailbot` is started, and in
test_reader. It does for each mail what the child does, and gives back what would come out of the pipe.
"""

from collections.abc import Sequence

from mailbot.core.message import Message, Unreadable
from mailbot.core.rules import Desk, Rules
from mailbot.flow.reader import Reader, Settings
from mailbot.flow.reader.__main__ import _in_time, _tagged
from mailbot.flow.reader.process import checked
from mailbot.flow.reader.protocol import ANSWERS, Mail
from mailbot.service.limits import patient_settings, reader_settings


class ReaderHere(Reader):
    """Reads groups of mails in the process of the test."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.settings = settings

    async def change(self, settings: Settings) -> None:
        """From now on within these limits."""
        self.settings = settings

    async def _ask(self, group: Sequence[Mail]) -> list[Message | Unreadable]:
        read = [_tagged(_in_time(raw, self.settings), self.settings) for _, raw in group]
        return checked(ANSWERS.dump_json(read), group, self.settings.forms)


def reader_here(rules: Rules) -> Reader:
    """What `mailbot.service.reader_for` makes, without a process."""
    return ReaderHere(reader_settings(rules))


def patient_reader_here(desk: Desk) -> Reader:
    """What `mailbot.service.patient_reader_for` makes, without a process."""
    return ReaderHere(patient_settings(desk))
