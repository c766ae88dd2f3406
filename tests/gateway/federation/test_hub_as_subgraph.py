"""The hub as a subgraph of another router: what Federation asks of a subgraph, of the hub's endpoint as it is."""

import asyncio
import base64
import contextlib
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
from graphql import DocumentNode, parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.gateway.federation.running import gateway
from tests.serving import Hub
from tests.subgraph_service import LINK, Service, serving

from baygate.contract.schema import sdl
from baygate.sources.composition import Subgraph, compose

NOTES = (
    LINK
    + """
type Query { noted: MainlandEnterprise noticed: HongKongCompany }
type MainlandEnterprise @key(fields: "uscc") { uscc: Uscc! note: String }
type HongKongCompany @key(fields: "crNumber") { crNumber: CrNumber! note: String }
scalar Uscc
scalar CrNumber
"""
)
LISTED = """{
  parties(first: 100) { nodes {
    __typename id
    ... on MainlandEnterprise { uscc productLicences(first: 1) { licenceNo } }
    ... on HongKongCompany { ubi crNumber }
    ... on MacauCompany { registry registrationNo }
  } }
  declarations(first: 1) { nodes { declarationNo } }
  creditRatings(first: 1) { nodes { ratingNo } }
  productFilings(first: 1) { nodes { filingNo } }
  conformityDocuments(first: 20) { nodes { __typename documentNo } }
  goodsList(first: 1) { nodes { hsCode listKind edition } }
}"""


@pytest.fixture(scope="module")
def told(hub: Hub) -> str:
    """What the hub says of its schema to a router."""
    text: str = answered(hub, "{ _service { sdl } }")["_service"]["sdl"]
    return text


@pytest.fixture(scope="module")
def listed(hub: Hub) -> Any:
    return answered(hub, LISTED)


def answered(hub: Hub, query: str, variables: Any = None) -> Any:
    reply = hub.ask(query, variables).json()
    assert "errors" not in reply, reply
    return reply["data"]


def entities(hub: Hub, selection: str, *representations: Any) -> Any:
    query = f"query ($of: [_Any!]!) {{ _entities(representations: $of) {{ {selection} }} }}"
    return answered(hub, query, {"of": representations})["_entities"]


def instance(listed: Any, name: str) -> dict[str, Any]:
    """Return an entity of a type, with its keys."""
    lists = {
        "CreditRating": listed["creditRatings"], "ProductFiling": listed["productFilings"],
        "GoodsListEntry": listed["goodsList"], "Declaration": listed["declarations"],
    }  # fmt: skip
    if name in lists:
        return {"__typename": name, **lists[name]["nodes"][0]}
    parties = listed["parties"]["nodes"]
    if name == "ProductLicence":
        return {
            "__typename": name,
            **next(each["productLicences"][0] for each in parties if each.get("productLicences")),
        }
    known = [*parties, *listed["conformityDocuments"]["nodes"]]
    found: dict[str, Any] = next(each for each in known if each["__typename"] == name)
    return found


KEYS = [
    (name, tuple(fields.split()))
    for name, directives in re.findall(r"^type (\w+)[^@{]*((?:@[^{]*?)*) \{", sdl(), re.MULTILINE)
    for fields in re.findall(r'@key\(fields: "([^"]+)"', directives)
]


def test_all_keys_are_tried() -> None:
    assert len(KEYS) == 14
    assert ("HongKongCompany", ("crNumber",)) in KEYS


def test_service_tells_the_contract_that_is_published(told: str) -> None:
    assert told.strip() == sdl().strip()


def test_the_schema_names_the_federation_that_it_is_written_in(told: str) -> None:
    document: DocumentNode = parse(told)
    assert document.definitions
    link = re.search(r'@link\(url: "https://specs.apollo.dev/federation/v2\.\d+", import: \[([^\]]*)\]', told)
    assert link is not None
    used = {f"@{each}" for each in re.findall(r"@(key|shareable|requiresScopes|composeDirective)\b", told)}
    assert used <= set(re.findall(r'"(@\w+)"', link[1]))
    assert '@composeDirective(name: "@personal")' in told
    assert re.search(r"type PageInfo @shareable", told)


@pytest.mark.parametrize(("name", "key"), KEYS, ids=lambda each: each if isinstance(each, str) else "+".join(each))
def test_an_entity_is_found_by_each_of_its_keys(hub: Hub, listed: Any, name: str, key: tuple[str, ...]) -> None:
    known = instance(listed, name)
    representation = {"__typename": name, **{field: known[field] for field in key}}
    found = entities(hub, f"__typename ... on {name} {{ {' '.join(key)} }}", representation)
    assert found == [representation]


def test_entities_come_in_the_order_in_which_they_were_asked_for_and_null_for_none(hub: Hub, listed: Any) -> None:
    one, other = instance(listed, "MainlandEnterprise"), instance(listed, "CreditRating")
    first, last = {"__typename": "MainlandEnterprise", "uscc": one["uscc"]}, {"__typename": "CreditRating", **other}
    nobody = {"__typename": "HongKongCompany", "ubi": "99999999"}
    selection = "__typename ... on MainlandEnterprise { uscc } ... on CreditRating { ratingNo }"
    assert entities(hub, selection, last, nobody, first, last) == [last, None, first, last]


@pytest.mark.parametrize(
    ("name", "key", "where"), [("Party", "id", "parties"), ("ConformityDocument", "documentNo", "conformityDocuments")]
)
def test_an_entity_is_found_by_the_key_of_its_interface(hub: Hub, listed: Any, name: str, key: str, where: str) -> None:
    known = {each["__typename"]: each[key] for each in listed[where]["nodes"]}
    assert len(known) > 1
    asked = [{"__typename": name, key: value} for value in known.values()]
    found = entities(hub, f"__typename ... on {name} {{ {key} }}", *asked)
    assert found == [{"__typename": each, key: value} for each, value in known.items()]


@pytest.mark.parametrize("wrong", [{}, {"__typename": "Nobody", "id": "1"}, {"__typename": "CreditRating"}, 7, None])
def test_what_is_no_reference_to_an_entity_is_refused(hub: Hub, wrong: Any) -> None:
    reply = hub.ask("query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }", {"of": [wrong]})
    assert reply.status_code == 400
    assert {each["extensions"]["code"] for each in reply.json()["errors"]} == {"BAD_USER_INPUT"}


@contextlib.contextmanager
def with_token(hub: Hub) -> Iterator[Service]:
    """Let in front of the hub whoever has no token: each of its requests gets one."""

    def graphql(request: Request, body: bytes) -> httpx.Response:
        return hub.post(body, accept=request.headers["accept"])

    async def forward(request: Request) -> Response:
        reply = await asyncio.to_thread(graphql, request, await request.body())
        return Response(reply.content, reply.status_code, media_type=reply.headers["content-type"])

    with serving(Starlette(routes=[Route("/graphql", forward, methods=["POST"])])) as service:
        yield service


def noting(noted: dict[str, Any], noticed: dict[str, Any]) -> Starlette:
    """A second subgraph, which knows two companies by keys of the hub."""

    async def graphql(request: Request) -> Response:
        asked = await request.json()
        if "representations" in asked["variables"]:
            notes = [{"note": f"about {each.get('uscc')}"} for each in asked["variables"]["representations"]]
            return _json({"data": {"_entities": notes}})
        return _json({"data": {"noted": noted, "noticed": noticed}})

    return Starlette(routes=[Route("/graphql", graphql, methods=["POST"])])


def _json(body: Any) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")


def test_another_router_federates_it(hub: Hub, told: str, listed: Any) -> None:
    company, abroad = instance(listed, "MainlandEnterprise"), instance(listed, "HongKongCompany")
    query = """query ($uscc: Uscc!) {
      enterprise(uscc: $uscc) { id note }
      noted { id note }
      noticed { ubi }
    }"""

    async def run(supergraph: str) -> Any:
        async with gateway(supergraph) as running:
            return await running.ask(query, {"uscc": company["uscc"]})

    second = noting(
        {"__typename": "MainlandEnterprise", "uscc": company["uscc"], "note": "own"},
        {"__typename": "HongKongCompany", "crNumber": abroad["crNumber"]},
    )
    with with_token(hub) as first, serving(second) as other:
        answer = asyncio.run(run(compose([Subgraph("hub", first.url, told), Subgraph("notes", other.url, NOTES)])))
    assert answer == {
        "data": {
            "enterprise": {"id": company["id"], "note": f"about {company['uscc']}"},
            "noted": {"id": company["id"], "note": "own"},
            "noticed": {"ubi": abroad["ubi"]},
        }
    }


def test_a_router_without_a_token_gets_nothing_and_says_so(hub: Hub, told: str) -> None:
    async def run() -> Any:
        async with gateway(compose([Subgraph("hub", hub.url, told)])) as running:
            return await running.ask('{ hongKongCompany(ubi: "70812345") { name } }')

    answer = asyncio.run(run())
    assert answer["data"] == {"hongKongCompany": None}
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["UNAUTHENTICATED"]


def test_a_router_that_asks_for_it_is_told_how_long_the_answer_took(hub: Hub) -> None:
    query = {"query": "{ first: __typename catalogue { title } }"}
    plain, traced = hub.post(query).json(), hub.post(query, **{"apollo-federation-include-trace": "ftv1"}).json()
    told = traced.pop("extensions")
    assert traced == plain
    trace = fields(base64.b64decode(told["ftv1"]))
    assert trace[11][0] > 0
    (begun,), (over,) = fields(trace[4][0])[1], fields(trace[3][0])[1]
    assert abs(begun - time.time()) < 60
    assert over in {begun, begun + 1}
    nodes = [fields(each) for each in fields(trace[14][0])[12]]
    assert [(node[1], node[13], node[9]) for node in nodes] == [
        ([b"first"], [b"Query"], [trace[11][0]]),
        ([b"catalogue"], [b"Query"], [trace[11][0]]),
    ]


def fields(message: bytes) -> dict[int, list[Any]]:
    """Read a protobuf message: by number the values of each field (numbers, or bytes)."""
    found: dict[int, list[Any]] = {}
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at, value, shift = at + 1, value | (byte & 0x7F) << shift, shift + 7
            if byte < 0x80:
                return value

    while at < len(message):
        number, wire = divmod(varint(), 8)
        value: Any = varint()
        if wire == 2:
            value, at = message[at : at + value], at + value
        found.setdefault(number, []).append(value)
    return found
