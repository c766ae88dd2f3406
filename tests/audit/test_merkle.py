"""Roots and proofs as RFC 9162 defines them; a proof that is anything else proves nothing."""

from collections.abc import Callable, Sequence
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baygate.audit.merkle import (
    EMPTY_ROOT,
    Hashes,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root,
    verify_consistency,
    verify_inclusion,
    with_paths,
)

ENTRIES = [
    bytes.fromhex(each)
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
"""The leaves that implementations of Certificate Transparency are tested with, and their roots."""
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 300
LEAVES = [leaf_hash(number.to_bytes(2)) for number in range(MOST)]
SIZES = st.integers(1, MOST)


def over(leaves: Sequence[bytes]) -> Hashes:
    def hashes(level: int, index: int) -> bytes:
        part = leaves[index << level : (index + 1) << level]
        assert len(part) == 1 << level, "only full subtrees may be asked for"
        return tree_hash(part)

    return hashes


# RFC 9162, sections 2.1.1, 2.1.3.1 and 2.1.4.1, as they are written: recursively


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = split(len(leaves))
    return sha256(b"\x01" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return [*path(index, leaves[:half]), tree_hash(leaves[half:])]
    return [*path(index - half, leaves[half:]), tree_hash(leaves[:half])]


def subproof(old: int, leaves: Sequence[bytes], known: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if known else [tree_hash(leaves)]
    half = split(len(leaves))
    if old <= half:
        return [*subproof(old, leaves[:half], known), tree_hash(leaves[half:])]
    return [*subproof(old - half, leaves[half:], False), tree_hash(leaves[:half])]


def split(size: int) -> int:
    """The largest power of two that is smaller than ``size``."""
    half = 1
    while half * 2 < size:
        half *= 2
    return half


HASHES = over(LEAVES)


def test_a_leaf_and_a_node_are_hashed_apart():
    assert leaf_hash(b"a" * 64) == sha256(b"\x00" + b"a" * 64).digest()
    assert node_hash(b"a" * 32, b"a" * 32) == sha256(b"\x01" + b"a" * 64).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size):
    assert root(size, over([leaf_hash(each) for each in ENTRIES])).hex() == ROOTS[size]


def test_a_path_is_that_of_certificate_transparency():
    hashes = over([leaf_hash(each) for each in ENTRIES])
    assert [each.hex() for each in inclusion_path(5, 8, hashes)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_the_empty_tree_has_a_root():
    assert root(0, HASHES) == EMPTY_ROOT == sha256(b"").digest()


def test_every_root_is_as_the_rfc_defines_it():
    assert all(root(size, HASHES) == tree_hash(LEAVES[:size]) for size in range(MOST + 1))


@pytest.mark.parametrize("size", [*range(1, 36), 63, 64, 65, 255, 256, 257])
def test_every_path_of_a_small_tree_is_as_the_rfc_defines_it(size):
    top = tree_hash(LEAVES[:size])
    for index in range(size):
        found = inclusion_path(index, size, HASHES)
        assert found == path(index, LEAVES[:size])
        assert verify_inclusion(index, size, LEAVES[index], found, top)


@pytest.mark.parametrize("size", [*range(1, 36), 63, 64, 65, 255, 256, 257])
def test_root_and_paths_of_leaves_at_hand_are_the_same(size):
    top, paths = with_paths(LEAVES[:size])
    assert top == tree_hash(LEAVES[:size])
    assert paths == [b"".join(inclusion_path(index, size, HASHES)) for index in range(size)]


@pytest.mark.parametrize("new", [*range(1, 36), 63, 64, 65, 256, 257])
def test_every_consistency_proof_of_a_small_tree_is_as_the_rfc_defines_it(new):
    top = tree_hash(LEAVES[:new])
    for old in range(1, new + 1):
        found = consistency_path(old, new, HASHES)
        assert found == subproof(old, LEAVES[:new], known=True)
        assert verify_consistency(old, new, tree_hash(LEAVES[:old]), top, found)


@given(SIZES, st.data())
def test_a_path_proves_its_leaf_at_its_place_and_nothing_else(size, data):
    index = data.draw(st.integers(0, size - 1))
    found, top = inclusion_path(index, size, HASHES), root(size, HASHES)
    assert found == path(index, LEAVES[:size])

    def holds(index: int = index, size: int = size, leaf: bytes = LEAVES[index], path: Sequence[bytes] = found) -> bool:
        return verify_inclusion(index, size, leaf, path, top)

    assert holds()
    assert not holds(leaf=LEAVES[index - 1] if size > 1 else LEAVES[1])
    elsewhere = data.draw(st.integers(0, size - 1).filter(lambda each: each != index)) if size > 1 else 1
    assert not holds(index=elsewhere)
    refuses_every_change(lambda path: holds(path=path), found, data)
    assert not verify_inclusion(index, size, LEAVES[index], found, flipped(top, data))


@given(SIZES, st.data())
def test_a_consistency_proof_proves_these_two_trees_and_nothing_else(new, data):
    old = data.draw(st.integers(1, new))
    found, before, after = consistency_path(old, new, HASHES), root(old, HASHES), root(new, HASHES)
    assert found == subproof(old, LEAVES[:new], known=True)
    assert verify_consistency(old, new, before, after, found)
    assert not verify_consistency(old, new, flipped(before, data), after, found)
    assert not verify_consistency(old, new, before, flipped(after, data), found)
    refuses_every_change(lambda path: verify_consistency(old, new, before, after, path), found, data)
    if old < new:
        assert not verify_consistency(new, old, after, before, found)
        other = data.draw(st.integers(1, new).filter(lambda each: each != old))
        assert not verify_consistency(other, new, before, after, found)


def refuses_every_change(holds: Callable[[Sequence[bytes]], bool], path: Sequence[bytes], data: st.DataObject) -> None:
    assert not holds([*path, LEAVES[0]])
    assert not holds([LEAVES[0], *path])
    if not path:
        return
    at = data.draw(st.integers(0, len(path) - 1))
    assert not holds([*path[:at], flipped(path[at], data), *path[at + 1 :]])
    assert not holds([*path[:at], *path[at + 1 :]])
    assert not holds([*path[:at], path[at][:-1], *path[at + 1 :]])
    if len(path) > 1:
        assert not holds(path[::-1])
        assert not holds([*path[1:], path[0]])


def flipped(value: bytes, data: st.DataObject) -> bytes:
    bit = data.draw(st.integers(0, len(value) * 8 - 1))
    return (int.from_bytes(value) ^ 1 << bit).to_bytes(len(value))


@pytest.mark.parametrize("size", range(2, 9))
def test_no_path_holds_for_a_tree_of_another_depth(size):
    # a size says only how deep a leaf is: one that changes this changes what the path leads to
    for index in range(size):
        found = inclusion_path(index, size, HASHES)
        for other in range(index + 1, 20):
            if len(path(index, LEAVES[:other])) != len(found):
                assert not verify_inclusion(index, other, LEAVES[index], found, root(size, HASHES))


def test_a_path_that_goes_on_above_the_root_is_refused():
    # the right half of a tree is a tree, of another size
    seven, eight = root(7, HASHES), root(8, HASHES)
    assert verify_inclusion(6, 8, LEAVES[6], inclusion_path(6, 8, HASHES), eight)
    assert not verify_inclusion(2, 4, LEAVES[6], inclusion_path(6, 8, HASHES), eight)
    assert not verify_inclusion(0, 1, LEAVES[1], [LEAVES[0]], root(2, HASHES))
    assert verify_consistency(7, 8, seven, eight, consistency_path(7, 8, HASHES))
    assert not verify_consistency(3, 4, seven, eight, consistency_path(7, 8, HASHES))


def test_a_node_is_never_proved_as_a_leaf():
    inner = node_hash(LEAVES[0], LEAVES[1])
    assert not verify_inclusion(0, 4, inner, [node_hash(LEAVES[2], LEAVES[3])], root(4, HASHES))


def test_what_is_not_as_long_as_a_hash_is_refused():
    top = root(2, HASHES)
    assert verify_inclusion(0, 2, LEAVES[0], [LEAVES[1]], top)
    assert not verify_inclusion(0, 2, LEAVES[0] + LEAVES[1][:1], [LEAVES[1][1:]], top)
    assert not verify_inclusion(0, 1, b"", [], b"")
    assert not verify_consistency(1, 2, LEAVES[0] + LEAVES[1][:1], top, [LEAVES[1][1:]])
    assert not verify_consistency(1, 1, b"", b"", [])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 1), (1, 1), (5, 4), (0, -1)])
def test_a_leaf_that_cannot_be_there_is_not(index, size):
    assert not verify_inclusion(index, size, LEAVES[0], [], LEAVES[0])
    with pytest.raises(ValueError, match=f"no leaf {index} among {size}"):
        inclusion_path(index, size, HASHES)


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1), (-2, -1)])
def test_a_tree_does_not_shrink(old, new):
    assert not verify_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])
    with pytest.raises(ValueError, match="does not begin with"):
        consistency_path(old, new, HASHES)


def test_every_tree_begins_with_the_empty_one_and_is_itself():
    assert consistency_path(0, 5, HASHES) == consistency_path(5, 5, HASHES) == consistency_path(0, 0, HASHES) == []
    five = root(5, HASHES)
    assert verify_consistency(0, 5, EMPTY_ROOT, five, [])
    assert verify_consistency(5, 5, five, five, [])
    assert verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])


def test_an_empty_proof_proves_no_more_than_that():
    five, six = root(5, HASHES), root(6, HASHES)
    assert not verify_consistency(5, 6, five, six, [])
    assert not verify_consistency(5, 5, five, six, [])
    assert not verify_consistency(0, 5, five, five, [])
    assert not verify_consistency(0, 0, five, five, [])
    assert not verify_consistency(0, 5, EMPTY_ROOT, five, [five])
    assert not verify_consistency(4, 5, root(4, HASHES), root(4, HASHES), [])


def test_a_tree_whose_older_leaves_changed_is_inconsistent():
    changed = [leaf_hash(b"other"), *LEAVES[1:]]
    for old in range(1, 20):
        for new in range(old + 1, 20):
            found = consistency_path(old, new, over(changed))
            after = root(new, over(changed))
            assert verify_consistency(old, new, root(old, over(changed)), after, found)
            assert not verify_consistency(old, new, root(old, HASHES), after, found)
