"""The token of a letter: what proves that it was received, and what does not."""

import pytest

from mailbot.core import token
from mailbot.core.message import Message

KEY, OTHER = b"k" * 32, b"o" * 32
DESK = "helpdesk@desk.example"


def mail(to: str = "", references: tuple[str, ...] = ()) -> Message:
    return Message(digest="0" * 64, size=1, recipients=(to,) if to else (), references=references)


def signed(letter: str = "2026-00042.7", recipient: str = "anna@uni.example", key: bytes = KEY) -> str:
    return token.mac(key, "HELPDESK", letter, recipient)


def test_a_mac_is_sixteen_letters_and_depends_on_desk_letter_recipient_and_key() -> None:
    mine = signed()
    assert len(mine) == 16
    assert mine == signed(recipient="ANNA@uni.example")
    others = {signed("2026-00042.8"), signed(recipient="ben@uni.example"), signed(key=OTHER)}
    assert mine not in others | {token.mac(KEY, "OTHER", "2026-00042.7", "anna@uni.example")}


def test_the_reply_address_fits_into_sixty_four_octets() -> None:
    local = token.reply_address("h" * 30 + "@desk.example", "2026-00042.7", signed()).partition("@")[0]
    assert len(local) <= 64


@pytest.mark.parametrize("written", [str.lower, str.upper, str.title], ids=["lower", "upper", "title"])
def test_the_address_proves_the_letter_however_a_mail_system_writes_it(written) -> None:
    address = written(token.reply_address(DESK, "2026-00042.7", signed()))
    claimed = token.claims(mail(to=address.lower()), DESK)
    assert [claim.letter for claim in claimed] == ["2026-00042.7"]
    assert token.first_proven(claimed, "HELPDESK", {"2026-00042.7": ("anna@uni.example", "k1")}, {"k1": KEY})


def test_references_prove_what_the_address_proves() -> None:
    reference = token.message_id(DESK, "e12.1", signed("e12.1"))
    claimed = token.claims(mail(references=("<foreign@uni.example>", reference)), DESK)
    assert [(claim.letter, claim.by, claim.case) for claim in claimed] == [("e12.1", "references", None)]


@pytest.mark.parametrize(
    "letters",
    [
        {},
        {"2026-00042.7": ("ben@uni.example", "k1")},
        {"2026-00042.7": ("anna@uni.example", "k2")},
        {"2026-00042.8": ("anna@uni.example", "k1")},
    ],
    ids=["unknown letter", "letter to another", "key is gone", "another letter"],
)
def test_what_does_not_prove(letters: dict[str, tuple[str, str]]) -> None:
    claimed = token.claims(mail(to=token.reply_address(DESK, "2026-00042.7", signed())), DESK)
    assert token.first_proven(claimed, "HELPDESK", letters, {"k1": KEY}) is None


@pytest.mark.parametrize(
    "address",
    [
        "helpdesk@desk.example",
        "helpdesk+2026-00042.7@desk.example",
        "helpdesk+2026-00042.7.aaaaaaaaaaaaaaa@desk.example",
        "other+2026-00042.7.aaaaaaaaaaaaaaaa@desk.example",
        "helpdesk+2026-00042.7.aaaaaaaaaaaaaaaa@desk.example.evil",
    ],
)
def test_addresses_that_claim_no_letter_of_this_desk(address: str) -> None:
    assert token.claims(mail(to=address), DESK) == ()


def test_what_a_relay_says_is_journaled_without_the_token_in_it() -> None:
    said = f"250 2.6.0 {token.message_id(DESK, '2026-00042.7', signed())} queued"
    assert token.without_macs(said) == "250 2.6.0 <2026-00042.7.…@desk.example> queued"
