"""The last ten minutes of one worker, in windows of five seconds: for whoever looks at it, not for whoever keeps it.

1. Memory is bounded: a ring of windows, in each of them counts and a histogram of a fixed size, and of sources no more
   than so many.
2. Windows begin at multiples of their length on the clock, so that those of several workers stand beside each other.
   One whose time has passed gives its place to the next; nothing has to be swept.
3. A quantile is the upper bound of the bucket that it falls in: at most a fifth too long.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from time import time
from typing import Any

from baygate.observation.events import (
    CacheStands,
    ClockWentBack,
    Event,
    LogStands,
    LogUnavailable,
    PlanMade,
    PoolStands,
    RequestAnswered,
    SigningFailed,
    SourceAsked,
    SourceStands,
    StampFailed,
    WorkerStands,
)

LENGTH = 5
"""Seconds of a window."""
KEPT = 120
"""Windows that are kept."""
_SOURCES = 64
"""Sources that a window tells apart."""
_STANDING = 3 * LENGTH
"""Seconds for which it counts how something stood: what is announced no more does not stand any more."""

_BOUNDS = tuple(0.0001 * 1.2**step for step in range(75))
"""Seconds, from a tenth of a millisecond to more than a minute."""
_LONGEST = len(_BOUNDS) - 1

ALARMS: Mapping[type, str] = {
    LogUnavailable: "unavailable",
    SigningFailed: "signing",
    StampFailed: "stamps",
    ClockWentBack: "clock",
}
"""What an operator should look at, by its event."""


class Times:
    """How long something took: how often, and in how many seconds of which length."""

    __slots__ = ("counts",)

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS) + 1)

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(_BOUNDS, seconds)] += 1

    def gather(self, others: Iterable["Times"]) -> "Times":
        """Count those of others, too."""
        for each in others:
            self.counts = list(map(int.__add__, self.counts, each.counts))
        return self

    def quantile(self, share: float) -> float | None:
        """Return in how many seconds that share of them was over; None if there were none."""
        passed = list(accumulate(self.counts))
        if not passed[-1]:
            return None
        return _BOUNDS[min(bisect_left(passed, share * passed[-1]), _LONGEST)]


@dataclass(slots=True)
class Asked:
    """What came of asking a source."""

    asked: int = 0
    failures: int = 0
    times: Times = field(default_factory=Times)


@dataclass(slots=True)
class Window:
    """Five seconds; ``number`` is how many came before since 1970. Stages and plans have a count and their seconds."""

    number: int
    requests: int = 0
    refused: int = 0
    failed: int = 0
    times: Times = field(default_factory=Times)
    """Of requests that were answered."""
    stages: dict[str, list[float]] = field(default_factory=dict)
    plans: list[float] = field(default_factory=lambda: [0, 0.0])
    sources: dict[str, Asked] = field(default_factory=dict)
    alarms: dict[str, int] = field(default_factory=dict)


class Windows:
    """An observer that keeps the last windows, and how things stood last."""

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._ring: list[Window | None] = [None] * KEPT
        self._now = Window(-1)
        self._ends = float("-inf")
        self._stood: dict[tuple[type, str], tuple[float, Any]] = {}
        self._take: Mapping[type, Callable[[Any], None]] = {
            RequestAnswered: self._request,
            SourceAsked: self._source,
            PlanMade: self._plan,
            **dict.fromkeys(ALARMS, self._alarm),
            **dict.fromkeys((WorkerStands, PoolStands, LogStands), self._stands),
            CacheStands: lambda each: self._stands(each, each.cache),
            SourceStands: lambda each: self._stands(each, each.source),
        }

    def observe(self, event: Event) -> None:
        """Count an event, if it is one of those that count here."""
        take = self._take.get(event.__class__)
        if take is not None:
            take(event)

    def last(self) -> list[Window]:
        """Return the windows until now, the oldest first; empty ones where nothing happened."""
        now = int(self._clock() // LENGTH)
        return [self._kept(number) or Window(number) for number in range(now - KEPT + 1, now + 1)]

    def stood(self, kind: type) -> Iterator[Any]:
        """Yield what of a kind was announced last, if that was just now; of caches and sources, each."""
        since = self._clock() - _STANDING
        yield from (event for (of, _), (at, event) in self._stood.items() if of is kind and at >= since)

    def _kept(self, number: int) -> Window | None:
        kept = self._ring[number % KEPT]
        return kept if kept is not None and kept.number == number else None

    def _window(self) -> Window:
        now = self._clock()
        if not self._ends - LENGTH <= now < self._ends:
            number = int(now // LENGTH)
            self._ends = (number + 1.0) * LENGTH
            self._now = self._kept(number) or Window(number)
            self._ring[number % KEPT] = self._now
        return self._now

    def _request(self, event: RequestAnswered) -> None:
        window = self._window()
        window.requests += 1
        if event.code is None:
            window.times.counts[bisect_left(_BOUNDS, event.seconds)] += 1
        elif event.status >= 500:
            window.failed += 1
        else:
            window.refused += 1
        stages = window.stages
        for stage, seconds in event.stages:
            known = stages.get(stage)
            if known is None:
                known = stages[stage] = [0, 0.0]
            known[0] += 1
            known[1] += seconds

    def _plan(self, event: PlanMade) -> None:
        plans = self._window().plans
        plans[0] += 1
        plans[1] += event.seconds

    def _source(self, event: SourceAsked) -> None:
        sources = self._window().sources
        known = sources.get(event.source)
        if known is None:
            if len(sources) >= _SOURCES:
                return
            known = sources[event.source] = Asked()
        known.asked += 1
        known.failures += event.outcome not in {"ok", "left"}
        known.times.add(event.seconds)

    def _alarm(self, event: Event) -> None:
        alarms, name = self._window().alarms, ALARMS[event.__class__]
        alarms[name] = alarms.get(name, 0) + 1

    def _stands(self, event: Event, name: str = "") -> None:
        if len(self._stood) >= 2 * _SOURCES:
            self._stood.clear()  # what still stands is announced again within a second
        self._stood[event.__class__, name] = self._clock(), event
