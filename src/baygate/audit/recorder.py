"""Writes records, durable before their answers leave; whoever waits is written together with all who wait.

1. One transaction for all that wait, on one connection of this worker; the next begins when it has ended. So a shard
   has no gap, and the cost of a durable write is shared by all who wait for it. There is no timer.
2. What may be used once (a proof's ``jti``) is claimed in the same transaction as the record of what it was used for.
3. When a write fails nobody knows what of it is there. All who wait for it are refused, and what comes next goes to a
   new shard, whose first record follows nothing uncertain. A record without an answer may remain, never the reverse.
4. Time does not go back in a shard, whatever the clock does, and a clock that is minutes ahead of the database's writes
   nothing: it would date all that follows.
"""

import asyncio
import contextlib
import datetime
import logging
import os
import socket
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg

from baygate.audit.entry import Entry, Opening, Place, entry, genesis, period_of
from baygate.audit.receipts import Receipt, Sign, signed_together
from baygate.oauth.once import CLAIM, Replayed, Use
from baygate.observation import events
from baygate.observation.observer import Observer
from baygate.storage.database import cut_after

log = logging.getLogger("baygate.audit")

_INSERT = """
WITH decided AS (
    INSERT INTO audit_decisions SELECT * FROM unnest($7::bytea[], $8::bytea[]) ON CONFLICT DO NOTHING
)
INSERT INTO audit_record (period, shard, seq, at, entry, leaf)
SELECT $1, $2, r.seq, $4, r.entry, r.leaf
FROM unnest($3::bigint[], $5::bytea[], $6::bytea[]) AS r (seq, entry, leaf)
WHERE $4 <= clock_timestamp() + interval '5 minutes'
"""
_OPEN = "INSERT INTO audit_shard (period, opened_at, opened_by) VALUES ($1, $2, $3) RETURNING shard"
_LOG = "SELECT log FROM audit_log"
_DURABLE = "SET synchronous_commit = on"
_MOST = 256
"""Records in one transaction."""
_MOST_WAITING = 10_000
"""Records that wait: some seconds' worth; more are refused rather than kept."""
_MOST_KNOWN = 10_000
"""Decisions that are known to be in the database already."""
_PATIENCE = 5.0
"""Seconds that a write may take, connecting included."""
_BACK = datetime.timedelta(seconds=1)
"""By how much a clock may go back unnoticed."""


class LogUnavailable(Exception):
    """The record cannot be written now, so its answer must not be sent."""


class Told(NamedTuple):
    """What a record says beyond its place, what was decided (by its digest), and what is used once with it."""

    content: Mapping[str, Any]
    decisions: tuple[bytes, bytes] | None
    """The SHA-256 of what was decided, and its text; None where no policy decides."""
    use: Use | None = None


@dataclass
class _Shard:
    log: uuid.UUID
    number: int
    period: datetime.date
    last: datetime.datetime
    leaf: bytes
    seq: int = 0
    known: set[bytes] = field(default_factory=set)
    """Digests of decisions that are in the database."""


_Waiting = tuple[Told, "asyncio.Future[Receipt]"]


class Recorder:
    """The log as one worker writes it."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        sign: Sign,
        observer: Observer,
        clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._connect = connect
        self._sign = sign
        self._observer = observer
        self._clock = clock
        self._connection: asyncpg.Connection | None = None
        self._shard: _Shard | None = None
        self._waiting: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def record(self, told: Told) -> Receipt:
        """Return a receipt once the record is durable; raise LogUnavailable, or Replayed if its use was made before."""
        if len(self._waiting) >= _MOST_WAITING:
            self._observer.observe(events.LogUnavailable())
            raise LogUnavailable("too many wait")
        written: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((told, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await written

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
            began = perf_counter()
            try:
                connection = self._connection
                if connection is None or connection.is_closed():
                    connection = await self._connected_anew()
                with cut_after(_PATIENCE, connection):
                    await self._written(connection, batch)
            except Exception as error:  # whatever it is, nothing is released and nobody left waiting
                # what a database says can quote a record
                log.warning("records are not written: %s %s", type(error).__name__, getattr(error, "sqlstate", ""))
                self._drop()
                for _, waiting in batch:
                    self._observer.observe(events.LogUnavailable())
                    _tell(waiting, LogUnavailable(type(error).__name__))
                continue
            self._observer.observe(events.RecordsWritten(len(batch), perf_counter() - began))

    async def _written(self, connection: asyncpg.Connection, batch: Sequence[_Waiting]) -> None:
        now = self._clock()
        shard = self._shard
        if shard is None or shard.period != period_of(max(now, shard.last)):
            shard = self._shard = await self._opened(connection, now)
        if any(told.use for told, _ in batch):
            async with connection.transaction():
                batch = await self._claimed(connection, batch)
                receipts = await self._inserted(connection, shard, batch, now)
        else:
            receipts = await self._inserted(connection, shard, batch, now)
        for (_, waiting), receipt in zip(batch, receipts, strict=True):
            if not waiting.done():
                waiting.set_result(receipt)

    async def _connected_anew(self) -> asyncpg.Connection:
        self._drop()
        async with asyncio.timeout(_PATIENCE):
            connection = self._connection = await self._connect()
            await connection.execute(_DURABLE)  # whatever the server's default is
        return connection

    async def _opened(self, connection: asyncpg.Connection, now: datetime.datetime) -> _Shard:
        """Open a shard of this month."""
        period = period_of(now)
        name = await connection.fetchval(_LOG)
        if name is None:
            raise LogUnavailable("the database has no log; its tables are not those of this version")
        await connection.execute("SELECT audit_open_period($1)", period)
        by = f"{socket.gethostname()} {os.getpid()}"
        number = await connection.fetchval(_OPEN, period, now, by)
        return _Shard(name, number, period, now, genesis(Opening(name, number, period, now, by)))

    async def _claimed(self, connection: asyncpg.Connection, batch: Sequence[_Waiting]) -> list[_Waiting]:
        """Claim what is used once; return those whose use is the first."""
        # in one order everywhere, or the transactions of two workers could wait for each other
        uses = sorted({told.use.digest: told.use.expires_at for told, _ in batch if told.use}.items())
        found = await connection.fetch(CLAIM, [each[0] for each in uses], [each[1] for each in uses])
        first = {row["digest"] for row in found}
        kept: list[_Waiting] = []
        for told, waiting in batch:
            if told.use is not None and told.use.digest not in first:
                _tell(waiting, Replayed())
                continue
            if told.use is not None:
                first.discard(told.use.digest)  # of several equal ones the first one has it
            kept.append((told, waiting))
        return kept

    async def _inserted(
        self, connection: asyncpg.Connection, shard: _Shard, batch: Sequence[_Waiting], now: datetime.datetime
    ) -> list[Receipt]:
        """Write records; sign their receipts while the database makes them durable."""
        if not batch:
            return []
        if shard.last - now > _BACK:
            self._observer.observe(events.ClockWentBack((shard.last - now).total_seconds()))
        at = max(now, shard.last)
        entries = self._entries(shard, batch, at)
        # in one order everywhere, as above
        decided = dict(
            sorted({each for told, _ in batch if (each := told.decisions) is not None and each[0] not in shard.known})
        )
        writing = asyncio.ensure_future(
            connection.execute(
                _INSERT,
                shard.period,
                shard.number,
                [each.place.seq for each in entries],
                at,
                [each.content for each in entries],
                [each.leaf for each in entries],
                list(decided.keys()),
                list(decided.values()),
            )
        )
        for _ in range(2):  # the statement begins in the next turn of the event loop, and is sent at its end
            await asyncio.sleep(0)
        receipts = self._receipts(entries)
        if await writing != f"INSERT 0 {len(entries)}":
            raise LogUnavailable("the clock of this machine is ahead of the database's")
        shard.seq, shard.leaf, shard.last = shard.seq + len(entries), entries[-1].leaf, at
        if len(shard.known) > _MOST_KNOWN:
            shard.known.clear()
        shard.known |= decided.keys()
        return receipts

    def _entries(self, shard: _Shard, batch: Sequence[_Waiting], at: datetime.datetime) -> list[Entry]:
        entries: list[Entry] = []
        before = shard.leaf
        for seq, (told, _) in enumerate(batch, shard.seq):
            entries.append(entry(Place(shard.log, shard.number, seq), before, at, told.content))
            before = entries[-1].leaf
        return entries

    def _receipts(self, entries: Sequence[Entry]) -> list[Receipt]:
        try:
            return signed_together(entries, self._sign)
        except Exception as error:  # whatever it is: a record without a signed receipt is evidence all the same
            log.warning("receipts are not signed: %s", type(error).__name__)
            self._observer.observe(events.SigningFailed("receipt"))
            return [Receipt(each.place, each.leaf) for each in entries]

    def _drop(self) -> None:
        self._shard = None
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


def _tell(waiting: "asyncio.Future[Receipt]", error: Exception) -> None:
    if not waiting.done():
        waiting.set_exception(error)
