"""Removes the files of a casebook. It knows nothing of what is in them."""

import shutil
from pathlib import Path

BESIDE = "new"
"""The folder beside the cases in which those are made that take their place; what lies there is left of a crash."""


def wipe(folder: Path) -> None:
    """Removes all cases from the disk, also those that were to take their place."""
    clear(folder)
    shutil.rmtree(folder / BESIDE, ignore_errors=True)


def clear(folder: Path) -> None:
    """Removes all cases from the disk, the checkpoint first, so that no crash leaves it without its cases."""
    for path in (folder / "open.json", *(folder / "closed").glob("*.json")):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
