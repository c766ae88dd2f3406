"""A PostgreSQL for the whole test process, and the sample world in it."""

import asyncio
import contextlib
import gc
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from tests.agency import CUSTOMS, DEVELOPER, TAX, register
from tests.attacker import customs, developer  # noqa: F401 - fixtures
from tests.in_memory import quickest
from tests.open_policies import publish_open
from tests.partnership import parties, partnership, recognising  # noqa: F401 - fixtures
from tests.recognitions import recognise_some
from tests.serving import hub, production, serve  # noqa: F401 - fixtures
from tests.zygote import Zygote
from tests.zygote import zygote as running_zygote

from baygate.sample.load import load
from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.keys import USES, Keys

WORLD_ENTERPRISES = 60


def pytest_configure() -> None:
    """Let Ctrl-C through to the programs under test: a shell's background job inherits it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # no test is timed: a machine that does other things would fail it
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")


def pytest_collection() -> None:
    """What is collected stays: looking through it for garbage would take a fifth of the time of all tests."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look, from now on, only through what tests make, and seldom through all of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    gc.enable()


FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
"""Nothing in a test's database needs to survive the machine."""

_EMPTY = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
_numbers = count(1)


@dataclass(frozen=True)
class SampleWorld:
    """A database with the sample world, for reading only."""

    dsn: str
    keys: Keys
    production: str


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One server for this test process (under xdist each worker has its own), gone at the end."""
    directory = Path(tempfile.mkdtemp(prefix="bg-", dir=quickest()))
    try:
        with EmbeddedPostgres(directory / "pg", settings=FOR_TESTS) as server:
            yield server
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """What starts hubs in this test process."""
    with running_zygote() as zygote:
        yield zygote


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Keys that are the same in every run."""
    return Keys({use: use.encode().ljust(32, b".") for use in USES})


@pytest.fixture(scope="session")
def world(postgres: EmbeddedPostgres, keys: Keys) -> SampleWorld:
    """The sample world with 60 enterprises; tests must not write to it."""
    dsn = postgres.dsn()

    async def make() -> None:
        await schema_version.upgrade(dsn)
        await load(dsn, keys, WORLD_ENTERPRISES)
        await recognise_some(dsn)
        await register(dsn, CUSTOMS, TAX)
        await publish_open(dsn)

    asyncio.run(make())
    # in production there is no client whose tokens are bound to nothing
    asyncio.run(_execute(postgres, "CREATE DATABASE production TEMPLATE baygate"))
    asyncio.run(register(dsn, DEVELOPER))
    return SampleWorld(dsn, keys, postgres.dsn("production"))


@pytest.fixture(scope="session")
def _tables(postgres: EmbeddedPostgres) -> str:
    """The name of a database with the tables and nothing in them, of which tests get copies: migrating takes longer."""
    asyncio.run(_execute(postgres, f"CREATE DATABASE tables {_EMPTY}"))
    asyncio.run(schema_version.upgrade(postgres.dsn("tables")))
    return "tables"


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The DSN of a database of this test's own, with nothing in it."""
    with _own(postgres, _EMPTY) as dsn:
        yield dsn


@pytest.fixture
def database(postgres: EmbeddedPostgres, _tables: str) -> Iterator[str]:
    """The DSN of a database of this test's own, with the tables and nothing in them."""
    with _own(postgres, f"TEMPLATE {_tables} STRATEGY file_copy") as dsn:
        yield dsn


@contextlib.contextmanager
def _own(postgres: EmbeddedPostgres, made_how: str) -> Iterator[str]:
    name = f"own_{next(_numbers)}"
    asyncio.run(_execute(postgres, f"CREATE DATABASE {name} {made_how}"))
    yield postgres.dsn(name)
    asyncio.run(_execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(postgres: EmbeddedPostgres, statement: str) -> None:
    connection = await Database(postgres.dsn("postgres")).connect()
    await connection.execute(statement)
    await connection.close()
