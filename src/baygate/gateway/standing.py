"""How a worker stands: what it announces once a second."""

from collections.abc import Iterator, Mapping
from typing import Any

from baygate.gateway.cache import Bounded
from baygate.gateway.road import Road
from baygate.observation.events import CacheStands, Event, LogStands, PoolStands, RequestsStand, SourceStands
from baygate.sources.remote.breaker import State
from baygate.sources.remote.source import RemoteSource
from baygate.sources.resident.dispatcher import Dispatcher


def standing(
    running: int, dispatcher: Dispatcher, road: Road, sources: Mapping[str, RemoteSource], log: LogStands
) -> Iterator[Event]:
    """Yield how things stand now."""
    yield RequestsStand(running)
    yield log
    counts = dispatcher.counts
    yield PoolStands(
        dispatcher.busy,
        dispatcher.idle,
        dispatcher.waiting,
        counts.singles,
        counts.batches,
        counts.batched,
        counts.failed_batches,
    )
    yield from (_stands("operations", road.operations), _stands("plans", road.plans))
    for name, source in sources.items():
        counters = source.counters
        yield SourceStands(name, source.status.state is State.OPEN, counters.retries, counters.bytes)


def _stands(name: str, cache: Bounded[Any]) -> CacheStands:
    return CacheStands(name, len(cache), cache.used, cache.hits, cache.misses)
