"""Finds the name in the certificate of a signature. It does not verify anything, and knows no PDF."""

import warnings

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates
from cryptography.x509.oid import NameOID

_NAMES = (NameOID.COMMON_NAME, NameOID.EMAIL_ADDRESS, NameOID.ORGANIZATION_NAME)
_ODD = (ValueError, TypeError, LookupError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What the library raises over a signature that it cannot read."""


def signer_of(signature: bytes) -> str:
    """The name in the certificate that signed: `signature` is a CMS message (RFC 5652) in DER, with whatever was left
    of the place kept for it; an empty text if there is none to be read.

    Of several certificates it is the one in whose name none of the others was issued: the last of the chain.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is odd in a stranger's certificate
            certificates = load_der_pkcs7_certificates(_whole(signature))
            issuers = {one.issuer for one in certificates if one.issuer != one.subject}
            last = [one for one in certificates if one.subject not in issuers] or certificates
            return _subject(last[0].subject) if last else ""
    except _ODD:
        return ""


def _whole(der: bytes) -> bytes:
    """The first value without the zeros behind it; one that does not say its length stays as it is (X.690 §8.1.3)."""
    first = der[1] if len(der) > 1 else 0
    size = max(0, first - 0x80)
    if first == 0x80:
        return der
    return der[: 2 + size + int.from_bytes(der[2 : 2 + size], "big")] if size else der[: 2 + first]


def _subject(name: x509.Name) -> str:
    for kind in _NAMES:
        for attribute in name.get_attributes_for_oid(kind):
            if isinstance(attribute.value, str) and attribute.value.strip():
                return attribute.value
    return ""
