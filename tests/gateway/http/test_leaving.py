"""Clients that leave, or send slowly: what they asked ends with them, and costs nobody else anything."""

import asyncio
import json
from typing import Any

import asyncpg
import httpx

from baygate.storage.database import Database

SLOW = b'{"query":"{ parties(first: 1) { nodes { id } } }"}'
RUNNING = """SELECT count(*) FROM pg_stat_activity
              WHERE application_name = 'baygate' AND state = 'active' AND wait_event_type = 'Lock'"""


def head(hub: Any, length: int) -> bytes:
    first = b"POST /graphql HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\n" + hub.authorization()
    return first + b"content-length: %d\r\n\r\n" % length


async def until(connection: Any, count: int) -> None:
    """Wait until so many of the hub's statements wait for the lock."""
    async with asyncio.timeout(8):
        while await connection.fetchval(RUNNING) != count:  # noqa: ASYNC110 - PostgreSQL has no event for it
            await asyncio.sleep(0.02)


def test_a_client_that_leaves_takes_its_statement_with_it(hub: Any) -> None:
    async def run() -> None:
        watcher = await asyncpg.connect(hub.dsn)
        holder = await asyncpg.connect(hub.dsn)
        try:
            async with holder.transaction():
                await holder.execute("LOCK TABLE party IN ACCESS EXCLUSIVE MODE")
                for _ in range(3):  # more requests than there are connections: those that wait leave as well
                    writers = []
                    for _ in range(10):
                        _, writer = await asyncio.open_connection("127.0.0.1", hub.port)
                        writer.write(head(hub, len(SLOW)) + SLOW)
                        writers.append(writer)
                    await until(watcher, 6)
                    for writer in writers:
                        writer.transport.abort()
                    await until(watcher, 0)
            async with httpx.AsyncClient(timeout=10, trust_env=False, auth=hub.auth) as client:
                answers = await asyncio.gather(*(client.post(hub.url, json=json.loads(SLOW)) for _ in range(20)))
            assert {answer.status_code for answer in answers} == {200}
            assert all(answer.json()["data"]["parties"]["nodes"] for answer in answers)
        finally:
            await watcher.close()
            await holder.close()

    asyncio.run(run())


def test_the_others_of_a_batch_are_answered_when_one_leaves(hub: Any) -> None:
    async def run() -> list[httpx.Response]:
        watcher = await asyncpg.connect(hub.dsn)
        holder = await Database(hub.dsn).connect()
        try:
            async with httpx.AsyncClient(timeout=20, trust_env=False, auth=hub.auth) as client:
                async with holder.transaction():
                    await holder.execute("LOCK TABLE party IN ACCESS EXCLUSIVE MODE")
                    stay = [asyncio.create_task(client.post(hub.url, json=json.loads(SLOW))) for _ in range(16)]
                    await until(watcher, 6)
                    leave = [asyncio.create_task(client.post(hub.url, json=json.loads(SLOW))) for _ in range(16)]
                    await asyncio.sleep(0.2)
                    for each in leave:
                        each.cancel()
                    await asyncio.gather(*leave, return_exceptions=True)
                    await asyncio.sleep(0.2)
                return await asyncio.gather(*stay)
        finally:
            await watcher.close()
            await holder.close()

    answers = asyncio.run(run())
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json()["data"]["parties"]["nodes"] for answer in answers)


def test_a_client_may_leave_in_the_middle_of_its_body(hub: Any) -> None:
    async def run() -> None:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", hub.port)
            writer.write(head(hub, 1_000) + b'{"query":')
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    asyncio.run(run())
    assert hub.ask("{ __typename }").status_code == 200
    assert hub.log.read_text() == "", "nobody needs to read about it"


def test_a_body_may_come_slowly(hub: Any) -> None:
    async def run() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        body = b'{"query":"{__typename}"}'
        writer.write(head(hub, len(body)))
        for start in range(0, len(body), 6):
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.write(body[start : start + 6])
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return line

    assert asyncio.run(run()).startswith(b"HTTP/1.1 200")


def test_requests_sent_one_after_the_other_without_waiting_are_answered_in_order(hub: Any) -> None:
    async def run() -> list[bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port)
        bodies = [b'{"query":"{a%d:__typename}"}' % i for i in range(5)]
        writer.write(b"".join(head(hub, len(body)) + body for body in bodies))
        answers = []
        for body in bodies:
            raw = await reader.readuntil(b"\r\n\r\n")
            assert raw.startswith(b"HTTP/1.1 200")
            answers.append(await reader.readexactly(len(b'{"data":{"a0":"Query"}}')))
            assert body
        writer.close()
        await writer.wait_closed()
        return answers

    assert asyncio.run(run()) == [b'{"data":{"a%d":"Query"}}' % i for i in range(5)]
