"""Figures in files, each with the machine that they were measured on. It knows nothing of what they mean."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "figures"
"""Those that stand in docs/benchmarks.md, a file for each of what can be measured."""


def machine() -> dict[str, Any]:
    """What the figures depend on; `load` is how many processes wanted to work before anything was measured."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text("utf-8"))
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "processor": model[1] if model else platform.machine(),
        "processors": os.cpu_count(),
        "GiB": round(memory),
        "system": system,
        "Python": platform.python_version(),
        "Dovecot": _said("dovecot", "--version").partition(" ")[0],
        "load": round(os.getloadavg()[0], 1),
    }


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def write(folder: Path, what: str, how: Mapping[str, Any], figures: Mapping[str, float]) -> None:
    """Keeps them in the folder, with how much was measured (`how`)."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**how, "figures": figures}, indent=2, ensure_ascii=False)
    (folder / f"{what}.json").write_text(text + "\n", "utf-8")


def read(folder: Path, what: str) -> dict[str, Any] | None:
    """What `write` kept; None if nothing was."""
    path = folder / f"{what}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None
