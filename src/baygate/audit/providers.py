"""Of whom the index of accesses knows accesses."""

import asyncpg

_PROVIDERS = """
WITH RECURSIVE known AS (
    (SELECT provider FROM audit_access_tile ORDER BY provider LIMIT 1)
    UNION ALL
    SELECT (SELECT t.provider FROM audit_access_tile t WHERE t.provider > known.provider ORDER BY t.provider LIMIT 1)
    FROM known WHERE known.provider IS NOT NULL
) SELECT provider FROM known WHERE provider IS NOT NULL
"""
"""Each is looked for behind the one before: PostgreSQL would read all rows for a DISTINCT."""


async def providers(connection: asyncpg.Connection) -> list[str]:
    """Return all providers, in the order of their names."""
    return [row["provider"] for row in await connection.fetch(_PROVIDERS)]
