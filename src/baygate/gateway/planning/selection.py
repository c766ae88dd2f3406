"""From document to selection: fragments spread, directives obeyed, arguments symbolic, once per concrete type.

Follows the specification's CollectFields (6.3.2) and MergeSelectionSets (6.4.3) for every concrete type that a value
can be, so that what is decided about a field is decided on the concrete type, however it was asked for. Of the
variables' values only what their shape tells is used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_object_type,
    is_scalar_type,
    is_specified_scalar_type,
    value_from_ast_untyped,
)

from baygate.gateway.operation import Operation
from baygate.gateway.planning.shape import ORDER_ARGUMENT
from baygate.gateway.refusal import LimitExceeded, Refusal
from baygate.gateway.variables import by_name, literal
from baygate.sources.fetch import Argument, ListOf, Literal, ObjectOf, Selected, Selection, Value, Variable

Asked = dict[str, list[FieldNode]]


@dataclass(frozen=True)
class Problem:
    """A field that cannot be answered as it was asked; it is null, with this error (specification 6.4.4)."""

    message: str
    arguments: tuple[str, ...] = ()


class Selector:
    """Makes the selection of one operation for one shape of its variables."""

    def __init__(self, operation: Operation, schema: GraphQLSchema, variables: Mapping[str, Any], most: int) -> None:
        self._operation = operation
        self._schema = schema
        self._shaped = variables
        self._most = most
        self._known: dict[tuple[str, tuple[int, ...]], Selection] = {}
        self._sizes: dict[int, int] = {}
        self.problems: dict[int, Problem] = {}
        """What is wrong with a selected field, by the identity of its ``arguments``."""
        self.nodes: dict[str, list[FieldNode]] = {}
        """The field nodes behind each response key of the root."""

    def root(self) -> Selection:
        """Return the selection on the operation's root type."""
        type_ = self._schema.get_root_type(self._operation.definition.operation)
        assert type_ is not None  # noqa: S101 - validation refuses an operation without a root type
        self.nodes = self._collected(type_, [self._operation.definition.selection_set])
        return self._measured(Selection(type_.name, {type_.name: self._selected(type_, self.nodes)}))

    def _selected(self, owner: GraphQLObjectType, asked: Asked) -> tuple[Selected, ...]:
        return tuple(self._field(owner, key, nodes) for key, nodes in asked.items())

    def _field(self, owner: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Selected:
        name = nodes[0].name.value
        definition = owner.fields.get(name)
        if definition is None:  # __typename, __schema and __type stand on no type
            return Selected(key, name, {}, None)
        arguments = self._arguments(definition, nodes[0])
        return Selected(key, name, arguments, self._below(definition, nodes))

    def _below(self, definition: GraphQLField, nodes: list[FieldNode]) -> Selection | None:
        type_: Any = get_named_type(definition.type)
        if not is_composite_type(type_):
            return None
        known = (type_.name, tuple(id(node) for node in nodes))
        if known not in self._known:
            sets = [node.selection_set for node in nodes if node.selection_set]
            fields = {each.name: self._selected(each, self._collected(each, sets)) for each in self._owners(type_)}
            self._known[known] = self._measured(Selection(type_.name, fields))
        return self._known[known]

    def _owners(self, type_: Any) -> tuple[Any, ...]:
        """Return the types for each of which a selection on ``type_`` is made."""
        return tuple(self._schema.get_possible_types(type_)) if is_abstract_type(type_) else (type_,)

    def _measured(self, selection: Selection) -> Selection:
        """Refuse a selection that unfolds into too much: one that is shared counts wherever it stands."""
        size = sum(1 + (self._sizes[id(each.selection)] if each.selection else 0) for each in selection)
        if size > self._most:
            raise LimitExceeded("compiled fields", size, self._most, advice="Fragments on several types multiply them.")
        self._sizes[id(selection)] = size
        return selection

    def _collected(self, owner: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> Asked:
        asked: Asked = {}
        visited: set[str] = set()
        for each in sets:
            self._collect(owner, each, asked, visited)
        return asked

    def _collect(
        self, owner: GraphQLObjectType, selection_set: SelectionSetNode, asked: Asked, visited: set[str]
    ) -> None:
        for node in selection_set.selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                asked.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                fragment = self._operation.fragments[name]
                if name not in visited and self._applies(fragment.type_condition.name.value, owner):
                    visited.add(name)
                    self._collect(owner, fragment.selection_set, asked, visited)
            elif isinstance(node, InlineFragmentNode) and (
                node.type_condition is None or self._applies(node.type_condition.name.value, owner)
            ):
                self._collect(owner, node.selection_set, asked, visited)

    def _applies(self, condition: str, owner: GraphQLObjectType) -> bool:
        type_: Any = self._schema.get_type(condition)
        return type_ is owner or (not is_object_type(type_) and self._schema.is_sub_type(type_, owner))

    def _included(self, node: Any) -> bool:
        for directive in node.directives or ():
            wanted = {"skip": False, "include": True}.get(directive.name.value)
            if wanted is None:
                continue
            value = directive.arguments[0].value
            told = self._shaped.get(value.name.value) if isinstance(value, VariableNode) else value.value
            if told is None:
                raise _null(f'The argument "if" of @{directive.name.value}')
            if told is not wanted:
                return False
        return True

    def _arguments(self, definition: GraphQLField, node: FieldNode, /) -> dict[str, Argument]:
        given = {each.name.value: each.value for each in node.arguments or ()}
        arguments: dict[str, Argument] = {}
        for name, declared in definition.args.items():
            if name in given:
                absent = isinstance(given[name], VariableNode) and given[name].name.value not in self._shaped  # type: ignore[attr-defined]
                if not absent:
                    value = self._argument(name, given[name], declared)
                    if value is not None:
                        arguments[name] = value
                    elif isinstance(declared.type, GraphQLNonNull):
                        self.problems[id(arguments)] = Problem(f'The argument "{name}" must not be null.', (name,))
                    continue
            default = _default(declared)
            if default is not None:
                arguments[name] = default
        return arguments

    def _argument(self, name: str, node: ValueNode, declared: GraphQLArgument) -> Argument | None:
        type_: Any = get_nullable_type(declared.type)
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(node, type_)
        if name == ORDER_ARGUMENT and isinstance(node, VariableNode):
            told = self._shaped[node.name.value]
            return None if told is None else Literal(told)
        return self._value(node, type_)

    def _object(self, node: ValueNode, type_: GraphQLInputObjectType) -> Mapping[str, Value] | None:
        if isinstance(node, VariableNode):
            name = node.name.value
            present = self._shaped[name]
            return (
                None
                if present is None
                else {key: Variable((name, key)) for key in type_.fields if present.get(key) is not None}
            )
        if isinstance(node, NullValueNode):
            return None
        assert isinstance(node, ObjectValueNode)  # noqa: S101 - validation has seen to it
        values = {each.name.value: self._value(each.value, type_.fields[each.name.value].type) for each in node.fields}
        return {key: value for key, value in values.items() if value is not None}

    def _value(self, node: ValueNode, type_: Any) -> Value | None:
        if isinstance(node, VariableNode):
            name = node.name.value
            return Variable((name,)) if self._shaped.get(name) is not None else None
        if is_scalar_type(get_nullable_type(type_)) and not is_specified_scalar_type(get_named_type(type_)):
            free = self._free(node)
            if not isinstance(free, Literal):
                return free
        if isinstance(node, ListValueNode) and any(isinstance(item, VariableNode) for item in node.values):
            return ListOf(tuple(self._item(item, get_nullable_type(type_).of_type) for item in node.values))
        if isinstance(node, ListValueNode) and get_named_type(type_).name == "_Any":
            return ListOf(tuple(self._item(item, get_nullable_type(type_).of_type) for item in node.values))
        value = literal(node, type_)
        return None if value is None else Literal(value)

    def _item(self, node: ValueNode, type_: Any) -> Value:
        value = self._value(node, type_)
        if value is None and isinstance(type_, GraphQLNonNull):
            raise _null("An item of a list")
        return value or Literal(None)

    def _free(self, node: ValueNode) -> Value:
        """Return a value of a scalar that takes any shape (``_Any``), with the variables inside it."""
        if isinstance(node, VariableNode):
            return Variable((node.name.value,)) if node.name.value in self._shaped else Literal(None)
        if isinstance(node, ListValueNode):
            return ListOf(tuple(self._free(item) for item in node.values))
        if isinstance(node, ObjectValueNode):
            return ObjectOf({each.name.value: self._free(each.value) for each in node.fields})
        return Literal(value_from_ast_untyped(node))


def _null(what: str) -> Refusal:
    return Refusal("BAD_USER_INPUT", f"{what} must not be null, but the variable given there is.")


def _default(declared: GraphQLArgument) -> Argument | None:
    """Return the default that the schema gives an argument."""
    default = declared.default_value
    return None if default is None or default is Undefined else Literal(by_name(default))
