"""Windows: the last ten minutes of a worker, bounded, and quick to keep."""

import sys
from dataclasses import replace

import pytest
from tests.observation.samples import ANSWERED, EVENTS, FAILED, GONE, REFUSED

from baygate.observation import window
from baygate.observation.events import (
    CacheStands,
    LogStands,
    PlanMade,
    PoolStands,
    RequestAnswered,
    SourceAsked,
    SourceStands,
)
from baygate.observation.observation import Observation
from baygate.observation.window import KEPT, LENGTH, Times, Window, Windows

BEGIN = 1_800_000_000.0


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def windows(clock: Clock) -> Windows:
    return Windows(clock)


def counts(each: Window) -> tuple[int, int, int]:
    return each.requests, each.refused, each.failed


def test_requests_are_counted_by_how_they_ended(windows: Windows) -> None:
    for each in (ANSWERED, ANSWERED, REFUSED, GONE, FAILED):
        windows.observe(each)
    assert counts(windows.last()[-1]) == (5, 2, 1)


def test_there_is_a_window_for_each_five_seconds_whether_or_not_anything_happened(
    windows: Windows, clock: Clock
) -> None:
    windows.observe(ANSWERED)
    clock.now += LENGTH - 0.01
    windows.observe(ANSWERED)
    clock.now = BEGIN + 3 * LENGTH
    windows.observe(REFUSED)
    last = windows.last()
    assert [counts(each) for each in last[-4:]] == [(2, 0, 0), (0, 0, 0), (0, 0, 0), (1, 1, 0)]
    assert [each.number * LENGTH for each in last[-2:]] == [BEGIN + 2 * LENGTH, BEGIN + 3 * LENGTH]
    assert len(last) == KEPT == 600 / LENGTH


def test_what_was_more_than_ten_minutes_ago_is_gone(windows: Windows, clock: Clock) -> None:
    windows.observe(ANSWERED)
    clock.now += (KEPT - 1) * LENGTH
    assert windows.last()[0].requests == 1
    clock.now += LENGTH
    assert sum(each.requests for each in windows.last()) == 0
    windows.observe(ANSWERED)  # in the place of the first
    assert [each.requests for each in windows.last()] == [0] * (KEPT - 1) + [1]


def test_a_clock_that_goes_back_loses_nothing_of_the_windows_that_it_meets_again(
    windows: Windows, clock: Clock
) -> None:
    windows.observe(ANSWERED)
    clock.now += LENGTH
    windows.observe(ANSWERED)
    clock.now = BEGIN
    windows.observe(ANSWERED)
    assert windows.last()[-1].requests == 2


@pytest.mark.parametrize("seconds", [0.0, 0.00013, 0.004, 0.25, 3.0, 59.0])
def test_a_quantile_is_at_most_a_fifth_too_long(seconds: float) -> None:
    times = Times()
    times.add(seconds)
    found = times.quantile(0.5)
    assert found is not None
    assert seconds <= found <= max(seconds * 1.2, 0.0001)


def test_quantiles_tell_the_many_from_the_few(windows: Windows) -> None:
    for _ in range(98):
        windows.observe(replace(ANSWERED, seconds=0.002))
    for _ in range(2):
        windows.observe(replace(ANSWERED, seconds=2.0))
    windows.observe(replace(REFUSED, seconds=50.0))  # a refusal is no answer's time
    times = windows.last()[-1].times
    half, most, nearly_all = (times.quantile(share) or 0 for share in (0.5, 0.95, 0.99))
    assert half < 0.003
    assert most < 0.003
    assert 2.0 <= nearly_all < 2.5


def test_of_nothing_there_is_no_quantile_and_of_what_never_ends_the_longest() -> None:
    assert Times().quantile(0.5) is None
    times = Times()
    times.add(10_000)
    assert 60 < (times.quantile(0.99) or 0) < 100


def test_stages_plans_and_sources_have_their_times(windows: Windows) -> None:
    windows.observe(ANSWERED)
    windows.observe(ANSWERED)
    windows.observe(PlanMade(0.25))
    for outcome in ("ok", "ok", "left", "TIMEOUT"):
        windows.observe(SourceAsked("tax", outcome, 0.03))
    last = windows.last()[-1]
    assert last.stages["plan"] == [2, pytest.approx(0.006)]
    assert last.plans == [1, 0.25]
    tax = last.sources["tax"]
    assert (tax.asked, tax.failures) == (4, 1)
    assert 0.03 <= (tax.times.quantile(0.5) or 0) <= 0.036


def test_times_of_several_windows_can_be_gathered() -> None:
    one, other = Times(), Times()
    one.add(0.001)
    other.add(1.0)
    assert (Times().gather([one, other]).quantile(1.0) or 0) >= 1.0
    assert one.counts.count(1) == 1, "what was gathered stays as it was"


def test_how_things_stand_is_what_was_announced_last(windows: Windows, clock: Clock) -> None:
    first, then = LogStands(10, 0, 0.0), LogStands(12, 2, 0.5)
    for each in (first, then, CacheStands("plans", 1, 2, 3, 4), CacheStands("operations", 5, 6, 7, 8)):
        windows.observe(each)
    assert list(windows.stood(LogStands)) == [then]
    assert {each.cache: each.entries for each in windows.stood(CacheStands)} == {"plans": 1, "operations": 5}
    assert list(windows.stood(PoolStands)) == []
    clock.now += 60
    assert list(windows.stood(LogStands)) == [], "it is announced no more"


def test_alarms_are_counted(windows: Windows) -> None:
    for each in (*EVENTS, *EVENTS):
        windows.observe(each)
    assert windows.last()[-1].alarms == {"unavailable": 2, "signing": 2, "stamps": 2, "clock": 2}


def test_memory_is_bounded_whatever_sources_come_and_go(windows: Windows, clock: Clock) -> None:
    for number in range(10_000):
        windows.observe(SourceAsked(f"source-{number}", "ok", 0.01))
        windows.observe(SourceStands(f"source-{number}", open=False, retries=0, bytes=0))
        if number % 100 == 0:
            clock.now += LENGTH
    assert all(len(each.sources) <= 64 for each in windows.last())
    assert len(list(windows.stood(SourceStands))) <= 128
    assert sum(map(sys.getsizeof, windows.last())) < 1_000_000


def test_an_event_costs_less_than_what_answering_would_notice(windows: Windows) -> None:
    from timeit import repeat

    event = RequestAnswered(200, None, 0.01, 512, (*ANSWERED.stages, ("sql", 0.1), ("merge", 0.1)), False, None, "1-2")
    assert min(repeat(lambda: windows.observe(event), number=1_000, repeat=20)) / 1_000 < 6e-6  # twice what it may


def test_a_worker_keeps_windows_of_what_it_announces() -> None:
    observation = Observation.of_worker(requests_logged=False, traces_to=None, share=0.0)
    observation.observe(ANSWERED)
    assert sum(each.requests for each in observation.windows.last()) == 1


def test_what_alarms_here_is_what_logs_call_an_error() -> None:
    import logging

    from baygate.observation.logs import _WORDS

    assert set(window.ALARMS) == {kind for kind, (level, _) in _WORDS.items() if level >= logging.ERROR}
