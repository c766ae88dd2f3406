import asyncio
import datetime
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from baygate.intake.copy import Batch, publish
from baygate.intake.errors import IntakeError
from baygate.intake.records import identity
from baygate.storage.database import Database

NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
REGION = identity.Region("440000", "广东省", "Guangdong", "440000")
CHANGE = identity.StatusChange("MO-1", 1, None, "ACTIVE", NOW.date(), "设立", NOW)


def run(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[object]]) -> object:
    async def working() -> object:
        connection = await Database(dsn).connect()
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(working())


def stored(dsn: str) -> object:
    return run(dsn, lambda connection: connection.fetchval("SELECT count(*) FROM status_change"))


def test_what_is_published_is_stored_under_its_publishers_name(database):
    batches = [Batch(identity.REGION, "commerce-gd", [REGION]), Batch(identity.STATUS_CHANGE, "mo-dsedt", [CHANGE])]
    assert run(database, lambda connection: publish(connection, batches)) == 2
    row = run(database, lambda connection: connection.fetchrow("SELECT * FROM status_change"))
    assert dict(row) == {**CHANGE._asdict(), "provider": "mo-dsedt"}


def test_nothing_of_a_publication_is_stored_if_one_record_is_wrong(database):
    batches = [
        Batch(identity.STATUS_CHANGE, "mo-dsedt", [CHANGE]),
        Batch(identity.STATUS_CHANGE, "mo-dsedt", [CHANGE._replace(seq=2, to_status="?")]),
        Batch(identity.REGION, "commerce-gd", [REGION._replace(code="0")]),
    ]
    with pytest.raises(IntakeError) as caught:
        run(database, lambda connection: publish(connection, batches))
    assert [str(problem).split(":")[0] for problem in caught.value.problems] == [
        "status_change[0].to_status",
        "region[0].code",
    ]
    assert stored(database) == 0


def test_a_record_that_is_there_already_is_named_and_nothing_is_stored(database):
    batches = [Batch(identity.STATUS_CHANGE, "mo-dsedt", [CHANGE._replace(seq=2), CHANGE, CHANGE])]
    with pytest.raises(IntakeError, match=r"status_change.*expected a new key.*\(MO-1, 1\)"):
        run(database, lambda connection: publish(connection, batches))
    assert stored(database) == 0
