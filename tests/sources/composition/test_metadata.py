"""What subgraphs say of an element beside its type: descriptions, tags, guards, their own directives."""

import pytest
from tests.sources.composition.composing import SECOND, Whole, only_problem, problems, supergraph

QUERY = "type Query { enterprise: Enterprise }"
ENTERPRISE = 'type Enterprise @key(fields: "uscc") { uscc: ID! '


def shared(register: str, tax: str) -> str:
    """Return what the supergraph says of a field that two subgraphs share, each with its own directives."""
    made = supergraph(
        register=f"{QUERY} {ENTERPRISE} name: String @shareable {register} }}",
        tax=f"{ENTERPRISE} name: String @shareable {tax} }}",
    )
    return made.says("Enterprise.name").removeprefix("name: String").strip()


def test_the_first_description_is_kept() -> None:
    made = supergraph(
        register=f'{QUERY} {ENTERPRISE} name: String @shareable }} """Days""" enum Day {{ "First" MON }}',
        tax=f'"""Payer""" {ENTERPRISE} """Its name""" name: String @shareable }} """Others""" enum Day {{ MON }}',
    )
    assert [
        made.describes(each) for each in ("Enterprise", "Enterprise.name", "Enterprise.uscc", "Day", "Day.MON")
    ] == [
        "Payer",
        "Its name",
        None,
        "Days",
        "First",
    ]


@pytest.mark.parametrize(
    ("register", "tax", "merged"),
    [
        ('@deprecated(reason: "old")', '@deprecated(reason: "older")', '@deprecated(reason: "old")'),
        ("", '@deprecated(reason: "older")', '@deprecated(reason: "older")'),
        ('@tag(name: "b") @tag(name: "a")', '@tag(name: "b")', '@tag(name: "a") @tag(name: "b")'),
        ("@authenticated", "", "@authenticated"),
        ('@requiresScopes(scopes: [["a"]])', "", '@requiresScopes(scopes: [["a"]])'),
        (
            '@requiresScopes(scopes: [["a"]])',
            '@requiresScopes(scopes: [["b"]])',
            '@requiresScopes(scopes: [["a", "b"]])',
        ),
        (
            '@requiresScopes(scopes: [["b", "a"], ["c"]])',
            '@requiresScopes(scopes: [["c"], ["a"]])',
            '@requiresScopes(scopes: [["a", "b"], ["c"]])',
        ),
        (
            '@requiresScopes(scopes: [["a"], ["b"]])',
            '@requiresScopes(scopes: [["c"], ["d"]])',
            '@requiresScopes(scopes: [["a", "c"], ["a", "d"], ["b", "c"], ["b", "d"]])',
        ),
        ('@policy(policies: [["p"], ["q"]])', '@policy(policies: [["p"]])', '@policy(policies: [["p"]])'),
    ],
)
def test_directives_are_merged(register: str, tax: str, merged: str) -> None:
    assert shared(register, tax) == merged


def test_guards_that_no_subgraph_can_fulfil_are_kept_as_they_are() -> None:
    assert shared("@requiresScopes(scopes: [])", '@requiresScopes(scopes: [["a"]])') == "@requiresScopes(scopes: [])"


def test_what_is_used_is_linked_and_defined() -> None:
    made = supergraph(
        register=QUERY
        + ENTERPRISE
        + 'name: String @tag(name: "x") @inaccessible a: ID @authenticated b: ID @requiresScopes(scopes: [["s"]]) '
        'c: ID @policy(policies: [["p"]]) }'
    )
    assert made.links() == [
        '@link(url: "https://specs.apollo.dev/link/v1.0")',
        '@link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)',
        '@link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)',
        '@link(url: "https://specs.apollo.dev/tag/v0.3")',
        '@link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)',
        '@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)',
        '@link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)',
    ]
    assert made.has("requiresScopes__Scope")
    assert made.has("policy__Policy")


def test_what_is_not_used_is_not_linked() -> None:
    made = supergraph(register=f"{QUERY} {ENTERPRISE} }}")
    assert len(made.links()) == 2
    assert "requiresScopes" not in made.text


def test_scalars_say_what_specifies_them() -> None:
    made = supergraph(
        register='type Query { day: Date } scalar Date @specifiedBy(url: "https://www.rfc-editor.org/rfc/rfc3339")'
    )
    assert made.says("Date").endswith('@specifiedBy(url: "https://www.rfc-editor.org/rfc/rfc3339")')


def own(version: str, definition: str, applied: str, *, query: str = "") -> Whole:
    return Whole(
        SECOND
        + f"""
        extend schema
          @composeDirective(name: "@personal")
          @link(url: "https://baygate.example/spec/{version}", import: ["@personal"])
        directive @personal{definition}
        {query} {ENTERPRISE} name: String @shareable {applied} }}
        """
    )


def test_a_subgraphs_own_directive_is_kept_if_it_is_composed() -> None:
    made = supergraph(
        register=own("v1.0", " on FIELD_DEFINITION", "@personal", query=QUERY),
        tax=own("v1.0", " on FIELD_DEFINITION", "@personal"),
    )
    assert made.says("Enterprise.name") == "name: String @personal"
    assert made.links()[-1] == '@link(url: "https://baygate.example/spec/v1.0", import: ["@personal"])'
    assert "directive @personal on FIELD_DEFINITION" in made.text


def test_a_subgraphs_own_directive_is_left_out_if_it_is_not_composed() -> None:
    made = supergraph(
        register=f"directive @personal on FIELD_DEFINITION {QUERY} {ENTERPRISE} name: String @personal }}"
    )
    assert "@personal" not in made.text


def test_types_that_a_composed_directive_takes_are_kept() -> None:
    made = supergraph(
        register=own(
            "v1.0",
            "(grade: spec__Grade) on FIELD_DEFINITION",
            "@personal(grade: HIGH)",
            query=f"enum spec__Grade {{ HIGH LOW }} {QUERY}",
        )
    )
    assert made.has("spec__Grade.HIGH")
    assert made.says("Enterprise.name") == "name: String @personal(grade: HIGH)"


def test_a_repeatable_directive_is_kept_as_often_as_it_is_said() -> None:
    definition = "(why: String) repeatable on FIELD_DEFINITION"
    made = supergraph(
        register=own("v1.0", definition, '@personal(why: "a") @personal(why: "b")', query=QUERY),
        tax=own("v1.0", definition, '@personal(why: "b")'),
    )
    assert made.says("Enterprise.name") == 'name: String @personal(why: "a") @personal(why: "b")'


def test_the_newest_version_of_a_directive_is_linked() -> None:
    made = supergraph(
        register=own("v1.0", " on FIELD_DEFINITION", "", query=QUERY),
        tax=own("v1.2", " on FIELD_DEFINITION | OBJECT", ""),
    )
    assert "spec/v1.2" in made.links()[-1]
    assert "directive @personal on FIELD_DEFINITION | OBJECT" in made.text


def test_a_directive_keeps_the_name_of_its_specification_in_the_link() -> None:
    made = supergraph(
        register=Whole(
            SECOND
            + """
            extend schema
              @composeDirective(name: "@pii")
              @link(url: "https://baygate.example/spec/v1.0", import: [{name: "@personal", as: "@pii"}])
            directive @pii on FIELD_DEFINITION
            type Query { name: String @pii }
            """
        )
    )
    assert 'import: [{ name: "@personal", as: "@pii" }]' in made.links()[-1]
    assert made.says("Query.name") == "name: String @pii"


@pytest.mark.parametrize(
    "tax",
    [
        own("v2.0", " on FIELD_DEFINITION", ""),
        own("v1.0", " on OBJECT", ""),
        Whole(own("v1.0", " on FIELD_DEFINITION", "").replace("baygate.example", "tax.example")),
    ],
    ids=["another major version", "another definition", "another specification"],
)
def test_composed_directives_mean_the_same_everywhere(tax: Whole) -> None:
    problem = only_problem(register=own("v1.0", " on FIELD_DEFINITION", "", query=QUERY), tax=tax)
    assert (problem.code, problem.coordinate) == ("DIRECTIVE_COMPOSITION_ERROR", "@personal")


def test_two_different_applications_of_a_directive_that_is_not_repeatable_are_refused() -> None:
    definition = "(why: String) on FIELD_DEFINITION"
    problem = only_problem(
        register=own("v1.0", definition, '@personal(why: "a")', query=QUERY),
        tax=own("v1.0", definition, '@personal(why: "b")'),
    )
    assert (problem.code, problem.coordinate) == ("DIRECTIVE_COMPOSITION_ERROR", "Enterprise.name")
    assert problem.subgraphs == ("register", "tax")


@pytest.mark.parametrize(
    "sdl",
    [
        'extend schema @composeDirective(name: "@personal") directive @personal on OBJECT type Query { a: ID }',
        'extend schema @composeDirective(name: "@personal") '
        '@link(url: "https://baygate.example/spec/v1.0", import: ["@personal"]) type Query { a: ID }',
    ],
    ids=["not linked", "not defined"],
)
def test_a_composed_directive_is_linked_and_defined(sdl: str) -> None:
    (problem,) = problems(register=sdl)
    assert (problem.code, problem.coordinate) == ("DIRECTIVE_COMPOSITION_ERROR", "@personal")
