"""Examples of the letters that clerks' and participants' words bring about."""

from collections.abc import Callable
from dataclasses import replace

from letter_examples import (
    AGREED,
    DESK,
    DUE,
    FORM,
    QUESTIONS,
    REASONS,
    RULES,
    TO,
    case,
    closed,
    collecting,
    consenting,
    tried,
    written,
)

from mailbot.core import commands
from mailbot.core.case import Case, Deed, Document, Proposal
from mailbot.core.case.values import Hold
from mailbot.core.decide.command.values import Done
from mailbot.core.decide.head import told as told_the_head
from mailbot.core.decide.numbered import Became
from mailbot.core.heads import Statement
from mailbot.core.outcome import Letter
from mailbot.core.queue import Waiting
from mailbot.core.token import CODE_PLACE
from mailbot.core.told import told

ANSWERS = {
    "en": "The account works from Monday on.\n\nIf you need more than 1 TB, please send a usage plan.\n\nAlex Morgan",
    "ja": "アカウントは月曜日からご利用いただけます。\n\n1 TBを超える場合は、利用計画表をお送りください。\n\n佐藤",
}
WHY = {"en": "The code does not belong to the town.", "ja": "郵便番号とご住所が一致しないようです。"}
ORDERS = {
    "POSTED CERT 12-3456": "Certificate, 12-3456",
    "RECEIVED FAX 3 April": "Pledge (2026-04-03)",
    "VOUCH responsible": "ichiro@univ.example",
    "CLOSE": "",
}


def asked(language: str) -> Case:
    """A case whose address a clerk wants to see once more."""
    more = {"asked": ("postal_code", "address"), "asked_text": WHY[language]}
    return case(language, "fields", "collecting", **more, **DUE)


def undone(language: str) -> Case:
    """Nobody answered what was asked for once more after the acceptance."""
    there = {"certificate": {"at": "2026-04-06T01:00:00.000Z", "clerk": "morgan@staff.desk.example"}}
    more = {"asked": ("address",), "undone": "morgan@staff.desk.example", "tasks": there}
    return case(language, "fields", "expired", **more)


def accepted_before(kind: str, status: str, **more: object) -> Callable[[str], Case]:
    """Accepted, and then a clerk wanted to see something once more."""

    def make(language: str) -> Case:
        return case(language, kind, status, undone="morgan@staff.desk.example", **more, **DUE, **AGREED)

    return make


def withdrawn(language: str) -> Case:
    return case(language, "review", "withdrawn", reason=QUESTIONS[language], **AGREED)


def started(language: str) -> Case:
    """Withdrawn though something was done for it already."""
    there = {"certificate": {"at": "2026-04-06T01:00:00.000Z", "clerk": "morgan@staff.desk.example"}}
    return case(language, "review", "withdrawn", tasks=there, **AGREED)


def duplicate(language: str) -> Case:
    return case(language, "consent", "duplicate", of="2026-00041")


def reopened(language: str) -> Case:
    return case(language, "review", "ready", **DUE, **AGREED)


def stopped(language: str) -> Case:
    """A change that somebody objects to."""
    moved = case(language, "wait", "in_progress", stopped="old@univ.example", stuck=True)
    return moved.model_copy(update={"step": "fields"})


def help_for(role: str, of: Callable[[str], Case]) -> Callable[[str], Letter]:
    def make(language: str) -> Letter:
        words = commands.offered(of(language), FORM, role)
        return written("help", role, of, words=words)(language)

    return make


def with_document(language: str) -> Case:
    there = Document(at="2026-04-06T01:00:00.000Z", how="fax", by="morgan@staff.desk.example", dated="2026-04-03")
    return case(language, "review", "ready", documents={"pledge": there}, **AGREED)


def carried_out(language: str) -> Letter:
    """A transcript of orders of several kinds, the last of which wrote letters."""
    of = closed("done")
    read = [part for line in ORDERS for part in commands.parse(line) if isinstance(part, commands.Command)]
    told = tuple(written("closed_case", role, of)(language) for role in ("applicant", "responsible"))
    what = zip(read, ORDERS.values(), strict=True)
    done = tuple(Done(part, said, told if part.verb == "CLOSE" else ()) for part, said in what)
    data = {"why": "", "mistakes": (), "commands": tuple(read), "done": done, "onward": (), "settled": False}
    return written("transcript", "clerk", of, **data)(language)


def not_possible(language: str) -> Letter:
    """A transcript of orders that could be read and did not fit the case."""
    mistakes = (commands.Mistake("no_such_task", "DONE certify", "", ("Certificate", "Hand over the key")),)
    data = {"why": "mistakes", "mistakes": mistakes, "commands": (), "done": (), "onward": (), "settled": False}
    return written("transcript", "clerk", collecting, **data)(language)


def ready(language: str) -> Case:
    return case(language, "review", "ready", **AGREED)


RESTS = {"en": "The committee meets on 20 April.", "ja": "4月20日の審査委員会の結果を待つため。"}


def resting(language: str) -> Case:
    """A case on hold."""
    case_ = ready(language)
    hold = Hold(
        by=DESK.clerks[0].address, since=case_.changed, until="2026-04-20T15:00:00.000Z", reason=RESTS[language]
    )
    return case_.model_copy(update={"status": "on_hold", "hold": hold})


def resting_asked(language: str) -> Case:
    """A case on hold whose applicant was asked for something."""
    return collecting(language).model_copy(update={"status": "on_hold", "hold": resting(language).hold})


def refused_on_hold(language: str) -> Letter:
    """A transcript of a decision that has to wait."""
    read = tuple(part for part in commands.parse("ACCEPT") if isinstance(part, commands.Command))
    data = {"why": "on_hold", "mistakes": (), "commands": read, "done": (), "onward": (), "settled": False}
    return written("transcript", "clerk", resting, **data)(language)


def given_to(language: str) -> Letter:
    """A transcript of a case that was given to a colleague."""
    case_ = ready(language).model_copy(update={"assigned": DESK.clerks[0].address})
    read = tuple(part for part in commands.parse(f"ASSIGN {DESK.clerks[0].name}") if isinstance(part, commands.Command))
    told = (written("assigned", "clerk", ready, by=DESK.clerks[0])(language),)
    done = (Done(read[0], DESK.clerks[0].name, told),)
    data = {"why": "", "mistakes": (), "commands": read, "done": done, "onward": (), "settled": False}
    return written("transcript", "clerk", lambda language: case_, **data)(language)


ASKED_AFTER = accepted_before("fields", "collecting", asked=("address",))


def refused(why: str, line: str, of: Callable[[str], Case] = asked) -> Callable[[str], Letter]:
    """A transcript of an order that was refused, while something was asked for if nothing else is said."""
    read = tuple(part for part in commands.parse(line) if isinstance(part, commands.Command))
    data = {"why": why, "mistakes": (), "commands": read, "done": (), "onward": (), "settled": False}
    return written("transcript", "clerk", of, **data)


def from_the_shell(named: bool, why: str = "") -> Callable[[str], Letter]:
    """A transcript of an order that was given at the shell, in the clerk's name or in nobody's."""
    read = tuple(part for part in commands.parse("ACCEPT") if isinstance(part, commands.Command))

    def make(language: str) -> Letter:
        of = collecting if why else closed("done")
        told = (written("accepted", "applicant", of)(language),)
        done = () if why else (Done(read[0], "", told),)
        data = {"why": why, "mistakes": (), "commands": read, "done": done, "onward": (), "settled": False}
        return written("transcript", "clerk", of, **data, shell="anna", named=named)(language)

    return make


def queue(which: str, count: int = 2, **more: object) -> Callable[[str], Letter]:
    """The list that a clerk asked for."""
    due, since = "2026-04-10T14:59:59.000Z", "2026-04-06T01:00:00.000Z"
    one = Waiting("2026-00042", FORM.title, "Taro Iden", "clerk", since, due, True, False, "morgan@staff.desk.example")
    two = Waiting("2026-00044", FORM.title, "井手 花子", "applicant", since, None, False, False, "", tried=True)
    held = replace(two, number="2026-00045", held=True)
    names = {"morgan@staff.desk.example": "Alex Morgan"}
    data = {"which": which, "wanted": FORM, "unknown": "", "rows": (one, two, held)[:count], "held_by": names}
    return written("queue", "clerk", **{**data, "more": 0, **more})


def digest(language: str) -> Letter:
    """A clerk's morning."""
    letter = queue("open", 3)(language)
    rows = letter.data["rows"]
    assert isinstance(rows, tuple)
    late, new, held = rows
    theirs = replace(held, number="2026-00047", due="2026-04-08T14:59:59.000Z", assigned="sato@staff.desk.example")
    parts = {"overdue": (late,), "soon": (theirs,), "fresh": (new,), "waiting": (replace(new, number="2026-00030"),)}
    names = {"morgan@staff.desk.example": "Alex Morgan", "sato@staff.desk.example": "Hanako Sato"}
    return written("digest", "clerk", parts=parts, held_by=names, more=4)(language)


def head(*, signed: bool) -> Callable[[str], Letter]:
    """What auditors are told every day, by a desk that signs and by one that does not."""
    stands = Statement(
        DESK.name, 1204, "4d" * 32, "2026-04-06T23:29:58.120Z", 17, 163, 402, "2026-00180", "310:316,402"
    )
    key, signature = ("5e" * 32, "a1" * 32 + "b2" * 32) if signed else ("", "")

    def make(language: str) -> Letter:
        desk = DESK.model_copy(update={"languages": (language,), "auditors": ("auditor@audit.example",)})
        (letter,) = told_the_head(stands, key, signature, RULES.model_copy(update={"desk": desk})).letters
        return letter

    return make


def taken_back(language: str) -> Letter:
    """A transcript of a question taken back in part."""
    read = tuple(part for part in commands.parse("DONE Address") if isinstance(part, commands.Command))
    done, onward = (Done(read[0], "Address"),), (written("asked", "applicant", asked)(language),)
    data = {"why": "", "mistakes": (), "commands": read, "done": done, "onward": onward, "settled": True}
    return written("transcript", "clerk", asked, **data)(language)


def asked_back(language: str) -> Letter:
    """Orders that nobody vouches for."""
    read = tuple(part for part in commands.parse("ACCEPT\nNOTE spoke with him") if isinstance(part, commands.Command))
    return written(
        "confirm",
        "clerk",
        lambda language: case(language, "review", "ready"),
        commands=read,
        code=CODE_PLACE,
        by=None,
        changes=(),
    )(language)


def shown(template: str, of: Callable[[str], Case]) -> Callable[[str], Letter]:
    """What a clerk gets who asked to see a case, or what was done in it."""

    def make(language: str) -> Letter:
        changes = told((*WAY, *(WRITTEN if template == "case_log" else ())), FORM, language, RULES)
        return written(template, "clerk", of, changes=changes)(language)

    return make


WAY = (
    Deed(seq=2, at="2026-04-01T01:00:00.000Z", by="taro@univ.example", what="opened"),
    Deed(seq=2, at="2026-04-01T01:00:00.000Z", by="taro@univ.example", what="fields", about=("24",)),
    Deed(seq=5, at="2026-04-06T01:00:00.000Z", by="ichiro@univ.example", what="consent"),
    Deed(seq=5, at="2026-04-06T01:00:00.000Z", what="step", about=("review",)),
)
WRITTEN = (
    Deed(seq=5, at="2026-04-06T01:00:00.000Z", what="letter_sent", about=tuple(one.address for one in DESK.clerks)),
    Deed(seq=9, at="2026-04-08T01:00:00.000Z", what="step", about=("certificate",)),
    Deed(seq=9, at="2026-04-08T01:00:00.000Z", what="letter_bounced", about=("taro@univ.example",)),
)


def about_several(moved: bool) -> Callable[[str], Letter]:
    """A transcript of orders about several cases: one carried out and one that does not fit; or one that moved on."""

    def make(language: str) -> Letter:
        clerk, since = DESK.clerks[0], "2026-04-06T01:00:00.000Z"
        one = Waiting("2026-00042", FORM.title, "Taro Iden", "clerk", since, None, False, False, clerk.address)
        two = replace(one, number="2026-00043", name="井手 花子", assigned="")
        (accept,) = (part for part in commands.parse("ACCEPT") if isinstance(part, commands.Command))
        letters = tuple(written("accepted", role, closed("done"))(language) for role in ("applicant", "responsible"))
        task = (written("task", "clerk", accepted_before("task", "in_progress"))(language),)
        carried_on, waiting = (RULES.say(language, "status", code) for code in ("in_progress", "ready"))
        wrong = (commands.Mistake("no_posting", "POSTED 12"),)
        became = (
            Became(one, carried_on, ("ACCEPT",), DUE["due"], done=(Done(accept, "", letters),), onward=task),
            Became(two, waiting, ("POSTED 12",), why="mistakes", mistakes=wrong),
        )
        changes = told(WAY[2:], FORM, language, RULES)
        late = Became(two, waiting, ("ACCEPT",), DUE["due"], "moved_on", changes=changes, review=True)
        data = {"told": (late,) if moved else became, "held_by": {clerk.address: clerk.name}}
        return written("numbered", "clerk", why="", mistakes=(), **data)(language)

    return make


def several_wrong(language: str) -> Letter:
    """Orders about several cases that are not all clear."""
    text = "#2026-00042 ACEPT\nACCEPT\n#2026-00043 SET Email = taro@univ.example"
    mistakes = tuple(one for part in commands.parts_of(text) for one in part.mistakes)
    mistakes += (commands.Mistake("not_listed", "#2026-00099 ACCEPT"),)
    data = {"why": "mistakes", "mistakes": mistakes, "told": (), "held_by": {}}
    return written("numbered", "clerk", **data)(language)


def several_asked_back(language: str) -> Letter:
    """Orders about several cases that nobody vouches for."""
    parts = commands.parts_of(f"#2026-00042 ACCEPT\n#2026-00044 REJECT\n\n{WHY[language]}")
    letter = queue("open", 3)(language)
    rows = letter.data["rows"]
    assert isinstance(rows, tuple)
    data = {"asked": parts, "rows": {one.number: one for one in rows}, "code": CODE_PLACE}
    return written("confirm_numbered", "clerk", **data)(language)


def corrected(language: str) -> Letter:
    """What the applicant gets after a clerk set two fields."""
    lines = {
        "en": ("Telephone: +81 55-981-0000 -> +81 55-981-0009", "Extension: (empty) -> 12"),
        "ja": ("電話番号：055-981-0000 → 055-981-0009", "内線：（空欄）→ 12"),
    }
    data = {"case": ready(language), "form": FORM, "changes": lines}
    return Letter("corrected", "taro@univ.example", "applicant", (language,), data)


def wrong_value(language: str) -> Letter:
    """A transcript of a value that no applicant could give either."""
    said = RULES.say(language, "faults", "email_syntax", found="taro at univ")
    mistakes = (commands.Mistake("wrong_value", "SET Email = taro at univ", said=said),)
    data = {"why": "mistakes", "mistakes": mistakes, "commands": (), "done": (), "onward": (), "settled": False}
    return written("transcript", "clerk", ready, **data)(language)


PROPOSED, UNTIL = "2026-04-08T01:00:00.000Z", "2026-04-15T14:59:59.000Z"
ADDRESS_LINES = {
    "en": ("Responsible person's email: ichiro@univ.example -> ichiro.suzuki@univ.example",),
    "ja": ("責任者のメールアドレス：ichiro@univ.example → ichiro.suzuki@univ.example",),
}


def changing(template: str, **data: object) -> Callable[[str], Letter]:
    """What clerks write to each other of a change that takes two of them."""
    return lambda language: written(template, "clerk", ready, **data, changes=ADDRESS_LINES[language])(language)


def agreement_asked_back(language: str) -> Letter:
    """An agreement that nobody vouches for: the letter shows what changes by it."""
    read = tuple(part for part in commands.parse("SECOND") if isinstance(part, commands.Command))
    data = {"commands": read, "code": CODE_PLACE, "by": DESK.clerks[1], "changes": ADDRESS_LINES[language]}
    return written("confirm", "clerk", to_be_seconded, **data)(language)


def to_be_seconded(language: str) -> Case:
    """A case about which a change waits for a second clerk."""
    answers = {"responsible_email": ("ichiro.suzuki@univ.example",)}
    of = {"clerk": DESK.clerks[1].address, "block": "b", "answers": answers, "at": PROPOSED, "revision": 0}
    return ready(language).model_copy(update={"proposal": Proposal.model_validate({**of, "until": UNTIL})})


def proposed(language: str) -> Letter:
    """A transcript of a change that waits for a second clerk."""
    line = "SET Responsible person's email = ichiro.suzuki@univ.example"
    case_ = to_be_seconded(language)
    read = tuple(part for part in commands.parse(line) if isinstance(part, commands.Command))
    done = (Done(read[0], ADDRESS_LINES[language][0]),)
    onward = (changing("second", by=DESK.clerks[1], text=UNTIL)(language),)
    data = {"why": "", "mistakes": (), "commands": read, "done": done, "onward": onward, "settled": False}
    return written("transcript", "clerk", lambda language: case_, **data, waiting=True)(language)


BY = {"by": "old@univ.example", "text": QUESTIONS}
EXAMPLES: dict[str, Callable[[str], Letter]] = {
    "transcript-orders": carried_out,
    "transcript-not-possible": not_possible,
    "transcript-still-asked": refused("still_asked", "ACCEPT"),
    "transcript-unconfirmed": refused("unconfirmed", "ACCEPT", ready),
    "transcript-asked-moved": refused("moved_on", "REJECT no such address"),
    "transcript-taken-back": taken_back,
    "digest": digest,
    "head": head(signed=True),
    "head-unsigned": head(signed=False),
    "numbered": about_several(moved=False),
    "numbered-moved": about_several(moved=True),
    "numbered-wrong": several_wrong,
    "numbered-already": written("numbered", "clerk", why="already", mistakes=(), told=(), held_by={}),
    "confirm_numbered": several_asked_back,
    "queue": queue("waiting"),
    "queue-none": queue("mine", 0),
    "queue-open": queue("open", 3, more=7),
    "queue-overdue": queue("overdue", 1),
    "queue-form": queue("form"),
    "queue-unknown": queue("waiting", unknown="tomorrow"),
    "not_counted-no-case": written("not_counted", "clerk", why="no_case", by="morgan@staff.desk.example"),
    "transcript-shell": from_the_shell(named=False),
    "transcript-shell-named": from_the_shell(named=True),
    "transcript-shell-refused": from_the_shell(named=True, why="not_ready"),
    "transcript-wrong-code": refused("wrong_code", "CONFIRM …"),
    "transcript-code-expired": refused("code_expired", "CONFIRM …"),
    "confirm": asked_back,
    "confirm-second": agreement_asked_back,
    "corrected": corrected,
    "transcript-wrong-value": wrong_value,
    "shown": shown("shown", with_document),
    "shown-proposed": shown("shown", to_be_seconded),
    "shown-closed": shown("shown", closed("rejected")),
    "shown-tried": shown("shown", tried),
    "shown-collecting": shown("shown", collecting),
    "shown-asked": shown("shown", asked),
    "shown-stopped": shown("shown", stopped),
    "case_log": shown("case_log", closed("done")),
    "received-settled": written("received", "applicant", reopened, again=False, settled=True),
    "replied": written("replied", "applicant", closed("done"), text=ANSWERS, closes=False),
    "replied-closes": written("replied", "applicant", closed("done"), text=ANSWERS, closes=True),
    "replied-open": written("replied", "applicant", collecting, text=ANSWERS, closes=False),
    "asked": written("asked", "applicant", asked),
    "asked-accepted": written("asked", "applicant", ASKED_AFTER),
    "resumed-tried": written("resumed", "clerk", tried, by=None, text=RESTS),
    "assigned-tried": written("assigned", "clerk", tried, by=DESK.clerks[0]),
    "resumed": written("resumed", "clerk", ready, by=None, text=RESTS),
    "held": written("held", "applicant", resting),
    "held-asked": written("held", "applicant", resting_asked),
    "resumed-task": written("resumed", "clerk", accepted_before("task", "in_progress"), by=DESK.clerks[0], text=RESTS),
    "status-on-hold": written("status", "applicant", resting),
    "review-on-hold": written("review", "clerk", resting),
    "transcript-on-hold": refused_on_hold,
    "assigned": written("assigned", "clerk", ready, by=DESK.clerks[0]),
    "assigned-task": written("assigned", "clerk", accepted_before("task", "in_progress"), by=DESK.clerks[0]),
    "transcript-assigned": given_to,
    "transcript-proposed": proposed,
    "second": changing("second", by=DESK.clerks[1], text=UNTIL),
    "proposal_over": changing("proposal_over", why="agreed", by=DESK.clerks[0], text=PROPOSED),
    "proposal_over-limit": changing("proposal_over", why="limit", by=DESK.clerks[0], text=PROPOSED),
    "proposal_over-moved": changing("proposal_over", why="moved_on", by=DESK.clerks[0], text=PROPOSED),
    "proposal_over-replaced": changing("proposal_over", why="replaced", by=DESK.clerks[0], text=PROPOSED),
    "address_corrected": written("address_corrected", "applicant", ready, by="taro.yamada@univ.example"),
    "address_corrected-responsible": written("address_corrected", "responsible", ready, by="other@univ.example"),
    "transcript-proposal-old": refused("proposal_old", "SECOND", ready),
    "undone": written("undone", "responsible", ASKED_AFTER),
    "undone-clerk": written("undone", "clerk", ASKED_AFTER, by=DESK.clerks[0]),
    "review-accepted": written("review", "clerk", accepted_before("review", "ready")),
    "missing-asked": written("missing", "applicant", asked),
    "reminder-asked": written("reminder", "applicant", asked),
    "status-asked": written("status", "applicant", asked),
    "status-duplicate": written("status", "applicant", duplicate),
    "withdrawn": written("withdrawn", "applicant", withdrawn),
    "withdrawn_others": written("withdrawn_others", "clerk", withdrawn),
    "withdrawn_others-started": written("withdrawn_others", "clerk", started),
    "withdrawn_others-responsible": written("withdrawn_others", "responsible", withdrawn),
    "duplicate": written("duplicate", "applicant", duplicate),
    "duplicate-responsible": written("duplicate", "responsible", duplicate),
    "closed_case": written("closed_case", "applicant", closed("rejected")),
    "closed_case-responsible": written("closed_case", "responsible", closed("rejected")),
    "reopened": written("reopened", "applicant", reopened, text=REASONS),
    "help": help_for("applicant", collecting),
    "help-responsible": help_for("responsible", consenting),
    "objected": lambda language: Letter(
        "objected", "old@univ.example", "holder", (language,), {"case": stopped(language), "form": FORM, **BY}
    ),
    "objection_over": lambda language: Letter(
        "objection_over", "old@univ.example", "holder", (language,), {"case": stopped(language), "form": FORM}
    ),
    "objection_over-rejected": lambda language: Letter(
        "objection_over",
        "old@univ.example",
        "holder",
        (language,),
        {"case": closed("rejected")(language), "form": FORM},
    ),
    "expired-accepted": written("expired", "clerk", undone),
    "objection": written("objection", "clerk", stopped, **BY),
    "reminder-objection": written("reminder", "clerk", stopped),
    "not_counted-withdraw": written("not_counted", "responsible", consenting, why="not_yours", by=TO["responsible"]),
    "passed_on-no-reply": written(
        "passed_on", "clerk", collecting, why="not_a_reply", by="taro@univ.example", text=QUESTIONS
    ),
    "passed_on-no-reply-stranger": written(
        "passed_on", "clerk", collecting, why="not_a_reply", by="x@free.example", text=QUESTIONS
    ),
    "will_read": written("will_read", "applicant", collecting, proven=True),
    "will_read-closed": written("will_read", "applicant", closed("rejected"), proven=True),
    "will_read-responsible": written("will_read", "responsible", consenting, proven=True),
    "will_read-no-reply": written("will_read", "applicant", collecting, proven=False),
    "will_read-stranger": written("will_read", "stranger", proven=False),
    "passed_on-applicant": written(
        "passed_on", "clerk", collecting, why="other", by="taro@univ.example", text=QUESTIONS
    ),
}
