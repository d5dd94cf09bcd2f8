"""Raw mails beside the journal: each is read once, and again where the journal says that nothing is left of it."""

from functools import partial
from pathlib import Path

import pytest

from mailbot.store.files.beside import beside
from mailbot.store.files.counting import Named
from mailbot.store.files.mail import AHEAD, Mails
from mailbot.store.files.raws import compare_raws, unfit

MANY = [b"mail %d" % number for number in range(600)]


def nobody(done: int, of: int) -> None: ...


@pytest.fixture
def mails(tmp_path: Path) -> Mails:
    kept = Mails(tmp_path / "mail")
    kept.prepare()
    kept.file(kept.keep(MANY))
    return kept


@pytest.fixture
def digests(mails: Mails) -> list[str]:
    return sorted(mails.filed())


def counted(mails: Mails, named: Named, fitting: set[str]) -> tuple[dict[str, int], list[str]]:
    found = compare_raws(mails, named, fitting, nobody)
    return {what: count for what, count in found.counts.items() if count}, found.problems


def test_each_is_looked_at_and_it_is_told_how_many_were(mails: Mails, digests: list[str]) -> None:
    heard = list[tuple[int, int]]()
    with beside(partial(unfit, mails, digests), apart=True) as looked:
        assert looked(nobody) == set()
    assert unfit(mails, digests, lambda done, of: heard.append((done, of))) == set()
    assert heard[-1] == (len(digests), len(digests))


def test_what_does_not_fit_is_not_among_those_that_do(mails: Mails, digests: list[str]) -> None:
    changed, empty, gone, *others = digests
    mails.decided(changed).write_bytes(b"something else")
    mails.decided(empty).write_bytes(b"")
    mails.decided(gone).unlink()
    odd = {"no digest", "0" * 63, "../../secret"}
    assert unfit(mails, [*digests, *odd], nobody) == {changed, empty, gone, *odd}
    counts, problems = counted(mails, Named(decided={*digests}), {*others})
    assert counts == {"mails": len(others)}
    assert [changed in problems[0], empty in problems[1], gone in problems[2], len(problems)] == [True, True, True, 3]


def test_those_that_fit_are_not_read_again_but_where_the_journal_says_that_they_are_empty(
    mails: Mails, digests: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    erased, destroyed, sealed, *_ = digests
    mails.decided(erased).write_bytes(b"")
    read, opened = list[str](), Mails._opened
    monkeypatch.setattr(Mails, "_opened", lambda of, digest: read.append(digest) or opened(of, digest))
    named = Named(decided={*digests}, erased={erased}, destroyed={destroyed}, sealed={sealed, destroyed})
    counts, problems = counted(mails, named, {*digests})
    assert (read, problems) == ([erased, destroyed], [])
    assert counts == {"mails": len(digests) - 1, "erased": 1, "doomed": 1, "sealed": 1}


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_many_are_read_as_one_is(mails: Mails, digests: list[str]) -> None:
    """While one is read the disk is asked for others: that changes nothing of what is told, nor of their order."""
    erased, gone, *others = digests
    mails.decided(erased).write_bytes(b"")
    mails.decided(gone).unlink()
    told = dict(mails.raws([*others, "../../secret", gone, erased]))
    assert [*told] == [*others, "../../secret", gone, erased]
    assert [told[digest] for digest in others] == [mails.raw(digest) for digest in others]
    assert told[erased] is mails.raw(erased) is None
    for lacking in (gone, "../../secret"):
        assert isinstance(told[lacking], FileNotFoundError)
        with pytest.raises(FileNotFoundError):
            mails.raw(lacking)


def test_a_mail_that_cannot_be_read_costs_no_other(mails: Mails, digests: list[str]) -> None:
    odd, *others = digests
    mails.decided(odd).unlink()
    mails.decided(odd).mkdir()
    told = dict(mails.raws(digests))
    assert isinstance(told.pop(odd), IsADirectoryError)
    assert [*told] == others
    assert all(isinstance(raw, bytes) for raw in told.values())


def test_few_files_are_open_at_once_and_none_in_the_end(mails: Mails, digests: list[str]) -> None:
    before, most = open_files(), 0
    reading = mails.raws(digests)
    for _ in range(100):
        next(reading)
        most = max(most, open_files())
    reading.close()  # whoever reads them is interrupted
    assert before < most <= before + AHEAD + 1
    assert open_files() == before
