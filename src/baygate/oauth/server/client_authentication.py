"""How clients prove themselves: a signed assertion (RFC 7523), or the certificate of their connection (RFC 8705).

Of an assertion is checked, in this order: it is well formed and of no other type than an assertion's; ``iss``, ``sub``
and any ``client_id`` are one registered client; a key of that client signed it; its audience is this server; it ends,
soon; its ``jti`` was not used before. Of a certificate: the connection proved its key, and it is the registered one
(self-signed), or its path leads to the registered authority, which is one of the settings, and its subject is the
registered one (PKI). Whoever comes with a certificate that a trust list recognises was authenticated before
(``baygate.oauth.server.recognising``), and is registered nowhere.

Who does not prove himself learns nothing of which clients there are: a client that is unknown, disabled, or registered
otherwise is refused in the same words as one with a wrong key, and after a verification with a key that is nobody's.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.x509 import SubjectAlternativeName, verification
from joserfc.jwk import ECKey, OKPKey, RSAKey

from baygate.access.jose import BadToken, PublicKey, Signed, certificate_thumbprint, public_key, read
from baygate.oauth.clients import Authentication, Client
from baygate.oauth.server.assertion import TYPES, check_claims, require_type, use_once
from baygate.oauth.server.errors import InvalidClient
from baygate.oauth.server.request import Asked

UNPROVEN = "no key that is registered for such a client signed it"

Query = Callable[[str], Client | None]


@dataclass(frozen=True)
class ClientAuthentication:
    """Authenticates clients to the server of an ``issuer``; ``authorities`` are known by their thumbprints."""

    issuer: str
    authorities: Mapping[str, x509.Certificate]
    nobodys: Sequence[PublicKey] = field(default_factory=lambda: [public_key(each) for each in _nobodys_keys()])

    def by_assertion(self, query: Query, asked: Asked) -> Client | None:
        """Authenticate by ``private_key_jwt``; None if there is no assertion."""
        if asked.recognised is not None and not asked.recognised.authentication.mutual_tls:
            return asked.recognised
        form = asked.form
        if "client_assertion" not in form and "client_assertion_type" not in form:
            return None
        require_type(form)
        try:
            signed = read(form["client_assertion"].encode(), *TYPES)
            client, claims = self._verified(signed, _claimed(query, signed, form))
            check_claims(claims, self.issuer)
        except BadToken as error:
            raise InvalidClient(f"The assertion is refused: {error}") from None
        use_once(asked, client, claims)
        return client

    def by_self_signed_certificate(self, query: Query, asked: Asked) -> Client | None:
        """Authenticate by the registered certificate itself (RFC 8705, section 2.2)."""
        client = self._with_certificate(query, asked, Authentication.SELF_SIGNED_TLS)
        if client is None or asked.certificate is None:
            return None
        presented = certificate_thumbprint(asked.certificate)
        if presented not in {each.thumbprint for each in client.good_keys(_now()) if each.certificate}:
            return None
        return client

    def by_issued_certificate(self, query: Query, asked: Asked) -> Client | None:
        """Authenticate by a certificate of the client's authority, and its subject (RFC 8705, section 2.1).

        Of no other authority: those of the settings need not know of each other's subjects.
        """
        if asked.recognised is not None and asked.recognised.authentication.mutual_tls:
            return asked.recognised
        client = self._with_certificate(query, asked, Authentication.TLS)
        if client is None or asked.certificate is None:
            return None
        certificate = x509.load_pem_x509_certificate(asked.certificate.encode())
        # a registered self-signed certificate passes the handshake too: the path is found anew, to authorities alone
        authority = self.authorities.get(client.certificate_authority or "")
        if authority is None or not _leads_to(certificate, authority):
            return None
        return client if certificate.subject.rfc4514_string() == client.certificate_subject else None

    def _with_certificate(self, query: Query, asked: Asked, method: Authentication) -> Client | None:
        """Return the client that the request names, if it registered this method and came with a certificate."""
        named = asked.form.get("client_id")
        if asked.certificate is None or named is None or "client_assertion" in asked.form:
            return None
        client = query(named)
        return client if client is not None and client.authentication is method else None

    def _verified(self, signed: Signed, client: Client | None) -> tuple[Client, Mapping[str, Any]]:
        """Return the client that signed an assertion, and what it says."""
        kid, algorithm = signed.header.get("kid"), signed.header["alg"]
        keys = [each.key for each in client.good_keys(_now())] if client is not None else []
        fitting = [each for each in keys if algorithm in each.algorithms and kid in (None, each.kid, each.thumbprint)]
        for key in fitting or [each for each in self.nobodys if algorithm in each.algorithms]:
            with suppress(BadToken):
                claims = signed.verify(key)
                if client is not None and fitting:
                    return client, claims
        raise BadToken(UNPROVEN)


def _claimed(query: Query, signed: Signed, form: Mapping[str, str]) -> Client | None:
    """Return the client that an assertion is said to be of; None if there is none that proves itself so."""
    named = signed.claimed("iss")
    if not isinstance(named, str) or signed.claimed("sub") != named or form.get("client_id", named) != named:
        raise BadToken("its iss and sub are not the client's identifier")
    client = query(named)
    return client if client is not None and client.authentication is Authentication.PRIVATE_KEY_JWT else None


def _nobodys_keys() -> list[dict[str, Any]]:
    """Return the public half of a new key for each algorithm."""
    keys = ECKey.generate_key("P-256"), RSAKey.generate_key(2_048), OKPKey.generate_key("Ed25519")
    return [dict(each.as_dict(private=False)) for each in keys]


def _leads_to(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Return whether a path leads to an authority (RFC 5280). What else the client sent along is not looked at."""
    policies = verification.ExtensionPolicy
    # its subject says who the client is: other names it may have or not, unlike a server
    optional = SubjectAlternativeName, verification.Criticality.AGNOSTIC, None
    leaf, issuing = policies.webpki_defaults_ee().may_be_present(*optional), policies.webpki_defaults_ca()
    builder = verification.PolicyBuilder().store(verification.Store([authority]))
    verifier = builder.extension_policies(ca_policy=issuing, ee_policy=leaf).build_client_verifier()
    try:
        verifier.verify(certificate, [])
    except verification.VerificationError:
        return False
    return True


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
