"""Fields of several subgraphs: their types, their arguments, and who is said to resolve them."""

import pytest
from tests.sources.composition.composing import only_problem, problems, supergraph

ENTERPRISE = 'type Enterprise @key(fields: "uscc") { uscc: ID! '


def shared(register: str, tax: str, also: str = "") -> dict[str, str]:
    """Return two subgraphs that share ``Enterprise.shared``, each in its own way."""
    return {
        "register": f"type Query {{ enterprise: Enterprise }} {ENTERPRISE} shared{register} @shareable }} {also}",
        "tax": f"{ENTERPRISE} shared{tax} @shareable }} {also}",
    }


@pytest.mark.parametrize(
    ("register", "tax", "merged"),
    [
        (": String!", ": String", "String"),
        (": String!", ": String!", "String!"),
        (": [String!]!", ": [String]", "[String]"),
        (": [String]!", ": [String!]", "[String]"),
        (": Person", ": Party!", "Party"),
        (": [Person!]!", ": [Owner!]!", "[Owner!]!"),
    ],
)
def test_of_two_types_the_wider_is_given(register: str, tax: str, merged: str) -> None:
    also = """
    interface Party { id: ID! } union Owner = Person | Firm
    type Person implements Party @shareable { id: ID! } type Firm @shareable { id: ID! }
    """
    made = supergraph(**shared(register, tax, also))
    kinds = (register.strip(": "), tax.strip(": "))
    joins = (
        f' @join__field(graph: REGISTER, type: "{kinds[0]}") @join__field(graph: TAX, type: "{kinds[1]}")'
        if register != tax
        else ""
    )
    assert made.says("Enterprise.shared") == f"shared: {merged}{joins}"


@pytest.mark.parametrize(
    ("register", "tax"), [(": String", ": Int"), (": [String]", ": String"), (": Person", ": Firm")]
)
def test_types_that_do_not_agree_are_refused(register: str, tax: str) -> None:
    problem = only_problem(
        **shared(register, tax, "type Person @shareable { id: ID! } type Firm @shareable { id: ID! }")
    )
    assert (problem.code, problem.coordinate) == ("FIELD_TYPE_MISMATCH", "Enterprise.shared")
    assert problem.subgraphs == ("register", "tax")
    assert f"{register.strip(': ')} in register" in problem.message


@pytest.mark.parametrize(
    ("register", "tax", "merged"),
    [
        ("(lang: String): String", "(lang: String): String", "(lang: String)"),
        ("(lang: String): String", "(lang: String!): String", "(lang: String!)"),
        ("(lang: String, size: Int): String", "(lang: String): String", "(lang: String)"),
        ("(size: Int): String", ": String", ""),
        ('(lang: String = "zh"): String', '(lang: String = "zh"): String', '(lang: String = "zh")'),
    ],
)
def test_arguments_are_those_that_all_take(register: str, tax: str, merged: str) -> None:
    assert supergraph(**shared(register, tax)).says("Enterprise.shared") == f"shared{merged}: String"


@pytest.mark.parametrize(
    ("register", "tax", "code"),
    [
        ("(lang: String!): String", ": String", "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"),
        ("(lang: String): String", "(lang: Int): String", "FIELD_ARGUMENT_TYPE_MISMATCH"),
        ("(lang: [String]): String", "(lang: String): String", "FIELD_ARGUMENT_TYPE_MISMATCH"),
        ('(lang: String = "zh"): String', '(lang: String = "en"): String', "FIELD_ARGUMENT_DEFAULT_MISMATCH"),
        ('(lang: String = "zh"): String', "(lang: String): String", "FIELD_ARGUMENT_DEFAULT_MISMATCH"),
    ],
)
def test_arguments_that_do_not_agree_are_refused(register: str, tax: str, code: str) -> None:
    problem = only_problem(**shared(register, tax))
    assert (problem.code, problem.coordinate) == (code, "Enterprise.shared(lang:)")
    assert problem.subgraphs == ("register", "tax")


def test_a_field_says_who_resolves_it_unless_all_that_have_the_type_do() -> None:
    made = supergraph(
        register=f"type Query {{ enterprise: Enterprise }} {ENTERPRISE} name: String }}",
        tax=f"{ENTERPRISE} rating: String }}",
    )
    assert made.says("Enterprise.uscc") == "uscc: ID!"
    assert made.says("Enterprise.name") == "name: String @join__field(graph: REGISTER)"
    assert made.says("Enterprise.rating") == "rating: String @join__field(graph: TAX)"


def test_every_subgraph_can_be_asked_at_query_and_only_some_at_mutation() -> None:
    made = supergraph(
        register=f"type Query {{ enterprise: Enterprise }} type Mutation {{ file: ID }} {ENTERPRISE} name: ID }}",
        tax=f"{ENTERPRISE} rating: String }}",
    )
    assert made.says("Query") == "type Query @join__type(graph: REGISTER) @join__type(graph: TAX)"
    assert made.says("Query.enterprise") == "enterprise: Enterprise @join__field(graph: REGISTER)"
    assert made.says("Mutation") == "type Mutation @join__type(graph: REGISTER)"
    assert made.says("Mutation.file") == "file: ID"


def test_requirements_provisions_and_externals_are_told_to_planners() -> None:
    made = supergraph(
        register=f"type Query {{ enterprise: Enterprise }} {ENTERPRISE} name: String @shareable }}",
        tax=f"""
        type Query {{ audited: Enterprise @provides(fields: "name") }}
        {ENTERPRISE} name: String @external rating: String @requires(fields: "name") }}
        """,
    )
    assert made.says("Query.audited") == 'audited: Enterprise @join__field(graph: TAX, provides: "name")'
    assert made.says("Enterprise.rating") == 'rating: String @join__field(graph: TAX, requires: "name")'
    assert made.says("Enterprise.name") == (
        "name: String @join__field(graph: REGISTER) @join__field(graph: TAX, external: true)"
    )


def test_scalars_are_united_and_types_are_of_one_kind() -> None:
    made = supergraph(
        register=f"type Query {{ enterprise: Enterprise }} {ENTERPRISE} day: Date }} scalar Date",
        tax=f"{ENTERPRISE} rated: Date }} scalar Date",
    )
    assert made.says("Date") == "scalar Date @join__type(graph: REGISTER) @join__type(graph: TAX)"
    found = problems(
        register=f"type Query {{ enterprise: Enterprise }} {ENTERPRISE} day: Date }} scalar Date",
        tax=f"{ENTERPRISE} rated: Date }} type Date {{ year: Int }}",
    )
    assert [(each.code, each.coordinate, each.subgraphs) for each in found] == [
        ("TYPE_KIND_MISMATCH", "Date", ("register", "tax"))
    ]
    assert "scalar in register, type in tax" in found[0].message
