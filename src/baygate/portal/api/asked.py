"""What the explorer's API is asked, and how it answers.

1. Whoever is not signed in is told so before anything of his request is read.
2. A body is JSON, bounded while it is read, and has the members that it may have and no others.
3. Whatever takes more than a moment is done aside, one thing at a time; whoever finds too many waiting comes again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

import orjson
from graphql import GraphQLError
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from baygate.access.principal import Principal
from baygate.gateway.control import Control
from baygate.portal.caller import Guard, Refused

Answering = Callable[[Request, Principal], Awaitable[Any]]
"""Answers a request of somebody who is signed in with what becomes JSON."""
Result = TypeVar("Result")

_MOST_WAITING = 8
_JSON = "application/json"
_SMALL = 4_096
"""Bytes of an answer that are sent as they are."""


class Controlling(Protocol):
    """Gives what the hub answers of itself to somebody."""

    def __call__(self, principal: Principal) -> Control:
        """Return the control plane as it is for a principal."""


def address(path: str, guard: Guard, answering: Answering, method: str = "GET") -> Route:
    """Return where something is asked."""

    async def endpoint(request: Request) -> Response:
        try:
            principal = await guard.principal(request)
            return Response(orjson.dumps(await answering(request, principal)), media_type=_JSON)
        except Refused as refused:
            return refused.response

    return Route(path, endpoint, methods=[method], middleware=[Middleware(GZipMiddleware, _SMALL, 1)])


async def body(request: Request, most: int, required: str, *optional: str) -> Mapping[str, str]:
    """Return the members of a request's body, all of which are texts; raise Refused."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise Refused(415, "unsupported_media_type", f"Send JSON, with content-type: {_JSON}.")
    read = bytearray()
    try:
        async for chunk in request.stream():
            read += chunk
            if len(read) > most:
                raise Refused(413, "too_large", f"The body has more than {most} bytes, which are the most.")
        said = orjson.loads(bytes(read))
    except ClientDisconnect:
        raise Refused(400, "bad_request", "The client left before the body was complete.") from None
    except orjson.JSONDecodeError as error:
        raise Refused(400, "bad_request", f"The body is no JSON: {error}.") from None
    if not isinstance(said, dict) or not {required} <= said.keys() <= {required, *optional}:
        members = ", ".join((required, *optional))
        raise Refused(400, "bad_request", f"The body is a JSON object with the member {required}, of {members}.")
    if not all(isinstance(each, str) for each in said.values()):
        raise Refused(400, "bad_request", "The members of the body are texts.")
    return said


def purpose_of(control: Control, named: str | None) -> str:
    """Return the purpose that is asked about: the one named, else the caller's own; raise Refused."""
    if named is None:
        return control.principal.purpose
    try:
        return control.registered(named)
    except GraphQLError as error:
        raise Refused(400, "unknown_purpose", error.message) from None


class Aside:
    """Does in a thread, one after the other, what would keep the worker's event loop from its other requests."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore()
        self._waiting = 0

    async def do(self, work: Callable[..., Result], *arguments: Any) -> Result:
        """Return what ``work`` returns; raise Refused if too many wait."""
        if self._waiting >= _MOST_WAITING:
            raise busy()
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1


def busy() -> Refused:
    """Return what somebody is told who has to come again."""
    told = "Too many others ask the same of this worker now. Try again in a second."
    return Refused(503, "busy", told, ((b"retry-after", b"1"),))
