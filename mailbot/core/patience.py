"""When something that could not be done is tried again: letters, and servers out of reach.
It knows no clock and throws no dice: instants and chances are arguments."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60, 120, 240))
"""How long a letter waits after its first failure, its second, and so on; the last pause repeats (RFC 5321, 4.5.4.1
wants at least half an hour once the first tries failed)."""
UNEVEN = 0.2
"""By what share a pause is longer or shorter, so that letters that failed together do not come again together."""
GIVEN_UP = timedelta(days=3)
"""How long after it was written a letter is given up."""
FEWEST_TRIES = 5
"""Tries a letter gets however old it is: it may have lain held, or the relay was out of reach, for days."""

FIRST_SECONDS, LONGEST_SECONDS, LEAST_SECONDS = 1.0, 300.0, 0.1
"""How long a server out of reach is left alone: at first, at most, and at least."""
LONGEST_REFUSED = 3600.0
"""How long at most a server is left alone that refuses our login."""


def again(tries: int, first: datetime, now: datetime, name: str) -> datetime | None:
    """The instant before which a letter that failed now is not tried again; None if it is to be given up.

    `tries` counts the failures before this one, `first` is the instant the letter was written, both instants aware.
    The last try is made three days after `first`. The same arguments give the same answer: what is uneven in a pause
    comes from the letter's name.
    """
    last = first + GIVEN_UP
    if now >= last and tries + 1 >= FEWEST_TRIES:
        return None
    pause = PAUSES[min(tries, len(PAUSES) - 1)]
    until = now + pause * (1 + UNEVEN * _between_minus_one_and_one(f"{name} {tries}"))
    return min(until, last) if now < last else until


def _between_minus_one_and_one(text: str) -> float:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:6], "big") / (2**48 - 1) * 2 - 1


def reconnect(tries: int, dice: Callable[[], float]) -> float:
    """Seconds to leave a server alone that could not be reached `tries` times before: anything up to a limit that
    doubles from one second to five minutes, so that many clients do not come back together.

    `dice` gives a number from 0 up to 1, each time another.
    """
    limit = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(tries, 30))
    return max(LEAST_SECONDS, dice() * limit)


def after_refusal(tries: int, first: float, dice: Callable[[], float]) -> float:
    """Seconds to leave a server alone that refused our login `tries` times, one at least: it counts them, and shuts out
    whoever tries a wrong password a few times in ten minutes or half an hour. From `first` seconds up to an hour, and
    up to half as long again. `dice` as above."""
    limit = min(LONGEST_REFUSED, first * 2.0 ** min(tries - 1, 30))
    return limit * (1 + dice() / 2)
