"""The pulse: once a second a worker announces how things stand."""

import asyncio
import contextlib
import resource
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from time import process_time

from baygate.observation.events import Event, WorkerStands
from baygate.observation.observer import Observer

_BEAT = 1.0
_PAGES = Path("/proc/self/statm")


class Pulse:
    """Announces ``standing``, and what the worker takes of its machine, as long as it beats."""

    def __init__(self, observer: Observer, standing: Callable[[], Iterable[Event]], beat: float = _BEAT) -> None:
        self._observer = observer
        self._standing = standing
        self._beat = beat
        self._beating: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to beat."""
        self._beating = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop, after a last beat: what was counted until now counts."""
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating
            self._announce(0.0)

    async def _run(self) -> None:
        time = asyncio.get_running_loop().time
        late = 0.0
        while True:
            self._announce(late)
            due = time() + self._beat
            await asyncio.sleep(self._beat)
            late = max(0.0, time() - due)

    def _announce(self, late: float) -> None:
        self._observer.observe(WorkerStands(process_time(), _resident(), late))
        for each in self._standing():
            self._observer.observe(each)


def _resident() -> int:
    """Return how many bytes of memory this process holds; where the system does not tell, the most that it held."""
    with contextlib.suppress(OSError):
        return int(_PAGES.read_text().split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
