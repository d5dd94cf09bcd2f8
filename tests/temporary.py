"""Where the files of tests lie: in memory, if the system has room for them there. It knows nothing of what they are.

Desks of tests write durably some ten thousand times, and on a disk wait for it longer than they work. Nothing is lost
by that: no test pulls the plug, and what goes wrong with disks is made to go wrong in the calls (`crashing`, `faults`).
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 2_000_000_000
"""Octets that have to be free there, several times what the suite takes."""


def folder() -> Path:
    """The folder for them: in memory, or what the system or TMPDIR says."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return MEMORY if roomy and "TMPDIR" not in os.environ else Path(tempfile.gettempdir())
