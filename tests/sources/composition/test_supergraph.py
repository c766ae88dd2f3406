"""The supergraph as a whole: its frame, its order, its names."""

from itertools import permutations

from graphql import build_schema, validate_schema
from tests.sources.composition.composing import SECOND, subgraphs, supergraph

from baygate.sources.composition import Subgraph, compose

SDLS = {
    "register": 'type Query { enterprise: Enterprise } type Enterprise @key(fields: "uscc") { uscc: ID! name: String }',
    "tax": 'type Enterprise @key(fields: "uscc") { uscc: ID! rating: Rating } enum Rating { A B }',
    "customs": 'type Enterprise @key(fields: "uscc") { uscc: ID! declared(since: String): Int }',
}


def test_a_supergraph_is_a_schema_in_itself() -> None:
    schema = build_schema(supergraph(**SDLS).text)
    assert not validate_schema(schema)
    assert {"join__type", "join__field", "join__graph", "join__directive", "link"} <= {
        each.name for each in schema.directives
    }


def test_the_order_of_subgraphs_changes_nothing() -> None:
    assert len({compose(each) for each in permutations(subgraphs(SDLS))}) == 1


def test_each_subgraph_has_its_name_and_address() -> None:
    made = supergraph(**SDLS)
    assert made.says("join__Graph.TAX") == 'TAX @join__graph(name: "tax", url: "https://tax.example/graphql")'


def test_names_become_members_of_an_enum_each_its_own() -> None:
    query = "type Query { a: ID @shareable }"
    names = ("hk-register", "hk.register", "3rd party", "Tax")
    text = compose([Subgraph(name, f'https://example/"{name}"', SECOND + query) for name in names])
    for graph, name in (
        ("_3RD_PARTY", "3rd party"),
        ("TAX", "Tax"),
        ("HK_REGISTER", "hk-register"),
        ("HK_REGISTER_1", "hk.register"),
    ):
        assert f'{graph} @join__graph(name: "{name}", url: "https://example/\\"{name}\\"")' in text


def test_texts_in_descriptions_survive() -> None:
    text = 'It says \\"\\"\\" and ends with a \\\\'
    made = supergraph(register=f'type Query {{ "{text}" a: ID }}')
    assert made.describes("Query.a") == 'It says """ and ends with a \\'
