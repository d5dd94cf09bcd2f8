"""PDFs as people send them: a page of text, signed or not, made byte by byte. It knows no mail."""

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

ROOM = 8192
"""Hexadecimal digits kept for a signature."""


def pdf(text: str = "A pledge", objects: tuple[bytes, ...] = (), catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF of one page that shows `text` (ASCII); `objects` are numbered from 6 on."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    stream = f"BT /F1 12 Tf 72 720 Td ({escaped}) Tj ET".encode()
    bodies = (
        b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        *objects,
    )
    raw, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(raw))
        raw += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R %s >>\n" % (size, table, size, trailer)
    return raw + head + b"startxref\n%d\n%%%%EOF\n" % len(raw)


def signed_pdf(name: str, text: str = "A pledge", written: str = "", real: bool = True) -> bytes:
    """A PDF signed with a certificate for `name`; `written` is the name the signing program put beside it; not `real`
    if there is no certificate in the signature."""
    value = (
        b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached /Name (%s) "
        b"/ByteRange [0 0000000000 0000000000 0000000000] /Contents <%s> >>" % (written.encode(), b"0" * ROOM)
    )
    field = b"<< /FT /Sig /T (Signature1) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /V 6 0 R >>"
    raw = pdf(text, (value, field), b"/AcroForm << /Fields [7 0 R] /SigFlags 3 >>")
    start = raw.index(b"/Contents <0") + len(b"/Contents ")
    end = start + ROOM + 2
    ranges = b"[0 %010d %010d %010d]" % (start, end, len(raw) - end)
    raw = raw.replace(b"[0 0000000000 0000000000 0000000000]", ranges)
    signature = _signature(name, raw[:start] + raw[end:]).hex().encode() if real else b""
    return raw[: start + 1] + signature.ljust(ROOM, b"0") + raw[end - 1 :]


def _signature(name: str, data: bytes) -> bytes:
    root, root_key = _certificate("Example Root", None)
    leaf, key = _certificate(name, (root, root_key))
    builder = PKCS7SignatureBuilder().set_data(data).add_signer(leaf, key, hashes.SHA256()).add_certificate(root)
    return builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])


Issued = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _certificate(name: str, issuer: Issued | None) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
    )
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256()), key
