"""Exposition: what all workers of one hub have counted, as Prometheus reads it, at an address of its own.

The process that starts the workers answers, so that it is one and the same whichever worker serves a request, and what
workers counted that have ended is not forgotten. It is not the hub's own port: behind a proxy every client comes from
the proxy's address, so nobody could be told apart there without a token, and Prometheus has none.
"""

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client import start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from baygate.errors import OperatorError
from baygate.observation.cells import Counted, Labels, read
from baygate.observation.series import ALL, Kind, Series

DIRECTORY = "BAYGATE_OBSERVED_IN"
"""The variable that tells workers where to count."""
_MEMORY = Path("/dev/shm")  # noqa: S108 - within it, a directory of our own

Numbers = dict[Labels, list[float]]


class Workers(Collector):
    """Adds up what workers counted: those that run, and those that have ended."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._ended: dict[str, Numbers] = {}
        self._one_at_a_time = threading.Lock()

    def collect(self) -> Iterable[Metric]:
        """Return all metrics that anything was counted of."""
        with self._one_at_a_time:
            living: dict[str, Numbers] = {name: _copied(numbers) for name, numbers in self._ended.items()}
            for each in read(self._directory):
                if not each.living:
                    _gather(self._ended, each)
                _gather(living, each)
        return [_family(ALL[name], living[name]) for name in ALL if living.get(name)]


def _copied(numbers: Numbers) -> Numbers:
    return {labels: list(each) for labels, each in numbers.items()}


def _gather(into: dict[str, Numbers], counted: Counted) -> None:
    """Add the numbers of one worker; how things stood in one that has ended is how nothing stands."""
    for (name, labels), numbers in counted.numbers.items():
        kind = ALL[name].kind
        if not counted.living and kind in {Kind.SUM, Kind.MOST}:
            continue
        before = into.setdefault(name, {}).setdefault(labels, [0.0] * len(numbers))
        join = max if kind is Kind.MOST else float.__add__
        before[:] = map(join, before, numbers)


def _family(series: Series, numbers: Numbers) -> Metric:
    if series.kind is Kind.HISTOGRAM:
        histogram = HistogramMetricFamily(series.name, series.help, labels=series.labels)
        for labels, each in sorted(numbers.items()):
            histogram.add_metric(labels, list(_buckets(series, each)), each[-1])
        return histogram
    kind = CounterMetricFamily if series.kind is Kind.COUNTER else GaugeMetricFamily
    family = kind(series.name, series.help, labels=series.labels)
    for labels, each in sorted(numbers.items()):
        family.add_metric(labels, each[0])
    return family


def _buckets(series: Series, numbers: list[float]) -> Iterator[tuple[str, float]]:
    """Return what was at most as long as each bound: Prometheus' buckets hold those before them."""
    sum_ = 0.0
    for bound, count in zip((*series.bounds, float("inf")), numbers, strict=False):
        sum_ += count
        yield "+Inf" if bound == float("inf") else str(bound), sum_


@contextlib.contextmanager
def exposed(host: str, port: int | None) -> Iterator[int | None]:
    """Let workers that are started in here count, and answer Prometheus; without a port do nothing.

    Give the port, which is another one if it is 0. Raise OperatorError if it cannot be had.
    """
    if port is None:
        yield None
        return
    memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None  # where no disk has to be waited for
    with tempfile.TemporaryDirectory(prefix="baygate-", dir=memory) as directory:
        try:
            server, thread = start_http_server(port, host, Workers(Path(directory)))
        except OSError as error:
            advice = "Set another metrics.port, or an address of this machine as metrics.host."
            raise OperatorError(f"metrics: {host}:{port} cannot be bound: {error.strerror or error}", advice) from None
        os.environ[DIRECTORY] = directory
        try:
            yield server.server_port
        finally:
            os.environ.pop(DIRECTORY, None)
            server.shutdown()
            server.server_close()
            thread.join()
