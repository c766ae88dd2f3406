"""Paths: through what trust lists name alone, to an anchor of theirs, in bounded time. NIST's suite is beside this."""

import datetime
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import certifi
import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.recognition.hostile import ALGORITHM, ISSUER, KEY, SERIAL, SUBJECT, altered, element, elements, part
from tests.recognition.world import (
    AT,
    BAD,
    DAY,
    LEAF,
    LISTED,
    POLICY,
    REVOKED,
    VALID,
    Chain,
    World,
    answer,
    crl,
    fingerprint,
    holder,
    key_of,
    named,
)

from baygate.access.documents.trust_list import Proof
from baygate.recognition.certificate import from_der
from baygate.recognition.entry import Condition
from baygate.recognition.path import Evidence, NoProof, Parameters, PathRefused, Revoked, validate
from baygate.recognition.revocation import Response
from baygate.sample.authority import Authority, Terms, Validity

UNASKED = Parameters(revocation=None)
NOTHING = Evidence()


def evidence(chain: Chain, **moments: datetime.datetime) -> Evidence:
    return Evidence(tuple(each.der for each in chain.crls(**moments)))


def test_a_path_leads_from_the_certificate_to_the_anchor(chain: Chain) -> None:
    root, issuing = chain.authorities
    found = validate(chain.leaf.der, [root], [issuing], evidence(chain), AT, Parameters())
    assert found.certificates == (chain.leaf.der, issuing, root)
    assert found.policies == {POLICY}


def test_what_is_no_authority_given_is_not_on_a_path(chain: Chain) -> None:
    with pytest.raises(PathRefused, match="no issuer matching"):
        validate(chain.leaf.der, [chain.root.identity.der], [], evidence(chain), AT, Parameters())


def test_another_anchor_of_the_same_name_is_not_its_anchor(chain: Chain, tmp_path: Path) -> None:
    other = Authority.root(tmp_path, "other", named("root"), terms=Terms(validity=VALID)).identity.der
    with pytest.raises(PathRefused):
        validate(chain.leaf.der, [other], [chain.issuing.identity.der], evidence(chain), AT, UNASKED)


@pytest.mark.parametrize("revocation", [Proof.CRL, Proof.OCSP, Proof.EITHER])
def test_without_evidence_no_path_holds(revocation: Proof, chain: Chain) -> None:
    root, issuing = chain.authorities
    with pytest.raises(NoProof):
        validate(chain.leaf.der, [root], [issuing], NOTHING, AT, Parameters(revocation=revocation))
    validate(chain.leaf.der, [root], [issuing], NOTHING, AT, UNASKED)


def test_what_was_revoked_and_when_is_told(chain: Chain) -> None:
    root, issuing = chain.authorities
    revoked = chain.issue_files()
    chain.issuing.revoke(revoked, "keyCompromise", REVOKED)
    with pytest.raises(Revoked, match=r"^it was revoked at 2026-11-10 12:00:00 UTC \(key compromise\)$"):
        validate(revoked.der, [root], [issuing], evidence(chain), AT, Parameters())


def test_before_it_was_revoked_it_was_good(chain: Chain) -> None:
    root, issuing = chain.authorities
    revoked = chain.issue_files()
    chain.issuing.revoke(revoked, "keyCompromise", REVOKED)
    before = REVOKED - DAY
    listed = evidence(chain, this_update=before - DAY, next_update=before + DAY)
    validate(revoked.der, [root], [issuing], listed, before, Parameters())


def test_a_revoked_authority_revokes_what_it_issued(tmp_path: Path) -> None:
    own = Chain.made(tmp_path)
    own.root.revoke(own.issuing.identity, "CACompromise", REVOKED)
    root, issuing = own.authorities
    with pytest.raises(Revoked, match=r"^a CA of its path was revoked at"):
        validate(own.leaf.der, [root], [issuing], evidence(own), AT, Parameters())


@pytest.mark.parametrize(("at", "told"), [(VALID.begins - DAY, "not valid until"), (VALID.ends + DAY, "expired")])
def test_certificates_are_good_within_their_dates(at: datetime.datetime, told: str, chain: Chain) -> None:
    root, issuing = chain.authorities
    with pytest.raises(PathRefused, match=told):
        validate(chain.leaf.der, [root], [issuing], NOTHING, at, UNASKED)


def test_the_last_second_of_a_certificate_is_its_own_and_no_clock_is_a_second_off(chain: Chain) -> None:
    root, issuing = chain.authorities
    over = chain.issue(validity=Validity(VALID.begins, AT)).der
    validate(over, [root], [issuing], NOTHING, AT, UNASKED)
    with pytest.raises(PathRefused):
        validate(over, [root], [issuing], NOTHING, AT + datetime.timedelta(seconds=1), UNASKED)


def test_policies_are_asked_for_on_the_whole_path(chain: Chain, tmp_path: Path) -> None:
    asked = replace(UNASKED, policies=frozenset({POLICY}), explicit_policy=True)
    root, issuing = chain.authorities
    assert validate(chain.leaf.der, [root], [issuing], NOTHING, AT, asked).policies == {POLICY}
    silent = chain.root.issue_ca("without-policies", named("without policies"), terms=Terms(validity=VALID))
    leaf = silent.issue("leaf", holder(), terms=LEAF).der
    validate(leaf, [root], [silent.identity.der], NOTHING, AT, UNASKED)
    with pytest.raises(PathRefused, match="polic"):
        validate(leaf, [root], [silent.identity.der], NOTHING, AT, asked)


def test_signatures_with_sha1_are_none(chain: Chain) -> None:
    root, issuing = chain.authorities
    algorithm = element(0x30, core.ObjectIdentifier("1.2.840.10045.4.1").dump())
    signed, _, _ = elements(altered(chain.leaf.der, {ALGORITHM: algorithm}))
    signature = key_of(chain.issuing.identity).sign(signed, ec.ECDSA(hashes.SHA1()))
    leaf = element(0x30, signed, algorithm, element(3, b"\x00", signature))
    with pytest.raises(PathRefused, match="sha1"):
        validate(from_der(leaf).der, [root], [issuing], NOTHING, AT, UNASKED)


def test_a_name_that_only_the_path_validator_cannot_read_is_refused_all_the_same(chain: Chain) -> None:
    """A NumericString is no DirectoryString (RFC 5280, appendix A.1); ``cryptography`` does not mind."""
    root, issuing = chain.authorities
    organisation = element(0x30, core.ObjectIdentifier("2.5.4.10").dump(), element(18, b"123"))
    subject = element(0x30, element(0x31, organisation))
    leaf = from_der(altered(chain.leaf.der, {SUBJECT: subject}, key_of(chain.issuing.identity)))
    with pytest.raises(PathRefused, match="cannot be read"):
        validate(leaf.der, [root], [issuing], NOTHING, AT, UNASKED)


# What comes along


def with_certificates(response: bytes, *added: bytes) -> bytes:
    """The response, with certificates that nobody has signed it with: they stand outside of what is signed."""
    status, wrapped = elements(response)
    kind, octets = elements(elements(wrapped)[0])
    signed, algorithm, signature, *_ = elements(elements(octets)[0])
    basic = element(0x30, signed, algorithm, signature, element(0xA0, element(0x30, *added)))
    return element(0x30, status, element(0xA0, element(0x30, kind, element(4, basic))))


def test_no_path_leads_through_what_a_responder_sends_along(chain: Chain) -> None:
    root, issuing = chain.authorities
    sent = with_certificates(answer(chain.issuing.identity, chain.certificate), issuing)
    assert x509.ocsp.load_der_ocsp_response(sent).certificates[0].public_bytes(Encoding.DER) == issuing
    own = evidence(chain)
    asked = Parameters(revocation=Proof.OCSP)
    validate(chain.leaf.der, [root], [issuing], Evidence(own.crls, (sent,)), AT, asked)
    with pytest.raises(PathRefused, match="no issuer matching"):
        validate(chain.leaf.der, [root], [], Evidence(own.crls, (sent,)), AT, asked)


def same(authority: Authority, signer: Authority, many: int) -> list[bytes]:
    """Certificates of an authority's name and key, all of which another one issued."""
    issuer, key = part(signer.identity.der, SUBJECT), key_of(signer.identity)
    return [
        altered(authority.identity.der, {SERIAL: core.Integer(number).dump(), ISSUER: issuer}, key)
        for number in range(1, many + 1)
    ]


@pytest.mark.usefixtures("quick")
def test_what_a_responder_sends_along_does_not_hold_the_hub_up(world: World) -> None:
    """Each of these certifies each other: there are more ways through them than anybody can count."""
    chain = world.chain
    revoked = chain.issue_files()
    chain.issuing.revoke(revoked, "keyCompromise", REVOKED)
    leaf = from_der(revoked.der)
    sent = with_certificates(answer(chain.issuing.identity, leaf, BAD), *same(chain.issuing, chain.issuing, 40))
    response = Response(sent, leaf.fingerprint, False, LISTED, LISTED + DAY)
    judged = world.by(Proof.OCSP).knowing(crl(chain.root), responses=(response,)).judged(leaf)
    assert judged.refusal is not None
    assert judged.refusal.condition is Condition.REVOCATION


# Lists in which authorities certify each other


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("many", [1, 2, 4, 5, 50, 250])
def test_authorities_of_one_name_and_key_that_certify_each_other_lead_nowhere_soon(many: int, world: World) -> None:
    chain = world.chain
    loop = same(chain.issuing, chain.issuing, many)
    entry = chain.entry(issuing=fingerprint(loop[0]))
    judged = replace(world, entries=(entry,), authorities=(chain.root.identity.der, *loop)).judged()
    assert judged.refusal is not None
    assert judged.refusal.condition is Condition.PATH
    assert ("more than 3 authorities stand between" in judged.refusal.told) is (many > 4)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("many", [1, 2, 60, 120])
def test_authorities_that_certify_each_other_across_lead_nowhere_soon(many: int, world: World, tmp_path: Path) -> None:
    chain = world.chain
    one, other = (Authority.root(tmp_path, name, named(name), terms=Terms(validity=VALID)) for name in ("one", "other"))
    loop = [*same(one, other, many), *same(other, one, many)]
    pinned = same(chain.issuing, one, 1)
    entry = chain.entry(issuing=fingerprint(pinned[0]))
    judged = replace(world, entries=(entry,), authorities=(chain.root.identity.der, *pinned, *loop)).judged()
    assert judged.refusal is not None
    assert judged.refusal.condition is Condition.PATH


@pytest.mark.usefixtures("quick")
def test_an_authoritys_other_certificates_do_not_stand_in_the_way(world: World) -> None:
    chain = world.chain
    more = same(chain.issuing, chain.issuing, 200)
    assert replace(world, authorities=(*more, *chain.authorities)).judged().recognition is not None


@pytest.mark.usefixtures("quick")
def test_many_authorities_of_one_name_cost_no_more_than_a_signature_each(world: World) -> None:
    chain = world.chain
    others = [
        altered(chain.issuing.identity.der, {SERIAL: core.Integer(number).dump(), KEY: spki()})
        for number in range(1, 200)
    ]
    entries = tuple(chain.entry(id=f"e{number}", issuing=fingerprint(each)) for number, each in enumerate(others))
    judged = replace(world, entries=entries, authorities=(chain.root.identity.der, *others)).judged()
    assert judged.refusal is not None
    assert judged.refusal.condition is Condition.ISSUER


def spki() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


# Real roots


def real_roots() -> Iterator[tuple[str, bytes]]:
    bundle = Path(certifi.where()).read_bytes()
    with warnings.catch_warnings(action="ignore"):  # some other root has a serial number of zero
        roots = x509.load_pem_x509_certificates(bundle)
    for each in roots:
        if re.search("Hongkong Post|GUANG DONG|GDCA", each.subject.rfc4514_string()):
            yield each.subject.rfc4514_string(), each.public_bytes(Encoding.DER)


REAL = dict(real_roots())


def test_there_are_roots_of_hong_kong_and_guangdong() -> None:
    assert any("Hongkong Post" in each for each in REAL)
    assert any("GUANG DONG" in each or "GDCA" in each for each in REAL)


@pytest.mark.parametrize("root", REAL.values(), ids=REAL)
def test_a_real_root_is_an_anchor(root: bytes, chain: Chain) -> None:
    assert validate(root, [root], [], NOTHING, AT, UNASKED).certificates == (root,)
    assert from_der(root).ends > AT
    with pytest.raises(PathRefused):
        validate(chain.leaf.der, [root], [chain.issuing.identity.der], NOTHING, AT, UNASKED)
    with pytest.raises(PathRefused):
        validate(root, [chain.root.identity.der], [], NOTHING, AT, UNASKED)


@pytest.mark.parametrize("root", REAL.values(), ids=REAL)
def test_a_trust_list_names_a_real_root_and_what_is_anothers_is_refused(root: bytes, world: World) -> None:
    chain = world.chain
    entry = chain.entry(root=fingerprint(root))
    real = replace(world, entries=(entry,), authorities=(root, *chain.authorities))
    assert real.taken.document.by_fingerprint[entry.root].der == root
    judged = real.judged()
    assert judged.refusal is not None
    assert judged.refusal.condition is Condition.PATH
