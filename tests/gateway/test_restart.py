"""PostgreSQL restarted under load: what was in flight is told so, what comes next is answered, nothing leaks."""

import asyncio
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.agency import DEVELOPER, register
from tests.open_policies import publish_open

from baygate.sample.load import load
from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.embedded import EmbeddedPostgres

QUERY = {
    "query": "{ parties(first: 5) { totalCount nodes { id declarations(first: 5) { nodes { declarationNo } } } } }"
}
CLIENTS = 12
ACCEPT = {"accept": "application/graphql-response+json"}


@pytest.fixture
def restarting(keys: Any) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that only this test uses, since it is killed."""
    with tempfile.TemporaryDirectory(prefix="bg-") as directory:
        server = EmbeddedPostgres(Path(directory) / "pg")
        server.start()

        async def fill() -> None:
            await schema_version.upgrade(server.dsn())
            await load(server.dsn(), keys, 15)
            await register(server.dsn(), DEVELOPER)
            await publish_open(server.dsn())

        asyncio.run(fill())
        yield server
        server.stop()


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_a_restart_under_load_costs_only_what_was_in_flight(serve: Any, restarting: EmbeddedPostgres, how: str) -> None:
    with serve("development", DATABASE__DSN=restarting.dsn()) as hub:
        statuses = asyncio.run(_under_load(hub, restarting, how))
        assert _settled(hub) == {
            "ready": True,
            "problem": None,
            "policies": [],
            "recognition": [],
            "sources": [],
            "audit": [],
        }
        assert asyncio.run(_connections(restarting.dsn())) <= 6
    assert set(statuses) <= {200, 503}
    assert statuses[503], "the restart was not felt: the test shows nothing"
    assert statuses[200] > CLIENTS


def _settled(hub: Any) -> Any:
    """Return what the hub says of itself once the log's tree, which is looked at twice a second, grows again."""
    deadline = time.monotonic() + 10
    while (said := hub.client.get(f"{hub.base}/readyz").json())["audit"] and time.monotonic() < deadline:
        time.sleep(0.1)
    return said


async def _under_load(hub: Any, postgres: EmbeddedPostgres, how: str) -> Counter[int]:
    statuses: Counter[int] = Counter()
    back = asyncio.Event()

    async def client(session: httpx.AsyncClient) -> None:
        after = 0
        while after < 5:
            was_back = back.is_set()
            response = await session.post(hub.url, json=QUERY, headers=ACCEPT, timeout=20)
            statuses[response.status_code] += 1
            if response.status_code == 503:
                code = response.json()["errors"][0]["extensions"]["code"]
                assert code in {"SOURCE_UNAVAILABLE", "AUDIT_UNAVAILABLE", "AUTHENTICATION_UNAVAILABLE"}
                assert response.headers["retry-after"] == "1"
                await asyncio.sleep(0.02)
            if was_back:
                assert response.status_code == 200, response.text
                after += 1

    hub.ask("{ __typename }")  # the token outlives the restart
    async with httpx.AsyncClient(trust_env=False, auth=hub.auth) as session, asyncio.TaskGroup() as group:
        for _ in range(CLIENTS):
            group.create_task(client(session))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(_restart, postgres, how)
        # it may have been away for so long that the hub no longer trusts what it knows of clients; it says when it does
        await asyncio.to_thread(_ready, hub)
        back.set()
    return statuses


def _ready(hub: Any) -> None:
    deadline = time.monotonic() + 20
    while hub.client.get(f"{hub.base}/readyz").status_code != 200:
        assert time.monotonic() < deadline, "the hub does not come back"
        time.sleep(0.02)


def _restart(postgres: EmbeddedPostgres, how: str) -> None:
    if how == "killed":
        os.kill(postgres.pid, signal.SIGKILL)
        time.sleep(0.5)
    postgres.stop()
    postgres.start()


async def _connections(dsn: str) -> int:
    connection = await Database(dsn).connect()
    try:
        return int(
            await connection.fetchval(
                "select count(*) from pg_stat_activity where application_name = 'baygate' and pid <> pg_backend_pid()"
            )
        )
    finally:
        await connection.close()
