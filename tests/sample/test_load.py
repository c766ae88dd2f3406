import asyncio

import asyncpg
import pytest

from baygate.sample import load as load_module
from baygate.sample.load import load
from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.errors import NotEmptyError, SchemaVersionError
from baygate.storage.tables import metadata


def contents(dsn: str) -> dict[str, list[str]]:
    async def reading() -> dict[str, list[str]]:
        connection = await Database(dsn).connect()
        try:
            return {
                name: [str(row[0]) for row in await connection.fetch(f"SELECT t::text FROM {name} t ORDER BY 1")]
                for name in metadata.tables
                if not name.startswith("audit_")
            }
        finally:
            await connection.close()

    return asyncio.run(reading())


def value(dsn: str, statement: str) -> object:
    async def reading() -> object:
        connection = await Database(dsn).connect()
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(reading())


def test_a_world_is_stored_with_progress_and_statistics(database, keys):
    done: list[int] = []
    summary = asyncio.run(load(database, keys, 15, done.append))
    assert sum(done) == summary.enterprises == 15
    assert summary.rows == sum(map(len, contents(database).values()))
    assert value(database, "SELECT reltuples FROM pg_class WHERE relname = 'party'") == 15
    assert value(database, "SELECT count(*) > 0 FROM pg_stats WHERE tablename = 'declaration'")


def test_several_processes_store_the_same_world_as_one(database, postgres, keys, monkeypatch):
    asyncio.run(load(database, keys, 40))
    alone = contents(database)
    monkeypatch.setattr(load_module, "_LARGE", 1)
    monkeypatch.setattr(load_module, "_TASK", 15)
    done: list[int] = []
    asyncio.run(load(database, keys, 40, done.append, processes=2, replace=True))
    assert sorted(done) == [10, 15, 15]
    assert contents(database) == alone
    assert asyncio.run(schema_version.differences(database)) == []


def test_what_is_there_is_not_overwritten_unasked(database, keys):
    asyncio.run(load(database, keys, 13))
    with pytest.raises(NotEmptyError, match="--replace"):
        asyncio.run(load(database, keys, 13))
    asyncio.run(load(database, keys, 14, replace=True))
    assert value(database, "SELECT count(*) FROM party") == 14


def test_a_database_without_tables_is_told_to_upgrade(empty_database, keys):
    with pytest.raises(SchemaVersionError, match="baygate db upgrade"):
        asyncio.run(load(empty_database, keys, 1))


def test_a_load_that_fails_leaves_empty_tables_with_their_indexes(database, keys, monkeypatch):
    monkeypatch.setattr(load_module, "_LARGE", 1)
    monkeypatch.setattr(load_module, "_fill", failing)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(load(database, keys, 20))
    assert not any(contents(database).values())
    assert asyncio.run(schema_version.differences(database)) == []


async def failing(*_: object) -> int:
    raise ZeroDivisionError


def test_a_failure_in_a_process_is_reported_as_what_it_was(database, keys, monkeypatch):
    monkeypatch.setattr(load_module, "_LARGE", 1)
    value(database, "ALTER TABLE licence ADD CONSTRAINT none_at_all CHECK (false)")
    with pytest.raises(asyncpg.CheckViolationError, match="none_at_all"):
        asyncio.run(load(database, keys, 5, processes=1))
    assert not any(contents(database).values())
