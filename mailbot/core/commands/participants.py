"""What applicants, responsible persons and holders of an account may write: one table of words with their help, and
where in a text they count. It knows no sender and carries nothing out."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from mailbot.core.case import Case
from mailbot.core.commands.reading import first_line, folded, word_and_rest
from mailbot.core.events import Role
from mailbot.core.rules import Form, Step

Keyword = Literal["STATUS", "WITHDRAW", "AGREE", "DECLINE", "OBJECT", "HELP"]


@dataclass(frozen=True, slots=True)
class Word:
    """One thing a participant may write: in which words, in which roles, and its usage and help per language."""

    keyword: Keyword | Literal["ENDS"]
    words: tuple[str, ...]
    roles: tuple[Role, ...]
    usage: dict[str, str]
    help: dict[str, str]


PARTICIPANTS: tuple[Word, ...] = (
    Word(
        "AGREE",
        ("agree", "i agree", "agreed", "同意します", "同意いたします", "同意する", "同意"),
        ("responsible",),
        {"en": "AGREE", "ja": "同意します"},
        {"en": "you take responsibility for this use", "ja": "責任者となることに同意します"},
    ),
    Word(
        "DECLINE",
        (
            "decline",
            "i decline",
            "declined",
            "同意しません",
            "同意いたしません",
            "同意しない",
            "不同意",
            "辞退します",
        ),
        ("responsible",),
        {"en": "DECLINE", "ja": "同意しません"},
        {"en": "you do not; the application ends", "ja": "責任者をお引き受けにならず、申請は終了となります"},
    ),
    Word(
        "STATUS",
        ("status", "状況", "状況確認", "進捗", "進捗確認"),
        ("applicant", "responsible"),
        {"en": "STATUS", "ja": "状況確認"},
        {"en": "how the application stands", "ja": "現在の状況をお知らせします"},
    ),
    Word(
        "WITHDRAW",
        (
            "withdraw",
            "i withdraw",
            "取り下げ",
            "取下げ",
            "取り下げます",
            "取下げます",
            "申請を取り下げます",
            "申請を取下げます",
        ),
        ("applicant",),
        {"en": "WITHDRAW", "ja": "取り下げ"},
        {"en": "the application ends; a reason may stand below", "ja": "申請を取り下げます（次の行に理由を書けます）"},
    ),
    Word(
        "OBJECT",
        ("object", "i object", "異議", "異議あり", "異議があります"),
        ("holder",),
        {"en": "OBJECT", "ja": "異議"},
        {"en": "the change stops until one of us has looked", "ja": "変更を止め、担当者が確認します"},
    ),
    Word(
        "HELP",
        ("help", "ヘルプ", "使い方"),
        ("applicant", "responsible", "holder"),
        {"en": "HELP", "ja": "ヘルプ"},
        {"en": "this list", "ja": "この一覧をお送りします"},
    ),
)
BY_KEYWORD: dict[str, Word] = {word.keyword: word for word in PARTICIPANTS}
CONSENTING: dict[str, Literal["AGREE", "DECLINE"]] = {
    **dict.fromkeys(BY_KEYWORD["AGREE"].words, "AGREE"),
    **dict.fromkeys(BY_KEYWORD["DECLINE"].words, "DECLINE"),
}
WITH_REASON = ("decline", "同意しません")
"""What may begin the first line with its reason behind it. AGREE may not: a condition is no consent."""
ENDING = "。.!！、,，:：;；"
"""What ends the line above a keyword; else the keyword may be the end of a sentence that was broken."""
MOST_LINES = 200


def _said(new_text: str, words: Collection[str]) -> Iterator[tuple[int, str]]:
    """The words that a line is nothing but, unless it goes on from the line above, with the line's number from 0."""
    above, spoken = "", ""
    for number, line in enumerate(new_text.split("\n", MOST_LINES)[:MOST_LINES]):
        goes_on = above and above[-1] not in ENDING and spoken not in words
        above = line.strip()
        spoken = folded(above)
        if not goes_on and spoken in words:
            yield number, spoken


def says(new_text: str, words: Collection[str]) -> bool:
    """Whether a line of the text is nothing but one of these words, and does not go on from the line above."""
    return any(_said(new_text, frozenset(map(folded, words))))


def consent(new_text: str) -> Literal["AGREE", "DECLINE"] | None:
    """What a responsible person's new text says: a line that is nothing but a keyword and does not go on
    from the line above; None without, or with both."""
    said = {CONSENTING[word] for _, word in _said(new_text, CONSENTING)}
    if _declines_with_reason(new_text) is not None:
        said.add("DECLINE")
    return said.pop() if len(said) == 1 else None


def _declines_with_reason(new_text: str) -> int | None:
    """The number of the first line that says anything, if that declines with a reason behind it."""
    lines = enumerate(new_text.split("\n", MOST_LINES)[:MOST_LINES])
    number, first = next(((number, line) for number, line in lines if line.strip()), (0, ""))
    return number if word_and_rest(first)[0] in WITH_REASON else None


def above_consent(new_text: str) -> str:
    """What stands above the first line in which a responsible person says anything; the empty text without one."""
    reason = _declines_with_reason(new_text)
    first = reason if reason is not None else next((number for number, _ in _said(new_text, CONSENTING)), 0)
    return "\n".join(new_text.split("\n", first)[:first])


def beside_keyword(new_text: str) -> str:
    """What a responsible person wrote besides the keyword."""
    kept = [line for line in new_text.split("\n") if folded(line) not in CONSENTING]
    return "\n".join(kept).strip()


def opens_with(new_text: str, keyword: Keyword) -> bool:
    """Whether the first line of a text is nothing but this keyword."""
    return folded(first_line(new_text)) in BY_KEYWORD[keyword].words


def below_keyword(new_text: str) -> str:
    """What stands below the first line."""
    return new_text.strip().partition("\n")[2].strip()


def asks_status(new_text: str) -> bool:
    """Whether a new text asks how the case stands."""
    return opens_with(new_text, "STATUS")


def withdraws(new_text: str) -> bool:
    """Whether a new text withdraws an application."""
    return opens_with(new_text, "WITHDRAW")


def asks_help(new_text: str) -> bool:
    """Whether a new text asks what can be written."""
    return opens_with(new_text, "HELP")


def objects(new_text: str) -> bool:
    """Whether a new text objects to a change; anywhere in it, since to stop a change harms least."""
    return says(new_text, BY_KEYWORD["OBJECT"].words)


def says_anything(new_text: str) -> bool:
    """Whether a new text holds a keyword of a participant at all."""
    return consent(new_text) is not None or any(
        opens_with(new_text, keyword) for keyword in ("STATUS", "WITHDRAW", "HELP", "OBJECT")
    )


def ending(step: Step) -> tuple[str, ...]:
    """The words that end a wait, in all languages."""
    return tuple(word for words in step.ends.values() for word in words)


def _offered(word: Word, case: Case, step: Step | None) -> bool:
    """Whether this word does something as the case stands."""
    kind = step.kind if step and case.open else ""
    return {
        "WITHDRAW": case.open,
        "AGREE": kind == "consent",
        "DECLINE": kind in ("consent", "document", "review") and case.open,
        "OBJECT": kind == "wait" and bool(step and step.notice) and not case.stopped,
    }.get(word.keyword, True)


def offered(case: Case, form: Form, role: str) -> tuple[Word, ...]:
    """What somebody in this role may write about the case as it stands, the words that end a wait first."""
    step = next((step for step in form.steps if step.id == case.step), None)
    words = tuple(word for word in PARTICIPANTS if role in word.roles and _offered(word, case, step))
    if role != "applicant" or not case.open or step is None or step.kind != "wait" or not step.ends or case.halted:
        return words
    usage = {language: said[0] for language, said in step.ends.items() if said}
    help_ = {"en": "then this is settled", "ja": "この件は済んだものといたします"}
    return (Word("ENDS", ending(step), ("applicant",), usage, help_), *words)
