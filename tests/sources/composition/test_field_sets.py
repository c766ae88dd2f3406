"""Field sets: what keys, requirements and provisions may select."""

import pytest
from tests.sources.composition.composing import only_problem, problems, supergraph

REGISTER = """
type Query { enterprise: Enterprise }
type Enterprise @key(fields: "uscc") { uscc: ID! name: String seat: Address @shareable note(lang: String!): String }
type Address @shareable { city: String zip: String }
"""


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ('"number"', "KEY_INVALID_FIELDS"),
        ('"uscc {"', "KEY_INVALID_FIELDS"),
        ('""', "KEY_INVALID_FIELDS"),
        ('"seat"', "KEY_INVALID_FIELDS"),
        ('"uscc { city }"', "KEY_INVALID_FIELDS"),
        ('"seat { street }"', "KEY_INVALID_FIELDS"),
        ('"uscc } { name"', "KEY_INVALID_FIELDS"),
        ('"alias: uscc"', "KEY_INVALID_FIELDS"),
        ('"...Parts"', "KEY_INVALID_FIELDS"),
        ('"... on Address { city }"', "KEY_INVALID_FIELDS"),
        ('"... on Nothing { city }"', "KEY_INVALID_FIELDS"),
        ('["uscc"]', "KEY_INVALID_FIELDS_TYPE"),
        ('"uscc @include(if: true)"', "KEY_HAS_DIRECTIVE_IN_FIELDS_ARGS"),
        ('"note"', "KEY_FIELDS_HAS_ARGS"),
        ('"party { id }"', "KEY_FIELDS_SELECT_INVALID_TYPE"),
        ('"paper { ... on Rating { grade } }"', "KEY_FIELDS_SELECT_INVALID_TYPE"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused(key: str, code: str) -> None:
    found = problems(
        register=f"""
        type Query {{ enterprise: Enterprise }}
        type Enterprise @key(fields: {key}) {{
          uscc: ID! seat: Address note(lang: String!): String party: Party paper: Paper
        }}
        type Address {{ city: String }}
        interface Party {{ id: ID! }}
        type Person implements Party {{ id: ID! }}
        union Paper = Rating
        type Rating {{ grade: String }}
        """
    )
    assert {(each.code, each.coordinate) for each in found} == {(code, "Enterprise")}


def test_keys_may_be_several_compound_nested_and_not_resolvable() -> None:
    made = supergraph(
        register="""
        type Query { filing: Filing }
        type Filing @key(fields: "no") @key(fields: "year serial", resolvable: false) @key(fields: "holder{uscc} no") {
          no: ID! year: Int! serial: Int! holder: Enterprise!
        }
        type Enterprise { uscc: ID! }
        """
    )
    assert made.says("Filing") == (
        'type Filing @join__type(graph: REGISTER, key: "no")'
        ' @join__type(graph: REGISTER, key: "year serial", resolvable: false)'
        ' @join__type(graph: REGISTER, key: "holder { uscc } no")'
    )


@pytest.mark.parametrize(
    ("requires", "code"),
    [
        ("nothing", "REQUIRES_INVALID_FIELDS"),
        ("seat", "REQUIRES_INVALID_FIELDS"),
        ("name { first }", "REQUIRES_INVALID_FIELDS"),
        ("note", "REQUIRES_INVALID_FIELDS"),
        ("note(lang: null)", "REQUIRES_INVALID_FIELDS"),
        ('note(lang: \\"zh\\", size: 1)', "REQUIRES_INVALID_FIELDS"),
        ("note(lang: $lang)", "REQUIRES_INVALID_FIELDS"),
        ("own", "REQUIRES_FIELDS_MISSING_EXTERNAL"),
        ("name @skip(if: true)", "REQUIRES_HAS_DIRECTIVE_IN_FIELDS_ARGS"),
    ],
)
def test_a_requirement_that_cannot_be_met_is_refused(requires: str, code: str) -> None:
    found = problems(
        register=REGISTER,
        tax=f"""
        type Enterprise @key(fields: "uscc") {{
          uscc: ID! own: String
          name: String @external seat: Address @external note(lang: String!): String @external
          used: String @requires(fields: "name seat {{ city }} note(lang: \\"zh\\")")
          rating: String @requires(fields: "{requires}")
        }}
        type Address @shareable {{ city: String zip: String }}
        """,
    )
    assert {(each.code, each.coordinate) for each in found} == {(code, "Enterprise.rating")}


def test_requirements_may_have_arguments_and_fragments() -> None:
    made = supergraph(
        register="""
        type Query { enterprise: Enterprise }
        type Enterprise @key(fields: "uscc") { uscc: ID! note(lang: String!): String owner: Party }
        interface Party { id: ID! }
        type Person implements Party @shareable { id: ID! age: Int }
        """,
        tax="""
        type Enterprise @key(fields: "uscc") {
          uscc: ID! note(lang: String!): String @external owner: Party @external
          risk: String @requires(fields: "note(lang: \\"zh\\") owner { id ... on Person { age } }")
        }
        interface Party { id: ID! }
        type Person implements Party @shareable { id: ID! age: Int }
        """,
    )
    assert made.says("Enterprise.risk") == (
        'risk: String @join__field(graph: TAX, requires: "note(lang: \\"zh\\") owner { id ... on Person { age } }")'
    )


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ('latest: Enterprise @provides(fields: "nothing")', "PROVIDES_INVALID_FIELDS"),
        ('latest: Enterprise @provides(fields: "rating")', "PROVIDES_FIELDS_MISSING_EXTERNAL"),
        ('latest: Enterprise @provides(fields: "note")', "PROVIDES_FIELDS_HAS_ARGS"),
        ('latest: Enterprise @provides(fields: "name @a")', "PROVIDES_HAS_DIRECTIVE_IN_FIELDS_ARGS"),
        ("latest: Enterprise @provides(fields: 1)", "PROVIDES_INVALID_FIELDS_TYPE"),
        ('latest: String @provides(fields: "name")', "PROVIDES_ON_NON_OBJECT_FIELD"),
    ],
)
def test_a_provision_that_gives_nothing_is_refused(field: str, code: str) -> None:
    found = problems(
        register=REGISTER,
        tax=f"""
        type Query {{ {field} used: Enterprise @provides(fields: "name") needs: String }}
        type Enterprise @key(fields: "uscc") {{
          uscc: ID! rating: String name: String @external note(lang: String!): String @external
          needing: String @requires(fields: "note(lang: \\"zh\\")")
        }}
        """,
    )
    assert {(each.code, each.coordinate) for each in found} == {(code, "Query.latest")}


@pytest.mark.parametrize("directive", ["requires", "provides"])
def test_a_field_of_an_interface_neither_requires_nor_provides(directive: str) -> None:
    found = problems(
        register=f"""
        type Query {{ party: Party }}
        interface Party {{ id: ID! owner: Person @{directive}(fields: "id") }}
        type Person implements Party {{ id: ID! owner: Person }}
        """
    )
    assert f"{directive.upper()}_UNSUPPORTED_ON_INTERFACE" in {each.code for each in found}


def test_a_provision_on_an_interface_names_what_its_objects_have_from_elsewhere() -> None:
    made = supergraph(
        register="""
        type Query { enterprise: Enterprise person: Person }
        type Enterprise @key(fields: "id") { id: ID! name: String @shareable }
        type Person @key(fields: "id") { id: ID! name: String @shareable }
        """,
        customs="""
        type Query { declarant: Party @provides(fields: "name") }
        interface Party { id: ID! name: String }
        type Enterprise implements Party @key(fields: "id") { id: ID! name: String @external }
        type Person implements Party @key(fields: "id") { id: ID! name: String @external }
        """,
    )
    assert 'provides: "name"' in made.says("Query.declarant")


def test_a_problem_says_where_and_what_to_do() -> None:
    problem = only_problem(register='type Query { a: Filing } type Filing @key(fields: "number") { no: ID! }')
    assert problem.subgraphs == ("register",)
    assert problem.message == "@key: Filing has no field number in this subgraph; add it, or select another."
    assert str(problem).startswith("KEY_INVALID_FIELDS: Filing (register): ")
