"""From the subgraphs' schemas to the supergraph: each step makes one thing of the one before it.

Subgraphs are read one by one, checked one by one, checked against each other, merged, and what was merged is checked:
as a schema, and for whether each query of it can be answered. A step that finds problems is the last one, so that no
problem is a consequence of another.
"""

import re
from collections.abc import Iterable, Sequence

from graphql import ConstDirectiveNode, DocumentNode, TypeDefinitionNode, Visitor, print_ast, visit

from baygate.sources.composition.api import api_schema
from baygate.sources.composition.composed import agreed
from baygate.sources.composition.federation import Federation
from baygate.sources.composition.join import frame
from baygate.sources.composition.metadata import Directives
from baygate.sources.composition.model import ROOTS, Subgraph, SubgraphSchema
from baygate.sources.composition.problems import CompositionFailed, Problem
from baygate.sources.composition.reading import read_subgraph
from baygate.sources.composition.rules import problems_between, problems_of_one
from baygate.sources.composition.satisfiability import unsatisfiable
from baygate.sources.composition.types import Types
from baygate.sources.composition.usage import adapted

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .:/-]*")


def compose(subgraphs: Sequence[Subgraph]) -> str:
    """Return the supergraph of subgraphs, in the join specification's SDL; raise CompositionFailed if there is none."""
    _refuse(_naming(subgraphs))
    schemas = _read(subgraphs)
    _refuse(problem for each in schemas for problem in problems_of_one(each))
    federation = Federation(schemas)
    _refuse(problems_between(federation))
    document = _merged(federation)
    api = api_schema(document, tuple(each.name for each in federation.schemas))
    _refuse(unsatisfiable(federation, api))
    return print_ast(document)


def _refuse(problems: Iterable[Problem]) -> None:
    found = tuple(problems)
    if found:
        raise CompositionFailed(found)


def _naming(subgraphs: Sequence[Subgraph]) -> Iterable[Problem]:
    seen: set[str] = set()
    for each in subgraphs:
        if not _NAME.fullmatch(each.name):
            message = f'"{each.name}" cannot name a subgraph; use letters, digits, hyphens and underscores.'
            yield Problem("INVALID_SUBGRAPH_NAME", "", (each.name,), message)
        if each.name in seen:
            message = f'Two subgraphs are named "{each.name}"; give each its own name.'
            yield Problem("INVALID_SUBGRAPH_NAME", "", (each.name,), message)
        seen.add(each.name)
    if not subgraphs:
        yield Problem("NO_QUERIES", "Query", (), "There is no subgraph; name one at least.")


def _read(subgraphs: Sequence[Subgraph]) -> tuple[SubgraphSchema, ...]:
    schemas: list[SubgraphSchema] = []
    problems: list[Problem] = []
    taken: set[str] = set()
    for each in sorted(subgraphs, key=lambda one: one.name):
        try:
            schemas.append(adapted(read_subgraph(each, _graph(each.name, taken))))
        except CompositionFailed as failed:
            problems += failed.problems
    _refuse(problems)
    return tuple(schemas)


def _graph(name: str, taken: set[str]) -> str:
    """Return a subgraph's name as a member of ``join__Graph``; two that become the same are numbered."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII).upper()
    plain = f"_{plain}" if plain[0].isdigit() else plain
    graph, number = plain, 0
    while graph in taken:
        number += 1
        graph = f"{plain}_{number}"
    taken.add(graph)
    return graph


def _merged(federation: Federation) -> DocumentNode:
    problems: list[Problem] = []
    composed = {each.graph: {directive.name: directive for directive in each.composed} for each in federation.schemas}
    types = Types(federation, Directives(composed, problems), problems).merged()
    own = agreed(federation, problems)
    defined = {each.name.value for each in types}
    if "Query" not in defined:
        message = "No subgraph has a field at Query, so nothing could be asked; add one."
        problems.append(Problem("NO_QUERIES", "Query", tuple(each.name for each in federation.schemas), message))
    _refuse(problems)
    roots = [each for each in ROOTS if each in defined]
    return DocumentNode(definitions=(*frame(federation.schemas, roots, _applied(types), own), *types))


class _Collecting(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: ConstDirectiveNode, *_args: object) -> None:
        self.names.add(node.name.value)


def _applied(types: Sequence[TypeDefinitionNode]) -> set[str]:
    """Return the names of all directives that types bear."""
    collecting = _Collecting()
    for each in types:
        visit(each, collecting)
    return collecting.names
