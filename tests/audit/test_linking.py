"""A record is what its place demands, even where all its hashes were made to fit."""

import datetime
import uuid
from dataclasses import replace
from typing import Any

import orjson
import pytest
from tests.audit.kept_log import HOUR, NOVEMBER

from baygate.audit.entry import Opening, Place, entry, genesis, moment
from baygate.audit.linking import Chain, Row, check
from baygate.audit.merkle import leaf_hash

LOG, SHARD, PERIOD = uuid.UUID(int=7), 12, datetime.date(2026, 11, 1)
OPENING = Opening(LOG, SHARD, PERIOD, NOVEMBER, "tests")
BEFORE = bytes(range(32))


def chain(**changes: Any) -> Chain:
    """A shard of which five records were walked."""
    return replace(Chain(PERIOD, 9, BEFORE, moment(NOVEMBER), 5), **changes)


def row(at: datetime.datetime = NOVEMBER, before: bytes = BEFORE, /, **said: Any) -> Row:
    """The sixth record; what ``said`` changes it says itself, and its hash is made of that."""
    made = entry(Place(LOG, SHARD, 5), before, at, {"client": "customs-system"})
    content = orjson.dumps(orjson.loads(made.content) | said)
    return Row(PERIOD, SHARD, 5, at, content, leaf_hash(content))


def wrong(row: Row, walked: Chain | None = None, in_tree: bytes | None = b"") -> list[str]:
    return check(str(LOG), walked or chain(), row, row.leaf if in_tree == b"" else in_tree)[1]


def test_a_record_in_its_place_is_right_in_the_tree_and_before() -> None:
    assert wrong(row()) == wrong(row(), in_tree=None) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"v": 2}, "it says v 2, and stands where 1 has to"),
        ({"log": str(uuid.UUID(int=8))}, "it says log"),
        ({"shard": 13}, "it says shard 13, and stands where 12 has to"),
        ({"seq": 6}, "it says seq 6, and stands where 5 has to"),
        ({"prev": "00" * 32}, "it does not follow record 12-4, which it has to by its prev"),
        ({"at": "2026-11-05T09:00:00Z"}, "it says that it is of 2026-11-05T09:00:00Z, and its column at"),
        ({"at": None}, "it says that it is of None"),
        ({"kind": "wish"}, "it is of a kind 'wish' that there is not"),
    ],
)
def test_what_it_says_of_its_place_is_its_place(said: dict[str, Any], told: str) -> None:
    (finding,) = wrong(row(**said))
    assert finding.startswith(told)


def test_the_first_of_a_shard_follows_the_shards_beginning() -> None:
    made = entry(Place(LOG, SHARD, 0), genesis(OPENING), NOVEMBER, {})
    first = Row(PERIOD, SHARD, 0, NOVEMBER, made.content, made.leaf)
    assert wrong(first, chain(leaf=genesis(OPENING), next=0)) == []
    (finding,) = wrong(first, chain(leaf=genesis(replace(OPENING, shard=SHARD + 1)), next=0))
    assert finding == "it does not follow the beginning of its shard, which it has to by its prev"


def test_time_does_not_go_back_in_a_shard() -> None:
    (finding,) = wrong(row(NOVEMBER - HOUR))
    assert finding.endswith("and what came before it of 2026-11-05T09:00:00.000000Z: time went back")


def test_the_month_is_the_shards_and_that_of_its_time() -> None:
    (finding,) = wrong(row(), chain(period=datetime.date(2026, 10, 1)))
    assert finding == "it stands under the month 2026-11-01, and its shard is of 2026-10-01"
    (finding,) = wrong(row(NOVEMBER + 700 * HOUR))
    assert finding == "it is of 2026-12-04T13:00:00.000000Z, and stands under the month 2026-11-01"


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"7"])
def test_what_is_no_object_is_no_record(content: bytes) -> None:
    assert wrong(row()._replace(entry=content)) == ["its content is no JSON object: it was altered"]


def test_of_three_hashes_the_one_that_was_altered_is_told() -> None:
    right = row()
    assert wrong(right._replace(leaf=BEFORE), in_tree=right.leaf) == [
        "its column leaf is not the hash of its content: the column was altered"
    ]
    assert wrong(right, in_tree=BEFORE) == [
        "the tree has another hash at its place: either it was replaced, or the tile was altered"
    ]
    other = row(client="somebody")
    assert wrong(right._replace(entry=other.entry), in_tree=right.leaf) == [
        "its content is not what its hashes were made of: it was altered"
    ]


def test_what_follows_is_held_against_what_was_there_before() -> None:
    walked, right = chain(), row()
    altered = right._replace(entry=row(client="somebody").entry)
    checked, _ = check(str(LOG), walked, altered, right.leaf)
    assert checked.leaf == walked.leaf == right.leaf
    assert walked.next == 6
