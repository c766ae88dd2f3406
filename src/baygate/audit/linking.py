"""Whether a record is what its place demands; pure, and told in words.

A record is held against the one before it in its shard (``Chain``), against its own columns, and against the hash that
the tree has for it. Of these three hashes (of the content, of the column, of the tree) two agree if one was altered.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

from baygate.audit.entry import moment, period_of
from baygate.audit.statement import KINDS, PRUNE

VERSION = 1


class Row(NamedTuple):
    """A record as it is stored."""

    period: datetime.date
    shard: int
    seq: int
    at: datetime.datetime
    entry: bytes
    leaf: bytes


@dataclass(slots=True)
class Chain:
    """A shard as far as it was walked: what its next record has to follow."""

    period: datetime.date
    integrated: int
    leaf: bytes
    at: str
    next: int = 0


@dataclass(slots=True)
class Checked:
    """A record that was looked at: its leaf, by the most of its hashes, and what it says."""

    leaf: bytes
    said: Mapping[str, Any]


def check(log: str, chain: Chain, row: Row, in_tree: bytes | None) -> tuple[Checked, list[str]]:
    """Hold a record against its place, and go on in its chain; return what is wrong in words, nothing as a rule."""
    entry, column = row.entry, row.leaf
    made = sha256(b"\x00" + entry).digest()
    leaf = made if in_tree is None or made in (column, in_tree) else in_tree
    try:
        said = orjson.loads(entry)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        chain.leaf, chain.next = leaf, row.seq + 1
        return Checked(leaf, {}), ["its content is no JSON object: it was altered"]
    at = said.get("at")
    as_told = f"{row.at.isoformat(timespec='microseconds')[:-6]}Z"
    sound = (
        made == column
        and (made == in_tree or in_tree is None)
        and said.get("v") == VERSION
        and said.get("log") == log
        and said.get("shard") == row.shard
        and said.get("seq") == row.seq
        and said.get("prev") == chain.leaf.hex()
        and at == as_told
        and at >= chain.at
        and row.period == chain.period
        and at[:7] == row.period.isoformat()[:7]
        and said.get("kind", PRUNE) in KINDS
    )
    wrong = [] if sound else list(_wrong(log, chain, row, in_tree, made, said))
    chain.leaf, chain.next = leaf, row.seq + 1
    if at == as_told:
        chain.at = as_told
    return Checked(leaf, said), wrong


def _wrong(
    log: str, chain: Chain, row: Row, in_tree: bytes | None, made: bytes, said: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what is wrong with a record with which something is."""
    if made not in (row.leaf, in_tree):
        yield "its content is not what its hashes were made of: it was altered"
    elif made != row.leaf:
        yield "its column leaf is not the hash of its content: the column was altered"
    elif in_tree is not None and made != in_tree:
        yield "the tree has another hash at its place: either it was replaced, or the tile was altered"
    for member, expected in (("v", VERSION), ("log", log), ("shard", row.shard), ("seq", row.seq)):
        if said.get(member) != expected:
            yield f"it says {member} {said.get(member)!r}, and stands where {expected!r} has to"
    if said.get("prev") != chain.leaf.hex():
        before = f"record {row.shard}-{row.seq - 1}" if row.seq else "the beginning of its shard"
        yield f"it does not follow {before}, which it has to by its prev"
    if said.get("kind", PRUNE) not in KINDS:
        yield f"it is of a kind {said['kind']!r} that there is not"
    yield from _wrong_time(chain, row, said.get("at"))


def _wrong_time(chain: Chain, row: Row, said: object) -> Iterator[str]:
    at = moment(row.at)
    if said != at:
        yield f"it says that it is of {said}, and its column at that it is of {at}"
    elif at < chain.at:
        yield f"it is of {at}, and what came before it of {chain.at}: time went back"
    if row.period != chain.period:
        yield f"it stands under the month {row.period}, and its shard is of {chain.period}"
    elif period_of(row.at) != row.period:
        yield f"it is of {at}, and stands under the month {row.period}"
