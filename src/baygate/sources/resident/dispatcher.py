"""Connections to the resident source, and what waits for them.

1. Waiting requests of the same fetch are gathered, and go together in one statement. They wait while all connections
   are busy. Those of a quick fetch wait for company, too: to go together costs all of them a good deal less. They go as
   soon as they are a few, or when a turn of the event loop has brought nobody else, one statement after the other; but
   nobody waits long for one that is under way. At low load nothing waits.
2. A batch has a short time of its own; if it fails, or takes longer, its members run singly within what is left of
   their own time, so that none holds or fails another.
3. A member that left before its turn is not run.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import asyncpg

from baygate.deadlines import Deadlines
from baygate.sources.resident.binder import columns
from baygate.sources.resident.link import GONE, Connect, Link
from baygate.sources.resident.pace import PATIENCE, TOGETHER
from baygate.sources.resident.statement import CompiledFetch, Statement


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


@dataclass(eq=False)
class _Waiting:
    """A request that waits: it is given its answer by a batch, or a connection to run on by itself."""

    fetch: CompiledFetch | None
    values: Sequence[Any]
    given: "asyncio.Future[bytes | Link]"
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
        self._links = [Link(connect, dispatching.statements) for _ in range(dispatching.connections)]
        self._idle = deque(self._links)
        self._waiting: OrderedDict[int, deque[_Waiting]] = OrderedDict()
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._looking = self._watching = False
        self._arrived = 0
        self._deadlines = Deadlines()
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

    async def answer(self, fetch: CompiledFetch, values: Sequence[Any]) -> bytes:
        """Return the JSON text that a fetch gives for ``values``, as UTF-8.

        Raise Overloaded, or what asyncpg raises.
        """
        if self._idle and not (fetch.coalesces and fetch.pace.quick):
            given: bytes | Link = self._idle.pop()
            fetch.pace.begin(monotonic())
        else:
            given = await self._turn(fetch, values)
        if isinstance(given, bytes):
            return given
        began = monotonic()
        try:
            self.counts.singles += 1
            return await given.value(fetch.statement, values)
        finally:
            fetch.pace.end(monotonic() - began)
            self._free(given)

    async def rows(self, statement: Statement, values: Sequence[Any]) -> list[asyncpg.Record]:
        """Return the rows that a set form gives: for entity representations."""
        link = self._idle.pop() if self._idle else await self._turn(None, values)
        assert isinstance(link, Link)  # noqa: S101 - what does not coalesce is given a connection
        try:
            return await link.rows(statement, values)
        finally:
            self._free(link)

    async def _turn(self, fetch: CompiledFetch | None, values: Sequence[Any]) -> "bytes | Link":
        if self._count >= self._settings.waiting:
            raise Overloaded
        waiting = _Waiting(fetch, values, asyncio.get_running_loop().create_future())
        self._enqueue(waiting)
        if self._idle and self._count >= TOGETHER:
            self._give()
        else:
            self._look_again()
        try:
            return await waiting.given
        except asyncio.CancelledError:
            self._leave(waiting)
            if waiting.given.done() and not waiting.given.cancelled() and not waiting.given.exception():
                given = waiting.given.result()
                if isinstance(given, Link):
                    if fetch is not None:
                        fetch.pace.leave()
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
        self._arrived += 1

    def _free(self, link: Link) -> None:
        """Take a connection back."""
        waited_for = not self._idle
        self._idle.append(link)
        self._give(quiet=waited_for)  # who has waited for a connection has waited for company, too

    def _give(self, *, quiet: bool = False) -> None:
        """Give what is idle to whoever waits for that; ``quiet`` if nobody has come of late."""
        while self._idle and (members := self._next_members(quiet=quiet)):
            link, fetch = self._idle.pop(), members[0].fetch
            if fetch is not None:
                fetch.pace.begin(monotonic())
            if len(members) == 1:
                members[0].given.set_result(link)
            else:
                task = asyncio.get_running_loop().create_task(self._batch(link, members))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        self._look_again()

    def _look_again(self) -> None:
        """Look in a turn of the loop whether others have come, and else let those go who may; let nobody wait long."""
        if not self._idle or not self._waiting:
            return
        loop, now = asyncio.get_running_loop(), monotonic()
        if any(_may_go(group, now) for group in self._waiting.values()):
            if not self._looking:
                self._looking = True
                loop.call_soon(self._looked, self._arrived)
        elif not self._watching:
            self._watching = True
            loop.call_later(PATIENCE, self._watched)

    def _looked(self, arrived: int) -> None:
        self._looking = False
        self._give(quiet=arrived == self._arrived)

    def _watched(self) -> None:
        self._watching = False
        self._give(quiet=True)

    def _next_members(self, *, quiet: bool) -> list[_Waiting]:
        """Return who has waited longest and all that can go along, without those who left; none if all are to wait."""
        now = monotonic()
        for key, group in list(self._waiting.items()):
            if not _may_go(group, now) or not (quiet or len(group) >= TOGETHER or _at_once(group)):
                continue
            del self._waiting[key]
            members: list[_Waiting] = []
            while group and len(members) < self._settings.batch:
                member = group.popleft()
                self._count -= 1
                if not member.given.done():
                    members.append(member)
            if group:
                self._waiting[key] = group  # the rest goes behind the other fetches: none starves another
            if members:
                return members
        return []

    async def _batch(self, link: Link, members: list[_Waiting]) -> None:
        fetch = members[0].fetch
        assert fetch is not None  # noqa: S101 - only fetches that coalesce are gathered
        began = monotonic()
        try:
            values = columns(fetch.batch.slots, [fetch.in_batch(member.values) for member in members])
            with self._deadlines.until(asyncio.get_running_loop().time() + self._settings.batch_time):
                rows = await link.rows(fetch.batch, values)
            for place, text in rows:
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
            fetch.pace.end(monotonic() - began, len(members))
            self._free(link)


def _at_once(group: Sequence[_Waiting]) -> bool:
    """Whether these do not gain by waiting for others."""
    first = group[0]
    return first.alone or first.fetch is None or not (first.fetch.coalesces and first.fetch.pace.quick)


def _may_go(group: Sequence[_Waiting], now: float) -> bool:
    """Whether they are to have a connection if one is idle."""
    fetch = group[0].fetch
    return _at_once(group) or fetch is None or fetch.pace.has_turn(now)
