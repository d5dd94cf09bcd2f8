"""The user's folders: their names on this server, and making those that are missing.
It knows nothing of mails or of what a folder is for."""

from collections.abc import Sequence
from typing import Any

ABSENT = {b"\\Noselect", b"\\NonExistent"}
"""Names in a LIST that are no folders (RFC 3501, 7.2.2; RFC 5258)."""


def namespace(client: Any) -> tuple[str, str]:
    """Prefix and separator of the user's own folders (RFC 2342; without it the separator of LIST)."""
    if client.has_capability("NAMESPACE") and (personal := client.namespace().personal):
        prefix, separator = personal[0]
        return prefix, separator or "/"
    listed = client.list_folders("", "")
    separator = listed[0][1] if listed else None
    return "", separator.decode("ascii") if separator else "/"


def on_server(folder: str, personal: tuple[str, str]) -> str:
    """A folder named with `/` as the server names it, whose `namespace` is given."""
    prefix, separator = personal
    name = folder.replace("/", separator)
    inside = folder.upper() == "INBOX" or name.startswith(prefix)
    return name if inside else prefix + name


def ensure(client: Any, names: Sequence[str]) -> None:
    """Create and subscribe those that are missing, by the server's own names.

    Each is asked for alone: old servers and broken programs leave names behind that are no modified UTF-7 (RFC 3501,
    5.1.3), such as `R&D`, and nobody else's folders are any business of ours.
    """
    for name in dict.fromkeys(names):
        if name.upper() != "INBOX" and not _there(client, name):
            client.create_folder(name)
            client.subscribe_folder(name)


def _there(client: Any, name: str) -> bool:
    return any(not ABSENT & set(flags) for flags, _, _ in client.list_folders("", name))
