"""``baygate audit``: whether the log is whole, what it proves, what it tells, and how long it is kept."""

import asyncio
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyarrow import parquet
from tests.access.signing import root_document, signed
from tests.audit.kept_log import Kept, fill, jwk, new_log
from tests.command_line import Done, baygate

from baygate.audit.receipt import evidence
from baygate.oauth.signing import SigningKeys, create
from baygate.storage.embedded import EmbeddedPostgres

Audit = Callable[..., Done]
ALWAYS = "20200101T000000Z.pem"


@pytest.fixture(scope="module")
def filled(postgres: EmbeddedPostgres) -> Iterator[Kept]:
    with new_log(postgres) as log:
        asyncio.run(fill(log))
        yield log


@pytest.fixture
def kept(postgres: EmbeddedPostgres, filled: Kept) -> Iterator[Kept]:
    with new_log(postgres, filled) as log:
        yield log


@pytest.fixture
def audit(kept: Kept, tmp_path: Path) -> Audit:
    """The command line on a log, with the keys and the root document that belong to it."""
    for name, key in (("audit-heads", kept.key), ("audit-receipts", kept.receipts)):
        directory = tmp_path / "keys" / name
        directory.mkdir(parents=True)
        (directory / ALWAYS).write_bytes(key.private.as_pem(private=True))
        (directory / ALWAYS).chmod(0o600)
    keys = [{"use": "heads", "jwk": jwk(kept.key)}, {"use": "receipts", "jwk": jwk(kept.receipts)}]
    (tmp_path / "root.jws").write_bytes(signed(root_document(logKeys=keys)))
    environment = {
        "BAYGATE_POLICIES__ROOT": "root.jws",
        "BAYGATE_DATABASE__DSN": kept.dsn,
        "BAYGATE_KEYS": "keys",
        "BAYGATE_AUDIT__HEAD": "audit-head.json",
    }
    return lambda *arguments, **more: baygate("audit", *arguments, directory=tmp_path, **{**environment, **more})


def well(done: Done) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def execute(log: Kept, statement: str) -> Any:
    async def run() -> Any:
        async with log.connected() as connection:
            return await connection.fetch(statement)

    return asyncio.run(run())


class TestVerify:
    def test_a_whole_log_takes_one_line(self, audit: Audit) -> None:
        told = well(audit("verify"))
        assert told.startswith(
            "Verified: 331 records, from 2026-10-05 09:00:00 UTC to 2026-11-05 10:00:00 UTC; 5 signed"
        )
        assert len(told.splitlines()) == 1

    def test_a_broken_one_is_told_by_its_first_broken_record(self, audit: Audit, kept: Kept) -> None:
        execute(kept, "UPDATE audit_record SET leaf = sha256('') WHERE shard = 1 AND seq = 3")
        done = audit("verify")
        assert done.returncode == 1
        assert done.stdout.startswith("The first that is wrong: record 1-3 (leaf 3): its column leaf is not the hash")
        assert "The audit log does not verify." in done.stderr

    def test_the_head_that_this_machine_keeps_is_held_against_it(
        self, audit: Audit, kept: Kept, tmp_path: Path
    ) -> None:
        head = execute(kept, "SELECT signed FROM audit_head WHERE size = 331")[0][0]
        (tmp_path / "audit-head.json").write_text(json.dumps({"head": head}))
        well(audit("verify"))
        execute(kept, "UPDATE audit_log SET log = gen_random_uuid()")
        assert "another database was put here" not in audit("verify", BAYGATE_AUDIT__HEAD="no.json").stdout
        assert audit("verify").returncode == 1

    def test_a_head_that_was_kept_elsewhere_tells_what_is_lost(self, audit: Audit, kept: Kept, tmp_path: Path) -> None:
        well(audit("heads", "--write", "head.jws"))
        well(audit("verify", "--head", "head.jws"))
        execute(kept, "DELETE FROM audit_head WHERE size > 330")
        execute(kept, "DELETE FROM audit_batch WHERE start = 330")
        execute(kept, "DELETE FROM audit_record WHERE shard = 4")
        execute(kept, "DELETE FROM audit_shard WHERE shard = 4")
        execute(kept, "DELETE FROM audit_override")
        execute(kept, "UPDATE audit_tile SET hashes = substr(hashes, 1, 74 * 32) WHERE level = 0 AND tile = 1")
        execute(kept, "UPDATE audit_log SET size = 330")
        well(audit("verify"))
        done = audit("verify", "--head", "head.jws")
        assert done.returncode == 1
        assert "the head in head.jws (leaf 330): the log has 330 records, and a head of 331" in done.stdout

    @pytest.mark.parametrize("text", ["", "{}", "a.b.c", '{"head": 7}'])
    def test_a_file_that_holds_no_head_is_refused(self, audit: Audit, tmp_path: Path, text: str) -> None:
        (tmp_path / "head.jws").write_text(text)
        assert "holds no head of a log that could be trusted" in audit("verify", "--head", "head.jws").stderr

    def test_a_root_document_without_keys_of_the_log_proves_nothing(self, audit: Audit, tmp_path: Path) -> None:
        (tmp_path / "root.jws").write_bytes(signed(root_document(logKeys=[])))
        done = audit("verify")
        assert done.returncode == 1
        assert "certifies no key that heads of the log are signed with" in done.stderr


class TestVerifyReceipt:
    @pytest.fixture
    def proof(self, kept: Kept, tmp_path: Path) -> dict[str, Any]:
        async def run() -> dict[str, Any]:
            async with kept.connected() as connection:
                found = await evidence(connection, 1, 170)
                assert found is not None
                return found.as_json()

        proof = asyncio.run(run())
        (tmp_path / "proof.json").write_bytes(orjson.dumps(proof))
        return proof

    def test_it_says_who_saw_what_without_a_database(self, audit: Audit, proof: dict[str, Any]) -> None:
        told = well(audit("verify-receipt", "proof.json", BAYGATE_DATABASE__DSN="postgresql://nobody@127.0.0.1:1/none"))
        assert "was answered for RISK_ASSESSMENT (basis Guofa [2016] No. 51, case case-190)" in told
        assert "Record 1-170 is leaf 190 of the log" in told

    def test_what_came_with_the_answer_and_the_answer_itself_are_held_against_it(
        self, audit: Audit, kept: Kept, proof: dict[str, Any], tmp_path: Path
    ) -> None:
        record = orjson.loads(proof["record"])
        leaf = hashlib.sha256(b"\x00" + proof["record"].encode()).hexdigest()
        payload = {name: record[name] for name in ("log", "shard", "at")} | {"first": 170, "size": 1, "root": leaf}
        jws = kept.receipts.sign("baygate-receipt+jwt", orjson.dumps(payload))
        header = f'id="1-170", leaf="{leaf}", log="{record["log"]}", jws="{jws}"'
        (tmp_path / "body.json").write_bytes(b"{}")
        (tmp_path / "header.txt").write_text(f"Baygate-Receipt: {header}\n")
        for given in (header, "header.txt"):
            told = well(audit("verify-receipt", "proof.json", "--receipt", given, "--body", "body.json"))
            assert "no signed receipt" not in told
            assert "The answer that was kept is the one that was sent." in told
        (tmp_path / "body.json").write_bytes(b"{ }")
        assert "fails at the step body" in audit("verify-receipt", "proof.json", "--body", "body.json").stderr

    def test_a_time_stamp_that_is_asked_for_and_not_there_is_told(self, audit: Audit, proof: dict[str, Any]) -> None:
        done = audit("verify-receipt", "proof.json", "--stamped-by", "authorities.pem")
        assert done.returncode == 1
        assert "There is no time stamp among it." in done.stderr
        assert "Record 1-170 is leaf 190" in done.stdout

    def test_a_refusal_names_the_step(self, audit: Audit, proof: dict[str, Any], tmp_path: Path) -> None:
        for changes, step in (({"index": 3}, "inclusion"), ({"head": "a.b.c"}, "head"), ({"more": 1}, "form")):
            (tmp_path / "proof.json").write_bytes(orjson.dumps({**proof, **changes}))
            done = audit("verify-receipt", "proof.json")
            assert done.returncode == 1
            assert f"proof.json proves nothing: it fails at the step {step}:" in done.stderr


class TestExport:
    def test_lines_are_written_to_the_output_or_a_file(self, audit: Audit, tmp_path: Path) -> None:
        lines = well(audit("export", "--provider", "tax-gd", "--since", "2026-11-01")).splitlines()
        assert {json.loads(line)["provider"] for line in lines} == {"tax-gd"}
        told = well(audit("export", "--provider", "tax-gd", "--since", "2026-11-01", "--output", "out.ndjson"))
        assert told == f"{len(lines)} accesses are in out.ndjson.\n"
        assert (tmp_path / "out.ndjson").read_text().splitlines() == lines

    def test_parquet_is_written(self, audit: Audit, tmp_path: Path) -> None:
        well(audit("export", "--format", "parquet", "--until", "2026-11-01T00:00:00Z", "--output", "out.parquet"))
        rows = parquet.read_table(tmp_path / "out.parquet").to_pylist()
        assert {row["at"].month for row in rows} == {10}

    @pytest.mark.parametrize("given", ["yesterday", "2026-11-25T08:00:00"])
    def test_a_moment_has_its_zone(self, audit: Audit, given: str) -> None:
        done = audit("export", "--since", given)
        assert done.returncode == 2
        assert "write 2026-11-25T08:00:00Z" in done.stderr.replace("\n", " ") or "2026-11-25T08:00:00Z" in done.stderr


class TestHeads:
    def test_the_newest_come_first(self, audit: Audit) -> None:
        first, second = well(audit("heads", "--limit", "2")).splitlines()
        assert first.startswith("2026-11-05 10:00:00 UTC           331 records  ")
        assert second.startswith("2026-11-05 09:00:00 UTC           330 records  ")

    def test_one_that_is_not_proven_is_told(self, audit: Audit, kept: Kept) -> None:
        execute(kept, "UPDATE audit_head SET signed = 'x' WHERE size = 331")
        assert "A stored head is not to be trusted" in audit("heads").stderr

    def test_there_may_be_none(self, audit: Audit, kept: Kept) -> None:
        execute(kept, "DELETE FROM audit_head")
        assert "There is no signed head yet." in audit("heads").stderr


class TestPrune:
    BEFORE = ("prune", "--before", "2026-11-01", "--reason", "kept for a month", "--by", "Li Wei")

    def test_it_asks_before_it_drops_anything(self, audit: Audit) -> None:
        assert audit(*self.BEFORE, given="n\n").returncode == 1
        assert "pruned" not in well(audit("verify"))
        assert "2026-10: 290 records are gone." in well(audit(*self.BEFORE, given="y\n"))
        assert "290 records pruned" in well(audit("verify"))
        assert well(audit(*self.BEFORE, "--yes")) == "There is nothing to prune.\n"

    def test_what_cannot_go_is_told_with_the_reason(self, audit: Audit, kept: Kept) -> None:
        execute(kept, "DELETE FROM audit_head WHERE size >= 290")
        done = audit(*self.BEFORE, "--yes")
        assert done.returncode == 1
        assert "10 records of 2026-10 are not under a signed head yet." in done.stderr
        assert "Nothing was pruned." in done.stderr


class TestAccept:
    def test_an_operators_word_is_recorded_and_no_finding(self, audit: Audit, kept: Kept) -> None:
        asked = ("accept", "--reason", "backup of Sunday", "--by", "Chan Tai Man")
        assert audit(*asked, given="n\n").returncode == 1
        head = execute(kept, "SELECT signed FROM audit_head WHERE size = 331")[0][0]
        assert well(audit(*asked, "--yes")) == f"Accepted by Chan Tai Man:\n{head}\n"
        row = execute(kept, "SELECT head, reason, accepted_by FROM audit_override ORDER BY id DESC LIMIT 1")[0]
        assert tuple(row) == (head, "backup of Sunday", "Chan Tai Man")
        assert "5 records not in the tree yet" in well(audit("verify"))

    def test_with_a_key_that_does_not_count_nothing_is_recorded(self, audit: Audit, kept: Kept, tmp_path: Path) -> None:
        directory = tmp_path / "keys" / "audit-heads"
        shutil.rmtree(directory)
        directory.mkdir()
        create(directory, SigningKeys(tmp_path / "keys" / "audit-receipts").published(kept.key.begins)[0].begins)
        done = audit("accept", "--reason", "mine", "--yes")
        assert done.returncode == 1
        assert "The statement would not count" in done.stderr
        assert len(execute(kept, "SELECT FROM audit_override")) == 1
