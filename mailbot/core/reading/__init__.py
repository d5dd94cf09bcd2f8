"""What a mail's text says about the fields of a form: labels become answers, as written. It judges no value, and knows
neither case nor sender."""

from functools import lru_cache

from mailbot.core.reading.labels import labels_of
from mailbot.core.reading.language import language_of
from mailbot.core.reading.once import answers_of, found
from mailbot.core.reading.recognising import recognise
from mailbot.core.reading.rows import with_misspelt
from mailbot.core.reading.values import collect
from mailbot.core.readings import Reading, Unread
from mailbot.core.rules import Form
from mailbot.core.same import Same

__all__ = ["language_of", "read", "recognise"]


def read(text: str, form: Form, *, answers_ours: bool) -> Reading:
    """The answers to a form in the text of a mail. Never fails; linear time.

    A mail that applies counts with its new text; if that holds no form (fewer than three labels where a quoted form
    has more), with the form quoted in it, whoever quoted it. With `answers_ours` the mail answers a letter of ours:
    the new text counts, and in the quoted letter only what stands between the markers of the form, since elsewhere
    it says what the desk understood. New text wins over quoted text. Values are trimmed, line ends LF. Amid a form a
    label with a small mistake counts if it is unmistakable (`spelling`).
    """
    return _reading(text, Same(form), answers_ours)


@lru_cache(maxsize=4)
def _reading(text: str, same: Same[Form], answers_ours: bool) -> Reading:
    said, labels = found(text, same, answers_ours), labels_of(same.value)
    rows = with_misspelt(said.rows, labels)
    said = collect(rows, labels) if rows else said
    unread = (Unread(like.label, like.text) for like in said.unread)
    misspelt = ((key, label) for key, label in said.misspelt.items() if key in said.answers)
    return Reading(answers_of(said, same.value), tuple(unread), tuple(misspelt))
