"""The page of one case: how it stands, what was applied for, what happened, every letter. It knows no other case."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from mailbot.core.case import Case, LetterInfo
from mailbot.core.queue import waiting
from mailbot.core.shown import applicant_shown, in_form_order, remark_shown, value_shown
from mailbot.views.pages.markup import Html, listed, tag
from mailbot.views.report.entries import Letter, Shown
from mailbot.views.report.frame import Place, Stand, page, section
from mailbot.views.report.journal import page_of
from mailbot.views.report.listing import badge
from mailbot.views.report.style import CASE
from mailbot.views.report.voice import Voice, safe


def case_page(voice: Voice, stand: Stand, number: str, case: Case | None, way: Sequence[Shown]) -> bytes:
    """The whole page; `way` are its entries in order, `case` is None once what it was about is erased."""
    steps = [_step(voice, shown) for shown in way]
    body: list[str | bytes] = [
        *(_standing(voice, case) if case else [tag("p", voice.say("case.erased"), class_="lead")]),
        section("timeline", voice.say("timeline"), Html(f'<ol class="way">{"".join(steps)}</ol>')),
        *_letters(voice, [letter for shown in way for letter in shown.letters], case.letters if case else {}),
    ]
    title = voice.plain("case.title", number=number)
    return page(voice, stand, Place(f"cases/{number}.html", "cases"), title, body, style=CASE)


def _standing(voice: Voice, case: Case) -> list[Html]:
    """What is known of the case itself."""
    form = voice.rules.forms.get(case.form)
    faults = [
        voice.say("fault", label=voice.label(form, one.field), kind=voice.known("kind", one.kind))
        for one in case.faults
    ]
    remarks = [remark_shown(form, one, _words(voice), voice.rules) for one in case.remarks]
    tried = [f"{one.at[:16].replace('T', ' ')} {one.by}: {one.text}" for one in case.tried]
    if (more := case.tries - len(case.tried)) > 0:
        tried.append(voice.plain("tried.more", more=str(more)))
    return [
        tag("p", badge(voice, case.status), " ", voice.form(case.form)),
        tag("dl", Html("".join([_row(key, text) for key, text in _about(voice, case) if text])), class_="about"),
        _list("wrong", voice, faults),
        _list("remarks", voice, remarks),
        _list("tried", voice, tried),
        _list("notes", voice, case.notes),
        section("fields", voice.say("fields"), _values(voice, case)),
    ]


def _words(voice: Voice) -> str:
    """The language of words.toml that serves this voice: the desk's first, where it lacks the voice's own."""
    return voice.language if voice.language in voice.rules.words else voice.rules.desk.languages[0]


def _list(name: str, voice: Voice, items: Sequence[str]) -> Html:
    made = [item if isinstance(item, Html) else safe(item) for item in items]
    return section(name, voice.say(name), listed("ul", made)) if made else Html()


def _row(key: Html, text: str) -> str:
    return f"<div><dt>{key}</dt><dd>{text if isinstance(text, Html) else safe(text)}</dd></div>"


def _about(voice: Voice, case: Case) -> Iterator[tuple[Html, str]]:
    say, waits = voice.say, waiting(case, voice.rules) if case.open else ""
    clerk = voice.rules.desk.clerk(case.assigned)
    yield say("head.applicant"), tag("bdi", safe(applicant_shown(voice.rules.forms.get(case.form), case)))
    yield say("case.address"), case.applicant
    yield say("case.opened"), voice.day(case.opened)
    yield say("case.changed"), voice.day(case.changed)
    yield say("head.waits"), voice.known("waits", "held" if case.hold else waits) if waits else ""
    yield say("head.until"), voice.day(case.limit) if case.open else ""
    yield say("head.clerk"), clerk.name if clerk else case.assigned
    yield from _decided(voice, case)


def _decided(voice: Voice, case: Case) -> Iterator[tuple[Html, str]]:
    say, consent, hold = voice.say, case.consent, case.hold
    if hold:
        yield say("case.hold"), say("case.held", until=voice.day(hold.until), by=hold.by, reason=hold.reason)
    if consent:
        proven = "case.consent.yes" if consent.confirmed else "case.consent.no"
        yield say("case.consent"), say(proven, by=consent.by, at=voice.day(consent.at))
    yield say("case.decided"), case.decided_by
    yield say("case.reason"), ": ".join(part for part in (case.ground, case.reason) if part)
    yield say("case.proposal"), f"{case.proposal.clerk}: {', '.join(case.proposal.answers)}" if case.proposal else ""
    yield say("case.bounced"), ", ".join(case.bounced)


def _values(voice: Voice, case: Case) -> Html:
    form, words, rules = voice.rules.forms.get(case.form), _words(voice), voice.rules
    rows = [
        f"{_named(voice, case.form, key)}{safe(value_shown(form, case, key, words, rules))}</td></tr>"
        for key in in_form_order(form, case.values)
    ]
    heads = tag("tr", tag("th", voice.say("field"), scope="col"), tag("th", voice.say("value"), scope="col"))
    return tag("table", tag("thead", heads), tag("tbody", Html("".join(rows))), class_="values") if rows else Html()


@lru_cache(maxsize=4096)
def _named(voice: Voice, form: str, key: str) -> str:
    """The beginning of a field's row, up to its value."""
    return f'<tr><th scope="row">{safe(voice.label(voice.rules.forms.get(form), key))}</th><td>'


def _step(voice: Voice, shown: Shown) -> str:
    """An entry of the case, with links to it in the journal and to its letters. Put together by hand."""
    link = f'<a href="../journal/{page_of(shown.seq)}.html#e{shown.seq}">#{shown.seq:,}</a>'
    letters = "".join(
        f' · <a href="#letter-{one.number}">{voice.say("letter.of", number=str(one.number))}</a>'
        for one in shown.letters
    )
    said = "".join([f"<p>{text}</p>" for text in shown.said[voice.language]])
    begin = '<li class="mail">' if shown.mail else "<li>"
    return f'{begin}<p class="m">{voice.minute(shown.at)} UTC · {link}{letters}</p>{said}</li>'


def _letters(voice: Voice, letters: Sequence[Letter], infos: Mapping[int, LetterInfo]) -> Iterator[Html | bytes]:
    """All letters. Their words, which are most of a page, are octets already: they are the same in every language."""
    if letters:
        yield Html(f'<section aria-labelledby="letters"><h2 id="letters">{voice.say("letters")}</h2>')
        for letter in letters:
            yield _head(voice, letter, infos.get(letter.number))
            yield letter.text
            yield Html("</pre></details>")
        yield Html("</section>")


def _head(voice: Voice, letter: Letter, info: LetterInfo | None) -> Html:
    """What stands before the words of a letter, with which it can be folded away. Put together by hand."""
    subject = Html(f"<bdi>{letter.subject or '–'}</bdi>")
    head = voice.say("letter", number=str(letter.number), to=letter.to, subject=subject)
    files = voice.say("letter.with", files=letter.files) if letter.files else ""
    return Html(
        f'<details open class="letter" id="letter-{letter.number}"><summary>{head}</summary>'
        f'<p class="m">{_fate(voice, info)} {files}</p>'
        f'<pre lang="{letter.language}">'
    )


def _fate(voice: Voice, info: LetterInfo | None) -> Html:
    """What became of a letter."""
    if info is None:
        return Html()
    state = "bounced" if info.bounced else info.state
    return voice.say(f"state.{state}", at=voice.minute(info.sent)) if state == "sent" else voice.say(f"state.{state}")
