"""What remote sources contribute to the hub: the contract with their types and fields, and which agency gives what.

1. What the hub has itself comes from the hub: a remote source may repeat the keys of its entities, to refer to them,
   and is never believed in what the hub knows. So each field of the contract keeps its provider, row by row.
2. A field that only remote sources have is given by the agency of the source, whoever published the row that it is
   added to; of several sources that share it, by the first.
3. What is demanded of who reads a type (``@requiresScopes``, ``@policy``) is demanded for each field that is added to
   it, where the type is the hub's: to the hub's own fields sources add nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    GraphQLObjectType,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    extend_schema,
    get_nullable_type,
    is_list_type,
)

from baygate.sources.supergraph.accessible import stripped
from baygate.sources.supergraph.join import Supergraph, SupergraphInvalid
from baygate.sources.supergraph.model import Federation, Graph, Kind, Presence
from baygate.storage.sources import HUB

_KEPT = frozenset({"deprecated", "specifiedBy", "oneOf", "authenticated", "requiresScopes", "policy", "personal"})
_DEMANDS = frozenset({"requiresScopes", "policy"})
_EXTENSIONS: Mapping[type, tuple[type, str]] = {
    ObjectTypeDefinitionNode: (ObjectTypeExtensionNode, "fields"),
    InterfaceTypeDefinitionNode: (InterfaceTypeExtensionNode, "fields"),
    InputObjectTypeDefinitionNode: (InputObjectTypeExtensionNode, "fields"),
    UnionTypeDefinitionNode: (UnionTypeExtensionNode, "types"),
    EnumTypeDefinitionNode: (EnumTypeExtensionNode, "values"),
}


@dataclass(frozen=True)
class Contributions:
    """A supergraph of the hub and remote sources, as the hub uses it.

    ``schema`` is the contract extended; ``agencies`` gives the agency of each remote source by its name.
    """

    federation: Federation
    schema: GraphQLSchema
    agencies: Mapping[str, str]

    @cached_property
    def _remote(self) -> Mapping[tuple[str, str], str]:
        """The agency behind each field that the hub does not have."""
        given: dict[tuple[str, str], str] = {}
        for name, presences in self.federation.presences.items():
            own = {field for each in presences if each.graph.name == HUB for field in each.fields}
            for each in presences:
                for field, there in each.fields.items():
                    if each.graph.name != HUB and field not in own and there.resolvable:
                        given.setdefault((name, field), self.agencies[each.graph.name])
        return given

    def agency(self, type_name: str, field: str) -> str | None:
        """Return whose field it is, if it is a remote source's."""
        return self._remote.get((type_name, field))

    @cached_property
    def types(self) -> Mapping[str, str]:
        """The object types that only remote sources have, with the agency of the first of these."""
        found: dict[str, str] = {}
        for name, presences in self.federation.presences.items():
            objects = [each for each in presences if each.type == name and each.kind is Kind.OBJECT]
            if objects and not any(each.graph.name == HUB for each in objects):
                found[name] = self.agencies[objects[0].graph.name]
        return found

    def kept_by_hub(self, type_name: str) -> bool:
        """Whether objects of a type are the hub's, which sources only refer to by keys."""
        presences = self.federation.presences.get(type_name, ())
        return any(each.graph.name == HUB and each.keys for each in presences)

    def listed(self, type_name: str, field: str) -> bool:
        """Whether a field is a remote source's and gives a list."""
        type_: Any = self.schema.get_type(type_name)
        return self.agency(type_name, field) is not None and is_list_type(get_nullable_type(type_.fields[field].type))

    @cached_property
    def definitions(self) -> frozenset[int]:
        """The identities of the fields' definitions in ``schema`` that remote sources alone have."""
        found = set()
        for type_name, name in self._remote:
            type_: Any = self.schema.get_type(type_name)
            if type_ is not None and name in type_.fields:
                found.add(id(type_.fields[name]))
        return frozenset(found)

    def fields(self) -> Iterator[tuple[str, str, str]]:
        """Yield the fields of remote sources: type, field, agency."""
        yield from ((*coordinate, agency) for coordinate, agency in self._remote.items())


def contributions(contract: GraphQLSchema, supergraph: Supergraph, agencies: Mapping[str, str]) -> Contributions:
    """Return what a supergraph adds to the contract. Raise SupergraphInvalid; KeyError for a source of no agency."""
    federation = supergraph.federation()
    for type_name, name in _taken(contract, federation):
        raise SupergraphInvalid(
            f"A remote source takes {type_name}.{name} from the hub (@override); only a change of the contract can."
        )
    trusted = {
        name: tuple(_trusted(each, presences) for each in presences) for name, presences in federation.presences.items()
    }
    extension = DocumentNode(definitions=tuple(_added(contract, stripped(supergraph.document, _KEPT))))
    schema = extend_schema(contract, extension, assume_valid=True) if extension.definitions else contract
    federation = replace(federation, presences=trusted, api=schema)
    return Contributions(federation, schema, {each.name: agencies[each.name] for each in _remotes(federation.graphs)})


def _taken(contract: GraphQLSchema, federation: Federation) -> Iterator[tuple[str, str]]:
    """Yield the fields of the contract that the hub does not have in a supergraph (rule 1)."""
    for name, type_ in contract.type_map.items():
        if not isinstance(type_, GraphQLObjectType) or name.startswith("_"):
            continue
        own = next((each for each in federation.presences.get(name, ()) if each.graph.name == HUB), None)
        for field in type_.fields:
            there = own.fields.get(field) if own else None
            if not field.startswith("_") and (there is None or not there.resolvable):
                yield name, field


def _remotes(graphs: Iterable[Graph]) -> Iterator[Graph]:
    return (each for each in graphs if each.name != HUB)


def _trusted(presence: Presence, all_of_type: Iterable[Presence]) -> Presence:
    """Return a remote entity's presence in which what the hub has serves only to refer to it (rule 1)."""
    own = next((each for each in all_of_type if each.graph.name == HUB and each.keys), None)
    if own is None or presence.graph.name == HUB:
        return presence
    fields = {
        name: replace(there, internal=True) if name in own.fields else there for name, there in presence.fields.items()
    }
    return replace(presence, fields=fields)


def _added(contract: GraphQLSchema, document: DocumentNode) -> Iterator[Any]:
    """Yield the definitions that the contract lacks, and extensions of those that it has."""
    for definition in document.definitions:
        name = getattr(getattr(definition, "name", None), "value", None)
        if name is None or definition.kind == "directive_definition":
            continue
        known = contract.type_map.get(name)
        if known is None:
            yield definition
        elif type(definition) in _EXTENSIONS:
            yield from _extension(known, definition)


def _extension(known: Any, definition: Any) -> Iterator[Any]:
    """Yield what a definition has that the contract's type has not."""
    kind, part = _EXTENSIONS[type(definition)]
    has = {each.name for each in known.types} if part == "types" else set(getattr(known, part))
    more = tuple(each for each in getattr(definition, part) or () if each.name.value not in has)
    demands = tuple(each for each in definition.directives or () if each.name.value in _DEMANDS)
    if demands and part == "fields":
        more = tuple(replace(each, directives=(*(each.directives or ()), *demands)) for each in more)
    implemented = {each.name for each in getattr(known, "interfaces", ())}
    interfaces = tuple(
        each for each in getattr(definition, "interfaces", None) or () if each.name.value not in implemented
    )
    if more or interfaces:
        given: dict[str, Any] = {"name": definition.name, part: more, "directives": ()}
        if hasattr(definition, "interfaces"):
            given["interfaces"] = interfaces
        yield kind(**given)
