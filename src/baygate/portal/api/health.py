"""How the worker does that answers: the last ten minutes, and how things stand now.

It is for whoever is signed in, so nothing in it is of anybody: counts and times, no client, no document, no value
(``observation.events``, rule 2).
"""

import datetime
import os
from collections.abc import Iterable
from typing import Any

from baygate.access.documents.model import moment_text
from baygate.observation.events import CacheStands, LogStands, PoolStands, SourceStands, WorkerStands
from baygate.observation.window import ALARMS, LENGTH, Times, Window, Windows


def health(windows: Windows, now: datetime.datetime) -> dict[str, Any]:
    """Return how the worker does."""
    last = windows.last()
    caches = {each.cache: each for each in windows.stood(CacheStands)}
    made, seconds = (sum(column) for column in zip(*(each.plans for each in last), strict=True))
    plans = _cache(caches.get("plans"))
    return {
        "worker": str(os.getpid()),
        "at": moment_text(now),
        "windows": [_window(each) for each in last],
        "stages": _stages(last),
        "sources": _sources(windows, last),
        "plans": plans and {**plans, "made": made, "meanMs": _ms(seconds / made) if made else None},
        "operations": _cache(caches.get("operations")),
        "pool": _pool(next(windows.stood(PoolStands), None)),
        "audit": _audit(next(windows.stood(LogStands), None), last),
        "process": _process(next(windows.stood(WorkerStands), None)),
    }


def _window(window: Window) -> dict[str, Any]:
    begins = datetime.datetime.fromtimestamp(window.number * LENGTH, datetime.UTC)
    return {
        "at": moment_text(begins),
        "requests": window.requests,
        "refused": window.refused,
        "failed": window.failed,
        "p50": _quantile(window.times, 0.5),
        "p95": _quantile(window.times, 0.95),
        "p99": _quantile(window.times, 0.99),
    }


def _stages(last: Iterable[Window]) -> list[dict[str, Any]]:
    found: dict[str, list[float]] = {}
    for each in last:
        for name, (count, seconds) in each.stages.items():
            before = found.setdefault(name, [0, 0.0])
            before[:] = before[0] + count, before[1] + seconds
    return [{"name": name, "count": count, "mean": _ms(seconds / count)} for name, (count, seconds) in found.items()]


def _sources(windows: Windows, last: Iterable[Window]) -> list[dict[str, Any]]:
    """Return the sources that are joined now; of those that were, nothing is told."""
    told = []
    for stands in sorted(windows.stood(SourceStands), key=lambda each: str(each.source)):
        asked = [each.sources[stands.source] for each in last if stands.source in each.sources]
        times = Times().gather(each.times for each in asked)
        told.append({
            "name": stands.source,
            "status": "open" if stands.open else "closed",
            "asked": sum(each.asked for each in asked),
            "failures": sum(each.failures for each in asked),
            "p50": _quantile(times, 0.5),
            "p95": _quantile(times, 0.95),
        })  # fmt: skip
    return told


def _cache(stands: CacheStands | None) -> dict[str, Any] | None:
    if stands is None:
        return None
    return {"entries": stands.entries, "bytes": stands.bytes, "hits": stands.hits, "misses": stands.misses}


def _pool(stands: PoolStands | None) -> dict[str, Any] | None:
    if stands is None:
        return None
    return {
        "busy": stands.busy,
        "idle": stands.idle,
        "waiting": stands.waiting,
        "singles": stands.singles,
        "batches": stands.batches,
        "batched": stands.batched,
        "failedBatches": stands.failed_batches,
    }


def _audit(stands: LogStands | None, last: Iterable[Window]) -> dict[str, Any]:
    alarms = dict.fromkeys(ALARMS.values(), 0)
    for each in last:
        for name, count in each.alarms.items():
            alarms[name] += count
    return {
        "size": stands.size if stands else None,
        "unsigned": stands.unsigned if stands else None,
        "lag": round(stands.lag, 3) if stands else None,
        "alarms": alarms,
    }


def _process(stands: WorkerStands | None) -> dict[str, Any] | None:
    if stands is None:
        return None
    return {"cpu": round(stands.cpu, 2), "resident": stands.resident, "delay": round(stands.delay, 4)}


def _quantile(times: Times, share: float) -> float | None:
    seconds = times.quantile(share)
    return None if seconds is None else _ms(seconds)


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 3)
