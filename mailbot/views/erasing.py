"""What an order to erase takes, what it did, and what is left elsewhere, as an operator reads it. It only reads."""

from collections.abc import Iterator, Mapping, Sequence

from mailbot.core.case import Case
from mailbot.core.counts import counted
from mailbot.core.erasing import Found
from mailbot.core.uids import sequence_set

ELSEWHERE = (
    "backups of the state made before: restore them with the newest head letter, which names what was erased since, or "
    "remove them",
    "reports and exports made before: make them again, or remove them",
    "the mailboxes of everybody the desk wrote to: the applicant, other people of the case, clerks, auditors",
    "the logs of the mail server and of the relay, which name addresses",
    "blocks of the disk and snapshots of the file system that held the files before",
)
"""What no desk can erase."""
SPANS = 12
"""How many numbers, or spans of them, are named of many."""
STAYS = "in the log: numbers of cases and entries, instants, digests of mails and entries; in letters: their log lines"


def plan_text(found: Found) -> str:
    """What would go, before anybody says yes."""
    return "\n".join(_plan(found))


def _plan(found: Found) -> Iterator[str]:
    entries, mails = len(found.entries), len(found.mails)
    yield f"to be erased: {counted(entries, 'entry', 'entries')}, {counted(mails, 'raw mail')}"
    for number, case in found.whole.items():
        yield f"  case {number}  {case.form}, {case.status}, opened {case.opened[:10]}"
    for number, case in found.touched.items():
        lost = _numbers([one.seq for one in found.entries if one.case == number])
        yield f"  of case {number} ({case.status}), which stands as before: entries {lost}, shared with it"
    if caseless := [one.seq for one in found.entries if one.case is None]:
        yield f"  without a case: entries {_numbers(caseless)}"
    if orphans := [name for one in found.entries if one.case not in found.whole for name in one.letters]:
        yield f"  whoever answers one of these letters is a stranger then: {_some(orphans)}"
    if found.elsewhere:
        yield f"  named by other people in their own cases, which stay as they are: {_some(found.elsewhere)}"


def rest_text(registers: Sequence[str]) -> str:
    """What is left when all is done, and where."""
    lines = ["not erased, since it is not in this desk's hands:", *(f"  {one}" for one in ELSEWHERE)]
    lines += [f"  register {name}: the imported file names the person; import it again without" for name in registers]
    return "\n".join([*lines, f"kept on purpose, without a name to them: {STAYS}"])


def proposed_text(cases: Sequence[Case], ends: Mapping[str, str]) -> str:
    """The cases whose time is over, a line each."""
    if not cases:
        return "no case is kept longer than its form says"
    lines = [f"{case.number}  {case.form:<20}  {case.status:<10}  closed {case.changed[:10]}" for case in cases]
    ended = [f"{line}, to be kept until {ends[case.number]}" for line, case in zip(lines, cases, strict=True)]
    return "\n".join([*ended, 'to erase them: mailbot erase CASE... --order "who wants it, and why"'])


def _numbers(seqs: Sequence[int]) -> str:
    return _some(sequence_set(seqs).split(","))


def _some(named: Sequence[str]) -> str:
    """All of a few; of many the first, and how many there are."""
    if len(named) <= SPANS:
        return ", ".join(named)
    return f"{', '.join(named[:SPANS])} and {len(named) - SPANS} more"
