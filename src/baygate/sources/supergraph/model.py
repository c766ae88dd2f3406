"""What a planner knows of a supergraph: for each type, in which subgraphs it is, as what, and what that answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from graphql import GraphQLSchema, is_abstract_type, is_interface_type

from baygate.sources.fetch import Selected, Selection

Fields = tuple[Selected, ...]


class Kind(StrEnum):
    """What a type is in one subgraph."""

    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"
    INTERFACE_OBJECT = "interface object"


@dataclass(frozen=True)
class Graph:
    """A subgraph: the name its agency gave it, and where it answers; the enum value that stands for it in the SDL."""

    id: str
    name: str
    url: str


@dataclass(frozen=True)
class Key:
    """A key by which entities of a type are referred to; one can be moved to only by a resolvable one."""

    selection: Selection
    resolvable: bool


@dataclass(frozen=True)
class FieldIn:
    """A field as one subgraph has it.

    ``type`` is its type there, as text; ``named`` that without lists and bangs. ``resolvable`` tells whether the
    subgraph answers it without ``provides`` leading there; ``requires`` is what must be sent along for it. What is
    ``internal`` serves to refer to entities, and is never what a caller gets.
    """

    name: str
    type: str
    named: str
    resolvable: bool
    requires: Selection | None = None
    provides: Selection | None = None
    internal: bool = False


@dataclass(frozen=True, eq=False)
class Presence:
    """A type in one subgraph. ``possible`` are the concrete types that a value of it can be there."""

    graph: Graph
    type: str
    kind: Kind
    keys: tuple[Key, ...]
    fields: Mapping[str, FieldIn]
    possible: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Federation:
    """A supergraph: its schema with and without what is inaccessible, its subgraphs, and who has which type.

    ``presences`` gives for each composite type those of the type itself; of an object type also those of interface
    objects which stand for it.
    """

    schema: GraphQLSchema
    api: GraphQLSchema
    graphs: tuple[Graph, ...]
    presences: Mapping[str, tuple[Presence, ...]]

    def presence(self, graph: Graph, type_name: str) -> Presence | None:
        """Return a type as a subgraph has it under its own name."""
        for each in self.presences.get(type_name, ()):
            if each.graph is graph and each.type == type_name:
                return each
        return None

    def field_type(self, type_name: str, field: str) -> Any:
        """Return the type of a field in the supergraph."""
        type_: Any = self.schema.get_type(type_name)
        return type_.fields[field].type

    def argument_type(self, type_name: str, field: str, argument: str) -> str:
        """Return the type of an argument in the supergraph, as text."""
        type_: Any = self.schema.get_type(type_name)
        return str(type_.fields[field].args[argument].type)

    def abstract(self, type_name: str) -> bool:
        """Whether values of a type are of several concrete types."""
        return is_abstract_type(self.schema.get_type(type_name))

    def interface(self, type_name: str) -> bool:
        """Whether a type is an interface in the supergraph."""
        return is_interface_type(self.schema.get_type(type_name))

    def roots(self) -> Iterator[str]:
        """Yield the names of the root types."""
        for type_ in (self.schema.query_type, self.schema.mutation_type):
            if type_ is not None:
                yield type_.name


def fields_on(selection: Selection, owner: str, presence: Presence) -> Fields:
    """Return what a field set of a subgraph selects on objects of a type."""
    return selection.fields.get(owner) or selection.fields.get(presence.type) or ()
