"""The hub as an ASGI application: the endpoint, health, and what lives as long as a worker does."""

import asyncio
import contextlib
import datetime
import logging
from collections.abc import AsyncIterator, Iterator
from functools import partial

from graphql import GraphQLSchema
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from baygate.access.access import Access
from baygate.access.documents.trust import TakenList
from baygate.access.principal import Principal
from baygate.access.scopes import Gates
from baygate.contract.schema import graphql_schema, sdl
from baygate.gateway.admission import SIGNING_KEYS, Admission
from baygate.gateway.application import GRAPHQL, Application, spare_what_stays
from baygate.gateway.auditing import Auditing
from baygate.gateway.control import Control
from baygate.gateway.control_http import catalogue_routes
from baygate.gateway.cursor import Cursors
from baygate.gateway.documents import Documents, digest_of, trusted_documents
from baygate.gateway.evidence_http import EvidenceEndpoints
from baygate.gateway.http import GraphQLEndpoint
from baygate.gateway.introspection import Introspection
from baygate.gateway.joined import Joined, Joining
from baygate.gateway.operation import Strictness
from baygate.gateway.planning.plan import Supergraph
from baygate.gateway.policies import Policies
from baygate.gateway.result import Executor
from baygate.gateway.road import Road
from baygate.gateway.sources import Sources
from baygate.gateway.standing import standing
from baygate.gateway.statements import Statements
from baygate.gateway.tally import Tally
from baygate.gateway.visible import VisibleSchemas
from baygate.oauth import signing
from baygate.observation.events import Event
from baygate.observation.observation import Observation
from baygate.portal.routes import portal_routes
from baygate.settings import Settings, load
from baygate.sources.bindings import resident_binding
from baygate.sources.facts import facts_of
from baygate.sources.remote.assertion import Assertions
from baygate.sources.resident.dispatcher import Dispatcher, Dispatching
from baygate.storage import keys as key_files
from baygate.storage.database import Database
from baygate.storage.errors import StorageError
from baygate.storage.following import OutOfTouch
from baygate.storage.schema_version import check

log = logging.getLogger("baygate")

_DOCUMENT_BYTES = 16 * 1024 * 1024
_PAGES_OF_THIS_MACHINE = partial(
    CORSMiddleware,
    allow_origin_regex=r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?",
    allow_methods=["GET", "POST"],
    allow_headers=["authorization", "content-type", "dpop", "graphql-require-preflight", "apollo-require-preflight"],
    expose_headers=[
        "baygate-receipt",
        "dpop-nonce",
        "www-authenticate",
        "ratelimit",
        "ratelimit-policy",
        "server-timing",
    ],
)


class Hub:
    """One worker: its connections and its road, from start to shutdown."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits = settings.limits.limits()
        self.observation = Observation.of_worker(
            requests_logged=settings.logs.requests, traces_to=settings.tracing.endpoint, share=settings.tracing.share
        )
        self.database = Database(settings.database.dsn.get_secret_value(), statement_timeout=self.limits.time)
        self.dispatcher = Dispatcher(
            lambda: self.database.connect(statement_cache_size=0),
            Dispatching(connections=settings.database.connections, waiting=self.limits.queue),
        )
        keys = (key_files.read_or_create if settings.development else key_files.read)(settings.keys)
        if settings.development:
            signing.create_first(settings.keys / SIGNING_KEYS)
        self._keys = keys
        self.gates = Gates(graphql_schema())
        self.admission = Admission(settings, keys, self.gates.scopes)
        facts = facts_of(graphql_schema(), resident_binding())
        self.policies = Policies(settings.policies.root, settings.policies.heads, facts, on_lists=self._take_lists)
        self.tally = Tally(self.admission.connect)
        self.auditing = Auditing(settings, keys, self.tally, lambda: self.policies.in_force.root, self.observation)
        documents = settings.documents
        self._documents = Documents(
            trusted_documents(documents.trusted) if documents.trusted else {}, documents.trust, _DOCUMENT_BYTES
        )
        self._statements = Statements(self.dispatcher, Cursors(keys["cursor"].secret), keys)
        self._assertions = Assertions(settings.origin, self._sign)
        self.joining = Joining(self._join, self.observation)
        self.road = self._road(Joined())
        self.endpoint: GraphQLEndpoint | None = None
        self.draining = False

    def _join(self, joined: Joined) -> None:
        """Answer with what these sources contribute, from now on."""
        schema = joined.contributed.schema if joined.contributed else graphql_schema()
        self.gates = Gates(schema)
        self.policies.take_facts(facts_of(schema, resident_binding(), joined.contributed))
        self.road = self._road(joined)

    def _take_lists(self, lists: tuple[TakenList, ...]) -> None:
        self.admission.take_lists(lists)
        self.auditing.take_lists(lists)

    def _sign(self, kind: str, payload: bytes) -> str:
        return self.admission.signing.current(datetime.datetime.now(datetime.UTC)).sign(kind, payload)

    def _road(self, joined: Joined) -> Road:
        schema = joined.contributed.schema if joined.contributed else graphql_schema()
        version = f"{digest_of(sdl())} {joined.version}"
        supergraph = Supergraph(schema, resident_binding(), version, joined.contributed)
        shown = self.settings.shown
        sources = Sources(self._statements, schema, joined.remote, self._assertions.of, self._keys.derived, self.limits)
        return Road(
            supergraph=supergraph,
            executor=Executor(self._statements, supergraph, self.limits, self.control, sources),
            documents=self._documents,
            receipts=self.auditing.receipts,
            limits=self.limits,
            strictness=Strictness(
                introspection=shown is not Introspection.NONE,
                suggestions=self.settings.development or shown is Introspection.GRANTED,
            ),
            visible=VisibleSchemas(supergraph.schema, supergraph.binding, self.gates, shown),
            observer=self.observation,
        )

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Run the worker."""
        self.admission.start(getattr(app.state, "tls", None), self.joining, self.policies, self.auditing.witness)
        self.tally.start()
        self.auditing.start()
        self.observation.start(self._standing)
        spare_what_stays()
        yield
        self.draining = True
        await self.joining.close()
        await self.dispatcher.close()
        await self.tally.close()
        await self.auditing.close()
        await self.observation.close()
        await self.admission.close()

    def _standing(self) -> Iterator[Event]:
        running = self.endpoint.running if self.endpoint else 0
        log_stands = self.auditing.integrator.standing
        return standing(running, self.dispatcher, self.road, self.joining.remote, log_stands)

    @property
    def session_secret(self) -> bytes:
        """The key of what browsers keep for people who sign in."""
        return self._keys["session"].secret

    def authorise(self, principal: Principal) -> tuple[Principal, Access]:
        """Return the principal as the root document knows him, and what he may see: by policy and by scope."""
        known, access = self.policies.authorise(principal)
        return known, self.gates.behind(known.scopes, access, known.roles)

    def control(self, principal: Principal, schema: GraphQLSchema) -> Control:
        """Return what the hub answers of itself to a principal who sees ``schema``."""
        policies = self.policies
        asking = policies.asking(principal)
        return Control(
            principal,
            policies.in_force,
            asking,
            policies.facts,
            self.gates.demanded,
            schema,
            policies.lists,
            audit=self.auditing.reader,
        )

    async def healthz(self, _: Request) -> Response:
        """Whether the worker runs at all."""
        return PlainTextResponse("ok\n")

    async def readyz(self, _: Request) -> Response:
        """Whether the worker can answer: its database is there and has the hub's tables."""
        problem = "draining" if self.draining else None
        try:
            async with asyncio.timeout(2):
                (await check(self.database.dsn)).require()
            self.admission.following.require()
            problem = problem or self.policies.fatal or self.auditing.witness.problem
            if not self.admission.recognitions.ready:
                problem = problem or "The revocation data that are kept have not been read yet."
        except StorageError as error:
            problem = error.what
        except OutOfTouch:
            problem = "The worker has not heard from the database for 5 seconds."
        except TimeoutError:
            problem = "The database does not answer within 2 seconds."
        status = 503 if problem else 200
        told = {
            "policies": list(self.policies.problems),
            "recognition": self.admission.recognitions.problems,
            "sources": [self.joining.problem] if self.joining.problem else [],
            "audit": list(self.auditing.problems),
        }
        return JSONResponse({"ready": not problem, "problem": problem, **told}, status)


class OtherOrigins:
    """Lets a developer's page on another port ask, in development: Apollo Client, GraphiQL, and the like."""

    def __init__(self, app: ASGIApp) -> None:
        self._same = app
        self._other = _PAGES_OF_THIS_MACHINE(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and tell a browser whether the page may read it."""
        asked_by_page = scope["type"] == "http" and any(name == b"origin" for name, _ in scope["headers"])
        # the explorer's addresses take a browser's cookies, and are for its own pages alone
        asked_by_page = asked_by_page and not scope["path"].startswith("/explore")
        await (self._other if asked_by_page else self._same)(scope, receive, send)


def create_app(settings: Settings) -> Application:
    """Return the application for one worker."""
    hub = Hub(settings)
    hub.endpoint = GraphQLEndpoint(
        lambda: hub.road,
        hub.admission.authentication.proven,
        hub.authorise,
        hub.limits,
        preflight=not settings.development,
        observation=hub.observation,
    )
    graphql: ASGIApp = hub.endpoint
    if settings.development:
        graphql = OtherOrigins(graphql)
    app = Application(
        graphql,
        routes=[
            Route(GRAPHQL, graphql),  # for the redirect to it
            Route("/healthz", hub.healthz),
            Route("/readyz", hub.readyz),
            *catalogue_routes(hub.admission.authentication.caller, lambda: hub.policies.in_force, settings.origin),
            *EvidenceEndpoints(
                hub.admission.authentication.caller,
                hub.auditing.reader,
                lambda: hub.policies.in_force.root,
                hub.auditing.receipts.record_file,
            ).routes(),
            *hub.admission.routes(),
            *portal_routes(hub, settings),
        ],
        lifespan=hub.lifespan,
        middleware=[Middleware(OtherOrigins)] if settings.development else [],
    )
    app.state.hub = hub
    return app


def worker() -> Application:
    """Return the application as a worker process makes it, from ``BAYGATE_CONFIG`` and the environment."""
    return create_app(load(None))
