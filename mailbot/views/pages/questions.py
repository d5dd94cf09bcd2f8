"""The fields of a form as a list: each with whether it is required, what it is, what may be chosen, an example. It
knows no values."""

from collections.abc import Iterator

from mailbot.core.columns import unbroken
from mailbot.core.rules import FieldRule, Form
from mailbot.core.wording import option
from mailbot.views.pages.conditions import in_words
from mailbot.views.pages.markup import Html, joined, tag
from mailbot.views.pages.voice import Voice


def questions(form: Form, voice: Voice) -> Html:
    """Every field in the form's order, but for those that are read from an attached plan."""
    rows = (
        tag("div", tag("dt", voice.text(rule.label), " ", _must(rule, form, voice)), tag("dd", *_about(rule, voice)))
        for rule in form.fields.values()
        if rule.from_plan is None
    )
    return tag("dl", *rows, class_="questions")


def _must(rule: FieldRule, form: Form, voice: Voice) -> Html:
    """Whether it has to be filled in, in words."""
    word = "required" if rule.required else "optional"
    style = "must" if rule.required else "may"
    if rule.when is None:
        return tag("span", voice.say("questions", word), class_=style)
    condition = in_words(rule.when, form, voice)
    said = (
        voice.say("questions", f"{word}_if", condition=condition)
        if condition
        else voice.say("questions", f"{word}_some")
    )
    return tag("span", said, class_="may")


def _about(rule: FieldRule, voice: Voice) -> Iterator[Html]:
    if text := voice.text(rule.help):
        yield tag("p", unbroken(text))
    elif rule.type == "plan":
        yield tag("p", voice.say("questions", "plan"))
    if rule.choices:
        options = [tag("b", option(rule, value, voice.language)) for value in rule.choices]
        yield tag("p", voice.say("questions", "choices", choices=joined(options, voice.say("questions", "or"))))
    if example := voice.text(rule.example).strip():
        yield tag("p", tag("span", voice.say("questions", "example")), " ", tag("samp", example), class_="example")
