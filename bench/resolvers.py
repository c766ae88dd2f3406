"""Contestant (c): the same Strawberry types resolved field by field, lists through DataLoaders, as is usual in Python.

The resolvers derive from the Binding, as the test oracle's do.
"""

import contextlib
import inspect
import os
from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg
import orjson
from graphql import execute, parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.dataloader import DataLoader

from baygate.contract.schema import graphql_schema
from baygate.sources.binding import Column, One, Ordering, Paged, Several, camel
from baygate.sources.bindings import resident_binding
from baygate.sources.resident.canonical import json_value, kind_of

SCHEMA = graphql_schema()
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


async def resolve(source: Any, info: Any, **arguments: Any) -> Any:
    pool, loaders = info.context
    name = info.field_name
    if info.parent_type.name == "Query":
        sql = "select * from party join mainland_enterprise using (party_id) where uscc = $1"
        return await pool.fetchrow(sql, arguments["uscc"])
    if isinstance(source, dict):
        return source[name]
    bound = BINDING.objects[info.parent_type.name].fields[name]
    match bound:
        case Column(column=column):
            return json_value(kind_of(column.type), source[column.name])
        case Several():
            loader = loaders.related(bound.target, bound.on, bound.order, arguments["first"])
            return await loader.load(tuple(source[own] for own in bound.on))
        case Paged():
            order = next(iter(bound.orders.values()))
            loader = loaders.related(bound.target, bound.on, order, arguments.get("first", 20))
            return {"nodes": await loader.load(tuple(source[own] for own in bound.on))}
        case One():
            found = await loaders.related(bound.target, bound.on, None, 1).load(tuple(source[own] for own in bound.on))
            return found[0] if found else None
    raise TypeError(camel(name))


for type_ in SCHEMA.type_map.values():
    if not type_.name.startswith("__"):
        for definition in getattr(type_, "fields", {}).values():
            if hasattr(definition, "resolve"):
                definition.resolve = resolve


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    settings = {"jit": "off", "timezone": "UTC"}
    async with asyncpg.create_pool(os.environ["BENCH_DSN"], min_size=10, max_size=10, server_settings=settings) as pool:
        app.state.pool = pool
        yield


async def answer(request: Request) -> Response:
    body = orjson.loads(await request.body())
    pool = request.app.state.pool
    context = (pool, Loaders(pool))
    outcome = execute(SCHEMA, parse(body["query"]), variable_values=body["variables"], context_value=context)
    if inspect.isawaitable(outcome):
        outcome = await outcome
    return Response(orjson.dumps(outcome.formatted), media_type="application/json")


app = Starlette(routes=[Route("/graphql", answer, methods=["POST"])], lifespan=lifespan)
