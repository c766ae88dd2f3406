"""The seconds of each stage of a request, for ``Server-Timing`` and for whoever observes."""

from time import perf_counter


class Stages:
    """A stopwatch: ``done`` names the stage that has just ended; ``each`` is how long each took."""

    __slots__ = ("_last", "each")

    def __init__(self) -> None:
        self._last = perf_counter()
        self.each: list[tuple[str, float]] = []

    def done(self, stage: str) -> None:
        """Note the time since the stage before."""
        now = perf_counter()
        self.each.append((stage, now - self._last))
        self._last = now

    def header(self) -> bytes:
        """Return the value of the header (W3C Server Timing)."""
        total = sum(seconds for _, seconds in self.each)
        told = "".join(f"{stage};dur={seconds * 1e3:.2f}, " for stage, seconds in self.each)
        return f"{told}total;dur={total * 1e3:.2f}".encode()
