"""What may be hidden from clients (``@inaccessible``) without breaking what they still see (inaccessible v0.2)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    ListTypeNode,
    ListValueNode,
    NonNullTypeNode,
    ObjectValueNode,
    TypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    ValueNode,
)

from baygate.sources.composition.problems import Problem


def is_hidden(node: Any) -> bool:
    """Whether an element is marked ``@inaccessible``."""
    directives: Sequence[DirectiveNode] = getattr(node, "directives", None) or ()
    return any(each.name.value == "inaccessible" for each in directives)


def hidden_types(document: DocumentNode) -> frozenset[str]:
    """Return the types that clients do not see."""
    found = (each for each in document.definitions if isinstance(each, TypeDefinitionNode))
    return frozenset(each.name.value for each in found if is_hidden(each))


def inaccessible_problems(document: DocumentNode, subgraphs: tuple[str, ...]) -> Iterator[Problem]:
    """Yield each hidden element of a supergraph that something visible needs."""
    types = {each.name.value: each for each in document.definitions if isinstance(each, TypeDefinitionNode)}
    for code, coordinate, message in _Hiding(types).wrong():
        yield Problem(code, coordinate, subgraphs, message)


Wrong = tuple[str, str, str]
"""A code, a coordinate, a message."""


class _Hiding:
    def __init__(self, types: Mapping[str, TypeDefinitionNode]) -> None:
        self._types = types

    def wrong(self) -> Iterator[Wrong]:
        for name, node in self._types.items():
            if is_hidden(node):
                if name == "Query":
                    yield "QUERY_ROOT_TYPE_INACCESSIBLE", name, "Without the root type nothing can be asked; show it."
                continue
            children = self._children(node)
            if children and all(map(self._is_hidden, children)):
                message = "It is visible, but nothing in it is; hide the type too, or show one of its members."
                yield "ONLY_INACCESSIBLE_CHILDREN", name, message
            for child in children:
                yield from self._child(name, node, child)

    def _children(self, node: TypeDefinitionNode) -> Sequence[Any]:
        for part in ("fields", "values", "types"):
            found: Sequence[Any] = getattr(node, part, None) or ()
            if found:
                return found
        return ()

    def _is_hidden(self, child: Any) -> bool:
        named = self._types.get(child.name.value) if not hasattr(child, "directives") else None
        return is_hidden(child) or (named is not None and is_hidden(named))

    def _child(self, owner: str, node: TypeDefinitionNode, child: Any) -> Iterator[Wrong]:
        if isinstance(node, EnumTypeDefinitionNode | UnionTypeDefinitionNode):
            return
        coordinate = f"{owner}.{child.name.value}"
        if isinstance(child, FieldDefinitionNode):
            yield from self._implemented(owner, node, child)
            if is_hidden(child):
                return
            yield from self._referenced(coordinate, child.type)
            for argument in child.arguments or ():
                yield from self._input(f"{coordinate}({argument.name.value}:)", argument)
        else:
            yield from self._input(coordinate, child)

    def _implemented(self, owner: str, node: TypeDefinitionNode, field: FieldDefinitionNode) -> Iterator[Wrong]:
        if not is_hidden(field):
            return
        for each in getattr(node, "interfaces", None) or ():
            interface = self._types.get(each.name.value)
            for asked in getattr(interface, "fields", None) or ():
                if asked.name.value == field.name.value and not is_hidden(asked) and not is_hidden(interface):
                    message = f"It is hidden, but {each.name.value}, which {owner} implements, shows it; hide both."
                    yield "IMPLEMENTED_BY_INACCESSIBLE", f"{owner}.{field.name.value}", message

    def _referenced(self, coordinate: str, type_: TypeNode) -> Iterator[Wrong]:
        name = _bottom(type_)
        if name in self._types and is_hidden(self._types[name]):
            message = f"It is visible, but its type {name} is hidden; hide it too, or show {name}."
            yield "REFERENCED_INACCESSIBLE", coordinate, message

    def _input(self, coordinate: str, node: InputValueDefinitionNode) -> Iterator[Wrong]:
        if is_hidden(node):
            if isinstance(node.type, NonNullTypeNode) and node.default_value is None:
                message = "It is required, but hidden, so nobody can give it; make it optional, or show it."
                yield "REQUIRED_INACCESSIBLE", coordinate, message
            return
        yield from self._referenced(coordinate, node.type)
        if node.default_value is not None and self._uses_hidden(node.default_value, _bottom(node.type)):
            message = "Its default value uses something that is hidden; show it, or take another default."
            yield "DEFAULT_VALUE_USES_INACCESSIBLE", coordinate, message

    def _uses_hidden(self, value: ValueNode, type_name: str) -> bool:
        type_ = self._types.get(type_name)
        if isinstance(value, ListValueNode):
            return any(self._uses_hidden(each, type_name) for each in value.values)
        if isinstance(value, EnumValueNode) and isinstance(type_, EnumTypeDefinitionNode):
            return any(each.name.value == value.value and is_hidden(each) for each in type_.values or ())
        if isinstance(value, ObjectValueNode) and isinstance(type_, InputObjectTypeDefinitionNode):
            fields = {each.name.value: each for each in type_.fields or ()}
            return any(
                is_hidden(fields[each.name.value])
                or self._uses_hidden(each.value, _bottom(fields[each.name.value].type))
                for each in value.fields
                if each.name.value in fields
            )
        return False


def _bottom(node: TypeNode) -> str:
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    return node.name.value  # type: ignore[attr-defined, no-any-return]
