"""Who may resolve the same field, and who takes it over from whom."""

import pytest
from tests.sources.composition.composing import only_problem, problems, supergraph

ENTERPRISE = 'type Enterprise @key(fields: "uscc") { uscc: ID! '
QUERY = "type Query { enterprise: Enterprise }"


def test_a_field_that_two_resolve_is_shareable_in_both() -> None:
    assert supergraph(
        register=f"{QUERY} {ENTERPRISE} name: String @shareable }}", tax=f"{ENTERPRISE} name: String @shareable }}"
    ).has("Enterprise.name")
    problem = only_problem(
        register=f"{QUERY} {ENTERPRISE} name: String @shareable }}", tax=f"{ENTERPRISE} name: String }}"
    )
    assert (problem.code, problem.coordinate) == ("INVALID_FIELD_SHARING", "Enterprise.name")
    assert problem.subgraphs == ("register", "tax")
    assert "not marked @shareable in tax" in problem.message


def test_shareable_on_a_type_is_shareable_on_its_fields() -> None:
    address = "type Address @shareable { city: String zip: String }"
    assert supergraph(
        register=f"{QUERY} {ENTERPRISE} seat: Address }} {address}", tax=f"{ENTERPRISE} office: Address }} {address}"
    ).says("Address.zip") == ("zip: String")


def test_fields_of_keys_are_shared_the_nested_ones_too() -> None:
    filing = 'type Filing @key(fields: "holder { uscc }") { holder: Enterprise! '
    assert supergraph(
        register=f"type Query {{ filing: Filing }} {filing} }} type Enterprise {{ uscc: ID! }}",
        tax=f"{filing} due: String }} type Enterprise {{ uscc: ID! }}",
    ).has("Filing.due")


def test_root_fields_are_shared_like_any_other() -> None:
    assert (
        only_problem(register="type Query { now: String }", tax="type Query { now: String }").coordinate == "Query.now"
    )


def test_an_interface_object_shares_a_field_with_the_implementations() -> None:
    register = """
    type Query { party: Party }
    interface Party @key(fields: "id") { id: ID! }
    type Person implements Party @key(fields: "id") { id: ID! risk: String SHARED }
    type Office implements Party @key(fields: "id") { id: ID! }
    """
    risk = 'type Party @key(fields: "id") @interfaceObject { id: ID! risk: String @shareable }'
    made = supergraph(register=register.replace("SHARED", "@shareable"), risk=risk)
    assert made.says("Person.risk") == "risk: String"
    assert made.says("Office.risk") == "risk: String @join__field"
    assert only_problem(register=register.replace("SHARED", ""), risk=risk).code == "INVALID_FIELD_SHARING"


def test_a_field_of_an_interface_is_not_shareable() -> None:
    found = problems(
        register="type Query { party: Party } interface Party { id: ID! @shareable } "
        "type Person implements Party { id: ID! }"
    )
    assert [(each.code, each.coordinate) for each in found] == [("INVALID_SHAREABLE_USAGE", "Party.id")]


def test_what_is_shared_can_be_the_same_object() -> None:
    paper = "type Query {{ paper: Paper @shareable }} union Paper = {0} type {0} {{ no: ID }}"
    problem = only_problem(register=paper.format("Filing"), tax=paper.format("Rating"))
    assert (problem.code, problem.coordinate) == ("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", "Query.paper")


def taking_over(override: str, source: str = "name: String") -> dict[str, str]:
    return {
        "register": f"{QUERY} {ENTERPRISE} name: String {override} }}",
        "tax": f"{ENTERPRISE} {source} rating: String }}",
    }


def test_a_field_that_is_taken_over_is_resolved_by_who_takes_it() -> None:
    made = supergraph(**taking_over('@override(from: "tax")'))
    assert made.says("Enterprise.name") == 'name: String @join__field(graph: REGISTER, override: "tax")'


def test_a_field_that_is_taken_over_and_still_named_there_is_told_so() -> None:
    made = supergraph(
        register=f'{QUERY} interface Named {{ name: String }} {ENTERPRISE} name: String @override(from: "tax") }}',
        tax='interface Named { name: String } type Enterprise implements Named @key(fields: "uscc") '
        "{ uscc: ID! name: String }",
    )
    assert made.says("Enterprise.name") == (
        'name: String @join__field(graph: REGISTER, override: "tax") @join__field(graph: TAX, usedOverridden: true)'
    )


def test_a_field_is_taken_over_step_by_step_with_a_label() -> None:
    made = supergraph(**taking_over('@override(from: "tax", label: "percent(12.5)")'))
    assert made.says("Enterprise.name") == (
        'name: String @join__field(graph: REGISTER, override: "tax", overrideLabel: "percent(12.5)")'
        " @join__field(graph: TAX)"
    )


def test_taking_over_from_a_subgraph_that_is_not_there_or_does_not_resolve_the_field_changes_nothing() -> None:
    made = supergraph(**taking_over('@override(from: "customs")', source=""))
    assert made.says("Enterprise.name") == "name: String @join__field(graph: REGISTER)"
    external = 'name: String @external paid: String @requires(fields: "name")'
    made = supergraph(**taking_over('@override(from: "tax")', source=external))
    assert "@join__field(graph: TAX, external: true)" in made.says("Enterprise.name")


@pytest.mark.parametrize(
    ("sdls", "code"),
    [
        (taking_over('@override(from: "register")', ""), "OVERRIDE_FROM_SELF_ERROR"),
        (taking_over('@override(from: "tax", label: "7")'), "OVERRIDE_LABEL_INVALID"),
        (taking_over('@override(from: "tax", label: "percent(101)")'), "OVERRIDE_LABEL_INVALID"),
        (taking_over('@override(from: "tax") @external'), "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"),
        (
            taking_over('@override(from: "tax")', 'city: ID @external name: String @requires(fields: "city")')
            | {"post": f"{ENTERPRISE} city: ID }}"},
            "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
        ),
        (
            taking_over('@override(from: "tax")', 'name: String @override(from: "register")'),
            "OVERRIDE_SOURCE_HAS_OVERRIDE",
        ),
        (
            {
                "register": "type Query { party: Party } type Person implements Party { id: ID! }"
                'interface Party { id: ID! @override(from: "tax") }'
            },
            "OVERRIDE_ON_INTERFACE",
        ),
    ],
)
def test_who_cannot_take_a_field_over_is_refused(sdls: dict[str, str], code: str) -> None:
    assert code in {each.code for each in problems(**sdls)}
