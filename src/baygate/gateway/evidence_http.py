"""Evidence over HTTP: the proof of a record at ``/audit/receipts/{id}``, accesses as NDJSON at ``/audit/accesses``.

The newest head is at ``/audit/head``, and at ``/audit/consistency`` the proof that one continues another.

For whoever has a token, as at ``/graphql``, and counted like a request there. Whose evidence it is that he gets,
``gateway/evidence.py`` says. That accesses are given out is recorded like an answer, before the first of them is.
"""

import datetime
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import asyncpg
import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Scope

from baygate.access.documents.root import RootDocument
from baygate.access.principal import Principal
from baygate.audit.accesses import Filters
from baygate.audit.export import as_json
from baygate.audit.recorder import LogUnavailable
from baygate.audit.tiles import TreeDamaged
from baygate.contract.evidence import READ
from baygate.gateway.evidence import AuditReader, providers_of
from baygate.oauth.caller import Caller
from baygate.oauth.challenge import Unproven
from baygate.storage.errors import StorageError

log = logging.getLogger("baygate.audit")

Authenticate = Callable[[Scope], Awaitable[Caller]]
RecordFile = Callable[[Principal, str, Mapping[str, str]], Awaitable[str]]
"""Makes it durable that a file is sent to whom from where, and what he asked for; returns the receipt."""
Headers = Sequence[tuple[bytes, bytes]]
Answering = Callable[[Request, Caller], Awaitable[Response]]

_ID = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
_SIZE = re.compile(r"\d{1,18}", re.ASCII)
_SOON = (b"retry-after", b"1")
_DAMAGED = "The log is not whole, so no proof can be given; its operator can see why."
_UNREADABLE = "The audit log cannot be read now. Try again shortly."
_TOO_MUCH = "This takes too long to find. Narrow it: a party, an agency, a shorter time from since to until."
_UNWRITABLE = "The audit log cannot be written now, so nothing is released. Try again shortly."
_ACCESSES = "/audit/accesses"
_JSON, _NDJSON = "application/json", "application/x-ndjson"
_TEXTS = {"party": "subject", "agency": "agency", "purpose": "purpose"}
_TIMES = ("since", "until")
_NOT_HERE = (
    "There is no proof under this number for this client. A record is proven about a second after its answer: if this "
    "one is newer, try again."
)


class _Wrong(Exception):
    """A parameter that is none; the message says which."""


class EvidenceEndpoints:
    """Gives evidence out; ``root`` is the root document in force."""

    def __init__(
        self,
        authenticate: Authenticate,
        reader: AuditReader,
        root: Callable[[], RootDocument | None],
        record_file: RecordFile,
    ) -> None:
        self._authenticate = authenticate
        self._reader = reader
        self._root = root
        self._record_file = record_file

    def routes(self) -> list[Route]:
        """Return where evidence is given out."""
        return [
            Route("/audit/receipts/{id}", partial(self._serve, self._receipt), methods=["GET"]),
            Route(_ACCESSES, partial(self._serve, self._accesses), methods=["GET"]),
            Route("/audit/head", partial(self._serve, self._head), methods=["GET"]),
            Route("/audit/consistency", partial(self._serve, self._consistency), methods=["GET"]),
        ]

    async def _serve(self, answer: Answering, request: Request) -> Response:
        try:
            caller = await self._authenticate(request.scope)
        except Unproven as unproven:
            error = unproven.error or "unauthenticated"
            return _refused(unproven.status, error, unproven.description, unproven.headers)
        try:
            return await answer(request, caller)
        except _Wrong as wrong:
            return _refused(400, "invalid_request", str(wrong), caller.headers)
        except TreeDamaged as damaged:
            log.error("no proof is given: %s", damaged)
            return _refused(503, "temporarily_unavailable", _DAMAGED, caller.headers)
        except asyncpg.QueryCanceledError:
            return _refused(503, "temporarily_unavailable", _TOO_MUCH, caller.headers)
        except LogUnavailable:
            return _refused(503, "temporarily_unavailable", _UNWRITABLE, [*caller.headers, _SOON])
        except (asyncpg.PostgresError, StorageError, OSError, TimeoutError) as error:
            log.warning("the audit log cannot be read: %s", type(error).__name__)
            return _refused(503, "temporarily_unavailable", _UNREADABLE, [*caller.headers, _SOON])

    async def _receipt(self, request: Request, caller: Caller) -> Response:
        named = _ID.fullmatch(request.path_params["id"])
        found = await self._reader.proof(int(named[1]), int(named[2]), caller.principal) if named else None
        if found is None:
            return _refused(404, "not_found", _NOT_HERE, [*caller.headers, _SOON])
        return _response(200, found.as_json(), caller.headers)

    async def _accesses(self, request: Request, caller: Caller) -> Response:
        if READ not in caller.principal.scopes:
            challenge = (b"www-authenticate", f'Bearer error="insufficient_scope", scope="{READ}"'.encode())
            told = f"The token lacks the scope {READ}."
            return _refused(403, "insufficient_scope", told, [*caller.headers, challenge])
        filters = _filters(request.query_params, providers_of(caller.principal, self._root()))
        lines = _lines(self._reader, filters)
        first = await anext(lines, b"")  # whatever fails does so before the answer has begun, as a rule
        receipt = await self._record_file(caller.principal, _ACCESSES, dict(request.query_params))
        response = StreamingResponse(_after(first, lines), media_type=_NDJSON)
        response.raw_headers += [*_ALWAYS, *caller.headers, (b"baygate-receipt", receipt.encode())]
        return response

    async def _head(self, _: Request, caller: Caller) -> Response:
        signed = await self._reader.head()
        if signed is None:
            return _refused(404, "not_found", "The log has no signed head yet.", [*caller.headers, _SOON])
        return _response(200, {"head": signed}, caller.headers)

    async def _consistency(self, request: Request, caller: Caller) -> Response:
        sizes = [request.query_params.get(name, "") for name in ("old", "new")]
        if not all(map(_SIZE.fullmatch, sizes)):
            raise _Wrong("The parameters old and new are sizes of the log, as two heads have them.")
        try:
            proof = await self._reader.consistency(*map(int, sizes))
        except ValueError as error:
            raise _Wrong(f"There is {error}.") from None
        return _response(200, proof.json(), caller.headers)


async def _lines(reader: AuditReader, filters: Filters) -> AsyncIterator[bytes]:
    async for each in reader.every(filters):
        yield orjson.dumps(as_json(each), option=orjson.OPT_APPEND_NEWLINE)


async def _after(first: bytes, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for each in lines:
        yield each


def _filters(given: Mapping[str, str], providers: frozenset[str]) -> Filters:
    unknown = sorted(given.keys() - _TEXTS.keys() - set(_TIMES))
    if unknown:
        raise _Wrong(f"There is no parameter {unknown[0]}; there are {', '.join([*_TEXTS, *_TIMES])}.")
    texts: dict[str, Any] = {_TEXTS[name]: value for name, value in given.items() if name in _TEXTS}
    if any("\0" in each for each in texts.values()):
        raise _Wrong("A parameter holds a character that is none.")
    times: dict[str, Any] = {name: _moment(name, given[name]) for name in _TIMES if name in given}
    return Filters(providers, **texts, **times)


def _moment(name: str, text: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
        known = moment.utcoffset() is not None and moment.astimezone(datetime.UTC) is not None
    except (ValueError, OverflowError):
        known = False
    if not known:
        raise _Wrong(f"The parameter {name} is no moment with its offset from UTC, such as 2026-11-01T00:00:00Z.")
    return moment


_ALWAYS: Headers = [
    (b"cache-control", b"no-store"),
    (b"vary", b"authorization"),
    (b"x-content-type-options", b"nosniff"),
]


def _refused(status: int, error: str, description: str, headers: Headers) -> Response:
    return _response(status, {"error": error, "error_description": description}, headers)


def _response(status: int, content: Mapping[str, Any], headers: Headers) -> Response:
    response = Response(orjson.dumps(content), status, media_type=_JSON)
    response.raw_headers += [*_ALWAYS, *headers]
    return response
