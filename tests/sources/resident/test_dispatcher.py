"""Connections shared by requests: coalescing, and what one request can do to another (nothing)."""

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from baygate.sources.resident.canonical import DECIMAL, NUMBER
from baygate.sources.resident.dispatcher import Dispatcher, Dispatching, Overloaded
from baygate.sources.resident.inputs import Given, Slot
from baygate.sources.resident.pace import TOGETHER, Pace
from baygate.sources.resident.statement import Statement
from baygate.storage.database import Database

NOTHING = Given(None)  # type: ignore[arg-type]


def fetch(single: str, batch: str, kind: Any = NUMBER, *, coalesces: bool = True) -> Any:
    """A fetch of one input whose SQL is written here, so that it can fail and sleep."""
    slots = (Slot(NOTHING, kind),)
    return SimpleNamespace(
        statement=Statement(single, slots),
        batch=Statement(batch, slots),
        in_batch=list,
        coalesces=coalesces,
        pace=Pace(),
    )


DIVISION = fetch(
    "select (100 / $1::int4)::text",
    "select i, (100 / v)::text from unnest($1::int4[]) with ordinality as inputs(v, i)",
)
SLEEP = fetch(
    "select concat(pg_sleep($1::numeric::float8), $1::text)",
    "select i, concat(pg_sleep(v::float8), v::text) from unnest($1::numeric[]) with ordinality as inputs(v, i)",
    DECIMAL,
)
BACKEND = fetch(
    "select concat(pg_sleep(0.05), 'alone ', $1::int4::text)",
    "select i, concat('together ', count(*) over (), ' ', v) from unnest($1::int4[]) with ordinality as inputs(v, i)",
)


@pytest.fixture
def run(world: Any) -> Callable[..., Any]:
    """Run a scenario with a dispatcher of its own."""

    def scenario(play: Callable[[Dispatcher], Any], **settings: Any) -> Any:
        async def played() -> Any:
            database = Database(world.dsn)
            dispatcher = Dispatcher(
                lambda: database.connect(statement_cache_size=0), Dispatching(**{"connections": 1, **settings})
            )
            try:
                return await play(dispatcher)
            finally:
                await dispatcher.close()

        return asyncio.run(played())

    return scenario


async def answer(dispatcher: Dispatcher, asked: Any, values: Sequence[Any]) -> str:
    return (await dispatcher.answer(asked, values)).decode()


async def _all(dispatcher: Dispatcher, asked: Any, inputs: Sequence[Any]) -> list[Any]:
    return await asyncio.gather(*(answer(dispatcher, asked, [each]) for each in inputs), return_exceptions=True)


def test_at_low_load_nothing_is_gathered(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        for each in range(1, 6):
            assert await answer(dispatcher, DIVISION, [each]) == str(100 // each)
        assert dispatcher.counts.batches == 0
        assert dispatcher.counts.singles == 5

    run(play)


def test_what_waits_for_the_same_fetch_goes_along_in_one_statement(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        answers = await _all(dispatcher, BACKEND, range(20))
        assert answers == ["alone 0", *(f"together 19 {each}" for each in range(1, 20))]
        assert dispatcher.counts.batches == 1

    run(play)


@pytest.fixture
def quick() -> Any:
    """A fetch that is known to be quick."""
    made = fetch("select concat('alone ', $1::int4::text)", BACKEND.batch.sql)
    made.pace.begin(0)
    made.pace.end(0.001)
    return made


def test_of_a_quick_fetch_what_comes_together_goes_together_though_connections_are_idle(run: Any, quick: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        assert await _all(dispatcher, quick, range(3)) == [f"together 3 {each}" for each in range(3)]
        assert await _all(dispatcher, quick, [7]) == ["alone 7"]

    run(play, connections=4)


def test_a_few_go_at_once_and_the_rest_with_the_next(run: Any, quick: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        answers = await _all(dispatcher, quick, range(20))
        rest = 20 - TOGETHER
        sizes = [*[TOGETHER] * TOGETHER, *[rest] * rest]
        assert answers == [f"together {size} {each}" for each, size in enumerate(sizes)]

    run(play, connections=4)


def test_who_leaves_just_as_a_connection_is_his_leaves_it_to_others(run: Any, quick: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        leaving = asyncio.create_task(answer(dispatcher, quick, [1]))
        while not dispatcher.busy:  # noqa: ASYNC110 - turn by turn
            await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        assert dispatcher.idle == 4
        assert quick.pace.has_turn(0)

    run(play, connections=4)


def test_a_fetch_that_is_not_quick_goes_over_the_connections_that_are_idle(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        assert await answer(dispatcher, BACKEND, [0]) == "alone 0"
        assert await _all(dispatcher, BACKEND, range(3)) == ["alone 0", "alone 1", "alone 2"]
        assert dispatcher.counts.batches == 0

    run(play, connections=4)


def test_nobody_waits_long_for_a_statement_that_turns_out_slow(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        await answer(dispatcher, SLEEP, [Decimal(0)])
        slow = asyncio.create_task(answer(dispatcher, SLEEP, [Decimal("0.4")]))
        while not dispatcher.busy:  # noqa: ASYNC110 - turn by turn
            await asyncio.sleep(0)
        assert await answer(dispatcher, SLEEP, [Decimal("0.01")]) == "0.01"
        assert not slow.done()
        assert await slow == "0.4"

    run(play, connections=2)


def test_a_batch_has_a_largest_size(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        answers = await _all(dispatcher, BACKEND, range(11))
        assert answers[1:5] == [f"together 4 {each}" for each in range(1, 5)]
        assert answers[5:9] == [f"together 4 {each}" for each in range(5, 9)]
        assert answers[9:] == [f"together 2 {each}" for each in range(9, 11)]

    run(play, batch=4)


def test_each_member_gets_its_own_answer(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        assert await _all(dispatcher, DIVISION, range(1, 33)) == [str(100 // each) for each in range(1, 33)]

    run(play)


def test_a_member_that_fails_fails_alone(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        answers = await _all(dispatcher, DIVISION, [1, 2, 0, 4, 5])
        assert [answers[0], answers[1], answers[3], answers[4]] == ["100", "50", "25", "20"]
        assert isinstance(answers[2], asyncpg.DivisionByZeroError)
        assert dispatcher.counts.failed_batches == 1
        assert dispatcher.busy == 0

    run(play)


def test_a_member_that_is_slow_holds_the_others_no_longer_than_a_batch_may_take(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> list[str]:
        order: list[str] = []

        async def ask(seconds: str) -> None:
            order.append(await answer(dispatcher, SLEEP, [Decimal(seconds)]))

        first = asyncio.create_task(ask("0.02"))
        await asyncio.sleep(0)
        others = [asyncio.create_task(ask(each)) for each in ("0.001", "3", "0.002", "0.003")]
        async with asyncio.timeout(2.5):
            await asyncio.gather(first, others[0], others[2], others[3])
        others[1].cancel()
        await asyncio.gather(*others, return_exceptions=True)
        return order

    order = run(play, batch_time=0.2, connections=2)
    assert sorted(order) == ["0.001", "0.002", "0.003", "0.02"]


def test_a_client_that_left_the_queue_is_not_run(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        first = asyncio.create_task(answer(dispatcher, BACKEND, [0]))
        await asyncio.sleep(0.01)
        waiting = [asyncio.create_task(answer(dispatcher, BACKEND, [each])) for each in (1, 2, 3)]
        await asyncio.sleep(0)
        waiting[1].cancel()
        answers = await asyncio.gather(first, *waiting, return_exceptions=True)
        assert answers[0] == "alone 0"
        assert (answers[1], answers[3]) == ("together 2 1", "together 2 3")
        assert isinstance(answers[2], asyncio.CancelledError)

    run(play)


def test_a_client_that_leaves_while_it_is_served_frees_its_connection(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        slow = asyncio.create_task(answer(dispatcher, SLEEP, [Decimal(30)]))
        await asyncio.sleep(0.2)
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        async with asyncio.timeout(2):
            assert await answer(dispatcher, DIVISION, [4]) == "25"
        assert dispatcher.busy == 0

    run(play)


def test_fetches_take_turns(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        tasks = [asyncio.create_task(answer(dispatcher, BACKEND, [each])) for each in range(9)]
        await asyncio.sleep(0)
        other = asyncio.create_task(answer(dispatcher, DIVISION, [5]))
        done, _ = await asyncio.wait({tasks[8], other}, return_when=asyncio.FIRST_COMPLETED)
        assert other in done
        await asyncio.gather(*tasks, other)

    run(play, batch=3)


def test_a_fetch_that_may_give_much_is_not_gathered(run: Any) -> None:
    large = fetch(BACKEND.statement.sql, BACKEND.batch.sql, coalesces=False)

    async def play(dispatcher: Dispatcher) -> None:
        assert await _all(dispatcher, large, range(3)) == ["alone 0", "alone 1", "alone 2"]

    run(play)


def test_only_so_many_requests_wait(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        answers = await _all(dispatcher, BACKEND, range(6))
        assert [isinstance(each, Overloaded) for each in answers] == [False] * 3 + [True] * 3
        assert dispatcher.waiting == 0

    run(play, waiting=2)


def test_a_statement_is_prepared_once_and_planned_no_more_than_a_few_times(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        for each in range(1, 21):
            await answer(dispatcher, DIVISION, [each])
        counted = "select (sum(generic_plans) * 100 + sum(custom_plans) + 0 * $1::int4)::text from "
        plans = fetch(counted + "pg_prepared_statements where statement like 'select (100 %'", "")
        assert await answer(dispatcher, plans, [0]) == "1505"

    run(play)


def test_who_leaves_the_queue_makes_room_in_it(run: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        first = asyncio.create_task(answer(dispatcher, BACKEND, [0]))
        await asyncio.sleep(0.01)
        gone = [asyncio.create_task(answer(dispatcher, BACKEND, [each])) for each in (1, 2)]
        await asyncio.sleep(0)
        for each in gone:
            each.cancel()
        await asyncio.gather(*gone, return_exceptions=True)
        assert dispatcher.waiting == 0
        assert await answer(dispatcher, BACKEND, [3]) == "alone 3"
        assert await first == "alone 0"

    run(play, waiting=2)


def test_statements_kept_on_a_connection_are_bounded(run: Any, world: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        for number in range(12):
            asked = fetch(f"select ({number} + $1::int4)::text", "")
            assert await answer(dispatcher, asked, [1]) == str(number + 1)
        count = fetch("select (count(*) + $1::int4)::text from pg_prepared_statements", "")
        assert int(await answer(dispatcher, count, [0])) <= 5

    run(play, statements=4)


def test_a_connection_that_was_lost_is_made_again_unseen(run: Any, world: Any) -> None:
    async def play(dispatcher: Dispatcher) -> None:
        backend = fetch("select pg_backend_pid()::text || substr($1::int4::text, 2)", "")
        process = int(await answer(dispatcher, backend, [1]))
        other = await Database(world.dsn).connect()
        await other.execute("select pg_terminate_backend($1)", process)
        await other.close()
        await asyncio.sleep(0.1)
        assert await answer(dispatcher, DIVISION, [5]) == "20"

    run(play)
