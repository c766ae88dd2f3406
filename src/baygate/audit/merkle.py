"""The Merkle tree of RFC 9162, section 2.1, over SHA-256: roots, and proofs that anybody can check.

1. A leaf and an inner node are hashed apart, so that neither can be given out for the other (section 2.1.1).
2. A proof that a leaf is in a tree leads from it to the root (inclusion, section 2.1.3); a proof that a tree only grew
   leads from one part of the older tree to both roots (consistency, section 2.1.4).
3. Whoever verifies trusts nothing in a proof: not its length, and not that its hashes are hashes.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256().digest()
"""The root of a tree without leaves."""

Hashes = Callable[[int, int], bytes]
"""By level and index, the root of the full subtree of the leaves from ``index << level`` to the next one's first."""

LENGTH = 32
"""Bytes of a hash."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root(size: int, hashes: Hashes) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return _root(0, size, hashes) if size else EMPTY_ROOT


def with_paths(leaves: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """Return the root of a tree of at least one leaf, and the inclusion path of each, its hashes one after the other.

    For trees that fit in memory; both as section 2.1.1 defines the tree.
    """
    if len(leaves) == 1:
        return leaves[0], [b""]
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    (left, left_paths), (right, right_paths) = with_paths(leaves[:middle]), with_paths(leaves[middle:])
    paths = [*(path + right for path in left_paths), *(path + left for path in right_paths)]
    return node_hash(left, right), paths


def inclusion_path(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Return the proof that a leaf is in the tree of the first ``size`` leaves (section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} among {size}")
    return _siblings(0, index, size, hashes)


def verify_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof leads from a leaf hash to the root (section 2.1.3.2)."""
    if not 0 <= index < size or not _all_hashes(leaf, root, *path):
        return False
    node, last, found = index, size - 1, leaf
    for each in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(each, found)
            node, last = _beside_another(node, last)
        else:
            found = node_hash(found, each)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def consistency_path(old: int, new: int, hashes: Hashes) -> list[bytes]:
    """Return the proof that the first ``new`` leaves begin with the first ``old`` (section 2.1.4.1).

    That a tree begins with no leaves, or is itself, needs no proof: it is empty then.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves does not begin with {old}")
    if old in (0, new):
        return []
    # the older tree's last full subtree: where the older and the newer tree are the same for the last time
    level = (old & -old).bit_length() - 1
    index = (old >> level) - 1
    known = index == 0  # it is the older tree itself, whose root whoever verifies has
    return [*([] if known else [hashes(level, index)]), *_siblings(level, index, new, hashes)]


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether a proof leads from one part of the older tree to both roots (section 2.1.4.2)."""
    if not 0 <= old <= new or not _all_hashes(old_root, new_root, *path):
        return False
    if old == new:
        return not path and old_root == new_root and (old > 0 or old_root == EMPTY_ROOT)
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if not path:
        return False
    first, *others = path if old & (old - 1) else (old_root, *path)
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    older = newer = first
    for each in others:
        if last == 0:
            return False
        if node & 1 or node == last:
            older, newer = node_hash(each, older), node_hash(each, newer)
            node, last = _beside_another(node, last)
        else:
            newer = node_hash(newer, each)
        node, last = node >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


def _root(start: int, end: int, hashes: Hashes) -> bytes:
    """Return the root of the leaves from ``start`` to ``end``; ``start`` is where a subtree as large would begin."""
    found = b""
    while start < end:
        # from the right, the smallest full subtree first
        level = ((end - start) & -(end - start)).bit_length() - 1
        end -= 1 << level
        part = hashes(level, end >> level)
        found = node_hash(part, found) if found else part
    return found


def _siblings(level: int, index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Return what stands beside the way from a node up to the root of the first ``size`` leaves."""
    found = []
    while 1 << level < size:
        start = (index ^ 1) << level
        if start < size:
            found.append(_root(start, min(start + (1 << level), size), hashes))
        level, index = level + 1, index >> 1
    return found


def _beside_another(node: int, last: int) -> tuple[int, int]:
    """Go up from the last node of a level, which has nothing beside it, until it does."""
    while node and not node & 1:
        node, last = node >> 1, last >> 1
    return node, last


def _all_hashes(*given: bytes) -> bool:
    return all(len(each) == LENGTH for each in given)
