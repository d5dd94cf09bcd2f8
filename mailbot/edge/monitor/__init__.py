"""Metrics and health over HTTP, on this machine alone, from a thread that only reads what the service noted.
It changes nothing and waits for nothing of the service."""

import io
import socket
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import ThreadingMixIn
from typing import Any

from prometheus_client.exposition import CONTENT_TYPE_LATEST

from mailbot.edge.monitor.health import Vital, answer
from mailbot.edge.monitor.metrics import HISTOGRAM, METRICS, STAGES, Meter

__all__ = ["HISTOGRAM", "METRICS", "STAGES", "Meter", "Monitor", "PortTaken", "Vital"]

AT_ONCE = 8
"""Requests that are answered at once; who comes beyond that is sent away, so that nobody takes threads without end."""
SLOW = 5.0
"""Seconds that a client has for its whole request, however many pieces it comes in, and for taking the answer."""
TEXT, JSON = CONTENT_TYPE_LATEST, "application/json"
Answer = tuple[int, str, bytes]


class PortTaken(Exception):  # noqa: N818 - what the operator reads
    """The port cannot be listened on: the text says which, and why."""


class _Hurried(io.RawIOBase):
    """What a client says within SLOW seconds of now; TimeoutError afterwards."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._until = connection, time.monotonic() + SLOW

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        try:
            return self._connection.recv_into(buffer)
        finally:
            self._connection.settimeout(SLOW)


class _Handler(BaseHTTPRequestHandler):
    server_version, sys_version = "mailbot", ""
    pages: Mapping[str, Callable[[], Answer]] = {}

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BufferedReader(_Hurried(self.connection))

    def do_GET(self) -> None:
        page = self.pages.get(self.path.partition("?")[0])
        code, kind, body = page() if page else (404, "text/plain", b"there are /metrics, /healthz and /livez\n")
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - as http.server calls it

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in http.server
        """Nothing: who asks every ten seconds is no news."""


class _Server(ThreadingMixIn, HTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, *args: Any) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to tell of."""


class Monitor:
    """The server, listening from the start until `close`.

    `/metrics` is for Prometheus; `/healthz` answers 200 while the service lives and no alarm holds, else 503; `/livez`
    200 while it lives. PortTaken if the port cannot be had.
    """

    def __init__(self, address: str, port: int, meter: Meter, vital: Vital) -> None:
        pages = {
            "/metrics": lambda: (200, TEXT, meter.text()),
            "/healthz": lambda: _health(vital, meter),
            "/livez": lambda: (200, "text/plain", b"ok\n") if vital.lives else (503, "text/plain", b"dead\n"),
        }
        handler = type("Handler", (_Handler,), {"pages": pages})
        try:
            server = _six(address, port, handler) if ":" in address else _Server((address, port), handler)
        except OSError as error:
            raise PortTaken(f"{address}:{port} cannot be listened on: {error.strerror or error}") from error
        self.port: int = server.server_address[1]
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, name="monitor", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _six(address: str, port: int, handler: type[_Handler]) -> _Server:
    made = type("Six", (_Server,), {"address_family": socket.AF_INET6})
    server: _Server = made((address, port), handler)
    return server


def _health(vital: Vital, meter: Meter) -> Answer:
    well, body = answer(vital, meter.figures)
    return (200 if well else 503), JSON, body
