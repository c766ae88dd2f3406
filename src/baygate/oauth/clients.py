"""Clients: what an agency has registered, and how each of its systems proves itself."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from baygate.access.documents.root import PARTY
from baygate.access.jose import BadKey, PublicKey, certificate_thumbprint, public_key
from baygate.access.purposes import PURPOSES
from baygate.recognition.judgement import Recognition

RATE = 6_000
"""Requests a minute, unless the registration says otherwise."""
QUOTA = 2_000_000
"""Requests a day, unless the registration says otherwise."""

_EVER = datetime.datetime.fromtimestamp(0, datetime.UTC)
_IDENTIFIER = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")
JURISDICTIONS = ("CN-GD", "HK", "MO")


class Authentication(StrEnum):
    """How a client proves itself at the token endpoint (the names of RFC 7523, RFC 8705, RFC 7591)."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    SELF_SIGNED_TLS = "self_signed_tls_client_auth"
    TLS = "tls_client_auth"

    @property
    def mutual_tls(self) -> bool:
        """Whether the client's certificate is its proof."""
        return self is not Authentication.PRIVATE_KEY_JWT


class Binding(StrEnum):
    """What a client's tokens are bound to: its DPoP key, its certificate, or nothing (development only)."""

    DPOP = "dpop"
    CERTIFICATE = "certificate"
    BEARER = "bearer"


class BadRegistration(Exception):
    """A registration that cannot be; the message says what is wrong and what is expected."""


@dataclass(frozen=True)
class ClientKey:
    """A public key of a client, perhaps the one of a certificate, and until when it is good."""

    jwk: Mapping[str, Any]
    certificate: str | None = None
    expires_at: datetime.datetime | None = None
    key: PublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "key", public_key(self.jwk))
        except BadKey as error:
            raise BadRegistration(f"The key cannot be used: {error}.") from error
        try:
            _ = self.thumbprint
        except ValueError as error:
            raise BadRegistration("The certificate is none in PEM.") from error

    @property
    def kid(self) -> str:
        """Its name: what the key is called in its JWK, else its thumbprint."""
        return self.key.kid

    @property
    def thumbprint(self) -> str | None:
        """The ``x5t#S256`` of its certificate."""
        return certificate_thumbprint(self.certificate) if self.certificate else None

    def good(self, now: datetime.datetime) -> bool:
        """Whether it may still be used."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True)
class Client:
    """A registered client.

    ``scopes`` and ``purposes`` are the most it can ask for; ``tokens_from`` is the moment before which whatever it got
    is void; ``rate`` and ``quota`` are its requests a minute and a day; ``party`` is the party that it acts for, if it
    is no agency's. ``certificate_authority`` is the ``x5t#S256`` of the one authority that issues its certificates,
    where it is known by their subject: any other authority could issue one to somebody else. A client with
    ``redirect_uris`` acts for people who sign in (the explorer) and never for itself. One with a ``recognition`` is
    the party that a recognised certificate names, as that lets it in (``baygate.oauth.recognised``).
    """

    client_id: str
    name: str
    agency: str
    jurisdiction: str
    authentication: Authentication
    binding: Binding
    keys: tuple[ClientKey, ...]
    scopes: frozenset[str]
    purposes: frozenset[str]
    roles: frozenset[str] = frozenset()
    redirect_uris: tuple[str, ...] = ()
    certificate_subject: str | None = None
    certificate_authority: str | None = None
    party: str | None = None
    rate: int = RATE
    quota: int = QUOTA
    enabled: bool = True
    tokens_from: datetime.datetime = _EVER
    recognition: Recognition | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for what, text in (("client's identifier", self.client_id), ("agency", self.agency)):
            if not _IDENTIFIER.fullmatch(text):
                raise BadRegistration(
                    f"The {what} {text!r} is not made of lower-case letters, digits, hyphens and dots, 64 at most."
                )
        if self.agency.startswith(PARTY) and self.recognition is None:
            raise BadRegistration(f"No agency's name begins with {PARTY}: so a party is called that has none.")
        if self.jurisdiction not in JURISDICTIONS:
            raise BadRegistration(f"The jurisdiction {self.jurisdiction!r} is none of {', '.join(JURISDICTIONS)}.")
        unknown = sorted(self.purposes - PURPOSES.keys())
        if unknown:
            raise BadRegistration(f"{', '.join(unknown)} is not in the registry of purposes: {', '.join(PURPOSES)}.")
        if self.rate < 1 or self.quota < 1:
            raise BadRegistration("A client may make at least one request a minute and a day.")
        self._check_proof()

    def _check_proof(self) -> None:
        if self.recognition is not None:
            return
        if self.authentication is Authentication.TLS:
            if not self.certificate_subject:
                raise BadRegistration("tls_client_auth needs the subject of the certificate (RFC 4514).")
            if not self.certificate_authority:
                raise BadRegistration("tls_client_auth needs the authority that issues the certificate (x5t#S256).")
        elif not self.keys:
            raise BadRegistration("The client has no key: give its public key or its certificate.")
        elif self.authentication is Authentication.SELF_SIGNED_TLS and not any(each.certificate for each in self.keys):
            raise BadRegistration("self_signed_tls_client_auth needs the client's certificate.")
        if self.binding is Binding.CERTIFICATE and not self.authentication.mutual_tls:
            raise BadRegistration("Tokens are bound to a certificate for clients that come with mutual TLS only.")

    @property
    def for_people(self) -> bool:
        """Whether it acts for people who sign in."""
        return bool(self.redirect_uris)

    def good_keys(self, now: datetime.datetime) -> tuple[ClientKey, ...]:
        """Return the keys that may be used now."""
        return tuple(each for each in self.keys if each.good(now))

    # what Authlib asks of a client, in its words

    def get_client_id(self) -> str:
        """Return its identifier."""
        return self.client_id

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - one for all endpoints
        """Return whether it proves itself by ``method``."""
        return method == self.authentication.value

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether it may use a grant: for people or for itself, never both."""
        return grant_type == ("authorization_code" if self.for_people else "client_credentials")

    def check_response_type(self, response_type: str) -> bool:
        """Return whether it may have a code."""
        return self.for_people and response_type == "code"

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Return whether an address is registered, character by character (RFC 9700, section 2.1)."""
        return redirect_uri in self.redirect_uris

    def get_default_redirect_uri(self) -> None:
        """Return None: a request names where it wants the code."""
        return

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes asked for, None if any is not registered."""
        return scope or "" if set((scope or "").split()) <= self.scopes else None
