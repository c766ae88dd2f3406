"""The tally: how often who asked for which field, and what became of it; no record, no value and no party is in it.

It is counted in memory and added to the database now and then. It proves nothing and may lack the last seconds of a
worker that was killed: it is there so that a data owner can try a proposed policy on what was really asked.
"""

import asyncio
import contextlib
import datetime
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

import asyncpg

from baygate.access.principal import Principal
from baygate.gateway.planning.plan import Plan
from baygate.storage import decisions
from baygate.storage.decisions import Caller

log = logging.getLogger("baygate.tally")

_EVERY = 10.0
"""Seconds between additions to the database."""
_MOST = 5_000
"""Pairs of caller and plan that are counted apart between two additions; what comes beyond is not counted."""
_PATIENCE = 5.0


@dataclass
class _Counted:
    principal: Principal
    plan: Plan
    count: int = 1


class Tally:
    """The tally of one worker."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        self._connect = connect
        self._counted: dict[object, _Counted] = {}
        self._adding: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to add to the database."""
        self._adding = asyncio.create_task(self._add_regularly())

    async def close(self) -> None:
        """Add what was counted last."""
        if self._adding is not None:
            self._adding.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._adding
        await self._add()

    def count(self, principal: Principal, plan: Plan) -> None:
        """Count what a plan decided."""
        # a plan is known by itself, and is kept from being another as long as it is counted
        key = (principal.client, principal.agency, principal.purpose, principal.scopes, id(plan))
        counted = self._counted.get(key)
        if counted is not None:
            counted.count += 1
        elif len(self._counted) < _MOST:
            self._counted[key] = _Counted(principal, plan)

    async def _add_regularly(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            await self._add()

    async def _add(self) -> None:
        counted, self._counted = self._counted, {}
        if not counted:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                connection = await self._connect()
                try:
                    async with connection.transaction():
                        await decisions.record(connection, _rows(counted.values()))
                finally:
                    connection.terminate()
        except Exception as error:  # whatever it is, nobody's answer waits for this
            log.warning(
                "the decisions of %d answers are not counted: %s", sum(each.count for each in counted.values()), error
            )


def _caller(principal: Principal) -> Caller:
    return Caller(
        principal.attributes.get("agency", ""),
        principal.jurisdiction,
        principal.roles,
        principal.party is not None,
        principal.scopes,
        principal.purpose,
        principal.assurance,
    )


def _rows(counted: Iterable[_Counted]) -> Iterator[decisions.Decided]:
    today = datetime.datetime.now(datetime.UTC).date()
    for each in counted:
        caller = _caller(each.principal)
        for type_name, name, outcome in each.plan.decided:
            yield decisions.Decided(today, caller, type_name, name, outcome, each.count)
