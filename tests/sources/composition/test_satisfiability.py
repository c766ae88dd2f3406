"""Every field can be reached by every path: by keys, requirements, provisions, shared values, interface objects."""

import pytest
from tests.sources.composition.composing import only_problem, problems, supergraph

REGISTER = 'type Query { enterprise: Enterprise } type Enterprise @key(fields: "uscc") { uscc: ID! name: String }'


def reached(**sdls: str) -> bool:
    return bool(supergraph(**sdls).text)


def unreached(**sdls: str) -> set[str]:
    found = problems(**sdls)
    assert {each.code for each in found} == {"SATISFIABILITY_ERROR"}
    return {each.coordinate for each in found}


def test_an_entity_is_entered_by_a_key_whose_fields_can_be_had() -> None:
    assert reached(register=REGISTER, tax='type Enterprise @key(fields: "uscc") { uscc: ID! rating: String }')


def test_the_error_names_the_query_and_for_each_subgraph_why() -> None:
    problem = only_problem(
        register=REGISTER,
        tax='type Enterprise @key(fields: "payer") { payer: ID! @inaccessible rating: String }',
    )
    assert (problem.code, problem.coordinate) == ("SATISFIABILITY_ERROR", "Enterprise.rating")
    assert problem.subgraphs == ("register", "tax")
    assert problem.message == (
        "query { enterprise { rating } } cannot be answered:\n"
        '- from subgraph "register": cannot move to subgraph "tax" using key "payer" of "Enterprise":'
        " the key's fields cannot be resolved from there."
    )


@pytest.mark.parametrize(
    ("tax", "why"),
    [
        ("type Enterprise { rating: String }", "it has no @key"),
        (
            'type Enterprise @key(fields: "uscc", resolvable: false) { uscc: ID! rating: String }',
            "none of its keys is resolvable",
        ),
    ],
)
def test_an_entity_is_not_entered_without_a_resolvable_key(tax: str, why: str) -> None:
    problem = only_problem(register=REGISTER, tax=tax)
    assert problem.coordinate == "Enterprise.rating"
    assert why in problem.message


def test_keys_lead_from_one_to_the_next() -> None:
    sdls = {
        "register": REGISTER,
        "customs": 'type Enterprise @key(fields: "uscc") @key(fields: "customsCode") { uscc: ID! customsCode: ID! }',
        "port": 'type Enterprise @key(fields: "customsCode") { customsCode: ID! calls: Int }',
    }
    assert reached(**sdls)
    sdls["customs"] = sdls["customs"].replace('@key(fields: "uscc")', '@key(fields: "uscc", resolvable: false)')
    assert unreached(**sdls) == {"Enterprise.customsCode", "Enterprise.calls"}


def test_a_compound_key_may_come_from_several_subgraphs() -> None:
    assert reached(
        register=REGISTER,
        customs='type Enterprise @key(fields: "uscc") { uscc: ID! district: Int! @shareable }',
        port='type Enterprise @key(fields: "uscc district") { uscc: ID! district: Int! calls: Int }',
    )


def test_a_nested_key_needs_what_it_nests() -> None:
    sdls = {
        "register": 'type Query { filing: Filing } type Enterprise @key(fields: "uscc") { uscc: ID! } '
        'type Filing @key(fields: "no") { no: ID! holder: Enterprise! @shareable }',
        "tax": 'type Enterprise @key(fields: "uscc") { uscc: ID! payer: ID! @shareable }',
        "audit": 'type Filing @key(fields: "holder { payer }") { holder: Enterprise! audited: Boolean } '
        "type Enterprise { payer: ID! }",
    }
    assert reached(**sdls)
    assert "Filing.audited" in unreached(**{**sdls, "tax": sdls["tax"].replace('"uscc"', '"uscc", resolvable: false')})


def test_keys_that_need_each_other_lead_nowhere() -> None:
    assert unreached(
        register="type Query { filing: Filing } type Filing { no: ID! @shareable }",
        tax='type Filing @key(fields: "b") @key(fields: "a") { a: ID! b: ID! no: ID! @shareable }',
    ) == {"Filing.a", "Filing.b"}


def test_a_requirement_is_fetched_from_elsewhere_and_brought_back() -> None:
    tax = """
    type Enterprise @key(fields: "uscc") { uscc: ID! name: String @external tag: String @requires(fields: "name") }
    """
    assert reached(register=REGISTER, tax=tax)
    assert reached(register=REGISTER, tax=tax + "type Query { payer: Enterprise }")


def test_a_requirement_that_cannot_be_brought_back_is_not_met() -> None:
    problem = only_problem(
        register='type Query { now: ID } type Enterprise @key(fields: "uscc") { uscc: ID! name: String }',
        tax="type Query { payer: Enterprise } "
        'type Enterprise @key(fields: "uscc", resolvable: false) '
        '{ uscc: ID! name: String @external tag: String @requires(fields: "name") }',
    )
    assert problem.coordinate == "Enterprise.tag"
    assert 'from subgraph "tax": field "Enterprise.tag" requires "name"' in problem.message
    assert "resolvable @key" in problem.message


def test_requirements_that_need_each_other_are_not_met() -> None:
    one = 'type Enterprise @key(fields: "uscc") {{ uscc: ID! {0}: Int @external {1}: Int @requires(fields: "{0}") }}'
    found = problems(register=REGISTER, tax=one.format("a", "b"), audit=one.format("b", "a"))
    assert {each.coordinate for each in found} == {"Enterprise.a", "Enterprise.b"}
    assert 'cannot satisfy @requires(fields: "a") of field "Enterprise.b"' in "".join(each.message for each in found)


def test_a_chain_of_requirements_is_met() -> None:
    one = 'type Enterprise @key(fields: "uscc") {{ uscc: ID! {0}: {2} @external {1}: Int @requires(fields: "{0}") }}'
    assert reached(register=REGISTER, tax=one.format("name", "a", "String"), audit=one.format("a", "b", "Int"))


def test_a_requirement_on_one_type_needs_it_only_there() -> None:
    parties = """
    interface Party { id: ID! }
    type Person implements Party @key(fields: "id") { id: ID! age: Int @shareable }
    type Enterprise @key(fields: "uscc") { uscc: ID!
    """
    assert reached(
        register=parties
        + "owner: Party } type Query { enterprise: Enterprise } "
        + 'type Office implements Party @key(fields: "id") { id: ID! }',
        tax=parties + 'owner: Party @external risk: Int @requires(fields: "owner { ... on Person { age } }") }',
    )


def test_what_a_path_provides_need_not_be_entered_for() -> None:
    register = "type Query { a: Enterprise } type Enterprise { id: ID! @shareable name: String @shareable }"
    port = """
    type Query { berth: Berth } type Berth { user: Enterprise PROVIDES }
    type Enterprise { id: ID! @shareable name: String @external needs: ID @requires(fields: "name") @inaccessible }
    """
    assert reached(register=register, port=port.replace("PROVIDES", '@provides(fields: "name")'))
    assert unreached(register=register, port=port.replace("PROVIDES", "")) == {"Enterprise.name"}


def test_a_provided_key_leads_on() -> None:
    register = 'type Query { a: Enterprise } type Enterprise @key(fields: "id") { id: ID! name: String }'
    port = """
    type Query { berth: Enterprise PROVIDES }
    type Enterprise { id: ID! @external needs: ID @requires(fields: "id") @inaccessible }
    """
    assert reached(register=register, port=port.replace("PROVIDES", '@provides(fields: "id")'))
    assert unreached(register=register, port=port.replace("PROVIDES", "")) == {"Enterprise.id", "Enterprise.name"}


def test_a_shared_value_is_asked_of_every_subgraph_that_gives_it() -> None:
    sdl = 'type Filing @key(fields: "no") {{ no: ID! sum: Sum @shareable }} type Sum {{ {}: Int }}'
    assert reached(register="type Query { filing: Filing }" + sdl.format("net"), tax=sdl.format("gross"))
    assert reached(
        register="type Query { filing: Filing @shareable } type Filing { net: Int }",
        tax="type Query { filing: Filing @shareable } type Filing { gross: Int }",
    )


def test_a_value_that_only_one_subgraph_gives_has_only_what_that_knows() -> None:
    assert unreached(
        register="type Query { filing: Filing } type Filing { sum: Sum } type Sum { net: Int }",
        tax="type Query { total: Sum } type Sum { gross: Int }",
    ) == {"Sum.gross", "Sum.net"}


def test_a_root_type_is_entered_from_anywhere() -> None:
    assert reached(
        register="type Query { a: ID } type Mutation { file: Filed } type Filed { query: Query }",
        tax="type Query { b: ID }",
    )


def test_each_object_of_a_union_is_followed_where_it_can_occur() -> None:
    paper = "union Paper = {} "
    assert reached(
        register="type Query { paper: Paper }" + paper.format("Filing") + "type Filing { no: ID }",
        tax="type Query { due: Paper }" + paper.format("Return") + "type Return { due: String }",
    )
    problem = only_problem(
        register="type Query { paper: Paper }" + paper.format("Filing") + "type Filing { no: ID @shareable }",
        tax="type Query { due: Filing }  type Filing { no: ID @shareable paid: Boolean }",
    )
    assert problem.message.startswith("query { paper { ... on Filing { paid } } } cannot be answered:")


PARTY = """
interface Party @key(fields: "id") { id: ID! }
type Person implements Party @key(fields: "id") { id: ID! name: String }
"""
RISK = 'type Query { risky: Party } type Party @key(fields: "id") @interfaceObject { id: ID! risk: String }'


def test_from_an_interface_object_one_moves_through_the_interface() -> None:
    assert reached(register="type Query { party: Party }" + PARTY, risk=RISK)
    assert reached(register=PARTY, risk=RISK, tax='type Person @key(fields: "id") { id: ID! payer: Boolean }')


def test_an_interface_object_does_not_tell_what_it_is() -> None:
    problem = only_problem(
        register="type Query { party: Party }"
        + PARTY.replace('interface Party @key(fields: "id")', 'interface Party @key(fields: "id", resolvable: false)'),
        risk=RISK,
        tax='type Person @key(fields: "id") { id: ID! payer: Boolean }',
    )
    assert problem.coordinate == "Person.__typename"
    assert "does not tell which implementation it is" in problem.message
    assert problem.message.startswith("query { risky { ... on Person { __typename } } }")


def test_a_field_of_an_interface_object_is_reached_only_by_its_key() -> None:
    problem = only_problem(
        register="type Query { party: Party }" + PARTY,
        risk='type Party @key(fields: "id", resolvable: false) @interfaceObject { id: ID! risk: String }',
    )
    assert problem.coordinate == "Person.risk"
    assert 'type "Party" there: none of its keys is resolvable' in problem.message


def test_a_field_is_reached_whether_or_not_its_label_has_moved_it() -> None:
    sdls = {
        "register": 'type Query { enterprise: Enterprise } type Enterprise @key(fields: "uscc") { uscc: ID! }',
        "tax": 'type Enterprise @key(fields: "uscc") { uscc: ID! size: Int }',
        "audit": 'type Enterprise @key(fields: "uscc") { uscc: ID! size: Int @override(from: "tax", label: "new") }',
    }
    assert reached(**sdls)
    for each in ("tax", "audit"):
        closed = sdls[each].replace('"uscc")', '"uscc", resolvable: false)')
        assert unreached(**{**sdls, each: closed}) == {"Enterprise.size"}


def test_an_external_key_is_not_given_by_who_only_knows_it() -> None:
    assert unreached(
        register=REGISTER,
        tax='type Query { payer: Enterprise } type Enterprise @key(fields: "uscc") { uscc: ID! @external paid: Int }',
    ) == {"Enterprise.uscc", "Enterprise.name"}
