"""Which program this is: the versions of mailbot and of everything it runs on. It knows nothing of what it does."""

import platform
import re
from functools import cache
from importlib import metadata

from mailbot import __version__

NAME = re.compile(r"[A-Za-z0-9._-]+")


@cache
def program() -> dict[str, str]:
    """Version by name (lower case): mailbot, Python, and every package mailbot needs, directly or not. What a process
    runs on is found once in its life.

    Two programs with the same mapping decide alike; its digest stands in every entry.
    """
    versions = {"mailbot": __version__, "python": platform.python_version()}
    waiting = ["mailbot"]
    while waiting:
        for needed in _required(waiting.pop()):
            if needed not in versions:
                versions[needed] = _version(needed)
                waiting.append(needed)
    return {name: version for name, version in versions.items() if version}


def _required(name: str) -> list[str]:
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    found = (NAME.match(line) for line in lines if "extra ==" not in line)
    return [hit.group().lower().replace("_", "-") for hit in found if hit]


def _version(name: str) -> str:
    """The installed version; empty for a package that this platform does without."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
