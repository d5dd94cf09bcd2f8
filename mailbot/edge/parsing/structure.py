"""The one place that uses mail-parser: bytes to a tree of MIME parts, and the difficult address fields.

It must not know how a body is decoded or what a mail is for.
"""

import re
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32
from functools import cached_property
from typing import Any

import mailparser
from mailparser.exceptions import MailParserRecursionError
from mailparser.utils import get_addresses

from mailbot.edge.parsing.limits import Limits, Tally, TooMuchError, too_many_lines

_ATOM = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+"
_SIMPLE = re.compile(
    rf"""\s*(?:(?P<bare>{_ATOM}@[A-Za-z0-9.-]+)
    |(?:"(?P<quoted>[^"\\]*)"|(?P<name>[^"(),:;<>@\[\]\\]*?))\s*<\s*(?P<address>{_ATOM}@[A-Za-z0-9.-]+)\s*>)\s*""",
    re.VERBOSE,
)
_LOCAL = re.compile(rf"\s*(?:(?P<bare>{_ATOM})|(?P<name>[^<>@,;]*)<\s*(?P<local>{_ATOM})?\s*>)\s*")
_ANY = re.compile(rf"{_ATOM[:-1]}{{1,64}}@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}})+")
_LONGEST = 1000
"""Characters of an address field that the patterns for usual forms are tried on: they take time with its square."""


class _Tree(mailparser.MailParser):  # type: ignore[misc]  # the package has no types
    """mail-parser without what it does after the tree stands.

    Its own reading of bodies, Received and dates costs ten times the tree, returns JIS bodies undecoded, merges the
    text of enclosed mails, and raises AttributeError on truncated multiparts.
    """

    def parse(self) -> "_Tree":
        """Leave the tree as it is."""
        return self

    @classmethod
    def counting(cls, raw: bytes, limits: Limits) -> "_Tree":
        """As `from_bytes`, each field counted as soon as it is found."""
        policy = _Counting(tally=Tally(limits))  # type: ignore[call-arg]  # the type stubs know no further setting
        tree: _Tree = cls._parse_guarded(lambda: message_from_bytes(raw, _counted, policy=policy))
        return tree


class _Counting(Compat32):
    """Says of each field how much of the mail's limits it takes, before anybody looks at its parameters."""

    tally: Any = None

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Name and value of a field, as ever."""
        name, value = super().header_source_parse(sourcelines)
        self.tally.field(name, value)
        return name, value


class Part(Message):
    """A part of a mail that knows its fields by name, and what kind it is: the standard library goes through all of
    them for each. Whoever asks changes them no more."""

    _kind = ""

    def get_content_type(self) -> str:
        """The type and subtype, as ever."""
        self._kind = self._kind or super().get_content_type()
        return self._kind

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """The values of its fields as they stand there, by names in lower case."""
        named: dict[str, list[str]] = {}
        for name, value in self.raw_items():
            named.setdefault(name.strip().lower(), []).append(str(value))
        return named


def _counted(policy: Any = None) -> Part:
    policy.tally.block()
    return Part(policy)


def tree_of(raw: bytes, limits: Limits) -> Part:
    """The tree of parts of a mail (compat32). Raises TooMuchError where it has too many lines, or too much in its
    headers, or where nesting exhausts the interpreter's stack."""
    if reason := too_many_lines(raw):
        raise TooMuchError(reason)
    try:
        part: Part = _Tree.counting(raw, limits).message
    except MailParserRecursionError as deep:
        raise TooMuchError("nested too deeply to be parsed") from deep
    return part


def addresses_in(field: str) -> tuple[list[tuple[str, str]], bool]:
    """Display names (RFC 2047 words not yet decoded) and addresses of an address field, and whether all was clear.

    The usual forms are read here, with the local parts RFC 5322 forbids and Japanese carriers gave out (two dots, a
    dot before @); everything else by mail-parser, which does not take an address out of a display name or comment.
    A mere local part (`MAILER-DAEMON`) or an empty address (`Mail System <>`) is returned as it is, but not as clear.
    What it finds ambiguous is listed too, so that nobody seems to be the only sender who is not.
    """
    usual = field if len(field) <= _LONGEST else ""
    if usual and (simple := _SIMPLE.fullmatch(usual)):
        name = simple["quoted"] if simple["quoted"] is not None else simple["name"] or ""
        return [(name.strip(), simple["bare"] or simple["address"])], True
    defects: list[dict[str, object]] = []
    found = [pair for pair in get_addresses(field, defects=defects) if pair[1]]
    found += [pair for defect in defects if not defect["recovered"] for pair in _candidates(defect)]
    if not found and (local := _LOCAL.fullmatch(usual)):
        found = [((local["name"] or "").strip(' "'), local["bare"] or local["local"] or "")]
    elif not found:
        found = [("", address) for address in dict.fromkeys(_ANY.findall(field))]
    return found, not defects and (bool(found) or not field.strip())


def _candidates(defect: dict[str, object]) -> list[tuple[str, str]]:
    listed = defect.get("candidates")
    return [(one["display_name"], one["address"]) for one in listed] if isinstance(listed, list) else []
