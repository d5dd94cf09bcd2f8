"""Whole forms, every question answered, laid out in the many ways in which people write them: they read back equal."""

from collections.abc import Callable, Sequence

import jaconv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_blank import LANGUAGES, read_back
from test_matrix import RULES

from mailbot.core.events import Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.types import read as value_of
from mailbot.core.fields.wrong import Wrong
from mailbot.core.labels import label_key
from mailbot.core.rules import FieldRule
from mailbot.edge.html import text_of

Lines = Sequence[tuple[str, str]]
"""Labels with what is answered, a line each."""


def each(pattern: str) -> Callable[[Lines], str]:
    return lambda lines: "".join(
        pattern.format(at=at, label=label, text=text) for at, (label, text) in enumerate(lines, 1)
    )


def wide(text: str) -> str:
    """Letters, digits and signs as a Japanese keyboard makes them when nobody looks."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def table(cell: str) -> Callable[[Lines], str]:
    rows = each(f"<tr><{cell}>{{label}}</{cell}><td>{{text}}</td></tr>\n")
    return lambda lines: text_of(f"<p>Hello</p><table border=1>\n{rows(lines)}</table>")


def labelled(change: Callable[[str], str]) -> Callable[[Lines], str]:
    return lambda lines: each("{label}：{text}\n")([(change(label), text) for label, text in lines])


LAYOUTS: dict[str, Callable[[Lines], str]] = {
    "colons": each("{label}: {text}\n"),
    "full-width colons": each("{label}：{text}\n"),
    "lenticular brackets": each("【{label}】{text}\n"),
    "lenticular brackets, the answer below": each("【{label}】\n{text}\n\n"),
    "squares": each("■{label}：{text}\n"),
    "squares, the answer below": each("■{label}\n　{text}\n"),
    "dots and spaced colons": each("・{label}　：{text}\n"),
    "numbers": each("{at}. {label}: {text}\n"),
    "numbers in brackets": each("({at}) {label}：{text}\n"),
    "a table in HTML": table("td"),
    "a table in HTML, labels as heads": table("th"),
    "quoted": each("> {label}: {text}\n"),
    "quoted twice": each(">> {label}： {text}\n"),
    "angle brackets": each("{label}: <{text}>\n"),
    "labels in full width": labelled(wide),
    "labels in half-width kana": labelled(lambda label: jaconv.z2h(label)),
    "a letter around it": lambda lines: "お世話になっております。\n\n" + each("{label}：{text}\n")(lines) + "\n以上\n",
}

WORD = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzABCXYZ"), min_size=2, max_size=10)
WORDS = st.lists(
    WORD | st.sampled_from(["遺伝", "解析", "㈱例示", "髙橋", "野生イネ", "2026", "ゲノム"]), min_size=1, max_size=6
)
LABELS = frozenset(
    label_key(text)
    for form in RULES.forms.values()
    for rule in form.fields.values()
    for texts in (rule.label.values(), *rule.aliases.values())
    for text in texts
)


def no_label(text: str) -> bool:
    """An answer that stands alone below its question, and is a question too, would be one."""
    return label_key(text) not in LABELS


PLAIN = WORDS.map(" ".join).filter(lambda text: any(map(str.isalpha, text))).filter(no_label)
LONG = 2 * "We compare the genomes of wild rice lines, and look for what decides when they flower. 計算が要ります。"
LATIN = st.lists(WORD, min_size=1, max_size=3).map(" ".join).filter(no_label)
NAME = st.from_regex(r"[a-z]{2,8}-?[a-z0-9]{1,5}", fullmatch=True)
SAYS: dict[str, st.SearchStrategy[tuple[str, str]]] = {
    "latin": LATIN.map(lambda text: (text, text)),
    "email": NAME.map(lambda name: (f"{name}@univ.example", wide(f"{name}@univ.example"))),
    "postal_code": st.integers(1000000, 9999999).map(
        lambda code: (f"{code:07}"[:3] + "-" + f"{code:07}"[3:], wide(f"〒{code:07}"[:4] + "-" + f"{code:07}"[3:]))
    ),
    "telephone": st.integers(1000, 9999).map(lambda end: (f"055-981-{end}", wide(f"055-981-{end}"))),
    "long": PLAIN.map(lambda text: (f"{LONG} {text}", f"{LONG} {text}")),
    "yes_no": st.sampled_from(
        [("yes", "はい"), ("yes", "有"), ("yes", "☑"), ("yes", "[x]"), ("no", "いいえ"), ("no", "無")]
    ),
    "ids": st.lists(NAME, min_size=1, max_size=4, unique=True).map(
        lambda ids: (", ".join(ids), "、".join(map(wide, ids)))
    ),
    "account_name": NAME.filter(lambda name: set(name) != {"x"}).map(lambda name: (name, wide(name))),  # a blank
    "ssh_public_key": st.just(
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGfHJ0cVbq1BYoAgKq2mq0RtP9mSg3bV2XcYdO9x0V6d t@pc",) * 2
    ),
    "country": st.sampled_from(
        [("Japan", "日本"), ("Germany", "ドイツ"), ("Republic of Korea", "韓国"), ("France", "フランス")]
    ),
    "date": st.dates()
    .filter(lambda day: 2020 <= day.year <= 2040)
    .map(lambda day: (day.isoformat(), wide(f"令和{day.year - 2018}年{day.month}月{day.day}日"))),
    "amount": st.integers(1, 29).map(lambda many: (f"{many}.5 TB", wide(f"{many}.5") + "ＴＢ")),
}
"""By type of field: an answer as the help asks for it, and the same as people write it."""
OTHERS = PLAIN.map(lambda text: (text, text))


def answer(rule: FieldRule, language: str) -> st.SearchStrategy[tuple[str, str]]:
    if rule.choices:
        names = [choice[language][0] for choice in rule.choices.values()]
        return st.sampled_from([(name, wide(name)) for name in names])
    return SAYS.get(rule.type, OTHERS)


@st.composite
def whole(draw: st.DrawFn) -> tuple[str, str, dict[str, tuple[str, str]]]:
    """A form, a language, and an answer to every question that is not read of a spreadsheet."""
    name, language = draw(st.sampled_from(sorted(RULES.forms))), draw(st.sampled_from(LANGUAGES))
    asked = [rule for rule in RULES.forms[name].fields.values() if rule.from_plan is None and rule.type != "plan"]
    return name, language, {rule.key: draw(answer(rule, language)) for rule in asked}


def understood(rule: FieldRule, text: str, language: str) -> Value | Wrong:
    return value_of(text, rule, Asking(free_mail=(), language=language))


About = tuple[str, str, dict[str, tuple[str, str]]]


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=20, deadline=None)
@given(about=whole())
def test_a_whole_form_reads_back_equal_in_every_layout(layout: str, about: About) -> None:
    check(layout, about)


@pytest.mark.long
@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=400, deadline=None)
@given(about=whole())
def test_hundreds_of_forms_read_back_equal_in_every_layout(layout: str, about: About) -> None:
    check(layout, about)


def check(layout: str, about: About) -> None:
    name, language, answers = about
    form = RULES.forms[name]
    lines = [(form.fields[key].label[language], text) for key, (_, text) in answers.items()]
    found = read_back(LAYOUTS[layout](lines), form)
    assert found.keys() == answers.keys()
    for key, (asked_for, _) in answers.items():
        rule = form.fields[key]
        (text,) = found[key]
        value = understood(rule, text, language)
        assert value == understood(rule, asked_for, language), (rule.label[language], text)
        assert not isinstance(value, Wrong) or rule.type in ("ssh_public_key", "postal_code"), value
