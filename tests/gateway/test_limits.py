"""Every limit: a request just under it passes, one just over it is refused by name, value and maximum."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import asyncpg
import httpx
import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st
from tests.oracle.caller import ACCESS, PRINCIPAL

from baygate.gateway.answer import Answer
from baygate.gateway.http import GraphQLEndpoint
from baygate.gateway.limits import Limits, measure
from baygate.gateway.refusal import LimitExceeded, Refusal
from baygate.oauth.caller import Caller
from baygate.settings import LimitSettings

LOW = {
    "body": 3_000,
    "url": 500,
    "tokens": 300,
    "depth": 5,
    "nesting": 8,
    "aliases": 6,
    "directives": 5,
    "directives_per_place": 2,
    "repeats": 3,
    "fields": 12,
    "operations": 2,
    "compiled_fields": 30,
    "variables": 400,
    "cost": 300,
    "rows": 50,
    "representations": 3,
    "time": 1.0,
    "queue": 2,
}
SLOW = {"query": "{ parties(first: 1) { nodes { id } } }"}


@pytest.fixture(scope="module")
def strict(serve: Any, hub: Any) -> Iterator[Any]:
    """A hub on which every limit is low, with two connections."""
    settings = {f"limits__{name}": value for name, value in LOW.items()}
    with serve("development", database__connections=2, **settings) as strict:
        yield strict


def body(size: int) -> bytes:
    return b'{"query":"{__typename}"}'.ljust(size)


def tokens(count: int) -> str:
    return "{parties(first:1,where:{statuses:[" + "ACTIVE " * (count - 19) + "]}){totalCount}}"


def depth(levels: int) -> str:
    return '{__type(name:"x"){' + "ofType{" * (levels - 2) + "name" + "}" * levels


def inline_fragments(levels: int) -> str:
    return "{" + "... {" * (levels - 1) + "__typename" + "}" * levels


def fragments(levels: int) -> str:
    chain = "".join(f" fragment F{i} on Query {{ ...F{i + 1} }}" for i in range(levels - 2))
    return "{ ...F0 }" + chain + f" fragment F{levels - 2} on Query {{ __typename }}"


def listed(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels - 1):
        value = [value]
    return {"query": "{ __typename }", "variables": {"v": value}}


def aliases(count: int) -> str:
    return "{" + " ".join(f"a{i}: __typename" for i in range(count)) + "}"


def aliases_in_a_fragment(count: int) -> str:
    return (
        "{ ...F ... on Query { ...F } "
        + "x: __typename " * (count % 2)
        + "} fragment F on Query "
        + aliases(count // 2)
    )


def directives(count: int) -> str:
    return "{" + " ".join(f"a{i}: __typename @skip(if: false)" for i in range(count)) + "}"


def directives_in_one_place(count: int) -> str:
    return "{ __typename" + "".join([" @skip(if: false)", " @include(if: true)", " @skip(if: false)"][:count]) + "}"


def repeats(count: int) -> str:
    return "{ ... { __typename } " + "__typename " * count + "}"


def many_fields(count: int) -> str:
    return "{" + "... { __typename __typename } " * (count // 2) + "__typename " * (count % 2) + "}"


def operations(count: int) -> Any:
    return {"query": " ".join(f"query Q{i} {{ __typename }}" for i in range(count)), "operationName": "Q0"}


def on_three_types(count: int) -> str:
    names = "id name nameEn kind status provider jurisdiction regionCode updatedAt establishedOn".split()  # noqa: SIM905
    return "{ parties(first: 1) { nodes { " + " ".join(names[:count]) + " } } }"


def variables(size: int) -> Any:
    return {"query": "{ __typename }", "variables": {"v": "x" * (size - len('{"v":""}'))}}


def values(first: int) -> Any:
    names = "id name nameEn kind status provider jurisdiction regionCode updatedAt"
    query = f"query ($first: Int) {{ parties(first: $first) {{ nodes {{ {names} }} }} }}"
    return {"query": query, "variables": {"first": first}}


def rows(first: int) -> str:
    return f"{{ parties(first: {first}) {{ nodes {{ id }} }} }}"


def representations(count: int) -> Any:
    query = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    one = {"__typename": "MainlandEnterprise", "id": "CN-91440300708461136T"}
    return {"query": query, "variables": {"r": [one] * count}}


@dataclass(frozen=True)
class Case:
    """A limit as settings and as errors name it; how to ask for so much; what passes, what does not, what is told."""

    setting: str
    limit: str
    ask: Callable[[int], Any]
    under: int
    over: int
    value: int | None
    status: int = 400


CASES = [
    Case("body", "body bytes", body, 3_000, 3_001, 3_001, 413),
    Case("tokens", "tokens", tokens, 300, 301, None),
    Case("depth", "depth", depth, 5, 6, 6),
    Case("nesting", "nesting", inline_fragments, 8, 9, 9),
    Case("nesting", "nesting", fragments, 8, 9, 9),
    Case("nesting", "nesting of variables", listed, 8, 9, 9),
    Case("aliases", "aliases", aliases, 6, 7, 7),
    Case("aliases", "aliases", aliases_in_a_fragment, 6, 7, 7),
    Case("directives", "directives", directives, 5, 6, 6),
    Case("directives_per_place", "directives in one place", directives_in_one_place, 2, 3, 3),
    Case("repeats", "repeats", repeats, 3, 4, 4),
    Case("fields", "fields", many_fields, 12, 13, 13),
    Case("operations", "operations", operations, 2, 3, 3),
    Case("compiled_fields", "compiled fields", on_three_types, 9, 10, 31),
    Case("variables", "variables bytes", variables, 400, 401, 401, 413),
    Case("cost", "cost", values, 10, 11, 309),
    Case("rows", "rows", rows, 50, 51, 51),
    Case("representations", "number of representations", representations, 3, 4, 4),
]
ELSEWHERE = {"url", "time", "concurrency", "queue"}


def refused(answer: httpx.Response) -> dict[str, Any]:
    (error,) = answer.json()["errors"]
    extensions: dict[str, Any] = error["extensions"]
    assert extensions.pop("code") == "LIMIT_EXCEEDED"
    assert extensions["limit"] in error["message"]
    assert str(extensions["maximum"]) in error["message"]
    return extensions


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.setting}-{case.ask.__name__}")
def test_a_request_at_the_limit_passes_and_one_over_it_is_refused(strict: Any, case: Case) -> None:
    def ask(size: int) -> httpx.Response:
        asked = case.ask(size)
        return strict.post({"query": asked} if isinstance(asked, str) else asked)  # type: ignore[no-any-return]

    passed = ask(case.under)
    assert (passed.status_code, passed.json().get("errors")) == (200, None)
    over = ask(case.over)
    assert over.status_code == case.status
    told = refused(over)
    assert told == {"limit": case.limit, "maximum": LOW[case.setting]} | ({"value": case.value} if case.value else {})


def test_every_limit_has_its_test_and_its_setting() -> None:
    names = {each.name for each in fields(Limits)}
    assert {case.setting for case in CASES} | ELSEWHERE == names
    assert set(LimitSettings.model_fields) == names
    assert LimitSettings().limits() == Limits()


def test_a_url_at_the_limit_passes_and_one_over_it_is_refused(strict: Any) -> None:
    url = f"{strict.url}?query=%7B__typename%7D&x="
    used = len("query=%7B__typename%7D&x=")
    assert strict.client.get(url + "y" * (500 - used)).status_code == 200
    over = strict.client.get(url + "y" * (501 - used))
    assert over.status_code == 414
    assert refused(over) == {"limit": "URL bytes", "value": 501, "maximum": 500}


def test_the_limits_on_by_default_leave_room_for_what_tools_ask(hub: Any, serve: Any) -> None:
    from graphql import get_introspection_query

    assert "errors" not in hub.ask(get_introspection_query(specified_by_url=True, input_value_deprecation=True)).json()


class TestUnfolding:
    """Fragments count as often as they are spread, in time linear in the document."""

    @staticmethod
    def doubling(levels: int) -> str:
        twice = "".join(f" fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(levels))
        return "{ ...F0 }" + twice + f" fragment F{levels} on Query {{ __typename }}"

    def test_ten_levels_that_double_are_1024_fields(self) -> None:
        measure(parse(self.doubling(9)), Limits())
        with pytest.raises(LimitExceeded) as refusal:
            measure(parse(self.doubling(10)), Limits())
        assert refusal.value.errors[0]["extensions"] == {
            "code": "LIMIT_EXCEEDED",
            "limit": "fields",
            "value": 1_024,
            "maximum": 1_000,
        }

    def test_a_number_too_large_for_json_is_left_out(self) -> None:
        with pytest.raises(LimitExceeded) as refusal:
            measure(parse(self.doubling(60)), Limits())
        assert refusal.value.errors[0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "fields", "maximum": 1_000}

    def test_it_takes_no_longer_than_the_document_is_long(self) -> None:
        document = parse(self.doubling(3_000))
        started = time.process_time()
        with pytest.raises(LimitExceeded):
            measure(document, Limits(nesting=10_000))
        assert time.process_time() - started < 2

    @pytest.mark.parametrize(
        "document",
        [
            "{ ...A } fragment A on Query { ...A }",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ... { ...A } }",
            "{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }",
        ],
    )
    def test_fragments_that_spread_themselves_are_refused(self, hub: Any, document: str) -> None:
        with pytest.raises(Refusal) as refusal:
            measure(parse(document), Limits())
        assert refusal.value.code == "GRAPHQL_VALIDATION_FAILED"
        assert hub.ask(document).status_code == 400

    def test_a_fragment_spread_by_two_others_is_no_cycle(self) -> None:
        measure(
            parse("{ ...A ...B } fragment A on Q { ...C } fragment B on Q { ...C } fragment C on Q { x }"), Limits()
        )

    def test_a_fragment_that_does_not_exist_is_left_to_validation(self, hub: Any) -> None:
        measure(parse("{ ...A }"), Limits())
        assert "Unknown fragment" in hub.ask("{ ...A }").text

    def test_fragments_that_nothing_spreads_are_measured_too(self) -> None:
        with pytest.raises(LimitExceeded):
            measure(parse("{ x } fragment A on Q { " + " ".join(f"a{i}: x" for i in range(61)) + " }"), Limits())

    def test_directives_count_wherever_they_stand(self) -> None:
        places = (
            "query ($a: Int @a) @b { x @c ...F @d ... @e { y } } fragment F on Q @f { z @g }",
            "{ ...F } fragment F on Q @a @b @c @d @e { z }",
            "query ($a: Int @a @b @c @d @e) { x }",
            "query @a @b @c @d @e { x }",
        )
        measure(parse(places[0]), Limits(directives=7))
        with pytest.raises(LimitExceeded):
            measure(parse(places[0]), Limits(directives=6))
        for place in places[1:]:
            with pytest.raises(LimitExceeded):
                measure(parse(place), Limits())

    @given(st.data())
    def test_it_counts_what_unfolding_by_hand_counts(self, data: st.DataObject) -> None:
        document = data.draw(documents())
        expected = unfolded(document)
        exact = replace(Limits(repeats=99, directives_per_place=99, operations=9), **expected)
        measure(parse(document), exact)
        for name, value in expected.items():
            if value:
                with pytest.raises(LimitExceeded) as refusal:
                    measure(parse(document), replace(exact, **{name: value - 1}))
                assert refusal.value.errors[0]["extensions"]["value"] == value


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Draw a document in which fragment i spreads only those after it, and all are used."""
    count = draw(st.integers(0, 4))

    def selections(after: int, levels: int) -> str:
        kinds = ["x", "a: x", "x @d", "a: x @d @d"]
        if levels:
            kinds += ["x {", "a: x @d {", "... {", "... on Q @d {"]
        if after < count:
            kinds += ["...", "... @d"]
        parts = []
        for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)):
            if kind.endswith("{"):
                parts.append(f"{kind} {selections(after, levels - 1)} }}")
            elif kind.startswith("..."):
                parts.append(f"...F{draw(st.integers(after, count - 1))}{kind[3:]}")
            else:
                parts.append(kind)
        return " ".join(parts)

    queries = [f"query Q{i} {{ {selections(0, 3)} }}" for i in range(draw(st.integers(1, 2)))]
    return " ".join(queries + [f"fragment F{i} on Q {{ {selections(i + 1, 3)} }}" for i in range(count)])


def unfolded(text: str) -> dict[str, int]:
    """Count by unfolding every fragment where it is spread, as slowly as that is."""
    document = parse(text)
    fragments = {each.name.value: each for each in document.definitions if each.kind == "fragment_definition"}  # type: ignore[attr-defined]
    most = {"depth": 0, "nesting": 0, "aliases": 0, "directives": 0, "fields": 0}

    def visit(node: Any, depth: int, nesting: int, sums: dict[str, int]) -> None:
        sums["directives"] += len(node.directives or ())
        if node.kind == "fragment_spread":
            return visit(fragments[node.name.value], depth, nesting, sums)
        if node.kind == "field":
            depth += 1
            sums["fields"] += 1
            sums["aliases"] += node.alias is not None
        most["depth"] = max(most["depth"], depth)
        most["nesting"] = max(most["nesting"], nesting)
        for inner in node.selection_set.selections if node.selection_set else ():
            visit(inner, depth, nesting + 1, sums)
        return None

    total = dict.fromkeys(("aliases", "directives", "fields"), 0)
    for operation in document.definitions:
        if operation.kind == "operation_definition":
            visit(operation, 0, 0, total)
    alone = [dict.fromkeys(total, 0) for _ in fragments]
    for sums, fragment in zip(alone, fragments.values(), strict=True):
        visit(fragment, 0, 0, sums)
    return most | {name: max(total[name], *(sums[name] for sums in alone), 0) for name in total}


@pytest.mark.parametrize(
    "document",
    [
        "{x" * 10_000 + "}" * 10_000,
        "{x" * 10_000,
        "{... " * 10_000,
        "{x(a:" + "[" * 10_000,
        "query($a:" + "[" * 10_000,
        "{x(a:" + "{a:" * 10_000,
    ],
    ids=["fields", "open", "inline fragments", "list", "type", "object"],
)
def test_ten_thousand_levels_are_refused_like_any_other_number(hub: Any, document: str) -> None:
    assert refused(hub.ask(document)) == {"limit": "nesting", "maximum": 64}


def test_the_word_tokens_in_a_document_is_no_limit(hub: Any) -> None:
    answer = hub.ask("{ __typename } tokens")
    assert answer.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


class TestTime:
    def test_a_request_that_takes_too_long_is_ended(self, strict: Any) -> None:
        async def ask() -> httpx.Response:
            async with locked(strict.dsn), asking(strict) as client:
                return await client.post(strict.url, json=SLOW)

        started = time.monotonic()
        answer = asyncio.run(ask())
        assert time.monotonic() - started < 3
        assert answer.status_code == 503
        assert refused(answer) == {"limit": "seconds", "maximum": 1.0}
        assert strict.post(SLOW).status_code == 200

    def test_what_waits_for_a_connection_is_limited_too(self, strict: Any) -> None:
        async def ask() -> list[httpx.Response]:
            async with locked(strict.dsn), asking(strict) as client:
                return await asyncio.gather(*(client.post(strict.url, json=SLOW) for _ in range(5)))

        answers = asyncio.run(ask())
        codes = sorted(answer.json()["errors"][0]["extensions"]["code"] for answer in answers)
        assert codes == ["LIMIT_EXCEEDED"] * 4 + ["OVERLOADED"], "two run, two wait, the fifth is told at once"
        assert all(answer.status_code == 503 for answer in answers)
        assert strict.post(SLOW).status_code == 200

    def test_a_body_that_comes_too_slowly_is_not_waited_for(self) -> None:
        asked = Asked(endpoint(Limits(time=0.1), StandingRoad()), [b'{"query":'])
        status, headers, body = asyncio.run(asked.answer())
        assert status == 408
        assert headers[b"connection"] == b"close"
        assert b'"limit":"seconds to send the body","maximum":0.1' in body


class TestConcurrency:
    def test_more_requests_at_once_than_the_limit_are_refused(self) -> None:
        async def run() -> tuple[list[int], list[int], bytes]:
            road = StandingRoad()
            app = endpoint(Limits(concurrency=2), road)
            whole = [b'{"query":"{__typename}"}']
            first = [asyncio.create_task(Asked(app, whole).answer()) for _ in range(2)]
            await asyncio.sleep(0)
            refused_status, headers, body = await Asked(app, whole).answer()
            assert headers[b"retry-after"] == b"1"
            road.open.set()
            passed = [status for status, _, _ in await asyncio.gather(*first)]
            after, _, _ = await Asked(app, whole).answer()
            return [*passed, after], [refused_status], body

        passed, over, body = asyncio.run(run())
        assert passed == [200, 200, 200]
        assert over == [503]
        assert b'"limit":"concurrent requests","maximum":2' in body

    def test_bodies_that_are_still_coming_take_nobodys_place(self) -> None:
        async def run() -> int:
            road = StandingRoad()
            road.open.set()
            app = endpoint(Limits(concurrency=1), road)
            slow = [asyncio.create_task(Asked(app, [b"{"]).answer()) for _ in range(10)]
            await asyncio.sleep(0)
            status, _, _ = await Asked(app, [b'{"query":"{__typename}"}']).answer()
            for each in slow:
                each.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
            return status

        assert asyncio.run(run()) == 200


class StandingRoad:
    """A road on which nobody arrives until it is opened."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def travel(self, *_: Any) -> Answer:
        await self.open.wait()
        return Answer(b"{}", None, b"")


class Asked:
    """One request to an ASGI application; a body of one piece is complete unless it does not end in a brace."""

    def __init__(self, app: GraphQLEndpoint, pieces: list[bytes]) -> None:
        self.app = app
        self.pieces = list(pieces)
        self.sent: list[Any] = []

    async def receive(self) -> Any:
        if self.pieces:
            piece = self.pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": not piece.endswith(b"}")}
        await asyncio.Event().wait()
        return {}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def answer(self) -> tuple[int, dict[bytes, bytes], bytes]:
        scope = {"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")]}
        async with asyncio.timeout(5):
            await self.app(scope, self.receive, self.send)
        start, body = self.sent
        return start["status"], dict(start["headers"]), body["body"]


async def somebody(_: Any) -> Caller:
    return Caller(PRINCIPAL, ())


def endpoint(limits: Limits, road: Any) -> GraphQLEndpoint:
    return GraphQLEndpoint(lambda: road, somebody, lambda principal: (principal, ACCESS), limits, preflight=False)


@contextlib.asynccontextmanager
async def locked(dsn: str) -> AsyncIterator[None]:
    """Hold the table of parties, so that whoever reads it waits."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE party IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


def asking(hub: Any) -> httpx.AsyncClient:
    headers = {"accept": "application/graphql-response+json"}
    return httpx.AsyncClient(timeout=20, headers=headers, trust_env=False, auth=hub.auth)
