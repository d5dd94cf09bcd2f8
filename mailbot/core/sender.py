"""How sure the desk is who wrote a mail. It knows nothing of what the mail wants.

A From line is a claim; a letter's token proves that somebody received that letter. Both together make tier 0+ for the
applicant and tier 1 for clerks and responsible persons; what our border found of the domain in From makes tier 2 of
that (docs/trust.md), if the token stands in To: a border vouches for no field that somebody added on the way. Anything
less is tier 0.
"""

from mailbot.core.case import LetterInfo
from mailbot.core.disguises import codes, disguises, hidden_or_flooded
from mailbot.core.events import Sender, Tier
from mailbot.core.idn import as_read
from mailbot.core.message import Mailbox, Message
from mailbot.core.rules import Desk


def only_sender(message: Message) -> Mailbox | None:
    """The mailbox of From if there is exactly one; several From addresses are nobody (RFC 5322 §3.6.2 allows them)."""
    addresses = {mailbox.key for mailbox in message.senders if "@" in mailbox.address}
    return message.senders[0] if len(addresses) == 1 and len(message.senders) == 1 else None


def judge(
    message: Message, letter: LetterInfo | None, registered: str, desk: Desk, *, in_to: bool = True
) -> Sender | None:
    """Who wrote, as far as it is proven; None if From does not name exactly one address.

    `letter` is the letter whose token the mail proved to have, if any; `registered` the address that person has now
    (an applicant's may have changed since that letter); `in_to` says whether the token stood in the one To field.
    """
    mailbox = only_sender(message)
    if mailbox is None:
        return None
    if letter is None:
        return Sender(address=mailbox.address, name=mailbox.name, role="stranger", tier="0", why=("no token",))
    if mailbox.key != registered.lower():
        other = ("token of a letter to somebody else",)
        return Sender(address=mailbox.address, name=mailbox.name, role=letter.role, tier="0", why=other)
    if letter.role == "clerk" and desk.clerk(mailbox.address) is None:
        gone = ("token of a letter", "no longer a clerk")
        return Sender(address=mailbox.address, name=mailbox.name, role="stranger", tier="0", why=gone)
    why = ("token of a letter", "From is the registered address", *message.evidence)
    if message.evidence and not in_to:
        why = (*why, "the token stands outside To")
    sure: Tier = "2" if message.evidence and in_to else "1"
    tier: Tier = sure if letter.role in ("clerk", "responsible") else "0+"
    return Sender(address=mailbox.address, name=mailbox.name, role=letter.role, tier=tier, why=why)


def strange(message: Message) -> tuple[str, ...]:
    """What is strange about the sender and the subject as a mail gives them, in words for whoever reads its entry:
    signs that are not seen, letters that are not what they look like."""
    found = [("the subject", hidden_or_flooded(message.subject))]
    for mailbox in message.senders[:1]:
        found.append(("the sender's name", disguises(mailbox.name, "name")))
        found.append(("the sender's address", disguises(as_read(mailbox.address), "address")))
    return tuple(f"{what} is not what it looks like ({codes(one.signs)})" for what, odd in found for one in odd)
