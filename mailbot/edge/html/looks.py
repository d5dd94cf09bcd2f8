"""What HTML says about how words look, as far as it decides whether anybody sees them. It knows nothing of their place.

Only what stands in the elements themselves is looked at, as mail programs write it; no style sheet is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?<![\w-])opacity\s*:\s*0(?:\.0*)?(?![.\d])",
    re.IGNORECASE,
)
_SIZE = re.compile(r"font-size\s*:\s*(\d{0,6}(?:\.\d{1,6})?)\s*(px|pt|em|rem|%|)", re.IGNORECASE)
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;]{1,100})", re.IGNORECASE)
_BEHIND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;]{1,100})", re.IGNORECASE)
_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})\b")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})")
_NAMED = {
    "white": (255, 255, 255),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245),
    "black": (0, 0, 0),
}
"""Names of colours that paper and ink have."""
_LEAST_UNLIKE = 16
"""By how much one of red, green and blue has to differ (of 255) for words to stand out from what is behind them."""
_LEAST_SIZE = 2.0
"""Pixels or points from which on a letter may be seen."""
MOST_STYLE = 2_000
"""Characters of a style that are looked at; mail programs write a few dozen."""
Colour = tuple[int, int, int] | str | None
"""Red, green and blue; a name that is no more than that; nothing if it is not known."""


def _alike(one: Colour, other: Colour) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return max(abs(a - b) for a, b in zip(one, other, strict=True)) < _LEAST_UNLIKE
    return one is not None and one == other


@dataclass(frozen=True, slots=True)
class Looks:
    """How words look: their colour, what is behind them, whether their letters have a size."""

    colour: Colour
    behind: Colour
    sized: bool = True
    seen: bool = field(init=False)
    """Whether anybody can see them; found once, as every word asks."""

    def __post_init__(self) -> None:
        seen = self.sized and self.colour != "transparent" and not _alike(self.colour, self.behind)
        object.__setattr__(self, "seen", seen)


PLAIN = Looks(_NAMED["black"], _NAMED["white"])
"""Where nothing is said."""


def hides(attrs: Mapping[str, str]) -> bool:
    """Whether an element hides all that is in it."""
    return "hidden" in attrs or _HIDDEN.search(attrs.get("style", "")[:MOST_STYLE]) is not None


def looks(around: Looks, attrs: Mapping[str, str]) -> Looks:
    """How the words of an element look, `around` being how those around it do: what it does not say is as there."""
    style, here = attrs.get("style", "")[:MOST_STYLE], around
    size, colour, behind = _SIZE.search(style), _last(_COLOUR, style), _last(_BEHIND, style)
    if size and size[1]:
        here = replace(here, sized=_has_size(float(size[1]), size[2]))
    if colour or "color" in attrs:
        here = replace(here, colour=_colour(colour or attrs["color"]))
    if behind or "bgcolor" in attrs:
        paint = _colour(behind or attrs["bgcolor"])
        here = here if paint == "transparent" else replace(here, behind=paint)
    return here


def _last(pattern: re.Pattern[str], style: str) -> str:
    """What is said last counts (CSS Cascading and Inheritance, §6.1)."""
    said = pattern.findall(style)
    return str(said[-1]) if said else ""


def _has_size(number: float, unit: str) -> bool:
    return number >= _LEAST_SIZE if unit.lower() in ("px", "pt", "") else number > 0


def _colour(text: str) -> Colour:
    said = text.replace("!important", "").strip().lower()
    digits, parts = _HEX.search(said), _RGB.search(said)
    if "(" in said and not parts:
        return None  # a picture, or a colour that is worked out
    if re.search(r"rgba\([^)]*[, ]0(?:\.0*)?\s*\)", said):
        return "transparent"
    if parts:
        return int(parts[1]), int(parts[2]), int(parts[3])
    if digits:
        six = digits[1] if len(digits[1]) == 6 else "".join(digit * 2 for digit in digits[1])
        return int(six[:2], 16), int(six[2:4], 16), int(six[4:], 16)
    name = said.split()[0] if said else ""
    return _NAMED.get(name, name or None)
