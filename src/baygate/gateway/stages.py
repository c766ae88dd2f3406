"""The milliseconds of each stage of a request, for ``Server-Timing``."""

from time import perf_counter


class Stages:
    """A stopwatch: ``done`` names the stage that has just ended."""

    __slots__ = ("_last", "_started", "_told")

    def __init__(self) -> None:
        self._started = self._last = perf_counter()
        self._told = ""

    def done(self, stage: str) -> None:
        """Note the time since the stage before."""
        now = perf_counter()
        self._told += f"{stage};dur={(now - self._last) * 1e3:.2f}, "
        self._last = now

    def header(self) -> bytes:
        """Return the value of the header (W3C Server Timing)."""
        return f"{self._told}total;dur={(self._last - self._started) * 1e3:.2f}".encode()
