"""A worker's observation: who is told, how things stand once a second, and that no event can say too much."""

import asyncio
import dataclasses
import logging
import typing
from pathlib import Path

import pytest
from tests.observation.samples import ANSWERED, EVENTS

from baygate.observation import events
from baygate.observation.cells import read
from baygate.observation.events import Event, RequestsStand, WorkerStands
from baygate.observation.exposition import DIRECTORY
from baygate.observation.observation import Observation
from baygate.observation.observer import Readers
from baygate.observation.pulse import Pulse


class Keeping:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Event] = []

    def observe(self, event: Event) -> None:
        self.told.append(event)


class Failing:
    """An observer that cannot take note."""

    def observe(self, event: Event) -> None:
        raise RuntimeError("it fails")


def test_each_reader_is_told_and_one_that_fails_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    one, other = Keeping(), Keeping()
    readers = Readers([one, Failing(), other])
    with caplog.at_level(logging.ERROR):
        readers.observe(ANSWERED)
        readers.observe(ANSWERED)
    assert one.told == other.told == [ANSWERED, ANSWERED]
    assert [each.getMessage() for each in caplog.records] == ["Failing failed at RequestAnswered, and is told no more"]


def test_the_pulse_tells_how_things_stand_and_once_more_at_the_end() -> None:
    async def run() -> list[Event]:
        keeping, running = Keeping(), 0

        def standing() -> list[Event]:
            return [RequestsStand(running)]

        pulse = Pulse(keeping, standing, beat=0.01)
        pulse.start()
        await asyncio.sleep(0.05)
        running = 7
        await pulse.close()
        return keeping.told

    told = asyncio.run(run())
    assert told[1] == RequestsStand(0)
    assert told[-1] == RequestsStand(7)
    worker = told[0]
    assert isinstance(worker, WorkerStands)
    assert worker.resident > 1_000_000
    assert worker.cpu > 0


def test_a_loop_that_was_held_up_is_late() -> None:
    async def run() -> float:
        keeping = Keeping()
        pulse = Pulse(keeping, list, beat=0.01)
        pulse.start()
        await asyncio.sleep(0)
        import time

        time.sleep(0.1)  # noqa: ASYNC251 - this is what holds it up
        await asyncio.sleep(0.02)
        await pulse.close()
        return max(each.delay for each in keeping.told if isinstance(each, WorkerStands))

    assert asyncio.run(run()) > 0.05


def test_a_worker_counts_where_the_hub_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DIRECTORY, str(tmp_path))
    observation = Observation.of_worker(requests_logged=False, traces_to=None, share=1.0)
    observation.observe(ANSWERED)
    (counted,) = read(tmp_path)
    assert counted.numbers["baygate_requests", ("200", "OK")] == [1.0]
    assert observation.sampling.begin(None) is None, "nothing is traced that goes nowhere"
    asyncio.run(observation.close())


def test_no_event_has_a_member_that_could_tell_of_somebody() -> None:
    """Whoever adds one here has thought about it."""
    texts = {
        f"{each.__name__}.{field.name}"
        for each in typing.get_args(events.Event)
        for field in dataclasses.fields(each)
        if "str" in str(field.type)
    }
    assert texts == {
        "RequestAnswered.code",
        "RequestAnswered.stages",
        "RequestAnswered.operation",
        "RequestAnswered.receipt",
        "Decided.outcomes",
        "SourceAsked.source",
        "SourceAsked.outcome",
        "BreakerTurned.source",
        "BreakerTurned.state",
        "SigningFailed.what",
        "CacheStands.cache",
        "SourceStands.source",
    }
    assert {type(each) for each in EVENTS} == set(typing.get_args(events.Event)), "there is a sample of each"
