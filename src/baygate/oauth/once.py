"""What may be used once: the ``jti`` of client assertions and of DPoP proofs, across processes, hubs and restarts.

A use is one row with a unique digest, written before anything that follows from it. Uses that wait while the
connection is busy go in one statement, so that the cost of a durable write is shared.
"""

import asyncio
import contextlib
import datetime
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic

import asyncpg

CLAIM = """
INSERT INTO used_once (digest, expires_at) SELECT * FROM unnest($1::bytea[], $2::timestamptz[])
ON CONFLICT DO NOTHING RETURNING digest
"""
SWEEP = "DELETE FROM used_once WHERE expires_at < now() - interval '1 minute'"
_MOST = 256
"""Uses in one statement."""
_MOST_WAITING = 10_000
"""Uses that wait for a statement: some seconds' worth; more are refused rather than kept."""
_MOST_SEEN = 200_000
"""Uses that a worker remembers having seen."""
_PATIENCE = 5.0
"""Seconds that a statement may take, connecting included."""
_SWEEP = 60.0
"""Seconds between removals of what has expired."""


class Replayed(Exception):
    """It was used before."""


class UsesUnrecorded(Exception):
    """The use cannot be recorded now, so nothing may follow from it."""


@dataclass(frozen=True)
class Use:
    """Something used once, until when that must be remembered."""

    digest: bytes
    expires_at: datetime.datetime


def use(kind: str, owner: str, jti: str, expires_at: datetime.datetime) -> Use:
    """Return the use of the ``jti`` that ``owner`` (a client, a key) gave to something of a ``kind``."""
    parts = b"\0".join(sha256(part.encode()).digest() for part in (kind, owner, jti))
    return Use(sha256(parts).digest(), expires_at)


class UsedOnce:
    """Records uses, each at most once, over one connection."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._connect = connect
        self._connection: asyncpg.Connection | None = None
        self._waiting: list[tuple[Use, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._swept = float("-inf")
        self._seen: dict[bytes, datetime.datetime] = {}

    def see(self, each: Use) -> None:
        """Raise Replayed if this worker has seen a use before: a replay costs it nothing, and his allowance nobody.

        Another worker may have seen it all the same, which ``claim`` finds out.
        """
        if each.digest in self._seen:
            raise Replayed
        self._seen[each.digest] = each.expires_at
        if len(self._seen) > _MOST_SEEN:
            now = datetime.datetime.now(datetime.UTC)
            self._seen = {digest: until for digest, until in self._seen.items() if until > now}
            while len(self._seen) > _MOST_SEEN // 2:
                del self._seen[next(iter(self._seen))]

    async def claim(self, each: Use) -> None:
        """Record a use durably; raise Replayed if it was recorded before, UsesUnrecorded if it cannot be."""
        if len(self._waiting) >= _MOST_WAITING:
            raise UsesUnrecorded("too many wait")
        recorded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((each, recorded))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await recorded

    async def close(self) -> None:
        """Let what is under way finish, and close the connection."""
        if self._writer is not None:
            await asyncio.wait([self._writer])
        if self._connection is not None:
            with contextlib.suppress(TimeoutError):
                await self._connection.close(timeout=_PATIENCE)

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            try:
                async with asyncio.timeout(_PATIENCE):
                    recorded = await self._record(batch)
            except Exception as error:  # whatever it is, nobody is let through and nobody left waiting
                self._drop()
                for _, waiting in batch:
                    _tell(waiting, UsesUnrecorded(str(error) or "no answer in time"))
                continue
            for each, waiting in batch:
                # of several equal uses in one batch, the first one is told that it was recorded
                _tell(waiting, None if each.digest in recorded else Replayed())
                recorded.discard(each.digest)
            # within the loop: who comes to wait in the meantime is seen before the task ends
            await self._sweep()

    async def _record(self, batch: list[tuple[Use, "asyncio.Future[None]"]]) -> set[bytes]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        # in one order everywhere, or the batches of two workers could wait for each other
        rows = sorted({each.digest: each.expires_at for each, _ in batch}.items())
        found = await self._connection.fetch(CLAIM, [row[0] for row in rows], [row[1] for row in rows])
        return {row["digest"] for row in found}

    async def _sweep(self) -> None:
        """Remove, now and then, what need not be remembered."""
        now = monotonic()
        if self._connection is None or now - self._swept < _SWEEP:
            return
        self._swept = now
        try:
            await self._connection.execute(SWEEP, timeout=_PATIENCE)
        except Exception:  # whatever it is, those who wait by now come next, on a new connection
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


def _tell(waiting: "asyncio.Future[None]", error: Exception | None) -> None:
    if waiting.done():
        return
    if error is None:
        waiting.set_result(None)
    else:
        waiting.set_exception(error)
