"""Mails that no header field and no part gives away: what speaks for a machine and what for a person, weighed.

Each table is a list of observations with what they weigh; a mail whose sum reaches ENOUGH is taken for what the
table is about. One sentence is never enough: a person may write any of them. It knows no fields of a form and no case.
"""

from collections.abc import Callable
from dataclasses import replace

from mailbot.core import commands
from mailbot.core.message import Message
from mailbot.core.sorting import failures, machines, phrases
from mailbot.core.sorting.clues import Clues, Test, plain_text, quotes, subject_of
from mailbot.core.sorting.phrases import Phrases

ENOUGH = 3
MORE_THAN_ENOUGH = 5
"""What it takes if the mail holds a keyword: somebody may have answered, and not a machine."""
TOP = 700
"""Characters in which a machine has said what it has to say; people come to it later, or in passing."""
MUCH = 1_500
Row = tuple[str, int, Test]


def _in(text: Callable[[Message, Clues], str], pattern: Phrases) -> Test:
    return lambda message, clues: pattern.search(text(message, clues)) is not None


def _subject(message: Message, _: Clues) -> str:
    """The subject without `Re:`."""
    return phrases.ANSWERED.sub("", subject_of(message))


def _whole_subject(message: Message, _: Clues) -> str:
    return subject_of(message)


def _top(_: Message, clues: Clues) -> str:
    return plain_text(clues.new_text)[:TOP]


def _new(_: Message, clues: Clues) -> str:
    return plain_text(clues.new_text)


def _text(message: Message, _: Clues) -> str:
    return plain_text(message.text)


def _quotes(message: Message, _: Clues) -> bool:
    return quotes(message.text)


def _writes_much(_: Message, clues: Clues) -> bool:
    return len(clues.new_text) > MUCH


def _writes_little(message: Message, clues: Clues) -> bool:
    return len(clues.new_text) < 400 and not message.attachments and not quotes(message.text)


ANSWERING: tuple[Row, ...] = (
    ("says it is automatic", 3, _in(_new, phrases.AUTOMATIC)),
    ("says they are away", 2, _in(_top, phrases.AWAY)),
    ("says until when", 1, _in(_top, phrases.BACK)),
    ("says what happens meanwhile", 1, _in(_top, phrases.MEANWHILE)),
    ("confirms receipt", 2, _in(_top, phrases.RECEIVED)),
    ("promises an answer", 1, _in(_new, phrases.WILL_ANSWER)),
    ("wants no answer", 2, _in(_new, phrases.NO_ANSWER)),
    ("subject of somebody away", 2, _in(_subject, phrases.SUBJECT_AWAY)),
    ("subject of a receipt", 1, _in(_subject, phrases.SUBJECT_RECEIVED)),
    ("automatic subject, answered", 1, _in(_subject, phrases.SUBJECT_AUTOMATIC)),
    ("null return path", 2, machines.null_path),
    ("address that takes no mail", 2, machines.from_no_reply),
    ("asks for no automatic answer", 1, machines.wants_no_automatic_answer),
    ("made by a rule of a mailbox", 2, machines.names("x-ms-exchange-inbox-rules-loop")),
    ("bulk", 1, machines.precedence("bulk", "junk")),
    ("says little", 1, _writes_little),
    ("says much", -1, _writes_much),
    ("quotes", -2, _quotes),
    ("is sorry to be late", -3, _in(_top, phrases.LATE)),
    ("wants something", -2, _in(_new, phrases.SENDS)),
    ("asks", -1, _in(_top, phrases.ASKS)),
    ("says it is not automatic", -2, machines.says_not_automatic),
)
FOR_ITSELF = ("says it is automatic", "says they are away", "confirms receipt", "wants no answer")
"""Without one of these the others say nothing."""

RETURNING: tuple[Row, ...] = (
    ("subject of a failure", 3, _in(_whole_subject, failures.SUBJECT_FAILED)),
    ("subject of a refusal", 2, _in(_whole_subject, failures.SUBJECT_REFUSED)),
    ("from a mail administrator", 2, machines.from_administrator),
    ("null return path", 2, machines.null_path),
    ("from nobody", 1, machines.from_nobody),
    ("says it was not delivered", 2, _in(_new, failures.SAYS_FAILED)),
    ("names a server's answer", 1, _in(_text, failures.SMTP_REPLY)),
    ("says it is a mail system", 1, _in(_top, failures.A_SYSTEM)),
    ("encloses a mail", 1, machines.encloses),
    ("returns a mail in its text", 1, _in(_text, failures.RETURNED)),
    ("tells of a mail of theirs", -2, _in(_top, phrases.FIRST_PERSON)),
    ("post of a list", -2, machines.names("list-id", "list-post")),
    ("asks", -3, _in(_top, phrases.ASKS)),
    (
        "answers or passes on",
        -3,
        lambda m, _: bool(phrases.ANSWERED.match(s := subject_of(m)) or phrases.PASSED_ON.match(s)),
    ),
)
OF_FAILURE = ("subject of a failure", "subject of a refusal", "says it was not delivered", "names a server's answer")


def weigh(table: tuple[Row, ...], message: Message, clues: Clues) -> dict[str, int]:
    """What was observed, and what each observation weighs."""
    return {name: weight for name, weight, test in table if test(message, clues)}


def reads_like_an_answering_machine(message: Message, clues: Clues) -> bool:
    """Whether words and traces together say that a machine answered. A filled form is never taken for that."""
    if clues.form is not None:
        return False
    wanted = ENOUGH
    if says_keyword(message, clues):
        # a machine may have our letter below its own words
        wanted, clues = MORE_THAN_ENOUGH, replace(clues, new_text=commands.above_consent(clues.new_text))
    seen = weigh(ANSWERING, message, clues)
    return not seen.keys().isdisjoint(FOR_ITSELF) and sum(seen.values()) >= wanted


def reads_like_a_bounce(message: Message, clues: Clues) -> bool:
    """Whether words and traces together say that a mail came back. A filled form is never taken for that."""
    if clues.form is not None:
        return False
    seen = weigh(RETURNING, message, clues)
    return not seen.keys().isdisjoint(OF_FAILURE) and sum(seen.values()) >= ENOUGH


def says_keyword(message: Message, clues: Clues) -> bool:
    """Whether the new text holds a keyword of a participant, or one of a clerk in a clerk's mail: "Received" or "Reply"
    begin many a text that orders nothing."""
    clerk = clues.answers == "clerk" or any(clues.desk.clerk(mailbox.address) for mailbox in message.senders)
    return commands.says_anything(clues.new_text) or (clerk and commands.begins_with_command(clues.new_text))


def reads_like_a_receipt(message: Message, clues: Clues) -> bool:
    """Whether subject and text together say that a mail was read (RFC 8098 without its parts)."""
    subject = failures.SUBJECT_RECEIPT.search(subject_of(message))
    return subject is not None and failures.SAYS_READ.search(_text(message, clues)) is not None


def reads_like_a_complaint(message: Message, clues: Clues) -> bool:
    """Whether a provider passes on a complaint (RFC 5965 without its parts): the subject and
    the mail complained of, or its first words."""
    subject = subject_of(message)
    complained = failures.SUBJECT_COMPLAINT.search(subject) and (message.enclosed or message.attachments)
    begins = failures.SAYS_COMPLAINT.match(_text(message, clues))
    return bool(complained or begins or failures.SUBJECT_AGGREGATE.search(subject))


def unsubscribes(message: Message, clues: Clues) -> bool:
    """Whether a mail program answered a List-Unsubscribe field (RFC 2369 §3.2) for its user."""
    if message.names("x-apple-unsubscribe"):
        return True
    if not failures.SUBJECT_UNSUBSCRIBE.match(subject_of(message)):
        return False
    said = failures.SAYS_UNSUBSCRIBE.search(_text(message, clues))
    return said is not None or machines.auto_submitted(message, clues)


def passes_on_a_bounce(message: Message, _: Clues) -> bool:
    """Whether it is a forwarded bounce without a word of who forwarded it: there is nothing to answer."""
    subject = subject_of(message)
    inner = phrases.PASSED_ON.sub("", subject)
    return inner != subject and failures.SUBJECT_FAILED.search(inner) is not None
