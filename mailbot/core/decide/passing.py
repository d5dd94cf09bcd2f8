"""Whoever wrote what only a person can answer hears once that somebody will read it. It shows nobody the mail."""

from datetime import timedelta

from mailbot.core.decide.incoming import WRITES, Story
from mailbot.core.instants import to_text

DAY = timedelta(days=1)
"""How often at most: a line for each of ten mails would be noise, and two machines could go on for ever."""


def promise(story: Story, role: str, *, proven: bool = True) -> None:
    """One line to the registered address of whoever takes part in that role, unless one went there within a day;
    `proven` if the mail is known to be theirs."""
    lately = to_text(story.now - DAY)
    told = (info for info in story.known.letters.values() if info.role == role and info.at > lately)
    if role in WRITES and not any(info.template == "will_read" for info in told):
        WRITES[role](story, "will_read", proven=proven)
