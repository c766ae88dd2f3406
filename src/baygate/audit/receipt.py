"""Whether a record is in the log, from what its owner keeps and the root document alone: no hub, no database.

Rules, in the order in which they are applied; the first that fails refuses the whole, and is named (``Step``):

1. The evidence is a JSON object of known members.
2. The record is the JSON object of a record; its leaf is the hash of its text, to the byte.
3. The receipt that the client was sent with the answer, if he gives it, is for this record: what was signed is over
   the records of a transaction that this one is among, its path leads from the record's leaf to their root, and the key
   is one that the root document certifies for receipts at their time.
4. The head was signed with a key that the root document certifies for heads at its time, and is of the record's log.
5. The path leads from the leaf, at its index, to the head's root (RFC 9162, section 2.1.3.2).
6. What the client was answered has the digest that the record says, if he gives it.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import asyncpg
import orjson

from baygate.access.documents.root import RootDocument
from baygate.access.jose import BadToken, parsed
from baygate.audit import merkle, tiles
from baygate.audit.entry import salted
from baygate.audit.heads import BadHead, Head
from baygate.audit.heads_held import CertifiedHeads
from baygate.audit.keys import HEADS, RECEIPT_TYPE, RECEIPTS, Unproven, proven
from baygate.audit.proofs import index_of
from baygate.audit.tiles import TreeDamaged

_MEMBERS = {"record", "index", "path", "head", "timestamp"}
_LONGEST_PATH = 64
_PATH = re.compile(rf"([0-9a-f]{{64}}){{0,{_LONGEST_PATH}}}")
_HASH = re.compile(r"[0-9a-f]{64}")
_DICTIONARY = re.compile(r'([a-z*][a-z0-9_.*-]*)="([^"\\]*)"')
_SEPARATOR = re.compile(r"[ \t]*,[ \t]*")
_HEADER = "baygate-receipt:"

_RECORD = """
SELECT r.entry FROM audit_shard s JOIN audit_record r ON r.period = s.period AND r.shard = s.shard AND r.seq = $2
WHERE s.shard = $1
"""
_STAMPED = """
SELECT * FROM (SELECT size, root, signed, "timestamp" FROM audit_head WHERE size > $1 ORDER BY size LIMIT 1000) h
WHERE "timestamp" IS NOT NULL ORDER BY size LIMIT 1
"""
_NEWEST = 'SELECT size, root, signed, "timestamp" FROM audit_head WHERE size > $1 ORDER BY size DESC LIMIT 1'


class Step(StrEnum):
    """The steps by which evidence is verified, in their order."""

    FORM = "form"
    RECORD = "record"
    RECEIPT = "receipt"
    HEAD = "head"
    INCLUSION = "inclusion"
    BODY = "body"


class Refuted(Exception):
    """Evidence that proves nothing; ``step`` is the one that failed."""

    def __init__(self, step: Step, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


@dataclass(frozen=True)
class Evidence:
    """All that proves a record to somebody who has the root document."""

    record: str
    index: int
    path: tuple[bytes, ...]
    head: str
    timestamp: bytes | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as the owner of the record gets and keeps it."""
        return {
            "record": self.record,
            "index": self.index,
            "path": [each.hex() for each in self.path],
            "head": self.head,
            "timestamp": base64.b64encode(self.timestamp).decode() if self.timestamp else None,
        }


@dataclass(frozen=True)
class Proven:
    """What was proven: what the record says, and by which head."""

    said: Mapping[str, Any]
    index: int
    head: Head
    signed: bool
    """Whether the hub's signature on the receipt was among it."""
    answered: bool
    """Whether the answer that the client kept was."""
    leaf: bytes = field(repr=False)

    def told(self) -> Iterator[str]:
        """Yield in words who saw what, when, for what purpose, and what proves it."""
        yield from told_of(self.said)
        yield (
            f"Record {self.said['shard']}-{self.said['seq']} is leaf {self.index} of the log {self.said['log']}: the "
            f"head of {self.head.size} records proves it, signed at {self.head.at:%Y-%m-%d %H:%M:%S} UTC."
        )
        if not self.signed:
            yield "There is no signed receipt among it; the head proves the record without."
        if self.answered:
            yield "The answer that was kept is the one that was sent."


async def evidence(connection: asyncpg.Connection, shard: int, seq: int) -> Evidence | None:
    """Return what proves a record; None if it is not there, or under no signed head yet.

    Raise TreeDamaged if it does not lead to its head: given out, that would look like its owner's fault. The head is
    the first with a time stamp, if there is one soon after the record, else the newest.
    """
    record = await connection.fetchval(_RECORD, shard, seq)
    index = await index_of(connection, shard, seq)
    if record is None or index is None:
        return None
    head = await connection.fetchrow(_STAMPED, index) or await connection.fetchrow(_NEWEST, index)
    if head is None:
        return None
    path = await tiles.computed(connection, lambda hashes: merkle.inclusion_path(index, head["size"], hashes))
    if not merkle.verify_inclusion(index, head["size"], merkle.leaf_hash(record), path, head["root"]):
        raise TreeDamaged(
            f"Record {shard}-{seq} does not lead to the audit log's head of {head['size']} records.",
            "Run: baygate audit verify",
        )
    return Evidence(record.decode(), index, tuple(path), head["signed"], head["timestamp"])


def read_evidence(text: bytes) -> Evidence:
    """Read evidence that was kept; raise Refuted."""
    try:
        said = parsed(text)
    except BadToken as error:
        raise Refuted(Step.FORM, str(error)) from error
    path, timestamp = said.get("path"), said.get("timestamp")
    well_formed = (
        said.keys() == _MEMBERS
        and isinstance(said["record"], str)
        and type(said["index"]) is int
        and isinstance(path, list)
        and len(path) <= _LONGEST_PATH
        and all(isinstance(each, str) and _HASH.fullmatch(each) for each in path)
        and isinstance(said["head"], str)
        and isinstance(timestamp, str | None)
    )
    if not well_formed or not isinstance(path, list):
        raise Refuted(Step.FORM, f"it is not what the hub gives: {', '.join(sorted(_MEMBERS))}, and nothing else")
    try:
        stamp = base64.b64decode(timestamp, validate=True) if timestamp else None
    except binascii.Error as error:
        raise Refuted(Step.FORM, "its time stamp is not base64") from error
    hashes = tuple(bytes.fromhex(each) for each in path)
    return Evidence(said["record"], said["index"], hashes, said["head"], stamp)


def read_header(text: str) -> Mapping[str, str]:
    """Read what the client was sent with the answer, ``Baygate-Receipt`` (RFC 9651, section 3.2); raise Refuted."""
    rest = text.strip()
    if rest.lower().startswith(_HEADER):
        rest = rest[len(_HEADER) :].strip()
    members: dict[str, str] = {}
    while rest:
        found = _DICTIONARY.match(rest)
        if found is None:
            raise Refuted(Step.RECEIPT, "what was sent with the answer is no Baygate-Receipt")
        members[found[1]] = found[2]
        rest = rest[found.end() :]
        separator = _SEPARATOR.match(rest)
        if rest and (separator is None or separator.end() == len(rest)):
            raise Refuted(Step.RECEIPT, "what was sent with the answer is no Baygate-Receipt")
        rest = rest[separator.end() :] if separator else ""
    return members


def prove(
    evidence: Evidence, root: RootDocument, header: Mapping[str, str] | None = None, body: bytes | None = None
) -> Proven:
    """Return what evidence proves; raise Refuted. ``header`` and ``body`` are what the client kept of the answer."""
    record = evidence.record.encode(errors="replace")
    said, leaf = _record(record), merkle.leaf_hash(record)
    signed = (header or {}).get("jws")
    if header is not None:
        _check_header(header, said, leaf)
        if signed is not None:
            _check_signed(signed, _path(header), root, said, leaf)
    try:
        head = CertifiedHeads(root.log_keys(HEADS)).read(evidence.head)
    except BadHead as error:
        raise Refuted(Step.HEAD, str(error)) from error
    if str(head.log) != said["log"]:
        raise Refuted(Step.HEAD, f"it is of the log {head.log}, and the record of {said['log']}")
    if not merkle.verify_inclusion(evidence.index, head.size, leaf, evidence.path, head.root):
        raise Refuted(Step.INCLUSION, f"the path does not lead from leaf {evidence.index} to the root of the head")
    if body is not None and said.get("body") is None:
        raise Refuted(Step.BODY, "the record has no digest of what was sent: it was written before that was")
    if body is not None and salted(_salt(header or {}), body) != said.get("body"):
        raise Refuted(
            Step.BODY,
            "the answer is not the one that the record was written for, or the salt of its digest is not given, which "
            "is in Baygate-Receipt",
        )
    return Proven(said, evidence.index, head, signed is not None, body is not None, leaf)


def _salt(header: Mapping[str, str]) -> bytes:
    try:
        return bytes.fromhex(header.get("salt", ""))
    except ValueError:
        raise Refuted(Step.BODY, "the salt in what was sent with the answer is none") from None


def told_of(said: Mapping[str, Any]) -> Iterator[str]:
    """Yield in words what a record says: who saw what, when, for what purpose."""
    if "kind" in said:
        yield f"{said['at']}: an operator stated ({said['kind']}): {orjson.dumps(said.get('said')).decode()}"
        return
    who = [str(said[name]) for name in ("agency", "party") if said.get(name)]
    client = f"{', '.join(who) or 'somebody of no agency'} (client {said.get('client')}, {said.get('jurisdiction')})"
    yield f"{said['at']}: {client} was answered for {said.get('purpose')}{_why(said)}; status {said.get('status')}."
    yield f"    operation {said.get('name') or '(no name)'}, digest {said.get('operation')}"
    for provider, subjects in said.get("rows", {}).items():
        for subject, types in subjects.items():
            what = ", ".join(f"{count} {name}" for name, count in types.items())
            yield f"    of {provider}, about {subject or 'no party'}: {what}"
    if said.get("decisions"):
        yield f"    what was decided of each field: SHA-256 {said['decisions']}; policies {said.get('policies')}"


def _why(said: Mapping[str, Any]) -> str:
    reasons = [f"{name} {said[name]}" for name in ("basis", "case") if said.get(name)]
    return f" ({', '.join(reasons)})" if reasons else ""


def _record(record: bytes) -> Mapping[str, Any]:
    try:
        said = parsed(record)
    except BadToken as error:
        raise Refuted(Step.RECORD, str(error)) from error
    numbers = type(said.get("shard")) is int and type(said.get("seq")) is int
    if said.get("v") != 1 or not numbers or not all(isinstance(said.get(name), str) for name in ("log", "at")):
        raise Refuted(Step.RECORD, "it is no record of a log: it does not say its log, shard, number and time")
    if not isinstance(said.get("rows", {}), dict):
        raise Refuted(Step.RECORD, "it does not say whose rows it tells of as a record does")
    return said


def _path(header: Mapping[str, str]) -> list[bytes]:
    """Return the hashes that lead from a record to what was signed."""
    text = header.get("path", "")
    if _PATH.fullmatch(text) is None:
        raise Refuted(Step.RECEIPT, "the path in what was sent with the answer is none")
    hashes = bytes.fromhex(text)
    return [hashes[start : start + merkle.LENGTH] for start in range(0, len(hashes), merkle.LENGTH)]


def _check_signed(signed: str, path: Sequence[bytes], root: RootDocument, said: Mapping[str, Any], leaf: bytes) -> None:
    """Hold what was signed for the records of a transaction against one of them."""
    try:
        receipt = proven(signed, RECEIPT_TYPE, root.log_keys(RECEIPTS))
    except Unproven as error:
        raise Refuted(Step.RECEIPT, str(error)) from error
    for name in ("log", "shard", "at"):
        if receipt.get(name) != said[name] or type(receipt[name]) is not type(said[name]):
            raise Refuted(Step.RECEIPT, f"it says {name} {receipt.get(name)}, and the record {said[name]}")
    first, size, seq = receipt.get("first"), receipt.get("size"), said["seq"]
    if type(first) is not int or type(size) is not int or not first <= seq < first + size:
        raise Refuted(Step.RECEIPT, f"it is for {size} records of its shard from {first} on, and this is {seq}")
    try:
        signed_root = bytes.fromhex(str(receipt.get("root")))
    except ValueError:
        signed_root = b""
    if not merkle.verify_inclusion(seq - first, size, leaf, path, signed_root):
        raise Refuted(Step.RECEIPT, "its path does not lead from this record to what was signed")


def _check_header(header: Mapping[str, str], said: Mapping[str, Any], leaf: bytes) -> None:
    for name, value in {"log": said["log"], "id": _id(said), "leaf": leaf.hex()}.items():
        if header.get(name) != value:
            told = f"what was sent with the answer says {name} {header.get(name)}, and the record {value}"
            raise Refuted(Step.RECEIPT, told)


def _id(said: Mapping[str, Any]) -> str:
    return f"{said['shard']}-{said['seq']}"
