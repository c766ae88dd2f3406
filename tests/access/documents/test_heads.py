"""Heads: what a hub has seen is noticed to be missing, and is read as it was ever written down."""

import json

import pytest
from tests.access.signing import after, library, policy, signed, taken, trust_list

from baygate.access.documents.heads import Heads, heads_of, parse

FIRST = signed(trust_list())
SEEN = Heads(1, {"customs-gz": 2}, {"customs-gz/credit": 3}, {"HK": 4})


def test_they_are_those_of_what_was_taken():
    trusted = taken(*library(policy(), sequence=5), FIRST, signed(after(FIRST)), signed(trust_list("MO")))
    assert heads_of(trusted) == Heads(1, {"customs-gz": 5}, {"customs-gz/credit": 1}, {"HK": 2, "MO": 1})


@pytest.mark.parametrize("lists", [{}, {"HK": 3}, {"MO": 4}])
def test_an_older_or_missing_list_is_noticed(lists: dict[str, int]):
    (behind,) = Heads(1, {"customs-gz": 2}, {"customs-gz/credit": 3}, lists).behind(SEEN)
    assert behind == f"the trust list of HK was seen at 4, and the database has {lists.get('HK', 'none')}"


def test_of_two_hubs_the_higher_is_kept():
    other = Heads(2, {}, {}, {"HK": 3, "MO": 1})
    assert SEEN.joined(other) == Heads(2, {"customs-gz": 2}, {"customs-gz/credit": 3}, {"HK": 4, "MO": 1})
    assert SEEN.behind(SEEN) == []


def test_they_are_read_as_they_were_written():
    assert parse(SEEN.text()) == SEEN


def test_what_was_written_before_there_were_trust_lists_is_read_and_written_as_ever():
    before = Heads(1, {"customs-gz": 2}, {"customs-gz/credit": 3})
    assert json.loads(before.text()).keys() == {"root", "manifests", "policies"}
    assert parse(before.text()) == before
    assert SEEN.behind(before) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"root": 1, "manifests": {}},
        {"root": 1, "manifests": {}, "lists": {}},
        {"root": 1, "manifests": {}, "policies": {}, "others": {}},
        {"root": 1, "manifests": {}, "policies": {}, "lists": {"HK": "4"}},
        [],
    ],
)
def test_what_holds_no_heads_is_refused(wrong: object):
    with pytest.raises(ValueError, match="head"):
        parse(json.dumps(wrong))
