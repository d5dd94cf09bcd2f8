"""What the server that receives the desk's mail says of who sent it: Authentication-Results as evidence.

It must not know clerks and cases, nor what the evidence is good for.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from authres import AuthenticationResultsHeader, AuthResError

from mailbot.core.rules import Border

MOST = 4_000
"""Characters of a field that is looked at: a border writes a few hundred, and what is longer says nothing."""
NAMELESS = "microsoft365"
"""What stands for the name of a border that writes none."""
_RESULT_FIRST = re.compile(r"\s*[a-z][a-z0-9-]*\s*=", re.IGNORECASE)


def evidence(fields: Sequence[str], domain: str, border: Border) -> tuple[str, ...]:
    """What of the domain in From our border has found to be true, such as `dmarc=pass header.from=uni.example`; empty
    if it found nothing, or if nothing says that it looked.

    `fields` are the mail's Authentication-Results (RFC 8601), topmost first. Only the topmost counts, and only if our
    border wrote it: what stands below came with the mail, whoever it says wrote it (§5: a border takes away what
    pretends to be its own, and puts its own on top). `domain` is in A-labels; the domain proven has to be that one
    (`dmarc`), or that one or one above it (`dkim`, `spf`: RFC 7489 §3.1, without organisational domains).
    """
    ours = border.kind != "none" and fields and domain and _ours(fields[0], border)
    return tuple(dict.fromkeys(_passed(ours, domain.lower()))) if ours else ()


def _ours(field: str, border: Border) -> AuthenticationResultsHeader | None:
    """The results in a field, if our border wrote it."""
    nameless = border.kind == "microsoft365" and _RESULT_FIRST.match(field) is not None
    if len(field) > MOST or (border.kind == "microsoft365") != nameless:
        return None
    try:
        read = AuthenticationResultsHeader.parse_value(f"{NAMELESS}; {field}" if nameless else field)
    except (AuthResError, RecursionError):  # a border that writes so says nothing; who wrote it is not known
        return None
    names = {NAMELESS} if nameless else {name.lower() for name in border.names}
    return read if str(read.authserv_id).lower() in names else None


def _passed(results: AuthenticationResultsHeader, domain: str) -> Iterator[str]:
    for one in results.results:
        method, place = one.method.lower(), _PLACES.get(one.method.lower(), {})
        for part in one.properties if one.result.lower() == "pass" else ():
            aligned = place.get(f"{part.type}.{part.name}".lower())
            proven = str(part.value).lower().rpartition("@")[2].rstrip(".")
            if aligned and proven and aligned(domain, proven):
                yield f"{method}=pass {part.type}.{part.name}={proven}".lower()


def _same(domain: str, proven: str) -> bool:
    return domain == proven


def _same_or_below(domain: str, proven: str) -> bool:
    """Nobody but its registry proves a name such as `ac.jp`; one without a dot is no domain of mail."""
    return domain == proven or ("." in proven and domain.endswith(f".{proven}"))


_PLACES: Mapping[str, Mapping[str, Callable[[str, str], bool]]] = {
    "dmarc": {"header.from": _same},
    "dkim": {"header.d": _same_or_below, "header.i": _same_or_below},
    "spf": {"smtp.mailfrom": _same_or_below},
}
"""Which property of a result names the domain that was proven (RFC 8601 §2.7), and when that is the one in From."""
