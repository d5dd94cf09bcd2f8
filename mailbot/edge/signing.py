"""The key that signs what auditors are told: a private Ed25519 key (RFC 8032) in a file that its owner alone may read.
It knows nothing of what is signed."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

WANTED = "an Ed25519 key without a password (PEM, PKCS #8), as `mailbot keys signing --new` writes it"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key; `public` is its public half, 64 hex digits. Its text shows nothing of the private one."""

    public: str
    _key: Ed25519PrivateKey

    def sign(self, data: bytes) -> str:
        """The signature, 128 hex digits: the same data give the same one (RFC 8032 §5.1.6)."""
        return self._key.sign(data).hex()

    def __repr__(self) -> str:
        return f"Signer({self.public})"


def make_signing_key(path: Path) -> Signer:
    """Write a new key, readable by its owner alone, durably. FileExistsError if there is such a file."""
    key = Ed25519PrivateKey.generate()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(
            handle,
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
        os.fsync(handle)
    finally:
        os.close(handle)
    return _signer(key)


def load_signing_key(path: Path) -> Signer:
    """The key in a file. OSError if it cannot be read; ValueError if anybody but its owner may read it, or if it is no
    such key. No message repeats anything of it."""
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise ValueError(f"found mode {mode:04o}, wanted 0600: others may read this file")
        raw = file.read()
    try:
        key = serialization.load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(f"found something else, wanted {WANTED}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"found a key of another kind, wanted {WANTED}")
    return _signer(key)


def _signer(key: Ed25519PrivateKey) -> Signer:
    return Signer(key.public_key().public_bytes_raw().hex(), key)


def public_pem(public: str) -> str:
    """A public key (64 hex digits) as other programs read it (PEM, SubjectPublicKeyInfo, RFC 8410)."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def read_public(text: str) -> str | None:
    """A public key as 64 hex digits, whether it is given as such or as PEM; None if it is neither."""
    try:
        key = serialization.load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        digits = text.strip().lower()
        return digits if len(digits) == 64 and set(digits) <= set("0123456789abcdef") else None
    return key.public_bytes_raw().hex() if isinstance(key, Ed25519PublicKey) else None


def proves(public: str, signature: str, data: bytes) -> bool:
    """Whether the private half of `public` signed exactly these bytes (all hex as above)."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), data)
    except (InvalidSignature, ValueError):
        return False
    return True
