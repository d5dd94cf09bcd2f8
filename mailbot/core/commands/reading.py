"""The commands in a clerk's new text, or every mistake in them. It knows no case: what a command is about is checked
where it is carried out.

Keywords are read whatever their case and width (NFKC, RFC 8265 in spirit), in English or Japanese. Only the first block
of the new text is read as commands; all of it or nothing.
"""

import difflib
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from mailbot.core.commands.row import Row, Takes, Verb
from mailbot.core.commands.table import ROWS, WORDS

WORD_AND_REST = re.compile(r"([^\s:：、(（]*)[\s:：、]*(.*)", re.DOTALL)
AROUND = " \t.。()（）"
_TERMS = re.compile(
    r"(?:(?:as|アカウント名?|ログイン名)[\s:、]+(\S+?))?(?:[\s、]*(?:\buntil\b|(?:利用)?期限)[\s:、]*(.+))?",
    re.I | re.S,
)
_SAID_OF_NO_ACCOUNT = frozenset(
    "above agreed applied asked discussed expected planned promised requested until usual".split()
)
CLOSING = " \t.。!！、,:：;"
EQUALS = ("=", "＝")
"""What stands between a field and its value."""
MOST_OF_KEYWORD = 1_000
"""Characters that are compared with keywords and names."""
MOST_OF_CODE = 40
"""Characters of a code, however it is typed."""
_NUMBERED = re.compile(r"[#＃]\s*(\d{4})[-－\u2010-\u2015\u2212\u30fc](\d{5,9})(?!\d)[\s:：、]*(.*)", re.DOTALL)
"""What begins a line about one of several cases; Japanese keyboards have many hyphens, and digits of full width."""
MOST_LINES = 50
"""Lines of a block of commands; whoever writes more has not written commands."""

MOST_OF_WORD = 40
"""Characters of a word that are compared with keywords."""
BRACKETS = "「」『』【】[]<>〈〉\"'*"
SENTENCE = re.compile(
    r"[をにとで]?(?:お願い)?(?:いた|致)?(?:します|しました|する|した|です|願います|して(?:ください|下さい))か?\??$"
)
"""What makes a sentence of a Japanese keyword."""
NEGATION = re.compile(r"(?:ません|ませんでした|ない|なかった)[。か]?\??$")
STEMS: Mapping[str, Row] = {SENTENCE.sub("", word) or word: row for word, row in WORDS.items()}
"""The keywords without it."""

TURNS: Mapping[str, frozenset[Takes]] = {
    "wanted": frozenset({"text", "code_or_text"}),
    "beside": frozenset({"line_and_text", "code_or_text"}),
    "perhaps": frozenset({"perhaps_text"}),
}
"""Which commands the text below the block is offered to, turn by turn: those that want it, those that may have it
beside their line, those that may have it."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command as read: its verb, the text that follows it, the line as written, and the text `below` the block for
    a command that takes one beside what stands on its line."""

    verb: Verb
    text: str
    line: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that is no command, or one that cannot be carried out: `why` is a code of words.toml (table `reasons`),
    `meant` the keyword that was probably meant, `among` what could be written instead, in words; `said` what else
    there is to say of it."""

    why: str
    line: str
    meant: str = ""
    among: tuple[str, ...] = ()
    said: str = ""


def folded(text: str) -> str:
    """Text as keywords are compared: NFKC, lower case, without spaces and marks around it; of a text longer than any
    keyword or name only so much."""
    return " ".join(unicodedata.normalize("NFKC", text[:MOST_OF_KEYWORD]).casefold().split()).strip(CLOSING)


def first_line(text: str) -> str:
    """The first line that says anything; empty if none does."""
    return text.strip().partition("\n")[0].strip()


def first_block(text: str) -> tuple[tuple[str, ...], str]:
    """The lines before the first blank line, and the text after it."""
    lines = text.strip().split("\n")
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return tuple(line.strip() for line in lines[:end] if line.strip()), "\n".join(lines[end:]).strip()


def word_and_rest(line: str) -> tuple[str, str]:
    """The first word of a line as keywords are compared, and what stands behind it, as written."""
    hit = WORD_AND_REST.match(line.strip())
    return (folded(hit[1]), hit[2].strip()) if hit else ("", "")


def number_and_rest(line: str) -> tuple[str, str]:
    """The number of the case that a line is about, of `#2026-00042 ACCEPT`, and what stands behind it, as written; no
    number if it names none."""
    hit = _NUMBERED.match(line.strip())
    number = unicodedata.normalize("NFKC", f"{hit[1]}-{hit[2]}") if hit else ""
    return (number, hit[3].strip()) if hit else ("", line)


def begins_with_command(text: str) -> bool:
    """Whether the first word of a text, perhaps behind the number of a case, is a keyword of a clerk."""
    return word_and_rest(number_and_rest(first_line(text))[1])[0] in WORDS


def terms(text: str) -> tuple[str, str] | None:
    """The account name and the last day that an acceptance gives, as written, each perhaps empty; None for anything
    else: `ACCEPT as discussed` names no account."""
    hit = _TERMS.fullmatch(unicodedata.normalize("NFKC", text[:MOST_OF_KEYWORD]).strip(CLOSING))
    login, until = ((part or "").strip(CLOSING) for part in hit.groups()) if hit else ("", "")
    return None if hit is None or login.casefold() in _SAID_OF_NO_ACCOUNT else (login, until)


def _wrong(row: Row, rest: str) -> str:
    """Why what stands on its line does not fit a command that takes nothing from below."""
    if row.takes == "terms":
        return "" if terms(rest) is not None else "not_understood"
    if row.takes == "nothing" and rest:
        return "no_text_wanted"
    return "text_wanted" if row.takes in ("line", "line_and_text") and not rest else ""


def _near(word: str) -> Verb | Literal[""]:
    """The keyword that a word was probably meant as; none for one that says that something is not done. Japanese words
    are compared without what makes a sentence of them: 確認しました has more letters of 発送しました than of 確認."""
    bare = word.strip(BRACKETS)
    stem = SENTENCE.sub("", bare) or bare
    if NEGATION.search(bare):
        return ""
    close = difflib.get_close_matches(stem, STEMS, n=1, cutoff=0.6)
    return STEMS[close[0]].verb if close else ""


def _read_line(line: str) -> Command | Mistake:
    word, rest = word_and_rest(line)
    row = WORDS.get(word)
    if row is None and number_and_rest(line)[0]:
        return Mistake("numbered", line)
    if row is None:
        return Mistake("unknown_word", line, _near(word[:MOST_OF_WORD]))
    wrong = _wrong(row, rest)
    return Mistake(wrong, line, row.verb) if wrong else Command(row.verb, rest, line)


def _with_text_below(read: list[Command | Mistake], below: str) -> list[Command | Mistake]:
    """The text below the block goes to the first command that wants one and has none on its line, else to the first
    that may have one beside it, else to the first that may have one; what is still without a text that it wants is a
    mistake."""
    left, given = below, list(read)
    for turn, takes in TURNS.items():
        for at, part in enumerate(given):
            if not isinstance(part, Command) or ROWS[part.verb].takes not in takes:
                continue
            if turn == "wanted" and not part.text:
                given[at] = Command(part.verb, left, part.line) if left else _lacks(part)
                left = ""
            elif turn == "beside" and left and _open(part):
                given[at], left = Command(part.verb, part.text, part.line, left), ""
            elif turn == "perhaps" and left and not part.text:
                given[at], left = Command(part.verb, left, part.line), ""
    return given


def _open(part: Command) -> bool:
    """Whether a command may have a text below beside what stands on its line: SET only if its line ends with `=`."""
    return part.verb != "SET" or part.text.endswith(EQUALS)


def _lacks(part: Command) -> Mistake:
    return Mistake("text_wanted", part.line, part.verb)


def parse(new_text: str) -> tuple[Command, ...] | tuple[Mistake, ...]:
    """The commands of a clerk's new text, or every mistake in them: one mistake and nothing counts.

    Commands are the lines of the first block; a command that wants a text and has none on its line takes the text
    below the block. Two commands that decide contradict each other: `two_decisions`. No line at all: `no_command`.
    More than MOST_LINES are not looked at, because each that is no command is compared with all of them: `too_many`.
    """
    lines, below = first_block(new_text)
    if len(lines) > MOST_LINES:
        return (Mistake("too_many", lines[0]),)
    read = _with_text_below([_read_line(line) for line in lines], below)
    mistakes = tuple(part for part in read if isinstance(part, Mistake))
    commands = tuple(part for part in read if isinstance(part, Command))
    if mistakes:
        return mistakes
    if not commands:
        return (Mistake("no_command", ""),)
    lone = next((row for command in commands if (row := ROWS[command.verb]).alone), None)
    if lone is not None and len(commands) > 1:
        return tuple(Mistake(lone.alone, command.line, lone.verb) for command in commands)
    deciding = [command for command in commands if ROWS[command.verb].decides]
    if len(deciding) > 1:
        return tuple(Mistake("two_decisions", command.line, command.verb) for command in deciding)
    return commands


def code_in(new_text: str) -> str:
    """The code that a clerk's new text confirms commands with; empty if it is anything but that."""
    commands = parse(new_text)
    only = commands[0] if len(commands) == 1 else None
    return only.text[:MOST_OF_CODE] if isinstance(only, Command) and only.verb == "CONFIRM" else ""


def queue_asked(new_text: str) -> str | None:
    """What stands behind QUEUE in a clerk's new text (perhaps nothing); None if it is anything but that."""
    if word_and_rest(new_text)[0] not in ROWS["QUEUE"].words:
        return None
    commands = parse(new_text)
    only = commands[0] if len(commands) == 1 else None
    return only.text.strip(AROUND) if isinstance(only, Command) and only.verb == "QUEUE" else None


def block_digest(letter: str, commands: Iterable[Command]) -> str:
    """SHA-256 of the letter answered, the commands and their texts: what is the same in all of it is one order."""
    told = ([command.verb, command.text, *([command.below] if command.below else [])] for command in commands)
    said = json.dumps([letter, *told], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
