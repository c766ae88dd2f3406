"""The sample world's clients, as the demo registers them each time that it starts."""

import asyncio
from pathlib import Path

from baygate.oauth import registry
from baygate.oauth.clients import Client
from baygate.sample.clients import EXPLORER, register
from baygate.storage.database import Database


def registered(dsn: str) -> dict[str, Client]:
    async def read() -> list[Client]:
        connection = await Database(dsn).connect()
        try:
            return await registry.every(connection)
        finally:
            await connection.close()

    return {each.client_id: each for each in asyncio.run(read())}


def test_the_explorer_is_where_the_demo_is_this_time(database: str, tmp_path: Path) -> None:
    asyncio.run(register(database, tmp_path, "http://127.0.0.1:8080"))
    before = registered(database)
    assert before[EXPLORER].redirect_uris == ("http://127.0.0.1:8080/explore/signed-in",)
    assert (tmp_path / f"{EXPLORER}.pem").stat().st_mode & 0o077 == 0
    asyncio.run(register(database, tmp_path, "http://127.0.0.1:8081"))
    after = registered(database)
    assert after[EXPLORER].redirect_uris == ("http://127.0.0.1:8081/explore/signed-in",)
    del before[EXPLORER], after[EXPLORER]
    assert before == after
