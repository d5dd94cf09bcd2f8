"""What machines write, in the languages in which they write to a desk: patterns, one group a meaning. It knows no mail.

All are looked for in text after `plain` (lower case, NFKC, single spaces), which is short; gaps are bounded.
"""

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Phrases:
    """A pattern that is compiled when it is first looked for: most commands sort no mail, and all would wait for it."""

    pattern: str

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def search(self, text: str) -> re.Match[str] | None:
        """Where it first fits."""
        return self._compiled.search(text)

    def match(self, text: str) -> re.Match[str] | None:
        """Whether it fits at the beginning."""
        return self._compiled.match(text)


def either_of(*patterns: str, start: str = "") -> Phrases:
    """One pattern that fits where one of these fits; `start` stands before each."""
    return Phrases(f"{start}(?:{'|'.join(patterns)})")


_TAG = r"^(?:\[[^\]]{0,30}\]\s*)?\W{0,3}"
"""What may stand before the words of a subject: `[EXTERNAL]`, a bracket or a star; but no `Re:`, which people write."""
_STOP = r"\s*(?:[:;,.!\-\])】」』>(*/|_、。]|$)"

ANSWERED = re.compile(r"^(?:(?:re|aw|sv|antw|rif|回复|答复|返信)\s*(?:\[\d+\])?\s*[:;]\s*)+")
PASSED_ON = re.compile(r"^(?:(?:re|aw)\s*:\s*)?(?:fwd?|wg|tr|rv|i|enc|転送|转发|轉寄|전달)\s*:\s*")

SUBJECT_AUTOMATIC = either_of(
    rf"auto(?:matic|mated|matisch)?[\s-]*(?:reply|response|respons|responder|answer|acknowledge?ment){_STOP}",
    r"auto:",
    r"out[\s-]+of[\s-]+(?:the[\s-]+)?office[\s-]*(?:auto[\s-]?reply|auto[\s-]?response|reply|message|notification|"
    r"notice)",
    rf"out[\s-]+of[\s-]+(?:the[\s-]+)?office(?:{_STOP}|\s+(?:until|till|from|through|re:))",
    r"vacation (?:auto[\s-]?)?(?:reply|response|message|notice|notification)",
    r"away from (?:my|the) (?:mail|e-?mail|office|desk)",
    r".{1,60} is out of (?:the )?office \(returning",
    r"autom(?:atische|\.) (?:antwort|rückmeldung|empfangsbestätigung|eingangsbestätigung)",
    r"abwesenheits(?:notiz|meldung|nachricht|assistent|benachrichtigung)",
    rf"réponse automatique{_STOP}",
    r"absente?(?:\(e\))? du bureau",
    r"absence(?: du bureau| de bureau)?\s*:",
    r"accusé de réception automatique",
    rf"(?:respuesta automática|autorespuesta|mensaje automático|fuera de (?:la )?oficina){_STOP}",
    rf"(?:risposta automatica|fuori (?:sede|ufficio)){_STOP}",
    rf"(?:resposta automática|ausência temporária|fora do escritório){_STOP}",
    rf"(?:automatisch antwoord|automatische reactie|afwezigheids\w+){_STOP}",
    rf"(?:autosvar|automatiskt? svar|automaattinen vastaus|poissaoloviesti|frånvaromeddelande){_STOP}",
    rf"(?:automatyczna odpowiedź|autoodpowiedź|automatická odpověď|automatikus válasz|otomatik yanıt){_STOP}",
    rf"(?:автоматический ответ|автоответ){_STOP}",
    rf"自[动動](?:回[复覆復]|答[复覆復]|回应|回應|应答){_STOP}",
    rf"자동\s*(?:회신|응답|답장|발송)(?:\s*메일)?{_STOP}",
    rf"부재\s*중(?:\s*(?:알림|메시지|자동\s*응답))?{_STOP}",
    rf"自動(?:応答|返信|送信|回答|返答|配信)(?:メール|通知|メッセージ)?(?:です)?{_STOP}",
    rf"(?:不在|留守)(?:通知|連絡|メッセージ|応答|のお知らせ|のご連絡|の連絡|案内)(?:メール)?{_STOP}",
    start=_TAG,
)
"""A subject that says by itself that a machine answers."""
SUBJECT_MARKED = re.compile(
    r"^(?!re:).{0,120}[\[(【<「『*※]\s*(?:自動(?:応答|返信|送信|配信)(?:メール|です)?|auto(?:matic|"
    r"mated)?[\s-]*(?:reply|response))"
    r"\s*[\])】>」』*]"
)
"""The same, as a mark somewhere in the subject."""
SUBJECT_AWAY = either_of(
    r"out of (?:the )?office|\bvacation\b|\bon (?:\w+ )?leave\b|\baway\b|\bholidays?\b|annual leave|\bclosed\b|"
    r"\bclosure\b",
    r"\bno longer (?:with|at|works?)|\bhas left\b|\bunavailable\b|\bout until\b",
    r"不在(?!者)|休暇|休業|出張|外出|退職|異動|留守|休み|休職|アドレス変更",
    r"abwesen|urlaub|außer haus|nicht im büro|absence|\babsente?\b|congés?\b|vacances|vacaciones|ausen|ausên|"
    r"\bferie\b|férias",
    r"afwezig|vakantie|휴가|부재|출장|퇴사|休假|出差|离职|離職|отпуск|отсутств",
)
SUBJECT_RECEIVED = either_of(
    r"\breceived\b|\breceipt of\b|\bthank you for\b|\bthanks for\b|acknowledge|\bconfirmation\b|\[?(?:ticket|case|"
    r"request)\b",
    r"受付|受け付け|受領|お問い?合わ?せ|ありがとうございま|受信(?:いた|しま)",
    r"eingangsbestätigung|ihre (?:anfrage|nachricht)|accusé de réception|votre (?:demande|message)|hemos recibido|"
    r"recibid",
    r"접수|문의|收到|已受理",
)

AUTOMATIC = either_of(
    r"\bthis (?:e-?mail |message |mail |reply |response |notification |note )?(?:is|was|has been) (?:an? )?(?:\w+ "
    r"){0,2}"
    r"(?:automat(?:ic|ed)\b|automatically\b|auto[- ]?(?:generated|reply|response|responder)|(?:computer|system)[- "
    r"]generated)",
    r"\bautomat(?:ic|ed)(?:ally[- ]generated)? (?:reply|response|message|acknowledge?ment|notification|"
    r"e-?mail)\W{1,3}"
    r"(?:please )?(?:do not|don't)",
    r"\b(?:automatic|automated|auto)[- ]?(?:reply|response) (?:to|from|for|generated|sent) (?:your|the|my|our|"
    r"confirm)",
    r"\bmessage (?:is |was )?automatically (?:generated|sent|created)",
    r"(?:この|本|当|こちらの)(?:返信|自動|受付|受付確認|確認|お知らせ|通知)?(?:メール|mail|e-?mail|電子メール|"
    r"メッセージ|返信|通知)"
    r"(?:に|に関し)?(?:は|を|、)[^。]{0,40}?自動(?:的に|で|にて)?[^。]{0,8}?(?:返信|応答|送信|配信|送付|発信|生成|"
    r"作成|返答|発行|お送)",
    r"(?:^|[。※*\s(【\[\-<「])(?:こちらは|これは|システムによる)?自動(?:返信|応答|送信|配信)(?:メール|メッセージ|"
    r"専用|システム|機能|プログラム)?"
    r"(?:です|となります|になります|でございます|にてお送り|でお送り|しております|しています|させていただ|されて|"
    r"されたもの|により|より送信)",
    r"(?:システム|サーバー?|機械)(?:より|から|が|により|で)自動(?:的に|で)?(?:返信|応答|送信|配信|生成|お送り)",
    r"\bdies(?:e|es)? (?:ist|e-?mail|nachricht|mail|antwort)[^.]{0,40}automatisch",
    r"automatisch (?:generiert|erzeugt|erstellt|versand|verschick)",
    r"\b(?:ceci est|ce (?:message|courriel|mail)|cet (?:e-?mail)|cette réponse|il s'agit d)[^.]{0,40}automatique",
    r"\b(?:est[ae]|éste) [^.]{0,30}(?:respuesta|mensaje|correo|mensagem|resposta|e-?mail)[^.]{0,30}automátic",
    r"\b(?:questa?|la presente) [^.]{0,40}automatic|\bdit is een automatisch|\bdetta är ett automat|"
    r"автоматическ(?:ое|ий|и) ",
    r"(?:这|這|本|此)[^。]{0,12}(?:自动|自動|系统|系統)[^。]{0,8}(?:回复|回覆|发送|發送|答复|发出|發出|生成)",
    r"(?:^|[。\s(\[【])自动(?:回复|答复)",
    r"(?:본|이)\s*(?:메일|메시지|이메일)[^.]{0,20}자동|자동\s*(?:으로\s*)?(?:발송|회신|응답|생성)(?:된|되는|되었|"
    r"입니다|\s*메일)",
)
"""A sentence about this very mail: a machine sent it."""
AWAY = either_of(
    r"\b(?:i|we)(?:'m|'ll be|'re| am| are| will be| shall be| will)(?: be)?(?: (?:currently|presently|now|also|"
    r"temporarily|still))*"
    r"(?: be)? (?:out of (?:the |my |our )?(?:office|town|country)|out (?:until|till|from|on|for|with|today|this|"
    r"next|[a-z]{3,9} \d)|away\b|"
    r"on (?:(?:a|an|my|\w+) ){0,2}(?:leave|vacation|holidays?|sabbatical|trip|travel|pto)\b|travell?ing\b|abroad\b|"
    r"not in the office|(?:un|not )available\b|off (?:work|sick|until)|no longer|"
    r"taking (?:some |a few |the )?(?:time|days?|week) off|attending (?:a|an|the) \w+|in (?:a|the) (?:workshop|"
    r"conference)|"
    r"not (?:be )?(?:checking|reading|monitoring|able to (?:check|read|answer))|work(?:ing)? part[- ]time)|\bi "
    r"have (?:now )?left [a-z]",
    r"\b(?:is|are|will be) (?:currently |now )?(?:out of (?:the )?office|on (?:\w+ )?leave\b|on vacation|no "
    r"longer (?:with|employed|work))",
    r"\b(?:offices?|we|department|university|school) (?:is|are|will be) (?:currently |now )?closed\b",
    r"\b(?:no longer (?:work|use|check|monitor)|(?:is|are) no longer (?:in use|active|valid|monitored|checked))",
    r"^(?:(?:hi|hello|dear|greetings|good \w+|thank you|thanks)[^.]{0,60}?)?(?:currently )?out of (?:the )?office "
    r"(?:until|till|from|through|on|starting|this|and|with)",
    r"(?:ただいま|ただ今|只今|現在|本日|終日|期間中?|私は|当方|まで|より|から|にかけて)[^。]{0,25}"
    r"(?:不在|休暇中|休業|出張中|外出中|外出先|留守|休職|産休|育休|育児休業|お休み|夏休み|冬休み|休館|休診|定休|海外|"
    r"席を外し|離席|会議中|移動中|時間外)[^。]{0,20}"
    r"(?:おります|います|いたします|致します|ございます|ます|です|。|$)",
    r"(?:不在|休暇|休業|出張|外出|外出先|留守|休職|お休み|休み)(?:中|と|を|に|の|にて|で|取得|期間)[^。]{0,25}"
    r"(?:おります|ています|いたします|致します|ございます|です|いただきます|頂きます|なります)",
    r"(?:退職|異動|転出|転勤|離任|定年)(?:を)?(?:いた|致)?しま(?:した|す)|アドレス(?:は|を|が)[^。]{0,20}(?:変更|"
    r"廃止|使用|使われ)",
    r"\b(?:bin|sind|befinde mich|werde)\b.{0,60}?(?:nicht (?:im (?:büro|hause?)|erreichbar|am arbeitsplatz|"
    r"da\b)|abwesend|im urlaub|"
    r"außer haus|ausser haus|verreist|auf (?:dienst|geschäfts)?reise|in elternzeit|nicht mehr)",
    r"\b(?:je (?:suis|serai)|nous sommes|serons)\b.{0,50}?(?:absent|en congé|en déplacement|hors du bureau|"
    r"indisponible|en vacances|fermé)",
    r"\b(?:estoy|estaré|me encuentro|estamos|estaremos)\b[^.]{0,50}(?:fuera de|de vacaciones|ausente|de viaje|de "
    r"baja|cerrado)",
    r"\b(?:sono|sarò|saremo)\b[^.]{0,50}(?:assente|fuori (?:ufficio|sede)|in ferie|in vacanza)",
    r"\b(?:estou|estarei|encontro-me)\b[^.]{0,50}(?:ausente|fora d|de férias|em viagem)",
    r"\b(?:ik ben|wij zijn)\b[^.]{0,50}(?:afwezig|niet aanwezig|op vakantie|met vakantie|niet bereikbaar)",
    r"\b(?:jag är|jeg er|olen)\b[^.]{0,50}(?:semester|frånvarande|ikke på kontoret|ferie|lomalla|poissa)",
    r"(?:я )?(?:нахожусь|буду|в) (?:в )?(?:отпуске|командировке)|отсутству",
    r"(?:我|本人|目前|现在|現在|因)[^。]{0,20}(?:外出|出差|休假|度假|不在办公室|不在辦公室|离开办公室|放假|离职|"
    r"離職|請假|请假)",
    r"부재\s*중|휴가\s*(?:중|기간|로)|출장\s*(?:중|으로)|외근\s*중|자리를\s*비|퇴사",
)
"""The writer says they are not there, now."""
BACK = either_of(
    r"\b(?:until|till|through|from|starting|between|returning|return (?:to|on|in)|back (?:in|on|by|to|at)|be back)\b",
    r"\b(?:on|this|next|of) (?:mon|tues|wednes|thurs|fri|satur|sun)day|office (?:mon|tues|wednes|thurs|fri)day",
    r"\b(?:bis (?:zum|einschl|\d)|ab dem|ab \d|zurück|wieder|jusqu|de retour|du \d|hasta|regres|del \d|fino al|"
    r"rientr|até|tot en met|terug)",
    r"まで|より|から|戻り|戻る|復帰|出社|休業明け|以降|営業日|至\d|返回|回来|까지|복귀|부터|\d{1,2}[月/]\d{1,2}",
)
"""Since or until when."""
MEANWHILE = either_of(
    r"\b(?:in|during) my absence|\bwhile (?:i am|i'm) (?:away|out)|\burgent|\bemergenc|\b(?:slower|delayed|slow "
    r"to)\b|\bnext working day|\bcontact (?!us\b)\w|\bdirect all \w|\bimmediate (?:assist|"
    r"attent|help|need)|\bpressing\b",
    r"\b(?:limited|intermittent|no|sporadic|infrequent|without|not have) (?:\w+ ){0,2}access\b|\bnot (?:be "
    r")?(?:checking|reading|monitoring)",
    r"\b(?:respond|reply|answer|attend|return)\b[^.]{0,40}\b(?:as soon|upon|when|once|after|on my return)|\bget "
    r"back to you\b|\bupon my return",
    r"\bwhen i (?:return|get back|am back)|\bplease (?:\w+ )?(?:contact|call|write|direct|forward|e-?mail|send|"
    r"use|update)\b|\b(?:be|been) forwarded\b",
    r"お急ぎ|緊急|至急|順次|折り返し|ご了承|戻り次第|代わりに|代理|後任|後日|改めて|あらためて|出社後|帰国後|"
    r"出勤後|確認(?:が遅|次第|"
    r"でき)|返信(?:が|は|でき|を)|"
    r"返事(?:が|は)|対応(?:が|は|でき|させて)|ご連絡(?:は|が|させ|いたし|ください|下さい|をお願い|差し上げ)|"
    r"ご不便|ご迷惑|お電話|携帯",
    r"\bdringend|\bvertretung|weitergeleitet|wenden sie sich|kontaktieren|urgen|contacte[rz]|remplac|"
    r"\bcontact[ae]|recibiré|rispond",
    r"紧急|緊急|急事|请联系|請聯|尽快|儘快|急用|긴급|급한|연락",
)
"""What becomes of mails meanwhile, or whom to ask."""
RECEIVED = either_of(
    r"\b(?:your|this|the) (?:\w+ ){0,3}(?:e-?mail|message|request|inquiry|enquiry|ticket|case|mail|submission|"
    r"question|application|report)\b"
    r"[^.]{0,60} (?:has been|was|have been|is) (?:successfully |now |being )?(?:received|logged|created|opened|"
    r"registered|assigned|forwarded|"
    r"submitted|queued|added|recorded|processed|important)",
    r"\bwe (?:have|'ve)(?: now| successfully| just)? received (?:your|an? )|\bwe received your\b|\bthis (?:is to "
    r")?(?:confirms?|acknowledges?)\b",
    r"\bwe (?:hereby )?(?:confirm|acknowledge)\b[^.]{0,30}receipt",
    r"(?:お問い?合わ?せ|ご連絡|ご質問|お申し?込み|ご応募|メール|ご意見|ご注文|ご依頼|資料請求|ご予約|お便り|"
    r"内容)(?:を|は|の|が|で|に)?[^。]{0,25}"
    r"(?:受け?付け|受付(?:い|致|け|しま|完|させ)|受領|受理|承りま|受信(?:いた|致|しま)|(?:いただき|頂き|くださり|"
    r"下さり|誠に)[^。]{0,10}"
    r"ありがとうございま|有難うございま|ありがとうございます)",
    r"\bihre (?:anfrage|nachricht|e-?mail|mail)\b[^.]{0,60}(?:erhalten|eingegangen|empfangen|registriert|bearbeite)",
    r"\bnous avons (?:bien )?reçu|\bvotre (?:message|demande|courriel|mail)\b[^.]{0,40}(?:a bien été|a été|est bien)",
    r"\bhemos recibido (?:su|tu)|\bsu (?:mensaje|solicitud|consulta|correo)\b[^.]{0,40}(?:ha sido|fue)|\babbiamo "
    r"ricevuto|\brecebemos (?:o |a )?(?:seu|sua)",
    r"收到(?:您|你|贵)的|(?:문의|메일|접수)[^.]{0,15}(?:접수|수신|받았)",
)
"""The writer confirms that a mail arrived."""
WILL_ANSWER = either_of(
    r"\b(?:we|our (?:team|staff|support|office)|someone|a (?:member|representative)|an? (?:agent|operator|"
    r"engineer|staff member)|you)\b"
    r"[^.]{0,60}(?:get back|respond|reply|contact you|be in touch|look into|as soon as possible|within|hear from)",
    r"\b(?:ticket|case|request|incident|reference|tracking)(?: (?:number|id|no\.?))?\s*(?:#|:|is\b|\[)|\[[a-z "
    r"]*#\s?\d+\]",
    r"担当(?:者|部署|の者)?(?:より|から|が|にて)[^。]{0,25}(?:連絡|返信|回答|返答|対応)|営業日|しばらくお待ち|"
    r"お待ちください|(?:追って|折り返し|改めて|後ほど)|受付番号|"
    r"(?:内容)?を?(?:確認|検討)(?:の(?:上|うえ)|し|でき|次第|後)[^。]{0,15}(?:連絡|返信|回答)",
    r"schnellstmöglich|so bald wie|umgehend|dans les (?:meilleurs|plus brefs)|lo antes posible|a la brevedad|"
    r"quanto prima|尽快|盡快|빠른 시일|담당자",
)
NO_ANSWER = either_of(
    r"\b(?:do not|don't|not to|cannot) (?:reply|respond)(?: directly)? to (?:this|the) |"
    r"\bplease do not (?:reply|respond)[.!,;]|"
    r"\b(?:replies|responses) to this (?:e-?mail|message|address|"
    r"mailbox)|\b(?:un|not )monitored\b",
    r"(?:このメール|本メール|当メール|こちらのメール|このアドレス|本アドレス|当アドレス|"
    r"このメッセージ)[^。]{0,30}返信[^。]{0,20}(?:でき|いただけ|しない|なさらない|"
    r"遠慮|お受け|ません|控え|不要)|送信専用|配信専用|返信不可|返信(?:は|いただいて|されまして|"
    r"されて)[^。]{0,25}(?:ません|遠慮|不要)",
    r"nicht auf diese|antworten sie (?:bitte )?nicht|ne pas répondre|no respond|não respond|non risponde|"
    r"请勿(?:直接)?回复|請勿(?:直接)?回[覆復]|발신\s*전용|회신하지",
)
LATE = either_of(
    r"\bsorry for (?:the|my|being) (?:\w+ )?(?:late|delay|slow)|\bapologi[sz]e for (?:the|my) (?:late|delay|slow)|"
    r"\b(?:i|we) (?:was|were|have been|had been) "
    r"(?:out|away|on|off|travell?ing|abroad)",
    r"遅く(?:なり|なって)(?:まして|ました|、|申|すみ|大変|失礼)|遅れまして|遅れました|遅れて(?:申|すみ|おり|しま)|"
    r"entschuldig\w+ (?:die|für die) (?:späte|verspätete)",
)
"""A person who was away and is back."""
SENDS = either_of(
    r"\b(?:please find|i (?:have )?attach|i'm attaching|attached (?:is|are|please|you)|here (?:is|are) (?:my|the)|"
    r"i (?:would like|want|wish) to|i'd like to)\b",
    r"添付(?:いた|致|し(?:ま|て)|の通り)|お送り(?:いた|致|し)ま|送付(?:いた|致)しま|申請(?:いた|致|し)(?:ま|たい)|"
    r"申し込みま|anbei|im anhang|ci-joint|adjunto",
)
"""A person who wants something."""
ASKS = either_of(
    r"[^\s/=&]\?(?:\s|$)|でしょうか|(?:ません|ます|です)か(?:[。\s]|$)|ご?教示|教えて|お教え|知りたい|\bcould "
    r"you\b|\bcan you\b|\bwould you\b|\bwhat should i\b|\bplease help\b"
)
FIRST_PERSON = either_of(
    r"\bmy (?:mail|message|e-?mail|application|form|letter|request|answer|reply|address)\b|\bi (?:tried|sent|"
    r"wrote|got|received|have (?:sent|tried|received)|get|keep|am getting)\b",
    r"(?:送っ|送信し|返信し|お送りし)(?:た|まし)たところ|送りましたが|送ったのですが|届いて(?:い|お)|"
    r"戻ってき(?:た|ま)|返ってき(?:た|ま)|私(?:は|が|の)",
)
"""A person who tells of a mail of theirs."""
