"""The mails of the demo's day, as their senders wrote them. Nothing is real: `example` domains, invented people."""

from mailbot.demo.people import Person

DESK = "helpdesk@desk.example"
MARIA = Person("Maria Keller", "maria.keller@uni.example")
KELLERS_PROFESSOR = Person("Jonas Brandt", "jonas.brandt@uni.example")
SAKURA = Person("山田 さくら", "sakura.yamada@bio.example.ac.jp", charset="iso-2022-jp")
SAKURAS_PROFESSOR = Person("佐藤 健一", "kenichi.sato@bio.example.ac.jp", charset="iso-2022-jp")
VISITOR = Person("Pat Lindqvist", "pat@conference.example")

ENGLISH_APPLICATION = """\
Dear help desk,

I would like to apply for an account for our sequencing project.

Family name: Keller
First name: Maria
Email: maria.keller@uni.example
Nationality: Germany
Country of residence: Japan
Research field: Plant genomics
Job title: Postdoctoral researcher
Purpose of use: Assembly and annotation of barley genomes from long-read
  sequencing data. We compare structural variants between wild and
  cultivated lines, and need large-memory nodes for the assembly and
  fast storage for about 20 TB of intermediate files.
Affiliation: Institute of Plant Science, Example University
Postal code: 411-8540
Address: 1111 Yata
  Mishima, Shizuoka
Telephone: +81 55 981 0000
Desired account name: mkeller
Use the personal genome division: no
Responsible person is the applicant: no
Responsible person's family name: Brandt
Responsible person's first name: Jonas
Responsible person's email: jonas.brandt@uni.example
Responsible person's nationality: Germany
Responsible person's research field: Plant genomics
Responsible person's job title: Professor
Responsible person's affiliation: Institute of Plant Science, Example University
Responsible person's postal code: 411-8540
Responsible person's address: 1111 Yata, Mishima, Shizuoka
Responsible person's telephone: +81 55 981 0001
Resident under the law: yes
Specific category: none of these
Education and career: 2016-2022 Example University, student
  2022- Example University, postdoctoral researcher
Employment: full-time
Period of use: from now on, for two years

With kind regards,
Maria Keller
"""

JAPANESE_APPLICATION = """\
ヘルプデスク御中

お世話になっております。下記のとおり利用を申請いたします。

姓：YAMADA
名：Sakura
メールアドレス：sakura.yamada@bio.example.ac.jp
国籍：日本
居住国：日本
研究分野：分子生物学
利用目的：メダカのRNA解析
所属：㈱例示生物研究所　髙橋研究室①
郵便番号：４１１－８５４０
住所：静岡県三島市谷田１１１１
電話番号：０５５－９８１－００００
希望アカウント名：syamada
個人ゲノム解析区画を利用する：いいえ
責任者は申請者と同じ：いいえ
責任者の姓：SATO
責任者の名：Kenichi
責任者のメールアドレス：kenichi.sato@bio.example.ac.jp
責任者の国籍：日本
責任者の研究分野：分子生物学
責任者の職名：教授
責任者の所属：例示生物研究所
責任者の住所：静岡県三島市谷田１１１１

よろしくお願いいたします。
山田さくら
"""

PURPOSE = (
    "メダカの初期発生における遺伝子発現の変化を調べるため、公開されているＲＮＡ配列データと当研究室で取得した配列データを"
    "併せて解析します。発生段階ごとの発現量の比較、選択的スプライシングの検出、近縁種との比較を行い、得られた結果は論文と"
    "して公表する予定です。配列データの量はおよそ２ＴＢ、解析の期間は二年間を見込んでおり、大容量メモリの計算機も利用します。"
)
JAPANESE_ANSWERS = {
    "職名": "助教",
    "利用目的": PURPOSE,
    "責任者の郵便番号": "411-8540",
    "責任者の電話番号": "055-981-0001",
}
"""What the first letter to the Japanese applicant asks for: three fields missing, one too short."""

AWAY = """\
ただいま出張のため不在にしております。11月25日（水）以降にご連絡いたします。
お急ぎの場合は研究室までお電話ください。
"""

QUESTION = """\
Hello,

could you tell me whether the cafeteria near your institute is open on Saturdays?

Pat
"""

BROKEN = (
    b"From: someone@somewhere.example\r\nTo: helpdesk@desk.example\r\nSubject: form attached\r\n"
    b"Message-ID: <broken-1@somewhere.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="=_never_seen"\r\n\r\n \r\n'
)
"""Cut off on its way: the parts it announces never come."""

BOUNCE = """\
From: Mail Delivery System <MAILER-DAEMON@mx.conference.example>
To: {envelope}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@mx.conference.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I could not deliver your message to {recipient}: user unknown.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.conference.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b1
Content-Type: text/rfc822-headers

Message-ID: {message_id}
To: {recipient}

--b1--
"""
