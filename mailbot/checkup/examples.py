"""What `mailbot check` finds of the examples that still stand as they came with mailbot. It changes nothing."""

import tomllib
from collections.abc import Iterator, Mapping

from mailbot.checkup.values import Finding, to_do
from mailbot.core.rules import Rules
from mailbot.edge import config


def unchanged(rules: Rules, texts: Mapping[str, str]) -> Iterator[Finding]:
    """Forms and titles that are still those of the example; a form for questions in one's own words fits any desk."""
    shipped = config.rule_texts(config.shipped() / "rules", config.shipped() / "templates")
    files = {name: f"rules/{name}.toml" for name, form in rules.forms.items() if not form.takes}
    if same := [name for name, file in sorted(files.items()) if texts.get(file) == shipped.get(file)]:
        do = "make each your own or remove its file from rules/ (docs/new-form.md): whoever writes is offered them"
        yield to_do(
            "example-forms", f"forms that stand as they came with mailbot, which are examples: {', '.join(same)}", do
        )
    titles = tomllib.loads(shipped["rules/desk.toml"])["titles"]
    if same := [text for language, text in rules.desk.titles.items() if titles.get(language) == text]:
        do = "in `[titles]` write what your desk is called in letters"
        yield to_do("example-titles", f"rules/desk.toml still has titles that are only examples: {', '.join(same)}", do)
