"""Another client of the desk's mailbox: it flags, moves, deletes and undeletes mails in the inbox as it likes.
It knows nothing of mailbot."""

import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from desks import Mailbox
from worlds import digest

ELSEWHERE = "elsewhere"
"""Where it moves mails."""
AT_ONCE = 4


@dataclass(slots=True)
class OtherClient:
    """`taken_away` counts mails, by digest, that it tried to move or delete; `did` what it did."""

    mailbox: Mailbox
    dice: random.Random
    taken_away: Counter[str] = field(default_factory=Counter)
    did: Counter[str] = field(default_factory=Counter)

    def prepare(self) -> None:
        """Make a folder for what is moved."""
        with self.mailbox.client(None) as client:
            client.create(ELSEWHERE)

    def meddle(self) -> None:
        """Do something with some of the mails that wait."""
        acts = (self._flag, self._flag, self._move, self._delete, self._mark)
        with suppress(OSError), self.mailbox.client() as client:
            uids = client.uid("SEARCH", "ALL")[1][0].split()
            for uid in self.dice.sample(uids, min(len(uids), AT_ONCE)):
                self.dice.choice(acts)(client, uid.decode())

    def waiting(self) -> int:
        """How many mails are in the inbox."""
        with self.mailbox.client(readonly=True) as client:
            return len(client.uid("SEARCH", "ALL")[1][0].split())

    def _flag(self, client: Any, uid: str) -> None:
        client.uid("STORE", uid, "+FLAGS", self.dice.choice([r"(\Seen)", r"(\Flagged)", r"(\Answered)"]))
        self.did["flagged"] += 1

    def _move(self, client: Any, uid: str) -> None:
        self._note_taken(client, uid)
        client.uid("MOVE", uid, ELSEWHERE)
        self.did["moved"] += 1

    def _delete(self, client: Any, uid: str) -> None:
        self._note_taken(client, uid)
        client.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
        client.uid("EXPUNGE", uid)
        self.did["deleted"] += 1

    def _mark(self, client: Any, uid: str) -> None:
        """Marked as deleted, and a moment later not any more."""
        client.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
        time.sleep(self.dice.uniform(0.0, 0.3))
        client.uid("STORE", uid, "-FLAGS", r"(\Deleted)")
        self.did["deleted and undeleted"] += 1

    def _note_taken(self, client: Any, uid: str) -> None:
        parts = [part[1] for part in client.uid("FETCH", uid, "(BODY.PEEK[])")[1] if isinstance(part, tuple)]
        self.taken_away.update(map(digest, parts))

    def vanishing(self) -> int:
        """How often at most a mail may have seemed to vanish."""
        return self.did["moved"] + self.did["deleted"] + self.did["deleted and undeleted"]
