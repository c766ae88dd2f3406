"""An agency's federation v2 service, over HTTP within the test's process: of any schema, which may be exchanged."""

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from graphql import GraphQLSchema, build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.prompt_server import PromptServer

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: [
  "@key" "@shareable" "@override" "@requires" "@external"
])
"""
_SERVICE = build_schema("type Query { _service: _Service! } type _Service { sdl: String }")


def telling(sdl: str) -> ASGIApp:
    """A service that can be asked for its schema, which is this, and for nothing else."""
    return answering(_SERVICE, {"_service": {"sdl": sdl}})


def answering(schema: GraphQLSchema, root: Any = None) -> ASGIApp:
    """A service that executes a schema."""

    async def graphql(request: Request) -> JSONResponse:
        asked = await request.json()
        return JSONResponse(graphql_sync(schema, asked["query"], root).formatted)

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])


@dataclass
class Service:
    """A server that runs, and the application behind it; without one it answers 503."""

    app: ASGIApp | None
    url: str = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app or PlainTextResponse("closed\n", 503)
        await app(scope, receive, send)


@contextlib.contextmanager
def serving(app: ASGIApp, **tls: Any) -> Iterator[Service]:
    """Serve on a free port until the end; ``tls`` is for uvicorn."""
    service = Service(app)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        service.url = f"http{'s' if tls else ''}://127.0.0.1:{bound.getsockname()[1]}/graphql"
        config = uvicorn.Config(service, log_level="warning", lifespan="off", ws="none", **tls)
        with PromptServer(config).running(bound):
            yield service
