"""The program is killed, or the disk fails it, at every step between fetch and filed and between letter due and logged
as sent; it is started again, and then all is as if nothing had happened."""

import dataclasses
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import dovecot as dovecots
import pytest
from crashes import CONNECTIONS, Command, Fault, Outcome, Program, Run, Stage, sent
from desks import Mailbox
from worlds import digest, question

from mailbot.core import chain
from mailbot.embedded import PASSWORD, USER, EmbeddedServers

DAY = 86_400.0
ROUND, SERVICE = Command(("once",)), Command(("run",), quiet=1.0)
SERVERS = ("embedded", pytest.param("dovecot", marks=pytest.mark.dovecot))
ROOM = ("write", "create", "mkdir", "reserve")
SYNC = ("fsync", "syncfs")
HALVES = ("write", "imap >", "smtp >")
"""The steps that can stop half-way."""

MAILS = {"embedded": 8, "dovecot": 7}
"""From eight mails on the store confirms all of a set together, below that one by one."""

Step = tuple[str, int]
"""A step by its name and its number among those of that name: letters go over several connections at once, so that the
order of steps is not the same in every run."""


@dataclass(frozen=True, slots=True)
class Play:
    """A stage, the steps of a round there in which nothing goes wrong, and what comes of it."""

    stage: Stage
    steps: list[str]
    expected: Outcome


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program under test, ready to be forked."""
    with Program(tmp_path_factory.mktemp("program")) as running:
        yield running


@pytest.fixture(scope="module")
def play_on(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, program: Program
) -> Iterator[Callable[[str], Play]]:
    """The play on a kind of IMAP server; the relay is the embedded one."""
    plays: dict[str, Play] = {}
    with ExitStack() as stack:

        def play(kind: str) -> Play:
            if kind not in plays:
                relay = stack.enter_context(EmbeddedServers())
                mailbox = Mailbox(kind, relay.imap_port, USER, PASSWORD)
                if kind == "dovecot":
                    server = request.getfixturevalue("open_dovecot")()
                    mailbox = Mailbox(kind, server.imap_port, "crashing", dovecots.PASSWORD)
                folder = tmp_path_factory.mktemp(kind)
                plays[kind] = rehearsed(Stage.make(folder, mailbox, relay, program, ROUND, MAILS[kind]))
            return plays[kind]

        yield play


@pytest.fixture
def play(play_on: Callable[[str], Play]) -> Play:
    """The play on the embedded server."""
    return play_on("embedded")


REHEARSALS = 3
"""Results of letters that come together are one write, so that some runs have more steps than others: the shortest of
these is taken, whose steps nearly all runs come to."""


def rehearsed(stage: Stage) -> Play:
    """The play when nothing goes wrong."""
    shortest, expected = rehearsal(stage)
    for _ in range(REHEARSALS - 1):
        steps, outcome = rehearsal(stage)
        assert outcome == expected
        shortest = min(shortest, steps, key=len)
    stage.check_whole(expected)
    stage.verify()
    assert stage.listed() == stage.cases() != []
    return Play(stage, shortest, expected)


def rehearsal(stage: Stage) -> tuple[list[str], Outcome]:
    stage.reset()
    steps = stage.run_well().steps
    assert [name for name in steps if name.startswith("unseen")] == []
    return steps, stage.outcome()


def one_of_each_kind(steps: Sequence[str], wanted: Sequence[str] = ("",)) -> list[Step]:
    """A step of each name that begins as wanted; which of several is a matter of (fixed) chance.

    Without the answers of servers: whatever comes right after them is among the others.
    """
    dice = random.Random(20)
    counts = Counter(name for name in steps if name.startswith(tuple(wanted)) and " < " not in name)
    return [(name, dice.randint(1, count)) for name, count in counts.items()]


def all_of(steps: Sequence[str], wanted: Sequence[str] = ("",)) -> list[Step]:
    """All steps whose names begin as wanted."""
    counts = Counter(name for name in steps if name.startswith(tuple(wanted)))
    return [(name, number) for name, count in counts.items() for number in range(1, count + 1)]


def faults(mode: str, steps: Iterable[Step]) -> list[Fault]:
    """The same fault at each of these steps."""
    return [Fault(mode, *step) for step in steps]


def killed(play: Play, fault: Fault) -> set[str]:
    """The play begins anew and is killed there; the letters that the journal then says have gone."""
    met, logged = killed_if_met(play, fault)
    assert met, f"{fault}: it did not come so far"
    return logged


def killed_if_met(play: Play, fault: Fault) -> tuple[bool, set[str]]:
    """The same for a step to which not every run comes: letters go over several connections at once. Whether it did."""
    play.stage.reset()
    run = play.stage.run(fault)
    met = run.after(fault) is not None
    assert run.code == (-9 if met else 0), run.err
    play.stage.check_kept()
    return met, set(sent(play.stage.lines()))


MET = 0.9
"""Of the steps of a rehearsal so many are met again, at least."""


def told(faults: Sequence[Fault], met: int, what: str) -> None:
    """How many of these faults happened; not all do, but most."""
    print(f"{met} {what} at {len({fault.name for fault in faults})} kinds of steps")
    assert met >= MET * len(faults) > 0, f"of {len(faults)} steps only {met} were met"


def killed_and_run_again(play: Play, cells: Sequence[Fault]) -> None:
    kills = 0
    for fault in cells:
        try:
            met, logged = killed_if_met(play, fault)
            kills += met
            play.stage.run_well()
            play.stage.check_whole(play.expected, logged)
        except AssertionError as error:
            raise AssertionError(f"{fault}: {error}") from error
    told(cells, kills, "kills")


@pytest.mark.parametrize("server", SERVERS)
def test_a_kill_at_each_kind_of_step_loses_nothing_and_doubles_nothing(
    server: str, play_on: Callable[[str], Play]
) -> None:
    play = play_on(server)
    wanted = ("imap > UID", "smtp > letter", "write journal", "fsync mail/tmp") if server == "dovecot" else ("",)
    modes = ("after", "half", "before")
    steps = one_of_each_kind(play.steps, wanted)
    killed_and_run_again(play, [Fault(modes[turn % 3], *step) for turn, step in enumerate(steps)])


def under_service(play: Play) -> Play:
    """The same with the service instead of a round at a time."""
    return dataclasses.replace(play, stage=dataclasses.replace(play.stage, command=SERVICE))


def test_a_service_that_is_killed_has_lost_nothing_and_doubled_nothing_when_it_runs_again(play: Play) -> None:
    wanted = ("write journal", "imap > UID MOVE", "smtp > letter")
    sure = [(name, (number + 1) // 2) for name, number in one_of_each_kind(play.steps, wanted)]
    killed_and_run_again(under_service(play), faults("after", sure))  # a service comes to fewer writes than a round


@pytest.mark.long
@pytest.mark.parametrize("server", SERVERS)
def test_a_service_killed_at_each_kind_of_step_has_lost_nothing_and_doubled_nothing(
    server: str, play_on: Callable[[str], Play]
) -> None:
    play = under_service(play_on(server))
    for mode in ("before", "after", "half"):
        killed_and_run_again(play, faults(mode, one_of_each_kind(play.steps)))


@pytest.mark.long
@pytest.mark.parametrize("mode", ["before", "after", "half"])
@pytest.mark.parametrize("server", SERVERS)
def test_a_kill_at_every_step_loses_nothing_and_doubles_nothing(
    server: str, mode: str, play_on: Callable[[str], Play]
) -> None:
    play = play_on(server)
    killed_and_run_again(play, faults(mode, all_of(play.steps, HALVES if mode == "half" else ("",))))


def killed_twice(play: Play, count: int) -> None:
    """Killed at some step, and then again at some step of the run that goes on, if it comes so far."""
    dice = random.Random(5)
    for _ in range(count):
        first = Fault("before", at=dice.randint(20, int(MET * len(play.steps))))
        second = Fault("half", at=dice.randint(1, 200))
        logged = killed(play, first)
        again = play.stage.run(second)
        assert again.code == (0 if again.after(second) is None else -9), again.err
        play.stage.check_kept()
        play.stage.run_well()
        play.stage.check_whole(play.expected, logged, kills=2)


def test_a_second_kill_while_the_first_is_made_good_changes_nothing(play: Play) -> None:
    killed_twice(play, 5)


@pytest.mark.long
@pytest.mark.parametrize("server", SERVERS)
def test_many_second_kills_change_nothing(server: str, play_on: Callable[[str], Play]) -> None:
    killed_twice(play_on(server), 150)


def first_starts(stage: Stage, cells: Callable[[list[str]], Iterable[Fault]]) -> None:
    """A desk's very first start is killed at each of these steps; it begins all the same, once."""
    stage.start_anew()
    for fault in cells(stage.run_well().steps):
        stage.start_anew()
        assert stage.run(fault).code == -9
        stage.run_well()
        kinds = [event["kind"] for entry in stage.world.entries() for event in entry["events"]]
        assert (kinds.count("desk_opened"), kinds[1]) == (1, "desk_opened"), fault
        stage.verify()
    stage.round_with(question(1))
    assert len([entry for entry in stage.world.entries() if entry["mail"]]) == 1


def test_a_kill_at_each_kind_of_step_of_the_very_first_start_leaves_a_desk_that_begins_once(play: Play) -> None:
    wanted = ("write", "rename", "mkdir")
    first_starts(play.stage, lambda steps: faults("after", one_of_each_kind(steps, wanted)))


@pytest.mark.long
def test_a_kill_at_every_step_of_the_very_first_start_leaves_a_desk_that_begins_once(play: Play) -> None:
    first_starts(play.stage, lambda steps: faults("before", all_of(steps)) + faults("half", all_of(steps, HALVES)))


QUIETLY = (
    *("create cases", "write cases", "mkdir cases", "mkdir mail/ab", "write lock"),
    *("create .service.json", "write .service.json"),
)
"""Steps that nothing depends on: the casebook is made again, a decided mail is moved the next time, the lock holds
whatever is written in it, and what the service saw last is only for whoever asks how it is."""


def hindered(play: Play, cells: Sequence[Fault], what: str) -> Iterator[tuple[Fault, Run, list[str]]]:
    """For each of these faults the play begins anew, and that goes wrong; how the run ended, and the steps after that.
    Left out are steps to which a run did not come: letters go over several connections at once."""
    met = 0
    for fault in cells:
        play.stage.reset()
        run = play.stage.run(fault)
        assert "Traceback" not in run.err, f"{fault}: {run.err}"
        play.stage.check_kept()
        after = run.after(fault)
        if after is None:
            assert run.code == 0, run.err
            continue
        met += 1
        yield fault, run, after
    told(cells, met, what)


def full_disks(play: Play, cells: Sequence[Fault]) -> None:
    """There is no room any more at these steps; when there is again, the desk goes on."""
    for fault, run, after in hindered(play, cells, "full disks"):
        if not fault.name.startswith(QUIETLY):
            assert run.code in (1, 2), f"{fault}: {run.err}"
            assert "No space left" in run.err or "the disk took" in run.err, f"{fault}: {run.err}"
        if fault.mode == "full":
            assert after.count("smtp > letter") < CONNECTIONS, f"{fault}: letters went that could not be noted"
        logged = sent(play.stage.lines())
        assert play.stage.journal().read_bytes().endswith(b"\n"), f"{fault}: the journal is not as long as before"
        play.stage.run_well()
        try:
            play.stage.check_whole(play.expected, logged)
        except AssertionError as error:
            raise AssertionError(f"{fault}: {error}\n{run.err}") from error


def test_a_disk_that_fills_up_at_each_kind_of_step_takes_nothing_in_until_there_is_room(play: Play) -> None:
    full_disks(play, faults("full", one_of_each_kind(play.steps, ROOM)))


def test_a_disk_that_takes_half_of_each_kind_of_write_is_as_if_it_had_taken_nothing(play: Play) -> None:
    full_disks(play, faults("short", one_of_each_kind(play.steps, ("write",))))


@pytest.mark.long
@pytest.mark.parametrize("mode", ["full", "short"])
@pytest.mark.parametrize("server", SERVERS)
def test_a_disk_that_is_full_at_any_step_takes_nothing_in_until_there_is_room(
    server: str, mode: str, play_on: Callable[[str], Play]
) -> None:
    play = play_on(server)
    full_disks(play, faults(mode, all_of(play.steps, ROOM)))


LASTING = ("imap > UID MOVE", "write journal")
"""Steps that rest on everything before them being on the disk."""


def broken_disks(play: Play, cells: Sequence[Fault]) -> None:
    """The disk does not confirm what was written: the process ends, the next start goes on."""
    for fault, run, after in hindered(play, cells, "failed fsyncs"):
        assert run.code not in (0, -14), f"{fault}: the program went on"
        assert "did not confirm" in run.err, f"{fault}: {run.err}"
        assert not [step for step in after if step.startswith(LASTING)], f"{fault}: it went on"
        assert after.count("smtp > letter") < CONNECTIONS, f"{fault}: it went on"
        logged = sent(play.stage.lines())
        play.stage.run_well()
        play.stage.check_whole(play.expected, logged)


def test_a_disk_that_does_not_confirm_ends_the_program_and_the_next_start_goes_on(play: Play) -> None:
    broken_disks(play, faults("eio", one_of_each_kind(play.steps, SYNC)))


@pytest.mark.long
def test_a_disk_that_does_not_confirm_any_of_its_writes_ends_the_program(play: Play) -> None:
    broken_disks(play, faults("eio", all_of(play.steps, SYNC)))


def in_the_middle(play: Play) -> list[Fault]:
    """Kills right after the mails were taken in, among the letters, and after the last one, before the casebook is
    written: how many writes of the journal the letters come to is another number in every run, since results that come
    together are one."""
    name = "write journal/<month>.jsonl"
    syncs = [step for step in play.steps if step == name or step == "imap > UID MOVE"]
    taking_in = syncs.index("imap > UID MOVE")
    among = [Fault("after", name, at) for at in (taking_in, taking_in + 3)]
    return [*among, Fault("before", "create cases/.open.json.tmp", play.steps.count("create cases/.open.json.tmp"))]


@pytest.mark.parametrize("days", [1, 40])
def test_a_clock_that_goes_back_after_a_kill_changes_nothing(days: int, play: Play) -> None:
    for fault in in_the_middle(play):
        logged = killed(play, fault)
        file = play.stage.journal()
        play.stage.run_well(-days * DAY)
        play.stage.check_whole(play.expected, logged, shift=-days * DAY)
        assert play.stage.journal() == file, "an entry went to another month"


def lost(stage: Stage) -> None:
    shutil.rmtree(stage.state / "cases")


def older(stage: Stage) -> None:
    lost(stage)
    shutil.copytree(stage.before / "cases", stage.state / "cases")


@pytest.mark.parametrize("happens", [lost, older])
def test_a_casebook_that_is_lost_or_old_is_made_again_and_nothing_is_done_twice(
    happens: Callable[[Stage], None], play: Play
) -> None:
    for fault in in_the_middle(play):
        logged = killed(play, fault)
        happens(play.stage)
        play.stage.run_well()
        play.stage.check_whole(play.expected, logged)
        went = len(play.stage.relay.letters)
        happens(play.stage)
        play.stage.run_well()
        play.stage.check_whole(play.expected, logged)
        assert len(play.stage.relay.letters) == went


def test_a_torn_end_of_the_journal_is_set_aside_and_its_mails_are_decided_again(play: Play) -> None:
    taken_in = in_the_middle(play)[0]
    killed(play, dataclasses.replace(taken_in, mode="before"))
    before = play.stage.journal().stat().st_size
    killed(play, taken_in)
    size = play.stage.journal().stat().st_size
    for cut in range(before + 1, size, (size - before) // 4):
        killed(play, taken_in)
        with play.stage.journal().open("r+b") as journal:
            journal.truncate(cut)
        done = play.stage.run_well()
        assert "set aside" in done.err
        play.stage.check_whole(play.expected)


def test_an_unfinished_group_at_the_end_of_the_journal_is_set_aside_as_a_whole(play: Play) -> None:
    killed(play, dataclasses.replace(in_the_middle(play)[0], mode="before"))
    lines = play.stage.journal().read_bytes().splitlines(keepends=True)
    whole = chain.Walk("HELPDESK")
    whole.begin(play.stage.journal().name)
    last = [whole.feed(line) for line in lines][-1]
    assert last is not None
    kept = {key: last[key] for key in ("at", "rules", "program")}
    events = [{"kind": "facts"}, {"kind": "ignored", "reason": "own"}]
    entry = {**kept, "seq": last["seq"] + 1, "case": None, "mail": digest(play.stage.mails[0]), "more": True}
    line, _ = chain.seal({**entry, "events": events}, last["hash"], "0" * 32)
    with play.stage.journal().open("ab") as journal:
        journal.write(line)
    assert "set aside" in play.stage.run_well().err
    play.stage.check_whole(play.expected)


def test_a_flipped_byte_is_refused_with_file_and_line_and_nothing_is_taken_in_nor_sent(play: Play) -> None:
    stage = play.stage
    for fault in in_the_middle(play)[:2]:
        logged = killed(play, fault)
        journal, whole = stage.journal(), stage.journal().read_bytes()
        waiting, went, kept = stage.inbox(), list(stage.relay.letters), all_below(stage.state / "mail")
        added = sum(len(line) for line in whole.splitlines(keepends=True)[-len(stage.lines()) :])
        for place in range(len(whole) - added, len(whole) - 1, added // 25):
            line = whole[:place].count(b"\n") + 1
            journal.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            refused = stage.run()
            assert (refused.code, refused.out) == (2, ""), refused.err
            assert f"{journal.name}, line {line}: " in refused.err
            assert (stage.inbox(), stage.relay.letters) == (waiting, went)
            assert all_below(stage.state / "mail") == kept
        journal.write_bytes(whole)
        stage.run_well()
        stage.check_whole(play.expected, logged)


def test_a_byte_flipped_long_ago_is_found_by_verify(play: Play) -> None:
    stage = play.stage
    stage.reset()
    journal, whole = stage.journal(), stage.journal().read_bytes()
    for place in range(100, len(whole) - 1, len(whole) // 10):
        journal.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        verified = stage.program.run(stage.world.folder, "verify")
        line = whole[:place].count(b"\n") + 1
        assert verified.code != 0
        assert f"{journal.name}, line {line}" in verified.out + verified.err


def all_below(folder: Path) -> list[str]:
    """The names of all files below a folder, wherever they lie."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
