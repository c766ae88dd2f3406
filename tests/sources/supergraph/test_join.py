"""Supergraphs as composers write them, in each version of the join specification."""

import pytest

from baygate.sources.supergraph.join import SupergraphInvalid, read
from baygate.sources.supergraph.model import Federation, Kind
from baygate.sources.supergraph.overrides import in_effect

GRAPHS = """
enum join__Graph {
  TRADE @join__graph(name: "trade", url: "http://trade.example/graphql")
  REGISTER @join__graph(name: "register", url: "http://register.example/graphql")
}
"""
V1 = (
    'schema @core(feature: "https://specs.apollo.dev/core/v0.1") @core(feature: "https://specs.apollo.dev/join/v0.1")'
    " { query: Query }"
    + GRAPHS
    + """
type Query { companies: [Company!]! @join__field(graph: TRADE) }
type Company
  @join__owner(graph: TRADE)
  @join__type(graph: TRADE, key: "number")
  @join__type(graph: REGISTER, key: "number")
{
  number: ID! @join__field(graph: TRADE)
  name: String
  office: Office @join__field(graph: REGISTER)
  remote: Boolean @join__field(graph: REGISTER, requires: "name")
}
type Office { city: String }
union Thing = Company | Office
"""
)
V3 = (
    'schema @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }'
    + GRAPHS
    + """
type Query @join__type(graph: TRADE) @join__type(graph: REGISTER) {
  parties: [Party!]! @join__field(graph: TRADE)
  found: Party @join__field(graph: REGISTER, type: "Company", provides: "name")
  hidden: String @inaccessible @join__field(graph: TRADE)
}
interface Party @join__type(graph: TRADE, key: "id") @join__type(graph: REGISTER, key: "id", isInterfaceObject: true) {
  id: ID!
  name: String @join__field(graph: TRADE)
  score: Int @join__field(graph: REGISTER)
}
type Company implements Party
  @join__implements(graph: TRADE, interface: "Party")
  @join__type(graph: TRADE, key: "id")
  @join__type(graph: TRADE, key: "number register { code }", resolvable: false)
{
  id: ID!
  number: ID!
  name: String @join__field(graph: TRADE, external: true)
  register: Register
  score: Int @join__field
  moved: Int @join__field(graph: TRADE, usedOverridden: true)
}
type Register @join__type(graph: TRADE) { code: ID! }
union Thing @join__type(graph: TRADE) @join__unionMember(graph: TRADE, member: "Company") = Company
"""
)
LABELLED = (
    'schema @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION) { query: Query }'
    + GRAPHS
    + """
type Query @join__type(graph: TRADE) @join__type(graph: REGISTER) {
  rate: Int @join__field(graph: TRADE{there}) @join__field(graph: REGISTER, override: "trade", overrideLabel: "{label}")
}
"""
)


def fields(federation: Federation, type_name: str, graph: str) -> dict[str, bool]:
    """Return the fields of a type in a subgraph, and whether it answers them."""
    (presence,) = (each for each in federation.presences[type_name] if each.graph.name == graph)
    return {name: each.resolvable for name, each in presence.fields.items()}


def test_in_the_first_version_one_subgraph_owns_a_type_and_the_others_have_its_key() -> None:
    federation = read(V1).federation()
    assert fields(federation, "Company", "trade") == {"number": True, "name": True}
    assert fields(federation, "Company", "register") == {"number": True, "office": True, "remote": True}
    (register,) = (each for each in federation.presences["Company"] if each.graph.name == "register")
    assert register.fields["remote"].requires is not None


def test_in_the_first_version_what_has_no_owner_is_everywhere() -> None:
    federation = read(V1).federation()
    assert {each.graph.name for each in federation.presences["Office"]} == {"trade", "register"}
    assert {each.possible for each in federation.presences["Thing"]} == {("Company", "Office")}


def test_each_subgraph_has_the_fields_that_it_is_said_to_have() -> None:
    federation = read(V3).federation()
    assert fields(federation, "Query", "trade") == {"parties": True, "hidden": True}
    assert fields(federation, "Query", "register") == {"found": True}


def test_what_is_external_or_taken_over_is_there_and_not_answered() -> None:
    (trade,) = (each for each in read(V3).federation().presences["Company"] if each.type == "Company")
    assert {name for name, each in trade.fields.items() if not each.resolvable} == {"name", "moved"}


def test_a_field_can_have_a_narrower_type_in_one_subgraph_and_provide_more() -> None:
    (register,) = (each for each in read(V3).federation().presences["Query"] if each.graph.name == "register")
    assert register.fields["found"].named == "Company"
    provided = register.fields["found"].provides
    assert provided is not None
    assert [each.field for each in provided.fields["Company"]] == ["name"]


def test_keys_are_compound_and_not_always_resolvable() -> None:
    (trade,) = (each for each in read(V3).federation().presences["Company"] if each.type == "Company")
    assert [[each.field for each in key.selection.fields["Company"]] for key in trade.keys] == [
        ["id"],
        ["number", "register"],
    ]
    assert [key.resolvable for key in trade.keys] == [True, False]


def test_an_interface_object_stands_for_the_types_of_its_interface() -> None:
    federation = read(V3).federation()
    kinds = {each.graph.name: each.kind for each in federation.presences["Company"]}
    assert kinds == {"trade": Kind.OBJECT, "register": Kind.INTERFACE_OBJECT}
    assert {each.graph.name: each.possible for each in federation.presences["Party"]} == {
        "trade": ("Company",),
        "register": (),
    }


def test_clients_see_neither_what_is_inaccessible_nor_the_specification() -> None:
    api = read(V3).api
    assert api.query_type is not None
    assert list(api.query_type.fields) == ["parties", "found"]
    assert not [name for name in api.type_map if name.startswith(("join__", "link__"))]


@pytest.mark.parametrize("there", ["", ', overrideLabel: "{label}"'])
@pytest.mark.parametrize("active", [True, False])
def test_a_labelled_override_moves_a_field_while_its_label_is_in_effect(there: str, *, active: bool) -> None:
    text = LABELLED.replace("{there}", there).replace("{label}", "percent(10)")
    supergraph = read(text)
    assert supergraph.labels == ("percent(10)",)
    federation = supergraph.federation(lambda _: active)
    assert fields(federation, "Query", "trade") == {"rate": not active}
    assert fields(federation, "Query", "register") == {"rate": active}


@pytest.mark.parametrize(
    ("roll", "turned_on", "found"),
    [
        (9.99, (), {"percent(10)"}),
        (10.0, (), set()),
        (50.0, ("beta",), {"beta"}),
        (50.0, ("percent(10)",), {"percent(10)"}),
    ],
)
def test_labels_are_in_effect_by_their_share_or_by_name(
    roll: float, turned_on: tuple[str, ...], found: set[str]
) -> None:
    assert in_effect(("percent(10)", "beta"), turned_on, roll) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("type Query { a: Int", "cannot be read"),
        ("type Query { a: Int }", "no enum join__Graph"),
        (
            V3.replace("graph: TRADE, interface", "graph: NOBODY, interface").replace(
                "type(graph: TRADE)", "type(graph: NO)"
            ),
            "NO",
        ),
        (V3.replace('key: "number register', 'key: "nothing register'), "nothing"),
        (V3.replace('key: "number register { code }"', 'key: "number register"'), "register"),
        (V3.replace('provides: "name"', 'provides: "name {"'), "name {"),
        (V3.replace('type: "Company", provides', "contextArguments: [{name: 1}], provides"), "@fromContext"),
    ],
)
def test_what_is_no_supergraph_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(SupergraphInvalid) as refused:
        read(text).federation()
    assert told in str(refused.value)
