"""The one place where the tests meet the engine under test."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from baygate.gateway.execution.runner import Question
from baygate.gateway.federated import Planner
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Strictness, prepare
from baygate.gateway.refusal import Refusal
from baygate.sources.remote.reply import Reply
from baygate.sources.supergraph.join import read
from baygate.sources.supergraph.overrides import in_effect

Ask = Callable[[str, str, Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Send a document with variables to the source of a name; its GraphQL response."""

LIMITS = Limits(aliases=10_000, directives=10_000, repeats=1_000, fields=10_000)
"""Wider than a hub's: what random operations say too often is not what is tried here."""


async def answer(supergraph_sdl: str, ask: Ask, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Answer an operation from the sources of a supergraph: the GraphQL response."""

    async def asked(question: Question) -> Reply:
        body = orjson.loads(question.body())
        response = await ask(question.source, body["query"], body["variables"])
        return Reply(response.get("data"), response.get("errors") or [])

    supergraph = read(supergraph_sdl)
    active = in_effect(supergraph.labels, (), 50)
    planner = Planner(supergraph.federation(active.__contains__), LIMITS)
    try:
        operation = prepare(query, "", None, planner.federation.api, LIMITS, Strictness())
        coerced = operation.variables.coerce(variables)
        plan = planner.plan(operation, coerced)
        return orjson.loads(await planner.answer(plan, operation, {**coerced, **variables}, asked))
    except Refusal as refusal:
        return {"errors": refusal.errors}
