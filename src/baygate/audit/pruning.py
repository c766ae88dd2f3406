"""Pruning: whole months of records are dropped, and what is left still proves all that it proved.

Rules:

1. The log is verified before, to the last record. What an attacker has altered is not dropped with the rest.
2. A month can go when it is over, all of its records are in the tree, and a signed head is over all of them.
3. Tiles, batches and shards stay, so that the tree is the same, and whoever kept a record's text can still prove it.
   Heads stay, of the time before the newest record that went at least one an hour and all that are time-stamped.
4. In the same transaction a signed statement is written into the log (``statement``, ``pruned``): which month, how many
   records, which leaves, who, and why. Without it the log would not verify any more.
5. Statements stand in records, which a later pruning drops. What they said is stated again then, by the same names.
6. Whoever writes into a month that goes is waited for only briefly: requests matter more than pruning.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from baygate.access.documents.root import LogKey
from baygate.audit.entry import period_of
from baygate.audit.finding import Verification
from baygate.audit.heads_held import Kept
from baygate.audit.pruned import Gone
from baygate.audit.statement import PRUNE, Sign, state
from baygate.audit.verification import verify
from baygate.errors import OperatorError

_PATIENCE = "5s"

_MONTHS = "SELECT DISTINCT period FROM audit_shard WHERE period < $1 ORDER BY period"
_WAITING = """
SELECT count(*) FROM audit_shard s JOIN audit_record r ON r.period = s.period AND r.shard = s.shard
    AND r.seq >= s.integrated WHERE s.period = $1
"""
_BATCHES = """
SELECT b.start, b.shard, b.first, b.count FROM audit_shard s JOIN audit_batch b USING (shard)
WHERE s.period = $1 ORDER BY b.start
"""
_THIN = """
DELETE FROM audit_head WHERE size <= $1 AND "timestamp" IS NULL AND size NOT IN (
    SELECT max(size) FROM audit_head WHERE size <= $1 GROUP BY date_trunc('hour', at)
)
"""


class NotPrunable(OperatorError):
    """What was to be pruned has to stay; ``what`` says why."""


@dataclass(frozen=True)
class Pruned:
    """A month that was pruned."""

    period: datetime.date
    records: int


@dataclass(frozen=True)
class Word:
    """Whose word it is, and why."""

    by: str
    reason: str


async def prune(
    connection: asyncpg.Connection,
    before: datetime.date,
    word: Word,
    sign: Sign,
    certified: Mapping[str, LogKey],
    now: datetime.datetime,
    outside: Sequence[Kept] = (),
) -> list[Pruned]:
    """Drop the records of all months that end before a day, and say so in the log; raise NotPrunable.

    Return what was dropped, none if there is none. The connection's role has to own the tables.
    """
    if before > period_of(now):
        raise NotPrunable(
            f"The month before {before} is not over.", "Give the first day of this month or an earlier one."
        )
    verification = await verify(connection, certified, outside)
    if not verification.holds:
        raise NotPrunable(
            f"The log does not verify, and pruning would remove the traces.\n{verification.diagnostics()}",
            "Keep a copy of the database, and find out what happened.",
        )
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        try:
            return await _pruned(connection, before, word, sign, certified, now, verification)
        except asyncpg.LockNotAvailableError:
            raise NotPrunable(
                "The tables are in use, as by a backup or a long export.", "Nothing was pruned: try again later."
            ) from None
        except asyncpg.InsufficientPrivilegeError:
            raise NotPrunable(
                "The database's role does not own the tables of the log.", "Give the --dsn of the role that does."
            ) from None


async def _pruned(
    connection: asyncpg.Connection,
    before: datetime.date,
    word: Word,
    sign: Sign,
    certified: Mapping[str, LogKey],
    now: datetime.datetime,
    verification: Verification,
) -> list[Pruned]:
    await connection.execute("SELECT FROM audit_log FOR UPDATE")  # nobody extends the tree meanwhile
    rows = await connection.fetch(_MONTHS, before)
    months = [row["period"] for row in rows if _end(row["period"]) <= before]
    there = [each for each in months if await connection.fetchval("SELECT to_regclass($1)", _tables(each)[0])]
    told: dict[str, Mapping[str, Any]] = {}
    for name, (record, said) in verification.prunings.items():
        if await _period(connection, record) in there:
            told[name] = said  # it would be lost
    pruned = []
    for period in there:
        gone = await _droppable(connection, period, verification.signed)
        if gone.records:
            told[period.isoformat()] = {**gone.told(period), "by": word.by, "reason": word.reason}
            pruned.append(Pruned(period, gone.records))
            await _forget(connection, period, gone)
    if not pruned:
        return []
    for name in sorted(told):
        await state(connection, sign, certified, PRUNE, told[name], now)
    for each in pruned:  # last, since from here on until the end nobody can write at all
        for table in _tables(each.period):
            await connection.execute(f"DROP TABLE {table}")
    return pruned


async def _droppable(connection: asyncpg.Connection, period: datetime.date, signed: int) -> Gone:
    """Return the records of a month if they can go; from here on nobody writes into it. Raise NotPrunable."""
    for table in _tables(period):
        await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    waiting, gone = await connection.fetchval(_WAITING, period), Gone()
    async for row in connection.cursor(_BATCHES, period, prefetch=1_000):
        gone.add(*row)
    lacks = waiting or max(gone.last + 1 - signed, 0)
    if lacks:
        where = "in the tree" if waiting else "under a signed head"
        raise NotPrunable(
            f"{lacks} records of {period:%Y-%m} are not {where} yet.",
            "Nothing was pruned. Let a hub run until they are; `baygate audit heads` shows how far it is.",
        )
    return gone


async def _forget(connection: asyncpg.Connection, period: datetime.date, gone: Gone) -> None:
    """Drop what belongs to the records of a month."""
    await connection.execute(_THIN, gone.last + 1)
    # what an operator accepted stood in a record of that month
    await connection.execute(
        "DELETE FROM audit_override WHERE accepted_at >= $1 AND accepted_at < $2", _begin(period), _begin(_end(period))
    )


async def _period(connection: asyncpg.Connection, record: str) -> datetime.date | None:
    """Return the month in which a record stands, by its id."""
    shard = int(record.partition("-")[0])
    period: datetime.date | None = await connection.fetchval("SELECT period FROM audit_shard WHERE shard = $1", shard)
    return period


def _tables(period: datetime.date) -> tuple[str, ...]:
    """Return the partitions of a month, as ``audit_open_period`` names them."""
    return tuple(f"{name}_{period:%Y%m}" for name in ("audit_record", "audit_access", "audit_access_tile"))


def _end(period: datetime.date) -> datetime.date:
    return (period + datetime.timedelta(days=31)).replace(day=1)


def _begin(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)
