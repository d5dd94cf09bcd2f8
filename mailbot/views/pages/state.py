"""Whether a form is accepted at present, and when it is usually sent, as rules say it. It knows no clock."""

from collections.abc import Iterator
from typing import Literal

from mailbot.core.rules import Closed, Form
from mailbot.views.pages.conditions import in_words
from mailbot.views.pages.markup import Html, paragraphs, tag
from mailbot.views.pages.voice import Voice


def stands(form: Form) -> Literal["open", "partly", "closed"]:
    """Whether applications are accepted: all, not all, none."""
    if any(closed.when is None for closed in form.closed):
        return "closed"
    return "partly" if form.closed else "open"


def season(form: Form, voice: Voice, code: Literal["season", "season_long"]) -> Html:
    """From when to when it is usually sent; empty for a form without a season."""
    if form.season is None:
        return Html()
    days = {"begins": voice.day(form.season.begins), "ends": voice.day(form.season.ends)}
    return voice.say("state", code, **days)


def badge(form: Form, voice: Voice) -> Html:
    """How it stands, in one or two words."""
    return tag("span", voice.say("state", stands(form)), class_="badge")


def state(form: Form, voice: Voice) -> Html:
    """How it stands, at length: what is not accepted since when, with the notice; the season."""
    told = [part for closed in form.closed for part in _closed(closed, form, voice)]
    if usual := season(form, voice, "season_long"):
        told.append(tag("p", usual))
    return tag("div", tag("p", badge(form, voice)), *told, class_=f"state {stands(form)}")


def _closed(closed: Closed, form: Form, voice: Voice) -> Iterator[Html]:
    """What is not accepted, since when, and the notice."""
    condition = in_words(closed.when, form, voice) if closed.when is not None else None
    code = "closed_all" if closed.when is None else "closed_if" if condition else "closed_some"
    yield tag("p", voice.say("state", code, date=voice.day(closed.since), condition=condition or ""))
    yield paragraphs(voice.text(closed.notice))
