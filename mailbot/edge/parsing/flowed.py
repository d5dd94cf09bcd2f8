"""Joins the lines of a `format=flowed` text into paragraphs (RFC 3676).

It must not know of MIME: whether a text is flowed is said by the caller.
"""

SIGNATURE = "-- "


def unflowed(text: str, delete_space: bool) -> str:
    """`text` with flowed lines joined; `delete_space` is DelSp=yes. A quoted paragraph keeps its quote marks once."""
    done: list[str] = []
    open_depth = -1  # quote depth of the paragraph a line may still be added to, -1 if none
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        flows = words.endswith(" ") and words != SIGNATURE
        kept = words[:-1] if flows and delete_space else words
        if depth == open_depth and words != SIGNATURE:
            done.append(kept)
        else:
            done.append("\n" + (">" * depth + " " if depth else "") + kept)
        open_depth = depth if flows else -1
    return "".join(done)[1:]
