"""The API schema: a supergraph without what is inaccessible and without the join specification's own types."""

from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, GraphQLSchema, build_ast_schema

_SPECIFICATIONS = ("join__", "link__", "core__", "tag__", "inaccessible__", "federation__", "policy__")
_DIRECTIVES = {"link", "core", "inaccessible", "tag", "authenticated", "requiresScopes", "policy", "context", "cost"}
_KEPT = frozenset({"deprecated", "specifiedBy", "oneOf"})
_TYPES = {"federation__Scope", "federation__Policy", "federation__ContextArgument"}
_PARTS = ("fields", "arguments", "values", "types", "interfaces")


def accessible(document: DocumentNode) -> GraphQLSchema:
    """Return the schema that clients see: what carries ``@inaccessible`` is gone, as are all mentions of it."""
    return build_ast_schema(stripped(document, _KEPT), assume_valid_sdl=True)


def stripped(document: DocumentNode, kept: frozenset[str]) -> DocumentNode:
    """Return a supergraph's document as clients may know it, with no directives applied but those that are kept."""
    hidden = {each.name.value for each in document.definitions if _inaccessible(each)}  # type: ignore[attr-defined]
    definitions = [
        _Bare(hidden, kept).definition(each)
        for each in document.definitions
        if not _specified(each) and not (hasattr(each, "name") and each.name and each.name.value in hidden)
    ]
    return DocumentNode(definitions=tuple(definitions))


def _specified(definition: Any) -> bool:
    name = definition.name.value if getattr(definition, "name", None) else ""
    if definition.kind == "directive_definition":
        return name.startswith(_SPECIFICATIONS) or name in _DIRECTIVES
    return name.startswith(_SPECIFICATIONS) or name in _TYPES


def _inaccessible(node: Any) -> bool:
    return any(each.name.value == "inaccessible" for each in getattr(node, "directives", None) or ())


@dataclass(frozen=True)
class _Bare:
    hidden: set[str]
    kept: frozenset[str]

    def definition(self, node: Any) -> Any:
        """Return a definition without the supergraph's directives and without its inaccessible parts."""
        if node.kind == "named_type":
            return node
        changed: dict[str, Any] = {key: getattr(node, key, None) for key in node.keys}
        changed["directives"] = tuple(each for each in node.directives or () if each.name.value in self.kept)
        for part in _PARTS:
            inner = getattr(node, part, None)
            if inner and node.kind != "directive_definition":
                changed[part] = tuple(self.definition(each) for each in inner if not self._gone(each))
        changed.pop("loc", None)
        return type(node)(**changed)

    def _gone(self, node: Any) -> bool:
        if _inaccessible(node):
            return True
        type_ = node
        while type_ is not None and type_.kind != "named_type":
            type_ = getattr(type_, "type", None)
        return type_ is not None and type_.name.value in self.hidden
