"""What is in force: what the manifests list, for as long as it holds; whatever is missing stops its owner's grants."""

import base64
import dataclasses
import datetime
from typing import Any

import pytest
from tests.access.signing import (
    BEGIN,
    COORDINATORS,
    CUSTOMS,
    DAY,
    END,
    LIST_SIGNERS,
    NOW,
    ROOT,
    after,
    agencies,
    denial,
    facts,
    identity,
    issue,
    library,
    listed,
    manifest,
    moment,
    policy,
    root_document,
    signed,
    signer,
    take,
    taken,
    trust_list,
)

from baygate.access.access import FOREVER, NEVER
from baygate.access.compile import Who, compiled
from baygate.access.decision import Decision
from baygate.access.documents.in_force import in_force, nothing, recognising, unrecognising
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import Trusted

SECOND = datetime.timedelta(seconds=1)


def rules(found: InForce) -> set[str]:
    """Return the names of all rules that are in force."""
    return {rule.name for owner in found.owners for rule in (*owner.grants, *owner.denials)}


def problems(found: InForce) -> str:
    return " ".join((*found.problems, *(each for owner in found.owners for each in owner.problems)))


def decided(found: InForce, name: str, provider: str = "customs-gz") -> Decision:
    asking = Who("samr-gd", "CN-GD", frozenset(), frozenset({"credit:read"}), "RISK_ASSESSMENT", 0, {})
    return compiled(found, asking, facts()).decide("CreditRating", name).of(provider)


def stopped(found: InForce, owner: str) -> bool:
    return not next(each.grants for each in found.owners if each.agency.id == owner)


BOTH = library(policy(), policy("tax-gd"))


def test_what_the_manifests_list_is_in_force():
    found = in_force(taken(*BOTH), NOW)
    assert rules(found) == {"customs-gz/credit#g1", "tax-gd/credit#g1"}
    assert found.policies.keys() == {"customs-gz/credit", "tax-gd/credit"}
    assert problems(found) == "samr-gd has no manifest: nothing of its records is granted."


def test_nothing_is_in_force_without_a_root():
    found = nothing("There is no root document.")
    assert not found.owners
    assert not compiled(found, Who(None, "", frozenset(), frozenset(), "", 0, {}), facts()).types


def test_nothing_is_in_force_without_a_policy():
    found = in_force(taken(), NOW)
    assert not rules(found)
    access = compiled(found, Who("samr-gd", "CN-GD", frozenset(), frozenset(), "RISK_ASSESSMENT", 0, {}), facts())
    assert all(
        decision.withheld for each in access.types.values() for by in each.fields.values() for decision in by.every()
    )


def test_an_owner_without_a_manifest_grants_nothing():
    assert rules(in_force(taken(*BOTH[:2], BOTH[3]), NOW)) == {"tax-gd/credit#g1"}


# Manifests


def test_a_policy_outside_the_manifest_is_ignored():
    hidden = signed(policy("customs-gz", "hidden", denials=[denial("d1", "score")]))
    assert rules(in_force(taken(*BOTH, hidden), NOW)) == {"customs-gz/credit#g1", "tax-gd/credit#g1"}


def test_a_version_outside_the_manifest_is_ignored_with_its_denials_too():
    """It was published and not put in force; the one that is listed is not there, which stops the grants."""
    denying = policy(denials=[denial("d1", "score")])
    second = signed(after(BOTH[0], denials=denying["denials"], schemaHash=denying["schemaHash"]))
    found = in_force(taken(*BOTH, second), NOW)
    assert rules(found) == {"tax-gd/credit#g1"}
    assert "customs-gz/credit version 1, which the manifest of customs-gz lists, is not there" in problems(found)


def test_a_listed_policy_that_is_missing_stops_all_grants_of_its_owner_and_none_of_another():
    texts = library(policy(), policy("customs-gz", "other"), policy("tax-gd"))
    found = in_force(taken(*texts[:1], *texts[2:]), NOW)
    assert rules(found) == {"tax-gd/credit#g1"}
    assert "customs-gz/other version 1" in problems(found)


def test_denials_stand_while_the_grants_of_their_owner_are_stopped():
    denying = policy("customs-gz", "denying", grants=[], denials=[denial("d1", "grade")])
    texts = library(denying, policy(), policy("customs-gz", "other"))
    assert rules(in_force(taken(texts[0], texts[1], texts[3]), NOW)) == {"customs-gz/denying#d1"}


def test_a_manifest_that_is_over_stops_all_grants_of_its_owner():
    """Who keeps newer documents back keeps nothing in force (freeze)."""
    trusted = taken(*library(policy(), expires=moment(NOW)), *library(policy("tax-gd")), now=NOW - DAY)
    assert not stopped(in_force(trusted, NOW - SECOND), "customs-gz")
    assert rules(in_force(trusted, NOW)) == {"tax-gd/credit#g1"}


def test_old_and_new_documents_of_one_owner_do_not_mix():
    one, other = signed(policy()), signed(policy("customs-gz", "other"))
    next_one, next_other = signed(after(one)), signed(after(other))
    new_manifest = signed(manifest("customs-gz", next_one, next_other))
    assert stopped(in_force(taken(next_one, other, new_manifest), NOW), "customs-gz")
    assert not stopped(in_force(taken(next_one, next_other, new_manifest), NOW), "customs-gz")


def test_a_listed_policy_is_the_very_one():
    text, other = signed(policy()), signed(policy(title="Other"))
    assert stopped(in_force(taken(text, signed(manifest("customs-gz", other))), NOW), "customs-gz")
    wrong = signed(manifest(policies=[{**listed(text), "version": 2}]))
    assert stopped(in_force(taken(text, wrong), NOW), "customs-gz")


def test_a_policy_is_withdrawn_by_a_version_without_grants():
    first = signed(policy())
    second = signed(after(first, grants=[], schemaHash=policy(grants=[])["schemaHash"]))
    trusted = taken(first, signed(manifest("customs-gz", first)))
    take(trusted, second)
    take(trusted, signed(manifest("customs-gz", second, sequence=2)))
    found = in_force(trusted, NOW)
    assert not rules(found)
    assert "customs-gz/credit" not in problems(found)


# Policies in their time


def test_a_policy_that_is_over_grants_nothing_and_its_denials_stand():
    over = policy("customs-gz", "over", expires=moment(NOW), denials=[denial("d1", "grade")])
    trusted = taken(*library(over, policy()), now=NOW - DAY)
    assert rules(in_force(trusted, NOW - SECOND)) == {
        "customs-gz/over#g1",
        "customs-gz/over#d1",
        "customs-gz/credit#g1",
    }
    found = in_force(trusted, NOW)
    assert rules(found) == {"customs-gz/over#d1", "customs-gz/credit#g1"}
    assert decided(found, "grade").withholding.rule == "d1"
    assert not decided(found, "validTo").withheld


def test_a_denial_lapses_when_a_newer_version_drops_it():
    first = signed(policy("customs-gz", "over", denials=[denial("d1", "grade")]))
    other = signed(policy())
    trusted = taken(first, other, signed(manifest("customs-gz", first, other)))
    assert decided(in_force(trusted, NOW), "grade").withheld
    second = signed(after(first, denials=[], schemaHash=policy()["schemaHash"]))
    take(trusted, second)
    take(trusted, signed(manifest("customs-gz", second, other, sequence=2)))
    assert not decided(in_force(trusted, NOW), "grade").withheld


def test_a_policy_that_has_not_begun_neither_grants_nor_denies():
    later = policy("customs-gz", "later", notBefore=moment(NOW), denials=[denial("d1", "grade")])
    trusted = taken(*library(later, policy()), now=NOW - DAY)
    assert rules(in_force(trusted, NOW - SECOND)) == {"customs-gz/credit#g1"}
    assert rules(in_force(trusted, NOW)) == {"customs-gz/later#g1", "customs-gz/later#d1", "customs-gz/credit#g1"}


def test_a_denial_does_not_lapse_between_two_versions():
    """Until the next version begins nobody knows the denials of the one before, which is not listed any more."""
    first = signed(policy("customs-gz", "over", denials=[denial("d1", "grade")]))
    second, other = signed(after(first, notBefore=moment(NOW))), signed(policy())
    trusted = taken(first, second, other, signed(manifest("customs-gz", second, other)), now=NOW - DAY)
    between = in_force(trusted, NOW - SECOND)
    assert stopped(between, "customs-gz")
    assert "no longer lists the version before" in problems(between)
    assert decided(in_force(trusted, NOW), "grade").withholding.rule == "d1"


def test_a_policy_for_another_contract_grants_nothing_and_its_denials_stand():
    known = facts()
    rating = known.types["CreditRating"]
    fields = {**rating.fields, "score": dataclasses.replace(rating.fields["score"], said="(): String")}
    changed = dataclasses.replace(
        known, types={**known.types, "CreditRating": dataclasses.replace(rating, fields=fields)}
    )
    touched = policy("customs-gz", "touched", denials=[denial("d1", "score")])
    found = in_force(taken(*library(touched, policy()), known=changed), NOW)
    assert rules(found) == {"customs-gz/touched#d1", "customs-gz/credit#g1"}
    assert "customs-gz/touched speaks of fields that the contract has changed" in problems(found)


def test_a_policy_is_over_with_the_certificate_that_it_was_signed_with():
    by = signer("CN=Customs", ends=NOW)
    text = signed(policy(denials=[denial("d1", "score")]), by)
    trusted = taken(text, signed(manifest("customs-gz", text)), now=NOW - DAY)
    assert rules(in_force(trusted, NOW - SECOND)) == {"customs-gz/credit#g1", "customs-gz/credit#d1"}
    assert rules(in_force(trusted, NOW)) == {"customs-gz/credit#d1"}


# Roots


def test_nothing_is_in_force_outside_the_time_of_the_root():
    root = signed(root_document(expires=moment(NOW), notBefore=moment(NOW - 2 * DAY)))
    trusted = taken(*BOTH, root=root, now=NOW - DAY)
    for outside in (NOW - 2 * DAY - SECOND, NOW):
        found = in_force(trusted, outside)
        assert not found.owners
        assert "everything is withheld" in problems(found)


def test_what_a_new_root_no_longer_allows_stops_its_owner_and_no_other():
    trusted = taken(*BOTH)
    moved = [
        {**each, "signers": [{"subject": "CN=Other"}]} if each["id"] == "customs-gz" else each for each in agencies()
    ]
    take(trusted, signed(after(ROOT, agencies=moved)))
    assert rules(in_force(trusted, NOW)) == {"tax-gd/credit#g1"}


# From when until when


def spans(found: InForce) -> tuple[datetime.datetime, datetime.datetime]:
    return found.valid_from, found.valid_until


DAYS = [NOW + number * DAY for number in range(-3, 4)]


@pytest.mark.parametrize("where", ["root", "manifest", "policy"])
@pytest.mark.parametrize("which", ["notBefore", "expires"])
def test_every_date_of_every_document_is_a_boundary(where: str, which: str):
    dates = {which: moment(NOW)}
    root = signed(root_document(**dates)) if where == "root" else ROOT
    document = policy(**dates) if where == "policy" else policy()
    taken_at = NOW if which == "notBefore" else NOW - DAY
    trusted = taken(*library(document, **(dates if where == "manifest" else {})), root=root, now=taken_at)
    assert spans(in_force(trusted, NOW - SECOND)) == (BEGIN, NOW)
    assert spans(in_force(trusted, NOW)) == (NOW, END)


@pytest.mark.parametrize("who", ["coordinator", "signer", "authority", "anchor"])
def test_the_end_of_every_certificate_is_a_boundary(who: str):
    ends: dict[str, Any] = {who: {"ends": NOW}}
    anchor = issue("CN=Anchor", ca=True, **ends.get("anchor", {}))
    between = issue("CN=Between", anchor, ca=True, **ends.get("authority", {}))
    by = identity(issue("CN=Customs", between, **ends.get("signer", {})), between)
    coordinators = (signer("CN=Coordinator 1", **ends.get("coordinator", {})), COORDINATORS[1])
    anchors = [*root_document()["anchors"], base64.b64encode(anchor.der).decode()]
    root = signed(root_document(anchors=anchors), *coordinators)
    text = signed(policy(), by)
    trusted = taken(text, signed(manifest("customs-gz", text), CUSTOMS), root=root, now=NOW - DAY)
    assert in_force(trusted, NOW - SECOND).valid_until == NOW
    assert in_force(trusted, NOW).valid_from == NOW
    assert in_force(trusted, NOW - SECOND).owners[0].grants
    assert not any(owner.grants for owner in in_force(trusted, NOW).owners)


def test_what_is_in_force_does_not_change_between_its_boundaries():
    later = policy("customs-gz", "later", notBefore=moment(DAYS[2]), expires=moment(DAYS[5]))
    sooner = policy("customs-gz", "sooner", expires=moment(DAYS[4]))
    trusted = taken(*library(later, sooner, policy()), now=DAYS[0])
    for day in DAYS:
        found = in_force(trusted, day)
        assert found.valid_from <= day < found.valid_until
        for inside in (found.valid_from, found.valid_until - SECOND):
            assert in_force(trusted, inside) == found


def test_before_and_after_all_boundaries_there_is_no_end():
    trusted = taken(*BOTH)
    assert in_force(trusted, BEGIN - DAY).valid_from == NEVER
    assert in_force(trusted, END + DAY).valid_until == FOREVER


# The name of what is in force


def test_other_documents_have_another_name():
    def name(*texts: bytes, root: bytes = ROOT) -> str:
        return in_force(taken(*texts, root=root), NOW).version

    names = [
        name(), name(*BOTH), name(*BOTH[:1]), name(*library(policy(title="Other"), policy("tax-gd"))),
        name(*library(policy(), policy("tax-gd"), sequence=2)),
        name(*BOTH, root=signed(root_document(purposes=["RISK_ASSESSMENT"]))),
    ]  # fmt: skip
    assert len(set(names)) == len(names)
    assert name(*BOTH) == name(*(BOTH[each] for each in (3, 1, 2, 0)))


# Trust lists


LIST = signed(trust_list(nextUpdate=moment(NOW + DAY)))


def recognised(trusted: Trusted, now: datetime.datetime) -> set[str]:
    return {each.document.jurisdiction for each in recognising(trusted, now)}


def test_a_list_counts_until_the_next_one_is_due():
    trusted = taken(LIST, signed(trust_list("MO")))
    assert recognised(trusted, NOW + DAY - SECOND) == {"HK", "MO"}
    assert recognised(trusted, NOW + DAY) == {"MO"}
    assert unrecognising(trusted, NOW + DAY - SECOND) == {}
    assert "expired at 2026-12-02 00:00:00 UTC: it recognises nobody" in unrecognising(trusted, NOW + DAY)["HK"]


def test_a_list_counts_no_longer_than_its_signers_certificates():
    ending = signer("CN=Hong Kong List Signer 1", ends=NOW + DAY)
    trusted = taken(signed(trust_list(), ending, LIST_SIGNERS["HK"][1]))
    assert recognised(trusted, NOW + DAY - SECOND) == {"HK"}
    assert recognised(trusted, NOW + DAY) == set()
    assert "a certificate that ended" in unrecognising(trusted, NOW + DAY)["HK"]


def test_a_list_does_not_count_before_it_was_issued():
    trusted = taken()
    trusted.update_list(signed(trust_list(issuedAt=moment(NOW + DAY))), NOW, remembered=True)
    assert recognised(trusted, NOW) == set()
    assert recognised(trusted, NOW + DAY) == {"HK"}


def test_no_list_counts_when_the_root_is_over():
    trusted = taken(LIST, root=signed(root_document(expires=moment(NOW + SECOND))))
    assert recognised(trusted, NOW) == {"HK"}
    assert recognised(trusted, NOW + SECOND) == set()


def test_a_list_changes_nothing_of_what_policies_decide():
    trusted = taken(*library(policy()))
    before = in_force(trusted, NOW)
    take(trusted, LIST)
    assert in_force(trusted, NOW) == before
