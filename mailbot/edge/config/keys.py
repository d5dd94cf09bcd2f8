"""The file of keys, which only its owner may read. It knows nothing of what the keys are for."""

import json
import os
import re
import secrets
import stat
from collections.abc import Collection
from pathlib import Path
from typing import Any

from mailbot.edge.private import replace, write_new

KEY_OCTETS = 32


def make_keys(path: Path) -> None:
    """Write a file with one new key (32 random octets), readable by its owner alone. FileExistsError if it is there."""
    text = json.dumps({"current": "k1", "keys": {"k1": secrets.token_hex(KEY_OCTETS)}}, indent=2) + "\n"
    write_new(path, text)


def rotate_keys(path: Path, drop: Collection[str] = ()) -> str:
    """A new key is current from now on, and the keys named in `drop` are gone; the new key's name. Whoever reads
    the file meanwhile finds the old or the new one, whole, and only its owner can. OSError and ValueError as
    `load_keys`; the file is as it was then."""
    current, keys = load_keys(path)
    numbers = [int(name[1:]) for name in keys if re.fullmatch(r"k[0-9]{1,9}", name)]
    name = f"k{max(numbers, default=0) + 1}"
    kept = {old: key.hex() for old, key in keys.items() if old == current or old not in drop}
    new = {"current": name, "keys": {**kept, name: secrets.token_hex(KEY_OCTETS)}}
    replace(path, json.dumps(new, indent=2) + "\n")
    return name


def _key(name: str, digits: Any) -> bytes:
    if not re.fullmatch(r"[a-z0-9]{1,16}", name):
        raise ValueError(f'found the key name "{name}", wanted small letters and digits')
    if not isinstance(digits, str) or not re.fullmatch(r"[0-9a-f]{64,}", digits) or len(digits) % 2:
        raise ValueError(f"key {name}: wanted {KEY_OCTETS * 2} hexadecimal digits or more, an even number")
    return bytes.fromhex(digits)


def load_keys(path: Path) -> tuple[str, dict[str, bytes]]:
    """The name of the current key and all keys by name. OSError if the file cannot be read; ValueError if anybody but
    its owner may read it, or if it is not what `make_keys` writes. No message repeats a key."""
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise ValueError(f"found mode {mode:04o}, wanted 0600: others may read this file")
        data = _json(file.read())
    if set(data) != {"current", "keys"} or not isinstance(data["keys"], dict):
        raise ValueError('wanted {"current": name, "keys": {name: digits}}')
    keys = {name: _key(name, digits) for name, digits in data["keys"].items()}
    if data["current"] not in keys:
        raise ValueError("the current key is not one of the keys")
    return data["current"], keys


def _json(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise ValueError("wanted a JSON object") from None
    return data
