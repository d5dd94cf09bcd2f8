"""SSH public keys for tests, made anew or byte by byte."""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def put(data: bytes) -> bytes:
    """A string of RFC 4251 §5."""
    return len(data).to_bytes(4, "big") + data


def key_line(name: str, *parts: bytes, comment: str = "taro@laptop") -> str:
    """A key of that type whose bytes consist of these strings, whether or not it is one."""
    blob = put(name.encode()) + b"".join(put(part) for part in parts)
    return f"{name} {base64.b64encode(blob).decode()} {comment}".strip()


def rsa(bits: int, comment: str = "taro@laptop") -> str:
    """An RSA key with a modulus of so many bits."""
    number = (1 << (bits - 1)) + 1
    return key_line("ssh-rsa", b"\x01\x00\x01", b"\0" + number.to_bytes((bits + 7) // 8, "big"), comment=comment)


def point(curve: ec.EllipticCurve) -> bytes:
    """A point that lies on the curve."""
    return ec.derive_private_key(7, curve).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


ED25519 = key_line("ssh-ed25519", bytes(range(32)))
ED25519_PRINT = "SHA256:Ud4NRGjzNcPvpAmaX7i1sKnxVS6dZ2R4P+kzUr8nVVw"
