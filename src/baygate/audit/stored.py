"""The log as it is stored, read in portions: what a verification holds against itself. Nothing is judged here."""

import datetime
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import asyncpg

from baygate.audit.heads_held import HeadRow
from baygate.audit.indexed import AccessRow, AccessTile
from baygate.audit.linking import Row

_GREATEST = 2**63 - 1

_RECORDS = """
SELECT r.*
FROM unnest($1::date[], $2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS b (period, shard, first, after, n),
LATERAL (
    SELECT period, shard, seq, at, entry, leaf FROM audit_record
    WHERE period = b.period AND shard = b.shard AND seq >= b.first AND seq < b.after ORDER BY seq
) r
ORDER BY b.n, r.seq
"""
"""Ordered within, too, so that PostgreSQL looks for each part in the index: a join would read the whole month."""
_WAITING = """
SELECT r.* FROM audit_shard s, LATERAL (
    SELECT period, shard, seq, at, entry, leaf FROM audit_record
    WHERE period = s.period AND shard = s.shard AND seq >= s.integrated ORDER BY seq
) r
ORDER BY r.shard, r.seq
"""
_EXTENT = """
SELECT r.period, r.shard, min(r.seq) AS first FROM audit_record r LEFT JOIN audit_shard s USING (shard)
GROUP BY r.period, r.shard, s.period HAVING s.period IS DISTINCT FROM r.period OR min(r.seq) < 0
ORDER BY r.period, r.shard
"""
_ACCESS = """
SELECT leaf_index, period, subject, shard, seq, at, agency, purpose, providers FROM audit_access
"""
_PROVIDERS = """
WITH RECURSIVE known AS (
    (SELECT provider FROM audit_access_tile ORDER BY provider LIMIT 1)
    UNION ALL
    SELECT (SELECT t.provider FROM audit_access_tile t WHERE t.provider > known.provider ORDER BY t.provider LIMIT 1)
    FROM known WHERE known.provider IS NOT NULL
) SELECT provider FROM known WHERE provider IS NOT NULL
"""
"""Each is looked for behind the one before: PostgreSQL would read all rows for a DISTINCT."""
_ACCESS_TILES = """
SELECT t.tile, t.provider, t.agency, t.purpose, t.period FROM unnest($1::text[]) AS p (provider), LATERAL (
    SELECT * FROM audit_access_tile WHERE provider = p.provider AND {0}
) t
"""


class Batch(NamedTuple):
    """Where records stand in the tree: ``number`` of a shard from ``first`` on are the leaves from ``start`` on."""

    start: int
    shard: int
    first: int
    number: int


@dataclass(frozen=True)
class Shard:
    """A shard, without its records."""

    shard: int
    period: datetime.date
    opened_at: datetime.datetime
    opened_by: str
    integrated: int


class Stored:
    """What the database has, as of one moment: the caller is in a transaction that sees nothing newer."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def log(self) -> tuple[uuid.UUID, int] | None:
        """Return the log's name, and how many records its tree is said to hold."""
        row = await self._connection.fetchrow("SELECT log, size FROM audit_log")
        return None if row is None else (row["log"], row["size"])

    async def shards(self) -> list[Shard]:
        """Return all shards."""
        rows = await self._connection.fetch(
            "SELECT shard, period, opened_at, opened_by, integrated FROM audit_shard ORDER BY shard"
        )
        return [Shard(*row) for row in rows]

    async def batches(self, portion: int) -> AsyncIterator[list[Batch]]:
        """Yield batches in the order of the tree, together of ``portion`` records and a little more."""
        gathered: list[Batch] = []
        count = 0
        query = "SELECT start, shard, first, count FROM audit_batch ORDER BY start"
        async for row in self._connection.cursor(query, prefetch=2_000):
            batch = Batch(*row)
            gathered.append(batch)
            count += max(batch.number, 0)
            if count >= portion:
                yield gathered
                gathered, count = [], 0
        if gathered:
            yield gathered

    async def records(self, wanted: Sequence[tuple[datetime.date, int, int, int]]) -> list[Row]:
        """Return the records of parts of shards (month, shard, first, first after), in that order."""
        columns = list(zip(*wanted, strict=True)) or [(), (), (), ()]
        return [Row(*row) for row in await self._connection.fetch(_RECORDS, *map(list, columns))]

    async def waiting(self) -> AsyncIterator[Row]:
        """Yield the records that are not in the tree."""
        async for row in self._connection.cursor(_WAITING, prefetch=1_000):
            yield Row(*row)

    async def misplaced(self) -> list[tuple[datetime.date, int]]:
        """Return the months and shards under which there are records of no shard of that month, or before its first."""
        return [(row["period"], row["shard"]) for row in await self._connection.fetch(_EXTENT)]

    async def leaves(self, start: int, end: int) -> dict[int, bytes]:
        """Return the tiles of level 0 that hold the leaves from ``start`` to ``end``."""
        rows = await self._connection.fetch(
            "SELECT tile, hashes FROM audit_tile WHERE level = 0 AND tile >= $1 AND tile <= $2", start >> 8, end >> 8
        )
        return {row["tile"]: row["hashes"] for row in rows}

    async def tiles(self, after: int) -> AsyncIterator[tuple[int, int, bytes]]:
        """Yield the tiles above the leaves by level and number, and those of leaves ``after`` a tile."""
        query = """SELECT level, tile, hashes FROM audit_tile WHERE level <> 0 OR tile > $1 OR tile < 0
                   ORDER BY level, tile"""
        async for row in self._connection.cursor(query, after, prefetch=100):
            yield row["level"], row["tile"], row["hashes"]

    async def providers(self) -> list[str]:
        """Return whom the index of accesses names."""
        return [row["provider"] for row in await self._connection.fetch(_PROVIDERS)]

    async def index(self, start: int, end: int) -> list[AccessRow]:
        """Return what the index has for leaves from ``start`` to ``end``."""
        found = await self._connection.fetch(f"{_ACCESS} WHERE leaf_index >= $1 AND leaf_index < $2", start, end)
        return [AccessRow(*row) for row in found]

    async def index_beyond(self, size: int) -> list[AccessRow]:
        """Return what the index has for leaves that are not of a tree of this size."""
        found = await self._connection.fetch(f"{_ACCESS} WHERE leaf_index < 0 OR leaf_index >= $1", size)
        return [AccessRow(*row) for row in found]

    async def access_tiles(self, providers: Sequence[str], start: int, end: int) -> list[AccessTile]:
        """Return where the index says that accesses are, for tiles from ``start`` to ``end``."""
        query = _ACCESS_TILES.format("tile >= $2 AND tile < $3")
        return [AccessTile(*row) for row in await self._connection.fetch(query, providers, start, end)]

    async def access_tiles_beyond(self, providers: Sequence[str], start: int) -> list[AccessTile]:
        """Return where the index says that accesses are, for all tiles but those before ``start``."""
        query = _ACCESS_TILES.format("(tile < 0 OR tile >= $2)")
        return [AccessTile(*row) for row in await self._connection.fetch(query, providers, start)]

    async def heads(self, after: int, size: int | None) -> list[HeadRow]:
        """Return the heads that are larger than ``after``, up to ``size``; all of them if it is None."""
        rows = await self._connection.fetch(
            "SELECT size, root, at, signed, timestamp FROM audit_head WHERE size > $1 AND size <= $2 ORDER BY size",
            after, _GREATEST if size is None else size,
        )  # fmt: skip
        return [HeadRow(*row) for row in rows]

    async def lacking(self, digests: Iterable[bytes]) -> set[bytes]:
        """Return those decisions' digests under which nothing is kept."""
        wanted = set(digests)
        rows = await self._connection.fetch("SELECT digest FROM audit_decisions WHERE digest = ANY($1)", list(wanted))
        return wanted - {row["digest"] for row in rows}

    async def altered_decisions(self) -> list[bytes]:
        """Return the digests that are not those of what is kept under them."""
        rows = await self._connection.fetch(
            "SELECT digest FROM audit_decisions WHERE sha256(content) <> digest ORDER BY digest LIMIT 100"
        )
        return [row["digest"] for row in rows]

    async def overrides(self) -> list[asyncpg.Record]:
        """Return what operators accepted."""
        rows: list[asyncpg.Record] = await self._connection.fetch(
            "SELECT id, head, reason, accepted_by, accepted_at FROM audit_override ORDER BY id"
        )
        return rows
