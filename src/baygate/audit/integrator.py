"""Puts written records into the tree, and has a head signed for it; every worker tries, one at a time does.

1. Who extends the tree has locked the log's row, and does it in one transaction: the tiles, where records stand, whose
   records they tell of, how far each shard is. A worker that dies in it has done nothing.
2. The records of a shard come in its order, without a gap. Where one is missing, or its leaf is no hash, the shard
   waits, and the others go on.
3. The time of a signature is nobody's time: the lock is given back before (``sealing``).
"""

import asyncio
import contextlib
import datetime
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import asyncpg

from baygate.audit import tiles
from baygate.audit.heads import AUDIT_HEAD, Head, Sign
from baygate.audit.sealing import Clock, Guard, Sealing, Stamp
from baygate.observation.events import LogStands
from baygate.observation.observer import Nobody, Observer
from baygate.storage.database import cut_after

log = logging.getLogger("baygate.audit")

_NOBODY = Nobody()

PORTION = 2_000
"""Records that are put into the tree at once."""

_BEAT = 0.5
"""Seconds between two looks; a worker that heard of a head waits anew, so that together they look not much oftener."""
_LONGEST_PAUSE = 2.0
_PATIENCE = 30.0
"""Seconds that a step may take."""
_LAST = 2.0
"""Seconds for what was written before the worker ends."""
_EVERY_SHARD = 60.0
"""Seconds after which shards of long ago are looked at, too: a record can come late, or by a clock that is wrong."""
_RECENT = datetime.timedelta(days=32)

_LOCK = "SELECT size FROM audit_log FOR UPDATE SKIP LOCKED"
_NEW = """
SELECT shard, period, first, count(*) FILTER (WHERE sound) AS count,
    string_agg(leaf, '' ORDER BY seq) FILTER (WHERE sound) AS leaves,
    min(at) AS oldest, bool_and(sound) AS sound
FROM (
    SELECT s.shard, s.period, s.integrated AS first, r.*
    FROM audit_shard s CROSS JOIN LATERAL (
        SELECT seq, leaf, at, row_number() OVER w AS number,
            seq = s.integrated + row_number() OVER w - 1
            AND count(*) FILTER (WHERE octet_length(leaf) <> 32) OVER w = 0 AS sound
        FROM (
            SELECT seq, leaf, at FROM audit_record
            WHERE period = s.period AND shard = s.shard AND seq >= s.integrated ORDER BY seq LIMIT $1
        ) r
        WINDOW w AS (ORDER BY seq)
    ) r
    WHERE s.period >= $2 AND (r.sound OR r.number = 1)
    ORDER BY s.shard, r.seq LIMIT $1
) r
GROUP BY shard, period, first ORDER BY shard
"""
"""What of each shard comes next, sound up to the first record that is not; of a shard that cannot go on, that one."""
_OLDEST = """
SELECT min(r.at) FROM audit_shard s CROSS JOIN LATERAL (
    SELECT at FROM audit_record
    WHERE period = s.period AND shard = s.shard AND seq >= s.integrated ORDER BY seq LIMIT 1
) r
WHERE s.period >= $1
"""
_PLACES = """
INSERT INTO audit_batch (start, shard, first, count)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[])
"""
_ACCESSES = """
WITH written AS (
    INSERT INTO audit_access (subject, leaf_index, period, shard, seq, at, agency, purpose, providers)
    SELECT about.subject, b.start + r.seq - b.first, r.period, r.shard, r.seq, r.at,
        coalesce(r.said->>'agency', ''), coalesce(r.said->>'purpose', ''), about.providers
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[], $5::date[])
        AS b (start, shard, first, count, period)
    CROSS JOIN LATERAL (
        SELECT period, shard, seq, at, replace(convert_from(entry, 'UTF8'), '\\u0000', '\\ufffd')::jsonb AS said
        FROM audit_record r
        WHERE r.period = b.period AND r.shard = b.shard AND r.seq >= b.first AND r.seq < b.first + b.count
        OFFSET 0
    ) r
    CROSS JOIN LATERAL (
        SELECT s.key AS subject, array_agg(p.key ORDER BY p.key COLLATE "C") AS providers
        FROM jsonb_each(r.said->'rows') p CROSS JOIN LATERAL jsonb_object_keys(p.value) s (key) GROUP BY s.key
    ) about
    RETURNING leaf_index >> 8 AS tile, agency, purpose, period, providers
)
INSERT INTO audit_access_tile (provider, tile, agency, purpose, period)
SELECT DISTINCT provider, tile, agency, purpose, period FROM written CROSS JOIN LATERAL unnest(providers) provider
ON CONFLICT DO NOTHING
"""
"""A text of the database cannot hold U+0000: nobody must come to be left out by putting one into his request."""
_GO_ON = """
UPDATE audit_shard s SET integrated = s.integrated + b.count
FROM unnest($1::bigint[], $2::integer[]) AS b (shard, count) WHERE s.shard = b.shard
"""


@dataclass(frozen=True)
class Stepped:
    """What one step did."""

    taken: int
    """Records that are in the tree since."""
    more: bool
    """Whether the portion was full, so that there may be more."""
    head: Head | None
    """The head that was added, if one was."""


@dataclass
class Integrated:
    """Counts since the start, for the metrics."""

    records: int = 0
    unindexed: int = 0
    """Records of which it cannot be told whose rows an answer held, since they do not say it as they have to."""
    failures: int = 0


@dataclass(frozen=True)
class _Batch:
    """Records of one shard that come next, their first leaf in the tree, and the hashes of all."""

    start: int
    shard: int
    period: datetime.date
    first: int
    count: int
    leaves: bytes = field(repr=False)


class Integrator:
    """The work on the tree of one worker."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection]],
        sign: Sign,
        stamp: Stamp | None = None,
        *,
        stamp_every: float = 60.0,
        observer: Observer = _NOBODY,
        guard: Guard | None = None,
        clock: Clock = lambda: datetime.datetime.now(datetime.UTC),
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._working: asyncio.Task[None] | None = None
        self._heard = self._looked_everywhere = float("-inf")
        self._oldest: datetime.datetime | None = None
        self._failure: str | None = None
        self._stuck: str | None = None
        self.counts = Integrated()
        self.sealing = Sealing(sign, stamp, stamp_every, clock, observer, guard)
        self._size = 0

    @property
    def standing(self) -> LogStands:
        """How far the log is, as this worker knows."""
        return LogStands(self._size, max(0, self._size - self.sealing.size), self.behind)

    @property
    def behind(self) -> float:
        """How many seconds old the oldest record is that is not in the tree; 0 if there is none."""
        return 0.0 if self._oldest is None else max(0.0, (self._clock() - self._oldest).total_seconds())

    @property
    def last_error(self) -> str | None:
        """What is amiss now, if anything is."""
        return self._failure or self._stuck or self.sealing.last_error

    def start(self) -> None:
        """Begin to work."""
        self._working = asyncio.create_task(self._work_always())

    async def close(self) -> None:
        """Stop, after what was written last is in the tree, if that can be done quickly."""
        if self._working is not None:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working
        try:
            async with asyncio.timeout(_LAST):
                connection = await self._connect()
            try:
                with cut_after(_LAST, connection):
                    while (await self.step(connection)).more:
                        pass
            finally:
                connection.terminate()
        except Exception as error:  # whatever it is, the next worker does it
            log.warning("the records written last are not in the tree yet: %s", error)
        await self.sealing.forget()

    async def step(self, connection: asyncpg.Connection) -> Stepped:
        """Put a portion of new records into the tree, and go on with its head; raise TreeDamaged."""
        since = self._since()
        async with connection.transaction():
            size = await connection.fetchval(_LOCK)
            taken, more = (0, False) if size is None else await self._extend(connection, size, since)
        if size is None or more or self._stuck is not None:
            self._oldest = await connection.fetchval(_OLDEST, since)
        else:
            self._oldest = None
        self._failure = None
        self.counts.records += taken
        return Stepped(taken, more, await self.sealing.step(connection))

    async def _extend(self, connection: asyncpg.Connection, size: int, since: datetime.date) -> tuple[int, bool]:
        """Return how many records are in the tree since, and whether there may be more."""
        rows = await connection.fetch(_NEW, PORTION, since)
        self._oldest = min((row["oldest"] for row in rows), default=None)
        stuck = [row for row in rows if not row["sound"]]
        self._tell_of_stuck(stuck)
        batches: list[_Batch] = []
        start = size
        for row in rows:
            if row["count"]:
                batches.append(_Batch(start, row["shard"], row["period"], row["first"], row["count"], row["leaves"]))
                start += row["count"]
        if not batches:
            return 0, False
        await tiles.append(connection, size, b"".join(each.leaves for each in batches))
        starts, shards = [each.start for each in batches], [each.shard for each in batches]
        firsts, counts = [each.first for each in batches], [each.count for each in batches]
        await connection.execute(_PLACES, starts, shards, firsts, counts)
        await self._index(connection, batches)
        await connection.execute(_GO_ON, shards, counts)
        await connection.execute("UPDATE audit_log SET size = $1", start)
        self._size = start
        self.sealing.grown(self._oldest)
        return start - size, start - size + len(stuck) == PORTION

    async def _index(self, connection: asyncpg.Connection, batches: Sequence[_Batch]) -> None:
        """Write whose records these tell of; of a record that cannot be read nothing, for it must not stop the tree."""
        try:
            async with connection.transaction():
                await connection.execute(
                    _ACCESSES,
                    [each.start for each in batches],
                    [each.shard for each in batches],
                    [each.first for each in batches],
                    [each.count for each in batches],
                    [each.period for each in batches],
                )
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            if len(batches) == 1 and batches[0].count == 1:
                self.counts.unindexed += 1
                log.error("record %d-%d cannot be read: %s", batches[0].shard, batches[0].first, type(error).__name__)
                return
            for half in _halves(batches):
                await self._index(connection, half)

    def _since(self) -> datetime.date:
        """Return from which period on shards are looked at."""
        if monotonic() - self._looked_everywhere > _EVERY_SHARD:
            self._looked_everywhere = monotonic()
            return datetime.date.min
        return (self._clock() - _RECENT).date().replace(day=1)

    def _tell_of_stuck(self, rows: Sequence[asyncpg.Record]) -> None:
        said = None
        if rows:
            names = ", ".join(f"{row['shard']}-{row['first']}" for row in rows)
            said = f"records cannot go into the tree, since {names} is missing or no record. Run: baygate audit verify"
        if said is not None and said != self._stuck:
            log.error("%s", said)
        self._stuck = said

    async def _work_always(self) -> None:
        while True:
            connection: asyncpg.Connection | None = None
            try:
                connection = await self._connect()
                await self._work(connection)
            except Exception as error:  # whatever it is, to stop would be to leave records without a proof
                self._failed(error)
            finally:
                if connection is not None:
                    connection.terminate()
                await self.sealing.forget()
            await asyncio.sleep(_BEAT)

    async def _work(self, connection: asyncpg.Connection) -> None:
        with cut_after(_PATIENCE, connection):
            await connection.add_listener(AUDIT_HEAD, self._hear)
        while True:
            with cut_after(_PATIENCE, connection):
                stepped = await self.step(connection)
            if not stepped.more:
                await self._pause()

    def _failed(self, error: Exception) -> None:
        self.counts.failures += 1
        said = f"the audit log's tree does not grow: {str(error) or 'no answer in time'}"
        if said != self._failure:
            log.error("%s", said)
        self._failure = said

    def _hear(self, *_: object) -> None:
        self._heard = monotonic()

    async def _pause(self) -> None:
        """Wait until nobody has extended the tree for a while, or there is a signature to keep."""
        beat = _BEAT * random.uniform(0.8, 1.2)  # noqa: S311 - so that workers do not keep in step
        began = monotonic()
        while not self.sealing.answered:
            until = min(max(began, self._heard) + beat, began + _LONGEST_PAUSE)
            if monotonic() >= until:
                return
            await self.sealing.wait(until - monotonic())


def _halves(batches: Sequence[_Batch]) -> tuple[Sequence[_Batch], Sequence[_Batch]]:
    if len(batches) > 1:
        middle = len(batches) // 2
        return batches[:middle], batches[middle:]
    (one,) = batches
    count = one.count // 2
    return (
        [_Batch(one.start, one.shard, one.period, one.first, count, b"")],
        [_Batch(one.start + count, one.shard, one.period, one.first + count, one.count - count, b"")],
    )
