"""The authorization server itself: Authlib's, with our clients, grants, tokens and errors."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import Any

import sqlalchemy as sa
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidClientError, InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from baygate.access.jose import BadToken, read
from baygate.oauth.authentication import of_certificate, registered
from baygate.oauth.clients import Client
from baygate.oauth.dpop import Nonces, Proofs
from baygate.oauth.server.access_tokens import AccessTokens
from baygate.oauth.server.client_authentication import ClientAuthentication
from baygate.oauth.server.errors import InvalidClient
from baygate.oauth.server.grants import (
    AUTHENTICATION_METHODS,
    AuthorizationCode,
    ClientCredentials,
    S256Only,
    revoke,
)
from baygate.oauth.server.request import Asked
from baygate.oauth.tokens import TYPE, Token, token_of
from baygate.storage.tables.oauth import revoked_token


@dataclass
class Reply:
    """What an endpoint answers."""

    status: int
    body: Mapping[str, Any] | str
    headers: list[tuple[str, str]] = field(default_factory=list)


class Authority(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """Gives tokens to clients that ``find`` knows."""

    def __init__(
        self,
        find: Callable[[str], Client | None],
        authentication: ClientAuthentication,
        access_tokens: AccessTokens,
        proofs: Proofs,
        nonces: Nonces,
    ) -> None:
        super().__init__()
        self._find = find
        self.access_tokens = access_tokens
        self.proofs = proofs
        self.nonces = nonces
        methods = authentication.by_assertion, authentication.by_self_signed_certificate
        for name, method in zip(AUTHENTICATION_METHODS, (*methods, authentication.by_issued_certificate), strict=True):
            self.register_client_auth_method(name, method)
        self.register_grant(ClientCredentials)
        self.register_grant(AuthorizationCode, [S256Only(required=True)])
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    def query_client(self, client_id: str) -> Client | None:
        """Return a client in good standing."""
        return self._find(client_id)

    def authenticate_client(self, request: Asked, methods: Sequence[str], endpoint: str = "token") -> Client:
        """Authenticate a client; raise InvalidClient, with 401, if none of ``methods`` proves who it is."""
        if request.proven is not None:
            return request.proven
        try:
            client: Client = super().authenticate_client(request, methods, endpoint)
        except InvalidClient:
            raise
        except InvalidClientError:
            scheme = request.headers.get("authorization", "").partition(" ")[0]
            description = (
                "Send a client_assertion (private_key_jwt), or name the client_id over mutual TLS with its certificate"
            )
            known = scheme.isascii() and scheme.isalpha()
            raise InvalidClient(description, scheme if known else "private_key_jwt") from None
        # known to the endpoint whatever becomes of the request, so that its requests are counted
        request.client = request.proven = client
        return client

    def create_oauth2_request(self, request: Asked) -> Asked:
        """Return the request, which the endpoints have made already."""
        return request

    def handle_response(self, status: int, body: Mapping[str, Any] | str, headers: list[tuple[str, str]]) -> Reply:
        """Return what is to be answered."""
        return Reply(status, body, list(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""


class _Hinted:
    """An endpoint that takes a token, with a hint that is ignored: there is one type here (RFC 7009, section 2.2)."""

    CLIENT_AUTH_METHODS = AUTHENTICATION_METHODS

    def check_params(self, request: Asked, client: Client) -> None:  # noqa: ARG002 - Authlib's
        """Refuse a request without a token."""
        if "token" not in request.form:
            raise InvalidRequestError("Send the token")


def own_token(authority: Authority, text: str) -> Token | None:
    """Return one of the server's own tokens; None for any other text."""
    keys, now = authority.access_tokens.keys, datetime.datetime.now(datetime.UTC)
    try:
        signed = read(text.encode(), TYPE)
        key = keys.public(str(signed.header.get("kid")), now)
        token = token_of(signed.verify(key), None) if key else None
    except BadToken:
        return None
    return token if token and token.issuer == authority.access_tokens.issuer else None


@dataclass(frozen=True)
class _Presented:
    """A token as the endpoints of Authlib ask for it."""

    token: Token
    connection: sa.Connection
    owner: Client | None
    """The client that has it, as of when it was read: a registration can change while the database is asked."""

    def check_client(self, client: Client) -> bool:
        return self.token.client_id == client.client_id

    def is_expired(self) -> bool:
        return time() >= self.token.expires_at

    def is_revoked(self) -> bool:
        ends = [each for each in (self.token.digest, self.token.session) if each is not None]
        found = sa.select(revoked_token.c.digest).where(revoked_token.c.digest.in_(ends))
        return self.connection.execute(found).first() is not None


class Revocation(_Hinted, RevocationEndpoint):  # type: ignore[misc]
    """A client ends one of its own tokens (RFC 7009)."""

    def authenticate_token(self, request: Asked, client: Client) -> _Presented | None:
        """Return the token; None if it is none of ours, which is as good as revoked (section 2.2)."""
        self.check_params(request, client)
        presented = _presented(self.server, request)
        if presented is not None and not presented.check_client(client):
            # to refuse would tell whoever found a token whether it is good
            return None
        return presented

    def revoke_token(self, presented: _Presented, request: Asked) -> None:
        """Revoke it everywhere."""
        assert request.connection is not None  # noqa: S101 - every request has one
        revoke(request.connection, presented.token.digest)


class Introspection(_Hinted, IntrospectionEndpoint):  # type: ignore[misc]
    """A client asks about a token of its own agency (RFC 7662); of any other it learns nothing.

    What the hub as a resource would refuse is not active, and a scope that opens nothing there is not told.
    """

    def query_token(self, text: str, hint: str | None) -> _Presented | None:
        """Return the token."""
        raise NotImplementedError("authenticate_token reads the token with its request")

    def authenticate_token(self, request: Asked, client: Client) -> _Presented | None:
        """Return the token if the client may know it."""
        self.check_params(request, client)
        presented = _presented(self.server, request)
        return presented if presented and self.check_permission(presented, client, request) else None

    def check_permission(self, presented: _Presented, client: Client, request: Asked) -> bool:  # noqa: ARG002
        """Return whether the client may know of a token: it is its agency's, and good at this time."""
        token = presented.token
        try:
            token.timely(time())
            registered(token, presented.owner)
        except BadToken:
            return False
        return token.agency == client.agency

    def introspect_token(self, presented: _Presented) -> Mapping[str, Any]:
        """Return what there is to know (section 2.2)."""
        token = presented.token
        return {
            "active": True,
            "scope": " ".join(sorted(token.scopes & registered(token, presented.owner).scopes)),
            "client_id": token.client_id,
            "token_type": "DPoP" if token.bound and token.bound.method == "jkt" else "Bearer",
            "exp": token.expires_at,
            "iat": token.issued_at,
            "sub": token.subject,
            "aud": self.server.access_tokens.audience,
            "iss": token.issuer,
            "agency": token.agency,
            "authorization_details": token.details.claim(),
            **({"cnf": {token.bound.method: token.bound.value}} if token.bound else {}),
        }


def _presented(authority: Authority, request: Asked) -> _Presented | None:
    token = own_token(authority, request.form["token"])
    if token is None:
        return None
    assert request.connection is not None  # noqa: S101 - every request has one
    return _Presented(token, request.connection, _owner(authority, token, request.recognised))


def _owner(authority: Authority, token: Token, by: Client | None) -> Client | None:
    """Return the client that has a token; of one that rests on a certificate, the party who asks if it is his."""
    if token.certificate is not None:
        return by if of_certificate(token, by) else None
    return authority.query_client(token.client_id)
