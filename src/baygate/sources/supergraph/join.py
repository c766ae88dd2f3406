"""Reading a supergraph: the SDL that a composer writes by the join specification, v0.1 to v0.5, as a Federation."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    parse,
    print_ast,
    type_from_ast,
    value_from_ast_untyped,
)
from graphql import get_named_type as named_type

from baygate.sources.fetch import Selection
from baygate.sources.supergraph.accessible import accessible
from baygate.sources.supergraph.field_set import FieldSetInvalid, field_set
from baygate.sources.supergraph.model import Federation, FieldIn, Graph, Key, Kind, Presence

Active = Callable[[str], bool]
"""Whether the override that a label names is in effect."""


class SupergraphInvalid(Exception):
    """A supergraph that cannot be read: what it says, and where."""


@dataclass(frozen=True)
class Supergraph:
    """A supergraph as a composer wrote it, parsed. ``labels`` are those of its overrides (join v0.4)."""

    document: DocumentNode
    schema: GraphQLSchema
    api: GraphQLSchema
    labels: tuple[str, ...]

    def federation(self, active: Active = lambda _: False) -> Federation:
        """Return the supergraph with those overrides in effect whose labels are active.

        Raise SupergraphInvalid.
        """
        try:
            return _Reader(self, active).federation()
        except FieldSetInvalid as invalid:
            raise SupergraphInvalid(str(invalid)) from None


def read(text: str) -> Supergraph:
    """Read a supergraph's SDL. Raise SupergraphInvalid."""
    try:
        document = parse(text, no_location=True)
        schema = build_ast_schema(document, assume_valid_sdl=True)
    except (GraphQLError, TypeError) as error:
        raise SupergraphInvalid(f"The supergraph cannot be read: {error}") from None
    labels = {
        arguments["overrideLabel"]
        for type_ in _composite(document)
        for field in getattr(type_, "fields", None) or ()
        for arguments in _directives(field, "join__field")
        if arguments.get("overrideLabel")
    }
    return Supergraph(document, schema, accessible(document), tuple(sorted(labels)))


class _Reader:
    def __init__(self, supergraph: Supergraph, active: Active) -> None:
        self._schema = supergraph.schema
        self._api = supergraph.api
        self._document = supergraph.document
        self._active = active
        self._graphs = {each.id: each for each in _graphs(supergraph.document)}
        self._types = {each.name.value: each for each in _composite(supergraph.document)}

    def federation(self) -> Federation:
        own = {name: tuple(self._presences(name)) for name in self._types}
        standing = {
            name: tuple(
                presence
                for interface in self._interfaces(name)
                for presence in own.get(interface, ())
                if presence.kind is Kind.INTERFACE_OBJECT
            )
            for name, type_ in self._types.items()
            if isinstance(type_, ObjectTypeDefinitionNode)
        }
        presences = {name: (*each, *standing.get(name, ())) for name, each in own.items()}
        return Federation(self._schema, self._api, tuple(self._graphs.values()), presences)

    def _interfaces(self, name: str) -> list[str]:
        return [each.name.value for each in getattr(self._types[name], "interfaces", None) or ()]

    def _presences(self, name: str) -> Iterator[Presence]:
        joined: dict[str, list[Mapping[str, Any]]] = {}
        for arguments in self._joined(name):
            joined.setdefault(self._graph(arguments, name), []).append(arguments)
        for graph, declared in joined.items():
            kind = self._kind(name, declared)
            keys = tuple(self._key(name, each) for each in declared if each.get("key"))
            yield Presence(
                self._graphs[graph],
                name,
                kind,
                keys,
                dict(self._fields(name, graph, list(joined), {each.field for key in keys for each in key.selection})),
                self._possible(name, graph, kind),
            )

    def _joined(self, name: str) -> list[dict[str, Any]]:
        """Return what ``@join__type`` says of a type; of one that it says nothing of (v0.1), that all have it."""
        return list(_directives(self._types[name], "join__type")) or [{"graph": each} for each in self._graphs]

    def _graph(self, arguments: Mapping[str, Any], where: str) -> str:
        graph = arguments.get("graph")
        if graph not in self._graphs:
            raise SupergraphInvalid(f'{where} is said to be in "{graph}", which is no value of the enum join__Graph.')
        return str(graph)

    def _kind(self, name: str, declared: Iterable[Mapping[str, Any]]) -> Kind:
        if any(each.get("isInterfaceObject") for each in declared):
            return Kind.INTERFACE_OBJECT
        match self._types[name]:
            case InterfaceTypeDefinitionNode():
                return Kind.INTERFACE
            case UnionTypeDefinitionNode():
                return Kind.UNION
        return Kind.OBJECT

    def _key(self, name: str, declared: Mapping[str, Any]) -> Key:
        return Key(field_set(self._schema, name, declared["key"]), bool(declared.get("resolvable", True)))

    def _possible(self, name: str, graph: str, kind: Kind) -> tuple[str, ...]:
        match kind:
            case Kind.OBJECT:
                return (name,)
            case Kind.INTERFACE_OBJECT:
                return ()
            case Kind.UNION:
                members = list(_directives(self._types[name], "join__unionMember"))
                if not members:  # before v0.3
                    every = (each.name.value for each in getattr(self._types[name], "types", ()))
                    return tuple(each for each in every if self._is_in(each, graph))
                return tuple(each["member"] for each in members if each["graph"] == graph)
        return tuple(
            each
            for each, type_ in self._types.items()
            if isinstance(type_, ObjectTypeDefinitionNode) and self._implements(each, name, graph)
        )

    def _implements(self, name: str, interface: str, graph: str) -> bool:
        said = list(_directives(self._types[name], "join__implements"))
        if said:
            return any(each["graph"] == graph and each["interface"] == interface for each in said)
        return interface in self._interfaces(name) and self._is_in(name, graph)

    def _is_in(self, name: str, graph: str) -> bool:
        return any(each["graph"] == graph for each in self._joined(name))

    def _fields(self, name: str, graph: str, graphs: list[str], keyed: set[str]) -> Iterator[tuple[str, FieldIn]]:
        """Yield the fields that a subgraph has of a type.

        In v0.1 one subgraph owns a type: what no other is said to have is its, and the others have their keys besides.
        """
        owners = [each["graph"] for each in _directives(self._types[name], "join__owner")]
        for node in getattr(self._types[name], "fields", None) or ():
            declared = list(_directives(node, "join__field")) or [{"graph": each} for each in owners or graphs]
            here = next((each for each in declared if each.get("graph") == graph), None)
            if here is None and owners and node.name.value in keyed:
                here = {"graph": graph}
            if here is not None:
                yield node.name.value, self._field(name, node, here, declared)

    def _field(
        self,
        owner: str,
        node: FieldDefinitionNode,
        here: Mapping[str, Any],
        declared: list[dict[str, Any]],
    ) -> FieldIn:
        if here.get("contextArguments"):
            where = f"{owner}.{node.name.value}"
            raise SupergraphInvalid(f"{where} takes arguments from a context (@fromContext), which is not supported.")
        type_: Any = type_from_ast(self._schema, node.type)
        named = named_type(type_).name
        written = here.get("type") or print_ast(node.type)
        there = written.strip("[]!")
        name = node.name.value
        unusable = here.get("external") or here.get("usedOverridden") or self._overridden(here, declared)
        return FieldIn(
            name,
            written,
            there,
            not unusable,
            self._selection(owner, here.get("requires")),
            self._selection(named, here.get("provides")),
        )

    def _overridden(self, here: Mapping[str, Any], declared: Iterable[Mapping[str, Any]]) -> bool:
        """Whether a label moves the field to another subgraph, or not to this one.

        Composers write the label where the field comes from, too, some of them only where it goes.
        """
        label = here.get("overrideLabel")
        if label and self._active(label) is not bool(here.get("override")):
            return True
        graph = self._graphs.get(here.get("graph", ""))
        return graph is not None and any(
            each.get("override") == graph.name and each.get("overrideLabel") and self._active(each["overrideLabel"])
            for each in declared
        )

    def _selection(self, type_name: str, text: str | None) -> Selection | None:
        return field_set(self._schema, type_name, text) if text else None


def _graphs(document: DocumentNode) -> Iterator[Graph]:
    for definition in document.definitions:
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == "join__Graph":
            for value in definition.values or ():
                for arguments in _directives(value, "join__graph"):
                    yield Graph(value.name.value, arguments["name"], arguments["url"])
            return
    raise SupergraphInvalid("The document has no enum join__Graph, so it is no supergraph: compose one first.")


Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode


def _composite(document: DocumentNode) -> Iterator[Composite]:
    for definition in document.definitions:
        if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode):
            yield definition


def _directives(node: Any, name: str) -> Iterator[dict[str, Any]]:
    for each in node.directives or ():
        if each.name.value == name:
            yield _arguments(each)


def _arguments(directive: DirectiveNode) -> dict[str, Any]:
    return {each.name.value: value_from_ast_untyped(each.value) for each in directive.arguments or ()}
