"""Where passwords stand in a text: after a word for one, and what joins both. It knows no mail and no form.

A table of joints says what may stand between the word and the password, and how much the password itself has to look
like one: after a colon a plain word will do, in the middle of a sentence it has to be what no sentence has.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Span = tuple[int, int]

NARROW = {0xFF01 + sign: 0x21 + sign for sign in range(94)} | {0x3000: 0x20, 0xA0: 0x20, 0x130: 0x49, 0x131: 0x69}
"""Full-width signs as their narrow ones, the Turkish I with and i without a dot as the others: sign for sign, so that
places stay what they are."""
_OTHER_LETTERS = re.compile("[\uff21-\uff3a\uff41-\uff5a\u0130\u0131]")
"""The letters among them. To look for them takes a twentieth of the time of replacing them."""
MOST = 128
"""Characters of a password; what is longer is none that anybody types."""

_NAMES = (
    r"(?<![a-z])(?:pass[ -]?(?:word|phrase|code)s?|passwd|pwd|passwort)(?![a-z])",
    r"(?<![\w.=-])(?:pw|pass|pin(?:[ -]?(?:code|number|no\.?))?)(?![\w-])",
    r"(?<=[ぁ-んァ-ヶー一-龠])pw(?![a-z0-9_-])|(?<![\w.=-])pw(?=[はが])",
    r"パス(?:[ワヮ][ーｰ―−－-]?ド|フレーズ|コード)|ﾊﾟｽ(?:ﾜ[ｰｰ-]?ﾄﾞ|ﾌﾚｰｽﾞ|ｺｰﾄﾞ)?|(?<![ァ-ヶー])パス(?![ァ-ヶー])"
    r"|暗証(?:番号|コード)|合い?言葉",
)
_NAME = re.compile("|".join(_NAMES), re.IGNORECASE)
_HINTS = ("pass", "pwd", "pw", "pin", "パス", "ﾊﾟｽ", "暗証", "言葉")
"""One of these is in every text that has such a word: looking for them is quicker."""
_REMARK = r"(?:[ \t]?(?!\[(?:a p|パ|秘))[(\[【（][^()\[\]【】（）\n]{0,30}[)\]】）])?[ \t]?[\"'”’」』\])】>*＊]{0,3}"
_OPENING = r"[\"'“‘「『(（\[<＜{`*]{0,3}+"
_VALUE = re.compile(rf"{_OPENING}(?P<value>[!-~\u00a1-\u024f]{{3,{MOST}}})")
_PAIR = re.compile(
    r"(?:\bid|user(?:[ -]?(?:name|id))?|log-?in(?:[ -]?(?:name|id))?|account|アカウント名?|ユーザー?(?:名|ID)?)"
    r"[ \t]?(?:[/／・&＆,、]|and|と)[ \t]?$",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"[ \t]{0,2}(?:[/,、→]|->|and|or|または|と|および)[ \t]{0,2}")
_ENDS = re.compile(r"[ \t]*(?:$|[\n.,;:!?()\[\]{}<>|\"'”’」』。、・]|[ \t]{2}|\t|/|[^\x00-\u02ff])")
_LABEL_NEXT = re.compile(r"[ \t]+[^\s:=]{1,20}(?: [^\s:=]{1,20})?[ \t]?[:=]")
_SAYS_SO = re.compile(
    r"[ \t]?[」』”\"']?[ \t]?(?:です|でした|だ|でござい|になります|となります|に設定|に変更|にし|と設定|と登録|。|$|\n)"
)
_LINK = re.compile(r"(?:https?|ftp|mailto):|www\.|~?/[a-z]|[a-z]:[\\/]", re.IGNORECASE)
_AMBIGUOUS = re.compile(r"pass|pin.*|パス|ﾊﾟｽ", re.IGNORECASE)
_ALLOWS = re.compile(
    r"(?:^|[\n/,;|、・(\[{【「<\t&>■□◆●○◎*=)）.:]"
    r"|(?:and|my|your|our|the|login|zip|initial|old|new|と|の|初期|新|旧|仮))[ \t]*$",
    re.IGNORECASE,
)
_NEVER = frozenset(
    """yes no none nil null n/a true false both only either neither known unknown forgotten forgot lost missing hidden
    removed redacted masked omitted withheld blank empty unchanged unset same later attached enclosed above below
    following follows required optional mandatory necessary needed reset change changed changes changing renewal new
    old initial current temporary expired invalid incorrect wrong correct right valid weak strong safe unsafe secure
    insecure locked blocked rejected refused accepted disabled enabled please help see not don't dont cannot can't
    issue issues problem problems question questions enquiry inquiry request requests urgent login account email mail
    letter post form general user name password passwords protected too the that this what which when where how why
    you your mine our his her their its i'll i've i'm it's is are was were and but for from with without here there
    something nothing anything todo tbd tba secret case-sensitive ready fine okay""".split()
)
"""What people write after such a word that is no password."""
_PREDICATE = re.compile(r"(?:ed|ing|able|ible|ary|ive|ful|less|ous|ent|ly)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What stands where a password would: `value` at `start`, in the narrow text; `name` is the word before it."""

    text: str
    name: str
    value: str
    start: int

    @property
    def stop(self) -> int:
        return self.start + len(self.value)

    @property
    def quoted(self) -> bool:
        """Whether it stands in quotation marks."""
        return self.text[self.start - 1 : self.start] in tuple("\"'“‘「『`")

    @property
    def ends(self) -> bool:
        """Whether nothing more of the same sentence follows on its line."""
        return _ENDS.match(self.text, self.stop) is not None


def _empty(value: str) -> bool:
    """A row of one sign, or of signs without letter and digit: what stands in a form, or for a hidden password."""
    return len(set(value)) == 1 or (len(set(value)) == 2 and not any(map(str.isalnum, value)))


def _never(value: str) -> bool:
    first = re.split(r"[,;/.:!?]", value, maxsplit=1)[0] if value[:1].isalnum() else value
    return first.casefold() in _NEVER or value.casefold() in _NEVER or _LINK.match(value) is not None


def _strange(value: str) -> bool:
    """Whether no word of a sentence looks like this: letters with digits, with signs or capitals inside."""
    letter, digit = any(map(str.isalpha, value)), any(map(str.isdigit, value))
    inside = value[1:-1]
    signs = re.search(r"[^\w\s./'’,:;()-]", inside) is not None
    return (letter and digit) or (letter and signs) or re.search(r"[a-z][A-Z]", value) is not None


def _digits(value: str) -> bool:
    return value.isdigit() and len(value) >= 4


def _written(found: Candidate) -> bool:
    """Behind a colon: anything that stands there alone; in front of more words only what is strange."""
    if found.name.startswith("pin") and not _digits(found.value):
        return _strange(found.value)
    alone = found.ends or _LABEL_NEXT.match(found.text, found.stop) is not None
    return alone or found.quoted or _strange(found.value) or _digits(found.value)


def _told(found: Candidate) -> bool:
    """In a sentence (`my password is …`): what is strange or quoted, or the last word that says nothing of it."""
    last = found.ends and not _PREDICATE.search(found.value) and found.value.isascii()
    return _strange(found.value) or _digits(found.value) or found.quoted or last


def _told_in_japanese(found: Candidate) -> bool:
    says_so = _SAYS_SO.match(found.text, found.stop) is not None
    return _strange(found.value) or found.quoted or says_so


def _changed(found: Candidate) -> bool:
    return _strange(found.value) or (found.quoted and found.ends)


def _beside(found: Candidate) -> bool:
    """With nothing between them (`with password hunter2`): small letters and digits, and not few."""
    value, sure = found.value, not _AMBIGUOUS.fullmatch(found.name)
    return (
        sure and len(value) >= 6 and any(map(str.isdigit, value)) and any(map(str.islower, value)) and _strange(value)
    )


def _below(found: Candidate) -> bool:
    """On a line of its own below: strange, and nothing else on that line."""
    return _strange(found.value) and re.match(r"[ \t]*(?:$|\n)", found.text[found.stop : found.stop + 80]) is not None


def _sent(found: Candidate) -> bool:
    """On a line of its own below the words that it is sent with this mail, as people do who send a locked file: letters
    with digits, and not few; no address."""
    letter, digit = any(map(str.isalpha, found.value)), any(map(str.isdigit, found.value))
    return letter and digit and len(found.value) >= 6 and "@" not in found.value and _below(found)


@dataclass(frozen=True, slots=True)
class Joint:
    """What may stand between the word and the password, and whether what follows is a password then."""

    between: re.Pattern[str]
    judge: Callable[[Candidate], bool]


def _joint(between: str, judge: Callable[[Candidate], bool]) -> Joint:
    return Joint(re.compile(between, re.IGNORECASE), judge)


_CLOSING = r"[」』】\])\"'”]{0,2}"
_POINTS = r"(?:[^\n]{0,40}(?:follows|below|following|以下|次|下記)[^\n]{0,20})?"
_SENT = r"を?(?:お送り|お知らせ|ご?連絡|ご?通知|お伝え)(?:いた|致)?しま[^\n]{0,6}"
JOINTS = (
    _joint(rf"{_CLOSING}{_POINTS}[ \t]{{0,4}}[:.。]?[ \t]*(?:\n[ \t>＞|]*){{1,2}}", _below),
    _joint(rf"{_SENT}[ \t]*(?:\n[ \t>＞|]*){{1,2}}", _sent),
    _joint(rf"{_REMARK}[ \t]{{0,4}}(?:[:=]{{1,2}}>?|->|→|⇒|\|)[ \t]*", _written),
    _joint(rf"{_REMARK}(?:[ \t]*\t[ \t]*|[ ]{{2,20}})", _written),
    _joint(r"(?:は|が)[、:]?[ \t]*", _told_in_japanese),
    _joint(r"(?:を|に)[ \t]*", _changed),
    _joint(r"[ \t](?:[a-z'-]{1,20}[ \t]){0,5}?(?:is|was|are|be|being)[ \t]?[:=]?[ \t]+", _told),
    _joint(r"[ \t](?:[a-z'-]{1,20}[ \t]){0,4}?to[ \t]+", _changed),
    _joint(r"[」』】\])\"'”]{1,2}[ \t]*", _written),
    _joint(r"[ \t]", _beside),
)
"""Tried in this order; the first that fits and whose judge agrees says where the password is."""


def _hinted(text: str) -> bool:
    """Whether it has a hint, of which full-width letters are letters."""
    letters = text.translate(NARROW) if _OTHER_LETTERS.search(text) else text
    return any(map(letters.casefold().__contains__, _HINTS))


def passwords(text: str) -> list[Span]:
    """Where passwords stand, in order and apart from each other. Linear time: only so much is looked at behind each
    word for one."""
    if not _hinted(text):
        return []
    narrow, spans, floor = text if text.isascii() else text.translate(NARROW), list[Span](), 0
    for name in _NAME.finditer(narrow):
        if name.start() < floor or not _is_name(narrow, name):
            continue
        for span in _behind(narrow, name):
            spans.append(span)
            floor = span[1]
    return spans


def _is_name(text: str, name: re.Match[str]) -> bool:
    """Whether the word means a password: `pass` and `pin` have other meanings in the middle of a sentence."""
    sure = _AMBIGUOUS.fullmatch(name[0]) is None
    return sure or _ALLOWS.search(text, max(0, name.start() - 12), name.start()) is not None


def _behind(text: str, name: re.Match[str]) -> Iterator[Span]:
    found = next(filter(None, (_through(text, name, joint) for joint in JOINTS)), None)
    if found is None:
        return
    stop = _stop(text, name, found)
    yield found.start, stop
    while another := _ANOTHER.match(text, stop):
        value = _VALUE.match(text, another.end())
        if value is None or not _strange(value["value"]) or _never(value["value"]):
            return
        stop = value.start("value") + len(_trimmed(value["value"]))
        yield value.start("value"), stop


def _stop(text: str, name: re.Match[str], found: Candidate) -> int:
    """Where it ends: with the line where a name of an account was asked with it, or if it is a phrase."""
    phrase = "phrase" in found.name and not found.ends and not _strange(found.value)
    if phrase or _in_pair(found, name):
        line = text.find("\n", found.start, found.start + MOST)
        return found.start + len(text[found.start : line if line >= 0 else found.start + MOST].rstrip())
    return found.stop


def _through(text: str, name: re.Match[str], joint: Joint) -> Candidate | None:
    between = joint.between.match(text, name.end(), name.end() + 2 * MOST)
    value = _VALUE.match(text, between.end()) if between else None
    if value is None:
        return None
    written = _trimmed(value["value"])
    found = Candidate(text, name[0].casefold(), written, value.start("value"))
    if len(written) < 3 or _empty(written) or _never(written):
        return None
    plainly = joint.judge is _written and (_phrase(found) or _in_pair(found, name))
    return found if plainly or joint.judge(found) else None


def _phrase(found: Candidate) -> bool:
    """A passphrase of several plain words."""
    line = found.text[found.start : found.start + MOST].partition("\n")[0]
    return "phrase" in found.name and 3 <= len(line.split()) <= 10 and line.islower()


def _in_pair(found: Candidate, name: re.Match[str]) -> bool:
    """Asked for together with the name of an account, and answered with no more than both."""
    line = found.text[found.start : found.start + MOST].partition("\n")[0]
    return len(line.split()) <= 3 and _PAIR.search(found.text, max(0, name.start() - 20), name.start()) is not None


def _trimmed(value: str) -> str:
    """Without what belongs to the sentence around it."""
    return value.rstrip(".,;()[]{}<>\"'`*")
