"""Receipts of records that were written together: signed once for all of them, each proven by a path of its own.

A signature takes longer than all else that a record costs. So it is over the root of a Merkle tree of their leaves
(RFC 9162, section 2.1.1); a receipt leads from its leaf to that, and tells nothing of the other records.
"""

import datetime
from collections.abc import Callable, Sequence
from typing import NamedTuple

import orjson

from baygate.audit import merkle
from baygate.audit.entry import Entry, Place, moment

Sign = Callable[[bytes, datetime.datetime], str]
"""Returns a JWS (compact) of a receipt's type, by the key that signs at a moment (``LogKeys.sign_receipt``)."""


class Receipt(NamedTuple):
    """That a record is in the log: where, its leaf, and the hub's signature (JWS compact), none if it cannot sign.

    ``path`` leads from the leaf to the root that is signed: the hashes one after the other.
    """

    place: Place
    leaf: bytes
    path: bytes = b""
    signed: str | None = None


def signed_together(entries: Sequence[Entry], sign: Sign) -> list[Receipt]:
    """Return the receipts of records that stand one after the other in a shard and are of one moment."""
    root, paths = merkle.with_paths([each.leaf for each in entries])
    first = entries[0]
    said = {
        "log": str(first.place.log),
        "shard": first.place.shard,
        "first": first.place.seq,
        "size": len(entries),
        "root": root.hex(),
        "at": moment(first.at),
    }
    signed = sign(orjson.dumps(said), first.at)
    return [Receipt(each.place, each.leaf, path, signed) for each, path in zip(entries, paths, strict=True)]
