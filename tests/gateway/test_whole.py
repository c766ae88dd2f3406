"""A response that leaves at once is, to the byte, what uvicorn makes of its two messages."""

import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from tests.prompt_server import PromptServer

from baygate.gateway.protocol import HubProtocol
from baygate.gateway.unix_socket import listening
from baygate.gateway.whole import respond

BODY = b'{"data":null}'
FIELDS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY)), (b"vary", b"accept")]
CLOSE = (b"connection", b"close")


async def answered(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at once, or as the path asks in two messages, or as it would be if somebody stood in between."""
    await receive()
    path = scope["path"]

    async def between(message: object) -> None:
        await send(message)  # type: ignore[arg-type]

    fields = [*FIELDS, CLOSE] if "close" in path else FIELDS
    if "broken" in path:
        fields = [*FIELDS, (b"name", b"value\r\nset-cookie: forged")]
    if "plain" in path:
        await send({"type": "http.response.start", "status": 200, "headers": fields})
        await send({"type": "http.response.body", "body": BODY})
    else:
        await respond(between if "between" in path else send, 200, fields, BODY)
        if "twice" in path:
            await respond(send, 500, FIELDS, BODY)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("whole") / "hub.sock"
    config = uvicorn.Config(
        answered, http=HubProtocol, loop="uvloop", lifespan="off", ws="none", log_config=None, access_log=False
    )
    with listening(path, 16) as bound, PromptServer(config).running(bound):
        yield path


@pytest.fixture(autouse=True)
def no_access_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the hub serves; pytest listens to this logger, which uvicorn takes for a wish to have the log."""
    monkeypatch.setattr(logging.getLogger("uvicorn.access"), "hasHandlers", lambda: False)


def said(address: Path, *requests: bytes) -> bytes:
    """Return all that comes back for requests that are sent at once, until the server closes or falls silent."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(address))
        client.settimeout(0.5)
        client.sendall(b"".join(requests))
        received = b""
        try:
            while chunk := client.recv(65_536):
                received += chunk
            received += b"(closed)"
        except TimeoutError:
            pass
    return re.sub(rb"date: [^\r]+", b"date: now", received)


def asks(path: str, more: str = "", method: str = "GET", version: str = "1.1") -> bytes:
    return f"{method} /{path} HTTP/{version}\r\nhost: hub\r\n{more}\r\n".encode()


@pytest.mark.parametrize(
    ("path", "more", "method", "version"),
    [
        ("", "", "GET", "1.1"),
        ("", "connection: close\r\n", "GET", "1.1"),
        ("close", "", "GET", "1.1"),
        ("", "", "GET", "1.0"),
        ("close", "connection: close\r\n", "GET", "1.0"),
        ("", "", "HEAD", "1.1"),
        ("", "content-length: 0\r\nexpect: 100-continue\r\n", "POST", "1.1"),
    ],
    ids=["kept", "closed as asked", "closed by itself", "of old", "both", "head", "expecting"],
)
def test_it_is_the_same_to_the_byte(address: Path, path: str, more: str, method: str, version: str) -> None:
    plain = said(address, asks("plain" + path, more, method, version))
    assert plain.startswith(b"HTTP/1.1 ")
    assert said(address, asks(path, more, method, version)) == plain
    assert said(address, asks("between" + path, more, method, version)) == plain


def test_requests_that_come_together_are_answered_one_after_the_other(address: Path) -> None:
    assert said(address, asks(""), asks("plain"), asks("")) == said(address, asks("")) * 3


def test_nothing_of_it_leaves_with_a_line_break_in_its_head(address: Path) -> None:
    answer = said(address, asks("broken"))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"forged" not in answer
    assert answer.endswith(b"(closed)")


def test_there_is_no_second_one(address: Path) -> None:
    assert said(address, asks("twice")) == said(address, asks("")) + b"(closed)"
