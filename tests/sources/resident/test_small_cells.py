"""Small cells: of rows of which policies tell no small counts, no count that the hub makes is small."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.oracle.engine import Engine
from tests.oracle.granting import access, granted

from baygate.access.access import Access
from baygate.access.decision import NO_ROWS, WITHHELD, Clause, Decision, Operator, Release

RATING = ("ratingNo", "assessedOn", "scheme", "grade", "current", "score")
COUNT = "query($scheme: CreditScheme!) { creditRatings(where: {scheme: $scheme}) { totalCount } }"


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def sizes(engine: Engine) -> dict[str, int]:
    """How many ratings there are of each scheme."""
    schemes: Any = engine.supergraph.schema.type_map["CreditScheme"]
    asked = " ".join(f"{name}: creditRatings(where: {{scheme: {name}}}) {{ totalCount }}" for name in schemes.values)
    sizes = {name: each["totalCount"] for name, each in engine.ask(f"{{ {asked} }}")["data"].items()}
    assert len(set(sizes.values())) > 1
    return sizes


def statistics(min_cell: int, *fields: str, **decided: Any) -> Access:
    return access(CreditRating=granted(*(fields or RATING), min_cell=min_cell, **decided))


def test_a_count_is_told_from_the_least_number_on_and_null_below(engine: Engine, sizes: dict[str, int]) -> None:
    scheme, size = max(sizes.items(), key=lambda each: each[1])
    for min_cell, told in ((size - 1, size), (size, size), (size + 1, None)):
        answer = engine.ask(COUNT, {"scheme": scheme}, statistics(min_cell))
        assert answer["data"]["creditRatings"] == {"totalCount": told}
        assert "errors" not in answer


def test_absence_is_a_small_cell_too(engine: Engine) -> None:
    nobody = '{ creditRatings(where: {assessedFrom: "2999-01-01"}) { totalCount } }'
    assert engine.ask(nobody, access=statistics(0))["data"]["creditRatings"] == {"totalCount": 0}
    assert engine.ask(nobody, access=statistics(2))["data"]["creditRatings"] == {"totalCount": None}


def test_the_place_says_so_beforehand_whatever_the_count(engine: Engine, sizes: dict[str, int]) -> None:
    scheme, size = max(sizes.items(), key=lambda each: each[1])
    told = [engine.ask(COUNT, {"scheme": scheme}, statistics(each)) for each in (size, size + 1)]
    for min_cell, answer in zip((size, size + 1), told, strict=True):
        assert answer["extensions"]["access"] == [
            {
                "path": ["creditRatings", "totalCount"],
                "code": "SMALL_CELL",
                "coordinate": "CreditRatingConnection.totalCount",
                "providers": [],
                "rules": ["statistics"],
                "message": f"A count of fewer than {min_cell} is not told.",
            }
        ]
    assert "extensions" not in engine.ask(COUNT, {"scheme": scheme}, statistics(0))


def test_the_statement_is_one_for_small_and_large_counts(engine: Engine, sizes: dict[str, int]) -> None:
    grants = statistics(max(sizes.values()))
    plans = [engine.plan(COUNT, {"scheme": scheme}, grants)[0] for scheme in sizes]
    assert all(each is plans[0] for each in plans)
    found = {engine.ask(COUNT, {"scheme": scheme}, grants)["data"]["creditRatings"]["totalCount"] for scheme in sizes}
    assert found == {None, max(sizes.values())}


def test_an_alias_a_nested_list_and_a_page_beside_it_change_nothing(engine: Engine) -> None:
    party = granted("id", "creditRatings")
    question = """{ parties(first: 60) { nodes { id creditRatings(first: 50) {
      a: totalCount b: totalCount nodes { ratingNo } edges { cursor } } } } }"""

    def lists(min_cell: int) -> list[Any]:
        grants = access(MainlandEnterprise=party, CreditRating=granted(*RATING, min_cell=min_cell))
        nodes = engine.ask(question, access=grants)["data"]["parties"]["nodes"]
        return [each["creditRatings"] for each in nodes]

    most = max(len(each["nodes"]) for each in lists(0))
    assert {len(each["nodes"]) == most for each in lists(most)} == {True, False}
    for each in lists(most):
        told = most if len(each["nodes"]) == most else None
        assert (each["a"], each["b"]) == (told, told)


def test_of_several_concrete_types_the_largest_number_counts_if_rows_of_it_are_there(engine: Engine) -> None:
    question = "{ parties { totalCount } }"
    hong_kong, macau = granted("id", min_cell=2), granted("id", min_cell=1_000)
    both = access(HongKongCompany=hong_kong, MacauCompany=macau)
    assert engine.ask(question, access=both)["data"]["parties"] == {"totalCount": None}
    gone = access(HongKongCompany=hong_kong, MacauCompany=granted("id", rows=NO_ROWS, min_cell=1_000))
    assert engine.ask(question, access=gone)["data"]["parties"]["totalCount"] > 2


COUNTS_BY_ANOTHER_NAME = (
    "nodes { __typename }",
    "edges { cursor }",
    "edges { node { __typename } cursor }",
    "pageInfo { hasNextPage }",
    "totalCount pageInfo { endCursor }",
    "nodes { evidenceNo }",
    "nodes { current }",
    "nodes { party { id } }",
    "pageInfo { hasNextPage } nodes { a: __typename b: score }",
)


@pytest.mark.parametrize("selection", COUNTS_BY_ANOTHER_NAME)
def test_a_list_that_gives_nothing_of_each_row_is_a_count_and_refused(engine: Engine, selection: str) -> None:
    some = (Clause("scheme", Operator.EQUALS, "TAX"),)
    grants = access(
        MainlandEnterprise=granted("id"),
        CreditRating=granted(
            "ratingNo", "assessedOn", "party", min_cell=5, evidenceNo=WITHHELD, current=WITHHELD,
            score=Decision((Release("g2", some),)),
        ),
    )  # fmt: skip
    question = f"{{ creditRatings(first: 3) {{ {selection} }} }}"
    answer = engine.ask(question, access=grants)
    assert answer["data"] == {"creditRatings": None}
    (refused,) = [each for each in answer["errors"] if each["extensions"]["code"] == "BAD_USER_INPUT"]
    assert "no count below 5 is told" in refused["message"]
    plan, _ = engine.plan(question, access=grants)
    assert plan.resident is not None
    assert "credit_rating" not in plan.resident.statement.sql


def test_the_same_list_is_answered_where_small_counts_are_told(engine: Engine) -> None:
    grants = access(CreditRating=granted("ratingNo", "assessedOn"))
    for selection in COUNTS_BY_ANOTHER_NAME[:5]:
        answer = engine.ask(f"{{ creditRatings(first: 3) {{ {selection} }} }}", access=grants)
        assert answer["data"]["creditRatings"], selection


def test_a_short_list_that_gives_nothing_of_each_row_is_a_count_too(engine: Engine) -> None:
    question = "{ parties(first: 5) { nodes { id licences(first: 50) { %s } } } }"
    licence = granted("licenceNo", "kind", min_cell=3)
    grants = access(MainlandEnterprise=granted("id", "licences"), Licence=licence)
    counted = engine.ask(question % "__typename", access=grants)
    assert {each["licences"] for each in counted["data"]["parties"]["nodes"]} == {None}
    assert "no count below 3" in counted["errors"][0]["message"]
    listed = engine.ask(question % "kind", access=grants)
    assert any(each["licences"] for each in listed["data"]["parties"]["nodes"])


def test_of_an_interface_every_type_whose_small_counts_are_not_told_must_give_something(engine: Engine) -> None:
    grants = access(HongKongCompany=granted("id", min_cell=5), MacauCompany=granted("id"))
    for selection, given in (
        ("... on HongKongCompany { id }", True),
        ("... on MacauCompany { id }", False),
        ("id", True),
    ):
        answer = engine.ask(f"{{ parties {{ nodes {{ __typename {selection} }} }} }}", access=grants)
        assert bool(answer["data"]["parties"]) is given, selection


@pytest.mark.parametrize(("size", "more"), [("first", "hasNextPage"), ("last", "hasPreviousPage")])
def test_a_page_of_no_rows_does_not_say_whether_there_are_any(engine: Engine, size: str, more: str) -> None:
    for question, variables in (
        (f"{{ creditRatings({size}: 0) {{ nodes {{ ratingNo }} pageInfo {{ {more} }} }} }}", {}),
        (f"query($n: Int) {{ creditRatings({size}: $n) {{ nodes {{ ratingNo }} pageInfo {{ {more} }} }} }}", {"n": 0}),
    ):
        page = engine.ask(question, variables, statistics(5))["data"]["creditRatings"]
        assert page == {"nodes": [], "pageInfo": {more: False}}
        open_page = engine.ask(question, variables, statistics(0))["data"]["creditRatings"]
        assert open_page == {"nodes": [], "pageInfo": {more: True}}
        if variables:
            page = engine.ask(question, {"n": 1}, statistics(5))["data"]["creditRatings"]
            assert (len(page["nodes"]), page["pageInfo"]) == (1, {more: True})


def test_what_is_listed_is_counted_and_what_is_subtracted_is_known(engine: Engine, sizes: dict[str, int]) -> None:
    """What small cells do not do, so that nobody relies on it: rule 5 of ``gateway.planning.release``."""
    scheme, size = min(sizes.items(), key=lambda each: each[1] or sum(sizes.values()))
    grants = statistics(size + 1)
    assert engine.ask(COUNT, {"scheme": scheme}, grants)["data"]["creditRatings"] == {"totalCount": None}
    listed = engine.ask(
        f"{{ creditRatings(where: {{scheme: {scheme}}}, first: 100) {{ nodes {{ ratingNo }} }} }}", access=grants
    )
    assert len(listed["data"]["creditRatings"]["nodes"]) == min(size, 100)
    page = engine.ask("{ creditRatings { totalCount nodes { assessedOn } } }", access=grants)["data"]["creditRatings"]
    newest = page["nodes"][0]["assessedOn"]
    before = f'{{ creditRatings(where: {{assessedTo: "{_day_before(newest)}"}}) {{ totalCount }} }}'
    older = engine.ask(before, access=grants)["data"]["creditRatings"]["totalCount"]
    assert 0 < page["totalCount"] - older < size + 1


def test_a_batch_tells_no_small_count_either(engine: Engine, sizes: dict[str, int]) -> None:
    grants = statistics(max(sizes.values()))
    answers = [engine.text(COUNT, {"scheme": each}, grants) for each in sizes]
    planned, _ = engine.plan(COUNT, {"scheme": next(iter(sizes))}, grants)
    assert planned.resident is not None
    assert "CASE" in planned.resident.batch.sql
    assert len({len(each) for each in answers}) == 2


def test_who_is_told_small_counts_shares_no_plan_with_who_is_not() -> None:
    assert statistics(5).access_class != statistics(6).access_class
    one = statistics(5)
    rated = replace(one.types["CreditRating"], cell_rules=("other",))
    assert access(CreditRating=rated).access_class != one.access_class


def _day_before(day: str) -> str:
    return str(datetime.date.fromisoformat(day) - datetime.timedelta(days=1))
