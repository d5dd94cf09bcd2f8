"""Private keys and passwords that somebody sent by mistake: what is masked, what is left alone, and how fast."""

import random
import time

import pytest
from costs import seconds
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from foreign import needs_corpora, raw_of, rows
from letter_examples import FORM, RULES, every_language, of_every_letter, words

from mailbot.core.blank import blank
from mailbot.core.events import Plan, PlanFault, PlanLine, PlanUser
from mailbot.core.fields import understand
from mailbot.core.message import Attachment, Enclosed, Mailbox, Message, Report
from mailbot.core.reading import read
from mailbot.core.secrets import KINDS, MASKS, holds_key, masked, masked_column, without
from mailbot.edge.parsing import parse

KEY, PASSWORD = MASKS["private_key"]["en"], MASKS["password"]["en"]
KEY_JA, PASSWORD_JA = MASKS["private_key"]["ja"], MASKS["password"]["ja"]

# Passwords

GIVEN_AWAY = [
    ("password: hunter2", f"password: {PASSWORD}"),
    ("Password is xyz", f"Password is {PASSWORD}"),
    ("PW=swordfish", f"PW={PASSWORD}"),
    ("pass: swordfish", f"pass: {PASSWORD}"),
    ("PASS : Ab3$", f"PASS : {PASSWORD}"),
    ("passwd = x9-y8-z7", f"passwd = {PASSWORD}"),
    ("Pwd: correcthorse.", f"Pwd: {PASSWORD}."),
    ("PIN: 4711", f"PIN: {PASSWORD}"),
    ("PİN: 4711", f"PİN: {PASSWORD}"),
    ("pın: 4711", f"pın: {PASSWORD}"),
    ("PIN code: 004711", f"PIN code: {PASSWORD}"),
    ("Passcode -> 918273", f"Passcode -> {PASSWORD}"),
    ("> Password: hunter2", f"> Password: {PASSWORD}"),
    ("■ Password (initial): hunter2", f"■ Password (initial): {PASSWORD}"),
    ("1. Login password *: Tr0ub4dor&3", f"1. Login password *: {PASSWORD}"),
    ("Password: <hunter2>", f"Password: <{PASSWORD}>"),
    ('password: "swordfish" is what I typed', f'password: "{PASSWORD}" is what I typed'),
    ("Password\thunter2", f"Password\t{PASSWORD}"),
    ("| Password | hunter2 |", f"| Password | {PASSWORD} |"),
    ("Password    swordfish", f"Password    {PASSWORD}"),
    ("My password is hunter2, thanks.", f"My password is {PASSWORD}, thanks."),
    ("the password for my account is swordfish.", f"the password for my account is {PASSWORD}."),
    ("The password was “swordfish” until now", f"The password was “{PASSWORD}” until now"),
    ("the password is: 20260401", f"the password is: {PASSWORD}"),
    ("I changed my password to Fl0wers! yesterday", f"I changed my password to {PASSWORD} yesterday"),
    ("I log in with password hunter22 and it fails", f"I log in with password {PASSWORD} and it fails"),
    ("ID/PW: taro/hunter2", f"ID/PW: {PASSWORD}"),
    ("Login and password: taro swordfish", f"Login and password: {PASSWORD}"),
    ("ID: taro, pass: swordfish, host: gw.desk.example", f"ID: taro, pass: {PASSWORD}, host: gw.desk.example"),
    ("account: taro Password: swordfish Tel: 055", f"account: taro Password: {PASSWORD} Tel: 055"),
    ("Passwords: Abc123 / Def456", f"Passwords: {PASSWORD} / {PASSWORD}"),
    ("old password: Abc123 -> Def456", f"old password: {PASSWORD} -> {PASSWORD}"),
    ("Passphrase: violet horse battery staple", f"Passphrase: {PASSWORD}"),
    ("Password:\nhunter2\n", f"Password:\n{PASSWORD}\n"),
    ("The password is as follows:\n\n  hunter2\nRegards", f"The password is as follows:\n\n  {PASSWORD}\nRegards"),
    ("MYSQL_PASSWORD=s3cret99", f"MYSQL_PASSWORD={PASSWORD}"),
    ("Ｐａｓｓｗｏｒｄ：ｈｕｎｔｅｒ２", f"Ｐａｓｓｗｏｒｄ：{PASSWORD_JA}"),
    ("pａsswoＲd：ｈｕｎｔｅｒ２", f"pａsswoＲd：{PASSWORD_JA}"),
    ("パスワード：hunter2", f"パスワード：{PASSWORD_JA}"),
    ("パスワード：ｈｕｎｔｅｒ２", f"パスワード：{PASSWORD_JA}"),
    ("ﾊﾟｽﾜｰﾄﾞ：hunter2", f"ﾊﾟｽﾜｰﾄﾞ：{PASSWORD_JA}"),
    ("パスワード : swordfish", f"パスワード : {PASSWORD_JA}"),
    ("・パスワード　：swordfish", f"・パスワード　：{PASSWORD_JA}"),
    ("【パスワード】hunter2", f"【パスワード】{PASSWORD_JA}"),
    ("■パスワード　swordfish2", f"■パスワード　{PASSWORD_JA}"),
    ("ＰＷ：swordfish（今朝変更）", f"ＰＷ：{PASSWORD_JA}（今朝変更）"),
    ("初期パスワード（郵送分）：Xy12zz", f"初期パスワード（郵送分）：{PASSWORD_JA}"),
    ("パスワードは hunter2 です。", f"パスワードは {PASSWORD_JA} です。"),
    ("パスワードはswordfishです。", f"パスワードは{PASSWORD_JA}です。"),
    ("私のパスワードは「swordfish」で登録しました", f"私のパスワードは「{PASSWORD_JA}」で登録しました"),
    ("パスワードをFl0wers99に変更してください", f"パスワードを{PASSWORD_JA}に変更してください"),
    ("暗証番号は4711です", f"暗証番号は{PASSWORD_JA}です"),
    ("暗証番号：4711", f"暗証番号：{PASSWORD_JA}"),
    ("パス：swordfish", f"パス：{PASSWORD_JA}"),
    (
        "添付のZIPのパスワードは以下のとおりです。\n\nZip2026!x\n",
        f"添付のZIPのパスワードは以下のとおりです。\n\n{PASSWORD_JA}\n",
    ),
    ("解凍パスワードをお送りします。\n\nZip2026x\n", f"解凍パスワードをお送りします。\n\n{PASSWORD_JA}\n"),
    ("解凍PWは下記のとおりです。\n\n  Zip2026x", f"解凍PWは下記のとおりです。\n\n  {PASSWORD_JA}"),
    ("【解凍パスワード】\nZip2026x", f"【解凍パスワード】\n{PASSWORD_JA}"),
    ("ID・パスワード：taro / swordfish", f"ID・パスワード：{PASSWORD_JA}"),
]

INNOCENT = [
    "Password:",
    "Password: \nName: Taro",
    "パスワード：\n所属：例示大学",
    "Password: ________",
    "Password: ********",
    "パスワード：（記入不要）",
    "I know the ID and general password: yes",
    "I know the ID and the general password (the password itself is never asked): yes",
    "General password: no",
    "General password: Yes, I know it",
    "ID と一般パスワードが分かりますか：はい",
    "一般パスワード：不明",
    "パスワード：yes",
    "パスワードを忘れました",
    "パスワードを忘れました。お手数ですが再発行をお願いいたします。",
    "パスワード変更申請",
    "パスワードの変更をお願いします。アカウント名：taro-i",
    "パスワードは郵送でお願いします",
    "解凍パスワードは別途お送りします。\n\n三島 花子\nhanako2@univ.example\n",
    "パスワードをお送りください。\n\nmishima-h2\n",
    "パスワードは8文字以上ですか。",
    "パスワードは2026年4月に変更しました",
    "パスワードを3回間違えました",
    "パスワードを10回以上間違えるとロックされます",
    "パスワードが分かりません",
    "ホッチパス：example",
    "please reset my password",
    "Please reset my password: I forgot it",
    "I forgot my password. Could you send a new one?",
    "My password is expired.",
    "The password is not accepted any more.",
    "My password is too short, it says",
    "The password is wrong",
    "The new password was sent by post",
    "the initial password is on the certificate",
    "Kind of application: INDICE password and general password",
    "Login password change",
    "Subject: Password change for taro-i",
    "Password reset: https://portal.desk.example/reset",
    "Password: https://portal.desk.example/reset?t=1",
    "I set the password to something safe",
    "password to be changed",
    "How do I change the password of account taro-i01?",
    "We pass: alignment, assembly, annotation",
    "spf=pass dkim=pass (ok) dmarc=pass",
    "Authentication-Results: mx.desk.example; spf=pass: taro@univ.example",
    "The first pass: alignment of the reads with bwa-mem2 in parallel",
    "We pin: all versions of the tools",
    "バイパス：第2号",
    "Never send a password by mail: nobody here asks for it.",
    "Passwords are managed by you alone; forgotten means this procedure again.",
    "Postal code: 411-8540\nTelephone: 055-981-0000",
    "Account name: hunter2",
    "Passport: TK1234567",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHkPTLgKQTzQrZbHVLTOJw7vXqkxbbSpYZpcfz1vFqYA taro@laptop",
    "Never send the private key.",
    "Is the private key the file without .pub?",
    "The file begins with -----BEGIN OPENSSH PRIVATE KEY-----; is that the right one?",
    "秘密鍵は送っていません。",
]


@pytest.mark.parametrize("text, shown", GIVEN_AWAY)
def test_a_password_that_was_given_away_is_masked(text: str, shown: str) -> None:
    assert masked(text) == (shown, ("password",))


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_speaks_of_secrets_is_left_as_it_is(text: str) -> None:
    assert masked(text) == (text, ())


# Private keys

PAIRS = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ecdsa": ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}
PPK = """\
PuTTY-User-Key-File-3: ssh-ed25519
Encryption: none
Comment: eddsa-key-20260401
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAIHkPTLgKQTzQrZbHVLTOJw7vXqkxbbSpYZpcfz1v
FqYA
Private-Lines: 1
AAAAIFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFake1234
Private-MAC: 5f5c1e2d3b4a59687786a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"""
SSH2 = """\
---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----
Comment: "rsa-key-20260401"
P2/56wAAA+wAAAA3aWYtbW9kbntzaWdue3JzYS1wa2NzMS1zaGExfSxlbmNyeXB0e3JzYS
1wa2NzMXYyLW9hZXB9fQAAAARub25lAAADjwAAA4sAAAARAQABAAAIAJxFwZ9PhhA5
---- END SSH2 ENCRYPTED PRIVATE KEY ----"""
PGP = """\
-----BEGIN PGP PRIVATE KEY BLOCK-----
Version: none

lQPGBGXexampleBCADK1exampleexampleexample4example0example1example2ex
aMpLe3exampleexampleexample4example0example1example2example3example4
=aB3d
-----END PGP PRIVATE KEY BLOCK-----"""


def pem(name: str, form: PrivateFormat, encryption: KeySerializationEncryption | None = None) -> str:
    return PAIRS[name].private_bytes(Encoding.PEM, form, encryption or NoEncryption()).decode().strip()


LOCKED = BestAvailableEncryption(b"a phrase")
KEYS = {
    "OPENSSH": pem("ed25519", PrivateFormat.OpenSSH),
    "OPENSSH of RSA": pem("rsa", PrivateFormat.OpenSSH),
    "RSA": pem("rsa", PrivateFormat.TraditionalOpenSSL),
    "RSA with DEK-Info": pem("rsa", PrivateFormat.TraditionalOpenSSL, LOCKED),
    "EC": pem("ecdsa", PrivateFormat.TraditionalOpenSSL),
    "PRIVATE": pem("ed25519", PrivateFormat.PKCS8),
    "ENCRYPTED": pem("ecdsa", PrivateFormat.PKCS8, LOCKED),
    "PuTTY": PPK,
    "SSH2": SSH2,
    "PGP": PGP,
}
BEFORE, AFTER = "Dear desk,\n\nSSH public key:\n", "\nAffiliation: Example University\nAddress: Mishima\n"
every_key = pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())


def unwrapped(key: str) -> str:
    return " ".join(key.split("\n"))


def quoted(key: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in key.split("\n"))


def spaced(key: str) -> str:
    return key.replace("\n", "\n\n")


def narrow(key: str) -> str:
    """Lines broken again by a program that allows 60 columns."""
    return "\n".join(line[at : at + 60] for line in key.split("\n") for at in range(0, max(1, len(line)), 60))


def dashed(key: str) -> str:
    """As a word processor spells dashes."""
    return key.replace("-----", "—–—")


def escaped(key: str) -> str:
    return key.replace("\n", "\\n")


@every_key
def test_a_private_key_is_masked_and_the_lines_around_it_stay(key: str) -> None:
    assert masked(f"{BEFORE}{key}{AFTER}") == (f"{BEFORE}{KEY}{AFTER}", ("private_key",))
    assert masked(f"SSH公開鍵：{key}\n所属：例示大学") == (f"SSH公開鍵：{KEY_JA}\n所属：例示大学", ("private_key",))


@every_key
@pytest.mark.parametrize("broken", [unwrapped, quoted, spaced, narrow, dashed, escaped])
def test_a_key_however_it_was_broken_is_masked_as_a_whole(broken: object, key: str) -> None:
    shown, kinds = masked(f"{BEFORE}{broken(key)}{AFTER}")  # type: ignore[operator]
    assert (shown.replace("> ", ""), kinds) == (f"{BEFORE}{KEY}{AFTER}", ("private_key",))


@every_key
def test_of_a_key_cut_off_at_the_end_of_the_mail_nothing_stays(key: str) -> None:
    lines = key.split("\n")
    half = "\n".join(lines[: min(len(lines) - 1, max(4, len(lines) // 2))])
    for cut in (half, half[:-7]):
        shown, kinds = masked(f"{BEFORE}{cut}")
        assert (shown[: len(BEFORE + KEY)], kinds) == (f"{BEFORE}{KEY}", ("private_key",))
        assert len(shown) < len(BEFORE + KEY) + 12  # the beginning of a line that only counts the others


@every_key
def test_a_half_of_a_key_in_the_middle_of_a_mail_takes_nothing_else_along(key: str) -> None:
    lines = key.split("\n")
    half = "\n".join(lines[: min(len(lines) - 1, max(4, len(lines) // 2))])
    assert masked(f"{BEFORE}{half}{AFTER}") == (f"{BEFORE}{KEY}{AFTER}", ("private_key",))


@pytest.mark.parametrize("name", ["OPENSSH of RSA", "RSA", "EC", "ENCRYPTED"])
def test_a_key_that_lost_its_first_lines_is_found_by_its_last(name: str) -> None:
    rest = "\n".join(KEYS[name].split("\n")[2:])
    assert masked(f"{BEFORE}{rest}{AFTER}") == (f"{BEFORE}{KEY}{AFTER}", ("private_key",))


@pytest.mark.parametrize("name", [name for name in KEYS if name not in ("PuTTY", "SSH2", "PGP")])
def test_a_key_without_any_line_around_it_is_found_by_what_it_begins_with(name: str) -> None:
    body = "\n".join(KEYS[name].split("\n")[1:-1])
    shown, kinds = masked(f"{BEFORE}{body}{AFTER}")
    assert kinds == ("private_key",)
    assert not any(line in shown for line in body.split("\n") if len(line) > 30)
    assert shown.endswith(AFTER)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.OpenSSH])
def test_a_public_key_is_no_secret(pair: ed25519.Ed25519PrivateKey, form: PublicFormat) -> None:
    encoding = Encoding.PEM if form is PublicFormat.SubjectPublicKeyInfo else Encoding.OpenSSH
    key = pair.public_key().public_bytes(encoding, form).decode()
    ssh2 = f"---- BEGIN SSH2 PUBLIC KEY ----\nComment: x\n{key.split()[1]}\n---- END SSH2 PUBLIC KEY ----"
    for text in (key, quoted(key), ssh2, "\n".join(key.split("\n")[1:])):
        assert masked(f"{BEFORE}{text}{AFTER}") == (f"{BEFORE}{text}{AFTER}", ())


def test_two_keys_and_a_password_are_masked_each() -> None:
    text = f"{KEYS['RSA']}\nand\n{PPK}\nMy password is hunter2.\n{KEYS['OPENSSH']}\nRegards"
    assert masked(text) == (f"{KEY}\nand\n{KEY}\nMy password is {PASSWORD}.\n{KEY}\nRegards", KINDS)


@pytest.mark.parametrize("text", [*(text for text, _ in GIVEN_AWAY), *KEYS.values()])
def test_a_mask_that_comes_back_in_a_quote_is_no_secret(text: str) -> None:
    shown, _ = masked(f"{BEFORE}{text}")
    assert masked(shown) == (shown, ())
    assert masked(quoted(shown)) == (quoted(shown), ())


# What is read of a mail

WRITTEN = """\
Family name: Okafor
First name: Ngozi
Job title: Research associate
Purpose of use: Imputation of genotypes.
  My old password: hunter2
SSH public key: {key}
Affiliation: Example University
Postal code: 411-8540
"""


@every_key
def test_a_form_is_read_as_if_nothing_had_been_taken_out(key: str) -> None:
    shown, kinds = masked(WRITTEN.format(key=key))
    answers = read(shown, FORM, answers_ours=False).answers
    assert kinds == KINDS
    assert answers["ssh_public_key"] == (KEY,)
    assert answers["purpose"] == (f"Imputation of genotypes.\nMy old password: {PASSWORD}",)
    assert (answers["affiliation"], answers["postal_code"]) == (("Example University",), ("411-8540",))


@pytest.mark.parametrize("mask", [KEY, KEY_JA, f"my key:\n{KEY_JA}"])
def test_whoever_sent_the_private_key_is_asked_for_the_public_one(mask: str) -> None:
    [fault] = [
        fault
        for fault in understand(FORM, RULES.desk, {"ssh_public_key": (mask,)}, "en").faults
        if fault.field == "ssh_public_key"
    ]
    assert (fault.code, fault.found) == ("ssh_private", "")
    assert holds_key(mask)


GIVEN = "password: hunter2"
SHOWN = f"password: {PASSWORD}"


def test_nothing_of_a_secret_is_left_in_anything_that_is_read_of_a_mail() -> None:
    key = KEYS["OPENSSH"]
    plan = Plan(
        version=GIVEN,
        entries={"wishes": GIVEN, "name": "Iden"},
        users=(PlanUser(row=14, name=GIVEN, email=GIVEN, account=GIVEN, group=GIVEN, affiliation=GIVEN),),
        lines=(PlanLine(account=GIVEN, service=GIVEN, amount="1", sort=GIVEN),),
        faults=(PlanFault(code="plan_email", sheet=GIVEN, cell="C14", found=GIVEN, wanted={"other": GIVEN}),),
    )
    message = Message(
        digest="0" * 64,
        size=9,
        message_id="<password:hunter2@univ.example>",
        subject=GIVEN,
        senders=(Mailbox(GIVEN, "taro@univ.example"),),
        reply_to=(Mailbox(GIVEN, "taro@univ.example"),),
        text=f"here it is\n{key}\n",
        attachments=(
            Attachment("id", "text/plain", 9, "1" * 64, text=key),
            Attachment("p", "", 9, "2" * 64, plan=plan),
            Attachment(GIVEN, "", 9, "3" * 64, signed=(GIVEN,), sheets=(("2026-00001", GIVEN),)),
        ),
        enclosed=(Enclosed("<1@x>", "パスワード：hunter2", (Mailbox(GIVEN, "x@univ.example"),)),),
        reports=(Report("taro@univ.example", "failed", said=GIVEN),),
        doubts=(f"attachment “{GIVEN}”: is broken", "the From field is not clear"),
    )
    clean = without(message)
    assert clean.secrets == KINDS
    assert clean.text == f"here it is\n{KEY}\n"
    assert clean.attachments[0].text == KEY
    assert clean.attachments[1].plan is not None
    assert clean.attachments[1].plan.entries == {"wishes": SHOWN, "name": "Iden"}
    assert clean.attachments[1].plan.model_dump_json() == plan.model_dump_json().replace(GIVEN, SHOWN)
    assert (clean.subject, clean.senders) == (SHOWN, (Mailbox(SHOWN, "taro@univ.example"),))
    assert clean.doubts == (f"attachment “{SHOWN}”: is broken", "the From field is not clear")
    assert clean.message_id == ""
    assert "hunter2" not in repr(clean)
    assert key.split("\n")[1] not in repr(clean)
    assert clean == without(clean), "what was masked before stays said"


def test_what_holds_no_secret_comes_out_as_it_was() -> None:
    plan = Plan(users=(PlanUser(row=1, name="Iden"),), lines=(PlanLine(account="a", service="s", amount="1"),))
    attachment = Attachment("id.pdf", "", 9, "1" * 64, signed=("Iden",), plan=plan, pixels=(1, 2))
    message = Message("0" * 64, 9, message_id="<1@univ.example>", attachments=(attachment,), doubts=("no header",))
    assert without(message) == message


@pytest.mark.parametrize("name", KEYS)
def test_a_key_with_a_line_in_each_cell_is_masked_in_all_of_them(name: str) -> None:
    lines = KEYS[name].strip().split("\n")
    cells, kinds = masked_column(["Iden", "", *lines, "", "Mishima", "password: hunter2"])
    assert kinds == KINDS
    assert (cells[:2], cells[-3:]) == (["Iden", ""], ["", "Mishima", SHOWN])
    assert {cell for cell, line in zip(cells[2:-3], lines, strict=True) if line} == {KEY}
    assert masked_column(["Iden", "", "Mishima"]) == (["Iden", "", "Mishima"], ())


def test_a_column_of_many_cells_takes_linear_time() -> None:
    taken = []
    for count in (10_000, 20_000):
        started = time.process_time()
        masked_column(["password: hunter2"] * count)
        taken.append(time.process_time() - started)
    assert taken[1] < 4 * taken[0] + 0.1


@of_every_letter
def test_no_letter_of_ours_holds_anything_that_looks_like_a_secret(name: str, language: str) -> None:
    assert masked(words(name, language).text)[1] == ()


@every_language
def test_no_blank_of_ours_does(language: str) -> None:
    for form in RULES.forms.values():
        assert masked(blank(form, language))[1] == ()


# Time, and mail nobody here wrote

HOSTILE = {
    "dashes": "-" * 200_000,
    "begins": "-----BEGIN OPENSSH PRIVATE KEY-----\n" * 5_600,
    "begins in a row": "-----BEGIN PRIVATE KEY----- " * 7_000,
    "ends": "-----END PRIVATE KEY-----\n" * 7_700,
    "begins and bodies": "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n" * 4_500,
    "bodies": "b3BlbnNzaC1rZXktdjEA\n" * 9_500,
    "bodies in a row": "b3BlbnNzaC1rZXktdjEA " * 9_500,
    "base64": "-----BEGIN PRIVATE KEY-----\n" + "QUJD1234" * 25_000,
    "lines of base64": "-----BEGIN PRIVATE KEY-----\n" + "QUJD1234QUJD1234QUJD1234\n" * 8_000,
    "words for it": "password" * 25_000,
    "words for it and colons": "password:" * 22_000,
    "words for it and spaces": "password  " * 20_000,
    "sentences": "my password for the thing is to be is " * 5_000,
    "passwords": "password: hunter2 / Abc123 / Def456\n" * 5_500,
    "one password after the other": "password: " + "Abc123 / " * 22_000,
    "brackets": "password (" * 20_000,
    "white space": "password" + " " * 190_000,
    "line ends": "password\n" * 22_000,
    "words in capitals": "BEGIN PRIVATE A " * 12_500,
    "files": "PuTTY-User-Key-File-2: x\n" * 8_000,
    "headers": "PuTTY-User-Key-File-2: x\n" + "Comment: x\n" * 18_000,
    "japanese": "パスワードは" * 33_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_four_times_as_long_takes_some_four_times_as_long(text: str) -> None:
    quarter = min(seconds(lambda: masked(text[:25_000]), 0) for _ in range(2))
    most = min(0.5, 8 * quarter + 0.05)  # sixteen times, if the time grew with the square of the length
    assert seconds(lambda: masked(text[:100_000]), most) <= most


def test_whatever_stands_around_masking_again_changes_nothing() -> None:
    source = random.Random(7)
    pieces = [
        "password",
        "パスワード",
        ":",
        "：",
        " is ",
        "は",
        "です",
        "hunter2",
        "yes",
        "\n",
        "> ",
        " ",
        "PW",
        "=",
        "[a",
        "/",
    ]
    pieces += [KEYS["OPENSSH"], KEY, PASSWORD_JA, "Name: Taro", "(", "「", "password ", "to ", "Fl0wers!", "swordfish"]
    for _ in range(3_000):
        parts = (source.choice(pieces) + source.choice([" ", "\n"]) for _ in range(source.randint(1, 25)))
        shown, _ = masked("".join(parts))
        assert masked(shown) == (shown, ())


@needs_corpora
def test_nothing_is_masked_in_foreign_mail_replies_and_public_keys() -> None:
    """None of them holds a secret, but for private keys in the list of keys: what else is masked is a false alarm."""
    mails = [message for row in rows("messages") if isinstance(message := parse(raw_of(row)), Message)]
    texts = [text for message in mails for text in (message.subject, message.text)]
    texts += [str(row["input"]) for row in rows("replies")]
    keys = [str(row["key"]) for row in rows("sshkeys")]
    texts += [key for key in keys if "PRIVATE KEY" not in key]
    assert len(texts) > 1_300
    assert [text for text in texts if masked(text)[1]] == []
    assert {masked(key) for key in keys if "PRIVATE KEY" in key} == {(f"{KEY}\n", ("private_key",))}
