"""The hub's own subgraph composes, by itself and with a register of another jurisdiction that extends its entities."""

from pathlib import Path

import pytest
from graphql import parse
from tests.sources.composition.composing import SECOND, Supergraph

from baygate.contract.schema import sdl
from baygate.sources.composition import CompositionFailed, Subgraph, compose

PUBLISHED = Path(__file__).parents[3] / "schema" / "subgraph.graphql"
HONG_KONG = (
    SECOND
    + """
scalar Ubi

type HongKongCompany @key(fields: "ubi") {
  ubi: Ubi!
  officers: [Officer!]! @requiresScopes(scopes: [["officers:read"]])
  charges(open: Boolean = true): Int! @authenticated
}

type Officer { name: String! appointed: String }

type Query { hongKongRegisterUpdated: String! }
"""
)


def hub() -> Subgraph:
    return Subgraph("hub", "https://hub.example/graphql", PUBLISHED.read_text(encoding="utf-8"))


def register(text: str = HONG_KONG) -> Subgraph:
    return Subgraph("hk-register", "https://register.example/graphql", text)


@pytest.fixture(scope="module")
def made() -> Supergraph:
    return Supergraph(compose([hub(), register()]))


def test_a_register_adds_fields_to_an_entity_of_the_hub(made: Supergraph) -> None:
    assert '@join__type(graph: HK_REGISTER, key: "ubi")' in made.says("HongKongCompany")
    for key in ("id", "ubi", "crNumber"):
        assert f'@join__type(graph: HUB, key: "{key}")' in made.says("HongKongCompany")
    assert made.says("HongKongCompany.officers") == (
        'officers: [Officer!]! @join__field(graph: HK_REGISTER) @requiresScopes(scopes: [["officers:read"]])'
    )
    assert made.says("HongKongCompany.charges") == (
        "charges(open: Boolean = true): Int! @join__field(graph: HK_REGISTER) @authenticated"
    )
    assert 'ubi: Ubi @join__field(graph: HK_REGISTER, type: "Ubi!")' in made.says("HongKongCompany.ubi")


def test_what_the_hub_says_of_its_fields_is_kept(made: Supergraph) -> None:
    published = parse(hub().sdl, no_location=True)
    marked = [
        f"{type_.name.value}.{field.name.value}"  # type: ignore[attr-defined]
        for type_ in published.definitions
        for field in getattr(type_, "fields", None) or ()
        if any(each.name.value == "personal" for each in field.directives or ())
    ]
    assert marked
    for each in marked:
        assert "@personal" in made.says(each)
    assert '@link(url: "https://baygate.example/spec/v1.0", import: ["@personal"])' in made.links()
    assert made.text.count("@requiresScopes(") > hub().sdl.count("@requiresScopes(")
    assert made.describes("HongKongCompany")


def test_what_a_subgraph_adds_to_be_asked_as_one_is_left_out(made: Supergraph) -> None:
    assert not any(made.has(each) for each in ("_Any", "_Entity", "_Service", "Query._entities", "Query._service"))


def test_the_hub_composes_as_it_prints_itself() -> None:
    assert compose([Subgraph("hub", "https://hub.example/graphql", sdl())]) == compose([hub()])


def test_a_register_that_resolves_a_field_of_the_hub_is_refused() -> None:
    with pytest.raises(CompositionFailed) as failed:
        compose([hub(), register(HONG_KONG.replace("ubi: Ubi!", "ubi: Ubi! name: String"))])
    (problem,) = failed.value.problems
    assert (problem.code, problem.coordinate) == ("INVALID_FIELD_SHARING", "HongKongCompany.name")
    assert problem.subgraphs == ("hk-register", "hub")


def test_a_register_that_knows_no_key_of_the_hub_cannot_be_reached() -> None:
    text = HONG_KONG.replace('"ubi"', '"branch"').replace("ubi: Ubi!", "branch: Int!")
    with pytest.raises(CompositionFailed) as failed:
        compose([hub(), register(text)])
    assert {each.coordinate for each in failed.value.problems} == {
        "HongKongCompany.branch",
        "HongKongCompany.officers",
        "HongKongCompany.charges",
    }
    assert 'using key "branch" of "HongKongCompany"' in failed.value.problems[0].message
