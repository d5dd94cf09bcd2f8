"""One keyword that clerks may write, as the table describes it. It knows none of them."""

from dataclasses import dataclass
from typing import Literal

from mailbot.core.events import Tier

Verb = Literal[
    "ACCEPT",
    "REJECT",
    "RECEIVED",
    "POSTED",
    "DONE",
    "REPLY",
    "ASK",
    "SET",
    "ALLOW",
    "VOUCH",
    "CLOSE",
    "REOPEN",
    "DUPLICATE",
    "ASSIGN",
    "HOLD",
    "RESUME",
    "NOTE",
    "SHOW",
    "SECOND",
    "CONFIRM",
    "QUEUE",
    "HELP",
]
Takes = Literal["nothing", "perhaps", "perhaps_text", "line", "text", "line_and_text", "code_or_text", "terms"]
Needs = Literal["any", "open", "review", "closed"]


@dataclass(frozen=True, slots=True)
class Row:
    """One command: how it may be written (`words`), what follows it, which role a clerk needs, how the case has to
    stand, and its usage and help per language.

    `takes` is what follows the word: nothing; perhaps the terms of an acceptance (`reading.terms`); perhaps something
    on its line; perhaps a text, on its line or below the block; something on its line; a text, there or below;
    something on its line, and perhaps a text below; a text, there or below, or a code on its line and perhaps a text
    below. `decides` marks those of which a block has only one, `moves` those after which the case may go on to its next
    step. `tier` is how sure the desk has to be who wrote (docs/trust.md). `alone` is set where it answers a letter in a
    mail of its own (at the shell it is refused): the code of words.toml (table `reasons`) that says so. `rests` marks
    what is not done to a case on hold, RESUME comes first; `again` what may be ordered as often as somebody likes;
    `rare` what letters do not offer, because HELP lists it, or those that ask for it do.
    """

    verb: Verb
    words: tuple[str, ...]
    takes: Takes
    role: Literal["read", "decide"]
    needs: Needs
    usage: dict[str, str]
    help: dict[str, str]
    decides: bool = False
    moves: bool = False
    tier: Tier = "2"
    alone: str = ""
    rests: bool = False
    again: bool = False
    rare: bool = False
