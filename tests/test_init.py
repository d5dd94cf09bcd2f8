"""`mailbot init` with options, and asked at a terminal: what stands in the files of the new desk."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from forking import mailbot
from terminal import END, Terminal, at_home, of_the_checkout

from mailbot import desks
from mailbot.core.rules import Desk
from mailbot.demo.people import Person, write
from mailbot.edge import config
from mailbot.edge.config.beginning import shipped_forms

ADDRESS = ("--address", "help.me@uni.example")


def begun(folder: Path, *options: str) -> tuple[dict[str, Any], Desk]:
    """The settings and the desk of a folder made with these options."""
    done = mailbot("init", "desk", *options, cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    (folder / "desk" / "mailbox.password").touch(0o600)
    (folder / "desk" / "mailbox.password").write_text("secret\n")
    assert isinstance(config.load(folder / "desk" / "mailbot.toml"), config.Config)
    rules = desks.rules_in(folder / "desk" / "rules", folder / "desk" / "templates")[0]
    return tomllib.loads((folder / "desk" / "mailbot.toml").read_text(encoding="utf-8")), rules.desk


def test_what_is_not_said_follows_from_the_address(tmp_path: Path) -> None:
    settings, desk = begun(tmp_path, *ADDRESS)
    assert (desk.name, desk.address, desk.border.ids) == ("HELP-ME", "help.me@uni.example", ("mx.uni.example",))
    imap, smtp = settings["imap"], settings["smtp"]
    assert (imap["host"], imap["security"], smtp["host"], smtp["security"]) == (
        "imap.uni.example",
        "tls",
        "smtp.uni.example",
        "starttls",
    )
    assert {server["user"] for server in (imap, smtp)} == {"help.me@uni.example"}
    assert {server["password_file"] for server in (imap, smtp)} == {"mailbox.password"}
    assert "port" not in imap
    assert len(desk.clerks) == 2, "the examples stay where nobody is named"


@pytest.mark.parametrize(
    ("server", "port", "security"),
    [
        ("mail.uni.example:993", 993, "tls"),
        ("mail.uni.example:465", 465, "tls"),
        ("mail.uni.example:587", 587, "starttls"),
        ("localhost:1143", 1143, "none"),
        ("127.0.0.1:993", 993, "tls"),
        ("localhost:465", 465, "tls"),
    ],
)
def test_the_port_says_how_a_server_is_spoken_to_and_clear_text_is_for_this_machine(
    server: str, port: int, security: str, tmp_path: Path
) -> None:
    settings, _ = begun(tmp_path, *ADDRESS, "--imap", server, "--smtp", server)
    for wire in ("imap", "smtp"):
        assert (settings[wire]["port"], settings[wire]["security"]) == (port, security)


@pytest.mark.parametrize("user", ["", "-"])
def test_a_relay_without_login_gets_neither_name_nor_password(user: str, tmp_path: Path) -> None:
    settings, _ = begun(tmp_path, *ADDRESS, "--smtp", "localhost:25", f"--smtp-user={user}")
    assert settings["smtp"] == {"host": "localhost", "security": "none", "port": 25}
    assert (settings["imap"]["user"], settings["imap"]["password_file"]) == ("help.me@uni.example", "mailbox.password")


def test_a_relay_may_want_another_login_than_the_mailbox(tmp_path: Path) -> None:
    settings, _ = begun(tmp_path, *ADDRESS, "--login", "reads", "--smtp-user", "sends")
    assert (settings["imap"]["user"], settings["smtp"]["user"]) == ("reads", "sends")


def test_the_first_clerk_stands_in_the_place_of_the_examples_and_may_do_everything(tmp_path: Path) -> None:
    _, desk = begun(tmp_path, *ADDRESS, "--clerk", "ann.lee@uni.example", "--name", "DESK", "--login", "desk1")
    (clerk,) = desk.clerks
    assert (clerk.name, clerk.address, clerk.roles) == ("Ann Lee", "ann.lee@uni.example", ("read", "decide", "head"))
    assert desk.name == "DESK"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--address", "nobody"), ("--name", "desk"), ("--imap", "imap://x"), ("--clerk", "Ann"), ("--login", "a b")),
        *(("--timezone", "Mars/Olympus"), ("--country", "XX"), ("--country", "jp"), ("--forms", "visit")),
    ],
)
def test_an_option_that_cannot_be_right_is_said_and_nothing_is_written(option: str, value: str, tmp_path: Path) -> None:
    done = mailbot("init", "desk", *ADDRESS, option, value, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.decode().startswith(f'mailbot: {option}: found "{value}", wanted ')
    assert not (tmp_path / "desk").exists()


def test_who_names_a_form_that_is_not_there_hears_which_are(tmp_path: Path) -> None:
    said = mailbot("init", "desk", *ADDRESS, "--forms", "visit", cwd=tmp_path).stderr.decode()
    assert said.rstrip().endswith(f"; there are {', '.join(sorted(shipped_forms()))}")


def test_an_address_too_long_for_reply_addresses_is_said_at_once(tmp_path: Path) -> None:
    done = mailbot("init", "desk", "--address", f"{'a' * 31}@uni.example", cwd=tmp_path)
    assert (done.returncode, b"at most 30" in done.stderr) == (2, True)


def forms_of(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "desk" / "rules").glob("*.toml")} - {"desk"}


@pytest.mark.parametrize(
    ("words", "forms"),
    [("none", {"enquiry"}), ("new-account", {"new-account"}), ("renewal, enquiry", {"renewal", "enquiry"})],
)
def test_only_the_example_forms_that_are_wanted_are_there_and_stay_away(
    words: str, forms: set[str], tmp_path: Path
) -> None:
    begun(tmp_path, *ADDRESS, "--forms", words)
    assert forms_of(tmp_path) == forms
    assert mailbot("init", "desk", cwd=tmp_path).returncode == 0
    assert forms_of(tmp_path) == forms, "whoever begins again does not get back what was not wanted"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_desk_without_forms_asks_for_questions_and_lists_no_applications(language: str, tmp_path: Path) -> None:
    begun(tmp_path, *ADDRESS, "--forms", "none")
    words = {"en": "Hello, may I ask you something?", "ja": "こんにちは。質問がございます。"}[language]
    (tmp_path / "mail.eml").write_bytes(write(Person("A", "a@uni.example"), ADDRESS[1], "?", words))
    said = mailbot("try", "../mail.eml", cwd=tmp_path / "desk").stdout.decode().replace("\n", " ")
    own_words, listed = {"en": ("in your own words", "you can apply for"), "ja": ("文章でお書き", "次の申請")}[language]
    assert own_words in said
    assert listed not in said


def test_hours_are_those_of_the_place(tmp_path: Path) -> None:
    assert (begun(tmp_path, *ADDRESS)[1].timezone, begun(tmp_path, *ADDRESS)[1].holidays) == ("Asia/Tokyo", "JP")
    (tmp_path / "b").mkdir()
    desk = begun(tmp_path / "b", *ADDRESS, "--timezone", "Europe/Berlin", "--country", "DE")[1]
    assert (desk.timezone, desk.holidays) == ("Europe/Berlin", "DE")
    (tmp_path / "c").mkdir()
    desk = begun(tmp_path / "c", *ADDRESS, "--timezone", "Europe/Berlin")[1]
    assert desk.holidays == "", "no other country's holidays are kept unasked"


@pytest.fixture
def terminal(tmp_path: Path) -> Any:
    with at_home(tmp_path, tmp_path, of_the_checkout(tmp_path / "bin")) as opened:
        yield opened


def test_what_cannot_be_right_is_asked_again_and_who_stops_has_written_nothing(
    terminal: Terminal, tmp_path: Path
) -> None:
    answers = [("write to: ", "nobody"), ("desk.example\nAddress that people write to: ", "desk@uni.example")]
    code, said = terminal.run("mailbot init desk", [*answers, ("[DESK]: ", END)])
    assert code == 2
    assert "wanted: an address such as helpdesk@desk.example" in said
    assert said.endswith("mailbot: not all was answered; nothing is written\n")
    assert not (tmp_path / "desk").exists()


def test_who_names_no_address_gets_the_files_as_they_ship(terminal: Terminal, tmp_path: Path) -> None:
    code, said = terminal.run("mailbot init desk", [("write to: ", "")])
    assert (code, "edit desk/mailbot.toml" in said) == (0, True)
    assert (tmp_path / "desk" / "mailbot.toml").read_text(encoding="utf-8") == config.TEMPLATE
