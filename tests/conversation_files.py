"""Files that people attach in conversations, by the name a conversation calls them. It knows no mail."""

from collections.abc import Mapping

from pdf_files import pdf
from plan_files import PlanFile, Row

KENJI = ("Kenji Sato", "kenji@univ.example", "kenji", "", "Example University")
GROUP = (
    ("Aoi Tanaka", "aoi@univ.example", "aoi-t", "course26", "Example University"),
    ("Ben Okafor", "ben@univ.example", "ben-o", "course26", "Example University"),
)

PLANS: Mapping[str, PlanFile] = {
    "plan": PlanFile(users=(KENJI,), rows=(Row({"kenji": 12.5}),)),
    "large plan": PlanFile(users=(KENJI,), rows=(Row({"kenji": 45}),)),
    "plan with mistakes": PlanFile(
        users=(("Kenji Sato", "kenji at univ", "kenji", "", ""),), rows=(Row({"kenji": -3}),)
    ),
    "plan without users": PlanFile(users=(), rows=(Row({"kenji": 5}),)),
    "group plan": PlanFile(project="Course on genome assembly", users=GROUP, rows=(Row({"aoi-t": 1, "ben-o": 1}),)),
}
FILES: Mapping[str, tuple[str, bytes]] = {
    **{name: (f"{name.replace(' ', '_')}.xlsx", plan.content) for name, plan in PLANS.items()},
    "scan": ("scan.pdf", pdf()),
}
"""Name -> name of the file, and its bytes."""
