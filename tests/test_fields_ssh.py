"""An SSH public key is understood however it was copied, and one that is no good is refused with a reason."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from keys import ED25519, key_line, point, rsa

from mailbot.core.fields import TYPES, fingerprint
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule

RULE = FieldRule(label={}, type="ssh_public_key", required=True)


def reads(text: str) -> object:
    return read(text, RULE, Asking((), "en"))


GOOD = [
    ED25519,
    rsa(2048),
    key_line("ecdsa-sha2-nistp256", b"nistp256", point(ec.SECP256R1())),
    key_line("ecdsa-sha2-nistp521", b"nistp521", point(ec.SECP521R1())),
    key_line("sk-ssh-ed25519@openssh.com", bytes(range(32)), b"ssh:"),
    key_line("sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", point(ec.SECP256R1()), b"ssh:"),
]


@pytest.mark.parametrize("line", GOOD, ids=[line.split(" ")[0] for line in GOOD])
def test_a_key_of_a_type_that_is_safe_is_kept_as_it_is(line: str) -> None:
    assert reads(line) == line


REFUSED = [
    ("SHA256:uNiVztksCsDhcc0u9e8BrcLGVMGM0mn7hfoWFC9Pcvc taro", "ssh_format"),
    (ED25519.replace("AAAAC3", "AAAAC4"), "ssh_broken"),
    (ED25519[:50], "ssh_broken"),
    (key_line("ssh-rsa", bytes(32)).replace("ssh-rsa ", "ssh-ed25519 "), "ssh_broken"),
    (key_line("ssh-ed25519", bytes(31)), "ssh_broken"),
    (key_line("ecdsa-sha2-nistp256", b"nistp384", b"\4" + bytes(64)), "ssh_broken"),
    (key_line("ssh-dss", b"\1", b"\2", b"\3", b"\4"), "ssh_dsa"),
    (key_line("ssh-newhash512", b"\1"), "ssh_type"),
    (rsa(1024), "ssh_short"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow", "ssh_private"),
    ("PuTTY-User-Key-File-3: ssh-ed25519", "ssh_private"),
    (key_line("ecdsa-sha2-nistp256", b"nistp256", point(ec.SECP256R1())[:-1] + b"\0"), "ssh_broken"),
    (ED25519.replace("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com"), "ssh_type"),
    (f"{ED25519}\n{rsa(2048)}", "ssh_several"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_no_key_or_no_safe_one_is_refused_with_a_reason(text: str, code: str) -> None:
    wrong = reads(text)
    assert isinstance(wrong, Wrong)
    assert wrong.code == code
    assert code in TYPES["ssh_public_key"].faults


OPTIONS = [
    'from="192.0.2.1",no-pty ',
    'command="ssh-add -l" ',
    'command="echo \\"hello\\" there",restrict ',
]


@pytest.mark.parametrize("options", OPTIONS)
def test_options_before_a_key_are_dropped(options: str) -> None:
    assert reads(f"{options}{ED25519}") == ED25519


def test_the_same_key_twice_is_one_key() -> None:
    assert reads(f"{ED25519}\n{ED25519}") == ED25519


def test_a_greeting_below_a_key_is_no_part_of_it() -> None:
    assert reads(f"{ED25519}\nよろしくお願いします。\n山田") == ED25519


def test_what_a_mail_program_adds_to_an_address_is_no_part_of_a_comment() -> None:
    line = key_line("ssh-ed25519", bytes(range(32)), comment="taro@univ.example")
    assert reads(f"{line} <mailto:taro@univ.example>") == line
    assert reads(line.replace("AAAAC3", "AAAAC3\u200b")) == line


@pytest.mark.parametrize("column", [40, 64, 76])
def test_a_key_that_a_mail_program_wrapped_is_put_together(column: int) -> None:
    line = rsa(2048)
    key, _, comment = line.rpartition(" ")
    wrapped = "\n".join(key[at : at + column] for at in range(0, len(key), column))
    assert reads(f"{wrapped} {comment}") == line


def test_a_key_whose_comment_could_be_base64_ends_where_its_bytes_end() -> None:
    line = key_line("ssh-ed25519", bytes(range(32)), comment="taroYamada laptop")
    assert reads(line.replace(" taro", "\ntaro")) == line


def test_a_key_in_the_file_format_of_rfc_4716_becomes_one_line() -> None:
    body = ED25519.split()[1]
    exported = (
        "---- BEGIN SSH2 PUBLIC KEY ----\n"
        'Comment: "taro on \\\nthe laptop"\n'
        f"{body[:40]}\n{body[40:]}\n---- END SSH2 PUBLIC KEY ----\n"
    )
    assert reads(exported) == f"ssh-ed25519 {body} taro on the laptop"


def test_the_bits_of_a_short_rsa_key_are_named() -> None:
    assert reads(rsa(1024)) == Wrong("ssh_short", {"bits": "1024", "minimum": "2048"})


def test_a_fingerprint_is_the_one_that_ssh_keygen_shows() -> None:
    assert fingerprint(ED25519) == "SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA"
    assert fingerprint("ssh-ed25519 not-a-key") == ""
    assert fingerprint("") == ""
