"""Signed tree heads: what the log was at a moment, in a form that everybody can keep and hold it to.

1. A head is a JWS of its own type; its payload says log, size, root and time in exactly one form.
2. A head is believed for a key that the reader has beforehand, by the key's name; it brings none along.
3. An empty log has no head.
"""

import datetime
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

from baygate.access import jose
from baygate.access.jose import BadToken, PublicKey
from baygate.audit.entry import moment

TYP = "baygate-tree-head+jwt"
AUDIT_HEAD = "audit_head"
"""The channel on which every worker hears that there is a new head; its size is told."""

Sign = Callable[[str, bytes], Awaitable[str]]
"""Signs a payload as a JWS of a type; it may take long, and fail."""

_MEMBERS = {"log", "size", "root", "at"}
_ROOT = re.compile(r"[0-9a-f]{64}")
_LARGEST = 2**63 - 1
_NEWEST = "SELECT size, signed FROM audit_head ORDER BY size DESC LIMIT 1"
_OF_SIZE = "SELECT size, signed FROM audit_head WHERE size = $1"


class BadHead(Exception):
    """A text that is not a signed head of the log; the message says why."""


@dataclass(frozen=True)
class Head:
    """What the log was at a moment: so many records under this root; ``signed`` is the JWS that says so."""

    log: uuid.UUID
    size: int
    root: bytes
    at: datetime.datetime
    signed: str = field(repr=False)


async def sign_head(log: uuid.UUID, size: int, root: bytes, at: datetime.datetime, sign: Sign) -> Head:
    """Return a head; raise what ``sign`` does, BadHead if it signed something else."""
    payload = orjson.dumps({"log": str(log), "size": size, "root": root.hex(), "at": moment(at)})
    signed = await sign(TYP, payload)
    try:
        told = jose.read(signed.encode(), TYP)
    except BadToken as error:
        raise BadHead(f"what was signed is no token: {error}") from error
    if told.text.split(b".")[1] != jose.encoded(payload).encode():
        raise BadHead("something else was signed than what was asked for")
    return Head(log, size, root, at, signed)


def read_head(text: str, keys: Mapping[str, PublicKey]) -> Head:
    """Read a head; raise BadHead unless one of the keys signed it."""
    try:
        token = jose.read(text.encode(errors="replace"), TYP)
        kid = token.header.get("kid")
        key = keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise BadHead("it is signed with a key that is not known to sign heads of this log")
        said = token.verify(key)
    except BadToken as error:
        raise BadHead(str(error)) from error
    if said.keys() != _MEMBERS:
        raise BadHead("it does not say log, size, root and time, and nothing else")
    return Head(_log(said["log"]), _size(said["size"]), _root(said["root"]), _at(said["at"]), text)


async def newest(connection: asyncpg.Connection, keys: Mapping[str, PublicKey]) -> Head | None:
    """Return the newest head that is stored, if there is one; raise BadHead."""
    return _stored(await connection.fetchrow(_NEWEST), keys)


async def of_size(connection: asyncpg.Connection, size: int, keys: Mapping[str, PublicKey]) -> Head | None:
    """Return the stored head of a size, if there is one; raise BadHead."""
    return _stored(await connection.fetchrow(_OF_SIZE, size), keys)


def _stored(row: asyncpg.Record | None, keys: Mapping[str, PublicKey]) -> Head | None:
    if row is None:
        return None
    head = read_head(row["signed"], keys)
    if head.size != row["size"]:
        raise BadHead(f"it is the head of {head.size} records, and stored as that of {row['size']}")
    return head


def _log(said: Any) -> uuid.UUID:
    try:
        log = uuid.UUID(said)
    except (ValueError, TypeError, AttributeError):
        log = None
    if log is None or str(log) != said:
        raise BadHead("its log is not named by a UUID")
    return log


def _size(said: Any) -> int:
    if type(said) is not int or not 0 < said <= _LARGEST:
        raise BadHead("its size is not a number of records")
    return said


def _root(said: Any) -> bytes:
    if not isinstance(said, str) or not _ROOT.fullmatch(said):
        raise BadHead("its root is not a hash")
    return bytes.fromhex(said)


def _at(said: Any) -> datetime.datetime:
    try:
        at = datetime.datetime.strptime(said, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.UTC)
    except (ValueError, TypeError):
        at = None
    if at is None or moment(at) != said:
        raise BadHead("its time is not a moment in UTC")
    return at
