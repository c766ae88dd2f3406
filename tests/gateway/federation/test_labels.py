"""Overrides that come gradually (``@override(label:)``): how many requests go where."""

import asyncio
from collections.abc import Iterable

import pytest
from tests.gateway.federation.running import gateway
from tests.sources.remote.service import answer, serving
from tests.subgraph_service import LINK

from baygate.sources.composition import Subgraph, compose

OLD = LINK + "type Query { who: Int @shareable other: Int }"
NEW = LINK + 'type Query {{ who: Int @override(from: "old", label: "{label}") }}'


def moved(label: str, labels: Iterable[str] = (), requests: int = 60) -> int:
    """Return how many requests of so many went to the new source."""

    async def run() -> int:
        async with serving(answer({"data": {"who": 0}})) as old, serving(answer({"data": {"who": 1}})) as new:
            sources = [Subgraph("old", old.url, OLD), Subgraph("new", new.url, NEW.format(label=label))]
            async with gateway(compose(sources), labels=labels) as running:
                told = [(await running.ask("{ who }"))["data"]["who"] for _ in range(requests)]
        assert (len(old.requests), len(new.requests)) == (told.count(0), told.count(1))
        return sum(told)

    return asyncio.run(run())


@pytest.mark.parametrize(("label", "most"), [("percent(0)", 0), ("percent(100)", 60)])
def test_none_and_all_are_exactly_that(label: str, most: int) -> None:
    assert moved(label) == most


def test_a_part_is_about_that_part() -> None:
    # of 300 with probability 0.25, fewer than 35 or more than 120 come once in a hundred million runs
    assert 35 <= moved("percent(25)", requests=300) <= 120


def test_a_name_is_off_until_it_is_turned_on() -> None:
    assert moved("beta") == 0
    assert moved("beta", ["beta"]) == 60
    assert moved("beta", ["alpha"]) == 0


def test_a_part_can_be_turned_on_as_a_whole() -> None:
    assert moved("percent(0)", ["percent(0)"]) == 60
