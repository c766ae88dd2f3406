"""A database that is older than what a machine has seen, or another, is not used until an operator has accepted it."""

import asyncio
import datetime
import stat
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import orjson
import pytest
from tests.audit.conftest import NOON, Log, Shard, open_shard, signing_key, write
from tests.audit.test_integrator import integrating, whole

from baygate.audit import heads
from baygate.audit.entry import Place, entry, moment
from baygate.audit.heads import Head
from baygate.audit.outside import NO_HEAD, BehindTheOutside, Inconsistent, Outside, Unreadable
from baygate.audit.statement import ACCEPT, TYPE

Story = Callable[[asyncpg.Connection, Shard], Awaitable[None]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "audit-head.json"


def told(log: Log, story: Story) -> None:
    """Let a story happen over a connection to the log, with a shard to write to."""

    async def run() -> None:
        async with log.connected() as connection:
            await story(connection, await open_shard(connection))

    asyncio.run(run())


async def grown(
    connection: asyncpg.Connection, log: Log, shard: Shard, more: int, at: datetime.datetime = NOON
) -> Head:
    """Let the log grow; return its newest head."""
    await write(connection, shard, more)
    await whole(connection, integrating(log, clock=lambda: at))
    head = await heads.newest(connection, log.keys)
    assert head is not None
    return head


async def cut(connection: asyncpg.Connection, size: int) -> Head | None:
    """Make the log of one shard what a backup of ``size`` records would be; return its newest head."""
    await connection.execute("DELETE FROM audit_record WHERE seq >= $1", size)
    await connection.execute("DELETE FROM audit_access WHERE leaf_index >= $1", size)
    await connection.execute("DELETE FROM audit_batch WHERE start >= $1", size)
    await connection.execute("DELETE FROM audit_head WHERE size > $1", size)
    await connection.execute("UPDATE audit_tile SET hashes = substr(hashes, 1, $1 * 32)", size)
    await connection.execute("DELETE FROM audit_tile WHERE hashes = ''")
    await connection.execute("UPDATE audit_shard SET integrated = $1", size)
    await connection.execute("UPDATE audit_log SET size = $1", size)
    row = await connection.fetchrow("SELECT size, signed FROM audit_head ORDER BY size DESC LIMIT 1")
    return None if row is None else Head(*(await _parts(connection, row)))


async def _parts(connection: asyncpg.Connection, row: asyncpg.Record) -> tuple[object, ...]:
    found = await connection.fetchrow("SELECT * FROM audit_head WHERE size = $1", row["size"])
    return (
        await connection.fetchval("SELECT log FROM audit_log"),
        row["size"],
        found["root"],
        found["at"],
        row["signed"],
    )


async def accept(connection: asyncpg.Connection, log: Log, head: Head | None, at: datetime.datetime) -> None:
    """Record an operator's word, as ``baygate audit accept`` does: a row, and a signed statement in the log."""
    text = NO_HEAD if head is None else head.signed
    number = await written(connection, text, at)
    told = {
        "log": str(await connection.fetchval("SELECT log FROM audit_log")),
        "kind": ACCEPT,
        "at": moment(at),
        "said": {"override": number, "head": text, "reason": "lost", "by": "tests"},
    }
    signed = await log.sign(TYPE, orjson.dumps(told))
    shard = await open_shard(connection, at=at)
    made = entry(Place(shard.log, shard.number, 0), shard.leaf, at, {**told, "signed": signed})
    await connection.execute(
        "INSERT INTO audit_record (period, shard, seq, at, entry, leaf) VALUES ($1, $2, 0, $3, $4, $5)",
        shard.period, shard.number, at, made.content, made.leaf,
    )  # fmt: skip


async def written(connection: asyncpg.Connection, head: str, at: datetime.datetime) -> int:
    """Write what an operator accepted into its table, and nothing else, as anybody can who has the database."""
    number: int = await connection.fetchval(
        "INSERT INTO audit_override (head, reason, accepted_by, accepted_at) VALUES ($1, 'lost', 'tests', $2) "
        "RETURNING id",
        head,
        at,
    )
    return number


LATER = NOON + datetime.timedelta(hours=1)
MUCH_LATER = NOON + datetime.timedelta(hours=2)


def test_the_first_head_is_kept_and_then_each_that_continues_it(log, file):
    async def story(connection: asyncpg.Connection, shard: Shard) -> None:
        outside = Outside(file, log.keys)
        assert outside.kept() is None
        for more in (1, 1, 5, 300, 1):
            head = await grown(connection, log, shard, more)
            await outside.advance(connection, head)
            assert Outside(file, log.keys).kept() == head
        assert orjson.loads(file.read_bytes()) == {"head": head.signed}
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    told(log, story)


def test_an_empty_log_that_nobody_saw_is_kept_nowhere(log, file):
    async def story(connection: asyncpg.Connection, _: Shard) -> None:
        await Outside(file, log.keys).advance(connection, None)
        assert not file.exists()

    told(log, story)


def test_news_that_come_late_take_nothing_back(log, file):
    async def story(connection: asyncpg.Connection, shard: Shard) -> None:
        outside = Outside(file, log.keys)
        earlier, newest = [await grown(connection, log, shard, 3) for _ in range(2)]
        await outside.advance(connection, newest)
        for late in (earlier, None, newest):
            await outside.advance(connection, late)
            assert outside.kept() == newest

    told(log, story)


class TestALogThatIsBehind:
    @pytest.mark.parametrize("left", [0, 1, 5, 9])
    def test_is_refused_in_words(self, log, file, left):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            for more in (1, 4, 5):
                kept = await grown(connection, log, shard, more)
            await outside.advance(connection, kept)
            head = await cut(connection, left)
            with pytest.raises(BehindTheOutside) as refused:
                await outside.advance(connection, head)
            assert f"has {left} records, and this machine has seen 10 of it ({file}" in refused.value.what
            assert "baygate audit accept" in refused.value.advice
            assert outside.kept() == kept

        told(log, story)

    def test_is_refused_too_after_it_has_grown_again(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await grown(connection, log, shard, 5)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            await cut(connection, 5)
            other = await open_shard(connection)
            for more in (5, 1, 20):
                head = await grown(connection, log, other, more)
                with pytest.raises(Inconsistent, match="its first 10 records are not those that this machine has seen"):
                    await outside.advance(connection, head)

        told(log, story)

    def test_is_refused_though_its_heads_are_there(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            head = await grown(connection, log, shard, 5)
            await outside.advance(connection, head)
            await connection.execute("UPDATE audit_log SET size = 4")
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, head)

        told(log, story)


class TestALogThatIsAnother:
    def test_is_refused_by_its_name(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            head = await grown(connection, log, shard, 5)
            await outside.advance(connection, head)
            await connection.execute("UPDATE audit_log SET log = gen_random_uuid()")
            for each in (head, None):
                with pytest.raises(Inconsistent, match=f"this machine has seen the log {head.log}"):
                    await outside.advance(connection, each)

        told(log, story)

    @pytest.mark.parametrize("changed", ["set_byte(hashes, 0, get_byte(hashes, 0) # 1)", "substr(hashes, 1, 32)"])
    def test_is_refused_by_its_tree(self, log, file, changed):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            kept = await grown(connection, log, shard, 5)
            await outside.advance(connection, kept)
            newer = await grown(connection, log, shard, 5)
            await connection.execute(f"UPDATE audit_tile SET hashes = {changed}")
            for head in (kept, newer, None):
                with pytest.raises(Inconsistent, match="baygate audit verify"):
                    await outside.advance(connection, head)
            assert outside.kept() == kept

        told(log, story)

    def test_is_refused_though_its_newest_head_is_signed(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            await grown(connection, log, shard, 5)
            forged = await heads.sign_head(shard.log, 10, b"x" * 32, NOON, log.sign)
            with pytest.raises(Inconsistent):
                await outside.advance(connection, forged)

        told(log, story)


class TestWhatIsSigned:
    def test_a_tree_that_was_written_anew_is_not(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            await cut(connection, 0)
            await write(connection, await open_shard(connection), 5, client="innocent")
            work = integrating(log, guard=outside.hold)
            await whole(connection, work)
            assert await heads.newest(connection, log.keys) is None
            assert work.sealing.counts.signing_failures == 1
            assert "not those that this machine has seen" in work.last_error

        told(log, story)

    def test_one_that_goes_on_is(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            await write(connection, shard, 5)
            await whole(connection, integrating(log, guard=outside.hold))
            assert (await heads.newest(connection, log.keys)).size == 10

        told(log, story)


class TestAnOperatorsWord:
    def test_counts_for_the_head_that_it_names_and_what_continues_it(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            machines = [Outside(file.with_name(name), log.keys) for name in ("one.json", "other.json", "third.json")]
            await grown(connection, log, shard, 5)
            kept = await grown(connection, log, shard, 5)
            for each in machines:
                await each.advance(connection, kept)
            head = await cut(connection, 5)
            await accept(connection, log, head, LATER)
            await machines[0].advance(connection, head)
            assert machines[0].kept() == head
            other = await open_shard(connection)
            for each, more in zip(machines[1:], (1, 100), strict=True):
                newer = await grown(connection, log, other, more, at=MUCH_LATER)
                await each.advance(connection, newer)
                assert each.kept() == newer

        told(log, story)

    def test_that_was_signed_at_another_time_counts_for_none(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await grown(connection, log, shard, 5)
            kept = await grown(connection, log, shard, 5)
            await outside.advance(connection, kept)
            head = await cut(connection, 5)
            await accept(connection, log, head, NOON - datetime.timedelta(hours=1))
            for table, column in (("audit_shard", "opened_at"), ("audit_override", "accepted_at")):
                await connection.execute(f"UPDATE {table} SET {column} = $1", LATER)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, head)

        told(log, story)

    @pytest.mark.parametrize("record", [b"[]", b'{"signed": 1}', b"x", b'{"signed": "a.b.c"}'])
    def test_that_is_no_statement_is_none(self, log, file, record):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await grown(connection, log, shard, 5)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            head = await cut(connection, 5)
            assert head is not None
            await accept(connection, log, head, LATER)
            await connection.execute("UPDATE audit_record SET entry = $1 WHERE at = $2", record, LATER)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, head)

        told(log, story)

    def test_that_is_not_signed_in_the_log_is_none(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await grown(connection, log, shard, 5)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            head = await cut(connection, 5)
            assert head is not None
            await written(connection, head.signed, LATER)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, head)

        told(log, story)

    def test_counts_for_an_empty_log_too(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            assert await cut(connection, 0) is None
            await accept(connection, log, None, LATER)
            await outside.advance(connection, None)
            assert outside.kept() is None

        told(log, story)

    def test_counts_for_no_other_log(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await grown(connection, log, shard, 3)
            accepted = await grown(connection, log, shard, 2)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            await accept(connection, log, accepted, LATER)
            head = await cut(connection, 3)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, head)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, None)
            newer = await grown(connection, log, await open_shard(connection), 4)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, newer)

        told(log, story)

    def test_is_only_the_last_one(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await grown(connection, log, shard, 5)
            kept = await grown(connection, log, shard, 5)
            await outside.advance(connection, kept)
            head = await cut(connection, 5)
            await accept(connection, log, head, LATER)
            await accept(connection, log, kept, LATER)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, head)

        told(log, story)

    def test_that_was_restored_with_an_older_log_counts_no_more(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            accepted = await grown(connection, log, shard, 5)
            await accept(connection, log, accepted, LATER)
            await outside.advance(connection, await grown(connection, log, shard, 5, at=MUCH_LATER))
            head = await cut(connection, 5)
            assert head.signed == accepted.signed
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, head)

        told(log, story)

    def test_names_a_head_of_this_log(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await grown(connection, log, shard, 5)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            head = await cut(connection, 5)
            await accept(connection, log, await heads.sign_head(uuid.uuid4(), 5, head.root, NOON, log.sign), LATER)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, head)

        told(log, story)

    @pytest.mark.parametrize("text", ["", "x", "a.b.c"])
    def test_that_names_no_head_is_none(self, log, file, text):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await grown(connection, log, shard, 5)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            await connection.execute("INSERT INTO audit_override VALUES (DEFAULT, $1, '', '', $2)", text, LATER)
            head = await cut(connection, 5)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, head)

        told(log, story)


class TestTheFile:
    @pytest.mark.parametrize(
        "text", ["", "[]", "{}", '{"head": 1}', '{"head": "a.b.c"}', '{"head": "", "more": 1}', "\0"]
    )
    def test_that_is_not_what_was_written_is_refused_and_left(self, log, file, text):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            file.parent.mkdir()
            file.write_text(text)
            outside = Outside(file, log.keys)
            with pytest.raises(Unreadable, match="does not hold a head of the audit log") as refused:
                outside.kept()
            assert "remove the file" in refused.value.advice
            head = await grown(connection, log, shard, 5)
            with pytest.raises(Unreadable):
                await outside.advance(connection, head)
            assert file.read_text() == text

        told(log, story)

    def test_that_somebody_else_signed_is_refused(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            await Outside(file, log.keys).advance(connection, await grown(connection, log, shard, 5))
            key = signing_key()
            with pytest.raises(Unreadable, match="a key that is not known"):
                Outside(file, {key.kid: key.public}).kept()

        told(log, story)

    def test_is_replaced_as_a_whole(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            outside = Outside(file, log.keys)
            await outside.advance(connection, await grown(connection, log, shard, 5))
            with file.open("rb") as opened:  # whoever reads it meanwhile has the one before
                await outside.advance(connection, await grown(connection, log, shard, 5))
                assert opened.read() != file.read_bytes()
            assert {each.name for each in file.parent.iterdir()} == {file.name, "audit-head.lock"}

        told(log, story)

    def test_never_goes_back_whoever_writes_at_once(self, log, file):
        async def story(connection: asyncpg.Connection, shard: Shard) -> None:
            seen = [await grown(connection, log, shard, 7) for _ in range(12)]
            links = [await log.connect() for _ in range(4)]

            async def worker(number: int) -> None:
                outside, highest = Outside(file, log.keys), 0
                for head in seen[number % 2 :: 2] if number < 2 else seen[::-1]:
                    await outside.advance(links[number], head)
                    kept = outside.kept()
                    assert kept.size >= max(highest, head.size)
                    highest = kept.size

            await asyncio.gather(*map(worker, range(4)))
            assert Outside(file, log.keys).kept() == seen[-1]
            for link in links:
                await link.close()

        told(log, story)
