"""Whole months can go, by an operator's signed word, and what is left proves what it proved; nothing else can."""

import asyncio
import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest
from tests.access.signing import root_document
from tests.audit.conftest import signing_key
from tests.audit.kept_log import HOUR, NOVEMBER, OCTOBER, Kept, fill, integrate, jwk, new_log, record, recording

from baygate.access.documents.root import RootDocument
from baygate.audit.accesses import EVERYBODY, Filters, accesses
from baygate.audit.finding import Verification
from baygate.audit.heads import sign_head
from baygate.audit.pruning import NotPrunable, Pruned, Word, prune
from baygate.audit.receipt import Evidence, evidence, prove
from baygate.audit.statement import Uncertified
from baygate.audit.verification import verify
from baygate.storage.embedded import EmbeddedPostgres

WORD = Word("Li Wei", "kept for a month")
DECEMBER = datetime.datetime(2026, 12, 5, 9, tzinfo=datetime.UTC)
JANUARY = datetime.datetime(2027, 1, 5, 9, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def filled(postgres: EmbeddedPostgres) -> Iterator[Kept]:
    with new_log(postgres) as log:
        asyncio.run(fill(log))
        yield log


@pytest.fixture
def kept(postgres: EmbeddedPostgres, filled: Kept) -> Iterator[Kept]:
    """A log of this test's own, with October and November in it."""
    with new_log(postgres, filled) as log:
        yield log


def day(month: int, number: int = 1) -> datetime.date:
    return datetime.date(2026, month, number)


def pruned(log: Kept, before: datetime.date, now: datetime.datetime = NOVEMBER + 2 * HOUR, **more: Any) -> list[Pruned]:
    async def run() -> list[Pruned]:
        async with log.connected() as connection:
            word, certified = more.get("word", WORD), more.get("certified", log.certified)
            return await prune(connection, before, word, more.get("sign", log.sign), certified, now)

    return asyncio.run(run())


def verified(log: Kept) -> Verification:
    async def run() -> Verification:
        async with log.connected() as connection:
            return await verify(connection, log.certified)

    return asyncio.run(run())


def execute(log: Kept, statement: str, *values: Any) -> list[asyncpg.Record]:
    async def run() -> list[asyncpg.Record]:
        async with log.connected() as connection:
            return await connection.fetch(statement, *values)

    return asyncio.run(run())


def proof(log: Kept, shard: int, seq: int) -> Evidence | None:
    async def run() -> Evidence | None:
        async with log.connected() as connection:
            return await evidence(connection, shard, seq)

    return asyncio.run(run())


def statements(log: Kept) -> list[dict[str, Any]]:
    rows = execute(log, "SELECT entry FROM audit_record ORDER BY shard, seq")
    return [said for said in (orjson.loads(row["entry"]) for row in rows) if said.get("kind") == "prune"]


def root(log: Kept) -> RootDocument:
    document = root_document(logKeys=[{"use": "heads", "jwk": jwk(log.key)}])
    return RootDocument.model_validate_json(orjson.dumps(document))


class TestWhatIsPruned:
    def test_whole_months_go_and_the_log_verifies(self, kept: Kept) -> None:
        assert pruned(kept, day(11)) == [Pruned(day(10), 290)]
        found = verified(kept)
        assert found.holds, found.diagnostics()
        assert (found.size, found.pruned, found.waiting) == (331, 290, 5)
        assert "290 records pruned" in found.diagnostics()
        asyncio.run(integrate(kept, NOVEMBER + 3 * HOUR))
        found = verified(kept)
        assert (found.holds, found.size, found.pruned) == (True, 336, 290)

    def test_a_month_that_does_not_end_before_that_day_stays(self, kept: Kept) -> None:
        assert pruned(kept, day(10, 31)) == []
        assert pruned(kept, day(10)) == []
        assert verified(kept).pruned == 0

    def test_it_is_done_once(self, kept: Kept) -> None:
        pruned(kept, day(11))
        assert pruned(kept, day(11)) == []
        assert len(statements(kept)) == 1

    def test_what_was_pruned_by_whom_and_why_is_in_the_log(self, kept: Kept) -> None:
        pruned(kept, day(11))
        (statement,) = statements(kept)
        said = statement["said"]
        assert (said["period"], said["records"], said["first"], said["last"]) == ("2026-10-01", 290, 0, 289)
        assert (said["by"], said["reason"], statement["at"]) == (WORD.by, WORD.reason, "2026-11-05T11:00:00.000000Z")

    def test_proofs_that_were_given_hold_and_new_ones_are_given_of_what_is_left(self, kept: Kept) -> None:
        before = proof(kept, 1, 170)
        pruned(kept, day(11))
        asyncio.run(integrate(kept, NOVEMBER + 3 * HOUR))
        assert before is not None
        assert prove(before, root(kept)).said["case"] == "case-190"
        assert proof(kept, 1, 170) is None
        after = proof(kept, 3, 7)
        assert after is not None
        assert prove(after, root(kept)).head.size == 336

    def test_accesses_of_that_month_are_gone_and_no_others(self, kept: Kept) -> None:
        pruned(kept, day(11))

        async def run() -> set[int]:
            async with kept.connected() as connection:
                return {each.at.month for each in await accesses(connection, Filters(EVERYBODY), None, 1_000)}

        assert asyncio.run(run()) == {11}

    def test_one_head_an_hour_stays_and_those_that_are_time_stamped(self, kept: Kept) -> None:
        async def sign() -> None:
            async with kept.connected() as connection:
                await connection.execute("UPDATE audit_head SET timestamp = NULL")
                row = await connection.fetchrow(
                    "SELECT l.log, h.root FROM audit_log l, audit_head h WHERE h.size = 280"
                )
                head = await sign_head(row["log"], 280, row["root"], OCTOBER + HOUR, kept.sign)
                statement = "UPDATE audit_head SET at = $1, signed = $2 WHERE size = 280"
                await connection.execute(statement, OCTOBER + HOUR, head.signed)

        asyncio.run(sign())  # two heads of one hour
        pruned(kept, day(11))
        assert [row[0] for row in execute(kept, "SELECT size FROM audit_head ORDER BY size")] == [280, 290, 330, 331]
        assert verified(kept).holds

    def test_later_prunings_state_again_what_is_lost_with_the_earlier_statement(self, kept: Kept) -> None:
        pruned(kept, day(11))
        asyncio.run(integrate(kept, NOVEMBER + 3 * HOUR))
        assert pruned(kept, day(12), DECEMBER, word=Word("Chan Tai Man", "again")) == [Pruned(day(11), 46)]
        found = verified(kept)
        assert found.holds, found.diagnostics()
        assert (found.size, found.pruned) == (336, 336)
        assert {(each["said"]["period"], each["said"]["by"]) for each in statements(kept)} == {
            ("2026-10-01", "Li Wei"), ("2026-11-01", "Chan Tai Man"),
        }  # fmt: skip
        asyncio.run(integrate(kept, DECEMBER + HOUR))
        assert verified(kept).holds

    def test_what_came_into_a_pruned_month_late_is_pruned_with_it_later(self, kept: Kept) -> None:
        pruned(kept, day(11))

        async def late() -> None:
            async with recording(kept, OCTOBER + HOUR) as recorder:
                await record(recorder, range(5))
            await integrate(kept, NOVEMBER + 3 * HOUR)

        asyncio.run(late())
        found = verified(kept)
        assert found.holds, found.diagnostics()
        assert pruned(kept, day(11)) == [Pruned(day(10), 295)]
        assert verified(kept).holds
        assert verified(kept).pruned == 295


class TestWhatIsNot:
    def test_a_month_that_is_not_over(self, kept: Kept) -> None:
        with pytest.raises(NotPrunable, match="is not over"):
            pruned(kept, day(12))

    def test_records_that_are_not_in_the_tree(self, kept: Kept) -> None:
        with pytest.raises(NotPrunable, match="4 records of 2026-11 are not in the tree yet"):
            pruned(kept, day(12), DECEMBER)
        assert verified(kept).pruned == 0  # nor October, which could have gone

    def test_records_that_no_signed_head_is_over(self, kept: Kept) -> None:
        execute(kept, "DELETE FROM audit_head WHERE size >= 290")
        with pytest.raises(NotPrunable, match="10 records of 2026-10 are not under a signed head yet"):
            pruned(kept, day(11))

    def test_a_log_that_does_not_verify(self, kept: Kept) -> None:
        execute(kept, "UPDATE audit_record SET at = at + interval '1 second' WHERE shard = 3 AND seq = 3")
        with pytest.raises(NotPrunable, match=r"does not verify.*\n.*record 3-3 \(leaf 293\)"):
            pruned(kept, day(11))

    def test_by_whoever_has_no_key_that_counts(self, kept: Kept) -> None:
        mallory = replace(kept, key=signing_key())
        with pytest.raises(Uncertified, match="would not count"):
            pruned(kept, day(11), sign=mallory.sign)
        assert verified(kept).pruned == 0

    def test_while_somebody_reads_the_month(self, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("baygate.audit.pruning._PATIENCE", "50ms")

        async def run() -> None:
            async with kept.connected() as reader, kept.connected() as connection, reader.transaction():
                await reader.fetchval("SELECT count(*) FROM audit_record_202610")
                await prune(connection, day(11), WORD, kept.sign, kept.certified, NOVEMBER + 2 * HOUR)

        with pytest.raises(NotPrunable, match="in use"):
            asyncio.run(run())


class TestForged:
    """Whoever can write into the database, and has no key, cannot pass a deletion off as a pruning."""

    def test_a_statement_by_another_key(self, kept: Kept) -> None:
        mallory = replace(kept, key=signing_key())
        pruned(mallory, day(11), certified=mallory.certified | kept.certified)
        told = verified(kept).diagnostics()
        assert "no operator pruned them: they were deleted" in told
        assert "it is no operator's statement: it is signed with a key that the root document does not certify" in told

    def test_a_statement_that_was_altered(self, kept: Kept) -> None:
        """All its hashes are made anew."""
        pruned(kept, day(11))
        execute(
            kept,
            """UPDATE audit_record SET entry = altered, leaf = sha256('\\x00'::bytea || altered)
               FROM (SELECT shard AS s, convert_to(replace(convert_from(entry, 'UTF8'), 'Li Wei', 'Mallory'), 'UTF8')
                     AS altered FROM audit_record) o
               WHERE o.s = shard AND shard = (SELECT max(shard) FROM audit_record)""",
        )
        assert "it says something else than what was signed" in verified(kept).diagnostics()

    @pytest.mark.parametrize("more", ["DROP TABLE audit_record_202611", "DELETE FROM audit_record WHERE shard = 3"])
    def test_more_is_gone_than_was_pruned(self, kept: Kept, more: str) -> None:
        pruned(kept, day(11))
        execute(kept, more)
        assert "no operator pruned them: they were deleted" in verified(kept).diagnostics()

    def test_a_shard_that_is_moved_into_a_pruned_month(self, kept: Kept) -> None:
        pruned(kept, day(11))
        execute(kept, "DELETE FROM audit_access WHERE shard = 3")
        execute(kept, "DELETE FROM audit_access_tile WHERE period = '2026-11-01'")
        execute(kept, "DELETE FROM audit_record WHERE shard = 3")
        execute(kept, "UPDATE audit_shard SET period = '2026-10-01' WHERE shard = 3")
        told = verified(kept).diagnostics()
        assert "330 records of 2026-10 are gone, of which it is the first; these are not those that were pruned" in told

    @pytest.mark.parametrize("change", ["shard = 2, first = 30", "count = 149"])
    def test_batches_of_what_was_pruned_are_held_against_what_was_stated(self, kept: Kept, change: str) -> None:
        pruned(kept, day(11))
        execute(kept, f"UPDATE audit_batch SET {change} WHERE start = 0")
        assert not verified(kept).holds

    def test_whose_the_leaves_were_that_were_pruned_cannot_be_told_otherwise(self, kept: Kept) -> None:
        """Two shards change places, in every table alike."""
        pruned(kept, day(11))
        execute(kept, "DROP INDEX audit_batch_shard_first_idx")
        execute(kept, "UPDATE audit_batch SET shard = 3 - shard WHERE shard IN (1, 2)")
        execute(kept, "UPDATE audit_shard SET integrated = 290 - integrated WHERE shard IN (1, 2)")
        (finding,) = verified(kept).findings
        assert "these are not those that were pruned by record" in finding.what

    @pytest.mark.parametrize("level", [0, 1])
    def test_tiles_of_what_was_pruned_are_held_against_heads(self, kept: Kept, level: int) -> None:
        pruned(kept, day(11))
        change = (
            "UPDATE audit_tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) WHERE tile = 0 AND level = $1"
        )
        execute(kept, change, level)
        assert not verified(kept).holds

    def test_a_month_that_is_there_though_it_was_stated_to_be_gone(self, kept: Kept) -> None:
        tables = ("audit_record", "audit_access", "audit_access_tile")
        before = {each: execute(kept, f"SELECT * FROM {each} WHERE period = '2026-10-01'") for each in tables}
        pruned(kept, day(11))
        execute(kept, "SELECT audit_open_period('2026-10-01')")

        async def restore() -> None:
            async with kept.connected() as connection:
                for table, rows in before.items():
                    await connection.copy_records_to_table(
                        table, records=[tuple(each) for each in rows], columns=list(rows[0].keys())
                    )

        asyncio.run(restore())
        assert "says that it was pruned, and it is there" in verified(kept).diagnostics()
