"""The library: what is stored is what was ever published, and what follows from it can be rolled back by nobody."""

import asyncio
import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from tests.access.signing import (
    CUSTOMS,
    DAY,
    LIST_SIGNERS,
    NOW,
    ROOT,
    after,
    denial,
    digest,
    entry,
    facts,
    library,
    manifest,
    moment,
    policy,
    root_document,
    signed,
    signer,
    trust_list,
)

from baygate.access.documents import chain
from baygate.access.documents.envelope import sign
from baygate.access.documents.in_force import in_force
from baygate.access.documents.library import published, publishing, remembered
from baygate.access.documents.refusal import Alarm, Refused, Step
from baygate.storage import documents
from baygate.storage.database import Database
from baygate.storage.documents import AlreadyPublished, NewDocument


class Hub:
    """A hub's documents in its database."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def publish(self, *texts: bytes, now: datetime.datetime = NOW) -> list[tuple[str, str, int]]:
        """Publish files, all or none; raise Refused or AlreadyPublished."""

        async def add() -> list[NewDocument]:
            connection = await Database(self._dsn).connect()
            try:
                async with connection.transaction():
                    await documents.lock(connection)
                    new = published(publishing(ROOT, await documents.every(connection), facts(), now), texts, now)
                    await documents.add(connection, new, "tests")
                    return new
            finally:
                await connection.close()

        return [(each.kind, each.name, each.version) for each in asyncio.run(add())]

    def stored(self) -> Sequence[NewDocument]:
        async def every() -> Sequence[NewDocument]:
            connection = await Database(self._dsn).connect()
            try:
                return await documents.every(connection)
            finally:
                await connection.close()

        return asyncio.run(every())

    def rules(self, now: datetime.datetime = NOW) -> set[str]:
        """Return what is in force for a worker that begins now."""
        return in_force_of(self.stored(), now)


def in_force_of(stored: Iterable[NewDocument], now: datetime.datetime = NOW) -> set[str]:
    trusted, _ = remembered(ROOT, stored, facts(), now)
    owners = in_force(trusted, now).owners
    return {f"{rule.name} {rule.policy.version}" for owner in owners for rule in (*owner.grants, *owner.denials)}


@pytest.fixture
def hub(database: str) -> Hub:
    return Hub(database)


FIRST = signed(policy(denials=[denial()]))
SECOND = signed(after(FIRST, title="Second"))
MANIFESTS = [signed(manifest("customs-gz", FIRST)), signed(manifest("customs-gz", SECOND, sequence=2))]
V1, V2 = ({f"customs-gz/credit#{rule} {version}" for rule in ("g1", "d1")} for version in (1, 2))


def test_what_was_published_is_in_force_after_a_restart(hub: Hub):
    assert hub.publish(MANIFESTS[0], FIRST) == [("policy", "customs-gz/credit", 1), ("manifest", "customs-gz", 1)]
    assert hub.rules() == V1
    hub.publish(SECOND, MANIFESTS[1])
    assert hub.rules() == V2


def test_what_is_there_is_not_published_again(hub: Hub):
    hub.publish(FIRST, MANIFESTS[0])
    assert hub.publish(FIRST, MANIFESTS[0]) == []
    assert hub.publish(ROOT) == []


def test_versions_are_published_together_in_their_order(hub: Hub):
    hub.publish(MANIFESTS[1], SECOND, FIRST)
    assert hub.rules() == V2


def test_a_manifest_is_not_published_without_what_it_lists(hub: Hub):
    with pytest.raises(Refused, match="publish both together"):
        hub.publish(MANIFESTS[0])
    assert not hub.stored()


def test_a_version_is_not_in_force_until_a_manifest_lists_it(hub: Hub):
    hub.publish(FIRST, MANIFESTS[0])
    hub.publish(SECOND)
    assert hub.rules() == V1
    hub.publish(MANIFESTS[1])
    assert hub.rules() == V2


def test_a_version_that_begins_later_is_put_in_force_then(hub: Hub):
    hub.publish(FIRST, MANIFESTS[0])
    later = signed(after(FIRST, notBefore=moment(NOW + DAY)))
    listing = signed(manifest("customs-gz", later, sequence=2))
    with pytest.raises(Refused, match="publish the manifest of customs-gz then"):
        hub.publish(later, listing)
    hub.publish(later)
    assert hub.rules() == V1
    hub.publish(listing, now=NOW + DAY)
    assert hub.rules(NOW + DAY) == V2


def test_two_versions_of_one_number_are_an_alarm_and_the_first_stays(hub: Hub):
    hub.publish(FIRST, MANIFESTS[0], SECOND, MANIFESTS[1])
    fork = signed(after(FIRST, title="Fork"))
    for texts in ([fork], [fork, signed(manifest("customs-gz", fork, sequence=3))]):
        with pytest.raises(Alarm):
            hub.publish(*texts)
    with pytest.raises(Alarm):
        hub.publish(signed(manifest("customs-gz", SECOND, sequence=2, expires=moment(NOW + DAY))))
    assert hub.rules() == V2


def test_two_roots_of_one_version_are_an_alarm(hub: Hub):
    hub.publish(signed(after(ROOT)))
    with pytest.raises(Alarm):
        hub.publish(signed(after(ROOT, scopes=["credit:read"])))


def test_nothing_is_rolled_back(hub: Hub):
    hub.publish(FIRST, MANIFESTS[0], SECOND, MANIFESTS[1])
    back = signed(manifest("customs-gz", FIRST, sequence=3))
    for texts in ([FIRST], [MANIFESTS[0]], [FIRST, MANIFESTS[0]], [back], [FIRST, back]):
        with pytest.raises(Refused) as told:
            hub.publish(*texts)
        assert told.value.step is Step.VERSION
    assert hub.rules() == V2


def test_one_refused_file_refuses_all(hub: Hub):
    with pytest.raises(Refused):
        hub.publish(FIRST, MANIFESTS[0], signed(policy("tax-gd"), CUSTOMS))
    assert not hub.stored()


def test_the_quicker_of_two_publishers_wins(hub: Hub):
    """Both verified their document before either was stored: what was stored first stays."""
    hub.publish(FIRST, MANIFESTS[0])

    async def add_late() -> None:
        trusted = publishing(ROOT, [], facts(), NOW)
        connection = await Database(hub._dsn).connect()
        try:
            async with connection.transaction():
                await documents.add(connection, published(trusted, [signed(policy(title="Late"))], NOW), "tests")
        finally:
            await connection.close()

    with pytest.raises(AlreadyPublished):
        asyncio.run(add_late())
    assert hub.rules() == V1


def test_a_revoked_signers_versions_are_not_gone_back_behind(hub: Hub):
    old = signer("CN=Customs")
    second = signed(after(FIRST), old)
    hub.publish(FIRST, second, signed(manifest("customs-gz", second, sequence=9), old))
    hub.publish(signed(after(ROOT, revoked=list(chain.thumbprints(old.certificate))[:1])))
    assert hub.rules() == set()
    with pytest.raises(Refused, match="lists customs-gz/credit version 1"):
        hub.publish(signed(manifest("customs-gz", FIRST, sequence=10)))
    with pytest.raises(Refused, match="the last one is 9"):
        hub.publish(signed(manifest(sequence=8)))
    with pytest.raises(Alarm):
        hub.publish(signed(after(FIRST, title="Other")))
    third = signed(after(second))
    hub.publish(third, signed(manifest("customs-gz", third, sequence=10)))
    assert hub.rules() == {f"customs-gz/credit#{rule} 3" for rule in ("g1", "d1")}


def test_a_fresh_database_begins_at_any_version_that_a_manifest_lists(hub: Hub):
    seventh = signed(policy(version=7, prev=digest(FIRST)))
    hub.publish(seventh, signed(manifest("customs-gz", seventh, sequence=30)))
    assert hub.rules() == {"customs-gz/credit#g1 7"}


# What somebody might have done to the database


def stored(*texts: bytes) -> list[NewDocument]:
    return published(publishing(ROOT, [], facts(), NOW), texts, NOW)


def test_an_altered_document_is_missing():
    kept = stored(*library(policy(), policy("tax-gd")))
    altered = [
        replace(each, body=each.body[:-9] + each.body[-8:]) if "customs" in each.name else each for each in kept[:2]
    ]
    altered += kept[2:]
    trusted, problems = remembered(ROOT, altered, facts(), NOW)
    assert trusted.policies.keys() == {"tax-gd/credit"}
    assert "customs-gz/credit" in problems[0]
    assert in_force_of(altered) == {"tax-gd/credit#g1 1"}


def test_a_document_that_was_taken_away_is_missing():
    kept = stored(*library(policy(), policy("tax-gd")))
    assert in_force_of(each for each in kept if each.name != "customs-gz/credit") == {"tax-gd/credit#g1 1"}
    assert in_force_of(each for each in kept if each.name != "tax-gd") == {"customs-gz/credit#g1 1"}


def test_a_document_under_another_name_is_what_it_says_that_it_is():
    kept = stored(*library(policy(), policy("tax-gd")))
    swapped = [
        replace(each, name="tax-gd/credit") if each.name == "customs-gz/credit" else each
        for each in kept
        if each.name != "tax-gd/credit"
    ]
    assert "tax-gd/credit#g1 1" not in in_force_of(swapped)


def test_a_newer_manifest_that_does_not_verify_stops_its_owner_and_is_not_passed_over():
    kept = stored(*library(policy(), policy("tax-gd")))
    forged = signed(manifest("customs-gz", sequence=2), signer("CN=Tax"))
    found = in_force_of([*kept, NewDocument("manifest", "customs-gz", 2, digest(forged), forged)])
    assert found == {"tax-gd/credit#g1 1"}


def test_a_forged_root_changes_nothing_and_is_told():
    forged = signed(after(ROOT, agencies=[]), CUSTOMS)
    kept = [*stored(*library(policy())), NewDocument("root", "", 2, digest(forged), forged)]
    trusted, problems = remembered(ROOT, kept, facts(), NOW)
    assert trusted.root.document.version == 1
    assert "root  version 2 is not taken" in problems[0]


def test_what_is_over_by_now_is_remembered_for_its_denials():
    kept = stored(*library(policy(expires=moment(NOW + DAY), denials=[denial()])))
    assert in_force_of(kept, NOW + DAY) == {"customs-gz/credit#d1 1"}


def test_stored_roots_follow_each_other_up_to_the_newest():
    second = signed(after(ROOT))
    third = signed(after(second, purposes=["STATISTICS", "RISK_ASSESSMENT"]))
    kept = stored(ROOT, third, second)
    trusted, problems = remembered(ROOT, reversed(kept), facts(), NOW)
    assert (trusted.root.document.version, problems) == (3, ())
    assert remembered(second, kept, facts(), NOW)[0].root.document.version == 3


def test_a_root_that_the_settings_name_and_nobody_signed_is_refused():
    with pytest.raises(Refused):
        remembered(signed(root_document(), CUSTOMS), [], facts(), NOW)


@pytest.mark.parametrize(
    "said", [{}, {"kind": "grant"}, {"kind": None}, {"kind": []}, {"policyId": 1}, {"policyId": "a/b", "version": True}]
)
def test_a_file_that_is_no_document_is_refused(said: dict[str, object]):
    with pytest.raises(Refused) as told:
        stored(sign(json.dumps(said).encode(), [CUSTOMS]))
    assert told.value.step is Step.SCHEMA


# Trust lists


LIST = signed(trust_list())
SECOND_LIST = signed(after(LIST))


def lists_of(stored: Iterable[NewDocument], now: datetime.datetime = NOW) -> dict[str, int]:
    trusted, _ = remembered(ROOT, stored, facts(), now)
    return {name: each.document.sequence for name, each in trusted.lists.items()}


def test_the_newest_list_of_each_jurisdiction_counts_after_a_restart(hub: Hub):
    assert hub.publish(LIST, signed(trust_list("MO"))) == [("trust-list", "HK", 1), ("trust-list", "MO", 1)]
    assert hub.publish(LIST, SECOND_LIST) == [("trust-list", "HK", 2)]
    assert lists_of(hub.stored()) == {"HK": 2, "MO": 1}
    with pytest.raises(Refused):
        hub.publish(signed(after(LIST, title="Other")))


def test_a_list_is_published_together_with_the_root_that_names_its_signers():
    first = signed(root_document(trustLists=[]))
    second = signed(after(first, trustLists=root_document()["trustLists"]))
    trusted = publishing(first, [], facts(), NOW)
    assert [each.kind for each in published(trusted, [LIST, second], NOW)] == ["root", "trust-list"]


def test_a_list_is_held_against_the_stored_one_before_it():
    trusted = publishing(ROOT, stored(LIST), facts(), NOW)
    with pytest.raises(Refused, match="list 1 has this entry"):
        published(trusted, [signed(after(LIST, entries=[entry("other")]))], NOW)


def test_a_newest_list_that_does_not_verify_is_not_passed_over_for_an_older_one():
    forged = signed(after(LIST), LIST_SIGNERS["HK"][0])
    kept = [*stored(LIST), NewDocument("trust-list", "HK", 2, digest(forged), forged)]
    trusted, (problem,) = remembered(ROOT, kept, facts(), NOW)
    assert trusted.lists == {}
    assert problem == (
        "trust-list HK version 2 is not taken: threshold: it takes 2 signers; 1 of those who may have signed."
    )


def test_a_list_that_no_longer_verifies_is_followed_and_what_it_said_stays():
    """Its signer's certificate has ended: nobody may use that to begin anew."""
    ending = signer("CN=Hong Kong List Signer 1", ends=NOW + DAY)
    kept = stored(signed(trust_list(), ending, LIST_SIGNERS["HK"][1]))
    after_that = NOW + 2 * DAY
    assert lists_of(kept, after_that) == {}
    for wrong in (signed(trust_list(title="Other")), signed(after(LIST, entries=[entry("other")]))):
        with pytest.raises(Refused):
            published(publishing(ROOT, kept, facts(), after_that), [wrong], after_that)
    assert published(publishing(ROOT, kept, facts(), after_that), [SECOND_LIST], after_that)


def test_an_older_list_under_another_jurisdictions_name_is_not_brought_out_again():
    kept = stored(LIST, SECOND_LIST)
    swapped = [replace(each, name="MO") if each.version == 1 else each for each in kept]
    assert lists_of(swapped) == {"HK": 2}


def test_what_is_over_by_now_is_remembered():
    kept = stored(signed(trust_list(nextUpdate=moment(NOW + DAY))))
    assert lists_of(kept, NOW + DAY) == {"HK": 1}
