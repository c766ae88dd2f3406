"""Evidence at the real server: an answer has its record, who asked a proof, an agency what was given of its records."""

import asyncio
import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from tests.agency import CUSTOMS, TAX, Agency
from tests.attacker import enrolled
from tests.open_policies import ROOT_DOCUMENT
from tests.serving import Hub, Serve, plain

from baygate.access.documents.root import RootDocument
from baygate.access.principal import Principal
from baygate.audit.heads import Head, read_head
from baygate.audit.merkle import leaf_hash, verify_consistency
from baygate.audit.receipt import Refuted, prove, read_evidence, read_header
from baygate.gateway.evidence import AuditReader
from baygate.storage.database import Database

ENTERPRISE = "query Seen { parties(first: 2) { nodes { id name } } }"
ACCESSES = """
query Accesses($party: PartyId, $agency: AgencyId, $purpose: String, $first: Int! = 20, $after: ID) {
  accesses(party: $party, agency: $agency, purpose: $purpose, first: $first, after: $after) {
    id index at client agency party jurisdiction purpose legalBasis caseNo operation operationName provider
    subjects { party rows { type count } } released masked conditional withheld policies status
  }
}"""
HEADER = re.compile(
    r'id="\d+-\d+", leaf="[0-9a-f]{64}", log="[0-9a-f-]{36}", salt="[0-9a-f]{32}", '
    r'path="([0-9a-f]{64})*", jws="[\w-]+\.[\w-]+\.[\w-]+"'
)
SAMR = Agency("samr-gd", "samr-gd")
UNSCOPED = Agency("samr-gd-reader", "samr-gd", ("identity:read",))
NOBODYS = Agency("single-window", "single-window")


@pytest.fixture(scope="module")
def callers(production: Hub) -> None:
    """Whoever asks about accesses here, beside those of the sample world."""
    for each in (SAMR, UNSCOPED, NOBODYS):
        enrolled(production, each)


@pytest.fixture
def asking(production: Hub, callers: None) -> Iterator[Any]:
    """Return the way to be one of the agencies."""
    del callers
    clients: list[httpx.Client] = []

    def client(agency: Agency) -> httpx.Client:
        clients.append(plain(auth=agency, base_url=production.base))
        return clients[-1]

    yield client
    for each in clients:
        each.close()


def asked(client: httpx.Client, query: str, **variables: Any) -> httpx.Response:
    return client.post("/graphql", json={"query": query, "variables": variables})


def accesses(client: httpx.Client, **variables: Any) -> Any:
    answer = asked(client, ACCESSES, **variables).json()
    assert "errors" not in answer, answer
    return answer["data"]["accesses"]


def eventually(find: Any) -> Any:
    """Return what is found as soon as something is: the tree is about a second behind."""
    deadline = time.monotonic() + 20
    while not (found := find()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def record_of(dsn: str, receipt: str) -> Any:
    shard, seq = map(int, read_header(receipt)["id"].split("-"))

    async def read() -> Any:
        connection = await Database(dsn).connect()
        try:
            return await connection.fetchrow(
                "SELECT entry, leaf FROM audit_record WHERE shard = $1 AND seq = $2", shard, seq
            )
        finally:
            await connection.close()

    return asyncio.run(read())


class TestTheReceipt:
    def test_names_a_record_of_who_asked_what_and_what_he_was_given(self, production: Hub, asking: Any) -> None:
        answer = asked(asking(CUSTOMS), ENTERPRISE)
        receipt = answer.headers["baygate-receipt"]
        assert HEADER.fullmatch(receipt)
        row = record_of(production.dsn, receipt)
        assert leaf_hash(row["entry"]).hex() == row["leaf"].hex() == read_header(receipt)["leaf"]
        said = orjson.loads(row["entry"])
        assert (said["client"], said["agency"], said["purpose"]) == ("customs-gz", "customs-gz", "RISK_ASSESSMENT")
        document = hashlib.sha256(ENTERPRISE.encode()).hexdigest()
        salt = bytes.fromhex(read_header(receipt)["salt"])
        assert said["operation"] == hashlib.sha256(salt + document.encode()).hexdigest()
        assert (said["name"], said["status"]) == ("Seen", "ok")
        assert said["body"] == hashlib.sha256(salt + answer.content).hexdigest()
        parties = [each["id"] for each in answer.json()["data"]["parties"]["nodes"]]
        assert sorted(subject for subjects in said["rows"].values() for subject in subjects) == sorted(parties)

    def test_is_given_for_what_holds_no_record_too(self, asking: Any) -> None:
        assert HEADER.fullmatch(asked(asking(CUSTOMS), "{ __typename me { client } }").headers["baygate-receipt"])

    def test_is_not_given_where_nothing_was_answered(self, asking: Any) -> None:
        answer = asked(asking(CUSTOMS), "{ nothingLikeThis }")
        assert "baygate-receipt" not in answer.headers

    def test_no_value_of_a_variable_is_in_the_record(self, production: Hub, asking: Any) -> None:
        query = "query($name: String!) { parties(first: 1, where: {name: {contains: $name}}) { nodes { id } } }"
        answer = asked(asking(CUSTOMS), query, name="Li Wei 13800138000")
        if "baygate-receipt" not in answer.headers:
            query = "query($s: Boolean!, $n: Int!) { parties(first: $n) { nodes { id @include(if: $s) __typename } } }"
            answer = asked(asking(CUSTOMS), query, s=True, n=1)
        said = orjson.loads(record_of(production.dsn, answer.headers["baygate-receipt"])["entry"])
        assert re.fullmatch(r"[0-9a-f]{64}", said["variables"])
        assert b"13800138000" not in orjson.dumps(said)


class TestTheProof:
    def test_is_given_to_whoever_asked_and_holds_without_the_hub(self, asking: Any) -> None:
        client = asking(CUSTOMS)
        answer = asked(client, ENTERPRISE)
        header = read_header(answer.headers["baygate-receipt"])
        url = f"/audit/receipts/{header['id']}"
        found = eventually(lambda: each if (each := client.get(url)).status_code == 200 else None)
        evidence = read_evidence(found.content)
        root = RootDocument.model_validate_json(orjson.dumps(ROOT_DOCUMENT))
        proven = prove(evidence, root, header, answer.content)
        with pytest.raises(Refuted, match="Baygate-Receipt"):
            prove(evidence, root, None, answer.content)
        assert proven.answered
        assert proven.signed
        assert proven.said["client"] == "customs-gz"

    def test_is_given_to_nobody_else_not_even_of_the_same_agency(self, asking: Any) -> None:
        client = asking(SAMR)
        header = read_header(asked(client, ENTERPRISE).headers["baygate-receipt"])
        url = f"/audit/receipts/{header['id']}"
        eventually(lambda: client.get(url).status_code == 200)
        others = [asking(CUSTOMS).get(url), asking(UNSCOPED).get(url)]
        missing = asking(CUSTOMS).get("/audit/receipts/1-999999999")
        assert [each.status_code for each in others] == [404, 404]
        assert {each.content for each in others} == {missing.content}

    @pytest.mark.parametrize("number", ["0", "1-", "-1-1", "1-1-1", "99999999999999999999-1", "x"])
    def test_a_number_that_is_none_is_not_there(self, asking: Any, number: str) -> None:
        assert asking(CUSTOMS).get(f"/audit/receipts/{number}").status_code == 404

    @pytest.mark.parametrize("number", ["1%2D", "%00", "%0d%0aset-cookie:a=b", "%FF", "１-１"])
    def test_whatever_stands_in_its_place_nothing_of_it_comes_back(self, asking: Any, number: str) -> None:
        answer = asking(CUSTOMS).get(f"/audit/receipts/{number}")
        assert answer.status_code in {401, 404}
        assert "set-cookie" not in answer.headers

    def test_nobody_without_a_token_gets_one(self, production: Hub) -> None:
        with plain() as client:
            answer = client.get(f"{production.base}/audit/receipts/1-1")
        assert answer.status_code == 401
        assert "www-authenticate" in answer.headers


class TestWhoeverUsesTheSameClient:
    def test_is_not_given_the_proof_of_another_person(self, production: Hub, asking: Any) -> None:
        client = asking(CUSTOMS)
        header = read_header(asked(client, ENTERPRISE).headers["baygate-receipt"])
        eventually(lambda: client.get(f"/audit/receipts/{header['id']}").status_code == 200)
        shard, seq = map(int, header["id"].split("-"))
        reader = AuditReader(Database(production.dsn).connect, lambda text: f"hash of {text}")
        himself = Principal(
            "customs-gz", None, "customs-gz", None, "CN-GD", frozenset(), frozenset(), "RISK_ASSESSMENT", None, None, 0
        )
        others = [{"person": "somebody"}, {"agency": "tax-gd"}, {"party": "CN-1"}, {"client": "tax-gd"}]
        assert asyncio.run(reader.proof(shard, seq, himself)) is not None
        for each in others:
            assert asyncio.run(reader.proof(shard, seq, replace(himself, **each))) is None


class TestAccesses:
    def test_an_agency_sees_who_was_given_records_of_its_providers(self, asking: Any) -> None:
        answer = asked(asking(CUSTOMS), ENTERPRISE)
        number = read_header(answer.headers["baygate-receipt"])["id"]
        party = answer.json()["data"]["parties"]["nodes"][0]["id"]
        samr = asking(SAMR)
        found = eventually(lambda: [each for each in accesses(samr, party=party) if each["id"] == number])
        (told,) = [each for each in found if party in [subject["party"] for subject in each["subjects"]]]
        assert (told["client"], told["agency"], told["operationName"]) == ("customs-gz", "customs-gz", "Seen")
        assert (told["purpose"], told["jurisdiction"], told["status"]) == ("RISK_ASSESSMENT", "CN_GD", "OK")
        assert any(each.endswith(".name") for each in told["released"])
        assert sum(rows["count"] for each in told["subjects"] for rows in each["rows"]) >= 1

    def test_and_nobody_sees_those_of_others(self, asking: Any) -> None:
        asked(asking(CUSTOMS), ENTERPRISE)
        samr = asking(SAMR)
        eventually(lambda: accesses(samr))
        providers = {each["provider"] for each in accesses(samr, first=100)}
        assert providers
        assert accesses(asking(NOBODYS)) == []
        assert {each["provider"] for each in accesses(asking(CUSTOMS))} <= {"customs-gz"}

    def test_it_takes_a_scope(self, asking: Any) -> None:
        answer = asked(asking(UNSCOPED), ACCESSES).json()
        assert answer["data"]["accesses"] is None
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert "audit:read" in answer["errors"][0]["message"]
        file = asking(UNSCOPED).get("/audit/accesses")
        assert (file.status_code, file.json()["error"]) == (403, "insufficient_scope")
        assert 'scope="audit:read"' in file.headers["www-authenticate"]

    def test_they_come_in_pages_newest_first(self, asking: Any) -> None:
        customs, samr = asking(CUSTOMS), asking(SAMR)
        numbers = [read_header(asked(customs, ENTERPRISE).headers["baygate-receipt"])["id"] for _ in range(5)]
        eventually(lambda: numbers[-1] in [each["id"] for each in accesses(samr, agency="customs-gz")])
        found: list[Any] = []
        while page := accesses(samr, agency="customs-gz", first=2, after=found[-1]["index"] if found else None):
            found += page
        indexes = [int(each["index"]) for each in found]
        assert indexes == sorted(indexes, reverse=True)
        seen = list(dict.fromkeys(each["id"] for each in found))
        assert [each for each in seen if each in numbers] == numbers[::-1]

    def test_conditions_choose_among_them(self, asking: Any) -> None:
        asked(asking(CUSTOMS), ENTERPRISE)
        samr = asking(SAMR)
        eventually(lambda: accesses(samr, agency="customs-gz"))
        assert {each["agency"] for each in accesses(samr, agency="customs-gz", first=100)} == {"customs-gz"}
        assert accesses(samr, agency="fda-gd") == []
        assert accesses(samr, purpose="STATISTICS") == []

    @pytest.mark.parametrize("after", ["x", "-1", "1" * 30, "１"])
    def test_what_is_no_index_is_refused(self, asking: Any, after: str) -> None:
        answer = asked(asking(SAMR), ACCESSES, after=after).json()
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"

    def test_a_purpose_that_is_none_is_refused(self, asking: Any) -> None:
        answer = asked(asking(SAMR), ACCESSES, purpose="nothing\0").json()
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


class TestHeads:
    def test_whoever_keeps_one_sees_that_the_next_continues_it(self, asking: Any) -> None:
        client = asking(CUSTOMS)
        keys = RootDocument.model_validate_json(orjson.dumps(ROOT_DOCUMENT)).log_keys("heads")
        public = {kid: each.public for kid, each in keys.items()}

        def newest() -> Head:
            asked(client, ENTERPRISE)
            return read_head(eventually(lambda: client.get("/audit/head").json().get("head")), public)

        old = newest()
        new = eventually(lambda: head if (head := newest()).size > old.size else None)
        proof = client.get("/audit/consistency", params={"old": old.size, "new": new.size}).json()
        path = [bytes.fromhex(each) for each in proof["path"]]
        assert verify_consistency(old.size, new.size, old.root, new.root, path)
        assert not verify_consistency(old.size, new.size, new.root, old.root, path)

    @pytest.mark.parametrize(
        "sizes",
        [{}, {"old": "1"}, {"old": "-1", "new": "2"}, {"old": "5", "new": "4"}, {"old": "1", "new": "9" * 18},
         {"old": "١", "new": "2"}],
    )  # fmt: skip
    def test_sizes_that_are_none_are_refused(self, asking: Any, sizes: dict[str, str]) -> None:
        answer = asking(CUSTOMS).get("/audit/consistency", params=sizes)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_nobody_without_a_token_gets_one(self, production: Hub) -> None:
        with plain() as client:
            assert client.get(f"{production.base}/audit/head").status_code == 401


class TestAsAFile:
    def test_each_access_is_a_line(self, asking: Any) -> None:
        asked(asking(CUSTOMS), ENTERPRISE)
        samr = asking(SAMR)
        told = eventually(lambda: accesses(samr, agency="customs-gz"))
        answer = samr.get("/audit/accesses", params={"agency": "customs-gz", "since": "2026-01-01T00:00:00Z"})
        assert answer.headers["content-type"] == "application/x-ndjson"
        lines = [orjson.loads(line) for line in answer.content.splitlines()]
        assert lines
        assert {each["agency"] for each in lines} == {"customs-gz"}
        assert {each["record"] for each in lines} >= {each["id"] for each in told}

    def test_that_it_was_given_is_recorded_and_can_be_proven(self, production: Hub, asking: Any) -> None:
        samr = asking(SAMR)
        answer = samr.get("/audit/accesses", params={"party": "CN-91440300708461136T"})
        header = read_header(answer.headers["baygate-receipt"])
        said = orjson.loads(record_of(production.dsn, answer.headers["baygate-receipt"])["entry"])
        assert (said["client"], said["agency"], said["purpose"]) == ("samr-gd", "samr-gd", "RISK_ASSESSMENT")
        assert (said["name"], said["status"], said["rows"], said["body"]) == ("/audit/accesses", "ok", {}, None)
        assert not {"decisions", "policies"} & said.keys()
        assert "CN-91440300708461136T" not in orjson.dumps(said).decode()
        url = f"/audit/receipts/{header['id']}"
        found = eventually(lambda: each if (each := samr.get(url)).status_code == 200 else None)
        root = RootDocument.model_validate_json(orjson.dumps(ROOT_DOCUMENT))
        assert prove(read_evidence(found.content), root, header).signed
        with pytest.raises(Refuted, match="no digest of what was sent"):
            prove(read_evidence(found.content), root, header, answer.content)

    def test_so_is_that_nothing_was_found(self, asking: Any) -> None:
        answer = asking(SAMR).get("/audit/accesses", params={"party": "nobody"})
        assert (answer.status_code, answer.content) == (200, b"")
        assert HEADER.fullmatch(answer.headers["baygate-receipt"])

    @pytest.mark.parametrize(
        "parameters",
        [{"since": "yesterday"}, {"since": "2026-01-01"}, {"until": "0001-01-01T00:00:00+14:00"}, {"provider": "x"},
         {"party": "\0"}],
        ids=["no moment", "no offset", "before time", "another's", "a NUL"],
    )  # fmt: skip
    def test_a_parameter_that_is_none_is_refused(self, asking: Any, parameters: dict[str, str]) -> None:
        answer = asking(SAMR).get("/audit/accesses", params=parameters)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_proof_is_used_up_by_the_record_of_what_it_was_used_for(production: Hub, serve: Serve) -> None:
    del serve
    with plain() as client:
        TAX.ask_token(client, production.base)
        token = TAX.token(client, production.base)
        headers = TAX.headers("POST", production.url, token)
        first = client.post(production.url, json={"query": "{ __typename }"}, headers=headers)
        again = client.post(production.url, json={"query": "{ __typename }"}, headers=headers)
    assert first.status_code == 200
    assert "baygate-receipt" in first.headers
    assert again.status_code == 401
    assert "it was used before" in again.text
