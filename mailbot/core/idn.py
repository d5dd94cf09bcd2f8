"""Addresses with letters beyond ASCII, as servers want them written. It knows no server and no mail.

Not the standard library's codec `idna`: it follows IDNA2003 and turns `straße.example` into `strasse.example`, which
may belong to somebody else.
"""

import idna

LONGEST = 253
"""Characters of a domain (RFC 1035 §2.3.4)."""


def on_the_wire(address: str) -> str | None:
    """The address with its domain as A-labels (RFC 5890 §2.3.2.1, mapped after UTS #46); the local part stays as it
    is. None if the domain cannot be written so.

    Every relay takes the result if the local part is ASCII; if not, only one that offers SMTPUTF8 does (RFC 6531).
    """
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError:
        return None


def as_read(address: str) -> str:
    """The address with its domain in the letters that people see (U-labels, RFC 5890 §2.3.2.1); as it stands where that
    cannot be told."""
    local, at, domain = address.rpartition("@")
    if "xn--" not in domain.lower() or len(domain) > LONGEST:
        return address
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except UnicodeError:  # an IDNAError, or what the standard library says of broken Punycode
        return address
