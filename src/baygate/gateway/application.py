"""What is served: an ASGI application in which GraphQL comes first."""

import gc
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

GRAPHQL = "/graphql"
_COLLECTED = 20_000, 20, 50
"""How many objects more than were freed start a collection of the young, and how many of those one of the older."""


class Application(Starlette):
    """The application; GraphQL answers for itself whatever happens, and is spared the way through the stack."""

    def __init__(self, graphql: ASGIApp, **more: Any) -> None:
        super().__init__(**more)
        self.graphql = graphql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or live through the server's start and end."""
        if scope["type"] == "http" and scope["path"] == GRAPHQL:
            await self.graphql(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def spare_what_stays() -> None:
    """Let the garbage collector leave alone what a worker made at its start and keeps to its end.

    A request makes no cycles to speak of; without this a full collection walks the schema (0.1 s) in the middle of one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED)
