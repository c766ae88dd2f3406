"""Field sets: the selections that ``@key``, ``@requires`` and ``@provides`` write as text (federation, FieldSet)."""

from collections.abc import Iterable
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_object_type,
    parse,
    value_from_ast_untyped,
)

from baygate.sources.fetch import TYPENAME, Literal, Selected, Selection


class FieldSetInvalid(Exception):
    """A field set that does not fit the type on which it stands."""


def field_set(schema: GraphQLSchema, type_name: str, text: str) -> Selection:
    """Return what a field set selects on a type, for each concrete type that a value of it can be.

    On an interface also what it selects of the interface itself, under the interface's name: that is the key of an
    interface object. Raise FieldSetInvalid.
    """
    try:
        document = parse(f"{{ {text} }}", no_location=True)
    except GraphQLError as error:
        raise FieldSetInvalid(f'The field set "{text}" of {type_name} cannot be read: {error.message}.') from None
    definition: Any = document.definitions[0]
    return _Reader(schema, text).selection(type_name, [definition.selection_set])


class _Reader:
    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        self._schema = schema
        self._text = text

    def selection(self, type_name: str, sets: Iterable[SelectionSetNode]) -> Selection:
        type_: Any = self._schema.get_type(type_name)
        sets = tuple(sets)
        owners = [type_]
        if is_abstract_type(type_):
            owners = [*self._schema.get_possible_types(type_), *([type_] if hasattr(type_, "fields") else [])]
        return Selection(type_name, {owner.name: self._fields(owner, sets) for owner in owners})

    def _fields(self, owner: Any, sets: Iterable[SelectionSetNode]) -> tuple[Selected, ...]:
        asked: dict[str, list[FieldNode]] = {}
        for each in sets:
            self._collect(owner, each, asked)
        return tuple(self._selected(owner, nodes) for nodes in asked.values())

    def _collect(self, owner: Any, selection_set: SelectionSetNode, asked: dict[str, list[FieldNode]]) -> None:
        for node in selection_set.selections:
            if isinstance(node, FieldNode):
                asked.setdefault(node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode) and self._applies(node, owner):
                self._collect(owner, node.selection_set, asked)

    def _applies(self, node: InlineFragmentNode, owner: Any) -> bool:
        if node.type_condition is None:
            return True
        condition: Any = self._schema.get_type(node.type_condition.name.value)
        if condition is None:
            raise FieldSetInvalid(f'The field set "{self._text}" names {node.type_condition.name.value}, no type.')
        return condition is owner or (not is_object_type(condition) and self._schema.is_sub_type(condition, owner))

    def _selected(self, owner: Any, nodes: list[FieldNode]) -> Selected:
        name = nodes[0].name.value
        if name == TYPENAME:
            return Selected(name, name, {}, None)
        definition = owner.fields.get(name)
        if definition is None:
            raise FieldSetInvalid(f'The field set "{self._text}" names {owner.name}.{name}, which is no field.')
        arguments = {each.name.value: Literal(value_from_ast_untyped(each.value)) for each in nodes[0].arguments or ()}
        type_: Any = get_named_type(definition.type)
        sets = [node.selection_set for node in nodes if node.selection_set]
        if is_composite_type(type_) != bool(sets):
            raise FieldSetInvalid(f'The field set "{self._text}" ends at {owner.name}.{name}, which it must not.')
        return Selected(name, name, arguments, self.selection(type_.name, sets) if sets else None)
