"""What each set of scopes shows of the contract and of the hostile schema, and how to read a schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
)
from strawberry import federation
from tests.gateway.visible.hostile import HOSTILE_BINDING, Cat, Dog, Locked, Query, Trainer, Zoo

from baygate.access.access import Access
from baygate.access.scopes import Gates
from baygate.access.ungoverned import UNGOVERNED
from baygate.contract.evidence import READ
from baygate.contract.schema import graphql_schema
from baygate.gateway.introspection import Introspection
from baygate.gateway.visible import VisibleSchemas
from baygate.sources.binding import Binding
from baygate.sources.bindings import resident_binding

Scopes = frozenset[str]


@dataclass(frozen=True)
class Hub:
    """A schema with its binding, and what each set of scopes shows of it."""

    schema: GraphQLSchema
    binding: Binding
    gates: Gates

    def granted(self) -> VisibleSchemas:
        return VisibleSchemas(self.schema, self.binding, self.gates, Introspection.GRANTED)

    def sets(self) -> Iterator[Scopes]:
        records = sorted(self.gates.scopes - {READ})
        for size in range(len(records) + 1):
            yield from map(frozenset, combinations(records, size))
        if READ in self.gates.scopes:  # it opens what no other does, and nothing else
            yield frozenset({READ})
            yield self.gates.scopes

    def access(self, scopes: Scopes) -> Access:
        return self.gates.behind(scopes, UNGOVERNED)

    def withheld(self, scopes: Scopes) -> set[tuple[str, str]]:
        access = self.access(scopes)
        return {
            (name, field)
            for name, type_ in self.schema.type_map.items()
            if isinstance(type_, GraphQLObjectType)
            for field in type_.fields
            if access.decide(name, field).otherwise.withheld
        }


@cache
def hub(name: str) -> Hub:
    if name == "contract":
        return Hub(graphql_schema(), resident_binding(), Gates(graphql_schema()))
    if name == "locked":
        locked = federation.Schema(query=Locked)._schema
        return Hub(locked, Binding({}, {}, {}), Gates(locked))
    hostile = federation.Schema(query=Query, types=[Cat, Dog, Trainer, Zoo])._schema
    return Hub(hostile, HOSTILE_BINDING, Gates(hostile))


@cache
def shown(name: str) -> Mapping[Scopes, tuple[str, GraphQLSchema]]:
    """What every set of scopes shows; those with one key share one schema."""
    visible = hub(name).granted()
    first: dict[str, GraphQLSchema] = {}
    every = {}
    for scopes in hub(name).sets():
        key, schema = visible.of(hub(name).access(scopes))
        every[scopes] = key, first.setdefault(key, schema)
    return every


def distinct(name: str) -> Mapping[str, tuple[Scopes, GraphQLSchema]]:
    return {key: (scopes, schema) for scopes, (key, schema) in shown(name).items()}


def see(*scopes: str, name: str = "hostile") -> GraphQLSchema:
    return shown(name)[frozenset(scopes)][1]


def own(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [each for each in schema.type_map.values() if not is_introspection_type(each)]


def concrete(schema: GraphQLSchema) -> set[tuple[str, str]]:
    """Every field of an object type; the stopgap of an empty Query is none."""
    found = {(each.name, field) for each in own(schema) if isinstance(each, GraphQLObjectType) for field in each.fields}
    return found - {("Query", "_nothing")}


def members(type_: GraphQLNamedType) -> Iterator[str]:
    match type_:
        case GraphQLObjectType() | GraphQLInterfaceType():
            for name, field in type_.fields.items():
                yield name
                yield from (f"{name}({argument}:)" for argument in field.args)
        case GraphQLUnionType():
            yield from (each.name for each in type_.types)
        case GraphQLInputObjectType():
            yield from type_.fields
        case GraphQLEnumType():
            yield from type_.values


def coordinates(schema: GraphQLSchema) -> set[tuple[str, str]]:
    """All that a schema shows but the members of unions: an interface that regains a field is a union no more."""
    everything = {
        (type_.name, each)
        for type_ in own(schema)
        for each in ("", *(() if isinstance(type_, GraphQLUnionType) else members(type_)))
    }
    return everything - {("Query", "_nothing"), ("Boolean", "")}


def fields(schema: GraphQLSchema, name: str) -> set[str]:
    type_: Any = schema.type_map.get(name)
    return set(getattr(type_, "fields", ()))


both = pytest.mark.parametrize("name", ["contract", "hostile"])
