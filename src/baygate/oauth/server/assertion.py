"""What every client assertion has to be, whosever key signed it (RFC 7523, section 3)."""

import datetime
from collections.abc import Mapping
from time import time
from typing import Any

from baygate.access.jose import BadToken
from baygate.oauth.clients import Client
from baygate.oauth.once import use
from baygate.oauth.server.errors import InvalidClient
from baygate.oauth.server.request import Asked

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION = 3_600
"""Seconds that an assertion may live: what Authlib's own client gives it, and cannot be told otherwise."""
TYPES = ("", "jwt", "client-authentication+jwt")
"""What its ``typ`` may be."""
_SKEW = 60


def require_type(form: Mapping[str, str]) -> None:
    """Raise InvalidClient unless an assertion comes with the type that says what it is (RFC 7523, section 2.2)."""
    if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
        raise InvalidClient(f"An assertion comes with the client_assertion_type {ASSERTION_TYPE}")


def use_once(asked: Asked, client: Client, claims: Mapping[str, Any]) -> None:
    """Let a request be answered only if its assertion was never used."""
    until = datetime.datetime.fromtimestamp(claims["exp"] + 2 * _SKEW, datetime.UTC)
    refusal = InvalidClient("The assertion is refused: it was used before")
    asked.use_once(use("assertion", client.client_id, claims["jti"], until), refusal)


def check_claims(claims: Mapping[str, Any], issuer: str) -> None:
    """Raise BadToken unless claims are those of an assertion for this server, now (RFC 7523, section 3)."""
    # one string, the issuer (FAPI 2.0 Security Profile, section 5.3.2.1): an endpoint's address could have been
    # given to the client by another server, and an assertion for several be passed on by one of them
    if claims.get("aud") != issuer:
        raise BadToken("its audience (aud) is not the issuer identifier of this server, as one string")
    now, expires = time(), claims.get("exp")
    begins = [claims[name] for name in ("iat", "nbf") if name in claims]
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in (expires, *begins)):
        raise BadToken("its exp, iat or nbf is no time")
    assert isinstance(expires, int | float)  # noqa: S101 - as just checked
    if expires <= now - _SKEW:
        raise BadToken("it has expired")
    if expires > now + LONGEST_ASSERTION + _SKEW:
        raise BadToken(f"it lives longer than {LONGEST_ASSERTION} seconds")
    if any(each > now + _SKEW for each in begins):
        raise BadToken("it is not good yet")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= 256 or not jti.isprintable():
        raise BadToken("it has no jti of 1 to 256 characters")
