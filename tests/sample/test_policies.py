"""The sample world's policies are signed as they stand, in force, and give each caller another answer."""

import asyncio
import datetime
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import load_pem_x509_certificate
from joserfc.jwk import ECKey
from tests.access.signing import facts as of_the_contract
from tests.access.signing import signer
from tests.oracle.engine import Engine

from baygate.access.compile import compiled, who
from baygate.access.documents.cases import failures
from baygate.access.documents.envelope import SigningIdentity, read, sign
from baygate.access.documents.in_force import in_force, recognising
from baygate.access.documents.library import published, remembered
from baygate.access.documents.refusal import Refused
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import Trusted
from baygate.access.principal import Principal
from baygate.access.purposes import PURPOSES
from baygate.access.scopes import Gates
from baygate.audit.keys import keys_of
from baygate.contract.schema import graphql_schema
from baygate.sample import agencies, cases
from baygate.sample.clients import DEVELOPER, HONG_KONG_PLATFORM, SYSTEMS
from baygate.sample.hong_kong_register import schema
from baygate.sample.log_keys import install
from baygate.sample.policies import ROOT_FILE, TRUST_LISTS, bring_up_to_date, publish
from baygate.sample.policies import with_register as facts
from baygate.sources.registered import composed
from baygate.storage import documents, sources
from baygate.storage.database import Database
from baygate.storage.sources import NewSource

REPOSITORY = Path(__file__).resolve().parent.parent.parent
POLICIES, CERTIFICATES = REPOSITORY / "policies", REPOSITORY / "certs.example"
SIGNED = sorted(POLICIES.glob("*/*.jws"))
NOW = datetime.datetime.now(datetime.UTC)
MACAU = signer("CN=mo-dsedt policy signer")
"""Somebody who calls himself so, by an authority that the root document does not know."""
EVERY_AGENCY = {value for name, value in vars(agencies).items() if name.isupper() and isinstance(value, str)}

FOUR_VIEWS = (REPOSITORY / "docs/examples/four-views.graphql").read_text(encoding="utf-8")
EXPORTER = json.loads((REPOSITORY / "docs/examples/four-views.json").read_text(encoding="utf-8"))
MISMATCH = (REPOSITORY / "docs/examples/mismatch.graphql").read_text(encoding="utf-8")
MISMATCHED = {"number": cases.MISMATCHED_DECLARATION_NO}


def trusted(directory: Path = POLICIES) -> Trusted:
    found = Trusted((directory / ROOT_FILE).read_bytes(), facts(), NOW)
    published(found, [each.read_bytes() for each in sorted(directory.glob("*/*.jws"))], NOW)
    return found


@pytest.fixture(scope="module")
def state() -> InForce:
    return in_force(trusted(), NOW)


class Asking:
    """Sample clients, asking under the sample policies."""

    def __init__(self, engine: Engine, state: InForce) -> None:
        self.engine = engine
        self._state = state
        self._gates = Gates(graphql_schema())

    def ask(
        self, client: str, query: str, variables: dict[str, Any] | None = None, *, more_scopes: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        system = SYSTEMS[client]
        said = Principal(
            client, None, system.agency, system.party, system.jurisdiction, system.roles,
            frozenset({*system.scopes, *more_scopes}), system.purposes[0], None, None, 0,
        )  # fmt: skip
        known = who(said, self._state)
        principal = Principal(**{**vars(said), "attributes": known.attributes})
        access = self._gates.behind(known.scopes, compiled(self._state, known, facts()))
        return self.engine.ask(query, variables, access, principal)


@pytest.fixture(scope="module")
def asking(world: Any, state: InForce) -> Iterator[Asking]:
    engine = Engine(world)
    yield Asking(engine, state)
    engine.close()


# --- the documents


@pytest.mark.parametrize("signed", [POLICIES / ROOT_FILE, *SIGNED], ids=lambda each: f"{each.parent.name}/{each.stem}")
def test_a_source_is_exactly_what_was_signed(signed: Path) -> None:
    assert signed.with_suffix(".json").read_bytes() == read(signed.read_bytes()).payload


def test_every_source_is_signed() -> None:
    assert {each.with_suffix(".jws") for each in POLICIES.rglob("*.json")} == set(POLICIES.rglob("*.jws"))


def test_all_of_it_verifies_and_is_in_force_without_a_problem(state: InForce) -> None:
    assert state.problems == ()
    assert [problem for owner in state.owners for problem in owner.problems] == []
    assert {owner.agency.id for owner in state.owners} == EVERY_AGENCY
    listed = [each for each in SIGNED if each.stem != "manifest" and each.parent.name != TRUST_LISTS]
    assert sorted(state.policies) == sorted(f"{each.parent.name}/{each.stem}" for each in listed)


def test_without_the_register_its_policy_alone_grants_nothing() -> None:
    found = Trusted((POLICIES / ROOT_FILE).read_bytes(), of_the_contract(), NOW)
    published(found, [each.read_bytes() for each in SIGNED], NOW)
    (problem,) = [problem for owner in in_force(found, NOW).owners for problem in owner.problems]
    assert problem.startswith("hk-cr/register speaks of fields that the contract has changed")


def test_each_jurisdictions_certificates_are_recognised() -> None:
    assert [each.document.jurisdiction for each in recognising(trusted(), NOW)] == ["CN-GD", "HK", "MO"]


def test_every_policy_carries_tests_that_pass(state: InForce) -> None:
    for owner in state.owners:
        for document in owner.policies:
            assert document.tests, document.policy_id
            assert failures(document, owner.agency, state.root, facts()) == ()


def test_the_root_knows_every_agency_purpose_and_scope(state: InForce) -> None:
    assert state.root is not None
    assert set(state.root.by_id) == EVERY_AGENCY
    assert set(state.root.purposes) == set(PURPOSES)
    assert set(state.root.scopes) == Gates(graphql_schema()).scopes
    assert (state.root.coordinators.threshold, len(state.root.coordinators.signers)) == (2, 3)


def test_the_root_certifies_the_keys_that_the_demo_signs_its_audit_log_with(state: InForce, tmp_path: Path) -> None:
    assert state.root is not None
    install(CERTIFICATES, tmp_path)
    for use in ("heads", "receipts"):
        (key,) = keys_of(tmp_path, use).every()
        assert state.root.log_keys(use)[key.kid].holds(NOW)


def test_every_governed_type_has_an_owner(state: InForce) -> None:
    assert {name for owner in state.owners for name in owner.agency.owns} == set(facts().types)


def test_every_class_of_sharing_and_every_transform_is_shown(state: InForce) -> None:
    found = state.policies.values()
    assert {str(each.share_class) for each in found} == {"UNCONDITIONAL", "CONDITIONAL", "NOT_SHARED"}
    transforms = {one.kind for each in found for grant in each.grants for one in grant.transform.values()}
    assert transforms == {"mask", "truncate", "hash", "generalise", "null"}


# --- what they give


def test_the_developer_sees_all_that_there_is(asking: Asking) -> None:
    everything = """{
      parties(first: 100) { totalCount nodes { id provider personsInCharge { name idMasked telephone }
        riskWarnings { summary provider } listMemberships { listName provider } registrations { __typename }
        recognisedCertificates { fingerprint subject firstRecognisedAt }
        conformityDocuments(first: 5) { totalCount nodes { documentNo provider } } } }
      creditRatings(first: 50) { totalCount nodes { grade evidenceNo investigationNote provider history { toGrade } } }
      filingItems(first: 50) { totalCount nodes { registeredPrice filing { filingNo traceEvents { result } } } }
      goodsList(first: 50) { totalCount nodes { goodsName } }
      declarations(first: 50) { totalCount nodes { dutiableValue buyerName consigneeAddress order { buyerName }
        payment { payerName } waybill { consigneeTelephone } refund { amount onHold } lines { price }
        mismatches { explanation } timeline { message } inspections { officerNote } } }
    }"""
    for query, variables in ((everything, None), (FOUR_VIEWS, EXPORTER), (MISMATCH, MISMATCHED)):
        answer = asking.ask(DEVELOPER, query, variables)
        assert answer.keys() == {"data"}
        assert answer == asking.engine.ask(query, variables)


def test_nobody_else_sees_what_the_developer_sees(asking: Asking) -> None:
    query = "{ declarations(first: 5) { nodes { declarationNo buyerName inspections { officerNote } } } }"
    for client in (agencies.TAX, agencies.HONG_KONG_CUSTOMS, HONG_KONG_PLATFORM):
        answer = asking.ask(client, query)
        codes = {(each["extensions"]["code"], each["extensions"]["coordinate"]) for each in answer["errors"]}
        assert ("FIELD_WITHHELD", "Declaration.buyerName") in codes


def test_tax_learns_what_a_refund_depends_on(asking: Asking) -> None:
    answer = asking.ask(agencies.TAX, FOUR_VIEWS, EXPORTER)
    enterprise = answer["data"]["enterprise"]
    assert "errors" not in answer
    assert enterprise["creditRatings"]["totalCount"] == 4
    assert enterprise["productFilings"]["nodes"][0]["items"][0]["registeredPrice"] == "466.99"
    assert enterprise["declarations"]["totalCount"] == 12


def test_tax_learns_why_three_documents_do_not_agree(asking: Asking) -> None:
    declaration = asking.ask(agencies.TAX, MISMATCH, MISMATCHED)["data"]["declaration"]
    assert [each["field"] for each in declaration["mismatches"]] == ["payerName", "amount", "platformCode"]
    assert (declaration["order"]["amount"], declaration["payment"]["amount"]) == ("183.07", "173.07")


def test_hong_kong_customs_gets_less_and_learns_why(asking: Asking) -> None:
    answer = asking.ask(agencies.HONG_KONG_CUSTOMS, FOUR_VIEWS, EXPORTER)
    enterprise = answer["data"]["enterprise"]
    assert [each["scheme"] for each in enterprise["creditRatings"]["nodes"]] == ["CUSTOMS_282", "TAX"]
    item = enterprise["productFilings"]["nodes"][0]["items"][0]
    assert (item["hsCode"], item["registeredPrice"]) == ("950450", None)
    assert enterprise["productFilings"]["totalCount"] == 21
    assert 0 < enterprise["declarations"]["totalCount"] < 12
    assert enterprise["declarations"]["nodes"][0]["matchOutcome"] is None
    assert _withheld(answer) == {
        "FilingItem.registeredPrice": "ciq-gd/filings",
        "Declaration.matchOutcome": "customs-gz/clearance",
    }
    assert _masked(answer) == {"CreditRating.validTo", "FilingItem.hsCode"}


def test_a_partner_gets_what_is_public_and_what_is_his_own(asking: Asking) -> None:
    answer = asking.ask(HONG_KONG_PLATFORM, FOUR_VIEWS, EXPORTER)
    enterprise = answer["data"]["enterprise"]
    assert enterprise["name"] == "广州市云帆跨境电子商务有限公司"
    assert enterprise["region"] is None
    assert [each["grade"] for each in enterprise["creditRatings"]["nodes"]] == ["ADVANCED_CERTIFIED", "A"]
    assert enterprise["productFilings"] == {"totalCount": 0, "nodes": []}
    assert enterprise["declarations"] == {"totalCount": 0, "nodes": []}
    assert _withheld(answer) == {
        "MainlandEnterprise.region": "samr-gd/identity",
        "CreditRating.validTo": "customs-gz/credit",
    }
    own = asking.ask(
        HONG_KONG_PLATFORM, "{ declarations(first: 50) { totalCount nodes { totalValue declarant { id } } } }"
    )
    nodes = own["data"]["declarations"]["nodes"]
    assert own["data"]["declarations"]["totalCount"] == len(nodes) == 4
    assert {each["declarant"]["id"] for each in nodes} == {cases.HONG_KONG_PLATFORM}
    assert all(each["totalValue"] for each in nodes)


def test_three_callers_get_three_answers_to_one_question(asking: Asking) -> None:
    callers = (agencies.TAX, agencies.HONG_KONG_CUSTOMS, HONG_KONG_PLATFORM)
    answers = {json.dumps(asking.ask(each, FOUR_VIEWS, EXPORTER)["data"]) for each in callers}
    assert len(answers) == 3


def test_names_of_persons_leave_masked(asking: Asking) -> None:
    query = "query ($uscc: Uscc!) { enterprise(uscc: $uscc) { personsInCharge { name idMasked } } }"
    answer = asking.ask(agencies.HONG_KONG_CUSTOMS, query, EXPORTER, more_scopes=("identity:personal",))
    first = answer["data"]["enterprise"]["personsInCharge"][0]
    assert first == {"name": "陈**", "idMasked": None}
    assert answer["errors"][0]["extensions"]["coordinate"] == "PersonInCharge.idMasked"
    assert answer["errors"][0]["extensions"]["providers"] == ["hk-cr", "mo-dsedt", "samr-gd"]
    unscoped = asking.ask(agencies.HONG_KONG_CUSTOMS, query, EXPORTER)
    assert unscoped["errors"][0]["extensions"]["helps"] == {"scopes": ["identity:personal"]}


def test_certificates_are_shown_to_authorities_abroad_without_the_name_and_to_each_party_its_own(
    asking: Asking,
) -> None:
    query = "{ parties(first: 100) { nodes { id recognisedCertificates { subject assurance provider } } } }"

    def seen(client: str, *scopes: str) -> dict[str, list[dict[str, Any]]]:
        nodes = asking.ask(client, query, more_scopes=scopes)["data"]["parties"]["nodes"]
        return {each["id"]: each["recognisedCertificates"] for each in nodes if each["recognisedCertificates"]}

    whole, abroad, own = seen(DEVELOPER), seen(agencies.HONG_KONG_CUSTOMS), seen(HONG_KONG_PLATFORM)
    assert len(whole) == 20
    assert seen(agencies.TAX, "identity:personal") == whole
    nameless = {key: [{**one, "subject": None} for one in each] for key, each in whole.items()}
    assert seen(agencies.TAX) == nameless
    assert {one["provider"] for each in whole.values() for one in each} == {agencies.COMMERCE}
    assert abroad == nameless
    assert set(own) == {cases.HONG_KONG_PLATFORM}
    assert own[cases.HONG_KONG_PLATFORM] == nameless[cases.HONG_KONG_PLATFORM]


def _withheld(answer: dict[str, Any]) -> dict[str, str]:
    return {
        each["extensions"]["coordinate"]: each["extensions"]["policy"]
        for each in answer["errors"]
        if each["extensions"]["code"] == "FIELD_WITHHELD"
    }


def _masked(answer: dict[str, Any]) -> set[str]:
    return {each["coordinate"] for each in answer["extensions"]["access"] if each["code"] == "FIELD_MASKED"}


# --- how they are signed and published


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(POLICIES, tmp_path / "policies"))


def bring(directory: Path) -> set[str]:
    return {str(each.relative_to(directory)) for each in bring_up_to_date(directory, CERTIFICATES)}


def test_what_is_signed_as_it_stands_is_left_alone(copy: Path) -> None:
    assert bring(copy) == set()


def test_a_source_that_changed_becomes_the_next_version_and_its_manifest_follows(copy: Path) -> None:
    source, before = copy / "fda-gd/licences.json", read((copy / "fda-gd/licences.jws").read_bytes())
    source.write_text(source.read_text(encoding="utf-8").replace('"WEEKLY"', '"MONTHLY"'), encoding="utf-8")
    assert bring(copy) == {
        "fda-gd/licences.json", "fda-gd/licences.jws", "fda-gd/manifest.json", "fda-gd/manifest.jws",
    }  # fmt: skip
    document = json.loads(source.read_bytes())
    assert (document["version"], document["prev"]) == (before.content()["version"] + 1, before.digest)
    assert in_force(trusted(copy), NOW).policies["fda-gd/licences"].version == document["version"]
    assert bring(copy) == set()


def test_a_trust_list_that_changed_becomes_the_next_sequence_and_only_ends_what_there_was(copy: Path) -> None:
    source, signed = copy / TRUST_LISTS / "hk.json", copy / TRUST_LISTS / "hk.jws"
    text, before = source.read_text(encoding="utf-8"), read(signed.read_bytes())
    source.write_text(text.replace('"assurance": 3', '"assurance": 4'), encoding="utf-8")
    with pytest.raises(Refused, match=r"^rules: .* its conditions are not those of list 1"):
        bring(copy)
    assert read(signed.read_bytes()).digest == before.digest
    source.write_text(text.replace('"title": "', '"title": "2：'), encoding="utf-8")
    assert bring(copy) == {f"{TRUST_LISTS}/hk.json", f"{TRUST_LISTS}/hk.jws"}
    document = json.loads(source.read_bytes())
    assert (document["sequence"], document["prev"]) == (before.content()["sequence"] + 1, before.digest)
    assert bring(copy) == set()


def test_what_does_not_verify_any_more_is_signed_again(copy: Path) -> None:
    damaged, by_another = copy / "hk-cr/persons.jws", copy / "hk-cr/companies.jws"
    damaged.write_bytes(damaged.read_bytes()[:-9])
    by_another.write_bytes(sign(read(by_another.read_bytes()).payload, [MACAU]))
    assert bring(copy) == {"hk-cr/persons.jws", "hk-cr/companies.jws"}


def test_keys_that_are_made_anew_sign_everything_anew(copy: Path, tmp_path: Path) -> None:
    others = tmp_path / "certs"
    others.mkdir()
    make = shutil.copy(CERTIFICATES / "make", others)
    subprocess.run([make], check=True, capture_output=True)
    written = {each.relative_to(copy) for each in bring_up_to_date(copy, others)}
    assert written == {each.relative_to(copy) for each in (*copy.rglob("*.jws"), copy / "root.json")}
    found = in_force(trusted(copy), NOW)
    assert found.root is not None
    assert found.root.version == 1
    assert [problem for owner in found.owners for problem in owner.problems] == []
    again = subprocess.run([make], check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert "--force" in again.stderr


def test_a_schema_hash_is_made_right(copy: Path) -> None:
    source = copy / "psb-gd/verification.json"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace('"schemaHash": "sha256:', '"schemaHash": "sha256:0000'), encoding="utf-8")
    assert bring(copy) == {"psb-gd/verification.json"}
    assert source.read_text(encoding="utf-8") == text


def test_other_keys_of_the_audit_log_make_the_next_root(copy: Path, tmp_path: Path) -> None:
    certificates = Path(shutil.copytree(CERTIFICATES, tmp_path / "certificates"))
    shutil.copy(certificates / "tax-gd.key.pem", certificates / "log-heads.key.pem")
    before = read((copy / ROOT_FILE).read_bytes()).content()
    assert {str(each.relative_to(copy)) for each in bring_up_to_date(copy, certificates)} == {"root.json", ROOT_FILE}
    after = read((copy / ROOT_FILE).read_bytes()).content()
    assert after["version"] == before["version"] + 1
    assert after["logKeys"][1] == before["logKeys"][1]
    key = ECKey.import_key((CERTIFICATES / "tax-gd.key.pem").read_bytes()).as_dict(private=False)
    assert after["logKeys"][0]["jwk"]["x"] == key["x"]


def test_what_the_hub_would_not_take_is_not_signed(copy: Path) -> None:
    source, signed = copy / "tax-gd/refunds.json", copy / "tax-gd/refunds.jws"
    before = signed.read_bytes()
    source.write_text(source.read_text(encoding="utf-8").replace('"expect": "ALLOW"', '"expect": "WITHHOLD"'), "utf-8")
    with pytest.raises(Refused, match=r"^tests: ") as refused:
        bring(copy)
    assert refused.value.__notes__ == [str(source)]
    assert signed.read_bytes() == before


def test_they_are_published_once_and_found_in_force(database: str) -> None:
    new = asyncio.run(publish(database, POLICIES))
    assert len(new) == len(SIGNED)
    assert asyncio.run(publish(database, POLICIES)) == []

    async def stored() -> list[documents.StoredDocument]:
        connection = await Database(database).connect()
        try:
            return await documents.every(connection)
        finally:
            await connection.close()

    kept, problems = remembered((POLICIES / ROOT_FILE).read_bytes(), asyncio.run(stored()), facts(), NOW)
    assert problems == ()
    assert in_force(kept, NOW).version == in_force(trusted(), NOW).version


def test_what_an_owner_published_since_stays(database: str, copy: Path) -> None:
    asyncio.run(publish(database, copy))
    source = copy / "fda-gd/licences.json"
    source.write_text(source.read_text(encoding="utf-8").replace('"WEEKLY"', '"MONTHLY"'), encoding="utf-8")
    bring(copy)
    assert asyncio.run(publish(database, copy)) == ["fda-gd/licences", "fda-gd"]
    assert asyncio.run(publish(database, POLICIES)) == []


def test_what_they_say_of_a_registered_source_is_checked_before_they_are_published(database: str, copy: Path) -> None:
    asyncio.run(_register(database))
    source = copy / "hk-cr/register.json"
    conditional = (
        '"to": {"agencies": ["hk-customs"]}, "where": [{"attr": "record.status", "op": "eq", "value": "ACTIVE"}],'
    )
    text = source.read_text(encoding="utf-8").replace('"to": {"agencies": ["hk-customs"]},', conditional, 1)
    key = ECKey.import_key((CERTIFICATES / "hk-cr.key.pem").read_bytes())
    identity = SigningIdentity(load_pem_x509_certificate((CERTIFICATES / "hk-cr.pem").read_bytes()), (), key)
    source.with_suffix(".jws").write_bytes(sign(text.encode(), [identity]))
    with pytest.raises(Refused, match="hong-kong-customs: incorporatedOn is added by a source of hk-cr"):
        asyncio.run(publish(database, copy))


async def _register(dsn: str) -> None:
    new = NewSource("register", agencies.HONG_KONG_REGISTRY, "http://127.0.0.1:8081/graphql", schema.as_str(), {})
    connection = await Database(dsn).connect()
    try:
        await sources.add(connection, new, "tests")
        supergraph = composed([new])
        await sources.put_in_force(connection, supergraph.sdl, supergraph.made_of, "tests")
    finally:
        await connection.close()
