"""Setting a desk up: from settings, rules and keys on disk to something that can work, or to words about what is wrong.
It takes in no mail."""

import json
import logging
import shutil
import stat
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from mailbot.core.events import DeskOpened, Facts
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules
from mailbot.core.rulesets import Problem, build
from mailbot.edge import config
from mailbot.edge.account import Account
from mailbot.edge.inbox import Inbox, InboxBroken
from mailbot.edge.letters import Letters, Stationery
from mailbot.edge.postman import Postman, PostmanBroken
from mailbot.edge.program import program
from mailbot.flow.tools import Clock, Keys, Tools, wall_clock
from mailbot.store import Damaged
from mailbot.store.files import FileStore
from mailbot.store.files.texts import recollect
from mailbot.views.registers import register_line

log = logging.getLogger("mailbot")


class Mistaken(Exception):  # noqa: N818 - what the operator reads
    """Settings, rules or arguments that cannot be worked with: the text says where, what was found, what is wanted."""


@dataclass(frozen=True, slots=True)
class DeskAtWork:
    """A desk whose settings were all right: servers, state, rules with the texts they came from and the bytes of their
    files (by digest), keys."""

    imap: Account
    smtp: Account
    state: Path
    rules: Rules
    texts: dict[str, str]
    keys: Keys
    pace: config.ServicePace = field(default_factory=config.ServicePace)
    alarm_smtp: Account | None = None
    secret_files: tuple[Path, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)

    def postmen(self) -> list[Postman]:
        """The connections to the relay, none of them made yet."""
        return [Postman(self.smtp) for _ in range(self.pace.connections)]

    def spare(self) -> Postman | None:
        """The other way out for alarms, if there is one."""
        return Postman(self.alarm_smtp) if self.alarm_smtp else None


@dataclass(frozen=True, slots=True)
class Finding:
    """What `mailbot check` found about one thing; `to_do` is what works and should not stay so."""

    good: bool
    text: str
    to_do: bool = False


def _refuse(problems: Sequence[Problem]) -> Mistaken:
    return Mistaken("\n".join(map(str, problems)))


def rules_in(rules: Path, templates: Path) -> tuple[Rules, dict[str, str]]:
    """The rules of two folders, with the texts they were made from. Mistaken with every problem in them."""
    texts = config.rule_texts(rules, templates)
    return _checked(texts), texts


def _checked(texts: Mapping[str, str]) -> Rules:
    """Rules to write letters with, so that no mistake in a template meets a letter."""
    rules = _built(frozenset(texts.items()))
    if broken := tuple(Letters(rules).problems()):
        raise _refuse(broken)
    return rules


@lru_cache(maxsize=4)
def _built(texts: frozenset[tuple[str, str]]) -> Rules:
    """Rules to look with: who only looks writes no letter. Built once for whoever opens a desk again and again."""
    built = build(dict(texts))
    if isinstance(built, tuple):
        raise _refuse(built)
    return built


def rules_for(settings: Path, rules: Path | None, templates: Path | None) -> Rules:
    """The rules in the given folders; else those the settings name, if there are settings; else the shipped ones."""
    shipped = config.shipped()
    named = (shipped / "rules", shipped / "templates")
    if settings.exists():
        loaded = config.load(settings, secrets=False)
        if isinstance(loaded, tuple):
            raise _refuse(loaded)
        named = (loaded.desk.rules, loaded.desk.templates)
    return rules_in(rules or named[0], templates or named[1])[0]


def load(settings: Path) -> DeskAtWork:
    """The desk that a mailbot.toml describes. Mistaken if anything in it, its rules or its keys is wrong."""
    loaded = _loaded(settings, secrets=True)
    texts, files = config.rule_set(loaded.desk.rules, loaded.desk.templates)
    rules = _checked(texts)
    try:
        current, secrets = config.load_keys(loaded.desk.keys)
    except FileNotFoundError as error:
        raise Mistaken(f"{loaded.desk.keys}: there is no such file; wanted the keys `mailbot init` wrote") from error
    except (OSError, ValueError) as error:
        raise Mistaken(f"{loaded.desk.keys}: {error}") from error
    keys = Keys(current, secrets)
    folder, pace, spare = loaded.desk.state, loaded.service, loaded.alarm_smtp
    return DeskAtWork(loaded.imap, loaded.smtp, folder, rules, texts, keys, pace, spare, loaded.secret_files, files)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A desk for whoever only looks at it: the folder of its state, its rules, and what has to be said about them."""

    state: Path
    rules: Rules
    notices: tuple[str, ...] = ()


def look(settings: Path) -> LookedAt:
    """A desk to look at: no password, no key is needed. If its rules on disk are wrong, those that the last entry of
    the journal names are used, and the notices say what is wrong. Mistaken if there are none either."""
    loaded = _loaded(settings, secrets=False)
    state = loaded.desk.state
    try:
        texts = config.rule_texts(loaded.desk.rules, loaded.desk.templates)
        return LookedAt(state, _built(frozenset(texts.items())))
    except Mistaken as mistake:
        if (last := _rules_of_last_entry(state)) is None:
            raise
        seq, rules = last
        return LookedAt(state, rules, (*str(mistake).split("\n"), f"the rules of entry {seq} are used to look"))


def _rules_of_last_entry(state: Path) -> tuple[int, Rules] | None:
    """The number of the last whole line of the journal and the rules it names; None if they cannot be had. The store
    can only be opened once the desk's name is known, which stands in them."""
    files = sorted((state / "journal").glob("*.jsonl"))
    lines = [line for path in files[-1:] for line in path.read_bytes().split(b"\n")[:-1]]
    try:
        last = json.loads(lines[-1])
        built = build(recollect(state, "rules", last["rules"]) or {})
        return None if isinstance(built, tuple) else (last["seq"], built)
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def _loaded(settings: Path, *, secrets: bool) -> config.Config:
    if not settings.exists():
        raise Mistaken(f"{settings}: there is no such file; `mailbot init DIR` writes one, --config FILE names another")
    loaded = config.load(settings, secrets=secrets)
    if isinstance(loaded, tuple):
        raise _refuse(loaded)
    return loaded


def init(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Write settings, keys, rules and templates to start from; what is there already stays as it is.

    Yields each file with whether it was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shipped = config.shipped()
    for name in ("rules", "templates"):
        for source in sorted(part for part in (shipped / name).rglob("*") if part.is_file()):
            yield _copy(source, folder / name / source.relative_to(shipped / name))
    settings, keys = folder / "mailbot.toml", folder / "keys.json"
    wrote = not settings.exists()
    if wrote:
        settings.write_text(config.TEMPLATE, encoding="utf-8")
    yield settings, wrote
    fresh = not keys.exists()
    if fresh:
        config.make_keys(keys)
    yield keys, fresh
    (folder / "state").mkdir(mode=0o700, exist_ok=True)


def _copy(source: Path, target: Path) -> tuple[Path, bool]:
    if target.exists():
        return target, False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target, True


@asynccontextmanager
async def opened(
    state: Path,
    rules: Rules,
    texts: dict[str, str],
    keys: Keys,
    *,
    files: Mapping[str, bytes] | None = None,
    clock: Clock = wall_clock,
) -> AsyncIterator[Tools]:
    """The desk's tools around its state, which nobody else may hold meanwhile (store.files.Locked if somebody does).
    `texts` and `files` (bytes by digest) are what the rules were made from; letters are made from what is kept of them.

    A new state begins with the entry that the desk was opened.
    """
    with FileStore.open(state, rules.desk.name) as store:
        while store.notices:
            log.warning("%s", store.notices.pop(0))
        tools = Tools(
            store=store,
            rules=rules,
            letters=Letters(rules),
            stationery=Stationery(rules.desk, keys.secrets),
            keys=keys,
            rules_kept=await store.remember("rules", texts, files),
            program=await store.remember("program", program()),
        )
        if store.head.seq == 0:
            await _open_desk(tools, clock())
        yield tools


async def _open_desk(tools: Tools, now: datetime) -> None:
    event = DeskOpened(desk=tools.rules.desk.name, address=tools.rules.desk.address)
    async with tools.store.batch() as batch:
        batch.append(tools.draft(Decision(None, (Facts(sort="order"), event)), at=now, mail=None))


async def check(settings: Path) -> list[Finding]:
    """Everything `mailbot check` looks at: settings, rules, templates, keys, and whether both servers answer."""
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
    findings += _exposed(desk.secret_files)
    findings += _registers(desk)
    findings.append(await _probe("IMAP", desk.imap, Inbox(desk.imap)))
    findings.append(await _probe("SMTP", desk.smtp, Postman(desk.smtp)))
    if desk.alarm_smtp:
        findings.append(await _probe("SMTP for alarms", desk.alarm_smtp, Postman(desk.alarm_smtp)))
    return findings


def _wrong(settings: Path, mistake: Mistaken) -> list[str]:
    """Every line of a mistake; and what is wrong with the rules, where the settings say at least which they are."""
    lines = str(mistake).split("\n")
    try:
        named = _loaded(settings, secrets=False).desk
        rules_in(named.rules, named.templates)
    except Mistaken as more:
        lines += [line for line in str(more).split("\n") if line not in lines]
    return lines


def _exposed(secret_files: Sequence[Path]) -> Iterator[Finding]:
    for path in secret_files:
        if (mode := stat.S_IMODE(path.stat().st_mode)) & 0o077:
            found = f"{path}: a password stands in it and others may read it: found mode {mode:04o}; wanted 0600"
            yield Finding(True, found, to_do=True)


def _registers(desk: DeskAtWork) -> Iterator[Finding]:
    """Which registers are declared and not imported: values of forms that are looked up there count unasked."""
    try:
        store = FileStore.read(desk.state, desk.rules.desk.name) if (desk.state / "journal").exists() else None
    except Damaged as damaged:
        yield Finding(False, str(damaged))
        return
    for name in desk.rules.desk.registers:
        imported = store.imported().get(name) if store else None
        problem = store.registers.problem(name, imported) if store and imported else None
        words = register_line(name, imported, store.rows_written(name) if store else 0, problem)
        yield Finding(True, words if problem else f"register {words}", to_do=imported is None or problem is not None)


async def _probe(what: str, account: Account, wire: Inbox | Postman) -> Finding:
    try:
        return Finding(True, f"{what} {account.host}:{account.port}: {await wire.probe()}")
    except (InboxBroken, PostmanBroken) as broken:
        return Finding(False, f"{what} {account.host}:{account.port}: {broken}")
