"""Who gains and loses what: every cell that a change of rules moves, and no other."""

import json
from typing import Any

import pytest
from tests.access.signing import NOW, agency, denial, facts, grant, library, policy, root_document, signed

from baygate.access.diff import Change, Kind, TooManyCallers, by_recipient, difference, proposed
from baygate.access.documents.in_force import in_force
from baygate.access.documents.library import published
from baygate.access.documents.policy import PolicyDocument
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import Trusted


def state(*policies: dict[str, Any], **root: Any) -> InForce:
    trusted = Trusted(signed(root_document(**root)), facts(), NOW)
    published(trusted, library(*policies), NOW)
    return in_force(trusted, NOW)


def changes(before: list[dict[str, Any]], after: list[dict[str, Any]], **more: Any) -> list[Change]:
    """Return what differs between two versions of one policy, with these grants."""
    return difference(state(policy(grants=before)), state(policy(grants=after, **more)), facts())


def told(found: list[Change]) -> set[tuple[str, str, str, str]]:
    return {(str(each.kind), each.recipient, each.purpose, each.coordinate) for each in found}


def rule(name: str = "g1", **more: Any) -> dict[str, Any]:
    return grant(name, **{"fields": ["grade"], **more})


def test_a_grant_is_gained_by_its_recipients_for_its_purposes() -> None:
    found = changes([], [rule(purposes=["RISK_ASSESSMENT", "STATISTICS"])])
    assert told(found) == {
        ("GAINED", "samr-gd", "RISK_ASSESSMENT", "CreditRating.grade"),
        ("GAINED", "samr-gd", "STATISTICS", "CreditRating.grade"),
    }
    assert {(each.providers, each.before, each.after) for each in found} == {(("customs-gz",), None, "as it is")}


def test_an_entry_point_that_gives_a_verdict_is_gained_though_it_has_no_rows() -> None:
    agencies = [agency("customs-gz", owns={"Query": ["verifyPerson"]}), agency("samr-gd")]
    before, after = (
        state(policy(grants=grants), agencies=agencies)
        for grants in ([], [grant(type="Query", fields=["verifyPerson"])])
    )
    assert told(difference(before, after, facts())) == {("GAINED", "samr-gd", "RISK_ASSESSMENT", "Query.verifyPerson")}


def test_what_is_the_same_under_another_name_is_no_change() -> None:
    assert changes([rule("g1")], [rule("g2", legalBasis="another")]) == []


def test_a_grant_for_no_purpose_in_particular_is_for_every_one_of_the_registry() -> None:
    before = state(policy(grants=[], shareClass="UNCONDITIONAL"))
    after = state(policy(grants=[rule(purposes=[])], shareClass="UNCONDITIONAL"))
    assert before.root is not None
    assert [each.purpose for each in difference(before, after, facts())] == list(before.root.purposes)


def test_a_transform_and_a_condition_are_changes_and_said_in_words() -> None:
    masked = rule(transform={"grade": {"kind": "mask"}}, where=[{"attr": "record.current", "op": "eq", "value": True}])
    (found,) = changes([rule()], [masked])
    assert (found.kind, found.before, found.after) == (Kind.CHANGED, "as it is", "masked whole where current is true")


def test_a_denial_takes_away_what_is_granted() -> None:
    found = changes([rule()], [rule()], denials=[denial("d1", "grade")])
    assert told(found) == {("LOST", "samr-gd", "RISK_ASSESSMENT", "CreditRating.grade")}


def test_a_denial_to_one_role_strikes_whoever_may_be_in_it() -> None:
    of_role = denial("d1", "grade", to={"roles": ["PLATFORM"]})
    found = changes(
        [rule(to={"roles": ["PLATFORM", "BROKER"]})], [rule(to={"roles": ["PLATFORM", "BROKER"]})], denials=[of_role]
    )
    assert {each.kind for each in found} == {Kind.LOST}
    assert {each.recipient for each in found if each.recipient.startswith("samr-gd")} == {"samr-gd as PLATFORM"}


def test_a_condition_on_the_record_is_a_change_though_all_rows_that_are_there_give_it() -> None:
    (found,) = changes([rule()], [rule(where=[{"attr": "record.current", "op": "eq", "value": True}])])
    assert (found.kind, found.before, found.after) == (Kind.CHANGED, "as it is", "as it is where current is true")


def test_rows_that_another_grant_shows_change_nothing_of_a_field_that_is_null_there() -> None:
    current = rule(where=[{"attr": "record.current", "op": "eq", "value": True}])
    found = changes([current], [current, rule("g2", fields=["score"])])
    assert told(found) == {("GAINED", "samr-gd", "RISK_ASSESSMENT", "CreditRating.score")}


def test_what_leaves_of_each_row_is_compared_and_not_how_the_rules_say_it() -> None:
    current = rule("g1", where=[{"attr": "record.current", "op": "eq", "value": True}])
    best = [{"attr": "record.grade", "op": "eq", "value": "A"}]
    masked = rule("g2", where=best, transform={"grade": {"kind": "mask"}})
    shown = rule("g3", fields=["score"], where=[{"attr": "record.score", "op": "gte", "value": 90}])
    found = changes([current, masked], [current, masked, shown])
    assert told(found) == {("GAINED", "samr-gd", "RISK_ASSESSMENT", "CreditRating.score")}


def test_a_jurisdiction_is_a_recipient_with_each_of_its_agencies() -> None:
    found = changes([], [rule(to={"jurisdictions": ["HK"]})])
    assert {each.recipient for each in found} == {"HK", "hk-customs"}


def test_a_role_is_told_only_where_it_makes_a_difference() -> None:
    in_role = rule("g2", fields=["score"], to={"jurisdictions": ["HK"], "roles": ["PLATFORM"]})
    found = changes([], [rule(to={"jurisdictions": ["HK"]}), in_role])
    assert {(each.recipient, each.coordinate) for each in found} == {
        ("HK", "CreditRating.grade"),
        ("hk-customs", "CreditRating.grade"),
        ("HK as PLATFORM", "CreditRating.score"),
        ("hk-customs as PLATFORM", "CreditRating.score"),
    }


def test_a_lower_level_of_assurance_is_a_gain_at_that_level() -> None:
    (found,) = changes(
        [rule(to={"agencies": ["samr-gd"], "minAssurance": 4})], [rule(to={"agencies": ["samr-gd"], "minAssurance": 2})]
    )
    assert (found.kind, found.recipient) == (Kind.GAINED, "samr-gd at assurance 2")


def test_a_scope_more_is_a_loss_with_only_those_before() -> None:
    found = changes([rule(scopes=["credit:read"])], [rule(scopes=["credit:investigation", "credit:read"])])
    assert told(found) == {
        ("LOST", "samr-gd with only credit:read", "RISK_ASSESSMENT", "CreditRating.grade"),
    }


def test_a_condition_on_the_caller_is_looked_at() -> None:
    party = {"attr": "subject.party", "op": "eq", "value": "P1"}
    region = {"attr": "subject.region", "op": "prefix", "value": "44"}
    found = changes([], [rule(to={"agencies": ["samr-gd", "hk-customs"]}, where=[party, region])])
    assert [(each.kind, each.recipient) for each in found] == [(Kind.GAINED, "samr-gd for party P1")]


def test_what_smaller_counts_are_told_is_a_change() -> None:
    (found,) = changes([rule(minCell=10)], [rule(minCell=3)])
    assert (found.coordinate, found.before, found.after) == ("CreditRating", "counts from 10", "counts from 3")


def test_an_agency_that_a_new_root_leaves_out_loses_all() -> None:
    agencies = root_document()["agencies"]
    before = state(policy())
    after = state(policy(grants=[grant(to={"agencies": ["tax-gd"]})]), agencies=agencies[:2])
    lost = {each.recipient for each in difference(before, after, facts()) if each.kind is Kind.LOST}
    assert lost == {"samr-gd"}


def test_a_proposed_policy_replaces_the_one_of_its_name_alone() -> None:
    before = state(policy(denials=[denial("d1", "score")]), policy(name="other", grants=[rule("g1", fields=["basis"])]))
    document = PolicyDocument.model_validate_json(_text(policy(grants=[rule(fields=["score"])])))
    after = proposed(before, [document])
    assert set(after.policies) == {"customs-gz/credit", "customs-gz/other"}
    assert {(each.kind, each.coordinate) for each in difference(before, after, facts())} == {
        (Kind.GAINED, "CreditRating.score"),
        (Kind.LOST, "CreditRating.grade"),
        (Kind.LOST, "CreditRating.validTo"),
        (Kind.LOST, "CreditRating.evidenceNo"),
    }


def _text(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


# A class of callers at a time


def test_each_class_of_callers_comes_with_its_changes_the_plainest_first() -> None:
    before, after = state(policy(grants=[])), state(policy(grants=[rule(to={"jurisdictions": ["HK"], "roles": ["A"]})]))
    found = list(by_recipient(before, after, facts()))
    assert [change for _, changes in found for change in changes] == difference(before, after, facts())
    assert [recipient.role for recipient, _ in found] == sorted((each.role for each, _ in found), key=bool)
    assert {each.label for each, changes in found if changes} == {"HK as A", "hk-customs as A"}


def test_other_purposes_than_those_that_are_asked_about_are_left_out() -> None:
    before, after = state(policy(grants=[])), state(policy(grants=[rule(purposes=["RISK_ASSESSMENT", "STATISTICS"])]))
    found = [change for _, changes in by_recipient(before, after, facts(), ("STATISTICS",)) for change in changes]
    assert {each.purpose for each in found} == {"STATISTICS"}


def test_more_classes_of_callers_than_somebody_looks_at_are_told_before_any_is_made() -> None:
    roles = [f"R{number}" for number in range(2_000)]
    parties = [{"attr": "subject.party", "op": "in", "value": [f"HK-{number}" for number in range(2_000)]}]
    after = state(policy(grants=[rule(to={"roles": roles}, where=parties)]))
    with pytest.raises(TooManyCallers) as raised:
        next(by_recipient(state(policy(grants=[])), after, facts(), most=1_000))
    assert raised.value.count > 4_000_000
