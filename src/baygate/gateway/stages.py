"""The milliseconds of each stage of a request, for ``Server-Timing``."""

from time import perf_counter


class Stages:
    """A stopwatch: ``done`` names the stage that has just ended."""

    __slots__ = ("_last", "_names", "_started", "_times")

    def __init__(self) -> None:
        self._started = self._last = perf_counter()
        self._names: list[str] = []
        self._times: list[float] = []

    def done(self, stage: str) -> None:
        """Note the time since the stage before."""
        now = perf_counter()
        self._names.append(stage)
        self._times.append(now - self._last)
        self._last = now

    def header(self) -> bytes:
        """Return the value of the header (W3C Server Timing)."""
        parts = [f"{name};dur={time * 1e3:.2f}" for name, time in zip(self._names, self._times, strict=True)]
        return ", ".join([*parts, f"total;dur={(self._last - self._started) * 1e3:.2f}"]).encode()
