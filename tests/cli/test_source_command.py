"""``baygate source``: services of agencies, registered, composed and asked."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NewType

import asyncpg
import pytest
import strawberry
from graphql import GraphQLError, GraphQLSchema, build_schema
from strawberry.asgi import GraphQL
from tests.command_line import Done, baygate
from tests.gateway.test_tls import issue
from tests.subgraph_service import LINK, Service, answering, serving, telling

from baygate.sources.registered import Composed, composed, remote_of, settings_of
from baygate.sources.remote.remote import Remote
from baygate.sources.supergraph.join import read
from baygate.storage import sources
from baygate.storage.database import Database
from baygate.storage.sources import NewSource

HONG_KONG = (
    LINK
    + """
scalar Ubi
type HongKongCompany @key(fields: "ubi") { ubi: Ubi! charges: Int }
type Query { registerUpdated: String }
"""
)
TAKES_A_NAME = HONG_KONG.replace("charges: Int", "charges: Int name: String")
CR_NUMBER = "scalar CrNumber\n"


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    with serving(telling(HONG_KONG)) as service:
        yield service


@pytest.fixture
def service(running: Service) -> Service:
    """The register of Hong Kong, as it was before a test changed it."""
    running.app = telling(HONG_KONG)
    return running


@pytest.fixture(scope="module")
def supergraph(running: Service) -> Composed:
    return composed([of(running)])


@pytest.fixture
def registered(database: str, service: Service, supergraph: Composed) -> Service:
    """The register of Hong Kong, registered."""

    async def register(connection: asyncpg.Connection) -> None:
        await sources.add(connection, of(service), "ann")
        await sources.put_in_force(connection, supergraph.sdl, supergraph.made_of, "ann")

    within(database, register)
    return service


def of(service: Service) -> NewSource:
    return NewSource("hk-register", "cr-hk", service.url, HONG_KONG, {"retries": 0})


def within(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        connection = await Database(dsn).connect()
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


@pytest.fixture
def source(database: str, tmp_path: Path) -> Any:
    """Run a command on a database of the test's own."""

    def run(*arguments: str) -> Done:
        return baygate("source", *arguments, directory=tmp_path, BAYGATE_DATABASE__DSN=database)

    return run


def stored(dsn: str) -> tuple[sources.StoredSupergraph | None, list[sources.StoredSource]]:
    found: tuple[sources.StoredSupergraph | None, list[sources.StoredSource]] = within(dsn, sources.in_force)
    return found


def added(source: Any, service: Service, *more: str, name: str = "hk-register") -> Done:
    done: Done = source("add", name, "--url", service.url, "--agency", "cr-hk", "--by", "ann", *more)
    return done


# Adding


def test_a_source_is_registered_and_composed_with_the_hub(source: Any, service: Service, database: str) -> None:
    done = added(source, service)
    assert done.returncode == 0, done.stderr
    assert "hk-register is registered, a source of cr-hk." in done.stdout
    assert "adds  Field HongKongCompany.charges was added." in done.stdout
    assert "adds  Field Query.registerUpdated was added." in done.stdout
    assert "breaks" not in done.stdout
    assert "Hubs on this database take it up within seconds." in done.stdout
    supergraph, (kept,) = stored(database)
    assert supergraph is not None
    assert (kept.name, kept.agency, kept.url, kept.sdl, kept.added_by) == (
        "hk-register", "cr-hk", service.url, HONG_KONG, "ann",
    )  # fmt: skip
    assert supergraph.composed_by == "ann"
    assert supergraph.made_of.keys() == {"hub", "hk-register"}
    assert supergraph.made_of["hk-register"] == sources.digest_of(HONG_KONG)
    assert {each.name for each in read(supergraph.sdl).federation().graphs} == {"hub", "hk-register"}


Ubi = NewType("Ubi", str)


def test_a_service_of_strawberry_is_taken_as_it_is(source: Any, service: Service) -> None:
    @strawberry.federation.type(keys=["ubi"])
    class HongKongCompany:
        ubi: Ubi
        charges: int

    @strawberry.type
    class Query:
        company: HongKongCompany | None = None

    ubi = strawberry.scalar(name="Ubi")
    schema = strawberry.federation.Schema(
        Query, config=strawberry.schema.config.StrawberryConfig(scalar_map={Ubi: ubi})
    )
    service.app = GraphQL(schema)
    done = added(source, service)
    assert done.returncode == 0, done.stderr
    assert "HongKongCompany.charges was added" in done.stdout
    assert source("status").returncode == 0


def test_how_a_source_is_to_be_asked_is_kept(source: Any, service: Service, database: str) -> None:
    done = added(source, service, "--timeout", "1.5", "--retries", "0", "--max-bytes", "90000", "--plain-http")
    assert done.returncode == 0, done.stderr
    (kept,) = stored(database)[1]
    remote = remote_of(kept)
    assert (remote.name, remote.agency, remote.url) == ("hk-register", "cr-hk", service.url)
    assert (remote.timeout, remote.retries, remote.max_bytes, remote.plain) == (1.5, 0, 90_000, True)
    (told,) = json.loads(source("list", "--json").stdout)["sources"]
    assert told["settings"] == {"timeout": 1.5, "retries": 0, "max_bytes": 90_000, "plain": True, "pins": []}


def test_of_files_the_whole_paths_are_kept() -> None:
    files = {"trust": Path("/etc/ca.pem"), "certificate": Path("/etc/hub.pem"), "key": Path("/etc/hub.key")}
    remote = Remote("tax", "tax-gd", "https://tax.example/", pins=frozenset([f"{'A' * 43}="]), **files)  # type: ignore[arg-type]
    kept = json.loads(json.dumps(settings_of(remote)))
    assert remote_of(NewSource("tax", "tax-gd", remote.url, "", kept)) == remote


def test_a_source_is_asked_over_tls_by_the_authority_that_is_named(source: Any, tmp_path: Path, database: str) -> None:
    authority = issue("Authority", ca=True)
    certificate, key = issue("Register", authority).save(tmp_path)
    (tmp_path / "authority.pem").write_text(authority.pem)
    with serving(telling(HONG_KONG), ssl_certfile=str(certificate), ssl_keyfile=str(key)) as secure:
        refused = added(source, secure)
        assert refused.returncode == 1
        assert "No TLS connection to the source hk-register" in refused.stderr
        assert "--trust" in refused.stderr
        done = added(source, secure, "--trust", "authority.pem")
    assert done.returncode == 0, done.stderr
    (kept,) = stored(database)[1]
    assert kept.settings["trust"] == str(tmp_path / "authority.pem")


def test_what_does_not_compose_is_named_and_nothing_is_stored(source: Any, service: Service, database: str) -> None:
    service.app = telling(TAKES_A_NAME)
    done = added(source, service)
    assert done.returncode == 1
    assert "INVALID_FIELD_SHARING: HongKongCompany.name (hk-register, hub)" in done.stderr
    assert "baygate: The sources make no supergraph: 1 problem." in done.stderr
    assert stored(database) == (None, [])


def test_no_source_takes_a_field_from_the_hub(source: Any, service: Service, database: str) -> None:
    service.app = telling(HONG_KONG.replace("charges: Int", 'crNumber: CrNumber @override(from: "hub")') + CR_NUMBER)
    done = added(source, service)
    assert done.returncode == 1
    assert "takes HongKongCompany.crNumber from the hub" in done.stderr
    assert stored(database) == (None, [])


def test_a_field_that_a_source_takes_from_another_is_said(source: Any, registered: Service) -> None:
    taking = HONG_KONG.replace("charges: Int", 'charges: Int @override(from: "hk-register")')
    registered.app = telling(taking.replace("registerUpdated", "chargesUpdated"))
    done = added(source, registered, name="charges")
    assert done.returncode == 0, done.stderr
    assert "moves  HongKongCompany.charges comes from charges, no longer from hk-register" in done.stdout


def test_a_name_is_taken_once(source: Any, registered: Service) -> None:
    registered.app = None  # it would not even be asked
    done = added(source, registered)
    assert done.returncode == 1
    assert "There is a source hk-register already" in done.stderr
    assert "baygate source refresh hk-register" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["hub", "--url", "https://x.example/", "--agency", "a"], "what the hub itself is called"),
        (["Tax", "--url", "https://x.example/", "--agency", "a"], "'Tax' cannot be the name"),
        (["tax", "--url", "https://x.example/", "--agency", "A b"], "'A b' cannot be the agency"),
        (["tax", "--url", "http://x.example/", "--agency", "a"], "plain HTTP"),
        (["tax", "--url", "ftp://x.example/", "--agency", "a"], "its address is none"),
        (["tax", "--url", "https://x.example/", "--agency", "a", "--pin", "x"], "'x' is no pin"),
        (["tax", "--url", "https://x.example/", "--agency", "a", "--timeout", "0"], "timeout is 0"),
        (["tax", "--url", "http://127.0.0.1:1/", "--agency", "a", "--retries", "0"], "tax cannot be reached"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_cannot_be_meant_is_refused(source: Any, arguments: list[str], told: str) -> None:
    done = source("add", *arguments)
    assert done.returncode == 1
    assert "baygate: " in done.stderr
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 2  # what, and what to do
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("app", "told"),
    [
        (answering(build_schema("type Query { a: Int }")), "does not tell its schema: Cannot query field '_service'"),
        (None, "answered with the HTTP status 503"),
        (telling("type Query {"), "Syntax Error"),
        (telling("# \0\n" + HONG_KONG), "U+0000"),
    ],
    ids=["no subgraph", "down", "unreadable", "U+0000"],
)
def test_a_service_that_is_no_subgraph_is_refused(source: Any, service: Service, app: Any, told: str) -> None:
    service.app = app
    done = added(source, service, "--retries", "0")
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_what_a_service_says_commands_no_terminal(source: Any, service: Service) -> None:
    service.app = answering(
        build_schema("type Query { _service: Service } type Service { sdl: Int }"),
        {"_service": GraphQLError("\x1b[2Jgone")},
    )
    done = added(source, service)
    assert "�[2Jgone" in done.stderr
    label = '@override(from: "hub", label: "\\u001b[2J")'
    service.app = telling(HONG_KONG.replace("charges: Int", f"charges: Int {label}"))
    done = added(source, service)
    assert "�[2J" in done.stderr
    assert "\x1b" not in done.stderr


def test_without_tables_it_says_how_to_make_them(empty_database: str, service: Service) -> None:
    for command in (["list"], ["status"], ["refresh"], ["remove", "x"]):
        done = baygate("source", *command, "--dsn", empty_database)
        assert done.returncode == 1
        assert "baygate db upgrade" in done.stderr


# Refreshing and removing


def test_a_refreshed_source_is_composed_anew(source: Any, registered: Service, database: str) -> None:
    registered.app = telling(HONG_KONG.replace("charges: Int", "officers: [String]"))
    done = source("refresh", "hk-register")
    assert done.returncode == 0, done.stderr
    assert "hk-register has another schema." in done.stdout
    assert "breaks  Field HongKongCompany.charges was removed." in done.stdout
    assert "adds  Field HongKongCompany.officers was added." in done.stdout
    supergraph, (kept,) = stored(database)
    assert supergraph is not None
    assert "officers" in kept.sdl
    assert supergraph.made_of["hk-register"] == sources.digest_of(kept.sdl)


def test_nothing_new_makes_no_new_supergraph(source: Any, registered: Service, database: str) -> None:
    before, _ = stored(database)
    done = source("refresh")
    assert done.returncode == 0, done.stderr
    assert "hk-register has the schema that it had." in done.stdout
    assert "The supergraph is as it was." in done.stdout
    assert stored(database)[0] == before


def test_a_refresh_that_does_not_compose_changes_nothing(source: Any, registered: Service, database: str) -> None:
    before = stored(database)
    registered.app = telling(TAKES_A_NAME)
    done = source("refresh")
    assert done.returncode == 1
    assert "INVALID_FIELD_SHARING: HongKongCompany.name" in done.stderr
    assert stored(database) == before


def test_a_removed_source_leaves_the_hub_alone(source: Any, registered: Service, database: str) -> None:
    done = source("remove", "hk-register")
    assert done.returncode == 0, done.stderr
    assert "breaks  Field Query.registerUpdated was removed." in done.stdout
    supergraph, registered = stored(database)
    assert supergraph is not None
    assert (supergraph.made_of.keys(), registered) == ({"hub"}, [])
    again = source("remove", "hk-register")
    assert again.returncode == 1
    assert "There is no source hk-register." in again.stderr


def test_a_source_that_others_build_on_is_not_removed(source: Any, registered: Service, database: str) -> None:
    leaning = HONG_KONG.replace("charges: Int", 'charges: Int @external risk: Int @requires(fields: "charges")')
    registered.app = telling(leaning.replace("registerUpdated", "riskUpdated"))
    assert added(source, registered, name="risk").returncode == 0
    done = source("remove", "hk-register")
    assert done.returncode == 1
    assert "HongKongCompany.charges" in done.stderr
    assert [each.name for each in stored(database)[1]] == ["hk-register", "risk"]


# Looking


def test_without_a_source_the_supergraph_is_the_hubs(source: Any) -> None:
    assert "No source was ever registered" in source("list").stdout
    assert source("refresh").returncode == 0


def test_sources_are_listed_with_the_supergraph_that_they_make(source: Any, registered: Service) -> None:
    shown = source("list")
    assert all(each in shown.stdout for each in ("hk-register", "cr-hk", registered.url, "by ann"))
    assert "The supergraph is version 1," in shown.stdout
    assert shown.stderr == ""


def test_a_hub_with_another_contract_is_told_to_compose_anew(source: Any, registered: Service, database: str) -> None:
    older = 'UPDATE supergraph SET made_of = made_of || \'{"hub": "0"}\''
    within(database, lambda connection: connection.execute(older))
    assert "another contract than this hub's. Run: baygate source refresh" in source("list").stderr
    assert "Version 2 of the supergraph is in force." in source("refresh").stdout
    assert source("list").stderr == ""


def test_the_status_says_who_answers_and_how_fast(source: Any, registered: Service) -> None:
    done = source("status")
    assert done.returncode == 0, done.stderr
    assert re.search(r"hk-register +cr-hk +answers in \d+ ms +schema as composed", done.stdout)


def test_the_status_says_why_a_source_does_not_answer(source: Any, registered: Service) -> None:
    registered.app = None
    done = source("status")
    assert done.returncode == 1
    assert "does not answer" in done.stdout
    assert "HTTP status 503" in done.stdout
    assert "hk-register cannot be asked." in done.stderr
    (told,) = json.loads(source("status", "--json").stdout)
    assert (told["reachable"], told["milliseconds"], told["schemaAsComposed"]) == (False, None, None)


def test_an_error_is_no_answer(source: Any, registered: Service) -> None:
    registered.app = answering(GraphQLSchema())
    done = source("status")
    assert done.returncode == 1
    assert "does not answer" in done.stdout
    assert "Query root type must be provided" in done.stdout


def test_the_status_says_whose_schema_is_another(source: Any, registered: Service) -> None:
    registered.app = telling(HONG_KONG + "scalar New\n")
    done = source("status")
    assert done.returncode == 1
    assert "ANOTHER SCHEMA" in done.stdout
    assert "baygate source refresh" in done.stderr


def test_the_status_says_who_no_longer_tells_his_schema(source: Any, registered: Service) -> None:
    registered.app = answering(build_schema("type Query { a: Int }"))
    done = source("status")
    assert done.returncode == 1
    assert "schema unknown" in done.stdout
