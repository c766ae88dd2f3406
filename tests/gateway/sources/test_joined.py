"""The real server, and a source that joins it, changes, breaks and goes: at once, and the hub answers all the while."""

import asyncio
import datetime
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.access.signing import library, policy, schema_hash
from tests.agency import DEVELOPER, register
from tests.gateway.sources.service import LINK, Service
from tests.gateway.sources.world import company
from tests.open_policies import OPEN, OWNER, ROOT
from tests.serving import Hub, Serve
from tests.subgraph_service import serving

from baygate.access.documents.library import published, publishing
from baygate.contract.schema import graphql_schema
from baygate.sample.load import load
from baygate.sources.bindings import resident_binding
from baygate.sources.facts import facts_of
from baygate.sources.registered import composed
from baygate.sources.supergraph.contributions import contributions
from baygate.sources.supergraph.join import read
from baygate.storage import documents, sources
from baygate.storage.database import Database
from baygate.storage.sources import NewSource

SDL = """
scalar CrNumber
type HongKongCompany @key(fields: "crNumber") { crNumber: CrNumber! legalForm: String }
type Query { motd: String }
"""
MORE = SDL.replace("legalForm: String", "legalForm: String taxNo: String")
KNOWN = "C2801234"
"""A company that every sample world has."""
GRANT = {"to": {"agencies": ["commerce-gd"]}, "purposes": ["SYSTEM_TESTING"], "legalBasis": "law"}


def within(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        connection = await Database(dsn).connect()
        try:
            async with connection.transaction():
                return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


class Joining:
    """What an operator and an agency do for a source, in one database."""

    def __init__(self, dsn: str, service: Service) -> None:
        self.dsn = dsn
        self.service = service

    def _new(self, text: str) -> NewSource:
        return NewSource(self.service.name, OWNER, self.service.url, LINK + text, {"retries": 0})

    def add(self) -> None:
        async def add(connection: asyncpg.Connection) -> None:
            await sources.add(connection, self._new(SDL), "ann")

        within(self.dsn, add)
        self.compose(SDL)

    def compose(self, text: str) -> None:
        made = composed([self._new(text)])

        async def refresh(connection: asyncpg.Connection) -> None:
            await sources.refresh(connection, self.service.name, LINK + text)
            await sources.put_in_force(connection, made.sdl, made.made_of, "ann")

        within(self.dsn, refresh)

    def break_it(self, text: str) -> None:
        async def break_(connection: asyncpg.Connection) -> None:
            newest = await sources.newest(connection)
            assert newest is not None
            await sources.put_in_force(connection, text, newest.made_of, "ann")

        within(self.dsn, break_)

    def remove(self) -> None:
        async def remove(connection: asyncpg.Connection) -> None:
            made = composed([])
            await sources.remove(connection, self.service.name)
            await sources.put_in_force(connection, made.sdl, made.made_of, "ann")

        within(self.dsn, remove)

    def publish(self) -> None:
        """Grant what the source adds; whatever is granted of the hub's own stays so."""
        supergraph = read(composed([self._new(MORE)]).sdl)
        contributed = contributions(graphql_schema(), supergraph, {self.service.name: OWNER})
        known = facts_of(contributed.schema, resident_binding(), contributed)
        rule = {"id": "r1", "type": "HongKongCompany", "fields": ["legalForm"], **GRANT}
        added = policy(OWNER, "register", grants=[rule])
        added["schemaHash"] = schema_hash(added, known)

        async def publish(connection: asyncpg.Connection) -> None:
            now = datetime.datetime.now(datetime.UTC)
            trusted = publishing(ROOT, await documents.every(connection), known, now)
            await documents.add(connection, published(trusted, library(OPEN, added), now), "tests")

        within(self.dsn, publish)


@pytest.fixture
def joining(database: str, keys: Any) -> Iterator[Joining]:
    async def fill() -> None:
        await load(database, keys, 12)
        await register(database, DEVELOPER)

    asyncio.run(fill())
    service = Service("register", OWNER, MORE, roots={"motd": "hello"})
    service.entities = {"HongKongCompany": [company(KNOWN)]}
    with serving(service.built().app) as running:
        service.url = running.url
        yield Joining(database, service)


def until(what: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """Ask until the answer is what is wanted; after some seconds, return whatever it is."""
    deadline = time.monotonic() + 8
    while not wanted(answer := what()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer


def test_a_source_joins_changes_breaks_and_goes_at_once(joining: Joining, serve: Serve, tmp_path: Path) -> None:
    root = tmp_path / "root.jws"
    root.write_bytes(ROOT)
    joining.add()
    joining.publish()
    own = {"DATABASE__DSN": joining.dsn, "POLICIES__ROOT": root, "POLICIES__HEADS": tmp_path / "heads.json"}

    with serve("development", **own) as hub:

        def company_(selection: str) -> Any:
            return hub.ask(f'{{ hongKongCompanyByCrNumber(crNumber: "{KNOWN}") {{ {selection} }} }}').json()

        def given(name: str) -> Callable[[Any], bool]:
            return lambda answer: bool(((answer.get("data") or {}).get("hongKongCompanyByCrNumber") or {}).get(name))

        def unknown(answer: Any) -> bool:
            return (
                bool(answer["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED")
                if "errors" in answer
                else False
            )

        answer = until(lambda: company_("name legalForm"), given("legalForm"))
        assert given("legalForm")(answer), answer
        _check_assertion(hub, joining.service)

        assert unknown(company_("taxNo"))
        joining.compose(MORE)
        answer = until(lambda: company_("name taxNo"), lambda each: not unknown(each))
        assert answer["errors"][0]["extensions"]["code"] == "FIELD_WITHHELD"

        for broken in ("type Query {", "type Query { x: Int }"):
            joining.break_it(broken)
            assert unknown(until(lambda: company_("legalForm"), unknown)), broken
            assert given("name")(company_("name"))
            ready = hub.client.get(f"{hub.base}/readyz").json()
            assert ready["ready"]
            assert "no remote source is joined" in ready["sources"][0], broken
        joining.compose(MORE)
        assert given("legalForm")(until(lambda: company_("legalForm"), given("legalForm")))

        joining.remove()
        assert unknown(until(lambda: company_("legalForm"), unknown))
        assert given("name")(company_("name"))
        assert hub.client.get(f"{hub.base}/readyz").json()["sources"] == []


def _check_assertion(hub: Hub, service: Service) -> None:
    """What the source was told of the caller is the hub's own word, and not the caller's token."""
    last = service.received[-1]
    keys = KeySet.import_key_set(hub.client.get(f"{hub.base}/oauth/jwks").json())
    assert last.assertion is not None
    told = jwt.decode(last.assertion, keys, algorithms=["ES256"])
    assert told.header["typ"] == "baygate-assertion+jwt"
    assert (told.claims["aud"], told.claims["sub"]) == (service.name, DEVELOPER.client_id)
    assert told.claims["exp"] - told.claims["iat"] <= 60
    token = DEVELOPER.token(hub.client, hub.base)
    assert not [each for each in service.received if token.encode() in each.body or token in str(each.headers)]
    assert "authorization" not in last.headers
    assert "dpop" not in last.headers
