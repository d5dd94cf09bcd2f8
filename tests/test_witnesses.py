"""What somebody outside the house knows of a journal shows that its end was cut off, or that it was written anew."""

import base64
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_chain import DESK, TEN, months, sealed, unsealed

from mailbot.core import chain
from mailbot.core.chain import Witness

REWRITTEN = sealed(*(unsealed(seq, case="2026-00043" if seq == 4 else "2026-00042") for seq in range(1, 11)))
"""As TEN, but for what case the fourth entry is about; every hash from there on is computed again."""


def seen(lines: list[bytes], witness: Witness) -> str:
    result = chain.verify(DESK, lines, [witness])
    (sighting,) = result.sightings
    assert result.proven is (result.ok and sighting.state == "fits")
    assert sighting.words() in result.words()
    return sighting.state


def hash_of(line: bytes) -> str:
    walk = chain.Walk(DESK)
    fields = walk.feed(line)
    assert fields is not None
    return str(fields["hash"])


@pytest.mark.parametrize("seq", [7, 0], ids=["with its number", "by its hash alone"])
def test_an_entry_known_outside_is_found_again(seq: int) -> None:
    assert seen(TEN, Witness(hash_of(TEN[6]), seq)) == "fits"


def test_a_journal_whose_end_was_cut_off_is_whole_in_itself_but_not_for_a_witness() -> None:
    assert chain.verify(DESK, TEN[:6]).proven
    assert seen(TEN[:6], Witness(hash_of(TEN[6]), 7)) == "cut"
    assert seen(TEN[:6], Witness(hash_of(TEN[6]))) == "unknown"
    assert seen([], Witness(hash_of(TEN[6]), 7)) == "cut"


def test_a_journal_written_anew_with_all_its_hashes_is_whole_in_itself_but_not_for_a_witness() -> None:
    assert chain.verify(DESK, REWRITTEN).proven
    for seq in range(4, 11):
        assert seen(REWRITTEN, Witness(hash_of(TEN[seq - 1]), seq)) == "rewritten"
        assert seen(REWRITTEN, Witness(hash_of(TEN[seq - 1]))) == "unknown"
    assert seen(REWRITTEN, Witness(hash_of(TEN[2]), 3)) == "fits", "what stood before is what it was"


def test_a_broken_chain_is_not_proven_by_a_witness() -> None:
    result = chain.verify(DESK, [*TEN[:4], *TEN[5:]], [Witness(hash_of(TEN[9]), 10)])
    assert not result.proven


HASH = "ab" * 32
BODY = f"Dear Ann,\n\nthank you.\n\n-- \nResearch Computing Help Desk\nlog 12 {HASH}\n"
PLAIN = f"From: <desk@desk.example>\nContent-Type: text/plain; charset=utf-8\n\n{BODY}"
CODED = (
    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
    + base64.encodebytes(f"申請を受け取りました。\n{BODY}".encode()).decode()
)
MIXED = (
    f'Content-Type: multipart/mixed; boundary="b"\n\n--b\n{CODED}\n--b\nContent-Type: application/pdf\n\n%PDF\n--b--\n'
)
QUOTED = "Subject: Re: yours\n\nsee below\n\n" + "".join(f"> {line}\n" for line in BODY.split("\n"))
SAID = f"Subject: what somebody wrote\n\n> log 3 {'cd' * 32}\n\n{BODY}"


@pytest.mark.parametrize("letter", [PLAIN, CODED, MIXED, QUOTED, SAID, BODY, PLAIN.replace("\n", "\r\n")])
def test_the_last_line_of_a_letter_is_a_witness_however_the_letter_was_kept(letter: str) -> None:
    assert chain.log_line(letter.encode()) == Witness(HASH, 12)


@pytest.mark.parametrize("letter", ["", "Subject: no\n\nlog 12 abc\n", f"Subject: no\n\nthe log 12 {HASH}\n", "\0\xff"])
def test_what_is_no_letter_of_a_desk_has_no_such_line(letter: str) -> None:
    assert chain.log_line(letter.encode("latin-1")) is None


def test_an_auditor_needs_this_one_file_and_any_letter(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    lines = b"".join(path.read_bytes() for path in sorted(months(tmp_path / "journal").glob("*.jsonl"))).splitlines(
        True
    )
    (tmp_path / "alone").mkdir()
    shutil.copy(str(chain.__file__), tmp_path / "alone" / "chain.py")
    (tmp_path / "letter.eml").write_text(PLAIN.replace(f"log 12 {HASH}", f"log 5 {hash_of(lines[4])}"))
    (tmp_path / "later.eml").write_text(PLAIN)
    (tmp_path / "nothing.eml").write_text("Subject: nothing\n\nnothing\n")

    def run(*head: str) -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", "chain.py", DESK, str(tmp_path / "journal"), *head]
        done = subprocess.run(command, cwd=tmp_path / "alone", capture_output=True, text=True, check=False)
        assert not done.stderr
        return done.returncode, done.stdout

    assert run("--head", str(tmp_path / "letter.eml"))[0] == 0
    assert run("--head", hash_of(lines[7]))[0] == 0
    assert run("--head", "0" * 64)[0] == 1
    code, out = run("--head", str(tmp_path / "later.eml"))
    assert (code, "CUT OFF" in out) == (1, True)
    for wrong in ("nothing.eml", "no-such-file.eml"):
        code, out = run("--head", str(tmp_path / wrong))
        assert (code, wrong in out) == (2, True)
    assert run("--tail", "0" * 64)[0] == run("--head")[0] == 2
