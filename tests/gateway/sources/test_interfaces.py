"""A source that adds to an interface of the hub: what it gives is decided on each concrete type, as all else."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.gateway.sources.hub import Federation, Hub, grant, running
from tests.gateway.sources.service import Service

SCORES = """
scalar PartyId
type Party @interfaceObject @key(fields: "id") { id: PartyId! score: String watched: String }
"""
SECRET = "S3CR-watched"
OWNED = {name: ["*"] for name in ("HongKongCompany", "MainlandEnterprise", "MacauCompany")}
OWNS = {"hk-cr": OWNED, "samr-gd": OWNED, "score-gd": OWNED}
LIST = "{ first: parties(first: 3) { nodes { ...P } } last: parties(last: 7) { nodes { ...P } } } "
LIST += "fragment P on Party { __typename id %s }"


@pytest.fixture(scope="module")
def around() -> Iterator[Federation]:
    service = Service("scores", "score-gd", SCORES)
    service.entities = {"Party": []}
    with running(service.built()) as federation:
        yield federation


@pytest.fixture(scope="module")
def scoring(world: Any, around: Federation) -> Iterator[Hub]:
    hub = Hub(world, around, OWNS)
    hub.govern(
        hk_cr=[grant("HongKongCompany", "id", "name")],
        samr_gd=[grant("MainlandEnterprise", "id", "name")],
        score_gd=[grant("HongKongCompany", "score")],
    )
    yield hub
    hub.close()


@pytest.fixture
def scores(around: Federation) -> Service:
    service = around.services["scores"]
    service.forget()

    def lie(_: Any) -> Any:
        asked = service.received[-1].representations
        return {"data": {"_entities": [{"__typename": "Party", "score": "A", "watched": SECRET} for _ in asked]}}

    service.lie = lie
    return service


@pytest.mark.parametrize("selection", ["score watched", "... on Party { score watched }"])
def test_it_is_given_of_the_types_of_which_it_is_granted(scoring: Hub, scores: Service, selection: str) -> None:
    answer = scoring.ask(LIST % selection)
    nodes = [each for page in answer.data.values() for each in page["nodes"]]
    kinds = {each["__typename"] for each in nodes}
    assert kinds == {"HongKongCompany", "MainlandEnterprise"}
    for each in nodes:
        assert (each["score"], each["watched"]) == ("A" if each["__typename"] == "HongKongCompany" else None, None)
    assert SECRET.encode() not in answer.body
    assert "watched" not in scores.documents
    asked = {each["id"] for each in scores.representations}
    assert asked == {each["id"] for each in nodes if each["__typename"] == "HongKongCompany"}


def test_a_fragment_on_a_concrete_type_opens_no_more(scoring: Hub, scores: Service) -> None:
    answer = scoring.ask(LIST % "... on MainlandEnterprise { score watched } ... on HongKongCompany { watched }")
    assert SECRET.encode() not in answer.body
    assert scores.received == []
    assert set(answer.withheld) == {"HongKongCompany.watched", "MainlandEnterprise.score", "MainlandEnterprise.watched"}


def test_it_is_asked_for_by_the_key_of_the_interface(scoring: Hub, scores: Service) -> None:
    answer = scoring.ask('{ party(id: "HK-C0031999") { name score } }')
    assert answer.data["party"] is not None
    assert answer.data["party"]["score"] == "A"
    assert [each["id"] for each in scores.representations] == ["HK-C0031999"]
