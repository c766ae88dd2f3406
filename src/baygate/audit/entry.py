"""A record of the log: what was answered to whom, as the bytes that are hashed, and how records hang together.

1. A record is the JSON of an ``Entry``, to the byte. Its leaf is the hash of these bytes (RFC 9162, section 2.1.1).
2. What one worker writes is a shard. In it each record names the leaf of the one before, and the first the shard.
3. No personal value is in clear: of variables and of a person there is a keyed hash, of the answer a digest. A subject
   is the key of a party, under which enterprises are registered publicly.
"""

import datetime
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from baygate.audit.merkle import leaf_hash

Rows = Mapping[str, Mapping[str, Mapping[str, int]]]
"""By provider, by subject, by concrete type: how many rows an answer held; "" is the subject of rows of no party."""


class Place(NamedTuple):
    """Where a record stands: the log, the shard, its number there from 0 on."""

    log: uuid.UUID
    shard: int
    seq: int

    @property
    def id(self) -> str:
        """What a receipt calls it."""
        return f"{self.shard}-{self.seq}"


class Entry(NamedTuple):
    """A record as it is stored."""

    place: Place
    at: datetime.datetime
    content: bytes
    leaf: bytes


def entry(place: Place, before: bytes, at: datetime.datetime, told: Mapping[str, Any]) -> Entry:
    """Return the record that stands after the leaf ``before``; ``told`` is all that it says beyond its place."""
    content = orjson.dumps(
        {
            "v": 1,
            "log": str(place.log),
            "shard": place.shard,
            "seq": place.seq,
            "prev": before.hex(),
            "at": moment(at),
            **told,
        }
    )
    return Entry(place, at, content, leaf_hash(content))


@dataclass(frozen=True)
class Opening:
    """The opening of a shard: its number, its month, when it was opened and by which process."""

    log: uuid.UUID
    shard: int
    period: datetime.date
    at: datetime.datetime
    by: str


def genesis(opening: Opening) -> bytes:
    """Return what the first record of a shard names as the leaf before it: the hash of all that its opening says."""
    said = {
        "log": str(opening.log),
        "shard": opening.shard,
        "period": opening.period,
        "at": moment(opening.at),
        "by": opening.by,
    }
    return hashlib.sha256(orjson.dumps(said)).digest()


def salted(salt: bytes, content: bytes) -> str:
    """Return the digest of something that could be found out by trying: SHA-256 of salt and content, hexadecimal."""
    return hashlib.sha256(salt + content).hexdigest()


@lru_cache(maxsize=64)  # all records of a transaction are of one moment
def moment(at: datetime.datetime) -> str:
    """Return a moment as records write it: UTC with six digits of a second."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def period_of(at: datetime.datetime) -> datetime.date:
    """Return the month that a moment is in, as the day that it begins with (UTC)."""
    return at.astimezone(datetime.UTC).date().replace(day=1)
