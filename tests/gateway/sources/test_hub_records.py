"""Records of the hub to which a remote source leads: the hub's policies decide which are there, and what leaves."""

from typing import Any

import pytest
from tests.gateway.sources.hub import Hub, grant, where
from tests.gateway.sources.service import Service
from tests.gateway.sources.world import KEYS, added, company_of, entry

OPEN = [entry("companies", "search"), added("legalForm")]


@pytest.fixture
def only(hub: Hub, numbers: list[str]) -> Hub:
    """A hub that shows one company of all that the register leads to."""
    hub.govern(hk_cr=[{**KEYS, "where": where("crNumber", "eq", numbers[0])}], reg_hk=OPEN)
    return hub


def named(found: list[Any]) -> int:
    return sum(each["name"] is not None for each in found)


def test_fields_of_the_hub_come_of_those_rows_alone_that_the_caller_may_see(only: Hub, numbers: list[str]) -> None:
    found = only.ask("{ companies { name legalForm } }").data["companies"]
    assert len(found) == 5
    assert named(found) == 1
    assert found[0]["name"] is not None
    query = '{ search(number: "%s") { name } }'
    assert only.ask(query % numbers[0]).data["search"]["name"] is not None
    assert only.ask(query % numbers[1]).data["search"] == {"name": None}


def test_a_key_is_told_by_the_hub_and_never_by_a_source_that_refers_to_it(only: Hub, numbers: list[str]) -> None:
    hidden = [each.encode() for each in numbers[1:]]
    for query in ("{ companies { crNumber } }", "{ companies { n: crNumber legalForm } }"):
        answer = only.ask(query)
        assert not [each for each in hidden if each in answer.body]
    one = only.ask('{ search(number: "%s") { crNumber } }' % numbers[0])  # noqa: UP031 - braces are GraphQL's
    assert one.data == {"search": {"crNumber": numbers[0]}}


def test_a_relation_of_the_hub_leads_on_under_the_hubs_own_decisions(only: Hub, numbers: list[str]) -> None:
    answer = only.ask(
        f'{{ search(number: "{numbers[0]}") {{ name registeredOffice creditRatings(first: 2) {{ totalCount }} }} }}'
    )
    assert answer.data["search"]["registeredOffice"] is None
    assert answer.data["search"]["creditRatings"] is None
    assert "HongKongCompany.registeredOffice" in answer.withheld


def test_a_company_is_asked_for_by_the_key_that_the_source_gave_and_nothing_else(
    only: Hub, register: Service, numbers: list[str]
) -> None:
    register.lie = lambda _: {"data": {"search": {"crNumber": numbers[1], "legalForm": "mine"}}}
    assert only.ask(f'{{ search(number: "{numbers[0]}") {{ name legalForm }} }}').data["search"]["name"] is None


@pytest.mark.parametrize(
    "key", ["x' OR true --", "", None, 5, 1.5, ["C0000023"], {"crNumber": "C0000023"}, True, "\0", "C" * 9999]
)
def test_a_key_of_the_wrong_kind_refers_to_nothing(only: Hub, register: Service, key: Any) -> None:
    register.lie = lambda _: {"data": {"search": {"crNumber": key, "legalForm": "mine"}}}
    answer = only.ask('{ search(number: "x") { name legalForm } }')
    assert answer.data == {"search": {"name": None, "legalForm": "mine"}}


def test_a_source_that_says_what_the_hub_knows_is_not_believed(
    only: Hub, register: Service, numbers: list[str]
) -> None:
    forged = {"name": "forged", "id": "HK-0", "n": "forged", "kind": "MACAU", "__typename": "MacauCompany"}
    register.lie = lambda answer: {"data": {"companies": [{**each, **forged} for each in answer["data"]["companies"]]}}
    answer = only.ask("{ companies { name n: name legalForm __typename } }")
    assert b"forged" not in answer.body
    assert {each["__typename"] for each in answer.data["companies"]} == {"HongKongCompany"}


def test_where_no_row_of_the_hub_is_there_its_type_is_not_entered(hub: Hub, register: Service) -> None:
    hub.govern(reg_hk=OPEN)
    answer = hub.ask("{ companies { legalForm __typename } }")
    assert answer.data == {"companies": None}
    assert answer.codes == ["FIELD_WITHHELD"]
    assert register.received == []


def test_a_masked_field_of_the_hub_is_masked_by_every_way(hub: Hub, numbers: list[str]) -> None:
    masked = grant("HongKongCompany", "registeredOffice", transform={"registeredOffice": {"kind": "mask"}})
    hub.govern(hk_cr=[KEYS, masked], reg_hk=OPEN)
    of_hub = hub.ask(company_of(numbers[0], "registeredOffice")).data["hongKongCompanyByCrNumber"]
    of_register = hub.ask(f'{{ search(number: "{numbers[0]}") {{ registeredOffice }} }}').data["search"]
    assert of_hub == of_register
    assert set(of_hub["registeredOffice"]) == {"*"}


def test_a_key_that_the_caller_reads_masked_leads_from_no_source_into_the_hub(hub: Hub, numbers: list[str]) -> None:
    hub.govern(hk_cr=[grant("HongKongCompany", "id", "name")], reg_hk=OPEN)
    answer = hub.ask(f'{{ search(number: "{numbers[0]}") {{ name legalForm }} }}')
    assert answer.data == {"search": {"name": None, "legalForm": "PRIVATE"}}
    assert answer.withheld == ["HongKongCompany.crNumber"]


def test_a_source_cannot_make_the_hub_look_up_more_records_than_its_limits_let_it(only: Hub, register: Service) -> None:
    numbers = [f"C{number:07}" for number in range(1_001)]
    register.lie = lambda _: {"data": {"companies": [{"crNumber": each, "legalForm": "mine"} for each in numbers]}}
    answer = only.ask("{ companies { name legalForm } }")
    assert [each["legalForm"] for each in answer.data["companies"]] == ["mine"] * len(numbers)
    assert named(answer.data["companies"]) == 0
    (error,) = answer.errors
    assert (error["path"], error["extensions"]["kind"]) == (["companies"], "TOO_LARGE")
    assert "up to 1001 entities would be read. At most 1000 are" in error["message"]


def test_what_is_asked_for_under_the_name_of_the_type_takes_nothing_from_the_type(
    only: Hub, numbers: list[str]
) -> None:
    query = """{
      search(number: "%s") { __typename: legalForm name }
      parties(first: 100) { nodes { __typename: name ... on HongKongCompany { legalForm } } }
    }""" % numbers[0]  # noqa: UP031 - braces are GraphQL's
    data = only.ask(query).data
    assert list(data["search"]) == ["__typename", "name"]
    assert data["search"]["__typename"] not in {None, "HongKongCompany"}
    assert data["parties"]["nodes"] == [
        {"__typename": data["search"]["name"], "legalForm": data["search"]["__typename"]}
    ]
