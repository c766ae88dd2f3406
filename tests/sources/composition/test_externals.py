"""External fields: known here, resolved elsewhere, and declared as they are there."""

import pytest
from tests.sources.composition.composing import only_problem, problems, supergraph

REGISTER = """
type Query { enterprise: Enterprise }
type Enterprise @key(fields: "uscc") { uscc: ID! name(lang: String = "zh"): String tier: Int! }
"""


def tax(fields: str, *, external: str = "") -> str:
    return f'type Enterprise @key(fields: "uscc") {external} {{ uscc: ID! {fields} }}'


def test_an_external_field_that_nothing_names_is_refused() -> None:
    problem = only_problem(register=REGISTER, tax=tax("tier: Int! @external rating: String"))
    assert (problem.code, problem.coordinate, problem.subgraphs) == ("EXTERNAL_UNUSED", "Enterprise.tier", ("tax",))


def test_an_external_field_that_an_interface_asks_for_is_named() -> None:
    sdl = "interface Tiered { tier: Int! } " + tax("tier: Int! @external")
    made = supergraph(register=REGISTER, tax=sdl.replace("type Enterprise", "type Enterprise implements Tiered"))
    assert "@join__field(graph: TAX, external: true)" in made.says("Enterprise.tier")


def test_external_on_a_type_is_external_on_its_fields() -> None:
    made = supergraph(
        register="type Query { enterprise: Enterprise } "
        'type Enterprise @key(fields: "uscc") { uscc: ID! seat: Address } type Address { city: String zip: String }',
        tax=tax('seat: Address @external office: String @requires(fields: "seat { city }")')
        + "type Address @external { city: String zip: String }",
    )
    assert made.says("Address.zip") == (
        "zip: String @join__field(graph: REGISTER) @join__field(graph: TAX, external: true)"
    )


def test_what_is_external_everywhere_is_resolved_by_nobody() -> None:
    problem = only_problem(
        register=REGISTER, tax=tax('city: String @external office: String @requires(fields: "city")')
    )
    assert (problem.code, problem.coordinate) == ("EXTERNAL_MISSING_ON_BASE", "Enterprise.city")


@pytest.mark.parametrize(
    ("fields", "requires", "code", "coordinate"),
    [
        ("tier: String! @external", "tier", "EXTERNAL_TYPE_MISMATCH", "Enterprise.tier"),
        ("tier: Int @external", "tier", "EXTERNAL_TYPE_MISMATCH", "Enterprise.tier"),
        ("name: String @external", "name", "EXTERNAL_ARGUMENT_MISSING", "Enterprise.name(lang:)"),
        (
            'name(lang: Int = "zh"): String @external',
            "name",
            "INVALID_GRAPHQL",
            "",
        ),
        (
            'name(lang: ID = "zh"): String @external',
            "name",
            "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
            "Enterprise.name(lang:)",
        ),
        (
            'name(lang: String = "en"): String @external',
            "name",
            "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
            "Enterprise.name(lang:)",
        ),
    ],
)
def test_an_external_field_is_declared_as_it_is(fields: str, requires: str, code: str, coordinate: str) -> None:
    problem = only_problem(register=REGISTER, tax=tax(f'{fields} rating: String @requires(fields: "{requires}")'))
    assert (problem.code, problem.coordinate) == (code, coordinate)


def test_an_external_field_of_a_key_may_be_nullable_where_it_is_not() -> None:
    made = supergraph(
        register=REGISTER, tax='type Enterprise @key(fields: "uscc") { uscc: ID @external rating: String }'
    )
    assert made.says("Enterprise.uscc") == (
        'uscc: ID! @join__field(graph: REGISTER, type: "ID!") @join__field(graph: TAX, type: "ID", external: true)'
    )


@pytest.mark.parametrize(
    ("sdl", "code"),
    [
        (
            tax('tier: Int! @external note: String @external @requires(fields: "tier")'),
            "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
        ),
        (
            tax('tier: Int! @external @tag(name: "x") rating: String @requires(fields: "tier")'),
            "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
        ),
        ("interface Tiered { tier: Int! @external } " + tax("rating: String"), "EXTERNAL_ON_INTERFACE"),
    ],
)
def test_an_external_field_bears_nothing_that_only_its_resolver_can_say(sdl: str, code: str) -> None:
    assert code in {each.code for each in problems(register=REGISTER, tax=sdl)}
