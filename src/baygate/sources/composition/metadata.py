"""What is said about an element beside its type, when several subgraphs say it: descriptions and directives.

- ``@tag``: all tags. ``@inaccessible``, ``@authenticated``, ``@oneOf``: what one subgraph says holds for all.
- ``@requiresScopes``, ``@policy``: what each subgraph asks for has to be fulfilled, so the alternatives of one are
  combined with those of the other (conjunction in disjunctive normal form). One agency cannot open what another guards.
- ``@deprecated``, ``@specifiedBy`` and descriptions: those of the first subgraph that has one.
- Directives of ``@composeDirective``: each application once; two different ones of a directive that may not be repeated
  are a problem.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from graphql import ConstDirectiveNode, ListValueNode, StringValueNode, ValueNode, print_ast

from baygate.sources.composition.model import Applied, Composed, Element, SubgraphSchema
from baygate.sources.composition.problems import Problem
from baygate.sources.composition.syntax import applied

GUARDS = {"requiresScopes": "scopes", "policy": "policies"}
_FIRST_COUNTS = ("deprecated", "specifiedBy")
_ONE_COUNTS = ("inaccessible", "authenticated", "oneOf")

Said = Sequence[tuple[SubgraphSchema, Element]]
"""What each subgraph says of one element."""


def merged_description(said: Said) -> str | None:
    """Return the first description that there is."""
    return next((element.description for _, element in said if element.description), None)


class Directives:
    """Merges directives; knows which of the subgraphs' own are kept."""

    def __init__(self, composed: Mapping[str, Mapping[str, Composed]], problems: list[Problem]) -> None:
        self._composed = composed
        """Of each subgraph, by its graph, the directives that it composes."""

        self._problems = problems

    def merged(self, coordinate: str, said: Said) -> tuple[ConstDirectiveNode, ...]:
        """Return the directives of an element in the supergraph."""
        return (*self._standard(said), *self._guards(said), *self._tags(said), *self._own(coordinate, said))

    def _standard(self, said: Said) -> Iterator[ConstDirectiveNode]:
        for name in (*_FIRST_COUNTS, *_ONE_COUNTS):
            found = next((element.first(name) for _, element in said if element.has(name)), None)
            if found is not None:
                yield applied(name, found.arguments)

    def _guards(self, said: Said) -> Iterator[ConstDirectiveNode]:
        for name, argument in GUARDS.items():
            asked = [_alternatives(each.arguments[argument]) for _, element in said for each in element.having(name)]
            if asked:
                yield applied(name, {argument: _written(_conjunction(asked))})

    def _tags(self, said: Said) -> Iterator[ConstDirectiveNode]:
        for tag in sorted({each.text("name") or "" for _, element in said for each in element.having("tag")}):
            yield applied("tag", {"name": StringValueNode(value=tag)})

    def _own(self, coordinate: str, said: Said) -> Iterator[ConstDirectiveNode]:
        found: dict[str, dict[str, tuple[str, Applied]]] = {}
        for schema, element in said:
            for each in element.applied:
                if each.name.removeprefix("@") in self._composed[schema.graph] and each.name.startswith("@"):
                    text = print_ast(applied(each.name.removeprefix("@"), each.arguments))
                    found.setdefault(each.name, {}).setdefault(text, (schema.name, each))
        for name, applications in found.items():
            definitions = [each[name[1:]] for each in self._composed.values() if name[1:] in each]
            if len(applications) > 1 and not definitions[0].definition.repeatable:
                subgraphs = tuple(subgraph for subgraph, _ in applications.values())
                message = (
                    f"{' and '.join(applications)} cannot both stand there: {name} is not repeatable; agree on one."
                )
                self._problems.append(Problem("DIRECTIVE_COMPOSITION_ERROR", coordinate, subgraphs, message))
            yield from (applied(name.removeprefix("@"), each.arguments) for _, each in applications.values())


Alternatives = frozenset[frozenset[str]]


def _alternatives(value: ValueNode) -> Alternatives:
    return frozenset(frozenset(_texts(inner)) for inner in (value.values if isinstance(value, ListValueNode) else ()))


def _texts(value: ValueNode) -> Iterator[str]:
    for each in value.values if isinstance(value, ListValueNode) else (value,):
        if isinstance(each, StringValueNode):
            yield each.value


def _conjunction(asked: Sequence[Alternatives]) -> Alternatives:
    together = {frozenset().union(*chosen) for chosen in product(*asked)}
    return frozenset(each for each in together if not any(other < each for other in together))


def _written(alternatives: Alternatives) -> ListValueNode:
    rows = sorted(sorted(each) for each in alternatives)
    return ListValueNode(
        values=tuple(ListValueNode(values=tuple(StringValueNode(value=each) for each in row)) for row in rows)
    )
