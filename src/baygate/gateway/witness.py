"""The witness: sees that the audit log only grows, and keeps its newest head outside the database.

A worker whose database has another log than this machine has seen, or an older one, releases nothing: the records of
what it released would stand on a log that somebody cut or wrote anew.
"""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import asyncpg

from baygate.access.jose import PublicKey
from baygate.audit import heads
from baygate.audit.heads import AUDIT_HEAD, BadHead
from baygate.audit.outside import Outside, OutsideError

log = logging.getLogger("baygate.audit")


class Witness:
    """Follows the heads of the log; ``keys`` are, at any time, those that may have signed them."""

    def __init__(self, file: Path, keys: Callable[[], Mapping[str, PublicKey]]) -> None:
        self._file = file
        self._keys = keys
        self._stale = True
        self.problem: str | None = "The audit log has not been looked at yet."

    @property
    def channels(self) -> Mapping[str, Callable[[str], None]]:
        """What to do with a word of a new head."""
        return {AUDIT_HEAD: self._changed}

    async def begin(self, connection: asyncpg.Connection) -> None:
        """Look anew."""
        self._stale = True
        await self.refresh(connection)

    async def refresh(self, connection: asyncpg.Connection) -> None:
        """Look if there is a new head, or something was amiss."""
        if not self._stale and self.problem is None:
            return
        self._stale = False
        problem = await self._look(connection)
        if problem is not None and problem != self.problem:
            log.error("nothing is released: %s", problem)
        self.problem = problem

    async def _look(self, connection: asyncpg.Connection) -> str | None:
        keys = self._keys()
        try:
            await Outside(self._file, keys).advance(connection, await heads.newest(connection, keys))
        except BadHead as bad:
            return f"The newest head of the audit log is not signed as it should be: {bad}. Run: baygate audit verify"
        except OutsideError as error:
            return str(error)
        except OSError as error:
            return f"The head of the audit log cannot be kept in {self._file}: {error.strerror}."
        return None

    async def hold(self, connection: asyncpg.Connection) -> None:
        """Raise OutsideError unless the tree continues the head that is kept: nothing else is to be signed."""
        await Outside(self._file, self._keys()).hold(connection)

    def _changed(self, _: str) -> None:
        self._stale = True
