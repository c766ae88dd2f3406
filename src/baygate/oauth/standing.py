"""Standing: which clients there are, which tokens and sessions were revoked, as one worker knows it within seconds."""

import asyncio
import datetime
from collections.abc import Callable, Mapping
from hashlib import sha256
from time import monotonic

import asyncpg

from baygate.oauth import registry
from baygate.oauth.clients import Binding, Client
from baygate.storage.following import DEAF

TOKEN_REVOKED = "baygate_revoked"  # noqa: S105 - a channel's name
"""The channel on which a revocation is announced; its payload is the token's digest, hexadecimal."""

SWEEP = "DELETE FROM revoked_token WHERE expires_at < now() - interval '1 hour'"

_REMEMBERED = datetime.timedelta(hours=9)
"""How long what was announced is remembered, unless the database says longer: an hour more than a person's session,
which lives longest of what is revoked.
"""
_SWEEP = 60.0
"""Seconds between removals of revocations that need not be remembered."""


def token_digest(issuer: str, jti: str) -> bytes:
    """Return what a token is known by after it was revoked; ``jti`` is unique to its issuer."""
    return sha256(sha256(issuer.encode()).digest() + jti.encode()).digest()


class Standing:
    """What a worker knows of clients and revocations; ``require`` raises OutOfTouch if that may be out of date.

    A client whose tokens are plain bearer tokens is known only where ``bearers`` are admitted.
    """

    def __init__(self, require: Callable[[], None], *, bearers: bool) -> None:
        self._require = require
        self._bearers = bearers
        self._clients: Mapping[str, Client] = {}
        self._stale = True
        self._revoked: dict[bytes, datetime.datetime] = {}
        self._most = 1_000
        self._swept = float("-inf")
        self.on_clients: Callable[[Mapping[str, Client]], None] = lambda _: None

    def client(self, client_id: str) -> Client | None:
        """Return a client that may act now; raise OutOfTouch if that is not known."""
        self._require()
        client = self._clients.get(client_id)
        return client if client is not None and client.enabled else None

    def registered(self, client_id: str) -> Client | None:
        """Return a client that is registered, also if it is disabled; raise OutOfTouch if that is not known."""
        self._require()
        return self._clients.get(client_id)

    def revoked(self, digest: bytes) -> bool:
        """Return whether a token or a session was revoked; raise OutOfTouch if that is not known."""
        self._require()
        return digest in self._revoked

    @property
    def channels(self) -> Mapping[str, Callable[[str], None]]:
        """What to do with a word of a change."""
        return {registry.CLIENTS_CHANGED: self._changed, TOKEN_REVOKED: self._revoke}

    async def begin(self, connection: asyncpg.Connection) -> None:
        """Read all anew."""
        async with asyncio.timeout(DEAF):
            rows = await connection.fetch("SELECT digest, expires_at FROM revoked_token")
        for row in rows:
            self._remember(bytes(row["digest"]), row["expires_at"])
        self._forget()
        self._stale = True

    async def refresh(self, connection: asyncpg.Connection) -> None:
        """Read the clients if they have changed; now and then, remove what need not be remembered."""
        if self._stale:
            self._stale = False
            async with asyncio.timeout(DEAF):
                clients = await registry.every(connection)
            self._clients = {
                each.client_id: each for each in clients if self._bearers or each.binding is not Binding.BEARER
            }
            self.on_clients(self._clients)
        if monotonic() - self._swept > _SWEEP:
            self._swept = monotonic()
            self._forget()
            # an hour is more than clocks differ by
            await connection.execute(SWEEP, timeout=DEAF)

    def _changed(self, _: str) -> None:
        self._stale = True

    def _revoke(self, digest: str) -> None:
        self._remember(bytes.fromhex(digest), datetime.datetime.now(datetime.UTC) + _REMEMBERED)
        if len(self._revoked) > self._most:
            self._forget()

    def _remember(self, digest: bytes, until: datetime.datetime) -> None:
        """Remember a revocation until then, and never for shorter than before."""
        self._revoked[digest] = max(until, self._revoked.get(digest, until))

    def _forget(self) -> None:
        now = datetime.datetime.now(datetime.UTC)
        self._revoked = {digest: expires_at for digest, expires_at in self._revoked.items() if expires_at > now}
        self._most = 1_000 + 2 * len(self._revoked)
