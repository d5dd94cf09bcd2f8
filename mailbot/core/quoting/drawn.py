"""Lines that people and mail programs draw with signs: above a quote, around a signature. It knows no other line."""

import re

_STROKES = "-_=*~+#＿＝－＊～＋＃〜・─━═―—–"
"""A wave is U+FF5E in mail from Japanese charsets, else U+301C."""
_SHAPES = "◇◆□■☆★○●◎△▲▽▼※…"
DRAWN_FIRST = frozenset(_STROKES + _SHAPES + "ー")
"""What a drawn line begins with, or the title of a quote: `ーー 転送メッセージ ーー`."""
_CUT = 200
"""Characters of a line that are looked at."""

_RULER = re.compile(rf"\s*(?:[{re.escape(_STROKES)}]\s?){{4,}}+\Z")
_DRAWN = re.compile(rf"\s*(?:[{re.escape(_STROKES + _SHAPES)}]\s?){{5,}}+\Z")


def ruler(line: str) -> bool:
    """Whether a line is drawn with strokes alone, `----------` or `━━━━━━`: it may part a value from what follows, so
    shapes are none, which stand for what is to be filled in (`○○○○`) or left out (`………`)."""
    return _RULER.match(line[:_CUT]) is not None


def drawn(line: str) -> bool:
    """Whether a line is drawn with strokes or shapes, `******` or `★★★★★`, as around signatures: five at least, since
    four stars may be what somebody thinks of a thing."""
    return _DRAWN.match(line[:_CUT]) is not None
