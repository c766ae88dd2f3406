"""The two grants: ``client_credentials`` for agencies' systems, ``authorization_code`` with PKCE for people.

What either may give, in this order: the client may use the grant; the resource is this hub (RFC 8707); the scopes are
ones that the client has registered, and asking for another is refused, not dropped; the purpose is in the registry and
one that the client has registered (RFC 9396); the token is bound to the certificate or DPoP key that came with the
request, as the client has registered.
"""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from authlib.oauth2.rfc6749 import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnauthorizedClientError,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from sqlalchemy.dialects.postgresql import insert

from baygate.access.jose import certificate_thumbprint
from baygate.oauth.clients import Binding, Client
from baygate.oauth.details import BadDetails, Details, parse
from baygate.oauth.dpop import BadProof, NonceNeeded
from baygate.oauth.server.errors import InvalidDetails, InvalidProof, InvalidTarget, UseNonce
from baygate.oauth.server.request import Asked, Granted
from baygate.oauth.signing import LONGEST_LIFETIME
from baygate.oauth.standing import TOKEN_REVOKED, token_digest
from baygate.oauth.tokens import BY_CERTIFICATE, BY_KEY, Bound
from baygate.storage.tables.oauth import authorization_code, revoked_token

AUTHENTICATION_METHODS = ["private_key_jwt", "self_signed_tls_client_auth", "tls_client_auth"]
_LONGER = 60
"""Seconds for which what is revoked is remembered beyond its end, for clocks that differ."""
CODE_LIFETIME = 60
"""Seconds that an authorization code is good for."""


def scopes_of(client: Client, asked: Asked) -> frozenset[str]:
    """Return the scopes to give: those asked for, all of the client's if none are named."""
    named = frozenset((asked.form.get("scope") or "").split())
    if not named <= client.scopes:
        beyond = " ".join(sorted(named - client.scopes))
        raise InvalidScopeError(f"The client has not registered the scope {beyond}")
    return named or client.scopes


def details_of(client: Client, asked: Asked) -> Details:
    """Return the purpose to give: the one named, or the client's only one."""
    given = asked.form.get("authorization_details")
    if given is None and len(client.purposes) == 1:
        given = f'[{{"type":"baygate_field_access","purpose":"{next(iter(client.purposes))}"}}]'
    if given is None:
        raise InvalidDetails("Say for what purpose, in authorization_details of the type baygate_field_access")
    try:
        details = parse(given)
    except BadDetails as error:
        raise InvalidDetails(str(error)) from None
    if details.purpose not in client.purposes:
        raise InvalidDetails(f"The client has not registered the purpose {details.purpose}")
    return details


def check_resource(asked: Asked, audience: str) -> None:
    """Raise InvalidTarget if another resource than this hub is asked for."""
    if any(each != audience for each in asked.resources):
        raise InvalidTarget(f"The only resource here is {audience}")


class _Giving:
    """What both grants do once the client is known."""

    request: Asked
    server: Any

    def bound_to(self, client: Client) -> Bound | None:
        """Return what the token will be bound to; raise if the request does not bring it."""
        if client.binding is Binding.BEARER:
            return None
        if client.binding is Binding.CERTIFICATE:
            if self.request.certificate is None:
                raise InvalidRequestError("The tokens of this client are bound to its certificate: use mutual TLS")
            return Bound(BY_CERTIFICATE, certificate_thumbprint(self.request.certificate))
        return Bound(BY_KEY, self._proven_key())

    def _proven_key(self) -> str:
        if len(self.request.proofs) != 1:
            raise InvalidProof("The tokens of this client are bound to a key: send one DPoP header with a proof of it")
        try:
            proof = self.server.proofs.check(self.request.proofs[0], self.request.method, self.request.path)
        except BadProof as error:
            raise InvalidProof(f"The DPoP proof is refused: {error}") from None
        except NonceNeeded:
            raise UseNonce(self.server.nonces.fresh()) from None
        self.request.use_once(proof.use, InvalidProof("The DPoP proof is refused: it was used before"))
        return str(proof.thumbprint)


class ClientCredentials(_Giving, ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    """An agency's system asks for itself (RFC 6749, section 4.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def validate_token_request(self) -> None:
        """Decide what is given."""
        client: Client = self.authenticate_token_endpoint_client()
        self.request.client = client
        if client.for_people:
            raise UnauthorizedClientError("The client acts for people who sign in, and not for itself")
        check_resource(self.request, self.server.access_tokens.audience)
        scopes, details = scopes_of(client, self.request), details_of(client, self.request)
        self.request.granted = Granted(scopes, details, self.bound_to(client))

    def create_token_response(self) -> tuple[int, Mapping[str, Any], list[tuple[str, str]]]:
        """Give the token."""
        answer, _ = self.server.access_tokens.issue(self.request.client, self.request.granted)
        return 200, answer, self.TOKEN_RESPONSE_HEADER


class AuthorizationCode(_Giving, AuthorizationCodeGrant):  # type: ignore[misc]
    """A person who has signed in lets a client ask (RFC 6749, section 4.1), with PKCE (RFC 7636) of S256 only.

    A code is good once and for a minute. One that comes a second time, however late, was stolen, from the client or by
    it: what it gave is revoked (RFC 6749, section 4.1.2). A request must have a ``state``, so that the client
    can tell an answer to its own request from one that somebody slipped to it (section 10.12).
    """

    TOKEN_ENDPOINT_AUTH_METHODS = AUTHENTICATION_METHODS

    def validate_authorization_request(self) -> str:
        """Decide what could be given; return where the answer goes."""
        redirect_uri: str = super().validate_authorization_request()
        client: Client = self.request.client  # type: ignore[assignment]  # found by its identifier
        try:
            if "state" not in self.request.form:
                raise InvalidRequestError("Send a state, and compare it when the answer comes")
            if "dpop_jkt" in self.request.form:
                # not to be ignored: whoever sends it believes the code bound to his key (RFC 9449, section 10)
                raise InvalidRequestError("Codes are bound by PKCE here, not to a DPoP key: leave out dpop_jkt")
            check_resource(self.request, self.server.access_tokens.audience)
            self.request.granted = Granted(scopes_of(client, self.request), details_of(client, self.request), None)
        except OAuth2Error as error:
            error.redirect_uri = redirect_uri
            raise
        return redirect_uri

    def create_authorization_response(
        self, redirect_uri: str, person: Mapping[str, Any] | None
    ) -> tuple[int, str, list[tuple[str, str]]]:
        """Send the code to the client, for this person."""
        if person and self.request.granted:
            self.request.granted = replace(self.request.granted, person=person)
        status, body, headers = super().create_authorization_response(redirect_uri, person)
        return status, body, headers

    def save_authorization_code(self, code: str, asked: Asked) -> None:
        """Keep what the code stands for, under its digest."""
        assert asked.granted is not None  # noqa: S101 - decided with the request
        assert asked.connection is not None  # noqa: S101 - every request has one
        granted = asked.granted
        asked.connection.execute(
            authorization_code.insert().values(
                digest=_digest(code),
                client_id=asked.client.client_id if asked.client else "",
                redirect_uri=asked.form["redirect_uri"],
                scopes=sorted(granted.scopes),
                details=granted.details.claim(),
                person=dict(granted.person or {}),
                code_challenge=asked.form["code_challenge"],
                expires_at=_now() + datetime.timedelta(seconds=CODE_LIFETIME),
            )
        )
        asked.connection.execute(
            authorization_code.delete().where(authorization_code.c.expires_at < _now() - datetime.timedelta(hours=1))
        )

    def validate_token_request(self) -> None:
        """Decide what is given: what the person agreed to, bound to the client's key."""
        super().validate_token_request()
        client: Client = self.request.client  # type: ignore[assignment]  # authenticated
        code = self.request.authorization_code
        self.request.granted = Granted(frozenset(code.scopes) & client.scopes, code.agreed, self._bound, code.person)

    def authenticate_token_endpoint_client(self) -> Client:
        """Authenticate the client, and see what the token will be bound to before the code is taken.

        So a client that lacks nothing but a DPoP nonce comes again with the same code (RFC 9449, section 8).
        """
        client: Client = super().authenticate_token_endpoint_client()
        check_resource(self.request, self.server.access_tokens.audience)
        self._bound = self.bound_to(client)
        return client

    def query_authorization_code(self, code: str, client: Client) -> "Code | None":
        """Take the code, which then is taken, whatever becomes of this request; None if it is not to be had."""
        connection = self.request.connection
        assert connection is not None  # noqa: S101 - every request has one
        table = authorization_code.c
        found = connection.execute(
            sa.select(authorization_code)
            .where(table.digest == _digest(code), table.client_id == client.client_id)
            .with_for_update()
        ).first()
        if found is not None and found.token is not None:
            self._revoke(connection, found.token)
            return None
        if found is None or found.expires_at <= _now():
            return None
        connection.execute(authorization_code.update().where(table.digest == found.digest).values(token=""))
        return Code(found)

    def create_token_response(self) -> tuple[int, Mapping[str, Any], list[tuple[str, str]]]:
        """Give the token, and remember which one it was."""
        answer, jti = self.server.access_tokens.issue(self.request.client, self.request.granted)
        assert self.request.connection is not None  # noqa: S101 - every request has one
        digest = self.request.authorization_code.digest
        table = authorization_code.c
        self.request.connection.execute(authorization_code.update().where(table.digest == digest).values(token=jti))
        return 200, answer, self.TOKEN_RESPONSE_HEADER

    def _revoke(self, connection: sa.Connection, jti: str) -> None:
        if jti:
            revoke(connection, token_digest(self.server.access_tokens.issuer, jti))


class Code:
    """What an authorization code stands for, as Authlib and its PKCE ask for it."""

    def __init__(self, row: sa.Row[Any]) -> None:
        self.digest: bytes = row.digest
        self.scopes: list[str] = row.scopes
        self.agreed = Details(row.details[0]["purpose"], row.details[0].get("legalBasis"), row.details[0].get("caseNo"))
        self.person: Mapping[str, Any] = row.person
        self.code_challenge: str = row.code_challenge
        self.code_challenge_method = "S256"
        self._redirect_uri: str = row.redirect_uri

    def get_redirect_uri(self) -> str:
        """Return where the code was sent."""
        return self._redirect_uri


class S256Only(CodeChallenge):  # type: ignore[misc]
    """PKCE that is never left out and never plain (RFC 9700, section 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: AuthorizationCode, redirect_uri: str) -> None:
        """Refuse a request without a challenge, or with one that is its own verifier."""
        form = grant.request.form
        if "code_challenge" not in form or form.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send a code_challenge with the code_challenge_method S256 (PKCE)")
        super().validate_code_challenge(grant, redirect_uri)

    def validate_code_verifier(self, grant: AuthorizationCode, result: object) -> None:
        """Say invalid_grant for a verifier that is missing: whoever stole a code has none (RFC 7636, section 4.6)."""
        if "code_verifier" not in grant.request.form:
            raise InvalidGrantError("The code_verifier is missing")
        super().validate_code_verifier(grant, result)


def revoke(connection: sa.Connection, digest: bytes, lifetime: int = LONGEST_LIFETIME) -> None:
    """Revoke what lives for ``lifetime`` seconds, in this transaction; every worker hears of it when that commits."""
    now = _now()
    connection.execute(
        insert(revoked_token)
        .values(digest=digest, revoked_at=now, expires_at=now + datetime.timedelta(seconds=lifetime + _LONGER))
        .on_conflict_do_nothing()
    )
    connection.execute(sa.select(sa.func.pg_notify(TOKEN_REVOKED, digest.hex())))


def _digest(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
