"""Metrics: each event counts, and all workers' counts are one hub's, as Prometheus reads them."""

import contextlib
import os
import socket
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from tests.observation.samples import ANSWERED, EVENTS, FAILED, GONE, REFUSED

from baygate.errors import OperatorError
from baygate.observation import exposition, series
from baygate.observation.cells import Cells
from baygate.observation.events import CacheStands, Event, PoolStands, RequestAnswered, WorkerStands
from baygate.observation.exposition import DIRECTORY, Workers, exposed
from baygate.observation.metrics import Metrics

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


class Hub:
    """Workers that count in one directory, and what is read of them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._registry = CollectorRegistry()
        self._registry.register(Workers(directory))
        self._workers: list[Cells] = []

    def worker(self, *events: Event) -> Cells:
        """Return the cells of a worker to which this happened; it ends when they are closed."""
        cells = Cells.shared(self._directory)
        self._workers.append(cells)
        metrics = Metrics(cells)
        for each in events:
            metrics.observe(each)
        return cells

    def close(self) -> None:
        for each in self._workers:
            each.close()

    def value(self, name: str, **labels: str) -> float | None:
        return self.samples().get((name, frozenset(labels.items())))

    def samples(self) -> Samples:
        families = text_string_to_metric_families(generate_latest(self._registry).decode())
        return {
            (each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples
        }


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    hub = Hub(tmp_path)
    yield hub
    hub.close()


def test_every_metric_there_is_comes_from_some_event(hub: Hub) -> None:
    hub.worker(*EVENTS)
    found = {name for name, _ in hub.samples()}
    for each in series.ALL.values():
        suffix = {series.Kind.COUNTER: "_total", series.Kind.HISTOGRAM: "_bucket"}.get(each.kind, "")
        assert each.name + suffix in found
    assert hub.value("baygate_series_lost_total") == 0


def test_requests_are_told_apart_by_how_they_ended(hub: Hub) -> None:
    hub.worker(ANSWERED, ANSWERED, REFUSED, FAILED, GONE)
    assert hub.value("baygate_requests_total", status="200", code="OK") == 2
    assert hub.value("baygate_requests_total", status="400", code="LIMIT_EXCEEDED") == 1
    for outcome, count in (("answered", 2), ("refused", 1), ("failed", 1), ("left", 1)):
        assert hub.value("baygate_request_seconds_count", outcome=outcome) == count
    assert hub.value("baygate_operation_requests_total", operation="ab12") == 2
    assert hub.value("baygate_response_bytes_total") == 1024


def test_a_time_is_in_the_bucket_of_the_least_bound_that_it_does_not_exceed(hub: Hub) -> None:
    times = (0.0, 0.005, 0.0051, 11.0)
    hub.worker(*(RequestAnswered(200, None, each) for each in times))
    labels = {"outcome": "answered"}
    for bound, count in (("0.0001", 1), ("0.0025", 1), ("0.005", 2), ("0.01", 3), ("10.0", 3), ("+Inf", 4)):
        assert hub.value("baygate_request_seconds_bucket", le=bound, **labels) == count
    assert hub.value("baygate_request_seconds_sum", **labels) == pytest.approx(sum(times))


def test_workers_count_together_and_those_that_ended_still_do(hub: Hub) -> None:
    one = hub.worker(ANSWERED, ANSWERED)
    hub.worker(ANSWERED)
    assert hub.value("baygate_requests_total", status="200", code="OK") == 3
    one.close()
    for _ in range(2):
        assert hub.value("baygate_requests_total", status="200", code="OK") == 3
    hub.worker(ANSWERED)
    assert hub.value("baygate_requests_total", status="200", code="OK") == 4
    assert hub.value("baygate_stage_seconds_count", stage="plan") == 4


def test_how_things_stand_is_of_living_workers_alone(hub: Hub) -> None:
    def standing(busy: int, late: float) -> tuple[Event, ...]:
        return PoolStands(busy, 0, 0, 0, 0, 0, 0), WorkerStands(0.0, 10, late)

    hub.worker(*standing(2, 0.1))
    other = hub.worker(*standing(3, 0.3))
    assert hub.value("baygate_pool_connections", state="busy") == 5
    assert hub.value("baygate_worker_loop_delay_seconds") == 0.3
    assert hub.value("baygate_workers") == 2
    other.close()
    assert hub.value("baygate_pool_connections", state="busy") == 2
    assert hub.value("baygate_worker_loop_delay_seconds") == 0.1
    assert hub.value("baygate_workers") == 1


def test_a_total_that_something_else_keeps_never_falls(hub: Hub) -> None:
    totals = (5, 8, 8, 2, 3)  # the cache was replaced after the third
    hub.worker(*(CacheStands("plans", 1, 1, hits, 0) for hits in totals))
    assert hub.value("baygate_cache_lookups_total", cache="plans", found="hit") == 8 + 3


def test_what_alarms_is_there_before_it_happens(hub: Hub) -> None:
    hub.worker()
    assert hub.value("baygate_audit_unavailable_total") == 0
    assert hub.value("baygate_audit_stamp_failures_total") == 0
    for what in ("head", "receipt"):
        assert hub.value("baygate_audit_signing_failures_total", what=what) == 0


# Where Prometheus reads it


@contextlib.contextmanager
def served() -> Iterator[str]:
    with exposed("127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}/metrics"


def test_prometheus_reads_what_workers_count_that_are_started_meanwhile() -> None:
    with served() as address:
        directory = Path(os.environ[DIRECTORY])
        hub = Hub(directory)
        hub.worker(ANSWERED)
        with urllib.request.urlopen(address) as answer:
            assert 'baygate_requests_total{code="OK",status="200"} 1.0' in answer.read().decode()
        hub.close()
    assert DIRECTORY not in os.environ
    assert not directory.exists()


def test_nobody_else_on_the_machine_can_look_into_the_directory() -> None:
    with served():
        assert Path(os.environ[DIRECTORY]).stat().st_mode & 0o077 == 0


def test_without_a_port_nothing_listens_and_nothing_is_counted() -> None:
    with exposed("127.0.0.1", None) as port:
        assert port is None
        assert DIRECTORY not in os.environ


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with (
            pytest.raises(OperatorError, match=f"metrics: 127.0.0.1:{port} cannot be bound"),
            exposed("127.0.0.1", port),
        ):
            pass


def test_a_machine_without_shared_memory_counts_on_its_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(exposition, "_MEMORY", tmp_path / "none")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with served():
        assert Path(os.environ[DIRECTORY]).parent == tmp_path
