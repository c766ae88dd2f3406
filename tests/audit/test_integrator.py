"""Records go into the tree once, in their order, whoever wrote them and whoever dies meanwhile."""

import asyncio
import contextlib
import datetime
import inspect
from collections import deque
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from tests.audit.conftest import NOON, PERIOD, SUBJECT, Log, open_shard, write
from tests.audit.test_merkle import tree_hash

from baygate.audit import heads, integrator, tiles
from baygate.audit.integrator import PORTION, Integrator
from baygate.audit.merkle import root
from baygate.audit.tiles import TreeDamaged

BATCHES = "SELECT start, shard, first, count FROM audit_batch ORDER BY start"
ACCESSES = "SELECT * FROM audit_access ORDER BY leaf_index, subject"
ACCESS_TILES = "SELECT tile, provider, agency, purpose, period FROM audit_access_tile ORDER BY tile, provider"


def integrating(log: Log, **more: Any) -> Integrator:
    return Integrator(more.pop("connect", log.connect), more.pop("sign", log.sign), **more)


async def failing_signer(*_: object) -> str:
    raise OSError("the token was pulled out")


async def whole(connection: asyncpg.Connection, each: Integrator) -> int:
    """Step until there is nothing more; return how many records came into the tree."""
    taken = 0
    while True:
        stepped = await each.step(connection)
        taken += stepped.taken
        if not stepped.more:
            return taken


async def leaves(connection: asyncpg.Connection) -> list[bytes]:
    """The leaves of the log in the order of the tree, as the batches say it."""
    found: list[bytes] = []
    for row in await connection.fetch(BATCHES):
        assert row["start"] == len(found)
        part = await connection.fetch(
            "SELECT leaf FROM audit_record WHERE shard = $1 AND seq >= $2 ORDER BY seq LIMIT $3",
            row["shard"], row["first"], row["count"],
        )  # fmt: skip
        assert len(part) == row["count"]
        found += [each["leaf"] for each in part]
    return found


async def check(connection: asyncpg.Connection, records: int) -> None:
    """Check that all records are in the tree, each once, and that everything says so."""
    found = await leaves(connection)
    assert len(found) == len(set(found)) == records == await connection.fetchval("SELECT count(*) FROM audit_record")
    assert await connection.fetchval("SELECT size FROM audit_log") == records
    assert await connection.fetchval("SELECT coalesce(sum(integrated), 0)::bigint FROM audit_shard") == records
    assert await tiles.computed(connection, lambda hashes: root(records, hashes)) == tree_hash(found)


async def until(met: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while True:
            found = met()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(0.02)


def test_records_of_all_shards_come_into_the_tree_and_a_head_is_signed(log):
    async def run() -> None:
        async with log.connected() as connection:
            one, other = await open_shard(connection), await open_shard(connection)
            await write(connection, other, 5)
            await write(connection, one, 3)
            work = integrating(log)
            stepped = await work.step(connection)
            assert (stepped.taken, stepped.more, stepped.head.size) == (8, False, 8)
            assert list(map(tuple, await connection.fetch(BATCHES))) == [(0, one.number, 0, 3), (3, other.number, 0, 5)]
            await write(connection, other, 2)
            assert await whole(connection, work) == 2
            await check(connection, 10)
            head = await heads.newest(connection, log.keys)
            assert (head.log, head.size) == (one.log, 10)
            assert head.root == tree_hash(await leaves(connection))
            assert (work.counts.records, work.sealing.counts.heads, work.last_error) == (10, 2, None)

    asyncio.run(run())


def test_where_there_is_nothing_there_is_no_head(log):
    async def run() -> None:
        async with log.connected() as connection:
            await open_shard(connection)
            work = integrating(log)
            assert await whole(connection, work) == 0
            assert await heads.newest(connection, log.keys) is None
            assert work.behind == 0

    asyncio.run(run())


def test_where_nothing_is_new_no_head_is_signed_again(log):
    async def run() -> None:
        async with log.connected() as connection:
            await write(connection, await open_shard(connection))
            work = integrating(log)
            assert [(await work.step(connection)).head is not None for _ in range(3)] == [True, False, False]

    asyncio.run(run())


def test_a_portion_is_bounded_and_the_rest_comes_at_once(log, monkeypatch):
    monkeypatch.setattr(integrator, "PORTION", 100)

    async def run() -> None:
        async with log.connected() as connection:
            for number in (150, 30, 170):
                await write(connection, await open_shard(connection), number)
            work = integrating(log)
            steps = [await work.step(connection) for _ in range(5)]
            assert [each.taken for each in steps] == [100, 100, 100, 50, 0]
            assert [each.more for each in steps] == [True, True, True, False, False]
            await check(connection, 350)

    asyncio.run(run())


def test_a_full_portion_goes_in_whole(log):
    async def run() -> None:
        async with log.connected() as connection:
            await write(connection, await open_shard(connection), PORTION + 1)
            assert await whole(connection, integrating(log)) == PORTION + 1
            await check(connection, PORTION + 1)

    asyncio.run(run())


class TestWhoseRecordsTheyTellOf:
    def test_is_found_by_provider_and_subject(self, log):
        async def run() -> tuple[list[asyncpg.Record], list[asyncpg.Record]]:
            async with log.connected() as connection:
                shard = await open_shard(connection)
                await write(connection, shard, rows={})
                at = NOON + datetime.timedelta(microseconds=123_456)
                await write(connection, shard, at=at, agency="tax-sz", purpose="AUDIT")
                await whole(connection, integrating(log))
                return await connection.fetch(ACCESSES), await connection.fetch(ACCESS_TILES)

        rows, tiles = asyncio.run(run())
        assert [(row["subject"], row["providers"]) for row in rows] == [
            ("", ["tax-gd"]),
            (SUBJECT, ["samr-gd", "tax-gd"]),
        ]
        of_whom = "tax-sz", "AUDIT", PERIOD
        assert [tuple(each) for each in tiles] == [(0, "samr-gd", *of_whom), (0, "tax-gd", *of_whom)]
        for row in rows:
            assert (row["leaf_index"], row["seq"], row["period"]) == (1, 1, PERIOD)
            assert row["at"] == NOON + datetime.timedelta(microseconds=123_456)
            assert (row["agency"], row["purpose"]) == ("tax-sz", "AUDIT")

    def test_has_the_index_of_its_leaf(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                shards = [await open_shard(connection) for _ in range(3)]
                work = integrating(log)
                for number in (4, 1, 6):
                    for shard in shards:
                        await write(connection, shard, number)
                    await whole(connection, work)
                found = await leaves(connection)
                rows = await connection.fetch(
                    "SELECT a.*, leaf FROM audit_access a JOIN audit_record USING (shard, seq)"
                )
                assert len(rows) == 33 * 2
                assert all(found[row["leaf_index"]] == row["leaf"] for row in rows)

        asyncio.run(run())

    def test_is_left_out_where_a_record_does_not_say_it_and_the_tree_grows_all_the_same(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                shard = await open_shard(connection)
                await write(connection, shard, 20)
                for seq, entry in ((3, b"no json"), (4, b"\xff"), (11, b'{"rows": 7}')):
                    await connection.execute("UPDATE audit_record SET entry = $2 WHERE seq = $1", seq, entry)
                work = integrating(log)
                assert await whole(connection, work) == 20
                assert work.counts.unindexed == 3
                left = {row["seq"] for row in await connection.fetch("SELECT seq FROM audit_access")}
                assert left == {*range(20)} - {3, 4, 11}
                await check(connection, 20)

        asyncio.run(run())

    def test_is_told_though_another_member_holds_what_no_text_of_the_database_can(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                await write(connection, await open_shard(connection), case="a\0b")
                work = integrating(log)
                assert await whole(connection, work) == 1
                assert await connection.fetchval("SELECT count(*) FROM audit_access") == 2
                assert work.counts.unindexed == 0

        asyncio.run(run())

    def test_has_no_agency_where_none_asked(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                await write(connection, await open_shard(connection), agency=None)
                await whole(connection, integrating(log))
                assert await connection.fetchval("SELECT DISTINCT agency FROM audit_access") == ""

        asyncio.run(run())


class TestARecordThatIsMissing:
    @pytest.mark.parametrize(
        "damage",
        ["DELETE FROM audit_record WHERE seq = 3", "UPDATE audit_record SET leaf = 'x' WHERE seq = 3"],
        ids=["deleted", "no hash"],
    )
    def test_stops_its_shard_and_no_other(self, log, damage):
        async def run() -> None:
            async with log.connected() as connection:
                shard = await open_shard(connection)
                await write(connection, shard, 8)
                await connection.execute(damage)
                other = await open_shard(connection)
                await write(connection, other, 5)
                work = integrating(log, clock=lambda: NOON + datetime.timedelta(seconds=90))
                assert (await work.step(connection)).taken == 8
                await write(connection, other, 1)
                assert (await work.step(connection)).taken == 1
                assert f"since {shard.number}-3 is missing or no record" in work.last_error
                assert work.behind == 90
                assert len(await leaves(connection)) == 9

        asyncio.run(run())

    def test_at_the_end_of_a_portion_hides_nothing(self, log, monkeypatch):
        monkeypatch.setattr(integrator, "PORTION", 4)

        async def run() -> None:
            async with log.connected() as connection:
                await write(connection, await open_shard(connection), 20)
                await connection.execute("DELETE FROM audit_record WHERE seq = 2")
                await write(connection, await open_shard(connection), 10)
                assert await whole(connection, integrating(log)) == 12

        asyncio.run(run())


def test_the_oldest_record_that_is_not_in_the_tree_says_how_far_it_is_behind(log, monkeypatch):
    monkeypatch.setattr(integrator, "PORTION", 2)

    async def run() -> None:
        async with log.connected() as connection:
            shard = await open_shard(connection)
            for seconds in range(5):
                await write(connection, shard, at=NOON + datetime.timedelta(seconds=seconds))
            work = integrating(log, clock=lambda: NOON + datetime.timedelta(seconds=10))
            behind = []
            for _ in range(3):
                await work.step(connection)
                behind.append(work.behind)
            assert behind == [8, 6, 0]

    asyncio.run(run())


def test_a_worker_that_another_keeps_from_working_knows_how_far_the_tree_is_behind(log):
    async def run() -> None:
        async with log.connected() as connection, log.connected() as other:
            await write(connection, await open_shard(connection))
            work = integrating(log, clock=lambda: NOON + datetime.timedelta(seconds=7))
            async with other.transaction():
                await other.execute("SELECT FROM audit_log FOR UPDATE")
                assert (await work.step(connection)).taken == 0
                assert work.behind == 7
            assert (await work.step(connection)).taken == 1
            assert work.behind == 0

    asyncio.run(run())


def test_two_at_once_never_take_a_record_twice(log, monkeypatch):
    monkeypatch.setattr(integrator, "PORTION", 37)

    async def run() -> None:
        async with log.connected() as connection, contextlib.AsyncExitStack() as own:
            shards = [await open_shard(connection) for _ in range(3)]
            workers = deque([(integrating(log), await own.enter_async_context(log.connected())) for _ in range(4)])
            writing = asyncio.create_task(_written(connection, shards, 400))
            more = 0
            while not writing.done() or sum(each.counts.records > 0 for each, _ in workers) < 2:
                if writing.done():  # one of them was the quickest each time
                    await write(connection, shards[0])
                    more += 1
                await asyncio.gather(*(each.step(link) for each, link in workers))
                workers.rotate()  # who asks first is mostly the one that is let
            await whole(workers[0][1], workers[0][0])
            assert sum(each.counts.records for each, _ in workers) == 1_200 + more
            await check(connection, 1_200 + more)
            at = [row["at"] for row in await connection.fetch("SELECT at FROM audit_head ORDER BY size")]
            assert at == sorted(at)
            assert len(at) == sum(each.sealing.counts.heads for each, _ in workers)

    asyncio.run(run())


async def _written(connection: asyncpg.Connection, shards: list[Any], number: int) -> None:
    for _ in range(number // 10):
        for shard in shards:
            await write(connection, shard, 10)
        await asyncio.sleep(0.001)


def test_what_a_worker_wrote_before_it_was_killed_another_puts_into_the_tree(log):
    async def run() -> None:
        async with log.connected() as connection, log.connected() as killed:
            await write(killed, await open_shard(killed), 3)
            # in the midst of the work on the tree, just before its end
            before = integrating(log)
            transaction = killed.transaction()
            await transaction.start()
            await before._extend(killed, 0, PERIOD)
            killed.terminate()
            await until(killed.is_closed)
            work = integrating(log)
            await until(lambda: whole(connection, work))
            await check(connection, 3)

    asyncio.run(run())


def test_shards_of_long_ago_are_looked_at_too_but_not_each_time(log, monkeypatch):
    async def run() -> None:
        async with log.connected() as connection:
            long_ago = datetime.date(2026, 1, 1)
            await connection.execute("SELECT audit_open_period($1)", long_ago)
            shard = await open_shard(connection, long_ago)
            work = integrating(log, clock=lambda: NOON)
            await write(connection, shard)
            assert await whole(connection, work) == 1
            await write(connection, shard)
            assert await whole(connection, work) == 0
            monkeypatch.setattr(integrator, "_EVERY_SHARD", 0.0)
            assert await whole(connection, work) == 1
            monkeypatch.undo()
            # the month before is no time ago
            await connection.execute("SELECT audit_open_period($1)", datetime.date(2026, 10, 1))
            await write(connection, await open_shard(connection, datetime.date(2026, 10, 1)))
            assert await whole(connection, work) == 1

    asyncio.run(run())


def test_a_damaged_tree_does_not_grow_and_keeps_what_it_was(log):
    async def run() -> None:
        async with log.connected() as connection:
            shard = await open_shard(connection)
            await write(connection, shard, 10)
            work = integrating(log)
            await whole(connection, work)
            before = await leaves(connection)
            await connection.execute("UPDATE audit_tile SET hashes = substr(hashes, 1, 64)")
            await write(connection, shard, 5)
            with pytest.raises(TreeDamaged, match="Tile 0 of level 0"):
                await work.step(connection)
            assert await leaves(connection) == before
            assert await connection.fetchval("SELECT size FROM audit_log") == 10

    asyncio.run(run())


class TestTheLoop:
    def test_puts_records_into_the_tree_soon_and_tells_of_the_head(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                told: list[str] = []
                await connection.add_listener("audit_head", lambda *each: told.append(each[3]))
                work = integrating(log)
                work.start()
                shard = await open_shard(connection)
                await write(connection, shard, 3)
                await until(lambda: "3" in told)
                await work.close()

        asyncio.run(run())

    def test_survives_its_connection_and_its_database(self, log):
        async def run() -> None:
            refuse = False

            async def connect() -> asyncpg.Connection:
                if refuse:
                    raise OSError("nobody answers")
                return await log.connect()

            async with log.connected() as connection:
                work = integrating(log, connect=connect)
                work.start()
                shard = await open_shard(connection)
                await write(connection, shard)
                await until(lambda: work.counts.records == 1)
                refuse = True
                await connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
                await until(lambda: work.last_error and "nobody answers" in work.last_error)
                await write(connection, shard)
                refuse = False
                await until(lambda: work.counts.records == 2 and work.last_error is None)
                assert work.counts.failures > 0
                await work.close()
                await check(connection, 2)

        asyncio.run(run())

    def test_survives_a_damaged_tree_and_says_so(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                shard = await open_shard(connection)
                await write(connection, shard, 10)
                await whole(connection, integrating(log))
                kept = await connection.fetchval("DELETE FROM audit_tile RETURNING hashes")
                work = integrating(log)
                work.start()
                await write(connection, shard, 10)
                await until(lambda: work.last_error and "Tile 0 of level 0" in work.last_error)
                assert work.behind > 0
                await connection.execute("INSERT INTO audit_tile VALUES (0, 0, $1)", kept)
                await until(lambda: work.counts.records == 10 and work.last_error is None)
                await work.close()
                await check(connection, 20)

        asyncio.run(run())

    def test_puts_into_the_tree_what_was_written_last_before_it_ends(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                work = integrating(log)
                work.start()
                await asyncio.sleep(0.1)
                await write(connection, await open_shard(connection), PORTION + 5)
                await work.close()
                await check(connection, PORTION + 5)
                assert (await heads.newest(connection, log.keys)).size == PORTION + 5

        asyncio.run(run())

    def test_ends_though_there_is_no_database(self, log):
        async def run() -> None:
            async def nobody() -> asyncpg.Connection:
                raise OSError("nobody answers")

            work = integrating(log, connect=nobody)
            work.start()
            await asyncio.sleep(0.05)
            await work.close()

        asyncio.run(run())

    def test_leaves_the_work_to_others_who_do_it(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                workers = [integrating(log) for _ in range(4)]
                for each in workers:
                    each.start()
                shard = await open_shard(connection)
                for _ in range(150):
                    await write(connection, shard)
                    await asyncio.sleep(0.02)
                batches = await connection.fetchval("SELECT count(*) FROM audit_batch")
                # three seconds: about six, where four workers by themselves would make 24
                assert 3 <= batches <= 14
                for each in workers:
                    await each.close()
                await check(connection, 150)

        asyncio.run(run())
