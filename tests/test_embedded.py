"""The embedded servers themselves: quick to start, clean to stop, true to the octet."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from desks import Mailbox, in_a_loop

from mailbot.edge.inbox import Inbox
from mailbot.embedded import PASSWORD, USER, EmbeddedServers

ROOT = Path(__file__).parent.parent
RAW = b"From: a@example.org\r\n\r\nA literal at the end: {5+}"


@in_a_loop
async def test_they_start_within_half_a_second_on_ports_of_their_own() -> None:
    began = time.monotonic()
    async with EmbeddedServers() as servers, EmbeddedServers() as others:
        assert time.monotonic() - began < 1
        ports = {servers.imap_port, servers.smtp_port, others.imap_port, others.smtp_port}
        assert len(ports) == 4


@in_a_loop
async def test_delivered_mails_lie_in_the_inbox_in_order_and_octet_for_octet() -> None:
    raws = [RAW, b"A: b\n\nbare\nline\rends\r\n", b"\xff\r\n\r\n\x00\r\n", b"Subject: big\r\n\r\n" + b"z" * 300_000]
    async with EmbeddedServers() as servers:
        await servers.deliver(*raws)
        assert servers.folders() == {"INBOX": raws}


@in_a_loop
async def test_a_mail_that_came_just_before_idle_is_told_of_in_idle() -> None:
    async with EmbeddedServers() as servers:
        reader, writer = await asyncio.open_connection("127.0.0.1", servers.imap_port)
        writer.write(f"1 LOGIN {USER} {PASSWORD}\r\n2 SELECT INBOX\r\n3 NOOP\r\n".encode())
        await reader.readuntil(b"\r\n3 OK")
        await servers.deliver(RAW)
        writer.write(b"4 IDLE\r\n")
        told = await asyncio.wait_for(reader.readuntil(b"EXISTS\r\n"), 5)
        assert b"* 1 EXISTS" in told
        writer.close()


@in_a_loop
async def test_they_stop_at_once_with_clients_connected() -> None:
    before = threading.active_count()
    with EmbeddedServers() as servers:
        inbox = Inbox(Mailbox("embedded", servers.imap_port, USER, PASSWORD).account())
        await inbox.connect()
        idle = socket.create_connection(("127.0.0.1", servers.smtp_port))
        assert idle.recv(3) == b"220"
        began = time.monotonic()
    assert time.monotonic() - began < 1
    idle.close()
    await inbox.close()
    assert threading.active_count() <= before + 1  # the inbox keeps its thread


def test_a_port_that_was_theirs_answers_no_more() -> None:
    with EmbeddedServers() as servers:
        port = servers.imap_port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


@pytest.mark.parametrize("package", ["pymap", "aiosmtpd"])
def test_without_the_extra_the_error_names_it(package: str) -> None:
    program = f"import sys; sys.modules[{package!r}] = None; import mailbot.embedded"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert "pip install 'mailbot[demo]'" in done.stderr.splitlines()[-1]
