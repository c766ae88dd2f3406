"""What the audit log tells: to an agency the accesses to its records, to whoever asked the proof of his own record.

1. An agency's are the records of the providers that the root document has it govern, and its own. It needs the scope.
2. The proof of a record is given to who asked (client, person, agency, party) and to nobody else, who learns not even
   that there is such a record.
3. Heads, and proofs that one continues the other, say nothing of anybody: whoever has a token may keep the log to them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import asyncpg
import orjson

from baygate.access.documents.root import RootDocument
from baygate.access.principal import Principal
from baygate.audit.accesses import Access, Filters, accesses
from baygate.audit.proofs import Consistency, consistency
from baygate.audit.receipt import Evidence, evidence
from baygate.storage.database import cut_after

_NEWEST = "SELECT signed FROM audit_head ORDER BY size DESC LIMIT 1"
_AT_ONCE = 4
"""Connections that one worker reads the log over."""
_PAGE = 1_000
_PATIENCE = 10.0
"""Seconds for which a turn is waited, and which a statement may take."""


class AuditReader:
    """Reads the log for those who may; whoever takes long to take an answer holds no connection meanwhile."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], hashed: Callable[[str], str]) -> None:
        self._connect = connect
        self._hashed = hashed
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def accesses(self, filters: Filters, after: int | None, first: int) -> Sequence[Access]:
        """Return a page of accesses, the newest first."""
        async with self._connected() as connection:
            return await accesses(connection, filters, after, first)

    async def every(self, filters: Filters) -> AsyncIterator[Access]:
        """Yield all accesses, the newest first."""
        after: int | None = None
        while page := await self.accesses(filters, after, _PAGE):
            for each in page:
                yield each
            after = page[-1].leaf

    async def proof(self, shard: int, seq: int, principal: Principal) -> Evidence | None:
        """Return the proof of a record of the principal's own; None if there is none, or not yet.

        No receipt is in it: the hub signs that it has written a record when it has, and not what a database says later.
        """
        async with self._connected() as connection:
            found = await evidence(connection, shard, seq)
        if found is None or not self._is_of(orjson.loads(found.record), principal):
            return None
        return found

    def _is_of(self, said: Mapping[str, Any], principal: Principal) -> bool:
        """Whether a record is of what this very principal asked: a client may act for many people."""
        person = self._hashed(principal.person) if principal.person else None
        return (said.get("client"), said.get("person"), said.get("agency"), said.get("party")) == (
            principal.client,
            person,
            principal.agency,
            principal.party,
        )

    async def head(self) -> str | None:
        """Return the newest signed head; None if the log has none yet."""
        async with self._connected() as connection:
            found: str | None = await connection.fetchval(_NEWEST)
        return found

    async def consistency(self, old: int, new: int) -> Consistency:
        """Return the proof that the log of ``new`` records begins with that of ``old``; raise ValueError if none is."""
        async with self._connected() as connection:
            return await consistency(connection, old, new)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection]:
        async with asyncio.timeout(_PATIENCE):
            await self._turn.acquire()
        try:
            connection = await self._connect()
            try:
                # PostgreSQL gives up before: then it is known that what was asked takes too long
                with cut_after(_PATIENCE + 1, connection):
                    yield connection
            finally:
                connection.terminate()
        finally:
            self._turn.release()


def providers_of(principal: Principal, root: RootDocument | None) -> frozenset[str]:
    """Return whose records' accesses a principal's agency may see; none for a party, which provides none."""
    if principal.party is not None or root is None or principal.agency not in root.by_id:
        return frozenset()
    return frozenset({principal.agency, *root.by_id[principal.agency].providers})
