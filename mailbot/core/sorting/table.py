"""What kind of mail this is: one table, the first row that fits wins, and its name is recorded. It decides nothing.

The rows that weigh words are in `weights`; docs/sorting.md says in prose what is taken for what, and why.
"""

from mailbot.core import commands
from mailbot.core.message import Message
from mailbot.core.sorting import Sort, machines, weights
from mailbot.core.sorting.clues import Clues, Test, both, forwards, subject_of, unless
from mailbot.core.sorting.phrases import SUBJECT_AUTOMATIC, SUBJECT_MARKED


def _says_automatic(message: Message, _: Clues) -> bool:
    subject = subject_of(message)
    return SUBJECT_AUTOMATIC.search(subject) is not None or SUBJECT_MARKED.search(subject) is not None


def _answers(*roles: str) -> Test:
    return lambda _, clues: clues.answers in roles


def _no_letter(_: Message, clues: Clues) -> bool:
    return clues.answers is None


def _clerk(message: Message, clues: Clues) -> bool:
    return any(clues.desk.clerk(mailbox.address) for mailbox in message.senders)


def _says_command(_: Message, clues: Clues) -> bool:
    return commands.begins_with_command(clues.new_text)


def _says_consent(_: Message, clues: Clues) -> bool:
    return commands.consent(clues.new_text) is not None


def _has_code(_: Message, clues: Clues) -> bool:
    return clues.code


def _says_status(_: Message, clues: Clues) -> bool:
    return commands.asks_status(clues.new_text)


def _says_withdraw(_: Message, clues: Clues) -> bool:
    return commands.withdraws(clues.new_text)


def _says_help(_: Message, clues: Clues) -> bool:
    return commands.asks_help(clues.new_text)


def _fills_form(_: Message, clues: Clues) -> bool:
    return clues.form is not None


def _only_forwards(message: Message, _: Clues) -> bool:
    return forwards(message.text)


def _always(_: Message, __: Clues) -> bool:
    return True


_wants_nothing = both(_no_letter, unless(_fills_form), unless(weights.says_keyword))
"""It fills in nothing, orders nothing and answers no letter: only general words could be said to it."""

TABLE: tuple[tuple[str, Sort, Test], ...] = (
    ("our own letter", "own", machines.own),
    ("feedback report", "feedback", machines.reports("feedback-report", "disposition-notification", "tlsrpt")),
    ("feedback type", "feedback", machines.names("feedback-type", "tls-report-domain")),
    ("receipt in words", "feedback", weights.reads_like_a_receipt),
    ("complaint in words", "feedback", weights.reads_like_a_complaint),
    ("unsubscribes", "feedback", weights.unsubscribes),
    ("delivery report", "bounce", machines.reports("delivery-status")),
    ("from a mail system", "bounce", machines.from_mail_system),
    ("failed recipients", "bounce", machines.names("x-failed-recipients")),
    ("words of a bounce", "bounce", weights.reads_like_a_bounce),
    ("bounce passed on without a word", "bounce", both(_only_forwards, weights.passes_on_a_bounce)),
    ("auto-submitted", "autoreply", machines.auto_submitted),
    ("field of an answering machine", "autoreply", machines.answering_fields),
    ("list mail", "list", both(_no_letter, machines.names("list-id", "list-post", "x-mailing-list", "mailing-list"))),
    ("subject says it is automatic", "autoreply", _says_automatic),
    ("words of an answering machine", "autoreply", weights.reads_like_an_answering_machine),
    ("null return path", "autoreply", machines.null_path),
    ("bulk mail", "list", both(_no_letter, machines.precedence("bulk", "junk", "list"))),
    ("newsletter", "list", both(_wants_nothing, machines.names("list-unsubscribe", "feedback-id"))),
    ("asks for no automatic answer", "autoreply", both(_wants_nothing, machines.wants_no_automatic_answer)),
    ("address that takes no mail", "list", both(_wants_nothing, machines.from_no_reply)),
    ("answer to a clerk's letter", "command", _answers("clerk")),
    ("answer to a responsible person's letter: keyword", "consent", both(_answers("responsible"), _says_consent)),
    ("answer to a responsible person's letter: code", "consent", both(_answers("responsible"), _has_code)),
    ("answer to an unverified letter: consent", "consent", both(_answers("unknown"), _says_consent)),
    ("answer to an unverified letter: command", "command", both(_answers("unknown"), _says_command)),
    ("answer to the notice of a change", "objection", both(_answers("holder"), unless(_says_help))),
    ("asks how it stands", "status", _says_status),
    ("withdraws", "withdraw", _says_withdraw),
    ("asks what to write", "help", both(_answers("applicant", "responsible", "holder"), _says_help)),
    ("answer to a letter", "answer", _answers("applicant", "responsible", "unknown")),
    ("clerk's keyword without a letter", "command", both(_clerk, _says_command)),
    ("filled form", "application", _fills_form),
    ("consent without a letter", "consent", _says_consent),
    ("anything else", "enquiry", _always),
)
"""Name of the row, what it makes of the mail, when it fits."""


def sort(message: Message, clues: Clues) -> tuple[Sort, str]:
    """What kind of mail it is, and the name of the row that said so."""
    return next((kind, name) for name, kind, test in TABLE if test(message, clues))
