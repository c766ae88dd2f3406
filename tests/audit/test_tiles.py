"""The stored tree is the tree of RFC 9162, however its leaves came; what lacks is named."""

import asyncio
from collections.abc import Sequence
from time import perf_counter

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.audit.test_merkle import over, path, subproof, tree_hash

from baygate.audit import tiles
from baygate.audit.merkle import Hashes, consistency_path, inclusion_path, leaf_hash, root
from baygate.audit.tiles import LENGTH, Tiles, TreeDamaged, subtree_root

LEAVES = [leaf_hash(number.to_bytes(3)) for number in range(140_000)]


async def appended(connection: asyncpg.Connection, size: int, leaves: Sequence[bytes]) -> int:
    async with connection.transaction():
        return await tiles.append(connection, size, b"".join(leaves))


async def grown(connection: asyncpg.Connection, *sizes: int) -> None:
    before = 0
    for size in sizes:
        assert await appended(connection, before, LEAVES[before:size]) == size
        before = size


def quick(size: int) -> Hashes:
    """Hashes of many leaves, each level made once."""
    levels = [LEAVES[:size]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([tree_hash(below[at : at + 2]) for at in range(0, len(below) - 1, 2)])
    return lambda level, index: levels[level][index]


def test_the_root_of_a_subtree_is_that_of_a_tree():
    for size in (1, 2, 4, 128, 256):
        assert subtree_root(b"".join(LEAVES[:size])) == tree_hash(LEAVES[:size])


@pytest.mark.parametrize(
    "sizes",
    [(1,), (255, 256, 257), (256, 512), (1, 2, 3, 300), (700,), (1000, 1001, 3000)],
    ids=str,
)
def test_a_tree_is_the_same_however_its_leaves_came(log, sizes):
    async def run() -> None:
        async with log.connected() as connection:
            await grown(connection, *sizes)
            for size in {1, *sizes, max(sizes) // 2 + 1}:
                found = await tiles.computed(connection, lambda hashes, size=size: root(size, hashes))
                assert found == tree_hash(LEAVES[:size])

    asyncio.run(run())


def test_a_tree_has_a_level_of_tiles_for_each_power_of_256(log):
    async def run() -> list[tuple[int, int, int, int]]:
        async with log.connected() as connection:
            await grown(connection, 1, 255, 65_000, 65_536, 65_537, 140_000)
            top = await tiles.computed(connection, lambda hashes: root(140_000, hashes))
            assert top == root(140_000, quick(140_000))
            rows = await connection.fetch(
                "SELECT level, count(*), max(tile), sum(octet_length(hashes)) / 32 AS hashes FROM audit_tile GROUP BY 1"
            )
            return sorted(map(tuple, rows))

    assert asyncio.run(run()) == [(0, 547, 546, 140_000), (1, 3, 2, 546), (2, 1, 0, 2)]


def test_proofs_are_made_of_tiles_by_one_statement(log):
    asked: list[str] = []

    async def run() -> None:
        async with log.connected() as connection:
            await grown(connection, 70_000)
            hashes = quick(70_000)
            connection.add_query_logger(lambda query: asked.append(query.query))
            for index in (0, 255, 256, 65_535, 65_536, 69_999):
                asked.clear()
                found = await tiles.computed(
                    connection, lambda hashes, index=index: inclusion_path(index, 70_000, hashes)
                )
                assert found == inclusion_path(index, 70_000, hashes)
                await asyncio.sleep(0)  # what asyncpg logs it tells a moment later
                assert len(asked) == 1
            for old in (1, 256, 65_536, 65_537, 69_999, 70_000):
                found = await tiles.computed(connection, lambda hashes, old=old: consistency_path(old, 70_000, hashes))
                assert found == consistency_path(old, 70_000, hashes)

    asyncio.run(run())


@settings(max_examples=100)
@given(st.integers(1, 2_000), st.data())
def test_proofs_from_tiles_are_those_of_the_rfc(size, data):
    stored = {(0, at // 256): b"".join(LEAVES[at : min(at + 256, size)]) for at in range(0, size, 256)}
    full = size // 256
    stored[1, 0] = b"".join(tree_hash(LEAVES[at * 256 : (at + 1) * 256]) for at in range(full))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert inclusion_path(index, size, Tiles(stored)) == path(index, LEAVES[:size])
    assert consistency_path(old, size, Tiles(stored)) == subproof(old, LEAVES[:size], known=True)


def test_what_was_true_of_a_smaller_tree_stays_so(log):
    async def run() -> None:
        async with log.connected() as connection:
            await grown(connection, 300, 520, 1_000)
            for size in (1, 300, 520):
                found = await tiles.computed(connection, lambda hashes, size=size: root(size, hashes))
                assert found == tree_hash(LEAVES[:size])

    asyncio.run(run())


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ("DELETE FROM audit_tile WHERE level = 0 AND tile = 3", "lacks tile 3 of level 0"),
            ("DELETE FROM audit_tile WHERE level = 1", "lacks tile 0 of level 1"),
            (
                "UPDATE audit_tile SET hashes = substr(hashes, 1, 320) WHERE level = 0 AND tile = 3",
                "Tile 3 of level 0 of the audit log's tree holds 320 bytes; its hashes up to",
            ),
        ],
    )
    def test_is_named(self, log, change, said):
        async def run() -> None:
            async with log.connected() as connection:
                await grown(connection, 1_000)
                await connection.execute(change)
                await tiles.computed(connection, lambda hashes: inclusion_path(1_000 - 1, 1_000, hashes))

        with pytest.raises(TreeDamaged, match=said) as refused:
            asyncio.run(run())
        assert refused.value.advice == "Run: baygate audit verify"

    @pytest.mark.parametrize("change", ["substr(hashes, 1, 320)", "hashes || hashes", "substr(hashes, 2)"])
    @pytest.mark.parametrize("more", [10, 100])
    def test_stops_a_tree_from_growing(self, log, change, more):
        # 1,000 leaves leave 232 in the last tile
        async def run() -> None:
            async with log.connected() as connection:
                await grown(connection, 1_000)
                await connection.execute(f"UPDATE audit_tile SET hashes = {change} WHERE level = 0 AND tile = 3")
                await appended(connection, 1_000, LEAVES[:more])

        with pytest.raises(TreeDamaged, match="Tile 3 of level 0 of the audit log's tree would hold"):
            asyncio.run(run())

    def test_is_not_made_up_for_by_a_tile_that_should_not_be_there(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                await grown(connection, 256)
                await connection.execute("INSERT INTO audit_tile VALUES (0, 1, $1)", LEAVES[0])
                await appended(connection, 256, LEAVES[:1])

        with pytest.raises(TreeDamaged, match="Tile 1 of level 0 of the audit log's tree would hold 64 bytes"):
            asyncio.run(run())

    def test_is_needed_by_a_tree_that_is_larger_than_the_stored_one(self, log):
        async def run() -> None:
            async with log.connected() as connection:
                await grown(connection, 10)
                await tiles.computed(connection, lambda hashes: root(11, hashes))

        with pytest.raises(TreeDamaged, match=r"Tile 0 of level 0 .* up to 10 are needed"):
            asyncio.run(run())


def test_leaves_are_added_quickly(log):
    # with room for a slow machine: it takes about half a microsecond of hashing for each
    async def run() -> float:
        async with log.connected() as connection:
            began = perf_counter()
            await grown(connection, *range(2_000, 60_001, 2_000))
            return (perf_counter() - began) / 60_000

    assert asyncio.run(run()) < 30e-6


def test_a_hash_has_32_bytes():
    assert len(LEAVES[0]) == LENGTH
    assert over(LEAVES)(1, 0) == tree_hash(LEAVES[:2])
