import asyncio

import asyncpg
import pytest

from baygate.storage import database as database_module
from baygate.storage.database import Database
from baygate.storage.errors import DatabaseUnreachableError, DatabaseUnsuitableError


def connect(database: Database) -> None:
    async def connecting() -> None:
        await (await database.connect()).close()

    asyncio.run(connecting())


def test_every_session_has_the_same_settings(postgres):
    async def settings() -> dict[str, str]:
        connection = await Database(postgres.dsn(), statement_timeout=1.5).connect()
        try:
            return {row["name"]: row["setting"] for row in await connection.fetch("SELECT * FROM pg_settings")}
        finally:
            await connection.close()

    found = asyncio.run(settings())
    assert found["TimeZone"] == "UTC"
    assert found["DateStyle"] == "ISO, YMD"
    assert found["jit"] == "off"
    assert found["search_path"] == "public, pg_temp"
    assert found["application_name"] == "baygate"
    assert found["statement_timeout"] == "1500"


def test_a_statement_that_takes_too_long_is_cancelled(postgres):
    async def sleep() -> None:
        connection = await Database(postgres.dsn(), statement_timeout=0.05).connect()
        try:
            await connection.execute("SELECT pg_sleep(10)")
        finally:
            await connection.close()

    with pytest.raises(asyncpg.QueryCanceledError):
        asyncio.run(sleep())


@pytest.mark.parametrize("dsn", ["", "mysql://localhost/x", "host=localhost", "postgresql"])
def test_what_is_no_dsn_is_refused_with_an_example(dsn):
    with pytest.raises(DatabaseUnreachableError, match=r"Give a DSN such as postgresql://"):
        Database(dsn)


def test_a_malformed_port_is_explained():
    with pytest.raises(DatabaseUnreachableError, match="malformed"):
        connect(Database("postgresql://localhost:port/baygate"))


def test_nobody_at_the_address():
    with pytest.raises(DatabaseUnreachableError, match=r"No PostgreSQL answers at 127\.0\.0\.1:1/baygate"):
        connect(Database("postgresql://u:secret@127.0.0.1:1/baygate"))


def test_an_address_that_is_shown_has_no_password_and_no_user():
    assert Database("postgresql://u:secret@db.example:5433/hub?sslmode=require").address == "db.example:5433/hub"
    assert "secret" not in repr(Database("postgresql://u:secret@db.example/hub"))


def test_a_database_that_does_not_exist(postgres):
    with pytest.raises(DatabaseUnreachableError, match="has no database 'nowhere'"):
        connect(Database(postgres.dsn("nowhere")))


def test_a_user_that_does_not_exist(postgres):
    with pytest.raises(DatabaseUnreachableError, match="refused the login"):
        connect(Database(postgres.dsn().replace("postgres@", "somebody@")))


def test_a_server_that_is_too_old_is_refused(postgres, monkeypatch):
    monkeypatch.setattr(database_module, "OLDEST_SUPPORTED", 99)
    with pytest.raises(DatabaseUnsuitableError, match="needs PostgreSQL 99 or newer"):
        connect(Database(postgres.dsn()))
