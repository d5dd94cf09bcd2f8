"""Every decision of a journal decided again, from its mail, its facts, the rules and the instant it was decided under.
It writes nothing, asks no server and needs no key."""

from mailbot.flow.replaying.values import VERDICTS, Again, Verdict
from mailbot.flow.replaying.walking import Replay

__all__ = ["VERDICTS", "Again", "Replay", "Verdict"]
