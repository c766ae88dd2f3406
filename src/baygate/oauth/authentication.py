"""Who sends a request: what of a token may change while it lives, checked on each request.

In this order; whatever does not hold refuses the request:

1. There is one Authorization header, of the scheme DPoP or Bearer. Tokens elsewhere (URL, body) are not looked at.
2. The token is one to believe (``baygate.oauth.tokens``), and good at this time.
3. This worker is in touch with the database: it knows who is in good standing.
4. The token was not revoked, and the session that it was given in has not ended; its client is registered, enabled,
   and was not disabled since the token was issued; the client is registered for its agency and its purpose. Scopes
   beyond the registration open nothing.
5. A token that was given to the holder of a certificate: the certificate is recognised still, as the same party's.
6. Whoever sends it has what it is bound to. To a key: a DPoP proof by that key for this very request. To a
   certificate: the connection's own client certificate. A token bound to nothing is good only of a client registered
   so, where such clients are admitted at all. A token bound to a key is refused under the scheme Bearer, and a bearer
   token under DPoP: neither may be downgraded to the other (RFC 9449, sections 7.1 and 7.2).
7. The client is not known to have used up its requests, and this worker has not seen the proof before.
8. The client has requests left.
9. The proof was not used before, anywhere. To record that it is now is a write, made with the record of what it was
   used for where there is one (``proven``), and at once where there is none (``caller``).
"""

from collections.abc import Callable, Mapping
from functools import partial
from time import time
from typing import Any

from starlette.types import Scope

from baygate.access.jose import BadToken, certificate_thumbprint
from baygate.access.principal import Principal
from baygate.oauth.allowance import Allowances, AllowanceUnavailable, Exceeded, Policy, headers, policies
from baygate.oauth.caller import Caller, Unclaimed
from baygate.oauth.challenge import Challenger, Unproven, unavailable
from baygate.oauth.clients import Binding, Client
from baygate.oauth.dpop import BadProof, NonceNeeded, Proof, Proofs
from baygate.oauth.issuers import IssuerUnreachable
from baygate.oauth.once import Replayed, Use, UsedOnce, UsesUnrecorded
from baygate.oauth.recognised import Parties, RecognitionUnavailable
from baygate.oauth.standing import Standing
from baygate.oauth.tokens import BY_CERTIFICATE, BY_KEY, Token, Tokens
from baygate.storage.following import OutOfTouch

_UNTOLD = "The hub cannot tell now who may be answered. Try again shortly."
_KEPT = 10_000
"""Tokens whose principals are kept."""


class Authentication:
    """Authenticates requests for one resource of the hub."""

    def __init__(
        self,
        tokens: Tokens,
        standing: Standing,
        parties: Parties,
        proofs: Proofs,
        used_once: UsedOnce,
        allowances: Allowances,
        challenger: Challenger,
        clock: Callable[[], float] = time,
    ) -> None:
        self._tokens = tokens
        self._standing = standing
        self._parties = parties
        self._proofs = proofs
        self._used_once = used_once
        self._allowances = allowances
        self._challenger = challenger
        self._clock = clock
        self._principals: dict[bytes, tuple[Token, Client | None, Principal]] = {}

    async def caller(self, scope: Scope) -> Caller:
        """Return who sends a request, whose proof nobody can use any more; raise Unproven."""
        found = await self.proven(scope)
        if found.unclaimed is not None:
            await found.unclaimed.claim()
        return found

    async def proven(self, scope: Scope) -> Caller:
        """Return who sends a request, and the use of his proof that is to be recorded; raise Unproven."""
        scheme, text = self._credentials(scope)
        try:
            token = self._tokens.known(text) or await self._tokens.read(text)
            token.timely(self._clock())
            client = await self._in_good_standing(token)
            proof = self._possessed(token, scheme, text, scope)
            if proof is not None:
                self._allowances.require(*_counted(token, client))
                self._used_once.see(proof.use)
            spent = await self._allowances.spend(*_counted(token, client))
        except BadToken as error:
            raise self._challenger.bad_token(scheme, str(error)) from None
        except BadProof as error:
            raise self._challenger.bad_proof(str(error)) from None
        except Replayed:
            raise self._replayed() from None
        except NonceNeeded:
            raise self._challenger.nonce_needed() from None
        except (OutOfTouch, AllowanceUnavailable, RecognitionUnavailable):
            raise unavailable(_UNTOLD) from None
        except IssuerUnreachable:
            raise unavailable("The issuer of the access token cannot be reached now. Try again shortly.") from None
        except Exceeded as error:
            raise Unproven(429, None, str(error), tuple(error.headers)) from None
        principal, told = self._principal(token, client), headers(spent)
        if proof is None:
            return Caller(principal, told)
        fresh = (b"dpop-nonce", self._proofs.nonces.fresh().encode())
        unclaimed = Unclaimed(proof.use, partial(self._claim, proof.use), self._replayed)
        return Caller(principal, [*told, fresh], unclaimed)

    async def _claim(self, use: Use) -> None:
        try:
            await self._used_once.claim(use)
        except Replayed:
            raise self._replayed() from None
        except UsesUnrecorded:
            raise unavailable(_UNTOLD) from None

    def _replayed(self) -> Unproven:
        return self._challenger.bad_proof("it was used before")

    def _principal(self, token: Token, client: Client | None) -> Principal:
        """Return who a token stands for: one object for all requests with it, as long as the client is the same."""
        read, registered_as, known = self._principals.get(token.digest, (None, None, None))
        if known is None or read is not token or registered_as is not client:
            if len(self._principals) >= _KEPT:
                self._principals.clear()
            known = _principal(token, client)
            self._principals[token.digest] = token, client, known
        return known

    def _credentials(self, scope: Scope) -> tuple[str, bytes]:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        if not given:
            raise self._challenger.nobody()
        scheme, _, text = given[0].partition(b" ")
        known = {b"dpop": "DPoP", b"bearer": "Bearer"}.get(scheme.lower())
        if len(given) > 1 or not text.strip():
            raise self._challenger.malformed("The Authorization header is not one of: DPoP <token>, Bearer <token>.")
        if known is None:
            raise self._challenger.nobody()
        return known, text.strip()

    async def _in_good_standing(self, token: Token) -> Client | None:
        """Return the client of one of the hub's own tokens; other issuers answer for their clients themselves."""
        if self._standing.revoked(token.digest):
            raise BadToken("it was revoked")
        if token.session is not None and self._standing.revoked(token.session):
            raise BadToken("whom it is for has signed out")
        if token.mandate is not None:
            return None
        if token.certificate is not None:
            return registered(token, await self._parties.of(token))
        return registered(token, self._standing.client(token.client_id))

    def _possessed(self, token: Token, scheme: str, text: bytes, scope: Scope) -> Proof | None:
        """Check that the sender has what the token is bound to; return his proof of that, if it takes one."""
        if token.bound is None:
            if scheme == "DPoP":
                raise BadToken("it is bound to no key, and comes with the scheme DPoP")
            return None
        if token.bound.method == BY_CERTIFICATE:
            presented = presented_certificate(scope)
            if presented is None or certificate_thumbprint(presented) != token.bound.value:
                raise BadToken("it is bound to another certificate than the connection's")
            if scheme == "DPoP":
                raise BadToken("it is bound to a certificate, and comes with the scheme DPoP")
            return None
        if token.bound.method != BY_KEY or scheme != "DPoP":
            raise BadToken("it is bound to a key, and comes without a proof of it (scheme DPoP)")
        given = [value for name, value in scope["headers"] if name == b"dpop"]
        if len(given) != 1:
            raise BadProof("there is not exactly one DPoP header")
        proof = self._proofs.check(given[0], scope["method"], scope["path"], text)
        if proof.thumbprint != token.bound.value:
            raise BadToken("it is bound to another key than the proof's")
        return proof


def registered(token: Token, client: Client | None) -> Client:
    """Return the client of one of the hub's own tokens; raise BadToken if its registration admits the token no more."""
    if client is None:
        raise BadToken("its client is not registered, or disabled")
    if token.issued_at < client.tokens_from.timestamp():
        raise BadToken("its client was disabled since it was issued")
    # a person's agency stands for the client's: the client acts for people of many
    if token.person is None and client.agency != token.agency:
        raise BadToken("its client is another agency's now")
    if token.details.purpose not in client.purposes:
        raise BadToken("its client is not registered for its purpose")
    # of another issuer's tokens its mandate says so
    if token.bound is None and client.binding is not Binding.BEARER:
        raise BadToken("it is bound to no key and no certificate")
    return client


def of_certificate(token: Token, client: Client | None) -> bool:
    """Return whether a client is the party that a token was given to by its certificate."""
    recognition = client.recognition if client is not None else None
    return recognition is not None and recognition.certificate.fingerprint == token.certificate


def presented_certificate(scope: Mapping[str, Any]) -> str | None:
    """Return the certificate, in PEM, whose key the connection's client proved to have, if it did."""
    chain = (scope.get("extensions") or {}).get("tls", {}).get("client_cert_chain")
    return str(chain[0]) if chain else None


def _counted(token: Token, client: Client | None) -> tuple[str, tuple[Policy, ...]]:
    """Return whose requests are counted, and how many there may be."""
    if client is not None:
        return client.client_id, policies(client.rate, client.quota)
    assert token.mandate is not None  # noqa: S101 - a token has a registered client or an issuer with a mandate
    return token.issuer, policies(token.mandate.rate, token.mandate.quota)


def _principal(token: Token, client: Client | None) -> Principal:
    return Principal(
        client=token.client_id if client else f"{token.issuer}#{token.client_id}",
        person=token.person,
        agency=token.agency,
        party=client.party if client and token.person is None else None,
        jurisdiction=token.jurisdiction,
        roles=token.roles,
        scopes=token.scopes & client.scopes if client else token.scopes,
        purpose=token.details.purpose,
        legal_basis=token.details.legal_basis,
        case_no=token.details.case_no,
        assurance=client.recognition.assurance if client and client.recognition else 0,
        attributes={"agency": token.agency, "jurisdiction": token.jurisdiction},
        recognition=client.recognition.brief if client and client.recognition else None,
    )
