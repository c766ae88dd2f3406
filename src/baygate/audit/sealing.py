"""Sealing: a signed head for what the tree holds, and sometimes a time stamp on it (RFC 3161).

1. Who signs or stamps may be slow or fail. Nothing waits for it: the tree grows meanwhile, and failures are counted.
2. One worker at a time has a head signed, and one has it stamped; a lock of its connection sees to that.
3. The time of a head is never before that of the head before it, whatever the clock does, and never far ahead of the
   database's: a clock that was wrong once must not date all that follows.
4. What is signed continues what this machine has seen (``Guard``): a tree that was written anew is not.
"""

import asyncio
import contextlib
import datetime
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Any, Generic, TypeVar

import asyncpg

from baygate.audit import merkle, tiles
from baygate.audit.heads import AUDIT_HEAD, Head, Sign, sign_head
from baygate.errors import OperatorError
from baygate.observation.events import HeadSigned, SigningFailed, StampFailed
from baygate.observation.observer import Observer

log = logging.getLogger("baygate.audit")

Stamp = Callable[[bytes], Awaitable[bytes]]
"""Gives a time-stamp token (RFC 3161) over a SHA-256."""
Guard = Callable[[asyncpg.Connection], Awaitable[None]]
"""Raises unless the tree is one that may be signed."""
Clock = Callable[[], datetime.datetime]
Result = TypeVar("Result")

_GRACE = 0.1
"""Seconds for which a step waits for a signature, as one from a file takes less than one of them."""
_PATIENCE = 10.0
"""Seconds after which an answer that did not come is a failure."""
_REST = 2.0
"""Seconds before a worker asks for a signature again after a failure."""
_LOCKS = 0x6261_7961  # "baya"
_SIGNING, _STAMPING = 1, 2

_UNSEALED = """
SELECT l.log, l.size, h.at AS before FROM audit_log l
LEFT JOIN LATERAL (SELECT size, at FROM audit_head ORDER BY size DESC LIMIT 1) h ON true
WHERE l.size > coalesce(h.size, 0)
"""
_ADD = """
INSERT INTO audit_head (size, root, at, signed) SELECT $1, $2, $3, $4
WHERE $3 <= clock_timestamp() + interval '5 minutes' AND NOT EXISTS (
    SELECT FROM (SELECT size, at FROM audit_head ORDER BY size DESC LIMIT 1) h WHERE h.size >= $1 OR h.at > $3
) RETURNING true
"""
_UNSTAMPED = """
WITH last AS (SELECT size, at, signed, "timestamp" FROM audit_head ORDER BY size DESC LIMIT 1000)
SELECT size, signed FROM last
WHERE size = (SELECT max(size) FROM last) AND "timestamp" IS NULL
AND NOT EXISTS (SELECT FROM last WHERE "timestamp" IS NOT NULL AND at > $1)
"""
_ADD_STAMP = 'UPDATE audit_head SET "timestamp" = $2 WHERE size = $1'


@dataclass
class Sealed:
    """Counts since the start, for the metrics."""

    heads: int = 0
    signing_failures: int = 0
    stamps: int = 0
    stamping_failures: int = 0


class _Asked(Generic[Result]):
    """What somebody else was asked for, under a lock that the connection holds until the answer is kept."""

    def __init__(self, lock: int) -> None:
        self._lock = lock
        self.answer: asyncio.Task[Result] | None = None

    async def reserve(self, connection: asyncpg.Connection) -> bool:
        """Whether this worker may ask: nobody else does now."""
        return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _LOCKS, self._lock))

    async def release(self, connection: asyncpg.Connection) -> None:
        self.answer = None
        await connection.execute("SELECT pg_advisory_unlock($1, $2)", _LOCKS, self._lock)

    @property
    def answered(self) -> bool:
        """Whether there is an answer, or a failure."""
        return self.answer is not None and self.answer.done()

    def result(self) -> Result:
        """Return the answer; raise what the one who was asked did."""
        if self.answer is None or self.answer.cancelled():
            raise RuntimeError("it was given up")
        return self.answer.result()

    def ask(self, work: Coroutine[Any, Any, Result]) -> None:
        async def in_time() -> Result:
            async with asyncio.timeout(_PATIENCE):
                return await work

        self.answer = asyncio.create_task(in_time())


class Sealing:
    """What one worker does for the heads of the log."""

    def __init__(
        self,
        sign: Sign,
        stamp: Stamp | None,
        stamp_every: float,
        clock: Clock,
        observer: Observer,
        guard: Guard | None = None,
    ) -> None:
        self._sign = sign
        self._stamp = stamp
        self._stamp_every = stamp_every
        self._clock = clock
        self._observer = observer
        self._guard = guard
        self._uncovered: datetime.datetime | None = None
        self.size = 0
        """Of the newest head that this worker added."""
        self._signing: _Asked[Head] = _Asked(_SIGNING)
        self._stamping: _Asked[tuple[int, bytes]] = _Asked(_STAMPING)
        self._signs_from = self._stamps_from = float("-inf")
        self.counts = Sealed()
        self.last_error: str | None = None
        """Why the last signature or stamp was not to be had, if it was not."""

    async def step(self, connection: asyncpg.Connection) -> Head | None:
        """Go on with what there is to do; return the head that was added, if one was."""
        head = await self._seal(connection)
        if self._stamp is not None:
            await self._have_stamped(connection, self._stamp)
        return head

    def grown(self, oldest: datetime.datetime | None) -> None:
        """Take note that records are in the tree that no head covers; ``oldest`` is when the first of them is of."""
        if oldest is not None:
            self._uncovered = min(oldest, self._uncovered or oldest)

    @property
    def answered(self) -> bool:
        """Whether there is an answer to go on with."""
        return self._signing.answered or self._stamping.answered

    async def wait(self, seconds: float) -> None:
        """Wait as long, or until there is an answer to go on with."""
        answers = [each.answer for each in (self._signing, self._stamping) if each.answer is not None]
        if answers:
            await asyncio.wait(answers, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(seconds)

    async def forget(self) -> None:
        """Give up what was asked for, as after the connection was lost, and its locks with it."""
        for each in (self._signing, self._stamping):
            answer, each.answer = each.answer, None
            if answer is not None:
                answer.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await answer

    async def _seal(self, connection: asyncpg.Connection) -> Head | None:
        if self._signing.answer is None and monotonic() >= self._signs_from:
            await self._ask_for_head(connection)
            if self._signing.answer is not None:
                await asyncio.wait([self._signing.answer], timeout=_GRACE)
        if not self._signing.answered:
            return None
        head = None
        try:
            signed = self._signing.result()
        except Exception as error:  # whatever it is: records are evidence without a head, too
            self._unsigned(error)
        else:
            head = await _added(connection, signed)
            if head is not None:
                self._sealed(head)
            self.last_error = None
        await self._signing.release(connection)
        return head

    def _unsigned(self, error: Exception) -> None:
        self._signs_from = monotonic() + _REST
        self.counts.signing_failures += 1
        self._observer.observe(SigningFailed("head"))
        self._failed("no head of the audit log is signed", error)

    def _sealed(self, head: Head) -> None:
        self.counts.heads += 1
        self.size = head.size
        covered, self._uncovered = self._uncovered, None
        lag = (self._clock() - covered).total_seconds() if covered else 0.0
        self._observer.observe(HeadSigned(head.size, max(0.0, lag)))

    async def _ask_for_head(self, connection: asyncpg.Connection) -> None:
        if await connection.fetchrow(_UNSEALED) is None or not await self._signing.reserve(connection):
            return
        # another may have been quicker until the lock was had
        found = await connection.fetchrow(_UNSEALED)
        if found is None:
            await self._signing.release(connection)
            return
        try:
            if self._guard is not None:
                await self._guard(connection)
        except OperatorError as error:
            await self._signing.release(connection)
            self._unsigned(error)
            return
        size = found["size"]
        root = await tiles.computed(connection, lambda hashes: merkle.root(size, hashes))
        at = max(self._clock(), found["before"] or datetime.datetime.min.replace(tzinfo=datetime.UTC))
        self._signing.ask(sign_head(found["log"], size, root, at, self._sign))

    async def _have_stamped(self, connection: asyncpg.Connection, stamp: Stamp) -> None:
        if self._stamping.answer is None and monotonic() >= self._stamps_from:
            await self._ask_for_stamp(connection, stamp)
        if not self._stamping.answered:
            return
        try:
            size, token = self._stamping.result()
        except Exception as error:  # whatever it is: a head is evidence without a time stamp, too
            self.counts.stamping_failures += 1
            self._observer.observe(StampFailed())
            self._failed("no head of the audit log is time-stamped", error)
        else:
            await connection.execute(_ADD_STAMP, size, token)
            self.counts.stamps += 1
        await self._stamping.release(connection)

    async def _ask_for_stamp(self, connection: asyncpg.Connection, stamp: Stamp) -> None:
        since = self._clock() - datetime.timedelta(seconds=self._stamp_every)
        self._stamps_from = monotonic() + min(self._stamp_every, _REST)
        if await connection.fetchrow(_UNSTAMPED, since) is None or not await self._stamping.reserve(connection):
            return
        found = await connection.fetchrow(_UNSTAMPED, since)
        if found is None:
            await self._stamping.release(connection)
            return
        self._stamps_from = monotonic() + self._stamp_every
        self._stamping.ask(_stamped(found["size"], found["signed"], stamp))

    def _failed(self, what: str, error: Exception) -> None:
        said = f"{what}: {str(error) or 'no answer in time'}"
        if said != self.last_error:
            log.error("%s", said)
        self.last_error = said


async def _added(connection: asyncpg.Connection, head: Head) -> Head | None:
    """Add a head, unless there is one that it must not follow; tell every worker."""
    async with connection.transaction():
        if not await connection.fetchval(_ADD, head.size, head.root, head.at, head.signed):
            return None
        await connection.execute("SELECT pg_notify($1, $2)", AUDIT_HEAD, str(head.size))
    return head


async def _stamped(size: int, signed: str, stamp: Stamp) -> tuple[int, bytes]:
    return size, await stamp(sha256(signed.encode()).digest())
