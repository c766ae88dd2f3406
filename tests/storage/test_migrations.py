"""Migrations that have to carry what is stored from one form into another."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.audit.kept_log import Kept, fill, new_log

from baygate.audit.verification import verify
from baygate.storage import schema_version
from baygate.storage.embedded import EmbeddedPostgres

WAITING = """SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'"""
MONTHS = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY relname"
WRITE = """INSERT INTO audit_access (subject, period, provider, leaf_index, shard, seq, at, agency, purpose, rows)
           SELECT 'written meanwhile', period, provider, leaf_index, shard, seq, at, agency, purpose, rows
           FROM audit_access LIMIT 1"""
ACCESSES = "SELECT * FROM audit_access ORDER BY leaf_index, subject"
TILES = "SELECT * FROM audit_access_tile ORDER BY tile, provider, agency, purpose, period"


@pytest.fixture
def kept(postgres: EmbeddedPostgres) -> Iterator[Kept]:
    with new_log(postgres) as log:
        asyncio.run(fill(log))
        yield log


def fetch(log: Kept, statement: str) -> list[tuple[Any, ...]]:
    async def run() -> list[tuple[Any, ...]]:
        async with log.connected() as connection:
            return [tuple(row) for row in await connection.fetch(statement)]

    return asyncio.run(run())


def verifies(log: Kept) -> bool:
    async def run() -> bool:
        async with log.connected() as connection:
            return (await verify(connection, log.certified)).holds

    return asyncio.run(run())


def test_accesses_are_carried_over_from_a_row_for_each_provider_and_back(kept: Kept) -> None:
    as_filled = fetch(kept, ACCESSES), fetch(kept, TILES), fetch(kept, MONTHS)
    asyncio.run(schema_version.downgrade(kept.dsn, "0009"))
    before = fetch(kept, "SELECT leaf_index, subject, provider, rows FROM audit_access")
    assert len(before) == sum(len(providers) for *_, providers in as_filled[0]) > len(as_filled[0])
    assert all(rows for *_, rows in before)
    asyncio.run(schema_version.upgrade(kept.dsn))
    assert (fetch(kept, ACCESSES), fetch(kept, TILES), fetch(kept, MONTHS)) == as_filled
    assert verifies(kept)


def test_who_was_granted_a_table_has_it_still(kept: Kept) -> None:
    granted = """SELECT table_name, privilege_type FROM information_schema.table_privileges
                 WHERE grantee = 'reader_of_accesses' ORDER BY 1, 2"""
    fetch(kept, "CREATE ROLE reader_of_accesses")
    try:
        fetch(kept, "GRANT SELECT, INSERT ON audit_access TO reader_of_accesses")
        asyncio.run(schema_version.downgrade(kept.dsn, "0009"))
        before = fetch(kept, granted)
        assert before == [("audit_access", "INSERT"), ("audit_access", "SELECT")]
        asyncio.run(schema_version.upgrade(kept.dsn))
        assert fetch(kept, granted) == [*before, ("audit_access_tile", "INSERT"), ("audit_access_tile", "SELECT")]
    finally:
        fetch(kept, "DROP OWNED BY reader_of_accesses")
        fetch(kept, "DROP ROLE reader_of_accesses")


def test_what_a_hub_writes_meanwhile_is_not_lost(kept: Kept) -> None:
    """It runs on while the tables change: whoever extends the tree is waited for, and seen."""
    asyncio.run(schema_version.downgrade(kept.dsn, "0009"))

    async def run() -> None:
        async with kept.connected() as hub, kept.connected() as watcher:
            async with hub.transaction():
                await hub.execute("SELECT FROM audit_log FOR UPDATE")
                await hub.execute(WRITE)
                upgrading = asyncio.create_task(schema_version.upgrade(kept.dsn))
                while not await watcher.fetchval(WAITING):  # noqa: ASYNC110 - PostgreSQL has no event for it
                    await asyncio.sleep(0.02)
            await upgrading

    asyncio.run(run())
    assert fetch(kept, "SELECT subject FROM audit_access WHERE subject = 'written meanwhile'")


def test_a_month_that_was_pruned_stays_away(kept: Kept) -> None:
    october = "audit_record_202610, audit_access_202610, audit_access_tile_202610"
    fetch(kept, f"DROP TABLE {october}")
    left = fetch(kept, MONTHS)
    asyncio.run(schema_version.downgrade(kept.dsn, "0009"))
    asyncio.run(schema_version.upgrade(kept.dsn))
    assert fetch(kept, MONTHS) == left


def test_a_month_that_a_hub_opens_meanwhile_is_waited_for(kept: Kept) -> None:
    """It has the lock for that, and asks for the table that the migration changes."""
    asyncio.run(schema_version.downgrade(kept.dsn, "0009"))

    async def run() -> None:
        async with kept.connected() as hub, kept.connected() as watcher:
            async with hub.transaction():
                await hub.execute("SELECT pg_advisory_xact_lock(hashtext('audit_open_period'))")
                upgrading = asyncio.create_task(schema_version.upgrade(kept.dsn))
                while not await watcher.fetchval(WAITING):  # noqa: ASYNC110 - PostgreSQL has no event for it
                    await asyncio.sleep(0.02)
                await hub.execute("SELECT audit_open_period('2026-12-01')")
            await upgrading

    asyncio.run(run())
    assert ("audit_access_tile_202612",) in fetch(kept, MONTHS)
