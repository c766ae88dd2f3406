"""What the endpoints give away before they know who asks: no connection, no time, no write."""

import asyncio
import datetime
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest
from tests.agency import CUSTOMS, Agency, new_key
from tests.oauth.server.desk import Desk, altered, eventually, opened, refused
from tests.serving import Hub, Serve

from baygate.oauth import registry
from baygate.oauth.once import UsedOnce, UsesUnrecorded, use
from baygate.storage.database import Database

_USE = "SELECT count(*) FROM used_once"
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'baygate admission'"


@pytest.fixture(scope="module")
def fresh(serve: Serve, production: Any) -> Iterator[Hub]:
    """A hub that nobody has asked for a token yet."""
    with serve("production") as hub:
        yield hub


def counted(hub: Hub, query: str) -> int:
    async def count() -> int:
        connection = await Database(hub.dsn).connect()
        try:
            return int(await connection.fetchval(query))
        finally:
            await connection.close()

    return asyncio.run(count())


# connections


def test_nobody_takes_a_connection_before_he_has_proven_who_he_is(fresh: Hub) -> None:
    desk = opened(fresh, CUSTOMS)
    before = counted(fresh, _CONNECTIONS)
    stranger = new_key()
    for endpoint in ("revoke", "introspect"):
        for _ in range(6):
            form = desk.about("a.b.c", client_assertion=desk.assertion(key=stranger))
            refused(desk.send(endpoint, form), 401, "invalid_client")
    for grant in ("authorization_code", "refresh_token", "password"):
        answer = desk.ask(client_assertion=desk.assertion(key=stranger), grant_type=grant, code="x")
        assert answer.status_code in {400, 401}
    form = desk.about("a.b.c", client_assertion=desk.form()["client_assertion"])
    assert counted(fresh, _CONNECTIONS) == before
    assert desk.send("introspect", form).status_code == 200
    assert counted(fresh, _CONNECTIONS) == before + 1, "whoever has proven it gets one"


# time


def test_a_form_that_does_not_come_is_not_waited_for(production: Any) -> None:
    with socket.create_connection(("127.0.0.1", production.port), timeout=15) as slow:
        head = "POST /oauth/token HTTP/1.1\r\nhost: hub\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        slow.sendall(f"{head}content-length: 1000\r\n\r\ngrant_type=".encode())
        began, answer = time.monotonic(), b""
        while chunk := slow.recv(4_096):
            answer += chunk
        assert 9 < time.monotonic() - began < 12, "and the connection has ended"
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()
    assert b"within 10 seconds" in answer


# writes


def test_a_client_without_requests_left_causes_no_more_writes(fresh: Hub) -> None:
    poor = Agency("poor-gd", "customs-gz", purposes=("RISK_ASSESSMENT",), rate=3)
    altered(fresh.dsn, registry.add, poor.registration())
    desk = Desk(fresh.base, fresh.client, poor)
    assert eventually(lambda: poor.ask_token(fresh.client, fresh.base).status_code == 200)
    assert eventually(lambda: desk.ask().status_code == 429)
    before = counted(fresh, _USE)
    for ask in (desk.ask, lambda: desk.revoke("a.b.c"), lambda: desk.introspect("a.b.c")):
        answer = ask()
        assert (answer.status_code, "retry-after" in answer.headers) == (429, True), answer.text
    assert counted(fresh, _USE) == before


def test_of_uses_without_end_some_wait_and_the_rest_are_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baygate.oauth.once._MOST_WAITING", 50)

    async def story() -> list[Any]:
        ready = asyncio.Event()
        connect: Callable[..., Any] = Database(database).connect

        async def late() -> asyncpg.Connection:
            await ready.wait()
            return await connect()  # type: ignore[no-any-return]

        uses = UsedOnce(late)
        until = datetime.datetime.now(datetime.UTC)
        claims = [asyncio.create_task(uses.claim(use("test", "owner", str(number), until))) for number in range(400)]
        await asyncio.sleep(0.1)
        ready.set()
        outcomes = await asyncio.gather(*claims, return_exceptions=True)
        await uses.close()
        return outcomes

    outcomes = asyncio.run(story())
    assert outcomes[:50] == [None] * 50
    assert {type(each) for each in outcomes[50:]} == {UsesUnrecorded}
