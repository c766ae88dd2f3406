"""Unions, interfaces, and the objects that stand for all implementations of an interface."""

import pytest
from tests.sources.composition.composing import only_problem, problems, supergraph

PARTY = """
type Query { party: Party }
interface Party @key(fields: "id") { id: ID! name: String }
type Enterprise implements Party @key(fields: "id") { id: ID! name: String uscc: ID }
type Person implements Party @key(fields: "id") { id: ID! name: String }
"""
RISK = 'type Party @key(fields: "id") @interfaceObject { id: ID! risk(year: Int): String @tag(name: "risk") }'


def test_a_union_has_the_members_of_all() -> None:
    made = supergraph(
        register="type Query { paper: Paper } union Paper = Filing | Rating type Filing { no: ID } "
        "type Rating @shareable { grade: String }",
        tax="type Query { latest: Paper } union Paper = Rating | Return type Rating @shareable { grade: String } "
        "type Return { due: String }",
    )
    assert made.says("Paper") == (
        "union Paper @join__type(graph: REGISTER) @join__type(graph: TAX)"
        ' @join__unionMember(graph: REGISTER, member: "Filing") @join__unionMember(graph: REGISTER, member: "Rating")'
        ' @join__unionMember(graph: TAX, member: "Rating") @join__unionMember(graph: TAX, member: "Return")'
        " = Filing | Rating | Return"
    )


def test_an_object_implements_what_it_implements_anywhere() -> None:
    made = supergraph(
        register="type Query { filing: Document } interface Document { no: ID! } "
        'type Filing implements Document @key(fields: "no") { no: ID! }',
        tax="type Query { taxed: Taxed } interface Taxed { due: String } "
        'type Filing implements Taxed @key(fields: "no") { no: ID! due: String }',
    )
    assert made.says("Filing") == (
        'type Filing implements Document & Taxed @join__type(graph: REGISTER, key: "no")'
        ' @join__type(graph: TAX, key: "no") @join__implements(graph: REGISTER, interface: "Document")'
        ' @join__implements(graph: TAX, interface: "Taxed")'
    )


def test_an_interface_has_the_fields_of_all_and_its_objects_need_them() -> None:
    sdl = 'interface Document {{ no: ID! {} }} type {} implements Document @key(fields: "no") {{ no: ID! {} }}'
    problem = only_problem(
        register="type Query { filing: Document }" + sdl.format("", "Filing", ""),
        tax="type Query { tax: Document }" + sdl.format("due: String", "Return", "due: String"),
    )
    assert (problem.code, problem.coordinate) == ("INTERFACE_FIELD_NO_IMPLEM", "Document.due")
    assert set(problem.subgraphs) == {"tax", "register"}
    assert "add it to Filing" in problem.message


def test_an_interface_object_gives_its_fields_to_every_implementation() -> None:
    made = supergraph(register=PARTY, risk=RISK)
    assert made.says("Party") == (
        'interface Party @join__type(graph: REGISTER, key: "id")'
        ' @join__type(graph: RISK, key: "id", isInterfaceObject: true)'
    )
    assert made.says("Party.risk") == 'risk(year: Int): String @join__field(graph: RISK) @tag(name: "risk")'
    for each in ("Enterprise.risk", "Person.risk"):
        assert made.says(each) == 'risk(year: Int): String @join__field @tag(name: "risk")'
    assert made.says("Enterprise") == (
        'type Enterprise implements Party @join__type(graph: REGISTER, key: "id")'
        ' @join__implements(graph: REGISTER, interface: "Party")'
    )


def test_an_implementation_may_require_what_an_interface_object_gives() -> None:
    made = supergraph(
        register=PARTY,
        risk=RISK.replace("(year: Int)", ""),
        tax='type Enterprise @key(fields: "id") { id: ID! risk: String @external '
        'audits: Int @requires(fields: "risk") }',
    )
    assert made.says("Enterprise.risk") == (
        'risk: String @join__field @join__field(graph: TAX, external: true) @tag(name: "risk")'
    )
    assert made.says("Person.risk") == 'risk: String @join__field @tag(name: "risk")'


def test_an_interface_object_may_require_fields_of_the_interface() -> None:
    made = supergraph(
        register=PARTY,
        risk='type Party @key(fields: "id") @interfaceObject '
        '{ id: ID! name: String @external risk: String @requires(fields: "name") }',
    )
    assert made.says("Party.risk") == 'risk: String @join__field(graph: RISK, requires: "name")'
    assert "external: true" in made.says("Party.name")
    assert made.says("Enterprise.name") == "name: String"


@pytest.mark.parametrize(
    ("risk", "subgraphs"),
    [
        ("type Query { p: Party } type Party @interfaceObject { id: ID! risk: String }", ("risk",)),
        (RISK + 'type Enterprise implements Kept @key(fields: "id") { id: ID! } interface Kept { id: ID! }', ("risk",)),
    ],
    ids=["without a key", "beside an implementation"],
)
def test_an_interface_object_that_cannot_stand_for_the_interface_is_refused(
    risk: str, subgraphs: tuple[str, ...]
) -> None:
    found = [each for each in problems(register=PARTY, risk=risk) if each.coordinate == "Party"]
    assert [(each.code, each.subgraphs) for each in found] == [("INTERFACE_OBJECT_USAGE_ERROR", subgraphs)]


def test_an_interface_object_needs_an_interface_somewhere() -> None:
    problem = only_problem(risk="type Query { party: Party }" + RISK)
    assert (problem.code, problem.coordinate) == ("INTERFACE_OBJECT_USAGE_ERROR", "Party")
    assert "define it in one" in problem.message


def test_an_interface_with_a_key_has_it_on_every_implementation() -> None:
    problem = only_problem(
        register='type Query { party: Party } interface Party @key(fields: "id") { id: ID! } '
        "type Person implements Party { id: ID! }"
    )
    assert (problem.code, problem.coordinate) == ("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", "Party")
    assert "Person" in problem.message


def test_who_resolves_an_interface_by_a_key_knows_all_implementations() -> None:
    other = 'interface Party {{ id: ID! name: String }} type Office implements Party @key(fields: "id") {}'
    problem = only_problem(register=PARTY, tax=other.format("{ id: ID! name: String }"))
    assert (problem.code, problem.subgraphs) == ("INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", ("register", "tax"))
    assert "define Office there" in problem.message
