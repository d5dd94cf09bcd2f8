"""What relays say when they refuse for good, and whom it is about: the desk, or the letter and its recipient."""

import pytest

from mailbot.core.refusals import about_the_desk

THE_DESK = [
    "5.7.0 Authentication Required. For more information, go to our support pages",
    "5.7.0 Must issue a STARTTLS command first",
    "5.7.1 <ann@uni.example>: Relay access denied",
    "5.7.1 <ann@uni.example>... Relaying denied",
    "relay not permitted",
    "5.7.1 Unable to relay",
    "5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
    "5.7.64 TenantAttribution; Relay Access Denied",
    "you are not permitted to relay through this server",
    "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
    "5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
    "5.7.1 Service unavailable; client [192.0.2.7] blocked using bl.spamcop.net",
    "5.7.1 Recipient not authorized, your IP has been found on a block list",
    "5.7.606 Access denied, banned sending IP [192.0.2.7]",
    "5.7.1 [192.0.2.7] is listed at a blacklist",
    "Your host 192.0.2.7 is blacklisted",
    "5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.7]",
    "5.7.1 <helpdesk@desk.example>: Sender address rejected: not owned by user desk",
    "5.3.2 System not accepting network messages",
    "this server is not accepting mail now",
    "5.7.60 SMTP; Client does not have permissions to send as this sender",
    "5.7.26 Unauthenticated email from desk.example is not accepted due to domain's DMARC policy",
    "5.7.1 Email rejected per DMARC policy for desk.example",
    "5.7.23 The message was rejected because of Sender Policy Framework violation",
    "5.7.25 The IP address sending this message does not have a PTR record",
    "5.4.5 Daily user sending limit exceeded",
    "5.7.1 Sending quota for this account exceeded",
    "5.7.0 too many messages from you, rate limit exceeded",
    "5.7.8 Error: authentication failed",
    "5.7.9 Authentication mechanism is too weak",
    "5.7.57 Client not authenticated to send mail",
    "5.1.7 bad sender's mailbox address syntax",
    "5.1.8 the sender's domain is unknown",
]
THE_LETTER = [
    "5.1.1 no such user",
    "5.1.1 <ann@uni.example>: Recipient address rejected: User unknown in local recipient table",
    "5.1.1 ann's host is blacklisted, and she is gone",
    "5.4.1 Recipient address rejected: Access denied",
    "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "5.7.1 RESOLVER.RST.AuthRequired; authentication required",
    "5.2.1 The email account that you tried to reach is disabled",
    "5.2.2 mailbox full: daily quota exceeded",
    "5.2.3 message is longer than this mailbox takes",
    "5.3.4 Message size exceeds fixed maximum message size",
    "mailbox unavailable",
    "user is over quota",
    "5.6.0 the content is not accepted",
    "5.7.0 This message was blocked because its content presents a potential security issue",
    "5.7.1 Message rejected by recipient's policy",
    "5.7.1 you are on the recipient's personal block list, as is your host, blocked",
    "5.7.1 message contains spam or virus",
    "5.7.1 not wanted here",
    "5.7.17 the mailbox has another owner now",
    "5.1.70 nobody",
    "",
]


@pytest.mark.parametrize("said", THE_DESK)
def test_a_refusal_about_the_desk_costs_no_letter(said: str) -> None:
    assert about_the_desk(said)


@pytest.mark.parametrize("said", THE_LETTER)
def test_a_refusal_about_the_letter_or_its_recipient_is_final(said: str) -> None:
    assert not about_the_desk(said)
