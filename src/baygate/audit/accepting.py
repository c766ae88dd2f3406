"""An operator's word that the log in the database is the right one, though another or a newer one was seen.

He names no head: what he accepts is what the database has, its newest signed head. It counts against what was kept
outside before he said so (``outside``). The word itself is a signed statement in the log, too (``statement``): one that
only stands in a table could have been written there by whoever cut the log.
"""

import datetime
from collections.abc import Mapping

import asyncpg

from baygate.access.documents.root import LogKey
from baygate.audit.statement import ACCEPT, Sign, state

_NEWEST = "SELECT signed FROM audit_head ORDER BY size DESC LIMIT 1"
_INSERT = """
INSERT INTO audit_override (head, reason, accepted_by, accepted_at) VALUES ($1, $2, $3, $4) RETURNING id
"""


async def accept(
    connection: asyncpg.Connection,
    reason: str,
    by: str,
    sign: Sign,
    certified: Mapping[str, LogKey],
    now: datetime.datetime,
) -> str:
    """Record the operator's word; return the head that he accepted, "" if there is none. Raise OperatorError."""
    async with connection.transaction():
        head = await connection.fetchval(_NEWEST) or ""
        number = await connection.fetchval(_INSERT, head, reason, by, now)
        said = {"override": number, "head": head, "reason": reason, "by": by}
        await state(connection, sign, certified, ACCEPT, said, now)
    return head
