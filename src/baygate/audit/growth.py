"""A Merkle tree as it grows, leaf by leaf: its root at any size, and what its tiles have to be."""

from hashlib import sha256

from baygate.audit.merkle import EMPTY_ROOT, node_hash

HEIGHT = 8
"""Levels of the tree in one level of tiles."""


class Growth:
    """The tree of all leaves that were added; of the leaves themselves it keeps none."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []
        self._above: list[bytearray] = []

    def add(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        node, rest, height, peaks = leaf, self.size, 0, self._peaks
        while rest & 1:
            node = sha256(b"\x01" + peaks.pop() + node).digest()  # a call less: this runs for each leaf
            rest, height = rest >> 1, height + 1
            if not height % HEIGHT:
                self._put(height // HEIGHT, node)
        peaks.append(node)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root of what was added so far."""
        found = b""
        for peak in reversed(self._peaks):
            found = node_hash(peak, found) if found else peak
        return found or EMPTY_ROOT

    @property
    def above(self) -> dict[int, bytes]:
        """All hashes of each level of tiles above the leaves, by level."""
        return {level: bytes(hashes) for level, hashes in enumerate(self._above, 1)}

    def _put(self, level: int, node: bytes) -> None:
        if level > len(self._above):
            self._above.append(bytearray())
        self._above[level - 1] += node
