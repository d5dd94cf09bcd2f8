"""The keywords clerks may write, one table: each row carries its words, what follows it, who may write it and when,
and its help. It carries nothing out and reads no mail."""

from dataclasses import dataclass
from typing import Literal

from mailbot.core.events import Tier

Verb = Literal[
    "ACCEPT",
    "REJECT",
    "RECEIVED",
    "POSTED",
    "DONE",
    "REPLY",
    "ASK",
    "SET",
    "ALLOW",
    "VOUCH",
    "CLOSE",
    "REOPEN",
    "DUPLICATE",
    "ASSIGN",
    "HOLD",
    "RESUME",
    "NOTE",
    "SHOW",
    "SECOND",
    "CONFIRM",
    "QUEUE",
    "HELP",
]
Takes = Literal["nothing", "perhaps", "perhaps_text", "line", "text", "line_and_text", "code_or_text", "terms"]
Needs = Literal["any", "open", "review", "closed"]


@dataclass(frozen=True, slots=True)
class Row:
    """One command: how it may be written (`words`), what follows it, which role a clerk needs, how the case has to
    stand, and its usage and help per language.

    `takes` is what follows the word: nothing; perhaps the terms of an acceptance (`reading.terms`); perhaps something
    on its line; perhaps a text, on its line or below the block; something on its line; a text, there or below;
    something on its line, and perhaps a text below; a text, there or below, or a code on its line and perhaps a text
    below. `decides` marks those of which a block has only one, `moves` those after which the case may go on to its next
    step. `tier` is how sure the desk has to be who wrote (docs/trust.md). `alone` is set where it answers a letter in a
    mail of its own (at the shell it is refused): the code of words.toml (table `reasons`) that says so.
    """

    verb: Verb
    words: tuple[str, ...]
    takes: Takes
    role: Literal["read", "decide"]
    needs: Needs
    usage: dict[str, str]
    help: dict[str, str]
    decides: bool = False
    moves: bool = False
    tier: Tier = "2"
    alone: str = ""


COMMANDS: tuple[Row, ...] = (
    Row(
        "ACCEPT",
        ("accept", "承認", "承認します"),
        "terms",
        "decide",
        "review",
        {"en": "ACCEPT (AS login) (UNTIL date)", "ja": "承認（アカウント名 名前）（期限 日付）"},
        {"en": "the application is accepted", "ja": "申請を承認します"},
        decides=True,
        moves=True,
    ),
    Row(
        "REJECT",
        ("reject", "却下", "却下します"),
        "code_or_text",
        "decide",
        "review",
        {"en": "REJECT reason or code", "ja": "却下 理由または理由コード"},
        {"en": "rejected; whoever takes part gets the reason", "ja": "却下し、理由を関係者に伝えます"},
        decides=True,
    ),
    Row(
        "RECEIVED",
        ("received", "受領", "受領しました"),
        "line",
        "decide",
        "open",
        {"en": "RECEIVED FAX (or PLEDGE, SCAN, POST) date", "ja": "受領 FAX（誓約書、郵送など） 日付"},
        {"en": "a signed paper came", "ja": "署名済み書類の到着を記録します"},
        moves=True,
    ),
    Row(
        "POSTED",
        ("posted", "発送", "発送しました"),
        "line",
        "decide",
        "open",
        {"en": "POSTED CERT number (FOR user)", "ja": "発送 番号（対象 利用者）"},
        {"en": "it went by post under this number", "ja": "発送した番号を記録します"},
        moves=True,
    ),
    Row(
        "DONE",
        ("done", "完了", "完了しました"),
        "perhaps",
        "decide",
        "open",
        {"en": "DONE (task)", "ja": "完了（作業名）"},
        {"en": "what waits, or the task that is named, is done", "ja": "作業の完了を記録します"},
        moves=True,
    ),
    Row(
        "REPLY",
        ("reply", "返信", "返信します"),
        "text",
        "decide",
        "any",
        {"en": "REPLY text", "ja": "返信 本文"},
        {
            "en": "the text, also below a blank line, goes to the applicant",
            "ja": "本文（空行の下でも可）を申請者に送ります",
        },
        moves=True,
    ),
    Row(
        "ASK",
        ("ask", "確認依頼", "差戻し", "差し戻し", "差戻", "差戻します", "差し戻します"),
        "line_and_text",
        "decide",
        "open",
        {"en": "ASK field, field", "ja": "確認依頼 項目、項目"},
        {"en": "the applicant is asked again; text below is added", "ja": "再確認を頼みます（空行の下に添え書き可）"},
        decides=True,
    ),
    Row(
        "SET",
        ("set", "訂正", "訂正します"),
        "line_and_text",
        "decide",
        "open",
        {"en": "SET field = value", "ja": "訂正 項目＝内容"},
        {"en": "a field is corrected; the applicant is told", "ja": "項目を訂正し、申請者に知らせます"},
    ),
    Row(
        "ALLOW",
        ("allow", "許可", "許可します"),
        "line",
        "decide",
        "open",
        {"en": "ALLOW field reason", "ja": "許可 項目 理由"},
        {"en": "its value counts, as an exception", "ja": "記入内容を例外として認めます"},
        moves=True,
    ),
    Row(
        "VOUCH",
        ("vouch", "保証", "保証します"),
        "line",
        "decide",
        "open",
        {"en": "VOUCH responsible (or the address)", "ja": "保証 責任者（またはアドレス）"},
        {"en": "that address is theirs", "ja": "責任者本人のものと認めます"},
        moves=True,
    ),
    Row(
        "CLOSE",
        ("close", "終了", "終了します"),
        "perhaps_text",
        "decide",
        "open",
        {"en": "CLOSE text", "ja": "終了 本文"},
        {
            "en": "it ends without a decision; the applicant gets the text",
            "ja": "判断なしで終え、本文を申請者に伝えます",
        },
        decides=True,
    ),
    Row(
        "HOLD",
        ("hold", "保留", "保留します"),
        "line_and_text",
        "decide",
        "open",
        {"en": "HOLD date (or 5 days) reason", "ja": "保留 日付（または 5日） 理由"},
        {"en": "it rests until then; you get it back", "ja": "その日まで保留します"},
    ),
    Row(
        "RESUME",
        ("resume", "保留解除", "再開", "再開します"),
        "nothing",
        "decide",
        "open",
        {"en": "RESUME", "ja": "再開"},
        {"en": "a case on hold goes on", "ja": "保留を解いて再開します"},
    ),
    Row(
        "REOPEN",
        ("reopen", "再開", "再開します"),
        "perhaps_text",
        "decide",
        "closed",
        {"en": "REOPEN text", "ja": "再開 本文"},
        {"en": "a closed case goes on; the applicant gets the text", "ja": "終了後に再開し、本文を申請者に伝えます"},
        moves=True,
    ),
    Row(
        "DUPLICATE",
        ("duplicate", "重複"),
        "line",
        "decide",
        "open",
        {"en": "DUPLICATE OF case", "ja": "重複 受付番号"},
        {"en": "it ends; the other case goes on", "ja": "終了し、もう一方の申請で扱います"},
        decides=True,
    ),
    Row(
        "ASSIGN",
        ("assign", "担当"),
        "line",
        "decide",
        "open",
        {"en": "ASSIGN clerk (or me, none)", "ja": "担当 担当者名（または 自分、なし）"},
        {"en": "who of us looks after it", "ja": "担当者を決め、ご本人に知らせます"},
        tier="1",
    ),
    Row(
        "NOTE",
        ("note", "メモ", "備考"),
        "text",
        "read",
        "any",
        {"en": "NOTE text", "ja": "メモ 本文"},
        {"en": "a note for colleagues; nobody else sees it", "ja": "職員用のメモを残します（外には出ません）"},
        tier="1",
    ),
    Row(
        "SHOW",
        ("show", "表示", "詳細"),
        "perhaps",
        "read",
        "any",
        {"en": "SHOW (LOG)", "ja": "表示（履歴）"},
        {"en": "the case as it stands, or all that was done in it", "ja": "現在の内容、または経過のすべてを送ります"},
        tier="1",
    ),
    Row(
        "SECOND",
        ("second", "了承", "了承します"),
        "nothing",
        "decide",
        "open",
        {"en": "SECOND", "ja": "了承"},
        {"en": "a colleague's change that needs two of us is made", "ja": "2人目として同意し、変更を実行します"},
        alone="second_alone",
    ),
    Row(
        "CONFIRM",
        ("confirm", "確認"),
        "line",
        "read",
        "any",
        {"en": "CONFIRM code", "ja": "確認 コード"},
        {"en": "orders we asked you back about are carried out", "ja": "確認のお願いをしたご指示を実行します"},
        tier="1",
        alone="confirm_alone",
    ),
    Row(
        "QUEUE",
        ("queue", "一覧"),
        "perhaps",
        "read",
        "any",
        {"en": "QUEUE (mine, open, overdue, form)", "ja": "一覧（自分、未完了、期限超過、申請名）"},
        {"en": "a list of the cases that wait", "ja": "対応待ちの一覧を送ります"},
        tier="1",
        alone="queue_alone",
    ),
    Row(
        "HELP",
        ("help", "ヘルプ", "使い方"),
        "nothing",
        "read",
        "any",
        {"en": "HELP", "ja": "ヘルプ"},
        {"en": "the list of all keywords", "ja": "キーワードの一覧を送ります"},
        tier="1",
    ),
)
ROWS: dict[str, Row] = {row.verb: row for row in COMMANDS}
WORDS: dict[str, Row] = {word: row for row in COMMANDS for word in row.words}
SHARED: frozenset[str] = frozenset(ROWS["RESUME"].words) & frozenset(ROWS["REOPEN"].words)
"""Words of two commands. They are read as REOPEN, the last in the table; what is meant, the case says
(`fitting.meant`): a case on hold is not closed, and a closed one not on hold."""
