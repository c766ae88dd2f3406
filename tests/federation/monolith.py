"""The world as one schema: rows, what their fields hold, and the answers that no distribution can change.

A value is given with its row or derived from what it is the value of, so it is the same wherever it is asked for. A
computed field (``@requires``) is derived from what it requires as well.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLResolveInfo,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    graphql_sync,
    is_composite_type,
    parse,
)
from graphql.execution.values import get_argument_values
from tests.federation.declared import field_set
from tests.federation.distribution import Distribution, is_root

Rows = Mapping[str, Mapping[str, Any]]
"""By type and identity, the values that matter; for Query and Mutation, by field. A reference is an identity."""


@dataclass(frozen=True)
class Row:
    type: str
    identity: str
    given: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class World:
    """All rows, and a log of what mutations did to them."""

    distribution: Distribution
    rows: Rows
    lists: int = 2
    nulls: int = 0
    """One of how many derived values is null, where it may be; none if zero."""
    log: list[str] = field(default_factory=list)

    def fresh(self) -> "World":
        """The same world before anything happened to it."""
        return replace(self, log=[])

    def root(self, name: str) -> Row:
        return Row(name, name, self.rows.get(name, {}))

    def known(self, name: str) -> Iterator[Row]:
        """Rows of a type, or of all types that implement an interface."""
        for each in self.concrete(name):
            yield from (Row(each, identity, given) for identity, given in self.rows.get(each, {}).items())

    def concrete(self, name: str) -> list[str]:
        schema = self.distribution.whole
        known = schema.type_map[name]
        return [each.name for each in schema.get_possible_types(known)] if _abstract(known) else [name]

    def value(self, row: Row, name: str, arguments: Mapping[str, Any], required: Any = None) -> Any:
        """What a row's field holds; ``required`` is what a computed field is computed from."""
        of = self.distribution.whole.type_map[row.type].fields[name].type
        seed = f"{row.identity}.{name}" + (f"({_text(arguments)})" if arguments else "")
        seed += f"<{_text(required)}>" if required is not None else ""
        if row.type == "Mutation":
            self.log.append(seed)
            seed = f"{len(self.log)}:{seed}"
        if name in row.given:
            given = row.given[name]
            return self._given(of, given(arguments) if isinstance(given, Callable) else given, seed)
        if name == "id" and not is_root(row.type):
            return row.identity
        if row.type == "Query" and self._looks_up(get_named_type(of).name, arguments):
            return self._found(of, arguments)
        return self._derived(of, (row.type, name), seed)

    def required(self, row: Row, name: str) -> Any:
        """What the monolith computes a field from."""
        requires = self.distribution.requires(row.type, name)
        return self.project(row, field_set(requires)) if requires else None

    def project(self, row: Row, selection: SelectionSetNode) -> dict[str, Any]:
        """What a field set selects on a row."""
        projected: dict[str, Any] = {}
        for each in selection.selections:
            if isinstance(each, InlineFragmentNode):
                if row.type in self.concrete(each.type_condition.name.value):
                    projected |= self.project(row, each.selection_set)
            elif isinstance(each, FieldNode) and each.name.value != "__typename":
                name = each.name.value
                definition = self.distribution.whole.type_map[row.type].fields[name]
                value = self.value(row, name, get_argument_values(definition, each), self.required(row, name))
                projected[name] = self._projected(value, each.selection_set)
        return projected

    def _projected(self, value: Any, selection: SelectionSetNode | None) -> Any:
        if isinstance(value, list):
            return [self._projected(each, selection) for each in value]
        return self.project(value, selection) if isinstance(value, Row) and selection else value

    def _looks_up(self, name: str, arguments: Mapping[str, Any]) -> bool:
        """Whether arguments are named like fields of an entity, and so say which one is meant."""
        fields = getattr(self.distribution.whole.type_map[name], "fields", {})
        return self.distribution.entity(name) and bool(arguments) and arguments.keys() <= fields.keys()

    def _found(self, of: GraphQLOutputType, arguments: Mapping[str, Any]) -> Any:
        """The rows with the values that a root field's arguments name."""
        rows = [
            each
            for each in self.known(get_named_type(of).name)
            if all(str(self.value(each, name, {})) == str(wanted) for name, wanted in arguments.items())
        ]
        listed = isinstance(of.of_type if isinstance(of, GraphQLNonNull) else of, GraphQLList)
        return rows if listed else next(iter(rows), None)

    def _given(self, of: GraphQLOutputType, given: Any, seed: str) -> Any:
        if isinstance(given, list):
            return [self._given(of, each, f"{seed}[{index}]") for index, each in enumerate(given)]
        named = get_named_type(of)
        if given is None or not is_composite_type(named):
            return given
        if isinstance(given, str):
            return next(each for each in self.known(named.name) if each.identity == given)
        return Row(given.get("__typename", named.name), seed, given)

    def _derived(self, of: GraphQLOutputType, owner: tuple[str, str], seed: str) -> Any:
        number = crc32(seed.encode())
        if isinstance(of, GraphQLNonNull):
            of = of.of_type
        elif self.nulls and number % self.nulls == 0:
            return None
        if isinstance(of, GraphQLList):
            return [self._derived(of.of_type, owner, f"{seed}[{index}]") for index in range(self._length(number))]
        if is_composite_type(of):
            return self._chosen(owner, seed, number)
        if isinstance(of, GraphQLEnumType):
            return sorted(of.values)[number % len(of.values)]
        scalars: dict[str, Any] = {"Int": number % 1000, "Float": number % 1000 / 4, "Boolean": number % 2 == 0}
        return scalars.get(of.name, seed)

    def _length(self, number: int) -> int:
        return number % 4 if self.nulls else self.lists

    def _chosen(self, owner: tuple[str, str], seed: str, number: int) -> Row:
        """One of the rows that the field can hold, or a value of its own if its type has no rows."""
        possible = self.distribution.possible(*owner)
        rows = [each for name in possible for each in self.known(name)]
        rows += [Row(name, seed) for name in possible if not self.distribution.entity(name)]
        return rows[number % len(rows)]


def monolith(world: World, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The answer of the world as one schema."""

    def resolve(row: Row, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        name = info.field_name
        return world.value(row, name, arguments, world.required(row, name))

    result = graphql_sync(
        world.distribution.api,
        query,
        root_value=world.root(root_of(parse(query))),
        variable_values=dict(variables or {}),
        field_resolver=resolve,
        type_resolver=lambda row, *_: row.type,
    )
    return dict(result.formatted)


def root_of(document: DocumentNode) -> str:
    """The type at which a document's operation begins."""
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    return operation.operation.value.capitalize()


def restricted(given: Any, selection: SelectionSetNode, matches: Callable[[str, str], bool]) -> Any:
    """What a field set selects on a representation; raises LookupError if something of it is missing."""
    if isinstance(given, list):
        return [restricted(each, selection, matches) for each in given]
    if given is None:
        return None
    taken: dict[str, Any] = {}
    for each in selection.selections:
        if isinstance(each, InlineFragmentNode):
            if matches(given["__typename"], each.type_condition.name.value):
                taken |= restricted(given, each.selection_set, matches)
        elif isinstance(each, FieldNode) and each.name.value != "__typename":
            value = given[each.name.value]
            taken[each.name.value] = restricted(value, each.selection_set, matches) if each.selection_set else value
    return taken


def _abstract(known: GraphQLNamedType) -> bool:
    return type(known).__name__ in {"GraphQLInterfaceType", "GraphQLUnionType"}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
