"""A log as hubs write it in two months: records, tree and heads, and an operator's word; all by the real parts."""

import asyncio
import datetime
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import asyncpg
import orjson
from tests.audit.conftest import Log, signing_key

from baygate.access.documents.root import LogKey
from baygate.audit.accepting import accept
from baygate.audit.integrator import Integrator
from baygate.audit.recorder import Recorder, Told
from baygate.oauth.signing import SigningKey
from baygate.observation.observer import Nobody
from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.embedded import EmbeddedPostgres

OCTOBER, NOVEMBER = (datetime.datetime(2026, month, 5, 9, tzinfo=datetime.UTC) for month in (10, 11))
HOUR = datetime.timedelta(hours=1)
PARTIES = [f"CN-91440101MA5{number:05d}0A" for number in range(7)]
PROVIDERS = ("customs-gz", "samr-gd", "tax-gd")
AGENCIES = ("customs-gz", "hk-customs")
DECISIONS = [
    orjson.dumps(
        {
            "released": {"*": ["Enterprise.name", "Vessel.name"], "tax-gd": [f"Port.field{number}"]},
            "masked": {"samr-gd": ["Enterprise.telephone"]},
            "conditional": {},
            "withheld": {"*": ["Enterprise.telephone"], "customs-gz": ["Enterprise.score"]},
        }
    )
    for number in range(3)
]
_numbers = count(1)


@dataclass(frozen=True)
class Kept(Log):
    """A log with records in it."""

    receipts: SigningKey = field(default_factory=signing_key, repr=False)

    @property
    def certified(self) -> Mapping[str, LogKey]:
        """The keys for heads, as a root document certifies them."""
        return certified(self.key)


def certified(key: SigningKey, **more: Any) -> Mapping[str, LogKey]:
    return {key.kid: LogKey.model_validate({"use": "heads", "jwk": jwk(key), **more})}


def jwk(key: SigningKey) -> dict[str, str]:
    return {name: str(key.public.jwk[name]) for name in ("kty", "crv", "x", "y")}


def told(number: int, **changes: Any) -> Told:
    """What a record says; each number says something else."""
    content = DECISIONS[number % len(DECISIONS)]
    digest = hashlib.sha256(content).digest()
    rows = {PROVIDERS[number % 3]: {PARTIES[number % 7]: {"Enterprise": 1, "CreditRating": number % 4 + 1}}}
    if number % 5 == 0:
        about = PARTIES[(number + number // 5 % 2) % 7]  # of every other one both providers tell of one party
        rows[PROVIDERS[(number + 1) % 3]] = {about: {"Enterprise": 2}, "": {"Port": 3}}
    said = {
        "client": "customs-system",
        "person": None,
        "agency": AGENCIES[number % 2],
        "party": None,
        "jurisdiction": "CN-GD",
        "purpose": ("RISK_ASSESSMENT", "STATISTICS")[number % 2],
        "basis": "Guofa [2016] No. 51",
        "case": f"case-{number}",
        "certificate": None,
        "operation": hashlib.sha256(b"query").hexdigest(),
        "name": "Look",
        "variables": None,
        "decisions": digest.hex(),
        "policies": {"version": 7},
        "lists": {"HK": 3},
        "rows": rows,
        "status": "ok",
        "errors": 0,
        "body": hashlib.sha256(b"{}").hexdigest(),
        **changes,
    }
    return Told(said, (digest, content))


@asynccontextmanager
async def recording(log: Kept, at: datetime.datetime) -> AsyncIterator[Recorder]:
    """A recorder, with a shard of its own; its receipts are signed as the hub's are."""
    recorder = Recorder(log.connect, lambda *_: "signed", Nobody(), clock=lambda: at)
    try:
        yield recorder
    finally:
        await recorder.close()


async def record(recorder: Recorder, numbers: range, **changes: Any) -> None:
    await asyncio.gather(*(recorder.record(told(number, **changes)) for number in numbers))


async def integrate(log: Log, at: datetime.datetime) -> None:
    """Put all that waits into the tree, under a head of that time."""
    integrator = Integrator(log.connect, log.sign, clock=lambda: at)
    async with log.connected() as connection:
        while (await integrator.step(connection)).more:
            pass
    await integrator.sealing.forget()


async def fill(log: Kept, **changes: Any) -> None:
    """Write October, then November, and what waits still."""
    async with recording(log, OCTOBER) as one, recording(log, OCTOBER + HOUR) as other:
        await record(one, range(150), **changes)
        await record(other, range(150, 170))
        await integrate(log, OCTOBER + HOUR)
        await record(one, range(170, 280))
        await integrate(log, OCTOBER + 2 * HOUR)
        await record(other, range(280, 290))
        await integrate(log, OCTOBER + 2 * HOUR)
    async with recording(log, NOVEMBER) as recorder:
        await record(recorder, range(290, 330))
        await integrate(log, NOVEMBER)
        async with log.connected() as connection:
            await accept(connection, "restored on Monday", "Li Wei", log.sign, log.certified, NOVEMBER + HOUR)
        await integrate(log, NOVEMBER + HOUR)
        await record(recorder, range(330, 334))


@contextmanager
def new_log(postgres: EmbeddedPostgres, like: Kept | None = None) -> Iterator[Kept]:
    """A database of its own, with an empty log in it or with that of another one."""
    name = f"kept_{next(_numbers)}"

    async def execute(statement: str) -> None:
        connection = await Database(postgres.dsn("postgres")).connect()
        await connection.execute(statement)
        await connection.close()

    template = like.dsn.partition("?")[0].rpartition("/")[2] if like else "template0 ENCODING 'UTF8' LOCALE 'C'"
    asyncio.run(execute(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        if like is None:
            asyncio.run(schema_version.upgrade(postgres.dsn(name)))
        yield Kept(postgres.dsn(name), like.key if like else signing_key(), like.receipts if like else signing_key())
    finally:
        asyncio.run(execute(f"DROP DATABASE {name} WITH (FORCE)"))


@asynccontextmanager
async def undone(log: Log) -> AsyncIterator[asyncpg.Connection]:
    """A connection in a transaction that ends in nothing: what a test changes in it, no other sees."""
    async with log.connected() as connection:
        transaction = connection.transaction(isolation="repeatable_read")
        await transaction.start()
        try:
            yield connection
        finally:
            await transaction.rollback()
