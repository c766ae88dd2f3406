"""A verification reads what it asks for, and nothing else: a log that is twice as long takes twice as long."""

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import asyncpg
import pytest
from tests.audit.kept_log import Kept, fill, new_log

from baygate.audit.stored import Stored
from baygate.storage.embedded import EmbeddedPostgres

Found = TypeVar("Found")
MONTH = datetime.date(2026, 10, 1)
READ = """
SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::int FROM pg_stat_xact_user_tables WHERE relname ~ '^audit_record'
"""


@pytest.fixture(scope="module")
def kept(postgres: EmbeddedPostgres) -> Iterator[Kept]:
    with new_log(postgres) as log:
        asyncio.run(fill(log))
        yield log


def reading(kept: Kept, act: Callable[[Stored], Awaitable[list[Found]]]) -> tuple[int, list[Found]]:
    """Return how many records PostgreSQL read for what was found.

    A table as small as a test's is read whole, and joined as is best for few rows; so both are made dear.
    """

    async def run() -> tuple[int, list[Found]]:
        async with kept.connected() as connection:
            await connection.execute("SET enable_seqscan = off; SET enable_nestloop = off")
            return await counted(connection)

    async def counted(connection: asyncpg.Connection) -> tuple[int, list[Found]]:
        async with connection.transaction():
            found = await act(Stored(connection))
            return await connection.fetchval(READ), found

    return asyncio.run(run())


def test_parts_of_shards_are_read_by_their_places(kept: Kept) -> None:
    parts = [(MONTH, 1, 20, 30), (MONTH, 2, 0, 5), (MONTH, 1, 3, 4)]
    read, found = reading(kept, lambda stored: stored.records(parts))
    assert [(each.shard, each.seq) for each in found] == [
        (shard, seq) for _, shard, first, after in parts for seq in range(first, after)
    ]
    assert read == len(found)


def test_of_shards_whose_records_are_in_the_tree_none_is_read_for_those_that_wait(kept: Kept) -> None:
    async def waiting(stored: Stored) -> list[tuple[int, int]]:
        return [(each.shard, each.seq) async for each in stored.waiting()]

    read, found = reading(kept, waiting)
    assert found
    assert found == sorted(found)
    assert read == len(found)
