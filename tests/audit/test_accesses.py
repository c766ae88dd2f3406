"""Who saw whose records: only those of the providers that are named, the newest first, all of them."""

import asyncio
import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg
import orjson
import pytest
from tests.audit.kept_log import (
    DECISIONS,
    HOUR,
    NOVEMBER,
    OCTOBER,
    PARTIES,
    PROVIDERS,
    Kept,
    fill,
    integrate,
    new_log,
    record,
    recording,
    told,
)

from baygate.audit.accesses import EVERYBODY, Access, Filters, accesses, stream
from baygate.audit.span import leaves_of
from baygate.storage.embedded import EmbeddedPostgres

ALL = 330
"""Records in the tree that tell of rows."""
ORDER = [*range(170), *range(170, 330)]


@pytest.fixture(scope="module")
def kept(postgres: EmbeddedPostgres) -> Iterator[Kept]:
    with new_log(postgres) as log:
        asyncio.run(fill(log))
        yield log


def page(log: Kept, filters: Filters, after: int | None = None, first: int = 1_000) -> Sequence[Access]:
    async def run() -> Sequence[Access]:
        async with log.connected() as connection:
            return await accesses(connection, filters, after, first)

    return asyncio.run(run())


def streamed(log: Kept, filters: Filters) -> list[Access]:
    async def run() -> list[Access]:
        async with log.connected() as connection:
            return [each async for each in stream(connection, filters)]

    return asyncio.run(run())


def of(*providers: str, **more: Any) -> Filters:
    return Filters(frozenset(providers), **more)


def expected(provider: str, **said: Any) -> list[str]:
    """Return the cases of the records that tell of a provider, the newest first."""
    content = [told(number).content for number in ORDER]
    return [
        str(each["case"])
        for each in reversed(content)
        if provider in each["rows"] and all(each[name] == value for name, value in said.items())
    ]


def cases(found: Sequence[Access]) -> list[Any]:
    return [each.case for each in found]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_sees_every_access_to_its_records_and_no_other(kept: Kept, provider: str) -> None:
    found = page(kept, of(provider))
    assert {each.provider for each in found} == {provider}
    assert sorted(cases(found)) == sorted(expected(provider))
    assert [each.leaf for each in found] == sorted((each.leaf for each in found), reverse=True)


def test_whose_accesses_are_seen_has_to_be_said() -> None:
    with pytest.raises(TypeError, match="providers"):
        Filters()  # type: ignore[call-arg]


def test_nobody_is_no_provider(kept: Kept) -> None:
    assert page(kept, of()) == []
    assert streamed(kept, of("nobody")) == []


def test_an_access_says_who_saw_which_fields_of_whom_for_what(kept: Kept) -> None:
    (access,) = (each for each in page(kept, of("tax-gd")) if each.case == "case-325")
    record = told(325).content
    assert access.at == NOVEMBER
    assert (access.record, access.client, access.agency, access.purpose) == (
        "3-35", "customs-system", "hk-customs", "STATISTICS",
    )  # fmt: skip
    assert access.subjects == record["rows"]["tax-gd"] == {PARTIES[4]: {"Enterprise": 2}, "": {"Port": 3}}
    assert access.released == ["Enterprise.name", "Port.field1"]
    assert (access.masked, access.withheld) == ([], ["Enterprise.telephone"])
    assert (access.policies, access.lists, access.status) == ({"version": 7}, {"HK": 3}, "ok")


def test_what_was_decided_of_other_providers_and_of_types_without_rows_is_left_out(kept: Kept) -> None:
    samr, customs = page(kept, of("samr-gd"), first=1)[0], page(kept, of("customs-gz"), first=1)[0]
    assert (samr.released, samr.masked, samr.withheld) == (["Enterprise.name"], ["Enterprise.telephone"], [])
    assert (customs.released, customs.masked) == (["Enterprise.name"], [])
    assert customs.withheld == ["Enterprise.score", "Enterprise.telephone"]
    assert all(b"Port.field" in each and b"Vessel" in each for each in DECISIONS)


def test_what_was_decided_for_the_rest_is_not_told_of_who_decided_otherwise(kept: Kept) -> None:
    """``*`` are all providers that are not named with the coordinate elsewhere, so nothing is both given and kept."""
    for access in page(kept, of(*PROVIDERS)):
        told_of = [*access.released, *access.masked, *access.conditional, *access.withheld]
        assert len(set(told_of)) == len(told_of)
        by_rest = access.provider != "samr-gd" and "Enterprise.name" in access.released
        assert ("Enterprise.telephone" in access.withheld) is by_rest


@pytest.mark.parametrize("said", [{"agency": "hk-customs"}, {"purpose": "STATISTICS"}])
def test_it_can_be_asked_by_who_saw_it_and_what_for(kept: Kept, said: dict[str, str]) -> None:
    assert sorted(cases(page(kept, of("tax-gd", **said)))) == sorted(expected("tax-gd", **said))


def test_who_looked_at_an_enterprise(kept: Kept) -> None:
    found = page(kept, of("tax-gd", subject=PARTIES[2]))
    assert found
    assert all(PARTIES[2] in each.subjects for each in found)
    others = {each.record for each in page(kept, of("tax-gd"))} - {each.record for each in found}
    assert all(PARTIES[2] not in each.subjects for each in page(kept, of("tax-gd")) if each.record in others)


@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_follow_one_another_without_gap_or_repetition(kept: Kept, size: int) -> None:
    for filters in (of("tax-gd"), of(*PROVIDERS), Filters(EVERYBODY)):
        gathered: list[Access] = []
        after: int | None = None
        while found := page(kept, filters, after, size):
            gathered += found
            after = found[-1].leaf
            if size == 1 and len(gathered) > 20:
                break
        assert gathered == list(page(kept, filters))[: len(gathered)]


def test_a_shard_that_is_late_is_in_its_place_though_it_is_of_the_month_before(postgres: EmbeddedPostgres) -> None:
    """What two months have in one run of 256 leaves follows one another by leaves, in whatever pages."""

    async def write(log: Kept) -> None:
        async with recording(log, OCTOBER) as late, recording(log, NOVEMBER) as new:
            for start in range(0, 40, 10):
                await record(late, range(start, start + 5))
                await integrate(log, NOVEMBER)
                await record(new, range(start + 5, start + 10))
                await integrate(log, NOVEMBER)

    with new_log(postgres) as log:
        asyncio.run(write(log))
        for filters in (of(*PROVIDERS), of("tax-gd"), of("tax-gd", agency="hk-customs"), Filters(EVERYBODY)):
            every = page(log, filters)
            assert [each.leaf for each in every] == sorted((each.leaf for each in every), reverse=True)
            assert len({each.at.month for each in every[:4]} | {each.at.month for each in every[-4:]}) == 2
            found: list[Access] = []
            while more := page(log, filters, found[-1].leaf if found else None, 3):
                found += more
            assert found == list(every)


def test_a_record_of_several_providers_is_not_torn_apart(kept: Kept) -> None:
    newest = page(kept, of(*PROVIDERS), first=1)
    both = page(kept, of(*PROVIDERS, purpose="RISK_ASSESSMENT"), after=NOVEMBER_FIRST + 31, first=1)
    assert (len(newest), len({each.leaf for each in newest})) == (1, 1)
    assert (len(both), len({each.leaf for each in both})) == (2, 1)


NOVEMBER_FIRST = 290


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (None, OCTOBER),
        (None, OCTOBER + HOUR),
        (OCTOBER, OCTOBER + datetime.timedelta(microseconds=1)),
        (OCTOBER + HOUR, None),
        (OCTOBER + HOUR, OCTOBER + 2 * HOUR),
        (OCTOBER + 2 * HOUR, NOVEMBER),
        (NOVEMBER, None),
        (NOVEMBER + HOUR, None),
        (NOVEMBER, NOVEMBER),
        (None, NOVEMBER + 999 * HOUR),
    ],
)
def test_it_can_be_asked_by_time_the_end_excluded(
    kept: Kept, since: datetime.datetime | None, until: datetime.datetime | None
) -> None:
    everything = page(kept, of("tax-gd"))
    wanted = [each for each in everything if (not since or each.at >= since) and (not until or each.at < until)]
    assert page(kept, of("tax-gd", since=since, until=until)) == wanted
    assert sorted(cases(streamed(kept, of("tax-gd", since=since, until=until)))) == sorted(cases(wanted))


def test_a_span_is_looked_for_in_no_more_leaves_than_it_can_be_in(kept: Kept) -> None:
    async def run(since: datetime.datetime | None, until: datetime.datetime | None) -> tuple[int, int]:
        async with kept.connected() as connection:
            months = [datetime.date(2026, 10, 1), datetime.date(2026, 11, 1)]
            return await leaves_of(connection, months, since, until)

    # the other hub's shard, of an hour later, came into the tree between two parts of the first
    assert asyncio.run(run(OCTOBER + HOUR, NOVEMBER)) == (150, 290)
    assert asyncio.run(run(None, OCTOBER + HOUR)) == (0, 280)
    assert asyncio.run(run(NOVEMBER, NOVEMBER + HOUR)) == (290, 330)


def test_everything_is_streamed_by_month_and_the_newest_first(kept: Kept) -> None:
    found = streamed(kept, Filters(EVERYBODY))
    assert sorted(cases(found)) == sorted(case for provider in PROVIDERS for case in expected(provider))
    assert [each.at.month for each in found] == sorted((each.at.month for each in found), reverse=True)


class Explaining:
    """A connection that keeps how what is prepared on it is run."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.plans: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def prepare(self, query: str) -> "Explaining":
        self._query = query
        return self

    async def fetch(self, *asked: Any) -> list[asyncpg.Record]:
        if isinstance(asked[0], str):
            return list(await self._connection.fetch(*asked))
        plan = await self._connection.fetch(f"EXPLAIN {self._query}", *asked)
        self.plans.append("\n".join(row[0] for row in plan))
        return list(await self._connection.fetch(self._query, *asked))


def test_pages_are_found_by_indexes(kept: Kept) -> None:
    """No table is read whole, whatever is asked."""

    async def plans() -> list[str]:
        async with kept.connected() as connection:
            await connection.execute("SET enable_seqscan = off")
            explaining = Explaining(connection)
            for filters in (
                of("tax-gd"),
                of("tax-gd", subject=PARTIES[0]),
                of("tax-gd", since=OCTOBER, until=NOVEMBER),
                of("tax-gd", agency="hk-customs"),
                of("tax-gd", purpose="STATISTICS"),
                Filters(EVERYBODY, subject=PARTIES[0]),
                Filters(EVERYBODY),
            ):
                await accesses(explaining, filters, None, 50)  # type: ignore[arg-type]  # as a connection
        return explaining.plans

    found = asyncio.run(plans())
    conditions = ("provider = p.provider", "agency = ", "purpose = ", "leaf_index >= GREATEST", "subject = ")
    used = [{each for each in conditions if re.search(rf"Index Cond: .*{each}", plan)} for plan in found]
    by_tiles = {"provider = p.provider", "leaf_index >= GREATEST"}
    assert used == [
        by_tiles,
        {"subject = "},
        by_tiles,
        {"agency = ", *by_tiles},
        {"purpose = ", *by_tiles},
        {"subject = "},
        set(),
    ]
    assert re.search("Index Cond: .*leaf_index >= ", found[-1])
    assert not any("Seq Scan on audit_access" in each or "Seq Scan on audit_record" in each for each in found)


def test_a_line_is_whole_json(kept: Kept) -> None:
    assert orjson.loads(orjson.dumps(page(kept, of("tax-gd"), first=1)[0]))["provider"] == "tax-gd"
