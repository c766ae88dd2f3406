"""The tree as it is stored: tiles of 256 hashes, each the root of 256 of the level below.

1. A tile of level 0 holds the hashes of 256 leaves, one of level 1 the roots of 256 full tiles of level 0, and so on.
   Only full tiles have a root above them. All inner nodes between are computed.
2. A hash that is there never changes: tiles are only appended to. So what was true of a smaller tree can be computed
   from the tiles of a larger one, without a lock.
3. What a root or a proof needs is known before anything is read, and is read by one statement.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TypeVar

import asyncpg

from baygate.audit.merkle import EMPTY_ROOT, LENGTH, Hashes
from baygate.errors import OperatorError

WIDTH = 256
"""Hashes in a full tile."""

_LEVELS = 8
"""Levels of the tree in one level of tiles."""
_ADVICE = "Run: baygate audit verify"
_READ = """
SELECT level, tile, hashes FROM audit_tile JOIN unnest($1::smallint[], $2::bigint[]) AS wanted (level, tile)
USING (level, tile)
"""
_APPEND = """
INSERT INTO audit_tile (level, tile, hashes) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])
ON CONFLICT (level, tile) DO UPDATE SET hashes = audit_tile.hashes || excluded.hashes
RETURNING level, tile, octet_length(hashes) AS length
"""

Address = tuple[int, int]
"""Level and number of a tile."""
Result = TypeVar("Result")


class TreeDamaged(OperatorError):
    """The stored tree is not what it was: something lacks, or does not fit."""


class Tiles:
    """Tiles that were read; called with level and index of a node it is the ``Hashes`` of ``merkle``."""

    def __init__(self, tiles: Mapping[Address, bytes]) -> None:
        self._tiles = tiles

    def __call__(self, level: int, index: int) -> bytes:
        """Return the root of a full subtree; raise TreeDamaged if its tile does not hold it."""
        address, first, count = _place(level, index)
        found = self._tiles.get(address)
        if found is None:
            raise TreeDamaged(f"The tree of the audit log lacks {_named(address)}.", _ADVICE)
        hashes = found[first * LENGTH : (first + count) * LENGTH]
        if len(hashes) != count * LENGTH:
            raise TreeDamaged(
                f"{_named(address).capitalize()} of the audit log's tree holds {len(found)} bytes; "
                f"its hashes up to {first + count - 1} are needed.",
                _ADVICE,
            )
        return subtree_root(hashes)


def subtree_root(hashes: bytes) -> bytes:
    """Return the root over hashes, one after the other, whose number is a power of two."""
    while len(hashes) > LENGTH:
        pairs = range(0, len(hashes), 2 * LENGTH)
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 2 * LENGTH]).digest() for at in pairs])
    return hashes


async def computed(connection: asyncpg.Connection, compute: Callable[[Hashes], Result]) -> Result:
    """Return what ``compute`` makes of the tree, a root or proofs; raise TreeDamaged."""
    wanted: set[Address] = set()

    def note(level: int, index: int) -> bytes:
        wanted.add(_place(level, index)[0])
        return EMPTY_ROOT

    compute(note)
    return compute(Tiles(await read(connection, wanted)))


async def read(connection: asyncpg.Connection, wanted: set[Address]) -> dict[Address, bytes]:
    """Return the tiles of these addresses that there are."""
    if not wanted:
        return {}
    rows = await connection.fetch(_READ, [level for level, _ in wanted], [tile for _, tile in wanted])
    return {(row["level"], row["tile"]): row["hashes"] for row in rows}


async def append(connection: asyncpg.Connection, size: int, leaves: bytes) -> int:
    """Add leaf hashes, one after the other, to a tree of ``size`` leaves; return how many there are now.

    The caller has locked the log and is in a transaction, which must end in nothing if TreeDamaged is raised: the last
    tiles do not hold as many hashes as they have to.
    """
    total = size + len(leaves) // LENGTH
    found = await read(connection, _filled(size, total))
    added: dict[Address, bytes] = {}
    level, more = 0, leaves
    while more:
        more = _added_to_level(level, _hashes_at(level, size), more, found, added)
        level += 1
    levels, numbers = [level for level, _ in added], [tile for _, tile in added]
    for row in await connection.fetch(_APPEND, levels, numbers, list(added.values())):
        _check((row["level"], row["tile"]), row["length"], total)
    return total


def _added_to_level(
    level: int, there: int, more: bytes, found: Mapping[Address, bytes], added: dict[Address, bytes]
) -> bytes:
    """Put hashes into the tiles of one level, where some are ``there``; return the roots of tiles that are full now."""
    roots = []
    at = 0
    while at < len(more):
        tile, held = divmod(there, WIDTH)
        part = more[at : at + (WIDTH - held) * LENGTH]
        added[level, tile] = part
        at, there = at + len(part), there + len(part) // LENGTH
        if there % WIDTH == 0:
            roots.append(subtree_root(found.get((level, tile), b"") + part))
    return b"".join(roots)


def _place(level: int, index: int) -> tuple[Address, int, int]:
    """Return in which tile the root of a full subtree is, or can be computed: its first hash there, and how many."""
    tiles, within = divmod(level, _LEVELS)
    first = index << within
    return (tiles, first // WIDTH), first % WIDTH, 1 << within


def _hashes_at(level: int, size: int) -> int:
    """Return how many hashes a level of tiles holds for a tree of ``size`` leaves."""
    return size >> (level * _LEVELS)


def _filled(size: int, total: int) -> set[Address]:
    """Return the tiles that are begun in a tree of ``size`` leaves and full in one of ``total``."""
    levels = range((total.bit_length() + _LEVELS - 1) // _LEVELS)
    begun = ((level, *divmod(_hashes_at(level, size), WIDTH)) for level in levels)
    return {(level, tile) for level, tile, held in begun if held and tile < _hashes_at(level + 1, total)}


def _check(address: Address, length: int, total: int) -> None:
    level, tile = address
    count = min(_hashes_at(level, total) - tile * WIDTH, WIDTH)
    if length != count * LENGTH:
        raise TreeDamaged(
            f"{_named(address).capitalize()} of the audit log's tree would hold {length} bytes instead of "
            f"{count} hashes: it was not what it had to be.",
            _ADVICE,
        )


def _named(address: Address) -> str:
    return f"tile {address[1]} of level {address[0]}"
