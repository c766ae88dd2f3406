"""Selections for plans across sources: arguments whole, as they were given; interfaces by themselves where need be."""

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
        return {
            each.name.value: self._whole(each.value)
            for each in node.arguments or ()
            if not (isinstance(each.value, VariableNode) and each.value.name.value not in self._shaped)
        }

    def _whole(self, node: ValueNode) -> Value:
        if isinstance(node, VariableNode):
            return Variable((node.name.value,)) if node.name.value in self._shaped else Literal(None)
        if isinstance(node, ListValueNode):
            return _constant(ListOf(tuple(self._whole(item) for item in node.values)))
        if isinstance(node, ObjectValueNode):
            given = {
                each.name.value: self._whole(each.value)
                for each in node.fields
                if not (isinstance(each.value, VariableNode) and each.value.name.value not in self._shaped)
            }
            return _constant(ObjectOf(given))
        return Literal(None if isinstance(node, NullValueNode) else value_from_ast_untyped(node))


def _constant(value: ListOf | ObjectOf) -> Value:
    """Return a value without variables in it as the literal that it is."""
    items = value.items if isinstance(value, ListOf) else tuple(value.fields.values())
    if not all(isinstance(each, Literal) for each in items):
        return value
    if isinstance(value, ListOf):
        return Literal([each.value for each in items if isinstance(each, Literal)])
    return Literal({name: each.value for name, each in value.fields.items() if isinstance(each, Literal)})
