"""Files that people attach in conversations, by the name a conversation calls them. It knows no mail."""

from collections.abc import Mapping

from pdf_files import pdf
from plan_files import PlanFile, Row
from strange_files import cms, document, locked_zip
from tnef_files import BINARY, BODY, RTF, UNICODE, File, called, property_of, tnef

KENJI = ("Kenji Sato", "kenji@univ.example", "kenji", "", "Example University")
GROUP = (
    ("Aoi Tanaka", "aoi@univ.example", "aoi-t", "course26", "Example University"),
    ("Ben Okafor", "ben@univ.example", "ben-o", "course26", "Example University"),
)
HANNE = ("Hanne Bauer", "hanne.bauer@geo.example.edu", "hbauer", "", "Example Geological Institute")
MEI = ("Mei Aalto", "mei.aalto@cryo.example", "mei-aalto", "", "Example Institute of Structural Biology")
KUBO = ("久保 真帆", "kubo@setouchi.example.ac.jp", "maho-k", "", "瀬戸内例示大学 理学部")
MUKAI = ("向井 亮", "mukai@kenkyu.example.ac.jp", "mukai-r", "", "例示研究大学 理学部")
SATO = ("佐藤 健二", "kenji@univ.example", "kenji", "", "例示大学 農学部")
KOSHUKAI = (
    ("石井 さくら", "ishii@rika.example.ac.jp", "sakura-i", "asm2026", "例示理科大学"),
    ("中野 大", "nakano@rika.example.ac.jp", "dai-n", "asm2026", "例示理科大学"),
    ("木村 芽衣", "kimura@noken.example.ac.jp", "mei-k", "asm2026", "例示農業研究所"),
)
AIM = "野生イネ300系統のゲノムを、公開されているツールで組み立てます。"
AMOUNT = "1系統あたり 0.15 TB、合計 45 TB を見込んでいます。"

ENQUIRY = """\
Your name: <Ngozi Okafor>
Affiliation: <Example University, Institute of Marine Biology>
Your login account: <nokafor>
Details of your request:
<My jobs on the large-memory nodes stop after an hour. Is there a limit,
and can I ask for more time?>
"""
TOIAWASE = """\
氏名：<杉山 直子>
所属：<例示大学　農学部>
ログインアカウント：<sugiyama-n>
問い合わせ内容：
<共有領域の空きが足りません。①容量の追加と②古いファイルの
削除のどちらをお願いすべきでしょうか。>
"""

PLANS: Mapping[str, PlanFile] = {
    "plan": PlanFile(users=(KENJI,), rows=(Row({"kenji": 12.5}),)),
    "large plan": PlanFile(users=(KENJI,), rows=(Row({"kenji": 45}),)),
    "plan with mistakes": PlanFile(
        users=(("Kenji Sato", "kenji at univ", "kenji", "", ""),), rows=(Row({"kenji": -3}),)
    ),
    "plan for Hanne": PlanFile(
        name="Hanne Bauer", account="hbauer", project="", users=(HANNE,), rows=(Row({"hbauer": 6}),)
    ),
    "large plan for Mei": PlanFile(name="Mei Aalto", account="", users=(MEI,), rows=(Row({"mei-aalto": 45}),)),
    "plan without users": PlanFile(users=(), rows=(Row({"kenji": 5}),)),
    "plan of a year to come": PlanFile(year=2031, users=(KENJI,), rows=(Row({"kenji": 8}),)),
    "group plan": PlanFile(project="Course on genome assembly", users=GROUP, rows=(Row({"aoi-t": 1, "ben-o": 1}),)),
}
KEIKAKU: Mapping[str, PlanFile] = {
    "利用計画表": PlanFile(
        name="佐藤 健二",
        project="野生イネのゲノム解析",
        users=(SATO,),
        purpose=AIM,
        resources=AMOUNT,
        rows=(Row({"kenji": 45}),),
    ),
    "利用計画表（修正前）": PlanFile(
        name="佐藤 健二",
        users=(("佐藤 健二", "kenji＠univ", "kenji", "", ""),),
        purpose="",
        resources=AMOUNT,
        rows=(Row({"kenji": "20TB程度", "jiro": 3}),),
    ),
    "利用計画表（2031年度版）": PlanFile(
        year=2031,
        name="向井 亮",
        account="mukai-r",
        project="湖沼微生物の時系列解析",
        users=(MUKAI,),
        purpose="湖沼の微生物群集の時系列変化を調べます。",
        resources="3年分の試料で 8 TB を見込んでいます。",
        rows=(Row({"mukai-r": 8}),),
    ),
    "料金試算表のない計画表": PlanFile(
        name="向井 亮", account="mukai-r", project="", users=(MUKAI,), purpose=AIM, resources=AMOUNT, rows=()
    ),
    "向井さんの計画表": PlanFile(
        name="向井 亮",
        account="mukai-r",
        project="",
        users=(MUKAI,),
        purpose=AIM,
        resources=AMOUNT,
        rows=(Row({"mukai-r": 12}),),
    ),
    "久保さんの計画表": PlanFile(
        name="久保 真帆",
        account="",
        project="",
        users=(KUBO,),
        purpose=AIM,
        resources=AMOUNT,
        rows=(Row({"maho-k": 45}),),
    ),
    "講習会の計画表": PlanFile(
        name="内田 和子",
        account="kuchida",
        project="ゲノムアセンブリ講習会 2026",
        users=KOSHUKAI,
        purpose="講習会の実習で、モデル植物のゲノムを組み立てます。",
        resources="1名あたり 0.2 TB、合計 0.6 TB を見込んでいます。",
        rows=(Row({"sakura-i": 0.2, "dai-n": 0.2, "mei-k": 0.2}),),
    ),
}
PLANS_OF_ALL = {**PLANS, **KEIKAKU}
FILES: Mapping[str, tuple[str, bytes]] = {
    **{name: (f"{name.replace(' ', '_')}.xlsx", plan.content) for name, plan in PLANS_OF_ALL.items()},
    "scan": ("scan.pdf", pdf()),
    "locked ZIP": ("account application.zip", locked_zip("application.docx")),
    "パスワード付きZIP": ("利用申請書.zip", locked_zip("利用申請書.docx")),
    "Word form": ("account application.docx", document()),
    "PDF form": ("利用申請書.pdf", pdf()),
    "encrypted mail": ("smime.p7m", cms(b"\x03")),
    "form as text": ("enquiry.txt", ENQUIRY.encode()),
    "enquiry in an Outlook envelope": (
        "winmail.dat",
        tnef(
            property_of(BODY, UNICODE, ENQUIRY.replace("\n", "\r\n")),
            property_of(RTF, BINARY, b"compressed"),
            files=(File("JOB.LOG", b"job 17: killed after 3600 s\n", (called("job 17.log"),)),),
            code_page=1252,
        ),
    ),
    "Outlook envelope with nothing but RTF": ("winmail.dat", tnef(property_of(RTF, BINARY, b"compressed"))),
    "Outlook形式の問い合わせ": (
        "winmail.dat",
        tnef(
            body=TOIAWASE.replace("\n", "\r\n").encode("cp932"),
            files=(File("容量の内訳.txt", "共有領域：98% 使用中\n".encode("cp932")),),
        ),
    ),
    "メモ帳の問い合わせ": ("問い合わせ.txt", TOIAWASE.replace("\n", "\r\n").encode("cp932")),
}
"""Name -> name of the file, and its bytes."""
