"""What a relay's refusal for good is about: the desk (its login, host, name, rate), or the letter and its recipient.
It knows no wire.

A refusal about the desk would meet every letter and is for the operator to mend, so no letter is given up for it; one
about the recipient is final. Relays say which in the status code (RFC 3463, with the list of RFC 5248) or, as most do
under 5.7.1 or with no status at all, only in words.
"""

import re

STATUS = re.compile(r"(?:^|\(#)5\.(\d{1,3}\.\d{1,3})\b")
"""The status code: it stands first; qmail has it last, as `(#5.7.1)`."""
OF_THE_DESK: dict[str, str] = {
    "1.7": "the sender's address is not well formed",
    "1.8": "the sender's domain is not known",
    "1.90": "the sender wrote to too many today (Exchange Online)",
    "3.2": "the system takes no mail now",
    "3.5": "the system is not configured rightly",
    "4.5": "congestion; the sender's quota for the day (Gmail)",
    "7.8": "login: name or password",
    "7.9": "login: the mechanism is too weak",
    "7.10": "encryption is needed",
    "7.11": "login: encryption is needed",
    "7.12": "login: the password has to be renewed",
    "7.13": "login: the account is disabled",
    "7.14": "login: no trust",
    "7.20": "DKIM: no signature that passes (RFC 7372)",
    "7.21": "DKIM: no signature that is acceptable",
    "7.22": "DKIM: no signature of the author's domain",
    "7.23": "SPF: the host may not send for the domain",
    "7.24": "SPF: could not be evaluated",
    "7.25": "the host has no name of its own in DNS",
    "7.26": "nothing vouches for the sender (SPF, DKIM, DMARC)",
    "7.27": "the sender's domain takes no mail (RFC 7505)",
    "7.28": "the sender floods",
    "7.57": "login wanted (Exchange)",
    "7.60": "may not send as this sender (Exchange)",
    "7.64": "no relaying (Exchange Online)",
}
"""Codes that are about the sender, that is the desk, whatever was refused with them."""
OF_THE_RECIPIENT = re.compile(r"1\.|2\.|6\.")
"""Codes about an address, a mailbox, or a letter's content; words do not change what they say."""


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


RECIPIENTS_OWN = _any(
    r"recipient(?:'s|s'|s)? (?:personal |own )?(?:polic|block|black|settings)",
    r"\b(?:blocked|rejected|refused|declined) by (?:the |its )?(?:recipient|user|addressee)\b",
    r"RESOLVER\.RST",  # Exchange: this recipient takes mail from its own people only
)
"""What somebody at the other end wants so: final, even if it speaks of lists and of blocking."""
SAID_OF_THE_DESK: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "login",
        _any(
            r"authentication (?:is )?(?:required|needed)",
            r"not (?:been )?(?:authenticated|logged in)",
            r"must (?:first )?(?:authenticate|log ?in|issue (?:a )?starttls)",
            r"\b(?:authenticate|log ?in) first",
        ),
    ),
    (
        "relaying",
        _any(
            r"relay(?:ing)?\b[^.;]*\b(?:denied|prohibited|not (?:allowed|permitted))",
            r"(?:not (?:permitted|allowed|authorized) to|unable to|cannot|may not|do(?:es)? not|won't) relay",
            r"rcpthosts",
        ),
    ),
    (
        "host on a list",
        _any(
            r"\b(?:host|server|ip|network)\b[^;,]{0,60}\b(?:blocked|black ?listed|block ?listed|banned)\b",
            r"\[[0-9a-f.:]+\][^;]* (?:blocked|black ?listed|block ?listed|listed)\b",
            r"\b(?:blocked|listed|found) (?:using|in|on|by|at) (?:an? |the )?\S*(?:rbl|dnsbl|spamhaus|spamcop|block)",
            r"\bbanned sending ip\b",
            r"\b(?:ip|host|server|sender)\b[^.;]*\b(?:poor|bad|low) reputation",
            r"\b(?:client host|helo command|sender address) rejected",
        ),
    ),
    (
        "sender's domain",
        _any(r"\bdmarc\b", r"\bdkim\b", r"\bspf\b", r"unauthenticated (?:e-?mail|mail|message|sender)"),
    ),
    (
        "send as",
        _any(r"\bsend (?:mail )?as\b", r"not owned by user", r"not (?:allowed|permitted|authorized) to send from"),
    ),
    (
        "rate",
        _any(
            r"(?:sending|sender|outgoing|outbound|daily|hourly)\b[^.;]*\b(?:quota|limit|rate)",
            r"rate limit",
            r"too many (?:messages|mails|e-?mails|connections)",
        ),
    ),
    ("not now", _any(r"\b(?:system|server|service|host)\b[^.;]*\b(?:not accepting|shutting down|overloaded)")),
)
"""What it is about, and the words relays have for it."""


def about_the_desk(said: str) -> bool:
    """Whether a refusal with 5xx, `said` on one line without its code, is about the desk rather than the letter."""
    found = STATUS.search(said)
    status = found[1] if found else ""
    if status in OF_THE_DESK:
        return True
    if OF_THE_RECIPIENT.match(status) or RECIPIENTS_OWN.search(said):
        return False
    return any(words.search(said) for _, words in SAID_OF_THE_DESK)
