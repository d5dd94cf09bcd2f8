"""Everything `mailbot check` looks at, each thing with a line: what is well, what is wrong, what should not stay so.
It changes nothing."""

import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailbot.checkup import probing
from mailbot.core.heads import fingerprint
from mailbot.core.rules import Rules
from mailbot.desks import DeskAtWork, Mistaken, load, rules_in, settings_in
from mailbot.edge.account import Account
from mailbot.edge.inbox import Inbox, InboxBroken
from mailbot.edge.postman import Postman, PostmanBroken
from mailbot.store import Damaged
from mailbot.store.files import FileStore
from mailbot.store.files.disk import locked
from mailbot.views.registers import register_line
from mailbot.views.stranded import WANTED, stranded


@dataclass(frozen=True, slots=True)
class Finding:
    """What `mailbot check` found about one thing; `to_do` is what works and should not stay so, and what was not
    `tried` is only mentioned."""

    good: bool
    text: str
    to_do: bool = False
    tried: bool = True


async def check(settings: Path, probe: float | None = None) -> list[Finding]:
    """Everything `mailbot check` looks at: settings, rules, templates, keys, and whether both servers answer. With
    `probe`, for so many seconds, also whether mail to the desk's address with a `+` arrives."""
    try:
        desk = load(settings)
    except Mistaken as mistake:
        return [Finding(False, line) for line in _wrong(settings, mistake)]
    forms, languages = ", ".join(sorted(desk.rules.forms)), ", ".join(desk.rules.desk.languages)
    findings = [
        Finding(True, f"settings {settings}"),
        Finding(True, f"rules: desk {desk.rules.desk.name}, forms {forms}, languages {languages}"),
        Finding(True, f"keys: {len(desk.keys.secrets)}, current {desk.keys.current}"),
    ]
    addresses = [desk.rules.desk.address, *(clerk.address for clerk in desk.rules.desk.clerks)]
    if made_up := [address for address in addresses if address.lower().endswith((".example", ".invalid", ".test"))]:
        note = f"rules/desk.toml still has addresses that are only examples: {', '.join(made_up)}"
        findings.append(Finding(True, note, to_do=True))
    if not desk.rules.pages:
        note = "templates/<language>/pages.toml is not there, so `mailbot pages` has nothing to publish"
        findings.append(Finding(True, note, to_do=True))
    findings += [*_signing(desk), *_exposed(desk.secret_files)]
    findings += await _state(desk.state, desk.rules)
    servers = [
        await _probe("IMAP", desk.imap, Inbox(desk.imap)),
        await _probe("SMTP", desk.smtp, Postman(desk.smtp)),
    ]
    findings += servers
    if desk.alarm_smtp:
        findings.append(await _probe("SMTP for alarms", desk.alarm_smtp, Postman(desk.alarm_smtp)))
    return [*findings, *await _probed(desk, probe, answer=all(server.good for server in servers))]


async def _probed(desk: DeskAtWork, seconds: float | None, *, answer: bool) -> list[Finding]:
    """Whether addresses with a `+` arrive, if that is to be tried and both servers answer."""
    if seconds is None:
        note = "whether addresses with a + arrive was not tried: `mailbot check --probe` sends a mail to one"
        return [Finding(True, note, tried=False)]
    if not answer:
        return [Finding(False, "whether addresses with a + arrive could not be tried: both servers have to answer")]
    inbox, postman, at_work = Inbox(desk.imap), Postman(desk.smtp), locked(desk.state / "lock")
    lines = await probing.tried(desk.rules.desk, inbox, postman, seconds, at_work=at_work)
    return [Finding(good, text) for good, text in lines]


def _wrong(settings: Path, mistake: Mistaken) -> list[str]:
    """Every line of a mistake; and what is wrong with the rules, where the settings say at least which they are."""
    lines = str(mistake).split("\n")
    try:
        named = settings_in(settings, secrets=False).desk
        rules_in(named.rules, named.templates)
    except Mistaken as more:
        lines += [line for line in str(more).split("\n") if line not in lines]
    return lines


def _signing(desk: DeskAtWork) -> Iterator[Finding]:
    """Whether what auditors are told is signed, and by which key; a key that is not as it has to be stops all else."""
    if desk.signer:
        yield Finding(True, f"signing key: fingerprint {fingerprint(desk.signer.public)}")
    elif desk.rules.desk.auditors:
        note = "letters to auditors are not signed: add signing_key to mailbot.toml, then `mailbot keys signing --new`"
        yield Finding(True, note, to_do=True)


def _exposed(secret_files: Sequence[Path]) -> Iterator[Finding]:
    for path in secret_files:
        if (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            found = f"{path}: a password stands in it and others may read it: found mode {mode:04o}; wanted 0600"
            yield Finding(True, found, to_do=True)


async def _state(state: Path, rules: Rules) -> list[Finding]:
    """Open cases that stand where the rules have nothing any more, and how the registers stand that they declare."""
    try:
        store = FileStore.read(state, rules.desk.name) if (state / "journal").exists() else None
    except Damaged as damaged:
        return [Finding(False, str(damaged))]
    lines = await stranded(rules, store.cases(WANTED)) if store else []
    return [*(Finding(True, line, to_do=True) for line in lines), *_registers(rules, store)]


def _registers(rules: Rules, store: FileStore | None) -> Iterator[Finding]:
    """Which registers are declared and not imported: values of forms that are looked up there count unasked."""
    for name in rules.desk.registers:
        imported = store.imported().get(name) if store else None
        problem = store.registers.problem(name, imported) if store and imported else None
        words = register_line(name, imported, store.rows_written(name) if store else 0, problem)
        yield Finding(True, words if problem else f"register {words}", to_do=imported is None or problem is not None)


async def _probe(what: str, account: Account, wire: Inbox | Postman) -> Finding:
    try:
        return Finding(True, f"{what} {account.host}:{account.port}: {await wire.probe()}")
    except (InboxBroken, PostmanBroken) as broken:
        return Finding(False, f"{what} {account.host}:{account.port}: {broken}")
