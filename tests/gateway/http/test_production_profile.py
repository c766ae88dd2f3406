"""In production the hub tells no more than it must: none of the weaknesses that public scanners look for."""

from typing import Any

import pytest
from graphql import get_introspection_query

JSON = "application/json"
PREFLIGHT = {"graphql-require-preflight": "1"}


def codes(answer: Any) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


def test_the_hub_answers_in_production(production: Any) -> None:
    answer = production.ask("{ parties(first: 1) { nodes { id name } } }")
    assert answer.status_code == 200
    assert answer.json()["data"]["parties"]["nodes"]


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { name fields { name } } } }",
        '{ __type(name: "Party") { name } }',
        "{ __typename ...F } fragment F on Query { __schema { queryType { name } } }",
        "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
        get_introspection_query(),
    ],
    ids=["schema", "type", "in a fragment", "circular", "as tools ask"],
)
def test_introspection_is_refused(production: Any, query: str) -> None:
    answer = production.ask(query)
    assert answer.status_code == 400
    assert set(answer.json()) == {"errors"}
    assert "Party" not in answer.text


@pytest.mark.parametrize(
    "query", ["{ _service { sdl } }", "{ a: _service { b: sdl } }", "{ ... { _service { sdl } } }"]
)
def test_the_schema_is_not_given_by_way_of_federation_either(production: Any, query: str) -> None:
    answer = production.ask(query)
    assert answer.status_code == 400
    assert "type " not in answer.text


def test_development_gives_both(hub: Any) -> None:
    assert hub.ask(get_introspection_query()).json()["data"]["__schema"]["types"]
    assert "type MainlandEnterprise" in hub.ask("{ _service { sdl } }").json()["data"]["_service"]["sdl"]


def test_typename_is_no_secret(production: Any) -> None:
    assert production.ask("{ __typename }").json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { directive } }",
        "{ partie { id } }",
        '{ party(idd: "x") { id } }',
        "{ parties(where: {kin: MAINLAND}) { totalCount } }",
        "{ parties(where: {kind: MAINLANDS}) { totalCount } }",
        "{ ... on Querry { __typename } }",
        "{ __typename @skp(if: true) }",
    ],
)
def test_errors_suggest_no_names(production: Any, query: str) -> None:
    answer = production.ask(query)
    assert answer.status_code == 400
    assert "Did you mean" not in answer.text


def test_development_suggests_names(hub: Any) -> None:
    assert "Did you mean" in hub.ask("{ partie { id } }").text


@pytest.mark.parametrize("path", ["/graphql", "/", "/graphiql", "/playground", "/console"])
def test_there_is_no_page_to_try_queries_on(production: Any, path: str) -> None:
    answer = production.client.get(production.base + path, headers={"accept": "text/html"})
    assert answer.status_code in {400, 404, 406}
    assert "<html" not in answer.text.lower()


class TestForgery:
    """What a page elsewhere can make a browser send: simple requests, without a header of their own."""

    @pytest.mark.parametrize("accept", [JSON, "application/graphql-response+json", "*/*"])
    def test_a_get_needs_a_header_that_no_form_can_send(self, production: Any, accept: str) -> None:
        answer = production.get(query="{ __typename }", accept=accept)
        assert answer.status_code == 400
        assert codes(answer) == ["PREFLIGHT_REQUIRED"]

    @pytest.mark.parametrize(
        "header", ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"]
    )
    def test_a_get_with_such_a_header_is_answered(self, production: Any, header: str) -> None:
        answer = production.get(query="{ __typename }", headers={header: "1"})
        assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})

    def test_a_mutation_does_not_come_by_get(self, production: Any) -> None:
        assert production.get(query="mutation { __typename }").status_code == 400
        assert production.get(query="mutation { __typename }", headers=PREFLIGHT).status_code == 405

    @pytest.mark.parametrize(
        "sent",
        [
            {"data": {"query": "{ __typename }"}},
            {"files": {"operations": (None, '{"query": "{ __typename }"}')}},
            {"content": b'{"query": "{ __typename }"}', "headers": {"content-type": "text/plain"}},
        ],
        ids=["urlencoded", "multipart", "text"],
    )
    def test_a_post_that_a_form_can_send_is_refused(self, production: Any, sent: Any) -> None:
        assert production.client.post(production.url, **sent).status_code == 415

    def test_no_other_origin_is_let_in(self, production: Any) -> None:
        headers = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
        answer = production.client.options(production.url, headers=headers)
        assert answer.status_code == 405
        assert not [name for name in answer.headers if name.startswith("access-control")]


class TestOverload:
    def test_101_aliases_are_refused(self, production: Any) -> None:
        answer = production.ask("query cop { " + " ".join(f"alias{i}: __typename" for i in range(101)) + " }")
        assert codes(answer) == ["LIMIT_EXCEEDED"]

    def test_500_times_the_same_field_is_refused(self, production: Any) -> None:
        answer = production.ask("query cop { " + "__typename " * 500 + "}")
        assert codes(answer) == ["LIMIT_EXCEEDED"]

    def test_10_directives_on_one_field_are_one_error(self, production: Any) -> None:
        answer = production.ask("query cop { __typename " + "@aa" * 10 + " }")
        assert codes(answer) == ["LIMIT_EXCEEDED"]

    @pytest.mark.parametrize("size", [0, 1, 10])
    def test_a_batch_is_refused_whatever_its_size(self, production: Any, size: int) -> None:
        answer = production.post([{"query": "query cop { __typename }"}] * size, accept=JSON)
        assert answer.status_code == 400
        assert codes(answer) == ["BATCHING_NOT_SUPPORTED"]

    def test_errors_stay_small_whatever_they_quote(self, production: Any) -> None:
        lists = "[" * 150 + "]" * 150
        fields = " ".join(f"a{i}: licence(licenceNo: {lists}) {{ licenceNo }}" for i in range(10))
        answer = production.ask(f"{{ {fields} }}")
        assert answer.status_code == 400
        assert len(answer.content) < 20_000


class TestErrors:
    @pytest.mark.parametrize("query", ["query cop { __typename }", "qwerty cop { abc }", "{ abc }"])
    @pytest.mark.parametrize("accept", [JSON, "application/graphql-response+json"])
    def test_there_is_no_tracing_and_no_exception_in_an_answer(self, production: Any, query: str, accept: str) -> None:
        answer = production.post({"query": query, "operationName": "cop"}, accept=accept)
        assert "tracing" not in answer.text
        assert "exception" not in answer.text
        assert "Traceback" not in answer.text

    def test_the_server_does_not_say_what_it_is_made_of(self, production: Any) -> None:
        headers = production.ask("{ __typename }").headers
        assert not {"server", "x-powered-by"} & set(headers)
