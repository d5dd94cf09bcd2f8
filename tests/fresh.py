"""What a fresh process loads."""

import subprocess
import sys


def modules_with(module: str) -> set[str]:
    """The names of all modules that are there once this one is imported."""
    command = [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
