"""The sample world into the tables, as fast as the machine allows: by COPY, from several processes.

1. It goes only into empty tables, unless asked to replace what is there; a load that fails leaves them empty.
2. Large loads build primary keys and indexes afterwards, each in one go.
3. Whatever the size, the planner's statistics are up to date at the end.
"""

import asyncio
import gc
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint, CreateIndex

from baygate.intake.copy import publish
from baygate.sample.world import SEED, World
from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.errors import NotEmptyError
from baygate.storage.keys import Keys
from baygate.storage.tables import resident_tables

_TASK = 250
_BATCH = 50
_LARGE = 1_000


@dataclass(frozen=True)
class Summary:
    """What was loaded, and how long that took with indexes and statistics."""

    enterprises: int
    rows: int
    seconds: float

    @property
    def rows_per_second(self) -> int:
        """The rate of the whole load."""
        return round(self.rows / self.seconds)


async def load(
    dsn: str,
    keys: Keys,
    enterprises: int,
    progress: Callable[[int], None] = lambda _: None,
    *,
    processes: int = 2,
    replace: bool = False,
    seed: int = SEED,
) -> Summary:
    """Make the sample world and store it; ``progress`` is told how many enterprises have been added.

    Raise NotEmptyError if there is data already and ``replace`` was not asked for.
    """
    started = time.perf_counter()
    (await schema_version.check(dsn)).require()
    connection = await Database(dsn).connect()
    try:
        await _make_room(connection, replace=replace)
        large = enterprises >= _LARGE
        if large:
            await _drop_indexes(connection)
        try:
            rows = await publish(connection, World(keys, seed).reference())
            rows += await _fill(_Part(dsn, keys, seed, 0, enterprises), processes if large else 0, progress)
        except BaseException:
            await _empty(connection)
            await _create_indexes(connection)
            raise
        await _finish(dsn, connection)
    finally:
        await connection.close()
    return Summary(enterprises, rows, time.perf_counter() - started)


@dataclass(frozen=True)
class _Part:
    """Some enterprises of a world, and where to store them."""

    dsn: str
    keys: Keys
    seed: int
    first: int
    last: int

    def split(self) -> Iterator["_Part"]:
        for start in range(self.first, self.last, _TASK):
            yield _Part(self.dsn, self.keys, self.seed, start, min(start + _TASK, self.last))


async def _fill(whole: _Part, processes: int, progress: Callable[[int], None]) -> int:
    if not processes:
        rows = await _store(whole)
        progress(whole.last - whole.first)
        return rows
    with ProcessPoolExecutor(
        processes, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare_process
    ) as pool:
        futures: dict[Future[int], _Part] = {pool.submit(_store_in_process, part): part for part in whole.split()}
        try:
            return await _gathered(futures, progress)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


async def _gathered(futures: dict[Future[int], _Part], progress: Callable[[int], None]) -> int:
    rows = 0
    waiting = {asyncio.wrap_future(future): part for future, part in futures.items()}
    while waiting:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for future in done:
            part = waiting.pop(future)
            rows += future.result()
            progress(part.last - part.first)
    return rows


def _store_in_process(part: _Part) -> int:
    return asyncio.run(_store(part))


def _prepare_process() -> None:
    """Leave interrupts to the parent, and the search for cycles undone: there are none in millions of tuples."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()


async def _store(part: _Part) -> int:
    connection = await Database(part.dsn).connect()
    rows = 0
    try:
        await connection.execute("SET synchronous_commit = off")
        for _, batches in World(part.keys, part.seed).slices(part.first, part.last, _BATCH):
            rows += await publish(connection, batches)
    finally:
        await connection.close()
    return rows


async def _make_room(connection: asyncpg.Connection, *, replace: bool) -> None:
    filled = [
        each.name for each in resident_tables() if await connection.fetchval(f'SELECT EXISTS (TABLE "{each.name}")')
    ]
    if filled and not replace:
        raise NotEmptyError(
            f"There are records already (in {', '.join(filled[:3])}{' ...' if len(filled) > 3 else ''}).",
            "To replace everything by the sample world: baygate sample --replace",
        )
    if filled:
        await _empty(connection)


async def _empty(connection: asyncpg.Connection) -> None:
    await connection.execute("TRUNCATE " + ", ".join(f'"{each.name}"' for each in resident_tables()))


async def _drop_indexes(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        for table in resident_tables():
            await connection.execute(f'ALTER TABLE "{table.name}" DROP CONSTRAINT IF EXISTS "{table.primary_key.name}"')
            for index in table.indexes:
                await connection.execute(f'DROP INDEX IF EXISTS "{index.name}"')


async def _create_indexes(*connections: asyncpg.Connection) -> None:
    """Create the primary keys and indexes that are missing."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    there = {row[0] for row in await connections[0].fetch("SELECT indexname FROM pg_indexes")}
    wanted: dict[Any, str] = {}
    for table in resident_tables():
        wanted[table.primary_key.name] = str(AddConstraint(table.primary_key).compile(dialect=dialect))
        wanted |= {index.name: str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes}
    await _share([statement for name, statement in wanted.items() if name not in there], connections)


async def _finish(dsn: str, connection: asyncpg.Connection) -> None:
    other = await Database(dsn).connect()
    try:
        await _create_indexes(connection, other)
        await _share([f'VACUUM (ANALYZE) "{each.name}"' for each in resident_tables()], (connection, other))
    finally:
        await other.close()


async def _share(statements: list[str], connections: Sequence[asyncpg.Connection]) -> None:
    """Execute the statements, each connection taking the next one when it is free."""

    async def take_turns(connection: asyncpg.Connection) -> None:
        await connection.execute("SET maintenance_work_mem = '256MB'")
        while statements:
            await connection.execute(statements.pop())

    await asyncio.gather(*map(take_turns, connections))
