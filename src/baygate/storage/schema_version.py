"""Which version the tables are at, and how they get to another one (Alembic, without an alembic.ini)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from baygate.storage.database import Database
from baygate.storage.errors import SchemaVersionError
from baygate.storage.tables import metadata

_Result = TypeVar("_Result")
_PARTITION = re.compile(r"audit_(record|access|access_tile)_\d{6}")
_ADVISORY_LOCK = 0x6261_7967  # "bayg": hubs that start together upgrade one after the other


class SchemaState(Enum):
    """How the tables stand to this version of the hub."""

    CURRENT = "current"
    EMPTY = "empty"
    BEHIND = "behind"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SchemaCheck:
    """The tables' version and the hub's; ``advice`` is the command to run, none if they agree."""

    state: SchemaState
    found: str | None
    expected: str
    advice: str | None

    def require(self) -> None:
        """Raise SchemaVersionError unless the tables are those of this version of the hub."""
        if self.advice is not None:
            found = f"at version {self.found}" if self.found else "not there"
            raise SchemaVersionError(f"The tables are {found}; this hub needs {self.expected}.", self.advice)


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Bring the tables to ``revision``, in one transaction.

    Raise SchemaVersionError if they are newer than this hub knows.
    """
    await _with_connection(dsn, lambda connection: command.upgrade(_config(connection), revision))


async def downgrade(dsn: str, revision: str) -> None:
    """Take the tables back to ``revision``; ``base`` removes them and what they hold."""
    await _with_connection(dsn, lambda connection: command.downgrade(_config(connection), revision))


async def current(dsn: str) -> str | None:
    """Return the version that the tables are at; none if there are none."""
    return await _with_connection(dsn, lambda connection: MigrationContext.configure(connection).get_current_revision())


async def check(dsn: str) -> SchemaCheck:
    """Compare the tables' version with the hub's."""
    return _compare(await current(dsn))


async def differences(dsn: str) -> list[Any]:
    """Return where the tables differ from ``baygate.storage.tables``: the steps that a migration would need."""

    def compare(connection: sa.Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"include_name": _is_no_partition})
        return list(compare_metadata(context, metadata))

    return await _with_connection(dsn, compare)


def _is_no_partition(name: str | None, kind: str, _: Any) -> bool:
    """Whether something is described in the metadata; partitions are made as time goes by."""
    return kind != "table" or name is None or not _PARTITION.fullmatch(name)


async def revise(dsn: str, message: str, revision: str) -> None:
    """Write the next migration: what it takes from the tables as they are to ``baygate.storage.tables``."""
    await _with_connection(
        dsn,
        lambda connection: command.revision(_config(connection), message, autogenerate=True, rev_id=revision),
    )


def latest() -> str:
    """Return the version that this hub needs."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    if head is None:
        raise AssertionError("the package carries its migrations")
    return head


def _compare(found: str | None) -> SchemaCheck:
    expected = latest()
    if found == expected:
        return SchemaCheck(SchemaState.CURRENT, found, expected, None)
    if found is None:
        return SchemaCheck(SchemaState.EMPTY, found, expected, "Run: baygate db upgrade")
    known = {script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()}
    if found in known:
        return SchemaCheck(SchemaState.BEHIND, found, expected, "Run: baygate db upgrade")
    advice = "They were made by a newer hub. Install that version, or one that follows it."
    return SchemaCheck(SchemaState.UNKNOWN, found, expected, advice)


def _config(connection: sa.Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", "baygate.storage:migrations")
    config.attributes["connection"] = connection
    return config


async def _with_connection(dsn: str, work: Callable[[sa.Connection], _Result]) -> _Result:
    engine = create_async_engine("postgresql+asyncpg://", async_creator=Database(dsn).connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            return await connection.run_sync(work)
    except CommandError as error:
        raise SchemaVersionError(f"The tables cannot be changed: {error}.", _compare("?").advice or "") from error
    finally:
        await engine.dispose()
