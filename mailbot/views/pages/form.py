"""The page of one form in one language: what it is for, how to apply, the blank, what happens, what is asked. It knows
no case and no letter."""

from collections.abc import Iterator, Mapping

from mailbot.core.blank import blank
from mailbot.core.commands import PARTICIPANTS, Word
from mailbot.core.rules import Form
from mailbot.views.pages.frame import contents, page, section
from mailbot.views.pages.markup import Html, joined, listed, paragraphs, tag
from mailbot.views.pages.questions import questions
from mailbot.views.pages.state import stands, state
from mailbot.views.pages.steps import steps
from mailbot.views.pages.voice import LONGEST_LINK, Voice


def form_page(form: Form, voice: Voice, files: Mapping[str, str], home: str) -> str:
    """The whole page; `files` is the page in each language, `home` the page with all forms. A form that is not accepted
    at all is explained, but has no blank to send."""
    accepted = stands(form) != "closed"
    parts = {
        **({"apply": (_apply(form, voice),), "blank": (_blank(form, voice),)} if accepted else {}),
        "steps": (tag("p", voice.say("steps", "hint"), class_="hint"), steps(form, voice)),
        "people": (_people(form, voice),),
        "questions": (questions(form, voice),),
        "words": (_words(form, voice),),
    }
    titles = {name: voice.say(name, "title") for name in parts}
    body = [
        tag("p", voice.text(form.summary), class_="lead") if form.summary else Html(),
        paragraphs(voice.text(form.says.get("page", {}))),
        state(form, voice),
        contents(voice, titles.items()),
        *(section(name, titles[name], *inside) for name, inside in parts.items()),
    ]
    return page(voice, voice.text(form.title), files, body, home=home)


def _apply(form: Form, voice: Voice) -> Html:
    email = form.people["applicant"].email
    institution = bool(email) and form.fields[email].institution
    files = tuple(key for key, rule in form.fields.items() if rule.type == "plan")
    items = [
        voice.say("apply", "copy", address=voice.address),
        voice.say("apply", "attach", fields=voice.labels(form, files)) if files else "",
        voice.say("apply", "institution" if institution else "own"),
        voice.say("apply", "reply"),
    ]
    empty = voice.say("apply", "empty", address=voice.address, title=voice.text(form.title))
    return joined(
        (
            listed("ol", items),
            tag("p", empty),
            tag("p", _link(form, voice), class_="actions"),
            tag("p", tag("strong", voice.say("apply", "secrets"))),
        )
    )


def _link(form: Form, voice: Voice) -> Html:
    """A link that begins the mail, with the blank in it where a link may be that long."""
    title = voice.text(form.title)
    whole = voice.mail(title, blank(form, voice.language) + "\n")
    fits = len(whole) <= LONGEST_LINK
    words = voice.say("apply", "mail_whole" if fits else "mail_subject")
    return tag("a", words, href=whole if fits else voice.mail(title), class_="button")


def _blank(form: Form, voice: Voice) -> Html:
    """The blank as text, exactly; a button that copies it appears where the script runs."""
    said = {name: voice.plain("blank", name) for name in ("copied", "failed")}
    button = tag(
        "button",
        voice.say("blank", "copy"),
        type="button",
        id="copy",
        hidden=True,
        data_copied=said["copied"],
        data_failed=said["failed"],
    )
    label = voice.plain("blank", "label")
    text = tag("pre", blank(form, voice.language), id="form-text", tabindex="0", role="region", aria_label=label)
    hint = tag("p", voice.say("blank", "hint"), class_="hint")
    return joined((hint, tag("p", button, " ", tag("span", id="said", role="status"), class_="actions"), text))


def _people(form: Form, voice: Voice) -> Html:
    rows = [(voice.say("people", who), tuple(does)) for who, does in _doing(form, voice)]
    rows.append((joined([voice.desk]), (voice.say("people", "decides"),)))
    return tag("dl", *(tag("div", tag("dt", who), *(tag("dd", one) for one in does)) for who, does in rows))


def _doing(form: Form, voice: Voice) -> Iterator[tuple[str, list[Html]]]:
    """Who of those outside takes part, and what they do."""
    yield "applicant", [voice.say("people", "fills"), *_signs(form, voice, "applicant")]
    if "responsible" in form.people:
        agrees = "agrees" if form.step_of("consent") else "named"
        yield "responsible", [voice.say("people", agrees), *_signs(form, voice, "responsible")]
    if any(step.notice for step in form.steps):
        yield "holder", [voice.say("people", "objects")]


def _signs(form: Form, voice: Voice, who: str) -> list[Html]:
    wanted = {name for step in form.steps for name in step.documents}
    titles = [voice.text(one.title) for name, one in form.documents.items() if name in wanted and one.signer == who]
    comma = voice.say("conditions", "comma")
    return [voice.say("people", "signs", documents=joined(titles, comma))] if titles else []


def _words(form: Form, voice: Voice) -> Html:
    """The words that may be written, a table for each who may write them."""
    tables = []
    for who, _ in _doing(form, voice):
        said = [word for word in PARTICIPANTS if who in word.roles and _does_something(word, form)]
        rows = [
            tag("tr", tag("th", tag("code", voice.text(word.usage)), scope="row"), tag("td", voice.text(word.help)))
            for word in said
        ]
        heads = tag("tr", *(tag("th", voice.say("words", name), scope="col") for name in ("word", "effect")))
        tables += [tag("h3", voice.say("people", who)), tag("table", tag("thead", heads), tag("tbody", *rows))]
    return joined((tag("p", voice.say("words", "hint"), class_="hint"), *tables))


def _does_something(word: Word, form: Form) -> bool:
    """Whether a case of this form can come to where the word is understood."""
    return form.step_of("consent") is not None if word.keyword in ("AGREE", "DECLINE") else True
