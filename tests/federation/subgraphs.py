"""Subgraphs that can be asked, in process, and that forgive nothing.

1. A document must be valid by the subgraph's own schema.
2. A representation must hold a resolvable key, completely, and no field that the type does not have there.
3. A computed field is computed from the representation, never from the row.
4. An external field is nobody's to ask for but where it is part of a key or provided on the way.
5. A field that another subgraph has taken over is not given any more.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    execute_sync,
    parse,
    validate,
)
from tests.federation.declared import Field, Subgraph, Type, field_set
from tests.federation.distribution import Distribution
from tests.federation.executable import served_sdl
from tests.federation.monolith import Row, World, restricted, root_of


@dataclass(frozen=True)
class Node:
    """A row on its way through one subgraph's answer."""

    row: Row
    type: str
    representation: Mapping[str, Any] | None = None
    provided: SelectionSetNode | None = None


@dataclass(frozen=True)
class Call:
    source: str
    query: str
    variables: Mapping[str, Any]

    @property
    def repeated(self) -> int:
        """How many representations it brings more than once."""
        lists = [each for each in self.variables.values() if isinstance(each, list)]
        return sum(len(each) - len({json.dumps(one, sort_keys=True) for one in each}) for each in lists)


@dataclass(frozen=True)
class Sources:
    """All subgraphs of a world, and what they were asked."""

    world: World
    calls: list[Call] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    async def ask(self, source: str, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A subgraph's response to one request."""
        sent = json.loads(json.dumps(dict(variables or {})))
        self.calls.append(Call(source, query, sent))
        response = Executable.of(self.world, source).answer(query, sent)
        self.refusals.extend(f"{source}: {each['message']}" for each in response.get("errors", ()))
        return json.loads(json.dumps(response))

    def count(self, source: str) -> int:
        return sum(each.source == source for each in self.calls)


@dataclass(frozen=True)
class Executable:
    """One subgraph over the rows of a world."""

    world: World
    subgraph: Subgraph

    @classmethod
    def of(cls, world: World, source: str) -> "Executable":
        return cls(world, next(each for each in world.distribution.subgraphs if each.name == source))

    @property
    def schema(self) -> GraphQLSchema:
        return self.world.distribution.schemas[self.subgraph.name]

    def answer(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        try:
            document = parse(query)
        except GraphQLError as refused:
            return {"errors": [refused.formatted]}
        if wrong := validate(self.schema, document):
            return {"errors": [each.formatted for each in wrong]}
        name = root_of(document)
        result = execute_sync(
            self.schema,
            document,
            Node(self.world.root(name), name),
            variable_values=dict(variables),
            field_resolver=self._resolve,
            type_resolver=self._type,
        )
        return dict(result.formatted)

    def _resolve(self, node: Node, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        name = info.field_name
        if name == "sdl" and info.parent_type.name == "_Service":
            return served_sdl(self.subgraph)
        if name == "_service":
            return node
        if name == "_entities":
            return [self._entity(each) for each in arguments["representations"]]
        declared = self.subgraph.types[info.parent_type.name]
        found = declared.fields[name]
        provided = self._provided(node, name)
        self._check_owned(declared, found, provided)
        value = self.world.value(node.row, name, arguments, self._required(node, found))
        return self._nodes(value, field_set(found.provides) if found.provides else provided)

    def _check_owned(self, declared: Type, found: Field, provided: SelectionSetNode | None) -> None:
        where = f"{declared.name}.{found.name}"
        if found.external and not declared.in_a_key(found.name) and provided is None:
            msg = f"{where} is external here, and not provided"
            raise GraphQLError(msg)
        if gives_up(self.world.distribution, self.subgraph, declared, found):
            msg = f"{where} is given by another subgraph now"
            raise GraphQLError(msg)

    def _required(self, node: Node, found: Field) -> Any:
        if found.requires is None:
            return None
        if node.representation is None:
            msg = f"{node.type}.{found.name} was asked for without a representation"
            raise GraphQLError(msg)
        return self._restricted(node.representation, found.requires)

    def _restricted(self, representation: Mapping[str, Any], fields: str) -> Any:
        try:
            return restricted(representation, field_set(fields), self._matches)
        except LookupError as missing:
            msg = f"the representation {json.dumps(representation)} has no {missing}, which {fields!r} needs"
            raise GraphQLError(msg) from missing

    def _matches(self, typename: str, condition: str) -> bool:
        return typename == condition or typename in self.subgraph.possible(condition)

    def _nodes(self, value: Any, provided: SelectionSetNode | None) -> Any:
        if isinstance(value, list):
            return [self._nodes(each, provided) for each in value]
        return Node(value, value.type, None, provided) if isinstance(value, Row) else value

    def _type(self, node: Node, info: GraphQLResolveInfo, *_: Any) -> str:
        if node.type not in info.schema.type_map:
            msg = f"{self.subgraph.name} does not know {node.type}"
            raise GraphQLError(msg)
        return node.type

    def _entity(self, representation: Mapping[str, Any]) -> Node:
        name = representation["__typename"]
        declared = self.subgraph.types.get(name)
        if declared is None or not declared.keys:
            msg = f"{name} is no entity here"
            raise GraphQLError(msg)
        if unknown := representation.keys() - declared.fields.keys() - {"__typename"}:
            msg = f"{name} has no {sorted(unknown)} here"
            raise GraphQLError(msg)
        row = self._row(declared, representation)
        return Node(row, name if declared.kind == "type" else row.type, representation)

    def _row(self, declared: Type, representation: Mapping[str, Any]) -> Row:
        """The row that a representation's keys name; all of them must name the same."""
        keys = [each for each in declared.keys if each.resolvable and _holds(representation, each.selection)]
        rows = [
            row
            for row in self.world.known(declared.name)
            if keys
            and all(
                self.world.project(row, key.selection) == self._restricted(representation, key.fields) for key in keys
            )
        ]
        if not rows:
            msg = f"{json.dumps(representation)} names no row by a key of {declared.name}"
            raise GraphQLError(msg)
        return rows[0]

    def _provided(self, node: Node, name: str) -> SelectionSetNode | None:
        """What is provided below a field, if the field itself is."""
        for each in self._applying(node.provided, node.row.type):
            if each.name.value == name:
                return each.selection_set or SelectionSetNode(selections=())
        return None

    def _applying(self, selection: SelectionSetNode | None, typename: str) -> Iterator[FieldNode]:
        for each in selection.selections if selection else ():
            if isinstance(each, InlineFragmentNode):
                if self._matches(typename, each.type_condition.name.value):
                    yield from self._applying(each.selection_set, typename)
            elif isinstance(each, FieldNode):
                yield each


def gives_up(distribution: Distribution, subgraph: Subgraph, declared: Type, found: Field) -> bool:
    """Whether a subgraph does not answer for a field, since another one does (``@override``)."""
    if declared.in_a_key(found.name):
        return False
    if found.override and found.label == "percent(0)":
        return True
    return any(
        other.override == subgraph.name and other.label in {None, "percent(100)"}
        for each, _, other in distribution.fields(declared.name, found.name)
        if each is not subgraph
    )


def _holds(representation: Any, selection: SelectionSetNode) -> bool:
    """Whether a representation has all fields of a key."""
    if isinstance(representation, list):
        return all(_holds(each, selection) for each in representation)
    return isinstance(representation, dict) and all(
        each.name.value in representation
        and (each.selection_set is None or _holds(representation[each.name.value], each.selection_set))
        for each in selection.selections
        if isinstance(each, FieldNode)
    )
