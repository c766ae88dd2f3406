"""Policies at the real server: in force at once and everywhere, until they say, and never rolled back."""

import asyncio
import datetime
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.access.signing import (
    COORDINATORS,
    DAY,
    SAMR,
    TAX,
    after,
    agency,
    denial,
    digest,
    facts,
    grant,
    manifest,
    moment,
    payload,
    policy,
    root_document,
    signed,
    subject,
)
from tests.agency import CUSTOMS, register
from tests.oauth.server.desk import eventually
from tests.serving import Hub, Serve, plain

from baygate.access.documents.heads import Heads
from baygate.access.documents.library import published, publishing
from baygate.sample.load import load
from baygate.storage import documents
from baygate.storage.database import Database

OWNER = "samr-gd"
PROVIDERS = ["safe-gd", "tax-gd", "customs-gz", "customs-sz", "ciq-gd", OWNER]
ROOT = signed(
    root_document(
        agencies=[
            agency(OWNER, providers=PROVIDERS, owns={"CreditRating": ["*"]}, signers=[subject(SAMR)]),
            agency("customs-gz", providers=[], signers=[]),
            agency("fda-gd", providers=["fda-gd"], owns={"ProductLicence": ["*"]}, signers=[subject(TAX)]),
        ]
    )
)
ORDER = ["assessedOn", "ratingNo"]
READ = ["grade", "score", *ORDER]
QUERY = {"query": "{ creditRatings(first: 2) { nodes { grade score } } }"}


def granting(*fields: str, **changes: Any) -> dict[str, Any]:
    """A policy that grants fields of ratings to customs, and what they are ordered by."""
    named = [*fields, *ORDER] if fields else READ
    return policy(OWNER, "credit", grants=[grant(fields=named, to={"agencies": ["customs-gz"]})], **changes)


class Publisher:
    """Publishes into one database, as the command line does, whatever the owner has signed."""

    def __init__(self, dsn: str, root: bytes = ROOT) -> None:
        self.dsn = dsn
        self.root = root
        self.sequence = 0

    def publish(self, *texts: bytes) -> None:
        async def publishing_() -> None:
            async with connected(self.dsn) as connection, connection.transaction():
                now = datetime.datetime.now(datetime.UTC)
                trusted = publishing(self.root, await documents.every(connection), facts(), now)
                await documents.add(connection, published(trusted, texts, now), "tests")

        asyncio.run(publishing_())

    def put_in_force(self, *texts: bytes, **changes: Any) -> None:
        """Publish policies together with a manifest that lists them and nothing else."""
        self.sequence += 1
        self.publish(*texts, signed(manifest(OWNER, *texts, sequence=self.sequence, **changes)))

    def execute(self, statement: str) -> None:
        async def executing() -> None:
            async with connected(self.dsn) as connection:
                await connection.execute(statement)

        asyncio.run(executing())


class connected:  # noqa: N801 - a context manager
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def __aenter__(self) -> asyncpg.Connection:
        self._connection = await Database(self._dsn).connect()
        return self._connection

    async def __aexit__(self, *_: object) -> None:
        await self._connection.close()


@pytest.fixture
def publisher(database: str, keys: Any) -> Publisher:
    """A world of its own for what a test publishes."""

    async def fill() -> None:
        await load(database, keys, 12)
        await register(database, CUSTOMS)

    asyncio.run(fill())
    return Publisher(database)


@pytest.fixture
def governed(publisher: Publisher, serve: Serve, tmp_path: Path, production: Hub) -> Iterator[Callable[..., Any]]:
    """Start a hub in production over the publisher's database and root document."""
    root = tmp_path / "root.jws"
    root.write_bytes(publisher.root)
    heads = tmp_path / "heads.json"

    def serving(**settings: Any) -> Any:
        own = {"DATABASE__DSN": publisher.dsn, "POLICIES__ROOT": root, "POLICIES__HEADS": heads}
        return serve("production", **own | settings)

    return serving


def ratings(hub: Hub) -> Mapping[str, Any]:
    """Return the first rating that is given, or nothing; whatever happens, the hub answers."""
    answer = hub.post(QUERY)
    assert answer.status_code == 200, answer.text
    found = answer.json()["data"]["creditRatings"]
    return found["nodes"][0] if found and found["nodes"] else {}


def ready(hub: Hub) -> Any:
    return hub.client.get(f"{hub.base}/readyz").json()


def _new_connection(hub: Hub) -> bool:
    with plain() as client:
        return client.get(f"{hub.base}/readyz").status_code == 200


def _grade_is_given(hub: Hub) -> bool:
    """Ask over a connection of its own, so that each worker is asked now and then."""
    with plain(auth=hub.auth) as client:
        (first, *_) = client.post(hub.url, json=QUERY).json()["data"]["creditRatings"]["nodes"]
    return first["grade"] is not None


def test_a_policy_takes_effect_on_every_worker_within_a_second_and_no_request_fails(
    governed: Any, publisher: Publisher
) -> None:
    first = signed(granting("grade"))
    publisher.put_in_force(first)
    failed: list[str] = []
    over = threading.Event()

    def load_(hub: Hub) -> None:
        with plain(auth=hub.auth) as client:
            while not over.is_set():
                answer = client.post(hub.url, json=QUERY)
                failed.extend([answer.text] if answer.status_code != 200 else [])

    with governed(SERVER__WORKERS=2) as hub:
        assert eventually(lambda: all(_new_connection(hub) for _ in range(12))), "both workers are ready"
        assert ratings(hub)["grade"]
        threads = [threading.Thread(target=load_, args=(hub,)) for _ in range(2)]
        for each in threads:
            each.start()
        try:
            for fields in (["grade", "score"], ["score"], ["grade", "score"]):
                second = signed(granting(*fields, version=payload(first)["version"] + 1, prev=digest(first)))
                publisher.put_in_force(second)
                wanted = "grade" in fields
                # a second is what is promised; a machine that is busy with other tests is given more
                assert eventually(lambda wanted=wanted: all(_grade_is_given(hub) is wanted for _ in range(12))), fields
                first = second
        finally:
            over.set()
            for each in threads:
                each.join()
    assert failed == []


def test_a_policy_that_ends_while_plans_are_warm_gives_nothing_more(governed: Any, publisher: Publisher) -> None:
    with governed() as hub:
        ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=4)
        publisher.put_in_force(signed(granting("grade", expires=moment(ends))))
        assert eventually(lambda: ratings(hub).get("grade"))
        assert eventually(lambda: ratings(hub) == {})
        assert datetime.datetime.now(datetime.UTC) >= ends - datetime.timedelta(seconds=1)
        assert "expired" in ready(hub)["policies"][0]


def test_a_policy_begins_at_its_moment_without_anybody_saying_so(governed: Any, publisher: Publisher) -> None:
    begins = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=7)
    publisher.put_in_force(signed(granting("grade", notBefore=moment(begins))))
    with governed() as hub:
        assert ratings(hub) == {}
        assert eventually(lambda: ratings(hub) != {})
        assert datetime.datetime.now(datetime.UTC) >= begins - datetime.timedelta(seconds=1)


def test_a_withdrawn_policy_gives_nothing_and_its_field_names_the_policy(governed: Any, publisher: Publisher) -> None:
    first = signed(granting("grade"))
    publisher.put_in_force(first)
    with governed() as hub:
        assert ratings(hub)["grade"]
        withdrawn = signed(
            after(first, grants=[], denials=[denial()], schemaHash=facts().schema_hash([("CreditRating", "grade")]))
        )
        publisher.put_in_force(withdrawn)
        assert eventually(lambda: ratings(hub) == {})
        (error,) = hub.post(QUERY).json()["errors"]
        assert error["extensions"]["code"] == "FIELD_WITHHELD"
        assert error["extensions"]["policy"] == "samr-gd/credit"


def test_without_a_root_document_everything_is_withheld_and_the_hub_says_so(governed: Any, tmp_path: Path) -> None:
    for wrong in ("missing.jws", ""):
        with governed(until="healthz", POLICIES__ROOT=tmp_path / wrong) as hub:
            assert eventually(lambda hub=hub: "root document" in (ready(hub)["problem"] or ""))
            assert ready(hub)["ready"] is False
            assert ratings(hub) == {}


def test_a_root_document_that_is_over_withholds_everything(governed: Any, publisher: Publisher, tmp_path: Path) -> None:
    root = tmp_path / "ending.jws"
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=7)
    root.write_bytes(signed(root_document(agencies=payload(ROOT)["agencies"], expires=moment(ends))))
    publisher.put_in_force(signed(granting("grade")))
    with governed(POLICIES__ROOT=root) as hub:
        assert ratings(hub)["grade"]
        assert eventually(lambda: ratings(hub) == {})
        assert "root document expired" in ready(hub)["problem"]


def test_when_all_policies_are_lost_everything_is_withheld_and_the_hub_stays_up(
    governed: Any, publisher: Publisher
) -> None:
    publisher.put_in_force(signed(granting("grade")))
    with governed() as hub:
        assert ratings(hub)["grade"]
        publisher.execute("DELETE FROM document; NOTIFY baygate_documents")
        assert eventually(lambda: ratings(hub) == {})
        assert ready(hub)["ready"] is False
        assert "older than what this hub has seen" in ready(hub)["problem"]
        assert hub.client.get(f"{hub.base}/healthz").status_code == 200


def test_an_older_database_is_noticed_also_after_a_restart_until_an_operator_accepts_it(
    governed: Any, publisher: Publisher, tmp_path: Path
) -> None:
    heads, first = tmp_path / "heads.json", signed(granting("grade"))
    publisher.put_in_force(first)
    with governed() as hub:
        publisher.put_in_force(signed(after(first, notBefore=moment(datetime.datetime.now(datetime.UTC) - DAY))))
        assert eventually(lambda: '"samr-gd/credit": 2' in heads.read_text())
    publisher.execute("DELETE FROM document WHERE version = 2")

    with governed(until="healthz") as hub:
        assert eventually(lambda: "older" in (ready(hub)["problem"] or ""))
        assert "samr-gd/credit was seen at 2, and the database has 1" in ready(hub)["problem"]
        assert ratings(hub) == {}
        accepted = Heads(1, {OWNER: 1}, {"samr-gd/credit": 1}).text()

        async def accept() -> None:
            async with connected(publisher.dsn) as connection:
                await documents.accept_rollback(connection, accepted, "restored from the backup of Monday", "operator")

        asyncio.run(accept())
        assert eventually(lambda: ready(hub)["ready"])
        assert ratings(hub)["grade"]


def test_a_new_root_that_revokes_a_signer_ends_what_he_signed(governed: Any, publisher: Publisher) -> None:
    publisher.put_in_force(signed(granting("grade")))
    with governed() as hub:
        assert ratings(hub)["grade"]
        thumbprint = payload_thumbprint(signed(granting("grade")))
        publisher.publish(signed(after(ROOT, revoked=[thumbprint]), *COORDINATORS[:2]))
        assert eventually(lambda: ratings(hub) == {})
        assert any("revoked" in each for each in ready(hub)["policies"])


def test_one_owners_revoked_signer_takes_nothing_from_the_others(governed: Any, publisher: Publisher) -> None:
    publisher.put_in_force(signed(granting("grade")))
    other = signed(policy("fda-gd", "licences", grants=[]), TAX)
    publisher.publish(other, signed(manifest("fda-gd", other), TAX))
    with governed() as hub:
        assert ratings(hub)["grade"]
        thumbprint = payload_thumbprint(other)
        publisher.publish(signed(after(ROOT, revoked=[thumbprint]), *COORDINATORS[:2]))
        assert eventually(lambda: any("revoked" in each for each in ready(hub)["policies"]))
        assert ratings(hub)["grade"]


def payload_thumbprint(text: bytes) -> str:
    from baygate.access.documents.envelope import read

    (signer,) = read(text).signers
    return signer.thumbprint


def test_the_jurisdiction_is_the_root_documents_and_not_the_registrations(governed: Any, publisher: Publisher) -> None:
    publisher.put_in_force(
        signed(policy(OWNER, "credit", grants=[grant(fields=READ, to={"jurisdictions": ["CN-GD"]})]))
    )
    with governed() as hub:
        assert ratings(hub)["grade"]
        moved = root_document(
            agencies=[payload(ROOT)["agencies"][0], agency("customs-gz", jurisdiction="MO", providers=[], signers=[])]
        )
        publisher.publish(signed({**moved, "version": 2, "prev": digest(ROOT)}))
        assert eventually(lambda: ratings(hub) == {})
