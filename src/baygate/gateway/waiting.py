"""How long a request is waited for: for its body so many seconds, for its answer as long as the client is there.

Most requests are over before either matters. So a request is only looked at when it has lasted.
"""

import asyncio
from collections.abc import Awaitable
from types import TracebackType
from typing import Self

from starlette.types import Receive

from baygate.deadlines import Deadlines
from baygate.gateway.answer import Answer

_PATIENCE = 0.05
"""Seconds after which a request is watched; most are over sooner."""


class Waiting:
    """The waiting for one request, by the task that serves it: a context, in it the body, then the answer."""

    def __init__(self, receive: Receive, seconds: float, deadlines: Deadlines) -> None:
        self._receive = receive
        self._seconds = seconds
        self._deadlines = deadlines
        self._answering = self._lasting = self._late = self._left = False
        self._watch: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._task = self._deadlines.task
        self._began = self._task.get_loop().time()
        self.moment = self._began + min(_PATIENCE, self._seconds)
        self._deadlines.add(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._deadlines.remove(self)
        if self._watch is not None:
            self._watch.cancel()

    async def body(self, reading: Awaitable[bytes]) -> bytes:
        """Return the body; raise TimeoutError if it is not there in time."""
        try:
            return await reading
        except asyncio.CancelledError:
            if self._late and not self._task.uncancel():
                raise TimeoutError from None
            raise

    async def answer(self, answering: Awaitable[Answer]) -> Answer | None:
        """Return the answer, or None if the client left before it was there: then its work is cancelled."""
        self._answering = True
        if self._lasting:
            self._deadlines.remove(self)
            self.end()
        try:
            return await answering
        except asyncio.CancelledError:
            if self._left and not self._task.uncancel():
                return None
            raise

    def end(self) -> None:
        """Be patient no longer: watch the client, or give up a body that has had its time."""
        if self._answering:
            self._watch = self._task.get_loop().create_task(self._until_left())
        elif not self._lasting:
            self._lasting = True
            self.moment = self._began + self._seconds
            self._deadlines.add(self)
        else:
            self._late = True
            self._task.cancel()

    async def _until_left(self) -> None:
        message = await self._receive()
        while message["type"] != "http.disconnect":
            message = await self._receive()
        self._left = True
        self._task.cancel()
