import asyncio

import pytest
import sqlalchemy as sa

from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.errors import SchemaVersionError
from baygate.storage.schema_version import SchemaState
from baygate.storage.tables import metadata


def fetch(dsn: str, statement: str) -> list[tuple[object, ...]]:
    async def fetching() -> list[tuple[object, ...]]:
        connection = await Database(dsn).connect()
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return asyncio.run(fetching())


def test_the_migrations_make_the_tables_of_the_metadata(database):
    assert asyncio.run(schema_version.differences(database)) == []


def test_partitions_that_time_brings_are_no_difference(empty_database):
    asyncio.run(schema_version.upgrade(empty_database))
    fetch(empty_database, "SELECT audit_open_period('2026-11-01'), audit_open_period('2026-11-01')")
    found = fetch(empty_database, "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1")
    assert found == [("audit_access_202611",), ("audit_access_tile_202611",), ("audit_record_202611",)]
    assert asyncio.run(schema_version.differences(empty_database)) == []


def test_columns_have_exactly_the_types_and_collations_of_the_metadata(database):
    found = fetch(
        database,
        """SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, collname
           FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
           LEFT JOIN pg_collation ON pg_collation.oid = attcollation
           WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0
             AND relname <> 'alembic_version'""",
    )
    kinds = {
        "TEXT": ("text", "C"),
        "ARRAY": ("text[]", "C"),
        "DATE": ("date", None),
        "INTEGER": ("integer", None),
        "BOOLEAN": ("boolean", None),
        "TIMESTAMP": ("timestamp with time zone", None),
        "BIGINTEGER": ("bigint", None),
        "JSONB": ("jsonb", None),
        "LARGEBINARY": ("bytea", None),
        "NUMERIC": ("numeric", None),
        "SMALLINTEGER": ("smallint", None),
        "UUID": ("uuid", None),
    }
    expected = set()
    for table in metadata.tables.values():
        for column in table.c:
            kind, collation = kinds[type(column.type).__name__.upper()]
            if isinstance(column.type, sa.Numeric):
                kind = f"numeric({column.type.precision},{column.type.scale})"
            if getattr(column.type, "precision", None) == 0:
                kind = "timestamp(0) with time zone"
            expected.add((table.name, column.name, kind, not column.nullable, collation))
    assert set(found) == expected


def test_indexes_have_the_names_and_columns_of_the_metadata(database):
    found = fetch(
        database,
        """SELECT indrelid::regclass::text, indexrelid::regclass::text,
                  (SELECT string_agg(attname, ',' ORDER BY place)
                   FROM unnest(indkey::int2[]) WITH ORDINALITY AS key (attnum, place)
                   JOIN pg_attribute ON attrelid = indrelid AND pg_attribute.attnum = key.attnum)
           FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
           WHERE relnamespace = 'public'::regnamespace AND NOT indisprimary""",
    )
    expected = {
        (table.name, index.name, ",".join(index.columns.keys()))
        for table in metadata.tables.values()
        for index in table.indexes
    }
    assert set(found) == expected


def test_up_and_down_again_leaves_nothing(empty_database):
    asyncio.run(schema_version.upgrade(empty_database))
    asyncio.run(schema_version.downgrade(empty_database, "base"))
    assert fetch(empty_database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [
        ("alembic_version",)
    ]


def test_upgrading_twice_is_upgrading_once(database):
    asyncio.run(schema_version.upgrade(database))
    assert asyncio.run(schema_version.current(database)) == schema_version.latest()


def test_hubs_that_start_together_upgrade_one_after_the_other(empty_database):
    async def together() -> None:
        await asyncio.gather(*(schema_version.upgrade(empty_database) for _ in range(4)))

    asyncio.run(together())
    assert asyncio.run(schema_version.check(empty_database)).state is SchemaState.CURRENT


def test_an_empty_database_is_told_to_upgrade(empty_database):
    found = asyncio.run(schema_version.check(empty_database))
    assert (found.state, found.found, found.advice) == (SchemaState.EMPTY, None, "Run: baygate db upgrade")
    with pytest.raises(SchemaVersionError, match="Run: baygate db upgrade"):
        found.require()


def test_the_current_version_needs_nothing(database):
    found = asyncio.run(schema_version.check(database))
    assert (found.state, found.advice) == (SchemaState.CURRENT, None)
    found.require()


def test_a_version_that_this_hub_does_not_know_is_from_a_newer_one(database):
    fetch(database, "UPDATE alembic_version SET version_num = '9999' RETURNING version_num")
    found = asyncio.run(schema_version.check(database))
    assert (found.state, found.found) == (SchemaState.UNKNOWN, "9999")
    with pytest.raises(SchemaVersionError, match="newer hub"):
        found.require()
    with pytest.raises(SchemaVersionError, match="newer hub"):
        asyncio.run(schema_version.upgrade(database))
