"""One line of the journal by itself, without those before it. It reads no file and knows no kind of event."""

from typing import Any

from mailbot.core import chain


def fields_of(raw: bytes) -> dict[str, Any] | str | None:
    """The fields of a line; in words what is wrong if it is an entry that was changed after it was written, None if it
    is none at all. Whether it follows the line before it is not looked at."""
    fields, wrong = chain.alone(raw)
    return wrong[0] if fields is not None and wrong else fields
