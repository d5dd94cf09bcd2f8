"""An order to erase: what is in its way, or what becomes of each case, and which entries and mails go. It finds nothing
itself and empties nothing."""

from collections.abc import Mapping
from datetime import datetime

from mailbot.core.case import kept, outlined
from mailbot.core.decide.orders import refused
from mailbot.core.erasing import Found, address_key, outlines, scrubbed
from mailbot.core.erasing.terms import normal
from mailbot.core.events import CaseKept, Erased, Facts
from mailbot.core.instants import to_text
from mailbot.core.orders import Erase, Ordered
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules


def erased(ordered: Ordered, order: Erase, found: Found, rules: Rules, now: datetime) -> list[Decision]:
    """What the order does: an entry for each case with what is left of it, and one that names what goes; or one that
    says why nothing is done. `now` is an aware UTC instant."""
    if refusal := in_the_way(order, found, rules):
        return [refused(ordered, *refusal)]
    facts = Facts(sort="order", operator=ordered.by)
    return decided(facts, order.text, found, now)


def decided(facts: Facts, words: str, found: Found, now: datetime) -> list[Decision]:
    """The same, whoever ordered it, in these words."""
    event = Erased(
        seqs=found.seqs,
        mails=tuple(found.mails),
        sizes=tuple(found.mails.values()),
        order=words,
        outline=outlines(found),
    )
    left = _left(found, to_text(now))
    return [*(Decision(number, (facts, case)) for number, case in left.items()), Decision(None, (facts, event))]


def _left(found: Found, at: str) -> Mapping[str, CaseKept]:
    whole = {number: kept(outlined(case, at)) for number, case in found.whole.items()}
    return whole | {number: kept(scrubbed(case, found.terms)) for number, case in found.touched.items()}


def in_the_way(order: Erase, found: Found, rules: Rules) -> tuple[str, str] | None:
    """Why the order cannot be carried out, as a code of `orders.REFUSALS`, and about what; None if it can."""
    desk = rules.desk
    own = (desk.address, *(clerk.address for clerk in desk.clerks), *desk.auditors)
    if order.sender and order.sender in map(address_key, own):
        return "clerk_meant", ""
    for number in order.cases:
        case = found.whole.get(number)
        if case is None or case.erased:
            return ("case_erased" if case else "no_such_case"), number
    if not found.entries:
        return "nothing_to_erase", ""
    opened = next((number for number, case in found.whole.items() if case.open), None)
    if opened and not order.open:
        return "case_open", opened
    if found.terms.within(normal(order.text)):
        return "person_named", ""
    return ("letters_pending", found.pending[0]) if found.pending else None
