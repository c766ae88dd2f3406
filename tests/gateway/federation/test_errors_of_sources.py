"""Errors that sources report: where they stand in the answer, and what of them a caller reads."""

import asyncio
import time
from typing import Any

import orjson
import pytest
from tests.gateway.federation.running import ADDRESS, asked, world
from tests.sources.remote.service import Answer, answer

COMPANY = {"id": "1", "name": "Harbour"}
FINE = answer({"data": {"company": COMPANY}})


def errors(path: Any = None, **said: Any) -> list[dict[str, Any]]:
    return [{"message": "Not today.", **({} if path is None else {"path": path}), **said}]


def of_a_root(path: Any, **said: Any) -> dict[str, Any]:
    reply = answer({"data": {"company": {**COMPANY, "names": ["a"]}}, "errors": errors(path, **said)})
    return asked("{ company { name names } }", reply, reply)


def of_an_entity(path: Any, score: Any = None) -> dict[str, Any]:
    return asked(
        "{ company { score } }", FINE, answer({"data": {"_entities": [{"score": score}]}, "errors": errors(path)})
    )


def test_an_error_keeps_its_path_below_its_entity() -> None:
    told = of_an_entity(["_entities", 0, "score"])
    assert told["data"] == {"company": {"score": None}}
    assert [each["path"] for each in told["errors"]] == [["company", "score"]]


def test_an_error_and_the_null_that_it_explains_are_one_error() -> None:
    said = {"data": {"_entities": [{"grade": None}]}, "errors": errors(["_entities", 0, "grade"])}
    told = asked("{ company { grade } }", FINE, answer(said))
    assert told["data"] == {"company": None}
    assert [each["path"] for each in told["errors"]] == [["company", "grade"]]


@pytest.mark.parametrize("data", [None, {"_entities": None}])
def test_an_error_may_stand_for_all_entities(data: Any) -> None:
    told = asked("{ company { grade } }", FINE, answer({"data": data, "errors": errors()}))
    assert told["data"] == {"company": None}
    assert [(each["message"], each["path"]) for each in told["errors"]] == [("Not today.", ["company"])]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        (["company", "names", 0], ["company", "names", 0]),
        (["company", "names", 10**12], ["company", "names"]),
        (["company", "names", -1], ["company", "names"]),
        (["company", 0, "name"], ["company"]),
        (["company", "name", 0, 0], ["company", "name"]),
        (["company", "nonsense", 7], ["company"]),
        (["company", "staff"], ["company"]),
        (["nonsense"], None),
        ([0], None),
        ([True, None, {}], None),
        ("company", None),
        ([], None),
    ],
)
def test_a_path_ends_where_it_leads_nowhere_in_the_answer(path: Any, where: Any) -> None:
    told = of_a_root(path)
    assert told["data"] == {"company": {"name": "Harbour", "names": ["a"]}}
    assert [each.get("path") for each in told["errors"]] == [where]


@pytest.mark.parametrize(
    "path", [["_entities", 5, "score"], ["_entities", -1], ["_entities", "0"], ["weather"], [], 5, [[0]]]
)
def test_an_error_of_no_entity_stands_where_all_of_them_are(path: Any) -> None:
    told = of_an_entity(path, 3)
    assert told["data"] == {"company": {"score": 3}}
    assert [each["path"] for each in told["errors"]] == [["company"]]


@pytest.mark.parametrize("error", ["text", None, 7, [], {}, {"message": None}, {"message": ["x"]}])
def test_an_error_without_a_message_is_an_error(error: Any) -> None:
    told = asked("{ company { name } }", answer({"data": {"company": COMPANY}, "errors": [error]}), FINE)
    assert told["data"] == {"company": {"name": "Harbour"}}
    assert [each["message"] for each in told["errors"]] == ["The source reported an error without a message."]


def test_of_extensions_the_code_alone_is_told() -> None:
    traces = {"exception": {"stacktrace": [f"at {ADDRESS}"]}, "serviceName": ADDRESS, "query": "{ secret }"}
    told = of_a_root(["company"], extensions={"code": "NOT_NOW", **traces}, locations=[{"line": 1}], secret=ADDRESS)
    extensions = {"code": "NOT_NOW", "source": "companies"}
    assert told["errors"] == [{"message": "Not today.", "path": ["company"], "extensions": extensions}]


@pytest.mark.parametrize("extensions", [None, [], "NOT_NOW", {"code": None}, {"code": ADDRESS}, {"code": {"a": 1}}])
def test_what_is_no_code_is_none(extensions: Any) -> None:
    (error,) = of_a_root(["company"], extensions=extensions)["errors"]
    assert error["extensions"] == {"code": "SOURCE_ERROR", "source": "companies"}


def test_extensions_of_a_whole_answer_are_not_told() -> None:
    reply = answer({"data": {"company": COMPANY}, "extensions": {"tracing": ADDRESS}})
    assert asked("{ company { name } }", reply, reply) == {"data": {"company": {"name": "Harbour"}}}


def test_an_error_with_a_status_of_failure_is_told_all_the_same() -> None:
    refused = answer({"errors": errors(extensions={"code": "CLOSED"})}, 403)
    told = asked("{ company { name score } }", FINE, refused)
    assert told["data"] == {"company": {"name": "Harbour", "score": None}}
    assert told["errors"][0]["extensions"] == {"code": "CLOSED", "source": "ratings"}


MANY = 1_000


@pytest.mark.parametrize(
    "ratings",
    [
        {"data": {"_entities": [None] * MANY}, "errors": errors(["_entities", 0, "score"]) * 100_000},
        {
            "data": {"_entities": [None] * MANY},
            "errors": [{"message": "No.", "path": ["_entities", each, "score"]} for each in range(MANY)],
        },
    ],
    ids=["one entity's", "each entity's"],
)
def test_however_many_errors_there_are_they_are_told_quickly_and_up_to_a_thousand(ratings: Any) -> None:
    companies: Answer = answer({"data": {"companies": [{"id": str(each)} for each in range(MANY)]}})

    async def run() -> tuple[float, dict[str, Any]]:
        async with world(companies, answer(ratings)) as running:
            began = time.monotonic()
            reply = await running.gateway.post("{ companies { score } }")
            return time.monotonic() - began, orjson.loads(reply.content)

    seconds, told = asyncio.run(run())
    assert seconds < 2
    assert len(told["errors"]) == 1_000
    assert told["data"]["companies"] == [{"score": None}] * MANY
