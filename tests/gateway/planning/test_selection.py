"""Unfolding a document: bounded in what it unfolds into, and strict about null where null may not be."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.oracle.engine import Engine

from baygate.gateway.limits import Limits
from baygate.gateway.refusal import LimitExceeded, Refusal


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world, limits=Limits())
    yield engine
    engine.close()


def test_what_is_shared_counts_wherever_it_stands(engine: Engine) -> None:
    """Interfaces in interfaces multiply: the measure is taken without unfolding."""
    selection = "documentNo"
    for _ in range(3):
        again = f"conformityDocuments(first: 1) {{ nodes {{ {selection} }} }}"
        selection = f"documentNo holder {{ a: {again} b: {again} c: {again} d: {again} }}"
    started = time.process_time()
    with pytest.raises(LimitExceeded) as refused:
        engine.ask(f"{{ conformityDocuments(first: 1) {{ nodes {{ {selection} }} }} }}")
    assert refused.value.errors[0]["extensions"]["limit"] in {"compiled fields", "aliases", "rows", "cost", "fields"}
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("question", "variables"),
    [
        ("query($s: Boolean = true) { parties(first: 1) { nodes { id @include(if: $s) } } }", {"s": None}),
        ("query($r: [_Any!] = []) { _entities(representations: $r) { __typename } }", {"r": None}),
        (
            "query($s: PartyStatus = ACTIVE) { parties(first: 1, where: {statuses: [$s]}) { totalCount } }",
            {"s": None},
        ),
    ],
)
def test_null_where_null_may_not_be_is_refused(engine: Engine, question: str, variables: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        engine.ask(question, variables)
    assert refused.value.code == "BAD_USER_INPUT"
    assert "null" in str(refused.value)


def test_null_for_an_argument_with_a_default_is_an_error_at_its_field(engine: Engine) -> None:
    answer = engine.ask(
        'query($n: PersonName = "x") { verifyPerson(idNumber: "440106199003078425", name: $n) __typename }', {"n": None}
    )
    assert answer["data"] == {"verifyPerson": None, "__typename": "Query"}
    assert answer["errors"][0]["path"] == ["verifyPerson"]
    assert "null" in answer["errors"][0]["message"]


def test_null_in_introspection_is_an_error_of_the_whole_answer(engine: Engine) -> None:
    question = "query($s: Boolean = true) { __schema { queryType { name @include(if: $s) } } }"
    answer = engine.ask(question, {"s": None})
    assert answer["data"] is None
    assert answer["errors"]
