"""Which leaves of the tree a span of time can be in.

Leaves are in the order in which records came into the tree, and not quite in that of their times. But in a shard time
does not go back, so in each one the first record of a time is found by halves, and with them all the bounds of all.
"""

import datetime

import asyncpg

_FIRST = """
WITH RECURSIVE search AS (
    SELECT shard, period, 0::bigint AS low, integrated AS high, integrated FROM audit_shard
    WHERE period >= $1 AND period <= $2 AND integrated > 0
    UNION ALL
    SELECT shard, period, CASE WHEN at < $3 THEN middle + 1 ELSE low END, CASE WHEN at < $3 THEN high ELSE middle END,
        integrated
    FROM search CROSS JOIN LATERAL (SELECT (low + high) / 2 AS middle) m CROSS JOIN LATERAL (
        SELECT at FROM audit_record r WHERE r.period = search.period AND r.shard = search.shard AND r.seq = middle
    ) r WHERE low < high
), found AS (SELECT shard, low AS seq, integrated FROM search WHERE low = high)
SELECT min(b.start + found.seq - b.first) FILTER (WHERE found.seq < found.integrated AND found.seq < b.first + b.count)
    AS first, max(b.start + found.seq - 1 - b.first) FILTER (WHERE found.seq > 0) AS last
FROM found CROSS JOIN LATERAL (
    SELECT start, first, count FROM audit_batch WHERE shard = found.shard AND first <= {0} ORDER BY first DESC LIMIT 1
) b
"""
"""The least leaf of a record of this time or later, the greatest of one before it."""
_FROM, _BEFORE = _FIRST.format("found.seq"), _FIRST.format("found.seq - 1")


async def leaves_of(
    connection: asyncpg.Connection,
    months: list[datetime.date],
    since: datetime.datetime | None,
    until: datetime.datetime | None,
) -> tuple[int, int]:
    """Return the first leaf, and the one after the last, that a record from ``since`` to before ``until`` can be."""
    start, end = 0, 2**63 - 1
    if not months:
        return 0, 0
    if since is not None:
        first, _ = await connection.fetchrow(_FROM, min(months), max(months), since) or (None, None)
        start = end if first is None else first
    if until is not None:
        _, last = await connection.fetchrow(_BEFORE, min(months), max(months), until) or (None, None)
        end = 0 if last is None else last + 1
    return start, end
