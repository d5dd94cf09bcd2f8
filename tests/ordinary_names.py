"""Names, addresses and titles as people really write them, in many scripts: nothing about them is strange."""

NAMES = """
O’Brien | O'Connor | D’Arcy McNickle | Müller-Łukasz | José María Ñúñez | Zoë Brontë | Françoise Lefèvre
Søren Kierkegård | Þórdís Guðmundsdóttir | Ægir Øyvind Åse | Straße, Groß | Dvořák Žižka Čapek | Łódź Śląsk
Nguyễn Thị Minh Khai | Trần Đức Lương | Nguye\u0302\u0303n Thi\u0323 | Ștefan Țepeș | Győző Erdős | Ġorġ Borġ
Kıvanç Iğdır İnönü | Əliyev Şükür | Kaʻahumanu | Hawaiʻi Ke'alohi | Ŋuŋu Ɖeka | Kɔfi Ɛkow | Ɓala Ƙasim
Tāwhiri Māori | Aoife Ní Dhomhnaill | Sgt. J. R. R. Smith, Jr. | Maria (Mia) van der Berg | X Æ A-12 | R2-D2
Ann Lee 3rd | 田中 太郎 | 田中　太郎 | 髙橋 﨑 | 山﨑 一郎 | 齋藤 邊 | 葛\U000e0100城 市 | 吉\U00020bb7 | 𠮷野家
田中 Taro | Tanaka 太郎 | 佐々木 のぞみ | ヴァイオレット・エヴァーガーデン | ｶﾌﾞｼｷｶﾞｲｼｬ | 三菱ＵＦＪ
Ｔａｎａｋａ　Ｔａｒｏ | 山田ゝ花 | 〆木 〇子 | エリック・サティ | 工口 エロ 力カ 二ニ 口ロ 夕タ ーー一 へヘ
Tシャツ | X線 | マイク（Mike）田中 | か\u3099き\u3099 | 一ノ瀬 | 八ッ場 | 関ヶ原 | 王 小明 | 李　娜 | 歐陽 修
毛泽东 | 張學良 | 陳·大文 | 阿凡提·買買提 | 김철수 | 박 지성 | 김 (金) Kim | 이순신 Yi Sun-sin
\u1112\u1161\u11ab | DNA는 | สมชาย ใจดี | ศิริพร ณ อยุธยา | น้ำผึ้ง ก๋วยเตี๋ยว | ใช้DNAใน | ພອນສະຫວັນ
សុខ\u200bសាន្ត | មហាវិទ្យាល័យ | မောင်မောင် | ཚེ་རིང་ | བསྟན་འཛིན་རྒྱ་མཚོ | محمد بن سلمان | أَحْمَد
عبد الله\u200f | می\u200cخواهم | علی\u200cرضا | فاطمه زهرا | محمد (Mohammed) | \u200eMohammed محمد | بتول-ی ٤٢
ئۇيغۇر | דוד בן־גוריון | שָׁלוֹם | יוסף כהן\u200f | Cohen (כהן) | אבגד"ה | ג'ורג' | דוד Levi | Иван Петров
Вера Роса | Сара Хосе | Ёлкина Щукина | Олександр Їжак Ґалаґан | Ђорђе Љубиша | Ѓорѓи Ќосев | Сергій О’Брайен
Петров Иван / Petrov Ivan | Вера Кох / Vera Koch | Вера Кох (Vera Koch) | Салтыкова-Щедрина | Ұлы Қазақ Әлия
Тоомас IV Ыйм | Γιώργος Παπαδόπουλος | Νίκος Καζαντζάκης | Άννα Οικονόμου | Αντιγόνη (Antigone)
Γιάννης Smith-Παππάς Σ. | Գևորգ Աբրահամյան | ნინო ბერიძე | ნინო (Nino) | अमित शर्मा | श्री\u200dमती | क्\u200dष
প্রিয়া দাস | ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ | ગાંધી | ଓଡ଼ିଆ | தமிழ்ச்செல்வி | శ్రీ\u200cనివాస్ | ಶ್ರೀನಿವಾಸ | മലയാളം
ශ්\u200dරී ලංකා | ཀུན་དགའ། | ሰላም ተስፋዬ | ދިވެހި | ᠮᠣᠩᠭᠣᠯ | ᏣᎳᎩ | ⵜⵉⴼⵉⵏⴰⵖ | ꯃꯤꯇꯩ | Sakura ❤\ufe0f
👩\u200d🔬 Curie | ①山田 | ㈱例示 髙橋 | Renée & Co. | №5 Chanel | Anna\u00a0Maria | 3ª Rua, nº 7 | café – bar…
"""
"""Names, with `|` between them."""

TITLES = """
TGFβ signalling | NF-κB, TNFα und IFNγ | β-catenin | αβT細胞 | γδT cells | μCT and µCT | Δψm | σ70 factor
β2-microglobulin | ΔF508 | α線とβ線 | ρ因子 | 10 ℓ | 5 μm | PPARγ | κ light chain | ν | χ² test | ψ-BLAST
λ phage λ | H₂O and CO₂ | 𝑥 = 3 | ℝ and ℂ | ＤＮＡ解析 | 第①章 | Ⅳ期 | ㎡ | 京都大学（Kyoto University）
МГУ (Moscow) | Institut für Физика | CaMKIIα | ɑ-helix | ərəfəri [ɪŋ]
"""
"""Fields of research and affiliations, likewise."""

ADDRESSES = """
taro@univ.example | o'brien@univ.example | 太郎@例え.example | taro@例示大学.example | müller@straße.example
иван@почта.example | γιώργος@σχολή.example | user@ドメイン名例.example | kim@한국.example
สมชาย@ตัวอย่าง.example | ｔａｒｏ＠ｕｎｉｖ．ｅｘａｍｐｌｅ | 研究室2@ラボ.example
"""
"""Addresses, likewise."""


def listed(text: str) -> list[str]:
    """The entries of one of these."""
    return [one.strip(" ") for line in text.strip("\n").split("\n") for one in line.split(" | ")]
