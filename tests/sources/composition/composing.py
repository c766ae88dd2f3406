"""Subgraphs written in a line or two, composed; what the supergraph says of an element, in one line."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from graphql import DirectiveDefinitionNode, DocumentNode, Visitor, parse, print_ast, visit

from baygate.sources.composition import CompositionFailed, Problem, Subgraph, compose

SECOND = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: [
  "@key" "@requires" "@provides" "@external" "@extends" "@shareable" "@override" "@interfaceObject" "@composeDirective"
  "@tag" "@inaccessible" "@authenticated" "@requiresScopes" "@policy"
])
"""


class Whole(str):
    """SDL that says itself which federation it is for; any other is given the link to federation 2."""

    __slots__ = ()


@dataclass(frozen=True)
class Supergraph:
    text: str

    @cached_property
    def document(self) -> DocumentNode:
        return parse(self.text, no_location=True)

    def definition(self, name: str) -> Any:
        for each in self.document.definitions:
            named = getattr(each, "name", None)
            if named is not None and named.value == name and not isinstance(each, DirectiveDefinitionNode):
                return each
        raise KeyError(name)

    def has(self, coordinate: str) -> bool:
        try:
            self.node(coordinate)
        except KeyError:
            return False
        return True

    def node(self, coordinate: str) -> Any:
        """Return the node of ``Type``, ``Type.member`` or ``Type.field.argument``."""
        name, *below = coordinate.split(".")
        node = self.definition(name)
        for step in below:
            parts = (getattr(node, part, None) or () for part in ("fields", "values", "arguments"))
            found = {each.name.value: each for part in parts for each in part}
            node = found[step]
        return node

    def says(self, coordinate: str) -> str:
        """Return an element without descriptions, of a type only its first line."""
        text = print_ast(visit(self.node(coordinate), _Terse()))
        return " ".join(text.partition(" {\n")[0].split())

    def describes(self, coordinate: str) -> str | None:
        description = self.node(coordinate).description
        return description.value if description else None

    def links(self) -> list[str]:
        (schema,) = (each for each in self.document.definitions if each.kind == "schema_definition")
        return [print_ast(each) for each in schema.directives]


class _Terse(Visitor):
    def leave(self, node: Any, *_args: object) -> Any:
        if getattr(node, "description", None) is None:
            return None
        parts = {key: getattr(node, key) for key in node.keys if key != "description"}
        return type(node)(**parts)


def subgraphs(sdls: dict[str, str]) -> list[Subgraph]:
    return [
        Subgraph(name, f"https://{name}.example/graphql", sdl if isinstance(sdl, Whole) else SECOND + sdl)
        for name, sdl in sdls.items()
    ]


def supergraph(**sdls: str) -> Supergraph:
    return Supergraph(compose(subgraphs(sdls)))


def problems(**sdls: str) -> tuple[Problem, ...]:
    with pytest.raises(CompositionFailed) as failed:
        compose(subgraphs(sdls))
    return failed.value.problems


def only_problem(**sdls: str) -> Problem:
    (problem,) = problems(**sdls)
    return problem
