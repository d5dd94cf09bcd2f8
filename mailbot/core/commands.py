"""What clerks and responsible persons may write: one table of keywords that carries its help. It carries nothing out.

Keywords are read whatever their case and width (NFKC, RFC 8265 in spirit), in English or Japanese. Only the first block
of a clerk's new text is read as commands; all of it or nothing.
"""

import difflib
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verb = Literal["ACCEPT", "REJECT", "NOTE", "HELP"]


@dataclass(frozen=True, slots=True)
class Row:
    """One command: how it may be written, what follows it, which role a clerk needs, and its help per language."""

    verb: Verb
    words: tuple[str, ...]
    text: Literal["none", "optional", "required"]
    role: Literal["read", "decide"]
    usage: dict[str, str]
    help: dict[str, str]


COMMANDS: tuple[Row, ...] = (
    Row(
        "ACCEPT",
        ("accept", "承認", "承認します"),
        "none",
        "decide",
        {"en": "ACCEPT", "ja": "承認"},
        {"en": "the application is accepted", "ja": "申請を承認します"},
    ),
    Row(
        "REJECT",
        ("reject", "却下", "却下します"),
        "required",
        "decide",
        {"en": "REJECT reason", "ja": "却下 理由"},
        {
            "en": "it is rejected; applicant and responsible person get the reason",
            "ja": "却下します（理由は申請者と責任者に伝わります）",
        },
    ),
    Row(
        "NOTE",
        ("note", "メモ", "備考"),
        "required",
        "read",
        {"en": "NOTE text", "ja": "メモ 本文"},
        {"en": "a note for colleagues; nobody else sees it", "ja": "職員用のメモを残します（外には出ません）"},
    ),
    Row(
        "HELP",
        ("help", "ヘルプ", "使い方"),
        "none",
        "read",
        {"en": "HELP", "ja": "ヘルプ"},
        {"en": "this list", "ja": "この一覧を送ります"},
    ),
)

CONSENT: dict[Literal["AGREE", "DECLINE"], tuple[str, ...]] = {
    "AGREE": ("agree", "i agree", "agreed", "同意します", "同意いたします", "同意する", "同意"),
    "DECLINE": (
        "decline",
        "i decline",
        "declined",
        "同意しません",
        "同意いたしません",
        "同意しない",
        "不同意",
        "辞退します",
    ),
}
CONSENTING: dict[str, Literal["AGREE", "DECLINE"]] = {
    word: keyword for keyword, words in CONSENT.items() for word in words
}
WITH_REASON = ("decline", "同意しません")
"""What may begin the first line with its reason behind it. AGREE may not: a condition is no consent."""
STATUS: tuple[str, ...] = ("status", "状況", "状況確認", "進捗", "進捗確認")
WORD_AND_REST = re.compile(r"([^\s:]*)[\s:]*(.*)", re.DOTALL)
ENDING = "。.!！、,，:：;；"
"""What ends the line above a keyword; else the keyword may be the end of a sentence that was broken."""
CLOSING = " \t.。!！、,:：;"


@dataclass(frozen=True, slots=True)
class Command:
    """One command as read: its verb, the text that follows it, and the line as written."""

    verb: Verb
    text: str
    line: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that is no command: `why` is a code of words.toml (`unknown_word`, `no_text_wanted`, `text_wanted`),
    `meant` the keyword that was probably meant."""

    why: str
    line: str
    meant: str = ""


def folded(text: str) -> str:
    """Text as keywords are compared: NFKC, lower case, without spaces and marks around it."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(CLOSING)


WORDS: dict[str, Row] = {word: row for row in COMMANDS for word in row.words}


def first_block(text: str) -> tuple[tuple[str, ...], str]:
    """The lines before the first blank line, and the text after it."""
    lines = text.strip().split("\n")
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return tuple(line.strip() for line in lines[:end] if line.strip()), "\n".join(lines[end:]).strip()


def begins_with_command(text: str) -> bool:
    """Whether the first word of a text is a keyword of a clerk."""
    lines, _ = first_block(text)
    return bool(lines) and _word(lines[0])[0] in WORDS


def _word(line: str) -> tuple[str, str]:
    hit = WORD_AND_REST.match(unicodedata.normalize("NFKC", line).strip())
    return (hit[1].casefold().strip(CLOSING), hit[2].strip()) if hit else ("", "")


def _read_line(line: str, text_below: str) -> Command | Mistake:
    word, rest = _word(line)
    row = WORDS.get(word)
    if row is None:
        close = difflib.get_close_matches(word[:40], WORDS, n=1, cutoff=0.6)
        return Mistake("unknown_word", line, WORDS[close[0]].verb if close else "")
    if row.text == "none" and rest:
        return Mistake("no_text_wanted", line, row.verb)
    given = rest or text_below
    if row.text == "required" and not given:
        return Mistake("text_wanted", line, row.verb)
    return Command(row.verb, given if row.text != "none" else "", line)


def parse(new_text: str) -> tuple[Command, ...] | tuple[Mistake, ...]:
    """The commands of a clerk's new text, or every mistake in them: one mistake and nothing counts.

    Commands are the lines of the first block; a command that wants a text and has none on its line takes the text
    below the block. Two commands that decide contradict each other: `two_decisions`. No line at all: `no_command`.
    """
    lines, below = first_block(new_text)
    read = [_read_line(line, below) for line in lines]
    mistakes = tuple(part for part in read if isinstance(part, Mistake))
    commands = tuple(part for part in read if isinstance(part, Command))
    if mistakes:
        return mistakes
    if not commands:
        return (Mistake("no_command", ""),)
    deciding = [command for command in commands if WORDS[command.verb.lower()].role == "decide"]
    if len(deciding) > 1:
        return tuple(Mistake("two_decisions", command.line, command.verb) for command in deciding)
    return commands


def block_digest(letter: str, commands: Iterable[Command]) -> str:
    """SHA-256 of the letter answered, the commands and their texts: what is the same in all of it is one order."""
    said = json.dumps([letter, *([command.verb, command.text] for command in commands)], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def consent(new_text: str) -> Literal["AGREE", "DECLINE"] | None:
    """What a responsible person's new text says: a line that is nothing but a keyword and does not go on
    from the line above; None without, or with both."""
    lines = [line.strip() for line in new_text.split("\n")[:200]]
    said = {keyword for above, line in zip(("", *lines), lines, strict=False) if (keyword := _keyword(above, line))}
    first = next((line for line in lines if line), "")
    if _word(first)[0] in WITH_REASON:
        said.add("DECLINE")
    return said.pop() if len(said) == 1 else None


def _keyword(above: str, line: str) -> Literal["AGREE", "DECLINE"] | None:
    """The keyword a line is, unless it goes on from the line above."""
    goes_on = above and above[-1] not in ENDING and folded(above) not in CONSENTING
    return None if goes_on else CONSENTING.get(folded(line))


def beside_keyword(new_text: str) -> str:
    """What a responsible person wrote besides the keyword."""
    kept = [line for line in new_text.split("\n") if folded(line) not in CONSENTING]
    return "\n".join(kept).strip()


def asks_status(new_text: str) -> bool:
    """Whether a new text asks how the case stands: a first line that is nothing but the keyword."""
    lines, _ = first_block(new_text)
    return bool(lines) and folded(lines[0]) in STATUS
