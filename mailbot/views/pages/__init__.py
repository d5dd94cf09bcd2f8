"""What a center publishes, made from rules and templates: a page for each form and language, and the list of them. It
writes no file and knows no clock: the same rules give the same pages."""

from collections.abc import Mapping

from mailbot.core.rules import Rules
from mailbot.views.pages.form import form_page
from mailbot.views.pages.frame import marker
from mailbot.views.pages.listing import list_page
from mailbot.views.pages.voice import Voice

__all__ = ["FRONT", "marker", "pages"]

LIST = "index"
FRONT = f"{LIST}.html"
"""The page that a web server shows for the folder: the list of forms in the desk's first language."""


def pages(rules: Rules) -> Mapping[str, str]:
    """Every page by its file name: `<form>.<language>.html`, `index.<language>.html`, and `index.html`.

    Each is a whole HTML document with nothing outside of it. KeyError for a desk without pages.toml (`rules.pages`);
    that no form is called as the list is, `rulesets` has seen to.
    """
    named = {name: _files(name, rules) for name in (LIST, *rules.forms)}
    made: dict[str, str] = {}
    for language in rules.desk.languages:
        voice, home = Voice(rules, language), named[LIST][language]
        listed = {name: named[name][language] for name in rules.forms}
        made[home] = list_page(voice, named[LIST], listed)
        for name, form in rules.forms.items():
            made[listed[name]] = form_page(form, voice, named[name], home)
    return {FRONT: made[named[LIST][rules.desk.languages[0]]], **made}


def _files(name: str, rules: Rules) -> dict[str, str]:
    return {language: f"{name}.{language}.html" for language in rules.desk.languages}
