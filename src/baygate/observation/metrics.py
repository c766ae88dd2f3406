"""Metrics: the reader that counts events. It only adds numbers; another process makes text of them (exposition.py)."""

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from baygate.observation import series
from baygate.observation.cells import Cells
from baygate.observation.events import (
    LEFT,
    BreakerTurned,
    CacheStands,
    ClockWentBack,
    Decided,
    Event,
    HeadSigned,
    LogStands,
    LogUnavailable,
    PlanMade,
    PoolStands,
    RecordsWritten,
    RequestAnswered,
    RequestsStand,
    SigningFailed,
    SourceAsked,
    SourceStands,
    StampFailed,
    WorkerStands,
)
from baygate.observation.series import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ANSWERED = "OK"
"""What stands in the place of a refusal's code."""


class Metrics:
    """Counts in the cells of one worker."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._values = cells.values
        self._places: dict[tuple[str, ...], int] = {}
        self._stages: dict[str, int] = {}
        self._totals: dict[tuple[str, ...], float] = {}
        self._take: Mapping[type, Callable[[Any], None]] = {
            RequestAnswered: self._request,
            Decided: self._decided,
            PlanMade: lambda each: self._time(series.PLAN_SECONDS, each.seconds),
            SourceAsked: self._source,
            BreakerTurned: lambda each: self._add(series.BREAKER_TURNS, 1, each.source, each.state),
            RecordsWritten: self._records,
            LogUnavailable: lambda _: self._add(series.AUDIT_UNAVAILABLE, 1),
            ClockWentBack: lambda _: self._add(series.AUDIT_CLOCK_BACK, 1),
            HeadSigned: self._head,
            SigningFailed: lambda each: self._add(series.AUDIT_SIGNING_FAILURES, 1, each.what),
            StampFailed: lambda _: self._add(series.AUDIT_STAMP_FAILURES, 1),
            WorkerStands: self._worker,
            RequestsStand: lambda each: self._set(series.REQUESTS_RUNNING, each.running),
            PoolStands: self._pool,
            CacheStands: self._cache,
            SourceStands: self._source_stands,
            LogStands: self._log,
        }
        self._begin_at_zero()

    def observe(self, event: Event) -> None:
        """Count an event."""
        self._take[event.__class__](event)

    def _begin_at_zero(self) -> None:
        """Let what is to alarm be there before it happens: a rise from nothing is none that Prometheus sees."""
        for each in (
            series.AUDIT_UNAVAILABLE,
            series.AUDIT_CLOCK_BACK,
            series.AUDIT_STAMP_FAILURES,
            series.STATEMENTS_FAILED,
        ):
            self._add(each, 0)
        for what in ("head", "receipt"):
            self._add(series.AUDIT_SIGNING_FAILURES, 0, what)

    def _request(self, event: RequestAnswered) -> None:
        self._add(series.REQUESTS, 1, str(event.status), event.code or ANSWERED)
        self._time(series.REQUEST_SECONDS, event.seconds, _outcome(event))
        self._add(series.RESPONSE_BYTES, event.bytes)
        values, bounds = self._values, series.STAGE_SECONDS.bounds
        for stage, seconds in event.stages:
            place = self._stages.get(stage)
            if place is None:
                place = self._stages[stage] = self._place(series.STAGE_SECONDS, (stage,))
            values[place + bisect_left(bounds, seconds)] += 1
            values[place + len(bounds) + 1] += seconds
        if event.operation is not None:
            self._add(series.OPERATION_REQUESTS, 1, event.operation)
            self._add(series.OPERATION_SECONDS, event.seconds, event.operation)

    def _decided(self, event: Decided) -> None:
        for outcome, count in event.outcomes.items():
            self._add(series.DECISIONS, count, outcome)

    def _source(self, event: SourceAsked) -> None:
        self._add(series.SOURCE_REQUESTS, 1, event.source, event.outcome)
        self._time(series.SOURCE_SECONDS, event.seconds, event.source)

    def _source_stands(self, event: SourceStands) -> None:
        self._set(series.BREAKER_OPEN, event.open, event.source)
        self._reach(series.SOURCE_RETRIES, event.retries, event.source)
        self._reach(series.SOURCE_BYTES, event.bytes, event.source)

    def _records(self, event: RecordsWritten) -> None:
        self._add(series.AUDIT_RECORDS, event.count)
        self._time(series.AUDIT_WRITE_SECONDS, event.seconds)

    def _head(self, event: HeadSigned) -> None:
        self._add(series.AUDIT_HEADS, 1)
        self._time(series.AUDIT_HEAD_LAG, event.lag)

    def _worker(self, event: WorkerStands) -> None:
        self._reach(series.WORKER_CPU, event.cpu)
        self._set(series.WORKER_RESIDENT, event.resident)
        self._set(series.WORKER_DELAY, event.delay)
        self._set(series.WORKERS, 1)

    def _pool(self, event: PoolStands) -> None:
        self._set(series.POOL_CONNECTIONS, event.busy, "busy")
        self._set(series.POOL_CONNECTIONS, event.idle, "idle")
        self._set(series.POOL_WAITING, event.waiting)
        self._reach(series.STATEMENTS, event.singles, "single")
        self._reach(series.STATEMENTS, event.batches, "batch")
        self._reach(series.STATEMENTS_MEMBERS, event.batched)
        self._reach(series.STATEMENTS_FAILED, event.failed_batches)

    def _cache(self, event: CacheStands) -> None:
        self._set(series.CACHE_ENTRIES, event.entries, event.cache)
        self._set(series.CACHE_BYTES, event.bytes, event.cache)
        self._reach(series.CACHE_LOOKUPS, event.hits, event.cache, "hit")
        self._reach(series.CACHE_LOOKUPS, event.misses, event.cache, "miss")

    def _log(self, event: LogStands) -> None:
        self._set(series.AUDIT_SIZE, event.size)
        self._set(series.AUDIT_UNSIGNED, event.unsigned)
        self._set(series.AUDIT_LAG, event.lag)

    def _place(self, counted: Series, labels: tuple[str, ...]) -> int:
        key = (counted.name, *labels)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self._cells.place(counted, labels)
        return place

    def _add(self, counted: Series, amount: float, *labels: str) -> None:
        self._values[self._place(counted, labels)] += amount

    def _set(self, counted: Series, value: float, *labels: str) -> None:
        self._values[self._place(counted, labels)] = value

    def _reach(self, counted: Series, total: float, *labels: str) -> None:
        """Count up to a total that something else keeps; it begins anew where that was replaced."""
        key = (counted.name, *labels)
        before = self._totals.get(key, 0.0)
        self._totals[key] = total
        self._add(counted, total - before if total >= before else total, *labels)

    def _time(self, counted: Series, seconds: float, *labels: str) -> None:
        place = self._place(counted, labels)
        self._values[place + bisect_left(counted.bounds, seconds)] += 1
        self._values[place + len(counted.bounds) + 1] += seconds


def _outcome(event: RequestAnswered) -> str:
    if event.code is None:
        return "answered"
    if event.code == LEFT:
        return "left"
    return "failed" if event.status >= 500 else "refused"
