"""Heads are signed and stamped beside the work on the tree: slowly or not at all, it goes on."""

import asyncio
import datetime
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import asyncpg
import pytest
from tests.audit.conftest import NOON, Log, open_shard, write
from tests.audit.test_integrator import check, failing_signer, integrating, until, whole

from baygate.audit import heads, sealing
from baygate.audit.integrator import Integrator

HEADS = 'SELECT size, at, signed, "timestamp" FROM audit_head ORDER BY size'


class Signer:
    """Signs as the log's key does, when it is let."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.free = asyncio.Event()
        self.asked = 0

    async def __call__(self, typ: str, payload: bytes) -> str:
        self.asked += 1
        await self.free.wait()
        return await self.log.sign(typ, payload)


async def one_more(connection: asyncpg.Connection, work: Integrator, shard: Any) -> int:
    await write(connection, shard)
    return await whole(connection, work)


def test_the_tree_grows_while_a_signature_is_waited_for(log):
    async def run() -> None:
        async with log.connected() as connection:
            sign = Signer(log)
            work = integrating(log, sign=sign)
            shard = await open_shard(connection)
            for _ in range(5):
                assert await one_more(connection, work, shard) == 1
            assert sign.asked == 1
            assert await heads.newest(connection, log.keys) is None
            sign.free.set()
            await work.sealing.wait(1)
            assert (await work.step(connection)).head.size == 1
            assert (await work.step(connection)).head.size == 5
            await check(connection, 5)

    asyncio.run(run())


def test_one_worker_at_a_time_has_a_head_signed(log):
    async def run() -> None:
        async with log.connected() as connection, log.connected() as other:
            signers = [Signer(log), Signer(log)]
            one, two = (integrating(log, sign=each) for each in signers)
            shard = await open_shard(connection)
            await one_more(connection, one, shard)
            assert await one_more(other, two, shard) == 1
            assert [each.asked for each in signers] == [1, 0]
            # the other goes on where the one is gone, with its connection
            connection.terminate()
            await one.sealing.forget()
            signers[1].free.set()

            async def added() -> bool:
                return (await two.step(other)).head is not None

            await until(added)
            assert (await heads.newest(other, log.keys)).size == 2

    asyncio.run(run())


@pytest.mark.parametrize("error", [OSError("pulled out"), TimeoutError(), RuntimeError("x"), asyncio.CancelledError()])
def test_the_tree_grows_though_nobody_signs_and_it_is_counted(log, error, monkeypatch):
    monkeypatch.setattr(sealing, "_REST", 0.0)

    async def sign(*_: object) -> str:
        raise error

    async def run() -> None:
        async with log.connected() as connection:
            work = integrating(log, sign=sign)
            shard = await open_shard(connection)
            for _ in range(3):
                assert await one_more(connection, work, shard) == 1
            assert work.sealing.counts.signing_failures == 3
            assert work.last_error.startswith("no head of the audit log is signed: ")
            await check(connection, 3)
            work.sealing._sign = log.sign
            assert (await work.step(connection)).head.size == 3
            assert work.last_error is None

    asyncio.run(run())


def test_whoever_failed_is_not_asked_again_at_once(log):
    async def run() -> None:
        async with log.connected() as connection:
            work = integrating(log, sign=failing_signer)
            shard = await open_shard(connection)
            for _ in range(3):
                await one_more(connection, work, shard)
            assert work.sealing.counts.signing_failures == 1
            # another worker, whose signer works, need not wait
            assert (await integrating(log).step(connection)).head.size == 3

    asyncio.run(run())


def test_a_signature_that_never_comes_is_a_failure(log, monkeypatch):
    monkeypatch.setattr(sealing, "_PATIENCE", 0.05)

    async def run() -> None:
        async with log.connected() as connection:
            work = integrating(log, sign=Signer(log))
            await one_more(connection, work, await open_shard(connection))
            assert work.sealing.counts.signing_failures == 1
            assert work.last_error == "no head of the audit log is signed: no answer in time"

    asyncio.run(run())


def test_the_time_of_a_head_never_goes_back(log):
    moments = [NOON, NOON - datetime.timedelta(hours=1), NOON + datetime.timedelta(seconds=1)]

    async def run() -> list[datetime.datetime]:
        async with log.connected() as connection:
            shard = await open_shard(connection)
            for moment in moments:
                await one_more(connection, integrating(log, clock=lambda moment=moment: moment), shard)
            return [row["at"] for row in await connection.fetch(HEADS)]

    assert asyncio.run(run()) == [NOON, NOON, NOON + datetime.timedelta(seconds=1)]


@pytest.mark.parametrize(("size", "later"), [(5, 0), (9, 0), (3, 1)], ids=["as large", "larger", "of a later time"])
def test_a_head_that_would_follow_one_that_was_added_meanwhile_is_not_added(log, size, later):
    async def run() -> None:
        async with log.connected() as connection:
            sign = Signer(log)
            work = integrating(log, sign=sign, clock=lambda: NOON)
            await write(connection, await open_shard(connection), 5)
            await whole(connection, work)
            at = NOON + datetime.timedelta(seconds=later)
            await connection.execute("INSERT INTO audit_head VALUES ($1, '', $2, '')", size, at)
            sign.free.set()
            await work.sealing.wait(1)
            assert (await work.step(connection)).head is None
            assert work.sealing.counts.heads == 0
            if size == 3:
                assert (await work.step(connection)).head.at == at

    asyncio.run(run())


class TestTimeStamps:
    @staticmethod
    def stamping(given: list[bytes]) -> Callable[[bytes], Awaitable[bytes]]:
        async def stamp(digest: bytes) -> bytes:
            given.append(digest)
            return b"token " + digest

        return stamp

    def test_are_over_the_newest_head_and_come_to_it_later(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                given: list[bytes] = []
                work = integrating(log, stamp=self.stamping(given))
                assert await one_more(connection, work, await open_shard(connection)) == 1
                await work.sealing.wait(1)
                await work.step(connection)
                (head,) = await connection.fetch(HEADS)
                assert given == [sha256(head["signed"].encode()).digest()]
                assert head["timestamp"] == b"token " + given[0]
                assert work.sealing.counts.stamps == 1

        asyncio.run(run())

    def test_are_not_asked_for_at_every_head(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                given: list[bytes] = []
                work, other = (integrating(log, stamp=self.stamping(given)) for _ in range(2))
                shard = await open_shard(connection)
                for each in (work, other, work, other):
                    await one_more(connection, each, shard)
                    await asyncio.sleep(0.02)
                    await each.step(connection)
                assert len(given) == 1

        asyncio.run(run())

    def test_are_asked_for_again_when_their_time_has_come(self, log):
        async def run() -> list[asyncpg.Record]:
            async with log.connected() as connection:
                work = integrating(log, stamp=self.stamping([]), stamp_every=0.05)
                shard = await open_shard(connection)
                for _ in range(2):
                    await one_more(connection, work, shard)
                    await asyncio.sleep(0.02)
                    await work.step(connection)
                    await asyncio.sleep(0.1)
                return await connection.fetch(HEADS)

        assert [row["timestamp"] is not None for row in asyncio.run(run())] == [True, True]

    def test_that_fail_are_counted_and_not_asked_for_again_at_once(self, log, monkeypatch):
        monkeypatch.setattr(sealing, "_REST", 0.0)

        async def run() -> None:
            async with log.connected() as connection:
                work = integrating(log, stamp=failing_signer)
                shard = await open_shard(connection)
                for _ in range(6):
                    assert await one_more(connection, work, shard) == 1
                assert work.sealing.counts.stamping_failures == 1
                assert work.sealing.counts.heads == 6

        asyncio.run(run())

    def test_are_waited_for_by_nobody(self, log):
        async def run() -> None:
            async with log.connected() as connection:

                async def stamp(_: bytes) -> bytes:
                    await asyncio.sleep(60)
                    return b""

                work = integrating(log, stamp=stamp)
                work.start()
                shard = await open_shard(connection)
                for number in range(1, 4):
                    await write(connection, shard)
                    await until(lambda number=number: work.sealing.counts.heads == number)
                await work.close()
                assert work.sealing.counts.stamps == 0

        asyncio.run(run())
