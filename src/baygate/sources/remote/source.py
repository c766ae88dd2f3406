"""A remote source, asked: one POST an attempt over connections that are kept (GraphQL over HTTP, section 5.4).

1. A question has one deadline, whatever has to be tried within it. Whoever stops waiting ends the attempt.
2. Only reads are tried again: when the connection failed, when connecting took too long, or when the status said that
   it may pass (502, 503, 504). Before each further attempt there is a pause of random length (full jitter).
3. A connection that had been kept and turns out to be closed says nothing of the source: a read is asked once more at
   once, on top of rule 2. A mutation is not, since nobody knows how far it came (RFC 9110, section 9.2.2).
4. An answer is bounded while it is read, by what it is decompressed. It is asked for as it is (``identity``): between
   the machines of agencies to compress costs more time than to send, and gzip is read if it comes nevertheless.
5. No redirect is followed, no cookie kept, no proxy or other setting taken from the environment.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Self

import aiohttp

from baygate.deadlines import Deadlines
from baygate.observation.events import BreakerTurned, SourceAsked
from baygate.observation.observer import Observer
from baygate.observation.span import HEADER as TRACEPARENT
from baygate.observation.span import Span, underway
from baygate.sources.remote import connections
from baygate.sources.remote.assertion import HEADER
from baygate.sources.remote.breaker import Breaker, Status, Terms
from baygate.sources.remote.failure import Kind, SourceFailed, of_client, of_status
from baygate.sources.remote.remote import Remote
from baygate.sources.remote.reply import Reply, is_json, read

log = logging.getLogger("baygate.remote")

_HEADERS = {
    "Accept": "application/graphql-response+json, application/json;q=0.9",
    "Accept-Encoding": "identity",
    "Content-Type": "application/json",
    "User-Agent": "baygate",
}
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds at most before the first further attempt, the second, and so on; the last of them for all after it."""
_FAIR = 0.5
"""Of its timeout, the part that a source must have had, if that it gave no answer is to count against it."""
_LARGE = 1_048_576
"""Bytes of a question above which aiohttp wants a file, to write it in parts."""


@dataclass(slots=True)
class Counters:
    """What has happened, since the source was opened."""

    asked: int = 0
    retries: int = 0
    left: int = 0
    """Questions whose askers stopped waiting."""
    bytes: int = 0
    """Of answers' bodies, decompressed."""
    seconds: float = 0.0
    """All questions' together, from asking to the end."""
    failures: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))


class _StaleConnection(Exception):
    """A connection that had been kept was closed before any of the answer came."""

    def __init__(self, error: aiohttp.ClientError) -> None:
        super().__init__()
        self.error = error


class RemoteSource:
    """One remote source of one worker. It is made and closed within the running loop."""

    def __init__(self, remote: Remote, terms: Terms | None = None, observer: Observer | None = None) -> None:
        self.remote = remote
        self.counters = Counters()
        self._observer = observer
        self._breaker = Breaker(terms or Terms())
        self._time = asyncio.get_running_loop().time
        self._deadlines = Deadlines()
        self._session = connections.session(remote, _HEADERS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    @property
    def status(self) -> Status:
        """How its circuit breaker stands."""
        return self._breaker.status(self._time())

    async def ask(
        self, body: bytes, *, read: bool, deadline: float, assertion: Callable[[], str] | None = None
    ) -> Reply:
        """Send one GraphQL request and return the answer; raise SourceFailed.

        ``body`` is the JSON of it (GraphQL over HTTP, section 5.4). ``read`` says that it may be sent more than once.
        ``deadline`` is a moment of the loop's clock. ``assertion`` says who asks.
        """
        began = self._time()
        counters = self.counters
        counters.asked += 1
        outcome, request = "ok", underway.get()
        span = request and request.child()
        try:
            return await self._ask(body, read, deadline, assertion, span)
        except SourceFailed as failure:
            counters.failures[failure.kind] += 1
            outcome = failure.kind
            raise
        except asyncio.CancelledError:
            counters.left += 1
            outcome = "left"
            raise
        finally:
            seconds = self._time() - began
            counters.seconds += seconds
            if self._observer is not None:
                self._observer.observe(SourceAsked(self.remote.name, outcome, seconds, span))

    async def _ask(
        self, body: bytes, again: bool, deadline: float, assertion: Callable[[], str] | None, span: Span | None
    ) -> Reply:
        ticket = self._admitted()
        headers = {TRACEPARENT: span.traceparent} if span else dict[str, str]()
        further = self.remote.retries if again else 0
        for number in range(further + 1):
            try:
                if assertion is not None and HEADER not in headers:
                    headers[HEADER] = assertion()
                reply = await self._attempt(body, headers, again, deadline)
            except SourceFailed as failure:
                self._take(ticket, failure)
                if number == further or not await self._paused(failure, number, deadline):
                    raise
                ticket = self._admitted(failure)
                self.counters.retries += 1
            except BaseException:
                self._breaker.abandoned(ticket)
                raise
            else:
                self._take(ticket, None)
                return reply
        raise AssertionError("the last attempt returns or raises")

    def _admitted(self, failure: SourceFailed | None = None) -> int:
        """Return a ticket; raise SourceFailed, the one before if there was one, while the breaker is open."""
        ticket = self._breaker.admit(self._time())
        if ticket is not None:
            return ticket
        name = self.remote.name
        raise failure or SourceFailed(
            name, Kind.OPEN, f"The source {name} has failed repeatedly and is not asked for a moment.", blames=False
        )

    def _take(self, ticket: int, failure: SourceFailed | None) -> None:
        """Let the breaker know; a source that refused what it was asked is one that answers."""
        name, now = self.remote.name, self._time()
        if failure is None or not (failure.blames or failure.kind is Kind.TIMEOUT):
            if self._breaker.succeeded(ticket, now):
                self._turned("closed")
                log.warning("the source %s answers again", name)
        elif not failure.blames:
            self._breaker.abandoned(ticket)
        elif self._breaker.failed(ticket, now):
            self._turned("open")
            cause = failure.__cause__
            told = cause if isinstance(cause, OSError) else type(cause).__name__  # others quote what the source sent
            log.warning("the source %s is not asked for a while: %s (%s)", name, failure, told)

    def _turned(self, state: str) -> None:
        if self._observer is not None:
            self._observer.observe(BreakerTurned(self.remote.name, state))

    async def _paused(self, failure: SourceFailed, number: int, deadline: float) -> bool:
        """Wait before another attempt; return False, at once, if there is none to be made."""
        pause = random.uniform(0, _PAUSES[min(number, len(_PAUSES) - 1)])  # noqa: S311 - no secret
        if not failure.passing or self._time() + pause >= deadline:
            return False
        await asyncio.sleep(pause)
        return True

    async def _attempt(self, body: bytes, headers: dict[str, str], again: bool, deadline: float) -> Reply:
        name, now, timeout = self.remote.name, self._time(), self.remote.timeout
        left = min(deadline - now, timeout)
        if not left > 0:
            raise SourceFailed(name, Kind.TIMEOUT, f"No time is left to ask the source {name}.", blames=False)
        try:
            with self._deadlines.until(now + left):
                try:
                    return await self._exchange(body, headers)
                except _StaleConnection:
                    if not again:
                        raise
                    self.counters.retries += 1
                    return await self._exchange(body, headers)
        except _StaleConnection as stale:
            raise of_client(name, stale.error) from stale.error
        except aiohttp.ClientError as error:
            raise of_client(name, error) from error
        except TimeoutError as error:
            message = f"The source {name} did not answer in time."
            raise SourceFailed(name, Kind.TIMEOUT, message, blames=left >= timeout * _FAIR) from error

    async def _exchange(self, body: bytes, headers: dict[str, str]) -> Reply:
        """Send, and read the answer. The connection is kept if all of the answer came, and closed at once otherwise."""
        used = connections.used()
        data = body if len(body) < _LARGE else BytesIO(body)
        try:
            response = await self._session.post(self.remote.url, data=data, headers=headers, allow_redirects=False)
        except BaseException as error:
            used.abort()
            if used.kept and isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError):
                raise _StaleConnection(error) from error
            raise
        try:
            if not is_json(response.headers.get("Content-Type", "")):
                raise self._not_json(response.status)
            return read(self.remote.name, response.status, await self._body(response))
        finally:
            if response.connection is not None:  # which it would not be, had all of the answer come
                used.abort()
            response.close()

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        most, size, parts = self.remote.max_bytes, 0, list[bytes]()
        if (response.content_length or 0) > most:
            raise self._too_large()
        while part := await response.content.readany():
            size += len(part)
            self.counters.bytes += len(part)
            if size > most:
                raise self._too_large()
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _not_json(self, status: int) -> SourceFailed:
        name = self.remote.name
        if 200 <= status < 300:
            return SourceFailed(name, Kind.NOT_JSON, f"The answer of the source {name} is not JSON.")
        return of_status(name, status)

    def _too_large(self) -> SourceFailed:
        name, most = self.remote.name, self.remote.max_bytes
        message = f"The answer of the source {name} has more than {most} bytes. Ask for less at a time."
        return SourceFailed(name, Kind.TOO_LARGE, message, blames=False)
