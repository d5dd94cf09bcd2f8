"""Rule sets, their files, and programs, kept once each under the digest entries name. It knows nothing of what they
mean."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from mailbot.core.chain import canonical
from mailbot.core.rulesets.files import files_in
from mailbot.store import Digest
from mailbot.store.files import disk

Kind = Literal["rules", "program"]
FOLDERS: Mapping[Kind, str] = {"rules": "rules", "program": "programs"}
Kept = tuple[Kind, Digest]
"""What an entry names."""


def remember(state: Path, kind: Kind, texts: Mapping[str, str]) -> Digest:
    """The digest of `{path: text}` in canonical form, with the mapping kept durably in `<digest>.json` on return.

    ValueError for a path beyond ASCII or a text with lone surrogates; Full if the disk takes no more.
    """
    data = canonical(dict(texts))
    digest = hashlib.sha256(data).hexdigest()
    path = disk.folder(state / FOLDERS[kind]) / f"{digest}.json"
    if path.is_file() and path.read_bytes() == data:
        disk.fsync_folder(path.parent)
    else:
        disk.replace(path, [data])
    return digest


def recollect(state: Path, kind: Kind, digest: Digest) -> dict[str, str] | None:
    """What was remembered under this digest; None if nothing was, or if it is not what was remembered."""
    path = state / FOLDERS[kind] / f"{digest}.json"
    if not path.is_file():
        return None
    data = path.read_bytes()
    return dict(json.loads(data)) if hashlib.sha256(data).hexdigest() == digest else None


def _folder_of_files(state: Path) -> Path:
    return state / FOLDERS["rules"] / "files"


def remember_files(state: Path, files: Mapping[Digest, bytes]) -> None:
    """The files of a rule set, by the SHA-256 of their bytes, are kept durably on return; Full if the disk takes no
    more."""
    if not files:
        return
    folder = disk.folder(_folder_of_files(state))
    for digest, data in files.items():
        if recollect_file(state, digest) is None:
            disk.replace(folder / digest, [data])
    disk.fsync_folder(folder)


def recollect_file(state: Path, digest: Digest) -> bytes | None:
    """The bytes that were kept under this digest; None if there are none, or others."""
    try:
        data = (_folder_of_files(state) / digest).read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None


def problems(state: Path, named: Kept) -> Iterator[str]:
    """What of it is not kept as it was remembered, in words that name the file: `{path: text}`, and for rules the files
    that belong to them."""
    kind, digest = named
    path = state / FOLDERS[kind] / f"{digest}.json"
    try:
        texts = recollect(state, kind, digest)
    except OSError:
        texts = None
    if texts is None:
        yield f"{path}: {_wrong(path)}; entries name it as their {kind}"
    for name, file in sorted(files_in(texts or {}).items()) if kind == "rules" else ():
        kept = _folder_of_files(state) / file
        if recollect_file(state, file) is None:
            yield f"{kept}: {_wrong(kept)}; it is the file {name} of the rules {digest}"


def _wrong(path: Path) -> str:
    return "it was changed after it was kept" if path.is_file() else "it is not kept any more"
