"""The folder of a new desk, from what comes with mailbot. It asks nothing and overwrites nothing."""

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from mailbot.edge import config

DESK = "desk"
"""The one file in rules/ that is no form."""


def shipped_forms() -> tuple[str, ...]:
    """The names of the forms that come with mailbot, as examples."""
    return tuple(sorted(path.stem for path in (config.shipped() / "rules").glob("*.toml") if path.stem != DESK))


def begin(folder: Path, forms: Collection[str] | None = None) -> Iterator[tuple[Path, bool]]:
    """Write settings, keys, rules and templates to start from; what is there already stays as it is. Of the forms that
    ship only these, None: all; and none at all into a desk that has some, as whoever removed one does not want it.

    Yields each file with whether it was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keep = () if _has_forms(folder) else shipped_forms() if forms is None else forms
    left_out = {f"{name}.toml" for name in shipped_forms() if name not in keep}
    for name in ("rules", "templates"):
        source = config.shipped() / name
        for path in sorted(part for part in source.rglob("*") if part.is_file()):
            target = folder / name / path.relative_to(source)
            if path.parent != config.shipped() / "rules" or path.name not in left_out or target.exists():
                yield _copy(path, target)
    settings, keys = folder / "mailbot.toml", folder / "keys.json"
    wrote = not settings.exists()
    if wrote:
        settings.write_text(config.TEMPLATE, encoding="utf-8")
    yield settings, wrote
    fresh = not keys.exists()
    if fresh:
        config.make_keys(keys)
    yield keys, fresh
    (folder / "state").mkdir(mode=0o700, exist_ok=True)


def _has_forms(folder: Path) -> bool:
    return any(path.stem != DESK for path in (folder / "rules").glob("*.toml"))


def _copy(source: Path, target: Path) -> tuple[Path, bool]:
    if target.exists():
        return target, False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target, True
