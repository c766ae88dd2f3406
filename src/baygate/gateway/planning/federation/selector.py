"""Selections for plans across sources: arguments whole, as they were given; interfaces by themselves where need be."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    is_interface_type,
    value_from_ast_untyped,
)

from baygate.gateway.limits import Limits
from baygate.gateway.operation import Operation
from baygate.gateway.planning.selection import Selector
from baygate.sources.fetch import Argument, ListOf, Literal, ObjectOf, Value, Variable
from baygate.sources.supergraph.contributions import Contributions
from baygate.sources.supergraph.model import Federation, Kind


class FederatedSelector(Selector):
    """Makes the selection of one operation on a supergraph.

    Where an interface is an interface object in some subgraph, what is selected on it without regard to types stands
    beside what is selected on each of them.
    """

    def __init__(self, operation: Operation, federation: Federation, variables: Any, limits: Limits) -> None:
        super().__init__(operation, federation.api, variables, limits.compiled_fields)
        self._by_itself = {
            name
            for name, presences in federation.presences.items()
            if any(each.kind is Kind.INTERFACE_OBJECT and each.type == name for each in presences)
        }

    def _owners(self, type_: Any) -> tuple[Any, ...]:
        owners = super()._owners(type_)
        return (*owners, type_) if is_interface_type(type_) and type_.name in self._by_itself else owners

    def _arguments(self, _: GraphQLField, node: FieldNode) -> dict[str, Argument]:
        return whole_arguments(node, self._shaped)


def whole_arguments(node: FieldNode, shaped: Mapping[str, Any]) -> dict[str, Argument]:
    """Return the arguments of a field as they were given, nulls included; a variable that is absent gives none."""
    return {
        each.name.value: _whole(each.value, shaped) for each in node.arguments or () if not _absent(each.value, shaped)
    }


def _absent(node: ValueNode, shaped: Mapping[str, Any]) -> bool:
    return isinstance(node, VariableNode) and node.name.value not in shaped


def _whole(node: ValueNode, shaped: Mapping[str, Any]) -> Value:
    if isinstance(node, VariableNode):
        return Literal(None) if _absent(node, shaped) else Variable((node.name.value,))
    if isinstance(node, ListValueNode):
        return _constant(ListOf(tuple(_whole(item, shaped) for item in node.values)))
    if isinstance(node, ObjectValueNode):
        present = (each for each in node.fields if not _absent(each.value, shaped))
        return _constant(ObjectOf({each.name.value: _whole(each.value, shaped) for each in present}))
    return Literal(None if isinstance(node, NullValueNode) else value_from_ast_untyped(node))


class SourcesSelector(Selector):
    """Makes the selection of one operation on the hub's contract with what remote sources add to it.

    Arguments of their fields are whole; those of the hub's own are what its compiler takes.
    """

    def __init__(self, operation: Operation, contributed: Contributions, variables: Any, limits: Limits) -> None:
        super().__init__(operation, contributed.schema, variables, limits.compiled_fields)
        self._remote = contributed.definitions

    def _arguments(self, definition: GraphQLField, node: FieldNode) -> dict[str, Argument]:
        if id(definition) not in self._remote:
            return super()._arguments(definition, node)
        return whole_arguments(node, self._shaped)


def _constant(value: ListOf | ObjectOf) -> Value:
    """Return a value without variables in it as the literal that it is."""
    items = value.items if isinstance(value, ListOf) else tuple(value.fields.values())
    if not all(isinstance(each, Literal) for each in items):
        return value
    if isinstance(value, ListOf):
        return Literal([each.value for each in items if isinstance(each, Literal)])
    return Literal({name: each.value for name, each in value.fields.items() if isinstance(each, Literal)})
