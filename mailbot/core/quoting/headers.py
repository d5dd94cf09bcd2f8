"""How mail programs announce what they quote: tables of reply headers, header blocks. It knows no mail as a whole and
no form.

Every test looks at lines cut to BOUND characters and is linear in them: a long line costs nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BOUND = 400
"""Characters of a line that any test here looks at."""
JOINED = 3
"""Lines over which a client may have wrapped one reply header."""

Role = Literal["reply", "forward"]


@dataclass(frozen=True, slots=True)
class Header:
    """One kind of reply header: how it starts, what it ends in; `within` must stand somewhere between. `like` is one
    of them."""

    like: str
    start: re.Pattern[str]
    end: re.Pattern[str]
    within: re.Pattern[str] | None = None

    def fits(self, text: str) -> bool:
        """Whether a text (stripped, on one line) is such a header."""
        # The end is looked for in a tail of fixed length, so that `search` from every position stays cheap.
        return (
            self.end.search(text[-60:]) is not None
            and self.start.match(text) is not None
            and (self.within is None or self.within.search(text) is not None)
        )


def _header(like: str, start: str, end: str, within: str | None = None) -> Header:
    flags = re.IGNORECASE
    return Header(
        like,
        re.compile(rf"-*\s*(?:{start})", flags),
        re.compile(rf"(?:{end})\Z", flags),
        re.compile(within, flags) if within else None,
    )


_WHO_OR_WHEN = r"\d|@"
_WHEN = r"\d{1,4}[年./-] ?\d|\d{1,2}[:.]\d\d|\d年|\b(?:19|20)\d\d\b"

_DATED = re.compile(_WHEN)
_BEGINS = re.compile(r"(?:On|At|Le|El|Il|Em|Am|Op|Den|In data|Il giorno|W dniu|Dnia)\b", re.IGNORECASE)
_SAME_LINE = re.compile(r"On\b[^<>]{0,200}\d[^<>]{0,200}<[^<>\s]{1,200}@[^<>\s]{1,200}>\s{0,3}wrote:\s", re.IGNORECASE)

REPLY_HEADERS: tuple[Header, ...] = (
    _header(  # Gmail, Apple, Mutt; Notes draws a line before and behind
        "On Wed, 1 Apr 2026 at 10:00, Desk <desk@desk.example> wrote:",
        rf"On\b|At\b|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\b|\(?(?:{_WHEN})",
        r"\b(?:wrote|writes)\s*[:：]?[\s-]*",
        _WHO_OR_WHEN,
    ),
    _header("Desk <desk@desk.example> said:", r".", r">\s*(?:wrote|writes|said)\s*[:：]"),  # Becky!, Thunderbird
    _header("Le mer. 1 avr. 2026 à 10:00, Desk a écrit\u00a0:", r"Le\b", r"a\s+écrit\s*[:：]", _WHO_OR_WHEN),
    _header("El 1/4/2026 10:00, Desk escribió:", r"El\b", r"\b(?:escribió|ha escrit)\s*[:：]", _WHO_OR_WHEN),
    _header("Il giorno 1 apr 2026, Desk ha scritto:", r"Il\b|In data\b", r"\bha\s+scritto\s*[:：]", _WHO_OR_WHEN),
    _header("Em 1 de abril de 2026, Desk escreveu:", r"Em\b|No dia\b|A\b", r"\bescreveu\s*[:：]", _WHO_OR_WHEN),
    _header("Am 01.04.2026 um 10:00 schrieb Desk:", r"Am\b", r"[:：]", r"\bschrieb\b"),
    _header("Desk <desk@desk.example> schrieb:", r".", r"\bschrieb\s*[:：]", r"[<@\d]"),
    _header("Op 1 april 2026 10:00 schreef Desk:", r"Op\b", r"[:：]", r"\bschreef\b"),
    _header(
        "W dniu 1.04.2026 o 10:00, Desk pisze:",
        r"W dniu\b|Dnia\b",
        r"\b(?:napisał|napisała|napisał\(a\)|pisze)\s*[:：]",
        _WHO_OR_WHEN,
    ),
    _header("Den 1 april 2026 skrev Desk:", r".{0,60}?\d", r"[:：]", r"\bskrev\b"),
    _header("1.4.2026 10:00, Desk kirjoitti:", r".", r"\bkirjoitti\s*[:：]", _WHO_OR_WHEN),
    _header(
        "1 апреля 2026 г., Desk написал:", r".", r"\b(?:написал|написала|пишет|написав|написала)\s*[:：]", _WHO_OR_WHEN
    ),
    _header(
        "1 Nisan 2026 10:00, Desk yazdı:",
        rf".{{0,200}}?(?:{_WHEN}|<)",
        r"\b(?:napisała?|napisał\(a\)|napsala?|napsal\(a\)|írta|yazdı|a scris|đã viết|menulis|έγραψε)\s*[:：]",
    ),
    _header("Desk 于2026年4月1日周三 10:00写道：", r".", r"(?:写道|寫道)\s*[:：]"),
    _header("2026년 4월 1일 (수) 오전 10:00, Desk님이 작성:", r".", r"작성\s*[:：]", _WHO_OR_WHEN),
    _header(  # Apple Mail
        "2026/04/01 10:00、Desk <desk@desk.example>のメッセージ",
        rf"(?:{_WHEN}).*のメッセージ",
        r"のメッセージ\s*[:：]?",
        "[@<＜、]",
    ),
    _header(  # Thunderbird, Yahoo
        "山田さんは書きました (2026/11/21 10:15)",
        r".",
        r"(?:さん|様|氏|先生|>|＞)[はが]?\s*(?:書きました|wrote)\s*(?:\([^()]{1,40}\)\s*)?[:：。]?",
    ),
    _header("山田様からのメール：", r".", r"(?:さん|様|>|＞)からの?(?:メール|メッセージ)\s*[:：]"),
    _header("Desk <desk@desk.example> のメール", r".", r"[>＞]\s*のメール\s*[:：]?"),
    _header(  # Gmail in Japanese and others: date, name, address, colon
        "2026年4月1日(水) 10:00 Desk <desk@desk.example>:", rf".{{0,60}}?(?:{_WHEN})", r"[>＞]\s*[:：]", "@"
    ),
)
"""Lines such as `On … wrote:`, in the order they are tried."""

_ENDS = tuple(
    "wrote writes said écrit escribió escrit scritto escreveu schrieb napisał napisała napisał(a) pisze skrev kirjoitti"
    " написал написала пишет написав napsal napsala napsal(a)"
    " írta yazdı yazdi scris viết menulis έγραψε 写道 寫道 작성 メッセージ 書きました メール > ＞".split()
)
_VERBS = ("schrieb", "schreef", "skrev", "書きました", "wrote")
"""What a reply header ends in, or has before its colon: a quick look that spares nearly every line the table."""
_TAIL = " \t\u00a0\u2009\u202f\u3000:：-。"
"""Signs behind the last word of a reply header; in French a space that does not break comes before the colon."""
_LAST = frozenset("-。)eEsSたジル")
"""What a reply header ends in that has no colon."""
_CLOSED = (")", ")。")
"""The same behind a date in brackets: `… wrote (2026/11/21 10:15)`."""


def may_end(line: str) -> bool:
    """Whether a line (stripped, not empty) can be the last of a reply header: a quick look."""
    last = line[-1]
    if last in ":：":
        return len(line) <= BOUND
    if last not in _LAST or len(line) > BOUND:
        return False
    return ("書きました" in line or "wrote" in line.lower()) if line.endswith(_CLOSED) else _ends(line)


def _ends(line: str) -> bool:
    return line.rstrip(_TAIL).lower().endswith(_ENDS)


def _has_verb(lines: Sequence[str]) -> bool:
    text = " ".join([line[:BOUND] for line in lines]).lower()
    return any(verb in text for verb in _VERBS)


def _promising(lines: Sequence[str]) -> bool:
    if not lines or not lines[-1] or not may_end(lines[-1]):
        return False
    return _ends(lines[-1]) or _has_verb(lines[-JOINED:])


_TITLES: dict[str, Role] = {
    "original message": "reply",
    "original appointment": "reply",
    "reply message": "reply",
    "元のメッセージ": "reply",
    "元のメール": "reply",
    "返信元メッセージ": "reply",
    "ursprüngliche nachricht": "reply",
    "original-nachricht": "reply",
    "message d'origine": "reply",
    "mensaje original": "reply",
    "messaggio originale": "reply",
    "mensagem original": "reply",
    "oorspronkelijk bericht": "reply",
    "oprindelig besked": "reply",
    "oprindelig meddelelse": "reply",
    "oryginalna wiadomość": "reply",
    "wiadomość oryginalna": "reply",
    "původní zpráva": "reply",
    "alkuperäinen viesti": "reply",
    "opprinnelig melding": "reply",
    "ursprungligt meddelande": "reply",
    "исходное сообщение": "reply",
    "原始邮件": "reply",
    "原始郵件": "reply",
    "원본 메시지": "reply",
    "forwarded message": "forward",
    "forwarded by": "forward",
    "転送メッセージ": "forward",
    "転送されたメッセージ": "forward",
    "転送メール": "forward",
    "ここから転送": "forward",
    "weitergeleitete nachricht": "forward",
    "message transféré": "forward",
    "mensaje reenviado": "forward",
    "messaggio inoltrato": "forward",
    "mensagem encaminhada": "forward",
    "doorgestuurd bericht": "forward",
    "vidarebefordrat meddelande": "forward",
    "wiadomość przekazana": "forward",
    "пересылаемое сообщение": "forward",
    "转发的邮件": "forward",
}
_TITLE_SIGNS = "-_=*＊－―─ー"
"""What programs draw around a title; each also begins a drawn line (`drawn.DRAWN_FIRST`)."""
_TITLE = re.compile(
    rf"\s*[{_TITLE_SIGNS}]{{2,}}+\s*(?P<title>{'|'.join(map(re.escape, _TITLES))})\b.{{0,120}}\Z", re.IGNORECASE
)
_BEGIN_FORWARD = re.compile(
    r"\s*(?:Begin forwarded message|以下、?転送(?:メール|します)?|転送された(?:メッセージ|メール)"
    r"|Anfang der weitergeleiteten Nachricht|Début du message (?:réexpédié|transféré)|Inicio del mensaje reenviado"
    r"|Inizio messaggio inoltrato|Início da mensagem (?:encaminhada|reencaminhada)|Begin doorgestuurd bericht"
    r"|Vidarebefordrat brev)\s*[:：]\s*\Z",
    re.IGNORECASE,
)

_FROM = "from 差出人 送信者 送信元 発信者 von de van da od från fra lähettäjä от від 发件人 寄件者 보낸사람".split()
_DATE = (
    "date sent 送信日時 日時 日付 送信日 送信済み gesendet datum envoyé fecha enviado data inviato verzonden"
    " wysłano dato skickat дата отправлено 发送时间 日期 寄件日期 보낸날짜"
).split()
_TO = "to cc bcc reply-to 宛先 an à a para aan do til till кому 收件人 抄送 收件者 받는사람 copie para".split()
_SUBJECT = (
    "subject 件名 表題 題名 betreff objet sujet asunto assunto oggetto onderwerp temat emne ämne тема 主题 主旨 제목"
).split()
_WORDS: dict[str, str] = {
    word: role
    for role, words in (("from", _FROM), ("date", _DATE), ("to", _TO), ("subject", _SUBJECT))
    for word in words
}
_EXTRA = {
    **dict.fromkeys(("envoyé le", "message du", "送信 日時", "date d'envoi", "enviada em", "보낸 날짜"), "date"),
    **dict.fromkeys(("copie à", "받는 사람"), "to"),
    "보낸 사람": "from",
}
_ROLES = {**_WORDS, **_EXTRA}


def title(line: str) -> Role | None:
    """What `-----Original Message-----` or `Begin forwarded message:` announces; None for any other line."""
    line = line[:BOUND]
    found = _TITLE.match(line)
    if found:
        return _TITLES[found["title"].lower()]
    return "forward" if _BEGIN_FORWARD.match(line) else None


def reply_header(lines: Sequence[str]) -> int:
    """How many of the last of these lines (stripped, at most JOINED) are one reply header such as `On … wrote:`."""
    if not _promising(lines):
        return 0
    text = ""
    for count, line in enumerate(reversed(lines[-JOINED:]), start=1):
        if not line or len(line) > BOUND:
            return 0
        text = f"{line} {text}" if text else line
        if any(header.fits(text) for header in REPLY_HEADERS):
            return count + _begun_above(text, lines[-JOINED:-count])
    return 0


def _begun_above(text: str, above: Sequence[str]) -> int:
    """How many lines above belong to a header that was recognised without them: the date, or an open bracket."""
    line = above[-1] if above else ""
    begun = line[-1:] in ("<", "(") or (line.endswith(",") and _BEGINS.match(line))  # and not the comma of `Dear desk,`
    dated = _DATED.search(line[:BOUND]) and not _DATED.search(text)
    return 1 if begun or dated else 0


def header_and_quote(line: str) -> bool:
    """Whether a line (stripped) is `On …, … <…> wrote:` with the first words of the quote behind it, as Yahoo's app has
    it."""
    return line[:2].lower() == "on" and _SAME_LINE.match(line[:BOUND]) is not None


def header_field(line: str) -> str | None:
    """Which field of a header block a line is (`from`, `date`, `to`, `subject`): `差出人:`, `*From:*`; else None."""
    head, colon, _ = line[:24].replace("：", ":").partition(":")
    if not colon:
        return None
    return _ROLES.get(head.strip(" *\t\u3000_").lower())


def header_block(lines: Sequence[str]) -> int:
    """How many of the first of these lines (stripped) are a header block: three fields or more, one the sender."""
    roles: set[str] = set()
    end = fields = 0
    for number, line in enumerate(lines[:14]):
        role = header_field(line)
        if role:
            roles.add(role)
            fields += 1
            end = number + 1
        elif not line or number > end + 1:  # one line may be the rest of a long field
            break
    return end if fields >= 3 and "from" in roles else 0
