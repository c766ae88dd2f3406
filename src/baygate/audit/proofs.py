"""Proofs for others that the log only grew, and where a record stands in it.

They are made of the stored tree and believed by nobody for that: whoever has two signed heads checks them himself.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import asyncpg

from baygate.audit import tiles
from baygate.audit.merkle import consistency_path, verify_consistency

_INDEX = """
SELECT start + $2 - first FROM (
    SELECT start, first, count FROM audit_batch WHERE shard = $1 AND first <= $2 ORDER BY first DESC LIMIT 1
) batch WHERE $2 < first + count
"""


@dataclass(frozen=True)
class Consistency:
    """That the log of ``new`` records begins with that of ``old``."""

    log: uuid.UUID
    old: int
    new: int
    path: tuple[bytes, ...]

    def holds(self, old_root: bytes, new_root: bytes) -> bool:
        """Whether the path leads to both roots (RFC 9162, section 2.1.4.2)."""
        return verify_consistency(self.old, self.new, old_root, new_root, self.path)

    def json(self) -> dict[str, Any]:
        """Return it as others read it."""
        return {
            "log": str(self.log),
            "old": self.old,
            "new": self.new,
            "path": [each.hex() for each in self.path],
        }


async def index_of(connection: asyncpg.Connection, shard: int, seq: int) -> int | None:
    """Return which leaf of the tree a record is; None if it is not in the tree, or there is no such record."""
    index: int | None = await connection.fetchval(_INDEX, shard, seq)
    return index


async def consistency(connection: asyncpg.Connection, old: int, new: int) -> Consistency:
    """Return the proof that the log of ``new`` records begins with that of ``old``.

    Raise ValueError if the log is shorter, or these are no two sizes in their order; TreeDamaged.
    """
    log, size = await connection.fetchrow("SELECT log, size FROM audit_log") or (uuid.UUID(int=0), 0)
    if not 0 <= old <= new <= size:
        raise ValueError(f"there is no log of {new} records that begins with {old}: it has {size}")
    path = await tiles.computed(connection, lambda hashes: consistency_path(old, new, hashes))
    return Consistency(log, old, new, tuple(path))
