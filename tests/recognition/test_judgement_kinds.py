"""Judgement of RSA, P-256 and SM2 alike, and OpenSSL's opinion of the same certificates."""

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from tests.recognition.hostile import claiming
from tests.recognition.world import (
    AT,
    DAY,
    HOUR,
    PARTY,
    REVOKED,
    VALID,
    Chain,
    World,
    crl,
    recognised,
    refused,
)
from tests.sample.verifying import Verifier

from baygate.access.certificate import BadCertificate
from baygate.access.documents.trust_list import Proof
from baygate.recognition.certificate import from_der
from baygate.recognition.entry import Condition
from baygate.recognition.revocation import read_response
from baygate.sample.authority import Validity
from baygate.sample.openssl import P256, RSA, SM2, Algorithm

OWN = {"EC": "ECDSA with SHA-256", "RSA": "RSA with SHA-256", "SM2": "SM2 with SM3"}
ALGORITHMS = {
    "ECDSA with SHA-256": "1.2.840.10045.4.3.2",
    "ECDSA with SHA-384": "1.2.840.10045.4.3.3",
    "ECDSA with no digest": "1.2.840.10045.2.1",
    "ECDSA with SHA3-256": "2.16.840.1.101.3.4.3.10",
    "RSA with SHA-256": "1.2.840.113549.1.1.11",
    "RSA with no digest": "1.2.840.113549.1.1.1",
    "RSA with MD2": "1.2.840.113549.1.1.2",
    "RSA with MD5": "1.2.840.113549.1.1.4",
    "RSA with SHA-1": "1.2.840.113549.1.1.5",
    "RSA-PSS": "1.2.840.113549.1.1.10",
    "DSA with SHA-256": "2.16.840.1.101.3.4.3.2",
    "Ed25519": "1.3.101.112",
    "Ed448": "1.3.101.113",
    "ML-DSA-44": "2.16.840.1.101.3.4.3.17",
    "SM2 with SM3": "1.2.156.10197.1.501",
    "SM2 with SHA-256": "1.2.156.10197.1.503",
    "none that is known": "1.2.3.4",
}


@pytest.fixture(scope="module", params=[RSA, P256, SM2], ids=["RSA", "P-256", "SM2"])
def any_kind(
    request: pytest.FixtureRequest, world: World, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Algorithm, World]:
    if request.param is P256:
        return P256, world
    return request.param, World.of(Chain.made(tmp_path_factory.mktemp("kind"), request.param))


def test_openssl_agrees_on_what_is_good_revoked_and_expired(any_kind: tuple[Algorithm, World], tmp_path: Path) -> None:
    algorithm, world = any_kind
    chain = world.chain
    expired, revoked = chain.issue_files(validity=Validity(VALID.begins, AT - DAY)), chain.issue_files()
    chain.issuing.revoke(revoked, "keyCompromise", REVOKED)
    world = world.knowing(*chain.crls())
    files = []
    for authority in (world.entries[0].root, world.entries[0].issuing):
        files.append(tmp_path / f"{authority}.crl")
        files[-1].write_bytes(world.known.crls[authority][0].der)
    verify = Verifier(chain.root.identity.certificate, chain.issuing.identity.certificate, files, algorithm)
    assert verify(chain.leaf.certificate, at=AT) == "OK"
    recognised(world.judged())
    assert "revoked" in verify(revoked.certificate, at=AT)
    refused(world.judged(from_der(revoked.der)), Condition.REVOCATION, "it was revoked")
    assert "expired" in verify(expired.certificate, at=AT)
    refused(world.judged(from_der(expired.der)), Condition.PATH, "expired")


def test_sm2_recognises_as_other_keys_do(any_kind: tuple[Algorithm, World]) -> None:
    _, world = any_kind
    recognition = recognised(world.judged())
    assert (recognition.party, len(recognition.chain), len(recognition.crls)) == (PARTY, 3, 2)
    der = world.chain.leaf.der
    spoilt = from_der(der[:-1] + bytes([der[-1] ^ 1]))
    refused(world.judged(spoilt), Condition.ISSUER, "whose key has not signed it")


def test_an_sm2_authority_answers_for_itself(tmp_path: Path) -> None:
    """Openssl dates answers now, so that this is judged now."""
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    own = Chain.made(tmp_path, SM2, Validity(now - DAY, now + DAY))
    request = own.issuing.ocsp_request(own.leaf)
    answered = own.issuing.ocsp_response(request, own.issuing.identity)
    read = read_response(answered, own.certificate.parsed, own.issuing.identity.x509)
    at = max(read.this_update, now)
    until = {"issuedAt": at - DAY, "nextUpdate": at + DAY, "good_until": at + DAY}
    world = replace(World.of(own).by(Proof.OCSP), at=at, listed=until)
    recognised(world.knowing(crl(own.root, at - HOUR, at + DAY), responses=(read,)).judged())


def test_a_key_that_another_algorithm_is_claimed_of_has_signed_nothing(
    any_kind: tuple[Algorithm, World], subtests: pytest.Subtests
) -> None:
    """Whoever presents a certificate chooses what it says that it is signed with; nothing but a refusal follows."""
    algorithm, world = any_kind
    for name, oid in ALGORITHMS.items():
        with subtests.test(name):
            if name == OWN[algorithm.key[0]]:
                continue
            try:
                certificate = from_der(claiming(world.chain.leaf.der, oid))
            except BadCertificate:
                continue
            refused(world.judged(certificate), Condition.ISSUER, "whose key has not signed it")
