"""Allowances: how many requests a client may make, counted by all workers together.

Windows are fixed and aligned to the epoch. A worker leases a part of what a client has left from a row that all
workers share, and spends it in memory. What this promises:

1. In one window no more is handed out than the policy's quota, whatever the number of workers. What a worker leased
   and did not spend is lost with the window or the worker; so a client may be refused early, by at most one lease for
   each worker.
2. Windows are told by the database's clock alone, so that workers need not agree on the time. A worker only measures
   how long ago it leased. When the database's clock is set back, the rows of the windows it comes to again still
   stand, and nothing is handed out twice.
3. A request takes one from every policy or, refused, nothing from any.
4. What cannot be counted is not let through.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, inf

import asyncpg

_LARGEST = 1_000
"""Requests in one lease, unless more wait: all that a worker loses when it stops, and work for a second or so."""
_OF_QUOTA = 50
"""A lease is at most 2 % of the quota ..."""
_OF_REMAINDER = 10
"""... and at most a tenth of what was left in the shared row: each of the last is leased by itself."""
_PATIENCE = 5.0
"""Seconds that a lease may take, connecting included."""
_SWEEP = 60.0
"""Seconds between removals of rows whose window ended."""
_KEPT = 600
"""Seconds for which such rows are kept, for a clock that is set back."""

LEASE = """
WITH asked AS MATERIALIZED (
    SELECT *, date_bin(span * interval '1 second', now(), timestamptz 'epoch') AS started_at
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
      WITH ORDINALITY AS _ (client_id, policy, span, quota, ask, place)
), leased AS (
    INSERT INTO allowance AS shared (client_id, policy, started_at, used)
    SELECT client_id, policy, started_at, ask FROM asked ORDER BY place
    ON CONFLICT (client_id, policy, started_at) DO UPDATE SET used = shared.used + excluded.used
    WHERE shared.used < (
        SELECT quota FROM asked WHERE asked.client_id = shared.client_id AND asked.policy = shared.policy
    )
    RETURNING client_id, policy, used
)
SELECT extract(epoch FROM started_at)::float8 AS started,
       extract(epoch FROM now() - started_at)::float8 AS elapsed,
       used
FROM asked LEFT JOIN leased USING (client_id, policy) ORDER BY place
"""
"""Adds to each row all that is asked for, as long as it is below the quota; no ``used`` if it was not.

RETURNING tells only the new value. Not cut off at the quota, it tells the old one too, and so what of the lease is
within the quota; the last lease may leave ``used`` above it.
"""

SWEEP = """
DELETE FROM allowance USING unnest($1::text[], $2::bigint[]) AS ended (policy, span)
WHERE allowance.policy = ended.policy AND started_at < now() - span * interval '1 second'
"""


class AllowanceUnavailable(Exception):
    """The shared rows cannot be reached, so the request can be neither counted nor admitted."""


@dataclass(frozen=True)
class Policy:
    """``quota`` requests in each ``window`` of seconds. One name always goes with one window."""

    name: str
    quota: int
    window: int


@lru_cache(maxsize=1_024)
def policies(rate: int, quota: int) -> tuple[Policy, ...]:
    """Return the policies of a client: ``rate`` requests a minute, ``quota`` requests a day."""
    return Policy("rate", rate, 60), Policy("quota", quota, 86_400)


class _Lease:
    """What a worker holds of one policy: ``hand`` to spend, and ``shared``, left in the row when it last looked.

    ``started`` names the window by the database's clock, ``ends`` says when it is over by the worker's own.
    """

    __slots__ = ("ends", "hand", "policy", "shared", "started")

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.hand = 0
        self.shared = policy.quota
        self.started = -inf
        self.ends = -inf

    def ask(self, waiting: int, now: float) -> int:
        """Return how much to lease: a share of what is left, and no less than what waits."""
        left = self.shared if now < self.ends else self.policy.quota
        share = min(self.policy.quota // _OF_QUOTA, left // _OF_REMAINDER, _LARGEST)
        return min(max(share, waiting, 1), self.policy.quota)

    def take(self, started: float, ends: float, ask: int, used: int | None) -> None:
        """Take what was granted of ``ask``; what is in hand from another window is void."""
        if started != self.started:
            self.hand = 0
        self.started, self.ends = started, ends
        self.shared = 0
        if used is not None:
            self.hand += max(0, min(ask, self.policy.quota - (used - ask)))
            self.shared = max(0, self.policy.quota - used)


class Purse:
    """What a client may spend on this worker. It is live: its headers are best made when the response goes out."""

    __slots__ = ("_clock", "_waiting", "client_id", "leases", "policies", "policy_field")

    def __init__(self, client_id: str, policies: tuple[Policy, ...], clock: Callable[[], float]) -> None:
        self.client_id = client_id
        self.policies = policies
        self.leases = tuple(_Lease(policy) for policy in policies)
        self.policy_field = ", ".join(f'"{each.name}";q={each.quota};w={each.window}' for each in policies).encode()
        self._clock = clock
        self._waiting: list[asyncio.Future[None]] = []

    def spend(self) -> bool:
        """Take one request from every policy, or return False if there must be a lease first.

        Raise Exceeded if a policy is known to be used up, and take nothing.
        """
        now = self._clock()
        for lease in self.leases:
            if not lease.hand or now >= lease.ends:
                self.require()
                return False
        for lease in self.leases:
            lease.hand -= 1
        return True

    def require(self) -> None:
        """Raise Exceeded if a policy is known to be used up."""
        now = self._clock()
        used_up = [each for each in self.leases if now < each.ends and not each.hand and not each.shared]
        if used_up:
            last = max(used_up, key=lambda lease: lease.ends)
            raise Exceeded(self, last.policy, ceil(last.ends - now))

    def left(self) -> list[tuple[str, int, int]]:
        """Return each policy's name, the requests left as far as this worker knows, and the seconds to its reset."""
        now = self._clock()
        return [
            (lease.policy.name, lease.hand + lease.shared, max(0, ceil(lease.ends - now)))
            for lease in self.leases
            if lease.ends != -inf
        ]

    @property
    def waiting(self) -> int:
        """How many requests wait for a lease, without those whose client left."""
        return sum(not each.done() for each in self._waiting)

    def wait(self) -> tuple["asyncio.Future[None]", bool]:
        """Return what is done when there was a lease, and whether it must be asked for: nobody else waits."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return waiting, len(self._waiting) == 1

    def wake(self, error: Exception | None) -> None:
        """Let those who wait try again, or tell each why it cannot be."""
        woken, self._waiting = self._waiting, []
        for each in woken:
            if each.done():
                continue
            if error is None:
                each.set_result(None)
            else:
                each.set_exception(AllowanceUnavailable(str(error) or "no answer in time"))


class Exceeded(Exception):
    """A policy is used up; of several, the one that takes longest to come back, in ``retry_after`` seconds."""

    def __init__(self, purse: Purse, policy: Policy, retry_after: int) -> None:
        super().__init__(
            f"The {policy.quota} requests that the client may make in {policy.window} s are used up. "
            f"Try again in {retry_after} s."
        )
        self.policy = policy
        self.retry_after = retry_after
        self.headers = [*headers(purse), (b"retry-after", b"%d" % retry_after)]
        """Also when to come back (RFC 9110, section 10.2.3), which must not be before the reset."""


def headers(purse: Purse) -> list[tuple[bytes, bytes]]:
    """Return RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4)."""
    limits = ", ".join([f'"{name}";r={left};t={reset}' for name, left, reset in purse.left()])
    return [(b"ratelimit-policy", purse.policy_field), (b"ratelimit", limits.encode())]


class Allowances:
    """What the clients of one worker may spend, leased over one connection.

    ``clock`` measures elapsed seconds and must never be set back. Clients come from a registry; each has one purse
    with one lease for each policy.
    """

    def __init__(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._connection: asyncpg.Connection | None = None
        self._purses: dict[str, Purse] = {}
        self._wanting: list[Purse] = []
        self._leasing: asyncio.Task[None] | None = None
        self._spans: dict[str, int] = {}
        self._swept = -inf

    async def spend(self, client_id: str, policies: tuple[Policy, ...]) -> Purse:
        """Take one request from every policy of a client and return what it has left.

        Raise Exceeded if a policy is used up, AllowanceUnavailable if that cannot be told.
        """
        purse = self._purse(client_id, policies)
        while not purse.spend():
            await self._leased(purse)
        return purse

    def require(self, client_id: str, policies: tuple[Policy, ...]) -> None:
        """Raise Exceeded if a policy of a client is known to be used up; take nothing, and ask nobody.

        So whoever has used up his requests causes no more writes before that is found.
        """
        self._purse(client_id, policies).require()

    async def close(self) -> None:
        """Let a lease under way finish, and close the connection."""
        if self._leasing is not None:
            await asyncio.wait([self._leasing])
        if self._connection is not None:
            await self._connection.close()

    def _purse(self, client_id: str, policies: tuple[Policy, ...]) -> Purse:
        purse = self._purses.get(client_id)
        if purse is None or (purse.policies is not policies and purse.policies != policies):
            # what was leased under other policies is given up, so that a lower quota binds at once
            purse = self._purses[client_id] = Purse(client_id, policies, self._clock)
            self._spans |= {policy.name: policy.window + _KEPT for policy in policies}
        return purse

    async def _leased(self, purse: Purse) -> None:
        waiting, first = purse.wait()
        if first:
            self._wanting.append(purse)
            if self._leasing is None or self._leasing.done():
                self._leasing = asyncio.create_task(self._lease_all())
        await waiting

    async def _lease_all(self) -> None:
        while self._wanting:
            # a client whose policies just changed may want twice, and a statement can touch a row only once
            batch = {each.client_id: each for each in self._wanting}
            self._wanting = [each for each in self._wanting if batch[each.client_id] is not each]
            error: Exception | None = None
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self._lease(batch.values())
            except Exception as why:  # whatever it is, nobody is let through and nobody left waiting
                self._drop()
                error = why
            for purse in batch.values():
                purse.wake(error)
            # within the loop: who comes to wait in the meantime is seen before the task ends
            await self._sweep()

    async def _lease(self, purses: Iterable[Purse]) -> None:
        """Lease in one statement of each policy that has too little in hand for those who wait."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        # before it is sent: a lease ends a little before its window, never after
        now = self._clock()
        asked = [
            (purse.client_id, lease.policy, lease, lease.ask(purse.waiting, now))
            for purse in purses
            for lease in purse.leases
            if now >= lease.ends or lease.hand < purse.waiting
        ]
        # in one order everywhere, or two workers could wait for each other
        asked.sort(key=lambda each: (each[0], each[1].name))
        rows = await self._connection.fetch(
            LEASE,
            [client_id for client_id, *_ in asked],
            [policy.name for _, policy, *_ in asked],
            [policy.window for _, policy, *_ in asked],
            [policy.quota for _, policy, *_ in asked],
            [ask for *_, ask in asked],
        )
        for (_, policy, lease, ask), row in zip(asked, rows, strict=True):
            lease.take(row["started"], now + policy.window - row["elapsed"], ask, row["used"])

    async def _sweep(self) -> None:
        """Remove, now and then, the rows of windows that ended."""
        now = self._clock()
        if self._connection is None or now - self._swept < _SWEEP:
            return
        self._swept = now
        try:
            await self._connection.execute(SWEEP, list(self._spans), list(self._spans.values()), timeout=_PATIENCE)
        except Exception:  # whatever it is, those who wait by now come next, on a new connection
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
