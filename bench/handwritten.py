"""Contestant (b): what a good engineer writes by hand for this one question; Starlette, asyncpg, JSON built in SQL.

No GraphQL, no access control, no limits. The pool is spared its reset query, as the hub's connections are.
"""

import contextlib
import os
from collections.abc import AsyncIterator

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


app = answering(SQL)
masking = answering(MASKING)
