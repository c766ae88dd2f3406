"""Pages: every row once, in order, from either end, also while rows are added."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.oracle.engine import Engine

from baygate.gateway.refusal import LimitExceeded, Refusal
from baygate.sources.binding import Paged
from baygate.sources.bindings import resident_binding

BINDING = resident_binding()
LISTS = [
    (root, order, next(iter(entity_field)))
    for root, bound in BINDING.roots.items()
    if isinstance(bound, Paged)
    for order in bound.orders
    for entity_field in [bound.orders[order].fields]
]
KEYS = {
    "parties": "id",
    "creditRatings": "ratingNo",
    "productFilings": "filingNo",
    "filingItems": "seq goodsName filing: shelfName hsCode",
    "conformityDocuments": "documentNo",
    "goodsList": "hsCode listKind edition",
    "declarations": "declarationNo",
}


@pytest.fixture(scope="module")
def engine(world: Any) -> Iterator[Engine]:
    engine = Engine(world)
    yield engine
    engine.close()


def _all(engine: Engine, root: str, order: str, size: int, *, forwards: bool) -> list[Any]:
    count, place, more, end = (
        ("first", "after", "hasNextPage", "endCursor")
        if forwards
        else ("last", "before", "hasPreviousPage", "startCursor")
    )
    question = (
        f"query($place: String, $size: Int) {{ {root}(orderBy: {order}, {count}: $size, {place}: $place) "
        f"{{ edges {{ cursor node {{ {KEYS[root]} }} }} pageInfo {{ hasNextPage hasPreviousPage {end} }} }} }}"
    )
    found: list[Any] = []
    cursor = None
    while True:
        page = engine.ask(question, {"size": size, **({"place": cursor} if cursor else {})})["data"][root]
        found = [*found, *page["edges"]] if forwards else [*page["edges"], *found]
        other = "hasPreviousPage" if forwards else "hasNextPage"
        assert page["pageInfo"][other] is (cursor is not None)
        if not page["pageInfo"][more]:
            return found
        assert len(page["edges"]) == size
        cursor = page["pageInfo"][end]


@pytest.mark.parametrize(("root", "order", "_"), LISTS)
def test_pages_from_either_end_give_the_same_rows_once_in_the_same_order(
    engine: Engine, root: str, order: str, _: str
) -> None:
    total = engine.ask(f"{{ {root} {{ totalCount }} }}")["data"][root]["totalCount"]
    size = max(1, min(100, total // 4 + 1))
    forwards = _all(engine, root, order, size, forwards=True)
    assert len(forwards) == total
    assert len({each["cursor"] for each in forwards}) == total
    assert _all(engine, root, order, size, forwards=False) == forwards


def test_descending_is_ascending_turned_round(engine: Engine) -> None:
    up = _all(engine, "declarations", "DECLARED_AT_ASC", 97, forwards=True)
    down = _all(engine, "declarations", "DECLARED_AT_DESC", 97, forwards=True)
    assert [each["node"] for each in reversed(up)] == [each["node"] for each in down]


def test_a_page_stays_put_while_rows_are_added_before_it(engine: Engine, postgres: Any, keys: Any) -> None:
    import asyncio

    from baygate.sample.load import load
    from baygate.storage import schema_version

    async def fresh() -> str:
        connection = await engine.database.connect()
        await connection.execute("drop database if exists growing")
        await connection.execute("create database growing template template0")
        await connection.close()
        dsn = postgres.dsn("growing")
        await schema_version.upgrade(dsn)
        await load(dsn, keys, 15)
        return dsn

    dsn = asyncio.run(fresh())
    growing = Engine(type("World", (), {"dsn": dsn, "keys": keys}))
    question = "query($after: String) { parties(first: 5, after: $after) { nodes { id } pageInfo { endCursor } } }"
    first = growing.ask(question)["data"]["parties"]
    after = first["pageInfo"]["endCursor"]
    second = growing.ask(question, {"after": after})["data"]["parties"]["nodes"]

    async def insert_before() -> None:
        connection = await growing.database.connect()
        await connection.execute(
            "insert into party (party_id, kind, name, status, established_on, region_code, jurisdiction, trade_roles, "
            "provider, updated_at) select '!' || n, 'MACAU', 'x', 'ACTIVE', now(), '820000', 'MO', '{}', 'x', now() "
            "from generate_series(1, 20) n"
        )
        await connection.close()

    growing.run(insert_before())
    assert growing.ask(question, {"after": after})["data"]["parties"]["nodes"] == second
    growing.close()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("first: 2, last: 2", "not both"),
        ('last: 2, after: "x"', '"after" goes with "first"'),
        ('first: 2, before: "x"', '"before" goes with "last"'),
    ],
)
def test_a_page_is_read_from_one_end(engine: Engine, arguments: str, told: str) -> None:
    answer = engine.ask(f"{{ parties({arguments}) {{ totalCount }} __typename }}")
    assert answer["data"] == {"parties": None, "__typename": "Query"}
    assert told in answer["errors"][0]["message"]
    assert answer["errors"][0]["path"] == ["parties"]


@pytest.mark.parametrize("cursor", ["", "x", "ü", "A" * 40, "A" * 5_000, "====", "../..", "\ud83d\ude00"])
def test_a_cursor_that_is_none_is_refused(engine: Engine, cursor: str) -> None:
    with pytest.raises(Refusal) as refused:
        engine.ask("query($c: String) { parties(first: 1, after: $c) { totalCount nodes { id } } }", {"c": cursor})
    assert refused.value.code == "INVALID_CURSOR"


@pytest.mark.parametrize(
    ("elsewhere", "variables"),
    [
        ("query($c: String) { parties(orderBy: NAME_ASC, first: 1, after: $c) { nodes { id } } }", {}),
        ("query($c: String) { parties(where: {kind: MAINLAND}, first: 1, after: $c) { nodes { id } } }", {}),
        (
            "query($c: String, $k: PartyKind) { parties(where: {kind: $k}, first: 1, after: $c) { nodes { id } } }",
            {"k": "HONG_KONG"},
        ),
        ("query($c: String) { declarations(first: 1, after: $c) { nodes { declarationNo } } }", {}),
    ],
)
def test_a_cursor_opens_only_where_it_was_given(engine: Engine, elsewhere: str, variables: dict[str, Any]) -> None:
    cursor = engine.ask("{ parties(first: 1) { pageInfo { endCursor } } }")["data"]["parties"]["pageInfo"]["endCursor"]
    here = engine.ask("query($c: String) { parties(first: 1, after: $c) { nodes { id } } }", {"c": cursor})
    assert len(here["data"]["parties"]["nodes"]) == 1
    with pytest.raises(Refusal) as refused:
        engine.ask(elsewhere, {**variables, "c": cursor})
    assert refused.value.code == "INVALID_CURSOR"


def test_a_cursor_of_the_whole_list_does_not_open_under_a_parent_nor_the_other_way(engine: Engine) -> None:
    root = engine.ask("{ declarations(first: 1) { pageInfo { endCursor } nodes { declarant { id } } } }")
    page = root["data"]["declarations"]
    party = page["nodes"][0]["declarant"]["id"]
    listed = "declarations(first: 1, after: $c) { pageInfo { endCursor } }"
    nested = f"query($id: PartyId!, $c: String) {{ party(id: $id) {{ {listed} }} }}"
    own = engine.ask(nested, {"id": party})["data"]["party"]["declarations"]["pageInfo"]["endCursor"]
    for question, variables in (
        (nested, {"id": party, "c": page["pageInfo"]["endCursor"]}),
        ("query($c: String) { declarations(first: 1, after: $c) { totalCount nodes { mode } } }", {"c": own}),
        ("query($c: String) { declarations(first: 1, after: $c) { totalCount } }", {"c": "AAAA"}),
    ):
        with pytest.raises(Refusal) as refused:
            engine.ask(question, variables)
        assert refused.value.code == "INVALID_CURSOR"


def test_a_cursor_shows_nothing_of_the_row(engine: Engine) -> None:
    import base64

    page = engine.ask("{ parties(first: 1) { edges { cursor node { id } } } }")["data"]["parties"]["edges"][0]
    raw = base64.urlsafe_b64decode(page["cursor"] + "==")
    assert page["node"]["id"].encode() not in raw
    assert page["node"]["id"][3:12].encode() not in raw


def test_data_cannot_pass_for_a_cursor(engine: Engine) -> None:
    """A tab in a value is escaped in JSON text, so nothing that is published can be taken for a place."""
    answer = engine.ask(
        "query($name: String!) { parties(first: 1, where: {namePrefix: $name}) { edges { cursor } } }",
        {"name": '\t0:"x"'},
    )
    assert answer["data"]["parties"]["edges"] == []


@pytest.mark.parametrize("size", [101, 2**31 - 1])
def test_a_list_has_a_largest_size(engine: Engine, size: int) -> None:
    for question in (
        "query($n: Int) { parties(first: $n) { totalCount } }",
        f"{{ parties(first: {size}) {{ totalCount }} }}",
    ):
        with pytest.raises(LimitExceeded) as refused:
            engine.ask(question, {"n": size} if "$n" in question else {})
        assert refused.value.errors[0]["extensions"] == {
            "code": "LIMIT_EXCEEDED",
            "limit": "size of a list",
            "value": size,
            "maximum": 100,
        }


def test_a_list_cannot_be_asked_for_less_than_nothing(engine: Engine) -> None:
    with pytest.raises(Refusal, match="negative"):
        engine.ask("{ parties(first: -1) { totalCount } }")


def test_a_count_needs_no_page(engine: Engine) -> None:
    plan, _ = engine.plan("{ parties { totalCount } }")
    assert plan.resident is not None
    assert "row_number" not in plan.resident.statement.sql
    assert plan.resident.statement.sql.count("FROM party") == 1
