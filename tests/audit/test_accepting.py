"""An operator's word that an older log is the right one: it counts for hubs and for verification, and is on record."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.audit.kept_log import HOUR, NOVEMBER, Kept, integrate, new_log, record, recording

from baygate.audit import heads
from baygate.audit.accepting import accept
from baygate.audit.finding import Verification
from baygate.audit.heads import Head
from baygate.audit.heads_held import Kept as KeptHead
from baygate.audit.outside import BehindTheOutside, Outside
from baygate.audit.verification import verify
from baygate.storage.embedded import EmbeddedPostgres


@pytest.fixture
def restored(postgres: EmbeddedPostgres) -> Iterator[Kept]:
    """A log of twenty records, as it was restored from a backup."""

    async def write(log: Kept) -> None:
        async with recording(log, NOVEMBER) as recorder:
            await record(recorder, range(20))
        await integrate(log, NOVEMBER)

    with new_log(postgres) as log:
        asyncio.run(write(log))
        yield log


async def seen_before(log: Kept) -> Head:
    """Return the head of the log that was lost: it had more records."""
    async with log.connected() as connection:
        name = await connection.fetchval("SELECT log FROM audit_log")
    return await heads.sign_head(name, 50, bytes(32), NOVEMBER + HOUR, log.sign)


def test_hubs_go_on_with_it_and_the_log_verifies(restored: Kept, tmp_path: Path) -> None:
    async def run() -> tuple[Verification, Verification]:
        lost = await seen_before(restored)
        outside = Outside(tmp_path / "head.json", restored.keys)
        async with restored.connected() as connection:
            outside._replace(None, lost)
            with pytest.raises(BehindTheOutside):
                await outside.advance(connection, await heads.newest(connection, restored.keys))
            kept = [KeptHead("the head outside", lost)]
            before = await verify(connection, restored.certified, kept)
            word = ("backup of Sunday", "Li Wei")
            await accept(connection, *word, restored.sign, restored.certified, NOVEMBER + 2 * HOUR)
            await outside.advance(connection, await heads.newest(connection, restored.keys))
        await integrate(restored, NOVEMBER + 2 * HOUR)
        async with restored.connected() as connection:
            await outside.advance(connection, await heads.newest(connection, restored.keys))
            return before, await verify(connection, restored.certified, kept)

    before, after = asyncio.run(run())
    assert "30 are lost" in before.diagnostics()
    assert after.holds, after.diagnostics()
    assert (after.size, "an operator accepted that" in after.diagnostics()) == (21, True)


def test_a_word_that_only_stands_in_the_table_is_no_operators(restored: Kept) -> None:
    """As whoever cut the log could have written it there."""

    async def run() -> Verification:
        lost = await seen_before(restored)
        async with restored.connected() as connection:
            await connection.execute(
                "INSERT INTO audit_override (head, reason, accepted_by, accepted_at) "
                "SELECT signed, 'it is right', 'Mallory', now() FROM audit_head"
            )
            return await verify(connection, restored.certified, [KeptHead("the head outside", lost)])

    told = asyncio.run(run()).diagnostics()
    assert "audit_override 1: no statement in the log says so: no operator accepted that" in told
    assert "30 are lost" in told
