"""The shipped rules, read and built once for all tests that do not change them."""

from functools import cache
from pathlib import Path

from mailbot.core.rules import Rules
from mailbot.core.rulesets import build
from mailbot.edge.config import rule_texts

ROOT = Path(__file__).parent.parent


@cache
def shipped_rules() -> Rules:
    """Whoever wants others makes a copy."""
    rules = build(rule_texts(ROOT / "rules", ROOT / "templates"))
    assert isinstance(rules, Rules), "\n".join(map(str, rules))
    return rules
