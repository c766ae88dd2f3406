"""The endpoints of the authorization server over HTTP."""

import asyncio
import datetime
import logging
from collections.abc import Callable, Mapping
from typing import Any

import asyncpg
import orjson
import sqlalchemy as sa
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from baygate.oauth.allowance import Allowances, AllowanceUnavailable, Exceeded, policies
from baygate.oauth.authentication import presented_certificate
from baygate.oauth.once import Replayed, UsedOnce, UsesUnrecorded
from baygate.oauth.recognised import RecognitionUnavailable
from baygate.oauth.server.authority import Authority, Reply
from baygate.oauth.server.errors import TemporarilyUnavailable, TooSlow
from baygate.oauth.server.grants import AUTHENTICATION_METHODS
from baygate.oauth.server.metadata import Addresses
from baygate.oauth.server.recognising import Recognising
from baygate.oauth.server.request import Asked, parameters
from baygate.oauth.signing import PUBLISHED_FOR
from baygate.storage.errors import StorageError
from baygate.storage.following import OutOfTouch

log = logging.getLogger("baygate.oauth")

_LARGEST = 64 * 1024
_PATIENCE = 10.0
"""Seconds within which the form must be there."""
_FORM = "application/x-www-form-urlencoded"
_NOT_KEPT = {"cache-control": "no-store", "pragma": "no-cache"}
UNREACHABLE = (
    OSError, TimeoutError, sa.exc.SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, StorageError,
    OutOfTouch, AllowanceUnavailable, UsesUnrecorded, RecognitionUnavailable,
)  # fmt: skip

Endpoint = Callable[[Asked], Reply]


class Endpoints:
    """Token, revocation, introspection, keys and metadata."""

    def __init__(
        self,
        authority: Authority,
        recognising: Recognising,
        engine: AsyncEngine,
        used_once: UsedOnce,
        allowances: Allowances,
        addresses: Addresses,
        server: Mapping[str, Any],
        resource: Mapping[str, Any],
    ) -> None:
        self._authority = authority
        self._recognising = recognising
        self._engine = engine
        self._used_once = used_once
        self._allowances = allowances
        self._addresses = addresses
        self._server = server
        self._resource = resource

    def routes(self) -> list[Route]:
        """Return where each is."""
        return [
            Route("/oauth/token", self.token, methods=["POST"]),
            Route("/oauth/revoke", self.revoke, methods=["POST"]),
            Route("/oauth/introspect", self.introspect, methods=["POST"]),
            Route("/oauth/jwks", self.keys),
            Route("/.well-known/oauth-authorization-server", lambda _: published(self._server)),
            Route("/.well-known/oauth-protected-resource/graphql", lambda _: published(self._resource)),
        ]

    async def token(self, request: Request) -> Response:
        """Give a token (RFC 6749, section 3.2)."""
        return await self._answered(request, self._authority.create_token_response, _of_a_code)

    async def revoke(self, request: Request) -> Response:
        """End a token (RFC 7009)."""
        return await self._answered(
            request, lambda asked: self._authority.create_endpoint_response("revocation", asked)
        )

    async def introspect(self, request: Request) -> Response:
        """Tell about a token (RFC 7662)."""
        return await self._answered(
            request, lambda asked: self._authority.create_endpoint_response("introspection", asked)
        )

    async def keys(self, _: Request) -> Response:
        """Return the keys that tokens are signed with (RFC 7517, section 5)."""
        return published(self._authority.access_tokens.keys.key_set(datetime.datetime.now(datetime.UTC)))

    async def _answered(
        self, request: Request, endpoint: Endpoint, stored: Callable[[Asked], bool] = lambda _: True
    ) -> Response:
        """Answer a request; one about something ``stored`` needs a transaction, once it is known whose it is."""
        try:
            asked = asked_of(request, self._addresses, await form_of(request))
            await self._recognising.authenticate(asked)
            if not stored(asked):
                reply = endpoint(asked)
                await self._used(asked)
            else:
                # there are few connections: none is for a stranger, nor for who sends again what somebody else sent
                self._authority.authenticate_client(asked, AUTHENTICATION_METHODS)
                await self._used(asked)
                async with self._engine.begin() as connection:
                    reply = await connection.run_sync(lambda held: endpoint(on(asked, held)))
                    # what was used before undoes what the request did
                    await self._used(asked)
            await self._recognising.record(asked)
            return await self._counted(asked, reply)
        except OAuth2Error as error:
            return response(Reply(*error()))
        except Exceeded as error:
            told = {"error": "temporarily_unavailable", "error_description": str(error)}
            headers = [(name.decode(), value.decode()) for name, value in error.headers]
            return response(Reply(429, told, headers))
        except UNREACHABLE as error:
            log.warning("no answer from the database: %s", error)
            return response(Reply(*TemporarilyUnavailable()()))

    async def _used(self, asked: Asked) -> None:
        """Record what may be used once; raise what the request is answered by if it was used before.

        Raise Exceeded, and record nothing, if the client is known to have used up its requests.
        """
        uses, asked.uses = asked.uses, []
        if uses and asked.client is not None:
            self._allowances.require(asked.client.client_id, policies(asked.client.rate, asked.client.quota))
        recorded = await asyncio.gather(*(self._used_once.claim(use) for use, _ in uses), return_exceptions=True)
        for (_, otherwise), error in zip(uses, recorded, strict=True):
            if isinstance(error, Replayed):
                raise otherwise
            if error is not None:
                raise error

    async def _counted(self, asked: Asked, reply: Reply) -> Response:
        """Count the request, once it is known whose it is: an answer beyond the client's allowance is not given."""
        if asked.client is not None:
            await self._allowances.spend(asked.client.client_id, policies(asked.client.rate, asked.client.quota))
        fresh = {"dpop-nonce": self._authority.nonces.fresh()} if asked.proofs else {}
        return response(reply, fresh)


def _of_a_code(asked: Asked) -> bool:
    return asked.form.get("grant_type") == "authorization_code"


def response(reply: Reply, more: Mapping[str, str] | None = None) -> Response:
    """Return an answer that nobody may keep (RFC 6749, section 5.1)."""
    body = reply.body.encode() if isinstance(reply.body, str) else orjson.dumps(reply.body)
    made = Response(body, reply.status, {**_NOT_KEPT, **dict(more or {})}, "application/json")
    for name, value in reply.headers:
        if name.lower() not in {"content-type", *_NOT_KEPT}:
            made.headers[name] = value
    return made


def published(document: Mapping[str, Any]) -> Response:
    """Return something that everybody may know, and keep for a while."""
    return JSONResponse(dict(document), headers={"cache-control": f"public, max-age={PUBLISHED_FOR // 2}"})


async def form_of(request: Request) -> bytes:
    """Return the form that a request carries.

    Raise InvalidRequestError if it is another thing or too large, TooSlow if it does not come.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise InvalidRequestError(f"Send the parameters as {_FORM}")
    body = b""
    try:
        async with asyncio.timeout(_PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > _LARGEST:
                    raise InvalidRequestError(f"The body has more than {_LARGEST} bytes")
    except TimeoutError:
        raise TooSlow(f"The body was not complete within {_PATIENCE:.0f} seconds") from None
    except ClientDisconnect:
        raise InvalidRequestError("The client left before the body was complete") from None
    return body


def asked_of(request: Request, addresses: Addresses, encoded: bytes) -> Asked:
    """Take a request with its form or query, as Authlib's grants read it; raise InvalidRequestError."""
    given, resources = parameters(encoded)
    path: str = request.scope["path"]  # of the request line: the URL that Starlette makes has the Host header in it
    return Asked(
        request.method,
        addresses.origin + path,
        {name: value for name, value in request.headers.items() if name == "authorization"},
        given,
        resources,
        path=path,
        certificate=presented_certificate(request.scope),
        proofs=tuple(value for name, value in request.headers.raw if name == b"dpop"),
    )


def on(asked: Asked, connection: sa.Connection) -> Asked:
    """Return the request with the connection that its hooks work on."""
    asked.connection = connection
    return asked
