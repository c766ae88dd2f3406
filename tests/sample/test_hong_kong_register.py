"""The sample remote agency: a federation v2 subgraph that knows the hub's companies by their numbers, and says more."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from graphql import DocumentNode, ObjectTypeDefinitionNode, parse, print_ast

from baygate.contract.schema import graphql_schema, sdl
from baygate.intake.records import identity as records
from baygate.sample import cases, hong_kong_register
from baygate.sample.agencies import HONG_KONG_REGISTRY
from baygate.sample.people import Crowd
from baygate.sample.world import SEED, World
from baygate.sources.composition import CompositionFailed, Subgraph, compose
from baygate.sources.supergraph.join import read
from baygate.storage.keys import Keys

ENTITIES = """query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on HongKongCompany {
      crNumber incorporatedOn legalForm
      office { lines district }
      charges { chargeNo amount currency createdOn satisfied }
      directors { name appointedOn }
      annualReturn { lastFiledYear overdue }
    }
  }
}"""
OWN = {"incorporatedOn", "legalForm", "office", "charges", "directors", "annualReturn"}


def ask(query: str, **variables: Any) -> tuple[Any, list[str]]:
    """Ask the register, and return its data and the words of its errors."""
    result = hong_kong_register.schema.execute_sync(query, variable_values=variables)
    return result.data, [each.message for each in result.errors or ()]


def resolved(*representations: Any) -> tuple[list[Any], list[str]]:
    data, errors = ask(ENTITIES, representations=list(representations))
    return (data or {}).get("_entities"), errors


def company(number: Any) -> dict[str, Any]:
    return {"__typename": "HongKongCompany", "crNumber": number}


def found(number: str) -> Any:
    (entity,), errors = resolved(company(number))
    assert not errors
    return entity


@pytest.fixture(scope="module")
def published(keys: Keys) -> dict[str, dict[str, Any]]:
    """What the hub has of the companies of Hong Kong, by CR number, in a world of some hundreds."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for batch in World(keys).enterprises(range(300), Crowd(SEED)):
        if batch.provider == HONG_KONG_REGISTRY:
            rows[batch.kind.name] = [dict(zip(batch.kind.fields, each, strict=True)) for each in batch.rows]
    numbers = {each["party_id"]: each["cr_number"] for each in rows[records.HONG_KONG_COMPANY.name]}
    of = {number: {"party_id": party, "persons": []} for party, number in numbers.items()}
    for each in (*rows[records.PARTY.name], *rows[records.HONG_KONG_COMPANY.name]):
        of[numbers[each["party_id"]]] |= each
    for each in rows[records.PERSON_IN_CHARGE.name]:
        of[numbers[each["party_id"]]]["persons"].append(each["name"])
    return of


@pytest.fixture(scope="module")
def supergraph() -> str:
    url = "http://127.0.0.1:8081/graphql"
    return compose([Subgraph("hub", "", sdl()), Subgraph("hk-cr", url, hong_kong_register.schema.as_str())])


def test_every_company_of_the_hub_is_known_by_its_cr_number(published: dict[str, dict[str, Any]]) -> None:
    assert len(published) > 10
    entities, errors = resolved(*map(company, published))
    assert not errors
    assert [each["crNumber"] for each in entities] == list(published)


def test_the_register_agrees_with_what_it_has_published(published: dict[str, dict[str, Any]]) -> None:
    for number, said in published.items():
        entity = found(number)
        assert entity["incorporatedOn"] == said["established_on"].isoformat()
        assert ", ".join(entity["office"]["lines"]).endswith(said["registered_office"])
        assert {each["name"] for each in entity["directors"]} <= set(said["persons"])
        assert entity["legalForm"] == said["company_type"].upper().replace(" COMPANY", "").replace(" ", "_")


def test_an_answer_follows_from_the_number_alone() -> None:
    assert found("C2801234") == found(" c2801234 ") == found("C2801234")
    assert found("C2801234")["charges"] != found("C0000023")["charges"]


def test_amounts_are_text_to_the_cent() -> None:
    amounts = [each["amount"] for each in found("C0031999")["charges"]]
    assert amounts
    assert all(isinstance(each, str) and each.endswith(".00") for each in amounts)


def test_a_return_is_overdue_only_some_weeks_after_the_anniversary(published: dict[str, dict[str, Any]]) -> None:
    returns = {number: found(number)["annualReturn"] for number in published}
    assert {each["lastFiledYear"] for each in returns.values()} == {2025, 2026}
    for number, said in returns.items():
        if said["overdue"]:
            assert said["lastFiledYear"] == 2025
            assert published[number]["established_on"].month <= 9


@pytest.mark.parametrize("number", ["C0000024", "C9999999", "F2801234", "2801234", "C0000000", "0", "C0000007"])
def test_a_number_that_the_register_does_not_have_gives_null(number: str) -> None:
    assert resolved(company(number)) == ([None], [])


@pytest.mark.parametrize(
    "number",
    [
        None, 2801234, 1.5, True, [], ["C2801234"], {}, {"crNumber": "C2801234"},
        "", "C", "C28012345", "X2801234", "C280123\u0664", "'; drop table company; --", "C" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_number_is_an_error_of_that_entity_alone(number: Any) -> None:
    (first, second), (error,) = resolved(company(number), company("C2801234"))
    assert first is None
    assert second["crNumber"] == "C2801234"
    assert "crNumber" in error or "CR number" in error
    assert len(error) < 300


@pytest.mark.parametrize(
    "representation",
    [
        {}, {"crNumber": "C2801234"}, {"__typename": "HongKongAddress", "lines": []}, {"__typename": "Query"},
        {"__typename": "Nothing"}, {"__typename": None}, {"__typename": ["HongKongCompany"]}, [], 1, "C2801234",
    ],
)  # fmt: skip
def test_what_represents_nothing_of_the_register_is_refused_in_its_words(representation: Any) -> None:
    data, errors = resolved(representation)
    assert data is None
    assert errors == ["A representation is an object whose __typename is HongKongCompany."]


def test_a_representation_without_its_key_is_refused_whatever_else_it_brings() -> None:
    (entity,), errors = resolved({"__typename": "HongKongCompany", "ubi": "70812345", "self": 1, "cls": 2, "info": 3})
    assert entity is None
    assert errors == ["A HongKongCompany is known here by its crNumber, a string."]


@pytest.mark.parametrize("written", ["C2801234", "2801234", " c2801234", "70812345"])
def test_a_company_is_searched_by_any_of_its_numbers(written: str) -> None:
    query = "query ($number: String!) { hongKongRegisterSearch(number: $number) { crNumber } }"
    assert ask(query, number=written) == ({"hongKongRegisterSearch": {"crNumber": "C2801234"}}, [])


def test_a_search_finds_nothing_or_says_what_is_no_number() -> None:
    query = "query ($number: String!) { hongKongRegisterSearch(number: $number) { crNumber } }"
    assert ask(query, number="99999999") == ({"hongKongRegisterSearch": None}, [])
    assert ask(query, number="24") == ({"hongKongRegisterSearch": None}, [])
    for written in ("", "twelve", "²²²²²²²²", "123456789"):
        data, (error,) = ask(query, number=written)
        assert data == {"hongKongRegisterSearch": None}
        assert error.startswith(("CR number:", "UBI:"))


def test_the_subgraph_says_by_which_key_it_knows_the_company_and_which_federation_it_speaks() -> None:
    data, errors = ask("{ _service { sdl } }")
    assert not errors
    text = data["_service"]["sdl"]
    assert 'type HongKongCompany @key(fields: "crNumber") {' in text
    assert '@link(url: "https://specs.apollo.dev/federation/v2.' in text
    assert "name: String @personal @requiresScopes(" in text


def test_it_adds_to_the_company_only_what_the_hub_does_not_hold() -> None:
    own = set(hong_kong_register.schema._schema.type_map["HongKongCompany"].fields)  # type: ignore[attr-defined]
    hub = set(graphql_schema().type_map["HongKongCompany"].fields)  # type: ignore[attr-defined]
    assert own - hub == OWN
    assert own & hub == {"crNumber"}


def test_it_composes_with_the_hub(supergraph: str) -> None:
    federation = read(supergraph).federation()
    document = parse(supergraph, no_location=True)
    company_type = defined(document, "HongKongCompany")
    for field in company_type.fields:
        assert ("join__field(graph: HK_CR" in print_ast(field)) is (field.name.value in OWN), field.name.value
    assert {each.name for each in federation.graphs} == {"hub", "hk-cr"}
    (name,) = (each for each in defined(document, "HongKongDirector").fields if each.name.value == "name")
    assert "@personal" in print_ast(name)


def test_a_field_that_the_hub_has_already_would_not_compose() -> None:
    text = hong_kong_register.schema.as_str().replace("  incorporatedOn: Date", "  establishedOn: Date")
    with pytest.raises(CompositionFailed, match="establishedOn"):
        compose([Subgraph("hub", "", sdl()), Subgraph("hk-cr", "", text)])


def defined(document: DocumentNode, name: str) -> ObjectTypeDefinitionNode:
    return next(
        each for each in document.definitions if isinstance(each, ObjectTypeDefinitionNode) and each.name.value == name
    )


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Serve the register as its readers are told to, and end it as they do."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "baygate.sample.hong_kong_register", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    url = f"http://127.0.0.1:{port}/graphql"
    try:
        for _ in range(300):
            assert process.poll() is None, process.stdout and process.stdout.read()
            with contextlib.suppress(httpx.ConnectError):
                httpx.get(url)
                break
            time.sleep(0.1)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert output == f"The register answers at {url}\n"


def test_it_serves_this_machine_until_it_is_told_to_end() -> None:
    with served() as url:
        sent = {"query": ENTITIES, "variables": {"representations": [company(cases.ONLY_IN_HONG_KONG[3:])]}}
        answer = httpx.post(url, json=sent)
        assert answer.json() == {"data": {"_entities": [found("C0031999")]}}
        assert httpx.get(url.replace("/graphql", "/")).status_code == 404
