"""Connections to the resident source, and what waits for them.

While all connections are busy, waiting requests of the same fetch are gathered; the connection that comes free takes
them in one statement. There is no timer: at low load nothing waits. A batch has a short time of its own; if it fails,
or takes longer, its members run singly within what is left of their own time, so that none holds or fails another.
A member that left before its turn is not run.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from baygate.sources.resident.binder import columns
from baygate.sources.resident.statement import CompiledFetch, Statement
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


class Overloaded(Exception):
    """More requests wait than the hub lets wait."""


@dataclass(frozen=True)
class Dispatching:
    """How many connections a worker holds, how much may wait, how large and how long a batch may be (seconds)."""

    connections: int = 6
    waiting: int = 1_024
    batch: int = 32
    batch_time: float = 0.5
    statements: int = 300


class _Link:
    """One connection with the statements prepared on it; reconnects when it is used after it was lost."""

    def __init__(self, connect: Connect, statements: int) -> None:
        self._connect = connect
        self._statements = statements
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._prepared: OrderedDict[Statement, Any] = OrderedDict()
        self._named = 0

    async def prepared(self, statement: Statement) -> Any:
        """Return the statement prepared here, the least recently used one making room."""
        if self._connection is None or self._connection.is_closed():
            self._prepared.clear()
            self._connection = await self._connect()
        known = self._prepared.get(statement)
        if known is None:
            # by a name: asyncpg, its own cache switched off, would else plan an unnamed statement anew each time
            self._named += 1
            known = await self._connection.prepare(statement.sql, name=f"baygate_{self._named}")
            self._prepared[statement] = known
            if len(self._prepared) > self._statements:
                self._prepared.popitem(last=False)
        else:
            self._prepared.move_to_end(statement)
        return known

    async def value(self, statement: Statement, values: Sequence[Any]) -> str:
        """Run a statement in its single form."""
        return await self._run(statement, lambda prepared: prepared.fetchval(*values))  # type: ignore[no-any-return]

    async def rows(self, statement: Statement, values: Sequence[Any]) -> list[asyncpg.Record]:
        """Run a statement in its set form."""
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


@dataclass(eq=False)
class _Waiting:
    """A request that waits: it is given its answer by a batch, or a connection to run on by itself."""

    fetch: CompiledFetch | None
    values: Sequence[Any]
    given: "asyncio.Future[str | _Link]"
    alone: bool = False


@dataclass
class Dispatched:
    """Counts since the start, for the metrics."""

    singles: int = 0
    batches: int = 0
    batched: int = 0
    failed_batches: int = 0


class Dispatcher:
    """Runs compiled fetches on a fixed number of connections."""

    def __init__(self, connect: Connect, dispatching: Dispatching) -> None:
        self._settings = dispatching
        self._links = [_Link(connect, dispatching.statements) for _ in range(dispatching.connections)]
        self._idle = deque(self._links)
        self._waiting: OrderedDict[int, deque[_Waiting]] = OrderedDict()
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.counts = Dispatched()

    @property
    def waiting(self) -> int:
        """How many requests wait for a connection."""
        return self._count

    @property
    def busy(self) -> int:
        """How many connections are at work."""
        return len(self._links) - len(self._idle)

    @property
    def idle(self) -> int:
        """How many connections have nothing to do."""
        return len(self._idle)

    async def close(self) -> None:
        """Close every connection; what is still at work is given up."""
        for group in self._waiting.values():
            for member in group:
                member.given.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(link.close() for link in self._links), return_exceptions=True)

    async def answer(self, fetch: CompiledFetch, values: Sequence[Any]) -> str:
        """Return the JSON text that a fetch gives for ``values``.

        Raise Overloaded, or what asyncpg raises.
        """
        given = self._idle.pop() if self._idle else await self._turn(fetch, values)
        if isinstance(given, str):
            return given
        try:
            self.counts.singles += 1
            return await given.value(fetch.statement, values)
        finally:
            self._free(given)

    async def rows(self, statement: Statement, values: Sequence[Any]) -> list[asyncpg.Record]:
        """Return the rows that a set form gives: for entity representations."""
        link = self._idle.pop() if self._idle else await self._turn(None, values)
        assert isinstance(link, _Link)  # noqa: S101 - what does not coalesce is given a connection
        try:
            return await link.rows(statement, values)
        finally:
            self._free(link)

    async def _turn(self, fetch: CompiledFetch | None, values: Sequence[Any]) -> "str | _Link":
        if self._count >= self._settings.waiting:
            raise Overloaded
        waiting = _Waiting(fetch, values, asyncio.get_running_loop().create_future())
        self._enqueue(waiting)
        try:
            return await waiting.given
        except asyncio.CancelledError:
            self._leave(waiting)
            if waiting.given.done() and not waiting.given.cancelled() and not waiting.given.exception():
                given = waiting.given.result()
                if isinstance(given, _Link):
                    self._free(given)
            raise

    def _leave(self, waiting: _Waiting) -> None:
        """Take who is gone out of the queue, so that he holds nobody's place."""
        for key, group in self._waiting.items():
            if waiting in group:
                group.remove(waiting)
                self._count -= 1
                if not group:
                    del self._waiting[key]
                return

    def _enqueue(self, waiting: _Waiting) -> None:
        fetch = waiting.fetch
        key = id(waiting) if waiting.alone or fetch is None or not fetch.coalesces else id(fetch)
        self._waiting.setdefault(key, deque()).append(waiting)
        self._count += 1

    def _free(self, link: _Link) -> None:
        """Take a connection back, and give out what is idle to whoever waits."""
        self._idle.append(link)
        while self._idle and self._waiting:
            members = self._next_members()
            if len(members) == 1:
                members[0].given.set_result(self._idle.pop())
            elif members:
                task = asyncio.get_running_loop().create_task(self._batch(self._idle.pop(), members))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    def _next_members(self) -> list[_Waiting]:
        """Return who has waited longest and all that can go along, without those who left."""
        key, group = self._waiting.popitem(last=False)
        members: list[_Waiting] = []
        while group and len(members) < self._settings.batch:
            member = group.popleft()
            self._count -= 1
            if not member.given.done():
                members.append(member)
        if group:
            self._waiting[key] = group  # the rest goes behind the other fetches: none starves another
        return members

    async def _batch(self, link: _Link, members: list[_Waiting]) -> None:
        fetch = members[0].fetch
        assert fetch is not None  # noqa: S101 - only fetches that coalesce are gathered
        try:
            async with asyncio.timeout(self._settings.batch_time):
                slots = fetch.batch.slots
                values = columns(slots, [fetch.in_batch(member.values) for member in members])
                for place, text in await link.rows(fetch.batch, values):
                    if not members[place - 1].given.done():
                        members[place - 1].given.set_result(text)
            self.counts.batches += 1
            self.counts.batched += len(members)
        except (asyncpg.PostgresError, TimeoutError, ValueError, *GONE):
            self.counts.failed_batches += 1
            for member in members:
                if not member.given.done():
                    member.alone = True
                    self._enqueue(member)
        except BaseException as error:
            for member in members:
                if not member.given.done():
                    member.given.set_exception(error)
            raise
        finally:
            self._free(link)
