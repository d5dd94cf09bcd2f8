"""Setting a desk up: from settings, rules and keys on disk to something that can work, or to words about what is wrong.
It takes in no mail."""

import json
import logging
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from mailbot.core.events import DeskOpened, Facts
from mailbot.core.health import Renewal
from mailbot.core.outcome import Decision
from mailbot.core.rules import Rules
from mailbot.core.rulesets import Problem, build
from mailbot.edge import config
from mailbot.edge.account import Account
from mailbot.edge.config import beginning
from mailbot.edge.letters import Letters, proofread
from mailbot.edge.postman import Postman
from mailbot.edge.program import program
from mailbot.edge.signing import Signer, load_signing_key
from mailbot.edge.stationery import Stationery
from mailbot.flow import erasing
from mailbot.flow.tools import Clock, Keys, Tools, wall_clock
from mailbot.store.files import FileStore
from mailbot.store.files.restore import at_work, interrupted, tidy
from mailbot.store.files.texts import recollect

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
    signer: Signer | None = None
    monitoring: config.Monitoring | None = None
    ends: tuple[Renewal, ...] = ()

    def postmen(self) -> list[Postman]:
        """The connections to the relay, none of them made yet."""
        return [Postman(self.smtp) for _ in range(self.pace.connections)]

    def spare(self) -> Postman | None:
        """The other way out for alarms, if there is one."""
        return Postman(self.alarm_smtp) if self.alarm_smtp else None

    def renewals(self) -> tuple[Renewal, ...]:
        """When secrets end, as the settings say and tokens tell. It reads files."""
        tokens = (account.access for account in (self.imap, self.smtp, self.alarm_smtp) if account)
        distinct = {id(access): access for access in tokens if access is not None}
        return (*self.ends, *(one for access in distinct.values() for one in access.renewals()))


def _refuse(problems: Sequence[Problem]) -> Mistaken:
    return Mistaken("\n".join(map(str, problems)))


def rules_in(rules: Path, templates: Path) -> tuple[Rules, dict[str, str]]:
    """The rules of two folders, with the texts they were made from. Mistaken with every problem in them."""
    texts, _ = _read(rules, templates)
    return _checked(texts), texts


def _read(rules: Path, templates: Path) -> tuple[dict[str, str], dict[str, bytes]]:
    """As `config.rule_set`; Mistaken if a file cannot be read."""
    try:
        return config.rule_set(rules, templates)
    except OSError as error:
        raise Mistaken(f"{error.filename}: {error.strerror}; wanted what this user may read") from error


def _checked(texts: Mapping[str, str]) -> Rules:
    """Rules to write letters with, so that no mistake in a template meets a letter."""
    return _proofread(frozenset(texts.items()))


@lru_cache(maxsize=4)
def _proofread(texts: frozenset[tuple[str, str]]) -> Rules:
    rules = _built(texts)
    if broken := tuple(proofread(rules)):
        raise _refuse(broken)
    return rules


@lru_cache(maxsize=4)
def _built(texts: frozenset[tuple[str, str]]) -> Rules:
    """Rules to look with: who only looks writes no letter. Built once for whoever opens a desk again and again."""
    built = build(dict(texts))
    if isinstance(built, tuple):
        raise _refuse(built)
    return built


def kept_rules(texts: Mapping[str, str]) -> Rules | None:
    """The rules that were made from these texts once; None if this program cannot make any of them."""
    try:
        return _built(frozenset(texts.items()))
    except Mistaken:
        return None


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
    loaded = settings_in(settings, secrets=True)
    texts, files = _read(loaded.desk.rules, loaded.desk.templates)
    rules = _checked(texts)
    try:
        current, secrets = config.load_keys(loaded.desk.keys)
    except FileNotFoundError as error:
        raise Mistaken(f"{loaded.desk.keys}: there is no such file; wanted the keys `mailbot init` wrote") from error
    except (OSError, ValueError) as error:
        raise Mistaken(f"{loaded.desk.keys}: {error}") from error
    return DeskAtWork(
        imap=loaded.imap,
        smtp=loaded.smtp,
        state=loaded.desk.state,
        rules=rules,
        texts=texts,
        keys=Keys(current, secrets),
        pace=loaded.service,
        alarm_smtp=loaded.alarm_smtp,
        secret_files=loaded.secret_files,
        files=files,
        signer=signer_in(loaded.desk),
        monitoring=loaded.monitoring,
        ends=loaded.renewals,
    )


def signer_in(paths: config.DeskPaths) -> Signer | None:
    """What signs the letters to auditors; None if the settings name no key. Mistaken if there is none where they say,
    or none as it has to be."""
    if paths.signing_key is None:
        return None
    try:
        return load_signing_key(paths.signing_key)
    except FileNotFoundError as error:
        wanted = "there is no such file; wanted the key `mailbot keys signing --new` writes"
        raise Mistaken(f"{paths.signing_key}: {wanted}") from error
    except (OSError, ValueError) as error:
        raise Mistaken(f"{paths.signing_key}: {error}") from error


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A desk for whoever only looks at it: the folder of its state, its rules, and what has to be said about them."""

    state: Path
    rules: Rules
    notices: tuple[str, ...] = ()


def look(settings: Path) -> LookedAt:
    """A desk to look at: no password, no key is needed. If its rules on disk are wrong, those that the last entry of
    the journal names are used, and the notices say what is wrong. Mistaken if there are none either, or where a restore
    was interrupted."""
    loaded = settings_in(settings, secrets=False)
    state = loaded.desk.state
    _not_half_restored(state)
    try:
        texts, _ = _read(loaded.desk.rules, loaded.desk.templates)
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


def settings_in(settings: Path, *, secrets: bool) -> config.Config:
    """What a mailbot.toml says, with its passwords if `secrets`. Mistaken with everything that is wrong in it."""
    if not settings.exists():
        raise Mistaken(f"{settings}: there is no such file; `mailbot init DIR` writes one, --config FILE names another")
    loaded = config.load(settings, secrets=secrets)
    if isinstance(loaded, tuple):
        raise _refuse(loaded)
    return loaded


def init(folder: Path, forms: Collection[str] | None = None) -> Iterator[tuple[Path, bool]]:
    """Write settings, keys, rules and templates to start from; see `beginning.begin`."""
    return beginning.begin(folder, forms)


@asynccontextmanager
async def opened(
    state: Path,
    rules: Rules,
    texts: dict[str, str],
    keys: Keys,
    *,
    files: Mapping[str, bytes] | None = None,
    signer: Signer | None = None,
    clock: Clock = wall_clock,
) -> AsyncIterator[Tools]:
    """The desk's tools around its state, which nobody else may hold meanwhile (store.files.Locked if somebody does).
    `texts` and `files` (bytes by digest) are what the rules were made from; letters are made from what is kept of them.

    A new state begins with the entry that the desk was opened. Mistaken where a restore was interrupted.
    """
    _not_half_restored(state)
    with FileStore.open(state, rules.desk.name) as store:
        tidy(state)
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
            signer=signer,
        )
        if store.head.seq == 0:
            await _open_desk(tools, clock())
        await erasing.finish(tools, clock)
        yield tools


def _not_half_restored(state: Path) -> None:
    """Mistaken where a restore died on its way: what would begin there, or be shown, is not the desk that was lost."""
    if interrupted(state):
        found = "a restore is at work there; wait until it is done"
        left = "found a restore that was interrupted; wanted `mailbot restore` once more"
        raise Mistaken(f"{state}: {found if at_work(state) else left}")


async def renewed(tools: Tools, desk: DeskAtWork) -> Tools:
    """The same tools with the rules, templates and keys of this desk. The rules are kept durably on return.
    store.Full if the disk takes no more: nothing has changed."""
    kept = await tools.store.remember("rules", desk.texts, desk.files)
    letters, stationery = Letters(desk.rules), Stationery(desk.rules.desk, desk.keys.secrets)
    made = replace(tools, rules=desk.rules, letters=letters, stationery=stationery, rules_kept=kept)
    return replace(made, keys=desk.keys, signer=desk.signer)


async def _open_desk(tools: Tools, now: datetime) -> None:
    event = DeskOpened(desk=tools.rules.desk.name, address=tools.rules.desk.address)
    async with tools.store.batch() as batch:
        batch.append(tools.draft(Decision(None, (Facts(sort="order"), event)), at=now, mail=None))
