"""The demo: one day at a help desk on embedded servers, from the first mail to the clerks' decisions. The desk in it is
the real one; only the servers and the people are made up."""

import asyncio
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from mailbot import desks

BEGINS = "A day at a help desk, on mail servers of its own: it is shown when it is over, in some ten seconds.\n"
LOOKS = ("cases", "queue", "log", "verify")
"""What shows most of what a demo left."""


def main(keep: Path | None = None) -> int:
    """Run the demo and show it; `keep` is a folder to leave settings, state and letters in (None: nothing is left).

    The exit code is 0 only if every mail ended as it should.
    """
    try:
        from mailbot.demo.day import play
    except ImportError as missing:
        raise desks.Mistaken(str(missing)) from missing
    if keep is not None and (keep / "state" / "journal").exists():
        raise desks.Mistaken(f"{keep}: a demo was kept there already; name another folder")

    print(BEGINS, flush=True)
    with nullcontext(str(keep)) if keep else tempfile.TemporaryDirectory(prefix="mailbot-demo-") as folder:
        wrong = asyncio.run(play(Path(folder), sys.stdout, keep_letters=keep is not None))
    if keep is not None:
        print(f"\nSettings, state and letters are in {keep}. Look on with")
        print("\n".join(f"  mailbot --config {keep / 'mailbot.toml'} {words}" for words in LOOKS))
    return 1 if wrong else 0
