"""What of a desk lies beside its state, as files of a backup and back in their places; and what a restored state begins
with. It prints nothing and copies no state."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailbot import desks
from mailbot.core.decide.restored import restored
from mailbot.core.events import Operator, Restored
from mailbot.core.heads import Told
from mailbot.core.instants import from_text
from mailbot.core.restoring import Busiest, unsure_numbers
from mailbot.core.rules import Rules
from mailbot.core.uids import sequence_set, uids_of
from mailbot.edge import config
from mailbot.flow.erasing import erase_entries
from mailbot.flow.intake import append
from mailbot.flow.tools import Keys
from mailbot.store.files import FileStore
from mailbot.store.files.backup import Manifest
from mailbot.store.files.copying import put

SETTINGS, KEYS, SIGNING = "settings/mailbot.toml", "keys/keys.json", "keys/signing.pem"
FOLDERS = ("rules", "templates")


def beside(at: Path, *, keys: bool) -> tuple[dict[str, bytes], list[str]]:
    """The files of a desk that do not lie in its state, by their path in a backup: settings (`at`), rules, templates
    and, if wanted, keys; and what is left out, in words. Settings that hold a password count as a key."""
    found = desks.settings_in(at, secrets=False)
    files: dict[str, bytes] = {}
    notices = []
    for name in FOLDERS:
        folder: Path = getattr(found.desk, name)
        files |= {f"settings/{name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in _in(folder)}
    if keys or at not in found.secret_files:
        files[SETTINGS] = at.read_bytes()
    else:
        notices.append(f"{at} holds a password, so it is not in the backup; --keys puts it in")
    for path, place in ((found.desk.keys, KEYS), (found.desk.signing_key, SIGNING)):
        if keys and path is not None and path.is_file():
            files[place] = path.read_bytes()
    return files, notices


def _in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def put_back(backup: Path, at: Path) -> Iterator[str]:
    """Settings, rules, templates and keys of a backup are where the settings (`at`) have them; what is there already
    stays as it is. Yields what was done, in words. Mistaken if there are no settings."""
    if not at.exists() and (backup / SETTINGS).is_file():
        yield _written(at, (backup / SETTINGS).read_bytes())
    found = desks.settings_in(at, secrets=False).desk
    for name in FOLDERS:
        folder: Path = getattr(found, name)
        source = backup / "settings" / name
        for path in () if folder.exists() else _in(source):
            yield _written(folder / path.relative_to(source), path.read_bytes())
    for key, place in ((found.keys, KEYS), (found.signing_key, SIGNING)):
        if key is not None and not key.exists() and (backup / place).is_file():
            yield _written(key, (backup / place).read_bytes())
    if not found.keys.exists():
        config.make_keys(found.keys)
        yield f"{found.keys} is new: whoever answers a letter that was written before counts as a stranger"
    if found.signing_key is not None and not found.signing_key.exists():
        makes = "`mailbot keys signing --new` makes another one, with another fingerprint"
        yield f"{found.signing_key} is missing: {makes}"


def _written(path: Path, data: bytes) -> str:
    put(path, [data])
    return f"{path} was put back"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of the time after a backup: the head letter (None: only a hash, or nothing), how many entries are
    missing up to it, the number and hash of the entry that it knows (0 and empty: none), whether nothing happened
    after the backup was made, and a newer state that is still there (None: there is none)."""

    told: Told | None = None
    seq: int = 0
    hash: str = ""
    lost: int = 0
    moved: bool = False
    newer: Path | None = None


async def begin(ready: Path, at: Path, manifest: Manifest, outlook: Outlook, by: Operator, now: datetime) -> Restored:
    """A state that was made ready in the folder `ready` says that it was restored, and holds what was due; durable on
    return. Mistaken if settings or rules are wrong, or are another desk's."""
    paths = desks.settings_in(at, secrets=False).desk
    rules, texts = desks.rules_in(paths.rules, paths.templates)
    if rules.desk.name != manifest.desk:
        found = f'rules/desk.toml: found the desk "{rules.desk.name}"'
        raise desks.Mistaken(f'{found}; wanted "{manifest.desk}", whose backup this is')
    files, keys = config.rule_set(paths.rules, paths.templates)[1], Keys(*config.load_keys(paths.keys))
    async with desks.opened(ready, rules, texts, keys, files=files, clock=lambda: now) as tools:
        store = tools.store
        assert isinstance(store, FileStore)
        erased = await _erased_since(store, manifest, outlook)
        known = max(outlook.seq, manifest.head.seq)
        words = f"erased by order before, as the log knew up to entry {known}; restored since"
        if erased:
            await erase_entries(tools, erased, words, lambda: now, by)
        event = await _event(store, manifest, outlook, rules, now)
        event = event.model_copy(update={"erased": sequence_set(erased)})
        async with store.batch() as batch:
            await append(tools, batch, restored(by, event, store.due_letters()), None, now)
    return event


async def _erased_since(store: FileStore, manifest: Manifest, outlook: Outlook) -> set[int]:
    """The entries of the backup that orders erased after it was made, as far as the head letter or the newer state
    knows."""
    gone = uids_of(outlook.told.statement.erased) if outlook.told else set[int]()
    if outlook.newer:
        gone |= uids_of(await erased_in(outlook.newer, manifest))
    return {entry.seq async for entry in store.entries() if entry.seq in gone and entry.events is not None}


async def erased_in(state: Path, manifest: Manifest) -> str:
    """What orders erased by the log of a state folder, as a sequence set. Mistaken if it is not the log that the backup
    is of, or not newer."""
    found = FileStore.read(state, manifest.desk)
    last = await found.entry(manifest.head.seq)
    if last is None or last.hash != manifest.head.hash:
        raise desks.Mistaken(f"{state}: found another log, wanted a newer state of the one that the backup is of")
    return found.ledger().erased


async def _event(store: FileStore, manifest: Manifest, outlook: Outlook, rules: Rules, now: datetime) -> Restored:
    told, busiest = outlook.told.statement if outlook.told else None, Busiest()
    async for entry in store.entries():
        busiest.note(entry.events or (), entry.at)
    numbers: tuple[str, ...] = ()
    if not outlook.moved:
        known = told if told and told.last else None
        since, zone = from_text(max(manifest.head.at, known.at if known else "")), rules.desk.timezone
        numbers = unsure_numbers(store.last_numbers(), known.last if known else "", busiest.cases, since, now, zone)
    return Restored(
        seq=manifest.head.seq,
        hash=manifest.head.hash,
        made=manifest.made,
        head_seq=outlook.seq,
        head_hash=outlook.hash,
        head_at=told.at if told else "",
        lost=outlook.lost,
        numbers=numbers,
        moved=outlook.moved,
    )
