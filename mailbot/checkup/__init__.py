"""Everything `mailbot check` looks at, each thing with a line: what is well, what is wrong, what should not stay so.
It changes nothing."""

import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from mailbot.checkup import examples, history, machine, probing, servers
from mailbot.checkup.values import Finding, bad, to_do, untried
from mailbot.core.heads import fingerprint
from mailbot.core.health import Renewal
from mailbot.core.rules import Rules
from mailbot.desks import DeskAtWork, Mistaken, load, rules_in, settings_in
from mailbot.edge.inbox import Inbox
from mailbot.edge.postman import Postman
from mailbot.store import Damaged
from mailbot.store.files import FileStore
from mailbot.store.files.disk import locked
from mailbot.store.files.restore import at_work, interrupted
from mailbot.views.registers import register_line
from mailbot.views.stranded import WANTED, stranded

RENEW = "make a new one, put it where the old one stands, and write its last day beside it (docs/oauth2.md)"
"""What helps before a secret ends."""

LATER = "it can wait: until then what is looked up there counts unasked"

__all__ = ["Finding", "check"]


async def check(settings: Path, probe: float | None = None) -> list[Finding]:
    """Everything `mailbot check` looks at: settings, rules, templates, keys, and whether both servers answer. With
    `probe`, for so many seconds, also whether mail to the desk's address with a `+` arrives."""
    try:
        desk = load(settings)
    except Mistaken as mistake:
        return [*(bad("settings", line, "") for line in _wrong(settings, mistake)), *machine.around()]
    forms, languages = ", ".join(sorted(desk.rules.forms)), ", ".join(desk.rules.desk.languages)
    findings = [
        Finding(True, f"settings {settings}"),
        Finding(True, f"rules: desk {desk.rules.desk.name}, forms {forms}, languages {languages}"),
        Finding(True, f"keys: {len(desk.keys.secrets)}, current {desk.keys.current}"),
    ]
    addresses = [desk.rules.desk.address, *(clerk.address for clerk in desk.rules.desk.clerks)]
    if made_up := [address for address in addresses if address.lower().endswith((".example", ".invalid", ".test"))]:
        note = f"rules/desk.toml still has addresses that are only examples: {', '.join(made_up)}"
        findings.append(to_do("example-addresses", note, "put your own there"))
    findings += examples.unchanged(desk.rules, desk.texts)
    if not desk.rules.pages:
        note = "templates/<language>/pages.toml is not there, so `mailbot pages` has nothing to publish"
        do = "copy it from the templates that come with mailbot (`mailbot init` elsewhere)"
        findings.append(to_do("pages", note, do))
    findings += [*_signing(desk), *_exposed(desk.secret_files)]
    findings += [*machine.around(), *machine.of_state(desk.state), *await _state(desk.state, desk.rules)]
    mailbox = await servers.imap(desk.imap, _folders(desk), make=probe is not None)
    relay = await servers.smtp(desk.smtp, desk.rules.desk.address)
    findings += [*mailbox, *relay]
    if desk.alarm_smtp:
        findings += await servers.smtp(desk.alarm_smtp, desk.rules.desk.address, "SMTP for alarms")
    findings += [_renewal(one, datetime.now(UTC)) for one in desk.renewals()]
    if any(one.kind == "folders-refused" for one in mailbox):
        return findings
    return [*findings, *await _probed(desk, probe, answer=mailbox[0].good and relay[0].good)]


def _renewal(one: Renewal, now: datetime) -> Finding:
    """When a secret ends; in time, with what to do."""
    return to_do("secret-ends", one.what, RENEW) if one.since <= now else Finding(True, one.what)


def _folders(desk: DeskAtWork) -> list[str]:
    folders = desk.rules.desk.folders
    return [folders.done, folders.quarantine, folders.too_large]


async def _probed(desk: DeskAtWork, seconds: float | None, *, answer: bool) -> list[Finding]:
    """Whether addresses with a `+` arrive, if that is to be tried and both servers answer."""
    if seconds is None:
        note = "whether addresses with a + arrive was not tried: `mailbot check --probe` sends a mail to one"
        return [untried("probe-untried", note)]
    if not answer:
        note = "whether addresses with a + arrive could not be tried: both servers have to answer"
        return [bad("probe-impossible", note, "mend what is wrong above, then try again")]
    inbox, postman, at_work = Inbox(desk.imap), Postman(desk.smtp), locked(desk.state / "lock")
    lines = await probing.tried(desk.rules.desk, inbox, postman, seconds, at_work=at_work)
    return [Finding(True, text) if good else bad("probe", text, probing.remedy(text)) for good, text in lines]


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
        yield to_do("unsigned", note, "")


def _exposed(secret_files: Sequence[Path]) -> Iterator[Finding]:
    for path in secret_files:
        if (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            found = f"{path}: a secret stands in it and others may read it: found mode {mode:04o}; wanted 0600"
            yield to_do("secret-exposed", found, f"`chmod 600 {path}`")


async def _state(state: Path, rules: Rules) -> list[Finding]:
    """Open cases that stand where the rules have nothing any more, how the registers stand that they declare, and who
    holds the state."""
    if interrupted(state):
        if at_work(state):
            return [Finding(True, f"{state}: a restore is at work there")]
        again = "`mailbot restore` once more, with the same backup"
        return [bad("restore", f"{state}: a restore was interrupted", again)]
    try:
        store = FileStore.read(state, rules.desk.name) if (state / "journal").exists() else None
        lines = await stranded(rules, store.cases(WANTED)) if store else []
        older = await history.programs(store) if store else []
        lost = [to_do("stranded", line, "put back what the rules lost, or look after these cases") for line in lines]
        found = [*lost, *_registers(rules, store), *older]
        return [*found, *history.holder(state, datetime.now(UTC))]
    except Damaged as damaged:
        return [bad("damaged", str(damaged), "`mailbot verify` says more; put back the newest backup that verifies")]
    except OSError as error:
        text = f"{error.filename or state} cannot be read: {error.strerror}"
        return [bad("state-unreadable", text, "run mailbot as the user who owns it")]


def _registers(rules: Rules, store: FileStore | None) -> Iterator[Finding]:
    """Which registers are declared and not imported: values of forms that are looked up there count unasked. One that
    no form uses need not be."""
    used = _used(rules)
    for name, register in rules.desk.registers.items():
        imported = store.imported().get(name) if store else None
        problem = store.registers.problem(name, imported) if store and imported else None
        words = register_line(name, imported, store.rows_written(name) if store else 0, problem)
        missing = name in used and (imported is None or problem is not None)
        do = (
            f"`mailbot register import {name} FILE`, a CSV file with the columns {', '.join(register.columns)}; {LATER}"
        )
        text = words if problem else f"register {words}"
        yield to_do("register", text, do) if missing else Finding(True, text)


def _used(rules: Rules) -> frozenset[str]:
    """The registers that a form looks into or writes into."""
    looked = (rule.register_ for form in rules.forms.values() for rule in form.fields.values())
    written = (name for form in rules.forms.values() for name in form.records)
    return frozenset((*(one.name for one in looked if one), *written))
