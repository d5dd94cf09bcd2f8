"""Commands for mails that held a secret: which they are, and destroying what is kept of them. They show no secret."""

import argparse
import dataclasses

from mailbot import desks
from mailbot.cli.words import say_all, settings
from mailbot.core.instants import to_text
from mailbot.core.orders import DestroySecret, Order
from mailbot.core.rules import Rules
from mailbot.desks import Mistaken
from mailbot.store.files import FileStore
from mailbot.views.status import sealed_table


async def list_secrets(store: FileStore, rules: Rules, arguments: argparse.Namespace) -> int:
    """The mails that held a secret and were not destroyed."""
    ledger = store.ledger()
    rows = ({**dataclasses.asdict(mail), "at": to_text(mail.at)} for mail in ledger.sealed)
    return say_all(rows, lambda: sealed_table(ledger, str(store.mails.sealed)), arguments)


def destroy(arguments: argparse.Namespace) -> list[Order]:
    """Destroy what is kept of such mails. Mistaken for a digest that fits none, or more than one."""
    found = desks.look(settings(arguments))
    sealed = FileStore.read(found.state, found.rules.desk.name).ledger().sealed
    return [DestroySecret(mail=_named(name, [mail.mail for mail in sealed])) for name in arguments.mails]


def _named(name: str, sealed: list[str]) -> str:
    fitting = [mail for mail in sealed if mail.startswith(name.lower())]
    if len(fitting) != 1:
        raise Mistaken(f"{len(fitting)} sealed mails have a digest that begins with {name!r}, wanted: one")
    return fitting[0]
