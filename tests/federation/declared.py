"""What a subgraph's SDL declares: its types and fields, with what federation's directives say of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveNode,
    FieldDefinitionNode,
    FieldNode,
    InputValueDefinitionNode,
    SelectionSetNode,
    TypeNode,
    parse,
)
from graphql.utilities import value_from_ast_untyped

KINDS = {
    "object_type": "type",
    "interface_type": "interface",
    "union_type": "union",
    "enum_type": "enum",
    "input_object_type": "input",
    "scalar_type": "scalar",
}
ROOTS = ("Query", "Mutation")


@dataclass(frozen=True)
class Key:
    fields: str
    resolvable: bool

    @property
    def selection(self) -> SelectionSetNode:
        return field_set(self.fields)


@dataclass(frozen=True)
class Field:
    """A field of an object, an interface or an input object."""

    name: str
    type: TypeNode
    arguments: tuple[InputValueDefinitionNode, ...]
    directives: tuple[DirectiveNode, ...]

    @cached_property
    def external(self) -> bool:
        return self.has("external")

    @cached_property
    def requires(self) -> str | None:
        return self.said("requires", "fields")

    @cached_property
    def provides(self) -> str | None:
        return self.said("provides", "fields")

    @cached_property
    def override(self) -> str | None:
        return self.said("override", "from")

    @cached_property
    def label(self) -> str | None:
        return self.said("override", "label")

    @cached_property
    def inaccessible(self) -> bool:
        return self.has("inaccessible")

    def has(self, directive: str) -> bool:
        return any(each.name.value == directive for each in self.directives)

    def said(self, directive: str, argument: str) -> Any:
        return next((values.get(argument) for values in said(self.directives, directive)), None)


@dataclass(frozen=True)
class Type:
    """A type as one subgraph declares it."""

    name: str
    kind: str
    fields: Mapping[str, Field]
    interfaces: tuple[str, ...]
    members: tuple[str, ...]
    values: tuple[str, ...]
    directives: tuple[DirectiveNode, ...]
    extension: bool

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        return tuple(Key(values["fields"], values.get("resolvable", True)) for values in said(self.directives, "key"))

    @property
    def interface_object(self) -> bool:
        return any(each.name.value == "interfaceObject" for each in self.directives)

    @property
    def inaccessible(self) -> bool:
        return any(each.name.value == "inaccessible" for each in self.directives)

    def in_a_key(self, field: str) -> bool:
        return any(
            isinstance(each, FieldNode) and each.name.value == field
            for key in self.keys
            for each in key.selection.selections
        )

    def owns(self, field: str) -> bool:
        """Whether this subgraph gives the field's value on its own account."""
        declared = self.fields.get(field)
        return declared is not None and (not declared.external or self.in_a_key(field))


@dataclass(frozen=True)
class Subgraph:
    name: str
    sdl: str

    @cached_property
    def types(self) -> Mapping[str, Type]:
        types: dict[str, Type] = {}
        for node in parse(self.sdl).definitions:
            declared = _declared(node)
            types[declared.name] = _joined(types[declared.name], declared) if declared.name in types else declared
        return types

    def possible(self, name: str) -> frozenset[str]:
        """The concrete types that a value of the named type can have, as far as this subgraph knows."""
        named = self.types[name]
        if named.kind == "union":
            return frozenset(named.members)
        if named.kind == "interface":
            return frozenset(
                each.name for each in self.types.values() if each.kind == "type" and name in each.interfaces
            )
        return frozenset({name})


def field_set(text: str) -> SelectionSetNode:
    """What ``@key``, ``@requires`` or ``@provides`` selects."""
    return parse("{" + text + "}", no_location=True).definitions[0].selection_set


def said(directives: tuple[DirectiveNode, ...], name: str) -> Iterator[dict[str, Any]]:
    """The arguments of each directive of a name."""
    for each in directives:
        if each.name.value == name:
            yield {given.name.value: value_from_ast_untyped(given.value) for given in each.arguments}


def _declared(node: DefinitionNode) -> Type:
    kind = node.kind.removesuffix("_definition").removesuffix("_extension")
    directives = tuple(node.directives or ())
    extended = node.kind.endswith("_extension") or any(each.name.value == "extends" for each in directives)
    name = node.name.value
    fields = getattr(node, "fields", None) or ()
    return Type(
        name=name,
        kind=KINDS[kind],
        fields={each.name.value: _field(each) for each in fields},
        interfaces=tuple(each.name.value for each in getattr(node, "interfaces", None) or ()),
        members=tuple(each.name.value for each in getattr(node, "types", None) or ()),
        values=tuple(each.name.value for each in getattr(node, "values", None) or ()),
        directives=directives,
        extension=extended and name not in ROOTS,
    )


def _field(node: FieldDefinitionNode | InputValueDefinitionNode) -> Field:
    arguments = tuple(getattr(node, "arguments", None) or ())
    return Field(node.name.value, node.type, arguments, tuple(node.directives or ()))


def _joined(one: Type, other: Type) -> Type:
    """A type with an extension of it in the same subgraph."""
    return Type(
        one.name,
        one.kind,
        {**one.fields, **other.fields},
        one.interfaces + other.interfaces,
        one.members + other.members,
        one.values + other.values,
        one.directives + other.directives,
        one.extension and other.extension,
    )
