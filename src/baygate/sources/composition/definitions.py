"""A subgraph's document with each type in one piece: extensions folded into what they extend."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
)

_DEFINED: Mapping[type, type] = {
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
}
_FOLDED = ("directives", "interfaces", "fields", "types", "values")


@dataclass(frozen=True)
class Definitions:
    """What a document defines."""

    schema: SchemaDefinitionNode | None
    types: tuple[TypeDefinitionNode, ...]
    extended: frozenset[str]
    """Types that are only extended here: somebody else defines them."""

    directives: Mapping[str, DirectiveDefinitionNode]

    def document(self, *more: DefinitionNode) -> DocumentNode:
        """Return it all as one document again."""
        schema = (self.schema,) if self.schema and self.schema.operation_types else ()
        return DocumentNode(definitions=(*schema, *self.types, *self.directives.values(), *more))


def read_definitions(document: DocumentNode) -> Definitions:
    """Gather a document's definitions; two definitions of one type are both kept, and validation refuses them."""
    types: list[TypeDefinitionNode] = []
    extensions: dict[str, list[TypeExtensionNode]] = {}
    directives: dict[str, DirectiveDefinitionNode] = {}
    schema: list[SchemaDefinitionNode | SchemaExtensionNode] = []
    for each in document.definitions:
        if isinstance(each, TypeDefinitionNode):
            types.append(each)
        elif isinstance(each, TypeExtensionNode):
            extensions.setdefault(each.name.value, []).append(each)
        elif isinstance(each, DirectiveDefinitionNode):
            directives[each.name.value] = each
        elif isinstance(each, SchemaDefinitionNode | SchemaExtensionNode):
            schema.append(each)
    defined = {each.name.value for each in types}
    orphans = [found[0] for name, found in extensions.items() if name not in defined]
    types += [_DEFINED[type(each)](name=each.name) for each in orphans]
    types.sort(key=lambda each: _place(document, each.name.value))
    folded = tuple(_folded(each, extensions.get(each.name.value, [])) for each in types)
    return Definitions(_schema(schema), folded, frozenset(extensions.keys() - defined), directives)


def _place(document: DocumentNode, name: str) -> int:
    """Return where a type is first spoken of."""
    for place, each in enumerate(document.definitions):
        if isinstance(each, TypeDefinitionNode | TypeExtensionNode) and each.name.value == name:
            return place
    raise KeyError(name)


def _schema(found: list[SchemaDefinitionNode | SchemaExtensionNode]) -> SchemaDefinitionNode | None:
    if not found:
        return None
    operations: list[OperationTypeDefinitionNode] = []
    for each in found:
        operations += each.operation_types or ()
    directives = tuple(directive for each in found for directive in each.directives or ())
    return SchemaDefinitionNode(operation_types=tuple(operations), directives=directives)


def _parts(pieces: tuple[Any, ...]) -> dict[str, Any]:
    """Return the lists of which a type is made, of all its pieces together."""
    return {
        part: tuple(one for piece in pieces for one in getattr(piece, part, None) or ())
        for part in _FOLDED
        if any(getattr(piece, part, None) for piece in pieces)
    }


def _folded(base: TypeDefinitionNode, extensions: list[TypeExtensionNode]) -> TypeDefinitionNode:
    if any(_DEFINED[type(each)] is not type(base) for each in extensions):
        return base  # a type extended as another kind: validation names it
    return type(base)(name=base.name, description=base.description, **_parts((base, *extensions)))
