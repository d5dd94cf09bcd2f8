"""Users of a group's plan whose accounts the register does not know: clerks are told, for no case enters them there."""

from correspondence import MORGAN, ROOT, Correspondence, rules_with, said

from mailbot.core.case import Case
from mailbot.core.events import Facts, Plan, PlanLine, PlanUser, Row
from mailbot.core.evidence import NOTHING
from mailbot.core.lookups import lookups
from mailbot.core.message import Attachment, Mailbox, Message
from mailbot.core.registers import Sought

KENJI = "kenji@univ.example"
USERS = (
    PlanUser(row=14, name="Aoi Tanaka", account="aoi-t"),
    PlanUser(row=15, name="Ben Okafor", account="ben-o"),
    PlanUser(row=16, name="Cho Lee", email="cho@univ.example"),
)
LINES = (PlanLine(account="kenji", service="storage", amount="2", unit="TB"),)
PLAN = Plan(version="2026", users=USERS, lines=LINES, total="2", entries={"name": "Kenji Sato", "account": "kenji"})
SHEET = Attachment("plan.xlsx", "application/vnd.ms-excel", 9, "c" * 64, kind="plan", plan=PLAN)
RULES = rules_with({name: (ROOT / "rules" / f"{name}.toml").read_text("utf-8") for name in ("group", "usage-plan")})
ACCOUNT = {"account": "kenji", "email": KENJI}
TEXT = f"""\
=== form group begin ===
Name of the person in charge: Kenji Sato
Email: {KENJI}
Account of the person in charge: kenji
Kind of group: workshop
Name of the group or event: Course on genome assembly
First day of use: 2026-07-01
Last day of use: 2026-07-31
Purpose of use: Participants assemble the genome of a model plant from long reads, on three afternoons.
=== form group end ===
"""


def row(account: str, *, there: bool) -> Row:
    return Row(name="accounts", column="account", key=account, found={"account": account} if there else None)


def applied(*rows: Row) -> Correspondence:
    of = Correspondence(RULES, rows=(Row(name="accounts", column="account", key="kenji", found=ACCOUNT), *rows))
    of.apply(KENJI, TEXT, attachments=(SHEET,))
    return of


def members(case: Case) -> list[str]:
    return [remark.wanted["found"] for remark in case.remarks if remark.code == "members_unlisted"]


def test_the_accounts_of_a_groups_users_are_looked_up_with_the_plan_that_lists_them() -> None:
    message = Message("a" * 64, 9, senders=(Mailbox("", KENJI),), text=TEXT, attachments=(SHEET,))
    sought = lookups(message, Facts(sort="application"), NOTHING, RULES)
    assert {Sought("accounts", "account", name) for name in ("kenji", "aoi-t", "ben-o")} == set(sought)


def test_a_plan_for_which_no_account_is_made_has_nobody_looked_up() -> None:
    text = f"=== form usage-plan begin ===\nName: Kenji Sato\nEmail: {KENJI}\nAccount name: kenji\n"
    message = Message("a" * 64, 9, senders=(Mailbox("", KENJI),), text=text, attachments=(SHEET,))
    sought = lookups(message, Facts(sort="application"), NOTHING, RULES)
    assert sought == (Sought("accounts", "account", "kenji"),)


def test_clerks_are_told_which_users_the_register_does_not_know_and_that_the_case_enters_none() -> None:
    of = applied(row("aoi-t", there=False), row("ben-o", there=True))
    assert of.case.step_kind == "review"
    told = "not in the register of accounts, and this case does not enter them there: aoi-t, Cho Lee."
    assert told in said(of.last(MORGAN))
    of.order("ACCEPT")
    task = next(letter for letter in reversed(of.letters) if (letter.template, letter.to) == ("task", MORGAN))
    assert told in said(task)


def test_where_the_register_knows_all_or_there_is_none_nothing_is_said_of_them() -> None:
    named = PLAN.model_copy(update={"users": USERS[:2]})
    of = Correspondence(RULES, rows=(row("kenji", there=True), row("aoi-t", there=True), row("ben-o", there=True)))
    of.apply(KENJI, TEXT, attachments=(Attachment("plan.xlsx", "", 9, "c" * 64, kind="plan", plan=named),))
    assert members(of.case) == []
    rows = (Row(name="accounts", column="account", key=name, imported=False) for name in ("kenji", "aoi-t", "ben-o"))
    of = Correspondence(RULES, rows=tuple(rows))
    of.apply(KENJI, TEXT, attachments=(SHEET,))
    assert [remark.code for remark in of.case.remarks] == ["register_missing"]


def test_of_many_users_the_first_are_named() -> None:
    many = tuple(PlanUser(row=at, name=f"User {at}") for at in range(14, 64))
    sheet = Attachment("plan.xlsx", "", 9, "c" * 64, kind="plan", plan=PLAN.model_copy(update={"users": many}))
    of = Correspondence(RULES, rows=(row("kenji", there=True),))
    of.apply(KENJI, TEXT, attachments=(sheet,))
    (told,) = members(of.case)
    assert told.startswith("User 14, User 15, ")
    assert told.endswith(", … (50)")
