"""What a subgraph's SDL means: links, names, versions, extensions, root types."""

import pytest
from tests.sources.composition.composing import Whole, only_problem, problems, supergraph

from baygate.sources.composition import CompositionFailed, Subgraph, compose

V2 = "https://specs.apollo.dev/federation/v2.5"
TAX = 'type Enterprise @key(fields: "uscc") { uscc: ID! rating: String }'


def test_directives_go_by_the_names_under_which_they_are_imported() -> None:
    made = supergraph(
        register=Whole(
            f"""
            schema @link(url: "{V2}", import: [{{name: "@key", as: "@identity"}}]) {{ query: Query }}
            type Query {{ enterprise: Enterprise }}
            type Enterprise @identity(fields: "uscc") {{ uscc: ID! name: String }}
            """
        ),
        tax=TAX,
    )
    assert '@join__type(graph: REGISTER, key: "uscc")' in made.says("Enterprise")


def test_directives_that_are_not_imported_go_by_their_namespace() -> None:
    made = supergraph(
        register=Whole(
            f"""
            extend schema @link(url: "{V2}")
            type Query {{ enterprise: Enterprise }}
            type Enterprise @federation__key(fields: "uscc") {{ uscc: ID! name: String @federation__tag(name: "open") }}
            """
        ),
        tax=Whole(
            f"""
            extend schema @link(url: "{V2}", as: "fed")
            type Enterprise @fed__key(fields: "uscc") {{ uscc: ID! rating: String }}
            """
        ),
    )
    assert '@join__type(graph: TAX, key: "uscc")' in made.says("Enterprise")
    assert '@tag(name: "open")' in made.says("Enterprise.name")


def test_a_directive_may_be_linked_by_the_specification_of_its_own() -> None:
    made = supergraph(
        register=Whole(
            f"""
            extend schema
              @link(url: "{V2}")
              @link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "known")
            type Query {{ name: String @known }}
            """
        )
    )
    assert made.says("Query.name") == "name: String @authenticated"


def test_link_itself_may_be_renamed() -> None:
    made = supergraph(
        register=Whole(
            f"""
            extend schema
              @core(url: "https://specs.apollo.dev/link/v1.0", as: "core")
              @core(url: "{V2}", import: ["@key"])
            type Query {{ enterprise: Enterprise }}
            type Enterprise @key(fields: "uscc") {{ uscc: ID! }}
            """
        )
    )
    assert '@join__type(graph: REGISTER, key: "uscc")' in made.says("Enterprise")


def test_a_subgraph_may_write_out_federations_definitions() -> None:
    made = supergraph(
        register=Whole(
            f"""
            schema @link(url: "{V2}", import: ["@key", "FieldSet"]) {{ query: Query }}
            directive @link(url: String!, as: String, import: [link__Import], for: link__Purpose) repeatable on SCHEMA
            scalar link__Import
            enum link__Purpose {{ SECURITY EXECUTION }}
            directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE
            scalar FieldSet
            scalar _Any
            union _Entity = Enterprise
            type _Service {{ sdl: String! }}
            type Query {{
              enterprise: Enterprise
              _entities(representations: [_Any!]!): [_Entity]!
              _service: _Service!
            }}
            type Enterprise @key(fields: "uscc") {{ uscc: ID! }}
            """
        )
    )
    assert [each.name.value for each in made.definition("Query").fields] == ["enterprise"]
    assert not any(made.has(each) for each in ("_Any", "_Entity", "_Service", "FieldSet", "federation__FieldSet"))


def test_root_types_may_have_other_names() -> None:
    made = supergraph(
        register=Whole(
            f"""
            schema @link(url: "{V2}", import: ["@key"]) {{ query: Questions mutation: Changes }}
            type Questions {{ enterprise: Enterprise again: Questions }}
            type Changes {{ rename(uscc: ID!, name: String!): Enterprise }}
            type Enterprise @key(fields: "uscc") {{ uscc: ID! name: String }}
            """
        ),
        tax=TAX + "type Query { taxpayers: [Enterprise] }",
    )
    assert made.says("Query.enterprise") == "enterprise: Enterprise @join__field(graph: REGISTER)"
    assert made.says("Query.again") == "again: Query @join__field(graph: REGISTER)"
    assert made.says("Mutation.rename").startswith("rename(uscc: ID!, name: String!): Enterprise")


def test_a_type_named_like_a_root_type_that_is_none_is_refused() -> None:
    problem = only_problem(
        register=Whole("schema { query: Questions } type Questions { enterprise: String } type Query { a: String }")
    )
    assert (problem.code, problem.coordinate, problem.subgraphs) == ("ROOT_QUERY_USED", "Query", ("register",))
    assert "Questions" in problem.message


def test_extensions_are_folded_into_what_they_extend_and_stand_alone_without_it() -> None:
    made = supergraph(
        register='type Query { enterprise: Enterprise } type Enterprise @key(fields: "uscc") { uscc: ID! }'
        "extend type Enterprise { name: String } enum Standing { ACTIVE } extend enum Standing { DISSOLVED }"
        "extend type Query { standing: Standing }",
        tax='extend type Enterprise @key(fields: "uscc") { uscc: ID! rating: String } extend union Paper = Rating'
        " type Rating { grade: String } extend type Query { paper: Paper }",
    )
    assert made.says("Enterprise.name") == "name: String @join__field(graph: REGISTER)"
    assert made.has("Standing.DISSOLVED")
    assert '@join__type(graph: TAX, key: "uscc", extension: true)' in made.says("Enterprise")
    assert '@join__unionMember(graph: TAX, member: "Rating")' in made.says("Paper")


@pytest.mark.parametrize(
    "declared", ['extend type Enterprise @key(fields: "uscc")', 'type Enterprise @extends @key(fields: "uscc")']
)
def test_key_fields_of_a_type_that_is_only_extended_are_its_own_though_marked_external(declared: str) -> None:
    made = supergraph(
        register='type Query { registered: Enterprise } type Enterprise @key(fields: "uscc") { uscc: ID! name: ID }',
        tax=f"{declared} {{ uscc: ID! @external rating: String }} type Query {{ rated: [Enterprise] }}",
    )
    assert made.says("Enterprise.uscc") == "uscc: ID!"


def test_federation_1_shares_what_it_does_not_mark_and_forgives_externals_that_nothing_names() -> None:
    made = supergraph(
        register=Whole(
            'type Query { enterprise: Enterprise } type Enterprise @key(fields: "uscc") '
            "{ uscc: ID! name: String address: Address } type Address { city: String }"
        ),
        tax=Whole(
            'extend type Enterprise @key(fields: "uscc") '
            "{ uscc: ID! @external name: String @external seat: Address } type Address { city: String }"
        ),
    )
    assert made.says("Address.city") == "city: String"
    assert made.says("Enterprise.name") == "name: String @join__field(graph: REGISTER)"


def test_federation_1_knows_no_directives_of_federation_2() -> None:
    problem = only_problem(register=Whole("type Query { enterprise: String @shareable }"))
    assert problem.code == "INVALID_GRAPHQL"
    assert "@shareable" in problem.message


@pytest.mark.parametrize(
    "sdl",
    [
        "type Query {",
        "type Query { enterprise: Enterprise }",
        "type Query { a: String a: String }",
        "type Query { a: String } interface Party { id: ID! } type Enterprise implements Party { name: String }",
        "type Query { a: String @kept }",
    ],
)
def test_what_is_no_graphql_is_refused(sdl: str) -> None:
    assert {(each.code, each.subgraphs) for each in problems(register=sdl)} == {("INVALID_GRAPHQL", ("register",))}


def test_every_subgraph_that_cannot_be_read_is_named() -> None:
    found = problems(register="type Query {", tax="type Query {")
    assert [each.subgraphs for each in found] == [("register",), ("tax",)]


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ('@link(url: "https://specs.apollo.dev/federation/v3.0")', "UNKNOWN_FEDERATION_LINK_VERSION"),
        (
            '@link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@unheard"])',
            "INVALID_LINK_DIRECTIVE_USAGE",
        ),
        ('@link(url: "https://specs.apollo.dev/federation/v2.0", import: [1])', "INVALID_LINK_DIRECTIVE_USAGE"),
        ('@link(url: "https://baygate.example/spec")', "INVALID_LINK_IDENTIFIER"),
    ],
)
def test_a_link_that_cannot_be_followed_is_refused(link: str, code: str) -> None:
    assert only_problem(register=Whole(f"extend schema {link} type Query {{ a: String }}")).code == code


def test_context_is_not_supported_and_says_so() -> None:
    sdl = (
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@context"]) '
        'type Query { a: Filing } type Filing @context(name: "filing") { no: ID! }'
    )
    assert only_problem(register=Whole(sdl)).code == "UNSUPPORTED_FEATURE"


@pytest.mark.parametrize("names", [("tax", "tax"), ("", "tax"), ("a\nb", "tax")])
def test_names_of_subgraphs_are_plain_and_each_its_own(names: tuple[str, str]) -> None:
    with pytest.raises(CompositionFailed) as failed:
        compose([Subgraph(each, "https://agency.example", "type Query { a: String }") for each in names])
    assert {each.code for each in failed.value.problems} == {"INVALID_SUBGRAPH_NAME"}


def test_nothing_to_ask_is_no_supergraph() -> None:
    assert only_problem(register='type Enterprise @key(fields: "uscc") { uscc: ID! }').code == "NO_QUERIES"
    with pytest.raises(CompositionFailed, match="NO_QUERIES"):
        compose([])
