"""How many of something there are, in English."""


def counted(count: int, one: str, many: str = "") -> str:
    """So many of what is called `one` if there is one, else `many` (left out: with an `s`); such as `2 entries`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
