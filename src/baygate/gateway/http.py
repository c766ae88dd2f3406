"""GraphQL over HTTP, to the letter of its specification (draft of 2025): methods, media types, status codes.

``application/graphql-response+json`` gets the true status; ``application/json``, for clients of old, gets 200 whenever
the request was well formed, whatever GraphQL thought of it (section 6.4).
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import orjson
from starlette.types import Receive, Scope, Send

from baygate.access.access import Access
from baygate.access.principal import Principal
from baygate.deadlines import Deadlines
from baygate.gateway import tracing
from baygate.gateway.answer import Answer
from baygate.gateway.call import Call, from_body, from_url
from baygate.gateway.limits import Limits
from baygate.gateway.negotiation import GRAPHQL_RESPONSE, accepted, check_content_type
from baygate.gateway.observed import TRACEPARENT, observed_by
from baygate.gateway.refusal import LimitExceeded, Refusal
from baygate.gateway.used_up import Claims, UsedUp
from baygate.gateway.waiting import Waiting
from baygate.gateway.whole import respond
from baygate.oauth.caller import Caller, Headers
from baygate.oauth.challenge import Unproven
from baygate.oauth.once import Replayed, Use
from baygate.observation.observation import Observation

log = logging.getLogger("baygate.http")

Authenticate = Callable[[Scope], Awaitable[Caller]]
Authorise = Callable[[Principal], tuple[Principal, Access]]


class Travelled(Protocol):
    """A road that calls are answered on; raises Refusal for one that is not answered."""

    async def travel(self, call: Call, principal: Principal, access: Access, use: Use | None = None) -> Answer:
        """Answer a call; record with it what is ``use``d by it, or raise Replayed."""
        ...


_ALWAYS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"vary", b"accept, authorization, origin"),
]
_MALFORMED = {"BAD_REQUEST", "BATCHING_NOT_SUPPORTED", "PREFLIGHT_REQUIRED"}
"""Codes of requests that are not GraphQL over HTTP: 400 for every client."""
_PREFLIGHT_HEADERS = {b"graphql-require-preflight", b"apollo-require-preflight", b"x-apollo-operation-name"}
_CLOSE = ((b"connection", b"close"),)
_UNPROVEN = {400: "BAD_REQUEST", 401: "UNAUTHENTICATED", 429: "RATE_LIMITED", 503: "AUTHENTICATION_UNAVAILABLE"}
"""What a caller who has not proved himself is told, by status."""
_DRAINED = 16 * 1024 * 1024
"""How much more than the limit is read of a body before the connection is given up."""


class GraphQLEndpoint:
    """The endpoint as an ASGI application."""

    def __init__(
        self,
        road: Callable[[], Travelled],
        authenticate: Authenticate,
        authorise: Authorise,
        limits: Limits,
        *,
        preflight: bool,
        observation: Observation | None = None,
    ) -> None:
        self._road = road
        self._authenticate = authenticate
        self._authorise = authorise
        self._limits = limits
        self._preflight = preflight
        self._observation = observation
        self._claims = Claims()
        self._deadlines = Deadlines()
        self.running = 0
        """How many requests are on the road."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = dict(scope["headers"])
        media = GRAPHQL_RESPONSE
        known: Headers = ()
        observed = observed_by(self._observation, headers.get(TRACEPARENT))
        answer: Answer | None = None
        refusal: Refusal | None = None
        try:
            media = accepted(b",".join(value for name, value in scope["headers"] if name == b"accept"))
            caller = await self._authenticate(scope)
            known = caller.headers
            observed.known()
            answer = await self._answered(caller, scope, headers, receive)
            if answer is not None:
                await _send(send, 200, media, answer.body, [*_headers(answer), *known])
        except Unproven as unproven:
            refusal = _refusal(unproven)
        except Refusal as refused:
            refusal = refused
        except Exception:
            log.exception("a request failed in a way that nobody foresaw")
            answer, known = None, ()
            refusal = Refusal("INTERNAL", "The hub failed to answer; its operator can see why in the log.", status=500)
        if refusal is not None:
            await _refuse(send, media, refusal, known)
        observed.over(answer, refusal)

    async def _answered(
        self, caller: Caller, scope: Scope, headers: dict[bytes, bytes], receive: Receive
    ) -> Answer | None:
        """Return the answer to a request, None if its client left; his proof is used up."""
        if caller.unclaimed is None:
            return await self._travelled(caller, scope, headers, receive)
        with UsedUp(caller.unclaimed, self._claims) as proof:
            try:
                answer = await self._travelled(caller, scope, headers, receive)
            except Replayed:
                raise proof.replayed() from None
            except Refusal as refusal:
                await proof.refused(refusal)
                raise
            await proof.answered(answer)
            return answer

    async def _travelled(
        self, caller: Caller, scope: Scope, headers: dict[bytes, bytes], receive: Receive
    ) -> Answer | None:
        with Waiting(receive, self._limits.time, self._deadlines) as waiting:
            call = await self._call(scope, headers, receive, waiting)
            if headers.get(tracing.HEADER) == tracing.VALUE:
                call = replace(call, traced=True)
            return await self._answer(waiting, call, caller)

    async def _answer(self, waiting: Waiting, call: Call, caller: Caller) -> Answer | None:
        """Travel the road, one of so many at a time; a body that is still coming takes nobody's place."""
        if self.running >= self._limits.concurrency:
            raise LimitExceeded(
                "concurrent requests", None, self._limits.concurrency, status=503, headers=[(b"retry-after", b"1")]
            )
        self.running += 1
        try:
            use = caller.unclaimed.use if caller.unclaimed else None
            return await waiting.answer(self._road().travel(call, *self._authorise(caller.principal), use))
        finally:
            self.running -= 1

    async def _call(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, waiting: Waiting) -> Call:
        match scope["method"]:
            case "POST":
                check_content_type(headers.get(b"content-type", b""), headers.get(b"content-encoding", b""))
                return from_body(await self._in_time(waiting, self._body(headers, receive)), self._limits)
            case "GET":
                if self._preflight and not _PREFLIGHT_HEADERS & headers.keys():
                    raise Refusal(
                        "PREFLIGHT_REQUIRED",
                        "A GET needs a header that no form or image can send: add GraphQL-Require-Preflight: 1.",
                    )
                return from_url(scope["query_string"], self._limits)
        message = "GraphQL is asked by POST, or by GET for queries."
        raise Refusal("METHOD_NOT_ALLOWED", message, status=405, headers=[(b"allow", b"GET, POST")])

    async def _in_time(self, waiting: Waiting, reading: Awaitable[bytes]) -> bytes:
        try:
            return await waiting.body(reading)
        except TimeoutError:
            maximum = self._limits.time
            raise LimitExceeded("seconds to send the body", None, maximum, status=408, headers=_CLOSE) from None

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        """Return the body.

        One that is too large is still read to its end, within reason: most clients hear nothing while they write, and
        the connection serves their next request. Whoever asks first (``Expect``) is told at once.
        """
        declared = headers.get(b"content-length", b"0")
        size = int(declared) if declared.isdigit() else 0
        if size > self._limits.body and b"expect" in headers:
            raise self._too_large(size, _CLOSE)
        chunks: list[bytes] = []
        read = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal("BAD_REQUEST", "The client left before the body was complete.")
            chunk = message.get("body", b"")
            more = message.get("more_body", False)
            read += len(chunk)
            if max(read, size) <= self._limits.body:
                chunks.append(chunk)
            else:
                chunks.clear()
            if read > self._limits.body + _DRAINED:
                raise self._too_large(max(read, size), _CLOSE)
        if read > self._limits.body:
            raise self._too_large(read, ())
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _too_large(self, size: int, headers: Sequence[tuple[bytes, bytes]]) -> LimitExceeded:
        return LimitExceeded("body bytes", size, self._limits.body, status=413, headers=headers)


def _headers(answer: Answer) -> list[tuple[bytes, bytes]]:
    timing = (b"server-timing", answer.timing)
    return [timing, (b"baygate-receipt", answer.receipt.encode())] if answer.receipt else [timing]


def _refusal(unproven: Unproven) -> Refusal:
    told: dict[str, Any] = {"error": unproven.error} if unproven.error else {}
    code = _UNPROVEN[unproven.status]
    return Refusal(code, unproven.description, status=unproven.status, headers=unproven.headers, **told)


async def _refuse(send: Send, media: bytes, refusal: Refusal, known: Headers = ()) -> None:
    status = refusal.status
    if media != GRAPHQL_RESPONSE and status == 400 and refusal.code not in _MALFORMED:
        status = 200
    await _send(send, status, media, orjson.dumps({"errors": refusal.errors}), [*refusal.headers, *known])


async def _send(send: Send, status: int, media: bytes, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    length = (b"content-length", b"%d" % len(body))
    await respond(send, status, [(b"content-type", media), length, *_ALWAYS, *headers], body)
