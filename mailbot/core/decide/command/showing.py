"""Commands that only look: the case as it stands, and what was done in it. They change nothing and parse no line."""

import re

from mailbot.core.commands import Command, Mistake, folded
from mailbot.core.decide.command.telling import tell
from mailbot.core.decide.command.values import Work
from mailbot.core.told import log, told, way

ARTICLE = re.compile(r"(?:the |of )+|[()（）]")
WHAT = {
    **dict.fromkeys(("", "case", "detail", "details", "内容", "詳細", "申請"), "shown"),
    **dict.fromkeys(("log", "history", "journal", "履歴", "経過", "ログ", "記録"), "case_log"),
}
"""The letter that is meant by what stands behind the keyword."""


def show(work: Work, command: Command) -> str | Mistake:
    """The clerk gets the case as it stands or, with LOG, all that was done in it; those who answer for the desk
    do where an operator asked in nobody's name."""
    template = WHAT.get(folded(ARTICLE.sub("", folded(command.text))))
    if template is None:
        return Mistake("not_understood", command.line, command.verb)
    story, clerk = work.story, work.clerk
    before = story.before or story.known
    deeds = way(before) if template == "shown" else log(before)
    changes = told(deeds, story.form, clerk.language, story.rules)
    tell(story, clerk, template, changes=changes)
    return ""
