"""The open gateway as tests run it, over sources of two agencies on this machine that answer as they are told to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import orjson
from tests.sources.remote.service import Answer, Request, Service, serving
from tests.subgraph_service import LINK

from baygate.gateway.limits import Limits
from baygate.gateway.open_gateway import create_open_gateway
from baygate.sources.composition import Subgraph, compose
from baygate.sources.supergraph.join import read

COMPANIES = (
    LINK
    + """
type Query { company: Company companies: [Company!] needed: Company! party: Party kind: Kind count(of: Int): Int }
type Mutation { open: Int close: Int }
enum Kind { BIG SMALL }
scalar Json
interface Party { id: ID! }
type Person implements Party { id: ID! age: Int! }
type Company implements Party @key(fields: "id") {
  id: ID! name: String staff: Int! share: Float listed: Boolean kind: Kind seal: Json
  names: [String] grid: [[Int!]] codes: [Int!]! seat: Seat seats: [Seat!]! first: Seat!
}
type Seat { town: String number: Int! }
"""
)
RATINGS = (
    LINK
    + """
type Query { weather: String }
type Mutation { rate: Int }
type Company @key(fields: "id") { id: ID! score: Int grade: String! }
"""
)
ADDRESS = "10.20.30.40:5432"
"""Of a machine behind a source, which nobody may learn."""


@dataclass(frozen=True)
class Gateway:
    """A gateway that runs."""

    client: httpx.AsyncClient

    async def post(self, query: str, variables: Any = None, **more: Any) -> httpx.Response:
        """Ask by POST."""
        return await self.client.post("/graphql", json={"query": query, "variables": variables, **more})

    async def ask(self, query: str, variables: Any = None) -> dict[str, Any]:
        """Return the answer to an operation, which is always one of GraphQL's."""
        reply = await self.post(query, variables)
        assert reply.status_code == 200, reply.text
        answer: dict[str, Any] = orjson.loads(reply.content)
        for inner in ("Traceback", "127.0.0.1", "Errno", "aiohttp"):
            assert inner not in reply.text
        return answer


_FIRST, _SECOND = "http://127.0.0.1:1/", "http://127.0.0.1:2/"


@cache
def _composed() -> str:
    return compose([Subgraph("companies", _FIRST, COMPANIES), Subgraph("ratings", _SECOND, RATINGS)])


def supergraph(companies: str = _FIRST, ratings: str = _SECOND) -> str:
    """Return the supergraph of both sources, which answer at these addresses."""
    return _composed().replace(_FIRST, companies).replace(_SECOND, ratings)


@contextlib.asynccontextmanager
async def gateway(text: str, limits: Limits | None = None, labels: Iterable[str] = ()) -> AsyncIterator[Gateway]:
    """Run a gateway over a supergraph in this loop."""
    app = create_open_gateway(read(text), frozenset(labels), limits)
    headers = {"accept": "application/json"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway", headers=headers) as client,
    ):
        yield Gateway(client)


@dataclass(frozen=True)
class World:
    """A gateway and its two sources."""

    gateway: Gateway
    companies: Service
    ratings: Service

    async def ask(self, query: str, variables: Any = None) -> dict[str, Any]:
        """Ask the gateway."""
        return await self.gateway.ask(query, variables)


@contextlib.asynccontextmanager
async def world(
    companies: Answer | list[Answer], ratings: Answer | list[Answer], limits: Limits | None = None
) -> AsyncIterator[World]:
    """Run a gateway over sources that give these answers."""
    first = companies if isinstance(companies, list) else [companies]
    second = ratings if isinstance(ratings, list) else [ratings]
    async with (
        serving(*first) as one,
        serving(*second) as other,
        gateway(supergraph(one.url, other.url), limits) as running,
    ):
        yield World(running, one, other)


def asked(
    query: str, companies: Answer | list[Answer], ratings: Answer | list[Answer], limits: Limits | None = None
) -> dict[str, Any]:
    """Return the gateway's answer to one operation over sources that answer so."""

    async def run() -> dict[str, Any]:
        async with world(companies, ratings, limits) as running:
            return await running.ask(query)

    return asyncio.run(run())


def document(request: Request) -> str:
    """Return the document of a request as it came to a source."""
    text: str = orjson.loads(request.body)["query"]
    return text
