"""Whoever comes with a certificate that a trust list recognises: by mutual TLS, or with ``x5c`` in his assertion.

1. By mutual TLS the connection has proven the key. Without an assertion, and without naming a registered client, the
   request is the certificate's.
2. An assertion with ``x5c`` (RFC 7515, section 4.1.6) is proven by the key of the first certificate in it. The others,
   which would be its path, are not looked at: paths are built from trust lists alone.
3. SM2 keys, which no algorithm of JOSE serves, sign it with ``SM2SM3``: the 64 bytes r and s, as ES256 writes them,
   under the usual identity (GM/T 0009). That is a private name, good for assertions alone.
4. Only who has proven the key is judged, and hears what it is that is not recognised; by mutual TLS, if he names no
   client.
"""

import asyncio
import base64
import datetime
from collections.abc import Callable
from typing import Any

from baygate.access.certificate import BadCertificate
from baygate.access.jose import BadKey, BadToken, Signed, certificate_key, read
from baygate.oauth.clients import Authentication, Client
from baygate.oauth.recognised import (
    NotAdmitted,
    Recognitions,
    RecognitionUnavailable,
    client_id_of,
    client_of,
    described,
)
from baygate.oauth.server.assertion import TYPES, check_claims, require_type, use_once
from baygate.oauth.server.errors import InvalidClient, TemporarilyUnavailable
from baygate.oauth.server.request import Asked
from baygate.recognition import sm2
from baygate.recognition.certificate import Certificate, from_der, from_pem
from baygate.recognition.judgement import Recognition

SM2SM3 = "SM2SM3"
_SHORTEST = datetime.timedelta(seconds=1)
_MOST_CERTIFICATES = 8


class Recognising:
    """Authenticates, for the server of an ``issuer``, whoever a trust list recognises."""

    def __init__(self, issuer: str, recognitions: Recognitions, registered: Callable[[str], Client | None]) -> None:
        self._issuer = issuer
        self._recognitions = recognitions
        self._registered = registered

    async def authenticate(self, asked: Asked) -> None:
        """Let a request be the recognised party's, if it comes with its certificate; raise InvalidClient."""
        try:
            signed = _with_certificate(asked)
            if signed is not None:
                asked.recognised = await self._by_assertion(asked, signed)
            elif self._is_certificates(asked):
                assert asked.certificate is not None  # noqa: S101 - as just seen
                asked.recognised = await self._by_certificate(asked, from_pem(asked.certificate.encode()))
        except BadCertificate as error:
            raise InvalidClient(described(f"The certificate is refused: {error}")) from None
        except (BadToken, BadKey) as error:
            raise InvalidClient(described(f"The assertion is refused: {error}")) from None
        except NotAdmitted as error:
            raise InvalidClient(described(f"The party is recognised, and yet not admitted: {error}")) from None
        except RecognitionUnavailable:
            raise TemporarilyUnavailable from None

    async def record(self, asked: Asked) -> None:
        """Record by what the party was believed that a request is of."""
        if asked.recognised is not None and asked.recognised.recognition is not None:
            await self._recognitions.record(asked.recognised.recognition)

    async def _by_assertion(self, asked: Asked, signed: Signed) -> Client:
        require_type(asked.form)
        check_claims(signed.unverified, self._issuer)  # what costs least first: nobody has proven anything yet
        certificate = _first(signed.header["x5c"])
        claims = await asyncio.to_thread(_verified, signed, certificate)
        recognition = await self._recognition(certificate)
        client = self._client(recognition, Authentication.PRIVATE_KEY_JWT, asked)
        if not claims.get("iss") == claims.get("sub") == client.client_id:
            raise BadToken(f"its iss and sub are not {client.client_id}, as the party is called here")
        use_once(asked, client, claims)
        return client

    async def _by_certificate(self, asked: Asked, certificate: Certificate) -> Client | None:
        """Return the party; None if it is not recognised and a client is named.

        Then the answer is the one to whoever fails to prove himself, so that nobody learns which clients there are.
        """
        try:
            recognition = await self._recognition(certificate)
            return self._client(recognition, Authentication.TLS, asked)
        except InvalidClient:
            if "client_id" in asked.form:
                return None
            raise

    def _is_certificates(self, asked: Asked) -> bool:
        """Whether the connection's certificate is what the client proves itself by, and a trust list has to tell."""
        if asked.certificate is None or "client_assertion" in asked.form:
            return False
        named = asked.form.get("client_id")
        known = self._registered(named) if named is not None else None
        return known is None or known.authentication is Authentication.PRIVATE_KEY_JWT

    async def _recognition(self, certificate: Certificate) -> Recognition:
        judgement = await self._recognitions.judged(certificate)
        recognition, refusal = judgement.recognition, judgement.refusal
        if judgement.unanswered:
            raise TemporarilyUnavailable(
                "The certificate's authority is being asked whether it was revoked; try again in a second"
            )
        if refusal is not None:
            told = f"The certificate is not recognised ({refusal.condition}): {refusal.told}"
            raise InvalidClient(described(told))
        if recognition is None or recognition.good_until - datetime.datetime.now(datetime.UTC) < _SHORTEST:
            raise InvalidClient("The certificate ends now, or what shows that it is good")
        return recognition

    def _client(self, recognition: Recognition, method: Authentication, asked: Asked) -> Client:
        client = client_of(recognition, method, self._registered(client_id_of(recognition.party)))
        if asked.form.get("client_id", client.client_id) != client.client_id:
            raise InvalidClient(f"The certificate is not that of the client named; its party is {client.client_id}")
        return client


def _with_certificate(asked: Asked) -> Signed | None:
    """Return a request's assertion, unproven, if it brings a certificate along; None if there is none or it does not.

    Whatever else is wrong with it, the clients that are registered are told by their own method.
    """
    text = asked.form.get("client_assertion")
    if text is None:
        return None
    try:
        signed = read(text.encode(), *TYPES, carries="x5c", also=SM2SM3)
    except BadToken:
        return None
    return signed if "x5c" in signed.header else None


def _first(given: Any) -> Certificate:
    """Return the first of the certificates in a header; raise BadCertificate."""
    if not isinstance(given, list) or not 0 < len(given) <= _MOST_CERTIFICATES or not isinstance(given[0], str):
        raise BadCertificate(f"x5c is no list of 1 to {_MOST_CERTIFICATES} certificates")
    try:
        der = base64.b64decode(given[0], validate=True)
    except ValueError:
        raise BadCertificate("x5c holds what is not base64") from None
    return from_der(der)


def _verified(signed: Signed, certificate: Certificate) -> dict[str, Any]:
    """Return the claims that a certificate's key has signed; raise BadToken, BadKey."""
    if not sm2.is_sm2(certificate.spki):
        if signed.header["alg"] == SM2SM3:
            raise BadToken("its algorithm is not its key's")
        return dict(signed.verify(certificate_key(certificate.parsed)))
    text, signature = signed.signed
    if signed.header["alg"] != SM2SM3:
        raise BadToken(f"an SM2 key signs it with {SM2SM3}")
    if not sm2.public_key(certificate.spki).verify_raw(text, signature):
        raise BadToken("its signature does not hold")
    return dict(signed.unverified)
