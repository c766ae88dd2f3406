"""The world that is measured on: the sample world at a given size, made once and kept."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.log_keys import give_log_keys

from baygate.cli.console import progress
from baygate.sample.load import load
from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.errors import NotEmptyError
from baygate.storage.keys import Keys, read_or_create
from bench.callers import Clients
from bench.contestants import ROOT
from bench.governing import govern
from bench.question import QUERY

_ASKED = 4_000
_NO_RECORDS = """
truncate audit_record, audit_access, audit_access_tile, audit_shard, audit_batch, audit_tile, audit_head;
update audit_log set size = 0, log = gen_random_uuid();
drop table if exists handwritten_log
"""
"""Each run begins with empty logs: what one costs depends on how long it is."""
_BUSY_ENTERPRISES = """
select m.uscc from mainland_enterprise m
where (select count(*) from product_filing f where f.party_id = m.party_id) >= 20
  and (select count(*) from declaration d where d.party_id = m.party_id) >= 10
order by md5(m.uscc) limit $1
"""


@dataclass(frozen=True)
class World:
    dsn: str
    keys: Path
    head: Path
    """Where the hub keeps the newest head of its log."""
    root: Path
    bodies: Path
    clients: Clients


@contextlib.contextmanager
def prepared(enterprises: int, port: int) -> Iterator[World]:
    """Start PostgreSQL on the world of this size, made first if it is not there."""
    home = ROOT / ".baygate" / "bench" / str(enterprises)
    home.mkdir(parents=True, exist_ok=True)
    settings = {"shared_buffers": "1GB", "max_connections": "60"}
    with EmbeddedPostgres(home / "postgres", settings) as postgres:
        give_log_keys(home / "keys")
        asyncio.run(_fill(postgres.dsn(), read_or_create(home / "keys"), enterprises))
        bodies = home / "bodies.ndjson"
        bodies.write_text(asyncio.run(_bodies(postgres.dsn())))
        head = home / "audit-head.json"
        head.unlink(missing_ok=True)
        asyncio.run(_forget(postgres.dsn()))
        clients = Clients(home, port)
        asyncio.run(clients.register(postgres.dsn()))
        govern(postgres.dsn(), home / "root.jws")
        yield World(postgres.dsn(), home / "keys", head, home / "root.jws", bodies, clients)


async def _fill(dsn: str, keys: Keys, enterprises: int) -> None:
    await schema_version.upgrade(dsn)
    with contextlib.suppress(NotEmptyError), progress(f"{enterprises:,} enterprises", enterprises) as advance:
        await load(dsn, keys, enterprises, advance)


async def _forget(dsn: str) -> None:
    connection = await Database(dsn).connect()
    try:
        await connection.execute(_NO_RECORDS)
        await connection.execute("checkpoint")
    finally:
        await connection.close()


async def _bodies(dsn: str) -> str:
    """Return the requests, one a line: the question about enterprises that have all it asks for."""
    connection = await Database(dsn).connect()
    try:
        asked = [row["uscc"] for row in await connection.fetch(_BUSY_ENTERPRISES, _ASKED)]
    finally:
        await connection.close()
    if not asked:
        raise SystemExit("No enterprise of this world has 20 filings and 10 declarations: choose a larger one.")
    lines = (json.dumps({"query": QUERY, "variables": {"uscc": uscc}}) for uscc in asked)
    return "\n".join(lines) + "\n"
