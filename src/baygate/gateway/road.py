"""The road of a request: Call, Principal, Operation, Access, Plan, Result, Receipt, each made of the one before.

A warm request parses, validates, decides and compiles nothing: it looks up a plan, binds variables, runs it, records
it, answers. The caches are keyed by all that what they keep depends on.
"""

import asyncio
import datetime
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import asyncpg

from baygate.access.access import Access
from baygate.access.principal import Principal
from baygate.audit.recorder import LogUnavailable
from baygate.deadlines import Deadlines
from baygate.gateway.answer import Answer
from baygate.gateway.cache import Bounded
from baygate.gateway.call import Call
from baygate.gateway.documents import Documents
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Operation, Strictness, prepare
from baygate.gateway.planning.plan import Plan, Supergraph, plan
from baygate.gateway.receipt import Answered, Receipts
from baygate.gateway.refusal import LimitExceeded, Refusal
from baygate.gateway.result import Executor
from baygate.gateway.stages import Stages
from baygate.gateway.tracing import Trace
from baygate.gateway.visible import VisibleSchemas
from baygate.oauth.once import Use
from baygate.observation.events import PlanMade
from baygate.observation.observer import Nobody, Observer
from baygate.sources.resident.dispatcher import Overloaded
from baygate.sources.resident.link import GONE

log = logging.getLogger("baygate.road")

_PLAN_BYTES = 64 * 1024 * 1024
_OPERATION_BYTES = 32 * 1024 * 1024


@dataclass
class Road:
    """One worker's road, with the caches of what it has prepared and planned."""

    supergraph: Supergraph
    executor: Executor
    documents: Documents
    receipts: Receipts
    limits: Limits
    strictness: Strictness
    visible: VisibleSchemas
    observer: Observer = field(default_factory=Nobody)
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)
    operations: Bounded[Operation] = field(default_factory=lambda: Bounded(_OPERATION_BYTES))
    plans: Bounded[Plan] = field(default_factory=lambda: Bounded(_PLAN_BYTES, share=_PLAN_BYTES // 4))
    deadlines: Deadlines = field(default_factory=Deadlines)
    plans_made: int = 0

    async def travel(self, call: Call, principal: Principal, access: Access, use: Use | None = None) -> Answer:
        """Answer a call; raise Refusal if it is not answered, Replayed if its proof's ``use`` is not the first."""
        stages = Stages()
        trace = Trace.begin() if call.traced else None
        operation = self.operation(call, access)
        stages.done("operation")
        variables = operation.variables.coerce(call.variables)
        made = self.plans_made
        planned = self.plan(operation, variables, access)
        if not planned.cost.constant:
            planned.cost.check(variables, self.limits)
        stages.done("plan")
        trusted = self.documents.trusts(operation.digest)
        try:
            with self.deadlines.until(asyncio.get_running_loop().time() + self.limits.time):
                result = await self.executor.run(planned, operation, variables, call.variables, principal)
                if trace is not None:
                    body = trace.added_to(result.body, self._root(operation), planned.keys)
                    result = replace(result, body=body)
                stages.done("result")
                version = access.policy_version
                receipt = await self.receipts.record(
                    Answered(principal, operation, call.variables, planned, version, result, use, trusted)
                )
        except TimeoutError:
            raise self._too_slow() from None
        except asyncpg.QueryCanceledError:
            raise self._too_slow() from None
        except Overloaded:
            raise _unavailable("OVERLOADED", "More requests wait than this hub lets wait. Try again shortly.") from None
        except GONE:
            raise _unavailable(
                "SOURCE_UNAVAILABLE", "The hub's records cannot be reached now. Try again shortly."
            ) from None
        except LogUnavailable:
            raise _unavailable(
                "AUDIT_UNAVAILABLE", "The audit log cannot be written now, so nothing is released. Try again shortly."
            ) from None
        except asyncpg.PostgresError:
            log.exception("PostgreSQL refused a statement of the hub")
            raise _unavailable("SOURCE_FAILED", "The hub's records could not be read. Try again shortly.") from None
        stages.done("receipt")
        self.observer.observe(planned.outcomes)
        told = operation.digest if trusted else None
        return Answer(result.body, receipt, stages.header(), stages.each, self.plans_made > made, told)

    def operation(self, call: Call, access: Access) -> Operation:
        """Return the operation that a call names, prepared against the schema that the caller may see."""
        digest, text = self.documents.find(call)
        seen, schema = self.visible.of(access)
        key = (digest, call.operation, call.reading, seen)
        known = self.operations.get(key)
        if known is None:
            known = prepare(
                text,
                digest,
                call.operation,
                schema,
                self.limits,
                self.strictness,
                reading=call.reading,
            )
            self.operations.keep(key, known, 4_000 + 100 * len(text))
        self.documents.keep(call, digest, text)
        return known

    def plan(self, operation: Operation, variables: Mapping[str, Any], access: Access) -> Plan:
        """Return the plan for an operation, the shape of its variables, and an access; none outlives its policies."""
        now = self.clock()
        if not access.valid_from <= now < access.valid_until:
            raise _unavailable("ACCESS_EXPIRED", "The policies that would decide are not in force now.")
        shape = operation.shape_of(variables)
        key = (
            operation.digest,
            operation.name,
            shape,
            access.access_class,
            access.policy_version,
            self.supergraph.version,
        )
        known = self.plans.get(key)
        if known is None or not known.valid_from <= now < known.valid_until:
            began = perf_counter()
            known = plan(operation, variables, access, self.supergraph, self.limits)
            self.plans_made += 1
            self.observer.observe(PlanMade(perf_counter() - began))
            self.plans.keep(key, known, known.weight, access.access_class)
        return known

    def _root(self, operation: Operation) -> str:
        root = self.supergraph.schema.get_root_type(operation.definition.operation)
        return root.name if root else ""

    def _too_slow(self) -> LimitExceeded:
        return LimitExceeded("seconds", None, self.limits.time, status=503, advice="Ask for less at once.")


def _unavailable(code: str, message: str) -> Refusal:
    return Refusal(code, message, status=503, headers=[(b"retry-after", b"1")])
