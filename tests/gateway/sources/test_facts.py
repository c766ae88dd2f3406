"""Facts of answers that several sources gave: each agency's, and about whom, of what is really in the answer."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from tests.gateway.sources.hub import ASKING, Hub, grant, where
from tests.gateway.sources.service import Service
from tests.gateway.sources.world import KEYS, added, company_of, entry
from tests.gateway.test_facts import recounted

from baygate.access.principal import Principal
from baygate.gateway.call import Call
from baygate.gateway.execution.witness import Witness
from baygate.gateway.result import Result
from baygate.sample.agencies import PUBLIC_SECURITY
from baygate.sample.cases import KNOWN_CITIZEN_ID, KNOWN_CITIZEN_NAME
from baygate.sources.fetch import Selected
from baygate.sources.resident.facts import ROW


def result(hub: Hub, query: str, principal: Principal = ASKING) -> Result:
    access = hub.access(principal)
    operation = hub.road.operation(Call(query), access)
    planned = hub.road.plan(operation, operation.variables.coerce({}), access)
    return hub.loop.run_until_complete(hub.road.executor.run(planned, operation, {}, {}, principal))


def rows(hub: Hub, query: str, principal: Principal = ASKING) -> dict[tuple[str, str, str], int]:
    return dict(recounted(result(hub, query, principal).seen.rows()))


@pytest.fixture
def number(numbers: list[str]) -> str:
    return numbers[0]


@pytest.fixture
def party(hub: Hub, number: str) -> str:
    hub.govern(hk_cr=[KEYS])
    return str(hub.ask(company_of(number, "id")).data["hongKongCompanyByCrNumber"]["id"])


def test_each_agency_is_told_of_what_it_gave_about_the_party_of_the_hubs_record(
    hub: Hub, number: str, party: str
) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm", "foundedOn")], bank_hk=[added("solvency")])
    assert rows(hub, company_of(number, "name legalForm foundedOn solvency")) == {
        ("hk-cr", party, "HongKongCompany"): 1,
        ("reg-hk", party, "HongKongCompany"): 1,
        ("bank-hk", party, "HongKongCompany"): 1,
    }


def test_objects_of_a_source_are_about_whom_the_object_around_them_is_about(hub: Hub, number: str, party: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("directors", "office"), grant("Director", "name"), grant("Office", "line")])
    found = rows(hub, company_of(number, "directors { name } office { __typename line }"))
    assert found["reg-hk", party, "Director"] == 3
    assert found["reg-hk", party, "Office"] == 1


def test_what_a_policy_takes_out_of_a_sources_answer_is_not_told(hub: Hub, number: str, party: str) -> None:
    rules = [added("directors"), grant("Director", "name", "nationality", where=where("nationality", "eq", "HK"))]
    hub.govern(hk_cr=[KEYS], reg_hk=rules)
    found = rows(hub, company_of(number, "directors { name }"))
    assert found["reg-hk", party, "Director"] == 2


def test_a_record_of_the_hub_is_told_by_its_agency_wherever_the_way_to_it_began(
    hub: Hub, numbers: list[str], party: str
) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[entry("companies"), added("legalForm")])
    found = rows(hub, "{ companies { name legalForm } }")
    assert found["hk-cr", party, "HongKongCompany"] == 1
    assert found["reg-hk", party, "HongKongCompany"] == 1
    assert sum(each for (agency, _, _), each in found.items() if agency == "hk-cr") == 5


def test_of_an_entity_whose_record_was_not_needed_nobody_knows_the_party(hub: Hub, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[entry("search"), added("legalForm", "office"), grant("Office", "line")])
    query = f'{{ search(number: "{number}") {{ legalForm office {{ line }} }} }}'
    assert rows(hub, query) == {("reg-hk", "", "HongKongCompany"): 1, ("reg-hk", "", "Office"): 1}


def test_an_entity_inside_a_record_of_a_party_is_not_taken_to_be_about_that_party(hub: Hub) -> None:
    fields = (Selected("legalForm", "legalForm", {}, None),)
    witness = Witness(hub.federation.contributed)
    witness.enter("HongKongCompany", (), {ROW: ["hk-cr", "HK-1"]})
    around = witness.enter("HongKongCompany", fields, {"legalForm": "PRIVATE"})
    witness.leave(around)
    witness.enter("Director", fields, {})
    assert witness.facts == [("HongKongCompany", "hk-cr", "HK-1"), ("HongKongCompany", "reg-hk", "")]
    assert around == "HK-1"


def test_what_stands_beside_a_record_is_not_about_its_party(hub: Hub, number: str, party: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[entry("funds"), grant("Fund", "name", "fundNo")])
    query = f'{{ hongKongCompanyByCrNumber(crNumber: "{number}") {{ name }} funds {{ name }} }}'
    assert rows(hub, query) == {("hk-cr", party, "HongKongCompany"): 1, ("reg-hk", "", "Fund"): 3}


def test_an_entry_point_that_gives_a_value_is_told_by_its_coordinate(hub: Hub) -> None:
    hub.govern(reg_hk=[entry("motd", "funds"), grant("Fund", "name", "fundNo")])
    assert rows(hub, "{ motd funds { name } }") == {("reg-hk", "", "Query.motd"): 1, ("reg-hk", "", "Fund"): 3}


def test_what_a_source_did_not_answer_is_not_told(hub: Hub, number: str, party: str, bank: Service) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm")], bank_hk=[added("solvency")])
    bank.lie = lambda _: {"errors": [{"message": "no"}]}
    told = result(hub, company_of(number, "legalForm solvency"))
    assert {agency for agency, _, _ in recounted(told.seen.rows())} == {"hk-cr", "reg-hk"}
    assert told.status == "partial"


def test_what_became_null_is_not_told(hub: Hub, number: str, party: str, register: Service) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("mustBe", "office"), grant("Office", "line")])
    query = f'{{ a: hongKongCompanyByCrNumber(crNumber: "{number}") {{ office {{ line }} mustBe }} __typename }}'
    assert rows(hub, query)["reg-hk", party, "Office"] == 1
    register.lie = lambda answer: _without(answer, "mustBe")
    assert result(hub, query).seen.rows() == {}


def _without(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_without(each, name) for each in value]
    if isinstance(value, dict):
        return {key: None if key == name else _without(each, name) for key, each in value.items()}
    return value


@pytest.mark.parametrize("row", [["hk-cr", "HK-FORGED"], "forged", None])
def test_a_source_that_tells_of_records_itself_is_not_believed(
    hub: Hub, number: str, party: str, register: Service, row: Any
) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[entry("search"), added("legalForm", "office"), grant("Office", "line")])
    told = {"legalForm": "PRIVATE", "@row": row, "office": {"line": "x", "@row": row}}
    register.lie = lambda answer: (
        {"data": {"search": {"crNumber": number, **told}}}
        if "search" in answer["data"]
        else {"data": {"_entities": [told]}}
    )
    for query, about in (
        (f'{{ search(number: "{number}") {{ legalForm office {{ line }} }} }}', ""),
        (company_of(number, "legalForm office { line }"), party),
    ):
        answer = result(hub, query)
        assert b"FORGED" not in answer.body
        found = recounted(answer.seen.rows())
        assert {each for agency, each, _ in found if agency == "reg-hk"} == {about}
        assert "HK-FORGED" not in {each for _, each, _ in found}


def test_a_verdict_beside_remote_fields_is_told_too(hub: Hub) -> None:
    hub.govern(reg_hk=[entry("motd", "verifyPerson")])
    asked = f'verifyPerson(idNumber: "{KNOWN_CITIZEN_ID}", name: "{KNOWN_CITIZEN_NAME}")'
    told = {("reg-hk", "", "Query.motd"): 1, (PUBLIC_SECURITY, "", "Query.verifyPerson"): 1}
    verifying = replace(ASKING, scopes=ASKING.scopes | {"identity:verify"})
    assert rows(hub, f"{{ motd {asked} }}", verifying) == told


def test_fields_of_sources_are_decided_under_their_agency(hub: Hub, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm")])
    found = orjson.loads(hub.plan(company_of(number, "name legalForm solvency")).decisions)
    (hub_name,) = found["released"].keys() - {"reg-hk"}
    assert found["released"] == {hub_name: ["HongKongCompany.name"], "reg-hk": ["HongKongCompany.legalForm"]}
    assert found["withheld"] == {"bank-hk": ["HongKongCompany.solvency"]}
