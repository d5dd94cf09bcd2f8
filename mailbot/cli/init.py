"""`mailbot init`: a folder to start a desk from, with what it has to know asked at a terminal or given as options.
It connects to nothing and overwrites nothing."""

import argparse
import json
import re
import sys
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path

from mailbot import desks
from mailbot.cli.words import OK, say
from mailbot.core.holidays_of import known_country
from mailbot.core.rulesets.desk import LOCAL_OCTETS
from mailbot.desks import Mistaken
from mailbot.edge.config.accounts import on_this_machine
from mailbot.edge.config.beginning import shipped_forms
from mailbot.edge.private import write_new

Answers = Mapping[str, str]
PASSWORD = "mailbox.password"  # noqa: S105 - the name of a file
ADDRESS = r"[^\s@<>,;\"]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]+"
SERVER = r"[A-Za-z0-9._-]+(?::[0-9]{1,5})?"
NONE = "-"
"""What says at a terminal that there is none, where Enter takes what stands in brackets."""
FROM_THE_START = {"993", "465"}
"""Ports on which TLS begins with the connection (RFC 8314)."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a new desk has to know: its option, how it is asked, what it looks like, in a pattern and in
    words; what is meant if nobody answers, from the answers before it."""

    name: str
    words: str
    pattern: str
    wanted: str
    default: Callable[[Answers], str]
    known: Callable[[str], bool] = bool
    """Whether there is such a thing, beyond its looks."""
    there: Callable[[], Iterable[str]] = tuple
    """All that can be named, where they are few; asked only when something else was."""

    @property
    def metavar(self) -> str:
        """What stands for its value in the help."""
        return {ADDRESS: "ADDRESS", SERVER: "SERVER"}.get(self.pattern, "NAME")

    @property
    def key(self) -> str:
        """What its option is called among the arguments."""
        return self.name.replace("-", "_")

    def hint(self) -> str:
        """What is wanted, for somebody whose answer was something else."""
        there = ", ".join(sorted(self.there()))
        return f"{self.wanted}; there are {there}" if there else self.wanted

    def fits(self, answer: str) -> bool:
        """Whether this can be the answer; nothing at all can only be where the pattern says so."""
        return re.fullmatch(self.pattern, answer) is not None and (not answer or self.known(answer))


def _name_of(answers: Answers) -> str:
    """A name for a desk from its address: helpdesk@… is HELPDESK."""
    plain = re.sub(r"[^A-Z0-9]+", "-", answers["address"].partition("@")[0].upper()).strip("-")
    return plain[:20].strip("-") if re.match(r"[A-Z]", plain) else "DESK"


ALL_OR_NONE: Mapping[str, tuple[str, ...] | None] = {"all": None, "none": ("enquiry",)}
"""Forms by one word; a desk has at least one, and any desk is asked questions."""


def _names(answer: str) -> tuple[str, ...]:
    """The forms that an answer names."""
    return tuple(name.strip() for name in answer.split(","))


QUESTIONS = (
    Question(
        "address", "Address that people write to", ADDRESS, "an address such as helpdesk@desk.example", lambda _: ""
    ),
    Question(
        "name",
        "Name in subjects and in the log",
        r"[A-Z][A-Z0-9-]{0,19}",
        "at most 20 capitals, digits and hyphens without blanks, such as MY-DESK",
        _name_of,
    ),
    Question("imap", "IMAP server", SERVER, "host or host:port", lambda known: f"imap.{_domain(known)}"),
    Question("smtp", "SMTP server", SERVER, "host or host:port", lambda known: f"smtp.{_domain(known)}"),
    Question("login", "Login at IMAP", r"\S+", "a name without blanks", lambda known: known["address"]),
    Question(
        "smtp-user",
        "Login at SMTP (- for none)",
        r"\S*",
        "a name without blanks; - or empty: the relay wants no login",
        lambda known: known["login"],
    ),
    Question(
        "timezone",
        "Time zone",
        r"[A-Za-z0-9_+/-]+",
        "a name of the time zone database, such as Europe/Berlin",
        lambda _: "Asia/Tokyo",
        lambda answer: answer in zoneinfo.available_timezones(),
    ),
    Question(
        "country",
        "Country whose holidays are kept (- for none)",
        r"(?:-|[A-Z]{2})?",
        "two capitals (ISO 3166-1) such as DE, whose holidays are known; - or empty: none",
        lambda known: "JP" if known["timezone"] == "Asia/Tokyo" else NONE,
        lambda answer: answer == NONE or known_country(answer),
    ),
    Question(
        "forms",
        "Example forms to keep (all, none, or names)",
        r"[a-z0-9-]+(?:, ?[a-z0-9-]+)*",
        "all, none (but questions in people's own words), or names such as enquiry,new-account",
        lambda _: "all",
        lambda answer: answer in ALL_OR_NONE or set(_names(answer)) <= set(shipped_forms()),
        shipped_forms,
    ),
    Question("clerk", "Address of the first clerk", ADDRESS, "an address such as morgan@desk.example", lambda _: ""),
)
"""Asked in this order; without an address of the desk nothing else is."""


def init(arguments: argparse.Namespace) -> int:
    """Write what is not there yet; fill in what was asked or given."""
    fresh = not (arguments.dir / "mailbot.toml").exists()
    try:
        answers = _answers(arguments) if fresh else {}
        secret = _password() if answers else ""
    except (EOFError, KeyboardInterrupt) as error:
        raise Mistaken("not all was answered; nothing is written") from error
    did: Counter[str] = Counter()
    for path, written in desks.init(arguments.dir, _forms(answers)):
        place = path.relative_to(arguments.dir)
        if written and answers and (fill := FILLED.get(place.as_posix())):
            path.write_text(fill(path.read_text(encoding="utf-8"), answers), encoding="utf-8")
        did[f"{'wrote' if written else 'kept '} {arguments.dir / place.parts[0]}"] += 1
    for text, files in did.items():
        say(text if files == 1 else f"{text}/ ({files} files)")
    if answers:
        _keep(arguments.dir / PASSWORD, secret)
    edit = "" if answers else f"edit {arguments.dir / 'mailbot.toml'} and rules/desk.toml there, then "
    say(f"\nNext: {edit}`cd {arguments.dir}` and `mailbot check`.")
    return OK


def _forms(answers: Answers) -> tuple[str, ...] | None:
    """The example forms to write; None: all of them."""
    said = answers.get("forms", "all")
    return ALL_OR_NONE[said] if said in ALL_OR_NONE else _names(said)


def _answers(arguments: argparse.Namespace) -> Answers:
    """Everything that a new desk has to know, or nothing: then its files are written as they ship. Mistaken if an
    option is not what it has to be."""
    known: dict[str, str] = {}
    for question in QUESTIONS:
        given = getattr(arguments, question.key)
        if given and not question.fits(given):
            raise Mistaken(f'--{question.name}: found "{given}", wanted {question.hint()}')
        told = bool(given) or (given is not None and question.fits(given))
        known[question.name] = given if told else _asked(question, question.default(known))
        if not known["address"]:
            return {}
    if len(known["address"].partition("@")[0].encode()) > LOCAL_OCTETS:
        raise Mistaken(f"{known['address']}: wanted at most {LOCAL_OCTETS} letters before the @")
    return known


def _asked(question: Question, default: str) -> str:
    """What somebody at the terminal answers, asked until it can be right; the default where nobody is there."""
    shown = f" [{default}]" if default else ""
    while _somebody_there():
        answer = input(f"{question.words}{shown}: ").strip() or default
        if not answer or question.fits(answer):
            return answer
        say(f"wanted: {question.hint()}")
    return default


def _somebody_there() -> bool:
    """Whether anybody can be asked: nobody sits before a script."""
    return sys.stdin is not None and sys.stdin.isatty()


def _password() -> str:
    """The password, where somebody is there to ask."""
    return getpass("Password there (not shown; empty: later): ") if _somebody_there() else ""


def _keep(path: Path, secret: str) -> None:
    """A file of its own for the password; without one, words on where it has to stand."""
    if not secret:
        say(f"The password is missing: write it into {path}, which only you may read (chmod 600).")
        return
    with suppress(FileExistsError):
        write_new(path, secret + "\n")
        say(f"wrote {path}")


def _settings(text: str, answers: Answers) -> str:
    """mailbot.toml with the servers and their login."""
    for wire, login in (("imap", "login"), ("smtp", "smtp-user")):
        text = _server(text, wire, answers[wire], answers[login])
    return text


def _server(text: str, wire: str, server: str, user: str) -> str:
    """One table of mailbot.toml: TLS by the port, else clear text for a server on this machine alone, and no password
    where nobody logs in."""
    host, _, port = server.partition(":")
    head, table, rest = text.partition(f"[{wire}]\n")
    rest = rest.replace(f'host = "{wire}.desk.example"', f'host = "{host}"', 1)
    if port:
        rest = re.sub(r"(?m)^# port = \d+$", f"port = {int(port)}", rest, count=1)
    if port or on_this_machine(host):
        way = "tls" if port in FROM_THE_START else "none" if on_this_machine(host) else "starttls"
        rest = re.sub(r'(?m)^security = "\w+"', f'security = "{way}"', rest, count=1)
    login = f'user = {json.dumps(user)}\npassword_file = "{PASSWORD}"\n' if user not in ("", NONE) else ""
    shipped = rf'(?m)^user = ".+"\npassword_file = "{wire}\.password"\n'
    rest = re.sub(shipped, lambda _: login, rest, count=1)
    return head + table + rest


def _desk(text: str, answers: Answers) -> str:
    """rules/desk.toml with the desk's name, address, hours and, if there is one, its first clerk instead of those that
    ship."""
    text = re.sub(r'(?m)^name = "HELPDESK"$', f'name = "{answers["name"]}"', text)
    text = re.sub(r'(?m)^address = "helpdesk@desk\.example"$', f"address = {json.dumps(answers['address'])}", text)
    text = re.sub(r'(?m)^timezone = ".+"$', f'timezone = "{answers["timezone"]}"', text)
    text = re.sub(r'(?m)^holidays = ".*"$', f'holidays = "{answers["country"].replace(NONE, "")}"', text)
    text = text.replace('"mx.desk.example"', f'"mx.{_domain(answers)}"')
    if not answers["clerk"]:
        return text
    called = re.sub(r"[._-]+", " ", answers["clerk"].partition("@")[0]).title()
    lines = (f"name = {json.dumps(called, ensure_ascii=False)}", f"address = {json.dumps(answers['clerk'])}", *REST)
    clerk = "\n".join(["[[clerks]]", *lines, ""])
    return re.sub(r"(?ms)^\[\[clerks\]\]\n.*\n\n(?=# Who receives)", lambda _: clerk + "\n", text, count=1)


REST = ('roles = ["read", "decide", "head"]', 'language = "en"')
FILLED: Mapping[str, Callable[[str, Answers], str]] = {"mailbot.toml": _settings, "rules/desk.toml": _desk}
"""The files that answers go into, and how."""


def _domain(answers: Answers) -> str:
    return answers["address"].partition("@")[2]
