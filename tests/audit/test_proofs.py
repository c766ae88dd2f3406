"""Proofs that whoever has two heads checks alone."""

import asyncio

import asyncpg
import pytest
from tests.audit.conftest import Log, open_shard, write
from tests.audit.test_integrator import integrating, whole
from tests.audit.test_merkle import subproof, tree_hash

from baygate.audit import proofs
from baygate.audit.entry import Entry
from baygate.audit.merkle import verify_consistency

FLIPPED = "set_byte(hashes, 100, get_byte(hashes, 100) # 1)"


async def made(connection: asyncpg.Connection, log: Log) -> list[Entry]:
    """A log of records of three shards, in the order of its leaves."""
    shards, work, entries = [await open_shard(connection) for _ in range(3)], integrating(log), []
    for number in (3, 100, 1):
        for shard in shards:
            entries += await write(connection, shard, number)
        await whole(connection, work)
    return entries


def test_a_record_has_the_index_of_its_leaf(log):
    async def run() -> None:
        async with log.connected() as connection:
            for index, each in enumerate(await made(connection, log)):
                assert await proofs.index_of(connection, each.place.shard, each.place.seq) == index

    asyncio.run(run())


@pytest.mark.parametrize(("shard", "seq"), [(0, 0), (1, 104), (1, -1), (4, 0), (-1, 3), (1, 2**40)])
def test_what_was_never_written_stands_nowhere(log, shard, seq):
    async def run() -> None:
        async with log.connected() as connection:
            await made(connection, log)
            assert await proofs.index_of(connection, shard, seq) is None

    asyncio.run(run())


def test_any_two_sizes_are_proved_to_be_of_one_log(log):
    async def run() -> None:
        async with log.connected() as connection:
            leaves = [each.leaf for each in await made(connection, log)]
            for old, new in ((1, 312), (3, 9), (256, 312), (300, 301), (5, 5), (0, 7), (0, 0)):
                proof = await proofs.consistency(connection, old, new)
                if old:
                    assert list(proof.path) == subproof(old, leaves[:new], known=True)
                assert proof.holds(tree_hash(leaves[:old]), tree_hash(leaves[:new]))
                said = proof.json()
                assert (said["old"], said["new"]) == (old, new)
                siblings = [bytes.fromhex(each) for each in said["path"]]
                assert verify_consistency(old, new, tree_hash(leaves[:old]), tree_hash(leaves[:new]), siblings)

    asyncio.run(run())


@pytest.mark.parametrize(("old", "new"), [(1, 313), (5, 4), (-1, 4)])
def test_sizes_that_the_log_never_had_are_refused(log, old, new):
    async def run() -> None:
        async with log.connected() as connection:
            await made(connection, log)
            await proofs.consistency(connection, old, new)

    with pytest.raises(ValueError, match=f"no log of {new} records that begins with {old}: it has 312"):
        asyncio.run(run())
