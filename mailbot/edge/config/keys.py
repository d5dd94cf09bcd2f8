"""The file of keys, which only its owner may read. It knows nothing of what the keys are for."""

import json
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Any

KEY_OCTETS = 32


def make_keys(path: Path) -> None:
    """Write a file with one new key (32 random octets), readable by its owner alone. FileExistsError if it is there."""
    text = json.dumps({"current": "k1", "keys": {"k1": secrets.token_hex(KEY_OCTETS)}}, indent=2) + "\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


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
