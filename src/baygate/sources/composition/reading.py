"""From a subgraph's SDL to what it means: links followed, extensions folded, root types under their usual names."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
)

from baygate.sources.composition.definitions import Definitions, read_definitions
from baygate.sources.composition.field_sets import (
    DirectiveInFieldSet,
    FieldSet,
    MalformedFieldSet,
    read_field_set,
)
from baygate.sources.composition.links import SPECIFICATIONS, BadLink, Names, read_names
from baygate.sources.composition.model import (
    ROOTS,
    Applied,
    Composed,
    Element,
    Field,
    Input,
    Key,
    Kind,
    Override,
    Subgraph,
    SubgraphSchema,
    Type,
)
from baygate.sources.composition.problems import CompositionFailed, Problem
from baygate.sources.composition.references import read_reference
from baygate.sources.composition.validity import graphql_problems
from baygate.sources.composition.vocabulary import SERVICE_FIELDS, SERVICE_TYPES, UNSUPPORTED

_STANDARD = ("deprecated", "specifiedBy", "oneOf")


def read_subgraph(subgraph: Subgraph, graph: str) -> SubgraphSchema:
    """Return what a subgraph's SDL means; raise CompositionFailed if it is no subgraph schema."""
    try:
        document = parse(subgraph.sdl, no_location=True)
        names = read_names(document)
    except GraphQLSyntaxError as error:
        raise _failed(subgraph.name, "INVALID_GRAPHQL", f"Its schema cannot be read: {error.message}") from error
    except BadLink as error:
        raise _failed(subgraph.name, error.code, str(error)) from error
    definitions = read_definitions(document)
    wrong = [
        Problem("INVALID_GRAPHQL", "", (subgraph.name,), f"{message} Mend the subgraph's schema.")
        for message in graphql_problems(definitions, names)
    ]
    if wrong:
        raise CompositionFailed(tuple(wrong))
    return _Reader(subgraph, graph, definitions, names).schema()


def _failed(subgraph: str, code: str, message: str, coordinate: str = "") -> CompositionFailed:
    return CompositionFailed((Problem(code, coordinate, (subgraph,), message),))


@dataclass(frozen=True)
class _Reader:
    subgraph: Subgraph
    graph: str
    definitions: Definitions
    names: Names

    def schema(self) -> SubgraphSchema:
        roots = self._roots()
        problems: list[Problem] = []
        types: dict[str, Type] = {}
        for node in self.definitions.types:
            if not self._of_federation(node.name.value):
                each = self._type(node, roots, problems)
                if each.kind not in (Kind.OBJECT, Kind.INTERFACE) or each.fields or each.name not in ROOTS:
                    types[each.name] = each
        composed = tuple(self._composed(problems))
        if problems:
            raise CompositionFailed(tuple(problems))
        return SubgraphSchema(self.subgraph.name, self.subgraph.url, self.graph, self.names.second, types, composed)

    def _roots(self) -> dict[str, str]:
        """Return the usual name of each root type that the schema calls otherwise."""
        schema = self.definitions.schema
        named = {
            each.type.name.value: each.operation.value.capitalize()
            for each in (schema.operation_types if schema else None) or ()
        }
        defined = {each.name.value for each in self.definitions.types}
        for name, usual in named.items():
            if name != usual and usual in defined:
                raise _failed(
                    self.subgraph.name,
                    f"ROOT_{usual.upper()}_USED",
                    f"The type {usual} is not the root type of its kind, which is {name}; rename {usual}.",
                    usual,
                )
        return named

    def _of_federation(self, name: str) -> bool:
        links = (each for each in self.names.links if each.identity.startswith(SPECIFICATIONS))
        namespaces = {f"{each.namespace}__" for each in links} | {"link__", "federation__"}
        return name in (*SERVICE_TYPES, *self.names.scalars.values()) or any(map(name.startswith, namespaces))

    def _type(self, node: TypeDefinitionNode, roots: Mapping[str, str], problems: list[Problem]) -> Type:
        def rename(name: str) -> str:
            return roots.get(name, name)

        applied = self._applied(node)
        names = {each.name for each in applied}
        read = _TypeReader(self, rename, "external" in names, "shareable" in names, problems)
        name = rename(node.name.value)
        each: Any = node
        return Type(
            name=name,
            description=_description(node),
            applied=applied,
            kind=_kind(node),
            fields=read.fields(name, each.fields or ()) if hasattr(each, "interfaces") else {},
            inputs=read.inputs(each.fields or ()) if isinstance(node, InputObjectTypeDefinitionNode) else {},
            values={one.name.value: self.element(one) for one in getattr(each, "values", None) or ()},
            interfaces=tuple(one.name.value for one in getattr(each, "interfaces", None) or ()),
            members=tuple(rename(one.name.value) for one in getattr(each, "types", None) or ()),
            keys=tuple(read.keys(name, applied)),
            extension=(node.name.value in self.definitions.extended or "extends" in names) and name not in ROOTS,
        )

    def element(self, node: Any) -> Element:
        return Element(node.name.value, _description(node), self._applied(node))

    def _applied(self, node: Any) -> tuple[Applied, ...]:
        return tuple(self._directive(each) for each in node.directives or ())

    def _directive(self, node: DirectiveNode) -> Applied:
        local = node.name.value
        name = self.names.directives.get(local) or (local if local in _STANDARD else f"@{local}")
        if name in UNSUPPORTED:
            raise _failed(
                self.subgraph.name, "UNSUPPORTED_FEATURE", f"@{name} is not supported by this hub; remove it."
            )
        return Applied(name, {each.name.value: each.value for each in node.arguments or ()})

    def _composed(self, problems: list[Problem]) -> Iterator[Composed]:
        schema = self.definitions.schema
        for each in (schema.directives if schema else None) or ():
            if self.names.directives.get(each.name.value) != "composeDirective":
                continue
            name = (self._directive(each).text("name") or "").removeprefix("@")
            origin, definition = self.names.origin(name), self.definitions.directives.get(name)
            if origin is None or definition is None:
                lacks = "is imported by no @link" if origin is None else "is not defined"
                message = f"@composeDirective names @{name}, which {lacks}; link to its specification and define it."
                problems.append(Problem("DIRECTIVE_COMPOSITION_ERROR", f"@{name}", (self.subgraph.name,), message))
            else:
                yield Composed(name, origin.original(name), origin.identity, origin.version, definition)


@dataclass(frozen=True)
class _TypeReader:
    """Reads the parts of one type."""

    reader: _Reader
    rename: Callable[[str], str]
    external: bool
    shareable: bool
    problems: list[Problem]

    def fields(self, owner: str, nodes: tuple[FieldDefinitionNode, ...]) -> dict[str, Field]:
        found = (self._field(owner, node) for node in nodes if node.name.value not in SERVICE_FIELDS)
        return {each.name: each for each in found}

    def inputs(self, nodes: tuple[InputValueDefinitionNode, ...]) -> dict[str, Input]:
        return {node.name.value: self._input(node) for node in nodes}

    def keys(self, owner: str, applied: tuple[Applied, ...]) -> Iterator[Key]:
        for each in applied:
            if each.name == "key":
                yield Key(self._field_set(owner, each), each.flag("resolvable", default=True))

    def _field(self, owner: str, node: FieldDefinitionNode) -> Field:
        element = self.reader.element(node)
        coordinate = f"{owner}.{element.name}"
        override = element.first("override")
        return Field(
            element.name,
            element.description,
            element.applied,
            type=read_reference(node.type, self.rename),
            arguments=self.inputs(node.arguments or ()),
            external=self.external or element.has("external"),
            shareable=self.shareable or element.has("shareable") or not self.reader.names.second,
            requires=self._set_of(coordinate, element, "requires"),
            provides=self._set_of(coordinate, element, "provides"),
            override=Override(override.text("from") or "", override.text("label")) if override else None,
        )

    def _input(self, node: InputValueDefinitionNode) -> Input:
        element = self.reader.element(node)
        type_ = read_reference(node.type, self.rename)
        return Input(element.name, element.description, element.applied, type_, node.default_value)

    def _set_of(self, coordinate: str, element: Element, name: str) -> FieldSet:
        applied = element.first(name)
        return self._field_set(coordinate, applied) if applied else ()

    def _field_set(self, coordinate: str, applied: Applied) -> FieldSet:
        prefix = applied.name.upper()
        if not isinstance(applied.arguments.get("fields"), StringValueNode):
            code, why = f"{prefix}_INVALID_FIELDS_TYPE", "its argument fields is not a string"
        else:
            try:
                return read_field_set(applied.text("fields") or "")
            except DirectiveInFieldSet as error:
                code, why = f"{prefix}_HAS_DIRECTIVE_IN_FIELDS_ARGS", str(error)
            except MalformedFieldSet as error:
                code, why = f"{prefix}_INVALID_FIELDS", str(error)
        message = f"@{applied.name} cannot be read: {why}; write fields of the type, separated by blanks."
        self.problems.append(Problem(code, coordinate, (self.reader.subgraph.name,), message))
        return ()


def _description(node: Any) -> str | None:
    return node.description.value if node.description else None


def _kind(node: TypeDefinitionNode) -> Kind:
    match node:
        case ObjectTypeDefinitionNode():
            return Kind.OBJECT
        case InterfaceTypeDefinitionNode():
            return Kind.INTERFACE
        case UnionTypeDefinitionNode():
            return Kind.UNION
        case EnumTypeDefinitionNode():
            return Kind.ENUM
        case InputObjectTypeDefinitionNode():
            return Kind.INPUT
    return Kind.SCALAR
