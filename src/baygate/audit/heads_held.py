"""Whether signed heads hold for the tree that there is: those of the database, and those that were kept outside it.

1. A head's columns say what its signature is over, and a key that the root document certifies for that time made it.
2. Its root is the root of so many records. Times of heads do not go back as they grow.
3. A head that was kept outside is held against the same tree: a log that is shorter lost its tail or is an older copy,
   one with another root was rewritten. An operator's statement overrules those from before it, if what he accepted is
   the log that there is.
4. A time stamp on a head is on that one. Whose it is, and of when, whoever has the authority's certificate can see.
"""

import contextlib
import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from asn1crypto import cms, tsp

from baygate.access import jose
from baygate.access.documents.root import LogKey
from baygate.audit.finding import Findings
from baygate.audit.heads import BadHead, Head, read_head
from baygate.audit.merkle import EMPTY_ROOT


@dataclass(frozen=True)
class Kept:
    """A head that was kept outside the database; ``name`` says where."""

    name: str
    head: Head


class CertifiedHeads:
    """Reads heads by the keys that the root document certifies."""

    def __init__(self, certified: Mapping[str, LogKey]) -> None:
        self._certified = certified
        self._keys = {kid: each.public for kid, each in certified.items()}

    def read(self, text: str) -> Head:
        """Return a head that is proven; raise BadHead."""
        head = read_head(text, self._keys)
        key = self._certified[jose.read(text.encode()).header["kid"]]
        if not key.holds(head.at):
            raise BadHead(f"its key {key.kid} did not count at the time that it names")
        return head


@dataclass(frozen=True)
class HeadRow:
    """A head as it is stored."""

    size: int
    root: bytes
    at: datetime.datetime
    signed: str
    timestamp: bytes | None


@dataclass(frozen=True)
class Accepted:
    """An operator's statement: the log was right that had this head (the signed one, "" for none) at that time."""

    head: str
    at: datetime.datetime


class HeadsHeld:
    """Holds heads against the roots of a walk, in the order of their sizes."""

    def __init__(self, log: uuid.UUID, certified: Mapping[str, LogKey], found: Findings) -> None:
        self._log = log
        self._heads = CertifiedHeads(certified)
        self._found = found
        self._last: datetime.datetime | None = None
        self.count = 0
        self.newest = 0

    def check(self, row: HeadRow, root: bytes | None) -> None:
        """Hold a stored head against the tree's root at its size; None if the tree is not as large."""
        where = f"the head of {row.size} records"
        try:
            head = self._heads.read(row.signed)
        except BadHead as error:
            self._found.add(where, f"it is not proven: {error}", _leaf(row.size))
            return
        if (head.log, head.size, head.root, head.at) != (self._log, row.size, row.root, row.at):
            self._found.add(where, "its columns are not what was signed", _leaf(row.size))
            return
        if root is None:
            self._found.add(where, "the log is shorter: its tail was cut off", _leaf(row.size))
        elif head.root != root:
            self._found.add(where, "what it was signed for is not what the log holds", _leaf(row.size))
        elif self._last is not None and head.at < self._last:
            self._found.add(where, f"it is of {head.at}, before a smaller one", _leaf(row.size))
        if row.timestamp is not None and not _stamped(row.timestamp, row.signed):
            self._found.add(where, "its time stamp is not on it", _leaf(row.size))
        self._last, self.count, self.newest = head.at, self.count + 1, head.size

    def sizes(self, texts: Iterable[str]) -> set[int]:
        """Return of which sizes these heads are, as far as they are proven."""
        sizes = set()
        for text in texts:
            with contextlib.suppress(BadHead):
                sizes.add(self._heads.read(text).size)
        return sizes

    def outside(
        self, kept: Sequence[Kept], roots: Mapping[int, bytes], size: int, accepted: Sequence[Accepted]
    ) -> list[str]:
        """Hold heads that were kept outside against the tree; return notes on those that an operator overruled."""
        notes = []
        by = [each.at for each in accepted if self._is_of_this(each.head, roots)]
        for each in kept:
            told = self._against(each.head, roots, size)
            if told is None:
                continue
            if any(at > each.head.at for at in by):
                notes.append(f"{each.name}: {told}; an operator accepted that")
            else:
                self._found.add(each.name, told, min(_leaf(each.head.size), size))
        return notes

    def _is_of_this(self, text: str, roots: Mapping[int, bytes]) -> bool:
        """Whether the log that there is has a head, or goes on from it."""
        with contextlib.suppress(BadHead):
            head = self._heads.read(text) if text else None
            return head is None or (head.log == self._log and roots.get(head.size) == head.root)
        return False

    def _against(self, head: Head, roots: Mapping[int, bytes], size: int) -> str | None:
        seen = f"a head of {head.size} records was signed at {head.at:%Y-%m-%d %H:%M:%S} UTC"
        if head.log != self._log:
            return f"it is the head of another log, {head.log}; this one is {self._log}: another database was put here"
        if head.size > size:
            lost = head.size - size
            older = "its tail was cut off" if self.newest > size else "its tail was cut off, or an older copy restored"
            return f"the log has {size} records, and {seen}: {lost} are lost, {older}"
        root = roots.get(head.size, EMPTY_ROOT if head.size == 0 else None)
        if head.root != root:
            return f"{seen}, and the log does not hold these records: its history was rewritten"
        return None


def _stamped(token: bytes, head: str) -> bool:
    """Whether a time-stamp token is on a head: its message imprint is the head's digest (RFC 3161, section 2.4.2)."""
    try:
        signed = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"]
        imprint = tsp.TSTInfo.load(bytes(signed))["message_imprint"]["hashed_message"].native
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return bool(imprint == sha256(head.encode()).digest())


def _leaf(size: int) -> int:
    """Return the leaf with which a head of a size ends."""
    return max(size - 1, 0)
