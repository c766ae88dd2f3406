"""What remote sources contribute to the hub: types and fields of their own, each its agency's; nothing of the hub's."""

import pytest
from tests.gateway.sources.service import LINK

from baygate.access.scopes import Gates
from baygate.contract.schema import graphql_schema, sdl
from baygate.sources.bindings import resident_binding
from baygate.sources.composition import CompositionFailed, Subgraph, compose
from baygate.sources.facts import facts_of
from baygate.sources.supergraph.contributions import Contributions, contributions
from baygate.sources.supergraph.join import SupergraphInvalid, read

REGISTER = """
scalar CrNumber
type HongKongCompany @key(fields: "crNumber") {
  crNumber: CrNumber!
  legalForm: String
  telephone: String @personal
}
type Office @key(fields: "no") { no: ID! line: String }
type Query { office(no: ID!): Office offices: [Office!] }
"""


def joined(*texts: str) -> Contributions:
    """Compose the hub with services a, b, c... of agencies of those names."""
    named = dict(zip("abcdef", texts, strict=False))
    subgraphs = [Subgraph(name, f"http://{name}.example/", LINK + text) for name, text in named.items()]
    supergraph = read(compose([Subgraph("hub", "", sdl()), *subgraphs]))
    return contributions(graphql_schema(), supergraph, {name: f"agency-{name}" for name in named})


@pytest.fixture(scope="module")
def register() -> Contributions:
    return joined(REGISTER)


def test_what_only_a_source_has_is_its_agencys(register: Contributions) -> None:
    assert register.agency("HongKongCompany", "legalForm") == "agency-a"
    assert register.agency("Query", "office") == "agency-a"
    assert register.types == {"Office": "agency-a"}
    assert register.listed("Query", "offices")
    assert not register.listed("Query", "office")


def test_what_the_hub_has_stays_the_hubs(register: Contributions) -> None:
    for name in graphql_schema().type_map["HongKongCompany"].fields:  # type: ignore[attr-defined]
        assert register.agency("HongKongCompany", name) is None
    presences = register.federation.presences["HongKongCompany"]
    (remote,) = [each for each in presences if each.graph.name == "a"]
    assert {name for name, each in remote.fields.items() if each.internal} == {"crNumber"}
    assert register.kept_by_hub("HongKongCompany")
    assert not register.kept_by_hub("Office")


def test_every_field_of_the_contract_is_as_it_was(register: Contributions) -> None:
    contract = graphql_schema()
    for name, type_ in contract.type_map.items():
        for field, definition in getattr(type_, "fields", {}).items():
            now = register.schema.type_map[name].fields[field]  # type: ignore[attr-defined]
            assert str(now.type) == str(definition.type), f"{name}.{field}"


def test_a_source_that_takes_a_field_from_the_hub_is_refused() -> None:
    taking = REGISTER.replace("legalForm: String", 'legalForm: String name: String @override(from: "hub")')
    with pytest.raises((SupergraphInvalid, CompositionFailed), match=r"HongKongCompany\.name"):
        joined(taking)


def test_a_source_that_would_take_a_field_by_and_by_takes_nothing() -> None:
    taking = REGISTER.replace("legalForm", 'name: String @override(from: "hub", label: "percent(100)") legalForm')
    found = joined(taking)
    assert found.agency("HongKongCompany", "name") is None
    of_hub, of_source = found.federation.presences["HongKongCompany"][:2]
    if of_hub.graph.name != "hub":
        of_hub, of_source = of_source, of_hub
    assert of_hub.fields["name"].resolvable
    assert of_source.fields["name"].internal


def test_two_sources_that_have_a_type_leave_each_field_to_the_one_that_gives_it() -> None:
    more = 'type Office @key(fields: "no") { no: ID! rent: Int }'
    found = joined(REGISTER, more)
    assert (found.agency("Office", "line"), found.agency("Office", "rent")) == ("agency-a", "agency-b")
    assert found.types["Office"] == "agency-a"


def test_a_source_of_no_agency_joins_nothing() -> None:
    supergraph = read(compose([Subgraph("hub", "", sdl()), Subgraph("a", "http://a.example/", LINK + REGISTER)]))
    with pytest.raises(KeyError):
        contributions(graphql_schema(), supergraph, {})


def test_a_mark_of_personal_information_is_seen_by_policies(register: Contributions) -> None:
    known = facts_of(register.schema, resident_binding(), register)
    assert [name for name, each in known.types["HongKongCompany"].fields.items() if each.personal] == ["telephone"]
    plain = known.field("HongKongCompany", "legalForm")
    assert plain is not None
    assert plain.publisher == "agency-a"


def demanded(text: str) -> dict[str, set[frozenset[str]]]:
    gates = Gates(joined(text).schema)
    return {name: set(each) for name, each in gates.demanded["HongKongCompany"].items()}


def test_what_a_source_demands_for_a_type_is_demanded_for_what_it_adds_to_it_alone() -> None:
    before = {name: set(each) for name, each in Gates(graphql_schema()).demanded["HongKongCompany"].items()}
    guarded = REGISTER.replace(
        '@key(fields: "crNumber")', '@key(fields: "crNumber") @requiresScopes(scopes: [["a:b"]])'
    )
    now = demanded(guarded.replace("legalForm: String", 'legalForm: String @requiresScopes(scopes: [["c"], ["d"]])'))
    assert now["legalForm"] == {frozenset({"a:b", "c"}), frozenset({"a:b", "d"})}
    assert now["telephone"] == {frozenset({"a:b"})}
    assert {name: now[name] for name in before} == before


def test_what_an_interface_demands_holds_on_the_types_that_implement_it() -> None:
    text = REGISTER + 'interface Deed @requiresScopes(scopes: [["deeds"]]) { no: ID } '
    text += 'type Sale implements Deed { no: ID @policy(policies: [["NOTARY"]]) } extend type Office { deed: Deed }'
    gates = Gates(joined(text).schema)
    assert set(gates.demanded["Sale"]["no"]) == {frozenset({"deeds", "role NOTARY"})}
    assert set(gates.demanded["Office"]["deed"]) == {frozenset({"deeds"})}
