"""An order that cannot be carried out is refused in words, once, and does not come again."""

from pathlib import Path

from desks import in_a_loop
from reading_here import ReaderHere
from test_delivery import NOON, desk, journaled

from mailbot.core.events import Operator, OrderRefused
from mailbot.core.instants import to_text
from mailbot.core.orders import REFUSALS, Ordered, RetryMail
from mailbot.flow.intake import Delivered, take_in
from mailbot.flow.orders import carry_out
from mailbot.flow.reader import Settings


@in_a_loop
async def test_a_mail_whose_bytes_somebody_removed_cannot_be_retried_and_the_order_is_done_with(tmp_path: Path) -> None:
    async with desk(tmp_path) as tools, ReaderHere(Settings(memory=10**9, seconds=30)) as reader:
        await take_in(tools, reader, [Delivered(b"no header at all")], lambda: NOON)
        (waits,) = tools.store.ledger().quarantine
        (tmp_path / "state" / "mail" / waits.mail[:2] / waits.mail).unlink()
        retry = Ordered(by=Operator(user="root", nonce="n1"), at=to_text(NOON), order=RetryMail(mail=waits.mail))
        for _ in range(2):
            await carry_out(tools, reader, retry, lambda: NOON)
        assert await journaled(tools, OrderRefused) == [OrderRefused(why="mail_missing", about=waits.mail)]
        assert "n1" in tools.store.ledger().done
    assert REFUSALS["mail_missing"] == "the bytes of that mail are not kept any more"
