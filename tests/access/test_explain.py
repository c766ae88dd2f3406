"""Why a field is or is not given: each reason by its name, and never another than what a query would meet."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from tests.access.signing import BEGIN, NOW, denial, facts, grant, library, policy, root_document, signed

from baygate.access.compile import compiled
from baygate.access.diff import asking
from baygate.access.documents.in_force import in_force, nothing
from baygate.access.documents.library import published
from baygate.access.documents.policy import Outcome
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import Trusted
from baygate.access.explain import explain
from baygate.access.explanation import Answer, Cause, Explanation
from baygate.access.scopes import missing, requirements
from baygate.contract.schema import graphql_schema

DEMANDED = requirements(graphql_schema())
CREDIT_READ = frozenset({"credit:read"})


def state(*policies: dict[str, Any]) -> InForce:
    trusted = Trusted(signed(root_document()), facts(), NOW)
    published(trusted, library(*policies), NOW)
    return in_force(trusted, NOW)


def told(
    known: InForce,
    field: str = "grade",
    agency: str | None = "samr-gd",
    *,
    type_name: str = "CreditRating",
    scopes: frozenset[str] = CREDIT_READ,
    purpose: str = "RISK_ASSESSMENT",
    jurisdiction: str = "CN-GD",
    roles: frozenset[str] = frozenset(),
) -> Explanation:
    who = asking(known, agency, jurisdiction, roles, scopes, purpose)
    return explain(known, who, facts(), DEMANDED, (type_name, field))


def of_customs(explanation: Explanation) -> Answer:
    (answer,) = [each for each in explanation.answers if "customs-gz" in each.providers]
    return answer


def test_a_field_that_is_given_names_document_version_and_rule() -> None:
    explanation = told(state(policy(version=7, prev=f"sha256:{'0' * 64}")))
    answer = of_customs(explanation)
    assert (answer.outcome, answer.documents) == (Outcome.ALLOW, (("customs-gz/credit", 7),))
    assert answer.rules == ("customs-gz/credit#g1",)
    assert explanation.sentence().startswith(
        "For samr-gd asking for RISK_ASSESSMENT, CreditRating.grade is given in rows of customs-gz, as it is, "
        "by g1 of customs-gz/credit version 7; it is withheld in rows of "
    )
    assert explanation.given


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        (
            {"transform": {"grade": {"kind": "mask", "keepLast": 1}}},
            "TRANSFORM",
            "masked but for the last 1 characters, by",
        ),
        (
            {"where": [{"attr": "record.current", "op": "eq", "value": True}]},
            "ALLOW",
            "as it is where current is true, by g1 of customs-gz/credit version 1, and no other rows are there",
        ),
        (
            {"where": [{"attr": "record.partyId", "op": "eq", "valueFrom": "subject.party"}]},
            "ALLOW",
            "where partyId is the caller's party",
        ),
    ],
)
def test_what_is_left_of_a_value_and_when_is_said_in_words(changes: dict[str, Any], outcome: str, reason: str) -> None:
    answer = of_customs(told(state(policy(grants=[grant(**changes)]))))
    assert answer.outcome == outcome
    assert reason in answer.reason


def test_rows_that_another_grant_shows_are_there_with_null() -> None:
    condition = [{"attr": "record.current", "op": "eq", "value": True}]
    both = policy(grants=[grant(fields=["grade"], where=condition), grant("g2", fields=["score"])])
    answer = of_customs(told(state(both)))
    assert answer.outcome is Outcome.CONDITIONAL
    assert answer.reason.endswith("where current is true, by g1 of customs-gz/credit version 1, and null in other rows")


@pytest.mark.parametrize(
    ("how", "scopes", "purposes"),
    [
        ({"scopes": frozenset()}, ("credit:read",), ()),
        ({"purpose": "STATISTICS"}, (), ("RISK_ASSESSMENT",)),
        ({"scopes": frozenset(), "purpose": "STATISTICS"}, ("credit:read",), ("RISK_ASSESSMENT",)),
    ],
)
def test_the_scope_and_the_purpose_that_would_help_are_named(
    how: dict[str, Any], scopes: tuple[str, ...], purposes: tuple[str, ...]
) -> None:
    answer = of_customs(told(state(policy()), **how))
    assert (answer.outcome, answer.scopes, answer.purposes) == (Outcome.WITHHOLD, scopes, purposes)
    assert answer.rules == ("customs-gz/credit#g1",)
    assert all(each in answer.help for each in (*scopes, *purposes))


def test_a_scope_of_the_contract_is_demanded_though_the_grant_needs_none() -> None:
    answer = of_customs(told(state(policy(grants=[grant(scopes=[])])), scopes=frozenset()))
    assert (answer.outcome, answer.scopes) == (Outcome.WITHHOLD, ("credit:read",))
    assert "the contract demands the scope credit:read" in answer.reason


def test_a_role_that_a_source_demands_opens_to_whoever_has_it() -> None:
    demanded = {"CreditRating": {"grade": frozenset({frozenset({"role SUPERVISOR"})})}}
    known = state(policy())
    for roles, outcome in ((frozenset({"SUPERVISOR"}), Outcome.ALLOW), (frozenset[str](), Outcome.WITHHOLD)):
        who = asking(known, "samr-gd", "CN-GD", roles, CREDIT_READ, "RISK_ASSESSMENT")
        found = of_customs(explain(known, who, facts(), demanded, ("CreditRating", "grade")))
        assert found.outcome is outcome


def test_why_it_is_withheld_is_said_in_a_word() -> None:
    known = state(policy(denials=[denial(fields=["investigationNote"])]))
    assert of_customs(told(known)).cause is None
    assert of_customs(told(known, scopes=frozenset())).cause is Cause.SCOPE
    assert of_customs(told(known, purpose="STATISTICS")).cause is Cause.PURPOSE
    assert of_customs(told(known, agency="hk-customs")).cause is Cause.OTHERS
    denied = of_customs(told(known, "investigationNote", scopes=CREDIT_READ | {"credit:investigation"}))
    assert denied.cause is Cause.DENIED
    assert denied.denied is not None
    assert f"({', '.join(denied.denied)})" in denied.reason
    assert of_customs(told(known, "score")).cause is Cause.UNGRANTED
    assert told(known, "noSuch").answers[0].cause is Cause.UNOWNED
    assert told(nothing("It is closed.")).answers[0].cause is Cause.STOPPED
    regional = {"where": [{"attr": "subject.region", "op": "eq", "value": "990000"}]}
    assert of_customs(told(state(policy(grants=[grant(**regional)])))).cause is Cause.CONDITION


def test_what_some_providers_withhold_is_conditional_as_a_whole() -> None:
    found = told(state(policy()))
    assert {each.outcome for each in found.answers} == {Outcome.ALLOW, Outcome.WITHHOLD}
    assert found.outcome is Outcome.CONDITIONAL
    assert told(state(policy()), purpose="STATISTICS").outcome is Outcome.WITHHOLD
    masked = {"transform": {"grade": {"kind": "mask"}}}
    only = replace(told(state(policy(grants=[grant(**masked)]))), answers=())
    for outcomes, whole in (
        ((Outcome.ALLOW, Outcome.ALLOW), Outcome.ALLOW),
        ((Outcome.ALLOW, Outcome.TRANSFORM), Outcome.TRANSFORM),
        ((Outcome.TRANSFORM, Outcome.CONDITIONAL), Outcome.CONDITIONAL),
    ):
        answers = tuple(Answer((), each, "") for each in outcomes)
        assert replace(only, answers=answers).outcome is whole


def test_whoever_asks_about_many_fields_has_it_compiled_once() -> None:
    known = state(policy())
    who = asking(known, "samr-gd", "CN-GD", frozenset(), CREDIT_READ, "RISK_ASSESSMENT")
    access = compiled(known, who, facts())
    for field in ("grade", "score", "evidenceNo"):
        coordinate = ("CreditRating", field)
        assert explain(known, who, facts(), DEMANDED, coordinate, access) == told(known, field)


def test_what_has_been_said_to_help_does_help() -> None:
    known = state(policy(grants=[grant(scopes=["credit:investigation"])]))
    answer = of_customs(told(known, scopes=frozenset(), purpose="STATISTICS"))
    helped = told(known, scopes=frozenset(answer.scopes), purpose=answer.purposes[0])
    assert of_customs(helped).outcome is Outcome.ALLOW


def test_a_denial_is_named_with_its_reason_and_nothing_helps() -> None:
    answer = of_customs(told(state(policy(denials=[denial("d1", "grade")]))))
    assert answer.rules == ("customs-gz/credit#d1",)
    assert "denies it (NO_SHARE, Data Security Law)" in answer.reason
    assert answer.help == "nothing that one could ask for would help"


def test_of_a_grant_to_others_no_more_is_told_than_that() -> None:
    answer = of_customs(told(state(policy()), agency="tax-gd"))
    assert answer.reason == "customs-gz/credit version 1 grants it to others only"
    assert (answer.rules, answer.purposes) == ((), ())


def test_a_condition_on_the_caller_is_named_to_a_recipient() -> None:
    rule = grant(where=[{"attr": "subject.region", "op": "prefix", "value": "45"}])
    assert "for callers whose region begins with 45" in of_customs(told(state(policy(grants=[rule])))).reason


def test_a_field_that_nobody_mentions_is_granted_by_no_policy() -> None:
    answer = of_customs(told(state(policy()), "basis"))
    assert answer.reason == "no policy in force of customs-gz grants it"


def test_a_purpose_outside_the_registry_opens_nothing() -> None:
    rule = grant(purposes=[])
    known = state(policy(shareClass="UNCONDITIONAL", grants=[rule]))
    assert of_customs(told(known, purpose="FUN")).reason.startswith("FUN is not in the root document's registry")


def test_a_policy_that_is_over_is_the_reason() -> None:
    trusted = Trusted(signed(root_document()), facts(), NOW)
    published(trusted, library(policy(), expires="2020-12-02T00:00:00Z"), BEGIN)
    assert "The manifest of customs-gz expired" in of_customs(told(in_force(trusted, NOW))).reason


def test_without_a_root_everything_is_withheld_for_that_reason() -> None:
    (answer,) = told(nothing("There is no root document: everything is withheld.")).answers
    assert answer.text() == "withheld: There is no root document; nothing that one could ask for would help"


@pytest.mark.parametrize(
    ("type_name", "field", "reason"),
    [
        ("Party", "name", "is an interface"),
        ("CreditRating", "colour", "is no field of a governed type"),
        ("Waybill", "weight", "no agency of the root document owns Waybill.weight"),
    ],
)
def test_what_no_policy_can_decide_is_said_to_be_so(type_name: str, field: str, reason: str) -> None:
    (answer,) = told(state(policy()), field, type_name=type_name).answers
    assert reason in answer.reason
    assert answer.outcome is Outcome.WITHHOLD


def test_the_providers_that_decide_alike_are_named_together() -> None:
    tax = policy("tax-gd", grants=[])
    samr = policy("samr-gd", grants=[])
    explanation = told(state(policy(grants=[]), tax, samr))
    assert len(explanation.answers) == 3  # each for its own reason
    purpose = told(state(policy(), policy("tax-gd")), purpose="FUN")
    assert purpose.answers[0].providers == ("customs-gz", "tax-gd")


def test_somebody_of_no_agency_is_named_by_jurisdiction_and_role() -> None:
    explanation = told(state(policy()), agency=None, jurisdiction="HK", roles=frozenset({"PLATFORM"}))
    assert explanation.sentence().startswith("For somebody of HK in the role PLATFORM asking for RISK_ASSESSMENT, ")


def test_json_says_what_the_sentence_says() -> None:
    explanation = told(state(policy()), scopes=frozenset())
    found = explanation.as_json()
    assert found["sentence"] == explanation.sentence()
    assert found["given"] is False
    assert found["answers"][0]["wouldHelp"] == {"scopes": ["credit:read"], "purposes": []}


def test_it_never_says_otherwise_than_the_decision() -> None:
    condition = [{"attr": "record.current", "op": "eq", "value": True}]
    known = state(
        policy(
            grants=[
                grant("g1", fields=["grade", "evidenceNo"], transform={"evidenceNo": {"kind": "hash"}}),
                grant("g2", fields=["score", "basis"], where=condition, to={"jurisdictions": ["HK", "CN-GD"]}),
                grant("g3", fields=["current"], to={"roles": ["PLATFORM"]}, scopes=["credit:investigation"]),
            ],
            denials=[denial("d1", "basis", to={"agencies": ["tax-gd"]})],
        ),
        policy("tax-gd", grants=[grant(to={"agencies": ["customs-gz", "tax-gd"]})], denials=[denial("d1", "*")]),
    )
    seen = set()
    for agency, scopes, purpose, roles, field in itertools.product(
        ("samr-gd", "tax-gd", None),
        (frozenset[str](), CREDIT_READ, CREDIT_READ | {"credit:investigation"}),
        ("RISK_ASSESSMENT", "STATISTICS", "FUN"),
        (frozenset[str](), frozenset({"PLATFORM"})),
        facts().types["CreditRating"].fields,
    ):
        explanation = told(known, field, agency, scopes=scopes, purpose=purpose, jurisdiction="HK", roles=roles)
        decided = compiled(known, explanation.asking, facts()).decide("CreditRating", field)
        shut = missing(DEMANDED["CreditRating"].get(field, frozenset()), scopes)
        for answer in explanation.answers:
            for provider in answer.providers:
                withheld = bool(shut) or decided.of(provider).withheld
                assert (answer.outcome is Outcome.WITHHOLD) is withheld
                assert answer.reason
                seen.add(answer.outcome)
        assert {provider for each in explanation.answers for provider in each.providers} == {
            "customs-gz",
            "tax-gd",
            "samr-gd",
        }
    assert seen == set(Outcome)
