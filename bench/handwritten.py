"""Contestant (b): what a good engineer writes by hand for this one question; Starlette, asyncpg, JSON built in SQL.

No GraphQL, no access control, no limits. The pool is spared its reset query, as the hub's connections are.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from hashlib import sha256

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SQL = """
select json_build_object('data', json_build_object('enterprise', (
  select json_build_object(
    'id', p.party_id, 'name', p.name, 'nameEn', p.name_en, 'uscc', m.uscc, 'status', p.status,
    'establishedOn', p.established_on, 'regionCode', p.region_code,
    'creditRatings', json_build_object('nodes', (
      select coalesce(json_agg(json_build_object(
        'ratingNo', r.rating_no, 'scheme', r.scheme, 'grade', r.grade, 'assessedOn', r.assessed_on,
        'validFrom', r.valid_from, 'validTo', r.valid_to, 'current', r.current)), '[]')
      from (select * from credit_rating where party_id = p.party_id
            order by assessed_on desc, rating_no desc limit 4) r)),
    'productFilings', json_build_object('nodes', (
      select coalesce(json_agg(json_build_object(
        'filingNo', f.filing_no, 'status', f.status, 'direction', f.direction, 'businessType', f.business_type,
        'customsOffice', f.customs_office, 'declaredAt', f.declared_at)), '[]')
      from (select * from product_filing where party_id = p.party_id
            order by declared_at desc, filing_no desc limit 20) f)),
    'declarations', json_build_object('nodes', (
      select coalesce(json_agg(json_build_object(
        'declarationNo', d.declaration_no, 'mode', d.mode, 'status', d.status, 'declaredAt', d.declared_at,
        'currency', d.currency, 'totalValue', d.total_value::text,
        'timeline', (
          select coalesce(json_agg(json_build_object(
            'seq', s.seq, 'status', s.status, 'occurredAt', s.occurred_at, 'message', s.message)), '[]')
          from (select * from status_event where party_id = d.party_id and declaration_no = d.declaration_no
                order by seq limit 20) s))), '[]')
      from (select * from declaration where party_id = p.party_id
            order by declared_at desc, declaration_no desc limit 10) d)))
  from mainland_enterprise m join party p using (party_id) where m.uscc = $1)))::text
"""


MASKING = (
    SQL.replace("'name', p.name,", "'name', rpad(left(p.name, 2), greatest(char_length(p.name), 2), '*'),")
    .replace("'validTo', r.valid_to,", "'validTo', date_trunc('month', r.valid_to)::date,")
    .replace(
        "from credit_rating where party_id = p.party_id", "from credit_rating where party_id = p.party_id and current"
    )
    .replace("'customsOffice', f.customs_office,", "'customsOffice', left(f.customs_office, 2),")
    .replace("'message', s.message", "'message', null")
)
"""The same under the masks and the condition of ``bench.governing``, by hand too."""


async def _no_reset(_: asyncpg.Connection) -> None:
    return None


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    size = int(os.environ.get("BENCH_CONNECTIONS", "10"))
    async with asyncpg.create_pool(
        os.environ["BENCH_DSN"],
        min_size=size,
        max_size=size,
        reset=_no_reset,
        server_settings={"jit": "off", "timezone": "UTC"},
    ) as pool:
        app.state.pool = pool
        yield


def answering(sql: str) -> Starlette:
    """Return the application that answers with one statement."""

    async def answer(request: Request) -> Response:
        variables = orjson.loads(await request.body())["variables"]
        async with request.app.state.pool.acquire() as connection:
            text = await connection.fetchval(sql, variables["uscc"])
        return Response(text, media_type="application/json")

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])], lifespan=lifespan)


class Log:
    """A log of who asked what, as one writes it who knows what a commit costs: one insert for all who wait."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._waiting: list[tuple[str, bytes, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, uscc: str, body: bytes) -> None:
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((uscc, sha256(body).digest(), written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        async with self._pool.acquire() as connection:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                usccs, digests, waiting = zip(*batch, strict=True)
                await connection.execute(INSERT, list(usccs), list(digests))
                for each in waiting:
                    each.set_result(None)


INSERT = "insert into handwritten_log (uscc, digest) select * from unnest($1::text[], $2::bytea[])"
TABLE = """
create table if not exists handwritten_log
  (id bigint generated always as identity primary key, at timestamptz default now(), uscc text, digest bytea)
"""


def logging(sql: str) -> Starlette:
    """Return the application that also writes who asked what, durably, before it answers."""

    @contextlib.asynccontextmanager
    async def with_log(app: Starlette) -> AsyncIterator[None]:
        async with lifespan(app):
            await app.state.pool.execute(TABLE)
            app.state.log = Log(app.state.pool)
            yield

    async def answer(request: Request) -> Response:
        variables = orjson.loads(await request.body())["variables"]
        async with request.app.state.pool.acquire() as connection:
            text = await connection.fetchval(sql, variables["uscc"])
        body = text.encode()
        await request.app.state.log.write(variables["uscc"], body)
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])], lifespan=with_log)


app = answering(SQL)
masking = answering(MASKING)
auditing = logging(SQL)
