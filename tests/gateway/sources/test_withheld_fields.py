"""Fields of remote sources: what is withheld is asked of nobody, what is transformed leaves transformed."""

from dataclasses import replace
from typing import Any

import pytest
from tests.gateway.sources.hub import ASKING, Answer, Hub, denial, grant, where
from tests.gateway.sources.service import Service
from tests.gateway.sources.world import KEYS, SECRETS, added, company_of, entry


@pytest.fixture
def number(numbers: list[str]) -> str:
    return numbers[0]


def of_company(answer: Answer) -> Any:
    return answer.data["hongKongCompanyByCrNumber"]


def secrets_in(answer: Answer, *names: str) -> list[str]:
    return [name for name in names or SECRETS if SECRETS[name].encode() in answer.body]


def test_a_withheld_field_is_not_requested_and_says_who_withholds_it(hub: Hub, register: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm")])
    answer = hub.ask(company_of(number, "name legalForm secretNote office { line }"))
    assert of_company(answer)["legalForm"] == "PRIVATE"
    assert (of_company(answer)["secretNote"], of_company(answer)["office"]) == (None, None)
    assert answer.withheld == ["HongKongCompany.office", "HongKongCompany.secretNote"]
    told = next(each for each in answer.errors if each["extensions"]["coordinate"] == "HongKongCompany.secretNote")
    assert told["path"] == ["hongKongCompanyByCrNumber", "secretNote"]
    assert told["extensions"]["policy"] == "reg-hk/rules"
    assert "secretNote" not in register.documents
    assert "office" not in register.documents
    assert not secrets_in(answer)


def test_a_field_of_a_source_whose_agency_says_nothing_is_withheld_by_no_policy(
    hub: Hub, register: Service, number: str
) -> None:
    hub.govern(hk_cr=[KEYS])
    answer = hub.ask(company_of(number, "name legalForm"))
    assert answer.withheld == ["HongKongCompany.legalForm"]
    assert answer.errors[0]["extensions"]["policy"] is None
    assert register.received == []


def test_the_registrar_of_the_rows_cannot_give_what_a_source_adds(hub: Hub, register: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS, added("legalForm", "secretNote")])
    answer = hub.ask(company_of(number, "name legalForm secretNote"))
    assert answer.withheld == ["HongKongCompany.legalForm", "HongKongCompany.secretNote"]
    assert register.received == []


def test_another_source_cannot_give_what_a_source_adds(hub: Hub, register: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS], bank_hk=[added("secretNote")])
    assert hub.ask(company_of(number, "secretNote")).withheld == ["HongKongCompany.secretNote"]
    assert register.received == []


def test_a_grant_of_added_fields_takes_nothing_from_the_rows_that_are_there(hub: Hub, number: str) -> None:
    hub.govern(hk_cr=[KEYS])
    before = hub.ask(company_of(number, "id name crNumber"))
    hub.govern(hk_cr=[KEYS], bank_hk=[added("solvency")], reg_hk=[added("legalForm")])
    assert hub.ask(company_of(number, "id name crNumber")).body == before.body


def test_what_would_help_is_said(hub: Hub, number: str) -> None:
    rule = added("legalForm", purposes=["STATISTICS"], scopes=["vault:open"])
    hub.govern(hk_cr=[KEYS], reg_hk=[rule])
    (error,) = hub.ask(company_of(number, "name legalForm")).errors
    assert error["extensions"]["helps"] == {"scopes": ["vault:open"], "purposes": ["STATISTICS"]}


def test_of_a_condition_that_its_giver_cannot_hold_the_policy_is_named(
    hub: Hub, register: Service, number: str
) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm", where=where("status", "eq", "ACTIVE"))])
    answer = hub.ask(company_of(number, "name legalForm"))
    assert answer.errors[0]["extensions"]["policy"] == "reg-hk/rules"
    assert register.received == []


def test_nothing_below_a_withheld_field_is_requested(hub: Hub, register: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("office"), grant("Office", "district")])
    answer = hub.ask(company_of(number, "office { district line } directors { name deputy { name } }"))
    assert of_company(answer) == {"office": {"district": "Wan Chai", "line": None}, "directors": None}
    assert "line" not in register.documents
    assert "deputy" not in register.documents
    assert not secrets_in(answer)


def test_a_withheld_field_that_may_not_be_null_withholds_what_is_above_it(
    hub: Hub, register: Service, number: str
) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm")])
    answer = hub.ask(company_of(number, "name legalForm mustBe"))
    assert of_company(answer) is None
    assert answer.withheld == ["HongKongCompany.mustBe"]
    assert register.received == []


@pytest.mark.parametrize(
    ("field", "transform", "left"),
    [
        ("taxNo", {"kind": "mask", "keepFirst": 2}, "S3" + "*" * 17),
        ("taxNo", {"kind": "truncate", "length": 4}, "S3CR"),
        ("taxNo", {"kind": "null"}, None),
        ("turnover", {"kind": "generalise", "step": 1000}, 123000),
        ("foundedOn", {"kind": "truncate", "to": "YEAR"}, "1997-01-01"),
        ("foundedOn", {"kind": "truncate", "to": "MONTH"}, "1997-07-01"),
    ],
)
def test_a_transformed_value_leaves_transformed(hub: Hub, number: str, field: str, transform: Any, left: Any) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added(field, transform={field: transform})])
    answer = hub.ask(company_of(number, f"x: {field}"))
    assert of_company(answer) == {"x": left}
    assert answer.told == [("FIELD_MASKED", f"HongKongCompany.{field}")]


def test_a_hash_is_keyed_for_its_recipient(hub: Hub, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("taxNo", transform={"taxNo": {"kind": "hash"}})])
    own = of_company(hub.ask(company_of(number, "taxNo")))["taxNo"]
    other = of_company(hub.ask(company_of(number, "taxNo"), replace(ASKING, agency="other-gd")))["taxNo"]
    plain = f"{SECRETS['taxNo']}-{number}"
    assert (own, other) == (hub.hashed(plain), hub.hashed(plain, "other-gd"))


def test_an_entry_point_of_a_source_is_closed_until_its_agency_opens_it(hub: Hub, register: Service) -> None:
    query = '{ motd funds { name } search(number: "x") { legalForm } }'
    for rules in ({}, {"reg_hk": [grant("Fund", "name")]}, {"hk_cr": [entry("motd")]}):
        hub.govern(**rules)
        answer = hub.ask(query)
        assert answer.data == {"motd": None, "funds": None, "search": None}
        assert answer.withheld == ["Query.funds", "Query.motd", "Query.search"]
    assert register.received == []


def test_a_value_of_an_entry_point_is_transformed(hub: Hub) -> None:
    hub.govern(reg_hk=[grant("Query", "motd", transform={"motd": {"kind": "mask", "keepFirst": 1}})])
    answer = hub.ask("{ motd }")
    assert (answer.data, answer.told) == ({"motd": "h****"}, [("FIELD_MASKED", "Query.motd")])


def test_a_field_is_open_to_those_with_its_scopes_roles_and_to_everybody_who_is_known(
    hub: Hub, register: Service, number: str
) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("opened", "audited", "signedOff")])
    asked = company_of(number, "opened audited signedOff")
    answer = hub.ask(asked)
    assert of_company(answer) == {"opened": None, "audited": None, "signedOff": "yes"}
    told = {each["extensions"]["coordinate"]: each["extensions"]["helps"] for each in answer.errors}
    assert told["HongKongCompany.opened"] == {"scopes": ["vault:open"]}
    assert "opened" not in register.documents
    assert "audited" not in register.documents
    scoped = replace(ASKING, scopes=ASKING.scopes | {"vault:open"})
    assert of_company(hub.ask(asked, scoped))["opened"] == SECRETS["opened"]
    auditor = replace(ASKING, roles=frozenset({"AUDITOR"}))
    assert of_company(hub.ask(asked, auditor))["audited"] == SECRETS["audited"]


@pytest.mark.parametrize("pretended", ["policy:AUDITOR", "role:AUDITOR", "AUDITOR"])
def test_no_scope_stands_for_a_role(hub: Hub, number: str, pretended: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("audited")])
    pretending = replace(ASKING, scopes=ASKING.scopes | {pretended})
    assert of_company(hub.ask(company_of(number, "audited"), pretending)) == {"audited": None}


@pytest.mark.parametrize(
    "reaching",
    [
        "party(id: $id) { ... on HongKongCompany { %s } }",
        "party(id: $id) { ... on Party { ... on HongKongCompany { %s } } }",
        "party(id: $id) { ...F } } fragment F on HongKongCompany { %s",
    ],
)
def test_no_interface_or_fragment_leads_past_a_gate(hub: Hub, register: Service, number: str, reaching: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("opened", "legalForm")])
    known = of_company(hub.ask(company_of(number, "id")))["id"]
    answer = hub.ask("query ($id: PartyId!) { " + reaching % "legalForm opened secretNote" + " }", id=known)
    assert answer.data["party"] == {"legalForm": "PRIVATE", "opened": None, "secretNote": None}
    assert "opened" not in register.documents
    assert "secretNote" not in register.documents


def test_a_denial_wins_over_every_grant(hub: Hub, register: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("secretNote", "legalForm"), denial("HongKongCompany", "secretNote")])
    answer = hub.ask(company_of(number, "secretNote legalForm"))
    assert of_company(answer) == {"secretNote": None, "legalForm": "PRIVATE"}
    assert answer.errors[0]["extensions"]["rule"] == "r2"
    assert "secretNote" not in register.documents
