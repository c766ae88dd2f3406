"""Whether the stored log is whole, to the last column; if not, what is wrong first, and where.

Rules, all of which a log has to satisfy:

1. The batches cover the tree without gap or overlap, and in it each shard from its first record on, up to what
   ``audit_shard`` says is integrated. ``audit_log`` says the same size.
2. Each leaf has its record, and is the hash of its content (RFC 9162, section 2.1.1). Only months that an operator
   pruned are gone: a signed statement in the log itself says which leaves these are (``pruned``).
3. A record says its own log, shard and number, follows the leaf before it by ``prev``, and is not earlier; its columns
   say what it says (``linking``). Records that are not in the tree yet do so, too, without a gap.
4. The tiles hold what records give, at every level, and nothing else. Of what was pruned they hold the leaves.
5. Each signed head is over the tree's root at its size, by a key that the root document certifies for that time
   (``heads_held``). So whoever has no key cannot write the log anew, however consistently.
6. ``audit_access`` and ``audit_access_tile`` have what records say, all of it and nothing else (``indexed``).
7. Each decision that a record refers to is there, and every one is kept under its own digest.
8. ``audit_override`` has what operators stated in the log, and nothing else.
9. Heads that were kept outside the database hold, too: a log that lost its newest records is consistent in itself.

What is not held against anything, since nothing rests on it: a shard without records, a decision to which nothing
refers, a head that lacks among others (those after it prove the same), and who opened a shard. A record that was added
by somebody who can write into the database is told from a worker's only once a head was signed that is without it.

All is read as of one moment, in portions; what is written meanwhile is for the next time.
"""

import datetime
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import perf_counter

import asyncpg

from baygate.access.documents.root import LogKey
from baygate.audit.entry import moment
from baygate.audit.finding import Enough, Findings, Verification
from baygate.audit.heads_held import Accepted, HeadsHeld, Kept
from baygate.audit.merkle import LENGTH
from baygate.audit.stored import Stored
from baygate.audit.walk import Walk

_FULL_TILE = 256 * LENGTH


async def verify(
    connection: asyncpg.Connection, certified: Mapping[str, LogKey], outside: Sequence[Kept] = ()
) -> Verification:
    """Verify the log; ``certified`` are the root document's keys for heads, ``outside`` heads kept elsewhere."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return await _verified(Stored(connection), certified, outside)


async def _verified(stored: Stored, certified: Mapping[str, LogKey], outside: Sequence[Kept]) -> Verification:
    began, found = perf_counter(), Findings()
    named = await stored.log()
    if named is None:
        with suppress(Enough):
            found.add("audit_log", "it is empty: the log has no name")
        return Verification(0, 0, 0, 0, 0, None, None, perf_counter() - began, found.in_order)
    log, size = named
    held = HeadsHeld(log, certified, found)
    walk = Walk(stored, certified, held, found)
    notes: list[str] = []
    complete = True
    try:
        overrides = await stored.overrides()
        sizes = {each.head.size for each in outside} | held.sizes(each["head"] for each in overrides)
        await walk.run(log, size, await stored.shards(), sizes)
        await walk.rest()
        for finding in walk.absences.findings():
            found.add(finding.where, finding.what, finding.leaf)
        await _check_tiles(stored, walk, found)
        await _check_beside(stored, walk, held, found, overrides)
        accepted = [
            Accepted(str(said["head"]), datetime.datetime.fromisoformat(at)) for _, said, at in walk.accepted.values()
        ]
        notes = held.outside(outside, walk.roots, size, accepted)
        if size and not held.count:
            found.add("audit_head", "no signed head is over the tree, so whoever has the database can have written it")
    except Enough:
        complete = False
    return Verification(
        size, walk.absences.records, walk.waiting, held.count, held.newest, walk.since, walk.until,
        perf_counter() - began, found.in_order, tuple(notes), complete,
        walk.absences.stated, len(outside),
    )  # fmt: skip


async def _check_tiles(stored: Stored, walk: Walk, found: Findings) -> None:
    """Hold the tiles above the leaves against what they have to be, and find those that there must not be."""
    expected = {
        (level, at // _FULL_TILE): hashes[at : at + _FULL_TILE]
        for level, hashes in walk.growth.above.items()
        for at in range(0, len(hashes), _FULL_TILE)
    }
    last = (walk.growth.size - 1) >> 8
    async for level, tile, hashes in stored.tiles(last):
        should = expected.pop((level, tile), None)
        where = f"tile {tile} of level {level}"
        if should is None:
            found.add(where, "there is no such tile in this tree")
        elif should != hashes:
            found.add(where, "it does not hold the roots of the tiles below it: it was altered")
    for level, tile in sorted(expected):
        found.add(f"tile {tile} of level {level}", "it is missing")


async def _check_beside(
    stored: Stored, walk: Walk, held: HeadsHeld, found: Findings, overrides: Sequence[asyncpg.Record]
) -> None:
    """Check heads beyond the tree, what decisions are kept under, and what operators accepted."""
    for head in [*await stored.heads(_BEFORE_ALL, 0), *await stored.heads(walk.growth.size, None)]:
        held.check(head, None)
    for digest in await stored.altered_decisions():
        found.add("audit_decisions", f"what is kept under {digest.hex()} has another digest: it was altered")
    stated = dict(walk.accepted)
    for row in overrides:
        where, said, at = stated.pop(row["id"], ("", {}, ""))
        written = {"override": row["id"], "head": row["head"], "reason": row["reason"], "by": row["accepted_by"]}
        if not where:
            found.add(f"audit_override {row['id']}", "no statement in the log says so: no operator accepted that")
        elif written != said or moment(row["accepted_at"]) != at:
            found.add(f"audit_override {row['id']}", f"it differs from {where}, in which an operator said so")
    for number, (where, _, _) in stated.items():
        found.add(where, f"audit_override lacks row {number}, of which it tells")


_BEFORE_ALL = -(2**63)
