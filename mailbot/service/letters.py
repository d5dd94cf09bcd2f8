"""Sending what is due, and what that says about the relay. It makes no letter and knows no words."""

import logging

from mailbot.core.pulse import failed, worked
from mailbot.edge.postman import PostmanBroken
from mailbot.flow.delivery import Carrier, Held, Result, Sending
from mailbot.service.values import Round, Work
from mailbot.store import Full, LetterDue

log = logging.getLogger("mailbot")


async def send_letters(work: Work, done: Round) -> None:
    """Send everything that is due, each letter at most once a round; over the spare relay, while the other one is out
    of reach, only what alarms the operator."""
    if done.sending is None:
        done.sending = Sending(work.tools, work.clock, stopping=work.stopping, results=work.results)
    sending = done.sending

    async def attempt(due: LetterDue, carrier: Carrier) -> Result | None:
        try:
            result = await sending.send(due, carrier)
        except (PostmanBroken, Full):
            raise
        except Exception as bug:
            log.exception("a letter could not be made")
            done.troubles.append(f"letter {due.name} could not be made and stays due: {type(bug).__name__}: {bug}")
            return None
        if not isinstance(result, Held):
            work.watch.letter(due.name, due.letter, result)
        return result

    try:
        await sending.all_due(work.carriers, attempt)
        _note(work, sending.relay)
        if sending.relay and work.spare:
            await sending.all_due([work.spare], attempt, wanted=lambda due: due.letter.role == "operator")
    finally:
        for carrier in (*work.carriers, *filter(None, [work.spare])):
            await carrier.close()
    done.letters = sending.letters
    done.troubles += [trouble for trouble in sending.troubles if trouble not in done.troubles]


def _note(work: Work, relay: str | None) -> None:
    """How the relay was found: None if it was not asked, empty if it works, else why not."""
    if relay:
        work.pulse.smtp = failed(work.pulse.smtp, work.clock(), relay)
    elif relay is not None:
        work.pulse.smtp = worked(work.pulse.smtp, work.clock())
