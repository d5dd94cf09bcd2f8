"""What people write for countries beside the names that CLDR has: short names, formal ones, nationalities. It decides
nothing about countries: every row leads to a code that CLDR names.
"""

from collections.abc import Iterator

_ALSO = """
AE uae, emirati, アラブ首長国
AF afghan
AL albanian
AM armenian
AR argentine, argentinian, argentinean
AT austrian
AU australian, 豪州
AZ azerbaijani
BA bosnia, bosnian
BD bangladeshi
BE belgian
BG bulgarian
BO bolivian
BR brazilian, brasil, ブラジル連邦
BT bhutanese
BY belarusian
CA canadian
CD dr congo, drc, democratic republic of congo, democratic republic of the congo
CG congo brazzaville, republic of congo, republic of the congo
CH swiss
CI ivory coast, cote d ivoire, ivorian
CL chilean
CM cameroonian
CN cn, prc, p r c, p r china, pr china, mainland china, peoples republic of china, chinese
CN 中華人民共和国, 中国大陸, 中华人民共和国
CO colombian
CR costa rican
CU cuban
CZ czech, czech republic, チェコ共和国
DE german, federal republic of germany, 独国
DK danish
DO dominican republic
DZ algerian
EC ecuadorian
EE estonian
EG egyptian
ES spanish
ET ethiopian
FI finnish
FR french, 仏国
GB uk, u k, great britain, britain, british, england, english, scotland, scottish, wales, welsh, northern ireland
GB united kingdom of great britain and northern ireland
GB 英国, 大英帝国, イングランド, スコットランド, ウェールズ, 連合王国
GE georgian, グルジア
GH ghanaian
GR greek
HK hong kong, hongkong, hong kong sar, hong kong china, 香港, ホンコン
HR croatian
HU hungarian
ID indonesian
IE irish
IL israeli
IN indian
IQ iraqi
IR iranian, islamic republic of iran
IS icelandic
IT italian, 伊国
JO jordanian
JP jp, japanese, nippon, nihon, 日本国, 日, 本邦
KE kenyan
KG kyrgyz
KH cambodian
KP north korean, dprk, democratic peoples republic of korea, 朝鮮民主主義人民共和国
KR kr, korea, korean, south korean, republic of korea, rok, r o k, 大韓民国, 大韓民國, 대한민국, 한국
KW kuwaiti
KZ kazakh, kazakhstani
LA lao, laotian, lao pdr, lao peoples democratic republic
LB lebanese
LK sri lankan
LT lithuanian
LV latvian
LY libyan
MA moroccan
MD moldovan
MG malagasy
MK macedonian, macedonia
MM burma, burmese, ビルマ
MN mongolian
MO macau, macao, macao sar, macau sar, macau china, 澳門, マカオ
MT maltese
MX mexican, united mexican states, メキシコ合衆国
MY malaysian
NG nigerian
NL holland, dutch, the netherlands
NO norwegian
NP nepali, nepalese
NZ new zealander
OM omani
PE peruvian
PH filipino, filipina, philippine, the philippines
PK pakistani
PL polish
PS palestine, palestinian, state of palestine, パレスチナ
PT portuguese
PY paraguayan
QA qatari
RO romanian
RS serbian
RU russian, russian federation, ロシア連邦
RW rwandan
SA saudi, saudi arabian
SD sudanese
SE swedish
SG singaporean
SI slovenian, slovene
SK slovak
SN senegalese
SY syrian, syrian arab republic
TH thai
TN tunisian
TR turkey, turkish, turkiye
TW tw, taiwanese, taiwan roc, taiwan r o c, taiwan republic of china, taiwan province of china, chinese taipei
TW 台灣, 臺灣
TZ tanzanian, united republic of tanzania
UA ukrainian
UG ugandan
US usa, u s, u s a, us, america, american, united states of america, the states
US 米国, アメリカ, 合衆国, 北米合衆国, 米
UY uruguayan
UZ uzbek, uzbekistani
VA vatican, holy see
VE venezuelan
VN viet nam, vietnamese, 越南, socialist republic of viet nam
YE yemeni
ZA south african, 南ア
ZM zambian
ZW zimbabwean
"""
NOT_STRIPPED = frozenset({"korea", "china", "congo", "朝鮮", "コンゴ"})
"""Names that a form of government tells apart: `Republic of` and the like is part of them."""


def also() -> Iterator[tuple[str, str]]:
    """Every further word for a country as a person may write it, with its ISO 3166-1 alpha-2 code."""
    for line in _ALSO.strip().splitlines():
        code, _, words = line.partition(" ")
        yield from ((word, code) for word in words.split(", "))
