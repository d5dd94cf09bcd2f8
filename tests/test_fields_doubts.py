"""What is wrong with an answer may count all the same: if a clerk allows it, or if its writer says it again."""

import pytest

from mailbot.core.fields import Understood, understand
from mailbot.core.rules import Clerk, Desk, Form

DESK = Desk(
    name="D",
    address="d@desk.example",
    titles={},
    languages=("en",),
    clerks=(Clerk(name="A", address="a@desk.example"),),
    free_mail=("free.example",),
)
PERSON = {"email": "email", "name": ["email"]}
FORM = Form.model_validate(
    {
        "name": "visit",
        "title": {"en": "Visit"},
        "people": {"applicant": PERSON},
        "fields": {
            key: {"key": key, "label": {"en": key}, **rule}
            for key, rule in {
                "email": {"type": "email", "institution": True, "required": True},
                "nationality": {"type": "country", "required": True},
                "telephone": {"type": "telephone"},
                "postal_code": {"type": "postal_code", "fits": "address"},
                "address": {"type": "lines"},
                "purpose": {"type": "long", "minimum": 20},
                "key": {"type": "ssh_public_key"},
                "begins": {"type": "date"},
                "resident": {"type": "yes_no", "required": True, "when": {"field": "nationality", "is_not": "JP"}},
                "host_postal_code": {"type": "postal_code", "fits": "host_address"},
                "host_address": {"type": "lines"},
                "host_same": {"type": "yes_no"},
                "host_nationality": {"type": "country"},
            }.items()
        },
        "copies": [
            {
                "when": {"field": "host_same", "is": "yes"},
                "fields": {
                    "host_postal_code": "postal_code",
                    "host_address": "address",
                    "host_nationality": "nationality",
                },
            }
        ],
        "steps": [{"kind": "review"}],
    }
)
FINE = {"email": "taro@univ.example", "nationality": "日本"}


def told(answers: dict[str, str], **counted: tuple[str, ...]) -> Understood:
    return understand(FORM, DESK, {key: (text,) for key, text in (FINE | answers).items()}, "en", **counted)


def codes(understood: Understood) -> dict[str, str]:
    return {fault.field: fault.code for fault in understood.faults}


def test_a_free_mail_address_counts_once_a_clerk_allows_it_and_not_because_its_writer_insists() -> None:
    answers = {"email": "taro@free.example"}
    assert codes(told(answers)) == {"email": "email_free"}
    assert codes(told(answers, confirmed=("email",))) == {"email": "email_free"}
    assert told(answers, allowed=("email",)).values["email"] == "taro@free.example"


def test_an_exception_is_for_one_field_and_never_for_what_has_no_meaning() -> None:
    assert codes(told({"email": "taro@free.example"}, allowed=("telephone",))) == {"email": "email_free"}
    assert codes(told({"email": "taro at univ"}, allowed=("email",))) == {"email": "email_syntax"}
    private = {"key": "-----BEGIN OPENSSH PRIVATE KEY-----"}
    assert codes(told(private, allowed=("key",), confirmed=("key",))) == {"key": "ssh_private"}
    assert codes(told({"begins": "4/1/2026"}, confirmed=("begins",))) == {"begins": "date_either"}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("telephone", "055-981-671", "055-981-671"),
        ("nationality", "Atlantis", "Atlantis"),
        ("nationality", "Japan / USA", "JP, US"),
    ],
)
def test_what_is_only_doubtful_counts_if_it_is_said_again(key: str, text: str, value: str) -> None:
    assert codes(told({key: text, "resident": "no"})).keys() == {key}
    assert told({key: text, "resident": "no"}, confirmed=(key,)).values[key] == value


def test_a_purpose_that_is_too_short_counts_if_a_clerk_allows_it() -> None:
    assert codes(told({"purpose": "Rice genomes"})) == {"purpose": "too_short"}
    assert told({"purpose": "Rice genomes"}, allowed=("purpose",)).values["purpose"] == "Rice genomes"


ELSEWHERE = {"postal_code": "411-8540", "address": "東京都千代田区千代田1-1"}


def test_a_postal_code_of_another_place_is_asked_once_and_then_believed() -> None:
    understood = told(ELSEWHERE)
    assert codes(understood) == {"postal_code": "postal_code_misfit"}
    assert understood.faults[0].kind == "unclear"
    assert understood.faults[0].wanted == {"number": "411-8540", "place": "Shizuoka"}
    assert told(ELSEWHERE, confirmed=("postal_code",)).values["postal_code"] == "411-8540"
    assert told({**ELSEWHERE, "address": "静岡県三島市谷田"}).faults == ()
    assert told({"postal_code": "411-8540"}).faults == ()


def test_a_copied_postal_code_is_not_asked_about_a_second_time() -> None:
    copied = {**ELSEWHERE, "host_same": "yes"}
    assert codes(told(copied)) == {"postal_code": "postal_code_misfit"}
    assert told(copied, confirmed=("postal_code",)).values["host_postal_code"] == "411-8540"


def test_a_condition_on_a_country_is_about_its_code() -> None:
    assert told({"nationality": "日本国籍"}).faults == ()
    assert codes(told({"nationality": "Thai"})) == {"resident": "missing"}
    assert codes(told({"nationality": "Japan / USA"}, confirmed=("nationality",))) == {"resident": "missing"}


@pytest.mark.parametrize(
    ("key", "first", "second"),
    [
        ("nationality", "Japan", "日本国籍"),
        ("telephone", "03-1234-5678", "+81 3 1234 5678"),
        ("telephone", "055-981-671", "０５５－９８１－６７１"),
        ("begins", "2026-04-01", "令和8年4月1日"),
        ("postal_code", "4118540", "〒411-8540"),
    ],
)
def test_two_answers_that_mean_the_same_are_one(key: str, first: str, second: str) -> None:
    answers = {field: (text,) for field, text in FINE.items()} | {key: (first, second)}
    understood = understand(FORM, DESK, answers, "en")
    assert "conflict" not in codes(understood).values()


def test_a_contradiction_quotes_what_was_written_and_not_how_it_is_kept() -> None:
    (fault,) = told({"host_same": "yes", "host_nationality": "Thailand"}).faults
    assert (fault.field, fault.code, fault.found) == ("host_nationality", "copy_differs", "Thailand")
    assert fault.wanted["other"] == "日本"
    assert told({"host_same": "yes", "host_nationality": "Japanese"}).faults == ()


def test_an_exception_of_a_field_that_is_copied_makes_it_an_answer_that_may_contradict() -> None:
    here = {"postal_code": "411-8540", "address": "静岡県三島市谷田1111", "host_same": "yes"}
    answers = {**here, "host_postal_code": "100-0001", "host_address": here["address"]}
    assert told(answers).values["host_postal_code"] == "411-8540"
    assert codes(told(answers, allowed=("host_postal_code",))) == {"host_postal_code": "copy_differs"}
    assert told(answers).values["host_postal_code"] == "411-8540"
