"""Records are durable before their answers leave; whoever waits is written together with all who wait."""

import asyncio
import contextlib
import datetime
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import orjson
import pytest

from baygate.audit.entry import Opening, genesis
from baygate.audit.merkle import leaf_hash, verify_inclusion
from baygate.audit.receipts import Receipt
from baygate.audit.recorder import LogUnavailable, Recorder, Told
from baygate.oauth.once import Replayed, Use
from baygate.observation import events
from baygate.observation.observer import Nobody
from baygate.storage.database import Database

NOON = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)
DECIDED = b'{"released":{"*":["Enterprise.name"]}}'
DECISIONS = (hashlib.sha256(DECIDED).digest(), DECIDED)
RECORDS = "SELECT * FROM audit_record ORDER BY shard, seq"


def told(name: str = "q", use: Use | None = None) -> Told:
    return Told({"client": "customs-gz", "name": name}, DECISIONS, use)


def once(name: bytes) -> Use:
    return Use(hashlib.sha256(name).digest(), NOON + datetime.timedelta(days=36_500))


def signed(*_: Any) -> str:
    return "signed"


@contextlib.asynccontextmanager
async def recording(dsn: str, sign: Callable[..., str] = signed, **more: Any) -> AsyncIterator[Recorder]:
    database = Database(dsn)
    recorder = Recorder(more.pop("connect", database.connect), sign, more.pop("observer", Nobody()), **more)
    try:
        yield recorder
    finally:
        await recorder.close()


async def fetched(dsn: str, statement: str, *values: Any) -> list[asyncpg.Record]:
    connection = await Database(dsn).connect()
    try:
        return await connection.fetch(statement, *values)
    finally:
        await connection.close()


def clock(*moments: datetime.datetime) -> Callable[[], datetime.datetime]:
    """Return a clock that shows these moments one after the other, and the last one from then on."""
    left: Iterator[datetime.datetime] = iter(moments)
    return lambda: next(left, moments[-1])


def test_a_receipt_names_a_record_that_is_in_the_database(database: str) -> None:
    async def run() -> tuple[Receipt, list[asyncpg.Record]]:
        async with recording(database) as recorder:
            receipt = await recorder.record(told())
            return receipt, await fetched(database, RECORDS)

    receipt, (record,) = asyncio.run(run())
    assert (record["shard"], record["seq"]) == (receipt.place.shard, receipt.place.seq) == (receipt.place.shard, 0)
    assert record["leaf"] == receipt.leaf == leaf_hash(record["entry"])
    assert receipt.signed == "signed"
    written = orjson.loads(record["entry"])
    assert (written["client"], written["name"], written["log"]) == ("customs-gz", "q", str(receipt.place.log))


def test_records_of_a_shard_are_chained_and_none_is_left_out(database: str) -> None:
    async def run() -> list[asyncpg.Record]:
        async with recording(database) as recorder:
            for _ in range(3):
                await asyncio.gather(*(recorder.record(told(str(number))) for number in range(20)))
            return await fetched(database, RECORDS)

    records = asyncio.run(run())
    (shard,) = asyncio.run(fetched(database, "SELECT *, (SELECT log FROM audit_log) AS log FROM audit_shard"))
    opening = Opening(shard["log"], shard["shard"], shard["period"], shard["opened_at"], shard["opened_by"])
    assert [record["seq"] for record in records] == list(range(60))
    entries = [orjson.loads(record["entry"]) for record in records]
    first = entries[0]
    assert first["prev"] == genesis(opening).hex()
    assert [each["prev"] for each in entries[1:]] == [record["leaf"].hex() for record in records[:-1]]


def test_all_who_wait_are_written_in_one_transaction(database: str) -> None:
    async def run() -> list[int]:
        heard = Heard()
        async with recording(database, observer=heard) as recorder:
            await recorder.record(told())
            await asyncio.gather(*(recorder.record(told()) for _ in range(200)))
        return [each.count for each in heard.of(events.RecordsWritten)]

    written = asyncio.run(run())
    assert sum(written) == 201
    assert len(written) <= 3


def test_what_was_written_together_is_signed_once(database: str) -> None:
    payloads: list[bytes] = []

    def sign(payload: bytes, _: datetime.datetime) -> str:
        payloads.append(payload)
        return f"signature {len(payloads)}"

    async def run() -> list[Receipt]:
        async with recording(database, sign) as recorder:
            return await asyncio.gather(*(recorder.record(told()) for _ in range(100)))

    receipts = asyncio.run(run())
    said = [orjson.loads(each) for each in payloads]
    assert len(said) < 5
    assert sum(each["size"] for each in said) == 100
    for each in receipts:
        assert each.signed is not None
        together = said[int(each.signed.removeprefix("signature ")) - 1]
        index, path = each.place.seq - together["first"], [each.path[i : i + 32] for i in range(0, len(each.path), 32)]
        assert verify_inclusion(index, together["size"], each.leaf, path, bytes.fromhex(together["root"]))


def test_two_who_write_at_once_have_a_shard_each(database: str) -> None:
    async def run() -> list[asyncpg.Record]:
        async with recording(database) as one, recording(database) as other:
            await asyncio.gather(*(each.record(told()) for _ in range(50) for each in (one, other)))
        return await fetched(database, "SELECT shard, count(*), max(seq) FROM audit_record GROUP BY 1")

    assert [(row["count"], row["max"]) for row in asyncio.run(run())] == [(50, 49), (50, 49)]


class Heard:
    """Keeps what is announced."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def observe(self, event: Any) -> None:
        self.events.append(event)

    def of(self, kind: type) -> list[Any]:
        return [each for each in self.events if isinstance(each, kind)]


class TestWhatIsUsedOnce:
    def test_is_claimed_with_the_record(self, database: str) -> None:
        async def run() -> list[asyncpg.Record]:
            async with recording(database) as recorder:
                await recorder.record(told(use=once(b"a")))
            return await fetched(database, "SELECT digest FROM used_once")

        assert [row["digest"] for row in asyncio.run(run())] == [once(b"a").digest]

    def test_and_a_second_time_there_is_neither_a_receipt_nor_a_record(self, database: str) -> None:
        async def run() -> list[asyncpg.Record]:
            async with recording(database) as recorder, recording(database) as other:
                await recorder.record(told(use=once(b"a")))
                for each in (recorder, other):
                    with pytest.raises(Replayed):
                        await each.record(told(use=once(b"a")))
            return await fetched(database, RECORDS)

        assert len(asyncio.run(run())) == 1

    def test_of_several_at_once_one_is_the_first_whoever_writes_it(self, database: str) -> None:
        async def run() -> tuple[list[Any], list[asyncpg.Record]]:
            async with recording(database) as one, recording(database) as other:
                asked = [each.record(told(use=once(b"a"))) for _ in range(10) for each in (one, other)]
                others = [one.record(told("other")), other.record(told("other", once(b"b")))]
                outcomes = await asyncio.gather(*asked, *others, return_exceptions=True)
            return outcomes, await fetched(database, RECORDS)

        outcomes, records = asyncio.run(run())
        *same, plain, another = outcomes
        assert sum(isinstance(each, Receipt) for each in same) == 1
        assert sum(isinstance(each, Replayed) for each in same) == 19
        assert isinstance(plain, Receipt)
        assert isinstance(another, Receipt)
        assert len(records) == 3


class TestWhenTheLogCannotBeWritten:
    def test_all_who_wait_are_refused(self, database: str) -> None:
        async def nowhere() -> asyncpg.Connection:
            raise OSError("no route")

        heard = Heard()

        async def run() -> list[Any]:
            async with recording(database, connect=nowhere, observer=heard) as recorder:
                return await asyncio.gather(*(recorder.record(told()) for _ in range(3)), return_exceptions=True)

        assert [type(each) for each in asyncio.run(run())] == [LogUnavailable] * 3
        assert heard.events == [events.LogUnavailable()] * 3

    def test_what_comes_after_a_failure_goes_to_a_new_shard(self, database: str) -> None:
        async def run() -> list[asyncpg.Record]:
            connections: list[asyncpg.Connection] = []

            async def connect() -> asyncpg.Connection:
                connections.append(await Database(database).connect())
                return connections[-1]

            async with recording(database, connect=connect) as recorder:
                await recorder.record(told("before"))
                connections[0].terminate()
                await recorder.record(told("after"))  # a connection known to be closed is no failure of a write
                await fetched(
                    database,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1",
                    connections[-1].get_server_pid(),
                )
                with contextlib.suppress(LogUnavailable):
                    await recorder.record(told("lost"))
                await recorder.record(told("found"))
            return await fetched(database, RECORDS)

        records = asyncio.run(run())
        names = [orjson.loads(record["entry"])["name"] for record in records]
        assert names[0] == "before"
        assert names[-1] == "found"
        assert records[-1]["shard"] > records[0]["shard"]
        assert records[-1]["seq"] == 0 or names[-2] == "lost"

    def test_a_statement_that_hangs_is_given_up(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("baygate.audit.recorder._PATIENCE", 1.5)

        async def run() -> None:
            holder = await Database(database).connect()
            async with recording(database) as recorder:
                await recorder.record(told())
                async with holder.transaction():
                    await holder.execute("LOCK TABLE audit_record IN ACCESS EXCLUSIVE MODE")
                    with pytest.raises(LogUnavailable):
                        await recorder.record(told())
                await recorder.record(told())
            await holder.close()

        asyncio.run(run())

    def test_more_than_can_be_kept_are_refused_at_once(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("baygate.audit.recorder._MOST_WAITING", 2)

        async def run() -> list[Any]:
            async with recording(database) as recorder:
                return await asyncio.gather(*(recorder.record(told()) for _ in range(3)), return_exceptions=True)

        assert [type(each) for each in asyncio.run(run())] == [Receipt, Receipt, LogUnavailable]

    def test_a_receipt_that_cannot_be_signed_is_given_unsigned(self, database: str) -> None:
        def unable(*_: Any) -> str:
            raise OSError("no token in the slot")

        heard = Heard()

        async def run() -> Receipt:
            async with recording(database, unable, observer=heard) as recorder:
                return await recorder.record(told())

        assert asyncio.run(run()).signed is None
        assert heard.of(events.SigningFailed) == [events.SigningFailed("receipt")]


class TestTime:
    def test_does_not_go_back_in_a_shard(self, database: str) -> None:
        earlier = NOON - datetime.timedelta(hours=1)

        heard = Heard()

        async def run() -> list[asyncpg.Record]:
            async with recording(database, clock=clock(NOON, earlier), observer=heard) as recorder:
                await recorder.record(told())
                await recorder.record(told())
                return await fetched(database, RECORDS)

        assert [record["at"] for record in asyncio.run(run())] == [NOON, NOON]
        assert heard.of(events.ClockWentBack) == [events.ClockWentBack(3_600.0)]

    def test_a_new_month_is_a_new_shard_and_a_new_partition(self, database: str) -> None:
        november = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
        last = november - datetime.timedelta(microseconds=1)

        async def run() -> list[asyncpg.Record]:
            async with recording(database, clock=clock(last, november, last)) as recorder:
                for _ in range(3):
                    await recorder.record(told())
            return await fetched(database, "SELECT tableoid::regclass::text AS part, * FROM audit_record ORDER BY 2, 3")

        records = asyncio.run(run())
        assert [record["part"] for record in records] == ["audit_record_202610", *["audit_record_202611"] * 2]
        assert records[0]["shard"] != records[1]["shard"] == records[2]["shard"]

    def test_a_clock_that_is_far_ahead_writes_nothing_and_dates_nothing_that_follows(self, database: str) -> None:
        now = datetime.datetime.now(datetime.UTC)
        ahead = now + datetime.timedelta(minutes=6)

        async def run() -> list[asyncpg.Record]:
            async with recording(database, clock=clock(now, ahead, now)) as recorder:
                await recorder.record(told("before"))
                with pytest.raises(LogUnavailable):
                    await recorder.record(told("ahead"))
                await recorder.record(told("after"))
            return await fetched(database, RECORDS)

        records = asyncio.run(run())
        assert [(orjson.loads(record["entry"])["name"], record["at"]) for record in records] == [
            ("before", now),
            ("after", now),
        ]


def test_two_who_write_the_same_decisions_do_not_wait_for_each_other_in_a_circle(database: str) -> None:
    texts = [str(number).encode() for number in range(200)]
    decided = [Told({"name": "q"}, (hashlib.sha256(text).digest(), text)) for text in texts]

    async def run() -> list[Any]:
        async with recording(database) as one, recording(database) as other:
            writing = [one.record(each) for each in decided] + [other.record(each) for each in reversed(decided)]
            return await asyncio.gather(*writing, return_exceptions=True)

    assert {type(each) for each in asyncio.run(run())} == {Receipt}


def test_what_was_decided_is_kept_once(database: str) -> None:
    async def run() -> list[asyncpg.Record]:
        async with recording(database) as one, recording(database) as other:
            await asyncio.gather(*(each.record(told()) for _ in range(5) for each in (one, other)))
        return await fetched(database, "SELECT * FROM audit_decisions")

    (kept,) = asyncio.run(run())
    assert (kept["digest"], kept["content"]) == DECISIONS


def test_a_write_is_durable_whatever_the_servers_default_is(database: str) -> None:
    seen: list[str] = []

    async def run() -> None:
        connections: list[asyncpg.Connection] = []

        async def connect() -> asyncpg.Connection:
            connections.append(await Database(database).connect())
            return connections[-1]

        async with recording(database, connect=connect) as recorder:
            assert await (await connect()).fetchval("SHOW synchronous_commit") == "off"
            await recorder.record(told())
            seen.append(await connections[1].fetchval("SHOW synchronous_commit"))
            await connections[0].close()

    asyncio.run(run())
    assert seen == ["on"]


async def left(recorder: Recorder, leaving: Callable[[asyncio.Task[Receipt]], Awaitable[None]]) -> None:
    task = asyncio.create_task(recorder.record(told("left")))
    await leaving(task)
    with pytest.raises(asyncio.CancelledError):
        await task


def test_whoever_leaves_takes_nobodys_record_with_him(database: str) -> None:
    async def leaving(task: asyncio.Task[Receipt]) -> None:
        await asyncio.sleep(0)
        task.cancel()

    async def run() -> list[asyncpg.Record]:
        async with recording(database) as recorder:
            await asyncio.gather(left(recorder, leaving), *(recorder.record(told()) for _ in range(3)))
        return await fetched(database, RECORDS)

    assert len(asyncio.run(run())) == 4
