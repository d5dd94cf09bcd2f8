"""What the same mails and as many letters cost on the same wires where nothing is decided: the limit of what a desk may
reach. It knows no rule, no case and no error.

Fetched in sets, kept by their digests and made durable together, parsed by mail-parser, a line of a journal for each
with one fsync a batch, moved by set, letters handed over on one connection.
"""

import asyncio
import ctypes
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiosmtplib
import mailparser
from dovecot import PASSWORD
from imapclient import IMAPClient

SET, BATCH = 200, 100
"""Mails fetched and moved together, and mails with one fsync of the journal."""
ALONE = {
    "fetch": "60",
    "keep": "33 for syncfs",
    "parse": "520",
    "journal": "8 to 15",
    "move": "20 to 250",
    "build": "32",
    "send": "460 a letter",
}
"""Microseconds of each stage measured alone, on the same machine, with other mails (4 KB, some with files)."""
DONE = "done"
HEADER = """\
From: "Research Computing Help Desk" <helpdesk@desk.example>
To: <{to}>
Subject: [HELPDESK {number}] New user registration
Date: Sat, 21 Nov 2026 10:15:00 +0900
Message-ID: <{number}.aaaabbbbccccdddd@desk.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

"""


class Limit:
    """One run over an inbox: `taken` are seconds by the clock, stage by stage."""

    def __init__(self, folder: Path, imap: int, smtp: int, user: str, letters_each: float) -> None:
        self.taken: Counter[str] = Counter()
        self.mails = self.letters = 0
        self._folder, self._imap, self._smtp, self._user, self._each = folder, imap, smtp, user, letters_each
        for part in ("mail", "journal"):
            (folder / part).mkdir(parents=True)
        self._journal = os.open(folder / "journal" / "lines", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def run(self) -> None:
        """Until the inbox is empty and every letter is at the relay."""
        with IMAPClient("127.0.0.1", self._imap, ssl=False, timeout=60) as client:
            client.login(self._user, PASSWORD)
            if not client.folder_exists(DONE):
                client.create_folder(DONE)
            client.select_folder("INBOX")
            uids = client.search()
            smtp = aiosmtplib.SMTP(hostname="127.0.0.1", port=self._smtp, start_tls=False, use_tls=False)
            async with smtp:
                for start in range(0, len(uids), SET):
                    await self._set(client, smtp, uids[start : start + SET])
        os.close(self._journal)

    async def _set(self, client: IMAPClient, smtp: aiosmtplib.SMTP, uids: Sequence[int]) -> None:
        with self._stage("fetch"):
            raws = [part[b"BODY[]"] for part in client.fetch(uids, ["BODY.PEEK[]"]).values()]
        with self._stage("keep"):
            digests = [self._keep(raw) for raw in raws]
            ctypes.CDLL(None).syncfs(self._journal)
        with self._stage("parse"):
            said = [(mail.from_[0][1], mail.subject, mail.body) for mail in map(mailparser.parse_from_bytes, raws)]
        with self._stage("journal"):
            for start in range(0, len(raws), BATCH):
                batch = zip(digests[start : start + BATCH], said[start : start + BATCH], strict=True)
                lines = "".join(json.dumps([digest, *one], ensure_ascii=False) + "\n" for digest, one in batch)
                os.write(self._journal, lines.encode("utf-8", "replace"))
                os.fsync(self._journal)
        with self._stage("move"):
            client.move(uids, DONE)
        for to, _, text in said:
            self.mails += 1
            while self.letters < round(self.mails * self._each):
                await self._letter(smtp, to, text)

    def _keep(self, raw: bytes) -> str:
        digest = hashlib.sha256(raw).hexdigest()
        (self._folder / "mail" / digest).write_bytes(raw)
        return digest

    async def _letter(self, smtp: aiosmtplib.SMTP, to: str, text: str) -> None:
        self.letters += 1
        with self._stage("build"):
            header = HEADER.format(to=to, number=f"2026-{self.letters:05d}.1")
            raw = (header + text).replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
        with self._stage("send"):
            await smtp.sendmail("helpdesk@desk.example", [to], raw)

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.taken[name] += time.perf_counter() - began


def run(folder: Path, imap: int, smtp: int, user: str, letters_each: float) -> dict[str, float]:
    """Mails and letters a second; microseconds a mail: of the processor, and by the clock for each stage."""
    one = Limit(folder, imap, smtp, user, letters_each)
    began, used = time.perf_counter(), time.process_time()
    asyncio.run(one.run())
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    stages = {f"{name} µs": 1e6 * taken / one.mails for name, taken in one.taken.items()}
    rates = {"mails/s": one.mails / seconds, "letters/s": one.letters / seconds}
    return {**rates, "processor µs": 1e6 * processor / one.mails, **stages}
