"""Signed documents as they are kept: every version of each, who published it and when; they are only ever added.

Whether a document is to be believed is decided by ``baygate.access.documents``, before it comes here and each time
that it is read.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from baygate.storage.errors import StorageError

DOCUMENTS_CHANGED = "baygate_documents"
"""The channel on which every worker hears that there are new documents."""

ROOT, MANIFEST, POLICY, TRUST_LIST = "root", "manifest", "policy", "trust-list"

_LOCK = 0x6261_7970  # "bayp": publishers wait for each other, so that each sees the versions before its own


@dataclass(frozen=True)
class NewDocument:
    """A document to keep: its ``kind``, whose it is, its version or sequence, digest and envelope."""

    kind: str
    name: str
    version: int
    digest: str
    body: bytes


@dataclass(frozen=True)
class StoredDocument(NewDocument):
    """A document that is kept."""

    published_by: str
    published_at: datetime.datetime


class AlreadyPublished(StorageError):
    """Another publisher was quicker: a document of this version is there."""


async def lock(connection: asyncpg.Connection) -> None:
    """Wait until nobody else publishes; until the transaction ends nobody else does."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)


async def add(connection: asyncpg.Connection, documents: Sequence[NewDocument], published_by: str) -> None:
    """Keep documents, in the caller's transaction, and tell every worker; raise AlreadyPublished."""
    for each in documents:
        added = await connection.fetchval(
            "INSERT INTO document (kind, name, version, digest, body, published_by, published_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, now()) ON CONFLICT DO NOTHING RETURNING true",
            each.kind, each.name, each.version, each.digest, each.body, published_by,
        )  # fmt: skip
        if not added:
            raise AlreadyPublished(
                f"There is a {each.kind} {each.name} of version {each.version} already.",
                "Look at it (baygate policy log), and make the next version.",
            )
    await connection.execute("SELECT pg_notify($1, '')", DOCUMENTS_CHANGED)


async def every(connection: asyncpg.Connection) -> list[StoredDocument]:
    """Return all documents that were ever published, in the order in which they were."""
    rows = await connection.fetch(
        "SELECT * FROM document ORDER BY published_at, kind <> 'root', kind DESC, name, version"
    )
    return [
        StoredDocument(
            row["kind"], row["name"], row["version"], row["digest"], bytes(row["body"]), row["published_by"],
            row["published_at"],
        )
        for row in rows
    ]  # fmt: skip


async def accept_rollback(connection: asyncpg.Connection, heads: str, reason: str, accepted_by: str) -> None:
    """Record an operator's word that these heads are right, though higher ones were seen; tell every worker."""
    await connection.execute(
        "INSERT INTO rollback_accepted (heads, reason, accepted_by, accepted_at) VALUES ($1, $2, $3, now())",
        heads, reason, accepted_by,
    )  # fmt: skip
    await connection.execute("SELECT pg_notify($1, '')", DOCUMENTS_CHANGED)


async def accepted_rollback(connection: asyncpg.Connection) -> str | None:
    """Return the heads that an operator accepted last, if one ever did."""
    heads: str | None = await connection.fetchval("SELECT heads FROM rollback_accepted ORDER BY id DESC LIMIT 1")
    return heads
