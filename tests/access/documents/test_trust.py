"""Trust: whose signatures count, and in which order versions follow each other."""

import base64
import datetime
import json
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from tests.access.signing import (
    CA,
    COORDINATORS,
    CUSTOMS,
    DAY,
    NOW,
    ROOT,
    TAX,
    Holder,
    after,
    agencies,
    agency,
    digest,
    facts,
    grant,
    identity,
    issue,
    library,
    listed,
    manifest,
    moment,
    new_key,
    policy,
    root_document,
    signed,
    signer,
    subject,
    take,
    taken,
)

from baygate.access.documents import chain
from baygate.access.documents.envelope import SigningIdentity, sign
from baygate.access.documents.refusal import Alarm, Refused, Step
from baygate.access.documents.trust import Trusted
from baygate.access.jose import digest_of

POLICY = signed(policy())


def refused(trusted: Trusted, text: bytes, now: datetime.datetime = NOW) -> Refused:
    """Return why a document is not taken; nothing of what was taken before has changed."""
    before = trusted.root, dict(trusted.manifests), dict(trusted.policies)
    with pytest.raises(Refused) as told:
        take(trusted, text, now)
    assert (trusted.root, trusted.manifests, trusted.policies) == before
    return told.value


def anchors(*authorities: Holder) -> list[str]:
    return [base64.b64encode(each.der).decode() for each in authorities]


def rooted(**changes: Any) -> bytes:
    return signed(root_document(**changes))


def with_agency(name: str, **changes: Any) -> list[dict[str, Any]]:
    return [{**each, **changes} if each["id"] == name else each for each in agencies()]


# Certificates and the authorities that they lead to


def test_a_signer_of_an_unknown_authority_does_not_count():
    attacker = identity(issue("CN=Customs", issue("CN=Guangdong Test CA", ca=True)))
    assert refused(taken(), signed(policy(), attacker)).step is Step.CHAIN


def test_a_signer_who_brings_his_authority_along_does_not_count_either():
    authority = issue("CN=Guangdong Test CA", ca=True)
    attacker = identity(issue("CN=Customs", authority), authority)
    assert refused(taken(), signed(policy(), attacker)).step is Step.CHAIN


@pytest.mark.parametrize("dates", [{"ends": NOW - DAY}, {"begins": NOW + DAY}], ids=["expired", "not valid yet"])
def test_a_certificate_counts_in_its_time_only(dates: Any):
    assert refused(taken(), signed(policy(), signer("CN=Customs", **dates))).step is Step.CHAIN


def test_an_authority_between_signer_and_anchor_is_sent_along():
    between = issue("CN=Customs CA", CA, ca=True)
    leaf = issue("CN=Customs", between)
    take(taken(), signed(policy(), identity(leaf, between)))
    assert refused(taken(), signed(policy(), identity(leaf))).step is Step.CHAIN


def test_an_authority_between_them_counts_in_its_time_only():
    between = issue("CN=Customs CA", CA, ca=True, ends=NOW - DAY)
    by = identity(issue("CN=Customs", between), between)
    assert refused(taken(), signed(policy(), by)).step is Step.CHAIN


def test_whoever_may_sign_may_not_issue_certificates():
    between = issue("CN=Tax", CA)
    by = identity(issue("CN=Customs", between), between)
    assert refused(taken(), signed(policy(), by)).step is Step.CHAIN


def test_an_anchor_that_is_over_is_none():
    old = issue("CN=Old CA", ca=True, ends=NOW - DAY)
    root = rooted(anchors=anchors(CA, old))
    assert refused(taken(root=root), signed(policy(), identity(issue("CN=Customs", old)))).step is Step.CHAIN


def test_a_signature_is_good_until_the_first_certificate_of_its_path_ends():
    ends = [NOW + days * DAY for days in (10, 20, 30)]
    for leaf_ends, between_ends, anchor_ends in (ends, ends[::-1], [ends[1], ends[2], ends[0]]):
        anchor = issue("CN=Anchor", ca=True, ends=anchor_ends)
        between = issue("CN=Between", anchor, ca=True, ends=between_ends)
        by = identity(issue("CN=Customs", between, ends=leaf_ends), between)
        trusted = taken(signed(policy(), by), root=rooted(anchors=anchors(CA, anchor)))
        assert trusted.policies["customs-gz/credit"].good_until == ends[0]


def test_a_revoked_certificate_does_not_count():
    by = signer("CN=Customs")
    root = rooted(revoked=[thumbprint(by.certificate)])
    assert "revoked" in refused(taken(root=root), signed(policy(), by)).reason
    take(taken(root=root), POLICY)


def test_a_revoked_certificate_does_not_count_under_another_thumbprint():
    """Anybody can turn the ECDSA signature on a certificate into another one that holds as well."""
    for _ in range(8):  # whether the other signature is as long depends on its numbers
        by = signer("CN=Customs")
        again = SigningIdentity(rewritten(by.certificate), (), by.key)
        assert thumbprint(again.certificate) != thumbprint(by.certificate)
        take(taken(), signed(policy(), again))
        root = rooted(revoked=[thumbprint(by.certificate)])
        assert "revoked" in refused(taken(root=root), signed(policy(), again)).reason


def test_a_certificate_has_two_thumbprints_and_its_other_form_has_the_same():
    one = CUSTOMS.certificate
    assert set(chain.thumbprints(one)) >= {thumbprint(one), thumbprint(rewritten(one))}
    assert thumbprint(one) in set(chain.thumbprints(rewritten(one)))


def test_an_authority_that_was_revoked_takes_those_with_it_whom_it_certified():
    between = issue("CN=Customs CA", CA, ca=True)
    root = rooted(revoked=[thumbprint(between.certificate)])
    by = identity(issue("CN=Customs", between), between)
    assert "revoked" in refused(taken(root=root), signed(policy(), by)).reason


def thumbprint(certificate: x509.Certificate) -> str:
    return digest_of(certificate.public_bytes(Encoding.DER))


def rewritten(certificate: x509.Certificate) -> x509.Certificate:
    """Return the certificate with the other ECDSA signature of P-256 that holds for it."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    r, s = decode_dss_signature(certificate.signature)
    other = b"\0" + encode_dss_signature(r, order - s)
    ecdsa_with_sha256 = bytes.fromhex("300a06082a8648ce3d040302")
    body = certificate.tbs_certificate_bytes + ecdsa_with_sha256 + b"\x03" + bytes([len(other)]) + other
    return x509.load_der_x509_certificate(b"\x30\x82" + len(body).to_bytes(2, "big") + body)


# Who may sign


def test_nobody_signs_for_another_agency():
    assert refused(taken(), signed(policy(), TAX)).step is Step.SIGNER
    assert refused(taken(), signed(manifest(), TAX)).step is Step.SIGNER


def test_coordinators_sign_roots_and_nothing_else():
    assert refused(taken(), signed(policy(), *COORDINATORS)).step is Step.SIGNER
    assert refused(taken(), signed(after(ROOT), CUSTOMS, TAX)).step is Step.SIGNER


def test_a_surplus_signature_refuses_the_document():
    assert refused(taken(), signed(policy(), CUSTOMS, TAX)).step is Step.SIGNER
    assert refused(taken(), signed(after(ROOT), *COORDINATORS, TAX)).step is Step.SIGNER


@pytest.mark.parametrize("owner", ["nobody", "hk-customs", "", None, ["customs-gz"], {"id": "customs-gz"}])
def test_an_owner_is_an_agency_that_somebody_signs_for(owner: Any):
    text = sign(json.dumps({**policy(), "owner": owner}).encode(), [CUSTOMS])
    assert refused(taken(), text).step is Step.SIGNER


def test_what_a_stranger_says_is_not_even_read():
    text = sign(json.dumps({"owner": "customs-gz", "spec": "?"}).encode(), [TAX])
    assert refused(taken(), text).step is Step.SIGNER


def test_it_takes_as_many_signers_as_the_root_says():
    second = signer("CN=Customs Two")
    two = with_agency("customs-gz", signers=[subject(CUSTOMS), subject(second)], threshold=2)
    root = rooted(agencies=two)
    assert refused(taken(root=root), POLICY).step is Step.THRESHOLD
    take(taken(root=root), signed(policy(), CUSTOMS, second))


def test_two_certificates_of_one_key_are_one_signer():
    key = new_key()
    one, other = (identity(issue(name, CA, key=key)) for name in ("CN=Customs", "CN=Customs Two"))
    two = with_agency("customs-gz", signers=[subject(one), subject(other)], threshold=2)
    assert refused(taken(root=rooted(agencies=two)), signed(policy(), one, other)).step is Step.THRESHOLD


def test_a_signer_can_be_named_by_his_certificate():
    by, same_name = signer("CN=Customs"), signer("CN=Customs")
    pinned = with_agency("customs-gz", signers=[{"thumbprint": thumbprint(by.certificate)}])
    root = rooted(agencies=pinned)
    take(taken(root=root), signed(policy(), by))
    assert refused(taken(root=root), signed(policy(), same_name)).step is Step.SIGNER


@pytest.mark.parametrize("kind", ["manifest", "policy", "root"])
def test_a_document_of_one_kind_is_not_taken_for_another(kind: str):
    texts = {"manifest": signed(manifest()), "policy": POLICY}
    trusted = taken()
    updates = {"manifest": trusted.update_manifest, "policy": trusted.update_policy, "root": trusted.update_root}
    for other in texts.keys() - {kind}:
        with pytest.raises(Refused):
            updates[kind](texts[other], NOW)


# Versions of policies


@pytest.fixture
def seventh() -> tuple[Trusted, bytes]:
    """What is trusted after version 7 of a policy, and that version."""
    text = signed(policy(version=7, prev=f"sha256:{'0' * 64}"))
    return taken(text), text


def test_the_next_version_names_the_one_before(seventh: tuple[Trusted, bytes]):
    trusted, text = seventh
    take(trusted, signed(after(text)))
    assert trusted.policies["customs-gz/credit"].document.version == 8


def test_a_version_does_not_come_twice_and_the_same_bytes_do(seventh: tuple[Trusted, bytes]):
    trusted, text = seventh
    take(trusted, text)
    assert type(refused(trusted, signed(policy(version=7, prev=f"sha256:{'1' * 64}")))) is Alarm


@pytest.mark.parametrize("version", [1, 6, 9, 2**31 - 1])
def test_no_version_is_rolled_back_or_skipped(seventh: tuple[Trusted, bytes], version: int):
    trusted, text = seventh
    prev = None if version == 1 else digest(text)
    problem = refused(trusted, signed(policy(version=version, prev=prev)))
    assert (problem.step, type(problem)) == (Step.VERSION, Refused)


def test_a_version_follows_the_very_one_before(seventh: tuple[Trusted, bytes]):
    trusted, text = seventh
    assert refused(trusted, signed(after(text, prev=f"sha256:{'0' * 64}"))).step is Step.VERSION


def test_two_different_versions_8_are_an_alarm(seventh: tuple[Trusted, bytes]):
    trusted, text = seventh
    take(trusted, signed(after(text)))
    assert type(refused(trusted, signed(after(text, title="Other")))) is Alarm


def test_policies_of_one_owner_have_versions_of_their_own(seventh: tuple[Trusted, bytes]):
    trusted, _ = seventh
    take(trusted, signed(policy("customs-gz", "other")))
    take(trusted, signed(policy("tax-gd")))
    assert len(trusted.policies) == 3


@pytest.mark.parametrize(
    "wrong", [{"version": 2, "prev": None}, {"version": 1, "prev": f"sha256:{'0' * 64}"}, {"version": 0}]
)
def test_only_version_1_follows_nothing(wrong: Any):
    assert refused(taken(), signed(policy(**wrong))).step is Step.SCHEMA


# Manifests


def test_two_manifests_of_one_sequence_are_an_alarm():
    trusted = taken(signed(manifest(sequence=3)))
    take(trusted, signed(manifest(sequence=3)))
    assert type(refused(trusted, signed(manifest(sequence=3, expires=moment(NOW + DAY))))) is Alarm


def test_an_older_manifest_is_not_taken_after_a_newer_one():
    trusted = taken(signed(manifest(sequence=3)))
    problem = refused(trusted, signed(manifest(sequence=2)))
    assert (problem.step, type(problem)) == (Step.VERSION, Refused)


def test_a_manifest_may_skip_numbers():
    assert taken(*(signed(manifest(sequence=each)) for each in (3, 30))).manifests["customs-gz"].document.sequence == 30


def test_a_manifest_does_not_drop_a_policy_nor_go_back_behind_its_version():
    second = signed(after(POLICY))
    trusted = taken(POLICY, second, signed(manifest("customs-gz", second)))
    for policies in ([], [listed(POLICY)]):
        problem = refused(trusted, signed(manifest(sequence=2, policies=policies)))
        assert problem.step is Step.VERSION
        assert "customs-gz/credit" in problem.reason
    take(trusted, signed(manifest("customs-gz", second, signed(policy("customs-gz", "other")), sequence=2)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"policies": [{"policyId": "tax-gd/credit", "version": 1, "hash": digest(POLICY)}]},
        {"policies": [listed(POLICY), listed(POLICY)]},
        {"policies": [{**listed(POLICY), "optional": True}]},
        {"policies": [{"policyId": "customs-gz/credit", "version": 1}]},
        {"notBefore": moment(NOW), "expires": moment(NOW)},
        {"sequence": 0},
        {"sequence": "1"},
        {"sequence": 1.0},
        {"surplus": 1},
    ],
)  # fmt: skip
def test_a_manifest_says_exactly_what_it_must(wrong: Any):
    assert refused(taken(), signed(manifest(**wrong))).step is Step.SCHEMA


# Dates


@pytest.mark.parametrize("build", [policy, manifest])
def test_what_is_over_is_not_taken(build: Any):
    text = signed(build(expires=moment(NOW)))
    assert refused(taken(), text, NOW).step is Step.DATES
    take(taken(), text, NOW - DAY)


def test_a_manifest_or_root_that_has_not_begun_is_published_when_it_begins():
    for text in (signed(manifest(notBefore=moment(NOW + DAY))), signed(after(ROOT, notBefore=moment(NOW + DAY)))):
        assert refused(taken(), text).step is Step.DATES
        take(taken(), text, NOW + DAY)


@pytest.mark.parametrize(
    "when",
    [
        "2030-01-01", "2030-01-01T00:00:00", "2030-01-01T00:00:00+08:00", "2030-01-01T00:00:00.5Z", "", None,
        "2030-02-30T00:00:00Z", "2030-01-01T00:00:00z", " 2030-01-01T00:00:00Z", "2030-01-01T00:00:00Z\n",
        "٢030-01-01T00:00:00Z", 1893456000,
    ],
)  # fmt: skip
def test_a_moment_is_written_in_one_way(when: Any):
    assert refused(taken(), signed(policy(expires=when))).step is Step.SCHEMA


# Roots


def test_a_hub_begins_with_a_root_that_its_own_coordinators_signed():
    for by in (COORDINATORS[:1], (COORDINATORS[0], TAX), (TAX, CUSTOMS)):
        with pytest.raises(Refused):
            Trusted(signed(root_document(), *by), facts(), NOW)


def replaced() -> tuple[bytes, tuple[SigningIdentity, ...]]:
    """Return coordinators who replace those of ``ROOT``."""
    others = tuple(signer(f"CN=New Coordinator {number}") for number in (1, 2))
    coordinators = {"threshold": 2, "signers": [subject(each) for each in others]}
    return json.dumps(after(ROOT, coordinators=coordinators)).encode(), others


def test_new_coordinators_need_their_own_threshold_and_that_of_the_old_ones():
    document, others = replaced()
    for by in (others, COORDINATORS[:2], (*COORDINATORS[:1], *others), (*COORDINATORS[:2], *others[:1])):
        assert refused(taken(), sign(document, by)).step is Step.THRESHOLD
    trusted = taken(sign(document, [*COORDINATORS[:2], *others]))
    assert trusted.root.document.version == 2


def test_replaced_coordinators_sign_nothing_any_more():
    document, others = replaced()
    second = sign(document, [*COORDINATORS[:2], *others])
    assert refused(taken(second), signed(after(second), *COORDINATORS[:2])).step is Step.SIGNER
    take(taken(second), signed(after(second), *others))


def test_a_threshold_is_lowered_by_the_threshold_that_is_in_force():
    lower = after(ROOT, coordinators={**root_document()["coordinators"], "threshold": 1})
    assert refused(taken(), signed(lower, COORDINATORS[0])).step is Step.THRESHOLD


def test_no_root_is_rolled_back_or_skipped():
    second = signed(after(ROOT))
    trusted = taken(second)
    for text in (ROOT, signed(after(second, version=4)), signed(after(second, prev=digest(ROOT)))):
        assert refused(trusted, text).step is Step.VERSION


def test_two_different_roots_of_one_version_are_an_alarm():
    assert type(refused(taken(), signed(root_document(purposes=[])))) is Alarm
    trusted = taken(signed(after(ROOT)))
    assert type(refused(trusted, signed(after(ROOT, purposes=[])))) is Alarm


def test_the_root_in_force_with_one_more_signature_is_no_other_root():
    trusted = taken()
    take(trusted, signed(root_document(), *COORDINATORS))
    assert trusted.root.text == ROOT
    assert refused(trusted, signed(root_document(), *COORDINATORS[:1])).step is Step.THRESHOLD


def test_a_root_that_is_over_is_not_taken():
    assert refused(taken(), signed(after(ROOT, expires=moment(NOW)))).step is Step.DATES


@pytest.mark.parametrize(
    "wrong",
    [
        {"surplus": 1},
        {"coordinators": {"threshold": 0, "signers": [subject(COORDINATORS[0])]}},
        {"coordinators": {"threshold": 2, "signers": [subject(COORDINATORS[0])]}},
        {"coordinators": {"threshold": 1, "signers": []}},
        {"anchors": []},
        {"anchors": ["e30="]},
        {"revoked": ["short"]},
        {"agencies": [*agencies(), agencies()[0]]},
        {"agencies": with_agency("tax-gd", providers=["customs-gz"])},
        {"agencies": with_agency("tax-gd", threshold=2)},
        {"agencies": with_agency("tax-gd", threshold=0)},
        {"agencies": with_agency("tax-gd", signers=[{}])},
        {"agencies": with_agency("tax-gd", signers=[{"subject": "CN=Tax", "thumbprint": "A" * 43}])},
        {"agencies": with_agency("tax-gd", mayEverything=True)},
        {"agencies": with_agency("tax-gd", jurisdiction="CN")},
    ],
)  # fmt: skip
def test_a_root_says_exactly_what_it_must(wrong: Any):
    assert refused(taken(), signed(after(ROOT, **wrong))).step is Step.SCHEMA


# After a new root all is verified again


@pytest.fixture
def settled() -> Trusted:
    """What is trusted while customs and tax have a policy each."""
    return taken(*library(policy(), policy("tax-gd")))


def test_a_new_root_keeps_what_verifies_under_it(settled: Trusted):
    take(settled, signed(after(ROOT)))
    assert settled.policies.keys() == {"customs-gz/credit", "tax-gd/credit"}
    assert settled.manifests.keys() == {"customs-gz", "tax-gd"}


@pytest.mark.parametrize(
    "changes",
    [
        {"revoked": [thumbprint(CUSTOMS.certificate)]},
        {"agencies": with_agency("customs-gz", signers=[{"subject": "CN=Somebody Else"}])},
        {"agencies": with_agency("customs-gz", signers=[subject(CUSTOMS), subject(TAX)], threshold=2)},
        {"agencies": [each for each in agencies() if each["id"] != "customs-gz"]},
    ],
    ids=["revoked", "replaced", "threshold", "gone"],
)
def test_what_a_new_root_no_longer_allows_is_as_good_as_missing(settled: Trusted, changes: Any):
    take(settled, signed(after(ROOT, **changes)))
    assert settled.policies.keys() == {"tax-gd/credit"}
    assert settled.manifests.keys() == {"tax-gd"}


@pytest.mark.parametrize(
    "changes",
    [
        {"agencies": with_agency("customs-gz", owns={"CreditRating": ["grade", "validTo"]})},
        {"agencies": with_agency("samr-gd", id="samr-other")},
        {"purposes": ["STATISTICS"]},
        {"scopes": ["filings:read"]},
    ],
    ids=["ownership", "recipient", "purposes", "scopes"],
)
def test_a_policy_that_says_what_a_new_root_does_not_have_is_as_good_as_missing(settled: Trusted, changes: Any):
    take(settled, signed(after(ROOT, **changes)))
    assert "customs-gz/credit" not in settled.policies
    assert "customs-gz" in settled.manifests


def test_an_anchor_that_a_new_root_leaves_out_takes_all_with_it_that_led_there():
    other = issue("CN=Other CA", ca=True)
    by = identity(issue("CN=Customs", other))
    first = rooted(anchors=anchors(CA, other))
    trusted = taken(signed(policy(), by), signed(manifest(), by), root=first)
    take(trusted, signed(after(first, anchors=anchors(CA))))
    assert not trusted.policies
    assert not trusted.manifests


def test_a_new_signer_does_not_go_back_behind_what_a_revoked_one_signed():
    old, new = signer("CN=Customs"), signer("CN=Customs")
    texts = [signed(policy(), new)]
    texts += [signed(after(texts[0]), old)]
    trusted = taken(*texts, signed(manifest("customs-gz", texts[1], sequence=9), old))
    take(trusted, signed(after(ROOT, revoked=[thumbprint(old.certificate)])))
    assert not trusted.policies
    assert not trusted.manifests
    assert refused(trusted, texts[0]).step is Step.VERSION
    assert refused(trusted, signed(manifest("customs-gz", texts[0], sequence=8), new)).step is Step.VERSION
    take(trusted, signed(after(texts[1]), new))
    take(trusted, signed(manifest("customs-gz", sequence=10), new))


def test_a_personal_field_stays_at_home_if_a_new_root_moves_its_recipient_abroad():
    document = policy(grants=[grant(type="PersonInCharge", fields=["name"])])
    trusted = taken(signed(document))
    take(trusted, signed(after(ROOT, agencies=with_agency("samr-gd", jurisdiction="HK", region=None))))
    assert not trusted.policies


def test_no_agency_is_called_as_parties_are_that_have_none():
    named = root_document(agencies=[agency("party-hk-70812345")])
    with pytest.raises(Refused, match="no agency's name begins with party-"):
        Trusted(signed(named), facts(), NOW)
