"""What remote sources contribute, as one worker has it: the newest supergraph in the database, and the sources in it.

1. A new supergraph takes effect at once for all requests that come after; those that are on their way keep the
   connections that they began with.
2. A supergraph that cannot be used is none: the hub answers of its own records, and says why to the operator.
3. If the hub's own contract is another by now than the one that was composed, what is registered is composed anew.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import asyncpg

from baygate.contract.schema import sdl
from baygate.errors import OperatorError
from baygate.observation.observer import Nobody, Observer
from baygate.sources.registered import SupergraphUnusable, contributed, remote_of
from baygate.sources.remote.source import RemoteSource
from baygate.sources.supergraph.contributions import Contributions
from baygate.storage import sources
from baygate.storage.sources import SUPERGRAPH_CHANGED, StoredSource, StoredSupergraph, digest_of

log = logging.getLogger("baygate.sources")

_LINGER = 60.0
"""Seconds after which connections are closed that no new request uses."""


@dataclass(frozen=True)
class Joined:
    """The sources that are joined to the hub now; none of them remote if nothing is contributed."""

    version: str = ""
    contributed: Contributions | None = None
    remote: Mapping[str, RemoteSource] = field(default_factory=dict)


class Joining:
    """Keeps what is joined as the database has it; ``take`` is told of each change."""

    def __init__(self, take: Callable[[Joined], None], observer: Observer | None = None) -> None:
        self._take = take
        self._observer = observer or Nobody()
        self._stale = True
        self._joined = Joined()
        self._closing: set[asyncio.Task[None]] = set()
        self.problem: str | None = None
        """Why registered sources are not joined, in words for the operator."""

    @property
    def channels(self) -> Mapping[str, Callable[[str], None]]:
        """What to do with a word of a new supergraph."""
        return {SUPERGRAPH_CHANGED: self._changed}

    async def begin(self, connection: asyncpg.Connection) -> None:
        """Read all anew."""
        self._stale = True
        await self.refresh(connection)

    async def refresh(self, connection: asyncpg.Connection) -> None:
        """Read the newest supergraph if there may be one."""
        if not self._stale:
            return
        self._stale = False
        supergraph, registered = await sources.in_force(connection)
        version = f"{supergraph.version} {digest_of(sdl())}" if supergraph and registered else ""
        if version == self._joined.version:
            return
        found = await asyncio.to_thread(self._contributed, supergraph, registered)
        before = self._joined
        self._joined = self._opened(version, found, registered)
        self._take(self._joined)
        self._close_later(before.remote.values())

    @property
    def remote(self) -> Mapping[str, RemoteSource]:
        """The remote sources that new requests are answered with."""
        return self._joined.remote

    async def close(self) -> None:
        """Close all connections to sources."""
        for each in self._closing:
            each.cancel()
        await asyncio.gather(*(each.close() for each in self._joined.remote.values()))

    def _contributed(self, supergraph: StoredSupergraph | None, registered: list[StoredSource]) -> Contributions | None:
        try:
            found = contributed(supergraph, registered)
        except SupergraphUnusable as unusable:
            self.problem = unusable.what
            log.error("%s", self.problem)
            return None
        self.problem = None
        return found

    def _opened(self, version: str, found: Contributions | None, registered: Iterable[StoredSource]) -> Joined:
        if found is None:
            return Joined(version)
        remote = {}
        for each in registered:
            try:
                remote[each.name] = RemoteSource(remote_of(each), observer=self._observer)
            except OperatorError as error:
                self.problem = f"The source {each.name} cannot be asked: {error}"
                log.error("%s", self.problem)
                return Joined(version)
        return Joined(version, found, remote)

    def _close_later(self, opened: Iterable[RemoteSource]) -> None:
        async def close() -> None:
            await asyncio.sleep(_LINGER)
            for each in opened:
                await each.close()

        if opened:
            task = asyncio.create_task(close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def _changed(self, _: str) -> None:
        self._stale = True
