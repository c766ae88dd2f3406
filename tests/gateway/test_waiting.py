"""A request is waited for: its body for a time, its answer as long as its client is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from baygate.deadlines import Deadlines
from baygate.gateway.answer import Answer
from baygate.gateway.waiting import Waiting

ANSWER = Answer(b"{}", None, b"")
GONE = {"type": "http.disconnect"}
Receive = Callable[[], Awaitable[Any]]


def staying() -> Receive:
    async def receive() -> Any:
        await asyncio.Event().wait()

    return receive


def leaving(after: float) -> Receive:
    async def receive() -> Any:
        await asyncio.sleep(after)
        return GONE

    return receive


async def body_after(seconds: float) -> bytes:
    await asyncio.sleep(seconds)
    return b"body"


async def answer_after(seconds: float) -> Answer:
    await asyncio.sleep(seconds)
    return ANSWER


def served(receive: Receive, *, body: float, answer: float, seconds: float = 30) -> Answer | None:
    """Return what a request comes to; ``body`` and ``answer`` say after how many seconds they are there."""

    async def run() -> Answer | None:
        with Waiting(receive, seconds, Deadlines()) as waiting:
            assert await waiting.body(body_after(body)) == b"body"
            return await waiting.answer(answer_after(answer))

    return asyncio.run(asyncio.wait_for(run(), 10))


def test_what_is_there_at_once_is_answered() -> None:
    assert served(staying(), body=0, answer=0) is ANSWER


def test_a_client_that_stays_gets_its_answer_however_long_it_takes() -> None:
    assert served(staying(), body=0.1, answer=0.4, seconds=0.2) is ANSWER


def test_a_body_that_does_not_come_in_time_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        served(staying(), body=30, answer=0, seconds=0.2)


def test_a_time_shorter_than_patience_counts_too() -> None:
    with pytest.raises(TimeoutError):
        served(staying(), body=30, answer=0, seconds=0.01)


def test_the_work_for_a_client_that_left_is_cancelled() -> None:
    assert served(leaving(0), body=0, answer=30) is None


def test_a_client_whose_body_took_long_is_watched_while_it_is_answered() -> None:
    assert served(leaving(0), body=0.1, answer=30) is None


def test_whoever_ends_the_server_ends_its_requests() -> None:
    async def run() -> None:
        async def serve() -> None:
            with Waiting(staying(), 30, Deadlines()) as waiting:
                await waiting.answer(answer_after(30))

        task = asyncio.create_task(serve())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
