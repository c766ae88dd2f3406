"""Subgraphs taken together: which types there are, who declares them, and the schema that they make.

This is no composer: it believes that the subgraphs fit, as those of the tests do.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from graphql import (
    GraphQLSchema,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    TypeNode,
    build_schema,
    print_ast,
)
from tests.federation.declared import ROOTS, Field, Subgraph, Type
from tests.federation.executable import executable_schema


@dataclass(frozen=True)
class Distribution:
    subgraphs: tuple[Subgraph, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All types' names; there is always a Query."""
        return tuple(sorted({"Query"}.union(*(each.types for each in self.subgraphs))))

    @cached_property
    def api(self) -> GraphQLSchema:
        """What a client sees."""
        return build_schema(self.sdl(hidden=False))

    @cached_property
    def whole(self) -> GraphQLSchema:
        """The same with what is inaccessible, and never null where any subgraph says so: what rows hold."""
        return build_schema(self.sdl(hidden=True))

    @cached_property
    def schemas(self) -> Mapping[str, GraphQLSchema]:
        """What each subgraph executes, by its name."""
        return {each.name: executable_schema(each) for each in self.subgraphs}

    def declaring(self, name: str) -> Iterator[tuple[Subgraph, Type]]:
        """The subgraphs that know a type, and what they say of it."""
        return ((each, each.types[name]) for each in self.subgraphs if name in each.types)

    def kind(self, name: str) -> str:
        """A type's kind in the supergraph, where the object of an interface is that interface."""
        kinds = {declared.kind for _, declared in self.declaring(name) if not declared.interface_object}
        return next(iter(kinds), "type")

    def entity(self, name: str) -> bool:
        return any(declared.keys for _, declared in self.declaring(name))

    def interfaces(self, name: str) -> tuple[str, ...]:
        return _distinct(each for _, declared in self.declaring(name) for each in declared.interfaces)

    def members(self, name: str) -> tuple[str, ...]:
        return _distinct(each for _, declared in self.declaring(name) for each in declared.members)

    def values(self, name: str) -> tuple[str, ...]:
        return _distinct(each for _, declared in self.declaring(name) for each in declared.values)

    def lent(self, name: str) -> tuple[str, ...]:
        """Fields that a type has only because a subgraph adds them to an interface of it as an object."""
        own = {each for _, declared in self.declaring(name) for each in declared.fields}
        return _distinct(
            field
            for interface in self.interfaces(name)
            for _, declared in self.declaring(interface)
            if declared.interface_object
            for field in declared.fields
            if field not in own
        )

    def field_names(self, name: str) -> tuple[str, ...]:
        own = _distinct(each for _, declared in self.declaring(name) for each in declared.fields)
        return own + self.lent(name)

    def fields(self, name: str, field: str) -> list[tuple[Subgraph, Type, Field]]:
        """Who declares a field: on the type, or else on an interface of it as an object."""
        own = self._declared(name, field)
        lending = self.interfaces(name) if self.kind(name) == "type" and not own else ()
        return own + [
            each for interface in lending for each in self._declared(interface, field) if each[1].interface_object
        ]

    def _declared(self, name: str, field: str) -> list[tuple[Subgraph, Type, Field]]:
        return [
            (subgraph, declared, declared.fields[field])
            for subgraph, declared in self.declaring(name)
            if field in declared.fields
        ]

    def possible(self, name: str, field: str) -> list[str]:
        """The concrete types that a field's value may have: those that all who give it know."""
        known: list[frozenset[str]] = []
        for subgraph, declared, found in self.fields(name, field):
            if declared.owns(field):
                of = named(found.type)
                interface_object = subgraph.types[of].interface_object if of in subgraph.types else False
                known.append(self._implementing(of) if interface_object else subgraph.possible(of))
        return sorted(frozenset.intersection(*known))

    def _implementing(self, interface: str) -> frozenset[str]:
        return frozenset(
            each for each in self.names if self.kind(each) == "type" and interface in self.interfaces(each)
        )

    def requires(self, name: str, field: str) -> str | None:
        """The field set from which a field is computed."""
        return next((found.requires for _, _, found in self.fields(name, field) if found.requires), None)

    def hidden(self, name: str, field: str | None = None) -> bool:
        if field is None:
            return any(declared.inaccessible for _, declared in self.declaring(name))
        return any(found.inaccessible for _, _, found in self.fields(name, field))

    def type_of(self, name: str, field: str, *, strict: bool = False) -> TypeNode:
        """A field's type in the supergraph: nullable where any subgraph says so; for an input, the reverse."""
        types = [found.type for _, _, found in self.fields(name, field)]
        result = types[0]
        for each in types[1:]:
            result = self._merged(result, each, nullable=self.kind(name) != "input" and not strict)
        return result

    def _merged(self, one: TypeNode, other: TypeNode, *, nullable: bool) -> TypeNode:
        strict = [isinstance(each, NonNullTypeNode) for each in (one, other)]
        inner, second = (each.type if isinstance(each, NonNullTypeNode) else each for each in (one, other))
        merged: TypeNode
        if isinstance(inner, ListTypeNode) and isinstance(second, ListTypeNode):
            merged = ListTypeNode(type=self._merged(inner.type, second.type, nullable=nullable))
        else:
            merged = inner if self.kind(named(inner)) in {"union", "interface"} else second
        not_null = all(strict) if nullable else any(strict)
        return NonNullTypeNode(type=merged) if not_null else merged

    def sdl(self, *, hidden: bool) -> str:
        """The schema without any directive."""
        shown = [each for each in self.names if hidden or not self.hidden(each)]
        return "\n".join(self._type_sdl(each, shown, hidden=hidden) for each in shown)

    def _type_sdl(self, name: str, shown: list[str], *, hidden: bool) -> str:
        kind = self.kind(name)
        match kind:
            case "scalar":
                return f"scalar {name}"
            case "union":
                return f"union {name} = {' | '.join(each for each in self.members(name) if each in shown)}"
            case "enum":
                return f"enum {name} {{ {' '.join(self.values(name))} }}"
        interfaces = [each for each in self.interfaces(name) if each in shown]
        implements = f" implements {' & '.join(interfaces)}" if interfaces else ""
        lines = [
            f"  {field}{self.arguments(name, field)}: {print_ast(self.type_of(name, field, strict=hidden))}"
            for field in self.field_names(name)
            if hidden or not self.hidden(name, field)
        ]
        return "\n".join([f"{kind} {name}{implements} {{", *lines, "}"])

    def arguments(self, name: str, field: str) -> str:
        found = self.fields(name, field)[0][2].arguments
        return f"({', '.join(print_ast(each) for each in found)})" if found else ""


def named(node: TypeNode) -> str:
    while not isinstance(node, NamedTypeNode):
        node = node.type
    return node.name.value


def is_root(name: str) -> bool:
    return name in ROOTS


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
