"""The files of rules and templates as texts and bytes, and where those are that come with mailbot.
It judges no rule."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder in order, without hidden ones and the copies that editors leave."""
    found = (Path(at) / name for at, _, names in os.walk(folder, onerror=_unreadable) for name in names)
    for path in sorted(found):
        hidden = any(part.startswith(".") or part.endswith("~") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _unreadable(error: OSError) -> None:
    """A folder that may not be looked into is no folder without files: a form would vanish unseen."""
    if not isinstance(error, FileNotFoundError):
        raise error


def lies_in(path: Path, folder: Path) -> bool:
    """Whether a file lies in a folder (absolute both), by its name or wherever links lead: a copy of the folder would
    have it, or a name that leads to it."""
    names = (Path(os.path.normpath(path)), path.resolve())
    folders = (Path(os.path.normpath(folder)), folder.resolve())
    return any(name.is_relative_to(one) for name in names for one in folders)


def rule_set(rules: Path, templates: Path) -> tuple[dict[str, str], dict[str, bytes]]:
    """What `rulesets.build` takes: `{path: text}` with paths `rules/…` and `templates/…`, `/` between folders; and the
    bytes of the files in rules/files/ by their digest (SHA-256, lower hex).

    Such a file stands in the texts as `sha256:<digest>`, but for sheets (.toml), which are texts. Bytes that are not
    UTF-8 stay as lone surrogates, which `build` reports with file and line. A folder that is not there gives no files;
    OSError if a file cannot be read.
    """
    texts, files = {}, {}
    for name, folder in (("rules", rules), ("templates", templates)):
        for path in _files(folder):
            file = f"{name}/{path.relative_to(folder).as_posix()}"
            raw = path.read_bytes()
            if file.startswith("rules/files/") and not file.endswith(".toml"):
                digest = hashlib.sha256(raw).hexdigest()
                texts[file], files[digest] = f"sha256:{digest}", raw
            else:
                texts[file] = _text(raw)
    return texts, files


def rule_texts(rules: Path, templates: Path) -> dict[str, str]:
    """The texts alone of a `rule_set`."""
    return rule_set(rules, templates)[0]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n").removeprefix("\ufeff")


def shipped() -> Path:
    """The folder with `rules` and `templates` that come with mailbot: in the package, or in a checkout above it."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent
