"""The contestant to be measured by: the three plans as a good engineer writes them, uvicorn + aiohttp + orjson.

It knows the documents that it is asked and what to ask for them. No validation, no limits, no checking of what the
sources say, no errors of theirs passed on.
"""

import os
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson
from starlette.types import Receive, Scope, Send

from bench.federation.asgi import body_of, respond
from bench.federation.questions import HUNDRED, ONE_HOP, TWO_HOPS

REGISTRY, CUSTOMS = os.environ.get("BENCH_REGISTRY", ""), os.environ.get("BENCH_CUSTOMS", "")
HEADERS = {"Content-Type": "application/json"}

ENTERPRISE = "query($uscc: ID!) { enterprise(uscc: $uscc) { uscc name regionCode status } }"
NAMED = "query($uscc: ID!) { enterprise(uscc: $uscc) { uscc name regionCode } }"
PAGE = "query($after: Int!, $first: Int!) { enterprises(after: $after, first: $first) { uscc name regionCode } }"
DECLARING = (
    "query($representations: [_Any!]!) { _entities(representations: $representations) "
    "{ ... on Enterprise { creditGrade filings latest { declarationNo currency value } } } }"
)


class App:
    def __init__(self) -> None:
        self._plans = {ONE_HOP: self._one_hop, TWO_HOPS: self._two_hops, HUNDRED: self._hundred}
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/graphql":
            await respond(send, 404, b"")
            return
        asked = orjson.loads(await body_of(receive))
        data = await self._plans[asked["query"]](asked["variables"])
        await respond(send, 200, orjson.dumps({"data": data}))

    async def _ask(self, url: str, query: str, variables: Mapping[str, Any]) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=HEADERS, cookie_jar=aiohttp.DummyCookieJar())
        body = orjson.dumps({"query": query, "variables": variables})
        async with self._session.post(url, data=body) as response:
            return orjson.loads(await response.read())["data"]

    async def _one_hop(self, variables: Mapping[str, Any]) -> Any:
        return await self._ask(REGISTRY, ENTERPRISE, {"uscc": variables["uscc"]})

    async def _two_hops(self, variables: Mapping[str, Any]) -> Any:
        data = await self._ask(REGISTRY, NAMED, {"uscc": variables["uscc"]})
        if data["enterprise"] is not None:
            await self._add([data["enterprise"]])
        return data

    async def _hundred(self, variables: Mapping[str, Any]) -> Any:
        data = await self._ask(REGISTRY, PAGE, {"after": variables["after"], "first": variables["first"]})
        await self._add(data["enterprises"])
        return data

    async def _add(self, enterprises: list[dict[str, Any]]) -> None:
        representations = [{"__typename": "Enterprise", "uscc": each["uscc"]} for each in enterprises]
        found = (await self._ask(CUSTOMS, DECLARING, {"representations": representations}))["_entities"]
        for each, more in zip(enterprises, found, strict=True):
            each.update(more)


app = App()
