"""One timer ends many waits, each as ``asyncio.timeout`` would."""

import asyncio
import time

import pytest

from baygate.deadlines import Deadlines

AT_MOST_LATE = 0.02


async def waiting(deadlines: Deadlines, seconds: float, lasting: float = 30) -> str:
    try:
        with deadlines.until(asyncio.get_running_loop().time() + seconds):
            await asyncio.sleep(lasting)
    except TimeoutError:
        return "over"
    return "done"


def test_a_wait_ends_at_its_deadline_and_not_before() -> None:
    async def run() -> float:
        began = time.monotonic()
        assert await waiting(Deadlines(), 0.1) == "over"
        return time.monotonic() - began

    assert 0.1 <= asyncio.run(run()) < 1


def test_what_is_done_in_time_goes_on() -> None:
    async def run() -> None:
        deadlines = Deadlines()
        assert await waiting(deadlines, 0.05, lasting=0) == "done"
        await asyncio.sleep(0.1)

    asyncio.run(run())


def test_each_of_many_waits_has_its_own_deadline() -> None:
    async def run() -> list[str]:
        deadlines = Deadlines()
        return await asyncio.gather(*(waiting(deadlines, each, lasting=0.15) for each in (0.05, 30, 0.01, 20)))

    assert asyncio.run(run()) == ["over", "done", "over", "done"]


def test_waits_are_watched_again_after_a_time_without_any() -> None:
    async def run() -> list[str]:
        deadlines = Deadlines()
        first = await waiting(deadlines, 0.01)
        await asyncio.sleep(3 * AT_MOST_LATE)
        return [first, await asyncio.wait_for(waiting(deadlines, 0.01), 5)]

    assert asyncio.run(run()) == ["over", "over"]


def test_an_error_within_is_passed_on() -> None:
    async def run() -> None:
        with Deadlines().until(asyncio.get_running_loop().time() + 30):
            raise KeyError

    with pytest.raises(KeyError):
        asyncio.run(run())


def test_whoever_is_cancelled_by_somebody_else_is_cancelled() -> None:
    async def run() -> None:
        task = asyncio.create_task(waiting(Deadlines(), 30))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())


def test_a_task_that_is_cancelled_while_its_wait_ends_stays_cancelled() -> None:
    async def run() -> None:
        deadlines = Deadlines()
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(waiting(deadlines, 0.0))
        await asyncio.sleep(0)
        wait = next(iter(deadlines._waits))
        loop.call_soon(wait.end)
        loop.call_soon(task.cancel)
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
