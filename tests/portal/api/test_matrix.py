"""The matrix: everybody sees what his own agency gives to whom, and of all else what his own agency gets."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.portal.api.sample_control import GATES, SCOPES, control, state
from tests.sample.test_policies import facts

from baygate.access.diff import asking as somebody
from baygate.access.explain import explain
from baygate.portal.api.matrix import matrix

PURPOSE = "RISK_ASSESSMENT"


def told(agency: str, purpose: str = PURPOSE, **other: Any) -> dict[str, Any]:
    return matrix(control(agency, purpose, **other), purpose)


def rows_of(found: dict[str, Any]) -> set[str]:
    return {row for cells in found["cells"].values() for row in cells}


def others_rows(found: dict[str, Any], own: str) -> dict[str, set[str]]:
    """Return by field the rows of others that there are."""
    return {field: cells.keys() - {own} for field, cells in found["cells"].items() if cells.keys() - {own}}


def test_an_agency_sees_whom_it_gives_what() -> None:
    found = told("customs-gz")
    assert found["owner"] == "customs-gz"
    root = state().root
    assert root is not None
    assert [each["id"] for each in found["agencies"]] == [each.id for each in root.agencies]
    assert [each["id"] for each in found["agencies"] if each["own"]] == ["customs-gz"]
    grade = found["cells"]["CreditRating.grade"]
    assert grade.keys() == set(root.by_id)
    assert grade["samr-gd"]["outcome"] == "ALLOW"
    assert grade["hk-customs"]["outcome"] == "WITHHOLD"
    evidence = found["cells"]["CreditRating.evidenceNo"]["samr-gd"]
    assert (evidence["outcome"], evidence["transforms"]) == ("TRANSFORM", ["MASK"])
    assert evidence["rules"] == ["customs-gz/credit#supervision"]
    assert evidence["sentence"].startswith("For samr-gd asking for RISK_ASSESSMENT, CreditRating.evidenceNo is given")


@pytest.mark.parametrize("agency", ["customs-gz", "tax-gd", "hk-customs", "psb-gd", "hk-cr", "commerce-gd"])
def test_of_others_records_there_is_the_callers_own_row_alone(agency: str) -> None:
    found = told(agency)
    assert others_rows(found, agency).keys() == set(found["provided"])
    assert all(agency in cells for cells in found["cells"].values()), "his own row has a cell for each field"


def test_what_is_provided_is_what_the_agency_governs_and_nothing_that_another_decides() -> None:
    assert "CreditRating.grade" in told("tax-gd")["provided"]
    assert "Declaration.status" not in told("tax-gd")["provided"]
    assert "MainlandEnterprise.name" not in told("customs-gz")["provided"]
    # entry points of one type, each of them another agency's
    register, police = (set(told(agency)["provided"]) for agency in ("hk-cr", "psb-gd"))
    assert "Query.verifyPerson" in police
    assert police == {each for each in police if each.startswith("Query.")}
    assert not register & police


def test_no_rule_of_another_agency_stands_in_a_cell_of_third_parties() -> None:
    found = told("customs-gz")
    for cells in found["cells"].values():
        for row, cell in cells.items():
            if row != "customs-gz":
                assert all(each["policyId"].startswith("customs-gz/") for each in cell["policies"])
                assert all(each.startswith("customs-gz/") for each in cell["rules"])
                assert "answers" not in cell


def test_other_agencies_policies_change_nothing_in_the_cells_of_third_parties() -> None:
    """What is not looked at cannot be learnt, by whichever question."""
    own = next(each for each in state().owners if each.agency.id == "customs-gz")
    emptied = tuple(
        each if each is own else replace(each, grants=(), denials=(), policies=()) for each in state().owners
    )
    asked = control("customs-gz", PURPOSE)
    bare = replace(asked, in_force=replace(state(), owners=emptied))
    one, other = matrix(asked, PURPOSE), matrix(bare, PURPOSE)

    def foreign(found: dict[str, Any]) -> Any:
        return {
            field: {row: cell for row, cell in cells.items() if row != "customs-gz"}
            for field, cells in found["cells"].items()
            if field in found["provided"]
        }

    assert json.dumps(foreign(one)) == json.dumps(foreign(other))
    assert one["cells"]["MainlandEnterprise.name"] != other["cells"]["MainlandEnterprise.name"]


def test_a_row_is_a_system_of_the_agency_with_all_scopes() -> None:
    root = state().root
    assert root is not None
    found = told("customs-gz", scopes=frozenset({"credit:read"}))
    for agency in ("psb-gd", "customs-gz"):
        who = somebody(state(), agency, root.by_id[agency].jurisdiction, frozenset(), frozenset(root.scopes), PURPOSE)
        expected = explain(state(), who, facts(), GATES.demanded, ("Declaration", "buyerName"))
        (answer,) = [each for each in expected.answers if "customs-gz" in each.providers]
        assert found["cells"]["Declaration.buyerName"][agency]["outcome"] == (
            answer.outcome if agency != "customs-gz" else expected.outcome
        )


# Who provides nothing


@pytest.mark.parametrize(
    "said",
    [
        {"agency": "hk-platform", "party": "HK-70812345", "jurisdiction": "HK"},
        {"agency": "party-hk-70812345", "party": "HK-70812345", "jurisdiction": "HK"},
        {"agency": "customs-gz", "party": "HK-70812345"},
        {"agency": "nobody-we-know"},
        {"agency": ""},
    ],
    ids=["a partner", "a recognised party", "a party that calls itself an agency", "a stranger", "nobody"],
)
def test_whoever_provides_nothing_sees_himself_alone(said: dict[str, Any]) -> None:
    found = told(**said)
    assert (found["owner"], found["provided"]) == (None, [])
    assert [(each["id"], each["own"]) for each in found["agencies"]] == [(said["agency"], True)]
    assert rows_of(found) == {said["agency"]}


def test_a_partners_row_is_he_himself_and_no_system_with_all_scopes() -> None:
    partner = {
        "agency": "hk-platform",
        "party": "HK-70812345",
        "jurisdiction": "HK",
        "roles": frozenset({"PLATFORM"}),
        "purpose": "TRADE_FACILITATION",
    }
    found = told(**partner)
    assert found["cells"]["MainlandEnterprise.name"]["hk-platform"]["outcome"] == "ALLOW"
    without = told(**partner, scopes=frozenset())
    cell = without["cells"]["MainlandEnterprise.name"]["hk-platform"]
    assert (cell["outcome"], cell["cause"]) == ("WITHHOLD", "SCOPE")


def test_a_party_that_calls_itself_an_agency_is_no_system_of_it() -> None:
    cell = told("customs-gz", party="HK-70812345", scopes=frozenset())["cells"]["CreditRating.grade"]["customs-gz"]
    assert (cell["outcome"], cell["cause"]) == ("WITHHOLD", "SCOPE")


def test_an_agency_that_owns_nothing_sees_itself_alone() -> None:
    without = replace(state(), owners=tuple(each for each in state().owners if each.agency.id != "customs-gz"))
    found = matrix(control("customs-gz", PURPOSE, without), PURPOSE)
    assert (found["owner"], rows_of(found)) == (None, {"customs-gz"})


def test_a_cell_of_several_agencies_tells_each_of_them() -> None:
    cell = told("tax-gd", "EXPORT_REFUND", scopes=SCOPES)["cells"]["CreditRating.evidenceNo"]["tax-gd"]
    assert {one for each in cell["answers"] for one in each["providers"]} == {
        "safe-gd", "tax-gd", "ciq-gd", "customs-gz", "customs-sz",
    }  # fmt: skip
    assert "tax-gd/credit#own" in cell["rules"]
