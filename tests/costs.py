"""What a call costs in processor time, on a machine that others use too. It knows nothing of what is called."""

import time
from collections.abc import Callable

TURNS = 3


def seconds(call: Callable[[], object], most: float) -> float:
    """The processor time of the cheapest of three turns; of the first that costs no more than `most`, or so much that
    no neighbour is to blame."""
    took: list[float] = []
    while len(took) < TURNS and not (took and (took[-1] <= most or took[-1] > 10 * most)):
        began = time.process_time()
        call()
        took.append(time.process_time() - began)
    return min(took)
