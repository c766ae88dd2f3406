"""Operations across sources: planned once for each shape, fetched, merged, completed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import DocumentNode, OperationDefinitionNode, OperationType, SelectionSetNode, execute_sync

from baygate.gateway.execution.completion import Completer
from baygate.gateway.execution.placing import Placing
from baygate.gateway.execution.projection import Projection, Unexpected, projection
from baygate.gateway.execution.runner import Ask, Run
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Operation
from baygate.gateway.planning.federation.builder import Builder
from baygate.gateway.planning.federation.common import Common
from baygate.gateway.planning.federation.document import document
from baygate.gateway.planning.federation.names import with_names
from baygate.gateway.planning.federation.prepared import Prepared
from baygate.gateway.planning.federation.selector import FederatedSelector
from baygate.gateway.planning.federation.visits import Search
from baygate.sources.fetch import TYPENAME, Selection
from baygate.sources.supergraph.model import Federation


@dataclass(frozen=True)
class FederatedPlan:
    """All that a warm request needs: the fetches with their documents, and how their results become the answer."""

    selection: Selection
    requests: tuple[Prepared, ...]
    local: OperationDefinitionNode | None
    placing: Placing
    project: Projection

    @property
    def weight(self) -> int:
        """An estimate of the plan's size in memory, in bytes."""
        return 8_000 + sum(2_000 + 8 * len(each.document.text) for each in self.requests)


class Planner:
    """Plans operations over one supergraph. Pure but for what it remembers of the ways through it."""

    def __init__(self, federation: Federation, limits: Limits) -> None:
        self.federation = federation
        self._limits = limits
        self._common = Common(federation)

    def plan(self, operation: Operation, variables: Mapping[str, Any]) -> FederatedPlan:
        """Plan an operation for the shape of its variables. Raise Refusal."""
        selector = FederatedSelector(operation, self.federation, variables, self._limits)
        selection = selector.root()
        builder = Builder(self.federation, Search(self.federation))
        wanted = self._common.root(selection)
        mutation = operation.definition.operation is OperationType.MUTATION
        plan = builder.mutation(wanted) if mutation else builder.query(wanted)
        local = [
            node
            for each in selection.fields[selection.type]
            if each.field.startswith("__") and each.field != TYPENAME
            for node in selector.nodes[each.key]
        ]
        selection = with_names(selection, plan.moved)
        return FederatedPlan(
            selection,
            tuple(Prepared.of(each, document(each, self.federation)) for each in plan.requests),
            _only(operation.definition, local) if local else None,
            Placing(selection, frank=True),
            projection(self.federation.api, selection),
        )

    async def answer(self, plan: FederatedPlan, operation: Operation, variables: Mapping[str, Any], ask: Ask) -> bytes:
        """Return the body of the answer; ``variables`` as they came, with defaults where none did."""
        run = Run(plan.requests, variables, ask, plan.placing)
        await run.all()
        if plan.local is not None:
            run.answer |= self._introspected(plan.local, operation, variables)
        if not run.errors:
            try:
                return b'{"data":' + orjson.dumps(plan.project(run.answer)) + b"}"
            except Unexpected:
                pass
        completer = Completer(self.federation.api, run.errors)
        data = completer.data(plan.selection, run.answer)
        return orjson.dumps({"data": data, "errors": completer.errors} if completer.errors else {"data": data})

    def _introspected(
        self, definition: OperationDefinitionNode, operation: Operation, variables: Mapping[str, Any]
    ) -> dict[str, Any]:
        document = DocumentNode(definitions=(definition, *operation.fragments.values()))
        result = execute_sync(self.federation.api, document, variable_values=dict(variables))
        return result.data or {}


def _only(definition: OperationDefinitionNode, nodes: list[Any]) -> OperationDefinitionNode:
    """Return an operation reduced to introspection."""
    return OperationDefinitionNode(
        operation=definition.operation,
        variable_definitions=definition.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
        loc=definition.loc,
    )
