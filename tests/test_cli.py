"""The commands as an operator types them, and what they say when something is wrong."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from forking import mailbot
from worlds import World, application, family_name, question

from mailbot import cli
from mailbot.demo import mails
from mailbot.demo.people import received, reply, write


def tried(raw: bytes, folder: Path) -> dict:
    done = mailbot("try", "-", "--json", cwd=folder, given=raw)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.decode().splitlines()
    return json.loads(line)


KEYS = {
    "file",
    "sort",
    "language",
    "form",
    "fields",
    "faults",
    "subject",
    "from",
    "text",
    "new_text",
    "attachments",
    "case",
    "events",
    "letters",
    "error",
}


@pytest.mark.parametrize("row", cli.COMMANDS, ids=lambda row: row[0])
def test_the_help_of_a_command_says_what_each_argument_is(row: cli.Row) -> None:
    assert [argument.names for argument in row[3] if not argument.options.get("help")] == []


def test_try_says_what_the_desk_would_make_of_a_complete_application(tmp_path: Path) -> None:
    raw = write(mails.MARIA, mails.DESK, "Application", mails.ENGLISH_APPLICATION)
    outcome = tried(raw, tmp_path)
    assert outcome.keys() == KEYS
    assert (outcome["sort"], outcome["form"], outcome["language"]) == ("application", "new-account", "en")
    assert outcome["fields"]["postal_code"] == "411-8540"
    assert outcome["fields"]["personal_genome"] == "no"
    assert outcome["faults"] == []
    assert outcome["case"].endswith("-00000")
    assert [letter["template"] for letter in outcome["letters"]] == ["received", "consent"]
    assert outcome["error"] is None
    assert list(tmp_path.iterdir()) == [], "a trial leaves nothing behind"


def test_try_reads_iso_2022_jp_with_the_characters_its_codec_refuses(tmp_path: Path) -> None:
    raw = write(mails.SAKURA, mails.DESK, "新規ユーザ登録申請", mails.JAPANESE_APPLICATION)
    assert b"\x1b$B" in raw
    outcome = tried(raw, tmp_path)
    assert (outcome["sort"], outcome["language"]) == ("application", "ja")
    assert outcome["fields"]["family_name"] == "YAMADA"
    assert outcome["fields"]["affiliation"].split() == ["㈱例示生物研究所", "髙橋研究室①"]
    faults = {fault["field"]: fault for fault in outcome["faults"]}
    assert faults["purpose"]["kind"] == "invalid"
    assert {key for key, fault in faults.items() if fault["kind"] == "missing"} == {
        "job_title",
        "responsible_postal_code",
        "responsible_telephone",
    }
    assert "文字以上" in faults["purpose"]["message"]


@pytest.mark.parametrize(
    "text, sort", [("AGREE", "consent"), ("同意します。", "consent"), ("ACCEPT", "command"), ("Thank you", "answer")]
)
def test_try_without_a_state_counts_a_letter_as_not_verified_and_follows_the_words(
    text: str, sort: str, tmp_path: Path
) -> None:
    letter = received(
        b"From: desk\r\nTo: <x@y.example>\r\nReply-To: <helpdesk+2026-00001.2.abcdefghijklmnop@desk.example>\r\n"
        b"Subject: [HELPDESK 2026-00001] x\r\nMessage-ID: <2026-00001.2.abcdefghijklmnop@desk.example>\r\n\r\nhello\r\n"
    )
    outcome = tried(reply(mails.KELLERS_PROFESSOR, letter, text), tmp_path)
    assert outcome["sort"] == sort
    assert outcome["case"] is None
    kinds = {event["kind"] for event in outcome["events"]}
    assert not kinds & {"consent_given", "accepted", "rejected", "case_opened"}


def test_try_reads_a_folder_in_the_order_of_names_and_says_what_is_unreadable(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "b.eml").write_bytes(b"")
    (folder / "a.eml").write_bytes(question(1))
    done = mailbot("try", "mails", "--json", cwd=tmp_path)
    first, second = (json.loads(line) for line in done.stdout.decode().splitlines())
    assert (first["file"], first["sort"]) == ("mails/a.eml", "enquiry")
    assert (second["file"], second["sort"]) == ("mails/b.eml", "unreadable")
    assert second["error"]
    text = mailbot("try", "mails", cwd=tmp_path).stdout.decode()
    assert "would be quarantined" in text


def test_on_a_desk_that_never_worked_whoever_looks_is_told_how_to_begin(tmp_path: Path) -> None:
    mailbot("init", "desk", cwd=tmp_path)
    done = mailbot("status", cwd=tmp_path / "desk")
    assert done.returncode == 2
    assert done.stderr.decode().endswith("nothing has happened there yet; `mailbot run` or `mailbot once` begins\n")


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mailbot", "init", "desk"]
    first = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert (first.returncode, first.stderr) == (0, b"")
    assert b"wrote desk/mailbot.toml" in first.stdout
    (tmp_path / "desk" / "rules" / "desk.toml").write_text("# mine")
    keys = (tmp_path / "desk" / "keys.json").read_bytes()
    again = mailbot("init", "desk", cwd=tmp_path)
    assert b"wrote" not in again.stdout
    assert (tmp_path / "desk" / "rules" / "desk.toml").read_text() == "# mine"
    assert (tmp_path / "desk" / "keys.json").read_bytes() == keys
    assert (tmp_path / "desk" / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_rule_file_with_an_error_is_reported_with_file_key_found_and_wanted(tmp_path: Path) -> None:
    mailbot("init", "desk", cwd=tmp_path)
    desk = tmp_path / "desk"
    (desk / "imap.password").write_text("x")
    (desk / "smtp.password").write_text("x")
    form = desk / "rules" / "new-account.toml"
    text = (
        form.read_text()
        .replace('type = "telephone"', 'type = "phone"', 1)
        .replace("required = true", "requird = true", 1)
    )
    form.write_text(text)
    done = mailbot("check", cwd=desk)
    said = done.stdout.decode()
    assert done.returncode == 1
    for part in ("new-account.toml", "fields.telephone.type", '"phone"', "telephone", "requird", "required"):
        assert part in said


def test_a_template_with_a_name_no_letter_has_is_found_before_any_mail_meets_it(tmp_path: Path) -> None:
    mailbot("init", "desk", cwd=tmp_path)
    for name in ("imap.password", "smtp.password"):
        (tmp_path / "desk" / name).write_text("x")
    template = tmp_path / "desk" / "templates" / "en" / "missing.txt"
    template.write_text(template.read_text() + '\n{{ persn("applicant") }}\n')
    said = mailbot("check", cwd=tmp_path / "desk").stdout.decode()
    assert re.search(r"templates/en/missing\.txt:\d+: persn: ", said)
    assert "`person`, probably" in said


def test_rules_are_checked_before_there_is_a_password(tmp_path: Path) -> None:
    mailbot("init", "desk", cwd=tmp_path)
    form = tmp_path / "desk" / "rules" / "renewal.toml"
    form.write_text(form.read_text().replace("required = true", "requird = true", 1))
    said = mailbot("check", cwd=tmp_path / "desk").stdout.decode()
    assert "imap.password" in said
    assert "requird" in said
    assert said.count("renewal.toml") == 1


def test_an_unknown_key_in_the_settings_is_an_error(tmp_path: Path) -> None:
    mailbot("init", "desk", cwd=tmp_path)
    settings = tmp_path / "desk" / "mailbot.toml"
    settings.write_text(settings.read_text().replace('security = "tls"', 'securty = "tls"', 1))
    done = mailbot("once", cwd=tmp_path / "desk")
    assert done.returncode == 2
    assert b"securty" in done.stderr
    assert b"security" in done.stderr
    assert b"Traceback" not in done.stderr


def test_check_says_that_no_server_answers(tmp_path: Path) -> None:
    mailbot("init", "desk", cwd=tmp_path)
    desk = tmp_path / "desk"
    text = (desk / "mailbot.toml").read_text()
    text = text.replace("imap.desk.example", "127.0.0.1").replace("smtp.desk.example", "127.0.0.1")
    text = text.replace("# port = 993", "port = 9").replace("# port = 587", "port = 9")
    (desk / "mailbot.toml").write_text(text)
    for name in ("imap.password", "smtp.password"):
        (desk / name).touch(0o600)
        (desk / name).write_text("x")
    done = mailbot("check", cwd=desk)
    assert done.returncode == 1
    said = done.stdout.decode()
    assert said.count("nobody listens there") == 2
    assert "ok   rules: desk HELPDESK" in said
    assert "TODO rules/desk.toml still has addresses that are only examples" in said
    assert "others may read it" not in said

    (desk / "smtp.password").chmod(0o640)
    text = text.replace('password_file = "imap.password"', 'password = "x"')
    (desk / "mailbot.toml").write_text(text)
    (desk / "mailbot.toml").chmod(0o604)
    said = mailbot("check", cwd=desk).stdout.decode()
    words = "a secret stands in it and others may read it: found mode {}; wanted 0600"
    for name, mode in (("mailbot.toml", "0604"), ("smtp.password", "0640")):
        (line,) = [line for line in said.splitlines() if f"{name}: a secret" in line]
        assert line.startswith("TODO ")
        assert line.endswith(words.format(mode))


@pytest.mark.parametrize(
    "words, part",
    [
        (("form", "nothing"), "new-account, "),
        (("form", "new-account", "--lang", "fr"), "en, ja"),
        (("once",), "mailbot init"),
        (("queue",), "mailbot init"),
        (("try", "nowhere.eml"), "no such file"),
    ],
)
def test_a_mistake_of_the_operator_is_told_in_a_sentence(words: tuple[str, ...], part: str, tmp_path: Path) -> None:
    done = mailbot(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert part in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("language, label", [("en", "Family name"), ("ja", "姓")])
def test_form_prints_the_blank(language: str, label: str, tmp_path: Path) -> None:
    done = mailbot("form", "new-account", "--lang", language, cwd=tmp_path)
    assert done.returncode == 0
    assert label in done.stdout.decode()


def test_the_views_show_what_a_round_left(tmp_path: Path, servers) -> None:
    from mailbot.edge.account import Account
    from mailbot.embedded import PASSWORD, USER

    imap = Account("127.0.0.1", servers.imap_port, "none", USER, PASSWORD)
    world = World.make(tmp_path / "desk", imap, Account("127.0.0.1", servers.smtp_port, "none", "", ""))
    asyncio.run(servers.deliver(application(1), question(1)))
    assert mailbot("once", cwd=world.folder).returncode == 0
    cases = [json.loads(line) for line in mailbot("cases", "--json", cwd=world.folder).stdout.splitlines()]
    assert [case["status"] for case in cases] == ["awaiting_consent"]
    number = cases[0]["number"]
    assert number in mailbot("cases", cwd=world.folder).stdout.decode()
    assert mailbot("cases", "--status", "done", cwd=world.folder).stdout == b"no cases\n"
    shown = mailbot("case", number, cwd=world.folder).stdout.decode()
    assert family_name(1) in shown
    assert "letter " + number in shown
    assert mailbot("queue", cwd=world.folder).stdout == b"the queue is empty\n"
    log = mailbot("log", cwd=world.folder).stdout.decode().splitlines()
    assert "the desk HELPDESK opened" in log[0]
    assert len(log) == len(world.entries())
    assert mailbot("log", "--since", "2999-01-01", cwd=world.folder).stdout == b""
    assert b"2026-04-01" in mailbot("log", "--since", "yesterday", cwd=world.folder).stderr
    assert b"there is no case" in mailbot("log", "2026-99999", cwd=world.folder).stderr
    assert b"awaiting_consent" in mailbot("cases", "--status", "foo", cwd=world.folder).stderr
    (world.folder / "keys.json").rename(world.folder / "keys.away")
    assert mailbot("verify", cwd=world.folder).returncode == 0, "whoever only looks needs no secret"
    (world.folder / "keys.away").rename(world.folder / "keys.json")
    verified = mailbot("verify", cwd=world.folder)
    assert verified.returncode == 0
    journal = next((world.folder / "state" / "journal").glob("*.jsonl"))
    journal.write_bytes(journal.read_bytes().replace(b"person1@uni", b"person2@uni", 1))
    broken = mailbot("verify", cwd=world.folder)
    assert broken.returncode == 1
    assert journal.name in broken.stdout.decode()
    (world.folder / "state" / "casebook.sqlite").unlink(missing_ok=True)
    refused = mailbot("log", cwd=world.folder)
    assert refused.returncode == 2
    assert b"`mailbot verify` says all that is wrong; `mailbot restore`" in refused.stderr.splitlines()[-1]


def test_what_the_file_system_refuses_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "desk").write_text("no folder")
    done = mailbot("init", str(tmp_path / "desk"), cwd=tmp_path)
    assert (done.returncode, done.stderr.decode()) == (2, f"mailbot: {tmp_path / 'desk'}: File exists\n")
