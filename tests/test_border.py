"""Whose word counts on who sent a mail: what our own border wrote on top, and nothing that came with the mail."""

import time

import pytest

from mailbot.core.rules import Border
from mailbot.edge.border import MOST, evidence

OWN = Border(kind="own", ids=("mx.desk.example",))
GOOGLE, MICROSOFT = Border(kind="google"), Border(kind="microsoft365")
DOMAIN = "uni.example"

PASSED = [
    pytest.param(
        OWN,
        "mx.desk.example; dkim=none; spf=softfail smtp.mailfrom=a@list.example; dmarc=pass (p=none)"
        " header.from=uni.example",
        ("dmarc=pass header.from=uni.example",),
        id="DMARC of an own border",
    ),
    pytest.param(
        OWN,
        "MX.Desk.Example; dkim=pass (2048-bit key; unprotected) header.d=Uni.Example header.i=@uni.example"
        " header.a=rsa-sha256 header.s=k1 header.b=AbC/12+x",
        ("dkim=pass header.d=uni.example", "dkim=pass header.i=uni.example"),
        id="DKIM alone, as milters write it",
    ),
    pytest.param(
        OWN, "mx.desk.example; spf=pass smtp.mailfrom=taro@uni.example", ("spf=pass smtp.mailfrom=uni.example",)
    ),
    pytest.param(
        GOOGLE,
        "mx.google.com; dkim=pass header.i=@uni.example header.s=20230601 header.b=abC/12+x; spf=pass (google.com:"
        " domain of a@uni.example designates 209.85.220.41 as permitted sender) smtp.mailfrom=a@uni.example; dmarc=pass"
        " (p=NONE sp=QUARANTINE dis=NONE) header.from=uni.example; dara=pass header.i=@desk.example",
        ("dkim=pass header.i=uni.example", "spf=pass smtp.mailfrom=uni.example", "dmarc=pass header.from=uni.example"),
        id="Google Workspace",
    ),
    pytest.param(
        MICROSOFT,
        "spf=pass (sender IP is 40.107.1.1) smtp.mailfrom=uni.example; dkim=pass (signature was verified)"
        " header.d=uni.example;dmarc=pass action=none header.from=uni.example;compauth=pass reason=100",
        ("spf=pass smtp.mailfrom=uni.example", "dkim=pass header.d=uni.example", "dmarc=pass header.from=uni.example"),
        id="Microsoft 365, without a name",
    ),
]
"""What real borders write about a mail that is genuine."""


@pytest.mark.parametrize("border, field, found", PASSED)
def test_what_our_border_found_of_the_domain_in_from(border: Border, field: str, found: tuple[str, ...]) -> None:
    assert evidence([field], DOMAIN, border) == found


def test_a_signature_of_the_domain_above_speaks_for_the_one_below() -> None:
    field = "mx.desk.example; dkim=pass header.d=uni.example; dmarc=pass header.from=uni.example"
    assert evidence([field], "bio.uni.example", OWN) == ("dkim=pass header.d=uni.example",)


NOTHING = [
    pytest.param(OWN, "mx.desk.example; dmarc=fail header.from=uni.example", id="it failed"),
    pytest.param(OWN, "mx.desk.example; dmarc=pass header.from=evil.example", id="of somebody else"),
    pytest.param(OWN, "mx.desk.example; dkim=pass header.d=evil.example", id="signed by somebody else"),
    pytest.param(OWN, "mx.desk.example; dkim=pass header.d=bio.uni.example", id="signed by a part of it"),
    pytest.param(OWN, "mx.desk.example; dkim=pass header.d=iuni.example", id="an ending that is no part of a name"),
    pytest.param(OWN, "mx.desk.example; dkim=pass header.d=example", id="a name without a dot"),
    pytest.param(OWN, "mx.desk.example; spf=pass smtp.helo=uni.example", id="SPF of a greeting"),
    pytest.param(OWN, "mx.desk.example; dkim=pass", id="of nobody"),
    pytest.param(OWN, "mx.desk.example; none", id="it did not look"),
    pytest.param(OWN, "mx.evil.example; dmarc=pass header.from=uni.example", id="not our border"),
    pytest.param(OWN, "x.mx.desk.example; dmarc=pass header.from=uni.example", id="a name that ends like ours"),
    pytest.param(OWN, "dmarc=pass header.from=uni.example", id="without a name, and ours has one"),
    pytest.param(MICROSOFT, "mx.desk.example; dmarc=pass header.from=uni.example", id="with a name, and ours has none"),
    pytest.param(MICROSOFT, "compauth=pass reason=109", id="only guessed"),
    pytest.param(GOOGLE, "mx.google.com.evil.example; dmarc=pass header.from=uni.example", id="a name that begins so"),
    pytest.param(
        OWN,
        'mx.desk.example; dkim=fail reason="; dmarc=pass header.from=uni.example" header.d=uni.example',
        id="quoted",
    ),
    pytest.param(
        OWN, "mx.desk.example; dkim=fail (; dmarc=pass header.from=uni.example) header.d=uni.example", id="remark"
    ),
    pytest.param(OWN, "mx.desk.example; dmarc=pass header.from=uni.example, evil.example", id="two at once"),
    pytest.param(OWN, "mx.desk.example; dmarc=pass (" + "(" * 3_000, id="brackets without end"),
    pytest.param(OWN, "mx.desk.example; dmarc=pass header.from=uni.example; " + "x" * MOST, id="longer than any"),
    pytest.param(OWN, "", id="empty"),
    pytest.param(Border(), "mx.desk.example; dmarc=pass header.from=uni.example", id="no border"),
]


@pytest.mark.parametrize("border, field", NOTHING)
def test_what_proves_nothing(border: Border, field: str) -> None:
    assert evidence([field], DOMAIN, border) == ()


def test_only_the_topmost_field_counts() -> None:
    good, forged = (
        "mx.desk.example; dmarc=fail header.from=uni.example",
        "mx.desk.example; dmarc=pass header.from=uni.example",
    )
    assert evidence([good, forged], DOMAIN, OWN) == ()
    assert evidence(["mx.relay.example; dmarc=pass header.from=uni.example", forged], DOMAIN, OWN) == ()
    assert evidence([], DOMAIN, OWN) == evidence([forged], "", OWN) == ()


def test_no_field_takes_long() -> None:
    hostile = (
        "dkim=pass header.d=x; ",
        "dkim=pass ",
        "(",
        "()",
        '"',
        "a",
        "; ",
        "=",
        "\\",
        "dkim=pass (x) ",
        "a=b c.d=e ",
    )
    for piece in hostile:
        field = f"mx.desk.example; {piece * MOST}"[:MOST]
        begun = time.process_time()
        evidence([field], DOMAIN, OWN)
        assert time.process_time() - begun < 0.1, piece
