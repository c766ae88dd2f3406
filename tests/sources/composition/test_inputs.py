"""Input objects and enums: what all subgraphs take, what any of them gives."""

import pytest
from tests.sources.composition.composing import only_problem, supergraph


def filtered(register: str, tax: str) -> dict[str, str]:
    return {
        "register": f"type Query {{ filings(where: FilingFilter): [ID] }} input FilingFilter {{ {register} }}",
        "tax": f"type Query {{ ratings(where: FilingFilter): [ID] }} input FilingFilter {{ {tax} }}",
    }


@pytest.mark.parametrize(
    ("register", "tax", "kept"),
    [
        ("no: ID year: Int", "no: ID", {"no": "no: ID"}),
        (
            "no: ID!",
            "no: ID",
            {"no": 'no: ID! @join__field(graph: REGISTER, type: "ID!") @join__field(graph: TAX, type: "ID")'},
        ),
        ("no: ID year: Int! = 2026", "no: ID", {"no": "no: ID"}),
        ("year: Int = 2026", "year: Int = 2026", {"year": "year: Int = 2026"}),
    ],
)
def test_an_input_object_has_the_fields_that_all_take(register: str, tax: str, kept: dict[str, str]) -> None:
    made = supergraph(**filtered(register, tax))
    fields = made.definition("FilingFilter").fields
    assert {each.name.value: made.says(f"FilingFilter.{each.name.value}") for each in fields} == kept


@pytest.mark.parametrize(
    ("register", "tax", "code", "coordinate"),
    [
        ("no: ID year: Int!", "no: ID", "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH", "FilingFilter.year"),
        ("no: ID", "year: Int", "EMPTY_MERGED_INPUT_TYPE", "FilingFilter"),
        ("no: ID", "no: Int", "FIELD_TYPE_MISMATCH", "FilingFilter.no"),
        ("no: Int = 1", "no: Int = 2", "INPUT_FIELD_DEFAULT_MISMATCH", "FilingFilter.no"),
    ],
)
def test_input_objects_that_do_not_agree_are_refused(register: str, tax: str, code: str, coordinate: str) -> None:
    sdls = filtered(
        f"{register} both: ID" if "EMPTY" not in code else register, tax + " both: ID" * ("EMPTY" not in code)
    )
    problem = only_problem(**sdls)
    assert (problem.code, problem.coordinate) == (code, coordinate)
    assert set(problem.subgraphs) == {"register", "tax"}


def test_one_of_holds_for_all_if_one_subgraph_says_so() -> None:
    made = supergraph(
        register="type Query { enterprise(by: By!): ID } input By @oneOf { uscc: ID customsCode: ID }",
        tax="type Query { taxpayer(by: By!): ID } input By @oneOf { uscc: ID }",
    )
    assert made.says("By").endswith("@oneOf")
    assert [each.name.value for each in made.definition("By").fields] == ["uscc"]


GIVEN = "type Query { standing: Standing @shareable }"
TAKEN = "type Query { count(of: Standing): Int @shareable }"
BOTH = "type Query { same(as: Standing): Standing @shareable }"
ACTIVE, DISSOLVED = "enum Standing { ACTIVE }", "enum Standing { ACTIVE DISSOLVED }"


def members(register: str, tax: str) -> list[str]:
    return [each.name.value for each in supergraph(register=register, tax=tax).definition("Standing").values]


def test_an_enum_that_is_given_has_every_member() -> None:
    made = supergraph(register=GIVEN + ACTIVE, tax=GIVEN + DISSOLVED)
    assert made.says("Standing.ACTIVE") == "ACTIVE @join__enumValue(graph: REGISTER) @join__enumValue(graph: TAX)"
    assert made.says("Standing.DISSOLVED") == "DISSOLVED @join__enumValue(graph: TAX)"


def test_an_enum_that_nothing_uses_has_every_member() -> None:
    assert members("type Query { a: ID @shareable }" + ACTIVE, "type Query { a: ID @shareable }" + DISSOLVED) == [
        "ACTIVE",
        "DISSOLVED",
    ]


def test_an_enum_that_is_taken_has_the_common_members() -> None:
    assert members(TAKEN + ACTIVE, TAKEN + DISSOLVED) == ["ACTIVE"]


def test_an_enum_that_is_taken_within_an_input_object_has_the_common_members() -> None:
    query = "type Query { count(where: Where): Int @shareable } input Where { standing: [Standing!]! }"
    assert members(query + ACTIVE, query + DISSOLVED) == ["ACTIVE"]


def test_an_enum_that_is_taken_and_has_no_common_member_is_refused() -> None:
    problem = only_problem(register=TAKEN + ACTIVE, tax=TAKEN + "enum Standing { DISSOLVED }")
    assert (problem.code, problem.coordinate) == ("EMPTY_MERGED_ENUM_TYPE", "Standing")


def test_an_enum_that_is_taken_and_given_is_the_same_everywhere() -> None:
    problem = only_problem(register=BOTH + ACTIVE, tax=BOTH + DISSOLVED)
    assert (problem.code, problem.coordinate) == ("ENUM_VALUE_MISMATCH", "Standing.DISSOLVED")
    assert problem.subgraphs == ("tax", "register")
    assert "register lacks DISSOLVED" in problem.message


def test_a_member_that_is_hidden_need_not_be_everywhere() -> None:
    assert members(BOTH + ACTIVE, BOTH + "enum Standing { ACTIVE DISSOLVED @inaccessible }") == ["ACTIVE", "DISSOLVED"]
