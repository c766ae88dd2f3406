"""How long a request is waited for: for its body so many seconds, for its answer as long as the client is there.

Most requests are over before either matters. So there is one timer a request, and more only when that has rung.
"""

import asyncio
from collections.abc import Awaitable
from types import TracebackType
from typing import Self

from starlette.types import Receive

from baygate.gateway.answer import Answer

_PATIENCE = 0.05
"""Seconds after which a request is watched; most are over sooner."""


class Waiting:
    """The waiting for one request, by the task that serves it: a context, in it the body, then the answer."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self._receive = receive
        self._patience = min(_PATIENCE, seconds)
        self._seconds = seconds
        self._answering = self._late = self._left = False
        self._watch: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        task = asyncio.current_task(self._loop)
        assert task is not None  # noqa: S101 - an ASGI application runs in a task
        self._task = task
        self._timer = self._loop.call_later(self._patience, self._lasts)
        self._lasting = False
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._timer.cancel()
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
            self._timer.cancel()
            self._lasts()
        try:
            return await answering
        except asyncio.CancelledError:
            if self._left and not self._task.uncancel():
                return None
            raise

    def _lasts(self) -> None:
        self._lasting = True
        if self._answering:
            self._watch = self._loop.create_task(self._until_left())
        else:
            self._timer = self._loop.call_later(self._seconds - self._patience, self._is_late)

    def _is_late(self) -> None:
        self._late = True
        self._task.cancel()

    async def _until_left(self) -> None:
        message = await self._receive()
        while message["type"] != "http.disconnect":
            message = await self._receive()
        self._left = True
        self._task.cancel()
