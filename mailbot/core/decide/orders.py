"""Orders given at the shell: what each does to letters, quarantine and mailbox, or why it is refused. It reads no file
and no mail."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from mailbot.core import secrets
from mailbot.core.case import Case, LetterInfo
from mailbot.core.decide.command import run_order
from mailbot.core.decide.command.telling import operator_as_clerk
from mailbot.core.decide.incoming import Incoming
from mailbot.core.events import (
    Adopted,
    Event,
    Facts,
    LetterDropped,
    LetterReleased,
    OrderRefused,
    QuarantineDismissed,
    RegisterImported,
    SecretDestroyed,
    Worded,
)
from mailbot.core.ledger import Ledger
from mailbot.core.message import Message
from mailbot.core.orders import (
    Adopt,
    DestroySecret,
    DismissMail,
    DropLetters,
    ImportRegister,
    Ordered,
    ReleaseLetters,
    RetryMail,
    RunCommands,
)
from mailbot.core.outcome import Decision
from mailbot.core.registers import Table, Trouble
from mailbot.core.rules import Rules
from mailbot.core.token import without_macs

Letters = Mapping[str, LetterInfo]
Made = tuple[list[tuple[str | None, Event]], tuple[str, str]]
"""What an order does, each event with the case it belongs to; and why it is refused, about what (empty: it is not)."""
GRANTED = ("", "")


def carry_out(ordered: Ordered, ledger: Ledger, letters: Letters, rules: Rules, now: datetime) -> list[Decision]:
    """What an order does: one Decision for each case concerned, adjacent; or one that says why nothing was done.

    `letters` has what is known of the letters that the order is about (all held ones, if it names none); `now` is an
    aware UTC instant. Reading a mail in quarantine again is done by deciding it again; a RetryMail that comes here
    could not be done, and is refused. So is an ImportRegister: `imported` decides those, `commanded` RunCommands.
    """
    done, (why, about) = CARRY_OUT[type(ordered.order)](ordered.order, ledger, letters)
    if why:
        return [refused(ordered, why, about)]
    by_case: dict[str | None, list[Event]] = {}
    for case, event in done:
        by_case.setdefault(case, []).append(event)
    return [Decision(case, (_facts(ordered), *happened)) for case, happened in by_case.items()]


def refused(ordered: Ordered, why: str, about: str = "") -> Decision:
    """The order was not carried out: `why` is a code of `orders.REFUSALS`, `about` a letter or a mail's digest."""
    return _not_done(_facts(ordered), why, about)


def _not_done(facts: Facts, why: str, about: str) -> Decision:
    return Decision(None, (facts, OrderRefused(why=why, about=about)))


def imported(
    ordered: Ordered, order: ImportRegister, given: Table | tuple[Trouble, ...] | None, rules: Rules
) -> Decision:
    """The file counts as that register from this entry on, or why not: `given` is what was read in it, None if it is
    not there any more."""
    register = rules.desk.registers.get(order.name)
    if register is None:
        return refused(ordered, "no_such_register", order.name)
    if not isinstance(given, Table):
        return refused(ordered, "register_wrong" if given else "register_missing", order.name)
    event = RegisterImported(name=order.name, digest=order.digest, columns=tuple(register.columns), rows=len(given))
    return Decision(None, (_facts(ordered), event))


def commanded(
    ordered: Ordered, order: RunCommands, cases: Mapping[str, Case], found: Facts, rules: Rules, now: datetime
) -> Decision:
    """A clerk's commands that were given at the shell, carried out on the order's case or refused, with a transcript.

    `cases` has that case, if there is one, and those that the commands name; `found` what was looked up for it: the
    rows of registers (`evidence.lookups_of`, `accounts.sought`), who is away, which case has the account; `now` is an
    aware UTC instant.
    """
    text = without_macs(secrets.masked(order.text)[0])
    facts = _facts(ordered, found, ordered=Worded(case=order.case, text=text, clerk=order.clerk))
    case = cases.get(order.case)
    if case and case.erased:
        return refused(ordered, "case_erased", order.case)
    if case is None:
        return _not_done(facts, "no_such_case", order.case)
    desk = rules.desk
    clerk = desk.clerk(order.clerk) if order.clerk else operator_as_clerk(ordered.by.user, desk.languages[0])
    if clerk is None:
        return _not_done(facts, "no_such_clerk", order.clerk)
    return run_order(Incoming(Message("", 0), text, None, facts, cases, rules, now), case, clerk)


def _facts(order: Ordered, found: Facts | None = None, **more: object) -> Facts:
    """Who gave the order, with what was looked up for it."""
    return (found or Facts()).model_copy(update={"sort": "order", "operator": order.by, **more})


def _adopt(order: Adopt, ledger: Ledger, letters: Letters) -> Made:
    """Old mail is adopted once somebody could see in `status` what it is."""
    if ledger.validity is None:
        return [], ("nothing_seen", "")
    nothing = ledger.adopted and not ledger.observed
    return [(None, Adopted())], ("nothing_observed", "") if nothing else GRANTED


def _release(order: ReleaseLetters, ledger: Ledger, letters: Letters) -> Made:
    names = tuple(dict.fromkeys(order.letters or (held.name for held in ledger.held)))
    if not names:
        return [], ("nothing_held", "")
    return [(_case(name), LetterReleased(letter=name)) for name in names], _refusal(names, letters, "held")


def _drop(order: DropLetters, ledger: Ledger, letters: Letters) -> Made:
    names = tuple(dict.fromkeys(order.letters))
    return [(_case(name), LetterDropped(letter=name)) for name in names], _refusal(names, letters, "held", "due")


def _refusal(names: Iterable[str], letters: Letters, *allowed: str) -> tuple[str, str]:
    """The first letter that is not in a state that allows the order, and why; letters are released or dropped all or
    none."""
    for name in names:
        state = letters[name].state if name in letters else "none"
        if state not in allowed:
            return {"none": "no_such_letter", "sent": "letter_sent"}.get(state, "letter_not_held"), name
    return GRANTED


def _case(letter: str) -> str | None:
    """The case a letter belongs to: `2026-00042` of `2026-00042.7`, none of `e123.1`."""
    return None if letter.startswith("e") else letter.rpartition(".")[0]


def _dismiss(order: DismissMail, ledger: Ledger, letters: Letters) -> Made:
    event = QuarantineDismissed(mail=order.mail, reason=order.reason)
    return [(None, event)], GRANTED if _waits(order.mail, ledger) else ("not_in_quarantine", order.mail)


def _retry(order: RetryMail, ledger: Ledger, letters: Letters) -> Made:
    return [], ("mail_erased" if _waits(order.mail, ledger) else "not_in_quarantine", order.mail)


def _destroy(order: DestroySecret, ledger: Ledger, letters: Letters) -> Made:
    sealed = any(part.mail == order.mail for part in ledger.sealed)
    return [(None, SecretDestroyed(mail=order.mail))], GRANTED if sealed else ("not_sealed", order.mail)


def _import(order: ImportRegister, ledger: Ledger, letters: Letters) -> Made:
    return [], ("register_missing", order.name)


def _waits(mail: str, ledger: Ledger) -> bool:
    return any(part.mail == mail for part in ledger.quarantine)


CARRY_OUT: Mapping[type, Callable[..., Made]] = {
    Adopt: _adopt,
    ReleaseLetters: _release,
    DropLetters: _drop,
    RetryMail: _retry,
    DismissMail: _dismiss,
    DestroySecret: _destroy,
    ImportRegister: _import,
}
"""What each kind of order does."""
