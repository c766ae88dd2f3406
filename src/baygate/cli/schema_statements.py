"""The plan of an operation as a hub makes it, with SQL for what it asks of its own records that any server takes."""

from collections.abc import Iterator, Mapping
from typing import Any

from baygate.access.ungoverned import UNGOVERNED
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Operation
from baygate.gateway.planning.federation.document import Document
from baygate.gateway.planning.federation.fetch_plan import Request
from baygate.gateway.planning.federation.rendering import Step, graphql, steps
from baygate.gateway.planning.federation.resident import ResidentRequest
from baygate.gateway.planning.plan import Plan, Supergraph, plan
from baygate.sources.bindings import resident_binding
from baygate.sources.resident.canonical import for_server
from baygate.sources.supergraph.contributions import Contributions
from baygate.storage.database import OLDEST_SUPPORTED
from baygate.storage.sources import HUB


def with_statements(
    contributed: Contributions, operation: Operation, variables: Mapping[str, Any], limits: Limits
) -> tuple[Step, ...]:
    """Return the plan of an operation of whom no policy keeps from anything. Raise Refusal."""
    supergraph = Supergraph(contributed.schema, resident_binding(), "", contributed)
    planned = plan(operation, variables, UNGOVERNED, supergraph, limits)
    return tuple(_steps(planned, contributed))


def _steps(planned: Plan, contributed: Contributions) -> Iterator[Step]:
    if planned.across is None:
        if planned.resident is not None:
            yield Step(1, HUB, "query", (), (), for_server(planned.resident.statement.sql, OLDEST_SUPPORTED))
        return
    resident = {each.request.id: each.resident for each in planned.across.requests}

    def question(request: Request, document: Document) -> str:
        own = resident[request.id]
        return graphql(request, document) if own is None else "\n\n".join(_statements(own))

    requests = [(each.request, each.document) for each in planned.across.requests]
    yield from steps(requests, contributed.federation, question)


def _statements(asked: ResidentRequest) -> Iterator[str]:
    if asked.root is not None:
        yield for_server(asked.root.statement.sql, OLDEST_SUPPORTED)
    for entities in asked.entities:
        for name, (keys, statement, _) in entities.statements.items():
            yield f"-- {name} by {', '.join(keys)}\n{for_server(statement.sql, OLDEST_SUPPORTED)}"
