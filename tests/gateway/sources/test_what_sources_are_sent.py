"""What goes from source to source: keys and what fields require, of what the caller may see as it is, and no more."""

import pytest
from tests.gateway.sources.hub import Hub, grant, received, where
from tests.gateway.sources.service import Service
from tests.gateway.sources.world import KEYS, SECRETS, added, company_of, entry

MASKED = {"kind": "mask", "keepLast": 1}


@pytest.fixture
def number(numbers: list[str]) -> str:
    return numbers[0]


@pytest.fixture
def known(hub: Hub, number: str) -> str:
    """The number by which the hub knows the company."""
    hub.govern(hk_cr=[KEYS])
    found: str = hub.ask(company_of(number, "id")).data["hongKongCompanyByCrNumber"]["id"]
    return found


def test_a_key_that_the_caller_may_not_read_is_not_sent(hub: Hub, register: Service, known: str) -> None:
    hub.govern(hk_cr=[grant("HongKongCompany", "id", "name")], reg_hk=[added("legalForm")])
    answer = hub.ask(f'{{ party(id: "{known}") {{ name ... on HongKongCompany {{ legalForm }} }} }}')
    assert answer.data["party"]["name"] is not None
    assert answer.data["party"]["legalForm"] is None
    assert answer.withheld == ["HongKongCompany.crNumber"]
    assert register.received == []


def test_a_key_that_is_masked_for_the_caller_is_not_sent(hub: Hub, vault: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("taxNo", transform={"taxNo": MASKED})], vault_hk=[added("policies")])
    answer = hub.ask(company_of(number, "name policies"))
    assert answer.withheld == ["HongKongCompany.taxNo"]
    assert vault.received == []


def test_a_key_of_which_nobody_says_anything_is_not_fetched_on_the_way(
    hub: Hub, register: Service, vault: Service, number: str
) -> None:
    hub.govern(hk_cr=[KEYS], vault_hk=[added("policies")])
    answer = hub.ask(company_of(number, "name policies"))
    assert answer.data["hongKongCompanyByCrNumber"]["policies"] is None
    assert answer.withheld == ["HongKongCompany.taxNo"]
    assert (register.received, vault.received) == ([], [])


def test_a_chain_of_keys_leads_as_far_as_the_caller_reads_them(hub: Hub, vault: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("taxNo")], vault_hk=[added("policies")])
    assert hub.ask(company_of(number, "policies")).data == {"hongKongCompanyByCrNumber": {"policies": 7}}
    assert vault.representations == [{"__typename": "HongKongCompany", "taxNo": f"{SECRETS['taxNo']}-{number}"}]


def test_a_chain_that_breaks_at_its_beginning_withholds_what_is_at_its_end(
    hub: Hub, vault: Service, known: str
) -> None:
    rules = [grant("HongKongCompany", "id", "name")]
    hub.govern(hk_cr=rules, reg_hk=[added("taxNo")], vault_hk=[added("policies")])
    answer = hub.ask(f'{{ party(id: "{known}") {{ ... on HongKongCompany {{ name policies }} }} }}')
    assert answer.data["party"]["policies"] is None
    assert answer.withheld == ["HongKongCompany.crNumber"]
    assert vault.received == []


def test_what_a_field_requires_is_sent_if_the_caller_sees_it(hub: Hub, bank: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS, grant("HongKongCompany", "registeredOffice")], bank_hk=[added("risk")])
    assert hub.ask(company_of(number, "risk")).data == {"hongKongCompanyByCrNumber": {"risk": "low"}}
    (sent,) = bank.representations
    assert sent.keys() == {"__typename", "crNumber", "registeredOffice"}


@pytest.mark.parametrize("how", [None, {"registeredOffice": MASKED}])
def test_a_field_is_withheld_that_requires_what_the_caller_does_not_see(
    hub: Hub, bank: Service, number: str, how: object
) -> None:
    office = [grant("HongKongCompany", "registeredOffice", transform=how)] if how else []
    hub.govern(hk_cr=[KEYS, *office], bank_hk=[added("risk", "solvency")])
    answer = hub.ask(company_of(number, "name risk solvency"))
    assert answer.data["hongKongCompanyByCrNumber"]["risk"] is None
    assert answer.data["hongKongCompanyByCrNumber"]["solvency"] == "good"
    assert answer.withheld == ["HongKongCompany.registeredOffice"]
    assert answer.errors[0]["path"] == ["hongKongCompanyByCrNumber", "risk"]
    assert "registeredOffice" not in str(bank.representations)


@pytest.mark.parametrize("how", [None, {"secretNote": MASKED}, {"secretNote": {"kind": "hash"}}])
def test_what_another_source_gives_is_not_sent_either(
    hub: Hub, register: Service, bank: Service, number: str, how: object
) -> None:
    note = [added("secretNote", transform=how)] if how else [added("legalForm")]
    hub.govern(hk_cr=[KEYS], reg_hk=note, bank_hk=[added("gossip")])
    answer = hub.ask(company_of(number, "gossip"))
    assert answer.data == {"hongKongCompanyByCrNumber": {"gossip": None}}
    assert answer.withheld == ["HongKongCompany.secretNote"]
    assert (register.received, bank.received) == ([], [])
    assert SECRETS["gossip"].encode() not in answer.body


def test_of_a_record_that_is_not_there_nothing_is_sent(hub: Hub, number: str) -> None:
    """The list is granted, what is in it is not: neither of a source's type nor of the hub's."""
    rules = {"hk_cr": [KEYS, grant("HongKongCompany", "region")], "reg_hk": [added("directors")]}
    hub.govern(**rules, bank_hk=[added("boardRisk", "placeRisk")])
    answer = hub.ask(company_of(number, "boardRisk placeRisk"))
    assert answer.data == {"hongKongCompanyByCrNumber": {"boardRisk": None, "placeRisk": None}}
    assert answer.withheld == ["Director", "Region.name"]
    assert received(hub.federation.services.values()) == b""


def test_records_of_which_only_some_are_there_are_not_sent(hub: Hub, bank: Service, number: str) -> None:
    some = grant("Director", "name", where=where("nationality", "eq", "HK"))
    hub.govern(hk_cr=[KEYS], reg_hk=[added("directors"), some], bank_hk=[added("boardRisk")])
    answer = hub.ask(company_of(number, "boardRisk directors { name }"))
    assert answer.data["hongKongCompanyByCrNumber"]["boardRisk"] is None
    assert SECRETS["hidden"].encode() not in answer.body + bank.everything
    assert bank.received == []


def test_a_key_that_the_contract_hides_serves_sources_alone(hub: Hub, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm")])
    answer = hub.ask(company_of(number, "ledgerNo"))
    assert answer.codes == ["GRAPHQL_VALIDATION_FAILED"]
    assert SECRETS["ledgerNo"].encode() not in answer.body


def test_a_key_does_not_come_out_under_the_name_of_a_withheld_field(hub: Hub) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[entry("companies"), added("legalForm")])
    answer = hub.ask("{ companies { crNumber: secretNote _0_crNumber: secretNote name } }")
    assert {(each["crNumber"], each["_0_crNumber"]) for each in answer.data["companies"]} == {(None, None)}


def test_a_source_hears_nothing_of_what_the_caller_asks_others(hub: Hub, register: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm")], bank_hk=[added("solvency")])
    hub.ask(company_of(number, "name solvency legalForm"))
    assert "solvency" not in register.documents
    assert register.representations == [{"__typename": "HongKongCompany", "crNumber": number}]


def test_entities_of_the_hub_do_not_lead_to_what_sources_add(hub: Hub, register: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm", "secretNote")])
    query = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on HongKongCompany { name secretNote } } }"""
    answer = hub.ask(query, r=[{"__typename": "HongKongCompany", "crNumber": number}])
    assert answer.data["_entities"][0]["secretNote"] is None
    assert answer.codes == ["BAD_USER_INPUT"]
    assert register.received == []
