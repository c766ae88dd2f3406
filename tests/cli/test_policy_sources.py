"""``baygate policy`` where policies speak of what remote sources contribute: by a file, and by what is registered."""

import asyncio
import datetime
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.access.signing import agencies, agency, grant, manifest, policy, root_document, schema_hash, signed
from tests.command_line import Done, baygate
from tests.subgraph_service import LINK

from baygate.access.facts import Facts
from baygate.contract.schema import graphql_schema
from baygate.sources.bindings import resident_binding
from baygate.sources.facts import facts_of
from baygate.sources.registered import Composed, composed
from baygate.sources.supergraph.contributions import contributions
from baygate.sources.supergraph.join import read
from baygate.storage import decisions, documents, sources
from baygate.storage.database import Database
from baygate.storage.decisions import Caller, Decided
from baygate.storage.sources import NewSource

SEALS = NewSource(
    "seals",
    "customs-gz",
    "http://127.0.0.1:8081/graphql",
    LINK + "scalar Ubi type HongKongCompany @key(fields: \"ubi\") { ubi: Ubi! seals: [Seal!] }"
    " type Seal { number: String } type Query { sealSearch: Seal }",
    {},
)  # fmt: skip
"""What a service of customs-gz adds to the companies of Hong Kong."""
TO = {"to": {"agencies": ["samr-gd"]}, "purposes": ["RISK_ASSESSMENT"], "scopes": []}
ASKING = {"agency": "samr-gd", "purpose": "RISK_ASSESSMENT"}
ACTIVE = [{"attr": "record.status", "op": "eq", "value": "ACTIVE"}]
EXPLAIN = ("--as", "samr-gd", "--purpose", "RISK_ASSESSMENT")


@pytest.fixture(scope="module")
def supergraph() -> Composed:
    return composed([SEALS])


@pytest.fixture(scope="module")
def known(supergraph: Composed) -> Facts:
    found = contributions(graphql_schema(), read(supergraph.sdl), {"seals": "customs-gz"})
    return facts_of(found.schema, resident_binding(), found)


@pytest.fixture
def here(tmp_path: Path, supergraph: Composed, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a supergraph, and with a root document by which customs-gz owns what its service adds."""
    monkeypatch.chdir(tmp_path)
    owning = agency(
        "customs-gz", owns={"HongKongCompany": ["seals"], "Seal": ["*"], "Query": ["sealSearch"], "CreditRating": ["*"]}
    )
    others = [each for each in agencies() if each["id"] != "customs-gz"]
    Path("root.jws").write_bytes(signed(root_document(agencies=[owning, *others])))
    Path("supergraph.graphql").write_text(supergraph.sdl, encoding="utf-8")
    return tmp_path


@pytest.fixture
def on_files(here: Path) -> Callable[..., Done]:
    """The command line on files alone."""

    def run(*arguments: str, **environment: str) -> Done:
        return baygate("policy", *arguments, BAYGATE_POLICIES__ROOT="root.jws", **environment)

    return run


@pytest.fixture
def hub(here: Path, database: str) -> Callable[..., Done]:
    """The command line on a database with nothing registered."""

    def run(*arguments: str) -> Done:
        return baygate("policy", *arguments, BAYGATE_POLICIES__ROOT="root.jws", BAYGATE_DATABASE__DSN=database)

    return run


@pytest.fixture
def joined(hub: Callable[..., Done], database: str, supergraph: Composed) -> Callable[..., Done]:
    """The command line on a database where the service is registered."""
    within(database, lambda connection: register(connection, supergraph.sdl, supergraph))
    return hub


async def register(connection: asyncpg.Connection, sdl: str, of: Composed) -> None:
    await sources.add(connection, SEALS, "ann")
    await sources.put_in_force(connection, sdl, of.made_of, "ann")


def within(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        connection = await Database(dsn).connect()
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def speaking(known: Facts, **changes: Any) -> dict[str, Any]:
    """Return a policy of all that the service adds; ``changes`` are those of the grant of ``HongKongCompany.seals``."""
    document = policy(
        name="seals",
        grants=[
            grant("company", **{"type": "HongKongCompany", "fields": ["seals"], **TO, **changes}),
            grant("seal", type="Seal", fields=["number"], **TO),
            grant("search", type="Query", fields=["sealSearch"], **TO),
        ],
        tests=[{"given": {**ASKING, "field": "HongKongCompany.seals"}, "expect": "ALLOW", "by": "company"}],
    )
    return {**document, "schemaHash": schema_hash(document, known)}


def source(document: dict[str, Any]) -> str:
    Path("seals.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
    return "seals.json"


def published(document: dict[str, Any]) -> tuple[str, str]:
    """Sign a policy and the manifest that lists it, into files."""
    text = signed(document)
    Path("seals.jws").write_bytes(text)
    Path("manifest.jws").write_bytes(signed(manifest("customs-gz", text)))
    return "seals.jws", "manifest.jws"


def well(done: Done) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout)


BY_FILE = ("--supergraph", "supergraph.graphql", "--source-agency", "seals=customs-gz")


class TestByAFile:
    def test_lint_knows_the_types_and_fields_of_remote_sources(self, on_files: Any, known: Facts) -> None:
        file = source(speaking(known))
        assert "is sound" in well(on_files("lint", file, *BY_FILE))
        done = on_files("lint", file)
        assert done.returncode == 1
        assert "HongKongCompany has no field seals" in done.stdout

    def test_the_environment_can_name_the_file(self, on_files: Any, known: Facts) -> None:
        named = {"BAYGATE_SUPERGRAPH": "supergraph.graphql", "BAYGATE_SOURCE_AGENCY": "seals=customs-gz"}
        assert "passes 1" in well(on_files("test", source(speaking(known)), **named))

    def test_lint_writes_the_hash_of_what_sources_say(self, on_files: Any, known: Facts) -> None:
        document = speaking(known)
        file = source({**document, "schemaHash": "sha256:" + "0" * 64})
        well(on_files("lint", file, "--fix-hash", *BY_FILE))
        assert json.loads(Path(file).read_text(encoding="utf-8")) == document

    def test_lint_refuses_a_condition_that_the_source_cannot_judge(self, on_files: Any, known: Facts) -> None:
        done = on_files("lint", source(speaking(known, where=ACTIVE)), *BY_FILE)
        assert done.returncode == 1
        assert "seals is added by a source of customs-gz to rows of HongKongCompany" in done.stdout

    def test_a_test_goes_by_the_agency_whose_the_source_is(self, on_files: Any, known: Facts) -> None:
        file = source(speaking(known))
        assert "passes 1: HongKongCompany.seals" in well(on_files("test", file, *BY_FILE))
        done = on_files("test", file, "--supergraph", "supergraph.graphql")
        assert done.returncode == 1
        assert "FAILS 1: HongKongCompany.seals" in done.stdout, "a source is of the agency of its name, unless told"

    def test_verify_holds_a_signed_file_against_what_sources_say(self, on_files: Any, known: Facts) -> None:
        Path("seals.jws").write_bytes(signed(speaking(known, where=ACTIVE)))
        done = on_files("verify", "seals.jws", *BY_FILE)
        assert done.returncode == 1
        assert "refused at the step rules: company: seals is added" in done.stderr

    def test_a_new_source_grants_what_remote_sources_have(self, on_files: Any, known: Facts) -> None:
        to = ("--agency", "samr-gd", "--purpose", "RISK_ASSESSMENT", "--basis", "A law", "--catalogue", "GD-1")
        well(on_files("new", "customs-gz/seals", "--type", "Seal", *to, *BY_FILE))
        file = "policies/customs-gz/seals.json"
        assert json.loads(Path(file).read_text(encoding="utf-8"))["grants"][0]["fields"] == ["number"]
        assert "is sound" in well(on_files("lint", file, *BY_FILE))

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("--supergraph", "nothing"), "nothing cannot be read: No such file or directory."),
            (("--supergraph", "root.jws"), "root.jws: "),
            (("--supergraph", "alone.graphql"), "alone.graphql is a supergraph without the hub."),
            (("--source-agency", "seals"), "--source-agency names no agency."),
            ((*BY_FILE, "--source-agency", "seal=tax-gd"), "supergraph.graphql has no source seal."),
        ],
    )
    def test_what_is_no_supergraph_of_the_hub_is_refused(
        self, on_files: Any, known: Facts, options: tuple[str, ...], said: str
    ) -> None:
        Path("subgraph.graphql").write_text(LINK + "type Query { a: Int }", encoding="utf-8")
        alone = ("--no-hub", "--source", "a=subgraph.graphql", "-o", "alone.graphql")
        assert baygate("schema", "compose", *alone).returncode == 0
        done = on_files("lint", source(speaking(known)), *options)
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr


class TestByWhatIsRegistered:
    def test_a_policy_of_a_remote_source_goes_all_the_way_into_force(self, joined: Any, known: Facts) -> None:
        file = source(speaking(known))
        assert "is sound" in well(joined("lint", file))
        assert "passes 1" in well(joined("test", file))
        done = joined("diff", file)
        assert done.returncode == 1
        assert {line.split()[3] for line in done.stdout.splitlines()[1:]} == {
            "HongKongCompany.seals", "Seal.number", "Query.sealSearch",
        }  # fmt: skip
        assert "published customs-gz/seals version 1" in well(joined("publish", *published(speaking(known))))
        for field, rule in (("HongKongCompany.seals", "company"), ("Query.sealSearch", "search")):
            given = f"{field} is given, as it is, by {rule} of customs-gz/seals version 1."
            assert given in well(joined("explain", field, *EXPLAIN))
        assert "Seal.number is given in rows of customs-gz" in well(joined("explain", "Seal.number", *EXPLAIN))
        assert "holds" in well(joined("log", "customs-gz/seals", "--verify"))

    def test_what_the_compiler_could_not_give_is_not_published(self, joined: Any, database: str, known: Facts) -> None:
        done = joined("publish", *published(speaking(known, where=ACTIVE)))
        assert done.returncode == 1
        assert (
            "seals.jws is refused at the step rules: company: seals is added by a source of customs-gz" in done.stderr
        )
        assert "Nothing was published." in done.stderr
        assert within(database, documents.every) == []

    def test_the_log_holds_documents_against_what_is_registered_now(
        self, hub: Any, database: str, supergraph: Composed, known: Facts
    ) -> None:
        well(hub("publish", *published(speaking(known, where=ACTIVE))))
        within(database, lambda connection: register(connection, supergraph.sdl, supergraph))
        done = hub("log", "customs-gz/seals", "--verify")
        assert done.returncode == 1
        assert "seals is added by a source of customs-gz" in done.stdout

    def test_what_was_asked_of_a_remote_source_is_replayed(self, joined: Any, database: str, known: Facts) -> None:
        asked = Caller(
            "samr-gd", "CN-GD", frozenset(), party=False, scopes=frozenset({"identity:read"}),
            purpose="RISK_ASSESSMENT", assurance=0,
        )  # fmt: skip
        rows = [Decided(datetime.date(2026, 12, 1), asked, "HongKongCompany", "seals", "WITHHOLD", 4)]
        within(database, lambda connection: decisions.record(connection, rows))
        done = joined("replay", source(speaking(known)), "--json")
        assert done.returncode == 1
        (told,) = json.loads(done.stdout)
        assert (told["change"], told["field"], told["count"]) == ("GAINED", "HongKongCompany.seals", 4)

    def test_a_source_of_an_agency_that_does_not_own_its_fields_gives_nothing(self, joined: Any) -> None:
        text = signed(root_document(agencies=[agency("customs-gz", owns={"HongKongCompany": ["name"]})]))
        Path("other.jws").write_bytes(text)
        told = well(
            joined("explain", "HongKongCompany.seals", "--jurisdiction", "HK", *EXPLAIN[2:], "--root", "other.jws")
        )
        assert "customs-gz, whose source adds it, does not own HongKongCompany.seals" in told

    def test_without_the_source_such_a_policy_is_published_and_grants_nothing(self, hub: Any, known: Facts) -> None:
        done = hub("publish", *published(speaking(known)))
        assert done.returncode == 0
        assert "customs-gz/seals speaks of fields that the contract has changed" in done.stderr

    def test_a_supergraph_that_hubs_cannot_use_is_told_and_the_contract_stands(
        self, hub: Any, database: str, supergraph: Composed
    ) -> None:
        within(database, lambda connection: register(connection, "type Query { a: Int }", supergraph))
        done = hub("explain", "CreditRating.grade", *EXPLAIN)
        assert done.returncode == 0
        assert "Mind: The supergraph 1 cannot be used, and no remote source is joined" in done.stderr

    def test_a_database_that_is_down_leaves_the_contract(self, on_files: Any, known: Facts) -> None:
        done = on_files("lint", source(speaking(known)), BAYGATE_DATABASE__DSN="postgresql://127.0.0.1:1/none")
        assert done.returncode == 1
        assert "Mind: what remote sources contribute is not known: No PostgreSQL answers" in done.stderr
        assert "HongKongCompany has no field seals" in done.stdout
