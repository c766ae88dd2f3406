"""An agency's service as tests set one up: a real server that answers each request as it is told to, well or badly."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from baygate.sources.remote.failure import Kind, SourceFailed
from baygate.sources.remote.remote import Remote
from baygate.sources.remote.reply import Reply
from baygate.sources.remote.source import RemoteSource

QUESTION = b'{"query":"{ who }","variables":{}}'
DATA = {"data": {"who": "tax"}}
ANSWERED = Reply({"who": "tax"}, [])
JSON = "application/graphql-response+json"
MIB = 1_048_576


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    head: str
    body: bytes

    def header(self, name: str) -> str | None:
        lines = (line.partition(":") for line in self.head.split("\r\n")[1:])
        return next((value.strip() for key, _, value in lines if key.lower() == name.lower()), None)


Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answer(body: Any = DATA, status: int = 200, content_type: str = JSON, **headers: str) -> Answer:
    """Answer with this body, as JSON unless it is bytes."""
    text = body if isinstance(body, bytes) else orjson.dumps(body)
    said = {"content-type": content_type, "content-length": str(len(text))}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = f"HTTP/1.1 {status} Said\r\n" + "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return raw(head.encode() + b"\r\n" + text)


def raw(text: bytes, *, close: bool = False, hang: bool = False) -> Answer:
    """Answer with these bytes, whatever they are."""

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        if hang:
            await reader.read()
        if close or hang:
            writer.close()

    return write


def endless(head: bytes, block: bytes) -> Answer:
    """Answer with a block again and again, until nobody listens."""

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(block)
            await writer.drain()

    return write


hang_up = raw(b"", close=True)
silent = raw(b"", hang=True)


@dataclass
class Service:
    """A server on this machine; the last of its answers is given again and again."""

    answers: list[Answer]
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    arrived: asyncio.Queue[Request] = field(default_factory=asyncio.Queue)
    connections: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a connection has ended."""
    subjects: list[Any] = field(default_factory=list)
    """Of the clients' certificates, for each connection."""

    def remote(self, **settings: Any) -> Remote:
        return Remote(**({"name": "tax", "agency": "gd-tax", "url": self.url, "retries": 0} | settings))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.subjects.append((writer.get_extra_info("peercert") or {}).get("subject"))
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                body = await reader.readexactly(int(Request(head, b"").header("content-length") or 0))
                self.requests.append(Request(head, body))
                self.arrived.put_nowait(self.requests[-1])
                next_answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                await next_answer(reader, writer)
        except (asyncio.IncompleteReadError, OSError):
            writer.transport.abort()
        finally:
            self.ended.set()


@contextlib.asynccontextmanager
async def serving(
    *answers: Answer, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Service]:
    """Serve on a free port."""
    service, tasks, writers = Service(list(answers)), set[asyncio.Task[None]](), list[asyncio.StreamWriter]()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        tasks.add(asyncio.ensure_future(service.serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    service.url = f"http{'s' if tls else ''}://{host}:{server.sockets[0].getsockname()[1]}/graphql"
    try:
        yield service
    finally:
        server.close()
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in writers:
            each.transport.abort()
        await asyncio.sleep(0.001)  # until the last connections are gone


async def ask(source: RemoteSource, *, within: float = 5, read: bool = True, **more: Any) -> Reply:
    deadline = asyncio.get_running_loop().time() + within
    return await source.ask(QUESTION, read=read, deadline=deadline, **more)


async def failure(source: RemoteSource, *, kind: Kind, within: float = 5, read: bool = True) -> SourceFailed:
    """Ask, and return how it failed, which is told in words fit for anybody."""
    with pytest.raises(SourceFailed) as raised:
        await ask(source, within=within, read=read)
    failed = raised.value
    assert failed.kind is kind, failed
    assert failed.source == "tax"
    assert "tax" in failed.message
    for inner in ("127.0.0.1", "localhost", "://", "aiohttp", "ssl", "Error", "Errno"):
        assert inner not in failed.message
    return failed


def failing(*answers: Answer, kind: Kind, **settings: Any) -> Service:
    """Ask a service that answers so once, and return it after it failed."""

    async def run() -> Service:
        async with serving(*answers) as service, RemoteSource(service.remote(**settings)) as source:
            await failure(source, kind=kind)
            return service

    return asyncio.run(run())


def answering(*answers: Answer, **settings: Any) -> tuple[Reply, Service]:
    """Ask a service that answers so once, and return its answer."""

    async def run() -> tuple[Reply, Service]:
        async with serving(*answers) as service, RemoteSource(service.remote(**settings)) as source:
            return await ask(source), service

    return asyncio.run(run())
