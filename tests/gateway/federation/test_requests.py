"""What a caller may ask of the open gateway, and how: as of any GraphQL server, with the hub's limits."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from hashlib import sha256
from typing import Any

import httpx
import pytest
from tests.gateway.federation.running import World, document, world
from tests.sources.remote.service import answer

COMPANY = answer({"data": {"company": {"id": "1", "name": "Harbour"}}})
SCORE = answer({"data": {"_entities": [{"score": 5}]}})


def run(test: Callable[[World], Coroutine[Any, Any, Any]]) -> Any:
    async def running() -> Any:
        async with world(COMPANY, SCORE) as made:
            return await test(made)

    return asyncio.run(running())


def asked(world: World) -> tuple[list[str], list[str]]:
    return [document(each) for each in world.companies.requests], [document(each) for each in world.ratings.requests]


def test_introspection_shows_the_api_and_nothing_of_federation_and_asks_nobody() -> None:
    async def test(world: World) -> tuple[Any, Any]:
        types = await world.ask("{ __schema { types { name } queryType { fields { name } } directives { name } } }")
        return types["data"]["__schema"], asked(world)

    schema, sent = run(test)
    names = {each["name"] for each in schema["types"]}
    assert {"Company", "Kind", "Json", "Party"} <= names
    assert not [each for each in names if each.startswith(("join__", "link__", "_")) and not each.startswith("__")]
    assert {each["name"] for each in schema["queryType"]["fields"]}.isdisjoint({"_entities", "_service"})
    assert {each["name"] for each in schema["directives"]} <= {"skip", "include", "deprecated", "specifiedBy", "oneOf"}
    assert sent == ([], [])


def test_introspection_stands_beside_fields_and_takes_variables() -> None:
    async def test(world: World) -> dict[str, Any]:
        query = "query ($n: String!) { __typename __type(name: $n) { kind name } company { __typename name } }"
        return await world.ask(query, {"n": "Company"})

    assert run(test) == {
        "data": {
            "__typename": "Query",
            "__type": {"kind": "OBJECT", "name": "Company"},
            "company": {"__typename": "Company", "name": "Harbour"},
        }
    }


@pytest.mark.parametrize("wanted", [True, False])
def test_what_a_variable_leaves_out_is_asked_of_nobody(wanted: bool) -> None:
    async def test(world: World) -> tuple[Any, Any]:
        query = "query ($w: Boolean!) { company { name score @include(if: $w) kind @skip(if: true) } }"
        return await world.ask(query, {"w": wanted}), asked(world)

    told, (first, second) = run(test)
    assert told == {"data": {"company": {"name": "Harbour", **({"score": 5} if wanted else {})}}}
    assert first == ["{ company { id name } }" if wanted else "{ company { name } }"]
    assert len(second) == wanted


def test_an_operation_that_leaves_out_everything_is_empty_and_asks_nobody() -> None:
    async def test(world: World) -> tuple[Any, Any]:
        return await world.ask("{ company @skip(if: true) { name } }"), asked(world)

    assert run(test) == ({"data": {}}, ([], []))


def test_a_document_is_kept_under_its_digest() -> None:
    query = "{ company { name } }"
    digest = {"persistedQuery": {"version": 1, "sha256Hash": sha256(query.encode()).hexdigest()}}

    async def test(world: World) -> list[Any]:
        post = world.gateway.client.post
        bodies: list[Any] = [{"extensions": digest}, {"extensions": digest, "query": query}, {"extensions": digest}]
        return [(await post("/graphql", json=each)).json() for each in bodies]

    unknown, *known = run(test)
    assert unknown["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert known == [{"data": {"company": {"name": "Harbour"}}}] * 2


def test_a_query_comes_by_get_and_a_mutation_does_not() -> None:
    async def test(world: World) -> list[httpx.Response]:
        get = world.gateway.client.get
        variables = json.dumps({"w": False})
        query = "query ($w: Boolean!) { company { name score @include(if: $w) } }"
        sure = {"graphql-require-preflight": "1"}
        return [
            await get("/graphql", params={"query": query, "variables": variables}, headers=sure),
            await get("/graphql", params={"query": query, "variables": variables}),
            await get("/graphql", params={"query": "mutation { open }"}, headers=sure),
        ]

    read, forged, written = run(test)
    assert read.json() == {"data": {"company": {"name": "Harbour"}}}
    assert (forged.status_code, forged.json()["errors"][0]["extensions"]["code"]) == (400, "PREFLIGHT_REQUIRED")
    assert written.status_code == 405


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("{ company { " + " ".join(f"a{each}: name" for each in range(61)) + " } }", "aliases"),
        ("{ company { " + "name " * 21 + "} }", "repeats"),
        ("{ " + "company { first { " * 9 + "town" + " } }" * 9 + " }", "depth"),
        ("{ company { name " + "# \n" + "name,, " * 4_000 + "} }", "tokens"),
    ],
)
def test_what_is_too_large_is_refused_by_the_name_of_the_limit(query: str, limit: str) -> None:
    async def test(world: World) -> tuple[Any, Any]:
        return (await world.gateway.post(query)).json(), asked(world)

    told, sent = run(test)
    assert told["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert limit in told["errors"][0]["message"]
    assert sent == ([], [])


@pytest.mark.parametrize(
    "query",
    [
        "{ nonsense }",
        "{",
        "",
        "subscription { x }",
        "{ _entities(representations: []) { __typename } }",
        "{ _service { sdl } }",
    ],
)
def test_what_is_no_operation_here_is_refused_and_asks_nobody(query: str) -> None:
    async def test(world: World) -> tuple[Any, Any]:
        return (await world.gateway.post(query)).json(), asked(world)

    told, sent = run(test)
    assert told.keys() == {"errors"}
    assert sent == ([], [])


@pytest.mark.parametrize("variables", [{"of": "x"}, {"of": 2**31}, {"of": []}, {"of": {"a": 1}}])
def test_variables_of_another_type_are_refused_and_ask_nobody(variables: Any) -> None:
    async def test(world: World) -> tuple[Any, Any]:
        return (await world.gateway.post("query ($of: Int) { count(of: $of) }", variables)).json(), asked(world)

    told, sent = run(test)
    assert told["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert sent == ([], [])
