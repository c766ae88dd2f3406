"""One worker's observation, put together from what the operator wants."""

import asyncio
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from baygate.observation.cells import Cells
from baygate.observation.events import Event
from baygate.observation.exposition import DIRECTORY
from baygate.observation.logs import Logs
from baygate.observation.metrics import Metrics
from baygate.observation.observer import Observer, Readers
from baygate.observation.pulse import Pulse
from baygate.observation.span import Sampling
from baygate.observation.traces import Export, Traces, export_to
from baygate.observation.window import Windows


class Observation:
    """What a worker's events go to, which of its requests are traced, its pulse, and what of it was kept last."""

    def __init__(
        self,
        observer: Observer,
        sampling: Sampling,
        cells: Cells | None = None,
        export: Export | None = None,
        windows: Windows | None = None,
    ) -> None:
        self.observe = observer.observe
        self.sampling = sampling
        self.windows = windows or Windows()
        self._observer = observer
        self._cells = cells
        self._export = export
        self._pulse: Pulse | None = None

    @classmethod
    def of_worker(cls, *, requests_logged: bool, traces_to: str | None, share: float) -> "Observation":
        """Return that of a worker; it counts where the process that started it can read. Raise OperatorError."""
        directory = os.environ.get(DIRECTORY)
        export = export_to(traces_to) if traces_to else None
        windows = Windows()
        readers: list[Observer] = [Logs(requests=requests_logged), windows]
        cells = Cells.shared(Path(directory)) if directory else None
        if cells is not None:
            readers.append(Metrics(cells))
        if export is not None:
            readers.append(Traces(export))
        return cls(Readers(readers), Sampling(share if export is not None else 0.0), cells, export, windows)

    def start(self, standing: Callable[[], Iterable[Event]]) -> None:
        """Begin to announce how things stand, within the running loop."""
        self._pulse = Pulse(self._observer, standing)
        self._pulse.start()

    async def close(self) -> None:
        """Announce a last time how things stand, and send what is left of traces."""
        if self._pulse is not None:
            await self._pulse.close()
        if self._cells is not None:
            self._cells.close()
        if self._export is not None:
            await asyncio.to_thread(self._export.close)
