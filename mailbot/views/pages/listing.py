"""The page with all forms in one language. It knows no form in detail."""

from collections.abc import Mapping

from mailbot.core.rules import Form
from mailbot.views.pages.frame import page, section
from mailbot.views.pages.markup import Html, joined, listed, paragraphs, tag
from mailbot.views.pages.state import badge, season, stands
from mailbot.views.pages.voice import Voice


def list_page(voice: Voice, files: Mapping[str, str], pages: Mapping[str, str]) -> str:
    """The whole page; `files` is this page in each language, `pages` the page of each form."""
    how = [
        voice.say("list", "copy", address=voice.address),
        voice.say("list", "empty", address=voice.address),
        voice.say("list", "reply"),
    ]
    items = [_item(form, voice, pages[name]) for name, form in voice.rules.forms.items()]
    body = [
        paragraphs(voice.rules.pages[voice.language]["list"]["own"].format()),
        section("forms", voice.say("list", "forms"), listed("ul", items, class_="forms")),
        section("how", voice.say("list", "how"), listed("ul", how)),
    ]
    return page(voice, voice.plain("list", "title"), files, body)


def _item(form: Form, voice: Voice, file: str) -> Html:
    title = voice.text(form.title)
    facts = [badge(form, voice), season(form, voice, "season")]
    if stands(form) != "closed":
        words = voice.plain("list", "mail")
        facts.append(tag("a", words, href=voice.mail(title), aria_label=f"{words}: {title}"))
    summary = tag("p", voice.text(form.summary)) if form.summary else Html()
    head = tag("h3", tag("a", title, href=file))
    return joined((head, summary, listed("ul", facts, class_=f"facts {stands(form)}")))
