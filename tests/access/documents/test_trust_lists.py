"""Trust lists: who may say whose certificates are recognised, and that nobody rewrites what was recognised when."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.access.signing import (
    BEGIN,
    COORDINATORS,
    CUSTOMS,
    DAY,
    END,
    HK_ROOT,
    LIST_SIGNERS,
    NOW,
    ROOT,
    after,
    digest,
    entry,
    facts,
    fingerprint,
    list_signers,
    moment,
    payload,
    root_document,
    signed,
    signer,
    subject,
    take,
    taken,
    trust_list,
)

from baygate.access.documents.envelope import SigningIdentity, sign
from baygate.access.documents.refusal import Alarm, Refused, Step
from baygate.access.documents.trust import Trusted
from baygate.access.jose import digest_of

ONE, TWO, THREE = LIST_SIGNERS["HK"]
FIRST = signed(trust_list())


def refused(trusted: Trusted, text: bytes) -> Refused:
    """Return why a list is not taken; nothing of what was taken before has changed."""
    before = dict(trusted.lists), dict(trusted.sequences)
    with pytest.raises(Refused) as told:
        take(trusted, text)
    assert (trusted.lists, trusted.sequences) == before
    return told.value


def following(*entries: dict[str, Any], **changes: Any) -> bytes:
    """Sign the list that follows ``FIRST``, issued now."""
    return signed(after(FIRST, issuedAt=moment(NOW), entries=list(entries), **changes))


def thumbprint(by: SigningIdentity) -> str:
    return digest_of(by.certificate.public_bytes(Encoding.DER))


def test_a_list_is_taken_as_it_was_signed():
    trusted = taken(FIRST)
    assert trusted.lists["HK"].digest == digest(FIRST)
    assert trusted.lists["HK"].good_until == END
    assert trusted.sequences == {"HK": 1}


def test_each_jurisdiction_has_a_list_of_its_own():
    trusted = taken(FIRST, signed(trust_list("MO")))
    assert trusted.lists.keys() == {"HK", "MO"}
    take(trusted, signed(after(FIRST)))
    assert trusted.sequences == {"HK": 2, "MO": 1}


# Who may sign


def test_one_signer_of_two_is_too_few():
    assert refused(taken(), signed(trust_list(), ONE)).step is Step.THRESHOLD


def test_one_signer_does_not_sign_for_two():
    assert refused(taken(), signed(trust_list(), ONE, ONE)).step is Step.THRESHOLD


def test_the_signers_of_another_jurisdiction_do_not_sign_it():
    assert refused(taken(), signed(trust_list("HK"), *LIST_SIGNERS["MO"])).step is Step.SIGNER
    assert refused(taken(), signed(trust_list("MO"), ONE, TWO)).step is Step.SIGNER


def test_coordinators_and_agencies_sign_no_list_unless_the_root_names_them():
    for by in (COORDINATORS, (CUSTOMS, ONE)):
        assert refused(taken(), signed(trust_list(), *by)).step is Step.SIGNER


def test_a_surplus_signature_refuses_the_list():
    assert refused(taken(), signed(trust_list(), ONE, TWO, CUSTOMS)).step is Step.SIGNER


def test_all_who_may_sign_may_sign_together():
    take(taken(), signed(trust_list(), ONE, TWO, THREE))


@pytest.mark.parametrize("jurisdiction", ["CN-GD", "SG", "", None, ["HK"], {"HK": 1}])
def test_where_the_root_names_nobody_nobody_signs(jurisdiction: Any):
    text = sign(json.dumps({**trust_list(), "jurisdiction": jurisdiction}).encode(), [ONE, TWO])
    assert refused(taken(), text).step is Step.SIGNER


def test_a_root_of_before_there_were_trust_lists_names_nobody():
    old = root_document()
    del old["trustLists"]
    assert refused(taken(root=signed(old)), FIRST).step is Step.SIGNER


def test_what_a_stranger_says_is_not_even_read():
    text = sign(json.dumps({"jurisdiction": "HK", "spec": "?"}).encode(), [CUSTOMS, ONE])
    assert refused(taken(), text).step is Step.SIGNER


def test_a_signature_that_does_not_hold_refuses_the_list():
    envelope = json.loads(FIRST)
    one, other = envelope["signatures"]
    one["signature"], other["signature"] = other["signature"], one["signature"]
    forged = json.dumps(envelope, separators=(",", ":")).encode()
    assert refused(taken(), forged).step is Step.ENVELOPE


def test_a_changed_byte_refuses_the_list():
    changed = json.dumps({**payload(FIRST), "scheme": "CONFIGURED"}).encode()
    envelope = json.loads(FIRST) | {"payload": base64.urlsafe_b64encode(changed).decode().rstrip("=")}
    assert refused(taken(), json.dumps(envelope, separators=(",", ":")).encode()).step is Step.ENVELOPE


@pytest.mark.parametrize("dates", [{"ends": NOW - DAY}, {"begins": NOW + DAY}], ids=["expired", "not valid yet"])
def test_a_signer_counts_in_his_certificates_time_only(dates: Any):
    by = signer("CN=Hong Kong List Signer 1", **dates)
    assert refused(taken(), signed(trust_list(), by, TWO)).step is Step.CHAIN


def test_a_revoked_signer_does_not_count():
    root = signed(root_document(revoked=[thumbprint(ONE)]))
    assert refused(taken(root=root), FIRST).step is Step.CHAIN


def test_a_policy_is_not_taken_for_a_list_nor_a_list_for_anything_else():
    trusted = taken()
    for update in (trusted.update_policy, trusted.update_manifest, trusted.update_root):
        with pytest.raises(Refused):
            update(FIRST, NOW)
    with pytest.raises(Refused):
        trusted.update_list(ROOT, NOW)


@pytest.mark.parametrize(
    "wrong",
    [{"surplus": 1}, {"entries": [entry(optional=True)]}, {"sequence": 0}, {"prev": None, "sequence": 2}],
    ids=["member", "condition", "sequence", "prev"],
)
def test_a_list_says_exactly_what_it_must(wrong: Any):
    assert refused(taken(), signed(trust_list(**wrong))).step is Step.SCHEMA


# Sequences


def test_the_next_list_names_the_one_before():
    trusted = taken(FIRST, signed(after(FIRST)))
    assert trusted.lists["HK"].document.sequence == 2
    assert refused(taken(FIRST), signed(after(FIRST, prev=f"sha256:{'0' * 64}"))).step is Step.VERSION


def test_an_older_list_is_not_taken_after_a_newer_one():
    problem = refused(taken(FIRST, signed(after(FIRST))), FIRST)
    assert (problem.step, type(problem)) == (Step.VERSION, Refused)


@pytest.mark.parametrize("sequence", [3, 2**31 - 1])
def test_no_list_is_skipped(sequence: int):
    assert refused(taken(FIRST), signed(after(FIRST, sequence=sequence))).step is Step.VERSION


def test_two_different_lists_of_one_sequence_are_an_alarm():
    trusted = taken(FIRST)
    assert type(refused(trusted, signed(trust_list(title="Other")))) is Alarm
    take(trusted, signed(after(FIRST)))
    problem = refused(trusted, signed(after(FIRST, title="Other")))
    assert type(problem) is Alarm
    assert problem.reason == "there is another version 2 of the trust list of HK"


def test_the_same_list_may_come_again_also_from_other_signers():
    trusted = taken(FIRST)
    take(trusted, signed(trust_list(), TWO, THREE))
    assert trusted.lists["HK"].text == FIRST


def test_a_fresh_hub_begins_at_the_list_of_today():
    seventh = signed(trust_list(sequence=7, prev=digest(FIRST)))
    trusted = taken(seventh)
    assert refused(trusted, FIRST).step is Step.VERSION
    take(trusted, signed(after(seventh)))


# Dates


def test_an_expired_list_is_not_taken():
    assert refused(taken(), signed(trust_list(nextUpdate=moment(NOW)))).step is Step.DATES
    take(taken(), signed(trust_list(nextUpdate=moment(NOW + DAY))))


def test_a_list_is_published_when_it_was_issued():
    later = signed(trust_list(issuedAt=moment(NOW + DAY)))
    assert refused(taken(), later).step is Step.DATES
    take(taken(), later, NOW + DAY)


def test_a_list_that_was_taken_before_may_be_over_by_now():
    trusted = taken()
    trusted.update_list(signed(trust_list(nextUpdate=moment(NOW))), NOW, remembered=True)
    assert trusted.sequences == {"HK": 1}


# What was recognised when


def test_no_entry_is_removed():
    problem = refused(taken(FIRST), following(entry("other")))
    assert problem.step is Step.RULES
    assert problem.reason.startswith("e-cert: list 1 has this entry")


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Other"},
        {"validFrom": moment(BEGIN + DAY)},
        {"validFrom": moment(BEGIN - DAY)},
        {"issuing": fingerprint(HK_ROOT)},
        {"typeName": {"attribute": "CN", "value": "Test e-Cert (Organisational)"}},
        {"policy": {"arc": "2.16.344.8.2.2008.810.2.1"}},
        {"policy": {"arc": "2.16.344.8.2.2008.810.2.1.1", "strict": True}},
        {"party": {"attribute": "CN", "prefix": "BRN"}},
        {"assurance": 4},
        {"revocation": {"by": "EITHER", "freshness": 86_400}},
        {"revocation": {"by": "CRL", "freshness": 864_000}},
        {"admits": {"scopes": ["credit:read"], "purposes": ["STATISTICS"]}},
        {"basis": "Yuefu [2012] No. 82"},
    ],
    ids="-".join,
)
def test_no_condition_is_changed(change: dict[str, Any]):
    problem = refused(taken(FIRST), following(entry(**change)))
    assert problem.step is Step.RULES
    assert "its conditions are not those of list 1" in problem.reason


def test_an_entry_is_ended_from_now_on():
    trusted = taken(FIRST)
    take(trusted, following(entry(validUntil=moment(NOW)), entry("e-cert-2", assurance=4)))
    assert trusted.lists["HK"].document.by_id["e-cert"].valid_until == NOW


def test_nothing_ends_in_the_past():
    problem = refused(taken(FIRST), following(entry(validUntil=moment(NOW - DAY))))
    assert problem.step is Step.RULES
    assert "ended before this list was issued" in problem.reason


def test_a_list_that_is_published_late_ends_nothing_in_the_past():
    """Its signers could else date it back as far as the list before."""
    backdated = signed(after(FIRST, entries=[entry(validUntil=moment(NOW - 2 * DAY))]))
    problem = refused(taken(FIRST), backdated)
    assert problem.step is Step.RULES
    assert "more than a day ago" in problem.reason
    take(taken(FIRST), signed(after(FIRST, entries=[entry(validUntil=moment(NOW - DAY))])))


def test_an_end_is_brought_forward_and_never_put_off():
    ending = signed(trust_list(entries=[entry(validUntil=moment(NOW + 9 * DAY))]))

    def next_(**end: str) -> bytes:
        return signed(after(ending, issuedAt=moment(NOW), entries=[entry(**end)]))

    take(taken(ending), next_(validUntil=moment(NOW + 9 * DAY)))
    take(taken(ending), next_(validUntil=moment(NOW + DAY)))
    for later in ({"validUntil": moment(NOW + 10 * DAY)}, {}):
        problem = refused(taken(ending), next_(**later))
        assert problem.step is Step.RULES
        assert "last longer" in problem.reason


def test_what_ended_long_ago_stays_as_it_was():
    past = entry(validUntil=moment(BEGIN + DAY))
    old = signed(trust_list(entries=[past]))
    take(taken(old), signed(after(old, issuedAt=moment(NOW), entries=[past])))
    again = entry(validUntil=moment(BEGIN + DAY / 2))
    assert refused(taken(old), signed(after(old, issuedAt=moment(NOW), entries=[again]))).step is Step.RULES


def test_a_list_is_not_issued_before_the_one_that_it_follows():
    first = signed(trust_list(issuedAt=moment(NOW)))
    backdated = signed(after(first, issuedAt=moment(BEGIN), entries=[entry(validUntil=moment(BEGIN + DAY))]))
    problem = refused(taken(first), backdated)
    assert problem.step is Step.RULES
    assert "issued before list 1" in problem.reason


def test_where_an_authority_publishes_what_it_revoked_may_change():
    authorities = [{**each, "crls": ["http://other.example/a.crl"]} for each in payload(FIRST)["authorities"]]
    take(taken(FIRST), following(entry(), authorities=authorities))


@pytest.mark.parametrize(
    ("admits", "told"),
    [
        ({"scopes": ["fun:read"], "purposes": ["STATISTICS"]}, "fun:read: no such scope"),
        ({"scopes": ["credit:read"], "purposes": ["FUN"]}, "FUN: no such purpose"),
    ],
)
def test_nobody_is_admitted_to_what_the_root_does_not_know(admits: Any, told: str):
    problem = refused(taken(), signed(trust_list(entries=[entry(admits=admits)])))
    assert problem.step is Step.RULES
    assert told in problem.reason


# After a new root all is verified again


def test_a_new_root_keeps_what_verifies_under_it():
    trusted = taken(FIRST, signed(after(ROOT)))
    assert trusted.lists.keys() == {"HK"}


@pytest.mark.parametrize(
    "changes",
    [
        {"revoked": [thumbprint(ONE)]},
        {"trustLists": []},
        {"trustLists": [{**list_signers()[0], "signers": [subject(ONE), subject(THREE)]}]},
        {"trustLists": [{**list_signers()[0], "threshold": 3}]},
        {"scopes": ["filings:read"]},
    ],
    ids=["revoked", "gone", "replaced", "threshold", "scopes"],
)
def test_what_a_new_root_no_longer_allows_is_as_good_as_missing(changes: Any):
    text = signed(trust_list(entries=[entry(admits={"scopes": ["credit:read"], "purposes": ["STATISTICS"]})]))
    trusted = taken(text, signed(after(ROOT, **changes)))
    assert trusted.lists == {}
    assert trusted.sequences == {"HK": 1}


def test_the_next_list_follows_the_one_that_a_revoked_signer_signed_and_keeps_what_it_said():
    old = signer("CN=Hong Kong List Signer 1")
    first = signed(trust_list(), old, TWO)
    trusted = taken(first, signed(after(ROOT, revoked=[thumbprint(old)])))
    assert trusted.lists == {}
    assert type(refused(trusted, signed(trust_list(title="Other")))) is Alarm
    assert refused(trusted, signed(after(first, entries=[entry("other")]))).step is Step.RULES
    take(trusted, signed(after(first)))


@pytest.mark.parametrize(
    "wrong",
    [
        [{**list_signers()[0], "threshold": 4}],
        [{**list_signers()[0], "threshold": 0}],
        [{**list_signers()[0], "signers": []}],
        [{**list_signers()[0], "jurisdiction": "SG"}],
        [{**list_signers()[0], "everywhere": True}],
        [list_signers()[0], list_signers()[0]],
    ],
    ids=["threshold", "nobody needed", "nobody", "jurisdiction", "member", "twice"],
)
def test_a_root_says_once_for_each_jurisdiction_who_signs(wrong: Any):
    with pytest.raises(Refused) as told:
        Trusted(signed(root_document(trustLists=wrong)), facts(), NOW)
    assert told.value.step is Step.SCHEMA
