"""Requests of a plan: each made as soon as what it needs is there, no sooner, and none without anything to ask."""

import asyncio
import copy
from typing import Any

import pytest
from tests.gateway.execution.across import answer, answered, down, party

from baygate.sources.remote.failure import SourceFailed
from baygate.sources.remote.reply import Reply

PARTIES = {"parties": [party(1), party(2)]}
CODES = {"_entities": [{"code": "c1", "weight": 10}, {"code": "c2", "weight": 20}]}
GRADES = {"_entities": [{"grade": "A"}, {"grade": "B"}]}
GRADED = "{ parties { name weight grade } }"


def test_each_request_brings_what_the_next_is_made_of() -> None:
    asked: list[tuple[str, Any]] = []

    async def answering(source: str, body: dict[str, Any]) -> Reply:
        asked.append((source, body["variables"].get("representations")))
        return Reply(copy.deepcopy({"a": PARTIES, "b": CODES, "c": GRADES}[source]), [])

    given = asyncio.run(answered(GRADED, answering))
    assert given == {
        "data": {
            "parties": [
                {"name": "Party 1", "weight": 10, "grade": "A"},
                {"name": "Party 2", "weight": 20, "grade": "B"},
            ]
        }
    }
    assert asked == [
        ("a", None),
        ("b", [{"__typename": "Party", "id": "1"}, {"__typename": "Party", "id": "2"}]),
        ("c", [{"__typename": "Party", "code": "c1"}, {"__typename": "Party", "code": "c2"}]),
    ]


def test_what_does_not_wait_for_each_other_is_asked_at_once() -> None:
    async def run() -> dict[str, Any]:
        both = asyncio.Barrier(2)

        async def answering(source: str, _: dict[str, Any]) -> Reply:
            await both.wait()
            return Reply(copy.deepcopy({"a": PARTIES, "c": {"rate": 7}}[source]), [])

        async with asyncio.timeout(2):
            return await answered("{ parties { name } rate }", answering)

    assert asyncio.run(run())["data"]["rate"] == 7


def test_a_request_waits_only_for_those_that_it_needs() -> None:
    async def run() -> dict[str, Any]:
        entities_asked = asyncio.Event()

        async def answering(source: str, _: dict[str, Any]) -> Reply:
            if source == "c":
                await entities_asked.wait()
            if source == "b":
                entities_asked.set()
            return Reply(copy.deepcopy({"a": PARTIES, "b": CODES, "c": {"rate": 7}}[source]), [])

        async with asyncio.timeout(2):
            return await answered("{ rate parties { weight } }", answering)

    assert asyncio.run(run()) == {"data": {"rate": 7, "parties": [{"weight": 10}, {"weight": 20}]}}


def test_fields_of_a_mutation_are_asked_one_after_the_other() -> None:
    began: list[str] = []
    running = 0

    async def answering(source: str, body: dict[str, Any]) -> Reply:
        nonlocal running
        running += 1
        assert running == 1
        began.append(body["query"])
        await asyncio.sleep(0)
        running -= 1
        return Reply({"open": 1, "settle": 2, "close": 3}, [])

    given = asyncio.run(answered("mutation { open settle close }", answering))
    assert given == {"data": {"open": 1, "settle": 2, "close": 3}}
    assert began == ["mutation { open }", "mutation { settle }", "mutation { close }"]


@pytest.mark.parametrize("nobody", [{"parties": None}, {"parties": []}, {}])
def test_a_source_that_would_be_asked_for_no_entity_is_not_asked(nobody: dict[str, Any]) -> None:
    given = answer(GRADED, {"a": nobody})
    assert given == {"data": {"parties": nobody.get("parties")}}


def test_entities_that_a_source_does_not_know_stay_as_they_are() -> None:
    given = answer("{ parties { name weight } }", {"a": PARTIES, "b": {"_entities": [None, {"weight": 20}]}})
    assert given == {"data": {"parties": [{"name": "Party 1", "weight": None}, {"name": "Party 2", "weight": 20}]}}


def test_one_entity_in_two_places_is_asked_for_once_and_both_get_what_comes() -> None:
    async def answering(source: str, body: dict[str, Any]) -> Reply:
        if source == "b":
            assert body["variables"]["representations"] == [{"__typename": "Party", "id": "1"}]
        return Reply({"a": {"parties": [party(1), party(1)]}, "b": {"_entities": [{"weight": 10}]}}[source], [])

    given = asyncio.run(answered("{ parties { weight } }", answering))
    assert given == {"data": {"parties": [{"weight": 10}, {"weight": 10}]}}


def test_a_source_that_fails_leaves_the_answers_of_the_others() -> None:
    given = answer("{ parties { name weight } rate }", {"a": PARTIES, "b": down("b"), "c": {"rate": 7}})
    assert given["data"] == {
        "parties": [{"name": "Party 1", "weight": None}, {"name": "Party 2", "weight": None}],
        "rate": 7,
    }
    assert [(each["path"], each["extensions"]) for each in given["errors"]] == [
        (["parties"], {"code": "SOURCE_FAILED", "source": "b", "kind": "UNREACHABLE"})
    ]


def test_what_needs_a_source_that_failed_is_not_asked() -> None:
    given = answer(GRADED, {"a": PARTIES, "b": down("b")})
    assert given["data"]["parties"][0] == {"name": "Party 1", "weight": None, "grade": None}
    assert [each["extensions"]["source"] for each in given["errors"]] == ["b"]


@pytest.mark.parametrize("entities", [[], [{"weight": 1}], [{"weight": 1}] * 3, {"weight": 1}])
def test_a_source_that_does_not_answer_for_each_entity_is_not_believed_for_any(entities: Any) -> None:
    given = answer("{ parties { name weight } }", {"a": PARTIES, "b": {"_entities": entities}})
    assert given["data"] == {"parties": [{"name": "Party 1", "weight": None}, {"name": "Party 2", "weight": None}]}
    assert [each["extensions"]["kind"] for each in given["errors"]] == ["MALFORMED"]


def test_a_failure_that_nobody_foresaw_ends_the_whole_and_what_runs_beside_it() -> None:
    ended: list[str] = []

    async def answering(source: str, _: dict[str, Any]) -> Reply:
        if source == "c":
            raise ZeroDivisionError
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            ended.append(source)
            raise
        raise SourceFailed(source, down(source).kind, "")

    with pytest.raises((ZeroDivisionError, ExceptionGroup)):
        asyncio.run(answered("{ parties { name } rate }", answering))
    assert ended == ["a"]
