"""Issuers of access tokens: the hub's own authorization server, and others that the settings name.

An issuer may assert what it was given, and no more: the hub's own, what its registry of clients says; another, the
agency, the scopes and the purposes that the settings give it.
"""

import asyncio
import datetime
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2

from baygate.access.jose import BadKey, PublicKey, public_key
from baygate.oauth.signing import SigningKeys

log = logging.getLogger("baygate.issuers")

_REFETCH = 10.0
"""Seconds between two fetches of one issuer's keys, however many unknown keys its tokens name."""
_STALE = 600.0
"""Seconds after which an issuer's keys are fetched anew before one is believed, so that a withdrawn one ends."""
_RETRY = 60.0
"""Seconds between two such fetches while the issuer does not answer, so that few wait for it."""
_OLDEST = 3_600.0
"""Seconds after which keys that could not be fetched anew are believed no more."""
_PATIENCE = 5.0
_LARGEST = 256 * 1024
_MOST_KEYS = 50
_HEADERS = {"accept": "application/json", "accept-encoding": "identity"}
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class IssuerUnreachable(Exception):
    """An issuer's keys are not to be had now."""


class Issuer(Protocol):
    """Where tokens come from."""

    url: str

    async def key(self, kid: str) -> PublicKey | None:
        """Return the key of a name, None if the issuer has none; raise IssuerUnreachable."""

    def publishes(self, key: PublicKey) -> bool:
        """Return whether it is known, without asking anybody, that the issuer publishes a key now."""


class OwnIssuer:
    """The hub's own authorization server."""

    def __init__(self, url: str, keys: SigningKeys) -> None:
        self.url = url
        self._keys = keys

    async def key(self, kid: str) -> PublicKey | None:
        """Return a key that tokens may be signed with now."""
        return self._keys.public(kid, datetime.datetime.now(datetime.UTC))

    def publishes(self, key: PublicKey) -> bool:
        """Return whether tokens may be signed with a key now."""
        return self._keys.public(key.thumbprint, datetime.datetime.now(datetime.UTC)) is not None


@dataclass(frozen=True)
class Mandate:
    """What another issuer may assert, and for whom; its clients' requests are counted together."""

    agency: str
    jurisdiction: str
    scopes: frozenset[str]
    purposes: frozenset[str]
    bearer: bool
    rate: int
    quota: int


class TrustedIssuer:
    """Another authorization server, found by discovery (RFC 8414, or OpenID Connect Discovery 1.0)."""

    def __init__(self, url: str, mandate: Mandate, client: Callable[[], httpx2.AsyncClient] | None = None) -> None:
        self.url = url
        self.mandate = mandate
        self._client = client or _client
        self._keys: Mapping[str, PublicKey] = {}
        self._tried = float("-inf")
        self._fetched = float("-inf")
        self._failed: str | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> PublicKey | None:
        """Return a key by its name.

        A name that is unknown causes one fetch, of however many that ask, and so does any name when the keys are old.
        If that fails, the old keys are good for a while yet: an issuer that is down for a moment stops nobody.
        """
        # shielded: whoever gives up must not end it for the others
        if kid not in self._keys:
            await asyncio.shield(self._tried_within(_REFETCH))
        elif self._age > _STALE:
            await asyncio.shield(self._tried_within(_RETRY))
        if self._failed and (kid not in self._keys or self._age > _OLDEST):
            raise IssuerUnreachable(self._failed)
        return self._keys.get(kid)

    def publishes(self, key: PublicKey) -> bool:
        """Return whether a key is one of those fetched last, and they are not old."""
        known = self._keys.get(key.kid)
        return known is not None and known.thumbprint == key.thumbprint and self._age <= _STALE

    @property
    def _age(self) -> float:
        """Seconds since the keys were fetched."""
        return monotonic() - self._fetched

    def _tried_within(self, seconds: float) -> asyncio.Task[None]:
        """Return the fetch that is under way, or was begun so many seconds ago at most, else a new one."""
        if self._fetching is None or (self._fetching.done() and monotonic() - self._tried > seconds):
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        self._tried = began = monotonic()
        self._failed = None
        try:
            async with asyncio.timeout(_PATIENCE), self._client() as client:
                metadata = await self._discovered(client)
                self._keys = _keys(await _get(client, _secure(str(metadata.get("jwks_uri")))))
                self._fetched = began
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, TimeoutError, ValueError, RecursionError) as error:
            self._failed = f"the keys of {self.url} cannot be fetched: {error or type(error).__name__}"
            log.warning("%s", self._failed)

    async def _discovered(self, client: httpx2.AsyncClient) -> Mapping[str, Any]:
        for address in _well_known(self.url):
            metadata = await _get(client, _secure(address), missing={})
            if metadata:
                # a document of another issuer would let it sign for this one (RFC 8414, section 3.3)
                if metadata.get("issuer") != self.url:
                    raise ValueError("its metadata name another issuer")
                return metadata
        raise ValueError("it publishes no metadata")


def _client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(timeout=_PATIENCE, follow_redirects=False, trust_env=False)


def _well_known(issuer: str) -> tuple[str, ...]:
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    return (
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    )


def _secure(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(f"{url} is not an https address")
    return url


async def _get(client: httpx2.AsyncClient, url: str, missing: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Return the JSON object at an address, or ``missing`` if there is none; never more than so many bytes."""
    # as they are sent: a few compressed bytes may be very many
    async with client.stream("GET", url, headers=_HEADERS) as response:
        if response.status_code == 404 and missing is not None:
            return missing
        if response.status_code != 200:
            raise ValueError(f"{url} answers {response.status_code}")
        body = b""
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > _LARGEST:
                raise ValueError(f"{url} gives more than {_LARGEST} bytes")
    parsed = json.loads(body)
    if not isinstance(parsed, dict):
        raise ValueError(f"{url} gives no JSON object")
    return parsed


def _keys(key_set: Mapping[str, Any]) -> Mapping[str, PublicKey]:
    """Return the keys of a set that signatures may be verified with; the others are somebody else's business."""
    keys: dict[str, PublicKey] = {}
    given = key_set.get("keys")
    for jwk in given[:_MOST_KEYS] if isinstance(given, list) else ():
        try:
            key = public_key(jwk)
        except BadKey:
            continue
        keys[key.kid] = key
    return keys
