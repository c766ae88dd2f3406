"""A source that lies, or does not know its own schema: it gives less than it says, never more than policies let out."""

from typing import Any

import pytest
from tests.gateway.sources.hub import Hub, grant, where
from tests.gateway.sources.service import Service
from tests.gateway.sources.world import KEYS, SECRETS, added, company_of, entry

EXTRA = {
    "secretNote": SECRETS["secretNote"],
    "name": SECRETS["hidden"],
    "note": SECRETS["secretNote"],
    "salary": 77_777,
}
WRONG: list[Any] = [7, 1.5, True, ["S3CR-in-a-list"], {"a": "S3CR-in-an-object"}, [[]], {}]


@pytest.fixture
def number(numbers: list[str]) -> str:
    return numbers[0]


def everywhere(value: Any, more: dict[str, Any]) -> Any:
    """Add members to every object of an answer."""
    if isinstance(value, list):
        return [everywhere(each, more) for each in value]
    if isinstance(value, dict):
        return {**{name: everywhere(each, more) for name, each in value.items()}, **more}
    return value


def test_what_was_not_asked_for_is_not_taken(hub: Hub, register: Service, number: str) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm", "directors"), grant("Director", "nationality")])
    register.lie = lambda answer: everywhere(answer, EXTRA)
    answer = hub.ask(company_of(number, "legalForm note: secretNote secretNote directors { nationality name salary }"))
    assert not [each for each in SECRETS.values() if each.encode() in answer.body]
    assert b"77777" not in answer.body
    assert answer.data["hongKongCompanyByCrNumber"]["legalForm"] == "PRIVATE"


def test_what_was_asked_of_another_type_is_not_taken(hub: Hub, register: Service, number: str) -> None:
    rules = [added("notices"), grant("PublicNotice", "no", "text"), grant("SealedNotice", "no")]
    hub.govern(hk_cr=[KEYS], reg_hk=rules)
    register.lie = lambda answer: everywhere(answer, {"text": SECRETS["sealed"]})
    found = hub.ask(company_of(number, "notices { __typename text }")).data["hongKongCompanyByCrNumber"]["notices"]
    assert [each["text"] for each in found if each and each["__typename"] == "SealedNotice"] == [None]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("kind", ["mask", "hash", "truncate"])
def test_of_a_text_that_is_none_nothing_is_left_by_a_transform(
    hub: Hub, register: Service, number: str, kind: str, wrong: Any
) -> None:
    how = {"kind": kind, **({"length": 2} if kind == "truncate" else {})}
    hub.govern(hk_cr=[KEYS], reg_hk=[added("taxNo", transform={"taxNo": how})])
    register.lie = lambda _: {"data": {"_entities": [{"taxNo": wrong}]}}
    answer = hub.ask(company_of(number, "taxNo"))
    assert answer.data["hongKongCompanyByCrNumber"] == {"taxNo": None}
    assert b"S3CR" not in answer.body


@pytest.mark.parametrize("wrong", ["123456", "S3CR", 1.5, True, [123456], {"x": 123456}])
def test_of_a_number_that_is_none_nothing_is_left_when_it_is_generalised(
    hub: Hub, register: Service, number: str, wrong: Any
) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("turnover", transform={"turnover": {"kind": "generalise", "step": 1000}})])
    register.lie = lambda _: {"data": {"_entities": [{"turnover": wrong}]}}
    assert hub.ask(company_of(number, "turnover")).data["hongKongCompanyByCrNumber"] == {"turnover": None}


@pytest.mark.parametrize("said", [*WRONG, None, "Nothing", "HongKongCompany", "PublicNotice "])
def test_a_type_that_is_none_shows_nothing_of_its_value(hub: Hub, register: Service, number: str, said: Any) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("latest"), grant("PublicNotice", "no"), grant("SealedNotice", "no")])
    notice = {"__typename": said, "no": "S3CR-no", "text": "S3CR-text", "name": "S3CR-name"}
    register.lie = lambda _: {"data": {"_entities": [{"latest": notice}]}}
    answer = hub.ask(company_of(number, "latest { __typename no text }"))
    assert answer.data["hongKongCompanyByCrNumber"] == {"latest": None}
    assert b"S3CR" not in answer.body


@pytest.mark.parametrize("region", [*WRONG, None, "", "4", "440", "44 "])
def test_no_value_of_another_kind_meets_a_condition(hub: Hub, register: Service, region: Any) -> None:
    hub.govern(reg_hk=[entry("funds"), grant("Fund", "name", where=where("region", "eq", "44"))])

    def lie(answer: Any) -> Any:
        funds = answer["data"]["funds"]
        asked = next(name for name in funds[0] if name.endswith("region"))
        return {"data": {"funds": [{**each, asked: region} for each in funds]}}

    register.lie = lie
    assert hub.ask("{ funds { name } }").data == {"funds": []}


def test_a_source_that_does_not_say_what_a_condition_compares_shows_no_record(hub: Hub, register: Service) -> None:
    hub.govern(reg_hk=[entry("funds"), grant("Fund", "name", where=where("region", "ne", "81"))])
    register.lie = lambda _: {
        "data": {"funds": [{"name": "S3CR"}, {"name": "S3CR", "region": "44", "_compared_region": "44"}]}
    }
    answer = hub.ask("{ funds { name } }")
    assert (answer.data, b"S3CR" in answer.body) == ({"funds": []}, False)


def test_objects_where_lists_were_promised_are_guarded_as_well(hub: Hub, register: Service, number: str) -> None:
    hidden = grant("Director", "name", where=where("nationality", "eq", "HK"))
    hub.govern(hk_cr=[KEYS], reg_hk=[added("directors", "chair"), hidden])
    record = {"name": SECRETS["hidden"], "nationality": "MO"}
    register.lie = lambda _: {"data": {"_entities": [{"directors": record, "chair": [[record]]}]}}
    answer = hub.ask(company_of(number, "directors { name } chair { name }"))
    assert SECRETS["hidden"].encode() not in answer.body


@pytest.mark.parametrize(
    "lie", [{"data": None}, {"data": {}}, {"data": {"_entities": 5}}, {"data": {"_entities": []}}, [], 1]
)
def test_a_source_that_answers_something_else_takes_nothing_from_the_rest(
    hub: Hub, register: Service, number: str, lie: Any
) -> None:
    hub.govern(hk_cr=[KEYS], reg_hk=[added("legalForm")])
    register.lie = lambda _: lie
    answer = hub.ask(company_of(number, "id legalForm"))
    assert answer.data["hongKongCompanyByCrNumber"]["legalForm"] is None
    assert answer.data["hongKongCompanyByCrNumber"]["id"]
