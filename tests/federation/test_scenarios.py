"""Each named situation of federation is answered as the monolith answers, with no request too many."""

import asyncio

import pytest
from tests.federation.engine import answer
from tests.federation.monolith import monolith
from tests.federation.scenario import Operation, Scenario
from tests.federation.scenarios import SCENARIOS
from tests.federation.subgraphs import Sources

OPERATIONS = [
    pytest.param(scenario, operation, id=f"{scenario.name}-{index}")
    for scenario in SCENARIOS
    for index, operation in enumerate(scenario.operations)
]


@pytest.mark.parametrize(("scenario", "operation"), OPERATIONS)
def test_a_scenario_is_answered_as_by_one_schema(scenario: Scenario, operation: Operation) -> None:
    sources = Sources(scenario.world)
    given = asyncio.run(answer(scenario.supergraph, sources.ask, operation.query, operation.variables))
    expected = monolith(scenario.world, operation.query, operation.variables)["data"]
    assert sources.refusals == []
    assert given.get("data") == (expected if operation.expected is None else operation.expected)
    assert list(given) == ["data"]


@pytest.mark.parametrize(("scenario", "operation"), OPERATIONS)
def test_a_scenario_takes_no_more_requests_than_it_must(scenario: Scenario, operation: Operation) -> None:
    sources = Sources(scenario.world)
    asyncio.run(answer(scenario.supergraph, sources.ask, operation.query, operation.variables))
    asked = "\n".join(f"{each.source}: {each.query} {dict(each.variables)}" for each in sources.calls)
    assert len(sources.calls) <= operation.requests, asked
    assert sum(each.repeated for each in sources.calls) == 0, asked
