"""What a plan decides, as the audit log keeps it: each field by the provider who decides for its rows."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import orjson
import pytest
from tests.oracle.engine import Engine
from tests.oracle.granting import ALLOWED, MASKED, access, elsewhere, granted

from baygate.access.access import Access
from baygate.access.decision import WITHHELD, Clause, Decision, Operator, Release

CONDITIONAL = Decision((Release("c1", (Clause("scheme", Operator.EQUALS, "CUSTOMS_AEO"),)),))
RATINGS = "{ creditRatings(first: 2) { nodes { ratingNo grade score evidenceNo validTo } } }"
ORDERED = ("ratingNo", "assessedOn", "scheme")


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


def decisions(engine: Engine, query: str, known: Access, **variables: Any) -> dict[str, dict[str, list[str]]]:
    plan, _ = engine.plan(query, variables, known)
    assert plan.decisions_digest == sha256(plan.decisions).digest()
    found: dict[str, dict[str, list[str]]] = orjson.loads(plan.decisions)
    assert plan.decisions == orjson.dumps(found, option=orjson.OPT_SORT_KEYS)
    assert list(found) == ["conditional", "masked", "released", "withheld"]
    assert all(each == sorted(set(each)) for by in found.values() for each in by.values())
    return {word: by for word, by in found.items() if by}


def test_what_all_decide_alike_stands_under_a_star(engine: Engine) -> None:
    rating = granted(*ORDERED, "grade", evidenceNo=MASKED, score=CONDITIONAL)
    assert decisions(engine, RATINGS, access(CreditRating=rating)) == {
        "released": {"*": ["CreditRating.grade", "CreditRating.ratingNo"]},
        "masked": {"*": ["CreditRating.evidenceNo"]},
        "conditional": {"*": ["CreditRating.score"]},
        "withheld": {"*": ["CreditRating.validTo"]},
    }


def test_who_decides_otherwise_is_named_and_who_decides_the_same_is_not(engine: Engine) -> None:
    rating = granted(
        *ORDERED,
        grade=elsewhere(WITHHELD, tax_gd=ALLOWED, safe_gd=MASKED, ciq_gd=WITHHELD),
        score=elsewhere(ALLOWED, tax_gd=ALLOWED),
    )
    found = decisions(engine, "{ creditRatings(first: 2) { nodes { grade score } } }", access(CreditRating=rating))
    assert found == {
        "released": {"*": ["CreditRating.score"], "tax-gd": ["CreditRating.grade"]},
        "masked": {"safe-gd": ["CreditRating.grade"]},
        "withheld": {"*": ["CreditRating.grade"]},
    }


def test_what_is_withheld_above_a_selection_is_told_up_to_whole_types(engine: Engine) -> None:
    found = decisions(engine, "{ declarations { nodes { mode } } }", access())
    assert found == {"withheld": {"*": ["Declaration", "Query.declarations"]}}


def test_entities_are_decided_for_every_type_that_they_could_be_said_to_be_of(engine: Engine) -> None:
    query = (
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on MainlandEnterprise { name } "
        "... on CreditRating { grade } } }"
    )
    known = access(MainlandEnterprise=granted("id", "uscc", "name"), CreditRating=granted(*ORDERED, grade=MASKED))
    found = decisions(engine, query, known, r=[])
    assert found["released"]["*"] == ["MainlandEnterprise.name"]
    assert found["masked"]["*"] == ["CreditRating.grade"]
    assert "Declaration" in found["withheld"]["*"]


def test_the_same_decisions_have_one_digest_whatever_the_order_that_fields_are_asked_in(engine: Engine) -> None:
    rating = access(CreditRating=granted(*ORDERED, "grade", "score"))
    asked = [f"{{ creditRatings {{ nodes {{ {each} }} }} }}" for each in ("grade score", "b: score grade score")]
    one, other = (engine.plan(each, {}, rating)[0] for each in asked)
    assert one.decisions_digest == other.decisions_digest
