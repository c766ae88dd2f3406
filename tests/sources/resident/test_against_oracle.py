"""The heart of the suite: what a compiled statement answers is what field-by-field execution answers.

Every entry point is asked generated questions; each is answered singly, in a batch, and by the oracle.
"""

import os
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, given, settings
from tests.oracle.engine import Engine
from tests.oracle.questions import Known, Question, questions
from tests.oracle.resolvers import Oracle
from tests.oracle.scalars import scalar_values

from baygate.sources.bindings import resident_binding

ROOTS = sorted(set(resident_binding().roots) - {"verifyPerson", "verifyAccount"})
QUESTIONS_A_ROOT = int(os.environ.get("BAYGATE_QUESTIONS", "1000")) // len(ROOTS) + 1
"""``BAYGATE_QUESTIONS=5000`` asks more of them, as after a change of the compiler."""


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def oracle(engine: Engine) -> Oracle:
    return engine.oracle()


@pytest.fixture(scope="module")
def known(oracle: Oracle) -> Known:
    return Known(oracle.rows, resident_binding())


@pytest.mark.parametrize("root", ROOTS)
def test_a_compiled_answer_is_the_answer_of_field_by_field_execution(
    root: str, engine: Engine, oracle: Oracle, known: Known
) -> None:
    compared = 0

    @settings(max_examples=QUESTIONS_A_ROOT, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(question=questions(root, known, scalar_values(known)))
    def compare(question: Question) -> None:
        nonlocal compared
        compared += 1
        _compare(question, engine, oracle)

    compare()
    assert compared >= QUESTIONS_A_ROOT


def _compare(question: Question, engine: Engine, oracle: Oracle) -> None:
    document = parse(question.text)
    assert not validate(oracle.schema, document), question.text
    expected = oracle.execute(document, question.variables)
    assert not expected.errors, (expected.errors, question)
    wanted = orjson.dumps(expected.data)
    answer = orjson.loads(engine.text(question.text, question.variables))
    assert orjson.dumps(answer["data"]) == wanted, question
    assert set(answer) == {"data"}
    plan, _ = engine.plan(question.text, question.variables)
    if plan.resident and plan.resident.statement.slots:
        for text in engine.batch(question.text, [question.variables, question.variables]):
            assert orjson.dumps(orjson.loads(text)) == wanted, question
