"""Trust lists as one worker has them: those that count now, told anew each time that documents were read."""

import asyncio
import datetime
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from tests.access.signing import (
    DAY,
    LIST_SIGNERS,
    NOW,
    ROOT,
    after,
    digest,
    facts,
    library,
    moment,
    policy,
    signed,
    trust_list,
)

from baygate.access.documents.library import published, publishing
from baygate.gateway.policies import Policies
from baygate.storage import documents
from baygate.storage.database import Database
from baygate.storage.documents import NewDocument

LIST = signed(trust_list(nextUpdate=moment(NOW + DAY)))
POLICY = library(policy())


class Worker:
    """A worker's policies over a database, at a time that a test sets."""

    def __init__(self, dsn: str, directory: Path) -> None:
        self._dsn = dsn
        self._directory = directory
        (directory / "root.jws").write_bytes(ROOT)
        self.now = NOW
        self.told: list[dict[str, int]] = []
        self.restart()

    def restart(self) -> None:
        """Begin as a new worker, with the heads that were kept."""
        self.policies = Policies(
            self._directory / "root.jws", self._directory / "heads.json", facts(), lambda: self.now,
            on_lists=lambda lists: self.told.append({each.document.jurisdiction: each.document.sequence
                                                     for each in lists}),
        )  # fmt: skip

    def over(self, work: Callable[[asyncpg.Connection], object]) -> None:
        """Do something in the database, and hear of it."""

        async def working() -> None:
            connection = await Database(self._dsn).connect()
            try:
                async with connection.transaction():
                    await work(connection)  # type: ignore[misc]
                await self.policies.begin(connection)
            finally:
                await connection.close()

        asyncio.run(working())

    def publish(self, *texts: bytes) -> None:
        async def adding(connection: asyncpg.Connection) -> None:
            trusted = publishing(ROOT, await documents.every(connection), facts(), self.now)
            await documents.add(connection, published(trusted, texts, self.now), "tests")

        self.over(adding)

    def execute(self, statement: str) -> None:
        self.over(lambda connection: connection.execute(statement))

    @property
    def lists(self) -> set[str]:
        return {each.document.jurisdiction for each in self.policies.lists}


@pytest.fixture
def worker(database: str, tmp_path: Path) -> Worker:
    return Worker(database, tmp_path)


def test_whoever_asks_is_told_of_the_lists_each_time_that_documents_are_read(worker: Worker) -> None:
    assert worker.lists == set()
    worker.publish(*POLICY, LIST)
    worker.publish(signed(after(LIST)), signed(trust_list("MO")))
    assert worker.told == [{"HK": 1}, {"HK": 2, "MO": 1}]
    assert worker.lists == {"HK", "MO"}


def test_a_list_ends_at_its_own_moment_and_that_is_a_problem(worker: Worker) -> None:
    worker.publish(*POLICY, LIST)
    assert worker.policies.problems == tuple(_without_manifests(worker))
    worker.now = NOW + DAY - datetime.timedelta(seconds=1)
    assert worker.lists == {"HK"}
    worker.now = NOW + DAY
    assert worker.lists == set()
    assert "The trust list of HK expired" in worker.policies.problems[-1]
    assert worker.policies.fatal is None


def test_a_new_list_does_not_change_the_version_that_plans_are_kept_by(worker: Worker) -> None:
    worker.publish(*POLICY)
    before = worker.policies.in_force
    worker.publish(LIST)
    assert worker.policies.in_force == before


def test_a_database_that_lacks_a_list_which_was_seen_is_older_and_gives_nothing(worker: Worker) -> None:
    worker.publish(*POLICY, LIST, signed(after(LIST)))
    worker.restart()
    worker.execute("DELETE FROM document WHERE kind = 'trust-list' AND version = 2")
    assert "the trust list of HK was seen at 2, and the database has 1" in (worker.policies.fatal or "")
    assert worker.lists == set()
    assert worker.told[-1] == {}


def test_a_list_that_no_longer_verifies_recognises_nobody_and_takes_nothing_else_with_it(worker: Worker) -> None:
    """Its signer's certificate may end at any time: that is no older database."""
    worker.publish(*POLICY, LIST)
    forged = signed(after(LIST), LIST_SIGNERS["HK"][0])

    async def add(connection: asyncpg.Connection) -> None:
        await documents.add(connection, [NewDocument("trust-list", "HK", 2, digest(forged), forged)], "somebody")

    worker.over(add)
    worker.restart()
    worker.execute("SELECT 1")
    assert worker.lists == set()
    assert worker.policies.fatal is None
    assert worker.policies.in_force.policies.keys() == {"customs-gz/credit"}
    assert any("trust-list HK version 2 is not taken" in each for each in worker.policies.problems)


def _without_manifests(worker: Worker) -> list[str]:
    return [each for owner in worker.policies.in_force.owners for each in owner.problems]
