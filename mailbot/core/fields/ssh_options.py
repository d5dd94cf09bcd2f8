"""Whether what stands before an SSH key in its line are options of sshd(8), AUTHORIZED_KEYS FILE FORMAT. It knows no
key."""

import re
from collections.abc import Mapping

TAKES_VALUE: Mapping[str, bool] = {
    **dict.fromkeys(
        "agent-forwarding cert-authority no-agent-forwarding no-port-forwarding no-pty no-user-rc".split(), False
    ),
    **dict.fromkeys("no-x11-forwarding port-forwarding pty no-touch-required restrict user-rc".split(), False),
    **dict.fromkeys("verify-required x11-forwarding".split(), False),
    **dict.fromkeys("command environment expiry-time from permitlisten permitopen principals tunnel".split(), True),
}
"""The options that sshd knows, by name in lower case, and whether a value must stand behind it."""
_OPTION = re.compile(r'([A-Za-z0-9-]+)(?:=("(?:[^"\\]|\\.)*+"|[^\s",]+))?(,|\Z)')
_AROUND = " \t\u3000>|*・-<([{「【`'\""
_ASSIGNED = re.compile(r"[\w-]=\S")
_NAMES = re.compile(r"[A-Za-z0-9-]*[,-][A-Za-z0-9,-]*")
_MOST = 2_000
"""Characters before a key that are looked at."""


def misread(before: str) -> bool:
    """Whether the text before a key is meant as options and is none: whoever wrote it has to say what they mean.

    Words and signs that people put before a key in a mail are no options: `My key:`, `>`, `Key =`.
    """
    line = before.rpartition("\n")[2].lstrip(_AROUND).rstrip()
    if not _meant(line[-_MOST:]):
        return False
    unfolded = " ".join(before[-_MOST:].split())
    return not (_all_known(line) or _all_known(unfolded))


def _meant(line: str) -> bool:
    """Quotes or a value, names joined by hyphens or commas, or the name of an option: no words of a letter."""
    first = re.split(r"[\s,]", line, maxsplit=1)[0].lower()
    named = first in TAKES_VALUE and (first == line.lower() or "-" in first)
    return '"' in line or bool(_ASSIGNED.search(line)) or bool(_NAMES.fullmatch(line)) or named


def _all_known(line: str) -> bool:
    """Whether the text is a list of options that sshd takes, to its end."""
    at = 0
    while found := _OPTION.match(line, at):
        takes = TAKES_VALUE.get(found[1].lower())
        if takes is None or (takes and found[2] is None):
            return False
        at = found.end()
        if not found[3]:
            return True
    return False
