"""Each type of the supergraph, of what the subgraphs say of it."""

from collections.abc import Iterator, Sequence
from typing import Any

from graphql import (
    ConstDirectiveNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
)

from baygate.sources.composition.enums import Usage, merged_values
from baygate.sources.composition.federation import Federation
from baygate.sources.composition.field_sets import written
from baygate.sources.composition.fields import Fields
from baygate.sources.composition.inputs import INPUT_FIELD, Inputs
from baygate.sources.composition.metadata import Directives, merged_description
from baygate.sources.composition.model import Kind, SubgraphSchema, Type
from baygate.sources.composition.problems import Problem
from baygate.sources.composition.syntax import Member, description, directive, names

Said = Sequence[tuple[SubgraphSchema, Type]]
"""What each subgraph says of one type."""


class Types:
    """Merges types; enums last, since what becomes of one depends on where the others use it."""

    def __init__(self, federation: Federation, directives: Directives, problems: list[Problem]) -> None:
        self._federation = federation
        self._directives = directives
        self._problems = problems
        self._inputs = Inputs(directives, problems)
        self._fields = Fields(federation, self._inputs, directives, problems)

    def merged(self) -> list[TypeDefinitionNode]:
        """Return all types, in alphabetical order."""
        found: dict[str, TypeDefinitionNode] = {}
        for kind in (Kind.INTERFACE, Kind.OBJECT, Kind.UNION, Kind.INPUT, Kind.SCALAR):
            for name in self._of(kind):
                found[name] = self._type(kind, name, found)
        usage = Usage.of(found.values())
        for name in self._of(Kind.ENUM):
            found[name] = self._enum(name, usage)
        return [found[name] for name in sorted(found)]

    def _of(self, kind: Kind) -> Iterator[str]:
        return (name for name in self._federation.type_names if self._federation.kind(name) is kind)

    def _type(self, kind: Kind, name: str, found: dict[str, TypeDefinitionNode]) -> TypeDefinitionNode:
        said = self._federation.having(name)
        match kind:
            case Kind.INTERFACE:
                interfaces, joined = _implementing(said)
                fields = self._fields.merged(name, self._holders(name))
                common = self._common(name, said, joined)
                return InterfaceTypeDefinitionNode(**common, interfaces=names(interfaces), fields=fields)
            case Kind.OBJECT:
                interfaces, joined = _implementing(said)
                fields = self._fields.merged(name, self._holders(name))
                added = tuple(self._added(interfaces, {each.name.value for each in fields}, found))
                common = self._common(name, said, joined)
                return ObjectTypeDefinitionNode(**common, interfaces=names(interfaces), fields=(*fields, *added))
            case Kind.UNION:
                members, joined = _members(said)
                return UnionTypeDefinitionNode(**self._common(name, said, joined), types=names(members))
            case Kind.INPUT:
                return InputObjectTypeDefinitionNode(**self._common(name, said), fields=self._input_fields(name, said))
        return ScalarTypeDefinitionNode(**self._common(name, said))

    def _common(self, name: str, said: Said, joined: Sequence[ConstDirectiveNode] = ()) -> dict[str, Any]:
        types = [each for holder in self._holders(name) for each in self._joins(name, holder)]
        return {
            "name": NameNode(value=name),
            "description": description(merged_description(said)),
            "directives": (*types, *joined, *self._directives.merged(name, said)),
        }

    def _holders(self, name: str) -> list[str]:
        """Return the graphs that have a type; every one can be asked at ``Query``."""
        having = self._federation.schemas if name == "Query" else [each for each, _ in self._federation.having(name)]
        return [each.graph for each in having]

    def _joins(self, name: str, graph: str) -> Iterator[ConstDirectiveNode]:
        type_ = next((type_ for schema, type_ in self._federation.having(name) if schema.graph == graph), None)
        extension = True if type_ is not None and type_.fielded and type_.extension else None
        interface_object = True if type_ is not None and type_.interface_object else None
        keys = type_.keys if type_ is not None else ()
        if not keys:
            yield directive("join__type", graph=Member(graph), extension=extension, isInterfaceObject=interface_object)
        for key in keys:
            yield directive(
                "join__type",
                graph=Member(graph),
                key=written(key.fields),
                extension=extension,
                resolvable=None if key.resolvable else False,
                isInterfaceObject=interface_object,
            )

    def _added(
        self, interfaces: Sequence[str], own: set[str], found: dict[str, TypeDefinitionNode]
    ) -> Iterator[FieldDefinitionNode]:
        """Yield what interface objects add to an object that implements their interface."""
        for interface in interfaces:
            objects = [type_ for _, type_ in self._federation.having(interface) if type_.interface_object]
            added = {field.name for type_ in objects for field in type_.fields.values() if not field.external}
            node = found[interface]
            assert isinstance(node, InterfaceTypeDefinitionNode)  # noqa: S101 - interfaces were merged first
            for field in node.fields or ():
                if field.name.value in added - own:
                    own.add(field.name.value)
                    yield _of_interface_object(field)

    def _input_fields(self, name: str, said: Said) -> tuple[InputValueDefinitionNode, ...]:
        fields = self._inputs.merged(INPUT_FIELD, name, [(schema, dict(type_.inputs)) for schema, type_ in said])
        if not fields:
            message = "The subgraphs' definitions have no field in common, so nothing could be given; add one to all."
            subgraphs = tuple(schema.name for schema, _ in said)
            self._problems.append(Problem("EMPTY_MERGED_INPUT_TYPE", name, subgraphs, message))
        return fields

    def _enum(self, name: str, usage: Usage) -> EnumTypeDefinitionNode:
        said = self._federation.having(name)
        values = []
        for value in merged_values(name, said, usage, self._problems):
            holders = [(schema, type_.values[value]) for schema, type_ in said if value in type_.values]
            joined = tuple(directive("join__enumValue", graph=Member(schema.graph)) for schema, _ in holders)
            values.append(
                EnumValueDefinitionNode(
                    name=NameNode(value=value),
                    description=description(merged_description(holders)),
                    directives=(*joined, *self._directives.merged(f"{name}.{value}", holders)),
                )
            )
        return EnumTypeDefinitionNode(**self._common(name, said), values=tuple(values))


def _implementing(
    said: Said,
) -> tuple[tuple[str, ...], tuple[ConstDirectiveNode, ...]]:
    """Return the interfaces of a type, and in which graphs it implements them."""
    interfaces = dict.fromkeys(interface for _, type_ in said for interface in type_.interfaces)
    joined = tuple(
        directive("join__implements", graph=Member(schema.graph), interface=interface)
        for schema, type_ in said
        for interface in type_.interfaces
    )
    return tuple(interfaces), joined


def _members(
    said: Said,
) -> tuple[tuple[str, ...], tuple[ConstDirectiveNode, ...]]:
    """Return the members of a union, and in which graphs they are."""
    members = dict.fromkeys(member for _, type_ in said for member in type_.members)
    joined = tuple(
        directive("join__unionMember", graph=Member(schema.graph), member=member)
        for schema, type_ in said
        for member in type_.members
    )
    return tuple(members), joined


def _of_interface_object(field: FieldDefinitionNode) -> FieldDefinitionNode:
    kept = (each for each in field.directives or () if each.name.value != "join__field")
    return FieldDefinitionNode(
        name=field.name,
        description=field.description,
        arguments=field.arguments,
        type=field.type,
        directives=(directive("join__field"), *kept),
    )
