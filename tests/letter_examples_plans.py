"""Examples of letters that the forms with a plan or a sheet of their own have: usage plan, group, INDICE password."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from letter_examples import BEGUN, DESK, DUE, RULES

from mailbot.core.attached import FROM_PLAN, faults
from mailbot.core.case import Case, Document, Done
from mailbot.core.enclosures import enclosures
from mailbot.core.events import Plan, PlanFault, PlanLine, PlanUser, Remark, Role
from mailbot.core.fields import understand
from mailbot.core.outcome import Letter

Given = Mapping[str, str]
NOTHING: Given = MappingProxyType({})
NAMES = {"en": "Kenji Sato", "ja": "佐藤 健二"}
USERS = {
    "en": (("Aoi Tanaka", "aoi-t"), ("Ben Okafor", "ben-o")),
    "ja": (("田中 葵", "aoi-t"), ("小川 勉", "ben-o")),
}
PROJECTS = {"en": "Genomes of wild rice", "ja": "野生イネのゲノム解析"}
GROUPS = {"en": "Course on genome assembly 2026", "ja": "ゲノムアセンブリ講習会 2026"}
AIMS = {
    "en": "Twenty participants assemble the genome of a model plant from long reads and look at what went wrong.",
    "ja": "参加者20名が、モデル植物のロングリードからゲノムを組み立て、結果を評価する実習を行います。三日間の予定で、"
    "大容量メモリの計算機を使用します。",
}
STUDIES = {"en": "Registry of rare anaemias", "ja": "希少貧血症例登録研究"}
HOSPITALS = {"en": "Example Hospital, Haematology", "ja": "例示病院 血液内科"}
AFTERWARDS = "2026-04-13T01:00:00.000Z"
POSTED = {
    f"certificates/{row}": Done(at=AFTERWARDS, clerk="morgan@staff.desk.example", number=f"1234-5678-901{row - 14}")
    for row in (14, 15)
}
SIGNED = {"indice": Document(at="2026-04-07T01:00:00.000Z", how="fax", by="morgan@staff.desk.example")}
SHEETS = {"sheet": "利用目的等"}
WRONG = (
    PlanFault(code="plan_email", sheet="利用目的等", cell="C14", found="aoi at univ", wanted={**SHEETS, "cell": "C14"}),
    PlanFault(
        code="plan_negative", sheet="料金試算表", cell="E12", found="-3", wanted={"sheet": "料金試算表", "cell": "E12"}
    ),
)
UNKNOWN = (Remark(code="plan_version", field="plan", wanted={"sheet": "料金試算表", "found": "2031"}),)


def plan(language: str, total: str, *wrong: PlanFault) -> Plan:
    """A usage plan for two users."""
    rows = enumerate(USERS[language], 14)
    return Plan(
        version="2026",
        entries={"name": NAMES[language], "account": "kenji", "project": PROJECTS[language]},
        users=tuple(
            PlanUser(row=row, name=name, email=f"{account}@univ.example", account=account)
            for row, (name, account) in rows
        ),
        lines=(PlanLine(account="kenji", service="storage", amount=total),),
        total=total,
        faults=wrong,
    )


def about(form: str, language: str, step: str, given: Given, sheet: Plan | None, **more: object) -> Case:
    """A case of that form in one of its steps, with what was understood of its answers and of the plan."""
    rules = RULES.forms[form]
    said = {key: (text,) for key, text in given.items() if text}
    if sheet is not None:
        read = {key: FROM_PLAN[rule.from_plan](sheet) for key, rule in rules.fields.items() if rule.from_plan}
        said |= {key: (text,) for key, text in read.items()} | {"plan": ("c" * 64,)}
    understood, kind = understand(rules, DESK, said, language), rules.step(step).kind
    wrong = faults("plan", sheet) if sheet else ()
    known = {
        **BEGUN,
        "form": form,
        "status": "in_progress",
        "step": step,
        "step_kind": kind,
        "applicant": "kenji@univ.example",
        "languages": {"applicant": language},
        "answers": said,
        "values": {key: value for key, value in understood.values.items() if key != "plan" or not wrong},
        "faults": (*understood.faults, *wrong),
        "plan": sheet,
    }
    return Case.model_validate(known | more)


def usage(step: str, total: str = "12.5", *wrong: PlanFault, **more: object) -> Callable[[str], Case]:
    def make(language: str) -> Case:
        given = {"name": NAMES[language], "email": "kenji@univ.example", "account": "kenji"}
        return about("usage-plan", language, step, given, plan(language, total, *wrong), **more)

    return make


def group(step: str, **more: object) -> Callable[[str], Case]:
    def make(language: str) -> Case:
        given = {
            "name": NAMES[language],
            "email": "kenji@univ.example",
            "account": "kenji",
            "kind": {"en": "workshop", "ja": "講習会"}[language],
            "group_name": GROUPS[language],
            "begins": "2026-07-01",
            "ends": "2026-07-31",
            "purpose": AIMS[language],
        }
        return about("group", language, step, given, plan(language, "2"), **more)

    return make


def indice(step: str, given: Given = NOTHING, **more: object) -> Callable[[str], Case]:
    def make(language: str) -> Case:
        said = {
            "kind": {"en": "INDICE only", "ja": "INDICEのみ"}[language],
            "project": STUDIES[language],
            "indice_id": "ind01234",
            "knows_general": "yes",
            "name": NAMES[language],
            "affiliation": HOSPITALS[language],
            "email": "kenji@univ.example",
            "telephone": "055-981-0000",
            "group_id": "no",
            "agreement": "yes",
        }
        return about("indice-password", language, step, said | dict(given), None, **more)

    return make


def written(
    template: str, of: Callable[[str], Case], role: Role = "applicant", **data: object
) -> Callable[[str], Letter]:
    """A letter as a decision makes it, in one language, with the files that go with it."""

    def make(language: str) -> Letter:
        case = of(language)
        form = RULES.forms[case.form]
        files = enclosures(form, case, template, role, (language,), RULES)
        clerk = next(clerk for clerk in DESK.clerks if clerk.language == language)
        told: dict[str, object] = {"clerk": clerk} if role == "clerk" else {}
        to = clerk.address if role == "clerk" else case.applicant
        letter = Letter(template, to, role, (language,), {**data, **told, "case": case, "form": form})
        return replace(letter, enclosures=files)

    return make


def suspended(language: str) -> Letter:
    """More storage than new users get: the form comes back as it was sent, to be completed with an account."""
    form = RULES.forms["usage-plan"]
    case = usage("fields", "45")(language)
    filled = {key: value for key, value in case.values.items() if key != "account"}
    data = {"form": form, "notice": form.closed[0].notice, "filled": filled}
    return Letter("closed", case.applicant, "stranger", (language,), data)


GROUP_ID = {"group_id": "yes", "representative": "Ichiro Suzuki"}
NO_ID = {"kind": "both", "indice_id": "", "knows_general": "", "licence": "123456"}
DECIDED = {"decided_by": "morgan@staff.desk.example"}

EXAMPLES: dict[str, Callable[[str], Letter]] = {
    "closed-plan": suspended,
    "missing-plan": written("missing", usage("fields", "12.5", *WRONG, status="collecting", **DUE)),
    "received-plan": written("received", usage("review", remarks=UNKNOWN, status="ready"), again=False),
    "review-plan": written("review", usage("review", "45", remarks=UNKNOWN, status="ready"), "clerk"),
    "task-plan": written("task", usage("setup", "45", **DECIDED, **DUE), "clerk", text=""),
    "accepted-plan": written("accepted", usage("setup", **DECIDED)),
    "plan_done": written("plan_done", usage("told", **DECIDED)),
    "task-group": written("task", group("certificates", **DECIDED, **DUE), "clerk", text=""),
    "accepted-group": written("accepted", group("certificates", **DECIDED)),
    "group_done": written("group_done", group("told", tasks=POSTED, **DECIDED)),
    "indice_sheet": written("indice_sheet", indice("sheet", status="awaiting_document", **DUE)),
    "indice_sheet-group": written("indice_sheet", indice("sheet", GROUP_ID, status="awaiting_document", **DUE)),
    "reminder-indice": written("reminder", indice("sheet", status="awaiting_document", **DUE)),
    "accepted-indice": written("accepted", indice("renewal", documents=SIGNED, **DECIDED)),
    "indice_renewed": written("indice_renewed", indice("told", documents=SIGNED, **DECIDED)),
    "indice_renewed-found": written("indice_renewed", indice("told", NO_ID, documents=SIGNED, **DECIDED)),
}
