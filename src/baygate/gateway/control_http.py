"""The catalogue as files: ``/catalogue.json``, and DCAT 3 in JSON-LD at ``/catalogue.jsonld``.

For whoever may ask the hub at all: with a token, as at ``/graphql``, and counted like a request there. It has no
records, and is the same for everybody, so it carries a tag by which an unchanged one is not sent again (RFC 9110,
section 8.8.3).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from baygate.access.catalogue import as_dcat, as_json
from baygate.access.documents.rules import InForce
from baygate.oauth.caller import Caller
from baygate.oauth.challenge import Unproven

Authenticate = Callable[[Scope], Awaitable[Caller]]

_JSON, _JSON_LD = "application/json", "application/ld+json"


def catalogue_routes(authenticate: Authenticate, in_force: Callable[[], InForce], origin: str) -> list[Route]:
    """Return where the catalogue is exported; ``origin`` is under what the hub is known to its clients."""

    def serving(media: str, make: Callable[[InForce], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            try:
                caller = await authenticate(request.scope)
            except Unproven as unproven:
                told = {"error": unproven.error or "unauthenticated", "error_description": unproven.description}
                return _response(unproven.status, told, _JSON, unproven.headers)
            return _catalogue(request, in_force(), media, make, caller)

        return serve

    return [
        Route("/catalogue.json", serving(_JSON, as_json), methods=["GET"]),
        Route("/catalogue.jsonld", serving(_JSON_LD, lambda known: as_dcat(known, origin)), methods=["GET"]),
    ]


def _catalogue(
    request: Request, known: InForce, media: str, make: Callable[[InForce], dict[str, Any]], caller: Caller
) -> Response:
    if known.problems:
        # an empty catalogue would tell whoever mirrors it that all was withdrawn
        told = {"error": "temporarily_unavailable", "error_description": "No policies are in force now."}
        return _response(503, told, _JSON, [*caller.headers, (b"retry-after", b"60")])
    tag = f'"{known.version}-{int(known.valid_from.timestamp())}"'
    headers = [*caller.headers, (b"etag", tag.encode())]
    if tag in {each.strip() for each in request.headers.get("if-none-match", "").split(",")}:
        return _response(304, None, media, headers)
    return _response(200, make(known), media, headers)


def _response(
    status: int, content: dict[str, Any] | None, media: str, headers: Sequence[tuple[bytes, bytes]]
) -> Response:
    response = Response(None if content is None else orjson.dumps(content), status, media_type=media)
    response.raw_headers += [
        (b"cache-control", b"private, no-cache"),
        (b"vary", b"authorization"),
        (b"x-content-type-options", b"nosniff"),
        *headers,
    ]
    return response
