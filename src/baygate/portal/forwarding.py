"""Requests of a session, forwarded to the hub's own addresses: it decides as for anybody who comes with the token.

What is forwarded is made anew: the method is the route's, the path ours, the query and the body the page's, of the
headers the few below, and the token with its proof. Nothing else that the browser sent gets through, its cookies and
any ``Authorization`` of its own least of all. Of the answer, what is of use only to who has the token is left out.
"""

from typing import Any

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from baygate.gateway.application import GRAPHQL
from baygate.portal.caller import Guard, NotSignedIn, Refused

_FORWARDED = frozenset({
    b"accept", b"content-encoding", b"content-length", b"content-type", b"expect", b"if-none-match",
})  # fmt: skip
_KEPT_BACK = ("www-authenticate", "dpop-nonce", "set-cookie")
_ADDRESSES = ("/audit/accesses", "/audit/head", "/audit/consistency", "/catalogue.json")


class Forwarding:
    """Asks the hub for whoever is signed in."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def routes(self) -> list[Route]:
        """Return where the explorer's pages ask."""
        return [
            Route("/explore/graphql", self.graphql, methods=["POST"]),
            Route("/explore/hub/audit/receipts/{id}", self.receipt, methods=["GET"]),
            *(Route(f"/explore/hub{path}", self.address, methods=["GET"]) for path in _ADDRESSES),
        ]

    async def graphql(self, request: Request) -> ASGIApp:
        """Let the hub answer GraphQL; its answer and headers are the hub's own."""
        self._guard.require_own_page(request)
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        # the media types of forms, which other sites can send, are none that is taken here
        if media != "application/json" or len(request.headers.getlist("content-type")) > 1:
            raise Refused(415, "not_json", "Send the request as application/json.")
        return self._asked(request, GRAPHQL)

    async def receipt(self, request: Request) -> ASGIApp:
        """Let the hub prove a record."""
        # one part of a path, whatever it is: what is no number the hub knows as none
        return self._asked(request, f"/audit/receipts/{request.path_params['id']}")

    async def address(self, request: Request) -> ASGIApp:
        """Let the hub answer at one of its other addresses."""
        return self._asked(request, request.scope["path"].removeprefix("/explore/hub"))

    def _asked(self, request: Request, path: str) -> ASGIApp:
        session = self._guard.session(request)
        shown = self._guard.client.authorization(session.token, session.scheme, request.method, path)
        return _Forwarded(request.app, _scope(request.scope, path, shown), path == GRAPHQL)


def _scope(given: Scope, path: str, shown: list[tuple[bytes, bytes]]) -> Scope:
    """Return a request of the same body and query, with these credentials and no others."""
    forwarded = [(name, value) for name, value in given["headers"] if name in _FORWARDED]
    same = {name: given.get(name) for name in ("asgi", "http_version", "scheme", "server", "client", "query_string")}
    return {
        **same,
        "type": "http",
        "method": given["method"],
        "root_path": "",
        "path": path,
        "raw_path": path.encode(),
        "headers": [*forwarded, *shown],
    }


class _Forwarded:
    """The answer of the hub to another request."""

    def __init__(self, app: ASGIApp, scope: Scope, graphql: bool) -> None:
        self._app = app
        self._scope = scope
        self._graphql = graphql

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send it; raise NotSignedIn if the hub takes the token no more, Refused for what its addresses refuse."""
        refusal: Message | None = None
        body = b""

        async def answer(message: Message) -> None:
            nonlocal refusal, body
            if message["type"] == "http.response.start":
                if message["status"] == 401 or (message["status"] >= 400 and not self._graphql):
                    refusal = message
                else:
                    headers = MutableHeaders(scope=message)
                    for name in _KEPT_BACK:
                        del headers[name]
            if refusal is None:
                await send(message)
            elif message["type"] == "http.response.body":
                body += message.get("body", b"")

        await self._app(self._scope, receive, answer)
        if refusal is not None:
            raise _refused(refusal, body)


def _refused(start: Message, body: bytes) -> Refused:
    """Return what the explorer's pages are told of a refusal of the hub."""
    if start["status"] == 401:
        return NotSignedIn()
    try:
        told: dict[str, Any] = orjson.loads(body)
        error, message = str(told["error"]), str(told["error_description"])
    except (ValueError, KeyError, TypeError):
        error, message = "refused", "The hub does not answer this. Try again, or see its log."
    retry = Headers(scope=start).get("retry-after")
    return Refused(start["status"], error, message, ((b"retry-after", retry.encode()),) if retry else ())
