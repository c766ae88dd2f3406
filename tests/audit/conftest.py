"""A log to work on: its database, the keys of its heads, and records written by hand."""

import asyncio
import datetime
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import ECKey

from baygate.access.jose import PublicKey, public_key
from baygate.audit.entry import Entry, Opening, Place, entry, genesis
from baygate.oauth.signing import SigningKey
from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.tables.audit import metadata

NOON = datetime.datetime(2026, 11, 27, 12, tzinfo=datetime.UTC)
PERIOD = datetime.date(2026, 11, 1)
SUBJECT = "CN-91440101MA5XXXXX0A"
ROWS = {"samr-gd": {SUBJECT: {"Enterprise": 1}}, "tax-gd": {SUBJECT: {"TaxRating": 2, "TaxFiling": 3}, "": {"Page": 1}}}

_TABLES = [each for each in metadata.tables if each.startswith("audit_")]
_LEFT_OVER = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
"""


@dataclass
class Shard:
    """A shard as it grows."""

    log: uuid.UUID
    number: int
    period: datetime.date
    leaf: bytes
    seq: int = 0


@dataclass(frozen=True)
class Log:
    """A database with the log's tables, and the key that its heads are signed with."""

    dsn: str
    key: SigningKey = field(repr=False)

    @property
    def keys(self) -> Mapping[str, PublicKey]:
        return {self.key.kid: self.key.public}

    async def sign(self, typ: str, payload: bytes) -> str:
        return self.key.sign(typ, payload)

    async def connect(self) -> asyncpg.Connection:
        return await Database(self.dsn).connect()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await self.connect()
        try:
            yield connection
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def audit_database(postgres: EmbeddedPostgres) -> str:
    """The DSN of a database for the logs of all tests, one after the other."""
    dsn = postgres.dsn("audit")

    async def make() -> None:
        connection = await Database(postgres.dsn("postgres")).connect()
        await connection.execute("CREATE DATABASE audit TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        await connection.close()
        await schema_version.upgrade(dsn)

    asyncio.run(make())
    return dsn


@pytest.fixture
def log(audit_database: str) -> Log:
    """An empty log of this test's own."""
    made = Log(audit_database, signing_key())

    async def empty() -> None:
        async with made.connected() as connection:
            await connection.execute(_LEFT_OVER)
            await connection.execute(f"TRUNCATE {', '.join(_TABLES)} RESTART IDENTITY")
            await connection.execute("INSERT INTO audit_log DEFAULT VALUES")
            await connection.execute("SELECT audit_open_period($1)", PERIOD)

    asyncio.run(empty())
    return made


def signing_key() -> SigningKey:
    private = ECKey.generate_key("P-256", private=True)
    return SigningKey(NOON, private, public_key(private.as_dict(private=False)))


async def open_shard(
    connection: asyncpg.Connection, period: datetime.date = PERIOD, at: datetime.datetime = NOON
) -> Shard:
    log = await connection.fetchval("SELECT log FROM audit_log")
    number = await connection.fetchval(
        "INSERT INTO audit_shard (period, opened_at, opened_by) VALUES ($1, $2, 'tests') RETURNING shard", period, at
    )
    return Shard(log, number, period, genesis(Opening(log, number, period, at, "tests")))


async def write(
    connection: asyncpg.Connection,
    shard: Shard,
    number: int = 1,
    at: datetime.datetime = NOON,
    **told: Any,
) -> list[Entry]:
    """Write records into a shard, as a recorder does."""
    said = {
        "client": "customs-gz", "person": None, "agency": "customs-gz", "purpose": "RISK_ASSESSMENT", "rows": ROWS,
        "status": "ok", **told,
    }  # fmt: skip
    entries: list[Entry] = []
    for seq in range(shard.seq, shard.seq + number):
        entries.append(entry(Place(shard.log, shard.number, seq), shard.leaf, at, said))
        shard.leaf = entries[-1].leaf
    shard.seq += number
    await connection.copy_records_to_table(
        "audit_record",
        columns=["period", "shard", "seq", "at", "entry", "leaf"],
        records=[(shard.period, shard.number, each.place.seq, each.at, each.content, each.leaf) for each in entries],
    )
    return entries
