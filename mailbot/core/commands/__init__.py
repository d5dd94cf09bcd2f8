"""What people may write to the desk beside forms: tables of keywords that carry their help, and how they are read.
It carries nothing out."""

from mailbot.core.commands.arguments import named_cases
from mailbot.core.commands.fitting import fitting, rejectable, still_asked, undecided
from mailbot.core.commands.participants import (
    PARTICIPANTS,
    Word,
    above_consent,
    asks_help,
    asks_status,
    below_keyword,
    beside_keyword,
    consent,
    ending,
    objects,
    offered,
    says,
    says_anything,
    withdraws,
)
from mailbot.core.commands.reading import (
    Command,
    Mistake,
    begins_with_command,
    block_digest,
    code_in,
    first_block,
    folded,
    parse,
    word_and_rest,
)
from mailbot.core.commands.table import COMMANDS, ROWS, WORDS, Row, Verb

__all__ = [
    "COMMANDS",
    "PARTICIPANTS",
    "ROWS",
    "WORDS",
    "Command",
    "Mistake",
    "Row",
    "Verb",
    "Word",
    "above_consent",
    "asks_help",
    "asks_status",
    "begins_with_command",
    "below_keyword",
    "beside_keyword",
    "block_digest",
    "code_in",
    "consent",
    "ending",
    "first_block",
    "fitting",
    "folded",
    "named_cases",
    "objects",
    "offered",
    "parse",
    "rejectable",
    "says",
    "says_anything",
    "still_asked",
    "undecided",
    "withdraws",
    "word_and_rest",
]
