"""What is checked in desk.toml beyond the types of its keys, one function a rule. It knows no form."""

import re
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import date

from mailbot.core.commands import COMMANDS, PARTICIPANTS
from mailbot.core.holidays_of import known_country
from mailbot.core.rules import Desk
from mailbot.core.rulesets.problems import Path, meant

Found = Iterator[tuple[Path, str, str]]

LOCAL_OCTETS = 30
"""The reply address adds up to 34 octets to the local part, which may have 64 (RFC 5321 §4.5.3.1.1)."""

SPOKEN = frozenset[str].intersection(
    *(frozenset(texts) for word in COMMANDS for texts in (word.usage, word.help)),
    *(frozenset(texts) for word in PARTICIPANTS for texts in (word.usage, word.help)),
)
"""Languages in which everything that may be written to the desk has its words."""

_NAME = re.compile(r"[A-Z][A-Z0-9-]{0,19}")
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]+")
_AUTHSERV = re.compile(r"[A-Za-z0-9._-]{1,250}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+")
_REGISTER = re.compile(r"[a-z][a-z0-9-]{0,39}")
_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,59}")
_HOUR = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_DAY = re.compile(r"(?:\d{4}-)?\d{2}-\d{2}")


def _name(desk: Desk) -> Found:
    if not _NAME.fullmatch(desk.name):
        yield ("name",), f'"{desk.name}"', "at most 20 capital letters A-Z, digits and hyphens, a letter first"


def _address(desk: Desk) -> Found:
    local = desk.address.rpartition("@")[0]
    if len(local.encode()) > LOCAL_OCTETS:
        yield ("address",), f"{len(local.encode())} letters before the @", f"at most {LOCAL_OCTETS}"
    if "+" in local:
        yield ("address",), f'"{desk.address}"', "an address without +, which the letters' own addresses need"


def _addresses(desk: Desk) -> Found:
    places: list[tuple[Path, str]] = [(("address",), desk.address)]
    places += [(("clerks", at, "address"), clerk.address) for at, clerk in enumerate(desk.clerks)]
    places += [(("auditors", at), address) for at, address in enumerate(desk.auditors)]
    places += [(("operators", at), address) for at, address in enumerate(desk.operators)]
    for path, address in places:
        if not _ADDRESS.fullmatch(address):
            yield path, f'"{address}"', "one plain address such as name@desk.example"


def _others(desk: Desk) -> Found:
    """Letters to the desk itself would come back to it as mail."""
    for name, addresses in (("auditors", desk.auditors), ("operators", desk.operators)):
        seen = {desk.address.lower()}
        for at, address in enumerate(addresses):
            if address.lower() in seen:
                yield (name, at), f'"{address}" a second time', "an address of their own"
            seen.add(address.lower())


def _budgets(desk: Desk) -> Found:
    budgets = desk.budgets
    if budgets.letters_per_domain < budgets.letters_per_address:
        wanted = f"{budgets.letters_per_address} or more, which one address of a domain may get"
        yield ("budgets", "letters_per_domain"), str(budgets.letters_per_domain), wanted


def _clerks(desk: Desk) -> Found:
    seen = {desk.address.lower()}
    for at, clerk in enumerate(desk.clerks):
        if clerk.address.lower() in seen:
            yield ("clerks", at, "address"), f'"{clerk.address}" a second time', "an address of their own"
        seen.add(clerk.address.lower())
        if clerk.language not in desk.languages:
            wanted = meant(clerk.language, desk.languages) if desk.languages else "a language of the desk"
            yield ("clerks", at, "language"), f'"{clerk.language}"', wanted
    if not any("decide" in clerk.roles for clerk in desk.clerks):
        yield ("clerks",), "nobody who may decide", 'at least one clerk with the role "decide"'


def _languages(desk: Desk) -> Found:
    if not desk.languages:
        yield ("languages",), "nothing", 'at least one language, such as ["en"]'
    for at, language in enumerate(desk.languages):
        if language in desk.languages[:at]:
            yield ("languages", at), f'"{language}" a second time', "each language once"
        if not desk.titles.get(language, "").strip():
            yield ("titles", language), "nothing", f"what the desk calls itself in the language `{language}`"


def _spoken(desk: Desk) -> Found:
    """The program's own words, such as AGREE and ACCEPT with their help, are there in every language of the desk."""
    for at, language in enumerate(desk.languages):
        if language not in SPOKEN:
            wanted = f"a language that the keywords of the program are known in: {', '.join(sorted(SPOKEN))}"
            yield ("languages", at), f'"{language}"', wanted


def _timezone(desk: Desk) -> Found:
    try:
        zoneinfo.ZoneInfo(desk.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        yield ("timezone",), f'"{desk.timezone}"', "a name of the IANA time zones, such as Asia/Tokyo"


def _registers(desk: Desk) -> Found:
    """Names of registers are names of folders, names of columns stand in the log."""
    for name, register in desk.registers.items():
        if not _REGISTER.fullmatch(name) or name == "new":
            yield (
                ("registers", name),
                f"the name `{name}`",
                "small letters a-z, digits and -, a letter first; not `new`",
            )
        if register.key not in register.columns:
            wanted = meant(register.key, register.columns) if register.columns else "a column"
            yield ("registers", name, "key"), f'"{register.key}"', wanted
        for column in register.columns:
            if not _COLUMN.fullmatch(column):
                wanted = "small letters a-z, digits and _, a letter first"
                yield ("registers", name, "columns", column), f"the column `{column}`", wanted


def _readable(text: str) -> bool:
    try:  # a leap year, so that 02-29 may come back every year
        date.fromisoformat(text if len(text) > 5 else f"2024-{text}")
    except ValueError:
        return False
    return _DAY.fullmatch(text) is not None


def _closing_days(desk: Desk) -> Found:
    for at, text in enumerate(desk.closing_days):
        if not _readable(text):
            yield ("closing_days", at), f'"{text}"', 'a day as "MM-DD" or "YYYY-MM-DD"'


def _holidays(desk: Desk) -> Found:
    if desk.holidays and not known_country(desk.holidays):
        wanted = 'the code of a country whose holidays are known, such as "JP"; empty: none'
        yield ("holidays",), f'"{desk.holidays}"', wanted


def _hours(desk: Desk) -> Found:
    if desk.digest and not _HOUR.fullmatch(desk.digest):
        yield ("digest",), f'"{desk.digest}"', 'an hour such as "08:30"; empty: no such letter'
    if desk.head and not _HOUR.fullmatch(desk.head):
        yield ("head",), f'"{desk.head}"', 'an hour such as "08:30"; empty: that of `digest`'


def _border(desk: Desk) -> Found:
    if desk.border.kind == "own" and not desk.border.ids:
        yield ("border", "ids"), "nothing", "the name that your border writes first in Authentication-Results"
    for at, name in enumerate(desk.border.ids):
        if desk.border.kind in ("none", "microsoft365"):
            wanted = (
                "none: without a border there is no name" if desk.border.kind == "none" else "none: it writes no name"
            )
            yield ("border", "ids", at), f'"{name}"', wanted
        elif not _AUTHSERV.fullmatch(name):
            yield ("border", "ids", at), f'"{name}"', "a name such as mx.desk.example"


def _free_mail(desk: Desk) -> Found:
    for at, domain in enumerate(desk.free_mail):
        if not _DOMAIN.fullmatch(domain):
            yield ("free_mail", at), f'"{domain}"', 'a domain in small letters, such as "mail.example"'


DESK_RULES: tuple[Callable[[Desk], Found], ...] = (
    _name,
    _address,
    _addresses,
    _others,
    _budgets,
    _clerks,
    _languages,
    _spoken,
    _timezone,
    _closing_days,
    _holidays,
    _hours,
    _free_mail,
    _border,
    _registers,
)
"""Every rule desk.toml is checked by."""
