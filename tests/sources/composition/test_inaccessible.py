"""What is hidden from clients, and what would break if it were."""

import pytest
from tests.sources.composition.composing import only_problem, supergraph


def test_what_one_subgraph_hides_is_hidden() -> None:
    made = supergraph(
        register="""
        type Query { enterprise(by: By = {uscc: "x"}, kind: Kind = OLD @inaccessible): Enterprise }
        type Enterprise @key(fields: "uscc") { uscc: ID! name: String @shareable secret: Secret @inaccessible }
        type Secret @inaccessible { text: String }
        input By { uscc: ID internal: ID @inaccessible }
        enum Kind { OLD @inaccessible NEW }
        union Paper = Secret | Enterprise
        interface Kept @inaccessible { name: String }
        """,
        tax='type Enterprise @key(fields: "uscc") { uscc: ID! name: String @shareable @inaccessible rank: Int }',
    )
    assert made.says("Enterprise.name") == "name: String @inaccessible"
    assert made.says("Secret") == "type Secret @join__type(graph: REGISTER) @inaccessible"
    assert "@inaccessible" in made.says("Query.enterprise.kind")


def test_a_hidden_field_need_not_be_reachable() -> None:
    hidden = "type Enterprise { secret: String @inaccessible name: String @shareable }"
    assert supergraph(
        register="type Query { enterprise: Enterprise } type Enterprise { name: String @shareable }", tax=hidden
    ).has("Enterprise.secret")
    assert (
        only_problem(
            register="type Query { enterprise: Enterprise } type Enterprise { name: String @shareable }",
            tax=hidden.replace("@inaccessible", ""),
        ).code
        == "SATISFIABILITY_ERROR"
    )


@pytest.mark.parametrize(
    ("sdl", "code", "coordinate"),
    [
        ("type Query @inaccessible { a: ID }", "QUERY_ROOT_TYPE_INACCESSIBLE", "Query"),
        (
            "type Query { a: Secret } type Secret @inaccessible { text: ID }",
            "REFERENCED_INACCESSIBLE",
            "Query.a",
        ),
        (
            "type Query { a(of: [Kind!]): ID } enum Kind @inaccessible { OLD }",
            "REFERENCED_INACCESSIBLE",
            "Query.a(of:)",
        ),
        (
            "type Query { a: ID b: Secret } type Secret { text: ID @inaccessible }",
            "ONLY_INACCESSIBLE_CHILDREN",
            "Secret",
        ),
        ("type Query { a: Kind } enum Kind { OLD @inaccessible }", "ONLY_INACCESSIBLE_CHILDREN", "Kind"),
        (
            "type Query { a: Paper } union Paper = Secret type Secret @inaccessible { text: ID }",
            "ONLY_INACCESSIBLE_CHILDREN",
            "Paper",
        ),
        ("type Query { a(no: ID! @inaccessible): ID }", "REQUIRED_INACCESSIBLE", "Query.a(no:)"),
        (
            "type Query { a(by: By): ID } input By { no: ID! @inaccessible uscc: ID }",
            "REQUIRED_INACCESSIBLE",
            "By.no",
        ),
        (
            "type Query { a: Party } interface Party { id: ID! name: ID } "
            "type Person implements Party { id: ID! name: ID @inaccessible }",
            "IMPLEMENTED_BY_INACCESSIBLE",
            "Person.name",
        ),
        (
            "type Query { a(kinds: [Kind!] = [NEW, OLD]): ID } enum Kind { OLD @inaccessible NEW }",
            "DEFAULT_VALUE_USES_INACCESSIBLE",
            "Query.a(kinds:)",
        ),
        (
            'type Query { a(by: By = {no: "1"}): ID } input By { no: ID @inaccessible uscc: ID }',
            "DEFAULT_VALUE_USES_INACCESSIBLE",
            "Query.a(by:)",
        ),
        (
            "type Query { a(by: By = {kind: OLD}): ID } input By { kind: Kind } enum Kind { OLD @inaccessible NEW }",
            "DEFAULT_VALUE_USES_INACCESSIBLE",
            "Query.a(by:)",
        ),
    ],
)
def test_what_something_visible_needs_cannot_be_hidden(sdl: str, code: str, coordinate: str) -> None:
    problem = only_problem(register=sdl)
    assert (problem.code, problem.coordinate, problem.subgraphs) == (code, coordinate, ("register",))
