"""Addresses with letters beyond ASCII, as servers want them written. It knows no server and no mail.

Not the standard library's codec `idna`: it follows IDNA2003 and turns `straße.example` into `strasse.example`, which
may belong to somebody else.
"""

import idna


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
