"""Registered sources and the supergraphs made of them, as they are kept."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from baygate.storage import sources
from baygate.storage.database import Database
from baygate.storage.sources import NewSource, SourceTaken, SourceUnknown, StoredSource, digest_of

TAX = NewSource("tax", "tax-gd", "https://tax.example/graphql", "type Query { a: Int }", {"timeout": 2.5, "pins": []})
CUSTOMS = NewSource("customs", "customs-gz", "https://customs.example/", "type Query { b: Int }", {})


def within(dsn: str, *works: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    """What the last of these gives, done one after the other."""

    async def connected() -> Any:
        connection = await Database(dsn).connect()
        try:
            return [await work(connection) for work in works][-1]
        finally:
            await connection.close()

    return asyncio.run(connected())


def adding(new: NewSource) -> Callable[[asyncpg.Connection], Awaitable[None]]:
    return lambda connection: sources.add(connection, new, "me")


def putting(sdl: str, **made_of: str) -> Callable[[asyncpg.Connection], Awaitable[Any]]:
    return lambda connection: sources.put_in_force(connection, sdl, made_of, "me")


def test_a_source_is_kept_with_who_registered_it(database: str) -> None:
    first, second = within(database, adding(TAX), adding(CUSTOMS), sources.every)
    assert (first.name, second.name) == ("customs", "tax")
    assert second == StoredSource(**vars(TAX), added_at=second.added_at, added_by="me", refreshed_at=second.added_at)


def test_a_name_is_taken_once(database: str) -> None:
    with pytest.raises(SourceTaken, match="a source tax already"):
        within(database, adding(TAX), adding(TAX))


def test_a_refreshed_source_has_another_schema_and_keeps_the_rest(database: str) -> None:
    new = "type Query { c: Int }"
    (before,) = within(database, adding(TAX), sources.every)
    (after,) = within(database, lambda connection: sources.refresh(connection, "tax", new), sources.every)
    assert (after.sdl, after.settings, after.added_at) == (new, before.settings, before.added_at)
    assert after.refreshed_at > before.refreshed_at


def test_a_removed_source_is_gone(database: str) -> None:
    remove = lambda connection: sources.remove(connection, "tax")  # noqa: E731
    assert within(database, adding(TAX), remove, sources.every) == []
    with pytest.raises(SourceUnknown, match="no source tax"):
        within(database, remove)


def test_what_is_not_registered_cannot_be_refreshed(database: str) -> None:
    with pytest.raises(SourceUnknown, match="no source tax"):
        within(database, lambda connection: sources.refresh(connection, "tax", ""))


def test_the_newest_supergraph_is_in_force_with_the_sources_of_that_moment(database: str) -> None:
    assert within(database, sources.in_force) == (None, [])
    tax = digest_of(TAX.sdl)
    first = within(database, putting("one", hub="0"))
    supergraph, registered = within(database, adding(TAX), putting("two", hub="0", tax=tax), sources.in_force)
    assert (first.sdl, supergraph.sdl) == ("one", "two")
    assert supergraph.version > first.version
    assert supergraph.made_of == {"hub": "0", "tax": tax}
    assert supergraph.composed_by == "me"
    assert [digest_of(each.sdl) for each in registered] == [tax]


def test_a_change_while_they_are_read_is_seen_of_both_or_of_neither(database: str) -> None:
    async def racing(connection: asyncpg.Connection) -> Any:
        other = await Database(database).connect()
        async with other.transaction():
            await other.execute("LOCK TABLE source")  # whoever reads has the supergraph by now, and waits here
            reading = asyncio.create_task(sources.in_force(connection))
            while not await other.fetchval("SELECT bool_or(NOT granted) FROM pg_locks, pg_sleep(0.01)"):
                pass
            await sources.add(other, TAX, "me")
            await sources.put_in_force(other, "one", {"tax": digest_of(TAX.sdl)}, "me")
        await other.close()
        return await reading

    assert within(database, racing) == (None, [])


def test_a_supergraph_that_was_in_force_is_kept(database: str) -> None:
    rows = within(database, putting("one"), putting("two"), lambda each: each.fetch("SELECT sdl FROM supergraph"))
    assert [row["sdl"] for row in rows] == ["one", "two"]


def test_a_new_supergraph_is_announced_to_every_worker(database: str) -> None:
    async def listened(connection: asyncpg.Connection) -> Any:
        heard: asyncio.Queue[str] = asyncio.Queue()

        def hear(*told: Any) -> None:
            heard.put_nowait(told[-1])

        await connection.add_listener(sources.SUPERGRAPH_CHANGED, hear)
        made = await sources.put_in_force(connection, "one", {}, "me")
        payload = await asyncio.wait_for(heard.get(), 5)
        await connection.remove_listener(sources.SUPERGRAPH_CHANGED, hear)
        return made.version, payload

    version, payload = within(database, listened)
    assert payload == str(version)


def test_nobody_changes_the_sources_while_another_does(database: str) -> None:
    async def racing(connection: asyncpg.Connection) -> None:
        other = await Database(database).connect()
        await other.execute("SET lock_timeout = '50ms'")
        async with connection.transaction():
            await sources.lock(connection)
            with pytest.raises(asyncpg.LockNotAvailableError):
                await sources.lock(other)
        await sources.lock(other)
        await other.close()

    within(database, racing)
