"""The words of a report, in each language it can be made in. They know no figures."""

from collections.abc import Mapping

from mailbot.views.report.words_en import ENGLISH
from mailbot.views.report.words_ja import JAPANESE

WORDS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "ja": JAPANESE}
"""Sentences by language and key; words in braces are filled in. Every language has the same keys."""
