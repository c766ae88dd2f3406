"""The servers of certificate authorities as a test plays them: honest, dead, slow, and worse."""

import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]
"""What becomes of a request, whose body comes with it."""
PATIENCE = 20.0


def gives(body: bytes | Callable[[bytes], bytes], status: int = 200, **headers: str) -> Answer:
    """Answer with a body, or with what is made of the request's."""

    def answer(request: BaseHTTPRequestHandler, asked: bytes) -> None:
        content = body if isinstance(body, bytes) else body(asked)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("content-length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    return answer


def redirects(target: str) -> Answer:
    """Send the client elsewhere."""
    return gives(b"", 302, location=target)


def dies(request: BaseHTTPRequestHandler, _: bytes) -> None:
    """End the connection without a word."""
    request.connection.shutdown(socket.SHUT_RDWR)


def never_ends(request: BaseHTTPRequestHandler, _: bytes) -> None:
    """Send for as long as somebody listens."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(b"\x30\x82" * 32_768)


@dataclass
class Publisher:
    """One server, on which each path answers as a test has it, and counts who has asked."""

    server: ThreadingHTTPServer
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def hangs(self, request: BaseHTTPRequestHandler, _: bytes) -> None:
        """Take the request, and say nothing, for as long as this is how its path answers."""
        while self._answers(request, self.hangs):
            time.sleep(0.05)

    def trickles(self, request: BaseHTTPRequestHandler, _: bytes) -> None:
        """Send a byte now and then, so that no time limit on single reads is reached."""
        request.send_response(200)
        request.end_headers()
        while self._answers(request, self.trickles):
            request.wfile.write(b"0")
            time.sleep(0.1)

    def _answers(self, request: BaseHTTPRequestHandler, how: Answer) -> bool:
        return self.answers.get(request.path) == how and not self.over.is_set()

    def wait(self, path: str, more: int = 1, patience: float = PATIENCE) -> None:
        """Wait until a path was asked so many times more."""
        least, deadline = self.asked[path] + more, time.monotonic() + patience
        while self.asked[path] < least:
            assert time.monotonic() < deadline, f"nobody asks for {path}"
            time.sleep(0.01)


class _Handler(BaseHTTPRequestHandler):
    publisher: Publisher

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.publisher.asked[self.path] += 1
        answer = self.publisher.answers.get(self.path, gives(b"", 404))
        with contextlib.suppress(OSError):  # they leave in the middle
            answer(self, body)
        self.close_connection = True

    do_POST = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def publishing() -> Iterator[Publisher]:
    """Run a server until the end of the block."""
    handler = type("Handler", (_Handler,), {})
    with _Server(("127.0.0.1", 0), handler) as server:
        handler.publisher = publisher = Publisher(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield publisher
        finally:
            publisher.over.set()
            server.shutdown()
            thread.join()
