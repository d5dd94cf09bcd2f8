"""The wheel alone, in an empty environment and from another folder, is the whole product."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `mailbot` command of a new environment that has nothing but the wheel and what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    if built.returncode != 0 and "network" in built.stderr.lower():
        pytest.skip("the wheel cannot be built without the build backend, and no package index answers")
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    pip = [str(folder / "env" / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "-c", str(ROOT / "requirements.lock"), f"{wheel}[demo]"], check=True, capture_output=True)
    return folder / "env" / "bin" / "mailbot"


def run(command: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(command), *words], cwd=cwd, env=clean, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.long
def test_demo_init_check_and_try_work_from_another_folder(installed: Path, tmp_path: Path) -> None:
    demo = run(installed, "demo", cwd=tmp_path)
    assert demo.returncode == 0, demo.stdout[-2000:] + demo.stderr
    assert run(installed, "init", "desk", cwd=tmp_path).returncode == 0
    assert "ok   rules" not in run(installed, "check", cwd=tmp_path / "desk").stdout, "its password files are missing"
    for name in ("imap.password", "smtp.password"):
        (tmp_path / "desk" / name).write_text("x")
    assert "ok   rules" in run(installed, "check", cwd=tmp_path / "desk").stdout
    (tmp_path / "mail.eml").write_text("From: a@b.example\nSubject: hello\n\nhello\n")
    tried = run(installed, "try", "mail.eml", "--json", cwd=tmp_path)
    assert tried.returncode == 0, tried.stderr
    assert '"sort": "enquiry"' in tried.stdout
