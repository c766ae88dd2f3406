"""Any single change of the stored log is found, and named with its place; what is whole is found whole."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import pytest
from asn1crypto import cms, tsp
from sqlalchemy.dialects import postgresql
from tests.audit.conftest import signing_key
from tests.audit.kept_log import (
    HOUR,
    NOVEMBER,
    OCTOBER,
    Kept,
    certified,
    fill,
    integrate,
    new_log,
    record,
    recording,
    undone,
)

from baygate.audit.finding import MOST, Verification
from baygate.audit.heads import read_head, sign_head
from baygate.audit.heads_held import Kept as KeptHead
from baygate.audit.verification import verify
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.tables.audit import metadata

SIZE, HEADS, WAITING = 331, 5, 4
TABLES = sorted(each for each in metadata.tables if each.startswith("audit_"))
NOT_HELD = {
    "audit_log.one": "it can be nothing but true",
}
"""Columns that are held against nothing."""
ALTERED = {
    "BIGINT": "{0} + 1000",
    "INTEGER": "{0} + 1000",
    "SMALLINT": "{0} + 7",
    "BYTEA": "set_byte({0}, 5, get_byte({0}, 5) # 1)",
    "TEXT": "{0} || 'x'",
    "TEXT[]": "array_append({0}, 'x')",
    "DATE": "CASE {0} WHEN '2026-10-01' THEN date '2026-11-01' ELSE date '2026-10-01' END",
    "UUID": "gen_random_uuid()",
    "TIMESTAMP WITH TIME ZONE": "{0} + interval '1 second'",
}
COLUMNS = [
    f"{table}.{column.name}"
    for table in TABLES
    for column in metadata.tables[table].columns
    if f"{table}.{column.name}" not in NOT_HELD
]
MIDDLE = {"audit_log": 0, "audit_shard": 1, "audit_override": 0, "audit_tile": 1, "audit_head": 2, "audit_batch": 2,
          "audit_decisions": 1, "audit_record": 200, "audit_access": 250, "audit_access_tile": 0}  # fmt: skip
"""Which row is altered, by the primary key."""


@pytest.fixture(scope="module")
def kept(postgres: EmbeddedPostgres) -> Iterator[Kept]:
    with new_log(postgres) as log:
        asyncio.run(fill(log))
        asyncio.run(stamp(log))
        yield log


async def stamp(log: Kept) -> None:
    """Put a time stamp on a head: whose signature it has is not for this test."""
    async with log.connected() as connection:
        row = await connection.fetchrow("SELECT size, signed FROM audit_head ORDER BY size OFFSET 2 LIMIT 1")
        statement = "UPDATE audit_head SET timestamp = $2 WHERE size = $1"
        await connection.execute(statement, row["size"], token(row["signed"].encode()))


def token(stamped: bytes) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(stamped).digest()}
    told = {"version": "v1", "policy": "1.2.3", "message_imprint": imprint, "serial_number": 1, "gen_time": NOVEMBER}
    content = {"content_type": "tst_info", "content": cms.ParsableOctetString(tsp.TSTInfo(told).dump())}
    signed = {"version": "v3", "digest_algorithms": [], "encap_content_info": content, "signer_infos": []}
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)}).dump())


def verified(log: Kept, change: Callable[[asyncpg.Connection], Awaitable[Any]] | str = "", **more: Any) -> Verification:
    """Verify the log as it is after a change, which is undone."""

    async def run() -> Verification:
        async with undone(log) as connection:
            if callable(change):
                await change(connection)
            elif change:
                await connection.execute(change)
            return await verify(connection, more.get("keys", log.certified), more.get("outside", ()))

    return asyncio.run(run())


def fetched(log: Kept, statement: str, *values: Any) -> Any:
    async def run() -> Any:
        async with log.connected() as connection:
            return await connection.fetch(statement, *values)

    return asyncio.run(run())


def newest(log: Kept) -> KeptHead:
    """The newest head, as somebody keeps it outside."""
    signed = fetched(log, "SELECT signed FROM audit_head ORDER BY size DESC LIMIT 1")[0][0]
    return KeptHead("the head outside", read_head(signed, log.keys))


def row_of(table: str, number: int | None = None) -> str:
    """Return the condition of one row, in the middle of its table."""
    key = ", ".join(column.name for column in metadata.tables[table].primary_key)
    chosen = f"SELECT tableoid, ctid FROM {table} ORDER BY {key} OFFSET {MIDDLE[table] if number is None else number}"
    return f"(tableoid, ctid) = ({chosen} LIMIT 1)"


def altered(name: str) -> str:
    table, column = name.split(".")
    found = metadata.tables[table].columns[column]
    value = (
        "DEFAULT"
        if found.identity
        else ALTERED[str(found.type.compile(dialect=postgresql.dialect())).partition(" COLLATE")[0]]
    )
    return f"UPDATE {table} SET {column} = {value.format(column)} WHERE {row_of(table)}"


class TestWhatIsWhole:
    def test_it_says_what_was_verified(self, kept: Kept) -> None:
        found = verified(kept)
        assert found.holds, found.diagnostics()
        assert (found.size, found.heads, found.signed, found.waiting, found.pruned) == (SIZE, HEADS, SIZE, WAITING, 0)
        assert (found.since, found.until) == (OCTOBER, NOVEMBER + HOUR)
        assert found.diagnostics().startswith(
            f"Verified: {SIZE} records, from 2026-10-05 09:00:00 UTC to 2026-11-05 10:00:00 UTC; {HEADS} signed heads"
        )

    def test_it_agrees_with_a_head_that_was_kept_outside(self, kept: Kept) -> None:
        assert verified(kept, outside=[newest(kept)]).holds

    def test_an_empty_log_is_whole(self, log: Kept) -> None:
        async def run() -> Verification:
            async with log.connected() as connection:
                return await verify(connection, certified(log.key))

        found = asyncio.run(run())
        assert (found.holds, found.size, found.heads) == (True, 0, 0)

    def test_more_batches_for_the_same_records_are_as_good(self, kept: Kept) -> None:
        async def split(connection: asyncpg.Connection) -> None:
            row = await connection.fetchrow("SELECT * FROM audit_batch WHERE start = 0")
            await connection.execute("UPDATE audit_batch SET count = 10 WHERE start = 0")
            values = (10, row["shard"], row["first"] + 10, row["count"] - 10)
            await connection.execute("INSERT INTO audit_batch VALUES ($1, $2, $3, $4)", *values)

        assert verified(kept, split).holds

    def test_two_hubs_write_at_once_and_their_records_are_whole(self, log: Kept) -> None:
        async def run() -> Verification:
            made = Kept(log.dsn, log.key)
            async with recording(made, NOVEMBER) as one, recording(made, NOVEMBER) as other:
                await asyncio.gather(record(one, range(50)), record(other, range(50, 90)))
                await asyncio.gather(integrate(made, NOVEMBER), record(one, range(90, 120)))
                await integrate(made, NOVEMBER)
            async with made.connected() as connection:
                return await verify(connection, made.certified)

        found = asyncio.run(run())
        assert found.holds, found.diagnostics()
        assert found.size == 120


class TestOneChange:
    @pytest.mark.parametrize("name", COLUMNS)
    def test_one_altered_value_is_found_in_any_column(self, kept: Kept, name: str) -> None:
        found = verified(kept, altered(name))
        assert not found.holds
        assert PLACE[name.partition(".")[0]] in found.diagnostics(), found.diagnostics()

    @pytest.mark.parametrize("name", NOT_HELD)
    def test_the_columns_that_are_held_against_nothing_are_few(self, name: str) -> None:
        table, column = name.split(".")
        assert column in metadata.tables[table].columns

    @pytest.mark.parametrize("table", TABLES)
    def test_one_deleted_row_is_found_in_any_table(self, kept: Kept, table: str) -> None:
        deleted = f"DELETE FROM {table} WHERE {row_of(table)}"
        if table == "audit_head":  # one in the middle proves nothing that those after it do not
            deleted = f"DELETE FROM {table} WHERE {row_of(table, HEADS - 1)}"
            assert verified(kept, f"DELETE FROM {table} WHERE {row_of(table)}").holds
        found = verified(kept, deleted, outside=[newest(kept)])
        if table == "audit_head":
            assert (found.holds, found.heads, found.signed) == (True, HEADS - 1, SIZE - 1)
            return
        assert not found.holds
        assert GONE[table] in found.diagnostics(), found.diagnostics()

    @pytest.mark.parametrize(("table", "row"), [
        ("audit_log", None),
        ("audit_shard", "period, opened_at, opened_by, 5 FROM audit_shard WHERE shard = 1"),
        ("audit_record", "period, shard, 1000, at, entry, leaf FROM audit_record WHERE shard = 1 AND seq = 7"),
        ("audit_record", "period, shard, -1, at, entry, leaf FROM audit_record WHERE shard = 1 AND seq = 7"),
        ("audit_record", "period, 77, 0, at, entry, leaf FROM audit_record WHERE shard = 1 AND seq = 7"),
        ("audit_record", "'2026-11-01', shard, seq, at, entry, leaf FROM audit_record WHERE shard = 1 AND seq = 7"),
        ("audit_batch", "331, 1, 1000, 3"),
        ("audit_batch", "5, 1, 1000, 3"),
        ("audit_batch", "331, 77, 0, 1"),
        ("audit_tile", "0, 2, hashes FROM audit_tile WHERE level = 0 AND tile = 1"),
        ("audit_tile", "2, 0, hashes FROM audit_tile WHERE level = 1"),
        ("audit_tile", "0, -1, hashes FROM audit_tile WHERE level = 1"),
        ("audit_head", "size - 3, root, at, signed FROM audit_head WHERE size = 331"),
        ("audit_head", "size + 3, root, at, signed FROM audit_head WHERE size = 331"),
        ("audit_head", "-3, root, at, signed FROM audit_head WHERE size = 331"),
        ("audit_decisions", "sha256('a'), 'b'"),
        ("audit_access", "'CN-1', 9, period, shard, seq, at, agency, purpose, providers FROM audit_access "
                         "WHERE leaf_index = 9"),
        ("audit_access", "'CN-1', 331, period, shard, seq, at, agency, purpose, providers FROM audit_access "
                         "WHERE leaf_index = 9"),
        ("audit_access", "'CN-1', -9, period, shard, seq, at, agency, purpose, providers FROM audit_access "
                         "WHERE leaf_index = 9"),
        ("audit_access", f"'CN-1', {2**63 - 1}, period, shard, seq, at, agency, purpose, providers FROM audit_access "
                         "WHERE leaf_index = 9"),
        ("audit_access", "'CN-1', -1, period, shard, seq, at, agency, purpose, ARRAY[NULL]::text[] FROM audit_access "
                         "WHERE leaf_index = 9"),
        ("audit_access_tile", "'nobody', 0, 'customs-gz', 'RISK_ASSESSMENT', date '2026-10-01'"),
        ("audit_access_tile", "'tax-gd', 0, 'customs-gz', 'NOTHING', date '2026-10-01'"),
        ("audit_access_tile", "'tax-gd', 0, 'nobody', 'RISK_ASSESSMENT', date '2026-10-01'"),
        ("audit_access_tile", "'tax-gd', -1, 'customs-gz', 'RISK_ASSESSMENT', date '2026-10-01'"),
        ("audit_access_tile", "'tax-gd', 2, 'customs-gz', 'RISK_ASSESSMENT', date '2026-10-01'"),
        ("audit_access_tile", f"'tax-gd', {2**63 - 1}, 'customs-gz', 'RISK_ASSESSMENT', date '2026-10-01'"),
        ("audit_access_tile", "'tax-gd', 0, 'customs-gz', 'RISK_ASSESSMENT', date '2026-11-01'"),
        ("audit_override", "'', 'it is right', 'Mallory', now()"),
    ])  # fmt: skip
    def test_one_inserted_row_is_found_in_any_table(self, kept: Kept, table: str, row: str | None) -> None:
        if row is None:  # there is room for one row only
            assert [each.name for each in metadata.tables[table].primary_key] == ["one"]
            return
        columns = [
            each.name for each in metadata.tables[table].columns if not each.identity and each.name != "timestamp"
        ]
        select = row if " FROM " in row else f"{row}"
        found = verified(kept, f"INSERT INTO {table} ({', '.join(columns)}) SELECT {select}")
        assert not found.holds
        assert INSERTED[table] in found.diagnostics(), found.diagnostics()

    @pytest.mark.parametrize(("table", "columns", "place"), [
        ("audit_record", "entry", "record 1-20 (leaf 20): its content is not what its hashes were made of"),
        ("audit_record", "leaf", "record 1-20 (leaf 20): its column leaf is not the hash"),
        ("audit_record", "entry, leaf", "record 1-20 (leaf 20): the tree has another hash at its place"),
        ("audit_tile", "hashes", "(leaf 256)"),
        ("audit_batch", "shard, first, count", "(leaf 20): leaves 20 to 149 before it are in no batch"),
        ("audit_access", "providers", "audit_access has other providers"),
        ("audit_access", "leaf_index", "audit_access has another place or time"),
        ("audit_head", "signed", "the head of 170 records (leaf 169): its columns are not what was signed"),
        ("audit_head", "root, at, signed", "the head of 170 records (leaf 169): its columns are not what was signed"),
        ("audit_decisions", "content", "audit_decisions: what is kept under"),
    ])  # fmt: skip
    def test_two_swapped_are_found(self, kept: Kept, table: str, columns: str, place: str) -> None:
        """Two rows that differ exchange what they say."""
        first, second = SWAPPED.get(table, (0, 1))

        async def swap(connection: asyncpg.Connection) -> None:
            chosen = [row_of(table, each) for each in (first, second)]
            one, other = [dict(await connection.fetchrow(f"SELECT * FROM {table} WHERE {each}")) for each in chosen]
            await connection.execute(f"DELETE FROM {table} WHERE {' OR '.join(chosen)}")
            assert any(one[name] != other[name] for name in columns.split(", "))
            for name in columns.split(", "):
                one[name], other[name] = other[name], one[name]
            await connection.copy_records_to_table(
                table, records=[tuple(each.values()) for each in (one, other)], columns=list(one)
            )

        found = verified(kept, swap)
        assert not found.holds
        assert place in found.diagnostics(), found.diagnostics()


PLACE = {
    "audit_log": "",
    "audit_shard": " 2",
    "audit_record": "record 1-200 (leaf 220): ",
    "audit_batch": "(leaf 170)",
    "audit_tile": "(leaf 256)",
    "audit_head": "the head of ",
    "audit_decisions": "audit_decisions",
    "audit_access": "audit_access",
    "audit_access_tile": "audit_access_tile",
    "audit_override": "audit_override",
}
GONE = {
    "audit_log": "audit_log: it is empty",
    "audit_shard": "there is no shard 2",
    "audit_record": "is missing",
    "audit_batch": "are in no batch",
    "audit_tile": "the tile of its leaf lacks its hash",
    "audit_decisions": "audit_decisions lacks what it refers to",
    "audit_access": "audit_access lacks its row",
    "audit_access_tile": "it lacks its row of",
    "audit_override": "audit_override lacks row 1, of which it tells",
}
INSERTED = {
    "audit_shard": "audit_shard says that 5 of its records are in the tree, and 0 are",
    "audit_record": "",
    "audit_batch": "the batch at",
    "audit_tile": "there is no such tile in this tree",
    "audit_head": "the head of",
    "audit_decisions": "audit_decisions",
    "audit_access": "audit_access",
    "audit_access_tile": "of which no record tells",
    "audit_override": "no statement in the log says so: no operator accepted that",
}
SWAPPED = {"audit_record": (20, 21), "audit_access": (100, 101)}


class TestTheTree:
    @pytest.mark.parametrize(
        "change", ["hashes = hashes || hashes", "hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1)", "tile = 3"]
    )
    def test_what_is_above_the_leaves_is_held_against_them(self, kept: Kept, change: str) -> None:
        found = verified(kept, f"UPDATE audit_tile SET {change} WHERE level = 1")
        assert "tile 0 of level 1: it" in found.diagnostics()

    def test_a_tile_with_more_than_its_leaves_is_found(self, kept: Kept) -> None:
        found = verified(kept, "UPDATE audit_tile SET hashes = hashes || sha256('') WHERE level = 0 AND tile = 1")
        assert "tile 1 of level 0 (leaf 256): it has" in found.diagnostics()

    def test_what_went_into_the_tree_elsewhere_than_a_batch_says_is_found(self, kept: Kept) -> None:
        found = verified(kept, "UPDATE audit_batch SET first = first + 1 WHERE start = 0")
        assert (
            "the batch at 0 (leaf 0): it has record 1-1, and the next one of this shard is 1-0" in found.diagnostics()
        )

    def test_a_whole_month_that_is_deleted_is_not_one_that_was_pruned(self, kept: Kept) -> None:
        found = verified(kept, "DROP TABLE audit_record_202610, audit_access_202610, audit_access_tile_202610")
        assert found.diagnostics().startswith(
            "The first that is wrong: record 1-0 (leaf 0): 290 records of 2026-10 are gone, of which it is the first, "
            "and no operator pruned them: they were deleted"
        )

    def test_where_much_is_wrong_the_search_ends(self, kept: Kept) -> None:
        found = verified(kept, "UPDATE audit_record SET leaf = sha256('')")
        assert (len(found.findings), found.complete) == (MOST, False)
        assert "The search ended after 20 findings." in found.diagnostics()


class TestWhatWaits:
    """Records that are not in the tree yet."""

    @pytest.mark.parametrize(
        ("change", "seq", "told"),
        [
            ("UPDATE audit_record SET entry = set_byte(entry, 120, 65)", 41, "record 3-41: its content is not what"),
            ("DELETE FROM audit_record", 41, "record 3-42: record 3-41, which comes before it, is missing"),
            ("UPDATE audit_record SET at = at - interval '1 hour'", 42, "record 3-42: it says that it is of"),
        ],
    )
    def test_they_follow_one_another(self, kept: Kept, change: str, seq: int, told: str) -> None:
        assert told in verified(kept, f"{change} WHERE shard = 3 AND seq = {seq}").diagnostics()


class TestHeads:
    def test_a_key_that_the_root_document_does_not_certify_proves_nothing(self, kept: Kept) -> None:
        found = verified(kept, keys=certified(signing_key()))
        assert "the head of 170 records (leaf 169): it is not proven: it is signed with a key" in found.diagnostics()
        assert "record 4-0 (leaf 330): it is no operator's statement" in found.diagnostics()

    def test_a_key_proves_only_what_it_signed_in_its_time(self, kept: Kept) -> None:
        told = verified(kept, keys=certified(kept.key, notBefore="2026-11-01T00:00:00Z")).diagnostics()
        assert told.count("did not count at the time that it names") == 3
        assert "the head of 330 records" not in told

    def test_their_times_do_not_go_back(self, kept: Kept) -> None:
        async def sign(connection: asyncpg.Connection) -> None:
            row = await connection.fetchrow("SELECT * FROM audit_head WHERE size = 280")
            log = await connection.fetchval("SELECT log FROM audit_log")
            head = await sign_head(log, 280, row["root"], OCTOBER, kept.sign)
            await connection.execute(
                "UPDATE audit_head SET at = $1, signed = $2 WHERE size = 280", OCTOBER, head.signed
            )

        assert "the head of 280 records (leaf 279): it is of 2026-10-05 09:00" in verified(kept, sign).diagnostics()

    def test_a_database_that_was_rewritten_without_the_key_is_found_by_any_head(self, kept: Kept, other: Kept) -> None:
        """Every table is consistent; only heads cannot be made."""
        own = verified(other, keys=certified(other.key), outside=[])
        assert own.holds, own.diagnostics()
        assert "it is not proven" in verified(other, keys=kept.certified).diagnostics()
        genuine = [tuple(row) for row in fetched(kept, "SELECT size, root, at, signed FROM audit_head")]

        async def with_genuine_heads(connection: asyncpg.Connection) -> None:
            await connection.execute("DELETE FROM audit_head")
            await connection.copy_records_to_table(
                "audit_head", records=genuine, columns=["size", "root", "at", "signed"]
            )

        told = verified(other, with_genuine_heads, keys=kept.certified).diagnostics()
        assert "the head of 170 records (leaf 169): what it was signed for is not what the log holds" in told

    def test_a_head_outside_finds_that_history_was_rewritten_even_with_the_key(self, kept: Kept, other: Kept) -> None:
        both = {**kept.certified, **other.certified}
        told = verified(other, keys=both, outside=[newest(kept)]).diagnostics()
        assert "the log does not hold these records: its history was rewritten" in told

    def test_a_head_outside_finds_that_another_log_stands_in_its_place(self, kept: Kept, log: Kept) -> None:
        async def run() -> Verification:
            async with log.connected() as connection:
                return await verify(connection, kept.certified, [newest_of])

        newest_of = newest(kept)
        assert "another database was put here" in asyncio.run(run()).diagnostics()

    def test_a_tail_that_was_cut_cleanly_is_found_by_a_head_outside_alone(self, kept: Kept) -> None:
        """Everything of the newest month is gone, consistently; so is an older copy."""
        assert verified(kept, CUT).holds
        assert verified(kept, CUT).size == 290
        found = verified(kept, CUT, outside=[newest(kept)])
        assert found.diagnostics() == (
            "The first that is wrong: the head outside (leaf 290): the log has 290 records, and a head of 331 records "
            "was signed at 2026-11-05 10:00:00 UTC: 41 are lost, its tail was cut off, or an older copy restored"
        )

    def test_heads_that_were_forgotten_tell_that_a_tail_was_cut(self, kept: Kept) -> None:
        cut = CUT.replace("DELETE FROM audit_head WHERE size > 290;", "")
        assert "the head of 330 records (leaf 329): the log is shorter: its tail was cut off" in (
            verified(kept, cut).diagnostics()
        )


class TestAcceptance:
    def test_what_an_operator_accepted_is_told_and_is_no_finding(self, kept: Kept) -> None:
        """A head of before his word, of records that this log has not."""

        async def run() -> Verification:
            async with undone(kept) as connection:
                log = await connection.fetchval("SELECT log FROM audit_log")
                lost = await sign_head(log, 900, bytes(32), NOVEMBER, kept.sign)
                return await verify(connection, kept.certified, [KeptHead("the head outside", lost)])

        found = asyncio.run(run())
        assert found.holds, found.diagnostics()
        assert "Mind: the head outside: the log has 331 records" in found.diagnostics()
        assert "an operator accepted that" in found.diagnostics()

    def test_his_word_does_not_count_against_what_was_seen_after_it(self, kept: Kept) -> None:
        async def run() -> Verification:
            async with undone(kept) as connection:
                log = await connection.fetchval("SELECT log FROM audit_log")
                lost = await sign_head(log, 900, bytes(32), NOVEMBER + 2 * HOUR, kept.sign)
                return await verify(connection, kept.certified, [KeptHead("the head outside", lost)])

        found = asyncio.run(run())
        assert not found.holds
        assert "569 are lost" in found.diagnostics()


@pytest.fixture(scope="module")
def other(kept: Kept, postgres: EmbeddedPostgres) -> Iterator[Kept]:
    """The same log, written anew by somebody with another key: one record says something else."""

    async def rewrite() -> None:
        name = fetched_name[0]["log"]
        async with made.connected() as connection:
            await connection.execute("UPDATE audit_log SET log = $1", name)
        await fill(made, case="another case")

    fetched_name = fetched(kept, "SELECT log FROM audit_log")
    with new_log(postgres) as made:
        asyncio.run(rewrite())
        yield made


CUT = """
DELETE FROM audit_record WHERE period = '2026-11-01';
DELETE FROM audit_access WHERE period = '2026-11-01';
DELETE FROM audit_access_tile WHERE period = '2026-11-01';
DELETE FROM audit_batch WHERE start >= 290;
DELETE FROM audit_shard WHERE period = '2026-11-01';
DELETE FROM audit_override;
DELETE FROM audit_head WHERE size > 290;
UPDATE audit_tile SET hashes = substr(hashes, 1, (290 - 256) * 32) WHERE level = 0 AND tile = 1;
UPDATE audit_log SET size = 290;
"""
