"""The sentences of `views/log` in Japanese: what each kind of event says of itself. It only reads."""

from collections.abc import Callable, Mapping
from typing import Any

from mailbot.core import events as e
from mailbot.core.case import SHOWN
from mailbot.core.columns import clip
from mailbot.views.report.words_ja import JAPANESE

Sentence = Callable[[Any], str]
OCCASIONS: Mapping[str, Callable[[e.Facts], str]] = {
    "deadline": lambda facts: f"期限の到来（{facts.sort_row}）",
    "order": lambda facts: f"運用担当者 {facts.operator.user}" if facts.operator else "運用担当者",
    "alarm": lambda facts: "サービスの自己点検",
    "mailbox": lambda facts: "受信箱の確認",
    "routine": lambda facts: "日ごとの業務",
}


def _facts(event: e.Facts) -> str:
    if event.sort in OCCASIONS:
        return OCCASIONS[event.sort](event)
    ordered = f"{event.operator.user} の指示による再処理：" if event.operator else ""
    if event.sender is None:
        return f"{ordered}メール（{event.sort}）"
    who = event.sender
    token = f"、メール {event.letter} の符号" if event.letter else "、無効な符号" * (event.letter_state == "unverified")
    twin = "、ほかのメールと同じMessage-ID" if event.twin and not event.same else ""
    role = JAPANESE[f"role.{who.role}"]
    return f"{ordered}{role} {who.address} からのメール、段階{who.tier}{token}{twin}（{event.sort}）"


def _fields(event: e.FieldsRead) -> str:
    fields = dict.fromkeys(fault.field for fault in event.faults)
    left = f"要確認は{len(fields)}項目（{'、'.join(fields)}）" if fields else "不備なし"
    return f"{len(event.answers)}項目を読み取り、{left}"


def _minute(instant: str) -> str:
    return f"{instant[:10]} {instant[11:16]}"


def _due(instant: str | None) -> str:
    return f"、期限 {_minute(instant)}" if instant else ""


def _why(text: str, most: int = 120) -> str:
    return f"：{clip(text, most)}" if text else ""


def _words(words: tuple[str, ...]) -> str:
    return "、".join(clip(word, 60) for word in words)


def _letter(letter: e.LetterWritten) -> str:
    names = "、".join(enclosure.name for enclosure in letter.enclosures)
    return f"{letter.to} 宛てのメール {letter.number} を作成（{letter.template}）" + (
        f"、添付 {names}" if names else ""
    )


def _numbered(v: e.NumberedRun) -> str:
    refused = f"、実行しなかった申請 {'、'.join(v.refused)}" if v.refused else ""
    return f"{v.clerk} の指示：{'、'.join(v.done) or '該当なし'}{refused}" + "（コードで確認済み）" * bool(v.confirmed)


def _mailbox(event: e.MailboxSeen) -> str:
    mails = f"既知のメール{event.known}通、未知のメール{event.unknown}通"
    return f"UIDVALIDITY {event.validity}：{mails}" + "（未処理のまま）" * event.observed


def _task(v: e.TaskDone) -> str:
    about = f"、利用者{v.member}" if v.member is not None else ""
    return f"{v.clerk} が {v.step} を完了{about}" + (f"、番号 {v.number}" if v.number else "")


ABOUT_CASES: Mapping[str, Sentence] = {
    "facts": _facts,
    "case_opened": lambda v: f"申請を受付：{v.form}、申請者 {v.applicant}",
    "fields_read": _fields,
    "mail_joined": lambda v: "",
    "address_registered": lambda v: f"申請者の登録アドレスを {v.address} に変更",
    "change_proposed": lambda v: f"{v.by} から {'、'.join(v.answers)} の変更の申し出（未反映）",
    "step_entered": lambda v: f"段階 {v.step} へ{_due(v.due)}",
    "language_learned": lambda v: f"{JAPANESE[f'role.{v.role}']}の言語は {v.language}",
    "consent_confirmed": lambda v: f"{v.by} がメール {v.letter} のコードで同意を確認",
    "consent_given": lambda v: f"{v.by} がメール {v.letter} に同意" + "（未確認）" * (not v.confirmed),
    "consent_declined": lambda v: f"{v.by} は不同意",
    "consent_voided": lambda v: f"同意は無効、変更：{'、'.join(v.fields)}",
    "accepted": lambda v: (
        f"{v.clerk} が承認" + f"、アカウント名 {v.account}" * bool(v.account) + f"、{v.until} まで" * bool(v.until)
    ),
    "rejected": lambda v: f"{v.clerk} が却下" + f"（{v.ground}）" * bool(v.ground) + _why(v.reason, 80),
    "noted": lambda v: f"{v.clerk} の{'メモ' if v.authenticated else '言葉（未確認）'}：{clip(v.text, 80)}",
    "handed_to_clerk": lambda v: f"職員の確認待ち（{v.why}）",
    "mail_attached": lambda v: "申請に添付" + "（変更なし）" * (v.sort not in SHOWN) + f"（{v.why}）",
    "reminded": lambda v: f"{v.step} の再度のお願い",
    "expired": lambda v: f"{v.step} を待ったまま期限切れ",
    "deadline_moved": lambda v: f"{v.step} の期限を {_minute(v.due)} に延長",
    "reminder_paused": lambda v: f"{v.by} は不在：{v.step} を待機{_due(v.due)}",
    "plan_read": lambda v: (
        f"利用計画表（{v.plan.version or '版は不明'}）：利用者{len(v.plan.users)}名、{v.plan.total or '-'} TB"
    ),
    "document_received": lambda v: f"{v.by} から {v.document} を受領（{v.how}）" + "、電子署名あり" * bool(v.signed),
    "documents_voided": lambda v: f"{'、'.join(v.documents)} は無効、変更：{'、'.join(v.fields)}",
    "task_done": _task,
    "step_passed": lambda v: f"段階 {v.step} は終了（{v.why}）",
    "step_stopped": lambda v: f"{v.by} が異議：{v.step} は職員の確認待ち",
    "step_voided": lambda v: f"段階 {v.step} はやり直し" + (f"、変更：{'、'.join(v.fields)}" if v.fields else ""),
    "completed": lambda v: "完了" + (f"（{v.clerk} が終了）" if v.clerk else ""),
    "withdrawn": lambda v: f"{v.by} が取り下げ{_why(v.reason)}",
    "reopened": lambda v: f"{v.clerk} が再開{_why(v.text)}",
    "marked_duplicate": lambda v: f"{v.clerk}：{v.of} で扱うこととして終了",
    "field_allowed": lambda v: f"{v.clerk} が {v.field} を例外として承認{_why(v.reason)}",
    "fields_asked": lambda v: f"{v.clerk} が再確認を依頼：{'、'.join(v.fields)}",
    "fields_settled": lambda v: f"{v.clerk} が再確認の依頼を取り消し：{'、'.join(v.fields)}",
    "vouched": lambda v: f"{v.clerk} が {v.address} を保証",
    "replied": lambda v: f"{v.clerk} から申請者へ：{clip(v.text, 80)}",
    "account_changed": lambda v: f"名簿 {v.name} を変更",
}
ABOUT_ORDERS: Mapping[str, Sentence] = {
    "commands_run": lambda v: f"{v.clerk} の指示：{_words(v.words)}" + "（コードで確認済み）" * bool(v.confirmed),
    "confirmation_asked": lambda v: f"{v.clerk} の指示はコードによる確認待ち{_due(v.until)}",
    "correction_proposed": lambda v: f"{v.clerk} が {'、'.join(v.answers)} の変更を申し出、了承待ち{_due(v.until)}",
    "correction_seconded": lambda v: f"{v.by} の申し出を {v.clerk} が了承",
    "correction_lapsed": lambda v: f"{v.by} の申し出は無効（{v.why}）",
    "commands_refused": lambda v: f"{v.by} の指示を実行せず（{v.why}）：{_words(v.words)}",
    "numbered_run": _numbered,
    "queue_shown": lambda v: f"{v.clerk} に一覧（{v.part}）を送付、{v.cases}件",
    "assigned": lambda v: f"{v.clerk} の指示により、担当は {v.to or 'なし'}",
    "held": lambda v: f"{v.clerk} が {_minute(v.until)} まで保留{_why(v.reason)}",
    "resumed": lambda v: f"保留を解除{'（' + v.clerk + '）' if v.clerk else ''}{_due(v.due)}",
}
ABOUT_LETTERS: Mapping[str, Sentence] = {
    "letter_written": _letter,
    "letter_sent": lambda v: f"メール {v.letter} を送信サーバが受付",
    "letter_postponed": lambda v: f"メール {v.letter} は先送り：{clip(v.why, 80)}",
    "letter_failed": lambda v: f"メール {v.letter} は送信できず、{v.code} {clip(v.why, 80)}",
    "letter_held": lambda v: (
        f"メール {v.letter} は"
        + {"restored": "復元前に送信済みの可能性があるため保留"}.get(v.why, f"上限を超えたため保留（{v.why}）")
    ),
    "letter_released": lambda v: f"メール {v.letter} の保留を解除",
    "letter_dropped": lambda v: f"メール {v.letter} の送信を取りやめ",
    "address_bounced": lambda v: f"{v.address} からメール {v.letter} が返送{_why(f'{v.code} {v.why}'.strip(), 80)}",
    "address_works": lambda v: f"{v.address} への送信が再び可能",
}
ABOUT_DESK: Mapping[str, Sentence] = {
    "desk_opened": lambda v: f"窓口 {v.desk} を {v.address} に開設",
    "ignored": lambda v: f"対象外（{v.reason}）",
    "answered": lambda v: f"一般的な案内を返信（{v.reason}）",
    "quarantined": lambda v: f"隔離：{v.reason}",
    "digests_sent": lambda v: f"朝のお知らせ：{'、'.join(v.clerks) or 'なし'}",
    "head_told": lambda v: (
        f"監査担当者に最新の記録を連絡：{v.seq}番、{v.hash[:12]}" + "（署名あり）" * bool(v.signature)
    ),
    "clerk_away": lambda v: f"{v.clerk} は {v.until} まで不在",
    "register_imported": lambda v: f"名簿 {v.name} を取り込み：{v.rows}行、{v.digest[:12]}",
    "restored": lambda v: (
        f"{_minute(v.made)} のバックアップ（{v.seq}番まで）から復元"
        + f"、以後の{v.lost}件は失われた記録" * bool(v.lost)
    ),
    "secret_told": lambda v: f"{'、'.join(v.secrets)} を伏せ、差出人に連絡",
    "secret_destroyed": lambda v: f"メール {v.mail[:12]} の原文を破棄",
    "erased": lambda v: f"消去を指示：記録{len(v.seqs)}件、メール{len(v.mails)}通{_why(v.order)}",
    "case_kept": lambda v: "消去後に残る申請の内容を記録",
    "erasure_done": lambda v: f"記録{v.seq}番で指示した消去を完了",
    "mailbox_seen": _mailbox,
    "adopted": lambda v: "未処理だったメールの受付を開始",
    "mails_vanished": lambda v: f"受信箱から{v.count}通が窓口以外により移動または削除、UID {clip(v.uids, 60)}",
    "quarantine_told": lambda v: f"隔離中の{v.mails}通を職員に連絡",
    "quarantine_dismissed": lambda v: f"隔離中のメール {v.mail[:12]} は対応不要{_why(v.reason)}",
    "order_refused": lambda v: f"指示を実行せず：{v.why}" + (f"（{clip(v.about, 40)}）" if v.about else ""),
    "alarmed": lambda v: f"警報 {v.alarm}{_why(v.detail)}",
    "alarm_ended": lambda v: f"警報 {v.alarm} は解消",
}
SENTENCES: Mapping[str, Sentence] = {**ABOUT_CASES, **ABOUT_ORDERS, **ABOUT_LETTERS, **ABOUT_DESK}
"""A row for each kind of event, as in `log.SENTENCES`; an empty sentence says nothing worth a line."""
