"""Orders an operator gives at the shell, as values. They know nothing of files or of how they are carried out.

An order is a file in `state/orders/`; whoever holds the lock of the state carries it out, once, and the journal says
who gave it.
"""

from typing import Annotated, Literal

from pydantic import Field

from mailbot.core.events import Frozen, Operator


class Adopt(Frozen):
    """Take in the mails that are only observed so far."""

    kind: Literal["adopt"] = "adopt"


class ReleaseLetters(Frozen):
    """Let held letters go, by name; none named means all that are held."""

    kind: Literal["release_letters"] = "release_letters"
    letters: tuple[str, ...] = ()


class DropLetters(Frozen):
    """Never send these letters (held ones, or due ones that were postponed)."""

    kind: Literal["drop_letters"] = "drop_letters"
    letters: tuple[str, ...] = Field(min_length=1)


class RetryMail(Frozen):
    """Read and decide a mail in quarantine again, by its digest."""

    kind: Literal["retry_mail"] = "retry_mail"
    mail: str


class DismissMail(Frozen):
    """A mail in quarantine needs nothing more, by its digest."""

    kind: Literal["dismiss_mail"] = "dismiss_mail"
    mail: str
    reason: str = ""


class DestroySecret(Frozen):
    """Destroy the raw bytes of a mail that held a secret, by its digest."""

    kind: Literal["destroy_secret"] = "destroy_secret"
    mail: str


class ImportRegister(Frozen):
    """The CSV file of this digest (SHA-256 of its bytes, lower hex) is the register `name` from now on."""

    kind: Literal["import_register"] = "import_register"
    name: str
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")


class RunCommands(Frozen):
    """Carry out commands on a case as a clerk of this address, or as the operator where none is named. `text` is what
    a clerk would write as new text."""

    kind: Literal["run_commands"] = "run_commands"
    case: str
    text: str = Field(max_length=100_000)
    clerk: str = ""


class Erase(Frozen):
    """Erase cases, and everything that came from an address (`erasing.address_key` of it; empty: none), for the reason
    that `text` gives; `open` says that cases which are not closed go too."""

    kind: Literal["erase"] = "erase"
    cases: tuple[str, ...] = ()
    sender: str = ""
    text: str = Field(min_length=1, max_length=1_000)
    open: bool = False


Order = Annotated[
    Adopt
    | ReleaseLetters
    | DropLetters
    | RetryMail
    | DismissMail
    | DestroySecret
    | ImportRegister
    | RunCommands
    | Erase,
    Field(discriminator="kind"),
]


class Ordered(Frozen):
    """An order as it was given: by whom, under which nonce, at which instant (journal text), and what."""

    by: Operator
    at: str
    order: Order


REFUSALS = {
    "no_such_letter": "there is no letter of that name",
    "letter_not_held": "that letter is not held",
    "nothing_held": "no letter is held",
    "letter_sent": "that letter was sent already",
    "not_in_quarantine": "that mail is not in quarantine",
    "mail_erased": "that mail was erased by order",
    "mail_missing": "the bytes of that mail are not kept any more",
    "not_sealed": "no mail of that digest lies sealed",
    "nothing_seen": "the inbox was not looked at yet; `mailbot once` or `mailbot run` does, and answers no old mail",
    "nothing_observed": "no mail is only observed",
    "no_such_register": "rules/desk.toml, as it was last read (`mailbot reload`), declares no register of that name",
    "register_missing": "the file to be imported is not there any more; import it again",
    "no_such_case": "there is no case of that number",
    "no_such_clerk": "rules/desk.toml, as it was last read (`mailbot reload`), names no clerk of that address",
    "register_wrong": "the file does not fit what rules/desk.toml declares",
    "case_erased": "that case was erased by order",
    "case_open": "that case is open: its letters and limits would end; close it first, or say --open",
    "nothing_to_erase": "nothing is there that would be erased",
    "person_named": "the order's words stay in the log: say who wants it and why without the person's name or address",
    "letters_pending": "a letter of another case stands in an entry that would go, and was not sent: send or drop it",
    "clerk_meant": "that address is a clerk's or the desk's own",
}
"""Why an order was refused, by the code in `OrderRefused`, in words for the operator."""
