"""Orders about several cases in one mail, each line with the number of its case: `#2026-00042 ACCEPT`. It knows no
case, and which of them a letter listed is checked where they are carried out."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from mailbot.core.commands.reading import MOST_LINES, Command, Mistake, first_block, number_and_rest, parse

MOST_CASES = 20
"""Cases about which one mail may order something."""
ONE_BY_ONE: Mapping[str, str] = {
    **dict.fromkeys(("SET", "SECOND", "ALLOW", "VOUCH"), "one_by_one"),
    **dict.fromkeys(("CONFIRM", "QUEUE", "HELP"), "no_number"),
}
"""Commands that stand behind no number, and why: a list shows no value of a case that these three could be about; the
others are about no case."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a mail orders about the case `number`: its own lines with the text that is theirs, as a mail about that case
    alone would have them (`text`), and what was read in it."""

    number: str
    text: str
    read: tuple[Command | Mistake, ...]

    @property
    def commands(self) -> tuple[Command, ...]:
        """What it orders."""
        return tuple(part for part in self.read if isinstance(part, Command))

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """What is wrong with it."""
        return tuple(part for part in self.read if isinstance(part, Mistake))


def numbered(new_text: str) -> bool:
    """Whether a line of the first block begins with the number of a case."""
    return any(number_and_rest(line)[0] for line in first_block(new_text)[0][:MOST_LINES])


def parts_of(new_text: str) -> tuple[Part, ...]:
    """What a mail orders about each case, in the order in which they are named first. One mistake and nothing counts.

    All lines about a case are its block, as if they stood alone in a mail about it. The text below the block goes to
    the only case whose commands can have one; where several can, nobody knows whose it is: `whose_text`. A line without
    a number is a mistake (`which_case`), and so are more than MOST_CASES (`too_many_cases`).
    """
    lines, below = first_block(new_text)
    if len(lines) > MOST_LINES:
        return (_wrong("too_many", lines[0]),)
    wrong: list[Part] = []
    blocks: dict[str, list[str]] = {}
    for line in lines:
        number, rest = number_and_rest(line)
        if number and rest:
            blocks.setdefault(number, []).append(rest)
        else:
            wrong.append(_wrong("no_command" if number else "which_case", line))
    if len(blocks) > MOST_CASES:
        return (_wrong("too_many_cases", lines[0]),)
    texts = {number: "\n".join(block) for number, block in blocks.items()}
    takers = [number for number, text in texts.items() if _takes(text, below)]
    if len(takers) > 1:
        return (_wrong("whose_text", below.split("\n", 1)[0]),)
    texts |= {number: f"{texts[number]}\n\n{below}" for number in takers}
    return (*wrong, *(Part(number, text, _read(text, number)) for number, text in texts.items()))


def _wrong(why: str, line: str) -> Part:
    return Part("", "", (Mistake(why, line),))


def _takes(text: str, below: str) -> bool:
    return bool(below) and parse(f"{text}\n\n{below}") != parse(text)


def _read(text: str, number: str) -> tuple[Command | Mistake, ...]:
    """The commands about one case or what is wrong with them, each mistake with its line as it was written."""
    read = parse(text)
    alone = (part for part in read if isinstance(part, Command) and part.verb in ONE_BY_ONE)
    wrong = [part for part in read if isinstance(part, Mistake)]
    wrong += [Mistake(ONE_BY_ONE[part.verb], part.line) for part in alone]
    return tuple(replace(part, line=f"#{number} {part.line}".strip()) for part in wrong) or read


def parts_digest(letter: str, parts: Iterable[Part]) -> str:
    """SHA-256 of the letter answered, the numbers and their commands with their texts: what is the same in all of it is
    one order."""
    told = ([part.number, *([one.verb, one.text, one.below] for one in part.commands)] for part in parts)
    said = json.dumps([letter, *told], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
