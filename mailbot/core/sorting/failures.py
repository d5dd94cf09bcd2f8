"""What mail systems write when they could not deliver, and mail programs when a mail was read or complained of.

All are looked for in text after `plain`. It knows no mail; the words of machines that answer are in `phrases`.
"""

import re

from mailbot.core.sorting.phrases import either_of

_TAG = r"^(?:\[[^\]]{0,30}\]\s*)?\W{0,3}"

SUBJECT_FAILED = either_of(
    r"undeliver(?:ed|able)(?: mail| message|\s*:|$)|mail delivery (?:failed|failure|status|subsystem|system|error|"
    r"delay|problem)|returned (?:e-?)?mail|failure notice",
    r"delivery (?:status(?: notification)?|failure|has failed|notification|report|error|problem)|message "
    r"(?:delivery (?:failure|failed|delayed)|undeliverable)",
    r"(?:mail system|smtp|e?-?mail delivery) error|there was an error sending your mail|non-?deliver|warning: "
    r"(?:could not send|message \S+ delayed)",
    r"(?:sorry,? )?(?:your |the )?(?:mail|message|e-?mail)[^:]{0,40}(?:could not be|cannot be|can't be|was not|"
    r"not) (?:delivered|sent)|e?-?mail delivery failure",
    r"メールエラー|(?:メール)?(?:配信|配送|送信|送達|配達)(?:不能|エラー|失敗|できません|されません|遅延)|未配信|"
    r"未達|宛先不明|エラーメール",
    r"unzustellbar|nicht zustellbar|zustellung (?:fehlgeschlagen|nicht)|mitteilung über unzustellbar|non remis|"
    r"(?:non )?distribuable|échec de (?:la )?(?:remise|distribution|livraison)",
    r"no (?:se (?:puede|pudo) entregar|entregado|entregable)|error de entrega|mancat[ao] (?:recapito|consegna)|"
    r"non recapitabile|não (?:entregue|foi possível entregar)",
    r"falha na entrega|недоставлен|не доставлено|(?:系统)?退信|无法(?:投递|送达)|未送达|未傳遞|投递失败|반송|"
    r"배달되지|전송 실패",
    start=_TAG,
)
"""A subject that says by itself that a mail was not delivered."""
SUBJECT_REFUSED = either_of(
    r"\bnot (?:a )?member\b|\bloop alert\b|\bduplicated message|\b(?:mail|message|post|posting|"
    r"submission)[^:]{0,30}(?:reject|refus|block|bounce|return|discard|undeliver)",
    r"\b(?:rejected|refused|blocked|bounced) (?:mail|message|post)|\bundeliver|\bdelivery\b.{0,20}\b(?:fail|delay|"
    r"problem)|\bmail(?:box)? (?:full|quota|failure|error)\b",
    r"拒否|エラー|返送|送れません|届きません",
)
SAYS_FAILED = either_of(
    r"\b(?:could not|couldn't|cannot|can not|can't|was not|wasn't|were not|has not been|unable to|not able to|"
    r"wasn't able to|failed to)(?: be)?(?: \w+)? ?deliver",
    r"\bundeliver|\bdelivery (?:to the following|has failed|failed|failure|status|attempt|of (?:this|your|the) "
    r"(?:mail|message)|error|problem)|\bdid not reach\b",
    r"\bpermanent(?:ly)? (?:fatal )?(?:error|fail)|\bfatal errors?\b|\b(?:user unknown|unknown (?:user|address|"
    r"recipient)|no such (?:user|mailbox|address|recipient))",
    r"\bmailbox (?:is )?(?:full|unavailable|not found|disabled|unknown)|\b(?:over|exceeded) (?:\w+ )?quota\b|"
    r"\bquota exceeded\b|\b(?:address|recipient) (?:rejected|not found|unknown)",
    r"\breturned to (?:the |its )?sender|\bmessage (?:has been |was |is )?(?:rejected|blocked|returned|refused|"
    r"bounced|undeliverable|delayed)|\bcould not be sent\b",
    r"\btranscript of (?:the )?session|\breporting-mta|\bfinal-recipient|\bstill (?:being )?(?:queued|retried|"
    r"undelivered)|\b(?:will|continue to|keep) (?:be )?(?:retr|try)",
    r"\bnot a member of (?:this|the) (?:mailing )?list|\bduplicated message-id|\byour (?:mail|message|e-?mail) "
    r"(?:could|was|can|did|to)\b",
    r"(?:配信|配送|送信|送達|お届け|転送|送付|配達)(?:が|は|を|に|する|すること|できる|出来)?(?:が|は)?(?:でき|"
    r"出来|失敗|不能|されません|エラー)|届けること|不達",
    r"(?:宛先|あて先|アドレス|ユーザー?|受信者|メールボックス)[^。]{0,20}(?:存在しません|見つかりません|不明|一杯|"
    r"いっぱい|満杯|間違|拒否)|返送(?:され|いた|し)",
    r"(?:konnte|kann|wurde)\b[^.]{0,80}\bnicht\b[^.]{0,30}(?:zugestellt|ausgeliefert|übermittelt|gesendet)|"
    r"unzustellbar|zustellung",
    r"n'(?:a|ont) (?:pas )?(?:pu|été)[^.]{0,30}(?:remis|distribu|délivr|envoy|livr)|échec de|no (?:se )?(?:ha "
    r")?(?:podido|pudo|pude)[^.]{0,30}entreg|impossibile (?:recapit|consegn)",
    r"não (?:foi|pôde|pode)[^.]{0,30}entreg|не (?:удалось|может быть)[^.]{0,40}достав|(?:无法|無法|未能|"
    r"不能)(?:投递|投遞|送达|傳送|发送|递送)|退信|退回",
    r"(?:전송|발송|배달|전달)[^.]{0,10}(?:실패|되지|수 없|오류)|반송",
)
"""A sentence that says that a mail was not delivered, or not yet."""
A_SYSTEM = either_of(
    r"\bthis is the (?:\w+ ){0,3}(?:mail|qmail|postfix|delivery)\b|\bcreated automatically by\b|\bmail "
    r"(?:delivery )?(?:software|system|subsystem|server|agent|gateway)\b",
    r"\bfrom the (?:mail )?(?:server|system|postmaster)|メール(?:配信|配送)?(?:システム|サーバ)",
)
"""A mail system says what it is."""
SMTP_REPLY = either_of(
    r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b|\bstatus: ?[45]\.\d{1,3}\.\d|\bsmtp error\b|\bremote (?:host|"
    r"server|mta|system) said|\b(?:55[0-4]|45[0-2])[ -]\D|diagnostic-code"
)
"""What another server answered."""
RETURNED = either_of(
    r"-{2,} ?(?:this is a copy|original (?:mail|message)|returned (?:mail|message)|unsent message|message header)|"
    r"\bbelow this line is a copy|\bcopy of (?:the|your) (?:original )?message",
    r"\boriginal (?:mail|message) (?:as )?follow|\bheaders? (?:of|from) the original|\bfollowing is a copy|"
    r"元のメッセージ|送信(?:された|した|元の)?メール",
    r"\breceived: (?:from|by) .{0,300}\breceived: ",
)
"""The mail that came back, in the text."""

SUBJECT_RECEIPT = either_of(
    r"(?:read|not read|gelesen|nicht gelesen|lu|non lu|leído|leido|no leído|letto|lida|lido|gelezen|已读|已讀|"
    r"읽음|開封済み?|未開封[^:]{0,10}|開封(?:確認|通知))\s*[:]",
    r"(?:return|read) receipt|disposition notification|message (?:read|disposition) notification|開封(?:確認|"
    r"通知)|lesebestätigung|confirmation de lecture|accusé de lecture",
    start=_TAG,
)
SAYS_READ = either_of(
    r"\b(?:message|mail)\b.{0,300}\b(?:was|has been|were) (?:\w+ )?(?:read|displayed|opened|deleted)\b|\bthis is "
    r"a (?:return |read )?receipt\b|\breceipt for the (?:mail|message)",
    r"\bdisposition ?: |開封(?:され|しま)|表示されました|お読みになり|wurde.{0,200}(?:gelesen|gelöscht|geöffnet)|"
    r"a été (?:lu|affiché|ouvert)|fue leíd|è stato letto|foi lid|已(?:被)?(?:阅读|閱讀)|읽었",
)
"""A receipt in words, where the parts of one are missing: subject and sentence."""
SUBJECT_COMPLAINT = either_of(
    r"complaint about message from|(?:e-?mail )?feedback (?:report|loop)|(?:e-?mail )?abuse (?:report|complaint|"
    r"feedback)|spam (?:report|complaint)|client tos notification|\[fbl\]",
    start=_TAG,
)
SAYS_COMPLAINT = either_of(
    r"this is an? [^.]{0,40}(?:abuse|opt-out|opt out|authentication[- ]failure|feedback|spam|fraud|virus) report for",
    r".{0,20}this is an? (?:auto(?:matically |-)?generated|automated) [^.]{0,30}(?:abuse|spam) (?:complaint|"
    r"report|notification)",
    start="^",
)
"""How a report of RFC 5965 begins."""
SUBJECT_AGGREGATE = re.compile(r"\breport domain: ?\S+ submitter: ?\S+")
"""A daily report of RFC 7489 (DMARC) or RFC 8460 (TLS)."""
SUBJECT_UNSUBSCRIBE = re.compile(r"^unsubscribe\b.{0,40}$")
SAYS_UNSUBSCRIBE = re.compile(
    r"\bautomatically generated\b|\bsent this e-?mail to unsubscribe\b|\bautomatic(?:ally)?\b.{0,60}\bunsubscri"
)
