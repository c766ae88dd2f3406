"""Deadlines of many short waits, kept by one timer: to set and clear one for each costs more than most waits last.

``asyncio.timeout`` does the same to the moment; here a wait may end up to ``_EVERY`` seconds late.
"""

import asyncio
from types import TracebackType
from typing import Protocol, Self

_EVERY = 0.02
"""Seconds between two looks at what is waited for."""


class Ends(Protocol):
    """What ends at a moment of the loop's clock."""

    moment: float

    def end(self) -> None:
        """Be told that the moment has come."""


class Deadlines:
    """The deadlines of the waits of one event loop, within which they all begin."""

    def __init__(self) -> None:
        self._waits: set[Ends] = set()
        self._looking = False

    def until(self, moment: float) -> "Wait":
        """Return a context whose body is cancelled at a moment of the loop's clock, and then raises TimeoutError."""
        return Wait(self, moment)

    def add(self, wait: Ends) -> None:
        """Begin to watch over a wait, which is told when it is to end."""
        self._waits.add(wait)
        if not self._looking:
            self._looking = True
            asyncio.get_running_loop().call_later(_EVERY, self._look)

    def remove(self, wait: Ends) -> None:
        """Have done with a wait."""
        self._waits.discard(wait)

    @property
    def task(self) -> asyncio.Task[object]:
        """The current task, which waits."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - who waits is a task
        return task

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for each in [each for each in self._waits if each.moment <= now]:
            self._waits.remove(each)
            each.end()
        self._looking = bool(self._waits)
        if self._looking:
            loop.call_later(_EVERY, self._look)


class Wait:
    """One wait; see ``Deadlines.until``."""

    __slots__ = ("_cancelling", "_deadlines", "_over", "_task", "moment")

    def __init__(self, deadlines: Deadlines, moment: float) -> None:
        self.moment = moment
        self._deadlines = deadlines
        self._over = False

    def __enter__(self) -> Self:
        self._task = self._deadlines.task
        self._deadlines.add(self)
        self._cancelling = self._task.cancelling()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._deadlines.remove(self)
        # a task that was cancelled by somebody else as well is not to go on
        if self._over and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def end(self) -> None:
        """Cancel what is waited for."""
        self._over = True
        self._task.cancel()
