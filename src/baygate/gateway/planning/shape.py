"""Shape: all that a plan depends on in a request's variables, and nothing more.

That is: the booleans in ``@skip`` and ``@include``; the members of ordering enums, which choose the statement; and for
each variable and each key of an input object whether it is absent, null or present. Values themselves are bound.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLNonNull,
    OperationDefinitionNode,
    VariableNode,
    get_nullable_type,
)

Shape = Hashable
ORDER_ARGUMENT = "orderBy"


class ShapeOf:
    """Computes the shape of coerced variables, for one operation."""

    def __init__(
        self,
        definition: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        types: Mapping[str, GraphQLInputType],
    ) -> None:
        telling = {name for node in (definition, *fragments.values()) for name in _telling(node)}
        self._parts = [part for name, type_ in types.items() for part in _parts(name, type_, name in telling)]

    def __call__(self, variables: Mapping[str, Any]) -> Shape:
        """Return what of ``variables`` a plan may depend on."""
        return tuple(part(variables) for part in self._parts)


def _telling(node: Any) -> Iterator[str]:
    """Yield the variables whose very values choose the plan."""
    arguments = [argument for directive in node.directives or () for argument in directive.arguments or ()]
    arguments += [each for each in getattr(node, "arguments", None) or () if each.name.value == ORDER_ARGUMENT]
    yield from (each.value.name.value for each in arguments if isinstance(each.value, VariableNode))
    for inner in node.selection_set.selections if getattr(node, "selection_set", None) else ():
        yield from _telling(inner)


def _parts(name: str, type_: GraphQLInputType, telling: bool) -> Iterator[Callable[[Mapping[str, Any]], Hashable]]:
    if telling:
        yield lambda variables: variables.get(name, ...)
    elif isinstance(get_nullable_type(type_), GraphQLInputObjectType):
        yield lambda variables: presence(variables.get(name, ...))
    elif not isinstance(type_, GraphQLNonNull):
        yield lambda variables: state(variables.get(name, ...))


def state(value: Any) -> int:
    """Return 0 for absent, 1 for null, 2 for present."""
    if value is ...:
        return 0
    return 1 if value is None else 2


def presence(value: Any) -> Hashable:
    """Return which keys of an input object are there, null or not, all the way down."""
    if isinstance(value, dict):
        return tuple((key, presence(inner)) for key, inner in sorted(value.items()))
    return state(value)
