"""One pass over the records of the tree, in the order of its leaves; and over those that are not in it yet.

The tree is computed anew from what is read. What was altered is told once and as what it is: where two hashes of a
record agree, the walk goes on with these, so that what follows is held against what was there before.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from baygate.access.documents.root import LogKey
from baygate.audit.entry import Opening, genesis, moment
from baygate.audit.finding import Findings
from baygate.audit.growth import Growth
from baygate.audit.heads_held import HeadsHeld
from baygate.audit.indexed import AccessRow, AccessTile, AccessTiles, check_index, told_of
from baygate.audit.keys import Unproven
from baygate.audit.linking import Chain, Row, check
from baygate.audit.merkle import EMPTY_ROOT, LENGTH
from baygate.audit.pruned import Absences
from baygate.audit.statement import ACCEPT, PRUNE, proven_statement
from baygate.audit.stored import Batch, Shard, Stored

_PORTION = 8_192
"""Leaves that are read, and remembered, at a time."""
_WIDTH = 256


class Walk:
    """The state of one pass."""

    def __init__(self, stored: Stored, certified: Mapping[str, LogKey], held: HeadsHeld, found: Findings) -> None:
        self._stored = stored
        self._certified = certified
        self._held = held
        self._found = found
        self._log = ""
        self._size = 0
        self._chains: dict[int, Chain] = {}
        self._placed: dict[int, int] = {}
        self._position = 0
        self._providers: Sequence[str] = ()
        self._access_tiles = AccessTiles()
        self._settled = 0
        """How many tiles of the index have been held against what records say."""
        self.growth = Growth()
        self.absences = Absences()
        self.accepted: dict[int, tuple[str, Mapping[str, Any], str]] = {}
        """By the number of its row: the record, what it says and when."""
        self.roots: dict[int, bytes] = {}
        """The roots at the sizes that were asked for."""
        self.since: datetime.datetime | None = None
        self.waiting = 0

    @property
    def until(self) -> datetime.datetime | None:
        """The time of the newest record."""
        newest = max((each.at for each in self._chains.values() if each.next), default="")
        return datetime.datetime.fromisoformat(newest) if newest else None

    async def run(self, log: Any, size: int, shards: Iterable[Shard], sizes: Iterable[int]) -> None:
        """Walk a tree of ``size`` records; ``sizes`` are those of which roots are wanted, besides heads'."""
        self._log, self._size = str(log), size
        self._chains = {
            each.shard: Chain(
                each.period,
                each.integrated,
                genesis(Opening(log, each.shard, each.period, each.opened_at, each.opened_by)),
                moment(each.opened_at),
            )
            for each in shards
        }
        self._placed = dict.fromkeys(self._chains, 0)
        for period, shard in await self._stored.misplaced():
            self._found.add(f"shard {shard}", f"there are records of it under the month {period}, where none belongs")
        self._providers, wanted = await self._stored.providers(), sorted(sizes)
        async for batches in self._stored.batches(_PORTION):
            await self._portion(batches, wanted)
        await self._surplus()
        if self._position != size:
            self._found.add("audit_batch", f"its batches hold {self._position} records, and audit_log says {size}",
                            min(self._position, size))  # fmt: skip
        for shard, chain in self._chains.items():
            if self._placed[shard] != chain.integrated:
                self._found.add(
                    f"shard {shard}", f"audit_shard says that {chain.integrated} of its records are in the tree, "
                    f"and {self._placed[shard]} are",
                )  # fmt: skip

    async def rest(self) -> None:
        """Walk the records that are not in the tree yet."""
        async for row in self._stored.waiting():
            chain = self._chains[row.shard]
            where = f"record {row.shard}-{row.seq}"
            if row.seq != chain.next:
                self._found.add(where, f"record {row.shard}-{chain.next}, which comes before it, is missing")
            self._record(where, None, chain, row, None, [])
            self.waiting += 1

    async def _portion(self, batches: Sequence[Batch], sizes: Sequence[int]) -> None:
        start = self._position
        steps = [each for batch in batches for each in self._steps(batch)]
        end = self._position
        tiles = await self._stored.leaves(start, end)
        self._check_lengths(tiles, start, end)
        heads = await self._stored.heads(start, end) if end > start else []
        wanted = {each.size for each in heads}.union(size for size in sizes if start < size <= end)
        read = [
            (self._chains[each.shard].period, each.shard, each.first, each.first + each.number)
            for each in steps
            if each.shard in self._chains
        ]
        rows = await self._stored.records(read)
        index = _by_leaf(await self._stored.index(start, end))
        decisions: dict[bytes, tuple[str, int]] = {}
        at = 0
        for step in steps:
            count = _matching(rows, at, step)
            self._batch(step, rows[at : at + count], tiles, index, wanted, decisions)
            at += count
        if (whole := end // _WIDTH) > self._settled:
            self._settle(whole, await self._stored.access_tiles(self._providers, self._settled, whole))
            self._settled = whole
        for head in heads:
            self._held.check(head, self.roots.get(head.size))
        for size in wanted.difference(sizes):
            self.roots.pop(size, None)
        for digest in await self._stored.lacking(decisions):
            where, leaf = decisions[digest]
            self._found.add(where, f"audit_decisions lacks what it refers to, {digest.hex()}", leaf)

    def _steps(self, batch: Batch) -> Iterable[Batch]:
        """Yield what the walk has to go over for one batch, and say what is wrong with its place."""
        where, after = f"the batch at {batch.start}", batch.start + batch.number
        if batch.start < self._position or batch.number < 1:
            self._found.add(where, "it overlaps the one before, or is empty", max(batch.start, 0))
            return
        if after > self._size:
            self._found.add(
                where, f"it ends beyond the tree, which audit_log says has {self._size} records", self._size
            )
            return
        if batch.start > self._position:
            self._found.add(where, f"leaves {self._position} to {batch.start - 1} before it are in no batch",
                            self._position)  # fmt: skip
            yield Batch(self._position, -1, 0, batch.start - self._position)
        if batch.shard not in self._placed:
            self._found.add(where, f"there is no shard {batch.shard}", batch.start)
        elif batch.first != self._placed[batch.shard]:
            self._found.add(
                where, f"it has record {batch.shard}-{batch.first}, and the next one of this shard is "
                f"{batch.shard}-{self._placed[batch.shard]}", batch.start,
            )  # fmt: skip
        self._placed[batch.shard] = batch.first + batch.number
        self._position = after
        yield batch

    def _batch(
        self, step: Batch, rows: Sequence[Row], tiles: Mapping[int, bytes], index: dict[int, list[AccessRow]],
        wanted: set[int], decisions: dict[bytes, tuple[str, int]],
    ) -> None:  # fmt: skip
        chain, growth = self._chains.get(step.shard), self.growth
        if chain is not None and not rows:
            self.absences.add(chain.period, *step)
            left = next((leaf for leaf in range(step.start, step.start + step.number) if leaf in index), None)
            if left is not None:
                self._found.add(f"record {step.shard}-{step.first}", "audit_access has rows for it and those after it, "
                                "though they are gone", left)  # fmt: skip
        at = 0
        for leaf in range(step.start, step.start + step.number):
            place = (leaf % _WIDTH) * LENGTH
            in_tree: bytes | None = tiles.get(leaf // _WIDTH, b"")[place : place + LENGTH]
            seq = step.first + leaf - step.start
            where = f"record {step.shard}-{seq}"
            if not in_tree or len(in_tree) < LENGTH:
                self._found.add(where, "the tile of its leaf lacks its hash", leaf)
                in_tree = None
            if chain is not None and at < len(rows) and rows[at].seq == seq:
                node, said = self._record(where, leaf, chain, rows[at], in_tree, index.get(leaf, []))
                at += 1
                if "decisions" in said:
                    self._refer(where, leaf, said["decisions"], decisions)
            else:
                if chain is not None:
                    if rows:
                        self._found.add(where, "it is missing", leaf)
                    chain.leaf, chain.next = in_tree or EMPTY_ROOT, seq + 1
                node = in_tree or EMPTY_ROOT
            growth.add(node)
            if growth.size in wanted:
                self.roots[growth.size] = growth.root

    def _record(
        self, where: str, leaf: int | None, chain: Chain, row: Row, in_tree: bytes | None, index: Sequence[AccessRow]
    ) -> tuple[bytes, Mapping[str, Any]]:
        checked, wrong = check(self._log, chain, row, in_tree)
        for each in wrong:
            self._found.add(where, each, leaf)
        if self.since is None:
            self.since = row.at
        if leaf is not None:
            told = told_of(checked.said)
            self._access_tiles.add(leaf, row.period, checked.said, told or {})
            for each in check_index(row, checked.said, told, index):
                self._found.add(where, each, leaf)
        if "kind" in checked.said:
            self._statement(where, leaf, checked.said)
        return checked.leaf, checked.said

    def _statement(self, where: str, leaf: int | None, said: Mapping[str, Any]) -> None:
        try:
            stated = proven_statement(said, self._certified)
        except Unproven as error:
            self._found.add(where, f"it is no operator's statement: {error}", leaf)
            return
        if said["kind"] == PRUNE:
            self.absences.state(where.removeprefix("record "), stated)
        elif said["kind"] == ACCEPT:
            self.accepted[stated["override"]] = (where, stated, said["at"])

    def _refer(self, where: str, leaf: int, said: object, decisions: dict[bytes, tuple[str, int]]) -> None:
        try:
            decisions.setdefault(bytes.fromhex(str(said)), (where, leaf))
        except ValueError:
            self._found.add(where, "what it refers to as its decisions is no digest", leaf)

    async def _surplus(self) -> None:
        """Tell what the index has of leaves that there are not, and hold its last tiles against what records say."""
        for each in await self._stored.index_beyond(self._position):
            self._found.add("audit_access", f"a row about {each.subject or 'nobody'} is of leaf {each.leaf_index}, "
                            "which there is not")  # fmt: skip
        self._settle(None, await self._stored.access_tiles_beyond(self._providers, self._settled))

    def _settle(self, before: int | None, found: Sequence[AccessTile]) -> None:
        for tile, what in self._access_tiles.settle(before, found):
            self._found.add(f"audit_access_tile {tile}", what, max(tile, 0) * _WIDTH)

    def _check_lengths(self, tiles: Mapping[int, bytes], start: int, end: int) -> None:
        """Tell of tiles that hold more than leaves; what they lack is told with the leaf."""
        for tile, hashes in tiles.items():
            held = len(hashes)
            if start <= tile * _WIDTH < end and held > LENGTH * min(_WIDTH, self._size - tile * _WIDTH):
                self._found.add(f"tile {tile} of level 0", f"it has {held} bytes, more than its leaves", tile * _WIDTH)


def _matching(rows: Sequence[Row], at: int, step: Batch) -> int:
    """Return how many of the rows from ``at`` on are a batch's."""
    after, end = step.first + step.number, at
    while end < len(rows) and rows[end].shard == step.shard and step.first <= rows[end].seq < after:
        end += 1
        if end - at == step.number:
            break
    return end - at


def _by_leaf(rows: Iterable[AccessRow]) -> dict[int, list[AccessRow]]:
    found: dict[int, list[AccessRow]] = {}
    for each in rows:
        found.setdefault(each.leaf_index, []).append(each)
    return found
