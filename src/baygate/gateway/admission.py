"""Admission: what one worker needs to give tokens and to know who comes with one, put together from the settings."""

import contextlib
import ssl
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.routing import BaseRoute

from baygate.access.certificate import BadCertificate, read_certificates
from baygate.access.documents.trust import TakenList
from baygate.access.jose import digest_of
from baygate.gateway.recognitions import Recognitions
from baygate.gateway.revocation import RevocationData
from baygate.gateway.tls import TlsFront
from baygate.oauth.allowance import Allowances
from baygate.oauth.authentication import Authentication
from baygate.oauth.challenge import Challenger
from baygate.oauth.clients import Client
from baygate.oauth.dpop import Nonces, Proofs
from baygate.oauth.issuers import OwnIssuer, TrustedIssuer
from baygate.oauth.once import UsedOnce
from baygate.oauth.recognised import Parties
from baygate.oauth.server.access_tokens import AccessTokens
from baygate.oauth.server.authority import Authority
from baygate.oauth.server.client_authentication import ClientAuthentication
from baygate.oauth.server.endpoints import Endpoints
from baygate.oauth.server.metadata import Addresses, resource_metadata, server_metadata
from baygate.oauth.server.people import People
from baygate.oauth.server.people_session import Ended
from baygate.oauth.server.recognising import Recognising
from baygate.oauth.signing import SigningKeys
from baygate.oauth.standing import Standing
from baygate.oauth.tokens import Tokens
from baygate.recognition.recogniser import Recogniser
from baygate.settings import Settings, SettingsError
from baygate.storage.database import Database
from baygate.storage.following import Follower, Following
from baygate.storage.keys import Keys

SIGNING_KEYS = "token-signing"
"""The directory of the keys that tokens are signed with, among the hub's keys."""
_CONNECTIONS = 4
"""Connections of one worker's authorization server."""
_PATIENCE = 5.0


class Admission:
    """One worker's authorization server, and its authentication of requests."""

    def __init__(self, settings: Settings, keys: Keys, scopes: frozenset[str]) -> None:
        database = Database(
            settings.database.dsn.get_secret_value(), statement_timeout=_PATIENCE, application_name="baygate admission"
        )
        at = Addresses(settings.origin)
        signing = SigningKeys(settings.keys / SIGNING_KEYS)
        nonces = Nonces(keys["dpop-nonce"].secret)
        proofs = Proofs(at.origin, nonces)
        self.connect = database.connect
        self.nonces = nonces
        self.signing = signing
        self.following = Following(database.connect)
        self.standing = Standing(self.following.require, bearers=settings.development)
        self.used_once = UsedOnce(database.connect)
        self.allowances = Allowances(database.connect)
        self.engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=database.connect,
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=_PATIENCE,
            pool_pre_ping=True,
        )
        recogniser = Recogniser()
        kept = settings.recognition
        self.revocation = RevocationData(kept.directory, kept.interval, recogniser)
        self.recognitions = Recognitions(recogniser, self.revocation, database.connect, kept.operator)
        trusted = {each.url: TrustedIssuer(each.url, each.mandate()) for each in settings.oauth.issuers}
        self.authentication = Authentication(
            Tokens(at.resource, OwnIssuer(at.origin, signing), trusted),
            self.standing,
            Parties(self.recognitions, self.standing.registered),
            proofs,
            self.used_once,
            self.allowances,
            Challenger(at.resource_metadata, nonces.fresh),
        )
        authority = Authority(
            self.standing.client,
            ClientAuthentication(at.origin, _authorities(settings.client_authorities)),
            AccessTokens(at.origin, at.resource, settings.oauth.token_lifetime, signing),
            proofs,
            nonces,
        )
        self._tls: TlsFront | None = None
        people = settings.oauth.people
        self._endpoints = Endpoints(
            authority,
            Recognising(at.origin, self.recognitions, self.standing.registered),
            self.engine,
            self.used_once,
            self.allowances,
            at,
            server_metadata(at, scopes, people=people is not None),
            resource_metadata(at, scopes, [at.origin, *trusted]),
        )
        self.ended = Ended(self.engine, self.standing.revoked)
        secret = keys["session"].secret
        self._people = People(people, authority, self.allowances, self.ended, at, secret) if people else None

    def routes(self) -> list[BaseRoute]:
        """Return where tokens are given, and where people sign in."""
        return [*self._endpoints.routes(), *(self._people.routes() if self._people else ())]

    def start(self, tls: TlsFront | None, *others: Follower) -> None:
        """Begin to follow the registry, and ``others``; certificates that are registered pass ``tls`` from then on."""
        if tls is not None:
            self.standing.on_clients = lambda clients: _admit(tls, clients)
        self._tls = tls
        self.following.start([self.standing, *others])
        self.recognitions.start()

    def take_lists(self, lists: tuple[TakenList, ...]) -> None:
        """Recognise certificates by these trust lists from now on; whatever their CAs issue passes the handshake."""
        self.recognitions.take_lists(lists)
        if self._tls is not None:
            for taken in lists:
                for entry in taken.document.entries:
                    _admit_certificate(self._tls, taken.document.by_fingerprint[entry.issuing].der)

    async def close(self) -> None:
        """Let go of the database."""
        await self.recognitions.close()
        await self.following.close()
        await self.used_once.close()
        await self.allowances.close()
        await self.engine.dispose()


def _admit(tls: TlsFront, clients: Mapping[str, Client]) -> None:
    for client in clients.values():
        for key in client.keys:
            if key.certificate is not None and client.authentication.mutual_tls:
                _admit_certificate(tls, ssl.PEM_cert_to_DER_cert(key.certificate))


def _admit_certificate(tls: TlsFront, der: bytes) -> None:
    # one that nobody can use must not keep out those after it
    with contextlib.suppress(ValueError, ssl.SSLError):
        tls.admit(der)


def _authorities(file: Path | None) -> Mapping[str, x509.Certificate]:
    """Return the authorities of a file by their thumbprints (``x5t#S256``)."""
    try:
        found = read_certificates(file.read_bytes()) if file is not None else []
    except (OSError, BadCertificate) as error:
        raise SettingsError(f"client_authorities {file}: {error}") from None
    return {digest_of(each.public_bytes(Encoding.DER)): each for each in found}
