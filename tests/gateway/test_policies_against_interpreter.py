"""End to end: what leaves the database under generated policies is what a slow reading of the policies lets out."""

import asyncio
import hmac
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, Phase, event, given, settings
from tests.access.generated import (
    PROVIDERS,
    UNGOVERNED,
    documents,
    facts,
    in_force,
    interpreted,
    policy,
    principals,
    root,
    seeds,
)
from tests.oracle.engine import Engine
from tests.oracle.governed import Governed, GovernedOracle
from tests.oracle.governed_questions import Asker
from tests.oracle.resolvers import Oracle
from tests.oracle.rows import Record

from baygate.access.compile import compiled, who
from baygate.access.principal import Principal
from baygate.sample.load import load
from baygate.sources.binding import Column
from baygate.sources.bindings import resident_binding
from baygate.storage import schema_version
from baygate.storage.database import Database
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.keys import Keys

GENEROUS = {
    "MainlandEnterprise": ("id", "uscc", "name", "creditRatings", "declarations", "licences", "region"),
    "HongKongCompany": ("id", "ubi", "crNumber", "name", "creditRatings"),
    "CreditRating": ("ratingNo", "assessedOn", "grade", "party"),
    "RatingChange": ("seq", "toGrade"),
    "Licence": ("licenceNo", "kind", "holder"),
    "Declaration": ("declarationNo", "declaredAt", "totalValue", "insurance", "dutiableValue", "declarant"),
    "Region": ("code", "name"),
}
"""What most owners give to everybody, so that questions get past the entry; beside it come grants by chance."""
TYPES = tuple(GENEROUS)
SECRET = re.compile(rb"S3CR-[0-9a-f]{32}")
PLANTED = {
    "credit_rating": ("evidence_no", "investigation_note"),
    "declaration": ("buyer_name", "buyer_telephone", "consignee_address"),
    "mainland_enterprise": ("registered_address",),
    "party": ("name",),
    "licence": ("name",),
}
EXAMPLES, QUESTIONS = 70, 5


class Secrets(dict[bytes, tuple[Record, str]]):
    """Where each secret stands; short where a failure shows it."""

    def __repr__(self) -> str:
        return f"{len(self)} secrets"


@dataclass(frozen=True)
class Planted:
    """A database of this module's own, in which many values are secrets that stand nowhere else."""

    dsn: str
    keys: Keys


@pytest.fixture(scope="module")
def planted(postgres: EmbeddedPostgres, keys: Keys) -> Iterator[Planted]:
    async def execute(dsn: str, *statements: str) -> None:
        connection = await Database(dsn).connect()
        for each in statements:
            await connection.execute(each)
        await connection.close()

    async def make() -> None:
        await execute(postgres.dsn("postgres"), "CREATE DATABASE planted TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        await schema_version.upgrade(postgres.dsn("planted"))
        await load(postgres.dsn("planted"), keys, 8, processes=1)
        plant = [
            f"UPDATE {table} SET {column} = 'S3CR-' || md5(gen_random_uuid()::text)"
            for table, columns in PLANTED.items()
            for column in columns
        ]
        await execute(postgres.dsn("planted"), *plant)

    asyncio.run(make())
    yield Planted(postgres.dsn("planted"), keys)
    asyncio.run(execute(postgres.dsn("postgres"), "DROP DATABASE planted WITH (FORCE)"))


@pytest.fixture(scope="module")
def engine(planted: Planted) -> Iterator[Engine]:
    engine = Engine(planted)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def plainly(engine: Engine) -> Oracle:
    """What would be answered if there were no policies."""
    return engine.oracle()


def governed(made: list[Any], principal: Principal, keys: Keys) -> Governed:
    secret = keys["recipient-hash"].secret

    def key(recipient: str, purpose: str) -> bytes:
        return hmac.digest(secret, f"recipient {recipient} {purpose}".encode(), "sha256")

    reading = interpreted(root(TYPES), made, principal, key)
    providers = [each for governing in PROVIDERS.values() for each in governing]
    return Governed(reading, resident_binding(), (*providers, UNGOVERNED))


@pytest.fixture(scope="module")
def secrets(plainly: Oracle) -> Secrets:
    found = Secrets()
    for name in TYPES:
        for record in plainly.rows.records(name, {}):
            for field, bound in record.owner.fields.items():
                value = record.value(bound.column) if isinstance(bound, Column) else None
                if isinstance(value, str) and SECRET.fullmatch(value.encode()):
                    found[value.encode()] = (record, field)
    assert len(found) > 100
    return found


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
@given(made=documents(TYPES, GENEROUS), principal=principals(), chance=seeds())
def test_an_answer_holds_what_the_policies_let_out_and_nothing_else(
    engine: Engine,
    planted: Planted,
    plainly: Oracle,
    secrets: Secrets,
    made: list[Any],
    principal: Principal,
    chance: random.Random,
) -> None:
    force = in_force(root(TYPES), [policy(each) for each in made])
    asking = who(principal, force)
    access = compiled(force, asking, facts())
    known = replace(principal, attributes=asking.attributes)
    reading = governed(made, principal, planted.keys)
    oracle = GovernedOracle(plainly, access.access_class, reading)
    for _ in range(QUESTIONS):
        question = Asker(chance, oracle.schema, resident_binding(), plainly.rows).question()
        answer = engine.text(question, {}, access, known)
        for secret in SECRET.findall(answer):
            assert reading.value(*secrets[secret]) == secret.decode(), question
        compare(question, answer, oracle)


def compare(question: str, answer: bytes, oracle: GovernedOracle) -> None:
    document = parse(question)
    assert not validate(oracle.schema, document), question
    expected = oracle.execute(document)
    assert not expected.errors, (expected.errors, question)
    event("something" if leaves(expected.data) else "nothing")
    assert orjson.dumps(orjson.loads(answer)["data"]) == orjson.dumps(expected.data), question


def leaves(data: Any) -> int:
    """Count the values of an answer."""
    if isinstance(data, dict | list):
        return sum(leaves(each) for each in (data.values() if isinstance(data, dict) else data))
    return data is not None
