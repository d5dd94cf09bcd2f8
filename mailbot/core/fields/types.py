"""The types of field, one table: how an answer of each is read. It knows no form beyond the field's own rule."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailbot.core.events import Value
from mailbot.core.fields.answers import read_choice, read_yes_no
from mailbot.core.fields.ssh import read_ssh_public_key
from mailbot.core.fields.texts import dashed, none, nothing, one_line, plain, prose, trimmed
from mailbot.core.fields.wrong import Wrong
from mailbot.core.idn import on_the_wire
from mailbot.core.labels import label_key
from mailbot.core.rules import FieldRule, FieldType

LINE_MAXIMUM = 1_000
LONG_MAXIMUM = 20_000

_LATIN = "A-Za-zÀ-ÖØ-öø-ɏ\u0300-\u036fḀ-ỿ"
_LATIN_NAME = re.compile(rf"[{_LATIN}](?:[{_LATIN} .,'’ʻʼ`-]*[{_LATIN}.])?")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])")
_LOCAL_BEYOND_ASCII = re.compile(r"[^\W_A-Za-z]+(?:[._-][^\W_A-Za-z]+)*")
_LAST_LABEL = re.compile(r".*\.(?:[!-~]+|[^!-~\s。．｡]+)")
_ANGLED = re.compile(r"[<\[(](?:mailto:)?([^<>\[\]()\s]+@[^<>\[\]()\s]+)[>\])]", re.IGNORECASE)
_LIKE_ADDRESS = re.compile(r"[^\s,;/、]+@[^\s,;/、]+\.")
_JAPANESE_CODE = re.compile(r"(\d{3})-?(\d{4})", re.ASCII)
_JAPANESE_SLIP = re.compile(r"\d{3}-\d{1,3}|\d{3}-\d{5,}", re.ASCII)
_OTHER_CODE = re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9 -]{1,10}[A-Z0-9]", re.ASCII)
_TELEPHONE_WORD = re.compile(r"^(?:tel(?:ephone)?|phone|電話(?:番号)?)\s*[.:]?\s*", re.IGNORECASE)
_EXTENSION = re.compile(r"[\s,;(]*(?:ext(?:ension)?\.?|内線(?:番号)?|x|#)[\s:.]*([0-9]{1,8})\s*\)?$", re.IGNORECASE)
_TELEPHONE = re.compile(r"\+?[\d\s().-]+", re.ASCII)
_SEPARATOR = re.compile(r"[\s,、;/]+")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]*")
_ACCOUNT = re.compile(r"[a-z][a-z0-9-]{1,14}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Asking:
    """What reading an answer may depend on beside the field's rule: the desk's free-mail domains, the language."""

    free_mail: tuple[str, ...]
    language: str


Reader = Callable[[str, FieldRule, Asking], Value | Wrong]
"""Reads one answer that is not empty; an empty text says that nothing was answered after all."""


def _line(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    line = one_line(prose(text))
    return line if len(line) <= LINE_MAXIMUM else Wrong("too_long", {"maximum": str(LINE_MAXIMUM)})


def _lines(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    lines = "\n".join(" ".join(line.split()) for line in prose(text).splitlines() if line.strip())
    return lines if len(lines) <= LINE_MAXIMUM else Wrong("too_long", {"maximum": str(LINE_MAXIMUM)})


def _long(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """Paragraphs as written. The minimum is in characters without white space, the same for every writing system."""
    text = "\n".join(line.rstrip() for line in prose(text).splitlines()).strip()
    count = len("".join(text.split()))
    if rule.minimum is not None and count < rule.minimum:
        return Wrong("too_short", {"minimum": str(rule.minimum), "count": str(count)})
    return text if len(text) <= LONG_MAXIMUM else Wrong("too_long", {"maximum": str(LONG_MAXIMUM)})


def _latin(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    name = one_line(plain(text))
    return name if len(name) <= 100 and _LATIN_NAME.fullmatch(name) else Wrong("latin")


def _addresses(text: str) -> list[str]:
    """Every address offered: those in angle or square brackets, and what stands outside them if it has an @."""
    outside = _ANGLED.sub(" ", text).strip(" .,;。、")
    outside = outside[7:] if outside.lower().startswith("mailto:") else outside
    offered = [*([outside] if "@" in outside else []), *_ANGLED.findall(text)]
    if len(offered) == 1:
        return offered
    return list({address.lower(): address for address in reversed(offered)}.values())


_domains = lru_cache(maxsize=16)(frozenset[str])


def _free(domain: str, free_mail: tuple[str, ...]) -> bool:
    """Whether the domain, or one it lies below, is free mail."""
    known = _domains(free_mail)
    while domain not in known and "." in domain:
        domain = domain.partition(".")[2]
    return domain in known


def _ascii_domain(domain: str) -> str:
    """The domain as A-labels; an empty text if it is none."""
    if domain.isascii():
        return domain
    return on_the_wire(domain) or "" if _LAST_LABEL.fullmatch(domain) else ""


def _email(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """One plain address (RFC 5321 §4.1.2 without quoted local parts and address literals), domain in lower case.

    Letters beyond ASCII make an address (RFC 6531) where they are no slip, as in `メールtaro@` or `.jpです`; the domain
    becomes A-labels, as the sender's does.
    """
    offered = _addresses(plain(text))
    if len(offered) > 1:
        return Wrong("email_several")
    address = offered[0] if offered else ""
    local, _, domain = address.rpartition("@")
    domain = _ascii_domain(domain.lower())
    spelt = _LOCAL.fullmatch(local) or _LOCAL_BEYOND_ASCII.fullmatch(local)
    if not spelt or not _DOMAIN.fullmatch(domain) or len(local.encode()) > 64 or len(domain) > 253:
        return Wrong("email_several" if len(_LIKE_ADDRESS.findall(address)) > 1 else "email_syntax")
    if rule.institution and _free(domain, asking.free_mail):
        return Wrong("email_free", {"domain": domain})
    return f"{local}@{domain}"


def _postal_code(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """Seven digits are a Japanese code; any other country's has 3 to 12 letters, digits, spaces, hyphens."""
    code = " ".join(dashed(text).upper().removeprefix("〒").split()).removeprefix("JP-")
    japanese = _JAPANESE_CODE.fullmatch(code.replace(" ", ""))
    if japanese:
        return f"{japanese[1]}-{japanese[2]}"
    slip = "〒" in text or _JAPANESE_SLIP.fullmatch(code.replace(" ", ""))
    return Wrong("postal_code") if slip or not _OTHER_CODE.fullmatch(code) else code


def _telephone(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """Digits, `+`, spaces, hyphens, brackets; an extension written behind is kept as ` ext. 123`."""
    number = _TELEPHONE_WORD.sub("", dashed(text))
    extension = _EXTENSION.search(number)
    number = " ".join((number[: extension.start()] if extension else number).split())
    digits = sum(sign.isdigit() for sign in number)
    if not _TELEPHONE.fullmatch(number) or not 6 <= digits <= 20:
        return Wrong("telephone")
    return f"{number} ext. {extension[1]}" if extension else number


def _yes_no(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    answer = read_yes_no(text)
    return Wrong("yes_no") if answer is None else answer


def _ids(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    if none(text) or nothing(text):
        return ()
    parts = tuple(dict.fromkeys(part for part in _SEPARATOR.split(plain(text)) if part))
    return parts if all(_ID.fullmatch(part) for part in parts) and len(parts) <= 200 else Wrong("ids")


def _account_name(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """In lower case: telephones begin every field with a capital letter, and nobody means it."""
    name = dashed(text).lower()
    return name if _ACCOUNT.fullmatch(name) else Wrong("account_name")


def _ssh_public_key(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    return read_ssh_public_key(text)


def choice_words(rule: FieldRule) -> dict[str, str]:
    """Label key of everything people may write for a choice -> the value kept."""
    words = {label_key(value): value for value in rule.choices}
    for value, languages in rule.choices.items():
        words.update((label_key(word), value) for names in languages.values() for word in names)
    return words


def _choice(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    value = read_choice(text, choice_words(rule))
    if value is not None:
        return value
    names = (words.get(asking.language, (kept,))[0] for kept, words in rule.choices.items())
    return Wrong("choice", {"choices": " / ".join(names)})


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One type of field: how an answer is read, which faults that can give (see FAULTS).

    `ticks`: a sign without letters is an answer. `listed`: kept as a list of texts. `says_none`: "none" is an answer.
    """

    read: Reader
    faults: frozenset[str]
    ticks: bool = False
    listed: bool = False
    says_none: bool = False


def _row(read: Reader, faults: str = "", *, ticks: bool = False, listed: bool = False, none: bool = False) -> TypeRow:
    return TypeRow(read, frozenset(faults.split()), ticks, listed, none)


TYPES: Mapping[FieldType, TypeRow] = {
    "line": _row(_line, "too_long"),
    "latin": _row(_latin, "latin"),
    "email": _row(_email, "email_syntax email_several email_free"),
    "postal_code": _row(_postal_code, "postal_code"),
    "telephone": _row(_telephone, "telephone"),
    "lines": _row(_lines, "too_long"),
    "long": _row(_long, "too_short too_long"),
    "yes_no": _row(_yes_no, "yes_no", ticks=True, none=True),
    "ids": _row(_ids, "ids", ticks=True, listed=True, none=True),
    "account_name": _row(_account_name, "account_name"),
    "ssh_public_key": _row(_ssh_public_key, "ssh_private ssh_dsa ssh_short ssh_type ssh_broken ssh_format"),
    "choice": _row(_choice, "choice", ticks=True, none=True),
}
"""Every type of field. A new type is a row here and a name in `rules.FieldType`."""


def read(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """What was understood of one answer; the empty text where nothing was answered; never an exception.

    A line of dashes is nothing; "none" is nothing where the field is not required.
    """
    row = TYPES[rule.type]
    text = trimmed(text)
    if not text or (not row.ticks and nothing(text)):
        return ""
    if not row.says_none and not rule.required and none(text):
        return ""
    return row.read(text, rule, asking)
