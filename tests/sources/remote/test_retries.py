"""What is asked again, when, and what never is; and when nothing is asked at all."""

import asyncio
import logging
import random

import pytest
from tests.sources.remote.service import (
    ANSWERED,
    Answer,
    Service,
    answer,
    ask,
    failure,
    hang_up,
    raw,
    serving,
    silent,
)

from baygate.sources.remote.breaker import State, Terms
from baygate.sources.remote.failure import Kind, SourceFailed
from baygate.sources.remote.reply import Reply
from baygate.sources.remote.source import RemoteSource

BROKEN_OFF = raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{", close=True)
UNAVAILABLE = answer(b"busy", 503, "text/plain")
NEVER = Terms(in_a_row=10_000, least=10_000)


async def fails(service: Service, kind: Kind, *, read: bool = True, **settings: object) -> int:
    """Ask once, which fails, and return how often it was tried."""
    async with RemoteSource(service.remote(**settings)) as source:
        await failure(source, kind=kind, read=read)
    return len(service.requests)


@pytest.mark.parametrize(
    "first", [*(answer(b"", status, "text/plain") for status in (502, 503, 504)), hang_up, BROKEN_OFF]
)
def test_a_read_is_tried_again_after_what_may_pass(first: Answer) -> None:
    async def run() -> tuple[Reply, int, int]:
        async with serving(first, answer()) as service, RemoteSource(service.remote(retries=1)) as source:
            return await ask(source), len(service.requests), source.counters.retries

    assert asyncio.run(run()) == (ANSWERED, 2, 1)


def test_a_read_is_tried_again_after_the_source_was_down() -> None:
    async def run() -> Reply:
        async with serving(answer()) as service:
            remote = service.remote(retries=50)
        port = int(remote.url.rpartition(":")[2].partition("/")[0])
        async with RemoteSource(remote, NEVER) as source:
            asking = asyncio.ensure_future(ask(source))
            await asyncio.sleep(0.1)
            async with await asyncio.start_server(Service([answer()]).serve, "127.0.0.1", port):
                assert source.counters.retries > 0
                reply = await asking
        await asyncio.sleep(0.01)
        return reply

    assert asyncio.run(run()) == ANSWERED


@pytest.mark.parametrize("first", [UNAVAILABLE, hang_up, BROKEN_OFF])
def test_a_mutation_is_sent_once(first: Answer) -> None:
    async def run() -> int:
        async with serving(first, answer()) as service:
            kind = Kind.STATUS if first is UNAVAILABLE else Kind.UNREACHABLE
            return await fails(service, kind, read=False, retries=3)

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (answer(b"", 500, "text/plain"), Kind.STATUS),
        (answer(b"", 400, "text/plain"), Kind.STATUS),
        (answer(b"", 429, "text/plain"), Kind.STATUS),
        (answer(b"<html>"), Kind.NOT_JSON),
        (answer([]), Kind.MALFORMED),
    ],
)
def test_what_would_not_pass_is_not_tried_again(first: Answer, kind: Kind) -> None:
    async def run() -> int:
        async with serving(first, answer()) as service:
            return await fails(service, kind, retries=3)

    assert asyncio.run(run()) == 1


def test_there_are_no_more_attempts_than_are_allowed() -> None:
    async def run() -> int:
        async with serving(UNAVAILABLE) as service:
            return await fails(service, Kind.STATUS, retries=2)

    assert asyncio.run(run()) == 3


def test_connecting_has_its_own_time_and_is_tried_again() -> None:
    async def run() -> int:
        ended = asyncio.Queue[None]()

        async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()
            ended.put_nowait(None)

        # who accepts and never shakes hands
        async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
            service = Service([], f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
            async with RemoteSource(service.remote(connect_timeout=0.05, retries=2)) as source:
                await failure(source, kind=Kind.TIMEOUT)
            for _ in range(3):
                await asyncio.wait_for(ended.get(), 5)
            await asyncio.sleep(0.01)
            return ended.qsize()

    assert asyncio.run(run()) == 0


def test_who_would_have_to_wait_beyond_the_deadline_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda _, most: most)

    async def run() -> int:
        loop = asyncio.get_running_loop()
        async with serving(UNAVAILABLE) as service, RemoteSource(service.remote(retries=10_000), NEVER) as source:
            deadline = loop.time() + 0.7
            await failure(source, kind=Kind.STATUS, within=0.7)
            assert loop.time() < deadline
            return len(service.requests)

    # after 0, 0.05, 0.15 and 0.35 seconds; the next would be after 0.75
    assert asyncio.run(run()) == 4


def test_pauses_have_a_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda _, most: most / 1_000)

    async def run() -> int:
        async with serving(UNAVAILABLE) as service, RemoteSource(service.remote(retries=100), NEVER) as source:
            await failure(source, kind=Kind.STATUS)
            return len(service.requests)

    assert asyncio.run(run()) == 101


def test_nothing_is_asked_after_the_deadline() -> None:
    async def run() -> int:
        async with serving(answer()) as service, RemoteSource(service.remote()) as source:
            await failure(source, kind=Kind.TIMEOUT, within=0)
            return service.connections

    assert asyncio.run(run()) == 0


def test_a_deadline_ends_what_the_timeout_would_not() -> None:
    async def run() -> None:
        async with serving(silent) as service, RemoteSource(service.remote(timeout=60)) as source:
            await failure(source, kind=Kind.TIMEOUT, within=0.1)

    asyncio.run(asyncio.wait_for(run(), 10))


LEAVING = [answer(), hang_up, answer()]
"""Of a server that closes an idle connection just when it is asked again."""


def test_a_read_that_meets_a_connection_just_closing_is_asked_once_more_at_once() -> None:
    async def run() -> tuple[Reply, int, int]:
        async with serving(*LEAVING) as service, RemoteSource(service.remote(retries=0)) as source:
            await ask(source)
            reply = await ask(source)
            return reply, len(service.requests), source.status.in_a_row

    assert asyncio.run(run()) == (ANSWERED, 3, 0)


def test_a_mutation_that_meets_a_connection_just_closing_is_not_sent_twice() -> None:
    async def run() -> int:
        async with serving(*LEAVING) as service, RemoteSource(service.remote(retries=3)) as source:
            await ask(source)
            await failure(source, kind=Kind.UNREACHABLE, read=False)
            return len(service.requests)

    assert asyncio.run(run()) == 2


def test_a_new_connection_that_is_closed_is_no_such_connection() -> None:
    async def run() -> int:
        async with serving(hang_up) as service:
            return await fails(service, Kind.UNREACHABLE, retries=0)

    assert asyncio.run(run()) == 1


def test_a_connection_that_was_closed_while_idle_is_not_even_tried() -> None:
    async def run() -> tuple[int, int]:
        leaving = raw(
            b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 22\r\n\r\n{"data":{"who":"tax"}}',
            close=True,
        )
        async with serving(leaving, answer()) as service, RemoteSource(service.remote()) as source:
            await ask(source)
            await service.ended.wait()
            await asyncio.sleep(0.05)
            await ask(source, read=False)
            return service.connections, source.counters.retries

    assert asyncio.run(run()) == (2, 0)


TERMS = Terms(in_a_row=2, cool_down=0.2)
NO_JSON = answer(b"<html>")


def test_after_repeated_failures_a_source_is_left_alone_and_then_tried_with_one_question(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> None:
        async with (
            serving(NO_JSON, NO_JSON, answer()) as service,
            RemoteSource(service.remote(), TERMS) as source,
        ):
            await failure(source, kind=Kind.NOT_JSON)
            await failure(source, kind=Kind.NOT_JSON)
            assert source.status.state is State.OPEN
            await failure(source, kind=Kind.OPEN)
            assert len(service.requests) == 2
            await asyncio.sleep(TERMS.cool_down)
            outcomes = await asyncio.gather(ask(source), ask(source), return_exceptions=True)
            assert outcomes[0] == ANSWERED
            assert isinstance(outcomes[1], SourceFailed)
            assert outcomes[1].kind is Kind.OPEN
            assert source.status.state is State.CLOSED
            assert await ask(source) == ANSWERED
            assert source.counters.failures[Kind.OPEN] == 2

    with caplog.at_level(logging.WARNING, "baygate.remote"):
        asyncio.run(run())
    assert [each.getMessage().partition(":")[0] for each in caplog.records] == [
        "the source tax is not asked for a while",
        "the source tax answers again",
    ]


def test_who_is_not_asked_is_told_nothing_of_the_caller_either() -> None:
    async def run() -> None:
        async with serving(NO_JSON) as service, RemoteSource(service.remote(), TERMS) as source:
            for _ in range(2):
                await failure(source, kind=Kind.NOT_JSON)
            with pytest.raises(SourceFailed) as failed:
                await ask(source, assertion=lambda: pytest.fail("an assertion was made"))
            assert failed.value.kind is Kind.OPEN

    asyncio.run(run())


def test_retries_stop_when_the_breaker_opens_and_tell_what_was_wrong() -> None:
    async def run() -> int:
        async with serving(UNAVAILABLE) as service, RemoteSource(service.remote(retries=9), TERMS) as source:
            await failure(source, kind=Kind.STATUS)
            return len(service.requests)

    assert asyncio.run(run()) == 2


def test_a_probe_that_nobody_waits_for_any_more_makes_room_for_another() -> None:
    async def run() -> Reply:
        async with (
            serving(NO_JSON, NO_JSON, silent, answer()) as service,
            RemoteSource(service.remote(), TERMS) as source,
        ):
            for _ in range(2):
                await failure(source, kind=Kind.NOT_JSON)
            await asyncio.sleep(TERMS.cool_down)
            probe = asyncio.ensure_future(ask(source))
            for _ in range(3):
                await service.arrived.get()
            assert source.status.state is State.HALF_OPEN
            probe.cancel()
            await asyncio.gather(probe, return_exceptions=True)
            return await ask(source)

    assert asyncio.run(run()) == ANSWERED


@pytest.mark.parametrize(
    ("bad", "kind"), [(answer(b"", 400, "text/plain"), Kind.STATUS), (answer(b"x" * 2_000), Kind.TOO_LARGE)]
)
def test_questions_that_a_source_cannot_answer_take_it_from_nobody(bad: Answer, kind: Kind) -> None:
    async def run() -> State:
        async with serving(bad) as service, RemoteSource(service.remote(max_bytes=1_000), TERMS) as source:
            for _ in range(5):
                await failure(source, kind=kind)
            return source.status.state

    assert asyncio.run(run()) is State.CLOSED


def test_callers_with_hardly_any_time_left_take_a_source_from_nobody() -> None:
    async def run() -> tuple[State, State]:
        async with serving(silent) as service, RemoteSource(service.remote(timeout=0.2), TERMS) as source:
            for _ in range(4):
                await failure(source, kind=Kind.TIMEOUT, within=0.05)
            hurried = source.status.state
            for _ in range(2):
                await failure(source, kind=Kind.TIMEOUT)
            return hurried, source.status.state

    assert asyncio.run(run()) == (State.CLOSED, State.OPEN)
