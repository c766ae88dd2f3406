"""Decisions, counted by the day."""

import asyncio
import dataclasses
import datetime
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from baygate.storage import decisions
from baygate.storage.database import Database
from baygate.storage.decisions import Caller, Decided

DAY = datetime.date(2026, 11, 1)
CALLER = Caller(
    "samr-gd", "CN-GD", frozenset({"PLATFORM"}), party=True, scopes=frozenset({"credit:read", "filings:read"}),
    purpose="RISK_ASSESSMENT", assurance=2,
)  # fmt: skip
GRADE = Decided(DAY, CALLER, "CreditRating", "grade", "ALLOW", 3)


def within(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        connection = await Database(dsn).connect()
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def test_what_is_recorded_is_what_comes_back(database: str) -> None:
    within(database, lambda connection: decisions.record(connection, [GRADE]))
    assert within(database, decisions.every) == [GRADE]


def test_counts_add_up_within_one_call_and_between_calls(database: str) -> None:
    for _ in range(2):
        within(database, lambda connection: decisions.record(connection, [GRADE, GRADE]))
    assert within(database, decisions.every) == [dataclasses.replace(GRADE, count=12)]


def test_another_day_caller_field_or_outcome_is_counted_apart(database: str) -> None:
    rows = [
        GRADE,
        dataclasses.replace(GRADE, day=DAY + datetime.timedelta(days=1)),
        dataclasses.replace(GRADE, field="score"),
        dataclasses.replace(GRADE, outcome="WITHHOLD"),
        *(
            dataclasses.replace(GRADE, caller=dataclasses.replace(CALLER, **change))
            for change in (
                {"agency": ""}, {"jurisdiction": "HK"}, {"roles": frozenset()}, {"party": False},
                {"scopes": frozenset({"credit:read"})}, {"purpose": "STATISTICS"}, {"assurance": 3},
            )
        ),
    ]  # fmt: skip
    within(database, lambda connection: decisions.record(connection, rows))
    found = within(database, decisions.every)
    assert len(found) == len(rows)
    assert set(found) == set(rows)


def test_those_who_record_at_once_do_not_lose_a_count(database: str) -> None:
    fields = [dataclasses.replace(GRADE, field=f"f{number}", count=1) for number in range(20)]

    async def record() -> None:
        connections = [await Database(database).connect() for _ in range(4)]
        await asyncio.gather(
            *(
                decisions.record(each, fields if number % 2 else reversed(fields))
                for number, each in enumerate(connections)
            )
        )
        for each in connections:
            await each.close()

    asyncio.run(record())
    assert {each.count for each in within(database, decisions.every)} == {4}
