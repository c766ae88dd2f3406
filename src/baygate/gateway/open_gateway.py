"""The federation engine by itself: a supergraph and nothing that decides who may see what.

For conformance suites and for trying things out, on this machine alone. It shares the hub's endpoint and limits.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from baygate.access.access import Access
from baygate.access.principal import Principal
from baygate.access.ungoverned import UNGOVERNED
from baygate.gateway.answer import Answer
from baygate.gateway.application import GRAPHQL, Application, spare_what_stays
from baygate.gateway.cache import Bounded
from baygate.gateway.call import Call
from baygate.gateway.documents import Documents, Trust
from baygate.gateway.execution.runner import Question, Reply
from baygate.gateway.federated import FederatedPlan, Planner
from baygate.gateway.http import GraphQLEndpoint
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Operation, Strictness, prepare
from baygate.gateway.stages import Stages
from baygate.oauth.caller import Caller
from baygate.oauth.once import Use
from baygate.sources.remote.remote import Remote
from baygate.sources.remote.source import RemoteSource
from baygate.sources.supergraph.join import Supergraph
from baygate.sources.supergraph.overrides import in_effect

_NOBODY = Principal("nobody", None, "nobody", None, "", frozenset(), frozenset(), "", None, None, 0)
_CACHE_BYTES = 32 * 1024 * 1024


@dataclass
class OpenRoad:
    """The road of a request that nobody has to be known for."""

    supergraph: Supergraph
    limits: Limits
    labels: frozenset[str] = frozenset()
    sources: dict[str, RemoteSource] = field(default_factory=dict)
    documents: Documents = field(default_factory=lambda: Documents({}, Trust.ANY, _CACHE_BYTES))
    operations: Bounded[Operation] = field(default_factory=lambda: Bounded(_CACHE_BYTES))
    plans: Bounded[FederatedPlan] = field(default_factory=lambda: Bounded(_CACHE_BYTES))
    planners: dict[frozenset[str], Planner] = field(default_factory=dict)

    async def travel(self, call: Call, principal: Principal, access: Access, use: Use | None = None) -> Answer:
        """Answer a call; raise Refusal if it is not answered."""
        del principal, access, use
        stages = Stages()
        operation = self.operation(call)
        stages.done("operation")
        variables = operation.variables.coerce(call.variables)
        planner, planned = self.plan(operation, variables)
        stages.done("plan")
        deadline = asyncio.get_running_loop().time() + self.limits.time

        def ask(question: Question) -> Awaitable[Reply]:
            return self.sources[question.source].ask(question.body(), read=question.read, deadline=deadline)

        body = await planner.answer(planned, operation, {**variables, **call.variables}, ask)
        stages.done("result")
        return Answer(body, None, stages.header())

    def operation(self, call: Call) -> Operation:
        """Return the operation of a call, prepared or found again; raise Refusal."""
        digest, text = self.documents.find(call)
        key = (digest, call.operation, call.reading)
        known = self.operations.get(key)
        if known is None:
            schema = self.supergraph.api
            known = prepare(text, digest, call.operation, schema, self.limits, Strictness(), reading=call.reading)
            self.operations.keep(key, known, 4_000 + 100 * len(text))
        self.documents.keep(call, digest, text)
        return known

    def plan(self, operation: Operation, variables: Mapping[str, Any]) -> tuple[Planner, FederatedPlan]:
        """Return a plan, made or found again, and who made it; raise Refusal."""
        active = frozenset[str]()
        if self.supergraph.labels:
            active = in_effect(self.supergraph.labels, self.labels, random.uniform(0, 100))  # noqa: S311 - no secret
        planner = self.planners.get(active)
        if planner is None:
            planner = self.planners[active] = Planner(self.supergraph.federation(active.__contains__), self.limits)
        key = (operation.digest, operation.name, operation.shape_of(variables), active)
        planned = self.plans.get(key)
        if planned is None:
            planned = planner.plan(operation, variables)
            self.plans.keep(key, planned, planned.weight)
        return planner, planned


def create_open_gateway(
    supergraph: Supergraph, labels: frozenset[str] = frozenset(), limits: Limits | None = None
) -> Starlette:
    """Return the application.

    Raise SupergraphInvalid if the supergraph cannot be planned over, OperatorError if one of its sources cannot be
    asked.
    """
    limits = limits or Limits()
    road = OpenRoad(supergraph, limits, labels)
    graphs = supergraph.federation().graphs
    remotes = [Remote(name=each.name, agency=each.name, url=each.url, timeout=limits.time) for each in graphs]

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for each in remotes:
                road.sources[each.name] = await stack.enter_async_context(RemoteSource(each))
            spare_what_stays()
            yield

    async def nobody(_: Scope) -> Caller:
        return Caller(_NOBODY, ())

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    graphql = GraphQLEndpoint(
        lambda: road, nobody, lambda principal: (principal, UNGOVERNED), replace(limits), preflight=True
    )
    return Application(graphql, routes=[Route(GRAPHQL, graphql), Route("/health", health)], lifespan=lifespan)
