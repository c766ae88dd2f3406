"""A proposed policy on what was really asked."""

import datetime
from typing import Any

from tests.access.signing import NOW, facts, grant, library, policy, root_document, signed

from baygate.access.diff import Kind
from baygate.access.documents.in_force import in_force
from baygate.access.documents.library import published
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import Trusted
from baygate.access.replay import Replayed, replayed
from baygate.access.scopes import requirements
from baygate.contract.schema import graphql_schema
from baygate.storage.decisions import Caller, Decided

DEMANDED = requirements(graphql_schema())
DAY = datetime.date(2026, 11, 1)


def state(*grants: dict[str, Any]) -> InForce:
    trusted = Trusted(signed(root_document()), facts(), NOW)
    published(trusted, library(policy(grants=list(grants))), NOW)
    return in_force(trusted, NOW)


def asked(field: str = "grade", count: int = 1, **caller: Any) -> Decided:
    known = {"agency": "samr-gd", "jurisdiction": "CN-GD", "roles": frozenset(), "party": False, "assurance": 0,
             "scopes": frozenset({"credit:read"}), "purpose": "RISK_ASSESSMENT"}  # fmt: skip
    return Decided(DAY, Caller(**{**known, **caller}), "CreditRating", field, "ALLOW", count)


def changed(decided: list[Decided], before: InForce, after: InForce) -> list[Replayed]:
    return replayed(decided, before, after, facts(), DEMANDED)


def test_only_what_was_asked_for_is_told_the_most_frequent_first() -> None:
    decided = [asked("grade", 2), asked("grade", 1), asked("validTo", 9), asked("score", 100)]
    found = changed(decided, state(grant()), state())
    assert [(each.change.coordinate, each.change.kind, each.count) for each in found] == [
        ("CreditRating.validTo", Kind.LOST, 9),
        ("CreditRating.grade", Kind.LOST, 3),
    ]


def test_what_the_contract_shuts_is_not_opened_by_a_grant() -> None:
    before, after = state(), state(grant(scopes=[]))
    assert changed([asked(scopes=frozenset())], before, after) == []
    assert len(changed([asked()], before, after)) == 1


def test_a_caller_is_seen_with_all_that_was_recorded_of_him() -> None:
    of_party = grant(where=[{"attr": "record.partyId", "op": "eq", "valueFrom": "subject.party"}])
    in_role = grant(to={"roles": ["PLATFORM"], "minAssurance": 3})
    broker = {"agency": "", "jurisdiction": "HK", "roles": frozenset({"PLATFORM"}), "assurance": 3}
    (found,) = changed([asked(**broker), asked(**{**broker, "assurance": 2})], state(), state(in_role))
    assert (found.change.recipient, found.count) == ("HK as PLATFORM at assurance 3", 1)
    (found,) = changed([asked(party=True)], state(grant()), state(of_party))
    assert found.change.after == "as it is where partyId is the caller's party"


def test_a_field_that_the_contract_no_longer_has_is_passed_over() -> None:
    assert changed([asked("colour"), asked()], state(grant()), state(grant())) == []
