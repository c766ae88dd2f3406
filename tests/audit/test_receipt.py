"""A record is proven from what its owner kept and the root document alone; any altered part refuses it, by its step."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import pytest
from tests.access.signing import root_document
from tests.audit.conftest import signing_key
from tests.audit.kept_log import Kept, fill, jwk, new_log

from baygate.access.documents.root import RootDocument
from baygate.audit import merkle
from baygate.audit.heads import TYP as HEAD_TYPE
from baygate.audit.keys import RECEIPT_TYPE
from baygate.audit.receipt import Evidence, Refuted, Step, evidence, prove, read_evidence, read_header
from baygate.audit.tiles import TreeDamaged
from baygate.storage.embedded import EmbeddedPostgres

SHARD, SEQ, LEAF = 1, 170, 190


@pytest.fixture(scope="module")
def kept(postgres: EmbeddedPostgres) -> Iterator[Kept]:
    with new_log(postgres) as log:
        asyncio.run(fill(log))
        yield log


@pytest.fixture(scope="module")
def proof(kept: Kept) -> Evidence:
    found = asyncio.run(evidence_of(kept, SHARD, SEQ))
    assert found is not None
    return found


async def evidence_of(log: Kept, shard: int, seq: int) -> Evidence | None:
    async with log.connected() as connection:
        return await evidence(connection, shard, seq)


TOGETHER = 5
"""How many records were written together, of which the proven one is the fourth."""


def signed(log: Kept, record: str, /, typ: str = RECEIPT_TYPE, **changes: Any) -> dict[str, str]:
    """Return the path and the signature of a record's receipt."""
    said = orjson.loads(record)
    leaves = [hashlib.sha256(bytes([number])).digest() for number in range(TOGETHER)]
    leaves[3] = hashlib.sha256(b"\x00" + record.encode()).digest()
    top, paths = merkle.with_paths(leaves)
    payload = {name: said[name] for name in ("log", "shard", "at")}
    payload |= {"first": said["seq"] - 3, "size": TOGETHER, "root": top.hex(), **changes}
    return {"path": paths[3].hex(), "jws": log.receipts.sign(typ, orjson.dumps(payload))}


def root(log: Kept, *, heads: dict[str, Any] | None = None, receipts: dict[str, Any] | None = None) -> RootDocument:
    keys = [
        {"use": "heads", "jwk": jwk(log.key), **(heads or {})},
        {"use": "receipts", "jwk": jwk(log.receipts), **(receipts or {})},
    ]
    return RootDocument.model_validate_json(orjson.dumps(root_document(logKeys=keys)))


def header(log: Kept, proof: Evidence, /, **changes: Any) -> str:
    said = orjson.loads(proof.record)
    leaf = hashlib.sha256(b"\x00" + proof.record.encode()).hexdigest()
    members = {"id": f"{SHARD}-{SEQ}", "leaf": leaf, "log": said["log"], **signed(log, proof.record), **changes}
    return ", ".join(f'{name}="{value}"' for name, value in members.items() if value is not None)


def refused(proof: Evidence, certified: RootDocument, **more: Any) -> Refuted:
    with pytest.raises(Refuted) as refuted:
        prove(read_evidence(orjson.dumps(proof.as_json())), certified, **more)
    return refuted.value


def changed(said: str, **changes: Any) -> str:
    return orjson.dumps(orjson.loads(said) | changes).decode()


class TestWhatIsProven:
    def test_who_saw_what_when_and_for_what_purpose(self, kept: Kept, proof: Evidence) -> None:
        given = read_header(header(kept, proof))
        proven = prove(read_evidence(orjson.dumps(proof.as_json())), root(kept), given)
        first, operation, row, *_ = proven.told()
        assert first == (
            "2026-10-05T09:00:00.000000Z: customs-gz (client customs-system, CN-GD) was answered for RISK_ASSESSMENT "
            "(basis Guofa [2016] No. 51, case case-190); status ok."
        )
        assert operation.startswith("    operation Look, digest")
        assert row == "    of samr-gd, about CN-91440101MA5000010A: 1 Enterprise, 3 CreditRating"
        told = list(proven.told())[-1]
        assert told.startswith(f"Record 1-170 is leaf {LEAF} of the log ")
        assert told.endswith("the head of 331 records proves it, signed at 2026-11-05 10:00:00 UTC.")

    def test_every_record_in_the_tree_has_its_proof(self, kept: Kept) -> None:
        places = [(1, 0), (1, 259), (2, 0), (2, 29), (3, 0), (3, 39), (4, 0)]
        found = [asyncio.run(evidence_of(kept, *place)) for place in places]
        proven = [prove(each, root(kept)) for each in found if each is not None]
        assert [(each.said["shard"], each.said["seq"]) for each in proven] == places
        assert [each.signed for each in proven] == [False] * len(places)

    @pytest.mark.parametrize("place", [(3, 41), (1, 9_999), (99, 0)])
    def test_a_record_that_is_not_in_the_tree_has_none(self, kept: Kept, place: tuple[int, int]) -> None:
        assert asyncio.run(evidence_of(kept, *place)) is None

    def test_without_a_signed_receipt_the_head_alone_proves_it(self, kept: Kept, proof: Evidence) -> None:
        told = list(prove(proof, root(kept)).told())
        assert "There is no signed receipt among it; the head proves the record without." in told

    def test_what_was_sent_with_the_answer_belongs_to_it(self, kept: Kept, proof: Evidence) -> None:
        kept_by_client = f"Baygate-Receipt: {header(kept, proof)}"
        assert prove(proof, root(kept), read_header(kept_by_client)).signed
        assert not prove(proof, root(kept), read_header(header(kept, proof, path=None, jws=None))).signed

    def test_a_record_that_was_written_alone_needs_no_path(self, kept: Kept, proof: Evidence) -> None:
        leaf = hashlib.sha256(b"\x00" + proof.record.encode()).hexdigest()
        alone = signed(kept, proof.record, first=SEQ, size=1, root=leaf)
        for path in (None, ""):
            assert prove(proof, root(kept), read_header(header(kept, proof, **alone | {"path": path}))).signed

    def test_the_answer_that_was_kept_is_the_one_that_was_sent(self, kept: Kept, proof: Evidence) -> None:
        assert "The answer that was kept is the one that was sent." in prove(proof, root(kept), body=b"{}").told()

    def test_a_time_stamp_is_kept_as_it_is(self, proof: Evidence) -> None:
        stamped = replace(proof, timestamp=b"\x30\x00")
        assert read_evidence(orjson.dumps(stamped.as_json())) == stamped

    def test_the_first_head_with_a_time_stamp_is_preferred(self, kept: Kept) -> None:
        async def stamped() -> Evidence | None:
            async with kept.connected() as connection:
                transaction = connection.transaction()
                await transaction.start()
                await connection.execute("UPDATE audit_head SET timestamp = 'x' WHERE size IN (290, 330)")
                found = await evidence(connection, SHARD, SEQ)
                await transaction.rollback()
                return found

        found = asyncio.run(stamped())
        assert found is not None
        assert (found.timestamp, prove(found, root(kept)).head.size) == (b"x", 290)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_record SET entry = convert_to(replace(convert_from(entry, 'UTF8'), 'STATISTICS', 'X'), 'UTF8')",
        "UPDATE audit_tile SET hashes = set_byte(hashes, 100, get_byte(hashes, 100) # 1) WHERE level = 0",
        "UPDATE audit_batch SET first = first + 1 WHERE start = 0",
        "UPDATE audit_head SET root = sha256(root)",
    ],
)
def test_from_a_log_that_was_changed_there_are_no_proofs(kept: Kept, change: str) -> None:
    async def run() -> list[Any]:
        async with kept.connected() as connection, undone(connection):
            await connection.execute(change)
            numbers = await connection.fetch("SELECT shard, seq FROM audit_record ORDER BY 1, 2 LIMIT 20")
            found = []
            for shard, seq in numbers:
                try:
                    found.append(await evidence(connection, shard, seq))
                except TreeDamaged as damaged:
                    found.append(damaged.advice)
            return found

    assert "Run: baygate audit verify" in asyncio.run(run())


@contextlib.asynccontextmanager
async def undone(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Take back whatever is done within."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


class TestRefused:
    @pytest.mark.parametrize(
        "text",
        [b"", b"[]", b"{}", b'{"record":"","record":""}', b"\xff"],
    )
    def test_what_is_no_evidence(self, text: bytes) -> None:
        with pytest.raises(Refuted, match=r"^form: "):
            read_evidence(text)

    @pytest.mark.parametrize(
        "changes",
        [{"more": 1}, {"index": True}, {"index": "7"}, {"path": ["00"]}, {"path": ["00" * 32] * 65}, {"path": 7},
         {"record": None}, {"head": None}, {"timestamp": "?"}, {"timestamp": 7}],
    )  # fmt: skip
    def test_evidence_of_another_form(self, proof: Evidence, changes: dict[str, Any]) -> None:
        with pytest.raises(Refuted, match=r"^form: "):
            read_evidence(orjson.dumps(proof.as_json() | changes))

    @pytest.mark.parametrize("record", ["", "{}", "[]", '{"v":1}', '{"v":2,"log":"","shard":1,"seq":1,"at":""}'])
    def test_what_is_no_record(self, kept: Kept, proof: Evidence, record: str) -> None:
        assert refused(replace(proof, record=record), root(kept)).step is Step.RECORD

    @pytest.mark.parametrize("name", ["purpose", "at", "seq", "log", "rows", "body"])
    def test_a_record_that_says_something_else(self, kept: Kept, proof: Evidence, name: str) -> None:
        other = {"seq": 3, "rows": {}}.get(name, "2026-11-05T10:00:00.000000Z")
        altered = replace(proof, record=changed(proof.record, **{name: other}))
        assert refused(altered, root(kept), header=read_header(header(kept, proof))).step is Step.RECEIPT
        step = Step.HEAD if name == "log" else Step.INCLUSION
        assert refused(altered, root(kept)).step is step

    @pytest.mark.parametrize(
        "changes",
        [{"log": "7"}, {"shard": 2}, {"shard": True}, {"shard": 1.0}, {"at": "2026-11-05T10:00:00.000000Z"},
         {"typ": HEAD_TYPE}, {"root": "00" * 32}, {"root": None}, {"root": "zz"}, {"first": SEQ - 2},
         {"first": SEQ + 1}, {"first": "167"}, {"first": None}, {"size": 3}, {"size": 9}, {"size": 2**62},
         {"size": None}],
    )  # fmt: skip
    def test_a_receipt_of_other_records(self, kept: Kept, proof: Evidence, changes: dict[str, Any]) -> None:
        given = read_header(header(kept, proof, **signed(kept, proof.record, **changes)))
        assert refused(proof, root(kept), header=given).step is Step.RECEIPT

    def test_a_receipt_with_the_path_of_another_record(self, kept: Kept, proof: Evidence) -> None:
        path = signed(kept, proof.record)["path"]
        for other in (path[:-64], path + "00" * 32, path[64:] + path[:64], "", "00", path.upper(), "00" * 32 * 65):
            given = read_header(header(kept, proof, path=other))
            assert refused(proof, root(kept), header=given).step is Step.RECEIPT

    def test_a_receipt_by_a_key_for_something_else(self, kept: Kept, proof: Evidence) -> None:
        given = read_header(header(replace(kept, receipts=kept.key), proof))
        assert refused(proof, root(kept), header=given).step is Step.RECEIPT

    @pytest.mark.parametrize(
        "text",
        ["", "nonsense", 'id="1-170"', 'id="1-170",', "id=1", 'id="1-170" leaf="00"', 'id="1-170";x=1'],
    )
    def test_a_header_that_is_none(self, kept: Kept, proof: Evidence, text: str) -> None:
        with pytest.raises(Refuted, match=r"^receipt: "):
            prove(proof, root(kept), read_header(text))

    @pytest.mark.parametrize("changes", [{"id": "1-3"}, {"leaf": "00" * 32}, {"log": "7"}, {"jws": "a.b.c"}])
    def test_a_header_of_another_answer(self, kept: Kept, proof: Evidence, changes: dict[str, str]) -> None:
        given = read_header(header(kept, proof, **changes))
        assert refused(proof, root(kept), header=given).step is Step.RECEIPT

    def test_a_head_that_nobody_certified(self, kept: Kept, proof: Evidence) -> None:
        stranger = replace(kept, key=signing_key())
        assert refused(proof, root(stranger)).step is Step.HEAD

    def test_a_head_of_a_time_at_which_its_key_did_not_count(self, kept: Kept, proof: Evidence) -> None:
        assert refused(proof, root(kept, heads={"notAfter": "2026-11-05T09:59:59Z"})).step is Step.HEAD
        assert prove(proof, root(kept, heads={"notAfter": "2026-11-05T10:00:00Z"}))

    def test_a_receipt_of_a_time_at_which_its_key_did_not_count(self, kept: Kept, proof: Evidence) -> None:
        given, later = read_header(header(kept, proof)), {"notBefore": "2026-10-05T09:00:01Z"}
        assert refused(proof, root(kept, receipts=later), header=given).step is Step.RECEIPT
        assert prove(proof, root(kept, receipts={"notBefore": "2026-10-05T09:00:00Z"}), given).signed

    @pytest.mark.parametrize("index", [-1, 0, LEAF + 1, 331, 2**70])
    def test_another_index(self, kept: Kept, proof: Evidence, index: int) -> None:
        with pytest.raises(Refuted, match=r"^inclusion: "):
            prove(replace(proof, index=index), root(kept))

    def test_a_path_that_leads_elsewhere(self, kept: Kept, proof: Evidence) -> None:
        for path in (proof.path[:-1], (*proof.path, bytes(32)), (bytes(32), *proof.path[1:]), proof.path[::-1]):
            assert refused(replace(proof, path=path), root(kept)).step is Step.INCLUSION

    def test_another_answer(self, kept: Kept, proof: Evidence) -> None:
        assert refused(proof, root(kept), body=b"{ }").step is Step.BODY

    def test_an_answer_with_a_salt_that_is_none(self, kept: Kept, proof: Evidence) -> None:
        given = read_header(header(kept, proof, salt="zz"))
        assert refused(proof, root(kept), header=given, body=b"{}").step is Step.BODY
