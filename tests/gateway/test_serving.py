"""A worker's life: readiness, several workers, and a SIGTERM that loses nothing."""

import asyncio
import os
import signal
from typing import Any

import httpx
import pytest
from tests.agency import DEVELOPER, register
from tests.open_policies import publish_open

from baygate.storage.database import Database

QUERY = {"query": "{ parties(first: 1) { nodes { id } } }"}
ACCEPT = {"accept": "application/graphql-response+json"}


def test_a_worker_says_that_it_runs_and_that_it_can_answer(hub: Any) -> None:
    assert hub.client.get(f"{hub.base}/healthz").text == "ok\n"
    assert hub.client.get(f"{hub.base}/readyz").json() == {
        "ready": True,
        "problem": None,
        "policies": [],
        "recognition": [],
        "sources": [],
        "audit": [],
    }


def test_a_worker_without_its_tables_is_not_ready_and_says_so(serve: Any, empty_database: str) -> None:
    with serve("development", until="healthz", DATABASE__DSN=empty_database) as hub:
        answer = hub.client.get(f"{hub.base}/readyz")
        assert answer.status_code == 503
        assert "tables" in answer.json()["problem"]


def test_a_worker_without_a_database_is_not_ready_and_answers_that_it_is_not(serve: Any) -> None:
    with serve("development", until="healthz", DATABASE__DSN="postgresql://127.0.0.1:1/none") as hub:
        assert hub.client.get(f"{hub.base}/readyz").status_code == 503
        answer = hub.post(QUERY, authorization="Bearer anything")
        assert answer.status_code == 401, "what is no token needs no database to be refused"
        asked = hub.client.post(f"{hub.base}/oauth/token", data=DEVELOPER.form(hub.base))
        assert (asked.status_code, asked.json()["error"]) == (503, "temporarily_unavailable")
        assert asked.headers["retry-after"] == "1"
        assert "127.0.0.1" not in asked.text
        assert "127.0.0.1" not in answer.text


def test_several_workers_answer_on_one_port(serve: Any) -> None:
    with serve("development", SERVER__WORKERS=2) as hub:
        for _ in range(20):
            assert hub.ask("{ parties(first: 1) { nodes { id } } }").status_code == 200


def test_the_stages_of_a_request_are_told(hub: Any) -> None:
    timing = hub.ask("{ parties(first: 1) { nodes { id } } }").headers["server-timing"]
    for stage in ("operation", "plan", "result", "receipt", "total"):
        assert f"{stage};dur=" in timing


@pytest.mark.parametrize("workers", [1, 2])
def test_sigterm_lets_requests_in_flight_finish(serve: Any, database: str, workers: int) -> None:
    asyncio.run(register(database, DEVELOPER))
    asyncio.run(publish_open(database))

    async def play(hub: Any, pid: int) -> httpx.Response:
        connection = await Database(database).connect()
        lock = connection.transaction()
        await lock.start()
        await connection.execute("LOCK TABLE party IN ACCESS EXCLUSIVE MODE")
        async with httpx.AsyncClient(trust_env=False, timeout=20, auth=hub.auth) as client:
            answering = asyncio.create_task(client.post(hub.url, json=QUERY, headers=ACCEPT))
            await asyncio.sleep(0.7)
            os.kill(pid, signal.SIGTERM)
            await asyncio.sleep(0.7)
            assert not answering.done()
            await lock.rollback()
            await connection.close()
            return await answering

    with serve("development", DATABASE__DSN=database, SERVER__WORKERS=workers) as hub:
        answer = asyncio.run(play(hub, hub.pid))
    assert answer.status_code == 200
    assert answer.json() == {"data": {"parties": {"nodes": []}}}
