"""What a client may spend: counted across workers, in the database's time, at nearly no cost."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from baygate.oauth.allowance import Allowances, AllowanceUnavailable, Exceeded, Policy, Purse, headers, policies
from baygate.storage.database import Database
from baygate.storage.errors import DatabaseUnreachableError

NOON = 1_790_078_400.0
"""Noon of a day: a minute begins, and half of the day is over."""
AMPLE = 1_000_000

CLOCK = f"""
CREATE SCHEMA clock;
CREATE TABLE clock.hand (at timestamptz NOT NULL);
INSERT INTO clock.hand VALUES (to_timestamp({NOON}));
CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM clock.hand';
"""


async def connected(dsn: str) -> asyncpg.Connection:
    """A connection that takes the time from the test."""
    connection = await Database(dsn).connect()
    await connection.execute("SET search_path = clock, pg_catalog, public")
    return connection


@dataclass
class World:
    """A database whose clock stands at noon, and workers with clocks of their own."""

    dsn: str
    admin: asyncpg.Connection
    elapsed: float = 0.0
    statements: list[str] = field(default_factory=list)
    """What the workers sent."""
    connections: int = 0
    """How many the workers opened."""
    lost: Exception | None = None
    """Why no connection is to be had."""
    workers: list[Allowances] = field(default_factory=list)

    def worker(self) -> Allowances:
        started = 1_000.0 * len(self.workers)
        worker = Allowances(self.connect, lambda: started + self.elapsed)
        self.workers.append(worker)
        return worker

    async def connect(self) -> asyncpg.Connection:
        if self.lost is not None:
            raise self.lost
        self.connections += 1
        connection = await connected(self.dsn)
        connection.add_query_logger(lambda query: self.statements.append(query.query))
        return connection

    def leases(self) -> int:
        return sum("INSERT INTO allowance" in each for each in self.statements)

    async def pass_(self, seconds: float) -> None:
        """Let time pass everywhere."""
        self.elapsed += seconds
        await self.set_database_clock(seconds)

    async def set_database_clock(self, by: float) -> None:
        await self.admin.execute("UPDATE clock.hand SET at = at + $1 * interval '1 second'", by)

    async def used(self, policy: str) -> list[int]:
        """What the rows of the windows say, the oldest first."""
        rows = await self.admin.fetch("SELECT used FROM allowance WHERE policy = $1 ORDER BY started_at", policy)
        return [row["used"] for row in rows]


@asynccontextmanager
async def world_at_noon(dsn: str) -> AsyncIterator[World]:
    admin = await Database(dsn).connect()
    await admin.execute(CLOCK)
    world = World(dsn, admin)
    try:
        yield world
    finally:
        for worker in world.workers:
            await worker.close()
        await admin.close()


@pytest.fixture
def run(database: str) -> Callable[[Callable[[World], Awaitable[None]]], None]:
    """Run a test's story in a world of its own, twenty seconds at most."""

    def to_the_end(story: Callable[[World], Awaitable[None]]) -> None:
        async def telling() -> None:
            async with asyncio.timeout(20), world_at_noon(database) as world:
                await story(world)

        asyncio.run(telling())

    return to_the_end


async def spent(worker: Allowances, asked: tuple[Policy, ...], times: int, client: str = "a") -> int:
    """How many of that many requests, all at once, were admitted."""
    outcomes = await asyncio.gather(*(worker.spend(client, asked) for _ in range(times)), return_exceptions=True)
    counts = Counter(type(each) for each in outcomes)
    assert counts.keys() <= {Purse, Exceeded}, counts
    return counts[Purse]


async def spent_in_turn(worker: Allowances, asked: tuple[Policy, ...], times: int) -> int:
    """How many of that many requests, one after the other, were admitted."""
    return sum([await spent(worker, asked, 1) for _ in range(times)])


def left(purse: Purse) -> str:
    return dict(headers(purse))[b"ratelimit"].decode()


@pytest.mark.parametrize("quota", [1, 7, 500])
@pytest.mark.parametrize("scarce", ["rate", "quota"])
def test_exactly_the_quota_is_admitted_by_all_workers_together(run: Any, quota: int, scarce: str) -> None:
    asked = policies(quota, AMPLE) if scarce == "rate" else policies(AMPLE, quota)

    async def story(world: World) -> None:
        workers = [world.worker() for _ in range(4)]
        admitted = await asyncio.gather(*(spent(worker, asked, quota // 2 + 1) for worker in workers))
        assert sum(admitted) <= quota
        # what a worker has in hand is still to be had from it; then there is nothing anywhere
        admitted += await asyncio.gather(*(spent(worker, asked, quota) for worker in workers))
        assert sum(admitted) == quota
        assert await spent(world.worker(), asked, 5) == 0

    run(story)


def test_exactly_the_quota_is_admitted_one_request_after_the_other(run: Any) -> None:
    async def story(world: World) -> None:
        workers = [world.worker() for _ in range(3)]
        admitted = 0
        for _ in range(250):
            for worker in workers:
                admitted += await spent(worker, policies(500, AMPLE), 1)
        assert admitted == 500

    run(story)


PROCESS = """
import asyncio, sys
sys.path.insert(0, sys.argv[2])
from test_allowance import Allowances, connected, policies, spent

async def main():
    worker = Allowances(lambda: connected(sys.argv[1]))
    await spent(worker, policies(100, 100), 1, "another")
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum([await spent(worker, policies(3_000, 1_000_000), 40) for _ in range(100)]), flush=True)
    await worker.close()

asyncio.run(main())
"""


def test_exactly_the_quota_is_admitted_by_two_processes(run: Any) -> None:
    async def story(world: World) -> None:
        arguments = ("-c", PROCESS, world.dsn, __file__.rpartition("/")[0])
        pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
        processes = [await asyncio.create_subprocess_exec(sys.executable, *arguments, **pipes) for _ in range(2)]
        for process in processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        told = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
        admitted = [int(out) for out, _ in told]
        assert sum(admitted) == 3_000
        assert min(admitted) > 0, "both took part"

    run(story)


def test_a_window_that_ends_gives_a_full_quota_again(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(100, AMPLE)
        await world.pass_(45)
        assert await spent(worker, asked, 130) == 100
        await world.pass_(14.9)
        assert await spent(worker, asked, 10) == 0
        await world.pass_(0.1)
        assert await spent(worker, asked, 130) == 100
        assert await world.used("rate") == [100, 100]

    run(story)


def test_what_is_in_hand_when_a_window_ends_does_not_add_to_the_next(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(100, AMPLE)
        assert await spent(worker, asked, 1) == 1
        assert await world.used("rate") == [2], "it has one more in hand"
        await world.pass_(60)
        assert await spent(worker, asked, 130) == 100

    run(story)


def test_a_lease_is_spent_as_part_of_the_window_that_it_was_counted_in(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(100, AMPLE)
        assert await spent(worker, asked, 1) == 1
        await world.set_database_clock(60)
        assert await spent(worker, asked, 130) == 1 + 100, "the worker was told that the minute lasts longer"
        assert await world.used("rate") == [2, 100]

    run(story)


def test_a_rate_that_is_used_up_leaves_the_quota_alone(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(10, 10_000)
        assert await spent_in_turn(worker, asked, 40) == 10
        assert await spent(worker, asked, 40) == 0
        await world.pass_(60)
        purse = await worker.spend("a", asked)
        assert left(purse) == '"rate";r=9;t=60, "quota";r=9989;t=43140'

    run(story)


def test_a_quota_that_is_used_up_refuses_whatever_the_rate_allows(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(100, 150)
        assert await spent(worker, asked, 120) == 100
        await world.pass_(60)
        assert await spent(worker, asked, 120) == 50
        await world.pass_(60)
        assert await spent(worker, asked, 120) == 0
        await world.pass_(43_200 - 120)
        assert await spent(worker, asked, 120) == 100

    run(story)


def test_clients_do_not_spend_each_others(run: Any) -> None:
    async def story(world: World) -> None:
        worker = world.worker()
        admitted = await asyncio.gather(*(spent(worker, policies(10, 20), 30, client) for client in "abc"))
        assert admitted == [10, 10, 10]
        assert world.leases() == 1, "and their leases go together"

    run(story)


def test_workers_that_lease_for_many_clients_do_not_wait_for_each_other(run: Any) -> None:
    async def story(world: World) -> None:
        there, back = world.worker(), world.worker()
        for client in "abc":
            assert await spent(there, policies(10, 10), 1, client) == 1
        async with world.admin.transaction():
            # both workers come as far as the row in the middle
            await world.admin.execute("SELECT FROM allowance WHERE client_id = 'b' FOR UPDATE")
            leases = [spent(there, policies(10, 10), 1, client) for client in "abc"]
            leases += [spent(back, policies(10, 10), 1, client) for client in "cba"]
            admitted = asyncio.gather(*leases)
            await asyncio.sleep(0.3)
        assert await admitted == [1] * 6

    run(story)


def test_headers_say_what_is_left_and_when_there_is_more(run: Any) -> None:
    async def story(world: World) -> None:
        await world.pass_(26.5)
        purse = await world.worker().spend("a", policies(600, 100_000))
        assert headers(purse) == [
            (b"ratelimit-policy", b'"rate";q=600;w=60, "quota";q=100000;w=86400'),
            (b"ratelimit", b'"rate";r=599;t=34, "quota";r=99999;t=43174'),
        ]
        await world.pass_(7)
        assert left(purse) == '"rate";r=599;t=27, "quota";r=99999;t=43167', "as of when the response goes out"
        await world.pass_(100)
        assert left(purse).startswith('"rate";r=599;t=0, '), "never negative"

    run(story)


def test_a_refusal_says_when_to_come_back(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(2, 100)
        assert await spent(worker, asked, 2) == 2
        await world.pass_(26.5)
        with pytest.raises(Exceeded, match=r"The 2 requests .* in 60 s are used up\. Try again in 34 s\.") as refused:
            await worker.spend("a", asked)
        assert (refused.value.policy, refused.value.retry_after) == (asked[0], 34)
        assert refused.value.headers == [
            (b"ratelimit-policy", b'"rate";q=2;w=60, "quota";q=100;w=86400'),
            (b"ratelimit", b'"rate";r=0;t=34, "quota";r=98;t=43174'),
            (b"retry-after", b"34"),
        ]

    run(story)


def test_of_two_policies_used_up_the_refusal_names_the_one_that_takes_longer(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(2, 2)
        assert await spent(worker, asked, 2) == 2
        with pytest.raises(Exceeded) as refused:
            await worker.spend("a", asked)
        assert (refused.value.policy.name, refused.value.retry_after) == ("quota", 43_200)

    run(story)


def test_a_refused_client_costs_the_database_nothing(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(10, 15)
        assert await spent(worker, asked, 10) == 10
        before = world.leases()
        assert await spent_in_turn(worker, asked, 100) == 0
        assert world.leases() == before
        await world.pass_(60)
        assert await spent(worker, asked, 10) == 5
        before = world.leases()
        for _ in range(5):
            await world.pass_(60)
            assert await spent_in_turn(worker, asked, 100) == 0
        assert world.leases() == before, "not even when the minute is a new one"

    run(story)


def test_whether_a_client_is_refused_can_be_asked_and_takes_nothing(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(3, 1_000)
        for _ in range(9):
            worker.require("a", asked)
        assert world.statements == [], "what is not known is not asked for"
        assert await spent_in_turn(worker, asked, 3) == 3
        # that a policy is used up is known by the first lease that is refused
        assert await spent_in_turn(worker, asked, 1) == 0
        before = len(world.statements)
        with pytest.raises(Exceeded):
            worker.require("a", asked)
        worker.require("b", asked)
        assert len(world.statements) == before
        await world.pass_(60)
        worker.require("a", asked)
        assert await spent_in_turn(worker, asked, 4) == 3

    run(story)


def test_a_warm_request_costs_the_database_nothing(run: Any) -> None:
    async def story(world: World) -> None:
        worker = world.worker()
        assert await spent_in_turn(worker, policies(6_000, AMPLE), 120) == 120
        assert world.leases() == 1, "2 % of the rate are leased at once"
        assert await spent_in_turn(worker, policies(AMPLE, AMPLE), 2_000) == 2_000
        assert world.leases() == 3, "and a thousand at most"

    run(story)


def test_only_what_runs_short_is_leased(run: Any) -> None:
    async def story(world: World) -> None:
        assert await spent_in_turn(world.worker(), policies(1_000, AMPLE), 200) == 200
        assert (await world.used("rate"), await world.used("quota")) == ([200], [1_000])

    run(story)


def test_requests_that_wait_share_one_lease(run: Any) -> None:
    async def story(world: World) -> None:
        assert await spent(world.worker(), policies(1_000, AMPLE), 500) == 500
        assert world.leases() == 1

    run(story)


def test_leases_shrink_to_one_as_the_quota_runs_out(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(1_000, AMPLE)
        assert await spent_in_turn(worker, asked, 1) == 1
        assert await world.used("rate") == [20]
        assert await spent_in_turn(worker, asked, 970) == 970
        for spending in range(972, 1_001):
            assert await spent_in_turn(worker, asked, 1) == 1
            [used] = await world.used("rate")
            assert used - spending <= 2, "next to nothing is withheld from the other workers"
        assert used == 1_000
        assert world.leases() < 120

    run(story)


def test_a_quota_that_was_changed_binds_at_once(run: Any) -> None:
    async def story(world: World) -> None:
        worker = world.worker()
        assert await spent(worker, policies(10, AMPLE), 10) == 10
        assert await spent(world.worker(), policies(10, AMPLE), 20) == 0
        assert await spent(worker, policies(15, AMPLE), 20) == 5, "what was refused did not count"
        assert await spent(worker, policies(5, AMPLE), 20) == 0

    run(story)


def test_a_client_whose_policies_change_while_requests_wait_is_served_under_both(run: Any) -> None:
    async def story(world: World) -> None:
        worker = world.worker()
        admitted = await asyncio.gather(
            *(spent(worker, policies(rate, AMPLE), 8) for rate in (100, 200, 100, 200)),
        )
        assert admitted == [8, 8, 8, 8]

    run(story)


def test_equal_policies_are_the_same_whoever_made_them(run: Any) -> None:
    async def story(world: World) -> None:
        worker = world.worker()
        for _ in range(20):
            await worker.spend("a", (Policy("rate", 1_000, 60), Policy("quota", AMPLE, 86_400)))
        assert world.leases() == 1

    run(story)


def test_a_waiting_request_that_is_given_up_takes_nothing_and_holds_up_nobody(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(10, AMPLE)
        waiting = [asyncio.create_task(worker.spend("a", asked)) for _ in range(6)]
        await asyncio.sleep(0)
        for task in waiting[:4]:
            task.cancel()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in outcomes] == [asyncio.CancelledError] * 4 + [Purse] * 2
        assert await world.used("rate") == [2]
        assert await spent(worker, asked, 20) == 8

    run(story)


def test_a_connection_that_was_lost_is_opened_again(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(10, AMPLE)
        assert await spent(worker, asked, 5) == 5
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        assert await world.admin.fetch(ended + " AND datname = current_database()")
        await asyncio.sleep(0.2)
        assert await spent(worker, asked, 20) == 5

    run(story)


@pytest.mark.parametrize("error", [OSError("no route"), DatabaseUnreachableError("nobody there", "start it")])
def test_without_the_database_only_what_was_leased_is_admitted(run: Any, error: Exception) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(1_000, AMPLE)
        assert await spent_in_turn(worker, asked, 1) == 1
        world.lost = error
        assert worker._connection is not None
        worker._connection.terminate()
        await asyncio.sleep(0)
        assert await spent_in_turn(worker, asked, 19) == 19
        outcomes = await asyncio.gather(*(worker.spend("a", asked) for _ in range(5)), return_exceptions=True)
        assert [type(each) for each in outcomes] == [AllowanceUnavailable] * 5
        assert str(error) in str(outcomes[0])
        world.lost = None
        assert await spent(worker, asked, 1_000) == 980

    run(story)


def test_a_database_that_does_not_answer_is_not_waited_for(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(10, AMPLE)
        assert await spent(worker, asked, 3) == 3
        await worker.close()
        async with world.admin.transaction():
            await world.admin.execute("LOCK TABLE allowance")
            monkeypatch.setattr("baygate.oauth.allowance._PATIENCE", 1)
            with pytest.raises(AllowanceUnavailable, match="no answer in time"):
                await worker.spend("a", asked)
            monkeypatch.undo()
        assert await spent(worker, asked, 20) in {6, 7}, "the lease that was given up may have been counted"
        assert world.connections == 3, "nobody knows what would come over the second one"

    run(story)


def test_a_database_clock_that_is_set_back_gives_no_second_budget(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(100, AMPLE)
        assert await spent(worker, asked, 120) == 100
        await world.pass_(300)
        assert await spent(world.worker(), asked, 120) == 100, "and ended windows were swept"
        await world.set_database_clock(-300)
        assert await spent(world.worker(), asked, 120) == 0
        await world.set_database_clock(300)
        assert await spent(world.worker(), asked, 120) == 0

    run(story)


def test_rows_of_ended_windows_are_removed_after_a_while(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(10, AMPLE)
        for _ in range(30):
            assert await spent(worker, asked, 1) == 1
            await worker.close()
            await world.pass_(60)
        assert 10 <= len(await world.used("rate")) <= 13, "those of the last ten minutes"
        assert len(await world.used("quota")) == 1, "a day is not over in half an hour"
        await world.pass_(2 * 86_400)
        await spent(worker, asked, 1)
        await worker.close()
        assert (len(await world.used("rate")), len(await world.used("quota"))) == (1, 1)

    run(story)


def test_a_request_that_comes_while_rows_are_removed_is_served_after(run: Any) -> None:
    async def story(world: World) -> None:
        worker, asked = world.worker(), policies(10, AMPLE)
        await world.admin.execute("INSERT INTO allowance VALUES ('gone', 'rate', 'epoch', 1)")
        async with world.admin.transaction():
            await world.admin.execute("SELECT FROM allowance FOR UPDATE")
            assert await spent(worker, asked, 1) == 1
            another = asyncio.create_task(spent(worker, asked, 1, "another"))
            await asyncio.sleep(0.1)
            assert not another.done()
        assert await another == 1

    run(story)
