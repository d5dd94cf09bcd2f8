"""What a center publishes: pages that stand alone, say what the rules say, and have the blank that the desk reads."""

import os
import re
import stat
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from mailbot import desks
from mailbot.cli import main
from mailbot.core.blank import blank
from mailbot.core.commands import PARTICIPANTS
from mailbot.core.decide.others import asked_for
from mailbot.core.reading import read
from mailbot.core.rules import Rules
from mailbot.core.rulesets import build
from mailbot.edge.config import rule_texts, shipped
from mailbot.views.pages import FRONT, marker, pages
from mailbot.views.pages.frame import POLICY
from mailbot.views.pages.style import STYLE

LOAN = """\
[title]
en = "Loan of <b>tapes</b> & disks"
ja = "媒体の貸出"

[summary]
en = "For whoever needs <script>alert('summary')</script> a tape."
ja = "媒体をお貸しします。"

[people.applicant]
email = "email"
name = ["name"]

[people.responsible]
email = "boss"
name = ["name"]

[season]
begins = "11-01"
ends = "02-28"

[[closed]]
when = {field = "kind", is = "disk"}
since = "2026-02-01"
instead = {kind = "tape"}
notice.en = "Disks are all lent; \\"tapes\\" <script>alert('notice')</script> are there."
notice.ja = "ディスクはすべて貸出中です。"

[says.page]
en = \"\"\"
Bring your card.
The store is in the cellar.\"\"\"
ja = "身分証をお持ちください。"

[says.page_document]
en = "A FAX will do."
ja = "FAXでも結構です。"

[fields.name]
required = true
label = {en = "Name", ja = "氏名"}
help = {en = "As on your card:\\n<i>all of it</i> & more.", ja = "身分証のとおりに。"}
example = {en = "Taro </pre><script>alert('example')</script>", ja = "例示 太郎"}

[fields.email]
type = "email"
institution = true
label = {en = "Email", ja = "メール"}

[fields.boss]
type = "email"
required = true
label = {en = "Boss", ja = "上司"}

[fields.kind]
type = "choice"
required = true
label = {en = "Kind", ja = "種類"}

[fields.kind.choices.tape]
en = ["tape <1 TB>", "tape"]
ja = ["テープ"]

[fields.kind.choices.disk]
en = ["disk"]
ja = ["ディスク"]

[fields.abroad]
type = "country"
label = {en = "Country", ja = "国"}

[fields.permit]
required = true
label = {en = "Permit", ja = "許可番号"}
when = {any = [
  {all = [{field = "abroad", empty = false}, {field = "abroad", is_not = "JP"}]},
  {field = "kind", is = "disk"},
]}

[fields.crate]
label = {en = "Crate", ja = "箱"}
required = true
when = {all = [{field = "kind", is = "disk"}, {any = [{field = "name", is = "A"}, {field = "name", is = "B"}]}]}

[documents.slip]
title = {en = "Loan slip", ja = "借用書"}
signer = "responsible"
when = {field = "kind", is_not = "tape"}

[[steps]]
kind = "fields"
remind = 3
limit = 10

[[steps]]
kind = "consent"
shows = ["name", "kind"]
remind = 1
limit = 7
after = "go_on"

[[steps]]
kind = "document"
documents = ["slip"]
limit = 12

[[steps]]
kind = "review"
title = {en = "It is being read.", ja = "拝見しています。"}
limit = 1
counted = "completed"

[[steps]]
kind = "task"
title = {en = "Handing out", ja = "お渡し"}
task = {en = "TELL THE STORE", ja = "倉庫に連絡"}
limit = 4

[[steps]]
kind = "wait"
limit = 30
ends = {en = ["tape came"], ja = ["届きました"]}
"""


@cache
def texts() -> dict[str, str]:
    found = rule_texts(shipped() / "rules", shipped() / "templates")
    return {**found, "rules/loan.toml": LOAN}


@cache
def rules() -> Rules:
    built = build(texts())
    assert isinstance(built, Rules), "\n".join(map(str, built))
    return built


@cache
def made() -> dict[str, str]:
    return dict(pages(rules()))


VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """A page as a browser takes it apart: elements in order, texts, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == [], "elements are left open"

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((name, dict(attributes)))
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name, f"</{name}> closes another element"

    def handle_data(self, data: str) -> None:
        if self.open:
            self.words.append((self.open[-1], data))

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name in names]

    def values(self, attribute: str) -> list[str]:
        return [attributes[attribute] or "" for _, attributes in self.elements if attribute in attributes]

    def text(self, inside: str = "") -> str:
        shown = (word for name, word in self.words if name not in ("style", "script") and inside in ("", name))
        return "".join(shown) if inside else " ".join(" ".join(shown).split())


def names() -> list[str]:
    return sorted(made())


@cache
def page(name: str) -> Page:
    return Page(made()[name])


def languages() -> tuple[str, ...]:
    return rules().desk.languages


def forms() -> list[tuple[str, str]]:
    return [(form, language) for form in rules().forms for language in languages()]


def test_there_is_a_page_for_every_form_and_language_and_a_list_in_each() -> None:
    expected = {f"{name}.{language}.html" for name in ("index", *rules().forms) for language in languages()}
    assert made().keys() == expected | {FRONT}
    assert made()[FRONT] == made()[f"index.{languages()[0]}.html"]


@pytest.mark.parametrize("name", names())
def test_a_page_is_sound_and_in_its_language(name: str) -> None:
    text, found = made()[name], page(name)
    assert text.startswith(f"<!doctype html>\n{marker(rules().desk.name)}\n<html lang=")
    language = languages()[0] if name == FRONT else name.split(".")[1]
    assert found.of("html") == [{"lang": language}]
    assert {"charset": "utf-8"} in found.of("meta")
    assert any(meta.get("name") == "viewport" for meta in found.of("meta"))
    ids = found.values("id")
    assert len(ids) == len(set(ids))
    assert found.text("title").strip()


@pytest.mark.parametrize("name", names())
def test_headings_come_in_order(name: str) -> None:
    levels = [int(name[1]) for name, _ in page(name).elements if re.fullmatch("h[1-6]", name)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", names())
def test_nothing_is_loaded_from_outside_and_links_lead_somewhere(name: str) -> None:
    found = page(name)
    assert not found.values("src")
    assert not re.search(r"https?:|url\(|@import|//", made()[name]), "an address outside"
    for link in found.values("href"):
        if link.startswith("#"):
            assert link[1:] in found.values("id")
        else:
            assert link.startswith("mailto:") or link in made()
    for referred in ("aria-labelledby",):
        assert set(found.values(referred)) <= set(found.values("id"))


@pytest.mark.parametrize("name", names())
def test_the_policy_lets_only_the_style_and_script_of_the_page_itself(name: str) -> None:
    found = page(name)
    assert {"http-equiv": "Content-Security-Policy", "content": POLICY} in found.of("meta")
    assert POLICY.startswith("default-src 'none';")
    assert "unsafe" not in POLICY
    assert len(found.of("script")) == len(found.of("style")) == 1
    assert not [key for _, attributes in found.elements for key in attributes if key.startswith("on") or key == "style"]


@pytest.mark.parametrize(("form", "language"), forms())
def test_the_blank_on_the_page_is_the_one_that_the_desk_reads(form: str, language: str) -> None:
    shown = page(f"{form}.{language}.html").text("pre")
    assert shown == blank(rules().forms[form], language)


def test_a_blank_copied_from_the_page_and_filled_in_is_read() -> None:
    copied = page("loan.en.html").text("pre")
    filled = copied.replace("Name *:", "Name *: Taro Iden").replace("Kind *:", "Kind *: tape")
    answers = read(filled, rules().forms["loan"], answers_ours=False).answers
    assert {key: texts for key, texts in answers.items() if any(texts)} == {"name": ("Taro Iden",), "kind": ("tape",)}


@pytest.mark.parametrize("name", ["loan.en.html", "index.en.html"])
def test_markup_in_rules_is_only_text(name: str) -> None:
    found = page(name)
    assert len(found.of("script")) == 1
    assert not found.of("b", "i") or name != "index.en.html"
    assert "Loan of <b>tapes</b> & disks" in found.text()
    assert "<script>alert('summary')</script>" in found.text()
    assert "<script>alert" not in made()[name]


def test_a_form_says_what_its_rules_say() -> None:
    said = page("loan.en.html").text()
    for sentence in (
        "Bring your card. The store is in the cellar.",
        "Accepted in part Not accepted since 1 February 2026: applications in which “Kind” is “disk”.",
        "Disks are all lent; \"tapes\" <script>alert('notice')</script> are there.",
        "Please apply from 1 November to 28 February.",
        "Name required As on your card: <i>all of it</i> & more.",
        "Example: Taro </pre><script>alert('example')</script>",
        "Email optional",
        "One of: tape <1 TB> / disk",
        "Permit required if “Country” is not “Japan”, or “Kind” is “disk”",
        "Crate required for some",
        "Send it from your own address at your institution",
    ):
        assert sentence in said, sentence


def test_the_steps_are_told_with_their_days() -> None:
    said = page("loan.en.html").text()
    for sentence in (
        "If we hear nothing for 3 working days, we send a reminder. If we hear nothing for 10 working days, the",
        "our mail shows only: Name, Kind. They answer AGREE or DECLINE . If we hear nothing for 1 working day, we send",
        "If we hear nothing for 7 working days, we go on without.",
        "Loan slip, by the responsible person only if “Kind” is not “tape <1 TB>”",
        "or a PDF with a digital signature. A FAX will do.",
        "Decision It is being read. A member of staff reads",
        "no longer than 1 working day after the application is complete.",
        "Handing out A member of staff carries it out. This normally takes no longer than 4 working days.",
        "reply with “ tape came ” on a line of its own. If we hear nothing for 30 working days, we take it that all is",
    ):
        assert sentence in said, sentence
    assert "TELL THE STORE" not in said, "what clerks are told to do is theirs"


def test_the_japanese_page_says_the_same() -> None:
    said = page("loan.ja.html").text()
    for sentence in (
        "2026年2月1日から、「種類」が「ディスク」の申請は受け付けておりません。",
        "11月1日から2月28日までにお申し込みください。",
        "許可番号 「国」が「日本」以外、または「種類」が「ディスク」の場合は必須",
        "箱 一部の方は必須",
        "次のいずれか： テープ ／ ディスク",
        "申請に必要なものがそろってから1営業日以内に行います。",
        "借用書（責任者が署名） 「種類」が「テープ」以外の場合のみ",
    ):
        assert sentence in said, sentence


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_words_one_may_write_are_those_the_desk_knows(language: str) -> None:
    with_consent, without = page(f"loan.{language}.html").text(), page(f"renewal.{language}.html").text()
    words = {word.keyword: word.usage[language] for word in PARTICIPANTS}
    assert all(words[keyword] in with_consent for keyword in ("AGREE", "DECLINE", "STATUS", "WITHDRAW", "HELP"))
    assert all(words[keyword] in without for keyword in ("STATUS", "WITHDRAW", "HELP"))
    assert words["DECLINE"] not in without
    assert words["OBJECT"] in page(f"close-account.{language}.html").text()


def mails(name: str) -> list[tuple[str, dict[str, str]]]:
    links = [urlsplit(link) for link in page(name).values("href") if link.startswith("mailto:")]
    assert all("+" not in link.query for link in links), "RFC 6068 has no + for a space"
    return [(unquote(link.path), {key: one for key, (one,) in parse_qs(link.query).items()}) for link in links]


@pytest.mark.parametrize(("form", "language"), forms())
def test_the_link_begins_a_mail_whose_subject_brings_the_form(form: str, language: str) -> None:
    found = mails(f"{form}.{language}.html")
    assert {address for address, _ in found} == {rules().desk.address}
    subject = rules().forms[form].title[language]
    (headers,) = [headers for _, headers in found if headers]
    assert headers["subject"] == subject
    assert asked_for(subject, "", rules().forms) == form, "an empty mail with this subject is answered with the blank"
    assert all(len(link) <= 1800 for link in page(f"{form}.{language}.html").values("href"))


def test_a_short_blank_stands_in_the_link_and_a_long_one_does_not() -> None:
    (short,) = [headers for _, headers in mails("renewal.en.html") if headers]
    assert short["body"].replace("\r\n", "\n").rstrip("\n") == blank(rules().forms["renewal"], "en")
    (long,) = [headers for _, headers in mails("new-account.en.html") if headers]
    assert long.keys() == {"subject"}


def test_the_list_has_every_form_and_leads_to_it() -> None:
    found = page("index.ja.html")
    said = found.text()
    for name, form in rules().forms.items():
        assert form.title["ja"] in said
        assert f"{name}.ja.html" in found.values("href")
    assert "媒体の貸出 媒体をお貸しします。 一部受付停止中 11月1日から2月28日まで" in said


def test_each_page_leads_to_itself_in_the_other_language() -> None:
    assert {"href": "loan.ja.html", "lang": "ja", "hreflang": "ja"} in page("loan.en.html").of("a")
    assert {"href": "index.en.html", "lang": "en", "hreflang": "en"} in page("index.ja.html").of("a")


def test_a_form_that_is_not_accepted_at_all_is_explained_without_blank() -> None:
    whole = LOAN.replace('when = {field = "kind", is = "disk"}\nsince', "since").replace(
        'instead = {kind = "tape"}\n', ""
    )
    built = build({**texts(), "rules/loan.toml": whole})
    assert isinstance(built, Rules), "\n".join(map(str, built))
    published = pages(built)
    found = Page(published["loan.en.html"])
    assert "Not accepted at present Applications have not been accepted since 1 February 2026." in found.text()
    assert not found.of("pre", "button")
    listed = [link for link in Page(published["index.en.html"]).values("href") if "Loan" in unquote(link)]
    assert listed == []


def test_the_same_rules_give_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    shipped_ones = build({path: text for path, text in texts().items() if path != "rules/loan.toml"})
    assert isinstance(shipped_ones, Rules)
    elsewhere("mailbot pages there", tmp_path, PYTHONHASHSEED="7")
    written = {path.name: path.read_bytes() for path in (tmp_path / "there").iterdir()}
    assert written == {name: text.encode() for name, text in pages(shipped_ones).items()}


def channel(part: str) -> float:
    value = int(part, 16) / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    digits = "".join(sign * 2 for sign in colour[1:]) if len(colour) == 4 else colour[1:]
    red, green, blue = (channel(digits[at : at + 2]) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_texts_can_be_told_from_what_is_behind_them(scheme: int) -> None:
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})\b", re.findall(r":root\{(.*?)\}", STYLE, re.DOTALL)[scheme]))
    for ink in ("ink", "soft", "link", "mark", "good"):
        for behind in ("paper", "box"):
            bright, dim = sorted((luminance(colours[ink]), luminance(colours[behind])), reverse=True)
            assert (bright + 0.05) / (dim + 0.05) >= 4.5, (ink, behind)


class Told(Protocol):
    def __call__(self, *words: str, cwd: Path, code: int = 0) -> str: ...


@pytest.fixture
def mailbot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """A command as it is typed in a folder: what it says, once its exit code is as expected."""

    def run(*words: str, cwd: Path, code: int = 0) -> str:
        monkeypatch.chdir(cwd)
        done = main(words)
        said = "".join(capsys.readouterr())
        assert done == code, said
        return said

    return run


def elsewhere(command: str, cwd: Path, **environment: str) -> list[str]:
    """The lines of a command in a process of its own."""
    env = {**os.environ, **environment}
    run = ["sh", "-c", command.replace("mailbot", f"exec {sys.executable} -m mailbot")]
    done = subprocess.run(run, cwd=cwd, capture_output=True, text=True, timeout=60, check=True, env=env)
    return done.stdout.splitlines()


def a_desk(tmp_path: Path) -> Path:
    list(desks.init(tmp_path / "desk"))
    return tmp_path / "desk"


# --- sentences of a center's own ---


@pytest.mark.parametrize(
    ("old", "new", "key", "found", "wanted"),
    [
        ("[blank]\n", "[blnk]\n", "blnk", "the unknown key `blnk`", "`blank`, probably"),
        ('copied = "Copied."', 'copid = "Copied."', "blank.copid", "the unknown key `copid`", "`copied`, probably"),
        ('copied = "Copied."', "", "blank.copied", "nothing", "a sentence"),
        ('copied = "Copied."', 'copied = ""', "blank.copied", "nothing", "a sentence"),
        ('copied = "Copied."', "copied = 3", "blank.copied", "3", "a text in quotes"),
        ('{number} working days"', '{numbr} working days"', "steps.days", "the place {numbr}", "`number`, probably"),
        ('forms = "All forms"', 'forms = "{all}"', "page.forms", "the place {all}", "no place in braces here"),
        ('forms = "All forms"', 'forms = "{"', "page.forms", "braces that do not belong together", "{name}, or {{"),
    ],
)
def test_check_names_what_is_wrong_in_the_sentences(old: str, new: str, key: str, found: str, wanted: str) -> None:
    file = "templates/en/pages.toml"
    assert texts()[file].count(old) == 1
    problems = build({**texts(), file: texts()[file].replace(old, new)})
    assert isinstance(problems, tuple)
    problem = next(problem for problem in problems if problem.key == key)
    assert (problem.file, problem.found) == (file, found)
    assert problem.wanted.startswith(wanted)


def test_a_language_without_sentences_is_named_and_so_is_a_form_in_the_place_of_the_list() -> None:
    given = {**texts(), "rules/index.toml": LOAN.replace("Loan", "Another loan").replace("媒体の貸出", "貸出")}
    del given["templates/ja/pages.toml"]
    problems = build(given)
    assert isinstance(problems, tuple)
    assert {problem.file for problem in problems} == {"templates/ja/pages.toml", "rules/index.toml"}


def test_a_desk_may_publish_nothing(tmp_path: Path, mailbot: Told) -> None:
    built = build({path: text for path, text in texts().items() if not path.endswith("pages.toml")})
    assert isinstance(built, Rules)
    assert built.pages == {}
    desk = a_desk(tmp_path)
    for path in (desk / "templates").rglob("pages.toml"):
        path.unlink()
    said = mailbot("pages", "out", cwd=desk, code=2)
    assert "templates/en/pages.toml" in said
    assert not (desk / "out").exists()


def test_a_center_changes_a_sentence_without_python(tmp_path: Path, mailbot: Told) -> None:
    desk = a_desk(tmp_path)
    file = desk / "templates" / "en" / "pages.toml"
    text = file.read_text(encoding="utf-8").replace('own = ""', 'own = "Ring <twice>.\\nWe are in room 7 & 8."')
    file.write_text(text, encoding="utf-8")
    mailbot("pages", "out", cwd=desk)
    assert "<p>Ring &lt;twice&gt;.</p><p>We are in room 7 &amp; 8.</p>" in (desk / "out" / FRONT).read_text("utf-8")


# --- the command ---


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_pages_are_written_for_everybody_to_read_whatever_the_umask(tmp_path: Path) -> None:
    lines = elsewhere("umask 077; mailbot pages public/forms", tmp_path)
    folder = tmp_path / "public" / "forms"
    assert all(line.startswith("wrote   public/forms/") for line in lines)
    assert {path.name for path in folder.iterdir()} == {line.split("/")[-1] for line in lines}
    assert modes(folder) == {0o644}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_a_second_run_keeps_what_is_the_same_and_removes_pages_of_forms_that_are_gone(
    tmp_path: Path, mailbot: Told
) -> None:
    desk = a_desk(tmp_path)
    out = desk.parent / "out"
    (desk / "rules" / "loan.toml").write_text(LOAN, encoding="utf-8")
    mailbot("pages", str(out), cwd=desk)
    (out / "renewal.en.html").write_text(f"<!doctype html>\n{marker('HELPDESK')}\nan older page\n", encoding="utf-8")
    (out / "ours.html").write_text("<p>a page of the center's own</p>", encoding="utf-8")
    (out / "other.html").write_text(f"<!doctype html>\n{marker('OTHER')}\n", encoding="utf-8")
    (desk / "rules" / "loan.toml").unlink()
    said = mailbot("pages", str(out), cwd=desk)
    assert f"wrote   {out}/renewal.en.html" in said
    assert f"kept    {out}/renewal.ja.html" in said
    assert f"removed {out}/loan.en.html" in said
    assert not list(out.glob("loan.*"))
    assert (out / "ours.html").exists()
    assert (out / "other.html").exists(), "another desk's page"
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_a_file_that_it_did_not_make_is_not_written_over_and_nothing_else_is_written(
    tmp_path: Path, mailbot: Told
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "renewal.ja.html").write_text("<p>ours</p>")
    said = mailbot("pages", "out", cwd=tmp_path, code=2)
    assert "out/renewal.ja.html" in said
    assert [path.name for path in out.iterdir()] == ["renewal.ja.html"]
    (out / "renewal.ja.html").unlink()
    (tmp_path / "elsewhere.html").write_text(f"<!doctype html>\n{marker('HELPDESK')}\n")
    (out / "index.html").symlink_to(tmp_path / "elsewhere.html")
    assert "out/index.html" in mailbot("pages", "out", cwd=tmp_path, code=2)


@pytest.mark.parametrize("folder", ["state", "state/pages", "rules/pages", ".", "..", "state/../state/x"])
def test_nothing_private_is_published(tmp_path: Path, folder: str, mailbot: Told) -> None:
    desk = a_desk(tmp_path)
    before = sorted(path for path in tmp_path.rglob("*"))
    assert "wanted a folder of its own" in mailbot("pages", folder, cwd=desk, code=2)
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path, mailbot: Told) -> None:
    (tmp_path / "file").write_text("")
    assert "that is a file" in mailbot("pages", "file", cwd=tmp_path, code=2)
    assert "not everything was written" in mailbot("pages", "file/below", cwd=tmp_path, code=1)
