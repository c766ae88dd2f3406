"""What is left of a remote source's answer, value by value."""

from typing import Any

import pytest
from tests.gateway.sources.service import LINK
from tests.oracle.granting import ALLOWED, access, everywhere, granted

from baygate.access.access import Access
from baygate.access.decision import Clause, Decision, Mask, Operator, Release, Subject
from baygate.contract.schema import graphql_schema, sdl
from baygate.gateway.planning.federation.fetch_plan import Asked, FederatedFetch, Node, Where
from baygate.gateway.planning.federation.guards import guard, with_compared
from baygate.gateway.planning.federation.prepared import Asking
from baygate.sources.composition import Subgraph, compose
from baygate.sources.fetch import Selected, Selection
from baygate.sources.supergraph.contributions import Contributions, contributions
from baygate.sources.supergraph.join import read

BOATS = """
type Boat { name: String home: String weight: Int mate: Boat }
type Raft { name: String home: String }
union Craft = Boat | Raft
type Query { boats: [Boat] crafts: [Craft] }
"""
HERE = (Clause("home", Operator.EQUALS, "HK"),)
OURS = (Clause("home", Operator.EQUALS, Subject("region")),)
ASKING = Asking({"region": "HK"}, lambda use: use.encode())


@pytest.fixture(scope="module")
def contributed() -> Contributions:
    supergraph = read(compose([Subgraph("hub", "", sdl()), Subgraph("port", "http://port.example/", LINK + BOATS)]))
    return contributions(graphql_schema(), supergraph, {"port": "port-hk"})


def asked(name: str, decision: Decision | None = ALLOWED, field: str = "", below: Node | None = None) -> Asked:
    selected = Selected(name, field or name, {}, None, None if decision is None else everywhere(decision))
    return Asked(name, field or name, {}, "String", selected, below)


def node(type_name: str, *of_boat: Asked, raft: tuple[Asked, ...] = (), typename: bool = False) -> Node:
    fields = {"Boat": {each.name: each for each in of_boat}, "Raft": {each.name: each for each in raft}}
    return Node(type_name, {name: each for name, each in fields.items() if each}, typename)


def left(contributed: Contributions, given: Access, below: Node, value: Any) -> Any:
    """Return what is left of ``Query.x``."""
    query = Node("Query", {"Query": {"x": asked("x", below=below)}})
    graph = next(each for each in contributed.federation.graphs if each.name == "port")
    fetch = FederatedFetch(0, graph, "query", [Where(())], query, {}, frozenset())
    made = guard(fetch, given, contributed)
    return value if made is None else made({"x": value}, ASKING)["x"]


def test_where_all_of_one_type_leaves_as_it_comes_there_is_no_guard(contributed: Contributions) -> None:
    value = [{"name": "a"}, None]
    assert left(contributed, access(Boat=granted("name")), node("Boat", asked("name")), value) is value


@pytest.mark.parametrize("rows", [HERE, OURS])
def test_a_row_that_no_condition_lets_through_is_not_there(contributed: Contributions, rows: Any) -> None:
    boats = node("Boat", asked("name"), asked("_c", None, "home"))
    value = [{"name": "a", "_c": "HK"}, {"name": "b", "_c": "MO"}, None, {"name": "c"}]
    given = access(Boat=granted("name", rows=(rows,)))
    assert left(contributed, given, boats, value) == [{"name": "a", "_c": "HK"}, None]
    assert left(contributed, given, boats, value[1]) is None


def test_conditions_find_their_field_under_whatever_name_it_was_asked_for(contributed: Contributions) -> None:
    boats = node("Boat", asked("home", field="name"), asked("elsewhere", field="home"))
    value = [{"home": "HK", "elsewhere": "MO"}, {"home": "MO", "elsewhere": "HK"}]
    given = access(Boat=granted("name", "home", rows=(HERE,)))
    assert left(contributed, given, boats, value) == [{"home": "MO", "elsewhere": "HK"}]


def test_a_value_leaves_by_the_first_release_that_holds(contributed: Contributions) -> None:
    decision = Decision((Release("r1", HERE), Release("r2", (), Mask(keep_first=1))))
    boats = node("Boat", asked("name", decision), asked("_c", None, "home"))
    value = [{"name": "abc", "_c": "HK"}, {"name": "abc", "_c": "MO"}, {"name": "abc"}]
    found = left(contributed, access(Boat=granted("name")), boats, value)
    assert [each["name"] for each in found] == ["abc", "a**", "a**"]


def test_what_is_decided_for_none_of_its_records_is_null(contributed: Contributions) -> None:
    boats = node("Boat", asked("name", Decision()))
    assert left(contributed, access(Boat=granted("name")), boats, [{"name": "abc"}]) == [{"name": None}]


def test_records_in_records_are_guarded(contributed: Contributions) -> None:
    inside = node("Boat", asked("name"), asked("_c", None, "home"))
    boats = node("Boat", asked("mate", below=inside), asked("_c", None, "home"))
    value = [{"_c": "HK", "mate": {"name": "a", "_c": "MO"}}]
    given = access(Boat=granted("name", "mate", rows=(HERE,)))
    assert left(contributed, given, boats, value) == [{"_c": "HK", "mate": None}]


def test_of_each_type_only_what_was_asked_of_it_is_taken(contributed: Contributions) -> None:
    crafts = node("Craft", asked("name"), raft=(asked("home"),), typename=True)
    both = {"name": "n", "home": "h"}
    value = [{"__typename": "Boat", **both}, {"__typename": "Raft", **both}, {"__typename": "Ship", **both}, both]
    given = access(Boat=granted("name"), Raft=granted("home"))
    assert left(contributed, given, crafts, value) == [
        {"__typename": "Boat", "name": "n"}, {"__typename": "Raft", "home": "h"}, {"__typename": "Ship"},
    ]  # fmt: skip


def test_a_type_of_which_nothing_is_there_is_not_there(contributed: Contributions) -> None:
    crafts = node("Craft", asked("name"), typename=True)
    value = [{"__typename": "Boat", "name": "n"}, {"__typename": "Raft"}]
    assert left(contributed, access(Boat=granted("name")), crafts, value) == [{"__typename": "Boat", "name": "n"}]


@pytest.mark.parametrize("said", [None, 5, [], {}, True])
def test_a_value_that_does_not_say_its_type_is_not_there(contributed: Contributions, said: Any) -> None:
    crafts = node("Craft", asked("name"), raft=(asked("name"),), typename=True)
    given = access(Boat=granted("name"), Raft=granted("name"))
    assert left(contributed, given, crafts, {"__typename": said, "name": "n"}) is None


def test_what_conditions_compare_is_asked_for_under_a_name_that_is_free(contributed: Contributions) -> None:
    taken = tuple(Selected(key, "name", {}, None) for key in ("_compared0_home", "_compared1_home"))
    selection = with_compared(
        Selection("Boat", {"Boat": taken}), access(Boat=granted("name", rows=(HERE,))), contributed
    )
    assert [(each.key, each.field) for each in selection.fields["Boat"]][2:] == [("_compared2_home", "home")]
