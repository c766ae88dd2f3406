"""What a source answers to ``_entities``, and answers that are none: never another entity's values, never a 500."""

import asyncio
from typing import Any

import orjson
import pytest
from tests.gateway.federation.running import Answer, asked, world
from tests.sources.remote.service import answer

THREE = answer({"data": {"companies": [{"id": each, "name": each.upper()} for each in ("a", "b", "a", "c")]}})
ONE = answer({"data": {"company": {"id": "a", "name": "A", "staff": 1}}})


def entities(*found: Any, **more: Any) -> Answer:
    return answer({"data": {"_entities": list(found)}, **more})


def scores(told: dict[str, Any]) -> list[Any]:
    return [each["score"] for each in told["data"]["companies"]]


def test_each_entity_is_asked_for_once_and_stands_wherever_it_is() -> None:
    async def run() -> tuple[dict[str, Any], Any]:
        async with world(THREE, entities({"score": 1}, {"score": 2}, {"score": 3})) as running:
            told = await running.ask("{ companies { name score } }")
            (request,) = running.ratings.requests
            return told, orjson.loads(request.body)["variables"]["representations"]

    told, asked_for = asyncio.run(run())
    assert "errors" not in told
    assert scores(told) == [1, 2, 1, 3]
    assert asked_for == [{"__typename": "Company", "id": each} for each in ("a", "b", "c")]


@pytest.mark.parametrize(
    "found", [[], [{"score": 1}], [{"score": 1}] * 4, None, {"score": 1}, "text", 5], ids=lambda each: str(each)[:12]
)
def test_another_number_of_entities_than_was_asked_for_is_no_answer(found: Any) -> None:
    told = asked("{ companies { name score } }", THREE, answer({"data": {"_entities": found}}))
    assert scores(told) == [None] * 4
    (error,) = told["errors"]
    assert error["path"] == ["companies"]
    assert error["extensions"] == {"code": "SOURCE_FAILED", "source": "ratings", "kind": "MALFORMED"}


@pytest.mark.parametrize("item", [None, {}, {"__typename": "Company"}, {"score": None}])
def test_an_entity_that_is_not_found_is_null_and_no_error(item: Any) -> None:
    told = asked("{ companies { name score } }", THREE, entities(item, {"score": 2}, item))
    assert "errors" not in told
    assert scores(told) == [None, 2, None, None]


@pytest.mark.parametrize("item", ["text", 7, True, [], [{"score": 1}]])
def test_an_item_that_is_no_object_is_no_entity(item: Any) -> None:
    told = asked("{ companies { name score } }", THREE, entities(item, {"score": 2}, {"score": 3}))
    assert scores(told) == [None, 2, None, 3]


def test_a_value_of_another_type_is_null_where_its_entity_stands() -> None:
    told = asked("{ companies { score } }", THREE, entities({"score": "1"}, {"score": 2}, {"score": 3}))
    assert scores(told) == [None, 2, None, 3]
    assert [each["path"] for each in told["errors"]] == [["companies", 0, "score"], ["companies", 2, "score"]]


def test_an_entity_that_lacks_what_must_not_be_null_takes_what_it_must() -> None:
    told = asked("{ companies { name grade } }", THREE, entities({"grade": "A"}, {}, {"grade": "C"}))
    assert told["data"] == {"companies": None}
    assert [each["path"] for each in told["errors"]] == [["companies", 1, "grade"]]


def test_a_source_gives_no_values_to_fields_of_another() -> None:
    lies = {"__typename": "Person", "id": 9, "name": "Lies", "staff": 9, "kind": "BIG", "score": 5}
    told = asked("{ company { __typename id name staff kind score } }", ONE, entities(lies))
    honest = {"__typename": "Company", "id": "a", "name": "A", "staff": 1, "kind": None, "score": 5}
    assert told == {"data": {"company": honest}}


@pytest.mark.parametrize("key", [None, [], {}, 1.5, True, ["a"], {"id": "a"}, "a" * 100_000])
def test_a_key_that_is_none_leads_nowhere_or_is_sent_as_it_came(key: Any) -> None:
    company = answer({"data": {"company": {"id": key, "name": "A"}}})
    told = asked("{ company { name score } }", company, entities({"score": 1}))
    assert told == {"data": {"company": {"name": "A", "score": None if key is None else 1}}}


def test_a_key_that_is_missing_leads_nowhere() -> None:
    told = asked("{ company { name score } }", answer({"data": {"company": {"name": "A"}}}), entities({"score": 1}))
    assert told == {"data": {"company": {"name": "A", "score": None}}}
