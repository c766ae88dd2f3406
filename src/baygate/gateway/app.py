"""The hub as an ASGI application: the endpoint, health, and what lives as long as a worker does."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from baygate.access import development
from baygate.access.access import Access
from baygate.access.principal import Principal
from baygate.contract.schema import graphql_schema, sdl
from baygate.gateway.cursor import Cursors
from baygate.gateway.documents import Documents, digest_of, trusted_documents
from baygate.gateway.http import GraphQLEndpoint
from baygate.gateway.operation import Strictness
from baygate.gateway.planning.plan import Supergraph
from baygate.gateway.receipt import NoReceipts
from baygate.gateway.result import Executor
from baygate.gateway.road import Road
from baygate.settings import Settings, load
from baygate.sources.bindings import resident_binding
from baygate.sources.resident.dispatcher import Dispatcher, Dispatching
from baygate.storage import keys as key_files
from baygate.storage.database import Database
from baygate.storage.errors import StorageError
from baygate.storage.schema_version import check

log = logging.getLogger("baygate")

_DOCUMENT_BYTES = 16 * 1024 * 1024


class Hub:
    """One worker: its connections and its road, from start to shutdown."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits = settings.limits.limits()
        self.database = Database(settings.database.dsn.get_secret_value(), statement_timeout=self.limits.time)
        self.dispatcher = Dispatcher(
            lambda: self.database.connect(statement_cache_size=0),
            Dispatching(connections=settings.database.connections, waiting=self.limits.queue),
        )
        self.road = self._road()
        self.draining = False

    def _road(self) -> Road:
        settings = self.settings
        keys = (key_files.read_or_create if settings.development else key_files.read)(settings.keys)
        supergraph = Supergraph(graphql_schema(), resident_binding(), digest_of(sdl()))
        introspection = settings.development if settings.introspection is None else settings.introspection
        documents = settings.documents
        return Road(
            supergraph=supergraph,
            executor=Executor(self.dispatcher, supergraph, Cursors(keys["cursor"].secret), keys, self.limits),
            documents=Documents(
                trusted_documents(documents.trusted) if documents.trusted else {},
                documents.trust,
                _DOCUMENT_BYTES,
            ),
            receipts=NoReceipts(),
            limits=self.limits,
            strictness=Strictness(introspection=introspection, suggestions=settings.development),
        )

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Run the worker."""
        yield
        self.draining = True
        await self.dispatcher.close()

    async def healthz(self, _: Request) -> Response:
        """Whether the worker runs at all."""
        return PlainTextResponse("ok\n")

    async def readyz(self, _: Request) -> Response:
        """Whether the worker can answer: its database is there and has the hub's tables."""
        problem = "draining" if self.draining else None
        try:
            async with asyncio.timeout(2):
                (await check(self.database.dsn)).require()
        except StorageError as error:
            problem = error.what
        except TimeoutError:
            problem = "The database does not answer within 2 seconds."
        status = 503 if problem else 200
        return JSONResponse({"ready": not problem, "problem": problem}, status)


def identify(_: Scope) -> tuple[Principal, Access]:
    """Take every caller for the development principal, who is admitted from loopback only (``baygate.settings``)."""
    return development.PRINCIPAL, development.ACCESS


def create_app(settings: Settings) -> Starlette:
    """Return the application for one worker."""
    hub = Hub(settings)
    graphql = GraphQLEndpoint(lambda: hub.road, identify, hub.limits, preflight=not settings.development)
    app = Starlette(
        routes=[
            Route("/graphql", graphql),
            Route("/healthz", hub.healthz),
            Route("/readyz", hub.readyz),
        ],
        lifespan=hub.lifespan,
    )
    app.state.hub = hub
    return app


def worker() -> Starlette:
    """Return the application as a worker process makes it, from ``BAYGATE_CONFIG`` and the environment."""
    return create_app(load(None))
