"""What HTML says about how words look, as far as it decides whether anybody sees them. It knows nothing of their place.

Only what stands in the elements themselves is looked at, as mail programs write it; no style sheet is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SAID = re.compile(r"(?:^|;)\s*([a-z-]{1,40})\s*:\s*([^;]*)")
_VALUES: Mapping[str, re.Pattern[str]] = {
    "display": re.compile(
        r"none|block|inline|contents|flow|flow-root|list-item|(?:inline-)?(?:block|flex|grid|table)|table-[a-z-]+"
        r"|inherit|initial|unset|revert|run-in|ruby"
    ),
    "visibility": re.compile(r"visible|hidden|collapse|inherit|initial|unset|revert"),
    "opacity": re.compile(r"(?=[\d.])\d{0,6}(?:\.\d{0,6})?%?|inherit|initial|unset|revert"),
    "font-size": re.compile(
        r"(?=[\d.])\d{0,6}(?:\.\d{0,6})?\s*[a-z%]{0,4}|(?:xx?-|xxx-)?(?:small|large)|medium|smaller|larger|inherit|initial"
    ),
}
"""Values that programs understand, of what hides words; another one is as if nobody had said it (CSS 2.2, §4.2)."""
_HIDES: Mapping[str, re.Pattern[str]] = {
    "display": re.compile("none"),
    "visibility": re.compile("hidden|collapse"),
    "mso-hide": re.compile("all"),
    "opacity": re.compile(r"(?=[0.])0*(?:\.0*)?%?"),
}
"""What hides an element with all that is in it."""
_SIZE = re.compile(r"(?=\d|\.\d)(\d{0,6}(?:\.\d{0,6})?)\s*([a-z%]{0,4})")
_AS_AROUND = frozenset("inherit unset none initial transparent".split())
"""What says of a background that there is none; of a colour the first two say as much."""
_LONGEST_COLOUR = 100
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
Style = Mapping[str, str]
"""What a `style` attribute says, by property, all in small letters."""


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


def style_of(attrs: Mapping[str, str]) -> Style:
    """What the style of an element says. What is said last counts, unless it is said to be less important (CSS
    Cascading, §6.1); a `background` takes back what was said of its colour and picture before."""
    text = attrs.get("style", "")[:MOST_STYLE].lower()
    if not text:
        return {}
    said = dict[str, str]()
    for name, value in _SAID.findall(_COMMENT.sub(" ", text) if "/*" in text else text):
        bare = value.partition("!")[0].strip()
        known = _VALUES.get(name)
        if (known and not known.fullmatch(bare)) or ("!" in said.get(name, "") and "!" not in value):
            continue
        if name == "background":
            said.pop("background-color", None)
            said.pop("background-image", None)
        said[name] = value.strip()
    return {name: value.partition("!")[0].strip() for name, value in said.items()}


def hides(attrs: Mapping[str, str], style: Style) -> bool:
    """Whether an element hides all that is in it."""
    return "hidden" in attrs or any(name in style and how.fullmatch(style[name]) for name, how in _HIDES.items())


def looks(around: Looks, attrs: Mapping[str, str], style: Style) -> Looks:
    """How the words of an element look, `around` being how those around it do: what it does not say is as there."""
    here, size = around, _SIZE.fullmatch(style.get("font-size", ""))
    if size:
        here = replace(here, sized=_has_size(float(size[1]), size[2]))
    colour = style.get("color") or attrs.get("color")
    if colour and colour not in ("inherit", "unset"):
        here = replace(here, colour=_colour(colour))
    paint = style.get("background-color") or style.get("background") or attrs.get("bgcolor")
    if paint and paint not in _AS_AROUND and (behind := _colour(paint)) != "transparent":
        here = replace(here, behind=behind)
    return replace(here, behind=None) if _has_picture(attrs, style) else here


def looks_of_body(attrs: Mapping[str, str], style: Style) -> Looks:
    """How words look of which a mail says nothing more than its body does, in the old way too (`text`, `bgcolor`: HTML
    4.01, §7.5.1). Where it names only the ink, or only the paper, and nobody could read the one on the other as it is
    elsewhere, a style sheet says the rest: that is not known then."""
    own = looks(Looks(None, None), {"color": attrs.get("text", ""), **attrs}, style)
    whole = Looks(own.colour or PLAIN.colour, own.behind or PLAIN.behind, own.sized)
    unsure = own.colour is None or own.behind is None
    return own if _has_picture(attrs, style) or (unsure and _alike(whole.colour, whole.behind)) else whole


def _has_picture(attrs: Mapping[str, str], style: Style) -> bool:
    return bool(attrs.get("background")) or style.get("background-image", "none") not in ("none", "initial", "")


def _has_size(number: float, unit: str) -> bool:
    return number >= _LEAST_SIZE if unit in ("px", "pt", "") else number > 0


def _colour(text: str) -> Colour:
    said = text[:_LONGEST_COLOUR].replace("!important", "").strip().lower()
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
