"""Plans over sources: for which callers one is made, how long it lasts; and what the hub says of remote fields."""

from dataclasses import replace
from typing import Any

import pytest
from tests.gateway.sources.hub import ASKING, Hub, denial, grant, where
from tests.gateway.sources.service import Service
from tests.gateway.sources.world import KEYS, SECRETS, added, company_of, entry

SAYS = """query ($t: String!, $f: String!) { access(type: $t, field: $f) {
  given sentence answers { providers outcome rules transforms wouldHelp { scopes purposes } } } }"""


@pytest.fixture
def number(numbers: list[str]) -> str:
    return numbers[0]


def said(hub: Hub, coordinate: str) -> Any:
    type_name, _, name = coordinate.partition(".")
    answer = hub.ask(SAYS, t=type_name, f=name)
    assert not answer.errors, answer.errors
    return answer.data["access"]


# Plans


def test_callers_of_whom_other_things_are_decided_share_no_plan(hub: Hub, number: str) -> None:
    ours = added("secretNote", to={"agencies": ["asker-gd"]})
    theirs = added("secretNote", to={"agencies": ["other-gd"]}, transform={"secretNote": {"kind": "mask"}})
    hub.govern(hk_cr=[KEYS], reg_hk=[ours, theirs])
    query, other = company_of(number, "secretNote"), replace(ASKING, agency="other-gd")
    nobody = replace(ASKING, agency="hk-cr", jurisdiction="HK")
    plans = [hub.plan(query, each) for each in (ASKING, other, nobody)]
    assert len({id(each) for each in plans}) == 3
    answers = [hub.ask(query, each).data["hongKongCompanyByCrNumber"]["secretNote"] for each in (ASKING, other, nobody)]
    assert answers[0].startswith(SECRETS["secretNote"])
    assert set(answers[1]) == {"*"}
    assert answers[2] is None


def test_hashes_for_two_recipients_share_no_plan(hub: Hub, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("taxNo", transform={"taxNo": {"kind": "hash"}})])
    query = company_of(number, "taxNo")
    assert hub.plan(query) is not hub.plan(query, replace(ASKING, agency="other-gd"))


def test_a_policy_that_changes_takes_effect_on_the_next_request(hub: Hub, register: Service, number: str) -> None:
    query = company_of(number, "legalForm secretNote")
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm", "secretNote")])
    assert hub.ask(query).withheld == []
    register.forget()
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm"), denial("HongKongCompany", "secretNote")])
    answer = hub.ask(query)
    assert answer.withheld == ["HongKongCompany.secretNote"]
    assert "secretNote" not in register.documents


def test_the_second_request_of_a_plan_is_answered_like_the_first(hub: Hub, number: str) -> None:
    rules = [added("directors", "notices"), grant("Director", "name", where=where("nationality", "eq", "HK"))]
    hub.govern(hk_cr=[KEYS], reg_hk=[*rules, grant("PublicNotice", "no")])
    query = company_of(number, "name directors { name } notices { __typename no }")
    assert hub.ask(query).body == hub.ask(query).body


# What it says of itself


def test_what_is_said_of_a_remote_field_is_what_a_query_meets(hub: Hub, number: str) -> None:
    masked = added("taxNo", transform={"taxNo": {"kind": "mask"}})
    hub.govern(
        hk_cr=[KEYS],
        reg_hk=[added("legalForm"), masked, added("turnover", where=where("status", "eq", "x")), entry("motd")],
    )
    assert said(hub, "HongKongCompany.legalForm")["answers"][0]["outcome"] == "ALLOW"
    told = said(hub, "HongKongCompany.taxNo")["answers"][0]
    assert (told["outcome"], told["transforms"]) == ("TRANSFORM", ["MASK"])
    for withheld in ("HongKongCompany.turnover", "HongKongCompany.secretNote", "HongKongCompany.policies", "Fund.name"):
        assert not said(hub, withheld)["given"], withheld
    assert said(hub, "Query.motd")["given"]
    assert not said(hub, "Query.funds")["given"]
    query = company_of(number, "legalForm taxNo turnover secretNote policies")
    assert set(hub.ask(query).withheld) >= {"HongKongCompany.turnover", "HongKongCompany.secretNote"}


def test_of_a_remote_record_it_is_said_that_only_some_give_a_field(hub: Hub) -> None:
    hub.govern(
        reg_hk=[entry("funds"), grant("Fund", "name"), grant("Fund", "manager", where=where("region", "eq", "44"))]
    )
    assert said(hub, "Fund.manager")["answers"][0]["outcome"] == "CONDITIONAL"


def test_the_catalogue_lists_what_sources_share(hub: Hub) -> None:
    hub.govern(reg_hk=[added("legalForm"), grant("Fund", "name"), denial("Fund", "manager")])
    (entry_,) = hub.ask("{ catalogue { policyId terms { type fields } notShared { type fields } } }").data["catalogue"]
    assert {"type": "Fund", "fields": ["name"]} in entry_["terms"]
    assert entry_["notShared"] == [{"type": "Fund", "fields": ["manager"]}]


def test_the_tally_counts_what_becomes_of_remote_fields(hub: Hub, number: str) -> None:
    masked = added("taxNo", transform={"taxNo": {"kind": "mask"}})
    some = grant("Director", "name", where=where("region", "eq", "81"))
    hub.govern(
        hk_cr=[KEYS], reg_hk=[masked, added("directors"), grant("Director", "salary"), some], bank_hk=[added("gossip")]
    )
    decided = hub.plan(company_of(number, "name taxNo secretNote gossip directors { name }")).decided
    assert set(decided) >= {
        ("HongKongCompany", "taxNo", "TRANSFORM"),
        ("HongKongCompany", "secretNote", "WITHHOLD"),
        ("HongKongCompany", "gossip", "WITHHOLD"),
        ("Director", "name", "CONDITIONAL"),
    }


def test_cursors_stay_sealed_in_plans_across_sources(hub: Hub, number: str) -> None:
    order, rating = ("crNumber", "id", "name", "kind"), grant("CreditRating", "assessedOn", "ratingNo", "grade")
    hub.govern(hk_cr=[grant("HongKongCompany", *order), rating], reg_hk=[added("legalForm")])
    page = "{ parties(first: 2%s) { pageInfo { endCursor } nodes { id ... on HongKongCompany { legalForm } } } }"
    first = hub.ask(page % "")
    assert not first.errors, first.errors
    cursor = first.data["parties"]["pageInfo"]["endCursor"]
    assert first.data["parties"]["nodes"][1]["id"] not in cursor
    second = hub.ask(page % f', after: "{cursor}"')
    assert not {each["id"] for each in second.data["parties"]["nodes"]} & {
        each["id"] for each in first.data["parties"]["nodes"]
    }
    hub.govern(hk_cr=[grant("HongKongCompany", *order)], reg_hk=[added("legalForm")])
    assert hub.ask(page % f', after: "{cursor}"').codes == ["INVALID_CURSOR"]
