"""Errands to others' servers, each by itself: one that takes long holds up no other, and is begun once at a time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger("baygate.errands")


class Errands:
    """Runs errands by name, ``at_once`` of them; whoever has begun one does not wait for its end."""

    def __init__(self, at_once: int) -> None:
        self._limit = asyncio.Semaphore(at_once)
        self._underway: dict[str, asyncio.Task[None]] = {}

    def begin(self, name: str, errand: Callable[[], Awaitable[None]]) -> None:
        """Begin an errand, unless the one of this name is underway still."""
        if name not in self._underway:
            self._underway[name] = asyncio.create_task(self._run(name, errand))

    async def close(self) -> None:
        """Give up whatever is underway."""
        underway = list(self._underway.values())
        for each in underway:
            each.cancel()
        await asyncio.gather(*underway, return_exceptions=True)

    async def _run(self, name: str, errand: Callable[[], Awaitable[None]]) -> None:
        try:
            async with self._limit:
                await errand()
        except Exception:
            log.exception("%s: it cannot be done", name)
        finally:
            del self._underway[name]
