"""What policies can speak of, read from the contract and the binding."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_scalar_type,
)

from baygate.access.facts import ENUM, OBJECT, Facts, FieldFacts, TypeFacts
from baygate.sources.binding import Binding, Column, Expression, ObjectBinding, Verdict
from baygate.sources.resident.canonical import kind_of
from baygate.sources.supergraph.contributions import Contributions

QUERY = "Query"
_KINDS = {
    "Int": "int4",
    "Float": "float",
    "Boolean": "bool",
    "Date": "date",
    "DateTime": "timestamptz",
    "Decimal": "numeric",
}
_COMPARED = frozenset({"text", "int4", "bool", "date", "timestamptz"})
"""Kinds of a remote source's values that row conditions can compare as they come, in JSON."""


def facts_of(schema: GraphQLSchema, binding: Binding, contributed: Contributions | None = None) -> Facts:
    """Return the governed types.

    They are every bound one, those of remote sources, and of the entry points those that give a verdict by themselves
    or that a remote source gives.
    """
    types = {name: _type(schema, each) for name, each in binding.objects.items() if name in schema.type_map}
    entries = [name for name, each in binding.roots.items() if isinstance(each, Verdict)]
    query = schema.query_type
    assert query is not None  # noqa: S101 - every contract has entry points
    types[QUERY] = TypeFacts({name: _field(query, name, ENUM, set()) for name in entries}, {}, QUERY)
    if contributed is not None:
        types |= dict(_contributed(schema, types, contributed))
    interfaces = frozenset(each.name for each in schema.type_map.values() if is_abstract_type(each))
    return Facts(types, interfaces)


def _contributed(
    schema: GraphQLSchema, known: Mapping[str, TypeFacts], contributed: Contributions
) -> Iterator[tuple[str, TypeFacts]]:
    """Yield the types that remote sources have, or add fields to."""
    given: dict[str, dict[str, str]] = {}
    for type_name, name, agency in contributed.fields():
        if isinstance(schema.get_type(type_name), GraphQLObjectType):
            given.setdefault(type_name, {})[name] = agency
    for type_name, names in given.items():
        type_: Any = schema.type_map[type_name]
        more = {
            name: replace(_field(type_, name, _remote_kind(type_.fields[name].type), set()), publisher=agency)
            for name, agency in names.items()
            if name in type_.fields
        }
        if type_name in known:
            yield type_name, replace(known[type_name], fields={**known[type_name].fields, **more})
            continue
        columns = {
            name: each.kind for name, each in more.items() if each.kind in _COMPARED and not type_.fields[name].args
        }
        yield type_name, TypeFacts(more, columns, contributed.types.get(type_name))


def _remote_kind(type_: Any) -> str:
    named = get_named_type(type_)
    if isinstance(named, GraphQLEnumType):
        return "text[]" if is_list_type(get_nullable_type(type_)) else ENUM
    if not is_scalar_type(named):
        return OBJECT
    if is_list_type(get_nullable_type(type_)):
        return "text[]"
    return _KINDS.get(named.name, "text")


def _type(schema: GraphQLSchema, bound: ObjectBinding) -> TypeFacts:
    type_ = schema.type_map[bound.name]
    assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - a bound type is an object type
    keys = {name for fields in _keys(type_) for name in fields}
    fields = {name: _field(type_, name, _kind(type_.fields[name].type, name, bound), keys) for name in type_.fields}
    columns = {name: kind_of(each.column.type).name for name, each in bound.fields.items() if isinstance(each, Column)}
    named = {name: get_named_type(each.type) for name, each in type_.fields.items() if name in columns}
    choices = {name: frozenset(each.values) for name, each in named.items() if isinstance(each, GraphQLEnumType)}
    return TypeFacts(fields, columns, None if bound.provider is not None else bound.published_by, choices)


def _keys(type_: GraphQLObjectType) -> list[list[str]]:
    declared = getattr((type_.extensions or {}).get("strawberry-definition"), "directives", None) or ()
    return [str(each.fields).split() for each in declared if type(each).__name__ == "Key"]


def _field(owner: GraphQLObjectType, name: str, kind: str, keys: set[str]) -> FieldFacts:
    definition = owner.fields[name]
    described = (definition.extensions or {}).get("strawberry-definition")
    personal = any(type(each).__name__ == "Personal" for each in getattr(described, "directives", None) or ())
    written = definition.ast_node.directives or () if definition.ast_node else ()
    personal = personal or any(each.name.value == "personal" for each in written)
    nullable = not isinstance(definition.type, GraphQLNonNull)
    inputs = ", ".join(f"{argument}: {_said(each.type)}" for argument, each in sorted(definition.args.items()))
    said = f"({inputs}): {definition.type}{' @personal' if personal else ''}"
    return FieldFacts(kind, nullable, personal, name in keys, said)


def _said(type_: Any) -> str:
    """Return an input's type; of an input object its members too, since they say what may be asked."""
    named = get_named_type(type_)
    if not isinstance(named, GraphQLInputObjectType):
        return str(type_)
    members = ", ".join(f"{name}: {each.type}" for name, each in sorted(named.fields.items()))
    return f"{type_} {{{members}}}"


def _kind(type_: Any, name: str, owner: ObjectBinding) -> str:
    if isinstance(get_named_type(type_), GraphQLEnumType):
        return "text[]" if is_list_type(get_nullable_type(type_)) else ENUM
    match owner.fields.get(name):
        case Column(column=column):
            return kind_of(column.type).name
        case Expression(needs=needs, sql=sql):
            return kind_of(sql(*(owner.column(each) for each in needs)).type).name
        case _:
            return OBJECT
