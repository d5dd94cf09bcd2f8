"""Where the desk is stricter about SSH keys than libraries and OpenSSH, on purpose, and where it is as they are: the
table of docs/ssh.md, with a key for each row."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from keys import ED25519, key_line, point, put, rsa

from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read
from mailbot.core.fields.wrong import Wrong
from mailbot.core.rules import FieldRule

RULE = FieldRule(label={}, type="ssh_public_key", required=True)
DOC = Path(__file__).parent.parent / "docs" / "ssh.md"
NAME, BASE64, COMMENT = ED25519.split(" ")
MODULUS = ((1 << 2047) + 1).to_bytes(256, "big")
PADDED = next(line for line in map(rsa, (2048, 2056, 2064)) if "== " in line)
COMPRESSED = (
    ec.derive_private_key(7, ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
)


def said(text: str) -> str:
    value = read(text, RULE, Asking((), "en"))
    return value.code if isinstance(value, Wrong) else "taken"


STRICTER = {
    "RSA below 2048 bits": ([rsa(1024), rsa(1536), rsa(2047)], "ssh_short"),
    "DSA": ([key_line("ssh-dss", b"\1", b"\2", b"\3", b"\4")], "ssh_dsa"),
    "certificates": ([ED25519.replace(NAME, f"{NAME}-cert-v01@openssh.com")], "ssh_type"),
    "curves that OpenSSH has not": ([key_line("ecdsa-sha2-nistp224", b"nistp224", b"\4" + bytes(56))], "ssh_type"),
    "a curve of another name": (
        [key_line("ecdsa-sha2-nistp256", b"nistp384", point(ec.SECP384R1()))],
        "ssh_broken",
    ),
    "even exponents, or an exponent of 1": (
        [key_line("ssh-rsa", e, b"\0" + MODULUS) for e in (b"\1", b"\2", b"\1\0\0")],
        "ssh_broken",
    ),
    "numbers that are negative or begin with zeros": (
        [
            key_line("ssh-rsa", b"\1\0\1", MODULUS),
            key_line("ssh-rsa", b"\1\0\1", b"\0\0" + MODULUS),
            key_line("ssh-rsa", b"\0\1\0\1", b"\0" + MODULUS),
        ],
        "ssh_broken",
    ),
    "base64 that has a second spelling": (
        [
            PADDED.replace("== ", "=== "),
            re.sub(r".(?=== )", lambda last: chr(ord(last[0]) + 1), PADDED),
            f"{rsa(2048).split(' ')[0]} {rsa(2048).split(' ')[1]}=",
        ],
        "ssh_broken",
    ),
    "signs in the base64 that are none of it": ([f"{NAME} {BASE64[:30]}!{BASE64[30:]}"], "ssh_broken"),
    "a security key for a web site": (
        [key_line("sk-ssh-ed25519@openssh.com", bytes(range(32)), b"https://univ.example")],
        "ssh_broken",
    ),
    "two different keys": ([f"{ED25519}\n{rsa(2048)}"], "ssh_several"),
    "RFC 4716 without its last line": ([f"---- BEGIN SSH2 PUBLIC KEY ----\n{BASE64}\n"], "ssh_format"),
    "options that sshd does not know": (
        [
            f"{options} {ED25519}"
            for options in (
                "no-such-option",
                'other="x"',
                'command="unbalanced',
                "command",
                "no-pty,",
                "no-pty,,pty",
                "bad_name=1",
                'no-pty, command="x"',
            )
        ],
        "ssh_options",
    ),
    "a private key": (["-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA"], "ssh_private"),
}
"""What a library or OpenSSH takes, or passes over in silence, and the desk asks about."""

LAXER = {
    "lines broken by a mail program": "\n".join(ED25519[at : at + 64] for at in range(0, len(ED25519), 64)),
    "RFC 4716 with a header over two lines": (
        f'---- BEGIN SSH2 PUBLIC KEY ----\nComment: "taro on \\\nthe laptop"\n{BASE64}\n---- END SSH2 PUBLIC KEY ----'
    ),
    "words or a quote mark before it": f"> My key: {ED25519}",
    "signs that nobody sees": f"\ufeff{ED25519[:40]}\u200b{ED25519[40:]}",
}
"""What libraries refuse, which read files, and what stands in mails all the same."""

REFUSED_BY_ALL = {
    "a compressed point": key_line("ecdsa-sha2-nistp256", b"nistp256", COMPRESSED),
    "the point at infinity": key_line("ecdsa-sha2-nistp256", b"nistp256", b"\0"),
    "a point off its curve": key_line("ecdsa-sha2-nistp256", b"nistp256", point(ec.SECP256R1())[:-1] + b"\0"),
    "more than 16384 bits": rsa(16385),
    "a byte too many": key_line("ssh-ed25519", bytes(33)),
    "a string too many": key_line("ssh-ed25519", bytes(range(32)), b"x"),
    "a string that is missing": key_line("sk-ssh-ed25519@openssh.com", bytes(range(32))),
    "a cut end": f"{NAME} {BASE64[:-4]}",
    "another type before it": f"ssh-rsa {BASE64}",
    "no type": BASE64,
    "a type that nobody has": key_line("ssh-xmss@openssh.com", b"x"),
    "a public key of TLS": "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
}
TAKEN_BY_ALL = {
    "no comment": f"{NAME} {BASE64}",
    "a long comment": f"{NAME} {BASE64} taro on the laptop #2",
    "white space": f"  {NAME}\t{BASE64}  {COMMENT}\r\n",
    "options": f'no-pty,command="echo \\"hello\\", there",from="192.0.2.1" {ED25519}',
    "options, in capitals": f"NO-PTY {ED25519}",
    "RSA of 2048 bits": rsa(2048),
    "RSA of 16384 bits": rsa(16384),
    "an exponent of 3": key_line("ssh-rsa", b"\3", b"\0" + MODULUS),
    "P-384": key_line("ecdsa-sha2-nistp384", b"nistp384", point(ec.SECP384R1())),
    "a security key of a host": key_line("sk-ssh-ed25519@openssh.com", bytes(range(32)), b"ssh:univ.example"),
    "RFC 4716": f"---- BEGIN SSH2 PUBLIC KEY ----\r\nSubject: me\r\n{BASE64[:40]}\r\n{BASE64[40:]}\r\n"
    "---- END SSH2 PUBLIC KEY ----\r\n",
}


@pytest.mark.parametrize("row", STRICTER)
def test_the_desk_is_stricter_where_its_docs_say_so(row: str) -> None:
    keys, code = STRICTER[row]
    assert [said(key) for key in keys] == [code] * len(keys)


@pytest.mark.parametrize("row", LAXER)
def test_what_mail_does_to_a_key_is_undone(row: str) -> None:
    assert said(LAXER[row]) == "taken"


@pytest.mark.parametrize("row", REFUSED_BY_ALL)
def test_what_every_library_refuses_is_refused(row: str) -> None:
    assert said(REFUSED_BY_ALL[row]) in ("ssh_broken", "ssh_format", "ssh_type")


@pytest.mark.parametrize("row", TAKEN_BY_ALL)
def test_what_every_library_takes_is_taken(row: str) -> None:
    assert said(TAKEN_BY_ALL[row]) == "taken"


@pytest.mark.parametrize("words", ["My key, made today:", "Key =", "-", "【公開鍵】", "From my laptop,", '"', "<"])
def test_words_before_a_key_are_no_options(words: str) -> None:
    assert said(f"{words} {ED25519}") == "taken"


def test_a_key_of_a_type_that_is_known_and_of_any_bytes_is_an_answer_and_no_crash() -> None:
    for name in ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "sk-ecdsa-sha2-nistp256@openssh.com"):
        for part in (b"", b"\0", b"\2" * 33, b"\3" * 33, b"\4" * 65, put(b"x")):
            for count in (1, 2, 3):
                assert said(key_line(name, *[b"nistp256", part, b"ssh:"][:count])) != "taken"


def test_the_docs_list_the_same_rows() -> None:
    rows = re.findall(r"^\| ([^|]+?) \|", DOC.read_text("utf-8"), re.MULTILINE)
    assert set(rows) - {"what", "---"} == {*STRICTER, *LAXER}
