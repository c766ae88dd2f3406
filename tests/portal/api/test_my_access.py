"""What somebody would get of each field: what a query would meet, all at once, and told so that a page can say it."""

import time
from dataclasses import replace
from typing import Any

import pytest
from tests.portal.api.sample_control import GATES, SCOPES, control, state
from tests.sample.test_policies import facts

from baygate.access.compile import compiled
from baygate.access.documents.in_force import nothing
from baygate.access.explain import explain
from baygate.contract.schema import graphql_schema
from baygate.gateway.introspection import Introspection
from baygate.gateway.visible import VisibleSchemas
from baygate.portal.api.my_access import my_access
from baygate.sources.bindings import resident_binding


def told(agency: str = "tax-gd", purpose: str = "EXPORT_REFUND", **other: Any) -> dict[str, Any]:
    return my_access(control(agency, purpose, **other), purpose)


def field(coordinate: str, **asking: Any) -> dict[str, Any]:
    found: dict[str, Any] = told(**asking)["fields"][coordinate]
    return found


@pytest.mark.parametrize("agency", ["tax-gd", "hk-customs", "psb-gd"])
@pytest.mark.parametrize("purpose", ["EXPORT_REFUND", "TRADE_FACILITATION"])
def test_each_field_comes_out_as_a_query_would_meet_it(agency: str, purpose: str) -> None:
    asking = control(agency, purpose)
    access = GATES.behind(SCOPES, compiled(state(), asking.who, facts()))
    found = my_access(asking, purpose)["fields"]
    assert len(found) > 300
    for coordinate, each in found.items():
        type_name, _, name = coordinate.partition(".")
        decided = access.decide(type_name, name)
        providers = [provider for answer in each["answers"] for provider in answer["providers"]]
        met = [decided.of(provider).withheld for provider in providers] or [
            all(one.withheld for one in decided.every())
        ]
        assert (each["outcome"] == "WITHHOLD") is all(met), coordinate


def test_its_words_are_those_of_the_explanation() -> None:
    asking = control("hk-customs", "TRADE_FACILITATION")
    for coordinate, each in my_access(asking, "TRADE_FACILITATION")["fields"].items():
        type_name, _, name = coordinate.partition(".")
        explained = explain(state(), asking.who, facts(), GATES.demanded, (type_name, name))
        assert each["sentence"] == explained.sentence()
        assert [one["reason"] for one in each["answers"]] == [one.reason for one in explained.answers]


def test_what_leaves_masked_tells_how_and_for_which_rows() -> None:
    found = field("CreditRating.evidenceNo")
    assert found["outcome"] == "TRANSFORM"
    (customs,) = [each for each in found["answers"] if each["providers"] == ["customs-gz"]]
    assert customs["transforms"] == ["MASK"]
    assert customs["ways"] == [
        {
            "transform": {
                "kind": "MASK",
                "keepFirst": 0,
                "keepLast": 4,
                "text": "masked but for the last 4 characters",
            },
            "where": [[{"field": "current", "operator": "eq", "value": True}]],
        }
    ]
    assert (customs["policies"], customs["rules"]) == (
        [{"policyId": "customs-gz/credit", "version": 1}],
        ["customs-gz/credit#business"],
    )
    (own,) = [each for each in found["answers"] if each["providers"] == ["tax-gd"]]
    assert own["ways"] == [{"transform": None, "where": []}]


def test_what_is_some_agencys_secret_alone_is_conditional_for_the_whole_field() -> None:
    found = field("CreditRating.validTo", agency="hk-customs", purpose="TRADE_FACILITATION")
    assert {each["outcome"] for each in found["answers"]} > {"WITHHOLD"}
    assert found["outcome"] == "CONDITIONAL"


@pytest.mark.parametrize(
    ("coordinate", "asking", "cause"),
    [
        ("PersonInCharge.name", {}, "SCOPE"),
        ("MainlandEnterprise.name", {"agency": "hk-customs"}, "PURPOSE"),
        ("CreditRating.investigationNote", {"agency": "samr-gd"}, "DENIED"),
        ("FilingItem.registeredPrice", {"agency": "hk-customs", "purpose": "TRADE_FACILITATION"}, "OTHERS"),
    ],
)
def test_why_it_is_withheld_is_told_in_a_word(coordinate: str, asking: dict[str, Any], cause: str) -> None:
    found = field(coordinate, **asking)
    assert found["outcome"] == "WITHHOLD"
    assert {each["cause"] for each in found["answers"]} == {cause}


def test_what_would_help_is_told() -> None:
    name = field("PersonInCharge.name")["answers"][0]
    assert name["wouldHelp"]["scopes"] == ["identity:personal"]
    abroad = field("MainlandEnterprise.name", agency="hk-customs")["answers"][0]
    assert "TRADE_FACILITATION" in abroad["wouldHelp"]["purposes"]


def test_a_denial_tells_its_reason_and_its_legal_basis() -> None:
    for each in field("CreditRating.investigationNote", agency="samr-gd")["answers"]:
        assert each["ground"]["reason"]
        assert each["ground"]["reason"] in each["reason"]
        assert each["ground"]["legalBasis"] in each["reason"]
        assert each["ways"] == []


def test_another_purpose_gets_another_answer_without_another_token() -> None:
    asking = control("hk-customs", "EXPORT_REFUND")
    for purpose, outcome in (("EXPORT_REFUND", "WITHHOLD"), ("TRADE_FACILITATION", "ALLOW")):
        found = my_access(asking, purpose)
        assert found["purpose"] == purpose
        assert found["fields"]["MainlandEnterprise.name"]["outcome"] == outcome


def test_where_nothing_is_in_force_nothing_is_given_and_nobody_learns_why() -> None:
    stopped = nothing("The root document /etc/secret/root.jws is not taken.")
    asking = control("tax-gd", "EXPORT_REFUND", stopped)
    found = my_access(asking, "EXPORT_REFUND")
    assert {each["outcome"] for each in found["fields"].values()} == {"WITHHOLD"}
    assert {one["cause"] for each in found["fields"].values() for one in each["answers"]} == {"STOPPED"}
    assert "secret" not in repr(found)


def test_what_the_callers_schema_hides_and_no_catalogue_tells_is_left_out() -> None:
    catalogued = replace(state(), owners=tuple(replace(each, policies=each.policies[:1]) for each in state().owners))
    asking = control("hk-customs", "EXPORT_REFUND", catalogued)
    access = GATES.behind(SCOPES, compiled(state(), asking.who, facts()))
    schemas = VisibleSchemas(graphql_schema(), resident_binding(), GATES, Introspection.GRANTED)
    narrow = my_access(replace(asking, schema=schemas.of(access)[1]), "EXPORT_REFUND")["fields"]
    wide = my_access(asking, "EXPORT_REFUND")["fields"]
    listed = {".".join(each) for policy in catalogued.policies.values() for each in policy.coordinates()}
    assert narrow.keys() < wide.keys()
    assert not (wide.keys() - narrow.keys()) & listed
    told_by_the_catalogue = narrow.keys() & listed
    assert any(narrow[each]["outcome"] == "WITHHOLD" for each in told_by_the_catalogue)


def test_all_fields_are_told_in_a_moment() -> None:
    asking = control("tax-gd", "EXPORT_REFUND")
    took = []
    for _ in range(5):
        began = time.perf_counter()
        my_access(asking, "EXPORT_REFUND")
        took.append(time.perf_counter() - began)
    assert min(took) < 0.2
