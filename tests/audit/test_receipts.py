"""What is written together is signed once, and each receipt proves its own record."""

import datetime
import uuid
from collections.abc import Sequence

import orjson
import pytest

from baygate.audit.entry import Entry, Place, entry
from baygate.audit.merkle import LENGTH, verify_inclusion
from baygate.audit.receipts import Receipt, signed_together

LOG = uuid.UUID(int=7)
AT = datetime.datetime(2026, 11, 5, 10, tzinfo=datetime.UTC)


def written(count: int) -> list[Entry]:
    return [entry(Place(LOG, 3, 40 + number), b"", AT, {"name": str(number)}) for number in range(count)]


def receipts(entries: Sequence[Entry]) -> tuple[list[Receipt], list[dict[str, object]]]:
    """Return the receipts, and what was signed."""
    said: list[dict[str, object]] = []

    def sign(payload: bytes, at: datetime.datetime) -> str:
        assert at == AT, "the key of that moment signs"
        said.append(orjson.loads(payload))
        return f"signature {len(said)}"

    return signed_together(entries, sign), said


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 256])
def test_one_signature_is_for_all_that_was_written_together(count: int) -> None:
    entries = written(count)
    given, (said,) = receipts(entries)
    assert [each.signed for each in given] == ["signature 1"] * count
    root = said.pop("root")
    assert said == {"log": str(LOG), "shard": 3, "first": 40, "size": count, "at": "2026-11-05T10:00:00.000000Z"}
    for index, (each, receipt) in enumerate(zip(entries, given, strict=True)):
        assert (receipt.place, receipt.leaf) == (each.place, each.leaf)
        path = [receipt.path[start : start + LENGTH] for start in range(0, len(receipt.path), LENGTH)]
        assert verify_inclusion(index, count, receipt.leaf, path, bytes.fromhex(str(root)))


def test_what_was_written_alone_is_its_own_root() -> None:
    (alone,) = written(1)
    (receipt,), (said,) = receipts([alone])
    assert (receipt.path, said["root"]) == (b"", alone.leaf.hex())
