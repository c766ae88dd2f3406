"""Records of remote sources: those that a policy does not let the caller see are not there, wherever they stand."""

from dataclasses import replace
from typing import Any

import pytest
from tests.gateway.sources.hub import ASKING, Hub, denial, grant, where
from tests.gateway.sources.service import Service
from tests.gateway.sources.world import KEYS, SECRETS, added, company_of, entry

DIRECTORS = added("directors", "chair", "notices", "latest", "holders")
FROM_HK = where("nationality", "eq", "HK")


@pytest.fixture
def number(numbers: list[str]) -> str:
    return numbers[0]


@pytest.fixture
def asked(hub: Hub, number: str) -> Any:
    """Ask for something of one company, under rules of the register."""

    def ask(selection: str, *rules: Any, **caller: Any) -> Any:
        hub.govern(hk_cr=[KEYS], reg_hk=[DIRECTORS, *rules])
        answer = hub.ask(company_of(number, selection), replace(ASKING, **caller))
        assert SECRETS["hidden"].encode() not in answer.body
        return answer.data["hongKongCompanyByCrNumber"]

    return ask


def test_records_that_a_condition_excludes_vanish_from_lists_and_single_ones_are_null(asked: Any) -> None:
    told = asked("directors { name } chair { name }", grant("Director", "name", where=FROM_HK))
    assert told == {
        "directors": [{"name": f"{SECRETS['name']}-abc"}, {"name": f"{SECRETS['name']}-def"}],
        "chair": None,
    }


def test_a_record_within_a_record_is_judged_by_itself(asked: Any) -> None:
    told = asked("directors { deputy { name } }", grant("Director", "name", "deputy", where=FROM_HK))
    assert told == {"directors": [{"deputy": None}, {"deputy": None}]}


def test_a_condition_on_who_asks_is_held_against_each_caller_of_one_plan(hub: Hub, number: str) -> None:
    mine = where("region", "prefix", subject="region")
    hub.govern(reg_hk=[entry("funds"), grant("Fund", "fundNo", where=mine)])
    query = "{ funds { fundNo } }"
    of_44, of_81 = hub.ask(query), hub.ask(query, replace(ASKING, agency="hk-cr"))
    assert of_44.data == {"funds": [{"fundNo": "F1"}, {"fundNo": "F3"}]}
    assert of_81.data == {"funds": [{"fundNo": "F2"}]}
    assert hub.plan(query) is hub.plan(query, replace(ASKING, agency="hk-cr"))


def test_who_has_no_such_attribute_sees_no_row(hub: Hub) -> None:
    hub.govern(reg_hk=[entry("funds", "fund"), grant("Fund", "name", where=where("region", "eq", subject="party"))])
    assert hub.ask('{ funds { name } fund(no: "F1") { name } }').data == {"funds": [], "fund": None}


def test_what_a_condition_compares_need_not_be_asked_for_nor_given(hub: Hub, register: Service) -> None:
    hub.govern(
        reg_hk=[entry("funds"), grant("Fund", "name", where=where("manager", "prefix", f"{SECRETS['manager']}-1"))]
    )
    answer = hub.ask("{ funds { name manager } }")
    assert answer.data == {"funds": [{"name": "Fund 1", "manager": None}]}
    assert SECRETS["manager"].encode() not in answer.body
    assert "manager" in register.documents


@pytest.mark.parametrize("prefix", ["_compared_", "_compared0_", "_compared1_", "_0_", ""])
def test_nobody_can_put_something_else_in_the_place_of_what_a_condition_compares(hub: Hub, prefix: str) -> None:
    """Every nickname is 44, as is the region that the condition asks for."""
    hub.govern(reg_hk=[entry("funds"), grant("Fund", "nickname", "fundNo", where=where("region", "eq", "44"))])
    answer = hub.ask(f"{{ funds {{ {prefix}region: nickname fundNo }} }}")
    assert [each["fundNo"] for each in answer.data["funds"]] == ["F1", "F3"]


@pytest.mark.parametrize("prefix", ["_compared_", "_compared0_", "_compared1_"])
def test_what_a_condition_compares_does_not_come_out_under_the_name_of_a_withheld_field(hub: Hub, prefix: str) -> None:
    ours = where("manager", "prefix", SECRETS["manager"])
    hub.govern(reg_hk=[entry("funds"), grant("Fund", "fundNo", where=ours)])
    answer = hub.ask(f"{{ funds {{ {prefix}manager: manager fundNo }} }}")
    assert [each[f"{prefix}manager"] for each in answer.data["funds"]] == [None, None, None]
    assert SECRETS["manager"].encode() not in answer.body


def test_a_condition_is_held_against_the_value_before_it_is_masked(hub: Hub) -> None:
    masked = grant("Fund", "region", where=where("region", "eq", "44"), transform={"region": {"kind": "mask"}})
    hub.govern(reg_hk=[entry("funds"), masked])
    assert hub.ask("{ funds { region } }").data == {"funds": [{"region": "**"}, {"region": "**"}]}


def test_a_value_that_not_every_record_gives_is_null_where_it_is_not_given(asked: Any) -> None:
    told = asked("directors { nationality salary }", grant("Director", "nationality"),
                 grant("Director", "salary", where=where("region", "eq", "82")))  # fmt: skip
    assert [each["salary"] for each in told["directors"]] == [None, 4321, None]


def test_of_several_transforms_the_weakest_of_those_that_hold_applies(asked: Any) -> None:
    masked = {"nationality": {"kind": "mask"}}
    told = asked("directors { nationality }", grant("Director", "nationality", transform=masked),
                 grant("Director", "nationality", where=where("region", "eq", "82")))  # fmt: skip
    assert [each["nationality"] for each in told["directors"]] == ["**", "MO", "**"]


# Types


def test_a_type_that_no_policy_opens_is_not_shown_not_even_its_name(asked: Any) -> None:
    public = grant("PublicNotice", "no")
    told = asked("notices { __typename no } latest { __typename no }", public)
    assert told == {"notices": [{"__typename": "PublicNotice", "no": "P1"}, None], "latest": None}
    assert asked("notices { __typename } latest { __typename }", public) == {
        "notices": [{"__typename": "PublicNotice"}, None], "latest": None,
    }  # fmt: skip


@pytest.mark.parametrize("selection", ["... on PublicNotice { no }", "... on SealedNotice { seal }", "no"])
def test_a_type_that_is_denied_is_not_shown_by_any_fragment(asked: Any, selection: str) -> None:
    rules = [grant("PublicNotice", "no"), grant("SealedNotice", "no", "seal"), denial("SealedNotice", "*")]
    assert len(asked(f"notices {{ {selection} }}", *rules)["notices"]) == 2


def test_a_field_is_decided_on_its_concrete_type(asked: Any, register: Service) -> None:
    told = asked("notices { no text }", grant("PublicNotice", "no", "text"), grant("SealedNotice", "no"))
    assert told["notices"] == [{"no": "P1", "text": "open"}, {"no": "S1", "text": None}, None]
    assert SECRETS["sealed"] not in str(told)
    assert "SealedNotice { no }" in register.documents


def test_members_of_a_union_are_decided_one_by_one(asked: Any) -> None:
    selection = "holders { __typename ... on Person { label passport } ... on Trust { label deed } }"
    told = asked(selection, grant("Person", "label"), grant("Trust", "deed", where=where("label", "eq", "nobody's")))
    assert told["holders"] == [{"__typename": "Person", "label": "Ms Wong", "passport": None}]


def test_a_record_of_which_nothing_is_asked_is_judged_all_the_same(asked: Any) -> None:
    rules = [grant("PublicNotice", "no", where=where("text", "eq", "nothing")), grant("SealedNotice", "no")]
    assert asked("notices { ... on SealedNotice { no } }", *rules)["notices"] == [{"no": "S1"}, None]
    assert asked("notices { __typename }", *rules)["notices"] == [{"__typename": "SealedNotice"}, None]


def test_where_nothing_of_a_type_is_there_its_field_is_not_asked_for(asked: Any, hub: Hub, register: Service) -> None:
    assert asked("directors { name deputy { name } } holders { __typename }") == {"directors": None, "holders": None}
    assert register.received == []


# Other sources


def test_what_another_source_adds_to_a_record_comes_for_those_that_are_there_alone(hub: Hub, bank: Service) -> None:
    mine = grant("Fund", "fundNo", "name", where=where("region", "eq", "44"))
    hub.govern(reg_hk=[entry("funds", "fund"), mine], bank_hk=[grant("Fund", "rating")])
    answer = hub.ask('{ funds { name rating } fund(no: "F2") { rating } }')
    assert answer.data == {
        "funds": [{"name": "Fund 1", "rating": "AF1"}, {"name": "Fund 3", "rating": "AF3"}],
        "fund": None,
    }
    assert [each["fundNo"] for each in bank.representations] == ["F1", "F3"]


def test_no_list_that_gives_nothing_of_its_records_counts_few_of_them(hub: Hub, register: Service) -> None:
    hub.govern(reg_hk=[entry("funds"), grant("Fund", "name", minCell=5)])
    answer = hub.ask("{ funds { __typename } }")
    assert (answer.data, answer.codes) == ({"funds": None}, ["BAD_USER_INPUT"])
    assert register.received == []
    assert len(hub.ask("{ funds { name } }").data["funds"]) == 3
