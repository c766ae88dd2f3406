"""Following: what a worker knows of the database and must not be older than seconds.

The worker listens on a connection of its own (LISTEN/NOTIFY), so that a change anywhere is seen everywhere at once.
Once a second it asks whether the connection still lives. When it was lost, all is read anew. A worker that has not
heard from the database for five seconds does not answer, rather than act on what may have changed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from typing import Protocol

import asyncpg

from baygate.storage.database import cut_after

log = logging.getLogger("baygate.following")

DEAF = 5.0
"""Seconds without a word from the database after which the worker stops answering."""
_BEAT = 1.0
_LONGEST = 30.0
"""Seconds that reading may take; a connection whose other end is gone is given up then."""


class OutOfTouch(Exception):
    """The worker does not know how things stand now."""


class Follower(Protocol):
    """Something that is kept as the database has it."""

    @property
    def channels(self) -> Mapping[str, Callable[[str], None]]:
        """What to do with a word on each channel; it must not take long."""

    async def begin(self, connection: asyncpg.Connection) -> None:
        """Read all anew: nothing was heard before."""

    async def refresh(self, connection: asyncpg.Connection) -> None:
        """Read what a word said has changed; called after each, and once a second."""


class Following:
    """Keeps followers as the database has them, over one connection."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._connect = connect
        self._followers: Sequence[Follower] = ()
        self._heard = float("-inf")
        self._woken = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    def start(self, followers: Sequence[Follower]) -> None:
        """Begin to follow; what is known before is nothing."""
        self._followers = followers
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Stop."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching

    def require(self) -> None:
        """Raise OutOfTouch if what is known may be out of date."""
        if monotonic() - self._heard > DEAF:
            raise OutOfTouch

    async def _watch(self) -> None:
        while True:
            connection: asyncpg.Connection | None = None
            try:
                connection = await self._connect()
                await self._follow(connection)
            except Exception as error:  # whatever it is, to stop watching would be to stop answering for good
                log.warning("out of touch with the database: %s", error)
            finally:
                if connection is not None:
                    connection.terminate()
            await asyncio.sleep(_BEAT / 4)

    async def _follow(self, connection: asyncpg.Connection) -> None:
        """Listen first and read then, so that no change falls between the two."""
        async with asyncio.timeout(DEAF):
            for follower in self._followers:
                for channel, hear in follower.channels.items():
                    await connection.add_listener(channel, self._hearing(hear))
        with cut_after(_LONGEST, connection):
            for follower in self._followers:
                await follower.begin(connection)
        while True:
            self._woken.clear()
            await connection.fetchval("SELECT 1", timeout=_BEAT)
            with cut_after(_LONGEST, connection):
                for follower in self._followers:
                    await follower.refresh(connection)
            self._heard = monotonic()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_BEAT):  # wait_for of Python 3.11 can lose a cancellation
                    await self._woken.wait()

    def _hearing(self, hear: Callable[[str], None]) -> Callable[..., None]:
        def heard(*told: object) -> None:
            hear(str(told[3]))
            self._woken.set()

        return heard
