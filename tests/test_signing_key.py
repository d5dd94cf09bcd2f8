"""The key that signs what auditors are told, at the shell: made, shown, missing, or not as it has to be."""

from pathlib import Path

import pytest
from forking import mailbot
from worlds import World

from mailbot.core.heads import fingerprint
from mailbot.edge.account import Account
from mailbot.edge.signing import load_signing_key, read_public

NOWHERE = Account("127.0.0.1", 9, "none", "", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A desk whose settings name a key that is not there yet."""
    world = World.make(tmp_path / "desk", NOWHERE, NOWHERE, adopted=False)
    settings = world.folder / "mailbot.toml"
    settings.write_text('[desk]\nsigning_key = "head.pem"\n\n' + settings.read_text(encoding="utf-8"), encoding="utf-8")
    rules = world.folder / "rules" / "desk.toml"
    text = rules.read_text(encoding="utf-8").replace("auditors = []", 'auditors = ["auditor@audit.example"]')
    rules.write_text(text, encoding="utf-8")
    return world.folder


def said(folder: Path, *words: str) -> tuple[int, str]:
    done = mailbot(*words, cwd=folder)
    return done.returncode, (done.stdout + done.stderr).decode()


def test_the_key_is_made_once_and_its_public_half_shown_ever_after(folder: Path) -> None:
    code, words = said(folder, "keys", "signing", "--new")
    public = load_signing_key(folder / "head.pem").public
    assert code == 0
    assert words.splitlines()[:2] == [f"public-key {public}", f"fingerprint {fingerprint(public)}"]
    assert read_public(words[words.index("-----BEGIN") :]) == public
    assert "PRIVATE" not in words
    shown = said(folder, "keys", "signing")
    assert shown == (0, words.replace("mailbot: a service at work does not sign with it before `mailbot reload`\n", ""))
    assert shown[1] != words
    code, refused = said(folder, "keys", "signing", "--new")
    assert (code, "there is one already" in refused) == (2, True)
    assert load_signing_key(folder / "head.pem").public == public


def test_without_a_line_in_the_settings_it_says_which_is_wanted(folder: Path) -> None:
    settings = folder / "mailbot.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("signing_key", "# signing_key"), encoding="utf-8")
    code, words = said(folder, "keys", "signing", "--new")
    assert (code, 'signing_key = "head.pem"' in words) == (2, True)
    assert "TODO letters to auditors are not signed" in said(folder, "check")[1]


def test_check_tells_a_key_that_is_well_missing_readable_by_others_or_none(folder: Path) -> None:
    key = folder / "head.pem"
    assert f"BAD  {key}: there is no such file" in said(folder, "check")[1]
    said(folder, "keys", "signing", "--new")
    assert f"ok   signing key: fingerprint {fingerprint(load_signing_key(key).public)}" in said(folder, "check")[1]
    key.chmod(0o644)
    assert f"BAD  {key}: found mode 0644, wanted 0600" in said(folder, "check")[1]
    assert said(folder, "once")[0] == 2, "no desk begins that could not sign"
    key.chmod(0o600)
    key.write_text("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n")
    assert f"BAD  {key}: found something else, wanted an Ed25519 key" in said(folder, "check")[1]


def test_a_folder_with_the_key_is_not_published(folder: Path) -> None:
    settings = folder / "mailbot.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("head.pem", "out/head.pem"), encoding="utf-8")
    code, words = said(folder, "pages", "out")
    assert (code, "would be published" in words) == (2, True)
