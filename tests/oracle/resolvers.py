"""Resolvers derived from the Binding: what graphql-core calls for each field of each object."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    print_schema,
)

from baygate.contract.scalars import SCALARS
from baygate.contract.schema import graphql_schema
from baygate.gateway.cursor import Cursors, binding_of
from baygate.sources.binding import (
    Binding,
    Column,
    Comparison,
    Expression,
    Filter,
    One,
    Ordering,
    Paged,
    Several,
    Verdict,
)
from baygate.sources.fetch import Literal
from baygate.sources.resident.canonical import json_value, kind_of
from baygate.sources.resident.pages import Page, coordinate
from baygate.storage.keys import Keys

from .rows import Record, Rows


class Oracle:
    """Executes documents over rows in memory."""

    def __init__(self, rows: Rows, binding: Binding, cursors: Cursors, keys: Keys, access_class: str) -> None:
        self.rows = rows
        self._binding = binding
        self._cursors = cursors
        self._keys = keys
        self._access_class = access_class
        self.schema = _executable()

    def execute(self, document: DocumentNode | str, variables: Mapping[str, Any] | None = None) -> ExecutionResult:
        if isinstance(document, str):
            document = parse(document)
        return execute_sync(
            self.schema,
            document,
            variable_values=dict(variables or {}),
            field_resolver=self._resolve,
            type_resolver=lambda value, _info, _type: value.owner.name,
        )

    def _resolve(self, source: Any, info: Any, **arguments: Any) -> Any:
        name = info.field_name
        if name == "_entities":
            return [self._entity(each) for each in arguments["representations"]]
        if isinstance(source, dict):
            value = source[name]
            return value() if callable(value) else value
        bound = source.owner.fields[name] if isinstance(source, Record) else self._binding.roots[name]
        match bound:
            case Column(column=column):
                return json_value(kind_of(column.type), source.value(column))
            case Expression(needs=needs, python=python):
                value = python(*(source.value(source.owner.column(need)) for need in needs))
                kind = kind_of(bound.sql(*(source.owner.column(need) for need in needs)).type)
                return json_value(kind, value)
            case One():
                return self._one(bound, source, arguments)
            case Several():
                listed = self._listed(bound.target, bound.on, source, bound.order)
                return listed[: arguments["first"]]
            case Paged():
                return self._page(name, bound, source, arguments)
            case Verdict():
                return self._verdict(bound, arguments)

    def _joined(self, on: Mapping[str, str], source: Any) -> dict[str, Any]:
        return {other: source.base[own] for own, other in on.items()} if isinstance(source, Record) else {}

    def _one(self, bound: One, source: Any, arguments: Mapping[str, Any]) -> Record | None:
        for record in self.rows.records(bound.target, self._joined(bound.on, source)):
            if all(record.value(record.owner.column(name)) == arguments[each] for each, name in bound.by.items()):
                return record
        return None

    def _entity(self, given: Mapping[str, Any]) -> Record | None:
        for record in self.rows.records(given["__typename"], {}):
            keys = {name: value for name, value in given.items() if name != "__typename"}
            if all(record.value(record.owner.column(name)) == value for name, value in keys.items()):
                return record
        return None

    def _listed(self, target: str, on: Mapping[str, str], source: Any, order: Ordering) -> list[Record]:
        records = self.rows.records(target, self._joined(on, source))
        return sorted(records, key=lambda each: _key(each, order, {}), reverse=order.descending)

    def _page(self, name: str, bound: Paged, source: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
        where = {each: value for each, value in (arguments.get("where") or {}).items() if value is not None}
        order_name = arguments["orderBy"]
        order = bound.orders[order_name]
        fixed = set(bound.on.values()) if isinstance(source, Record) else set()
        listed = [
            each
            for each in self._listed(bound.target, bound.on, source, order)
            if all(_holds(each, bound.filters[argument], value) for argument, value in where.items())
        ]
        page = Page(
            coordinate(bound, name, nested=isinstance(source, Record)),
            order_name,
            {each: Literal(value) for each, value in where.items()},
            (),
        )
        binding = binding_of(page, {}, self._access_class)

        def cursor(record: Record) -> str:
            return self._cursors.token(_key(record, order, fixed, as_json=True), binding)

        first, last = arguments.get("first"), arguments.get("last")
        after, before = arguments.get("after"), arguments.get("before")
        begin = next((index + 1 for index, each in enumerate(listed) if cursor(each) == after), 0) if after else 0
        end = next((index for index, each in enumerate(listed) if cursor(each) == before), None) if before else None
        end = len(listed) if end is None else end
        if last is not None:
            begin = max(begin, end - last)
        else:
            end = min(end, begin + (20 if first is None else first))
        shown = listed[begin:end]
        return {
            "edges": [{"cursor": cursor(each), "node": each} for each in shown],
            "nodes": shown,
            "pageInfo": {
                "hasNextPage": end < len(listed) if last is None or before else False,
                "hasPreviousPage": begin > 0 if last is not None or after else False,
                "startCursor": cursor(shown[0]) if shown else None,
                "endCursor": cursor(shown[-1]) if shown else None,
            },
            "totalCount": len(listed),
        }

    def _verdict(self, bound: Verdict, arguments: Mapping[str, Any]) -> str:
        def value(argument: str) -> str:
            use = bound.hashed.get(argument)
            return self._keys.hash(use, arguments[argument]) if use else arguments[argument]

        known = self.rows.where(bound.table, {column: value(each) for each, column in bound.known_by.items()})
        if not known:
            return "NOT_FOUND"
        matching = {column: value(each) for each, column in bound.matches.items()}
        return "MATCH" if any(all(row[c] == v for c, v in matching.items()) for row in known) else "MISMATCH"


def _key(record: Record, order: Ordering, fixed: Any, *, as_json: bool = False) -> Any:
    columns = [record.owner.column(name) for name in order.fields]
    values = [(column, record.value(column)) for column in columns if column.name not in fixed]
    return [json_value(kind_of(column.type), value) if as_json else value for column, value in values]


def _holds(record: Record, filter_: Filter, wanted: Any) -> bool:
    value = record.value(record.owner.column(filter_.field))
    if filter_.comparison is Comparison.PRESENT:
        return (value is not None) == wanted
    if value is None:
        return False
    match filter_.comparison:
        case Comparison.EQUALS:
            return bool(value == wanted)
        case Comparison.ANY_OF:
            return value in wanted
        case Comparison.AT_LEAST:
            return bool(value >= wanted)
        case Comparison.AT_MOST:
            return bool(value <= wanted)
        case Comparison.STARTS_WITH:
            return bool(value.startswith(wanted))
        case Comparison.INCLUDES:
            return wanted in value


def _executable() -> GraphQLSchema:
    """The contract rebuilt from its text, so that nothing of Strawberry's resolvers is left in it."""
    schema = build_schema(print_schema(graphql_schema()))
    for definition in SCALARS.values():
        type_ = schema.get_type(definition.name)
        if isinstance(type_, GraphQLScalarType) and definition.parse_value:
            type_.coerce_input_value = definition.parse_value  # type: ignore[method-assign]
    return schema
