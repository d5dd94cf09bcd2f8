"""Sets of signs that are treated alike wherever text is read: unseen ones, dashes, apostrophes, halves of characters.

It knows no text. A set is written as inside the brackets of a regular expression unless it says otherwise.
"""

import re

ONE_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""Control characters and line ends: what a line has none of."""
SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of characters that lost the other one: no UTF-8 has them."""
TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
"""What turns the direction in which the signs around it are read, one by one."""
UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""What takes no room or shows nothing, but for spaces."""
FAR_EAST = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""Characters of Chinese and Japanese, between which a space is only where a line was broken."""
INVISIBLE = {ord(sign): None for sign in "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff"}
"""For `str.translate`: what mail programs and copying leave in a text, out of it. Fewer than UNSEEN: names keep those
that they are spelled with."""
DASHES = "‐‑‒–—―−"
"""Hyphens, dashes and the minus, each to be taken for the one of ASCII."""
APOSTROPHES = "’‘`"
"""What is written for an apostrophe, after NFKC."""
ACUTE = "´"
"""Another one, of which NFKC makes a space and an accent: to be taken for an apostrophe before."""
