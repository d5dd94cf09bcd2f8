"""Keys of reply addresses change: what old letters prove they still prove, until nothing needs their key."""

import asyncio
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conversation import KEYS
from correspondence import MORGAN
from forking import mailbot
from letter_examples import RULES
from worlds import World, application

from mailbot.core import token
from mailbot.core.case import LetterInfo
from mailbot.core.events import LetterWritten
from mailbot.core.evidence import Remembered, gather
from mailbot.core.message import Mailbox, Message
from mailbot.core.rotation import ANSWERED, Use, note_letters, spent
from mailbot.edge.account import Account
from mailbot.edge.config import load_keys, make_keys, rotate_keys
from mailbot.embedded import PASSWORD, USER, EmbeddedServers

NOW = datetime(2027, 12, 1, tzinfo=UTC)
LONG_AGO, LATELY = NOW - ANSWERED - timedelta(days=1), NOW - ANSWERED + timedelta(days=1)


def test_a_new_key_is_the_current_one_and_the_old_one_stays(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    make_keys(file)
    before = load_keys(file)[1]
    assert rotate_keys(file) == "k2"
    current, keys = load_keys(file)
    assert (current, keys["k1"]) == ("k2", before["k1"])
    assert keys["k2"] != keys["k1"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_a_name_is_not_given_twice_and_the_key_of_before_is_never_dropped(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    make_keys(file)
    rotate_keys(file)
    assert rotate_keys(file, drop=("k1", "k2")) == "k3"
    assert set(load_keys(file)[1]) == {"k2", "k3"}


def test_what_a_rotation_that_was_cut_off_left_is_in_nobodys_way(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    make_keys(file)
    (tmp_path / ".keys.json.new").write_text("half")
    assert rotate_keys(file) == "k2"


def test_a_file_that_others_may_read_is_not_rotated(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    make_keys(file)
    file.chmod(0o644)
    before = file.read_bytes()
    with pytest.raises(ValueError, match="others may read"):
        rotate_keys(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("use", "gone"),
    [
        (Use(), ("k1",)),
        (Use(2, LONG_AGO, LONG_AGO), ("k1",)),
        (Use(2, LONG_AGO, LATELY), ()),
        (Use(1, LONG_AGO, LONG_AGO, ["2026-00042"]), ()),
    ],
    ids=["no letter", "old letters", "a young letter", "an open case"],
)
def test_a_key_goes_when_no_open_case_has_a_letter_of_it_and_the_last_is_old(use: Use, gone: tuple[str, ...]) -> None:
    assert spent({"k1": use}, ("k1", "k2"), "k2", NOW) == gone


def test_letters_count_for_the_key_they_name() -> None:
    uses: dict[str, Use] = {}
    letter = LetterWritten(
        number=1, template="received", to=MORGAN, role="clerk", key="k1", languages=("en",), subject="s", text="t"
    )
    note_letters(uses, (letter, letter.model_copy(update={"key": "k2"})), LONG_AGO)
    note_letters(uses, (letter,), LATELY)
    assert {key: (use.letters, use.first, use.last) for key, use in uses.items()} == {
        "k1": (2, LONG_AGO, LATELY),
        "k2": (1, LONG_AGO, LONG_AGO),
    }


def letter_to(address: str, key: str = "k1") -> tuple[Message, Remembered]:
    """A mail from an address that answers a letter which went there, and what is remembered of that."""
    name = "2026-00042.7"
    mac = token.mac(KEYS.secrets["k1"], RULES.desk.name, name, address)
    mail = Message(
        "0" * 64,
        1,
        senders=(Mailbox("", address),),
        recipients=(token.reply_address(RULES.desk.address, name, mac),),
        text="ACCEPT",
    )
    return mail, Remembered({name: LetterInfo(to=address, role="clerk", key=key, seq=1, template="review")}, {})


def test_a_letter_of_a_key_that_was_dropped_proves_nothing() -> None:
    mail, remembered = letter_to(MORGAN)
    proven, gone = (gather(mail, remembered, RULES, keys).sender for keys in (KEYS.secrets, {"k2": b"n" * 32}))
    assert proven is not None
    assert gone is not None
    assert (proven.tier, gone.tier, gone.why) == ("1", "0", ("no token",))


def test_the_letters_of_a_clerk_whose_role_ended_prove_nothing() -> None:
    mail, remembered = letter_to("left@staff.desk.example")
    sender = gather(mail, remembered, RULES, KEYS.secrets).sender
    assert sender is not None
    assert (sender.tier, sender.role) == ("0", "stranger")
    assert "no longer a clerk" in sender.why


def test_keys_are_listed_and_rotated_at_the_shell_and_no_secret_is_shown(
    tmp_path: Path, servers: EmbeddedServers
) -> None:
    imap = Account("127.0.0.1", servers.imap_port, "none", USER, PASSWORD)
    world = World.make(tmp_path / "desk", imap, Account("127.0.0.1", servers.smtp_port, "none", "", ""))
    asyncio.run(servers.deliver(application(1)))
    assert mailbot("once", cwd=world.folder).returncode == 0
    (row,) = map(json.loads, mailbot("keys", "--json", cwd=world.folder).stdout.splitlines())
    assert (row["key"], row["current"], row["letters"], row["open cases"]) == ("k1", "yes", 2, 1)
    rotated = mailbot("keys", "rotate", cwd=world.folder)
    assert rotated.returncode == 0, rotated.stderr
    assert b"the current key is k2; kept: k1" in rotated.stdout
    assert b"until `mailbot reload`" in rotated.stdout
    file = (world.folder / "keys.json").read_text()
    listed = mailbot("keys", cwd=world.folder).stdout.decode()
    for name, digits in json.loads(file)["keys"].items():
        assert name in listed
        assert digits not in listed + rotated.stdout.decode()
