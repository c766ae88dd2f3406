"""Whether every query of the supergraph can be answered: each field, by whatever path its object was reached.

The search walks the API schema from its root types. At each object it knows all positions where the object may be held
by then: of a shared field every subgraph that resolves it, since each can be asked. A state that holds an object
in fewer places has been harder, so whatever was found from it holds here too, and the search need not go on.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_composite_type, is_leaf_type

from baygate.sources.composition.federation import Federation
from baygate.sources.composition.problems import Problem
from baygate.sources.composition.reach import TYPENAME, Position, Reach
from baygate.sources.composition.unreachable import why_not


@dataclass(frozen=True)
class _State:
    """An object, the positions where it may be held, and the path that led to it."""

    object: str
    held: frozenset[Position]
    path: tuple[str, ...]


def unsatisfiable(federation: Federation, api: GraphQLSchema) -> Iterator[Problem]:
    """Yield a problem for each field of the API that some path cannot reach."""
    labels = any(
        field.override is not None and field.override.label is not None
        for schema in federation.schemas
        for type_ in schema.types.values()
        for field in type_.fields.values()
    )
    found: set[str] = set()
    for labelled in (False, True) if labels else (False,):
        for problem in _Search(federation, api, Reach(federation, labelled=labelled)).problems():
            if problem.coordinate not in found:
                found.add(problem.coordinate)
                yield problem


class _Search:
    def __init__(self, federation: Federation, api: GraphQLSchema, reach: Reach) -> None:
        self._federation = federation
        self._api = api
        self._reach = reach
        self._queue: deque[_State] = deque()
        self._seen: dict[str, list[frozenset[Position]]] = {}

    def problems(self) -> Iterator[Problem]:
        for operation, root in (
            ("query", self._api.query_type),
            ("mutation", self._api.mutation_type),
            ("subscription", self._api.subscription_type),
        ):
            if root is not None:
                held = {Position(root.name, each.graph, root.name) for each, _ in self._federation.having(root.name)}
                self._visit(_State(root.name, frozenset(held), (operation,)))
        while self._queue:
            yield from self._step(self._queue.popleft())

    def _visit(self, state: _State) -> None:
        seen = self._seen.setdefault(state.object, [])
        if not any(harder <= state.held for harder in seen):
            seen.append(state.held)
            self._queue.append(state)

    def _step(self, state: _State) -> Iterator[Problem]:
        type_ = self._api.type_map[state.object]
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - only objects are visited
        around = [self._reach.around(each) for each in sorted(state.held, key=str)]
        if not any(each.told for reached in around for each in reached):
            yield self._problem(state, TYPENAME)
            return
        for name, field in type_.fields.items():
            if not any(self._reach.has(reached, name) for reached in around):
                yield self._problem(state, name)
            elif not is_leaf_type(get_named_type(field.type)):
                self._descend(state, name, {one for reached in around for one in self._reach.landings(reached, name)})

    def _descend(self, state: _State, field: str, landings: set[Position]) -> None:
        type_ = self._api.type_map[state.object]
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - only objects are visited
        returned = get_named_type(type_.fields[field].type)
        below: dict[str, set[Position]] = {}
        for each in landings:
            below.setdefault(each.object, set()).add(each)
        for name in sorted(below):
            if name in self._api.type_map and is_composite_type(self._api.type_map[name]):
                fragment = () if name == returned.name else (f"... on {name}",)
                self._visit(_State(name, frozenset(below[name]), (*state.path, field, *fragment)))

    def _problem(self, state: _State, field: str) -> Problem:
        query = " { ".join((*state.path, field)) + " }" * len(state.path)
        reasons = why_not(self._federation, self._reach, state.held, field)
        subgraphs = {each.schema.name for each in self._federation.declarations(state.object, field)}
        graphs = {each.graph for each in state.held}
        subgraphs |= {each.name for each in self._federation.schemas if each.graph in graphs}
        message = f"{query} cannot be answered:\n" + "\n".join(f"- {each}" for each in reasons)
        return Problem("SATISFIABILITY_ERROR", f"{state.object}.{field}", tuple(sorted(subgraphs)), message)
