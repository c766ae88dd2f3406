"""One connection to the resident source, with the statements that are prepared on it."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

from baygate.sources.resident.canonical import for_server
from baygate.sources.resident.statement import Statement
from baygate.storage.errors import StorageError

Connect = Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]

GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    StorageError,
    OSError,
)
"""What asyncpg raises when the database went away or is not there yet."""


class Link:
    """One connection with the statements prepared on it; reconnects when it is used after it was lost."""

    def __init__(self, connect: Connect, statements: int) -> None:
        self._connect = connect
        self._statements = statements
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._prepared: OrderedDict[Statement, Any] = OrderedDict()
        self._named = 0

    async def _connected(self) -> "asyncpg.Connection[asyncpg.Record]":
        """Return a new connection, on which texts come as the bytes that they are: an answer leaves as it came."""
        connection = await self._connect()
        await connection.set_type_codec("text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")
        return connection

    async def prepared(self, statement: Statement) -> Any:
        """Return the statement prepared here, the least recently used one making room."""
        if self._connection is None or self._connection.is_closed():
            self._prepared.clear()
            self._connection = await self._connected()
        known = self._prepared.get(statement)
        if known is None:
            # by a name: asyncpg, its own cache switched off, would else plan an unnamed statement anew each time
            self._named += 1
            sql = for_server(statement.sql, self._connection.get_server_version().major)
            known = await self._connection.prepare(sql, name=f"baygate_{self._named}")
            self._prepared[statement] = known
            if len(self._prepared) > self._statements:
                self._prepared.popitem(last=False)
        else:
            self._prepared.move_to_end(statement)
        return known

    async def value(self, statement: Statement, values: Sequence[Any]) -> bytes:
        """Run a statement in its single form; its text as UTF-8."""
        return await self._run(statement, lambda prepared: prepared.fetchval(*values))  # type: ignore[no-any-return]

    async def rows(self, statement: Statement, values: Sequence[Any]) -> list[asyncpg.Record]:
        """Run a statement in its set form; its texts as UTF-8."""
        return await self._run(statement, lambda prepared: prepared.fetch(*values))  # type: ignore[no-any-return]

    async def _run(self, statement: Statement, ask: Callable[[Any], Awaitable[Any]]) -> Any:
        """Ask; once more on a new connection if the old one turns out to be lost: the hub only reads."""
        try:
            return await self._asked(statement, ask)
        except GONE:
            return await self._asked(statement, ask)

    async def _asked(self, statement: Statement, ask: Callable[[Any], Awaitable[Any]]) -> Any:
        try:
            return await ask(await self.prepared(statement))
        except GONE:
            await self.drop()
            raise

    async def drop(self) -> None:
        """Forget the connection."""
        self._prepared.clear()
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        """Say goodbye to PostgreSQL."""
        self._prepared.clear()
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close(timeout=2)
