"""Accesses: who was answered with records of a provider, about whom, for what purpose, and which fields went out.

1. An access is of one record of the log and one provider. Who asks for accesses says whose he may see: there is no
   default, and ``EVERYBODY`` has to be written.
2. What is told comes from the record and from what was decided; the index only says where these are.
3. What a record says of other providers is left out, also which fields of theirs were decided on.
4. Accesses of months that were pruned are gone.
"""

import datetime
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

import asyncpg
import orjson

from baygate.audit.entry import period_of
from baygate.audit.span import leaves_of

_PAGE = 1_000
_MONTHS = "SELECT DISTINCT period FROM audit_shard WHERE period >= $1 AND period <= $2 ORDER BY period DESC"
_FOUND = """
SELECT page.leaf_index, page.provider, page.shard, page.seq, r.at, r.entry FROM (
    SELECT * FROM ({found}) found ORDER BY leaf_index DESC FETCH FIRST $5 ROWS WITH TIES
) page JOIN audit_record r ON r.period = page.period AND r.shard = page.shard AND r.seq = page.seq
ORDER BY page.leaf_index DESC, page.provider
"""
_STRAIGHT = """
SELECT DISTINCT ON (leaf_index, provider) leaf_index, provider, period, shard, seq
FROM audit_access CROSS JOIN LATERAL unnest(providers) provider
WHERE ($1::text[] IS NULL OR provider = ANY($1)) AND period = ANY($2::date[])
    AND leaf_index >= $3 AND leaf_index < $4{conditions}
ORDER BY leaf_index DESC, provider
"""
_BY_TILES = """
SELECT a.*, p.provider FROM unnest($1::text[]) AS p (provider), LATERAL (
    SELECT a.* FROM (
        SELECT DISTINCT tile, period FROM audit_access_tile
        WHERE period = ANY($2::date[]) AND provider = p.provider{of_tiles}
            AND tile >= $3::bigint >> 8 AND tile <= ($4::bigint - 1) >> 8
        ORDER BY tile DESC
    ) t CROSS JOIN LATERAL (
        SELECT DISTINCT ON (leaf_index) leaf_index, period, shard, seq FROM audit_access
        WHERE period = t.period AND p.provider = ANY(providers)
            AND leaf_index >= greatest($3, t.tile << 8) AND leaf_index < least($4, (t.tile + 1) << 8){conditions}
        ORDER BY leaf_index DESC
    ) a
    ORDER BY t.tile DESC, a.leaf_index DESC LIMIT $5
) a
"""
"""Tile by tile, of 256 leaves each, from the newest on, of whatever month: as many as it takes to fill the page."""
_OF_TILES = ("agency =", "purpose =")
"""What a tile tells of the records in it."""


class _Everybody(Enum):
    EVERYBODY = "everybody"


EVERYBODY: Final = _Everybody.EVERYBODY
"""Whose accesses the hub's operator sees."""


@dataclass(frozen=True)
class Filters:
    """Which accesses; those of ``providers`` and nobody else's, before all other conditions.

    ``since`` is included, ``until`` is not. ``agency`` is the one that asked.
    """

    providers: frozenset[str] | Literal[_Everybody.EVERYBODY]
    subject: str | None = None
    agency: str | None = None
    purpose: str | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


@dataclass(frozen=True)
class Access:
    """One access.

    ``subjects`` says by subject and concrete type how many rows the answer held; rows of no party are under "".
    ``released`` and the others are coordinates, such as ``Enterprise.name``.
    """

    at: datetime.datetime
    record: str
    leaf: int
    client: str | None
    agency: str | None
    party: str | None
    jurisdiction: str | None
    purpose: str | None
    basis: str | None
    case: str | None
    operation: str | None
    name: str | None
    provider: str
    subjects: Mapping[str, Mapping[str, int]]
    released: Sequence[str]
    masked: Sequence[str]
    conditional: Sequence[str]
    withheld: Sequence[str]
    policies: Any
    lists: Any
    status: str | None


OUTCOMES = ("released", "masked", "conditional", "withheld")
_SAID = (
    "client", "agency", "party", "jurisdiction", "purpose", "basis", "case", "operation", "name", "policies", "lists",
    "status",
)  # fmt: skip


async def accesses(connection: asyncpg.Connection, filters: Filters, after: int | None, first: int) -> Sequence[Access]:
    """Return the newest accesses whose leaf is before ``after``, ``first`` of them.

    One more or another if a record is of several of the providers: they are not torn apart.
    """
    months = await _months(connection, filters)
    start, end = await leaves_of(connection, months, filters.since, filters.until)
    return await _page(connection, filters, months, (start, end if after is None else min(after, end)), first)


async def stream(connection: asyncpg.Connection, filters: Filters) -> AsyncIterator[Access]:
    """Yield all accesses, the newest month first and in it the newest first."""
    months = await _months(connection, filters)
    start, end = await leaves_of(connection, months, filters.since, filters.until)
    for month in months:
        before = end
        while page := await _page(connection, filters, [month], (start, before), _PAGE):
            for each in page:
                yield each
            before = page[-1].leaf


async def _page(
    connection: asyncpg.Connection,
    filters: Filters,
    months: Sequence[datetime.date],
    leaves: tuple[int, int],
    first: int,
) -> Sequence[Access]:
    whose = None if filters.providers is EVERYBODY else sorted(filters.providers)
    query, values = _conditions(filters)
    # planned for these values each time: a plan for any values would look for a subject in all leaves
    statement = await connection.prepare(query)
    rows = await statement.fetch(whose, months, *leaves, first, *values)
    records = [(row, orjson.loads(row["entry"])) for row in rows]
    decisions = await _decisions(connection, {bytes.fromhex(said.get("decisions") or "") for _, said in records})
    return [_access(row, said, decisions) for row, said in records]


async def _months(connection: asyncpg.Connection, filters: Filters) -> list[datetime.date]:
    """Return the months of which there are records, the newest first."""
    first = period_of(filters.since) if filters.since else datetime.date.min
    last = period_of(filters.until) if filters.until else datetime.date.max
    return [row["period"] for row in await connection.fetch(_MONTHS, first, last)]


def _conditions(filters: Filters) -> tuple[str, list[object]]:
    asked = (
        ("subject =", filters.subject),
        ("agency =", filters.agency),
        ("purpose =", filters.purpose),
        ("at >=", filters.since),
        ("at <", filters.until),
    )
    given = [(condition, value) for condition, value in asked if value is not None]
    said = {condition: f" AND {condition} ${number}" for number, (condition, _) in enumerate(given, 6)}
    found = _BY_TILES if filters.subject is None and filters.providers is not EVERYBODY else _STRAIGHT
    of_tiles = "".join(each for condition, each in said.items() if condition in _OF_TILES)
    found = found.format(conditions="".join(said.values()), of_tiles=of_tiles)
    return _FOUND.format(found=found), [value for _, value in given]


async def _decisions(connection: asyncpg.Connection, digests: set[bytes]) -> Mapping[str, Mapping[str, Any]]:
    rows = await connection.fetch("SELECT digest, content FROM audit_decisions WHERE digest = ANY($1)", list(digests))
    return {row["digest"].hex(): orjson.loads(row["content"]) for row in rows}


def _access(row: asyncpg.Record, said: Mapping[str, Any], decisions: Mapping[str, Mapping[str, Any]]) -> Access:
    provider = row["provider"]
    decided = decisions.get(said.get("decisions") or "", {})
    subjects = said["rows"].get(provider, {})
    types = {name for rows in subjects.values() for name in rows}
    coordinates: dict[str, Any] = {outcome: _of(decided, outcome, provider, types) for outcome in OUTCOMES}
    told: dict[str, Any] = {name: said.get(name) for name in _SAID}
    return Access(
        at=row["at"],
        record=f"{row['shard']}-{row['seq']}",
        leaf=row["leaf_index"],
        provider=provider,
        subjects=subjects,
        **coordinates,
        **told,
    )


def _of(decided: Mapping[str, Any], outcome: str, provider: str, types: set[str]) -> Sequence[str]:
    """Return the coordinates of which an outcome was decided, for a provider, on types of which there are rows of its.

    What was decided for "*" is his only where he is not named with the coordinate, whatever he decided.
    """
    his = {each for by in decided.values() for each in by.get(provider, ())}
    by = decided.get(outcome, {})
    coordinates = {*by.get(provider, ()), *(set(by.get("*", ())) - his)}
    return sorted(each for each in coordinates if each in types or each.partition(".")[0] in types)
