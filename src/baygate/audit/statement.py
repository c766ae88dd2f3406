"""What operators say in the log itself: that they pruned a month, or accepted a log that was behind.

1. A statement is a record like any other, of a ``kind`` of its own, alone in a shard: the tree covers it.
2. It is signed with a key for heads. Whoever can write into the database, and has no key, cannot make one.
3. What is signed are all of its members, the log and the moment, so that none counts for another log or another time.
"""

import datetime
import getpass
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg
import orjson

from baygate.access.documents.root import LogKey
from baygate.audit.entry import Entry, Opening, Place, entry, genesis, moment, period_of
from baygate.audit.keys import Unproven, proven
from baygate.errors import OperatorError

TYPE = "baygate-log-statement+jwt"
PRUNE, ACCEPT = "prune", "accept"
KINDS = (PRUNE, ACCEPT)

Sign = Callable[[str, bytes], Awaitable[str]]
"""Returns a JWS of a type, by the key that signs heads now (``LogKeys.sign_head``)."""

_OPEN = "INSERT INTO audit_shard (period, opened_at, opened_by) VALUES ($1, $2, $3) RETURNING shard"
_INSERT = "INSERT INTO audit_record (period, shard, seq, at, entry, leaf) VALUES ($1, $2, $3, $4, $5, $6)"


class Uncertified(OperatorError):
    """The root document does not certify the key that signs heads here."""


async def state(
    connection: asyncpg.Connection,
    sign: Sign,
    certified: Mapping[str, LogKey],
    kind: str,
    said: Mapping[str, Any],
    at: datetime.datetime,
) -> Entry:
    """Write a statement, in the caller's transaction; raise OperatorError if it cannot be signed so that it counts."""
    log, period = await connection.fetchval("SELECT log FROM audit_log"), period_of(at)
    await connection.execute("SELECT audit_open_period($1)", period)
    by = f"{user()} {os.getpid()}"
    shard = await connection.fetchval(_OPEN, period, at, by)
    told = {"log": str(log), "kind": kind, "at": moment(at), "said": said}
    signed = await sign(TYPE, orjson.dumps(told))
    opening = genesis(Opening(log, shard, period, at, by))
    made = entry(Place(log, shard, 0), opening, at, {"kind": kind, "said": said, "signed": signed})
    try:
        proven_statement(orjson.loads(made.content), certified)
    except Unproven as error:
        raise Uncertified(
            f"The statement would not count: {error}.",
            "Let the root document certify the key: `baygate key show --use heads` prints what belongs there.",
        ) from None
    await connection.execute(_INSERT, period, shard, 0, at, made.content, made.leaf)
    return made


def proven_statement(record: Mapping[str, Any], certified: Mapping[str, LogKey]) -> Mapping[str, Any]:
    """Return what a statement says; raise Unproven. ``certified`` are the root document's keys for heads."""
    signed = proven(str(record.get("signed")), TYPE, certified)
    told = {name: record.get(name) for name in ("log", "kind", "at", "said")}
    said = record.get("said")
    if signed != told or not isinstance(said, dict):
        raise Unproven("it says something else than what was signed")
    return said


def user() -> str:
    """Return who runs this program."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}"
