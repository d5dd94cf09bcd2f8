"""Removing mails from a folder for good: by the digest of their octets, found by their size. It knows nothing of why,
and removes no other mail."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from imapclient import DELETED  # type: ignore[import-untyped]

from mailbot.edge.inbox.client import forget
from mailbot.edge.inbox.uids import in_sets, uid_set
from mailbot.edge.inbox.values import Removed

AT_ONCE = 20
"""Mails whose octets are in memory together."""


def remove(client: Any, name: str, there: str, wanted: Mapping[str, int], most: int, header: str) -> Removed:
    """Delete the mails with these digests (SHA-256, each with its size in octets as the server counts them) from the
    folder `name`, which the server calls `there`; of one above `most` octets the digest is that of its header, which
    `header` fetches. UID STORE \\Deleted and UID EXPUNGE (RFC 4315): without UIDPLUS nothing is changed, since a plain
    EXPUNGE would remove what others marked."""
    if not client.folder_exists(there):
        return Removed(name)
    can = b"UIDPLUS" in client.capabilities()
    validity = client.select_folder(there, readonly=not can)[b"UIDVALIDITY"]
    forget(client)
    sizes = {digest: size for digest, size in wanted.items() if size}
    found = sorted(
        uid
        for size in sorted(set(sizes.values()))
        for uid in _of_size(client, size, sizes.keys(), "BODY.PEEK[]" if size <= most else header)
    )
    if not can:
        return Removed(name, validity, left=tuple(found))
    for some in in_sets(found):
        client.add_flags(uid_set(some), DELETED, silent=True)
        client.uid_expunge(uid_set(some))
        forget(client)
    return Removed(name, validity, removed=len(found))


def _of_size(client: Any, size: int, digests: Iterable[str], part: str) -> Iterator[int]:
    """The mails of that size in the selected folder whose octets have one of the digests."""
    uids = list(client.search(["LARGER", size - 1, "SMALLER", size + 1]))
    forget(client)
    for first in range(0, len(uids), AT_ONCE):
        yield from _equal(client, uids[first : first + AT_ONCE], frozenset(digests), part)


def _equal(client: Any, uids: Sequence[int], digests: frozenset[str], part: str) -> Iterator[int]:
    answer = client.fetch(uids, [part])
    forget(client)
    for uid, items in answer.items():
        octets = (raw for key, raw in items.items() if key.startswith(b"BODY["))
        if any(sha256(raw or b"").hexdigest() in digests for raw in octets):
            yield uid
