"""A remote source that tests play: it answers from plain records, and keeps all that it was ever sent.

Its schema is a subgraph's SDL; what that computes from fields of other sources is whatever the test's record says. It
may be told to lie: ``lie`` is given what it would answer and returns what it does.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLObjectType, GraphQLSchema, build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: [
  "@key" "@shareable" "@override" "@requires" "@external" "@provides" "@inaccessible" "@authenticated" "@requiresScopes"
  "@policy" "@interfaceObject" "@composeDirective"
]) @link(url: "https://baygate.example/spec/v1.0", import: ["@personal"]) @composeDirective(name: "@personal")
directive @personal on FIELD_DEFINITION
"""
_DIRECTIVES = """
directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
directive @shareable on OBJECT | FIELD_DEFINITION
directive @requires(fields: String!) on FIELD_DEFINITION
directive @external on FIELD_DEFINITION
directive @provides(fields: String!) on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION | OBJECT
directive @authenticated on FIELD_DEFINITION | OBJECT
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE
directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT
directive @interfaceObject on OBJECT
directive @personal on FIELD_DEFINITION
scalar _Any
"""

Record = Mapping[str, Any]
Lie = Callable[[Any], Any]


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    body: bytes
    assertion: str | None
    headers: Mapping[str, str]

    @property
    def document(self) -> str:
        """What it asks."""
        return str(json.loads(self.body)["query"])

    @property
    def representations(self) -> list[dict[str, Any]]:
        """Which entities it names, over all of its lists."""
        given = json.loads(self.body)["variables"]
        return [each for name, value in given.items() if name.startswith("representations") for each in value]


@dataclass
class Service:
    """One agency's service. ``roots`` are the values of its entry points, ``entities`` its records by type."""

    name: str
    agency: str
    sdl: str
    roots: dict[str, Any] = field(default_factory=dict)
    entities: dict[str, list[Record]] = field(default_factory=dict)
    url: str = ""
    lie: Lie | None = None
    received: list[Received] = field(default_factory=list)

    def built(self) -> "Service":
        """Return it ready to be served, once its records are there."""
        self._lock = threading.Lock()
        self._schema = self._executable()
        self.app = Starlette(routes=[Route("/graphql", self._graphql, methods=["POST"])])
        return self

    def forget(self) -> None:
        """Be honest again, and know of no request."""
        self.lie = None
        self.received.clear()

    @property
    def everything(self) -> bytes:
        """All bytes that it was ever sent."""
        return b"\n".join(each.body for each in self.received)

    @property
    def documents(self) -> str:
        """All that it was asked."""
        return "\n".join(each.document for each in self.received)

    @property
    def representations(self) -> list[dict[str, Any]]:
        """All entities that it was asked for."""
        return [each for request in self.received for each in request.representations]

    def _executable(self) -> GraphQLSchema:
        schema = build_schema(_DIRECTIVES + self.sdl + self._entities_sdl(), assume_valid=True)
        for each in schema.type_map.values():
            if isinstance(each, GraphQLObjectType) and not each.name.startswith("__"):
                for name, definition in each.fields.items():
                    definition.resolve = _resolver(name)
        query = schema.query_type
        assert query is not None
        if "_entities" in query.fields:
            query.fields["_entities"].resolve = lambda _, __, representations: [self._found(r) for r in representations]
        return schema

    def _entities_sdl(self) -> str:
        if not self.entities:
            return ""
        extends = "extend " if "type Query" in self.sdl else ""
        entry = "type Query { _entities(representations: [_Any!]!): [_Entity]! }"
        return f"union _Entity = {' | '.join(self.entities)}\n{extends}{entry}"

    def _found(self, representation: Record) -> Record | None:
        """Return the record that has all that a representation says and it knows; what else it says is required."""
        name = representation["__typename"]
        for each in self.entities[name]:
            if all(each[key] == value for key, value in representation.items() if key in each):
                return {"__typename": name, **representation, **each}
        return None

    async def _graphql(self, request: Request) -> JSONResponse:
        body = await request.body()
        assertion = request.headers.get("baygate-assertion")
        with self._lock:
            self.received.append(Received(body, assertion, dict(request.headers)))
        asked = orjson.loads(body)
        done = graphql_sync(
            self._schema, asked["query"], {"__typename": "Query", **self.roots}, variable_values=asked.get("variables")
        ).formatted
        answer: Any = json.loads(json.dumps(done))
        return JSONResponse(self.lie(answer) if self.lie else answer)


def _resolver(name: str) -> Callable[..., Any]:
    def resolve(value: Any, _: Any, **given: Any) -> Any:
        found = value.get(name)
        return found(**given) if callable(found) else found

    return resolve


def secrets_in(text: bytes, secrets: Iterable[str]) -> list[str]:
    """Return the secrets that stand in a text, however they are written there."""
    return [each for each in secrets if each.encode() in text]
