"""What every walk through the house takes along: store, rules, words and keys. It does nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules
from mailbot.edge.letters import Letters
from mailbot.edge.signing import Signer
from mailbot.edge.stationery import Stationery
from mailbot.store import Digest, Draft, Store

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of our tokens by name, and the name of the one new letters are made with."""

    current: str
    secrets: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Tools:
    """One desk at work. `rules_kept` and `program` are the digests under which rules and program were kept; `signer`
    signs what auditors are told, if a key is configured."""

    store: Store
    rules: Rules
    letters: Letters
    stationery: Stationery
    keys: Keys
    rules_kept: Digest
    program: Digest
    signer: Signer | None = None

    def draft(
        self, decision: Decision, *, at: datetime, mail: Digest | None, last_letter: int = 0, more: bool = False
    ) -> Draft:
        """A decision as an entry to be sealed: its letters are put into words and numbered after `last_letter`."""
        words = [
            self.letters.words(letter, last_letter + number, self.keys.current)
            for number, letter in enumerate(decision.letters, 1)
        ]
        return Draft(
            at=at,
            case=decision.case,
            mail=mail,
            rules=self.rules_kept,
            program=self.program,
            events=(*decision.events, *words),
            more=more,
        )


def wall_clock() -> datetime:
    """The instant it is: aware UTC, in whole milliseconds as the journal keeps them."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
