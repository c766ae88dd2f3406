"""Clients whom nobody has to register: whoever holds a certificate that is recognised by a trust list.

1. He is the party that the certificate names; his identifier as a client is the party's key in lower case.
2. What he may ask for, the entry of the trust list says; if the operator has registered a client of that identifier for
   that party, what is registered. A registered client that is disabled keeps the party out.
3. A token lives for ten minutes at most, and never longer than the certificate, what shows that it was not revoked, the
   entry and the list.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from baygate.access.documents.root import PARTY
from baygate.access.jose import BadToken
from baygate.oauth.clients import Authentication, BadRegistration, Binding, Client
from baygate.oauth.tokens import BY_CERTIFICATE, Token
from baygate.recognition.certificate import Certificate
from baygate.recognition.judgement import Judgement, Recognition

LONGEST_LIFETIME = 600
"""Seconds that a token lives at most which rests on a recognised certificate."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+", re.ASCII)
_KEPT = 10_000
"""Tokens whose parties are kept."""
_NOT_DESCRIBED = re.compile(r"[^\x20-\x7e]")
_LONGEST_DESCRIPTION = 500


class RecognitionUnavailable(Exception):
    """A certificate cannot be judged now, or its recognition not be recorded."""


class NotAdmitted(Exception):
    """A party that is recognised, and yet may not come in; the message says why."""


class Recognitions(Protocol):
    """Whoever judges certificates, and keeps what they were believed by."""

    def remembered(self, fingerprint: str) -> Judgement | None:
        """Return how a certificate was judged, if that still stands: what costs nothing."""

    async def judged(self, certificate: Certificate) -> Judgement:
        """Judge a certificate; raise RecognitionUnavailable."""

    async def of(self, fingerprint: str) -> Judgement | None:
        """Judge a certificate that was recognised once, by its fingerprint, as ``judged``; None if none was."""

    async def record(self, recognition: Recognition) -> None:
        """Record a recognition before anybody is believed by it; raise RecognitionUnavailable."""


def described(told: str) -> str:
    """Return what may stand in an error's description (RFC 6749, section 5.2; RFC 6750, section 3).

    What stands in certificates may be any characters, and any number of them; descriptions go into headers, too.
    """
    plain = _NOT_DESCRIBED.sub("?", told).replace('"', "'").replace("\\", "/")
    return plain if len(plain) <= _LONGEST_DESCRIPTION else f"{plain[:_LONGEST_DESCRIPTION]}..."


def client_id_of(party: str) -> str:
    """Return what a party is called as a client."""
    return party.lower()


def client_of(recognition: Recognition, method: Authentication, registered: Client | None) -> Client:
    """Return the party as a client that proves itself by ``method``; raise NotAdmitted.

    ``registered`` is the client of that identifier in the registry, also if it is disabled.
    """
    client_id, admits = client_id_of(recognition.party), recognition.entry.admits
    if registered is not None and (not registered.enabled or registered.party != recognition.party):
        raise NotAdmitted(f"the client {client_id} is disabled, or registered for another party")
    if not _NAME.fullmatch(client_id):
        raise NotAdmitted(f"{client_id} cannot be a client's identifier")
    if registered is None and admits is None:
        raise NotAdmitted(f"the entry {recognition.entry.id} admits registered parties only; {client_id} is none")
    try:
        common = _party(recognition, method)
    except BadRegistration as error:
        raise NotAdmitted(f"{client_id} cannot be a client: {error}") from error
    if registered is None:
        return common
    return replace(
        common,
        scopes=registered.scopes,
        purposes=registered.purposes,
        roles=registered.roles,
        rate=registered.rate,
        quota=registered.quota,
        tokens_from=registered.tokens_from,
    )


def _party(recognition: Recognition, method: Authentication) -> Client:
    """Return a party as the entry admits it. Its agency is none, by a name that no agency can have."""
    client_id, admits = client_id_of(recognition.party), recognition.entry.admits
    return Client(
        client_id=client_id,
        name=recognition.certificate.subject,
        agency=PARTY + client_id,
        jurisdiction=recognition.jurisdiction,
        authentication=method,
        binding=Binding.CERTIFICATE if method.mutual_tls else Binding.DPOP,
        keys=(),
        scopes=frozenset(admits.scopes if admits else ()),
        purposes=frozenset(admits.purposes if admits else ()),
        roles=frozenset(admits.roles if admits else ()),
        party=recognition.party,
        recognition=recognition,
    )


class Parties:
    """The parties of tokens that rest on certificates."""

    def __init__(self, recognitions: Recognitions, registered: Callable[[str], Client | None]) -> None:
        self._recognitions = recognitions
        self._registered = registered
        self._known: dict[bytes, tuple[Recognition, Client | None, Client]] = {}

    async def of(self, token: Token) -> Client:
        """Return the party that a token was given to by its certificate, if that is still recognised as its.

        Raise BadToken, or RecognitionUnavailable.
        """
        fingerprint = token.certificate or ""
        judgement = self._recognitions.remembered(fingerprint) or await self._recognitions.of(fingerprint)
        recognition = judgement.recognition if judgement is not None else None
        if judgement is not None and judgement.unproven:
            # the token rests on evidence that has not ended: another worker had it, and this one has it in a moment
            raise RecognitionUnavailable
        if recognition is None:
            refusal = judgement.refusal if judgement is not None else None
            told = f" ({refusal.condition}: {refusal.told})" if refusal else ""
            raise BadToken(described(f"the certificate that it rests on is not recognised any more{told}"))
        client = self._client(token, recognition)
        if client.client_id != token.client_id:
            raise BadToken("the certificate that it rests on is another party's now")
        return client

    def _client(self, token: Token, recognition: Recognition) -> Client:
        """Return the party as a client: one object for all requests with a token, as of any other client."""
        registered = self._registered(client_id_of(recognition.party))
        before, registered_as, client = self._known.get(token.digest, (None, None, None))
        if client is None or before is not recognition or registered_as is not registered:
            by_tls = token.bound is not None and token.bound.method == BY_CERTIFICATE
            method = Authentication.TLS if by_tls else Authentication.PRIVATE_KEY_JWT
            try:
                client = client_of(recognition, method, registered)
            except NotAdmitted as error:
                raise BadToken(str(error)) from None
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[token.digest] = recognition, registered, client
        return client
