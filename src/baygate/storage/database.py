"""Connections to PostgreSQL, all with the same session settings."""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from baygate.storage.errors import DatabaseUnreachableError, DatabaseUnsuitableError

OLDEST_SUPPORTED = 15
"""The oldest major version of PostgreSQL that the hub's statements run on."""

_SESSION = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "search_path": "public, pg_temp",
    "jit": "off",
    "client_min_messages": "warning",
}
"""One text for one value whatever the server's defaults are; no compilation of statements that take a millisecond."""

_ADVICE_FOR_DSN = "Give a DSN such as postgresql://user@host:5432/baygate, or start the embedded one: baygate demo"


@dataclass(frozen=True)
class Database:
    """Where the hub's PostgreSQL is. ``statement_timeout`` is in seconds, 0 for none.

    The settings go out with the start of the connection. Behind PgBouncer, list them in its
    ``ignore_startup_parameters`` and set them for the hub's role instead.
    """

    dsn: str = field(repr=False)
    statement_timeout: float = 0.0
    application_name: str = "baygate"
    connect_timeout: float = 10.0

    def __post_init__(self) -> None:
        if urlsplit(self.dsn).scheme not in {"postgresql", "postgres"}:
            raise DatabaseUnreachableError("The DSN of the database is not a postgresql:// address.", _ADVICE_FOR_DSN)

    @property
    def session(self) -> dict[str, str]:
        """The settings of every session."""
        return {
            **_SESSION,
            "application_name": self.application_name,
            "statement_timeout": str(round(self.statement_timeout * 1000)),
        }

    @property
    def address(self) -> str:
        """The DSN fit for a message: without user, password and parameters."""
        parts = urlsplit(self.dsn)
        where = re.search(r"(?:^|&)host=([^&]+)", parts.query)
        host = where.group(1) if where else parts.netloc.rpartition("@")[2] or "localhost"
        return f"{host}{parts.path}"

    async def connect(self, **options: Any) -> asyncpg.Connection:
        """Open a connection; ``options`` go to asyncpg.

        Raise DatabaseUnreachableError if there is none to be had, DatabaseUnsuitableError if the server is too old.
        """
        try:
            connection: asyncpg.Connection = await asyncpg.connect(
                self.dsn, server_settings=self.session, timeout=self.connect_timeout, **options
            )
        except asyncpg.InvalidCatalogNameError as error:
            raise DatabaseUnreachableError(
                f"The server has no database {urlsplit(self.dsn).path[1:]!r}.",
                "Create it (createdb, owned by the hub's role), then run: baygate db upgrade",
            ) from error
        except asyncpg.InvalidAuthorizationSpecificationError as error:
            raise DatabaseUnreachableError(
                f"PostgreSQL at {self.address} refused the login: {error}.",
                "Check user and password in the DSN, and pg_hba.conf on the server.",
            ) from error
        except asyncpg.CannotConnectNowError as error:
            raise DatabaseUnreachableError(
                f"PostgreSQL at {self.address} is not taking connections: {error}.",
                "It is starting, recovering or shutting down: try again in a moment.",
            ) from error
        except asyncpg.TooManyConnectionsError as error:
            raise DatabaseUnreachableError(
                f"PostgreSQL at {self.address} has no connection left.",
                "Lower the hub's pool or its workers, or raise max_connections.",
            ) from error
        except (OSError, TimeoutError) as error:
            raise DatabaseUnreachableError(
                f"No PostgreSQL answers at {self.address}: {str(error) or 'no answer in time'}.",
                "Start it, or correct host and port in the DSN.",
            ) from error
        except (ValueError, asyncpg.InterfaceError, asyncpg.ClientConfigurationError) as error:
            raise DatabaseUnreachableError(
                f"The DSN of the database is malformed: {error}.", _ADVICE_FOR_DSN
            ) from error
        version = connection.get_server_version()
        if version.major < OLDEST_SUPPORTED:
            await connection.close()
            raise DatabaseUnsuitableError(
                f"PostgreSQL at {self.address} is version {version.major}.{version.minor}.",
                f"The hub needs PostgreSQL {OLDEST_SUPPORTED} or newer.",
            )
        return connection


@contextlib.contextmanager
def cut_after(seconds: float, connection: asyncpg.Connection) -> Iterator[None]:
    """End a connection unless it answers in time: one whose other end is gone would not even be rolled back."""
    cutting = asyncio.get_running_loop().call_later(seconds, connection.terminate)
    try:
        yield
    finally:
        cutting.cancel()
