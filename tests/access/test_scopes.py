"""The scopes' gate: no way to a field leads around what the contract demands for it."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from itertools import combinations
from typing import Any, NewType

import pytest
import strawberry
from graphql import GraphQLObjectType
from hypothesis import given
from hypothesis import strategies as st
from strawberry import federation
from strawberry.federation.schema_directives import RequiresScopes
from strawberry.schema.config import StrawberryConfig
from tests.agency import EVERY_SCOPE
from tests.attacker import Attacker

from baygate.access.access import FOREVER, NEVER, Access, TypeAccess, allowed
from baygate.access.decision import ALL_ROWS, ByProvider, Decision, Withholding
from baygate.access.scopes import Gates, missing, requirements
from baygate.access.ungoverned import UNGOVERNED
from baygate.contract.schema import graphql_schema

# A contract that hides its demands wherever it can


def needs(*alternatives: str) -> Any:
    """Alternatives, each of one or more scopes."""
    return [each.split() for each in alternatives]


def said(*alternatives: str, **more: Any) -> Any:
    return federation.field(requires_scopes=needs(*alternatives) if alternatives else None, **more)


Sealed = NewType("Sealed", str)
SEALED = strawberry.scalar(name="Sealed", serialize=str, directives=[RequiresScopes(scopes=needs("sealed"))])


@federation.enum(requires_scopes=needs("colour"))
class Colour(Enum):
    RED = "red"


@federation.interface
class Root:
    plain: str = said()
    root_says: str = said("root")
    both_say: str = said("a", "b")


@federation.interface(requires_scopes=needs("node"))
class Node(Root):
    node_says: str = said("n1 n2", "n3")


@federation.type(requires_scopes=needs("thing"))
class Thing(Node):
    own: str = said()
    root_says: str = said()
    both_say: str = said("c", "d")
    choice: str = said("x y", "z")
    twice: str = federation.field(directives=[RequiresScopes(scopes=needs("p")), RequiresScopes(scopes=needs("q"))])
    renamed: str = said("name", name="another_Name")
    sealed: Sealed = said()
    colours: list[list[Colour]] = said("list")


@federation.type
class Open(Root):
    own: str = said()
    root_says: str = said()


@federation.type
class Query:
    thing: Thing | None = said()
    things: list[list[Thing | None]] | None = said("many")
    nodes: list[Node] = said()
    open: Open = said()
    nothing_said: str = said()
    emptily: str = federation.field(requires_scopes=[[]])


SCHEMA = federation.Schema(Query, types=[Thing, Open], config=StrawberryConfig(scalar_map={Sealed: SEALED}))
DEMANDED = requirements(SCHEMA._schema)


def demanded(coordinate: str) -> set[str]:
    owner, _, name = coordinate.partition(".")
    return {" ".join(sorted(each)) for each in DEMANDED[owner].get(name, ())}


@pytest.mark.parametrize(
    ("coordinate", "alternatives"),
    [
        ("Open.plain", set()),
        ("Open.own", set()),
        ("Query.nothingSaid", set()),
        ("Query.open", set()),
        ("Thing.own", {"node thing"}),
        ("Thing.plain", {"node thing"}),
        ("Thing.choice", {"node thing x y", "node thing z"}),
        ("Thing.twice", {"node p q thing"}),
        ("Thing.another_Name", {"name node thing"}),
        ("Open.rootSays", {"root"}),
        ("Thing.rootSays", {"node root thing"}),
        ("Thing.nodeSays", {"n1 n2 node thing", "n3 node thing"}),
        ("Open.bothSay", {"a", "b"}),
        ("Thing.bothSay", {"a c node thing", "a d node thing", "b c node thing", "b d node thing"}),
        ("Thing.sealed", {"node sealed thing"}),
        ("Thing.colours", {"colour list node thing"}),
        ("Query.thing", {"thing"}),
        ("Query.things", {"many thing"}),
        ("Query.nodes", {"node"}),
    ],
)
def test_requirements_add_up_on_the_concrete_type(coordinate: str, alternatives: set[str]) -> None:
    """Of the field, of the field in each interface, of the type and its interfaces, of the type that it gives."""
    assert demanded(coordinate) == alternatives


def test_only_concrete_types_hold_fields() -> None:
    assert {"Thing", "Open", "Query"} <= DEMANDED.keys()
    assert not {"Node", "Root"} & DEMANDED.keys()


def behind(*scopes: str) -> Access:
    return Gates(SCHEMA._schema).behind(frozenset(scopes), UNGOVERNED)


def open_to(coordinate: str, *scopes: str) -> bool:
    return not behind(*scopes).decide(*coordinate.split(".")).otherwise.withheld


@pytest.mark.parametrize("scopes", ["node thing x y", "node thing z", "node thing x y z", "node thing z other"])
def test_a_field_is_open_to_all_scopes_of_any_one_alternative(scopes: str) -> None:
    assert open_to("Thing.choice", *scopes.split())


@pytest.mark.parametrize(
    "scopes",
    ["", "x y z", "node thing", "node thing x", "node thing y", "node x y", "thing z", "node thing X Y",
     "node thing zz", "node thing x,y", "node:thing:z", "*"],
)  # fmt: skip
def test_and_to_no_other(scopes: str) -> None:
    assert not open_to("Thing.choice", *scopes.split())


def test_an_empty_alternative_is_always_held() -> None:
    assert open_to("Query.emptily")
    assert open_to("Query.nothingSaid")


ALL = sorted(Gates(SCHEMA._schema).scopes)


@given(st.sets(st.sampled_from([*ALL, "other"])), st.sampled_from(sorted(DEMANDED["Thing"])))
def test_a_gate_is_what_the_rule_says(scopes: set[str], name: str) -> None:
    held = any(all(each in scopes for each in alternative) for alternative in DEMANDED["Thing"][name])
    assert open_to(f"Thing.{name}", *scopes) == held


@given(st.sets(st.sampled_from(ALL)), st.sampled_from(ALL))
def test_one_scope_more_never_closes_a_field(scopes: set[str], more: str) -> None:
    for name in DEMANDED["Thing"]:
        assert open_to(f"Thing.{name}", *scopes, more) or not open_to(f"Thing.{name}", *scopes)


@pytest.mark.parametrize(
    ("scopes", "lacking"),
    [
        ("", ("node", "thing", "z")),
        ("node thing", ("z",)),
        ("node thing x", ("y",)),
        ("x y", ("node", "thing")),
        ("z", ("node", "thing")),
    ],
)
def test_a_withheld_field_names_what_lacks_to_the_nearest_alternative(scopes: str, lacking: tuple[str, ...]) -> None:
    decision = behind(*scopes.split()).decide("Thing", "choice").otherwise
    assert decision == Decision((), Withholding(scopes=lacking))
    assert open_to("Thing.choice", *scopes.split(), *lacking)


@given(st.sets(st.sampled_from(ALL)), st.sampled_from(sorted(DEMANDED["Thing"])))
def test_what_lacks_is_enough_and_nothing_of_it_is_too_much(scopes: set[str], name: str) -> None:
    requirement = DEMANDED["Thing"][name]
    lacking = missing(requirement, frozenset(scopes))
    assert open_to(f"Thing.{name}", *scopes, *lacking)
    for fewer in combinations(lacking, max(0, len(lacking) - 1)):
        assert not lacking or not open_to(f"Thing.{name}", *scopes, *fewer)


def test_scopes_open_nothing_that_another_access_withholds() -> None:
    closed = Access("v1", {"Thing": TypeAccess(ByProvider({}, ALL_ROWS), {"own": ByProvider({}, Decision())})})
    access = Gates(SCHEMA._schema).behind(frozenset(ALL), closed)
    assert access.decide("Thing", "own").otherwise.withheld
    assert access.decide("Thing", "plain").otherwise.withheld, "what is not mentioned"


def test_a_gate_closes_for_every_provider_what_another_access_opens_for_some() -> None:
    opened = ByProvider({"customs-gz": allowed("g1")}, allowed("g2"))
    granted = Access("v1", {"Thing": TypeAccess(ByProvider({}, ALL_ROWS), {"choice": opened})}, allowed("dev"))
    access = Gates(SCHEMA._schema).behind(frozenset({"node", "thing"}), granted)
    assert all(each.withheld for each in access.decide("Thing", "choice").every())
    assert access.decide("Thing", "own") == ByProvider({}, allowed("dev"))
    assert (access.valid_from, access.valid_until) == (NEVER, FOREVER)


def test_callers_of_other_scopes_share_no_plan() -> None:
    classes = {behind(*each).access_class for size in range(4) for each in combinations(["node", "thing", "z"], size)}
    assert len(classes) == 8
    assert behind("z", "other").access_class == behind("z", "another").access_class


def test_what_the_scopes_open_lasts_as_long_as_the_access_behind_them() -> None:
    gates, scopes = Gates(SCHEMA._schema), frozenset({"node"})
    ends = [datetime.datetime(2026, 11, day, tzinfo=datetime.UTC) for day in (1, 2)]
    given = [gates.behind(scopes, replace(UNGOVERNED, valid_until=each)).valid_until for each in ends]
    assert given == ends


# The contract


def test_every_field_of_a_record_demands_a_scope() -> None:
    schema = graphql_schema()
    demanded = requirements(schema)
    structure = {"Query", "PageInfo", "_Service"}
    of_the_hub = {
        "Caller", "Agency", "FieldAccess", "ProviderAccess", "PolicyVersion", "AccessHelp", "CatalogueEntry",
        "SharingTerms", "NotShared", "CallerRecognition", "TrustList", "TrustListEntry", "RecordedAccess",
        "AccessedSubject", "AccessedRows",
    }  # fmt: skip
    for type_ in schema.type_map.values():
        record = isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        if not record or type_.name in structure | of_the_hub or type_.name.endswith(("Connection", "Edge")):
            continue
        assert set(type_.fields) == set(demanded[type_.name]), type_.name


def test_the_scopes_of_the_contract_are_the_ones_that_are_tried_here() -> None:
    assert Gates(graphql_schema()).scopes == set(EVERY_SCOPE)


# At the real server


def ask(attacker: Attacker, scopes: Any, query: str, **variables: Any) -> Any:
    token = attacker.mint(scope=" ".join(scopes))
    body = {"query": query, "variables": variables}
    answer = attacker.post([("authorization", f"DPoP {token}"), ("dpop", attacker.proof(token))], json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def without(*scopes: str) -> list[str]:
    return [each for each in EVERY_SCOPE if each not in scopes]


def withheld(answer: Any) -> set[tuple[str, ...]]:
    """What would help, of each error."""
    for each in answer.get("errors", ()):
        assert each["extensions"]["code"] == "FIELD_WITHHELD", each
    return {tuple(each["extensions"]["helps"]["scopes"]) for each in answer.get("errors", ())}


def leaves(data: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is there, with its response key; but for the names of types."""
    if isinstance(data, dict):
        for name, each in data.items():
            yield from leaves(each, name)
    elif isinstance(data, list):
        for each in data:
            yield from leaves(each, key)
    elif data is not None and key != "__typename":
        yield key, data


def values(answer: Any, key: str) -> list[Any]:
    return [value for name, value in leaves(answer["data"]) if name == key]


WAYS_IN = {
    "identity:read": "{ parties(first: 5) { nodes { v: name } } }",
    "identity:personal": "{ parties(first: 5) { nodes { personsInCharge { v: name } } } }",
    "identity:verify": '{ v: verifyPerson(idNumber: "440106199003078425", name: "陈晓岚") }',
    "credit:read": "{ creditRatings(first: 5) { nodes { v: grade } } }",
    "credit:investigation": "{ creditRatings(first: 100) { nodes { v: investigationNote } } }",
    "filings:read": "{ productFilings(first: 5) { nodes { v: filingNo } } }",
    "clearance:read": "{ declarations(first: 5) { nodes { v: declarationNo } } }",
    "clearance:personal": "{ declarations(first: 100) { nodes { v: buyerName } } }",
    "clearance:investigation": "{ declarations(first: 100) { nodes { inspections { v: officerNote } } } }",
}


@pytest.mark.parametrize("scope", [each for each in EVERY_SCOPE if each != "audit:read"])
def test_without_its_scope_a_field_is_null_and_says_which_scope_lacks(customs: Attacker, scope: str) -> None:
    query = WAYS_IN[scope]
    whole, less = ask(customs, EVERY_SCOPE, query), ask(customs, without(scope), query)
    assert values(whole, "v")
    assert withheld(whole) == set()
    assert values(less, "v") == []
    assert withheld(less) == {(scope,)}
