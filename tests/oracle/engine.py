"""The engine under test: the real road over the real PostgreSQL, run from synchronous tests."""

import asyncio
import hashlib
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import orjson
from tests.oracle.caller import ACCESS, PRINCIPAL

from baygate.access.access import Access
from baygate.access.principal import Principal
from baygate.access.scopes import Gates
from baygate.contract.schema import graphql_schema
from baygate.gateway.call import Call
from baygate.gateway.cursor import Cursors
from baygate.gateway.documents import Documents, Trust
from baygate.gateway.introspection import Introspection
from baygate.gateway.limits import Limits
from baygate.gateway.operation import Strictness
from baygate.gateway.planning.plan import Plan, Supergraph
from baygate.gateway.receipt import NoReceipts
from baygate.gateway.result import Executor
from baygate.gateway.road import Road
from baygate.gateway.seen import Seen
from baygate.gateway.statements import Statements
from baygate.gateway.visible import VisibleSchemas
from baygate.sources.bindings import resident_binding
from baygate.sources.resident.binder import Bound, columns
from baygate.sources.resident.dispatcher import Dispatcher, Dispatching
from baygate.storage.database import Database

from .resolvers import Oracle
from .rows import Rows

CURSOR_KEY = hashlib.sha256(b"cursors of the tests").digest()
WIDE = Limits(tokens=50_000, aliases=500, directives=500, fields=5_000, compiled_fields=50_000, rows=10**9, cost=10**9)

Given = TypeVar("Given")


class Engine:
    """Road, oracle and event loop over one world."""

    def __init__(self, world: Any, *, connections: int = 2, limits: Limits = WIDE) -> None:
        self.loop = asyncio.new_event_loop()
        self.database = Database(world.dsn)
        self.keys = world.keys
        self.binding = resident_binding()
        self.supergraph = Supergraph(graphql_schema(), self.binding, "test")
        self.cursors = Cursors(CURSOR_KEY)
        self.dispatcher = Dispatcher(
            lambda: self.database.connect(statement_cache_size=0), Dispatching(connections=connections)
        )
        executor = Executor(Statements(self.dispatcher, self.cursors, self.keys), self.supergraph, limits)
        self.road = Road(
            supergraph=self.supergraph,
            executor=executor,
            documents=Documents({}, Trust.ANY, 10**6),
            receipts=NoReceipts(),
            limits=limits,
            strictness=Strictness(),
            visible=VisibleSchemas(
                self.supergraph.schema, self.binding, Gates(self.supergraph.schema), Introspection.NONE
            ),
        )

    def oracle(self, access_class: str = ACCESS.access_class) -> Oracle:
        async def read() -> Rows:
            connection = await self.database.connect()
            try:
                return await Rows.read(connection, self.binding)
            finally:
                await connection.close()

        return Oracle(self.run(read()), self.binding, self.cursors, self.keys, access_class)

    def run(self, coroutine: Coroutine[Any, Any, Given]) -> Given:
        return self.loop.run_until_complete(coroutine)

    def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        access: Access = ACCESS,
        principal: Principal = PRINCIPAL,
    ) -> dict[str, Any]:
        return orjson.loads(self.text(query, variables, access, principal))

    def text(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        access: Access = ACCESS,
        principal: Principal = PRINCIPAL,
    ) -> bytes:
        answer = self.run(self.road.travel(Call(query, variables=variables or {}), principal, access))
        return answer.body

    def plan(
        self, query: str, variables: Mapping[str, Any] | None = None, access: Access = ACCESS
    ) -> tuple[Plan, dict[str, Any]]:
        operation = self.road.operation(Call(query), access)
        coerced = operation.variables.coerce(variables or {})
        return self.road.plan(operation, coerced, access), coerced

    def batch(self, query: str, members: list[Mapping[str, Any]]) -> list[str]:
        """Answer several requests of one plan in one statement, as coalescing does; what never varies never is."""
        plan, _ = self.plan(query, members[0])
        assert plan.resident is not None
        if all(slot.constant for slot in plan.resident.statement.slots):
            assert not plan.resident.coalesces
            data = [self.text(query, variables) for variables in members]
            return [orjson.dumps(orjson.loads(each)["data"]).decode() for each in data]
        pages = plan.resident.statement.pages
        rows, coerced = [], []
        for variables in members:
            same, values = self.plan(query, variables)
            assert same is plan
            coerced.append(values)

            def place(page: int, cursor: str, values: Mapping[str, Any] = values) -> Any:
                return self.cursors.open(cursor, pages[page], values, plan.access_class)

            rows.append(plan.resident.in_batch(plan.resident.bind(Bound(values, {}, self.keys.derived, place))))
        statement = plan.resident.batch
        found = dict(map(tuple, self.run(self.dispatcher.rows(statement, columns(statement.slots, rows)))))
        return [
            self.cursors.seal(
                Seen().take(found[position + 1], statement.marks), pages, values, plan.access_class
            ).decode()
            for position, values in enumerate(coerced)
        ]

    def close(self) -> None:
        self.run(self.dispatcher.close())
        self.loop.close()
