"""Orders as files in `state/orders/`, from whoever may write there to whoever holds the lock. It carries none out."""

import os
import re
import stat
from pathlib import Path

from mailbot.core.instants import from_text, to_text
from mailbot.core.orders import Ordered
from mailbot.store.files import disk

FOLDER = "orders"
NONCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
NAME = re.compile(r"[0-9T:.Z-]{24}-(?P<nonce>[A-Za-z0-9_-]{1,64})\.json")
WISH, HEARD = ".reload", ".heard"
LARGEST = 16 * 1024 * 1024
"""Bytes an order may have: room for the names of a million letters."""


def submit(state: Path, ordered: Ordered) -> Path:
    """The file of an order, durable on return, for whoever carries orders out; no lock is needed.

    ValueError if its nonce or its instant cannot be part of a file's name; Full if the disk takes no more. An order
    given by root belongs to the owner of `state`, as everything in it does.
    """
    path = state / FOLDER / name_of(ordered)
    disk.replace(_folder(state) / path.name, [ordered.model_dump_json().encode()], owner=state.stat())
    return path


def name_of(ordered: Ordered) -> str:
    """`<at>-<nonce>.json`: names sort as orders were given. ValueError if that is no file's name."""
    if not NONCE.fullmatch(ordered.by.nonce) or to_text(from_text(ordered.at)) != ordered.at:
        raise ValueError(f"an order needs an instant and a nonce of letters and digits, not {ordered.by.nonce!r}")
    return f"{ordered.at}-{ordered.by.nonce}.json"


def _folder(state: Path) -> Path:
    folder = disk.folder(state / FOLDER)
    disk.hand_over(folder, state.stat())
    return folder


def ask_reload(state: Path, token: str) -> Path:
    """The wish that the service at work reads its rules again, as a file; `token` is of letters and digits, and tells
    this wish from others. Whoever grants it takes the file away. Full if the disk takes no more."""
    path = _folder(state) / f"{token}{WISH}"
    disk.replace(path, [b""], durable=False, owner=state.stat())
    return path


def withdraw_reload(wish: Path) -> bool:
    """Whether nobody heard the wish, and nobody will; what is left of it is gone."""
    wish.with_suffix(HEARD).unlink(missing_ok=True)
    try:
        wish.unlink()
    except FileNotFoundError:
        return False
    return True


def hear_reloads(state: Path) -> list[Path]:
    """The wishes that nobody heard yet, each heard from now on, so that it cannot be withdrawn any more; the name of
    each file without its ending is its token."""
    try:
        with os.scandir(state / FOLDER) as found:
            asked = sorted(Path(one.path) for one in found if one.name.endswith(WISH) and not one.name.startswith("."))
    except FileNotFoundError:
        return []
    return [heard for wish in asked if (heard := _heard(wish)) is not None]


def _heard(wish: Path) -> Path | None:
    try:
        return wish.rename(wish.with_suffix(HEARD))
    except FileNotFoundError:
        return None  # withdrawn meanwhile


class Orders:
    """The orders given and not carried out yet."""

    def __init__(self, state: Path) -> None:
        self.folder = state / FOLDER
        self._state = state
        self._stuck: set[str] = set()

    def names(self) -> list[str]:
        """The files that may be orders, oldest first: one look into the folder."""
        try:
            with os.scandir(self.folder) as found:
                return sorted(one.name for one in found if one.name.endswith(".json") and not one.name.startswith("."))
        except FileNotFoundError:
            return []

    def read(self) -> tuple[list[Ordered], list[str]]:
        """All orders, oldest first, and the names of files that are none, but for those that could not be set aside."""
        orders: list[Ordered] = []
        bad: list[str] = []
        for name in self.names():
            try:
                orders.append(self._read(name))
            except FileNotFoundError:
                continue  # finished meanwhile
            except (OSError, ValueError):
                bad += [name] if name not in self._stuck else []
        return orders, bad

    def _read(self, name: str) -> Ordered:
        """The order in a plain file of the owner of the state; OSError or ValueError for anything else."""
        descriptor = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as data:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_uid != self._state.stat().st_uid:
                raise ValueError("not a file of the state's owner")
            if found.st_size > LARGEST:
                raise ValueError("too large for an order")
            ordered = Ordered.model_validate_json(data.read())
        if name_of(ordered) != name:
            raise ValueError("another order's name")
        return ordered

    def set_aside(self, name: str) -> str:
        """A file that is no order is called `*.bad` from now on; in words what was done."""
        path = self.folder / name
        try:
            path.rename(path.with_name(f"{name}.bad"))
        except OSError as error:
            self._stuck.add(name)
            return f"{path} is no order, and could not be set aside: {error}"
        return f"{path} is no order, or not one of the owner of the state: it was set aside as {name}.bad"

    def finish(self, nonce: str) -> None:
        """The order with this nonce is not given any more; it need not be there.

        Not durable by itself: should a crash bring the file back, the journal knows that the order was carried out.
        """
        for name in self.names():
            found = NAME.fullmatch(name)
            if found and found["nonce"] == nonce:
                (self.folder / name).unlink(missing_ok=True)
