"""Settings, keys and files of rules: what is read, and how a mistake is told."""

import hashlib
import re
from pathlib import Path

import pytest

from mailbot.core.rules import Rules
from mailbot.core.rulesets import Problem, build
from mailbot.edge import config

SETTINGS = """\
[desk]
state = "data/state"

[imap]
host = "imap.desk.example"
user = "helpdesk"
password = "correct horse"

[smtp]
host = "smtp.desk.example"
security = "starttls"
user = "helpdesk"
password_file = "smtp.password"
timeout = 5
"""


def written(folder: Path, text: str = SETTINGS) -> Path:
    (folder / "smtp.password").write_text("battery staple\n", encoding="utf-8")
    path = folder / "mailbot.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, old: str, new: str) -> tuple[Problem, ...]:
    assert old in SETTINGS
    found = config.load(written(folder, SETTINGS.replace(old, new)))
    assert isinstance(found, tuple)
    return found


def test_settings_become_accounts_and_absolute_paths(tmp_path: Path) -> None:
    loaded = config.load(written(tmp_path))
    assert isinstance(loaded, config.Config)
    assert loaded.desk.state == tmp_path / "data" / "state"
    assert (loaded.desk.rules, loaded.desk.keys) == (tmp_path / "rules", tmp_path / "keys.json")
    assert (loaded.imap.host, loaded.imap.port, loaded.imap.security) == ("imap.desk.example", 993, "tls")
    assert (loaded.imap.password, loaded.imap.timeout, loaded.imap.ca) == ("correct horse", 30.0, None)
    assert (loaded.smtp.port, loaded.smtp.password, loaded.smtp.timeout) == (587, "battery staple", 5.0)


def test_a_password_may_stand_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_PASSWORD", "from outside")
    text = SETTINGS.replace('password = "correct horse"', 'password_env = "DESK_PASSWORD"')
    loaded = config.load(written(tmp_path, text))
    assert isinstance(loaded, config.Config)
    assert loaded.imap.password == "from outside"


def test_a_relay_without_login_needs_no_password(tmp_path: Path) -> None:
    text = SETTINGS.replace('user = "helpdesk"\npassword_file = "smtp.password"\n', "")
    loaded = config.load(written(tmp_path, text))
    assert isinstance(loaded, config.Config)
    assert (loaded.smtp.user, loaded.smtp.password) == ("", "")


def test_whoever_only_looks_at_a_copy_needs_neither_password_nor_certificates(tmp_path: Path) -> None:
    text = SETTINGS.replace('"correct horse"', '""').replace("timeout = 5", 'ca = "nowhere.pem"')
    path = tmp_path / "mailbot.toml"
    path.write_text(text, encoding="utf-8")
    assert isinstance(config.load(path, secrets=False), config.Config)
    found = config.load(path)
    assert isinstance(found, tuple)
    assert {problem.key for problem in found} == {"imap.password", "smtp.password_file"}


def test_an_empty_file_is_no_password(tmp_path: Path) -> None:
    path = written(tmp_path, SETTINGS)
    (tmp_path / "smtp.password").write_text("\n")
    found = config.load(path)
    assert isinstance(found, tuple)
    (problem,) = found
    assert (problem.key, problem.wanted) == ("smtp.password_file", f"a password: {tmp_path / 'smtp.password'} is empty")


MISTAKES = [
    ("timeout = 5", "timeuot = 5", "smtp.timeuot", "`timeout`, probably", 14),
    ('host = "imap.desk.example"\n', "", "imap.host", "this key", 4),
    ('security = "starttls"', 'security = "ssl"', "smtp.security", "'tls', 'starttls' or 'none'", 11),
    ("timeout = 5", "timeout = 0", "smtp.timeout", "more than 0", 14),
    ("timeout = 5", 'timeout = "often"', "smtp.timeout", "a number", 14),
    ("timeout = 5", "timeout = [5]", "smtp.timeout", "a number", 14),
    ("timeout = 5", "timeout = inf", "smtp.timeout", "600 or less", 14),
    ("timeout = 5", "ca = 5", "smtp.ca", "a path", 14),
    ('host = "imap.desk.example"', 'host = ""', "imap.host", "1 character", 5),
    (
        'security = "starttls"',
        'security = "none"',
        "smtp.security",
        "tls or starttls: smtp.desk.example is another",
        11,
    ),
    ("timeout = 5", 'port = "many"', "smtp.port", "a whole number", 14),
    ('password = "correct horse"', "", "imap", "password_credential or password, or a table oauth2", 4),
    ('password = "correct horse"', 'password = "x"\npassword_env = "Y"', "imap", "not several", 4),
    ('password = "correct horse"', 'password_env = "NOT_SET_ANYWHERE"', "imap.password_env", "variable that is set", 7),
    ('"smtp.password"', '"nowhere"', "smtp.password_file", "a file that can be read", 13),
    ("timeout = 5", 'ca = "nowhere.pem"', "smtp.ca", "certificates", 14),
    ('state = "data/state"', 'state = "data"\nkeys = "data/keys.json"', "desk.keys", "outside the folder of state", 3),
    (
        'state = "data/state"',
        'state = "data"\nsigning_key = "data/head.pem"',
        "desk.signing_key",
        "outside the folder of state",
        3,
    ),
    ('"smtp.password"', '"data/state/smtp.password"', "smtp.password_file", "outside the folder of state", 13),
    ("[imap]", "[imap", "", "TOML", 4),
    ('user = "helpdesk"\npassword =', "password =", "imap", "user, beside a password", 4),
    ('user = "helpdesk"\npassword = "correct horse"\n', "", "imap", "user, since a mailbox asks for a login", 4),
    ('password = "correct horse"', 'password = ""', "imap.password", "a password: it is empty", 7),
]


@pytest.mark.parametrize(("old", "new", "key", "wanted", "line"), MISTAKES, ids=[row[1][:30] for row in MISTAKES])
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, key: str, wanted: str, line: int) -> None:
    found = problems(tmp_path, old, new)
    assert [problem.key for problem in found] == [key]
    assert wanted in found[0].wanted
    assert (found[0].file, found[0].line) == (str(tmp_path / "mailbot.toml"), line)


def test_no_mistake_is_told_in_the_words_of_a_library(tmp_path: Path) -> None:
    for old, new, *_ in MISTAKES:
        assert "Input" not in "".join(map(str, problems(tmp_path, old, new)))


@pytest.mark.parametrize("name", ["keys", "signing_key", "password_file"])
@pytest.mark.parametrize(
    ("file", "link", "leads_to"),
    [
        ("keys/one", "keys", "data/state/keys"),
        ("keys/one", "data/state", "../keys"),
        ("data/state/one", "data/state/one", "../../elsewhere"),
        ("data/../data/state/one", "unused", "elsewhere"),
        ("DATA/one", "DATA", "data/state"),
    ],
    ids=["the file's folder leads into it", "it leads to the file's folder", "a link in it", "dots", "another name"],
)
def test_no_key_and_no_password_lies_in_the_state_wherever_links_lead(
    tmp_path: Path, name: str, file: str, link: str, leads_to: str
) -> None:
    (tmp_path / "data").mkdir()
    if link != "data/state":
        (tmp_path / "data" / "state").mkdir()
    if name != "password_file":
        text = SETTINGS.replace("[desk]\n", f'[desk]\n{name} = "{file}"\n')
    else:
        text = SETTINGS.replace("smtp.password", file)
    (tmp_path / link).symlink_to(leads_to)
    found = config.load(written(tmp_path, text), secrets=False)
    assert isinstance(found, tuple)
    key = f"smtp.{name}" if name == "password_file" else f"desk.{name}"
    wanted = "a file outside the folder of state, which backups and auditors get copies of"
    assert [(problem.key, problem.wanted) for problem in found] == [(key, wanted)]


@pytest.mark.parametrize("file", ["data/one", "data/state.one", "data/state/../one", "elsewhere/one"])
def test_keys_beside_the_state_are_as_they_should_be(tmp_path: Path, file: str) -> None:
    text = SETTINGS.replace("[desk]\n", f'[desk]\nkeys = "{file}"\nsigning_key = "{file}.pem"\n')
    assert isinstance(config.load(written(tmp_path, text)), config.Config)


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1", "127.8.9.10", "::1"])
def test_clear_text_is_allowed_within_this_machine(tmp_path: Path, host: str) -> None:
    text = SETTINGS.replace("smtp.desk.example", host).replace("starttls", "none")
    loaded = config.load(written(tmp_path, f'{text}\n[alarm_smtp]\nhost = "{host}"\nsecurity = "none"\n'))
    assert isinstance(loaded, config.Config)
    assert (loaded.smtp.security, loaded.smtp.port) == ("none", 25)


@pytest.mark.parametrize(
    "host", ["localhost.desk.example", "10.0.0.1", "0.0.0.0", "fe80::1", "192.0.2.1", "127.1.example"]
)
@pytest.mark.parametrize("server", ["imap", "smtp", "alarm_smtp"])
def test_clear_text_to_another_machine_is_refused(tmp_path: Path, server: str, host: str) -> None:
    text = re.sub(r"(?s)\[smtp\].*", "", SETTINGS).replace("imap.desk.example", "127.0.0.1")
    text += "".join(f'[{name}]\nhost = "127.0.0.1"\n' for name in ("smtp", "alarm_smtp"))
    text = re.sub(rf"(?m)^(\[{server}\]\n)host = .*$", rf'\1host = "{host}"\nsecurity = "none"', text)
    for secrets in (True, False):
        found = config.load(written(tmp_path, text), secrets=secrets)
        assert isinstance(found, tuple)
        assert [(problem.key, problem.found) for problem in found] == [(f"{server}.security", '"none"')]
        assert host in found[0].wanted
        assert found[0].line


def test_no_problem_repeats_a_password(tmp_path: Path) -> None:
    for new in ('password = "correct horse"\npassword_file = "x"', 'password = ["correct horse"]'):
        for problem in problems(tmp_path, 'password = "correct horse"', new):
            assert "correct horse" not in str(problem)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('password = "correct horse"', "password = hunter2secret"),
        ('password = "correct horse"', 'password = "hunter2secret'),
        ('password = "correct horse"', 'password = "hunter2secret\\ss"'),
        ('password = "correct horse"', 'password = "x"\nhunter2secret'),
        ('password = "correct horse"', 'password_file = "hunter2secret"'),
        ('password = "correct horse"', 'password_env = "hunter2secret"'),
        ('password = "correct horse"', 'password_credential = "hunter2secret!"'),
        ('password = "correct horse"', '[imap.oauth2]\nclient_id = "a"\nclient_secret = "hunter2secret"'),
        (
            'password = "correct horse"',
            '[imap.oauth2]\nkind = "google"\nclient_id = "a"\nclient_secret_env = "hunter2secret"',
        ),
        (
            'password = "correct horse"',
            '[imap.oauth2]\nclient_id = "a"\ntoken_url = "ftp://me:hunter2secret@id.example"',
        ),
    ],
)
def test_what_may_be_a_secret_is_in_no_problem_but_its_place_is(tmp_path: Path, old: str, new: str) -> None:
    found = problems(tmp_path, old, new)
    assert "hunter2" not in "".join(map(str, found))
    assert all(problem.line for problem in found)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = SETTINGS.replace("host", "hosst").replace("[desk]", "[deskk]")
    found = config.load(written(tmp_path, text))
    assert isinstance(found, tuple)
    assert len(found) == 5


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    found = config.load(tmp_path / "mailbot.toml")
    assert isinstance(found, tuple)
    assert "can be read" in found[0].found


def test_the_settings_to_start_from_lack_only_the_passwords(tmp_path: Path) -> None:
    path = written(tmp_path, config.TEMPLATE)
    found = config.load(path)
    assert isinstance(found, tuple)
    assert [problem.key for problem in found] == ["imap.password_file"]
    (tmp_path / "imap.password").write_text("secret", encoding="utf-8")
    assert isinstance(config.load(path), config.Config)


def test_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    config.make_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    current, keys = config.load_keys(path)
    assert current == "k1"
    assert [len(key) for key in keys.values()] == [32]
    with pytest.raises(FileExistsError):
        config.make_keys(path)
    assert config.load_keys(path) == (current, keys)


def test_keys_that_others_may_read_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    config.make_keys(path)
    path.chmod(0o640)
    with pytest.raises(ValueError, match="0640"):
        config.load_keys(path)


DIGITS = "ab" * 32


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"current": "k1"}',
        '{"current": "k1", "keys": []}',
        f'{{"current": "k2", "keys": {{"k1": "{DIGITS}"}}}}',
        f'{{"current": "k1", "keys": {{"k1": "{DIGITS[:-2]}"}}}}',
        f'{{"current": "k1", "keys": {{"k1": "{DIGITS}z"}}}}',
        f'{{"current": "K 1", "keys": {{"K 1": "{DIGITS}"}}}}',
        f'{{"current": "k1", "keys": {{"k1": "{DIGITS}"}}, "more": 1}}',
    ],
)
def test_a_file_of_keys_that_is_not_one_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as refused:
        config.load_keys(path)
    assert DIGITS[:20] not in str(refused.value)


def test_rules_and_templates_are_read_by_path_and_other_files_by_digest(tmp_path: Path) -> None:
    for name, raw in {
        "rules/desk.toml": b"\xef\xbb\xbfname = 1\r\n",
        "rules/files/pledge.pdf": b"%PDF\xff",
        "rules/desk.toml~": b"old",
        "rules/.desk.toml.swp": b"\xff",
        "templates/ja/missing.txt": "件名".encode(),
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    assert config.rule_texts(tmp_path / "rules", tmp_path / "templates") == {
        "rules/desk.toml": "name = 1\n",
        "rules/files/pledge.pdf": f"sha256:{hashlib.sha256(b'%PDF' + bytes([255])).hexdigest()}",
        "templates/ja/missing.txt": "件名",
    }


def test_a_template_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "templates" / "ja").mkdir(parents=True)
    (tmp_path / "templates" / "ja" / "missing.txt").write_bytes(b"Subject: a\n\n" + "件名".encode("cp932"))
    found = build(config.rule_texts(tmp_path / "rules", tmp_path / "templates"))
    assert isinstance(found, tuple)
    assert [(problem.file, problem.line, problem.wanted) for problem in found] == [
        ("templates/ja/missing.txt", 3, "UTF-8 text")
    ]


def test_the_shipped_rules_are_in_order() -> None:
    built = build(config.rule_texts(config.shipped() / "rules", config.shipped() / "templates"))
    assert isinstance(built, Rules), "\n".join(map(str, built))
    assert "new-account" in built.forms
