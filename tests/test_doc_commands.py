"""Every command that README and docs/ show is carried out, in a desk made for it, or stands here with why it is not;
those named in a sentence are commands with options that there are."""

import argparse
import asyncio
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from desks_at_work import embedded_world
from forking import mailbot
from worlds import World

from mailbot.cli import _spelled_out, parser
from mailbot.demo.people import Person, write
from mailbot.embedded import EmbeddedServers

ROOT = Path(__file__).parent.parent
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
FENCE = re.compile(r"(?ms)^( *)```([^\n]*)\n(.*?)^ *```$")
DESK, MARIA = "helpdesk@desk.example", Person("Maria Keller", "maria.keller@uni.example")
ELSEWHERE: Mapping[str, str] = {"tutorial.md": "test_tutorial types all of it at a terminal"}
"""Pages whose commands another test carries out."""
ONLY_PARSED: Mapping[str, str] = {
    **dict.fromkeys(
        ("mailbot erase 2026-00042", "mailbot erase --sender"),
        "they take the cases that other pages show; test_erasing carries them out",
    ),
    "mailbot restore": "needs a state that was lost; test_restore and test_restore_service lose one",
}
"""Lines with `mailbot` that cannot be carried out here, by their beginning, and why; their words are parsed."""
OTHERS: Mapping[str, str] = {
    "python3 -m venv .venv && .venv/bin/pip install": "test_wheel installs and has its demo; .ci/run does the tests",
    "sudo ": "needs root and a systemd that is at work; test_unit has systemd-analyze look at the unit",
    "openssl pkeyutl": "test_heads does it with the letter's own lines",
}
"""Lines that do not begin with `mailbot`, by their beginning, and why they are not carried out."""
SIGNED = """\
title = {en = "Laboratory key", ja = "実験室鍵申込"}
[people]
applicant = {email = "email", name = ["name"]}
[fields.name]
required = true
label = {en = "Your name", ja = "氏名"}
[fields.email]
type = "email"
required = true
label = {en = "Email", ja = "メールアドレス"}
[fields.key]
required = true
label = {en = "Which key", ja = "鍵の番号"}
[documents.pledge]
title = {en = "Pledge", ja = "誓約書"}
signer = "applicant"
[[steps]]
kind = "fields"
[[steps]]
kind = "document"
documents = ["pledge"]
[[steps]]
kind = "review"
"""
"""A form that waits for a signed paper."""


@dataclass(frozen=True)
class Line:
    """A line of a block of shell commands."""

    page: Path
    text: str

    @property
    def command(self) -> str:
        """Without what explains it."""
        return re.sub(r"\s+#.*$", "", self.text)


def lines(page: Path) -> list[Line]:
    """The commands of a page, in order."""
    blocks = [text for _, kind, text in FENCE.findall(page.read_text(encoding="utf-8")) if kind == "sh"]
    return [Line(page, line) for block in blocks for line in textwrap.dedent(block).splitlines() if line.strip()]


def files(page: Path) -> dict[str, str]:
    """The files that a page says to save, by their path."""
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return {kind.split()[1]: textwrap.dedent(text) for _, kind, text in found if "/" in kind}


def others(line: Line) -> str:
    """Why a line that does not begin with `mailbot` is not carried out; empty if nobody says so."""
    return next((why for start, why in OTHERS.items() if line.command.startswith(start)), "")


ALL = [line for page in PAGES for line in lines(page)]
RUN = [page for page in PAGES if page.name not in ELSEWHERE and not all(map(others, lines(page)))]


@dataclass
class Prepared:
    """A desk in which the commands of the pages make sense: four cases, letters, keys and the files they name."""

    folder: Path
    servers: EmbeddedServers
    numbers: dict[str, str] = field(default_factory=dict)

    def here(self, command: str) -> str:
        """A command as it is typed at this desk: its cases, its hashes."""
        wanted = next((part for part in ("RECEIVED", "reject.txt", "ASSIGN") if part in command), "")
        head = (self.folder / "head").read_text(encoding="utf-8")
        return command.replace("2026-00042", self.numbers[wanted]).replace("4d4d…4d", head)


def application(title: str, number: int) -> bytes:
    last = f"Day of the visit: 2099-07-0{number}" if title == "Visit" else f"Which key: {number}"
    text = f"{title}\nYour name: Maria Keller\nEmail: {MARIA.address}\n{last}\n"
    return write(MARIA, DESK, title, text)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    with EmbeddedServers() as servers:
        folder = tmp_path_factory.mktemp("pages") / "desk"
        world = embedded_world(folder, servers)
        desk = Prepared(folder, servers)
        with (folder / "mailbot.toml").open("a", encoding="utf-8") as settings:
            settings.write('\n[desk]\nsigning_key = "head.pem"\n')
        for name, text in {**files(ROOT / "docs" / "new-form.md"), "rules/signed.toml": SIGNED}.items():
            (folder / name).write_text(text, encoding="utf-8")
        world.change_rules(auditors=["auditor@audit.example"], head="00:00")  # type: ignore[arg-type]
        done(world, "keys", "signing", "--new")
        titles = ("Visit", "Laboratory key", "Visit", "Visit")
        asyncio.run(servers.deliver(*(application(title, number) for number, title in enumerate(titles, 1))))
        done(world, "once")
        _cases(world, desk)
        _files(world, desk)
        yield desk


def done(world: World, *words: str) -> str:
    """What a command printed that ended well."""
    ended = mailbot(*words, cwd=world.folder)
    assert ended.returncode == 0, (words, ended.stdout.decode(), ended.stderr.decode())
    return ended.stdout.decode()


def _cases(world: World, desk: Prepared) -> None:
    opened = [entry["case"] for entry in world.entries() if any(e["kind"] == "case_opened" for e in entry["events"])]
    desk.numbers = dict(zip(("", "RECEIVED", "reject.txt", "ASSIGN"), opened, strict=True))


def _files(world: World, desk: Prepared) -> None:
    """What the commands read: a letter, the public key, a register, a text, a mail, changed rules."""
    folder = world.folder
    (folder / "head").write_text(world.entries()[-1]["hash"], encoding="utf-8")
    (letter,) = (letter for letter in desk.servers.letters if letter.recipient == "auditor@audit.example")
    (folder / "letter.eml").write_bytes(letter.raw)
    public = re.search(r"(?s)-----BEGIN.*KEY-----\n?", done(world, "keys", "signing"))
    assert public
    (folder / "public.pem").write_text(public[0], encoding="utf-8")
    (folder / "accounts.csv").write_text(ACCOUNTS, encoding="utf-8")
    (folder / "reject.txt").write_text("REJECT\n\nThe rooms are closed on that day.\n", encoding="utf-8")
    (folder / "visit.eml").write_bytes(application("Visit", 5))
    for name in ("rules", "templates"):
        shutil.copytree(folder / name, folder / "new" / name)
    (folder / "mailbot").symlink_to(ROOT / "mailbot")
    (folder / "helpdesk").symlink_to(".")


ACCOUNTS = """\
account,family_name,first_name,email,affiliation,postal_code,address,telephone,responsible_account,ssh_public_key
taro-i,Iden,Taro,taro@uni.example,Example University,,,,,
"""


@contextmanager
def at_work(desk: Prepared, needed: bool) -> Iterator[None]:
    """The service, where a page wants it; and the relay delivers what the desk writes to itself."""
    end = threading.Event()
    carrier = threading.Thread(target=_carry, args=(desk.servers, len(desk.servers.letters), end))
    carrier.start()
    command = [sys.executable, "-m", "mailbot", "run"]
    service = subprocess.Popen(command, cwd=desk.folder, stderr=subprocess.PIPE, text=True) if needed else None
    try:
        if service and service.stderr:
            assert "at work" in service.stderr.readline()
        yield
    finally:
        end.set()
        carrier.join()
        if service:
            service.terminate()
            service.communicate(timeout=60)


def _carry(servers: EmbeddedServers, carried: int, end: threading.Event) -> None:
    while not end.wait(0.05):
        for letter in servers.letters[carried:]:
            carried += 1
            if letter.recipient.startswith("helpdesk+probe"):
                asyncio.run(servers.deliver(f"Delivered-To: {letter.recipient}\r\n".encode() + letter.raw))


def carried_out(command: str, desk: Prepared) -> tuple[int, str]:
    """A line with `mailbot` or `python`, with what it reads and writes; what is behind a | is left out."""
    words = shlex.split(command.partition("|")[0])
    given = b""
    if "<" in words:
        given = (desk.folder / words[words.index("<") + 1]).read_bytes()
    words = [word for at, word in enumerate(words) if not {word, words[at - 1] if at else ""} & {"<", ">"}]
    if words[0] == "mailbot":
        ended = mailbot(*words[1:], cwd=desk.folder, given=given)
    else:
        assert words[0] in ("python", "cp"), command
        program = sys.executable if words[0] == "python" else words[0]
        ended = subprocess.run([program, *words[1:]], cwd=desk.folder, capture_output=True, check=False)
    return ended.returncode, (ended.stdout + ended.stderr).decode()


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_the_commands_of_a_page_are_carried_out(page: Path, prepared: Prepared) -> None:
    wanted = [line for line in lines(page) if not others(line) and not _only_parsed(line)]
    with at_work(prepared, any("mailbot reload" in line.command for line in wanted)):
        for line in wanted:
            code, said = carried_out(prepared.here(line.command), prepared)
            assert code == 0, (
                f"{page.name} shows `{line.command}`, which ended with {code}:\n{said}\nPrepare what it needs in "
                f"`prepared`, or put it with a reason into ONLY_PARSED of {Path(__file__).name}."
            )


def _only_parsed(line: Line) -> str:
    return next((why for start, why in ONLY_PARSED.items() if line.command.startswith(start)), "")


@pytest.mark.parametrize("line", ALL, ids=lambda line: f"{line.page.name}: {line.command}")
def test_every_line_is_one_of_mailbot_that_can_be_parsed_or_says_why_it_is_not_carried_out(line: Line) -> None:
    command = line.command
    if command.startswith("mailbot "):
        words = shlex.split(re.split(r" [|<>] ", command)[0])[1:]
        parser().parse_args(_spelled_out(words))
    elif line.page.name not in ELSEWHERE:
        assert others(line) or command.split()[0] in ("python", "cp"), (
            f"{line.page.name} shows `{command}`: say in OTHERS of {Path(__file__).name} why it is not carried out"
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_block_of_commands_says_that_it_is_one(page: Path) -> None:
    for _, kind, text in FENCE.findall(page.read_text(encoding="utf-8")):
        commands = [
            line for line in textwrap.dedent(text).splitlines() if re.match(r"(\$ )?(sudo )?mailbot [a-z]", line)
        ]
        assert kind == "sh" or not commands, f"{page.name}: a block with `{commands[0]}` has to begin with ```sh"


@pytest.mark.parametrize("reasons", [ELSEWHERE, ONLY_PARSED, OTHERS], ids=["elsewhere", "only parsed", "others"])
def test_no_reason_is_left_of_what_nobody_shows_any_more(reasons: Mapping[str, str]) -> None:
    shown = [line.command for line in ALL] + [page.name for page in PAGES]
    assert [start for start in reasons if not any(text.startswith(start) for text in shown)] == []


def named(page: Path) -> list[str]:
    """The commands that stand in sentences and tables of a page."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return sorted({found.replace("\\|", "|") for found in re.findall(r"`(?:\.venv/bin/)?mailbot ([^`]+)`", text)})


def subparsers(of: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    return next((action.choices for action in of._actions if isinstance(action, argparse._SubParsersAction)), {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_that_a_sentence_names_are_there(page: Path) -> None:
    for text in named(page):
        at, words = parser(), re.sub(r"[\[\]|]", " ", text.replace("…", " ")).split()
        while words and (below := subparsers(at)):
            options = [word for word in words if word.startswith("--")]
            if words[0] in ("--config", "COMMAND"):
                words = words[2:]
                continue
            assert words[0] in below or options == words, f"{page.name} names `mailbot {text}`, which is no command"
            at, words = below.get(words[0], at), words[1:]
        known = {name for action in at._actions for name in action.option_strings}
        wrong = {word for word in words if word.startswith("--")} - known
        assert not wrong, f"{page.name} names `mailbot {text}`; it has no {', '.join(sorted(wrong))}"
