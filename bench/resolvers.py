"""Contestant (c): the same Strawberry types resolved field by field, lists through DataLoaders, as is usual in Python.

The resolvers derive from the Binding, as the test oracle's do.
"""

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
from graphql import GraphQLSchema
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

from baygate.contract.schema import build_schema, graphql_schema
from baygate.sources.binding import Column, One, Ordering, Paged, Several
from baygate.sources.bindings import resident_binding
from baygate.sources.resident.canonical import json_value, kind_of

BINDING = resident_binding()


class Loaders:
    """The loaders of one request: one a relation and order."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._loaders: dict[Any, DataLoader[Any, Any]] = {}

    def related(self, target: str, on: Mapping[str, str], order: Ordering | None, most: int) -> DataLoader[Any, Any]:
        key = (target, tuple(on.items()), order, most)
        if key not in self._loaders:
            self._loaders[key] = DataLoader(lambda keys: self._load(target, tuple(on.values()), order, most, keys))
        return self._loaders[key]

    async def _load(self, target: str, columns: tuple[str, ...], order: Ordering | None, most: int, keys: Any) -> Any:
        owner = BINDING.concrete(target)[0]
        direction = "desc" if order and order.descending else "asc"
        by = [owner.column(name).name for name in order.fields] if order else list(columns)
        arrays = ", ".join(f"${position + 1}::text[]" for position in range(len(columns)))
        names = ", ".join(f"k{position}" for position in range(len(columns)))
        joined = " and ".join(f"t.{column} = k{position}" for position, column in enumerate(columns))
        sql = (
            f"select i, t.* from unnest({arrays}) with ordinality as keys({names}, i), lateral (select * from "
            f"{BINDING.table(target).name} t where {joined} order by "
            + ", ".join(f"{column} {direction}" for column in by)
            + f" limit {most}) t"
        )
        found: list[list[Any]] = [[] for _ in keys]
        for row in await self._pool.fetch(sql, *(list(column) for column in zip(*keys, strict=True))):
            found[row["i"] - 1].append(row)
        return found


def column(stored: Any) -> Any:
    """Return the resolver of a field that stands in a column."""
    kind, name = kind_of(stored.type), stored.name
    return lambda source, _info: json_value(kind, source[name])


def related(bound: Several | Paged | One) -> Any:
    """Return the resolver of a relation: through a loader, so that one statement serves all rows of a level."""

    async def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        loaders = info.context["loaders"]
        keys = tuple(source[own] for own in bound.on)
        match bound:
            case Several():
                return await loaders.related(bound.target, bound.on, bound.order, arguments["first"]).load(keys)
            case Paged():
                order = next(iter(bound.orders.values()))
                most = arguments.get("first", 20)
                return {"nodes": await loaders.related(bound.target, bound.on, order, most).load(keys)}
            case One():
                found = await loaders.related(bound.target, bound.on, None, 1).load(keys)
                return found[0] if found else None

    return resolve


async def enterprise(_source: Any, info: Any, uscc: str) -> Any:
    sql = "select * from party join mainland_enterprise using (party_id) where uscc = $1"
    return await info.context["pool"].fetchrow(sql, uscc)


def give_resolvers(schema: GraphQLSchema) -> None:
    schema.type_map["Query"].fields["enterprise"].resolve = enterprise  # type: ignore[attr-defined]
    for name, owner in BINDING.objects.items():
        for field, definition in schema.type_map[name].fields.items():  # type: ignore[attr-defined]
            bound = owner.fields[field]
            if isinstance(bound, Column):
                definition.resolve = column(bound.column)
            elif isinstance(bound, One | Several | Paged):
                definition.resolve = related(bound)
        schema.type_map[name].is_type_of = None  # type: ignore[attr-defined]  # rows, not instances of the types
    for name, type_ in schema.type_map.items():
        if name.endswith("Connection"):
            type_.fields["nodes"].resolve = lambda source, _info: source["nodes"]  # type: ignore[attr-defined]


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    settings = {"jit": "off", "timezone": "UTC"}
    async with asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=10, max_size=10, server_settings=settings) as pool:
        app.state.pool = pool
        yield


class Endpoint(GraphQL[Any, Any]):
    """Strawberry's own endpoint, with a set of loaders for each request."""

    async def get_context(self, request: Any, response: Any) -> Any:  # noqa: ARG002
        pool = request.app.state.pool
        return {"pool": pool, "loaders": Loaders(pool)}


give_resolvers(graphql_schema())
schema = build_schema()
schema.extensions = [ParserCache(maxsize=100), ValidationCache(maxsize=100)]
app = Starlette(routes=[Route("/graphql", Endpoint(schema), methods=["POST"])], lifespan=lifespan)
