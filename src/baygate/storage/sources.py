"""Remote sources as they are registered, and the supergraphs that were composed of their schemas.

1. A change of the sources and the supergraph that follows from it are one transaction: what is in force is made of
   the schemas that are kept.
2. Supergraphs are only ever added; the newest is in force.

Whether schemas compose is decided before they come here.
"""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from baygate.storage.errors import StorageError

SUPERGRAPH_CHANGED = "baygate_supergraph"
"""The channel on which every worker hears that there is a new supergraph; its payload is the version."""

HUB = "hub"
"""What the hub itself is called among the sources; no other may be."""

_LOCK = 0x6261_7973  # "bays": who changes the sources waits, so that each composes what the one before has left


@dataclass(frozen=True)
class NewSource:
    """A source to register: whose it is, where it answers, its schema, and how it is to be asked."""

    name: str
    agency: str
    url: str
    sdl: str = field(repr=False)
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class StoredSource(NewSource):
    """A source that is registered; ``refreshed_at`` is when it was last asked for its schema."""

    added_at: datetime.datetime
    added_by: str
    refreshed_at: datetime.datetime


@dataclass(frozen=True)
class StoredSupergraph:
    """A supergraph; ``made_of`` gives for each source, the hub among them, the digest of its schema."""

    version: int
    sdl: str = field(repr=False)
    made_of: Mapping[str, str]
    composed_at: datetime.datetime
    composed_by: str


class SourceTaken(StorageError):
    """There is a source of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is a source {name} already.",
            f"Ask it for its schema again (baygate source refresh {name}), remove it first, or choose another name.",
        )


class SourceUnknown(StorageError):
    """There is no source of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no source {name}.", "`baygate source list` shows those that there are.")


def digest_of(sdl: str) -> str:
    """Return what a schema is known by: the SHA-256 of its text, hexadecimal."""
    return hashlib.sha256(sdl.encode()).hexdigest()


async def lock(connection: asyncpg.Connection) -> None:
    """Wait until nobody else changes the sources; until the transaction ends nobody else does."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def add(connection: asyncpg.Connection, new: NewSource, added_by: str) -> None:
    """Register a source; raise SourceTaken."""
    added = await connection.fetchval(
        "INSERT INTO source (name, agency, url, sdl, settings, added_at, added_by, refreshed_at) "
        "VALUES ($1, $2, $3, $4, $5, now(), $6, now()) ON CONFLICT DO NOTHING RETURNING true",
        new.name, new.agency, new.url, new.sdl, orjson.dumps(new.settings).decode(), added_by,
    )  # fmt: skip
    if not added:
        raise SourceTaken(new.name)


async def refresh(connection: asyncpg.Connection, name: str, sdl: str) -> None:
    """Keep the schema that a source has now; raise SourceUnknown."""
    changed = await connection.fetchval(
        "UPDATE source SET sdl = $2, refreshed_at = now() WHERE name = $1 RETURNING true", name, sdl
    )
    if not changed:
        raise SourceUnknown(name)


async def remove(connection: asyncpg.Connection, name: str) -> None:
    """Forget a source; raise SourceUnknown."""
    if not await connection.fetchval("DELETE FROM source WHERE name = $1 RETURNING true", name):
        raise SourceUnknown(name)


async def every(connection: asyncpg.Connection) -> list[StoredSource]:
    """Return all sources, by name."""
    rows = await connection.fetch("SELECT * FROM source ORDER BY name")
    return [
        StoredSource(
            row["name"], row["agency"], row["url"], row["sdl"], orjson.loads(row["settings"]), row["added_at"],
            row["added_by"], row["refreshed_at"],
        )
        for row in rows
    ]  # fmt: skip


async def put_in_force(
    connection: asyncpg.Connection, sdl: str, made_of: Mapping[str, str], composed_by: str
) -> StoredSupergraph:
    """Keep a supergraph, in the caller's transaction, tell every worker, and return it with its version."""
    row = await connection.fetchrow(
        "INSERT INTO supergraph (sdl, made_of, composed_at, composed_by) VALUES ($1, $2, now(), $3) RETURNING *",
        sdl, orjson.dumps(made_of).decode(), composed_by,
    )  # fmt: skip
    assert row is not None  # noqa: S101 - it was just inserted
    await connection.execute("SELECT pg_notify($1, $2)", SUPERGRAPH_CHANGED, str(row["version"]))
    return _supergraph(row)


async def newest(connection: asyncpg.Connection) -> StoredSupergraph | None:
    """Return the supergraph that is in force; None if there never was one."""
    row = await connection.fetchrow("SELECT * FROM supergraph ORDER BY version DESC LIMIT 1")
    return None if row is None else _supergraph(row)


async def in_force(connection: asyncpg.Connection) -> tuple[StoredSupergraph | None, list[StoredSource]]:
    """Return the supergraph that is in force and the sources it is made of, both as of one moment.

    Not within a transaction. That the hub's own schema is the one it was made of, its ``made_of`` says.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return await newest(connection), await every(connection)


def _supergraph(row: asyncpg.Record) -> StoredSupergraph:
    return StoredSupergraph(
        row["version"], row["sdl"], orjson.loads(row["made_of"]), row["composed_at"], row["composed_by"]
    )
